"""Doors change: which home became which, and which doors a delivery lacks (R06)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa

from zds_geo.core.model import Lineage
from zds_geo.store._database import Database
from zds_geo.store.schema import DOOR_LINEAGE, DOOR_STATUS

FOLLOWS = ("linked", "merged")  # a split home's history stays where it was


class LineageBook(Database):
    """Lineage and status of doors."""

    def add_lineage(self, links: Iterable[Lineage], *, on: date) -> int:
        """Write down which home became which; the same link again changes nothing.

        Parameters
        ----------
        links : iterable of Lineage
            In any order.
        on : date
            Of the delivery.

        Returns
        -------
        int
            Number of new links.
        """
        rows = [
            {
                "old_door_id": link.old_door_id,
                "new_door_id": link.new_door_id,
                "since": on.isoformat(),
                "kind": link.kind,
            }
            for link in sorted(links, key=lambda n: (n.old_door_id, n.new_door_id))
        ]
        if not rows:
            return 0
        with self._transaction(writes=True) as connection:
            count = sa.select(sa.func.count()).select_from(DOOR_LINEAGE)
            before = connection.execute(count).scalar_one()
            connection.execute(self._insert_new(DOOR_LINEAGE), rows)
            after = connection.execute(count).scalar_one()
        return int(after) - int(before)

    def list_lineage(self) -> list[tuple[str, str, str, str]]:
        """List (old door, new door, kind, since), sorted."""
        table = DOOR_LINEAGE.c
        query = sa.select(table.old_door_id, table.new_door_id, table.kind, table.since)
        with self._transaction(writes=False) as connection:
            rows = connection.execute(query.order_by(table.old_door_id, table.new_door_id)).all()
        return [(str(a), str(b), str(c), str(d)) for a, b, c, d in rows]

    def current_doors(
        self, present: Collection[str], *, follow: Collection[str] = FOLLOWS
    ) -> dict[str, str]:
        """Give for each door that lives on under another id that id.

        Parameters
        ----------
        present : collection of str
            Doors of today's places.
        follow : collection of str
            Kinds of links that are followed.

        Returns
        -------
        dict of str to str
            Door as recorded → present door that carries its history on. A door that is present
            itself, and a split home, are not in it.

        Notes
        -----
        Successors first; then the way back over links, for when an older delivery is put back.
        """
        here = set(present)
        forth: dict[str, list[str]] = {}
        back: dict[str, list[str]] = {}
        for old, new, kind, _ in self.list_lineage():
            if kind in follow:
                forth.setdefault(old, []).append(new)
            if kind == "linked" and kind in follow:
                back.setdefault(new, []).append(old)
        found = {}
        for door_id in sorted({*forth, *back} - here):
            lives_on = _nearest(door_id, forth, here) or _nearest(door_id, back, here)
            if lives_on:
                found[door_id] = lives_on
        return found

    def heirs_of(self, doors: Collection[str]) -> frozenset[str]:
        """Give the doors themselves and everything that came of them, over all kinds of links."""
        steps: dict[str, list[str]] = {}
        for old, new, _, _ in self.list_lineage():
            steps.setdefault(old, []).append(new)
        found, wave = set(doors), set(doors)
        while wave:
            wave = {n for door_id in wave for n in steps.get(door_id, ())} - found
            found |= wave
        return frozenset(found)

    def note_delivery(self, *, gone: Collection[str], present: Collection[str], on: date) -> None:
        """Note which doors a delivery lacks: missing after one, retired after two.

        Parameters
        ----------
        gone : collection of str
            Doors that were there before and are not now.
        present : collection of str
            Doors of the delivery: a missing one among them is back.
        on : date
            Of the delivery; the same delivery again changes nothing.
        """
        day = on.isoformat()
        known = self.missing_doors()
        here = set(present)
        with self._transaction(writes=True) as connection:
            for door_id, (_, since) in known.items():
                row = DOOR_STATUS.c.door_id == door_id
                if door_id in here:
                    connection.execute(DOOR_STATUS.delete().where(row))
                elif since < day:
                    connection.execute(DOOR_STATUS.update().where(row).values(status="retired"))
            fresh = sorted(set(gone) - set(known) - here)
            if fresh:
                connection.execute(
                    self._insert_new(DOOR_STATUS),
                    [{"door_id": d, "status": "missing", "since": day} for d in fresh],
                )

    def missing_doors(self) -> dict[str, tuple[str, str]]:
        """Give doors that deliveries lack: id → (``missing`` or ``retired``, since)."""
        with self._transaction(writes=False) as connection:
            rows = connection.execute(sa.select(DOOR_STATUS)).all()
        return {str(r.door_id): (str(r.status), str(r.since)) for r in rows}


def _nearest(door_id: str, steps: dict[str, list[str]], present: set[str]) -> str:
    """Find the first present door along the steps; empty text when there is none."""
    seen, wave = {door_id}, [door_id]
    while wave:
        wave = sorted({n for here in wave for n in steps.get(here, ())} - seen)
        seen.update(wave)
        found = [n for n in wave if n in present]
        if found:
            return found[0]
    return ""
