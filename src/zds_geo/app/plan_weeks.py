"""``zds plan --weeks``: a calendar that tries every door, and how many shifts that lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._cover import CoveredArea, cover_area
from zds_geo.app._day import CALENDAR_FILE, load_day, make_roster
from zds_geo.app._waiting import (
    MOST_WEEKS,
    Waiting,
    find_waiting,
    join_areas,
    lay_out,
    usual_shift_s,
)
from zds_geo.app.calendar import RosterShift
from zds_geo.app.import_places import read_credits
from zds_geo.app.keep_cycle import current_cycle, read_shift_changes
from zds_geo.app.weeks import AreaOutlook, Calendar, CalendarShift, calendar_table
from zds_geo.app.workspace import Progress, Workspace, no_progress, open_store
from zds_geo.core.errors import NoPlanError, OutputError, UsageError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.app._day import Day
    from zds_geo.store import HistoryStore

LONGEST_LOOK: Final = 104  # weeks
FORECAST_RUNS: Final = 10


def plan_weeks(
    workspace: Workspace,
    *,
    weeks: int,
    now: datetime,
    seed: int,
    iterations: int | None = None,
    progress: Progress = no_progress,
    write: bool = True,
) -> Calendar:
    """Look ahead: divide all doors that wait over the coming shifts, as few and early as can be.

    Nothing is reserved and no sheet is made; ``plan_day`` stays the planner of the day.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    weeks : int
        How many weeks from tomorrow on, 1 to 104.
    now : datetime
        Aware.
    seed : int
        Of the search.
    iterations : int, optional
        Of the search in each area; by default a number that grows with the doors.
    progress : callable, optional
        Called with (label, done, total).
    write : bool
        False writes no ``maps/kalender.csv``.

    Returns
    -------
    Calendar
        The same for the same workspace, date and seed.

    Raises
    ------
    UsageError
        If ``weeks`` is out of range.
    NoPlanError
        If the roster has no shifts at all.
    """
    if not 1 <= weeks <= LONGEST_LOOK:
        raise UsageError("weeks.range", got=weeks, most=LONGEST_LOOK)
    workspace.require_places()
    first = now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    until = first + timedelta(days=7 * weeks - 1)
    with open_store(workspace, now=now) as store:
        shifts = lay_out(
            workspace.settings, first, weeks=MOST_WEEKS, changes=read_shift_changes(store)
        )
        if not shifts:
            raise NoPlanError("weeks.no_roster")
        cycle = current_cycle(workspace, store)
        promised = cycle.last_day if cycle is not None else None
        if promised is not None and promised < first:
            promised = None  # that cycle is over
        day = load_day(workspace, store, on=first, shifts=[], seed=seed)
        windows = _windows(day, shifts)
        waiting = find_waiting(day, until=max(until, promised or until), windows=windows)
        covered = _cover(day, waiting, shifts, iterations=iterations, progress=progress)
        areas = [_outlook(waiting, a, until=until, promised=promised) for a in covered]
        week = _forecast_week(workspace, store, day, covered, now=now)
    calendar = Calendar(
        first=first,
        weeks=weeks,
        until=until,
        promised_until=promised,
        shifts=tuple(_calendar_shifts(day, shifts, covered, first=first, until=until)),
        areas=tuple(areas),
        names=_names(workspace),
        on_rounds=waiting.on_rounds,
        forecast_week=week,
        path=workspace.maps_path / CALENDAR_FILE if write else None,
    )
    if calendar.path is not None:
        _write(workspace, calendar, calendar.path)
    return calendar


def _windows(day: Day, shifts: Sequence[RosterShift]) -> list[str]:
    """List the windows that the shifts touch, in the order of the day."""
    from zds_geo.app._candidates import split_shift

    clocks = {(s.start_at.weekday(), s.start_at.time(), s.end_at.time()): s for s in shifts}
    scheme = day.settings.windows
    used = {
        piece.window
        for shift in clocks.values()
        for piece in split_shift(shift.start_at, shift.end_at, windows=scheme)
    }
    return [w.name for w in scheme.windows if w.name in used]


def _cover(
    day: Day,
    waiting: Waiting,
    shifts: Sequence[RosterShift],
    *,
    iterations: int | None,
    progress: Progress,
) -> list[CoveredArea]:
    if waiting.doors.empty:
        return []
    buurten = sorted(set(waiting.doors["buurt_code"].astype(str)))
    areas = join_areas(day.settings, buurten, sorted({s.assistant_id for s in shifts}))
    usual = usual_shift_s(shifts)
    found = []
    for done, codes in enumerate(areas):
        progress("weeks.progress", done, len(areas))
        found.append(cover_area(day, waiting, codes, shifts, usual_s=usual, iterations=iterations))
    progress("weeks.progress", len(areas), len(areas))
    return found


def _outlook(
    waiting: Waiting, area: CoveredArea, *, until: date, promised: date | None
) -> AreaOutlook:
    used = [(s, r) for s, r in zip(area.slots, area.rounds, strict=True) if r]
    own = [s for s, _ in used if s.shift is not None]
    never = area.left_out or any(s.shift is None for s, _ in used)
    return AreaOutlook(
        buurt_codes=area.buurt_codes,
        n_doors=int(waiting.doors["buurt_code"].isin(area.buurt_codes).sum()),
        n_planned=sum(len(r) for s, r in used if s.on <= until),
        lacking=_lacking(area, until),
        lacking_for_promise=_lacking(area, promised) if promised else (),
        all_tried_on=None if never or not own else max(s.on for s in own),
        unreachable=len(area.unreachable),
        n_shifts=len(used),
        bound=area.bound,
        pace_s=area.pace_s,
    )


def _lacking(area: CoveredArea, until: date) -> tuple[tuple[int, int], ...]:
    """Count the shifts in use after a date by their minutes, the longest first."""
    late = Counter(
        s.seconds // 60 for s, r in zip(area.slots, area.rounds, strict=True) if r and s.on > until
    )
    return tuple(sorted(late.items(), reverse=True))


def pace_of(covered: Sequence[CoveredArea]) -> dict[str, int]:
    """Give the seconds of shift for each door, for each assistant.

    Parameters
    ----------
    covered : sequence of CoveredArea
        What their shifts hold.

    Returns
    -------
    dict of str to int
        Without those whose area has nothing left to try.
    """
    found = {}
    for area in covered:
        for slot in area.slots:
            if slot.shift is not None and area.pace_s:
                found[slot.shift.assistant_id] = area.pace_s
    return dict(sorted(found.items()))


def _forecast_week(
    workspace: Workspace,
    store: HistoryStore,
    day: Day,
    covered: Sequence[CoveredArea],
    *,
    now: datetime,
) -> int:
    """Ask the forecast when all will have been tried, with as many doors a shift as found here."""
    from zds_geo.contact import forecast_promise

    roster = make_roster(workspace.settings, store, first=day.on, pace=pace_of(covered))
    on = [s.on for a in covered for s, r in zip(a.slots, a.rounds, strict=True) if r and s.shift]
    if roster.empty or not on:
        return 0
    ahead = (max(on) - day.on).days // 7 + 1
    found = forecast_promise(
        day.doors[["buurt_code", "street_side_id"]], day.knocks, roster, params=day.params,
        now=now, seed=day.seed, weeks=min(MOST_WEEKS, 2 * ahead + 4), runs=FORECAST_RUNS,
        do_not_knock=day.do_not_knock, model=day.model,
    )  # fmt: skip
    return found.done_week


def _calendar_shifts(
    day: Day,
    shifts: Sequence[RosterShift],
    covered: Sequence[CoveredArea],
    *,
    first: date,
    until: date,
) -> list[CalendarShift]:
    """Give every shift of the weeks, also those that have nothing left to try."""
    filled: dict[tuple[str, datetime], tuple[CoveredArea, int]] = {}
    for area in covered:
        for i, slot in enumerate(area.slots):
            if slot.shift is not None and area.rounds[i]:
                filled[(slot.shift.assistant_id, slot.shift.start_at)] = (area, i)
    pace = pace_of(covered)
    rows = []
    for shift in shifts:
        if shift.start_at.date() > until:
            break
        known = filled.get((shift.assistant_id, shift.start_at))
        door_ids = known[0].rounds[known[1]] if known else ()
        doors = day.doors.loc[list(door_ids)]
        rows.append(
            CalendarShift(
                shift=shift,
                week=(shift.start_at.date() - first).days // 7 + 1,
                buurt_codes=tuple(dict.fromkeys(doors["buurt_code"].astype(str))),
                door_ids=door_ids,
                streets=tuple(dict.fromkeys(doors["straat"].astype(str))),
                n_stops=int(doors["stop_id"].nunique()),
                walk_s=known[0].walk_s[known[1]] if known else 0,
                service_s=known[0].service_s[known[1]] if known else 0,
                pace_s=pace.get(shift.assistant_id, 0),
            )
        )
    return rows


def _names(workspace: Workspace) -> dict[str, str]:
    from zds_geo.store import read_layer

    names = read_layer(workspace.require_places(), "buurten")["buurt_naam"]
    return {str(code): str(name) for code, name in names.items()}


def _write(workspace: Workspace, calendar: Calendar, path: Path) -> None:
    from zds_geo.outputs import write_csv

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_csv(calendar_table(calendar), path, credits=read_credits(workspace))
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
