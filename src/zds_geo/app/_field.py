"""Corrections from the field, laid over the places of a workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from zds_geo.app.workspace import Workspace
from zds_geo.core.model import FieldFix, FixKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from zds_geo.places import Fixed
    from zds_geo.store import HistoryStore

LAYERS: Final = (
    "doors", "stops", "access", "buurten", "street_sides", "edges", "junctions", "panden", "water",
)  # fmt: skip
PROOF_TABLE: Final = "proof"
TABLES: Final = ("left_out", "credits", "report", PROOF_TABLE)
FIX_TABLE: Final = "field_fixes"
MISSING: Final = "missing_doors"
_BY_DOOR: Final = frozenset({FixKind.HIDE_DOOR, FixKind.MOVE_ENTRANCE})


def lay_fixes(
    store: HistoryStore, delivered: Mapping[str, gpd.GeoDataFrame], *, on: date
) -> tuple[Fixed, pd.DataFrame]:
    """Lay the corrections of a date over places as delivered.

    Parameters
    ----------
    store : HistoryStore
        Knows the corrections, and which home now bears which id.
    delivered : mapping of str to GeoDataFrame
        All layers.
    on : date
        The date.

    Returns
    -------
    fixed, table : Fixed, DataFrame
        Layers to write (what was changed also as delivered), and the table that tells which
        corrections are in them.
    """
    import pandas as pd

    from zds_geo.places import FIXED_LAYERS, Fixed, apply_fixes

    fixes = _under_present_ids(store, delivered["doors"], store.list_fixes(on=on))
    table = pd.DataFrame({"fix_ids": [_key(fixes)]})
    if not fixes:
        return Fixed(layers=dict(delivered), unmatched=(), covered=()), table
    fixed = apply_fixes(delivered, fixes)
    spare = {f"delivered_{name}": delivered[name] for name in FIXED_LAYERS}
    return replace(fixed, layers={**fixed.layers, **spare}), table


def _key(fixes: list[FieldFix]) -> str:
    return ",".join(str(f.fix_id) for f in fixes)


def _under_present_ids(
    store: HistoryStore, doors: pd.DataFrame, fixes: list[FieldFix]
) -> list[FieldFix]:
    """Follow a home that came under another id; a split or merged one is looked at anew."""
    added = {f.door_id for f in fixes if f.kind is FixKind.ADD_DOOR}
    current = store.current_doors({*doors.index, *added}, follow=("linked",))
    return [
        replace(f, door_id=current.get(f.door_id, f.door_id)) if f.kind in _BY_DOOR else f
        for f in fixes
    ]


def read_delivered(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read all layers of a places file as they were delivered, without corrections.

    Parameters
    ----------
    path : Path
        ``places.gpkg``.

    Returns
    -------
    dict of str to GeoDataFrame
        Layer name → frame; ``missing_doors`` only where there are any.
    """
    from zds_geo.store import list_layers, read_layer

    known = list_layers(path)
    spare = {name: f"delivered_{name}" for name in LAYERS}
    found = {n: read_layer(path, spare[n] if spare[n] in known else n) for n in LAYERS}
    if MISSING in known:
        found[MISSING] = read_layer(path, MISSING)
    return found


def refresh_places(workspace: Workspace, store: HistoryStore, *, on: date) -> Fixed | None:
    """Bring the places in line with the corrections that hold on a date.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    store : HistoryStore
        Open.
    on : date
        The date.

    Returns
    -------
    Fixed or None
        What was laid; None where nothing had to change.
    """
    from zds_geo.store import list_layers, read_table, write_places

    path = workspace.require_places()
    known = list_layers(path)
    laid = str(read_table(path, FIX_TABLE)["fix_ids"].iloc[0]) if FIX_TABLE in known else ""
    if laid == _key(store.list_fixes(on=on)):
        return None
    fixed, table = lay_fixes(store, read_delivered(path), on=on)
    tables: dict[str, pd.DataFrame] = {n: read_table(path, n) for n in TABLES if n in known}
    write_places(path, layers=fixed.layers, tables=tables | {FIX_TABLE: table}, keep_previous=False)
    return fixed
