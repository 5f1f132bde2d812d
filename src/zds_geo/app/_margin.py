"""How much of a shift stays free, so that it holds on four days out of five and not on average."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.app.settings import ServiceTimes

HOLD: Final = 0.83  # share of days on which a round should fit; four of five have to
_Z: Final = 0.9542  # of the normal distribution, for HOLD
# ASSUMPTION: talks are lognormal, from a minute to an hour, with the mean of the settings.
TALK_SIGMA: Final = 0.97
SHORTEST_TALK_S, LONGEST_TALK_S = 60, 3600
# ASSUMPTION, until the cooperative's own history tells: of those who open, so many talk.
TALKED_OF_OPENED: Final = 0.72
_PRIOR: Final = 50.0  # openings, and knocks, that the assumptions count for
LEVEL_SD: Final = 0.06  # ASSUMPTION: of the chance of one round around what is expected of it
RECENT_DAYS: Final = 42
WALK_SHARE: Final = 0.25  # of the time at the doors goes to walking, at a first guess
OPENED: Final = frozenset({"talked", "no_talk", "come_back", "do_not_knock"})


def talked_share(knocks: pd.DataFrame) -> float:
    """Give which share of those who open talk, from the history and an assumption.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV.

    Returns
    -------
    float
        Between 0 and 1; the mean of a beta distribution with a prior of 50 openings.
    """
    opened = talked = 0
    if len(knocks):
        opened = int(knocks["outcome"].isin(OPENED).sum())
        talked = int((knocks["outcome"] == "talked").sum())
    return _expected_share(talked, opened, TALKED_OF_OPENED)


def opened_share(knocks: pd.DataFrame, *, window: str, chance: float, on: date) -> float:
    """Give which share of rings is answered in a window, from six weeks of history and a chance.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV.
    window : str
        Name.
    chance : float
        What the rotation expects, 0-1.
    on : date
        The day of the round.

    Returns
    -------
    float
        Between 0 and 1; the mean of a beta distribution with a prior of 50 knocks.
    """
    opened = rung = 0
    if len(knocks):
        since = (on - timedelta(days=RECENT_DAYS)).isoformat()
        recent = knocks["knocked_on"].astype(str) >= since
        here = knocks.loc[recent & (knocks["window"] == window), "outcome"]
        opened = int(here.isin(OPENED).sum())
        rung = opened + int((here == "not_home").sum())
    return _expected_share(opened, rung, chance)


def _expected_share(hits: int, n: int, assumed: float) -> float:
    return (hits + _PRIOR * assumed) / (n + _PRIOR)


def margin_s(
    n_doors: int, *, chance: float, talked: float, planned_s: float, service: ServiceTimes
) -> int:
    """Give the seconds of a shift that stay free.

    Parameters
    ----------
    n_doors : int
        Doors of the round.
    chance : float
        Mean chance (0-1) that somebody opens.
    talked : float
        Share (0-1) of those who open that talk.
    planned_s : float
        Seconds that the plan counts for each door.
    service : ServiceTimes
        Seconds for a closed door and for a talk; the least margin.

    Returns
    -------
    int
        At least the margin of the settings.

    Notes
    -----
    The time at n doors has mean nμ and variance nσ² + (nτ)² (talks independent, the level of the
    chance not quite known); by the normal approximation the mean and z times the root of that hold
    on so many days (a chance constraint, Charnes and Cooper 1959). What the plan counts above the
    mean is margin already.
    """
    p = chance * talked
    mean = (1 - p) * service.closed_s + p * service.talk_s
    square = (1 - p) * service.closed_s**2 + p * service.talk_s**2 * math.exp(TALK_SIGMA**2)
    level = n_doors * LEVEL_SD * talked * (service.talk_s - service.closed_s)
    spread = math.sqrt(max(square - mean**2, 0.0) * n_doors + level**2)
    needed = _Z * spread - n_doors * (planned_s - mean)
    return max(60 * service.margin_min, math.ceil(needed))


def margin_of_shift(
    total_s: int, *, planned_s: float, talked: float, service: ServiceTimes, n_doors: int = 10**6
) -> int:
    """Give the seconds of a shift that stay free, before there is a round.

    Parameters
    ----------
    total_s : int
        Of the shift.
    planned_s : float
        Seconds that a plan counts for each door.
    talked : float
        Share (0-1) of those who open that talk.
    service : ServiceTimes
        Seconds at the door; the least margin.
    n_doors : int
        At most so many doors.

    Returns
    -------
    int
        As ``margin_s`` for the doors that fit with a first guess at the walking.
    """
    longer = max(service.talk_s - service.closed_s, 1)
    chance = min(max((planned_s - service.closed_s) / longer, 0.0), 1.0)
    margin = 60 * service.margin_min
    for _ in range(3):
        n = max(1, min(n_doors, int((total_s - margin) / (planned_s * (1 + WALK_SHARE)))))
        margin = margin_s(n, chance=chance, talked=talked, planned_s=planned_s, service=service)
    return margin
