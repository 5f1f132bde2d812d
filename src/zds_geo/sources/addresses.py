"""Addresses in: a flat CSV, OpenStreetMap, or the BAG in any of its deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, LEFT_OUT, PANDEN, require
from zds_geo.core.model import Credit
from zds_geo.sources._bag import BagRows, Box
from zds_geo.sources._normal import finish_addresses
from zds_geo.sources._recognise import (
    BAG_EXTRACT,
    BAG_FEATURES,
    GEOJSON,
    GEOPACKAGE,
    OSM,
    SQLITE,
    TABLE,
    ZIPPED_GEOPACKAGE,
    recognise,
    sha256_of,
)
from zds_geo.sources._zipped import put_aside

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressData:
    """Usable addresses, the rows that were not taken and why, and where they came from.

    ``panden`` (contract PANDEN) is None when the source has none. ``counts`` holds what else the
    source tells, by catalogue key: history that was passed over, side addresses, panden gone.
    """

    addresses: gpd.GeoDataFrame
    left_out: pd.DataFrame
    credit: Credit
    n_rows: int
    panden: gpd.GeoDataFrame | None = None
    counts: dict[str, int] = field(default_factory=dict)


def read_addresses(
    path: Path, *, box: Box | None = None, progress: Progress | None = None
) -> AddressData:
    """Read addresses from a file in any known layout.

    Parameters
    ----------
    path : Path
        CSV with ``,`` or ``;`` (columns of OSM, ``bag-light`` or NLExtract), an OSM file, a
        GeoPackage of BAG objects (or a zip with one), a BAG 2.0 extract (folder, zip or zip of
        zips), or saved features of the PDOK BAG API (folder or file).
    box : tuple of four float, optional
        (x0, y0, x1, y1) in RD metres. Of deliveries that may hold the whole country only what
        lies in it is read; a CSV, an OSM file and saved features are read whole.
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
    found = _read_rows(path, box=box, progress=progress)
    if found.rows.empty:
        key = "sources.no_addresses" if box is None else "sources.none_here"
        raise SourceError(key, path=path.name, n=0)
    addresses, left_out = finish_addresses(found.rows)
    require(addresses, ADDRESSES)
    require(left_out, LEFT_OUT)
    if addresses.empty:
        raise SourceError("sources.no_addresses", path=path.name, n=len(found.rows))
    if found.panden is not None:
        require(found.panden, PANDEN)
    facts = found.facts
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
        addresses=addresses,
        left_out=left_out,
        credit=credit,
        n_rows=len(found.rows),
        panden=found.panden,
        counts=found.counts,
    )


def _read_rows(path: Path, *, box: Box | None, progress: Progress | None) -> BagRows:
    kind = recognise(path)
    if kind == TABLE:
        from zds_geo.sources._tables import read_table_rows

        rows, facts = read_table_rows(path)
        return BagRows(rows=rows, facts=facts)
    if kind == OSM:
        from zds_geo.sources._osm import read_osm_addresses

        rows, facts = read_osm_addresses(path)
        return BagRows(rows=rows, facts=facts)
    if kind == GEOPACKAGE:
        from zds_geo.sources._bag_gpkg import read_bag_geopackage

        return read_bag_geopackage(path, box=box)
    if kind == ZIPPED_GEOPACKAGE:
        from zds_geo.sources._bag_gpkg import read_bag_geopackage

        with put_aside(path, begins=SQLITE) as (file, _):
            return read_bag_geopackage(file, box=box)
    if kind == BAG_EXTRACT:
        from zds_geo.sources._bag_extract import read_bag_extract

        return read_bag_extract(path, box=box, progress=progress)
    if kind in {BAG_FEATURES, GEOJSON}:
        from zds_geo.sources._bag_features import read_bag_features

        return read_bag_features(path)
    raise SourceError("sources.not_addresses", path=path.name, got=kind)
