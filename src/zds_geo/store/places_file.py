"""``places.gpkg``: written beside the old one, then put in its place in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.errors import PlacesError
from zds_geo.core.frames import (
    ACCESS,
    BUURTEN,
    DOORS,
    EDGES,
    JUNCTIONS,
    PANDEN,
    STOPS,
    STREET_SIDES,
    WATER,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

LAYERS: Final = {
    c.name: c
    for c in (DOORS, STOPS, ACCESS, BUURTEN, STREET_SIDES, EDGES, JUNCTIONS, PANDEN, WATER)
}
# As delivered, where corrections from the field have changed them; and doors that went missing.
DELIVERED: Final = {
    f"delivered_{c.name}": c for c in (DOORS, STOPS, ACCESS, STREET_SIDES, EDGES, JUNCTIONS)
}
_CONTRACTS: Final = {**LAYERS, **DELIVERED, "missing_doors": DOORS}
STALE_S: Final = 3600.0  # no import writes this long
_TYPES: Final = {
    "Point": "Point", "LineString": "LineString", "Polygon": "MultiPolygon",
}  # fmt: skip


def write_places(
    path: Path,
    *,
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    keep_previous: bool = True,
) -> None:
    """Write the places file; the one before is kept as ``places.previous.gpkg``.

    Parameters
    ----------
    path : Path
        ``places.gpkg``.
    layers : mapping of str to GeoDataFrame
        EPSG:28992, by layer name; the index becomes a column.
    tables : mapping of str to DataFrame
        Tables without geometry.
    keep_previous : bool
        False where the delivery is the same one: then the one before it stays kept.

    Raises
    ------
    PlacesError
        If the folder cannot be written; the old file stays.
    """
    import pyogrio

    fresh = path.with_name(f".{path.stem}.{os.getpid()}.gpkg")
    try:
        fresh.unlink(missing_ok=True)
        for name, frame in layers.items():
            _write_layer(fresh, name, frame)
        for name, table in tables.items():
            flat = table.reset_index() if table.index.name else table
            pyogrio.write_dataframe(flat, fresh, layer=name, driver="GPKG", append=fresh.exists())
        if keep_previous and path.exists():
            spare = path.with_name(f"{path.stem}.previous.gpkg")
            shutil.copyfile(path, spare.with_suffix(".tmp"))
            spare.with_suffix(".tmp").replace(spare)
        _sweep(fresh)
        fresh.replace(path)
    except (OSError, pyogrio.errors.DataSourceError) as fault:
        raise PlacesError("store.cannot_write_places", path=path, fault=fault) from None
    finally:
        fresh.unlink(missing_ok=True)


def _sweep(fresh: Path) -> None:
    """Remove what a stopped import left beside the places; not what another one is writing."""
    stem = fresh.name.split(".")[1]
    for left in fresh.parent.glob(f".{stem}.*.gpkg*"):
        if fresh.stat().st_mtime - left.stat().st_mtime > STALE_S:
            left.unlink(missing_ok=True)


def swap_previous(path: Path) -> int:
    """Let the places file and the one before it change places.

    Parameters
    ----------
    path : Path
        ``places.gpkg``.

    Returns
    -------
    int
        Number of doors in what is now the places file.

    Raises
    ------
    PlacesError
        If there is no file before it, or it cannot be read; nothing has changed then.
    """
    spare = path.with_name(f"{path.stem}.previous.gpkg")
    if not spare.is_file():
        raise PlacesError("store.no_previous_places", path=path.parent)
    n_doors = len(read_layer(spare, "doors", columns=["straat"]))
    aside = path.with_name(f".{path.stem}.{os.getpid()}.gpkg")
    try:
        shutil.copyfile(path, aside)
        spare.replace(path)  # the one step that counts
        aside.replace(spare)
    except OSError as fault:
        raise PlacesError("store.cannot_write_places", path=path, fault=fault) from None
    finally:
        aside.unlink(missing_ok=True)
    return n_doors


def _write_layer(path: Path, name: str, frame: gpd.GeoDataFrame) -> None:
    import pyogrio

    kind = _TYPES[str(_CONTRACTS[name].geometry)]
    pyogrio.write_dataframe(
        frame.reset_index(), path, layer=name, driver="GPKG", geometry_type=kind,
        promote_to_multi=kind.startswith("Multi"), append=path.exists(),
    )  # fmt: skip


def read_layer(
    path: Path, layer: str, *, columns: Sequence[str] | None = None, where: str | None = None
) -> gpd.GeoDataFrame:
    """Read a layer back as it was.

    Parameters
    ----------
    path : Path
        ``places.gpkg``.
    layer : str
        Name of a layer (DESIGN 2).
    columns : sequence of str, optional
        Only these, with the index; no geometry is read then.
    where : str, optional
        Filter in SQL, from code only.

    Returns
    -------
    GeoDataFrame
        With its contract's index; absent text is empty text.

    Raises
    ------
    PlacesError
        If the file is broken or lacks the layer.
    """
    import pyogrio

    contract = _CONTRACTS[layer]
    wanted = None if columns is None else [contract.index, *columns]
    try:
        frame = pyogrio.read_dataframe(
            f"GPKG:{path}", layer=layer, columns=wanted, where=where,
            read_geometry=columns is None,
        )  # fmt: skip
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise PlacesError("store.broken_places", path=path, fault=fault) from None
    frame = frame.set_index(contract.index)
    for column, kind in contract.columns.items():
        if column in frame and kind == "str":
            frame[column] = frame[column].astype("str").where(frame[column].notna(), "")
        elif column in frame and kind == "int?":
            frame[column] = frame[column].astype("Int64")
    return frame


def list_layers(path: Path) -> frozenset[str]:
    """List the layers and tables of a places file.

    Parameters
    ----------
    path : Path
        ``places.gpkg``.

    Returns
    -------
    frozenset of str
        Their names.

    Raises
    ------
    PlacesError
        If the file is broken.
    """
    import pyogrio

    try:
        rows = pyogrio.list_layers(f"GPKG:{path}")
    except pyogrio.errors.DataSourceError as fault:
        raise PlacesError("store.broken_places", path=path, fault=fault) from None
    return frozenset(str(name) for name, _ in rows)


def read_table(path: Path, name: str) -> pd.DataFrame:
    """Read a table without geometry: ``left_out``, ``credits``, ``report`` or ``field_fixes``.

    Parameters
    ----------
    path : Path
        ``places.gpkg``.
    name : str
        Name of the table.

    Returns
    -------
    DataFrame
        Absent text is empty text.

    Raises
    ------
    PlacesError
        If the file is broken or lacks the table.
    """
    import pyogrio

    try:
        table: Any = pyogrio.read_dataframe(f"GPKG:{path}", layer=name, read_geometry=False)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise PlacesError("store.broken_places", path=path, fault=fault) from None
    for column in table.columns:
        if table[column].dtype == object or str(table[column].dtype) == "str":
            table[column] = table[column].astype("str").where(table[column].notna(), "")
    found: pd.DataFrame = table
    return found
