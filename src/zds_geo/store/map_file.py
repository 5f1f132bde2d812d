"""A map for other programs as GeoPackage, with the style that QGIS opens it in."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.core.crs import require_rd
from zds_geo.core.errors import OutputError

if TYPE_CHECKING:
    import geopandas as gpd


def write_map_file(
    path: Path, frame: gpd.GeoDataFrame, *, layer: str, style: str, as_of: date
) -> None:
    """Write lines as a GeoPackage of one layer, styled.

    Parameters
    ----------
    path : Path
        File to write; an older one is replaced in one step.
    frame : GeoDataFrame
        Lines, EPSG:28992; all columns are written, the index is not.
    layer : str
        Name of the layer.
    style : str
        QML, kept in the table ``layer_styles`` as the default of the layer.
    as_of : date
        The date of the style.

    Raises
    ------
    OutputError
        If the file cannot be written; an older one stays.
    """
    import pandas as pd
    import pyogrio

    require_rd(frame, layer)
    styles = pd.DataFrame(
        {
            "f_table_catalog": [""],
            "f_table_schema": [""],
            "f_table_name": [layer],
            "f_geometry_column": ["geom"],
            "styleName": [layer],
            "styleQML": [style],
            "styleSLD": [""],
            "useAsDefault": [True],
            "description": [""],
            "owner": [""],
            "ui": [""],
            "update_time": [pd.Timestamp(as_of)],
        }
    )
    fresh = path.with_name(f".{path.stem}.{os.getpid()}.gpkg")
    try:
        pyogrio.write_dataframe(
            frame.reset_index(drop=True), fresh, layer=layer, driver="GPKG",
            geometry_type="MultiLineString", promote_to_multi=True,
        )  # fmt: skip
        pyogrio.write_dataframe(
            styles, fresh, layer="layer_styles", driver="GPKG", append=True,
            layer_options={"FID": "id"},
        )  # fmt: skip
        fresh.replace(path)
    except (OSError, pyogrio.errors.DataSourceError) as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault) from None
    finally:
        fresh.unlink(missing_ok=True)
