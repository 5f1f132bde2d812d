"""What every delivery of the BAG has in common: kinds, standing panden, places, pand ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD
from zds_geo.sources._normal import RAW_COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

Box = tuple[float, float, float, float]
# Name of a layer, collection or object type, one or many → what it holds.
KINDS: Final = {
    "verblijfsobject": "verblijfsobject", "verblijfsobjecten": "verblijfsobject",
    "ligplaats": "ligplaats", "ligplaatsen": "ligplaats",
    "standplaats": "standplaats", "standplaatsen": "standplaats",
    "pand": "pand", "panden": "pand",
}  # fmt: skip
DOORS: Final = ("verblijfsobject", "ligplaats", "standplaats")
# DATA_SOURCES 1.1: statuses of a pand that is not there (any more, or yet).
NOT_STANDING: Final = frozenset(
    {
        "bouwvergunning verleend",
        "niet gerealiseerd pand",
        "bouw gestart",
        "pand gesloopt",
        "pand ten onrechte opgevoerd",
    }
)
PAND_IDS: Final = "pand_ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class BagRows:
    """Raw rows, facts for the credit, the panden that stand, and counts by catalogue key."""

    rows: pd.DataFrame
    facts: dict[str, str]
    panden: gpd.GeoDataFrame | None = None
    counts: dict[str, int] = field(default_factory=dict)


def bag_facts(layout: str, data_date: str) -> dict[str, str]:
    """Give the facts that go into the credit of a BAG delivery.

    Parameters
    ----------
    layout : str
        How the file is laid out.
    data_date : str
        ISO date, or empty.

    Returns
    -------
    dict
        As ``read_table_rows`` gives.
    """
    return {
        "format": layout,
        "licence": "CC0 1.0",
        "credit": "Bron: BAG, Kadaster",
        "data_date": data_date,
        "invented": "",
    }


def make_rows(records: Sequence[dict[str, str]]) -> pd.DataFrame:
    """Lay records out as raw rows; what a record does not have is empty text.

    Parameters
    ----------
    records : sequence of dict
        Raw column → text; ``pand_ids`` may hold several, joined by commas.

    Returns
    -------
    DataFrame
        Columns RAW_COLUMNS and ``pand_ids``, all text.
    """
    import pandas as pd

    rows = pd.DataFrame(list(records), columns=[*RAW_COLUMNS, PAND_IDS], dtype="str").fillna("")
    return gather_panden(rows)


def gather_panden(rows: pd.DataFrame) -> pd.DataFrame:
    """Give every row of one object all its panden, and the first of them as its own.

    Parameters
    ----------
    rows : DataFrame
        Raw rows with ``pand_ids``; an object in several panden may have several rows.

    Returns
    -------
    DataFrame
        The same rows; ``pand_ids`` sorted and joined by commas, ``pand_id`` the first.
    """
    panden: dict[str, set[str]] = {}
    keys = rows["object_id"].where(rows["object_id"] != "", rows["number_id"])
    for key, text in zip(keys, rows[PAND_IDS], strict=True):
        panden.setdefault(key, set()).update(p.strip() for p in text.split(",") if p.strip())
    everything = [sorted(panden[key]) for key in keys]
    return rows.assign(
        pand_id=[ids[0] if ids else "" for ids in everything],
        pand_ids=[",".join(ids) for ids in everything],
    )


def stands_at(shapes: Any) -> tuple[list[str], list[str]]:
    """Give the place of each object: its point, or a point inside its area.

    Parameters
    ----------
    shapes : array of shapely geometry, any CRS
        Points or areas; None where there is none.

    Returns
    -------
    x, y : list of str
        As text, to a millimetre; empty where there is no place.
    """
    import numpy as np
    import shapely

    array: npt.NDArray[np.object_] = np.asarray(shapes, dtype=object)
    areas = ~np.isin(shapely.get_type_id(array), (-1, 0))
    if bool(areas.any()):
        array = array.copy()
        array[areas] = shapely.point_on_surface(shapely.make_valid(shapely.force_2d(array[areas])))
    x, y = shapely.get_x(array), shapely.get_y(array)
    return _as_text(x), _as_text(y)


def _as_text(values: npt.NDArray[np.float64]) -> list[str]:
    return [f"{v:.10g}" if v == v else "" for v in values.tolist()]  # noqa: PLR0124


def make_panden(
    ids: Sequence[str], statuses: Sequence[str], *, shapes: Any
) -> tuple[gpd.GeoDataFrame | None, int]:
    """Make the frame of the panden that stand.

    Parameters
    ----------
    ids, statuses : sequence of str, length n
        BAG ids and their statuses; an unknown status stays.
    shapes : array of n shapely geometries, EPSG:28992
        Areas; a pand without one is left out.

    Returns
    -------
    panden : GeoDataFrame or None
        Contract PANDEN, sorted by id, ``use`` empty; None when none stands.
    n_out : int
        Panden that do not stand or have no area.
    """
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely

    array: npt.NDArray[np.object_] = np.asarray(shapes, dtype=object)
    areas = _areas_of(array)
    frame = gpd.GeoDataFrame(
        {
            "pand_id": pd.Series(list(ids), dtype="str"),
            "use": pd.Series("", range(len(ids)), "str"),
        },
        geometry=areas,
        crs=RD,
    )
    there = ~np.isin([s.strip().casefold() for s in statuses], sorted(NOT_STANDING))
    there &= ~(shapely.is_missing(areas) | shapely.is_empty(areas))
    frame = frame.loc[there & (frame["pand_id"] != "").to_numpy()]
    frame = frame.drop_duplicates("pand_id").set_index("pand_id").sort_index()
    n_out = len(set(ids)) - len(frame)
    return (frame if len(frame) else None), n_out


def _areas_of(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    import numpy as np
    import shapely

    valid = shapely.make_valid(shapely.force_2d(shapes))
    areas = np.empty(len(valid), dtype=object)
    for i, shape in enumerate(valid):
        parts = [] if shape is None else shapely.get_parts(shape)
        flat = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
        areas[i] = flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat) if flat else None
    return areas
