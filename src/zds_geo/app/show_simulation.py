"""``zds simulate``: what this roster and these rules would do among invented people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app._day import contact_params, make_roster
from zds_geo.app.workspace import Progress, Workspace, no_progress, open_store
from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.contact import Season, SeasonShift

POLICIES: Final = ("lot", "rules", "learned")
MARKS: Final = (4, 12, 26, 52)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSeason:
    """What one way of choosing came to; shares of all homes, 0-1."""

    policy: str
    reached: dict[int, float]
    mean_weeks: float
    rings_per_home: float
    missed_openers: int


def simulate_season(
    workspace: Workspace,
    *,
    world: str,
    weeks: int,
    seed: int,
    now: datetime,
    policies: tuple[str, ...] = POLICIES,
    progress: Progress = no_progress,
) -> list[SimulatedSeason]:
    """Let a season pass on the workspace's streets, among invented people. The history is not read.

    Parameters
    ----------
    workspace : Workspace
        With imported places and a roster.
    world : str
        Name of a world in ``contact.people``.
    weeks : int
        How long.
    seed : int
        Of the people; each policy meets the same.
    now : datetime
        Aware: the first day.
    policies : tuple of str
        Of ``POLICIES``: by lot among who may be rung at, by the rules, and learned.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    list of SimulatedSeason
        In the order of the policies.

    Raises
    ------
    UsageError
        If the world or a policy is unknown.
    NoPlanError
        If the roster has no shifts.
    """
    import numpy as np

    from zds_geo.contact import WORLDS, People, run_season
    from zds_geo.store import read_layer

    if world not in WORLDS:
        raise UsageError("simulate.world", got=world, known=", ".join(WORLDS))
    wrong = [p for p in policies if p not in POLICIES]
    if wrong:
        raise UsageError("simulate.policy", got=wrong[0], known=", ".join(POLICIES))
    first = now.astimezone(AMSTERDAM).date()
    layer = read_layer(workspace.require_places(), "doors").sort_index()
    doors = layer[["buurt_code", "street_side_id", "stop_id"]]
    with open_store(workspace, now=now) as store:
        roster = make_roster(workspace.settings, store, first=first)
        params = replace(contact_params(workspace, store), cycle_start=first)
    if roster.empty:
        raise NoPlanError("forecast.no_roster")
    people = People(doors, WORLDS[world], seed=seed, windows=params.windows)
    shifts = _repeat(roster, first=first, weeks=weeks)
    found = []
    for n, policy in enumerate(policies):
        progress("simulate.progress", n, len(policies))
        draw = np.random.default_rng(seed)
        season = run_season(
            doors, people, shifts, params=params, seed=seed, learn=policy == "learned",
            prize=(lambda able, _w, _n: draw.random(len(able))) if policy == "lot" else None,  # noqa: B023
        )  # fmt: skip
        found.append(_sum_up(policy, season, people.opens_ever(first), weeks=weeks))
    progress("simulate.progress", len(policies), len(policies))
    return found


def _repeat(roster: pd.DataFrame, *, first: date, weeks: int) -> list[SeasonShift]:
    """Lay the coming eight weeks of the roster out over the season."""
    from zds_geo.contact import SeasonShift

    days = [t.astimezone(AMSTERDAM).date() for t in roster["start_at"]]
    length = 7 * (-(-((max(days) - first).days + 1) // 7))
    shifts = [
        SeasonShift(
            on=day + timedelta(days=more), window=window, n_doors=int(n), buurt_codes=tuple(codes)
        )
        for day, window, n, codes in zip(
            days, roster["window"], roster["n_doors"], roster["buurt_codes"], strict=True
        )
        for more in range(0, 7 * weeks, length)
        if window and (day - first).days + more < 7 * weeks
    ]
    return sorted(shifts, key=lambda s: (s.on, s.window, s.buurt_codes))


def _sum_up(policy: str, season: Season, able: object, *, weeks: int) -> SimulatedSeason:
    import numpy as np

    openers = np.asarray(able, dtype=bool)
    return SimulatedSeason(
        policy=policy,
        reached={w: season.reached_share(w) for w in (*MARKS, weeks) if w <= weeks},
        mean_weeks=season.mean_weeks(openers, weeks=weeks),
        rings_per_home=len(season.knocks) / max(len(openers), 1),
        missed_openers=int((openers & np.isnat(season.reached_on)).sum()),
    )
