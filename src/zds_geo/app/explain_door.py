"""``zds plan explain``: why a door is, or is not, on a round of one date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app._day import Day, load_day
from zds_geo.app._own_doors import doors_behind_stairs
from zds_geo.app._rounds import rank_pieces
from zds_geo.app.calendar import RosterShift, shifts_on
from zds_geo.app.export import round_from_json
from zds_geo.app.find_doors import door_address, search_doors
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Round

if TYPE_CHECKING:
    import pandas as pd

MOST: Final = 12  # doors that one question may be about


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a door is on a round (``round_id``, ``line``), or why not.

    ``reason``: a key of the closed lists; ``not_before``: when it may be rung at again; ``extra_s``
    and ``left_s``: seconds that the door would take in the round that passes it nearest, and that
    this round had left.
    """

    door_id: str
    address: str
    reason: str
    round_id: str = ""
    assistant_id: str = ""
    line: int = 0
    not_before: date | None = None
    extra_s: int | None = None
    left_s: int | None = None


def explain_doors(
    workspace: Workspace, text: str, *, on: date | None, seed: int, now: datetime
) -> tuple[date, list[Explanation]]:
    """Say of each door that fits a text why it is, or is not, on a round.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    text : str
        Door id, or street and number.
    on : date or None
        The date; None: the last that was planned.
    seed : int
        That of the plan.
    now : datetime
        Aware.

    Returns
    -------
    tuple
        The date, and an explanation of each door.

    Raises
    ------
    NotFoundError
        If no door fits, more than twelve do, or nothing was planned for that date.
    """
    with open_store(workspace, now=now) as store:
        planned = store.read_rounds()
        if on is None and len(planned):
            on = max(planned["date"])
        if on is None or on not in set(planned["date"]):
            raise NotFoundError("export.no_rounds", date=on or "-")
        table = planned.loc[(planned["date"] == on) & (planned["status"] != "replaced")]
        rounds = [round_from_json(str(p)) for p in table.sort_values("code")["payload"]]
        shifts = shifts_on(workspace.settings, on, changes=read_shift_changes(store))
        day = load_day(workspace, store, on=on, shifts=shifts, seed=seed)
        found = search_doors(day.doors, text)
        if found.empty or len(found) > MOST:
            raise NotFoundError(
                "explain.none" if found.empty else "explain.many", text=text, n=len(found)
            )
        ranked = [(s, frame) for s in shifts for _, frame in rank_pieces(day, s)]
        return on, [_explain(day, row, ranked, rounds) for row in found.itertuples()]


def _explain(
    day: Day, row: Any, ranked: list[tuple[RosterShift, pd.DataFrame]], rounds: list[Round]
) -> Explanation:
    door_id, address = str(row.Index), door_address(row)
    for planned in rounds:
        for stop in planned.stops:
            for door in stop.doors:
                if door.door_id == door_id:
                    return Explanation(
                        door_id=door_id, address=address, reason=door.reason,
                        round_id=planned.round_id, assistant_id=planned.assistant_id,
                        line=door.line,
                    )  # fmt: skip
    due = {
        (s.assistant_id, s.start_at)
        for s, frame in ranked
        if bool(frame["eligible"].get(door_id, False))
    }
    if due:
        passing = [r for r in rounds if (r.assistant_id, r.start_at) in due]
        return _left_out(day, row, address, passing)
    why, not_before = "not_now.other_buurt", None
    for shift, frame in ranked:
        if door_id in frame.index:
            why, not_before = str(frame.at[door_id, "reason"]), frame.at[door_id, "not_before"]
        elif why == "not_now.other_buurt" and door_id in doors_behind_stairs(
            day, day.settings.assistant(shift.assistant_id)
        ):
            why = "not_now.stairs"
    return Explanation(
        door_id=door_id, address=address, reason=why,
        not_before=None if why == "not_now.do_not_knock" else not_before,
    )  # fmt: skip


def _left_out(day: Day, row: Any, address: str, rounds: list[Round]) -> Explanation:
    from zds_geo.places import UNREACHABLE_S

    if not rounds:
        return Explanation(door_id=str(row.Index), address=address, reason="not_now.not_planned")
    extra, left = _nearest_round(day, str(row.stop_id), rounds)
    if extra is not None and extra >= UNREACHABLE_S:
        return Explanation(door_id=str(row.Index), address=address, reason="not_now.unreachable")
    return Explanation(
        door_id=str(row.Index), address=address, reason="not_now.no_time", extra_s=extra,
        left_s=left,
    )  # fmt: skip


def _nearest_round(day: Day, stop_id: str, rounds: list[Round]) -> tuple[int | None, int | None]:
    """Give the seconds that a stop takes in the round that passes it nearest, and its time left."""
    best: tuple[int, int] | None = None
    for planned in rounds:
        detour = _detour_s(day, stop_id, planned)
        doors = sum(len(s.doors) for s in planned.stops)
        at_door = round(planned.service_s / max(doors, 1))
        shift_s = (planned.end_at - planned.start_at).total_seconds()
        left = int(shift_s) - planned.pause_s - planned.walk_s - planned.service_s
        if best is None or detour + at_door < best[0]:
            best = (detour + at_door, left)
    return (None, None) if best is None else best


def _detour_s(day: Day, stop_id: str, planned: Round) -> int:
    import numpy as np

    from zds_geo.core.crs import to_rd

    ids = [s.stop_id for s in planned.stops]
    if stop_id in ids:
        return 0
    ids = [i for i in ids if i in day.stops.index]
    rows = sorted({stop_id, *ids})
    network = day.network.with_stops(day.stops.loc[rows])
    x, y = to_rd([planned.start.lon, planned.end.lon], [planned.start.lat, planned.end.lat])
    start, end = network.add_points(np.column_stack([x, y]))
    at = [start, *(rows.index(i) for i in ids), end]
    used = sorted({*at, rows.index(stop_id)})
    place = {row: i for i, row in enumerate(used)}
    travel = network.seconds(used)
    walk = np.array([place[row] for row in at])
    k = place[rows.index(stop_id)]
    extra = travel[walk[:-1], k] + travel[k, walk[1:]] - travel[walk[:-1], walk[1:]]
    return max(int(extra.min()), 0)
