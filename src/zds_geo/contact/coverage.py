"""Coverage: tried, opened and talked, always apart; and a cycle length that can be kept."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from zds_geo.contact.facts import facts_of, read_log, spread
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.contact.params import ContactParams

ATTEMPTS_PER_DOOR: Final = 2.2  # ASSUMPTION: 1 for all, and up to 6 for who is not found at once
MEAN_CHANCE: Final = 0.35  # ASSUMPTION: between the day and evening chances of the rotation
WALKING_SHARE: Final = 0.15  # ASSUMPTION: of a shift, on a compact round
FIGURES: Final = ("n_doors", "tried", "opened", "talked", "reached", "never_tried")


def measure_coverage(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    *,
    params: ContactParams,
    now: datetime,
    by: str,
) -> pd.DataFrame:
    """Measure coverage in this cycle.

    Parameters
    ----------
    doors : DataFrame
        Index ``door_id``; has the column ``by``.
    knocks : DataFrame
        Columns of the knocks CSV.
    params : ContactParams
        The cycle.
    now : datetime
        Aware.
    by : str
        Column of ``doors`` to group by.

    Returns
    -------
    DataFrame, index ``by``
        In doors: ``n_doors``, ``tried`` (an attempt), ``opened`` (someone answered an attempt),
        ``talked``, ``reached`` (any contact, also elsewhere), ``never_tried``; and
        ``last_tried_on`` (date or missing).

    Notes
    -----
    Every door counts in ``n_doors``, whatever is known of it: a do-not-knock, an empty home or a
    shop cannot be told from the figures.
    """
    today = now.astimezone(AMSTERDAM).date()
    log = read_log(knocks, until=today)
    facts = spread(facts_of(log, params=params), doors.index)
    here = log.since(params.cycle_start) & log.attempt
    opened = log.doors[log.count(here & log.contact) > 0]
    tried = facts["attempts"] > 0
    last = pd.Series(log.last_day(here), index=log.doors)
    frame = pd.DataFrame(
        {
            by: doors[by],
            "n_doors": 1,
            "tried": tried.astype(int),
            "opened": doors.index.isin(opened).astype(int),
            "talked": (facts["talked"] > 0).astype(int),
            "reached": (facts["contacts"] > 0).astype(int),
            "never_tried": (~tried).astype(int),
        },
        index=doors.index,
    )
    result = frame.groupby(by)[list(FIGURES)].sum()
    days = last.reindex(doors.index).groupby(doors[by]).max()
    result["last_tried_on"] = [None if pd.isna(d) else d.date() for d in days.reindex(result.index)]
    return result


def propose_cycle_weeks(
    n_doors: int, *, roster_minutes_per_week: float, closed_s: int = 90, talk_s: int = 480
) -> int | None:
    """Propose a cycle length that a roster can keep.

    Parameters
    ----------
    n_doors : int
        Homes in the area.
    roster_minutes_per_week : float
        Minutes of shifts a week.
    closed_s, talk_s : int
        Seconds at a closed door and for a talk.

    Returns
    -------
    int or None
        Weeks, rounded up, at least 8 (four attempts with their rests need that); None without
        a roster.

    Notes
    -----
    weeks = doors × attempts per door × (closed·(1-c) + talk·c) / (minutes·60·(1-walking share)),
    with the assumptions named at the top of this module.

    Examples
    --------
    >>> propose_cycle_weeks(1200, roster_minutes_per_week=1440)
    9
    """
    if roster_minutes_per_week <= 0:
        return None
    at_door = closed_s * (1 - MEAN_CHANCE) + talk_s * MEAN_CHANCE
    need = n_doors * ATTEMPTS_PER_DOOR * at_door
    return max(8, math.ceil(need / (roster_minutes_per_week * 60 * (1 - WALKING_SHARE))))
