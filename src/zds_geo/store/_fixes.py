"""Corrections from the field: kept for good, so that they survive every delivery."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import FieldFix, FixKind
from zds_geo.store._database import Database
from zds_geo.store.schema import FIELD_FIX

_POINTS: Final = ("x1", "y1", "x2", "y2")  # stored in whole millimetres, RD


class FixBook(Database):
    """Corrections of doors, entrances and paths."""

    def add_fix(self, fix: FieldFix) -> int:
        """Keep a correction.

        Parameters
        ----------
        fix : FieldFix
            Its ``fix_id`` does not count.

        Returns
        -------
        int
            Its number; that of the same correction when it holds already.
        """
        row: dict[str, Any] = {
            "kind": fix.kind.value,
            "door_id": fix.door_id,
            "street": fix.street,
            "number": fix.number,
            "edge_id": fix.edge_id,
            "until": None if fix.until is None else fix.until.isoformat(),
        }
        for name in _POINTS:
            metres = getattr(fix, name)
            row[f"{name}_mm"] = None if metres is None else round(metres * 1000)
        same = sa.and_(
            FIELD_FIX.c.removed_on.is_(None),
            *(FIELD_FIX.c[c] == v if v is not None else FIELD_FIX.c[c].is_(None)
              for c, v in row.items()),
        )  # fmt: skip
        with self._transaction(writes=True) as connection:
            known = connection.execute(sa.select(FIELD_FIX.c.fix_id).where(same)).scalar()
            if known is not None:
                return int(known)
            number = connection.execute(
                FIELD_FIX.insert().returning(FIELD_FIX.c.fix_id),
                {**row, "since": fix.since.isoformat()},
            )
            return int(number.scalar_one())

    def list_fixes(self, *, on: date | None = None) -> list[FieldFix]:
        """List the corrections that were not removed, by number.

        Parameters
        ----------
        on : date, optional
            Only those that hold on this date.

        Returns
        -------
        list of FieldFix
            Points in metres, EPSG:28992.
        """
        query = sa.select(FIELD_FIX).where(FIELD_FIX.c.removed_on.is_(None))
        with self._transaction(writes=False) as connection:
            rows = connection.execute(query.order_by(FIELD_FIX.c.fix_id)).mappings().all()
        found = [_fix(dict(row)) for row in rows]
        if on is None:
            return found
        return [f for f in found if f.since <= on and (f.until is None or on <= f.until)]

    def remove_fix(self, fix_id: int, *, on: date) -> None:
        """Let a correction hold no longer; the line stays.

        Parameters
        ----------
        fix_id : int
            Its number.
        on : date
            Date of the removal.

        Raises
        ------
        NotFoundError
            If there is no such correction.
        """
        here = sa.and_(FIELD_FIX.c.fix_id == fix_id, FIELD_FIX.c.removed_on.is_(None))
        with self._transaction(writes=True) as connection:
            done = connection.execute(
                FIELD_FIX.update().where(here).values(removed_on=on.isoformat())
            )
            if done.rowcount == 0:
                raise NotFoundError("store.no_fix", got=fix_id)


def _fix(row: dict[str, Any]) -> FieldFix:
    points = {n: None if row[f"{n}_mm"] is None else row[f"{n}_mm"] / 1000 for n in _POINTS}
    return FieldFix(
        fix_id=int(row["fix_id"]),
        kind=FixKind(row["kind"]),
        since=date.fromisoformat(row["since"]),
        until=None if row["until"] is None else date.fromisoformat(row["until"]),
        door_id=row["door_id"] or "",
        street=row["street"] or "",
        number=row["number"] or "",
        edge_id=row["edge_id"] or "",
        **points,
    )
