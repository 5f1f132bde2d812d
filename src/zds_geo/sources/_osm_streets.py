"""OpenStreetMap files through pyosmium: ways, what bars the way, entrances, buildings, water."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, to_rd
from zds_geo.core.errors import SourceError
from zds_geo.sources._osm import list_objects

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

WAY_TAGS: Final = (
    "name", "highway", "foot", "access", "area", "bridge", "tunnel", "service", "sidewalk",
    "maxspeed", "lanes",
)  # fmt: skip
WATERWAYS: Final = frozenset({"river", "canal", "stream", "ditch", "drain", "tidal_channel"})
RAILWAYS: Final = frozenset({"rail", "light_rail", "subway", "narrow_gauge", "preserved"})
UNDERGROUND: Final = frozenset({"yes", "culvert", "flooded", "covered", "building_passage"})
NO_ENTRANCE: Final = frozenset({"no", "garage", "exit", "emergency", "service"})


def read_osm_streets(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read everything about streets in one file.

    Parameters
    ----------
    path : Path
        OSM file.

    Returns
    -------
    dict of GeoDataFrame
        ``ways`` (contract WAYS), ``barriers`` (BARRIERS), ``entrances`` (ENTRANCES), ``panden``
        (PANDEN) and ``water`` (WATER), EPSG:28992.

    Raises
    ------
    SourceError
        If the file is broken or holds no street.
    """
    import osmium

    found = read_lines(path)
    factory = osmium.geom.WKBFactory()
    panden: list[tuple[str, str, str]] = []
    water: list[tuple[str, str]] = []
    for thing in list_objects(path, "building", "natural", "waterway", "landuse", areas=True):
        _take_area(thing, factory, panden=panden, water=water)
    return {**found, "panden": _pand_frame(panden), "water": _water_frame(water)}


def read_lines(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read ways, waterways, railways and entrances; no surfaces, which take most of the time.

    Parameters
    ----------
    path : Path
        OSM file.

    Returns
    -------
    dict of GeoDataFrame
        ``ways``, ``barriers`` and ``entrances``, EPSG:28992.

    Raises
    ------
    SourceError
        If the file is broken or holds no street.
    """
    import osmium

    factory = osmium.geom.WKBFactory()
    ways: list[tuple[Any, ...]] = []
    barriers: list[tuple[Any, ...]] = []
    entrances: list[tuple[str, str, str, float, float]] = []
    for thing in list_objects(path, "highway", "waterway", "railway", "entrance"):
        tags = thing.tags
        if thing.is_node():
            if tags.get("entrance", "no") not in NO_ENTRANCE and thing.location.valid():
                kind, numbers = tags.get("entrance"), tags.get("addr:flats", "")
                entrances.append((f"osm:node/{thing.id}", kind, numbers, thing.lon, thing.lat))
            continue
        if not thing.is_way():
            continue
        if "highway" in tags:
            nodes, line = _line(thing, factory)
            if line:
                facts = [tags.get(tag, "") for tag in WAY_TAGS]
                ways.append((thing.id, str(thing.id), *facts, nodes, line))
        elif _bars(tags):
            _, line = _line(thing, factory)
            kind = "rail" if "railway" in tags else "water"
            if line:
                barriers.append((thing.id, f"osm:way/{thing.id}", kind, line))
    if not ways:
        raise SourceError("sources.no_streets", path=path.name)
    return {
        "ways": _line_frame(ways, columns=("way_id", *WAY_TAGS, "node_ids")),
        "barriers": _line_frame(barriers, columns=("barrier_id", "kind")),
        "entrances": _entrance_frame(entrances),
    }


def _line(way: Any, factory: Any) -> tuple[tuple[int, ...], str]:
    """Give the nodes and the line (WKB) of a way; nodes that the file lacks are passed over."""
    import osmium

    nodes = way.nodes
    try:
        line = factory.create_linestring(way, osmium.geom.use_nodes.ALL)
        return tuple([n.ref for n in nodes]), str(line)
    except (osmium.InvalidLocationError, RuntimeError):
        known = [(n.ref, n.lon, n.lat) for n in nodes if n.location.valid()]
    if len(known) < 2:
        return (), ""
    import shapely

    return tuple(k[0] for k in known), str(
        shapely.to_wkb(shapely.LineString([k[1:] for k in known]), hex=True)
    )


def _bars(tags: Any) -> bool:
    """Tell whether a waterway or railway lies in the open, where nobody walks across it."""
    if tags.get("tunnel", "") in UNDERGROUND:
        return False
    return tags.get("waterway", "") in WATERWAYS or tags.get("railway", "") in RAILWAYS


def _line_frame(rows: list[tuple[Any, ...]], *, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Lay rows of (number, id, facts, line) out as a frame, sorted by number."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    rows.sort(key=lambda row: int(row[0]))
    fields = list(zip(*rows, strict=True)) or [()] * (len(columns) + 2)
    lines = shapely.from_wkb(list(fields[-1]))
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    x, y = to_rd(coordinates[:, 0], coordinates[:, 1])
    moved = shapely.linestrings(x, y, indices=owner) if len(rows) else []
    index = pd.Index(fields[1], name=columns[0], dtype="str")
    facts = {
        name: pd.Series(list(values), index=index, dtype="object" if name == "node_ids" else "str")
        for name, values in zip(columns[1:], fields[2:-1], strict=True)
    }
    return gpd.GeoDataFrame(facts, index=index, geometry=moved, crs=RD)


def _entrance_frame(rows: list[tuple[str, str, str, float, float]]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    columns = ["entrance_id", "kind", "numbers", "lon", "lat"]
    table = pd.DataFrame(sorted(rows), columns=columns)
    x, y = to_rd(table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float))
    texts = table[["entrance_id", "kind", "numbers"]].astype("str").set_index("entrance_id")
    return gpd.GeoDataFrame(texts, geometry=gpd.points_from_xy(x, y), crs=RD)


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
