"""OpenStreetMap files through pyosmium: what the file says of itself, and its addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.errors import SourceError
from zds_geo.sources._normal import RAW_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

USE_TAGS: Final = ("shop", "amenity", "office", "craft", "tourism", "leisure")
_CREDIT: Final = "© OpenStreetMap-bijdragers"


def list_objects(path: Path, *keys: str, areas: bool = False) -> Iterator[Any]:
    """Go through the objects that have one of the keys.

    Parameters
    ----------
    path : Path
        OSM file.
    *keys : str
        Tag keys.
    areas : bool
        Give surfaces (closed ways and multipolygons) instead of nodes and ways.

    Yields
    ------
    osmium object
        Valid until the next one is taken.

    Raises
    ------
    SourceError
        If the file is cut off or broken: it is never half read in silence.
    """
    import osmium

    filters = osmium.filter.KeyFilter(*keys)
    reader = osmium.FileProcessor(str(path)).with_locations()
    if areas:
        reader = reader.with_areas(osmium.filter.KeyFilter(*keys))
        reader = reader.with_filter(osmium.filter.EntityFilter(osmium.osm.AREA))
    try:
        yield from reader.with_filter(filters)
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
    for thing in list_objects(path, "addr:housenumber"):
        if thing.is_relation():
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


def cut_box(source: Path, target: Path, *, box: tuple[float, float, float, float]) -> None:
    """Cut a box out of an OSM file; ways with a node in it stay whole, with all their nodes.

    Parameters
    ----------
    source, target : Path
        Large file in, ``.osm.pbf`` out.
    box : tuple of float
        (west, south, east, north), degrees.

    Raises
    ------
    SourceError
        If the file is broken; no target is left then.
    """
    import osmium

    west, south, east, north = box
    inside: set[int] = set()
    fresh = target.with_name(f".{target.name.removesuffix('.osm.pbf')}.tmp.osm.pbf")
    try:
        with osmium.BackReferenceWriter(
            str(fresh), ref_src=str(source), overwrite=True, relation_depth=1
        ) as writer:
            for thing in osmium.FileProcessor(str(source)):
                if thing.is_node():
                    place = thing.location
                    if west <= place.lon <= east and south <= place.lat <= north:
                        inside.add(thing.id)
                        if len(thing.tags):
                            writer.add_node(thing)
                elif thing.is_way() and any(n.ref in inside for n in thing.nodes):
                    writer.add_way(thing)
        fresh.replace(target)
    except (RuntimeError, ValueError) as fault:
        raise SourceError("sources.broken_osm", path=source.name) from fault
    finally:
        fresh.unlink(missing_ok=True)
