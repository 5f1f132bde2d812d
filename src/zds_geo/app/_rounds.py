"""One shift to one round: rank, gather, solve, and write the answer down as a noun."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from zds_geo.app._areas import keep_to_area, last_askers
from zds_geo.app._candidates import Nodes, Piece, ShiftCase, gather_nodes, split_shift
from zds_geo.app._day import Day, find_place
from zds_geo.app._own_doors import doors_behind_stairs, own_doors
from zds_geo.app._solving import solve_shift_case
from zds_geo.app._written import write_round
from zds_geo.app.calendar import RosterShift, ShiftPause, is_plain
from zds_geo.core.errors import NoPlanError
from zds_geo.core.model import Place, Round, UnservedShift

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    import pandas as pd

    from zds_geo.places import WalkNetwork
    from zds_geo.planner import RoundSolution


class Solved(NamedTuple):
    """A shift and its round as the search left it."""

    case: ShiftCase
    solution: RoundSolution | None


def plan_round(
    day: Day, shift: RosterShift, *, code: str, printed: Collection[str] = frozenset()
) -> Round | UnservedShift:
    """Make the round of one shift.

    Parameters
    ----------
    day : Day
        Doors, streets, history; ``skip_reasons`` is brought up to date.
    shift : RosterShift
        The shift.
    code : str
        The code the round gets.
    printed : collection of str
        Doors on the sheet that this assistant had for that day: they stay where that is as good.

    Returns
    -------
    Round or UnservedShift
        Within the minutes of the shift, or the reason why there is none.
    """
    case = lay_out_shift(day, shift, printed=printed)
    if isinstance(case, UnservedShift):
        return case
    return write_shift(day, solve_shift(day, case), code=code)


def lay_out_shift(
    day: Day, shift: RosterShift, *, printed: Collection[str] = frozenset()
) -> ShiftCase | UnservedShift:
    """Lay out what one shift is solved from: its doors, their worth, and the walks between them.

    Parameters
    ----------
    day : Day
        Doors, streets, history; ``skip_reasons`` is brought up to date.
    shift : RosterShift
        The shift.
    printed : collection of str
        As in ``plan_round``.

    Returns
    -------
    ShiftCase or UnservedShift
        The case, or the reason why there is no round.
    """
    assistant = day.settings.assistant(shift.assistant_id)
    doors = own_doors(day, assistant)
    pieces = _rank(day, shift, doors)
    if not pieces:
        return _unserved(shift, "unserved.no_window")
    note_reasons(day, shift, pieces)
    if not any(frame["eligible"].any() for _, frame in pieces):
        return _unserved(shift, "unserved.no_doors")
    pieces = [(piece, _keep_printed(frame, printed)) for piece, frame in pieces]
    return _make_case(day, shift, doors=doors, pieces=pieces)


def solve_shift(day: Day, case: ShiftCase) -> Solved:
    """Search the round of a shift; changes nothing, so several may be searched at a time.

    Parameters
    ----------
    day : Day
        Settings and knocks.
    case : ShiftCase
        As from ``lay_out_shift``.

    Returns
    -------
    Solved
        The case that was solved, without the place of the break where that is too far away, and
        its solution: None where no door fits.
    """
    most = day.settings.assistant(case.shift.assistant_id).max_metres
    solution = solve_shift_case(day, case, max_metres=most)
    if case.pause_node is not None and (solution is None or len(solution.order) <= 3):
        case = _without_pause_place(case)  # too far away: a break anywhere
        solution = solve_shift_case(day, case, max_metres=most)
    return Solved(case, None if solution is None or len(solution.order) <= 2 else solution)


def write_shift(day: Day, solved: Solved, *, code: str) -> Round | UnservedShift:
    """Write the solution of a shift down.

    Parameters
    ----------
    day : Day
        Doors and settings.
    solved : Solved
        As from ``solve_shift``.
    code : str
        The code the round gets.

    Returns
    -------
    Round or UnservedShift
        The round, or that there is no time for a door.
    """
    case = solved.case
    if solved.solution is None:
        return _unserved(case.shift, "unserved.no_time")
    buurten = day.settings.assistant(case.shift.assistant_id).buurt_codes
    return write_round(day, case, solved.solution, code=code, buurt_codes=buurten)


def _keep_printed(ranked: pd.DataFrame, printed: Collection[str]) -> pd.DataFrame:
    """Raise the prize of doors on the sheet that is replaced, so that little of it changes."""
    from zds_geo.planner import PRINTED

    if not printed:
        return ranked
    on_sheet = ranked.index.isin(list(printed))
    return ranked.assign(prize=ranked["prize"].where(~on_sheet, PRINTED * ranked["prize"]))


def rank_pieces(day: Day, shift: RosterShift) -> list[tuple[Piece, pd.DataFrame]]:
    """Rank the doors that one shift may ring at, with the part of the shift of each ranking.

    Parameters
    ----------
    day : Day
        Doors, streets, history.
    shift : RosterShift
        The shift.

    Returns
    -------
    list of (Piece, DataFrame)
        As from ``rank_doors``, one for each part of the shift.
    """
    assistant = day.settings.assistant(shift.assistant_id)
    return _rank(day, shift, own_doors(day, assistant))


def _unserved(shift: RosterShift, why: str) -> UnservedShift:
    return UnservedShift(
        assistant_id=shift.assistant_id,
        start_at=shift.start_at,
        end_at=shift.end_at,
        window=shift.window,
        why=why,
    )


def _rank(
    day: Day, shift: RosterShift, doors: gpd.GeoDataFrame
) -> list[tuple[Piece, pd.DataFrame]]:
    from zds_geo.contact import rank_doors

    frame = doors[["buurt_code", "street_side_id", "stop_id"]]
    ranked = []
    for piece in split_shift(shift.start_at, shift.end_at, windows=day.settings.windows):
        if not piece.window:
            continue
        result = rank_doors(
            frame,
            day.knocks,
            day.roster,
            window=piece.window,
            now=shift.start_at,
            seed=day.seed,
            door_state=day.door_state,
            model=None if is_plain(day.settings, day.on) else day.model,
            params=day.params,
            do_not_knock=day.do_not_knock,
            reserved=day.reserved | day.taken,
        )
        result = _leave_to_same_face(day, shift, result)
        ranked.append((piece, keep_to_area(day.areas, shift, result, knocks=day.knocks)))
    return ranked


def _leave_to_same_face(day: Day, shift: RosterShift, ranked: pd.DataFrame) -> pd.DataFrame:
    """Leave an appointment to the assistant who made it, while that one is in the team."""
    asked = ranked.index[ranked["reason"] == "reason.on_request"]
    if not len(asked):
        return ranked
    team = {a.id for a in day.settings.assistants} - {shift.assistant_id}
    others = [door for door, who in last_askers(day.knocks, asked).items() if who in team]
    result = ranked.copy()
    mask = result.index.isin(others) & (result["reason"] == "reason.on_request")
    result.loc[mask, ["eligible", "prize", "reason"]] = [False, 0.0, "not_now.come_back_later"]
    return result


def note_reasons(day: Day, shift: RosterShift, pieces: list[tuple[Piece, pd.DataFrame]]) -> None:
    """Note for each door of a shift why it would be on no round.

    Parameters
    ----------
    day : Day
        ``skip_reasons`` is brought up to date.
    shift : RosterShift
        The shift.
    pieces : list of (Piece, DataFrame)
        As from ``rank_pieces``.
    """
    for door_id in doors_behind_stairs(day, day.settings.assistant(shift.assistant_id)):
        if day.skip_reasons.get(door_id) == "not_now.other_buurt":
            day.skip_reasons[door_id] = "not_now.stairs"
    for _, frame in pieces:
        for door_id, eligible, reason in zip(
            frame.index, frame["eligible"], frame["reason"], strict=True
        ):
            known = day.skip_reasons.get(door_id)
            if eligible:
                day.skip_reasons[door_id] = "not_now.no_time"
            elif known != "not_now.no_time":
                day.skip_reasons[door_id] = reason


def _make_case(
    day: Day,
    shift: RosterShift,
    *,
    doors: gpd.GeoDataFrame,
    pieces: list[tuple[Piece, pd.DataFrame]],
) -> ShiftCase | UnservedShift:
    import numpy as np

    from zds_geo.core.crs import to_rd
    from zds_geo.places import UNREACHABLE_S

    assistant = day.settings.assistant(shift.assistant_id)
    start = find_place(day.settings, assistant.start, day.doors)
    end = find_place(day.settings, assistant.end, day.doors)
    at = shift.pause.at if shift.pause is not None else ""
    places = [start, end, *([find_place(day.settings, at, day.doors)] if at else [])]
    nodes = gather_nodes(doors, pieces, service=day.settings.service)
    stops = day.stops.loc[sorted(set(nodes.stop_ids))]
    network = day.network.with_stops(stops)
    x, y = to_rd([p.lon for p in places], [p.lat for p in places])
    points = network.add_points(np.column_stack([x, y]))
    refuse_far_points(network, points, places)
    stop_rows = {stop_id: row for row, stop_id in enumerate(stops.index)}
    rows = [*points[:2], *(stop_rows[s] for s in nodes.stop_ids), *points[2:]]
    n_stops = len(nodes.stop_ids)
    travel = network.seconds(rows)
    # A place out of reach from the start is no candidate; the solver never sees it.
    reach = (travel[0] < UNREACHABLE_S) & (travel[:, 1] < UNREACHABLE_S)
    if not reach[1] or not reach[2 : n_stops + 2].any():
        return _unserved(shift, "unserved.unreachable")
    keep = np.flatnonzero(reach)
    for lost in np.flatnonzero(~reach[2 : n_stops + 2]):
        for door_id in nodes.door_ids[lost]:
            day.skip_reasons[door_id] = "not_now.unreachable"
    nodes = _take(nodes, [int(k) - 2 for k in keep if 2 <= k < n_stops + 2])
    paused = shift.pause is not None and bool(at) and bool(reach[-1])
    return ShiftCase(
        shift=shift,
        pieces=pieces,
        nodes=_with_pause(nodes, shift.pause) if paused and shift.pause else nodes,
        network=network,
        rows=[rows[k] for k in keep],
        travel_s=travel if len(keep) == len(rows) else travel[np.ix_(keep, keep)],
        start=start,
        end=end,
        pause_node=len(keep) - 1 if paused else None,
        pause_label=places[-1].label if paused else "",
    )


def _with_pause(nodes: Nodes, pause: ShiftPause) -> Nodes:
    """Add the place of the break: a node without doors that has to be visited in time."""
    import numpy as np

    return Nodes(
        stop_ids=[*nodes.stop_ids, ""],
        door_ids=[*nodes.door_ids, ()],
        prize=np.append(nodes.prize, 0),
        service_s=np.append(nodes.service_s, pause.length_s),
        windows=np.vstack([nodes.windows, [[pause.from_s, pause.to_s]]]),
    )


def _without_pause_place(case: ShiftCase) -> ShiftCase:
    """Let the break be held anywhere."""
    last = len(case.rows) - 1
    return replace(
        case,
        nodes=_take(case.nodes, list(range(last - 2))),
        rows=case.rows[:last],
        travel_s=case.travel_s[:last, :last],
        pause_node=None,
        pause_label="",
    )


def refuse_far_points(network: WalkNetwork, points: list[int], places: Sequence[Place]) -> None:
    """Refuse meeting points that lie far from any street.

    Parameters
    ----------
    network : WalkNetwork
        The streets.
    points : list of int
        Rows of the meeting points.
    places : sequence of Place
        The same points, for their label.

    Raises
    ------
    NoPlanError
        If one lies more than two kilometres away.
    """
    for row, place in zip(points, places, strict=True):
        metres = network.access_m(row)
        if metres > 2000:
            raise NoPlanError(
                "plan.far_meeting_point", label=place.label, km=round(metres / 1000, 1)
            )


def _take(nodes: Nodes, kept: list[int]) -> Nodes:
    return Nodes(
        stop_ids=[nodes.stop_ids[i] for i in kept],
        door_ids=[nodes.door_ids[i] for i in kept],
        prize=nodes.prize[kept],
        service_s=nodes.service_s[kept],
        windows=nodes.windows[kept],
    )
