"""Forgetting on time (P04): first what remains is written, then knocks go, some doors at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa

from zds_geo.core.errors import StoreError
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.retention import month_days
from zds_geo.core.windows import WindowScheme
from zds_geo.store._areas import forget_divisions
from zds_geo.store._audit import Action, Actor, forget_audit, note
from zds_geo.store._database import Database, live_knocks
from zds_geo.store._door_state import COLUMNS
from zds_geo.store._fold import CountKey, OldKnock, count_blocks, fold_door
from zds_geo.store._sheet_register import forget_sheets
from zds_geo.store.schema import (
    BATCH,
    BATCH_KNOCK,
    CONFLICT,
    DO_NOT_KNOCK,
    DOOR_STATE,
    KEEPER,
    KNOCK,
    KNOCK_ASSISTANT,
    LASTING_COUNT,
    ROUND,
    ROUND_DOOR,
    SHIFT_CHANGE,
)

LATE_DAYS: Final = 7  # a clock that runs further ahead than this may be wrong
_DOORS: Final = 200  # a transaction
_CHUNK: Final = 400
_PRUNED_ON: Final = "pruned_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What was forgotten, in counts."""

    knocks: int
    doors: int
    routes: int
    details: int


class RetentionBook(Database):
    """Retention."""

    def pruned_on(self) -> date | None:
        """Give the date of the last run; None when there was none."""
        text = self.read_keeper(_PRUNED_ON)
        return date.fromisoformat(text) if text else None

    def read_keeper(self, name: str) -> str:
        """Give what the store keeps for itself under a name; empty when there is nothing."""
        query = sa.select(KEEPER.c.value).where(KEEPER.c.item == name)
        with self._transaction(writes=False) as connection:
            return str(connection.execute(query).scalar() or "")

    def _write_keeper(self, connection: sa.Connection, name: str, value: str) -> None:
        same = KEEPER.c.item == name
        if connection.execute(KEEPER.update().where(same).values(value=value)).rowcount == 0:
            connection.execute(KEEPER.insert(), {"item": name, "value": value})

    def is_prune_due(self, *, now: datetime) -> bool:
        """Tell whether a day has passed since the last run, and no more than a week.

        A longer gap waits for somebody's word: a wrong clock must not wipe the history.
        """
        last, today = self.pruned_on(), now.astimezone(UTC).date()
        return last is None or timedelta(0) < today - last <= timedelta(days=LATE_DAYS)

    def has_old_knocks(self, *, now: datetime) -> bool:
        """Tell whether there are knocks that retention takes."""
        with self._transaction(writes=False) as connection:
            return next(self._old_knocks(connection, now), None) is not None

    def prune(
        self,
        *,
        now: datetime,
        cycle_start: date | None,
        windows: WindowScheme,
        blocks: Mapping[str, tuple[str, str]],
        confirmed: bool = False,
    ) -> PruneReport:
        """Forget what is past its retention; ``door_state`` and counts are written first.

        Parameters
        ----------
        now : datetime
            Aware.
        cycle_start : date or None
            Of the running cycle.
        windows : WindowScheme
            Kinds of the windows.
        blocks : mapping of str to (str, str)
            Door → (block, buurt), for the lasting counts.
        confirmed : bool
            ``now`` was confirmed by somebody.

        Returns
        -------
        PruneReport
            Counts only.

        Raises
        ------
        StoreError
            If ``now`` lies more than a week past the last run and nobody confirmed it.

        Notes
        -----
        Every transaction takes some doors whole: a run that is broken off goes on where it was.
        """
        today, last = now.astimezone(UTC).date(), self.pruned_on()
        if last is not None and today - last > timedelta(days=LATE_DAYS) and not confirmed:
            raise StoreError("store.prune_clock", last=last, now=today)
        with self._transaction(writes=False) as connection:
            old = list(self._old_knocks(connection, now))
        by_door = [(d, list(k)) for d, k in groupby(old, key=lambda k: k.door_id)]
        for start in range(0, len(by_door), _DOORS):
            with self._transaction(writes=True) as connection:
                for door_id, knocks in by_door[start : start + _DOORS]:
                    self._fold(connection, door_id, knocks, cycle_start, windows)
                some = [k for _, knocks in by_door[start : start + _DOORS] for k in knocks]
                self._add_counts(connection, count_blocks(some, blocks))
                self._delete(connection, [k.knock_id for k in some])
        details = self.forget_details(now=now, days=self._retention.who_rang_days)
        routes = self._forget_rest(today)
        with self._transaction(writes=True) as connection:
            if last is None or today > last:
                self._write_keeper(connection, _PRUNED_ON, today.isoformat())
            if old or routes:
                note(connection, Action.PRUNED, len(old), now=now, actor=Actor.PROGRAM)
        self.really_gone()
        return PruneReport(knocks=len(old), doors=len(by_door), routes=routes, details=details)

    def forget_details(self, *, now: datetime, days: int = 30) -> int:
        """Forget the quarter-hour of old knocks, and who rang; date and window stay (P03).

        Parameters
        ----------
        now : datetime
            Aware.
        days : int
            Knocks of more than so many days before it are old.

        Returns
        -------
        int
            Number of details forgotten. Who made an appointment stays while it is open.
        """
        day = now.astimezone(UTC).date()
        old = KNOCK.c.knocked_on < (day - timedelta(days=days)).isoformat()
        promised = sa.and_(
            KNOCK.c.outcome == Outcome.COME_BACK.value,
            sa.func.coalesce(KNOCK.c.come_back_until, KNOCK.c.come_back_from, "")
            >= (day - timedelta(days=days)).isoformat(),
        )
        times = sa.and_(old, KNOCK.c.knocked_at.is_not(None))
        people = KNOCK_ASSISTANT.c.knock_id.in_(
            sa.select(KNOCK.c.knock_id).where(old, sa.not_(promised))
        )
        with self._transaction(writes=False) as connection:
            found = sum(
                connection.execute(sa.select(sa.exists().where(rule))).scalar_one()
                for rule in (times, people)
            )
        if not found:
            return 0
        with self._transaction(writes=True) as connection:
            emptied = connection.execute(KNOCK.update().where(times).values(knocked_at=None))
            removed = connection.execute(KNOCK_ASSISTANT.delete().where(people))
        return emptied.rowcount + removed.rowcount

    def _old_knocks(self, connection: sa.Connection, now: datetime) -> Iterator[OldKnock]:
        """Give the knocks past their retention, by door."""
        today, retention = now.astimezone(UTC).date(), self._retention
        talk_before = today - timedelta(days=retention.after_talk_days)
        before = today - timedelta(days=month_days(retention.unreached_months))
        live = KNOCK.c.knock_id.in_(live_knocks())
        talked = (
            sa.select(KNOCK.c.door_id, sa.func.max(KNOCK.c.knocked_on).label("talked_on"))
            .where(
                live, KNOCK.c.outcome == Outcome.TALKED.value,
                KNOCK.c.knocked_on < talk_before.isoformat(),
            )
            .group_by(KNOCK.c.door_id)
            .subquery()
        )  # fmt: skip
        corrects = sa.select(KNOCK.c.corrects).where(KNOCK.c.corrects != "", live)
        appointment = sa.func.coalesce(KNOCK.c.come_back_until, KNOCK.c.come_back_from, "")
        open_ = sa.and_(
            KNOCK.c.outcome == Outcome.COME_BACK.value, appointment >= today.isoformat()
        )
        counts = sa.and_(live, KNOCK.c.knock_id.not_in(corrects))
        query = (
            sa.select(KNOCK, counts.label("counts"))
            .outerjoin(talked, talked.c.door_id == KNOCK.c.door_id)
            .where(
                sa.or_(
                    KNOCK.c.knocked_on < before.isoformat(),
                    KNOCK.c.knocked_on <= sa.func.coalesce(talked.c.talked_on, ""),
                ),
                sa.not_(open_),
            )
            .order_by(KNOCK.c.door_id, KNOCK.c.knocked_on, KNOCK.c.knock_id)
        )
        for row in connection.execute(query).mappings():
            yield OldKnock(
                knock_id=row["knock_id"], door_id=row["door_id"],
                knocked_on=date.fromisoformat(row["knocked_on"]), window=row["window"],
                outcome=Outcome(row["outcome"]), source=Source(row["source"]),
                counts=bool(row["counts"]),
            )  # fmt: skip

    def _fold(
        self,
        connection: sa.Connection,
        door_id: str,
        knocks: Sequence[OldKnock],
        cycle_start: date | None,
        windows: WindowScheme,
    ) -> None:
        same = DOOR_STATE.c.door_id == door_id
        row = connection.execute(sa.select(DOOR_STATE).where(same)).mappings().first()
        known = {c: row[c] or "" for c in COLUMNS} if row is not None else {}
        state = fold_door(known, knocks, cycle_start=cycle_start, windows=windows)
        if not any(k.counts for k in knocks):
            return
        stored = {**state, **{c: state[c] or None for c in ("vacant_on", "not_a_home_on")}}
        if row is None:
            connection.execute(DOOR_STATE.insert(), {"door_id": door_id, **stored})
        else:
            connection.execute(DOOR_STATE.update().where(same).values(**stored))

    def _add_counts(
        self, connection: sa.Connection, counts: Mapping[CountKey, tuple[int, int, int]]
    ) -> None:
        row = LASTING_COUNT.c
        for (block, buurt, month, weekday, window), (attempts, opened, talked) in counts.items():
            same = sa.and_(
                row.block_id == block, row.month == month, row.weekday_class == weekday,
                row.window == window,
            )  # fmt: skip
            more = {
                "attempts": row.attempts + attempts, "opened": row.opened + opened,
                "talked": row.talked + talked,
            }  # fmt: skip
            if connection.execute(LASTING_COUNT.update().where(same).values(more)).rowcount == 0:
                connection.execute(
                    LASTING_COUNT.insert(),
                    {
                        "block_id": block, "buurt_code": buurt, "month": month,
                        "weekday_class": weekday, "window": window, "attempts": attempts,
                        "opened": opened, "talked": talked,
                    },
                )  # fmt: skip

    def _delete(self, connection: sa.Connection, knock_ids: Sequence[str]) -> None:
        """Delete knocks with what hangs on them; an entry of the register stays, without knock."""
        for start in range(0, len(knock_ids), _CHUNK):
            some = knock_ids[start : start + _CHUNK]
            undone = sa.and_(
                DO_NOT_KNOCK.c.knock_id.in_(some), DO_NOT_KNOCK.c.knock_id.not_in(live_knocks())
            )
            connection.execute(DO_NOT_KNOCK.delete().where(undone))
            connection.execute(
                DO_NOT_KNOCK.update().where(DO_NOT_KNOCK.c.knock_id.in_(some)).values(knock_id=None)
            )
            for table in (KNOCK_ASSISTANT, BATCH_KNOCK, CONFLICT, KNOCK):
                connection.execute(table.delete().where(table.c.knock_id.in_(some)))

    def _forget_rest(self, today: date) -> int:
        """Forget routes, fine times, conflicts, shifts, divisions and what remained long enough."""

        retention = self._retention

        def before(days: int) -> str:
            return (today - timedelta(days=days)).isoformat()

        old_route = sa.and_(
            ROUND.c.date < before(retention.routes_days),
            sa.or_(ROUND.c.payload != "", ROUND.c.assistant_id != ""),
        )
        codes = sa.select(ROUND.c.code).where(old_route)
        fine = sa.and_(
            BATCH.c.recorded_at < before(retention.ingest_days),
            BATCH.c.recorded_at.not_like("%T00:00:00+00:00"),
        )
        month, state = DOOR_STATE.c.month_last_talked, DOOR_STATE.c.month_last_tried
        talk_month = before(month_days(retention.talk_months))[:7]
        state_month = before(month_days(retention.state_months))[:7]
        with self._transaction(writes=True) as connection:
            connection.execute(ROUND_DOOR.delete().where(ROUND_DOOR.c.code.in_(codes)))
            routes = connection.execute(
                ROUND.update()
                .where(old_route)
                .values(
                    payload="", assistant_id="",
                    status=sa.case((ROUND.c.status == "open", "closed"), else_=ROUND.c.status),
                )
            ).rowcount  # fmt: skip
            connection.execute(
                BATCH.update()
                .where(fine)
                .values(recorded_at=sa.func.substr(BATCH.c.recorded_at, 1, 10) + "T00:00:00+00:00")
            )
            connection.execute(
                SHIFT_CHANGE.delete().where(SHIFT_CHANGE.c.date < before(retention.who_rang_days))
            )
            forget_divisions(connection)
            forget_sheets(connection, today - timedelta(days=retention.sheets_days))
            forget_audit(connection, today - timedelta(days=month_days(retention.audit_months)))
            connection.execute(
                CONFLICT.delete().where(
                    CONFLICT.c.knocked_on < before(month_days(retention.unreached_months))
                )
            )
            connection.execute(
                DOOR_STATE.update()
                .where(month != "", month < talk_month)
                .values(month_last_talked="")
            )
            connection.execute(
                DOOR_STATE.delete().where(
                    state < state_month, month == "", DOOR_STATE.c.not_a_home_on.is_(None)
                )
            )
        return int(routes)

    def drop_old_state(self, *, started_on: date) -> int:
        """Drop what remained of doors from before a cycle that now closes.

        Parameters
        ----------
        started_on : date
            First date of the cycle that closes: what is of that cycle stays until the next one
            closes.

        Returns
        -------
        int
            Number of doors. That a door is no home stays known.
        """
        row = DOOR_STATE.c
        cycle, month = started_on.isoformat(), f"{started_on:%Y-%m}"
        old = sa.and_(row.cycle_on < cycle, row.month_last_tried < month)
        with self._transaction(writes=True) as connection:
            gone = connection.execute(
                DOOR_STATE.delete().where(old, row.not_a_home_on.is_(None))
            ).rowcount
            connection.execute(
                DOOR_STATE.update()
                .where(old)
                .values(
                    month_last_tried="", month_last_talked="", kinds_tried="", misses=0,
                    cycle_on="", contacts_had="", vacant_on=None,
                )
            )  # fmt: skip
        return int(gone)

    def really_gone(self) -> None:
        """Leave nothing readable behind: SQLite overwrites at once, PostgreSQL when it is told."""
        if self._engine.dialect.name != "postgresql":
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM FULL")

    def lasting_counts(self) -> list[dict[str, Any]]:
        """List the lasting counts as rows, sorted."""
        query = sa.select(LASTING_COUNT).order_by(*LASTING_COUNT.primary_key.columns)
        with self._transaction(writes=False) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def without_doors(payload: str, doors: frozenset[str]) -> str:
    """Take doors out of a stored round.

    Parameters
    ----------
    payload : str
        JSON of a round, or empty.
    doors : frozenset of str
        Door ids.

    Returns
    -------
    str
        The same round without them; line numbers of the others stay.
    """
    if not payload:
        return payload
    content = json.loads(payload)
    stops = []
    for stop in content.get("stops", []):
        stop["doors"] = [d for d in stop["doors"] if d["door_id"] not in doors]
        if stop["doors"]:
            stops.append(stop)
    content["stops"] = stops
    return json.dumps(content, default=str, ensure_ascii=False, sort_keys=True)
