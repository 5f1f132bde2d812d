"""The do-not-knock register (P07)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from zds_geo.core.errors import NotFoundError, StoreError
from zds_geo.core.outcomes import Source
from zds_geo.store._audit import Action, note
from zds_geo.store._database import Database, live_knocks, utc
from zds_geo.store._inherit import Entry, Link, refused_doors, same_home
from zds_geo.store.schema import DO_NOT_KNOCK, DOOR_LINEAGE, REGISTER_SOURCE


class Register(Database):
    """Doors where nobody rings."""

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
        utc(now)
        if door_id in self.do_not_knock_doors():
            return
        with self._transaction(writes=True) as connection:
            made = connection.execute(
                DO_NOT_KNOCK.insert().returning(DO_NOT_KNOCK.c.entry_id),
                {"door_id": door_id, "since": on.isoformat()},
            )
            note(connection, Action.REGISTER_ADDED, f"entry {made.scalar_one()}", now=now)

    def note_register_source(self, kind: str, *, on: date) -> None:
        """Note that the list of doors nobody rings at was given, or that there is none.

        Parameters
        ----------
        kind : str
            ``list``, ``none``, or ``invented`` (example and simulated people).
        on : date
            The date.
        """
        day = on.isoformat()
        row = REGISTER_SOURCE.c
        with self._transaction(writes=True) as connection:
            same = sa.and_(row.kind == kind, row.given_on == day)
            if connection.execute(sa.select(row.source_id).where(same)).first() is None:
                connection.execute(REGISTER_SOURCE.insert(), {"kind": kind, "given_on": day})

    def has_register_source(self) -> bool:
        """Tell whether somebody gave the list, or said that there is none."""
        with self._transaction(writes=False) as connection:
            query = sa.select(REGISTER_SOURCE.c.source_id)
            return connection.execute(query).first() is not None

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
        utc(now)
        day = on.isoformat()
        with self._transaction(writes=True) as connection:
            home = same_home(door_id, self._links(connection))
            done = connection.execute(
                DO_NOT_KNOCK.update()
                .where(DO_NOT_KNOCK.c.door_id.in_(home), DO_NOT_KNOCK.c.withdrawn_on.is_(None))
                .values(withdrawn_on=day)
                .returning(DO_NOT_KNOCK.c.entry_id)
            )
            entries = sorted(done.scalars())
            inherits = door_id in self._refused(connection)
            if not entries and not inherits:
                raise NotFoundError("store.not_in_register")
            if inherits:  # from now on not at this door, still at the others
                made = connection.execute(
                    DO_NOT_KNOCK.insert().returning(DO_NOT_KNOCK.c.entry_id),
                    {"door_id": door_id, "since": day, "withdrawn_on": day},
                )
                entries.append(made.scalar_one())
            for entry in entries:
                note(connection, Action.REGISTER_WITHDRAWN, f"entry {entry}", now=now)

    def do_not_knock_doors(self) -> frozenset[str]:
        """Give the doors nobody rings at (P07).

        Returns
        -------
        frozenset of str
            Doors with an entry that holds, and their successors as ``refused_doors`` rules.
        """
        with self._transaction(writes=False) as connection:
            return self._refused(connection)

    def _refused(self, connection: sa.Connection) -> frozenset[str]:
        row = DO_NOT_KNOCK.c
        counts = sa.or_(row.knock_id.is_(None), row.knock_id.in_(live_knocks()))
        query = sa.select(row.door_id, row.since, row.withdrawn_on, counts)
        entries = [Entry(d, s, w, bool(c)) for d, s, w, c in connection.execute(query)]
        return refused_doors(entries, self._links(connection))

    def _links(self, connection: sa.Connection) -> list[Link]:
        row = DOOR_LINEAGE.c
        query = sa.select(row.old_door_id, row.new_door_id, row.kind, row.since)
        return [Link(*found) for found in connection.execute(query)]
