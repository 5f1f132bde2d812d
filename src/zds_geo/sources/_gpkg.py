"""What reading a broken GeoPackage can raise, said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zds_geo.core.errors import SourceError


@contextmanager
def refuse_broken(path: Path) -> Iterator[None]:
    """Turn the library's words for a broken file into one of ours.

    Parameters
    ----------
    path : Path
        The GeoPackage that is read inside.

    Yields
    ------
    None
        While reading.

    Raises
    ------
    SourceError
        If the file is broken.
    """
    import pyogrio

    try:
        yield
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        UnicodeError,
    ) as fault:
        raise SourceError("sources.broken_gpkg", path=path.name) from fault
