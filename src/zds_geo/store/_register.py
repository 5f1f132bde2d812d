"""The do-not-knock register (P07)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from zds_geo.core.errors import NotFoundError, StoreError
from zds_geo.core.outcomes import Source
from zds_geo.store._database import Database, live_knocks, utc
from zds_geo.store.schema import DO_NOT_KNOCK, DOOR_LINEAGE


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
        utc(now)
        inherits = door_id in self.do_not_knock_doors()
        with self._transaction(writes=True) as connection:
            done = connection.execute(
                DO_NOT_KNOCK.update()
                .where(DO_NOT_KNOCK.c.door_id == door_id, DO_NOT_KNOCK.c.withdrawn_on.is_(None))
                .values(withdrawn_on=on.isoformat())
            )
            if done.rowcount == 0 and not inherits:
                raise NotFoundError("store.not_in_register")
            if done.rowcount == 0:  # inherited: from now on not at this door, still at the others
                day = on.isoformat()
                connection.execute(
                    DO_NOT_KNOCK.insert(), {"door_id": door_id, "since": day, "withdrawn_on": day}
                )

    def do_not_knock_doors(self) -> frozenset[str]:
        """Give the doors nobody rings at (P07).

        Returns
        -------
        frozenset of str
            Doors with an entry that holds, and every successor of them, except where it was
            withdrawn at the successor itself.
        """
        entry = DO_NOT_KNOCK.c
        holds = sa.or_(entry.knock_id.is_(None), entry.knock_id.in_(live_knocks()))
        with self._transaction(writes=False) as connection:
            doors = set(
                connection.execute(
                    sa.select(entry.door_id).where(entry.withdrawn_on.is_(None), holds)
                ).scalars()
            )
            freed = set(
                connection.execute(
                    sa.select(entry.door_id).where(entry.withdrawn_on.is_not(None))
                ).scalars()
            )
            freed -= doors
            lineage = connection.execute(
                sa.select(
                    DOOR_LINEAGE.c.old_door_id, DOOR_LINEAGE.c.new_door_id, DOOR_LINEAGE.c.kind
                )
            ).all()
        # The same home under another id: also when an older delivery is put back.
        steps = [(old, new) for old, new, _ in lineage]
        steps += [(new, old) for old, new, kind in lineage if kind == "linked"]
        grown = True
        while grown:
            heirs = {new for old, new in steps if old in doors} - doors - freed
            doors |= heirs
            grown = bool(heirs)
        return frozenset(doors)
