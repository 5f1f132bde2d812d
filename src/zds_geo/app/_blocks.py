"""Blocks of at least twenty doors, and where few talks came of trying."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from zds_geo.app._day import contact_params
from zds_geo.app._known import read_known
from zds_geo.app.workspace import Workspace, open_store

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.outputs.report import HardBlock

MOST_SHOWN: Final = 6
# ASSUMPTIONS: before a block is called hard, half of it was tried, and at who did not open there
# were one and a half misses a door: one ring says more of the hour than of the block.
TRIED_SHARE, MISSES_A_DOOR = 0.5, 1.5
MOST_NAMES: Final = 3
BANDS: Final = 5  # P09


@dataclass(frozen=True, slots=True, kw_only=True)
class HardBlocks:
    """The hardest blocks, how many more there are, and whether any was tried enough to tell."""

    shown: tuple[HardBlock, ...]
    more: int
    known: bool


def hardest_blocks(workspace: Workspace, *, now: datetime, since: date | None) -> HardBlocks:
    """Find the blocks where the fewest of the tried doors led to a talk.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.
    since : date or None
        First day that counts; the start of the cycle when None.

    Returns
    -------
    HardBlocks
        In bands of a fifth; within a band the largest first, so that the order says no more.

    Notes
    -----
    The blocks depend on doors and streets alone, so that they stay the same from week to week.
    """
    from zds_geo.contact import measure_coverage
    from zds_geo.outputs import group_sides
    from zds_geo.outputs.report import HardBlock
    from zds_geo.outputs.report_cells import ROW_DOORS
    from zds_geo.outputs.report_text import HARD_BAND
    from zds_geo.store import read_layer

    path = workspace.require_places()
    doors = read_layer(path, "doors")
    names = read_layer(path, "buurten")["buurt_naam"]
    with open_store(workspace, now=now) as store:
        params = contact_params(workspace, store)
        history = read_known(store, doors.index)
    if since is not None:
        params = replace(params, cycle_start=since)
    counts = measure_coverage(
        doors,
        history.knocks,
        params=params,
        now=now,
        by="street_side_id",
        door_state=history.door_state,
    )
    columns = ["straat", "buurt_code", "side", "geometry"]
    sides = read_layer(path, "street_sides")[columns].join(counts, how="inner").sort_index()
    known, hard = False, []
    for _, part in sides.groupby(group_sides(sides, min_doors=ROW_DOORS), sort=True):
        group = part.index
        n, tried = int(part["n_doors"].sum()), int(part["tried"].sum())
        shut = tried - int(part["opened"].sum())
        if n < ROW_DOORS or tried < TRIED_SHARE * n or part["misses"].sum() < MISSES_A_DOOR * shut:
            continue
        known = True
        band = min(int(BANDS * part["talked"].sum() / tried), BANDS - 1)
        if band < HARD_BAND:
            label = _label(doors.loc[doors["street_side_id"].isin(group)])
            buurt = str(names.get(part["buurt_code"].mode().iloc[0], ""))
            hard.append(HardBlock(label=label, buurt=buurt, n_doors=n, band=band))
    hard.sort(key=lambda b: (b.band, -b.n_doors, b.buurt, b.label))
    return HardBlocks(
        shown=tuple(hard[:MOST_SHOWN]), more=max(0, len(hard) - MOST_SHOWN), known=known
    )


def _label(doors: gpd.GeoDataFrame) -> str:
    """Name a block by its streets and their house numbers, the longest street first."""
    found: list[tuple[int, str]] = []
    for street, part in doors.groupby("straat", sort=True):
        found.append((-len(part), f"{street} {_numbers(part['huisnummer'])}"))
    found.sort()
    more = "\u00a0…" if len(found) > MOST_NAMES else ""
    return ", ".join(name for _, name in found[:MOST_NAMES]) + more


def _numbers(numbers: pd.Series) -> str:
    low, high = int(numbers.min()), int(numbers.max())
    return str(low) if low == high else f"{low}–{high}"
