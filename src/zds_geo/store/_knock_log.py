"""The log of knocks: recorded in batches, never edited, undone as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from zds_geo.core.errors import NotFoundError
from zds_geo.core.frames import KNOCKS
from zds_geo.core.ids import ROUND_CODE
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome
from zds_geo.core.retention import month_days
from zds_geo.core.windows import to_quarter
from zds_geo.store._audit import Action, note
from zds_geo.store._database import Database, as_text, live_knocks, utc
from zds_geo.store._hashes import ERASURE_KEY, hash_door
from zds_geo.store.schema import (
    BATCH,
    BATCH_KNOCK,
    CONFLICT,
    DO_NOT_KNOCK,
    DOOR_STATE,
    ERASURE,
    KEEPER,
    KNOCK,
    KNOCK_ASSISTANT,
)

if TYPE_CHECKING:
    import pandas as pd

SINGLE: Final = "add"  # the label of a knock that was added by itself
_CHUNK: Final = 400
# DESIGN 5: two rows with one id are the same knock when these agree.
_CONTENT: Final = (
    "door_id", "knocked_on", "window", "outcome", "come_back_window", "come_back_from",
    "come_back_until", "corrects",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """What became of recorded knocks, by id; ``batch_id`` is empty when nothing was new.

    ``expired``: past its retention, or forgotten already; ``gone``: of a door that was erased.
    """

    batch_id: str
    stored: tuple[str, ...]
    duplicate: tuple[str, ...]
    conflict: tuple[str, ...]
    expired: tuple[str, ...]
    gone: tuple[str, ...] = ()


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _row(knock: Knock) -> dict[str, Any]:
    return {
        "knock_id": knock.knock_id,
        "door_id": knock.door_id,
        "knocked_on": knock.knocked_on.isoformat(),
        "window": knock.window,
        "knocked_at": None if knock.knocked_at is None else utc(knock.knocked_at),
        "outcome": knock.outcome.value,
        "come_back_window": knock.come_back_window,
        "come_back_from": iso(knock.come_back_from),
        "come_back_until": iso(knock.come_back_until),
        "source": knock.source.value,
        "corrects": knock.corrects,
    }


def _action(label: str) -> Action:
    """Tell from the label of a batch what was done."""
    if ROUND_CODE.fullmatch(label):
        return Action.KNOCKS_ENTERED
    return Action.KNOCKS_ADDED if label == SINGLE else Action.KNOCKS_IMPORTED


def _part(
    knocks: Sequence[Knock], out: Callable[[Knock], bool]
) -> tuple[list[Knock], tuple[str, ...]]:
    """Part knocks: those that stay, and the ids of those that are out."""
    kept = [k for k in knocks if not out(k)]
    return kept, tuple(k.knock_id for k in knocks if out(k))


def iso(day: date | None) -> str | None:
    """Write a date as ISO text; None stays None."""
    return None if day is None else day.isoformat()


def _same(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return all((a[c] or "") == (b[c] or "") for c in _CONTENT)


class KnockLog(Database):
    """Knocks and their batches."""

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
        with self._transaction(writes=True) as connection:
            left, gone = self._erased(connection, knocks)
            fresh, expired = self._forgotten(connection, left, now)
            unwanted = {*gone, *expired}
            batch_id = self._next_batch(connection)
            result = self._store(connection, fresh, batch_id, label=label, now=now)
            self._heed(connection, knocks, {*unwanted, *result[2]}, now=now)
            if result[0] or result[2]:
                note(connection, _action(label), batch_id, now=now)
        return RecordResult(
            batch_id=batch_id if result[0] or result[2] else "",
            stored=tuple(result[0]),
            duplicate=tuple(result[1]),
            conflict=tuple(result[2]),
            expired=expired,
            gone=gone,
        )

    def _erased(
        self, connection: sa.Connection, knocks: Sequence[Knock]
    ) -> tuple[list[Knock], tuple[str, ...]]:
        """Part the knocks from those at doors that were erased since: these stay gone (P06)."""
        ledger: dict[str, str] = {}
        for row in connection.execute(sa.select(ERASURE)):
            ledger[row.door_hash] = max(row.erased_on, ledger.get(row.door_hash, ""))
        if not ledger:
            return list(knocks), ()
        key = connection.execute(
            sa.select(KEEPER.c.value).where(KEEPER.c.item == ERASURE_KEY)
        ).scalar_one()
        until = {d: ledger.get(hash_door(key, d), "") for d in {k.door_id for k in knocks}}
        return _part(knocks, lambda k: k.knocked_on.isoformat() <= until[k.door_id])

    def _forgotten(
        self, connection: sa.Connection, knocks: Sequence[Knock], now: datetime
    ) -> tuple[list[Knock], tuple[str, ...]]:
        """Part the knocks from those past their retention: too old, or folded up already."""
        today = now.astimezone(UTC).date()
        oldest = today - timedelta(days=month_days(self._retention.unreached_months))
        folded = today - timedelta(days=self._retention.after_talk_days)
        old = sorted({k.door_id for k in knocks if k.knocked_on < folded})
        talked: dict[str, str] = {}
        for part in _chunks(old):
            query = sa.select(DOOR_STATE.c.door_id, DOOR_STATE.c.month_last_talked).where(
                DOOR_STATE.c.door_id.in_(part), DOOR_STATE.c.contacts_had.like("%talked%")
            )
            talked.update({str(d): str(m) for d, m in connection.execute(query)})
        return _part(
            knocks,
            lambda k: (
                k.knocked_on < oldest
                or (k.knocked_on < folded and f"{k.knocked_on:%Y-%m}" <= talked.get(k.door_id, ""))
            ),
        )

    def _heed(
        self,
        connection: sa.Connection,
        knocks: Sequence[Knock],
        unstored: set[str],
        *,
        now: datetime,
    ) -> None:
        """Heed a do-not-knock even where its knock is too old or in conflict (P07)."""
        entries = [
            {"door_id": k.door_id, "since": k.knocked_on.isoformat()}
            for k in knocks
            if k.outcome is Outcome.DO_NOT_KNOCK and k.knock_id in unstored
        ]
        for entry in entries:
            same = sa.and_(*(DO_NOT_KNOCK.c[name] == value for name, value in entry.items()))
            if connection.execute(sa.select(DO_NOT_KNOCK.c.entry_id).where(same)).first() is None:
                made = connection.execute(
                    DO_NOT_KNOCK.insert().returning(DO_NOT_KNOCK.c.entry_id), entry
                )
                note(connection, Action.REGISTER_ADDED, f"entry {made.scalar_one()}", now=now)

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
                    "label": as_text(label),
                    "recorded_at": utc(to_quarter(now)),
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
            query = live_knocks().where(BATCH_KNOCK.c.knock_id.in_(part))
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
                .values(undone_at=utc(now))
            )
            if done.rowcount == 0:
                raise NotFoundError("store.no_batch", got=batch_id)
            count = connection.execute(
                sa.select(sa.func.count()).where(BATCH_KNOCK.c.batch_id == wanted)
            ).scalar_one()
            note(connection, Action.KNOCKS_UNDONE, wanted, now=now)
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

    def read_knocks(
        self, *, with_assistants: bool = False, doors: Mapping[str, str] | None = None
    ) -> pd.DataFrame:
        """Read the knocks that count: in a batch that was not undone, and not corrected.

        Parameters
        ----------
        doors : mapping of str to str, optional
            Door as recorded → door that carries its history on; by default as recorded.
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
            .where(KNOCK.c.knock_id.in_(live_knocks()))
            .order_by(KNOCK.c.knocked_on, KNOCK.c.door_id, KNOCK.c.knock_id)
        )
        with self._transaction(writes=False) as connection:
            rows = connection.execute(query).mappings().all()
        table = pd.DataFrame([dict(r) for r in rows], columns=["knock_id", *KNOCKS.columns])
        corrected = set(table["corrects"]) - {""}
        table = table.loc[~table["knock_id"].isin(corrected)].set_index("knock_id")
        if doors:
            table["door_id"] = [doors.get(d, d) for d in table["door_id"]]
        shown = table["assistant_id"].notna()
        if not with_assistants:
            shown &= table["outcome"] == Outcome.COME_BACK.value
        table["assistant_id"] = table["assistant_id"].where(shown, "")
        for column in ("knocked_on", "come_back_from", "come_back_until"):
            table[column] = pd.Series(
                [
                    date.fromisoformat(d) if isinstance(d, str) and d else None
                    for d in table[column]
                ],
                index=table.index,
                dtype="object",
            )
        moments = [
            datetime.fromisoformat(t) if isinstance(t, str) and t else pd.NaT
            for t in table["knocked_at"]
        ]
        table["knocked_at"] = pd.Series(
            pd.to_datetime(pd.Series(moments, dtype="object"), utc=True).to_numpy(),
            index=table.index,
            dtype="datetime64[ns, UTC]",
        )
        return table
