"""A user's own list against the loaded doors: sure, doubtful or unknown, row by row."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.frames import MATCHES, OWN_LIST, require
from zds_geo.places.attach import fold_street

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

MATCHED: Final = "matched"
DOUBTFUL: Final = "doubtful"
UNKNOWN: Final = "unknown"


@dataclass(slots=True, kw_only=True)
class _Index:
    """Doors by postcode and number, and by street and number; and every postcode and street."""

    by_postcode: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    by_street: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    tails: dict[str, str] = field(default_factory=dict)
    towns: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)


def match_list(rows: pd.DataFrame, doors: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the door each row of a list stands for.

    Parameters
    ----------
    rows : DataFrame
        Contract OWN_LIST.
    doors : GeoDataFrame
        Contract DOORS.

    Returns
    -------
    DataFrame
        Contract MATCHES, index and order of ``rows``. ``result`` is ``matched`` (exactly one door
        fits number, letter and addition, and nothing speaks against it), ``doubtful`` or
        ``unknown``; ``door_id`` is filled only where matched, ``candidates`` (door ids joined by
        spaces, sorted) only where doubtful; ``reason`` is a catalogue key, empty where matched.

    Raises
    ------
    FrameError
        If ``rows`` is no OWN_LIST.
    """
    import pandas as pd

    require(rows, OWN_LIST)
    index = _index(doors)
    found = [_match(row, index) for row in rows.itertuples()]
    matches = pd.DataFrame(found, columns=list(MATCHES.columns)[1:], index=rows.index, dtype="str")
    matches.insert(0, "label", rows["label"])
    require(matches, MATCHES)
    return matches


def _index(doors: gpd.GeoDataFrame) -> _Index:
    index = _Index()
    for door in doors.itertuples():
        door_id, number = str(door.Index), int(door.huisnummer)
        street, postcode = fold_street(door.straat), door.postcode
        index.by_street[street, number].add(door_id)
        index.known.add(street)
        if postcode:
            index.by_postcode[postcode, number].add(door_id)
            index.known.add(postcode)
        index.tails[door_id] = _tail(door)
        index.towns[door_id] = _fold(door.woonplaats)
    return index


def _tail(row: Any) -> str:
    """Letter and addition as one: people write 12-A for 12A."""
    return _fold(row.huisletter + row.toevoeging)


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _match(row: Any, index: _Index) -> tuple[str, str, str, str]:
    if not row.huisnummer:
        return UNKNOWN, "", "match.no_number", ""
    street, number = fold_street(row.straat), int(row.huisnummer)
    by_postcode = index.by_postcode.get((row.postcode, number), set())
    by_street = index.by_street.get((street, number), set()) if street else set()
    if row.postcode and street:
        nearest, differs = by_postcode & by_street, False
        if not nearest:
            nearest, differs = by_postcode | by_street, True
    else:
        nearest, differs = by_postcode | by_street, False
    if not nearest:
        is_known = bool({street, row.postcode} & index.known)
        return UNKNOWN, "", "match.no_such_number" if is_known else "match.no_such_street", ""
    town = _fold(row.woonplaats)
    in_town = {d for d in nearest if not town or index.towns[d] in {"", town}}
    exact = {d for d in in_town if index.tails[d] == _tail(row)}
    if differs:
        return _doubt("match.street_and_postcode", exact or nearest)
    if not in_town:
        return _doubt("match.other_town", nearest)
    if len(exact) == 1:
        return MATCHED, min(exact), "", ""
    return _doubt("match.several", exact) if exact else _doubt("match.other_addition", in_town)


def _doubt(reason: str, candidates: Iterable[str]) -> tuple[str, str, str, str]:
    return DOUBTFUL, "", reason, " ".join(sorted(candidates))
