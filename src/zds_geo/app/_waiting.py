"""Which doors still wait for a first attempt, which shifts there are, and which belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app._candidates import expected_service_s
from zds_geo.app._day import Day
from zds_geo.app.calendar import Changes, RosterShift, shifts_on
from zds_geo.app.settings import Settings
from zds_geo.core.windows import local_instant

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

MOST_WEEKS: Final = 260  # the roster is laid out no further than five years
USUAL_SHIFT_S: Final = 150 * 60  # of a shift that nobody has yet, where the roster has none at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Doors that still have to be tried in this cycle, and from when each may be."""

    doors: gpd.GeoDataFrame
    not_before: Mapping[str, date]
    door_s: Mapping[str, int]
    on_rounds: int


def find_waiting(day: Day, *, until: date, windows: Sequence[str]) -> Waiting:
    """Find the doors that still have to be tried, by the rules of ``rank_doors``.

    Parameters
    ----------
    day : Day
        Doors, history and register, on the first date.
    until : date
        The last date: a door that rests now and may be rung at by then waits too.
    windows : sequence of str
        Windows that the shifts use.

    Returns
    -------
    Waiting
        Doors by id. Empty homes are not among them, also where the six months end before the last
        date: the promise is not about them.
    """
    from zds_geo.contact import rank_doors

    frame = day.doors[["buurt_code", "street_side_id", "stop_id"]]

    def rank(on: date, window: str) -> pd.DataFrame:
        return rank_doors(
            frame, day.knocks, day.roster, window=window, now=local_instant(on, time(12)),
            seed=day.seed, model=day.model, params=day.params, do_not_knock=day.do_not_knock,
            reserved=day.reserved, door_state=day.door_state,
        )  # fmt: skip

    first = rank(day.on, windows[0])
    last = rank(until, windows[0])
    waits = last["eligible"] & (last["reason"] == "reason.new")
    waits |= first["eligible"] & (first["reason"] == "reason.new")
    waits &= first["reason"] != "not_now.vacant"  # outside the promise, as in the forecast
    later = first.loc[waits & first["not_before"].notna(), "not_before"]
    door_s = {}
    for window in windows:
        ranked = rank(day.on, window).loc[waits]
        if not ranked["eligible"].any():
            ranked = rank(until, window).loc[waits]
        door_s[window] = expected_service_s(ranked, day.settings.service)
    return Waiting(
        doors=day.doors.loc[waits],
        not_before={str(d): on for d, on in later.items()},
        door_s=door_s,
        on_rounds=int((first["reason"] == "not_now.reserved").sum()),
    )


def lay_out(settings: Settings, first: date, *, weeks: int, changes: Changes) -> list[RosterShift]:
    """Lay the roster out: every shift of so many weeks, by date.

    Parameters
    ----------
    settings : Settings
        Roster and calendar.
    first : date
        First date.
    weeks : int
        Weeks.
    changes : mapping
        Sick, shorter, extra.

    Returns
    -------
    list of RosterShift
        In order of start, then assistant.
    """
    days = (first + timedelta(days=d) for d in range(7 * weeks))
    found = [s for day in days for s in shifts_on(settings, day, changes=changes)]
    return sorted(found, key=lambda s: (s.start_at, s.assistant_id))


def join_areas(
    settings: Settings, buurten: Sequence[str], assistants: Sequence[str]
) -> list[tuple[str, ...]]:
    """Join buurten that share an assistant: their shifts can only be divided together.

    Parameters
    ----------
    settings : Settings
        Who walks where.
    buurten : sequence of str
        Codes with doors that wait.
    assistants : sequence of str
        Those who have shifts.

    Returns
    -------
    list of tuple of str
        Codes of each area, sorted; a buurt where nobody walks is an area of its own.
    """
    area = {code: {code} for code in buurten}
    for assistant_id in assistants:
        own = settings.assistant(assistant_id).buurt_codes or tuple(buurten)
        joined: set[str] = set().union(*(area[c] for c in own if c in area))
        for code in joined:
            area[code] = joined
    return sorted({tuple(sorted(codes)) for codes in area.values()})


def usual_shift_s(shifts: Sequence[RosterShift]) -> int:
    """Give the length that most shifts have, the longest of equals.

    Parameters
    ----------
    shifts : sequence of RosterShift
        Any.

    Returns
    -------
    int
        Seconds.
    """
    lengths = Counter(s.working_s for s in shifts)
    return max(lengths, key=lambda k: (lengths[k], k)) if lengths else USUAL_SHIFT_S
