"""The knock history: append-only knocks, register, cycles, frozen rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError

from zds_geo.core.errors import NotFoundError, StoreError
from zds_geo.core.frames import KNOCKS
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.windows import to_quarter
from zds_geo.store._engine import migrate, open_engine
from zds_geo.store.schema import (
    BATCH,
    BATCH_KNOCK,
    CONFLICT,
    CYCLE,
    DO_NOT_KNOCK,
    DOOR_LINEAGE,
    KNOCK,
    KNOCK_ASSISTANT,
    ROUND,
    ROUND_DOOR,
    SHIFT_CHANGE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    import pandas as pd

RETENTION_DAYS: Final = 730  # P04: ceiling for knocks at a door, 24 months
RESERVED_DAYS: Final = 7  # DESIGN 1: a printed round holds its doors so long
_CHUNK: Final = 400
# DESIGN 5: two rows with one id are the same knock when these agree.
_CONTENT: Final = (
    "door_id", "knocked_on", "window", "outcome", "come_back_window", "come_back_from",
    "come_back_until", "corrects",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """What became of recorded knocks, by id; ``batch_id`` is empty when nothing was new."""

    batch_id: str
    stored: tuple[str, ...]
    duplicate: tuple[str, ...]
    conflict: tuple[str, ...]
    expired: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A cycle as started with ``zds cycle start``."""

    started_on: date
    weeks: int | None


def open_history(location: Path | str, *, now: datetime, create: bool = False) -> HistoryStore:
    """Open the history and bring its schema up to date.

    Parameters
    ----------
    location : Path or str
        SQLite file or PostgreSQL URL.
    now : datetime
        Aware.
    create : bool
        Make the file when it is not there.

    Returns
    -------
    HistoryStore
        Use it in a ``with`` statement.

    Raises
    ------
    StoreError
        If it cannot be opened, is newer than this program, or refuses the settings of R03.
    """
    _utc(now)
    engine = open_engine(location, create=create)
    migrate(engine, location)
    return HistoryStore(engine)


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise StoreError("error.naive_time", got=moment.isoformat())
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _row(knock: Knock) -> dict[str, Any]:
    return {
        "knock_id": knock.knock_id,
        "door_id": knock.door_id,
        "knocked_on": knock.knocked_on.isoformat(),
        "window": knock.window,
        "knocked_at": None if knock.knocked_at is None else _utc(knock.knocked_at),
        "outcome": knock.outcome.value,
        "come_back_window": knock.come_back_window,
        "come_back_from": _iso(knock.come_back_from),
        "come_back_until": _iso(knock.come_back_until),
        "source": knock.source.value,
        "corrects": knock.corrects,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


class HistoryStore:
    """An opened history. Every method is one transaction; what returned was committed (R04)."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __enter__(self) -> HistoryStore:
        """Give the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[sa.Connection]:
        try:
            with (
                self._engine.connect().execution_options(writes=writes) as connection,
                connection.begin(),
            ):
                if writes and self._engine.dialect.name == "postgresql":
                    # One writer at a time, as BEGIN IMMEDIATE gives on SQLite.
                    connection.exec_driver_sql("LOCK TABLE batch IN EXCLUSIVE MODE")
                yield connection
        except OperationalError as fault:
            raise StoreError("store.unreachable", path=self._name(), fault=fault.orig) from None
        except DatabaseError as fault:
            raise StoreError("store.broken", path=self._name(), fault=fault.orig) from None

    def _name(self) -> str:
        return str(self._engine.url.database)

    def _insert_new(self, table: sa.Table) -> Any:
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        return dialect.insert(table).on_conflict_do_nothing()

    # -- knocks ------------------------------------------------------------------------------

    def record(self, knocks: Sequence[Knock], *, label: str, now: datetime) -> RecordResult:
        """Record knocks as one batch; the same knock again changes nothing.

        Parameters
        ----------
        knocks : sequence of Knock
            In any order.
        label : str
            What the batch is: a round's code or a file's name.
        now : datetime
            Aware.

        Returns
        -------
        RecordResult
            A knock with a known id and other content is a conflict and is kept aside.
        """
        oldest = now.astimezone(UTC).date() - timedelta(days=RETENTION_DAYS)
        expired = tuple(k.knock_id for k in knocks if k.knocked_on < oldest)
        fresh = [k for k in knocks if k.knocked_on >= oldest]
        with self._transaction(writes=True) as connection:
            batch_id = self._next_batch(connection)
            result = self._store(connection, fresh, batch_id, label=label, now=now)
            self._heed(connection, knocks, {*expired, *result[2]})
        return RecordResult(
            batch_id=batch_id if result[0] or result[2] else "",
            stored=tuple(result[0]),
            duplicate=tuple(result[1]),
            conflict=tuple(result[2]),
            expired=expired,
        )

    def _heed(self, connection: sa.Connection, knocks: Sequence[Knock], unstored: set[str]) -> None:
        """Heed a do-not-knock even where its knock is too old or in conflict (P07)."""
        entries = [
            {"door_id": k.door_id, "since": k.knocked_on.isoformat()}
            for k in knocks
            if k.outcome is Outcome.DO_NOT_KNOCK and k.knock_id in unstored
        ]
        for entry in entries:
            same = sa.and_(*(DO_NOT_KNOCK.c[name] == value for name, value in entry.items()))
            if connection.execute(sa.select(DO_NOT_KNOCK.c.entry_id).where(same)).first() is None:
                connection.execute(DO_NOT_KNOCK.insert(), entry)

    def _next_batch(self, connection: sa.Connection) -> str:
        count = connection.execute(sa.select(sa.func.count()).select_from(BATCH)).scalar_one()
        return f"I{count + 1:04d}"

    def _store(
        self,
        connection: sa.Connection,
        knocks: Sequence[Knock],
        batch_id: str,
        *,
        label: str,
        now: datetime,
    ) -> tuple[list[str], list[str], list[str]]:
        rows: dict[str, dict[str, Any]] = {}
        again: list[dict[str, Any]] = []
        for knock in knocks:
            row = _row(knock)
            if knock.knock_id in rows:
                again.append(row)
            else:
                rows[knock.knock_id] = row
        known = self._read_rows(connection, list(rows))
        live = self._live_ids(connection, list(known))
        stored = [i for i in rows if i not in known]
        duplicate: list[str] = []
        aside: list[dict[str, Any]] = []
        back: list[str] = []
        for knock_id in (i for i in rows if i in known):
            if not _same(rows[knock_id], known[knock_id]):
                aside.append(rows[knock_id])
            else:
                (duplicate if knock_id in live else back).append(knock_id)
        for row in again:
            if _same(row, known.get(row["knock_id"], rows[row["knock_id"]])):
                duplicate.append(row["knock_id"])
            else:
                aside.append(row)
        if stored or back or aside:
            connection.execute(
                BATCH.insert(),
                {
                    "batch_id": batch_id,
                    "label": label,
                    "recorded_at": _utc(to_quarter(now)),
                    "undone_at": None,
                },
            )
        self._write(connection, [rows[i] for i in stored], [*stored, *back], batch_id)
        who = [
            {"knock_id": k.knock_id, "assistant_id": k.assistant_id}
            for k in knocks
            if k.assistant_id and k.knock_id in set(stored)
        ]
        unique = list({w["knock_id"]: w for w in reversed(who)}.values())
        for part in _chunks(unique):
            connection.execute(self._insert_new(KNOCK_ASSISTANT), list(part))
        if aside:
            kept = ("knock_id", *_CONTENT)
            connection.execute(
                CONFLICT.insert(),
                [{"batch_id": batch_id, **{c: r[c] for c in kept}} for r in aside],
            )
        return [*stored, *back], duplicate, [r["knock_id"] for r in aside]

    def _write(
        self,
        connection: sa.Connection,
        rows: list[dict[str, Any]],
        members: list[str],
        batch_id: str,
    ) -> None:
        for part in _chunks(rows):
            connection.execute(self._insert_new(KNOCK), list(part))
        links = [{"batch_id": batch_id, "knock_id": i} for i in members]
        for part in _chunks(links):
            connection.execute(BATCH_KNOCK.insert(), list(part))
        refused = [
            {"door_id": r["door_id"], "since": r["knocked_on"], "knock_id": r["knock_id"]}
            for r in rows
            if r["outcome"] == Outcome.DO_NOT_KNOCK.value
        ]
        if refused:
            connection.execute(DO_NOT_KNOCK.insert(), refused)

    def _read_rows(
        self, connection: sa.Connection, ids: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for part in _chunks(ids):
            rows = connection.execute(sa.select(KNOCK).where(KNOCK.c.knock_id.in_(part)))
            found.update({row["knock_id"]: dict(row) for row in rows.mappings()})
        return found

    def _live_ids(self, connection: sa.Connection, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in _chunks(ids):
            query = _live().where(BATCH_KNOCK.c.knock_id.in_(part))
            found.update(row.knock_id for row in connection.execute(query))
        return found

    def undo_batch(self, batch_id: str, *, now: datetime) -> int:
        """Undo a batch: its knocks no longer count; they stay in the log.

        Parameters
        ----------
        batch_id : str
            As given by ``record``.
        now : datetime
            Aware.

        Returns
        -------
        int
            Number of knocks in it.

        Raises
        ------
        NotFoundError
            If there is no such batch, or it was undone already.
        """
        wanted = batch_id.strip().upper()
        with self._transaction(writes=True) as connection:
            done = connection.execute(
                BATCH.update()
                .where(BATCH.c.batch_id == wanted, BATCH.c.undone_at.is_(None))
                .values(undone_at=_utc(now))
            )
            if done.rowcount == 0:
                raise NotFoundError("store.no_batch", got=batch_id)
            count = connection.execute(
                sa.select(sa.func.count()).where(BATCH_KNOCK.c.batch_id == wanted)
            ).scalar_one()
        return int(count)

    def list_batches(self) -> pd.DataFrame:
        """List all batches: ``batch_id``, ``label``, ``recorded_at``, ``undone_at``, ``n``."""
        import pandas as pd

        query = (
            sa.select(BATCH, sa.func.count(BATCH_KNOCK.c.knock_id).label("n"))
            .outerjoin(BATCH_KNOCK, BATCH.c.batch_id == BATCH_KNOCK.c.batch_id)
            .group_by(*BATCH.c)
            .order_by(BATCH.c.batch_id)
        )
        with self._transaction(writes=False) as connection:
            rows = connection.execute(query).mappings().all()
        columns = ["batch_id", "label", "recorded_at", "undone_at", "n"]
        return pd.DataFrame([dict(r) for r in rows], columns=columns)

    def read_knocks(self, *, with_assistants: bool = False) -> pd.DataFrame:
        """Read the knocks that count: in a batch that was not undone, and not corrected.

        Parameters
        ----------
        with_assistants : bool
            Who rang, for export only; else it is given for appointments alone (P12).

        Returns
        -------
        DataFrame
            Contract KNOCKS, sorted by date, door and id.
        """
        import pandas as pd

        query = (
            sa.select(KNOCK, KNOCK_ASSISTANT.c.assistant_id)
            .outerjoin(KNOCK_ASSISTANT, KNOCK.c.knock_id == KNOCK_ASSISTANT.c.knock_id)
            .where(KNOCK.c.knock_id.in_(_live()))
            .order_by(KNOCK.c.knocked_on, KNOCK.c.door_id, KNOCK.c.knock_id)
        )
        with self._transaction(writes=False) as connection:
            rows = connection.execute(query).mappings().all()
        table = pd.DataFrame([dict(r) for r in rows], columns=["knock_id", *KNOCKS.columns])
        corrected = set(table["corrects"]) - {""}
        table = table.loc[~table["knock_id"].isin(corrected)].set_index("knock_id")
        shown = table["assistant_id"].notna()
        if not with_assistants:
            shown &= table["outcome"] == Outcome.COME_BACK.value
        table["assistant_id"] = table["assistant_id"].where(shown, "")
        for column in ("knocked_on", "come_back_from", "come_back_until"):
            table[column] = pd.Series(
                [date.fromisoformat(d) if d else None for d in table[column]],
                index=table.index,
                dtype="object",
            )
        moments = [datetime.fromisoformat(t) if t else pd.NaT for t in table["knocked_at"]]
        table["knocked_at"] = pd.Series(
            pd.to_datetime(pd.Series(moments, dtype="object"), utc=True).to_numpy(),
            index=table.index,
            dtype="datetime64[ns, UTC]",
        )
        return table

    # -- do not knock ------------------------------------------------------------------------

    def add_do_not_knock(self, door_id: str, *, on: date, source: Source, now: datetime) -> None:
        """Put a door in the register without a knock (letter, telephone, sticker).

        Parameters
        ----------
        door_id : str
            The door.
        on : date
            Date of the request.
        source : Source
            ``request``: neither attempt nor contact.
        now : datetime
            Aware.
        """
        if source is not Source.REQUEST:
            raise StoreError("store.register_source", got=source)
        _utc(now)
        if door_id in self.do_not_knock_doors():
            return
        with self._transaction(writes=True) as connection:
            connection.execute(DO_NOT_KNOCK.insert(), {"door_id": door_id, "since": on.isoformat()})

    def withdraw_do_not_knock(self, door_id: str, *, on: date, now: datetime) -> None:
        """Withdraw a door from the register.

        Parameters
        ----------
        door_id : str
            The door.
        on : date
            Date of the withdrawal.
        now : datetime
            Aware.

        Raises
        ------
        NotFoundError
            If the door is not in the register.
        """
        _utc(now)
        with self._transaction(writes=True) as connection:
            done = connection.execute(
                DO_NOT_KNOCK.update()
                .where(DO_NOT_KNOCK.c.door_id == door_id, DO_NOT_KNOCK.c.withdrawn_on.is_(None))
                .values(withdrawn_on=on.isoformat())
            )
            if done.rowcount == 0:
                raise NotFoundError("store.not_in_register")

    def do_not_knock_doors(self) -> frozenset[str]:
        """Give the doors nobody rings at; successors of a door inherit it (P07)."""
        entry = DO_NOT_KNOCK.c
        holds = sa.or_(entry.knock_id.is_(None), entry.knock_id.in_(_live()))
        with self._transaction(writes=False) as connection:
            doors = set(
                connection.execute(
                    sa.select(entry.door_id).where(entry.withdrawn_on.is_(None), holds)
                ).scalars()
            )
            lineage = connection.execute(
                sa.select(DOOR_LINEAGE.c.old_door_id, DOOR_LINEAGE.c.new_door_id)
            ).all()
        grown = True
        while grown:
            heirs = {new for old, new in lineage if old in doors} - doors
            doors |= heirs
            grown = bool(heirs)
        return frozenset(doors)

    # -- cycles ------------------------------------------------------------------------------

    def start_cycle(self, *, on: date, weeks: int | None, now: datetime) -> None:
        """Start a cycle on a date."""
        _utc(now)
        with self._transaction(writes=True) as connection:
            connection.execute(CYCLE.insert(), {"started_on": on.isoformat(), "weeks": weeks})

    def close_cycle(self, *, on: date, now: datetime) -> None:
        """Close the running cycle on a date."""
        _utc(now)
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

    # -- rounds ------------------------------------------------------------------------------

    def replace_rounds(
        self,
        *,
        date: date,
        assistant_ids: Sequence[str],
        rounds: Iterable[Mapping[str, Any]],
        now: datetime,
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

        Returns
        -------
        list of str
            Codes that were replaced.
        """
        open_now = sa.and_(
            ROUND.c.date == date.isoformat(),
            ROUND.c.assistant_id.in_(list(assistant_ids)),
            ROUND.c.status == "open",
        )
        with self._transaction(writes=True) as connection:
            old = connection.execute(sa.select(ROUND.c.code).where(open_now)).scalars().all()
            connection.execute(ROUND.update().where(open_now).values(status="replaced"))
            for planned in rounds:
                connection.execute(
                    ROUND.insert(),
                    {
                        "code": planned["code"],
                        "date": date.isoformat(),
                        "assistant_id": planned["assistant_id"],
                        "window": planned["window"],
                        "reserved_at": _utc(now),
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

    # -- shifts ------------------------------------------------------------------------------

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
        _utc(now)
        row = {
            "assistant_id": assistant_id,
            "date": on.isoformat(),
            "cancelled": int(cancelled),
            "starts": None if starts is None else f"{starts:%H:%M}",
            "ends": None if ends is None else f"{ends:%H:%M}",
        }
        same = sa.and_(
            SHIFT_CHANGE.c.assistant_id == assistant_id, SHIFT_CHANGE.c.date == on.isoformat()
        )
        with self._transaction(writes=True) as connection:
            if connection.execute(SHIFT_CHANGE.update().where(same).values(**row)).rowcount == 0:
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


def _live() -> sa.Select[tuple[str]]:
    """Select the ids of knocks in a batch that was not undone."""
    return (
        sa.select(BATCH_KNOCK.c.knock_id)
        .join(BATCH, BATCH.c.batch_id == BATCH_KNOCK.c.batch_id)
        .where(BATCH.c.undone_at.is_(None))
    )


def _same(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return all((a[c] or "") == (b[c] or "") for c in _CONTENT)


def _clock(text: str | None) -> time | None:
    return None if not text else time.fromisoformat(text)
