"""The answer of a search, written down as a round: stops, doors, lines and the way."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app._candidates import Nodes, Piece, ShiftCase
from zds_geo.app._day import Day
from zds_geo.core.ids import bell_order, house_label
from zds_geo.core.model import Pause, Round, RoundDoor, RoundStop

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.planner import RoundSolution

MIN_DOORS_FOR_EXPECTATION: Final = 10
_Home = tuple[str, int, str, str]  # street, number, letter, addition


def write_round(
    day: Day, case: ShiftCase, solution: RoundSolution, *, code: str, buurt_codes: tuple[str, ...]
) -> Round:
    """Write the answer of a search down as a round.

    Parameters
    ----------
    day : Day
        Doors and stops.
    case : ShiftCase
        What was solved.
    solution : RoundSolution
        The answer.
    code : str
        The code the round gets.
    buurt_codes : tuple of str
        Of the assistant; those of the doors where empty.

    Returns
    -------
    Round
        Stops in walking order, doors as on the bell board.
    """
    stops, contacts, pause = _write_stops(day, case, solution)
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
        service_s=case.door_service_s(solution.service_s),
        expected_contacts=round(contacts) if n_doors >= MIN_DOORS_FOR_EXPECTATION else None,
        stop_reason=solution.stop_reason,
        stops=stops,
        route=route,
        pause=pause,
    )


def same_stop(nodes: Nodes, left: Sequence[int], *, clock: int) -> list[int]:
    """Give the next node, and those right behind it at its stop that may be rung at by then too.

    Parameters
    ----------
    nodes : Nodes
        What the shift chose from; node 2 is the first.
    left : sequence of int
        Nodes still to come, in walking order.
    clock : int
        Seconds since the start at which the first of them begins.

    Returns
    -------
    list of int
        They are written down as one stop, in one window.
    """
    stop_id = nodes.stop_ids[left[0] - 2]

    def joins(node: int) -> bool:
        first, last = nodes.windows[node - 2]
        return nodes.stop_ids[node - 2] == stop_id and int(first) <= clock <= int(last)

    return [left[0], *itertools.takewhile(joins, left[1:])]


def _write_stops(
    day: Day, case: ShiftCase, solution: RoundSolution
) -> tuple[tuple[RoundStop, ...], float, Pause | None]:
    from zds_geo.core.crs import to_lonlat

    inner = tuple(n for n in solution.order if n >= 2)
    homes = _homes_of(day, [d for n in inner for d in case.nodes.door_ids[n - 2]])
    clock, previous, line, contacts = 0, 0, 0, 0.0
    stops: list[RoundStop] = []
    pause: Pause | None = None
    anywhere = case.pause_from_s
    while inner:
        first = inner[0]
        clock += int(case.travel_s[previous, first])
        if first == case.pause_node:
            clock = max(clock, int(case.nodes.windows[first - 2][0]))
            pause = _pause(case, line, clock)
            clock, previous = clock + pause.length_s, first
            inner = inner[1:]
            continue
        if anywhere is not None and pause is None and clock >= anywhere:
            pause = _pause(case, line, clock)
            clock += pause.length_s
        clock = max(clock, int(case.nodes.windows[first - 2][0]))
        members = same_stop(case.nodes, inner, clock=clock)
        inner = inner[len(members) :]
        piece, frame = _piece_at(case.pieces, clock)
        door_ids = sorted(
            (d for n in members for d in case.nodes.door_ids[n - 2]), key=_bell_key(homes)
        )
        stop_id = case.nodes.stop_ids[first - 2]
        stop = day.stops.loc[stop_id]
        lon, lat = to_lonlat([stop.geometry.x], [stop.geometry.y])
        service = int(sum(case.nodes.service_s[n - 2] for n in members))
        written = []
        for door_id in door_ids:
            line += 1
            contacts += float(frame.at[door_id, "chance"])
            written.append(_write_door(door_id, homes, frame, line=line, window=piece.window))
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
    if anywhere is not None and pause is None:  # all doors come before it
        pause = _pause(case, line, max(clock, anywhere))
    return tuple(stops), contacts, pause


def _pause(case: ShiftCase, line: int, clock: int) -> Pause:
    return Pause(after_line=line, at_s=clock, length_s=case.shift.pause_s, label=case.pause_label)


def _piece_at(pieces: list[tuple[Piece, pd.DataFrame]], clock: int) -> tuple[Piece, pd.DataFrame]:
    for piece, frame in pieces:
        if clock < piece.to_s:
            return piece, frame
    return pieces[-1]


def _homes_of(day: Day, door_ids: list[str]) -> dict[str, _Home]:
    columns = ["straat", "huisnummer", "huisletter", "toevoeging"]
    rows = day.doors[columns].loc[door_ids].itertuples(index=False)
    return {
        door_id: (street, int(number), letter, addition)
        for door_id, (street, number, letter, addition) in zip(door_ids, rows, strict=True)
    }


def _bell_key(homes: dict[str, _Home]) -> Callable[[str], Any]:
    def key(door_id: str) -> tuple[object, ...]:
        street, number, letter, addition = homes[door_id]
        return (street, *bell_order(number, letter, addition), door_id)

    return key


def _write_door(
    door_id: str, homes: dict[str, _Home], frame: pd.DataFrame, *, line: int, window: str
) -> RoundDoor:
    _, number, letter, addition = homes[door_id]
    reason = str(frame.at[door_id, "reason"])
    if not reason.startswith("reason."):
        reason = "reason.on_the_way"
    return RoundDoor(
        door_id=door_id,
        label=house_label(number, letter, addition),
        reason=reason,
        line=line,
        come_back_window=window if reason == "reason.on_request" else "",
    )


def _write_route(
    case: ShiftCase, solution: RoundSolution
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
