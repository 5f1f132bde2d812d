"""Simulated weeks: who is rung at by the rotation, and what simulated residents answer."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app._candidates import split_shift
from zds_geo.app._day import SECONDS_PER_DOOR, contact_params, make_roster
from zds_geo.app.calendar import RosterShift, shifts_on
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.workspace import Progress, Workspace, no_progress, open_store
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.contact import People

_NAMESPACE: Final = uuid.UUID("b3a1c2de-6c1f-5a77-9a56-0f3c6f1f2b90")


def simulate_weeks(
    workspace: Workspace,
    *,
    first: date,
    until: date,
    seed: int,
    now: datetime,
    progress: Progress = no_progress,
) -> int:
    """Fill the history with simulated knocks for the roster's shifts.

    Parameters
    ----------
    workspace : Workspace
        With imported places and a roster.
    first, until : date
        From ``first`` up to, not including, ``until``.
    seed : int
        Of the residents.
    now : datetime
        Aware; when the knocks are stored.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    int
        Number of knocks stored.

    Notes
    -----
    Each shift takes whole street sides in order of their mean prize until its minutes are full:
    the rotation is the real one, the walking order is not planned.
    """
    from zds_geo.contact import QUARTER, People, rank_doors
    from zds_geo.store import read_layer

    doors = read_layer(workspace.require_places(), "doors").sort_index()
    people = People(doors, QUARTER, seed=seed, windows=workspace.settings.windows)
    stored = 0
    days = [first + timedelta(days=n) for n in range((until - first).days)]
    with open_store(workspace, now=now) as store:
        params = contact_params(workspace, store)
        changes = read_shift_changes(store)
        known = store.read_knocks()
        state = store.read_door_state()
        for done, day in enumerate(days):
            progress("simulate.progress", done, len(days))
            shifts = shifts_on(workspace.settings, day, changes=changes)
            if not shifts:
                continue
            knocks: list[Knock] = []
            roster = make_roster(workspace.settings, store, first=day)
            for shift in shifts:
                own = _own(workspace, doors, shift)
                ranked = rank_doors(
                    own[["buurt_code", "street_side_id"]],
                    known,
                    roster,
                    window=shift.window,
                    now=shift.start_at,
                    seed=seed,
                    params=params,
                    door_state=state,
                    do_not_knock=store.do_not_knock_doors(),
                    reserved=frozenset(k.door_id for k in knocks),
                )
                knocks += _walk(workspace, shift, own, ranked=ranked, people=people)
            if knocks:
                stored += len(store.record(knocks, label=f"sim {day}", now=now).stored)
                known = store.read_knocks()
        progress("simulate.progress", len(days), len(days))
    return stored


def _own(workspace: Workspace, doors: gpd.GeoDataFrame, shift: RosterShift) -> gpd.GeoDataFrame:
    codes = workspace.settings.assistant(shift.assistant_id).buurt_codes
    return doors.loc[doors["buurt_code"].isin(codes)] if codes else doors


def _walk(
    workspace: Workspace,
    shift: RosterShift,
    doors: gpd.GeoDataFrame,
    *,
    ranked: pd.DataFrame,
    people: People,
) -> list[Knock]:
    room = shift.working_s // SECONDS_PER_DOOR
    able = ranked.loc[ranked["eligible"]].join(doors["street_side_id"])
    asked = able.index[able["reason"] == "reason.on_request"]
    means = (
        able.groupby("street_side_id")["prize"].mean().sort_values(ascending=False, kind="stable")
    )
    chosen = list(asked)[:room]
    for side in means.index:
        if len(chosen) >= room:
            break
        chosen += [d for d in able.index[able["street_side_id"] == side] if d not in asked]
    return [
        answer_door(
            people, door_id, shift=shift, arrive_s=n * SECONDS_PER_DOOR, workspace=workspace
        )
        for n, door_id in enumerate(chosen[:room])
    ]


def answer_door(
    people: People,
    door_id: str,
    *,
    shift: RosterShift,
    arrive_s: int,
    workspace: Workspace,
) -> Knock:
    """Let a simulated resident answer, and write the knock down.

    Parameters
    ----------
    people : People
        The simulated residents.
    door_id : str
        The door.
    shift : RosterShift
        Date, assistant and windows.
    arrive_s : int
        Seconds since the start of the shift.
    workspace : Workspace
        Its windows.

    Returns
    -------
    Knock
        With an id made from door, date and window.
    """
    pieces = split_shift(shift.start_at, shift.end_at, windows=workspace.settings.windows)
    window = next((p.window for p in pieces if arrive_s < p.to_s), pieces[-1].window)
    on = shift.start_at.date()
    outcome = people.answer(door_id, window=window, on=on)
    return Knock(
        knock_id=str(uuid.uuid5(_NAMESPACE, f"{door_id} {on} {window}")),
        door_id=door_id,
        knocked_on=on,
        window=window,
        outcome=outcome,
        come_back_window=window if outcome is Outcome.COME_BACK else "",
        assistant_id=shift.assistant_id,
        source=Source.IMPORT,
    )
