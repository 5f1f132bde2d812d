"""OpenStreetMap files through pyosmium: addresses, ways, buildings and water."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, to_rd
from zds_geo.core.errors import SourceError
from zds_geo.sources._normal import RAW_COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

WAY_TAGS: Final = (
    "name", "highway", "foot", "access", "area", "bridge", "tunnel", "service", "sidewalk",
    "maxspeed", "lanes",
)  # fmt: skip
USE_TAGS: Final = ("shop", "amenity", "office", "craft", "tourism", "leisure")
_CREDIT: Final = "© OpenStreetMap-bijdragers"


def _objects(path: Path, *, areas: bool) -> Iterator[Any]:
    """Go through all objects; a file that is cut off or broken is refused, never half read."""
    import osmium

    try:
        reader = osmium.FileProcessor(str(path)).with_locations()
        yield from reader.with_areas() if areas else reader
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as fault:
        raise SourceError("sources.broken_osm", path=path.name) from fault


def read_header(path: Path) -> dict[str, str]:
    """Read what an OSM file says of itself.

    Parameters
    ----------
    path : Path
        pbf, xml or bz2.

    Returns
    -------
    dict
        Format, licence, credit line, data date (empty when not told), invented or not.

    Raises
    ------
    SourceError
        If even the header cannot be read.
    """
    import osmium

    try:
        with osmium.io.Reader(str(path)) as reader:
            header = reader.header()
            date = header.get("osmosis_replication_timestamp") or header.get("timestamp") or ""
            generator = header.get("generator") or ""
    except RuntimeError as fault:
        raise SourceError("sources.broken_osm", path=path.name) from fault
    invented = "Voorbeeldwijk" in generator
    return {
        "format": "osm",
        "licence": "EUPL-1.2" if invented else "ODbL 1.0",
        "credit": "verzonnen voorbeeldgegevens (zds_geo)" if invented else _CREDIT,
        "data_date": date[:10],
        "invented": "yes" if invented else "",
    }


def read_osm_addresses(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read every object with a house number.

    Parameters
    ----------
    path : Path
        OSM file.

    Returns
    -------
    rows : DataFrame
        Columns RAW_COLUMNS, all text; a way stands at the mean of its corners.
    facts : dict
        As in ``read_header``.
    """
    import pandas as pd

    facts = read_header(path)
    rows: list[dict[str, str]] = []
    for thing in _objects(path, areas=False):
        if thing.is_relation() or "addr:housenumber" not in thing.tags:
            continue
        row = dict.fromkeys(RAW_COLUMNS, "")
        kind = "node" if thing.is_node() else "way"
        lon, lat = _position(thing)
        row.update(
            row=f"{kind}/{thing.id}",
            osm_id=f"osm:{kind}/{thing.id}",
            straat=thing.tags.get("addr:street", ""),
            number_text=thing.tags.get("addr:housenumber", ""),
            postcode=thing.tags.get("addr:postcode", ""),
            woonplaats=thing.tags.get("addr:city", ""),
            kind="adres",
            pand_id=thing.tags.get("ref:bag", ""),
            tagged_use=next((f"{k}={thing.tags[k]}" for k in USE_TAGS if k in thing.tags), ""),
            lon=lon,
            lat=lat,
        )
        rows.append(row)
    if not rows:
        raise SourceError("sources.osm_no_addresses", path=path.name)
    return pd.DataFrame(rows, columns=list(RAW_COLUMNS), dtype="str"), facts


def _position(thing: Any) -> tuple[str, str]:
    if thing.is_node():
        if not thing.location.valid():
            return "", ""
        return f"{thing.lon:.7f}", f"{thing.lat:.7f}"
    nodes = [n for n in thing.nodes if n.location.valid()]
    if len(nodes) > 1 and nodes[0].ref == nodes[-1].ref:
        nodes = nodes[:-1]
    if not nodes:
        return "", ""
    lon = sum(n.lon for n in nodes) / len(nodes)
    lat = sum(n.lat for n in nodes) / len(nodes)
    return f"{lon:.7f}", f"{lat:.7f}"


def read_osm_streets(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read all ways with a highway tag, all buildings, and all water surfaces.

    Parameters
    ----------
    path : Path
        OSM file.

    Returns
    -------
    dict of GeoDataFrame
        ``ways`` (contract WAYS), ``panden`` (PANDEN) and ``water`` (WATER), EPSG:28992.

    Raises
    ------
    SourceError
        If the file is broken or holds no street.
    """
    import osmium

    factory = osmium.geom.WKBFactory()
    ways: list[dict[str, Any]] = []
    panden: list[tuple[str, str, str]] = []
    water: list[tuple[str, str]] = []
    for thing in _objects(path, areas=True):
        if thing.is_way() and "highway" in thing.tags:
            nodes = [n for n in thing.nodes if n.location.valid()]
            if len(nodes) >= 2:
                row: dict[str, Any] = {tag: thing.tags.get(tag, "") for tag in WAY_TAGS}
                row["way_id"] = str(thing.id)
                row["node_ids"] = tuple(n.ref for n in nodes)
                row["lonlat"] = [(n.lon, n.lat) for n in nodes]
                ways.append(row)
        elif thing.is_area():
            _take_area(thing, factory, panden=panden, water=water)
    if not ways:
        raise SourceError("sources.no_streets", path=path.name)
    return {"ways": _way_frame(ways), "panden": _pand_frame(panden), "water": _water_frame(water)}


def _take_area(
    thing: Any, factory: Any, *, panden: list[tuple[str, str, str]], water: list[tuple[str, str]]
) -> None:
    tags = thing.tags
    is_water = (
        tags.get("natural") == "water"
        or tags.get("waterway") in {"riverbank", "dock"}
        or tags.get("landuse") in {"basin", "reservoir"}
    )
    if not is_water and "building" not in tags:
        return
    kind = "way" if thing.from_way() else "relation"
    source = f"osm:{kind}/{thing.orig_id()}"
    try:
        shape = factory.create_multipolygon(thing)
    except (
        RuntimeError
    ):  # an area without a valid ring: osmium says so, and there is nothing to draw
        return
    if is_water:
        water.append((source, shape))
    else:
        ref = tags.get("ref:bag", "").strip()
        panden.append((ref.zfill(16) if ref.isdigit() else source, tags["building"], shape))


def _way_frame(ways: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely

    ways.sort(key=lambda w: int(w["way_id"]))
    lonlat = np.array([p for w in ways for p in w["lonlat"]])
    x, y = to_rd(lonlat[:, 0], lonlat[:, 1])
    owner = np.repeat(np.arange(len(ways)), [len(w["lonlat"]) for w in ways])
    lines = shapely.linestrings(np.column_stack([x, y]), indices=owner)
    table = pd.DataFrame([{k: v for k, v in w.items() if k != "lonlat"} for w in ways])
    return gpd.GeoDataFrame(table.set_index("way_id"), geometry=lines, crs=RD)


def _to_rd(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    import numpy as np
    import shapely

    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = to_rd(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    valid: npt.NDArray[np.object_] = shapely.make_valid(shapely.transform(shapes, move))
    return valid


def _polygons(shapes: list[str]) -> npt.NDArray[np.object_]:
    import shapely

    return _to_rd(shapely.from_wkb(shapes))


def _pand_frame(panden: list[tuple[str, str, str]]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    panden.sort(key=lambda p: (p[0], p[1], p[2]))
    table = pd.DataFrame([p[:2] for p in panden], columns=["pand_id", "use"], dtype="str")
    again = table.groupby("pand_id").cumcount()
    table["pand_id"] = table["pand_id"].where(
        again == 0, table["pand_id"] + "#" + again.astype(str)
    )
    shapes: Any = _polygons([p[2] for p in panden]) if panden else []
    frame = gpd.GeoDataFrame(table.set_index("pand_id"), geometry=shapes, crs=RD)
    return frame.loc[frame.geom_type.isin(["Polygon", "MultiPolygon"])]


def _water_frame(water: list[tuple[str, str]]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    unique = dict(sorted(water))
    shapes: Any = _polygons(list(unique.values())) if unique else []
    index = pd.Index(list(unique), name="water_id", dtype="str")
    frame = gpd.GeoDataFrame(index=index, geometry=shapes, crs=RD)
    return frame.loc[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
