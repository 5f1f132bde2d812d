"""The two coordinate systems of the project, and the only way between them.

Inside: EPSG:28992 (RD New, metres). Reading and writing: EPSG:4326, x = longitude.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from zds_geo.core.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    from pyproj import Transformer

RD: Final = "EPSG:28992"
WGS84: Final = "EPSG:4326"


@cache
def _transformer(source: str, target: str) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def require_rd(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse a frame that is not in EPSG:28992.

    Parameters
    ----------
    frame : GeoDataFrame
        Any frame with a geometry.
    name : str
        What to call it in the message.

    Raises
    ------
    CrsError
        If the frame has no CRS or another one.
    """
    if frame.crs is None or frame.crs.to_epsg() != 28992:
        got = "-" if frame.crs is None else str(frame.crs.to_string())
        raise CrsError("error.crs", name=name, expected=RD, got=got)


def to_lonlat(
    x: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Turn RD metres into longitude and latitude.

    Parameters
    ----------
    x, y : array-like of float, shape (n,)
        EPSG:28992, metres.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
        EPSG:4326, degrees. Within 1 m (EPSG operation of pyproj without grid).
    """
    import numpy as np

    lon, lat = _transformer(RD, WGS84).transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(lon), np.asarray(lat)


def to_rd(
    lon: npt.ArrayLike, lat: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Turn longitude and latitude into RD metres.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,)
        EPSG:4326, degrees.

    Returns
    -------
    x, y : ndarray of float, shape (n,)
        EPSG:28992, metres.
    """
    import numpy as np

    x, y = _transformer(WGS84, RD).transform(np.asarray(lon, float), np.asarray(lat, float))
    return np.asarray(x), np.asarray(y)
