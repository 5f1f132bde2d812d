"""Streets, buildings and water in, from OpenStreetMap files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import BARRIERS, ENTRANCES, PANDEN, WATER, WAYS, require
from zds_geo.core.model import Credit
from zds_geo.sources._recognise import OSM, recognise, sha256_of

if TYPE_CHECKING:
    import geopandas as gpd

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetData:
    """Ways, what bars the way, entrances, buildings and water, and where they came from."""

    ways: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    panden: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    credit: Credit
    n_ways: int


def read_streets(path: Path, *, progress: Progress | None = None) -> StreetData:
    """Read streets, what bars the way, entrances, buildings and water.

    Parameters
    ----------
    path : Path
        OSM file: ``.pbf``, ``.osm`` or ``.osm.bz2``.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    StreetData
        Contracts WAYS, BARRIERS, ENTRANCES, PANDEN and WATER, EPSG:28992; not yet filtered for
        walking.

    Raises
    ------
    SourceError
        If the file is of another kind, cut off, or without streets.
    """
    if progress is not None:
        progress("sources.progress_streets", 0, None)
    kind = recognise(path)
    if kind != OSM:
        raise SourceError("sources.not_streets", path=path.name, got=kind)
    from zds_geo.sources._osm import read_header
    from zds_geo.sources._osm_streets import read_osm_streets

    facts = read_header(path)
    found = read_osm_streets(path)
    for contract in (WAYS, BARRIERS, ENTRANCES, PANDEN, WATER):
        require(found[contract.name], contract)
    credit = Credit(
        kind="streets",
        file=path.name,
        sha256=sha256_of(path),
        format="osm",
        data_date=facts["data_date"],
        licence=facts["licence"],
        credit=facts["credit"],
        invented=facts["invented"] == "yes",
    )
    return StreetData(**found, credit=credit, n_ways=len(found["ways"]))


def read_ways(path: Path) -> gpd.GeoDataFrame:
    """Read only the ways of an OpenStreetMap file: a walking network needs no more.

    Parameters
    ----------
    path : Path
        OSM file: ``.pbf``, ``.osm`` or ``.osm.bz2``.

    Returns
    -------
    GeoDataFrame
        Contract WAYS, EPSG:28992.

    Raises
    ------
    SourceError
        If the file is of another kind, cut off, or without streets.
    """
    kind = recognise(path)
    if kind != OSM:
        raise SourceError("sources.not_streets", path=path.name, got=kind)
    from zds_geo.sources._osm_streets import read_lines

    ways = read_lines(path)["ways"]
    require(ways, WAYS)
    return ways
