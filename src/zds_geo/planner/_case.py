"""One orienteering case: checked arrays, and the schedule of an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import NoPlanError, UsageError

Ints = npt.NDArray[np.int64]
TINY: Final = 9  # nodes up to which a case is solved exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Checked input; ``usable`` marks nodes that fit between start and end on their own."""

    travel: Ints
    service: Ints
    prize: Ints
    start: int
    end: int
    budget: int
    must: tuple[int, ...]
    windows: Ints | None
    usable: npt.NDArray[np.bool_]

    def length(self, order: list[int]) -> int:
        """Give travel, service and waiting of an order; -1 when a window is missed."""
        if self.windows is None:
            return self.travel_of(order) + self.service_of(order)
        return self._scheduled(order)

    def travel_of(self, order: list[int]) -> int:
        """Give the travel of an order."""
        at = np.asarray(order)
        return int(self.travel[at[:-1], at[1:]].sum())

    def service_of(self, order: list[int]) -> int:
        """Give the service of the nodes of an order, each once."""
        return int(self.service[list(set(order))].sum())

    def prize_of(self, order: list[int]) -> int:
        """Give the prize of the nodes of an order, each once."""
        return int(self.prize[list(set(order))].sum())

    def _scheduled(self, order: list[int]) -> int:
        windows = self.windows
        if windows is None:
            return self.length(order)
        clock, previous = 0, -1
        for place, node in enumerate(order):
            if previous >= 0:
                clock += int(self.travel[previous, node])
            closing = place == len(order) - 1 and self.start == self.end and place > 0
            if not closing:
                opens, closes = int(windows[node, 0]), int(windows[node, 1])
                clock = max(clock, opens)
                if clock > closes:
                    return -1
                clock += int(self.service[node])
            previous = node
        return clock

    def fits(self, order: list[int]) -> bool:
        """Tell whether an order keeps the budget and its windows."""
        total = self.length(order)
        return 0 <= total <= self.budget


def _whole(values: Any, name: str, shape: tuple[int, ...]) -> Ints:
    array = np.asarray(values)
    if array.shape != shape:
        raise UsageError("planner.shape", name=name, expected=shape, got=array.shape)
    if array.dtype.kind not in "iu" and not np.array_equal(array, np.floor(array)):
        raise UsageError("planner.whole", name=name)
    whole: Ints = array.astype(np.int64)
    if whole.size and int(whole.min()) < 0:
        raise UsageError("planner.negative", name=name)
    return whole


def make_case(
    travel_s: Any,
    service_s: Any,
    prize: Any,
    *,
    start: int,
    end: int,
    budget_s: int,
    must: Any,
    windows: Any,
) -> Case:
    """Check the input of a round; UsageError names what does not fit."""
    n = len(np.asarray(service_s))
    travel = _whole(travel_s, "travel_s", (n, n))
    service, worth = _whole(service_s, "service_s", (n,)), _whole(prize, "prize", (n,))
    times = None if windows is None else _whole(windows, "windows", (n, 2))
    for name, index in (("start", start), ("end", end), *(("must", int(m)) for m in must)):
        if not 0 <= index < n:
            raise UsageError("planner.index", name=name, got=index, n=n)
    ends = [start, end] if start != end else [start]
    # Without the triangle inequality a node may be nearer by way of others.
    near = _nearest(travel, start) + _nearest(travel.T, end)
    usable = near + service + service[ends].sum() <= budget_s
    usable[ends] = False
    usable &= (worth > 0) | np.isin(np.arange(n), list(must))
    case = Case(
        travel=travel,
        service=service,
        prize=worth,
        start=start,
        end=end,
        budget=int(budget_s),
        must=tuple(sorted({int(m) for m in must} - set(ends))),
        windows=times,
        usable=usable,
    )
    if not case.fits([start, end]):
        raise NoPlanError("planner.no_walk", need=case.length([start, end]), budget=budget_s)
    return case


def _nearest(travel: Ints, start: int) -> Ints:
    """Give the shortest travel from one node to all (Dijkstra on a full matrix)."""
    far: Ints = travel[start].copy()
    far[start] = 0
    left = np.ones(len(far), dtype=bool)
    for _ in range(len(far)):
        node = int(np.where(left, far, np.iinfo(np.int64).max).argmin())
        left[node] = False
        np.minimum(far, far[node] + travel[node], out=far)
    return far


def solve_exactly(case: Case) -> list[int] | None:
    """Give the best order of a tiny case by dynamic programming (Held and Karp 1962).

    None when the case is too large or has time windows.
    """
    nodes = [int(i) for i in np.flatnonzero(case.usable)]
    if len(nodes) > TINY or case.windows is not None:
        return None
    base = case.service_of([case.start, case.end])
    reach: dict[tuple[int, int], tuple[int, list[int]]] = {}
    for k, node in enumerate(nodes):
        time = base + int(case.travel[case.start, node] + case.service[node])
        if time <= case.budget:
            reach[(1 << k, k)] = (time, [node])
    needed = sum(1 << nodes.index(m) for m in case.must if m in nodes)
    best: tuple[int, int, list[int]] = (-1, 0, [])
    if not needed:
        best = (0, -case.length([case.start, case.end]), [])
    layer = reach
    while layer:
        grown: dict[tuple[int, int], tuple[int, list[int]]] = {}
        for (mask, last), (time, order) in layer.items():
            home = time + int(case.travel[nodes[last], case.end])
            value = (int(case.prize[order].sum()), -home, order)
            if home <= case.budget and mask & needed == needed and value[:2] > best[:2]:
                best = value
            for k, node in enumerate(nodes):
                then = time + int(case.travel[nodes[last], node] + case.service[node])
                key = (mask | 1 << k, k)
                fresh = not mask >> k & 1 and then <= case.budget
                if fresh and (key not in grown or then < grown[key][0]):
                    grown[key] = (then, [*order, node])
        layer = grown
    return None if best[0] < 0 else [case.start, *best[2], case.end]


def upper_bound(case: Case) -> int:
    """Give a bound on the prize: a fractional knapsack over service + cheapest arrival.

    Every visited node is arrived at once, so the time of a round is at least the service and the
    cheapest arrival of each of its nodes (the linear relaxation of that knapsack, Dantzig 1957).
    """
    fixed = list({case.start, case.end})
    nodes = np.flatnonzero(case.usable)
    base = int(case.prize[fixed].sum())
    if not len(nodes):
        return base
    inner = np.concatenate([nodes, np.array(fixed)])
    arrive = case.travel[np.ix_(inner, nodes)].astype(float)
    arrive[np.arange(len(nodes)), np.arange(len(nodes))] = np.inf
    weight = arrive.min(axis=0) + case.service[nodes]
    home = case.travel[inner, case.end].astype(float)
    home[inner == case.end] = np.inf
    room = float(case.budget - case.service[fixed].sum() - home.min())
    value = case.prize[nodes].astype(float)
    order = np.argsort(-(value / np.maximum(weight, 1e-9)), kind="stable")
    total = np.cumsum(weight[order])
    whole = int(np.searchsorted(total, room, side="right"))
    bound = float(value[order][:whole].sum())
    if whole < len(order):
        left = room - (float(total[whole - 1]) if whole else 0.0)
        bound += float(value[order][whole]) * left / max(float(weight[order][whole]), 1e-9)
    return base + int(np.floor(bound + 1e-6))
