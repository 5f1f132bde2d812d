"""What was promised, and whether this roster keeps it, in the words of the board."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app.keep_cycle import CycleNow
from zds_geo.app.show_forecast import Outlook, look_ahead
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NoPlanError
from zds_geo.core.windows import AMSTERDAM, local_instant

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.outputs.report import Promise

MIN_HOURS: Final = 1.0  # less is not called short


def foresee_promise(workspace: Workspace, cycle: CycleNow, *, until: date, seed: int) -> Promise:
    """Tell what was promised and whether it will hold, or why that cannot be told.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    cycle : CycleNow
        The running cycle.
    until : date
        Last day that counts, a Sunday; the forecast starts the day after.
    seed : int
        Of the forecast.

    Returns
    -------
    Promise
        The forecast is that of ``look_ahead``.
    """
    from zds_geo.contact.forecast import FEW_KNOCKS
    from zds_geo.outputs.report import Promise

    now = local_instant(until + timedelta(days=1), time.min)
    weeks, start = cycle.weeks, cycle.started_on
    ends_on = start + timedelta(weeks=weeks, days=-1) if weeks else None
    gone = ((until - start).days + 1) // 7
    facts: dict[str, Any] = {
        "weeks": weeks, "weeks_gone": gone, "short_hours": {}, "least_attempts": FEW_KNOCKS,
    }  # fmt: skip
    if ends_on is not None and until >= ends_on:
        return Promise(verdict="over", ends_on=ends_on, **facts)
    if _n_attempts(workspace, now=now) < FEW_KNOCKS:
        return Promise(verdict="few_data", ends_on=ends_on, **facts)
    try:
        outlook = look_ahead(workspace, now=now, seed=seed)
    except NoPlanError:
        return Promise(verdict="no_roster", ends_on=ends_on, **facts)
    return _foresee(outlook, facts, ends_on=ends_on)


def _n_attempts(workspace: Workspace, *, now: datetime) -> int:
    from zds_geo.contact import read_log
    from zds_geo.store import read_layer

    doors = read_layer(workspace.require_places(), "doors", columns=["buurt_code"])
    with open_store(workspace, now=now) as store:
        knocks = store.read_knocks(doors=store.current_doors(doors.index))
        forgotten = sum(row["attempts"] for row in store.lasting_counts())
    known = read_log(knocks, until=now.astimezone(AMSTERDAM).date()).attempt.sum()
    return int(known) + forgotten


def _foresee(outlook: Outlook, facts: dict[str, Any], *, ends_on: date | None) -> Promise:
    from zds_geo.contact.forecast import FULL_SHARE
    from zds_geo.outputs.report import Promise

    found = outlook.forecast
    n = max(found.n_doors, 1)
    tried = (float(found.tried[0][-1]) / n, float(found.tried[2][-1]) / n)
    reached = (float(found.reached[0][-1]) / n, float(found.reached[2][-1]) / n)
    if ends_on is None:
        verdict = "unset"
    elif found.done_week:
        verdict = "yes"
    else:
        verdict = "maybe" if tried[1] >= FULL_SHARE else "no"
    short = {kind: hours for kind, hours in found.short_hours.items() if hours >= MIN_HOURS}
    more = {**facts, "short_hours": short}
    return Promise(
        verdict=verdict, ends_on=ends_on or outlook.until, tried=tried, reached=reached,
        advice=_best_shift(outlook.advice), **more,
    )  # fmt: skip


def _best_shift(advice: pd.DataFrame) -> tuple[str, int] | None:
    sure = advice.loc[advice["sure"] & (advice["more_reached"] >= 1)]
    if sure.empty:
        return None
    best = str(sure.sort_values("more_reached", ascending=False, kind="stable").index[0])
    return best, round(float(sure.at[best, "more_reached"]))
