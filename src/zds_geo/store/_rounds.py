"""Cycles, frozen rounds with the doors they hold, and changes of shifts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from zds_geo.core.windows import AMSTERDAM
from zds_geo.store._audit import Action, note
from zds_geo.store._database import Database, utc
from zds_geo.store._sheet_register import SheetStatus, close_sheets, register_sheets
from zds_geo.store.schema import CYCLE, ROUND, ROUND_DOOR, SHIFT_CHANGE

if TYPE_CHECKING:
    import pandas as pd

RESERVED_DAYS: Final = 7  # DESIGN 1: a printed round holds its doors so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A cycle as started with ``zds cycle start``."""

    started_on: date
    weeks: int | None


def _clock(text: str | None) -> time | None:
    return None if not text else time.fromisoformat(text)


class RoundBook(Database):
    """Cycles, rounds and shift changes."""

    def start_cycle(self, *, on: date, weeks: int | None, now: datetime) -> None:
        """Start a cycle on a date."""
        utc(now)
        with self._transaction(writes=True) as connection:
            connection.execute(CYCLE.insert(), {"started_on": on.isoformat(), "weeks": weeks})

    def close_cycle(self, *, on: date, now: datetime) -> None:
        """Close the running cycle on a date."""
        utc(now)
        with self._transaction(writes=True) as connection:
            connection.execute(
                CYCLE.update().where(CYCLE.c.closed_on.is_(None)).values(closed_on=on.isoformat())
            )

    def current_cycle(self) -> Cycle | None:
        """Give the running cycle, or None."""
        query = (
            sa.select(CYCLE).where(CYCLE.c.closed_on.is_(None)).order_by(CYCLE.c.cycle_id.desc())
        )
        with self._transaction(writes=False) as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Cycle(started_on=date.fromisoformat(row["started_on"]), weeks=row["weeks"])

    def has_cycles(self) -> bool:
        """Tell whether a cycle was ever started here."""
        with self._transaction(writes=False) as connection:
            return connection.execute(sa.select(CYCLE.c.cycle_id)).first() is not None

    def replace_rounds(
        self,
        *,
        date: date,
        assistant_ids: Sequence[str],
        rounds: Iterable[Mapping[str, Any]],
        now: datetime,
        keep: Collection[str] = (),
        printed: bool = True,
    ) -> list[str]:
        """Freeze the rounds of a date and reserve their doors, in one transaction.

        Parameters
        ----------
        date : date
            The date that was planned.
        assistant_ids : sequence of str
            Who was planned: their earlier open rounds of that date no longer hold.
        rounds : iterable of mapping
            ``code``, ``assistant_id``, ``window``, ``door_ids`` in line order, ``payload``.
        now : datetime
            Aware.
        keep : collection of str
            Codes of open rounds that still hold.
        printed : bool
            Whether sheets are made of them: those are in the register before they are on paper.

        Returns
        -------
        list of str
            Codes that were replaced.
        """
        open_now = sa.and_(
            ROUND.c.date == date.isoformat(),
            ROUND.c.assistant_id.in_(list(assistant_ids)),
            ROUND.c.status == "open",
            ROUND.c.code.not_in(list(keep)),
        )
        with self._transaction(writes=True) as connection:
            old = connection.execute(sa.select(ROUND.c.code).where(open_now)).scalars().all()
            connection.execute(ROUND.update().where(open_now).values(status="replaced"))
            close_sheets(connection, old, SheetStatus.REPLACED, on=now.astimezone(AMSTERDAM).date())
            for code in sorted(old):
                note(connection, Action.ROUND_REPLACED, code, now=now)
            for planned in rounds:
                connection.execute(
                    ROUND.insert(),
                    {
                        "code": planned["code"],
                        "date": date.isoformat(),
                        "assistant_id": planned["assistant_id"],
                        "window": planned["window"],
                        "reserved_at": utc(now),
                        "status": "open",
                        "payload": planned["payload"],
                    },
                )
                lines = [
                    {"code": planned["code"], "line": n, "door_id": door_id}
                    for n, door_id in enumerate(planned["door_ids"], start=1)
                ]
                if lines:
                    connection.execute(ROUND_DOOR.insert(), lines)
                note(connection, Action.ROUND_PLANNED, planned["code"], now=now)
                if printed:
                    sheet = (planned["code"], date, planned["assistant_id"])
                    register_sheets(connection, [sheet], now=now)
        return sorted(old)

    def read_rounds(self, *, open_only: bool = False) -> pd.DataFrame:
        """Read rounds: code, date, assistant_id, window, status, payload."""
        import pandas as pd

        query = sa.select(ROUND).order_by(ROUND.c.date, ROUND.c.code)
        if open_only:
            query = query.where(ROUND.c.status == "open")
        with self._transaction(writes=False) as connection:
            rows = [dict(r) for r in connection.execute(query).mappings()]
        table = pd.DataFrame(rows, columns=[c.name for c in ROUND.c])
        table["date"] = pd.Series(
            [date.fromisoformat(d) for d in table["date"]], index=table.index, dtype="object"
        )
        return table

    def round_doors(self, code: str) -> list[str]:
        """Give the doors of a round in line order."""
        query = (
            sa.select(ROUND_DOOR.c.door_id)
            .where(ROUND_DOOR.c.code == code)
            .order_by(ROUND_DOOR.c.line)
        )
        with self._transaction(writes=False) as connection:
            return list(connection.execute(query).scalars())

    def close_round(self, code: str, *, on: date) -> None:
        """Close a round that was entered: its doors are free again."""
        with self._transaction(writes=True) as connection:
            connection.execute(
                ROUND.update()
                .where(ROUND.c.code == code)
                .values(status="entered", closed_on=on.isoformat())
            )
            close_sheets(connection, [code], SheetStatus.ENTERED, on=on)

    def reserved_doors(
        self, *, on: date, except_date: date | None = None, except_assistants: Sequence[str] = ()
    ) -> frozenset[str]:
        """Give the doors on open rounds that are not yet seven days old.

        Parameters
        ----------
        on : date
            The date that is planned.
        except_date, except_assistants : optional
            Rounds of these assistants on this date do not count: they are being replaced.

        Returns
        -------
        frozenset of str
            Door ids.
        """
        oldest = (on - timedelta(days=RESERVED_DAYS)).isoformat()
        query = (
            sa.select(ROUND_DOOR.c.door_id)
            .join(ROUND, ROUND.c.code == ROUND_DOOR.c.code)
            .where(ROUND.c.status == "open", ROUND.c.date > oldest)
        )
        if except_date is not None and except_assistants:
            own = sa.and_(
                ROUND.c.date == except_date.isoformat(),
                ROUND.c.assistant_id.in_(list(except_assistants)),
            )
            query = query.where(sa.not_(own))
        with self._transaction(writes=False) as connection:
            return frozenset(connection.execute(query).scalars())

    def used_codes(self) -> frozenset[str]:
        """Give all codes ever given out."""
        with self._transaction(writes=False) as connection:
            return frozenset(connection.execute(sa.select(ROUND.c.code)).scalars())

    def change_shift(
        self,
        assistant_id: str,
        on: date,
        *,
        cancelled: bool,
        starts: time | None,
        ends: time | None,
        now: datetime,
    ) -> None:
        """Keep a change of an assistant's shift on one date; the last one counts."""
        self.change_shifts([(assistant_id, on, cancelled, starts, ends)], now=now)

    def change_shifts(
        self,
        changes: Iterable[tuple[str, date, bool, time | None, time | None]],
        *,
        now: datetime,
    ) -> None:
        """Keep changes of shifts, all or none.

        Parameters
        ----------
        changes : iterable of (assistant, date, cancelled, starts, ends)
            Of one assistant and date the last one counts.
        now : datetime
            Aware.
        """
        utc(now)
        with self._transaction(writes=True) as connection:
            for assistant_id, on, cancelled, starts, ends in changes:
                row = {
                    "assistant_id": assistant_id,
                    "date": on.isoformat(),
                    "cancelled": int(cancelled),
                    "starts": None if starts is None else f"{starts:%H:%M}",
                    "ends": None if ends is None else f"{ends:%H:%M}",
                }
                same = sa.and_(
                    SHIFT_CHANGE.c.assistant_id == assistant_id,
                    SHIFT_CHANGE.c.date == on.isoformat(),
                )
                changed = connection.execute(SHIFT_CHANGE.update().where(same).values(**row))
                if changed.rowcount == 0:
                    connection.execute(SHIFT_CHANGE.insert(), row)

    def read_shift_changes(self) -> pd.DataFrame:
        """Read shift changes: ``assistant_id``, ``date``, ``cancelled``, ``starts``, ``ends``."""
        import pandas as pd

        with self._transaction(writes=False) as connection:
            rows = [
                {
                    "assistant_id": r["assistant_id"],
                    "date": date.fromisoformat(r["date"]),
                    "cancelled": bool(r["cancelled"]),
                    "starts": _clock(r["starts"]),
                    "ends": _clock(r["ends"]),
                }
                for r in connection.execute(sa.select(SHIFT_CHANGE)).mappings()
            ]
        columns = ["assistant_id", "date", "cancelled", "starts", "ends"]
        return pd.DataFrame(rows, columns=columns, dtype="object")
