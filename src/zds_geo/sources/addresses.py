"""Addresses in: a flat CSV (OSM, bag-light or NLExtract names) or OpenStreetMap itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, LEFT_OUT, require
from zds_geo.core.model import Credit
from zds_geo.sources._normal import finish_addresses
from zds_geo.sources._recognise import (
    EXTRACT,
    GEOJSON,
    GEOPACKAGE,
    OSM,
    TABLE,
    recognise,
    sha256_of,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Box = tuple[float, float, float, float]
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressData:
    """Usable addresses, the rows that were not taken and why, and where they came from.

    ``panden`` are the buildings of the same source, None where it has none.
    """

    addresses: gpd.GeoDataFrame
    panden: gpd.GeoDataFrame | None
    left_out: pd.DataFrame
    credit: Credit
    n_rows: int


def read_addresses(
    path: Path, *, box: Box | None = None, progress: Progress | None = None
) -> AddressData:
    """Read addresses from a file in any known layout.

    Parameters
    ----------
    path : Path
        CSV with ``,`` or ``;`` (columns of OSM, ``bag-light`` or NLExtract), an OSM file, a
        GeoPackage of BAG objects, answers of PDOK's OGC API (folder or file), or a BAG 2.0 extract
        (folder or zip).
    box : tuple of float, optional
        (x0, y0, x1, y1), EPSG:28992, metres: of a GeoPackage only this is read.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    AddressData
        Contract ADDRESSES, EPSG:28992; every input row is in ``addresses`` or in ``left_out``.

    Raises
    ------
    SourceError
        If the file is of another kind, cut off, or lacks columns.
    """
    if progress is not None:
        progress("sources.progress_addresses", 0, None)
    kind = recognise(path)
    panden = None
    if kind == TABLE:
        from zds_geo.sources._tables import read_table_rows

        rows, facts = read_table_rows(path)
    elif kind == OSM:
        from zds_geo.sources._osm import read_osm_addresses

        rows, facts = read_osm_addresses(path)
    elif kind == GEOPACKAGE:
        from zds_geo.sources._bag_files import read_gpkg_rows

        rows, facts, panden = read_gpkg_rows(path, box=box)
    elif kind == GEOJSON:
        from zds_geo.sources._bag_files import read_ogc_rows

        rows, facts, panden = read_ogc_rows(path)
    elif kind == EXTRACT:
        from zds_geo.sources._bag_extract import read_extract_rows

        rows, facts = read_extract_rows(path, today="")
    else:
        raise SourceError("sources.not_addresses", path=path.name, got=kind)
    addresses, left_out = finish_addresses(rows)
    require(addresses, ADDRESSES)
    require(left_out, LEFT_OUT)
    if addresses.empty:
        raise SourceError("sources.no_addresses", path=path.name, n=len(rows))
    credit = Credit(
        kind="addresses",
        file=path.name,
        sha256=sha256_of(path),
        format=facts["format"],
        data_date=facts["data_date"],
        licence=facts["licence"],
        credit=facts["credit"],
        invented=facts["invented"] == "yes",
    )
    return AddressData(
        addresses=addresses, panden=panden, left_out=left_out, credit=credit, n_rows=len(rows)
    )
