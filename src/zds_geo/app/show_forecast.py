"""``zds coverage --forecast``: whether the promise holds with this roster, and what is short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from zds_geo.app._day import (
    SECONDS_PER_DOOR,
    contact_params,
    make_roster,
    read_pace,
)
from zds_geo.app._known import read_known
from zds_geo.app.keep_cycle import current_cycle
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NoPlanError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.contact import Forecast

USUAL_WEEKS: Final = 26
ADVICE_RUNS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A forecast up to the end of the cycle, with names and the roster advice.

    ``advice``: index window; ``more_reached`` (doors, by one more shift a week), ``sure`` and
    ``few``. ``ended_on``: the last date of a cycle that is over.
    """

    until: date
    promised: bool
    forecast: Forecast
    names: dict[str, str]
    advice: pd.DataFrame
    ended_on: date | None = None


def look_ahead(workspace: Workspace, *, now: datetime, seed: int = 1) -> Outlook:
    """Forecast to the end of the cycle, or half a year where no length was promised.

    Parameters
    ----------
    workspace : Workspace
        With imported places and a roster.
    now : datetime
        Aware.
    seed : int
        Of the plays.

    Returns
    -------
    Outlook
        The same for the same history and seed.

    Raises
    ------
    NoPlanError
        If the roster has no shifts.
    """
    from zds_geo.contact import advise_roster, forecast_promise
    from zds_geo.store import read_layer

    path = workspace.require_places()
    today = now.astimezone(AMSTERDAM).date()
    layer = read_layer(path, "doors").sort_index()
    doors = layer[["buurt_code", "street_side_id", "stop_id"]]
    names = read_layer(path, "buurten")["buurt_naam"].to_dict()
    with open_store(workspace, now=now) as store:
        roster = make_roster(workspace.settings, store, first=today, pace=read_pace(workspace))
        if roster.empty:
            raise NoPlanError("forecast.no_roster")
        cycle = current_cycle(workspace, store)
        params = contact_params(workspace, store)
        known = read_known(store, doors.index)
        register = store.do_not_knock_doors()
    last = cycle.last_day if cycle is not None else None
    promised = last is not None and last >= today
    weeks, days = USUAL_WEEKS, None
    if last is not None and promised:
        days = (last - today).days + 1
        weeks = -(-days // 7)
    forecast = forecast_promise(
        doors, known.knocks, roster, params=params, now=now, seed=seed, weeks=weeks,
        days=days, do_not_knock=register, door_state=known.door_state,
        seconds_per_door=SECONDS_PER_DOOR,
    )  # fmt: skip
    advice = advise_roster(
        doors, known.knocks, roster, params=params, now=now, seed=seed, weeks=weeks,
        days=days, do_not_knock=register, door_state=known.door_state, runs=ADVICE_RUNS,
    )  # fmt: skip
    return Outlook(
        until=forecast.weeks[-1],
        promised=promised,
        forecast=forecast,
        names={str(code): str(name) for code, name in names.items()},
        advice=advice,
        ended_on=None if promised else last,
    )
