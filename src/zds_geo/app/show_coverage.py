"""``zds coverage`` and ``zds heatmap``: which doors were tried, opened and talked to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.app._day import contact_params, make_roster
from zds_geo.app._known import read_known
from zds_geo.app.import_places import read_credits
from zds_geo.app.keep_cycle import current_cycle
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.app.write_outputs import read_map_layers
from zds_geo.core.errors import OutputError, PlacesError, UsageError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.contact import ContactParams

FIGURES = ("n_doors", "tried", "opened", "talked", "reached", "never_tried", "fair", "misses")
SHOWN = FIGURES[:6]
GROUPS = ("buurt", "straat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Figures per buurt or street, and their total; tried, opened and talked stay apart."""

    by: str
    rows: pd.DataFrame
    total: dict[str, int]
    since: str
    far_from_street: int
    to_arrange: tuple[str, ...]


def measure(workspace: Workspace, *, by: str, now: datetime, since: date | None = None) -> Coverage:
    """Measure the coverage of this cycle, or since another day.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    by : str
        ``buurt`` or ``straat``.
    now : datetime
        Aware.
    since : date, optional
        First day that counts instead of the start of the cycle.

    Returns
    -------
    Coverage
        In doors.

    Raises
    ------
    UsageError
        If ``by`` is something else.
    """
    if by not in GROUPS:
        raise UsageError("coverage.by", got=by, known=", ".join(GROUPS))
    from zds_geo.contact import measure_coverage
    from zds_geo.store import read_layer

    path = workspace.require_places()
    doors = read_layer(path, "doors")
    buurten = read_layer(path, "buurten")
    with open_store(workspace, now=now) as store:
        params = contact_params(workspace, store)
        cycle = current_cycle(workspace, store)
        first = since or (cycle.started_on if cycle else None)
        params = replace(params, cycle_start=first)
        column = "buurt_code" if by == "buurt" else "straat"
        known = read_known(store, doors.index)
        today = now.astimezone(AMSTERDAM).date()
        roster = make_roster(workspace.settings, store, first=today)
        rows = measure_coverage(
            doors,
            known.knocks,
            params=params,
            now=now,
            by=column,
            roster=roster,
            door_state=known.door_state,
        )
    rows = rows.sort_index()
    if by == "buurt":
        rows.insert(0, "buurt_naam", buurten["buurt_naam"].reindex(rows.index))
    return Coverage(
        by=by,
        rows=rows,
        total={name: int(rows[name].sum()) for name in FIGURES},
        since=first.isoformat() if first else "",
        to_arrange=_to_arrange(doors, known.knocks, params=params, now=now),
        far_from_street=int(doors["flag"].str.contains("flag.far_from_street", regex=False).sum()),
    )


def _to_arrange(
    doors: gpd.GeoDataFrame, knocks: pd.DataFrame, *, params: ContactParams, now: datetime
) -> tuple[str, ...]:
    """List the entrances where access has to be arranged: street and first to last number."""
    from zds_geo.contact import read_log, stop_access

    today = now.astimezone(AMSTERDAM).date()
    shut = stop_access(read_log(knocks, until=today), doors["stop_id"], params=params)
    stops = shut.index[shut["no_access"] >= len(params.no_access_days)]
    behind = doors.loc[doors["stop_id"].isin(stops)]
    labels = []
    for _, group in behind.groupby("stop_id", sort=True):
        low, high = int(group["huisnummer"].min()), int(group["huisnummer"].max())
        numbers = str(low) if low == high else f"{low}-{high}"
        labels.append(f"{group['straat'].iloc[0]} {numbers}")
    return tuple(sorted(labels))


def measure_sides(workspace: Workspace, *, now: datetime) -> gpd.GeoDataFrame:
    """Measure the coverage of every street side, merged to at least five doors.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    GeoDataFrame
        EPSG:28992, with the counts of ``measure_coverage``.
    """
    return measure_pieces(workspace, now=now).drop(columns=["in_vain", "streets"])


def measure_pieces(workspace: Workspace, *, now: datetime) -> gpd.GeoDataFrame:
    """Measure the pieces of street of the coordinator's map.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    GeoDataFrame
        As from ``measure_sides``, with ``in_vain`` (doors tried and not reached) and ``streets``
        (all names, joined by a line feed).

    Raises
    ------
    PlacesError
        If the places hold no door.
    """
    from zds_geo.contact import measure_coverage
    from zds_geo.outputs import merge_sides
    from zds_geo.store import read_layer

    path = workspace.require_places()
    doors = read_layer(path, "doors")
    if doors.empty:
        raise PlacesError("heat.no_doors")
    with open_store(workspace, now=now) as store:
        params = contact_params(workspace, store)
        known = read_known(store, doors.index)
    each = doors[["street_side_id"]].assign(door=doors.index)
    figures = measure_coverage(
        each, known.knocks, params=params, now=now, by="door", door_state=known.door_state
    )
    figures = figures.reindex(doors.index)
    figures["in_vain"] = ((figures["tried"] > 0) & (figures["reached"] == 0)).astype(int)
    sides = figures.groupby(doors["street_side_id"])
    counts = sides[[*SHOWN, "in_vain"]].sum()
    counts["last_tried_on"] = sides["last_tried_on"].agg(_latest)
    return merge_sides(read_layer(path, "street_sides"), counts, min_doors=5)


def _latest(days: pd.Series[object]) -> object:
    return max((d for d in days if d is not None and d == d), default=None)  # noqa: PLR0124


def draw_coverage(workspace: Workspace, *, now: datetime, lang: str = "nl") -> Path:
    """Draw the coordinator's heatmap of unreached streets.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware; its local date stands on the map.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    Path
        ``maps/<date>/kaart-onbereikt.html``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from zds_geo.outputs import draw_heatmap

    today = now.astimezone(AMSTERDAM).date()
    path = workspace.maps_path / today.isoformat() / "kaart-onbereikt.html"
    layers = read_map_layers(workspace)
    pieces = measure_pieces(workspace, now=now)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_heatmap(
            pieces,
            path,
            layers=layers,
            credits=read_credits(workspace),
            as_of=today,
            lang=lang,
        )
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
    return path
