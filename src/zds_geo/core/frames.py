"""Column contracts of every table that passes between rooms.

``require(frame, contract)`` checks a frame and names every fault in one message. Text columns
hold ``str`` (empty where absent, unless marked nullable with ``?``); geometry is EPSG:28992.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.core.crs import RD
from zds_geo.core.errors import FrameError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameContract:
    """Name, index, columns (name → ``str|int|float|bool|date|datetime``, ``?`` = may be missing).

    ``geometry`` is ``Point``, ``LineString``, ``Polygon`` (or multi), or None for a plain table.
    """

    name: str
    index: str
    columns: dict[str, str]
    geometry: str | None = None


ADDRESSES: Final = FrameContract(
    # What sources give: one row per usable input row, before merging. ``address_id`` is the door
    # id to be (BAG object id, num:… or osm:…); row is the input row ("regel 12", "node/1").
    name="addresses",
    index="address_id",
    geometry="Point",
    columns={
        "row": "str",
        "openbare_ruimte_id": "str",
        "straat": "str",
        "huisnummer": "int",
        "huisletter": "str",
        "toevoeging": "str",
        "postcode": "str",
        "woonplaats": "str",
        "kind": "str",
        "status": "str",
        "gebruiksdoel": "str",
        "pand_id": "str",
        "tagged_use": "str",
    },
)
LEFT_OUT: Final = FrameContract(
    # One row per input row that did not become its own door. ``fate``: merged | left_out | flagged.
    name="left_out",
    index="row",
    columns={"fate": "str", "reason": "str", "label": "str", "merged_into": "str"},
)
OWN_LIST: Final = FrameContract(
    # A list of the user's own; row is "regel 12", huisnummer 0 where none could be read.
    name="own_list",
    index="row",
    columns={
        "straat": "str",
        "huisnummer": "int",
        "huisletter": "str",
        "toevoeging": "str",
        "postcode": "str",
        "woonplaats": "str",
        "label": "str",
    },
)
MATCHES: Final = FrameContract(
    # Rows of an own list against the doors. ``result``: matched | doubtful | unknown.
    name="matches",
    index="row",
    columns={
        "label": "str",
        "result": "str",
        "door_id": "str",
        "reason": "str",
        "candidates": "str",
    },
)
WAYS: Final = FrameContract(
    # Every OSM way with a highway tag, as read (not yet filtered for walking). ``node_ids`` holds a
    # tuple of int, one per vertex of the geometry; tags are empty text when absent.
    name="ways",
    index="way_id",
    geometry="LineString",
    columns={
        "name": "str",
        "highway": "str",
        "foot": "str",
        "access": "str",
        "area": "str",
        "bridge": "str",
        "tunnel": "str",
        "service": "str",
        "sidewalk": "str",
        "maxspeed": "str",
        "lanes": "str",
        "node_ids": "tuple",
    },
)
BARRIERS: Final = FrameContract(
    # Lines nobody walks across: open water and railways. ``kind``: water | rail.
    name="barriers",
    index="barrier_id",
    geometry="LineString",
    columns={"kind": "str"},
)
ENTRANCES: Final = FrameContract(
    # Entrances of buildings. ``numbers``: the house numbers behind it as tagged, such as 12-24.
    name="entrances",
    index="entrance_id",
    geometry="Point",
    columns={"kind": "str", "numbers": "str"},
)
EDGES: Final = FrameContract(
    # The walking network in both directions: one row between two junctions with one name.
    # ``crossing_s``: seconds it costs to cross this street on foot.
    name="edges",
    index="edge_id",
    geometry="LineString",
    columns={
        "from_junction": "str",
        "to_junction": "str",
        "name": "str",
        "highway": "str",
        "length_m": "float",
        "crossing_s": "int",
    },
)
JUNCTIONS: Final = FrameContract(
    name="junctions", index="junction_id", geometry="Point", columns={}
)
PANDEN: Final = FrameContract(
    name="panden", index="pand_id", geometry="Polygon", columns={"use": "str"}
)
WATER: Final = FrameContract(name="water", index="water_id", geometry="Polygon", columns={})
BUURTEN: Final = FrameContract(
    name="buurten",
    index="buurt_code",
    geometry="Polygon",
    columns={
        "buurt_naam": "str",
        "wijk_code": "str",
        "gemeente_code": "str",
        "gemeente_naam": "str",
        "inhabitants": "int?",
        "households": "int?",
    },
)
DOORS: Final = FrameContract(
    name="doors",
    index="door_id",
    geometry="Point",
    columns={
        "openbare_ruimte_id": "str",
        "straat": "str",
        "huisnummer": "int",
        "huisletter": "str",
        "toevoeging": "str",
        "postcode": "str",
        "woonplaats": "str",
        "kind": "str",
        "status": "str",
        "gebruiksdoel": "str",
        "pand_id": "str",
        "buurt_code": "str",
        "stop_id": "str",
        "street_side_id": "str",
        "access_edge_id": "str",
        "access_name": "str",
        "access_m": "float",
        "floor": "int?",
        "flag": "str",
    },
)
ACCESS: Final = FrameContract(
    # The way from where one rings (facade or entrance) to the street; equal within a stop.
    name="access",
    index="door_id",
    geometry="LineString",
    columns={},
)
STOPS: Final = FrameContract(
    # ``along_m`` metres from the start of the access edge; ``access_m`` metres from stop to edge.
    name="stops",
    index="stop_id",
    geometry="Point",
    columns={
        "n_doors": "int",
        "straat": "str",
        "buurt_code": "str",
        "street_side_id": "str",
        "access_edge_id": "str",
        "along_m": "float",
        "access_m": "float",
    },
)
STREET_SIDES: Final = FrameContract(
    # ``side`` is L or R, seen along the edge's own direction; geometry lies on that side.
    name="street_sides",
    index="street_side_id",
    geometry="LineString",
    columns={
        "straat": "str",
        "edge_id": "str",
        "side": "str",
        "buurt_code": "str",
        "n_doors": "int",
    },
)
KNOCKS: Final = FrameContract(
    # The columns of the knocks CSV; knocked_on is a datetime.date, knocked_at aware UTC or NaT.
    name="knocks",
    index="knock_id",
    columns={
        "door_id": "str",
        "knocked_on": "date",
        "window": "str",
        "knocked_at": "datetime?",
        "outcome": "str",
        "come_back_window": "str",
        "come_back_from": "date?",
        "come_back_until": "date?",
        "assistant_id": "str",
        "source": "str",
        "corrects": "str",
    },
)
KNOCK_COLUMNS: Final = (KNOCKS.index, *KNOCKS.columns)


def list_faults(frame: pd.DataFrame, contract: FrameContract) -> list[str]:
    """List every way in which a frame breaks its contract.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        The table to look at; extra columns are allowed.
    contract : FrameContract
        What was agreed.

    Returns
    -------
    list of str
        Empty when the frame keeps the contract.
    """
    faults = []
    if frame.index.name != contract.index:
        faults.append(f"index is {frame.index.name!r}, expected {contract.index!r}")
    if contract is not LEFT_OUT and not frame.index.is_unique:
        faults.append(f"{contract.index} is not unique")
    for column, kind in contract.columns.items():
        if column not in frame.columns:
            faults.append(f"column {column} is missing")
        elif not kind.endswith("?") and bool(frame[column].isna().any()):
            faults.append(f"column {column} has empty values")
    if contract.geometry is not None:
        faults.extend(_geometry_faults(frame, contract.geometry))
    return faults


def _geometry_faults(frame: pd.DataFrame, kind: str) -> list[str]:
    geometry = getattr(frame, "geometry", None)
    if geometry is None:
        return ["no geometry"]
    faults = []
    if frame.crs is None or frame.crs.to_epsg() != 28992:
        faults.append(f"CRS is {frame.crs}, expected {RD}")
    found = set(geometry.geom_type.dropna()) - {kind, f"Multi{kind}"}
    if found:
        faults.append(f"geometry is {', '.join(sorted(found))}, expected {kind}")
    if bool((geometry.isna() | geometry.is_empty).any()):
        faults.append("some geometry is empty")
    return faults


def require(frame: pd.DataFrame, contract: FrameContract) -> None:
    """Refuse a frame that breaks its contract, naming every fault.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        The table to check.
    contract : FrameContract
        What was agreed.

    Raises
    ------
    FrameError
        With all faults in one message.
    """
    faults = list_faults(frame, contract)
    if faults:
        raise FrameError("error.frame", name=contract.name, faults="; ".join(faults))
