"""The register of printed sheets: out when a round is planned, back when it is entered (P13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from zds_geo.core.errors import NotFoundError
from zds_geo.core.windows import AMSTERDAM
from zds_geo.store._audit import Action, note
from zds_geo.store._database import Database
from zds_geo.store.schema import KNOCK, ROUND, ROUND_DOOR, SHEET

# P04: with the sheet's code one could tell who rang where, so the pseudonym goes with "who rang".
PERSON_DAYS: Final = 30
PERSON_CEILING_DAYS: Final = 60


class SheetStatus(StrEnum):
    """Where a printed sheet is."""

    OUT = "out"
    ENTERED = "entered"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    LOST = "lost"
    REPLACED = "replaced"


_ACTIONS: Final = {
    SheetStatus.RETURNED: Action.SHEET_BACK,
    SheetStatus.DESTROYED: Action.SHEET_DESTROYED,
    SheetStatus.LOST: Action.SHEET_LOST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet in the register; ``round_open``: its doors are still held for it."""

    code: str
    on: date
    assistant_id: str
    printed_on: date
    status: SheetStatus
    back_on: date | None
    round_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKnocks:
    """How often one door occurs in the log, and from when to when."""

    door_id: str
    n: int
    first: date
    last: date


def register_sheets(
    connection: sa.Connection, sheets: Iterable[tuple[str, date, str]], *, now: datetime
) -> None:
    """Write sheets down as out: (code, date of the round, pseudonym)."""
    day = now.astimezone(AMSTERDAM).date().isoformat()
    rows = [
        {
            "code": code,
            "date": on.isoformat(),
            "assistant_id": who,
            "printed_on": day,
            "status": SheetStatus.OUT.value,
        }
        for code, on, who in sheets
    ]
    if rows:
        connection.execute(SHEET.insert(), rows)


def close_sheets(
    connection: sa.Connection, codes: Iterable[str], status: SheetStatus, *, on: date
) -> None:
    """Write down where sheets went; one that is not in the register changes nothing."""
    connection.execute(
        SHEET.update()
        .where(SHEET.c.code.in_(list(codes)))
        .values(status=status.value, back_on=on.isoformat())
    )


def forget_sheets(connection: sa.Connection, before: date) -> int:
    """Remove sheets that were printed before a date (P04).

    Parameters
    ----------
    connection : Connection
        Of a writing transaction.
    before : date
        Sheets printed before it go, wherever they are.

    Returns
    -------
    int
        Number of sheets.
    """
    done = connection.execute(SHEET.delete().where(SHEET.c.printed_on < before.isoformat()))
    return int(done.rowcount)


class SheetRegister(Database):
    """Printed sheets, and what a lost sheet or laptop held."""

    def list_sheets(self) -> list[Sheet]:
        """List all sheets by date of the round and code."""
        held = sa.func.coalesce(ROUND.c.status == "open", sa.false())
        query = (
            sa.select(SHEET, held.label("round_open"))
            .outerjoin(ROUND, ROUND.c.code == SHEET.c.code)
            .order_by(SHEET.c.date, SHEET.c.code)
        )
        with self._transaction(writes=False) as connection:
            return [_sheet(dict(row)) for row in connection.execute(query).mappings()]

    def move_sheet(self, code: str, status: SheetStatus, *, now: datetime) -> Sheet:
        """Write down that a sheet is back, destroyed or lost, and note it.

        Parameters
        ----------
        code : str
            The round's code.
        status : SheetStatus
            ``returned``, ``destroyed`` or ``lost``. A sheet that nobody will enter any more frees
            the doors of its round.
        now : datetime
            Aware.

        Returns
        -------
        Sheet
            As it was before.

        Raises
        ------
        NotFoundError
            If no such sheet is in the register.
        """
        wanted = code.strip().upper()
        found = [s for s in self.list_sheets() if s.code == wanted]
        if not found:
            raise NotFoundError("sheets.none", got=code)
        day = now.astimezone(AMSTERDAM).date()
        with self._transaction(writes=True) as connection:
            close_sheets(connection, [wanted], status, on=day)
            if status is not SheetStatus.RETURNED:
                connection.execute(
                    ROUND.update()
                    .where(ROUND.c.code == wanted, ROUND.c.status == "open")
                    .values(status="closed", closed_on=day.isoformat())
                )
            note(connection, _ACTIONS[status], wanted, now=now)
        return found[0]

    def forget_sheet_people(self, *, now: datetime) -> int:
        """Forget who had a sheet, as soon as who rang is forgotten (P04).

        Parameters
        ----------
        now : datetime
            Aware. Sheets of rounds more than 30 days ago lose the pseudonym; one that is out or
            lost, which nobody entered knocks of, after 60 days.

        Returns
        -------
        int
            Number of pseudonyms forgotten.
        """
        day = now.astimezone(UTC).date()
        row = SHEET.c
        gone = row.status.in_([SheetStatus.OUT.value, SheetStatus.LOST.value])
        old = sa.and_(
            row.assistant_id.is_not(None),
            sa.or_(
                row.date < (day - timedelta(days=PERSON_CEILING_DAYS)).isoformat(),
                sa.and_(sa.not_(gone), row.date < (day - timedelta(days=PERSON_DAYS)).isoformat()),
            ),
        )
        with self._transaction(writes=False) as connection:
            if not connection.execute(sa.select(sa.exists().where(old))).scalar_one():
                return 0
        with self._transaction(writes=True) as connection:
            done = connection.execute(SHEET.update().where(old).values(assistant_id=None))
        return int(done.rowcount)

    def sheet_content(self, code: str) -> tuple[str, list[str]]:
        """Give what the history still has of a round: its stored text, and its doors by line.

        Parameters
        ----------
        code : str
            The round's code.

        Returns
        -------
        payload, doors : str, list of str
            Both empty when retention took them.

        Raises
        ------
        NotFoundError
            If neither a round nor a sheet ever had this code, as far as is known.
        """
        query = sa.select(ROUND.c.payload).where(ROUND.c.code == code)
        doors = (
            sa.select(ROUND_DOOR.c.door_id)
            .where(ROUND_DOOR.c.code == code)
            .order_by(ROUND_DOOR.c.line)
        )
        with self._transaction(writes=False) as connection:
            payload = connection.execute(query).scalar()
            known = connection.execute(sa.select(SHEET.c.code).where(SHEET.c.code == code)).scalar()
            held = list(connection.execute(doors).scalars())
        if payload is None and known is None:
            raise NotFoundError("incident.none", got=code)
        return str(payload or ""), held

    def held_knocks(self) -> list[HeldKnocks]:
        """Count what a copy of this history tells per door, undone knocks as well; by door."""
        row = KNOCK.c
        query = sa.select(
            row.door_id, sa.func.count(), sa.func.min(row.knocked_on), sa.func.max(row.knocked_on)
        ).group_by(row.door_id)
        with self._transaction(writes=False) as connection:
            rows = connection.execute(query.order_by(row.door_id)).all()
        return [
            HeldKnocks(
                door_id=str(d), n=int(n), first=date.fromisoformat(a), last=date.fromisoformat(b)
            )
            for d, n, a, b in rows
        ]


def _sheet(row: dict[str, Any]) -> Sheet:
    return Sheet(
        code=row["code"],
        on=date.fromisoformat(row["date"]),
        assistant_id=row["assistant_id"] or "",
        printed_on=date.fromisoformat(row["printed_on"]),
        status=SheetStatus(row["status"]),
        back_on=date.fromisoformat(row["back_on"]) if row["back_on"] else None,
        round_open=bool(row["round_open"]),
    )
