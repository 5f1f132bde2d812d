"""Everything the rounds of one date are made from, loaded once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app._areas import DayAreas, read_day_areas
from zds_geo.app._field import refresh_places
from zds_geo.app._known import read_known
from zds_geo.app.calendar import RosterShift, shifts_on
from zds_geo.app.import_places import read_credits
from zds_geo.app.keep_cycle import current_cycle, read_shift_changes
from zds_geo.app.settings import Settings
from zds_geo.core.csvguard import csv_unguard
from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Credit, Place
from zds_geo.core.windows import local_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from zds_geo.app.workspace import Workspace
    from zds_geo.contact import ChanceModel, ContactParams
    from zds_geo.places import WalkNetwork
    from zds_geo.store import HistoryStore

ROSTER_WEEKS: Final = 8
CALENDAR_FILE: Final = "kalender.csv"  # in maps/
SECONDS_PER_DOOR: Final = (
    240  # a door with its share of walking and talks: 90 s … 480 s (DESIGN §7)
)


@dataclass(slots=True, kw_only=True)
class Day:
    """Doors, streets, history and roster of one date; ``taken`` grows while planning."""

    on: date
    seed: int
    settings: Settings
    doors: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    network: WalkNetwork
    knocks: pd.DataFrame
    roster: pd.DataFrame
    params: ContactParams
    do_not_knock: frozenset[str]
    reserved: frozenset[str]
    credits: tuple[Credit, ...]
    areas: DayAreas
    model: ChanceModel | None = None
    door_state: pd.DataFrame | None = None
    taken: set[str] = field(default_factory=set)
    skip_reasons: dict[str, str] = field(default_factory=dict)


def load_day(
    workspace: Workspace,
    store: HistoryStore,
    *,
    on: date,
    shifts: list[RosterShift],
    seed: int,
) -> Day:
    """Load what planning a date needs.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    store : HistoryStore
        Open.
    on : date
        The date that is planned.
    shifts : list of RosterShift
        The shifts that get a round; doors on their own earlier rounds of this date are free again.
    seed : int
        For ties.

    Returns
    -------
    Day
        Doors sorted by id, with the corrections that hold on that date.
    """
    from zds_geo.store import read_layer

    refresh_places(workspace, store, on=on)
    path = workspace.require_places()
    doors = read_layer(path, "doors").sort_index()
    stops = read_layer(path, "stops").sort_index()
    replanned = [s.assistant_id for s in shifts]
    reserved = store.reserved_doors(on=on, except_date=on, except_assistants=replanned)
    known = read_known(store, doors.index)
    params = contact_params(workspace, store)
    model = None
    if workspace.settings.chance.learn:
        from zds_geo.contact import fit_chances

        frame = doors[["buurt_code", "street_side_id"]]
        model = fit_chances(
            frame, known.knocks, now=local_instant(on, time.min), seed=seed, params=params,
            door_state=known.door_state,
        )  # fmt: skip
    return Day(
        on=on,
        seed=seed,
        settings=workspace.settings,
        doors=doors,
        stops=stops,
        network=open_network(workspace),
        knocks=known.knocks,
        roster=make_roster(workspace.settings, store, first=on),
        params=params,
        model=model,
        door_state=known.door_state,
        do_not_knock=store.do_not_knock_doors(),
        reserved=store.heirs_of(reserved),  # a printed sheet may name a door by its former id
        credits=read_credits(workspace),
        areas=read_day_areas(
            store, doors, settings=workspace.settings, on=on, changes=read_shift_changes(store)
        ),
        skip_reasons=dict.fromkeys(doors.index, "not_now.other_buurt"),
    )


def open_network(workspace: Workspace) -> WalkNetwork:
    """Read the streets, without stops yet.

    Parameters
    ----------
    workspace : Workspace
        With imported places.

    Returns
    -------
    WalkNetwork
        At the walking speed of the settings.
    """
    from zds_geo.places import WalkNetwork
    from zds_geo.store import read_layer

    path = workspace.require_places()
    return WalkNetwork(
        read_layer(path, "stops").iloc[:0],
        read_layer(path, "edges"),
        read_layer(path, "junctions"),
        walk_m_s=workspace.settings.service.walk_m_s,
    )


def contact_params(workspace: Workspace, store: HistoryStore) -> ContactParams:
    """Give the rotation rules of the workspace, with the start of the current cycle.

    Parameters
    ----------
    workspace : Workspace
        Rules from ``zds.toml``.
    store : HistoryStore
        Knows the cycle.

    Returns
    -------
    ContactParams
        Frozen.
    """
    from zds_geo.contact import ContactParams

    settings = workspace.settings
    cycle = current_cycle(workspace, store)
    return ContactParams(
        min_days_after_misses=settings.min_days_after_misses,
        max_misses=settings.max_misses,
        cycle_start=cycle.started_on if cycle else None,
        complete_days=min(30, settings.retention.after_talk_days),
        windows=settings.windows,
    )


def make_roster(
    settings: Settings,
    store: HistoryStore,
    *,
    first: date,
    pace: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Lay out the coming shifts for the rotation (DESIGN §6).

    Parameters
    ----------
    settings : Settings
        Roster and calendar.
    store : HistoryStore
        Shift changes.
    first : date
        First date of the eight weeks that are laid out.
    pace : mapping of str to int, optional
        Seconds of shift for each door of each assistant, as the calendar measures them; a guess
        for who is not in it.

    Returns
    -------
    DataFrame
        Columns start_at, end_at (aware), window, n_doors, buurt_codes, weekly (False for a shift
        of single dates); one row per part of a shift.
    """
    import pandas as pd

    from zds_geo.app._candidates import Piece, split_shift

    changes = read_shift_changes(store)
    every = tuple(sorted({code for a in settings.assistants for code in a.buurt_codes}))
    rows = []
    pieces: dict[tuple[int, time, time], list[Piece]] = {}
    for ahead in range(7 * ROSTER_WEEKS):
        day = first + timedelta(days=ahead)
        for shift in shifts_on(settings, day, changes=changes):
            door_s = (pace or {}).get(shift.assistant_id) or SECONDS_PER_DOOR
            codes = settings.assistant(shift.assistant_id).buurt_codes or every
            hours = (day.weekday(), shift.start_at.time(), shift.end_at.time())
            if hours not in pieces:
                pieces[hours] = split_shift(shift.start_at, shift.end_at, windows=settings.windows)
            share = shift.working_s / shift.total_s
            for piece in pieces[hours]:
                rows.append(
                    {
                        "start_at": shift.start_at + timedelta(seconds=piece.from_s),
                        "end_at": shift.start_at + timedelta(seconds=piece.to_s),
                        "window": piece.window,
                        "n_doors": max(1, int(share * (piece.to_s - piece.from_s)) // door_s),
                        "buurt_codes": codes,
                        "weekly": shift.weekly,
                    }
                )
    columns = ["start_at", "end_at", "window", "n_doors", "buurt_codes", "weekly"]
    return pd.DataFrame(rows, columns=columns)


def read_pace(workspace: Workspace) -> dict[str, int]:
    """Read the seconds of shift for each door that the last calendar found.

    Parameters
    ----------
    workspace : Workspace
        With or without ``maps/kalender.csv``.

    Returns
    -------
    dict of str to int
        Of each assistant; empty without a calendar.

    Notes
    -----
    The pace is of the streets and the service times, not of the history, so that a calendar of
    some weeks ago still tells it.
    """
    import csv

    path = workspace.maps_path / CALENDAR_FILE
    try:
        with path.open(encoding="utf-8", newline="") as rows:
            found = {r["assistent"]: int(r["seconden_per_woning"]) for r in csv.DictReader(rows)}
    except (OSError, KeyError, TypeError, ValueError):
        return {}
    return {csv_unguard(who): pace for who, pace in sorted(found.items()) if pace > 0}


def find_place(settings: Settings, point_id: str, doors: gpd.GeoDataFrame) -> Place:
    """Find where a meeting point lies.

    Parameters
    ----------
    settings : Settings
        Meeting points.
    point_id : str
        Its id in ``zds.toml``.
    doors : GeoDataFrame
        Doors, to look an address up in.

    Returns
    -------
    Place
        WGS84 degrees.

    Raises
    ------
    NotFoundError
        If its address is not among the doors.
    """
    from zds_geo.app.find_doors import search_doors
    from zds_geo.core.crs import to_lonlat

    point = settings.meeting_point(point_id)
    if point.lon is not None and point.lat is not None:
        return Place(label=point.label, lon=point.lon, lat=point.lat)
    found = search_doors(doors, point.address)
    if found.empty:
        raise NotFoundError("plan.no_meeting_address", point=point_id, address=point.address)
    geometry = found.geometry.iloc[0]
    lon, lat = to_lonlat([geometry.x], [geometry.y])
    return Place(label=point.label, lon=round(float(lon[0]), 7), lat=round(float(lat[0]), 7))
