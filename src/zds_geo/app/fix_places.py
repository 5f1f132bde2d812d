"""``zds places fix``: what people on the street know better than the open data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from zds_geo.app._field import lay_fixes, read_delivered, refresh_places
from zds_geo.app.find_doors import get_door
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NotFoundError, UsageError
from zds_geo.core.ids import added_door_id, house_label, read_house_label
from zds_geo.core.model import FieldFix, FixKind
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import geopandas as gpd

LonLat = tuple[float, float]
# A generous box round the Netherlands: longitude, then latitude.
_LON: Final = (3.0, 7.5)
_LAT: Final = (50.5, 54.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixWords:
    """What somebody told about a correction; which parts count follows from its kind.

    ``door`` and ``near`` are addresses or door ids; points are WGS84 degrees.
    """

    door: str = ""
    street: str = ""
    number: str = ""
    near: str = ""
    at: LonLat | None = None
    to: LonLat | None = None
    until: date | None = None


def add_fix(workspace: Workspace, kind: FixKind, words: FixWords, *, now: datetime) -> FieldFix:
    """Keep a correction, and lay it over the present places at once.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    kind : FixKind
        What is corrected.
    words : FixWords
        Where, and until when.
    now : datetime
        Aware; the correction holds from its local date.

    Returns
    -------
    FieldFix
        With its number.

    Raises
    ------
    NotFoundError
        If the door, street or path is not there; nothing was kept then.
    UsageError
        If the home is there already, a point is missing, or the last date has passed.
    """
    today = now.astimezone(AMSTERDAM).date()
    if words.until is not None and words.until < today:
        raise UsageError("fix.until", got=words.until)
    delivered = read_delivered(workspace.require_places())
    fix = _make_fix(workspace, kind, words, delivered=delivered, on=today)
    _require_fit(fix, delivered)
    with open_store(workspace, now=now) as store:
        fix = replace(fix, fix_id=store.add_fix(fix))
        refresh_places(workspace, store, on=today)
    return fix


def _make_fix(
    workspace: Workspace,
    kind: FixKind,
    words: FixWords,
    *,
    delivered: dict[str, gpd.GeoDataFrame],
    on: date,
) -> FieldFix:
    fix = FieldFix(fix_id=0, kind=kind, since=on, until=words.until)
    if kind is FixKind.HIDE_DOOR:
        return replace(fix, door_id=get_door(workspace, words.door))
    if kind is FixKind.ADD_DOOR:
        return _added_door(workspace, words, fix, delivered=delivered)
    x1, y1 = _read_point(words.at)
    fix = replace(fix, x1=x1, y1=y1)
    if kind is FixKind.MOVE_ENTRANCE:
        return replace(fix, door_id=get_door(workspace, words.door))
    if kind is FixKind.CLOSE_PATH:
        from zds_geo.places import find_edge

        return replace(fix, edge_id=find_edge(delivered["edges"], fix))
    x2, y2 = _read_point(words.to)
    return replace(fix, x2=x2, y2=y2)


def _added_door(
    workspace: Workspace,
    words: FixWords,
    fix: FieldFix,
    *,
    delivered: dict[str, gpd.GeoDataFrame],
) -> FieldFix:
    import geopandas as gpd
    import shapely

    from zds_geo.core.crs import RD
    from zds_geo.places import assign_buurt
    from zds_geo.store import read_layer

    label = house_label(*read_house_label(words.number))
    street = _known_street(words.street, delivered)
    if words.near:
        here = read_layer(workspace.places_path, "doors").geometry[get_door(workspace, words.near)]
        x, y = float(here.x), float(here.y)
    else:
        x, y = _read_point(words.at)
    spot = gpd.GeoDataFrame(index=["spot"], geometry=[shapely.Point(x, y)], crs=RD)
    buurt_code = assign_buurt(spot, delivered["buurten"]).iloc[0]
    if not isinstance(buurt_code, str):
        raise NotFoundError("fix.outside_area")
    door_id = added_door_id(street, label, buurt_code)
    return replace(fix, street=street, number=label, door_id=door_id, x1=x, y1=y)


def _known_street(text: str, delivered: dict[str, gpd.GeoDataFrame]) -> str:
    """Give a street as the data spell it: no other text can get into the history."""
    from zds_geo.places import fold_street

    names = sorted({*delivered["doors"]["straat"], *delivered["edges"]["name"]} - {""})
    same = [name for name in names if fold_street(name) == fold_street(text)]
    if not same:
        raise NotFoundError("fix.no_street", got=text)
    return same[0]


def _read_point(at: LonLat | None) -> tuple[float, float]:
    from zds_geo.core.crs import to_rd

    if at is None:
        raise UsageError("fix.no_point")
    lon, lat = at
    if not (_LON[0] <= lon <= _LON[1] and _LAT[0] <= lat <= _LAT[1]):
        raise UsageError("fix.far_point", lon=lon, lat=lat)
    x, y = to_rd([lon], [lat])
    return round(float(x[0]), 3), round(float(y[0]), 3)


def _require_fit(fix: FieldFix, delivered: dict[str, gpd.GeoDataFrame]) -> None:
    """Try a correction before it is kept."""
    from zds_geo.places import apply_fixes

    if fix.kind in {FixKind.HIDE_DOOR, FixKind.MOVE_ENTRANCE}:
        return  # the door was found
    tried = apply_fixes(delivered, [fix])
    if tried.covered:
        raise UsageError("fix.there", street=fix.street, number=fix.number)
    if tried.unmatched:
        raise NotFoundError(f"fix.nowhere.{fix.kind.value}")


def list_fixes(workspace: Workspace, *, now: datetime) -> list[tuple[FieldFix, bool]]:
    """List the corrections, and whether each one fits the places of today.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    list of (FieldFix, bool)
        By number; False where a delivery changed so that it fits nothing, or its time has passed.
    """
    today = now.astimezone(AMSTERDAM).date()
    delivered = read_delivered(workspace.require_places())
    with open_store(workspace, now=now) as store:
        fixes = store.list_fixes()
        active = {f.fix_id for f in store.list_fixes(on=today)}
        fixed, _ = lay_fixes(store, delivered, on=today)
    return [(f, f.fix_id in active and f.fix_id not in fixed.unmatched) for f in fixes]


def remove_fix(workspace: Workspace, fix_id: int, *, now: datetime) -> None:
    """Take a correction back: the places are again as delivered there.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    fix_id : int
        Its number.
    now : datetime
        Aware.

    Raises
    ------
    NotFoundError
        If there is no such correction.
    """
    today = now.astimezone(AMSTERDAM).date()
    with open_store(workspace, now=now) as store:
        store.remove_fix(fix_id, on=today)
        refresh_places(workspace, store, on=today)
