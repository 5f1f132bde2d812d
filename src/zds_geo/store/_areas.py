"""Lasting areas: whose a door is. Each division is kept whole, so that one can go back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from zds_geo.store._database import Database, utc
from zds_geo.store.schema import DIVISION, DIVISION_DOOR

_KEPT: Final = 2  # divisions


def _current() -> sa.ScalarSelect[int]:
    newest = sa.select(sa.func.max(DIVISION.c.division_id)).where(DIVISION.c.withdrawn_at.is_(None))
    return newest.scalar_subquery()


def forget_divisions(connection: sa.Connection) -> None:
    """Remove what nobody can go back to: all but the division that holds and the one before it."""
    newest = (
        sa.select(DIVISION.c.division_id)
        .where(DIVISION.c.withdrawn_at.is_(None))
        .order_by(DIVISION.c.division_id.desc())
        .limit(_KEPT)
    )
    kept = connection.execute(newest).scalars().all()
    connection.execute(DIVISION_DOOR.delete().where(DIVISION_DOOR.c.division_id.not_in(kept)))
    connection.execute(DIVISION.delete().where(DIVISION.c.division_id.not_in(kept)))


class AreaBook(Database):
    """Divisions of the doors over the team."""

    def add_division(self, owners: Mapping[str, str], *, now: datetime) -> int:
        """Keep a division, in one transaction; the one before stays for going back.

        Parameters
        ----------
        owners : mapping of str to str
            Door → pseudonym, of all doors that have an owner.
        now : datetime
            Aware.

        Returns
        -------
        int
            Its number.
        """
        with self._transaction(writes=True) as connection:
            made = connection.execute(
                DIVISION.insert().returning(DIVISION.c.division_id), {"made_at": utc(now)}
            )
            number = int(made.scalar_one())
            rows = [
                {"division_id": number, "door_id": door, "assistant_id": owner}
                for door, owner in sorted(owners.items())
            ]
            if rows:
                connection.execute(DIVISION_DOOR.insert(), rows)
        return number

    def read_owners(self) -> dict[str, str]:
        """Read whose each door is in the division that holds; empty without one."""
        query = sa.select(DIVISION_DOOR.c.door_id, DIVISION_DOOR.c.assistant_id).where(
            DIVISION_DOOR.c.division_id == _current()
        )
        with self._transaction(writes=False) as connection:
            rows = connection.execute(query.order_by(DIVISION_DOOR.c.door_id)).all()
        return {str(door): str(owner) for door, owner in rows}

    def withdraw_division(self, *, now: datetime) -> bool:
        """Take the division that holds back: the one before holds again.

        Parameters
        ----------
        now : datetime
            Aware.

        Returns
        -------
        bool
            False when there was none.
        """
        with self._transaction(writes=True) as connection:
            done = connection.execute(
                DIVISION.update()
                .where(DIVISION.c.division_id == _current())
                .values(withdrawn_at=utc(now))
            )
        return bool(done.rowcount)
