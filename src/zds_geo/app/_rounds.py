"""One shift to one round: rank, gather, solve, and write the answer down as a noun."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app._areas import keep_to_area, last_askers
from zds_geo.app._candidates import Nodes, Piece, gather_nodes, split_shift
from zds_geo.app._day import Day, find_place
from zds_geo.app._margin import margin_of_shift, margin_s, opened_share, talked_share
from zds_geo.app.calendar import RosterShift
from zds_geo.core.errors import NoPlanError
from zds_geo.core.ids import bell_order, house_label
from zds_geo.core.model import Place, Round, RoundDoor, RoundStop, UnservedShift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from zds_geo.places import WalkNetwork
    from zds_geo.planner import RoundSolution

MIN_DOORS_FOR_EXPECTATION: Final = 10
TRIES: Final = 8  # for metres, and for the margin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What one shift is solved from; node 0 is the start, node 1 the end."""

    shift: RosterShift
    pieces: list[tuple[Piece, pd.DataFrame]]
    nodes: Nodes
    network: WalkNetwork
    rows: list[int]
    travel_s: npt.NDArray[np.int64]
    start: Place
    end: Place


def plan_round(day: Day, shift: RosterShift, *, code: str) -> Round | UnservedShift:
    """Make the round of one shift.

    Parameters
    ----------
    day : Day
        Doors, streets, history; ``taken`` and ``skip_reasons`` are brought up to date.
    shift : RosterShift
        The shift.
    code : str
        The code the round gets.

    Returns
    -------
    Round or UnservedShift
        Within the minutes of the shift, or the reason why there is none.
    """
    assistant = day.settings.assistant(shift.assistant_id)
    doors = _own_doors(day, assistant.buurt_codes, stairs=assistant.stairs)
    pieces = _rank(day, shift, doors)
    if not pieces:
        return _unserved(shift, "unserved.no_window")
    _note_reasons(day, pieces)
    if not any(frame["eligible"].any() for _, frame in pieces):
        return _unserved(shift, "unserved.no_doors")
    case = _make_case(day, shift, doors=doors, pieces=pieces)
    if isinstance(case, UnservedShift):
        return case
    solution = _solve(day, case, max_metres=assistant.max_metres)
    if solution is None or len(solution.order) <= 2:
        return _unserved(shift, "unserved.no_time")
    return _write_round(day, case, solution, code=code, buurt_codes=assistant.buurt_codes)


def rank_shift(day: Day, shift: RosterShift) -> list[pd.DataFrame]:
    """Rank the doors that one shift may ring at.

    Parameters
    ----------
    day : Day
        Doors, streets, history.
    shift : RosterShift
        The shift.

    Returns
    -------
    list of DataFrame
        As from ``rank_doors``, one for each part of the shift.
    """
    assistant = day.settings.assistant(shift.assistant_id)
    doors = _own_doors(day, assistant.buurt_codes, stairs=assistant.stairs)
    return [frame for _, frame in _rank(day, shift, doors)]


def _unserved(shift: RosterShift, why: str) -> UnservedShift:
    return UnservedShift(
        assistant_id=shift.assistant_id,
        start_at=shift.start_at,
        end_at=shift.end_at,
        window=shift.window,
        why=why,
    )


def _own_doors(day: Day, buurt_codes: tuple[str, ...], *, stairs: bool) -> gpd.GeoDataFrame:
    doors = day.doors
    if buurt_codes:
        doors = doors.loc[doors["buurt_code"].isin(buurt_codes)]
    if not stairs:  # blocks with shared stairs: four doors or more behind one entrance
        crowded = day.stops.index[day.stops["n_doors"] >= 4]
        doors = doors.loc[~doors["stop_id"].isin(crowded)]
    return doors


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
            model=None if _is_plain(day, shift) else day.model,
            params=day.params,
            do_not_knock=day.do_not_knock,
            reserved=day.reserved | day.taken,
        )
        result = _leave_to_same_face(day, shift, result)
        ranked.append((piece, keep_to_area(day.areas, shift, result, knocks=day.knocks)))
    return ranked


def _is_plain(day: Day, shift: RosterShift) -> bool:
    """Tell whether a shift keeps to the rules alone, so that people can compare: by lot."""
    text = f"plain {shift.assistant_id} {shift.start_at.isoformat()}"
    lot = int.from_bytes(hashlib.sha256(text.encode()).digest()[:7]) / 2**56
    return lot < day.settings.chance.plain_share


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


def _note_reasons(day: Day, pieces: list[tuple[Piece, pd.DataFrame]]) -> None:
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
) -> _Case | UnservedShift:
    import numpy as np

    from zds_geo.core.crs import to_rd
    from zds_geo.places import UNREACHABLE_S

    assistant = day.settings.assistant(shift.assistant_id)
    start = find_place(day.settings, assistant.start, day.doors)
    end = find_place(day.settings, assistant.end, day.doors)
    nodes = gather_nodes(doors, pieces, service=day.settings.service)
    stops = day.stops.loc[sorted(set(nodes.stop_ids))]
    network = day.network.with_stops(stops)
    x, y = to_rd([start.lon, end.lon], [start.lat, end.lat])
    points = network.add_points(np.column_stack([x, y]))
    refuse_far_points(network, points, (start, end))
    stop_rows = {stop_id: row for row, stop_id in enumerate(stops.index)}
    rows = [*points, *(stop_rows[s] for s in nodes.stop_ids)]
    used = sorted(set(rows))
    small = network.seconds(used)
    place = {row: i for i, row in enumerate(used)}
    take = np.array([place[r] for r in rows])
    travel = small[np.ix_(take, take)]
    # A place out of reach from the start is no candidate; the solver never sees it.
    reach = (travel[0] < UNREACHABLE_S) & (travel[:, 1] < UNREACHABLE_S)
    if not reach[1] or not reach[2:].any():
        return _unserved(shift, "unserved.unreachable")
    keep = np.flatnonzero(reach)
    for lost in np.flatnonzero(~reach[2:]):
        for door_id in nodes.door_ids[lost]:
            day.skip_reasons[door_id] = "not_now.unreachable"
    return _Case(
        shift=shift,
        pieces=pieces,
        nodes=_take(nodes, [int(k) - 2 for k in keep if k >= 2]),
        network=network,
        rows=[rows[k] for k in keep],
        travel_s=travel[np.ix_(keep, keep)],
        start=start,
        end=end,
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


def _solve(day: Day, case: _Case, *, max_metres: int | None) -> RoundSolution | None:
    """Solve; again with less time where the margin or a body's metres ask for it."""
    budget = _total_s(case) - _first_margin(day, case)
    for _ in range(TRIES):
        if budget <= 0:
            return None
        solution = _solve_within(day, case, budget)
        if solution is None:
            return None
        spent = solution.travel_s + solution.service_s
        over = spent + _margin(day, case, solution) - _total_s(case)
        metres = solution.travel_s * day.settings.service.walk_m_s
        if over <= 0 and (max_metres is None or metres <= max_metres):
            return solution
        if max_metres is not None and metres > max_metres:
            budget = min(budget, int(spent * max(0.3, 0.95 * max_metres / metres)))
        if over > 0:
            budget = min(budget, spent - over)
    return None


def _total_s(case: _Case) -> int:
    return int((case.shift.end_at - case.shift.start_at).total_seconds())


def _first_margin(day: Day, case: _Case) -> int:
    """Guess the margin before there is a round."""
    doors = max(sum(len(d) for d in case.nodes.door_ids), 1)
    return margin_of_shift(
        _total_s(case),
        planned_s=float(case.nodes.service_s.sum()) / doors,
        talked=talked_share(day.knocks),
        service=day.settings.service,
        n_doors=doors,
    )


def _margin(day: Day, case: _Case, solution: RoundSolution) -> int:
    """Give what must stay free, so that talks that run on do not break the shift."""
    inner = [n - 2 for n in solution.order if n >= 2]
    doors = [d for n in inner for d in case.nodes.door_ids[n]]
    if not doors:
        return 60 * day.settings.service.margin_min
    # Where a shift has two windows the higher chance: more talks, so the larger margin.
    frames = [frame for _, frame in case.pieces]
    chance = sum(max(float(f.at[d, "chance"]) for f in frames) for d in doors) / len(doors)
    return _margin_of(
        day, case, len(doors), planned_s=solution.service_s / len(doors), chance=chance
    )


def _margin_of(day: Day, case: _Case, n_doors: int, *, planned_s: float, chance: float) -> int:
    shares = [
        opened_share(day.knocks, window=piece.window, chance=chance, on=day.on)
        for piece, _ in case.pieces
    ]
    return margin_s(
        n_doors,
        chance=max(chance, *shares),
        talked=talked_share(day.knocks),
        planned_s=planned_s,
        service=day.settings.service,
    )


def _solve_within(day: Day, case: _Case, budget: int) -> RoundSolution | None:
    import numpy as np

    from zds_geo.planner import CHANGE_S, SOON, solve_round

    total = _total_s(case)
    zero = np.zeros(2, dtype=np.int64)
    seed_text = f"{day.seed} {day.on} {case.shift.assistant_id} {case.shift.start_at:%H:%M}"
    windows = np.vstack([np.array([[0, total], [0, total]]), case.nodes.windows])
    sides = day.stops["street_side_id"].reindex(case.nodes.stop_ids).astype(str)
    numbers = np.unique(sides.to_numpy(), return_inverse=True)[1]
    try:
        return solve_round(
            case.travel_s,
            np.concatenate([zero, case.nodes.service_s]),
            np.concatenate([zero, case.nodes.prize]),
            start=0,
            end=1,
            budget_s=budget,
            seed=int.from_bytes(hashlib.sha256(seed_text.encode()).digest()[:4]),
            windows=windows if len(case.pieces) > 1 else None,
            sides=np.concatenate([zero - 1, numbers]),
            change_s=CHANGE_S,
            soon=SOON,
        )
    except NoPlanError:
        return None


def _write_round(
    day: Day, case: _Case, solution: RoundSolution, *, code: str, buurt_codes: tuple[str, ...]
) -> Round:
    stops, contacts = _write_stops(day, case, solution)
    n_doors = sum(len(s.doors) for s in stops)
    route, length_m = _write_route(case, solution)
    seen = sorted({day.doors.at[d.door_id, "buurt_code"] for s in stops for d in s.doors})
    return Round(
        round_id=code,
        date=day.on,
        assistant_id=case.shift.assistant_id,
        buurt_codes=buurt_codes or tuple(str(b) for b in seen),
        start_at=case.shift.start_at,
        end_at=case.shift.end_at,
        window=case.shift.window,
        start=case.start,
        end=case.end,
        length_m=length_m,
        walk_s=solution.travel_s,
        service_s=solution.service_s,
        expected_contacts=round(contacts) if n_doors >= MIN_DOORS_FOR_EXPECTATION else None,
        stop_reason=solution.stop_reason,
        stops=stops,
        route=route,
    )


def _merge_same_stop(case: _Case, order: tuple[int, ...]) -> list[tuple[int, list[int]]]:
    """Join parts of one stop that are visited one after the other: (first node, all nodes)."""
    groups: list[tuple[int, list[int]]] = []
    for node in order:
        stop_id = case.nodes.stop_ids[node - 2]
        if groups and case.nodes.stop_ids[groups[-1][0] - 2] == stop_id:
            groups[-1][1].append(node)
        else:
            groups.append((node, [node]))
    return groups


def _write_stops(
    day: Day, case: _Case, solution: RoundSolution
) -> tuple[tuple[RoundStop, ...], float]:
    from zds_geo.core.crs import to_lonlat

    inner = tuple(n for n in solution.order if n >= 2)
    groups = _merge_same_stop(case, inner)
    clock, previous, line, contacts = 0, 0, 0, 0.0
    stops: list[RoundStop] = []
    for first, members in groups:
        clock += int(case.travel_s[previous, first])
        clock = max(clock, int(case.nodes.windows[first - 2][0]))
        piece, frame = _piece_at(case.pieces, clock)
        door_ids = sorted(
            (d for n in members for d in case.nodes.door_ids[n - 2]), key=_bell_key(day.doors)
        )
        stop_id = case.nodes.stop_ids[first - 2]
        stop = day.stops.loc[stop_id]
        lon, lat = to_lonlat([stop.geometry.x], [stop.geometry.y])
        service = int(sum(case.nodes.service_s[n - 2] for n in members))
        written = []
        for door_id in door_ids:
            line += 1
            contacts += float(frame.at[door_id, "chance"])
            written.append(_write_door(day, door_id, frame, line=line, window=piece.window))
        stops.append(
            RoundStop(
                n=len(stops) + 1,
                stop_id=stop_id,
                lon=round(float(lon[0]), 7),
                lat=round(float(lat[0]), 7),
                street=str(stop["straat"]),
                doors=tuple(written),
                arrive_s=clock,
                service_s=service,
                window=piece.window,
                street_side_id=str(stop["street_side_id"]),
            )
        )
        clock += service
        previous = members[-1]
    return tuple(stops), contacts


def _piece_at(pieces: list[tuple[Piece, pd.DataFrame]], clock: int) -> tuple[Piece, pd.DataFrame]:
    for piece, frame in pieces:
        if clock < piece.to_s:
            return piece, frame
    return pieces[-1]


def _bell_key(doors: pd.DataFrame) -> Callable[[str], Any]:
    def key(door_id: str) -> tuple[object, ...]:
        row = doors.loc[door_id]
        order = bell_order(int(row["huisnummer"]), row["huisletter"], row["toevoeging"])
        return (row["straat"], *order, door_id)

    return key


def _write_door(
    day: Day, door_id: str, frame: pd.DataFrame, *, line: int, window: str
) -> RoundDoor:
    row = day.doors.loc[door_id]
    reason = str(frame.at[door_id, "reason"])
    if not reason.startswith("reason."):
        reason = "reason.on_the_way"
    return RoundDoor(
        door_id=door_id,
        label=house_label(int(row["huisnummer"]), row["huisletter"], row["toevoeging"]),
        reason=reason,
        line=line,
        come_back_window=window if reason == "reason.on_request" else "",
    )


def _write_route(
    case: _Case, solution: RoundSolution
) -> tuple[tuple[tuple[float, float], ...], int]:
    from zds_geo.core.crs import to_lonlat

    xs: list[float] = []
    ys: list[float] = []
    metres = 0.0
    rows = [case.rows[n] for n in solution.order]
    for a, b in itertools.pairwise(rows):
        if a == b:
            continue
        leg = case.network.line(a, b)
        metres += float(leg.length)
        for x, y in leg.coords:
            if not xs or (x, y) != (xs[-1], ys[-1]):
                xs.append(x)
                ys.append(y)
    lon, lat = to_lonlat(xs, ys)
    points = tuple((round(float(a), 7), round(float(b), 7)) for a, b in zip(lon, lat, strict=True))
    return points, round(metres)
