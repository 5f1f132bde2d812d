"""An area as a covering case: its doors that still wait, its shifts, and who may walk where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from zds_geo.app._candidates import Nodes, Piece, gather_nodes, split_shift
from zds_geo.app._day import Day, find_place
from zds_geo.app._margin import margin_of_shift, talked_share
from zds_geo.app._own_doors import CROWD
from zds_geo.app._rounds import refuse_far_points
from zds_geo.app._waiting import Waiting
from zds_geo.app.calendar import RosterShift
from zds_geo.app.settings import Assistant, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

    from zds_geo.places import WalkNetwork
    from zds_geo.planner import Cover

WALK_GUESS_S: Final = 60  # walking to a stop, to see how many shifts have to be laid out first
FULL_SHARE: Final = 0.85  # of a shift that is as good as full


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A shift that could walk in an area; ``shift`` is None for one that nobody has yet."""

    shift: RosterShift | None
    on: date
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredArea:
    """The rounds of an area: for each slot the doors in order, and what could not be planned."""

    buurt_codes: tuple[str, ...]
    slots: tuple[Slot, ...]
    rounds: tuple[tuple[str, ...], ...]
    walk_s: tuple[int, ...]
    service_s: tuple[int, ...]
    left_out: tuple[str, ...]
    unreachable: tuple[str, ...]
    bound: int

    @property
    def pace_s(self) -> int:
        """Seconds of shift for each door; 0 without rounds.

        A shift that is not filled counts with the time its round takes, a full one as a whole.
        """
        spent = 0
        for slot, walk, work in zip(self.slots, self.walk_s, self.service_s, strict=True):
            full = walk + work >= FULL_SHARE * slot.seconds
            spent += slot.seconds if full else walk + work
        doors = sum(len(r) for r in self.rounds)
        return round(spent / doors) if doors else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Arrays of an area."""

    nodes: Nodes
    ways: Mapping[str, npt.NDArray[np.int64]]
    rows: list[int]
    travel: npt.NDArray[np.uint16]
    crowded: npt.NDArray[np.bool_]
    buurt: npt.NDArray[np.str_]
    owner: npt.NDArray[np.object_]  # whose area a node is in, of who walks here; "" for everybody's
    n_doors: npt.NDArray[np.int64]
    not_before: list[date | None]


def cover_area(
    day: Day,
    waiting: Waiting,
    codes: tuple[str, ...],
    shifts: Sequence[RosterShift],
    *,
    usual_s: int,
    iterations: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CoveredArea:
    """Divide the waiting doors of an area over its shifts, as few and as early as can be.

    Parameters
    ----------
    day : Day
        Streets and settings.
    waiting : Waiting
        Doors of all areas.
    codes : tuple of str
        Buurten of this area.
    shifts : sequence of RosterShift
        All shifts, by start; those of other areas are passed by.
    usual_s : int
        Length of the shifts to ask for where nobody walks.
    iterations : int, optional
        Of the search; 0 for a quick answer.
    progress : callable, optional
        Called with done and total.

    Returns
    -------
    CoveredArea
        Slots after the last one in use are left off.
    """
    from zds_geo.planner import cover_nodes

    doors = waiting.doors.loc[waiting.doors["buurt_code"].isin(codes)]
    own = [s for s in shifts if _walks_in(day.settings, s.assistant_id, codes)]
    walkers = [day.settings.assistant(a) for a in sorted({s.assistant_id for s in own})]
    case = _make_case(day, waiting, doors, walkers)
    slots = [_slot(s) for s in own]
    if not slots:
        slots = [Slot(shift=None, on=date.max, seconds=usual_s)] * (len(case.rows) + 1)
    latest = max((on for on in case.not_before if on is not None), default=date.min)
    count = max(_enough(case, waiting, slots), 1 + sum(s.on < latest for s in slots))
    everything = len(slots)
    count = min(count, everything)
    while True:
        used = slots[:count]
        rules = _slot_rules(day, waiting, case, used)
        found = cover_nodes(
            case.travel, rules.service, out_s=rules.out, home_s=rules.home, budget_s=rules.budget,
            kind=rules.kind, first=rules.first, most_walk_s=rules.walk, seed=day.seed,
            iterations=iterations, progress=progress,
        )  # fmt: skip
        at_end = count >= everything
        if not found.left_out or (at_end and slots[-1].shift is None):
            return _to_area(case, codes, used, found)
        if at_end:  # of the roster: shifts that nobody has yet
            slots += [Slot(shift=None, on=date.max, seconds=usual_s)] * (len(found.left_out) + 1)
            everything = len(slots)
        count = min(everything, 2 * count)


def _walks_in(settings: Settings, assistant_id: str, codes: Sequence[str]) -> bool:
    own = settings.assistant(assistant_id).buurt_codes
    return not own or not set(own).isdisjoint(codes)


def _slot(shift: RosterShift) -> Slot:
    return Slot(shift=shift, on=shift.start_at.date(), seconds=shift.working_s)


def _enough(case: _Case, waiting: Waiting, slots: Sequence[Slot]) -> int:
    """Give a number of slots that will do, with room: too many cost time, too few a second try."""
    dearest = max(waiting.door_s.values(), default=0)
    need = 1.2 * (dearest * int(case.n_doors.sum()) + WALK_GUESS_S * len(case.rows))
    spent = 0.0
    for count, slot in enumerate(slots, start=1):
        spent += 0.9 * slot.seconds
        if spent >= need:
            return min(len(slots), count + 5)
    return len(slots)


def _add_points(day: Day, network: WalkNetwork, points: Sequence[str]) -> list[int]:
    import numpy as np

    from zds_geo.core.crs import to_rd

    if not points:
        return []
    places = [find_place(day.settings, p, day.doors) for p in points]
    x, y = to_rd([p.lon for p in places], [p.lat for p in places])
    rows = network.add_points(np.column_stack([x, y]))
    refuse_far_points(network, rows, places)
    return rows


def _make_case(
    day: Day, waiting: Waiting, doors: gpd.GeoDataFrame, walkers: Sequence[Assistant]
) -> _Case:
    import numpy as np
    import pandas as pd

    ones = pd.DataFrame({"eligible": True, "prize": 1.0, "chance": 0.0}, index=doors.index)
    nodes = gather_nodes(
        doors, [(Piece(window="", from_s=0, to_s=0), ones)], service=day.settings.service
    )
    stops = day.stops.loc[sorted(set(nodes.stop_ids))]
    network = day.network.with_stops(stops)
    points = sorted({p for a in walkers for p in (a.start, a.end)})
    extra = _add_points(day, network, points)
    place = {stop_id: row for row, stop_id in enumerate(stops.index, start=len(extra))}
    rows = [place[s] for s in nodes.stop_ids]
    whole = network.short_seconds([*extra, *range(len(stops))])
    ways = {p: whole[i, rows].astype(np.int64) for i, p in enumerate(points)}
    size = day.stops["n_doors"].loc[nodes.stop_ids].to_numpy()
    when = [
        max((waiting.not_before[d] for d in ids if d in waiting.not_before), default=None)
        for ids in nodes.door_ids
    ]
    return _Case(
        nodes=nodes,
        ways=ways,
        rows=rows,
        travel=whole[np.ix_(rows, rows)],
        crowded=size >= CROWD,
        buurt=doors["buurt_code"].astype(str).loc[[ids[0] for ids in nodes.door_ids]].to_numpy(),
        owner=_owners(day, nodes, walkers),
        n_doors=np.array([len(ids) for ids in nodes.door_ids], dtype=np.int64),
        not_before=when,
    )


def _owners(day: Day, nodes: Nodes, walkers: Sequence[Assistant]) -> npt.NDArray[np.object_]:
    """Give whose area each node is in; everybody's where its owner has no shift to come."""
    import numpy as np

    names = {a.id for a in walkers}
    of_first = day.areas.owners.reindex([ids[0] for ids in nodes.door_ids]).fillna("")
    return np.array([who if who in names else "" for who in of_first], dtype=object)


@dataclass(slots=True, kw_only=True)
class _SlotRules:
    """What the slots of an area are to the solver."""

    service: npt.NDArray[np.int64]
    out: npt.NDArray[np.int64]
    home: npt.NDArray[np.int64]
    budget: npt.NDArray[np.int64]
    walk: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]


def _slot_rules(day: Day, waiting: Waiting, case: _Case, slots: Sequence[Slot]) -> _SlotRules:
    import numpy as np

    talked = talked_share(day.knocks)
    free = [
        margin_of_shift(
            s.seconds, planned_s=_door_s(day.settings, waiting, s), talked=talked,
            service=day.settings.service,
        )
        for s in slots
    ]  # fmt: skip
    budget = np.array(
        [max(0, s.seconds - f) for s, f in zip(slots, free, strict=True)], dtype=np.int64
    )
    walk = budget.copy()
    known: dict[tuple[str, int], int] = {}
    kind = np.zeros(len(slots), dtype=np.int64)
    for i, slot in enumerate(slots):
        who = slot.shift.assistant_id if slot.shift else ""
        key = (who, _door_s(day.settings, waiting, slot))
        kind[i] = known.setdefault(key, len(known))
        metres = day.settings.assistant(who).max_metres if who else None
        if metres is not None:
            walk[i] = min(walk[i], math.floor(metres / day.settings.service.walk_m_s))
    ways = {who: _ways(day, case, who) for who in dict.fromkeys(w for w, _ in known)}
    first = np.zeros(len(case.rows), dtype=np.int64)
    for i, on in enumerate(case.not_before):
        if on is not None:
            first[i] = sum(s.on < on for s in slots)
    return _SlotRules(
        service=np.array([case.n_doors * door_s for _, door_s in known], dtype=np.int64),
        out=np.array([ways[who][0] for who, _ in known]),
        home=np.array([ways[who][1] for who, _ in known]),
        budget=budget, walk=walk, kind=kind, first=first,
    )  # fmt: skip


def _door_s(settings: Settings, waiting: Waiting, slot: Slot) -> int:
    """Give the seconds at a door in a shift: of its dearest window, as a round counts it."""
    if slot.shift is None:
        return max(waiting.door_s.values())
    pieces = split_shift(slot.shift.start_at, slot.shift.end_at, windows=settings.windows)
    named = [waiting.door_s[p.window] for p in pieces if p.window in waiting.door_s]
    return max(named or waiting.door_s.values())


def _ways(day: Day, case: _Case, who: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give the seconds out to each node and home again; where nobody walks, from the middle."""
    import numpy as np

    from zds_geo.planner import NO_WAY_S

    if not who:
        # Of the largest connected part: an island reaches few.
        total = case.travel.sum(axis=1, dtype=np.int64)
        middle = case.travel[int(total.argmin())].astype(np.int64)
        return middle, middle
    assistant = day.settings.assistant(who)
    allowed = np.ones(len(case.rows), dtype=bool)
    if assistant.buurt_codes:
        allowed &= np.isin(case.buurt, assistant.buurt_codes)
    if not assistant.stairs:
        allowed &= ~case.crowded
    if (case.owner == who).any():  # who has no area walks everywhere, as by day
        allowed &= (case.owner == "") | (case.owner == who)
    out, home = (
        np.where(allowed, case.ways[p], NO_WAY_S) for p in (assistant.start, assistant.end)
    )
    return out, home


def _to_area(
    case: _Case, codes: tuple[str, ...], slots: Sequence[Slot], found: Cover
) -> CoveredArea:
    last = max((i for i, r in enumerate(found.rounds) if r), default=-1) + 1
    ids = case.nodes.door_ids
    return CoveredArea(
        buurt_codes=codes,
        slots=tuple(slots[:last]),
        rounds=tuple(tuple(d for n in r for d in ids[n]) for r in found.rounds[:last]),
        walk_s=found.walk_s[:last],
        service_s=found.service_s[:last],
        left_out=tuple(d for n in found.left_out for d in ids[n]),
        unreachable=tuple(d for n in found.misfits for d in ids[n]),
        bound=found.bound,
    )
