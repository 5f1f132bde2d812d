"""``zds plan rest``: what of a printed round can still be done, from a line on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from zds_geo.app._day import open_network
from zds_geo.app._known import with_former_ids
from zds_geo.app.export import round_from_json
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NotFoundError, UsageError
from zds_geo.core.model import Round, RoundStop

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PROMISED: Final = 5  # an appointment is worth as much as so many other doors


@dataclass(frozen=True, slots=True, kw_only=True)
class RestOfRound:
    """The stops to walk, those that stay behind, and the minutes that takes."""

    round_id: str
    stops: tuple[RoundStop, ...]
    left_out: tuple[RoundStop, ...]
    minutes: int


def rest_of_round(
    workspace: Workspace, code: str, *, after: int, minutes: int, now: datetime
) -> RestOfRound:
    """Choose what of a round can still be done.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    code : str
        The code on the sheet.
    after : int
        Line of the last door that was done; 0 for none.
    minutes : int
        Left until the end of the round, with the walk there.
    now : datetime
        Aware.

    Returns
    -------
    RestOfRound
        Nothing is changed or reserved: what stays behind comes back by itself.

    Raises
    ------
    NotFoundError
        If there is no such round.
    UsageError
        If the line is not on the sheet.
    """
    planned = _find(workspace, code, now=now)
    last = max((d.line for s in planned.stops for d in s.doors), default=0)
    if not 0 <= after <= last:
        raise UsageError("rest.line", got=after, n=last)
    # A stop that was begun goes on: its doors up to that line are done.
    done = [s for s in planned.stops if s.doors[0].line <= after]
    coming = [s for s in planned.stops if s.doors[-1].line > after]
    coming = _without_refused(workspace, coming, now=now)
    if not coming:
        return RestOfRound(round_id=planned.round_id, stops=(), left_out=(), minutes=0)
    here = (done[-1].lon, done[-1].lat) if done else (planned.start.lon, planned.start.lat)
    chosen, seconds = _choose(
        workspace, planned, here, [_from_line(s, after) for s in coming], minutes=minutes
    )
    lines = {d.line for s in chosen for d in s.doors}
    left = [
        replace(s, doors=tuple(d for d in s.doors if d.line > after and d.line not in lines))
        for s in coming
    ]
    return RestOfRound(
        round_id=planned.round_id,
        stops=tuple(chosen),
        left_out=tuple(s for s in left if s.doors),
        minutes=round(seconds / 60),
    )


def _find(workspace: Workspace, code: str, *, now: datetime) -> Round:
    with open_store(workspace, now=now) as store:
        table = store.read_rounds()
    # A code may be typed in small letters and with a blank for the hyphen.
    wanted = code.strip().upper().replace(" ", "-")
    found = table.loc[(table["code"].str.upper() == wanted) & (table["status"] != "replaced")]
    if found.empty:
        raise NotFoundError("rest.no_round", code=code)
    return round_from_json(str(found["payload"].iloc[-1]))


def _without_refused(
    workspace: Workspace, stops: list[RoundStop], *, now: datetime
) -> list[RoundStop]:
    """Leave doors out of which somebody asked since not to ring there (P07)."""
    with open_store(workspace, now=now) as store:
        refused = with_former_ids(store.do_not_knock_doors(), store)
    kept = [replace(s, doors=tuple(d for d in s.doors if d.door_id not in refused)) for s in stops]
    return [s for s in kept if s.doors]


def _from_line(stop: RoundStop, after: int) -> RoundStop:
    return replace(stop, doors=tuple(d for d in stop.doors if d.line > after))


def _choose(
    workspace: Workspace,
    planned: Round,
    here: tuple[float, float],
    coming: list[RoundStop],
    *,
    minutes: int,
) -> tuple[list[RoundStop], int]:
    """Choose door by door, so that part of a block can be done; give stops and seconds."""
    import numpy as np

    from zds_geo.planner import CHANGE_S, replan

    points = [here, *((s.lon, s.lat) for s in coming), (planned.end.lon, planned.end.lat)]
    travel = _travel(workspace, points)
    doors = [(k, d) for k, stop in enumerate(coming, start=1) for d in stop.doors]
    at = [0, *(k for k, _ in doors), len(points) - 1]
    seconds = round(planned.service_s / sum(len(s.doors) for s in planned.stops))
    n = len(doors)
    # Node 0: where one stands; then the doors to come; then the end.
    if int(travel[0, -1]) > 60 * minutes:
        return [], 0
    found = replan(
        travel[np.ix_(at, at)],
        np.array([0, *[seconds] * n, 0]),
        np.array([0, *(PROMISED if d.come_back_window else 1 for _, d in doors), 0]),
        printed=list(range(1, n + 1)), here=0, end=n + 1, left_s=60 * minutes, seed=1,
        sides=_sides([coming[k - 1] for k, _ in doors]), change_s=CHANGE_S,
    )  # fmt: skip
    stops: list[RoundStop] = []
    for node in found.order[1:-1]:
        k, door = doors[node - 1]
        stop = coming[k - 1]
        if stops and stops[-1].n == stop.n:
            both = sorted((*stops[-1].doors, door), key=lambda d: d.line)
            stops[-1] = replace(stops[-1], doors=tuple(both))
        else:
            stops.append(replace(stop, doors=(door,)))
    return stops, found.travel_s + found.service_s


def _sides(stops: list[RoundStop]) -> list[int]:
    """Number the street sides of stops, between a start and an end that are of none."""
    names = sorted({s.street_side_id for s in stops})
    return [-1, *(names.index(s.street_side_id) for s in stops), -1]


def _travel(workspace: Workspace, points: list[tuple[float, float]]) -> npt.NDArray[np.int64]:
    """Give the seconds between points (longitude and latitude)."""
    import numpy as np

    from zds_geo.core.crs import to_rd

    network = open_network(workspace)
    x, y = to_rd([p[0] for p in points], [p[1] for p in points])
    return network.seconds(network.add_points(np.column_stack([x, y])))
