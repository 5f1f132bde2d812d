"""One door: what is held of it, and erasing it so that nothing comes back (P06)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from zds_geo.store._audit import Action, note
from zds_geo.store._database import live_knocks
from zds_geo.store._hashes import ERASURE_KEY, door_mark, hash_door
from zds_geo.store._inherit import same_home
from zds_geo.store._register import Register
from zds_geo.store._retention import RetentionBook, without_doors
from zds_geo.store.schema import (
    BATCH,
    BATCH_KNOCK,
    CONFLICT,
    DO_NOT_KNOCK,
    DOOR_STATE,
    ERASURE,
    KNOCK,
    KNOCK_ASSISTANT,
    ROUND,
    ROUND_DOOR,
)

Ledger = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRecord:
    """Everything that is held of one door, as rows."""

    door_ids: tuple[str, ...]
    knocks: tuple[dict[str, Any], ...]
    state: tuple[dict[str, Any], ...]
    register: tuple[dict[str, Any], ...]
    rounds: tuple[dict[str, Any], ...]
    conflicts: tuple[dict[str, Any], ...]


class ErasureBook(RetentionBook, Register):
    """Reading and erasing one door."""

    def show_door(self, door_id: str, *, now: datetime) -> DoorRecord:
        """Read everything that is held of a door, and note that it was shown; see ``read_door``."""
        mark = door_mark(self.erasure_key(), door_id)
        with self._transaction(writes=True) as connection:
            note(connection, Action.DOOR_SHOWN, mark, now=now)
        return self.read_door(door_id)

    def read_door(self, door_id: str) -> DoorRecord:
        """Read everything that is held of a door, under every id it has or had.

        Parameters
        ----------
        door_id : str
            The door.

        Returns
        -------
        DoorRecord
            Also knocks that were undone, marked by ``counts``.
        """
        with self._transaction(writes=False) as connection:
            home = sorted(same_home(door_id, self._links(connection)))
            counts = KNOCK.c.knock_id.in_(live_knocks()).label("counts")
            knocks = (
                sa.select(KNOCK, KNOCK_ASSISTANT.c.assistant_id, counts)
                .outerjoin(KNOCK_ASSISTANT, KNOCK.c.knock_id == KNOCK_ASSISTANT.c.knock_id)
                .where(KNOCK.c.door_id.in_(home))
                .order_by(KNOCK.c.knocked_on, KNOCK.c.knock_id)
            )
            rounds = (
                sa.select(ROUND.c.code, ROUND.c.date, ROUND.c.status, ROUND_DOOR.c.line)
                .join(ROUND_DOOR, ROUND_DOOR.c.code == ROUND.c.code)
                .where(ROUND_DOOR.c.door_id.in_(home))
                .order_by(ROUND.c.date, ROUND.c.code)
            )

            def rows(query: Any) -> tuple[dict[str, Any], ...]:
                return tuple(dict(r) for r in connection.execute(query).mappings())

            def of(table: sa.Table) -> Any:
                return sa.select(table).where(table.c.door_id.in_(home))

            return DoorRecord(
                door_ids=tuple(home), knocks=rows(knocks), state=rows(of(DOOR_STATE)),
                register=rows(of(DO_NOT_KNOCK)), rounds=rows(rounds), conflicts=rows(of(CONFLICT)),
            )  # fmt: skip

    def erase_door(self, door_id: str, *, on: date, now: datetime, moved: bool = False) -> int:
        """Erase the history of a door; the do-not-knock register keeps its entry.

        Parameters
        ----------
        door_id : str
            The door.
        on : date
            Everything up to and including this date is gone and stays gone.
        now : datetime
            Aware.
        moved : bool
            Other people live there now; noted as such.

        Returns
        -------
        int
            Number of knocks erased.
        """
        key = self.erasure_key()
        with self._transaction(writes=True) as connection:
            home = sorted(same_home(door_id, self._links(connection)))
            rows = [{"door_hash": hash_door(key, d), "erased_on": on.isoformat()} for d in home]
            connection.execute(self._insert_new(ERASURE), rows)
            count = self._erase(connection, home, on)
            action = Action.RESIDENTS_NEW if moved else Action.DOOR_FORGOTTEN
            note(connection, action, door_mark(key, door_id), now=now)
        self.really_gone()
        return count

    def _erase(self, connection: sa.Connection, home: Collection[str], on: date) -> int:
        day = on.isoformat()
        mine = sa.and_(KNOCK.c.door_id.in_(home), KNOCK.c.knocked_on <= day)
        ids = list(connection.execute(sa.select(KNOCK.c.knock_id).where(mine)).scalars())
        batches = self._batches_of(connection, ids)
        self._delete(connection, ids)
        old = sa.and_(CONFLICT.c.door_id.in_(home), CONFLICT.c.knocked_on <= day)
        connection.execute(CONFLICT.delete().where(old))
        connection.execute(DOOR_STATE.delete().where(DOOR_STATE.c.door_id.in_(home)))
        codes = sa.select(ROUND_DOOR.c.code).where(ROUND_DOOR.c.door_id.in_(home))
        rounds = connection.execute(
            sa.select(ROUND.c.code, ROUND.c.payload).where(ROUND.c.code.in_(codes))
        ).all()
        for code, payload in rounds:
            left = without_doors(payload, frozenset(home))
            connection.execute(ROUND.update().where(ROUND.c.code == code).values(payload=left))
        connection.execute(
            ROUND_DOOR.update().where(ROUND_DOOR.c.door_id.in_(home)).values(door_id="")
        )
        self._name_anew(connection, batches)
        return len(ids)

    def _batches_of(self, connection: sa.Connection, ids: list[str]) -> list[str]:
        query = sa.select(BATCH_KNOCK.c.batch_id).where(BATCH_KNOCK.c.knock_id.in_(ids))
        return sorted(set(connection.execute(query).scalars()))

    def _name_anew(self, connection: sa.Connection, batches: list[str]) -> None:
        """Leave no batch behind that was about this door alone."""
        for batch_id in batches:
            some = sa.select(BATCH_KNOCK.c.knock_id).where(BATCH_KNOCK.c.batch_id == batch_id)
            if connection.execute(some).first() is None:
                connection.execute(
                    BATCH.update().where(BATCH.c.batch_id == batch_id).values(label="-")
                )

    def erasure_key(self) -> str:
        """Give the key of the hashes, made at first."""
        found = self.read_keeper(ERASURE_KEY)
        if found:
            return found
        with self._transaction(writes=True) as connection:
            fresh = secrets.token_hex(32)
            self._write_keeper(connection, ERASURE_KEY, fresh)
        return fresh

    def read_erasures(self) -> Ledger:
        """Read the ledger: hash of a door, and the date up to which it was erased."""
        with self._transaction(writes=False) as connection:
            rows = connection.execute(sa.select(ERASURE.c.door_hash, ERASURE.c.erased_on)).all()
        return frozenset((str(h), str(d)) for h, d in rows)

    def replay_erasures(self, ledger: Iterable[tuple[str, str]], *, key: str) -> int:
        """Erase again what was erased before, after a back-up was put back.

        Parameters
        ----------
        ledger : iterable of (str, str)
            As kept beside the database.
        key : str
            That its hashes were made with.

        Returns
        -------
        int
            Number of knocks that had come back and are gone again.
        """
        wanted: dict[str, str] = {}
        for door_hash, day in ledger:
            wanted[door_hash] = max(day, wanted.get(door_hash, ""))
        own = self.read_keeper(ERASURE_KEY)
        with self._transaction(writes=True) as connection:
            if not own:
                own = key
                self._write_keeper(connection, ERASURE_KEY, key)
            rows = [{"door_hash": h, "erased_on": d} for h, d in sorted(wanted.items())]
            if rows and key == own:
                connection.execute(self._insert_new(ERASURE), rows)
            doors: set[str] = set()
            for table in (KNOCK, CONFLICT, DOOR_STATE, ROUND_DOOR):
                doors |= set(connection.execute(sa.select(table.c.door_id).distinct()).scalars())
            gone = 0
            for door_id in sorted(doors - {""}):
                day = wanted.get(hash_door(key, door_id), "")
                if day:
                    gone += self._erase(connection, [door_id], date.fromisoformat(day))
                    row = {"door_hash": hash_door(own, door_id), "erased_on": day}
                    connection.execute(self._insert_new(ERASURE), row)
        self.really_gone()
        return gone
