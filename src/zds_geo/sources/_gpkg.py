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

    _require_whole(path)
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


def _require_whole(path: Path) -> None:
    """Refuse a file shorter than its own count of pages (SQLite file format, 1.3).

    SQLite itself reads on until it needs a page that is gone.
    """
    with path.open("rb") as stream:
        head = stream.read(100)
    page = int.from_bytes(head[16:18], "big")
    page = 65_536 if page == 1 else page
    counted = head[24:28] == head[92:96]  # else the count is not valid
    n_pages = int.from_bytes(head[28:32], "big") if counted else 0
    if len(head) < 100 or path.stat().st_size < page * n_pages:
        raise SourceError("sources.broken_gpkg", path=path.name)
