"""One orienteering case: checked arrays, and the schedule of an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import NoPlanError, UsageError

Ints = npt.NDArray[np.int64]


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
        assert_windows = self.windows
        if assert_windows is None:
            return self.length(order)
        clock, previous = 0, -1
        for place, node in enumerate(order):
            if previous >= 0:
                clock += int(self.travel[previous, node])
            closing = place == len(order) - 1 and self.start == self.end and place > 0
            if not closing:
                opens, closes = int(assert_windows[node, 0]), int(assert_windows[node, 1])
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
    alone = travel[start] + travel[:, end] + service + service[ends].sum()
    usable = alone <= budget_s
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
