"""What is known of a door whose knocks are gone, or were never written down here (DESIGN 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from zds_geo.core.windows import WindowKind
from zds_geo.store._database import Database
from zds_geo.store.schema import DOOR_STATE

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "month_last_tried", "month_last_talked", "kinds_tried", "misses", "vacant_on", "not_a_home_on",
)  # fmt: skip
_LATEST: Final = ("month_last_tried", "month_last_talked", "vacant_on", "not_a_home_on")
_KINDS: Final = tuple(kind.value for kind in WindowKind)


class DoorStateBook(Database):
    """The table ``door_state``."""

    def read_door_state(self, *, doors: Mapping[str, str] | None = None) -> pd.DataFrame:
        """Read what remains of doors.

        Parameters
        ----------
        doors : mapping of str to str, optional
            Door as recorded → door that carries its history on; by default as recorded.

        Returns
        -------
        DataFrame, index ``door_id``
            ``month_last_tried``, ``month_last_talked`` (``YYYY-MM`` or empty), ``kinds_tried``
            (comma-joined), ``misses``, ``vacant_on``, ``not_a_home_on`` (ISO date or empty);
            sorted.
        """
        import pandas as pd

        with self._transaction(writes=False) as connection:
            rows = [dict(r) for r in connection.execute(sa.select(DOOR_STATE)).mappings()]
        found: dict[str, dict[str, Any]] = {}
        for row in sorted(rows, key=lambda r: str(r["door_id"])):
            door_id = str(row.pop("door_id"))
            door_id = (doors or {}).get(door_id, door_id)
            state = {c: row[c] or (0 if c == "misses" else "") for c in COLUMNS}
            found[door_id] = join_states(found[door_id], state) if door_id in found else state
        frame = pd.DataFrame.from_dict(found, orient="index", columns=list(COLUMNS))
        frame.index = frame.index.astype("object")
        return frame.rename_axis("door_id").sort_index()

    def merge_door_state(self, states: Mapping[str, Mapping[str, Any]]) -> int:
        """Add to what remains of doors: the latest month or day stays, misses stay the most.

        Parameters
        ----------
        states : mapping of str to mapping
            Per door some of the columns.

        Returns
        -------
        int
            Number of doors of which more is known now; the same again gives 0.
        """
        changed = 0
        with self._transaction(writes=True) as connection:
            for door_id, state in sorted(states.items()):
                same = DOOR_STATE.c.door_id == door_id
                row = connection.execute(sa.select(DOOR_STATE).where(same)).mappings().first()
                known = {c: row[c] for c in COLUMNS} if row is not None else {}
                joined = join_states(known, state)
                stored = {
                    **joined,
                    **{c: joined[c] or None for c in ("vacant_on", "not_a_home_on")},
                }
                if row is None:
                    connection.execute(DOOR_STATE.insert(), {"door_id": door_id, **stored})
                elif stored == known:
                    continue
                else:
                    connection.execute(DOOR_STATE.update().where(same).values(**stored))
                changed += 1
        return changed


def join_states(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Join what is known of one door from two sides, in any order.

    Parameters
    ----------
    a, b : mapping
        Some of the columns of ``door_state``.

    Returns
    -------
    dict
        All columns: the latest months and days, all kinds of window, the most misses.

    Examples
    --------
    >>> join_states({"month_last_talked": "2026-03"}, {"month_last_talked": "2025-11"})[
    ...     "month_last_talked"
    ... ]
    '2026-03'
    """
    joined: dict[str, Any] = {c: max(a.get(c) or "", b.get(c) or "") for c in _LATEST}
    kinds = {k for side in (a, b) for k in _split(side.get("kinds_tried") or "")}
    joined["kinds_tried"] = ",".join(k for k in _KINDS if k in kinds)
    joined["misses"] = max(int(a.get("misses") or 0), int(b.get("misses") or 0))
    return joined


def _split(text: str) -> Iterable[str]:
    return (k.strip() for k in str(text).split(",") if k.strip())
