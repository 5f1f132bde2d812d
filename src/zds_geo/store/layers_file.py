"""A GeoPackage for other programs: layers and tables as given, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.core.errors import OutputError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_MULTI: Final = {"LineString": "MultiLineString", "Polygon": "MultiPolygon"}


def write_layers(
    path: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write layers and tables as one GeoPackage.

    Parameters
    ----------
    path : Path
        File to write; what was there is replaced.
    layers : mapping of str to GeoDataFrame
        By layer name, each in its own CRS; a named index becomes a column. A layer with lines and
        multilines (or polygons) becomes one of multi-shapes.
    tables : mapping of str to DataFrame, optional
        Tables without geometry.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there stays.

    Notes
    -----
    The same layers give the same content, not the same bytes: SQLite and GDAL note when a layer
    was written.
    """
    import pyogrio

    fresh = path.with_name(f".{path.stem}.{os.getpid()}.gpkg")
    try:
        fresh.unlink(missing_ok=True)
        for name, frame in layers.items():
            flat = frame.reset_index() if frame.index.name else frame
            kinds = set(flat.geom_type.dropna())
            kind = next(iter(kinds)) if len(kinds) == 1 else "Unknown"
            if len(kinds) > 1 or kind in _MULTI:
                plain = {k.removeprefix("Multi") for k in kinds}
                kind = _MULTI[plain.pop()] if len(plain) == 1 else "Unknown"
            pyogrio.write_dataframe(
                flat, fresh, layer=name, driver="GPKG", geometry_type=kind,
                promote_to_multi=kind.startswith("Multi"), append=fresh.exists(),
            )  # fmt: skip
        for name, table in (tables or {}).items():
            flat = table.reset_index() if table.index.name else table
            pyogrio.write_dataframe(flat, fresh, layer=name, driver="GPKG", append=fresh.exists())
        fresh.replace(path)
    except (OSError, pyogrio.errors.DataSourceError) as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault) from None
    finally:
        fresh.unlink(missing_ok=True)
