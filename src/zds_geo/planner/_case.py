"""One orienteering case: checked arrays, and the schedule of an order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import UsageError

Ints = npt.NDArray[np.int64]
TINY: Final = 9  # nodes up to which a case is solved exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Checked input.

    ``open`` marks nodes this assistant may visit and that fit between start and end by themselves;
    ``usable`` those of them that bring something or shorten the walk. ``sides`` numbers the street
    side of each node (-1 none), ``change`` is what it bothers to change them; ``soon`` is what
    share of a prize is lost when it comes last.
    """

    travel: Ints
    service: Ints
    prize: Ints
    start: int
    end: int
    budget: int
    must: tuple[int, ...]
    windows: Ints | None
    open: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]
    sides: Ints | None = None
    change: int = 0
    soon: float = 0.0

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

    def leave(self, clock: int, node: int) -> int | None:
        """Give when one leaves a node, after waiting and service; None when it is too late."""
        if self.windows is not None:
            clock = max(clock, int(self.windows[node, 0]))
            if clock > int(self.windows[node, 1]):
                return None
        return clock + int(self.service[node])

    def arrive_home(self, clock: int) -> int | None:
        """Give when a walk is over that reaches its end at ``clock``."""
        return clock if self.start == self.end else self.leave(clock, self.end)

    def _scheduled(self, order: list[int]) -> int:
        clock = self.leave(0, order[0])
        for before, node in itertools.pairwise(order[:-1]):
            if clock is None:
                return -1
            clock = self.leave(clock + int(self.travel[before, node]), node)
        if clock is None:
            return -1
        clock = self.arrive_home(clock + int(self.travel[order[-2], order[-1]]))
        return -1 if clock is None else clock

    def fits(self, order: list[int]) -> bool:
        """Tell whether an order keeps the budget and its windows."""
        total = self.length(order)
        return 0 <= total <= self.budget


MOST_S: Final = 2**45
NEVER_S: Final = 2**40


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
    closed: npt.NDArray[np.bool_] | None = None,
    sides: Any = None,
    change_s: int = 0,
    soon: float = 0.0,
) -> Case:
    """Check the input of a round; UsageError names what does not fit."""
    n = len(np.asarray(service_s))
    travel = _whole(travel_s, "travel_s", (n, n))
    service, worth = _whole(service_s, "service_s", (n,)), _whole(prize, "prize", (n,))
    if budget_s > MOST_S:
        raise UsageError("planner.too_large", got=budget_s, most=MOST_S)
    # What no budget holds is all the same, and sums of it have to fit.
    cap = max(NEVER_S, int(budget_s) + 1)
    travel, service = np.minimum(travel, cap), np.minimum(service, cap)
    times = None if windows is None else _whole(windows, "windows", (n, 2))
    for name, index in (("start", start), ("end", end), *(("must", int(m)) for m in must)):
        if not 0 <= index < n:
            raise UsageError("planner.index", name=name, got=index, n=n)
    if change_s < 0:
        raise UsageError("planner.negative", name="change_s")
    if not 0.0 <= soon <= 1.0:
        raise UsageError("planner.share", name="soon", got=soon)
    side = None
    if sides is not None and change_s:
        side = np.unique(np.asarray(sides), return_inverse=True)[1].astype(np.int64)
        side[np.asarray(sides) == -1] = -1
        if side.shape != (n,):
            raise UsageError("planner.shape", name="sides", expected=(n,), got=side.shape)
    near = _nearest(travel, start) + _nearest(travel.T, end)
    fits = near + service + service[list({start, end})].sum() <= budget_s
    fits[[start, end]] = False
    if closed is not None:
        fits &= ~closed
    return Case(
        travel=travel,
        service=service,
        prize=worth,
        start=start,
        end=end,
        budget=int(budget_s),
        must=tuple(sorted({int(m) for m in must} - {start, end})),
        windows=times,
        sides=side,
        change=int(change_s) if side is not None else 0,
        soon=float(soon),
        open=fits,
        usable=_usable(
            travel,
            service,
            open_=fits,
            wanted=(worth > 0) | np.isin(np.arange(n), list(must)),
            ends=[start, end],
        ),
    )


def _usable(
    travel: Ints,
    service: Ints,
    *,
    open_: npt.NDArray[np.bool_],
    wanted: npt.NDArray[np.bool_],
    ends: list[int],
) -> npt.NDArray[np.bool_]:
    if int(open_.sum()) <= TINY:
        return open_
    # Without the triangle inequality a node that brings nothing may shorten the walk.
    real = np.concatenate([np.flatnonzero(open_ & wanted), ends])
    straight = travel[np.ix_(real, real)].copy()
    np.fill_diagonal(straight, 0)
    usable = open_ & wanted
    for k in np.flatnonzero(open_ & ~wanted):
        over = travel[real, k][:, None] + travel[k, real][None, :] + service[k]
        usable[k] = bool((over < straight).any())
    return usable


def shortest_walk(case: Case) -> list[int] | None:
    """Give the shortest walk from start to end with the service on its way; None if none fits."""
    if case.fits([case.start, case.end]):
        return [case.start, case.end]
    from scipy.sparse.csgraph import dijkstra

    if case.start == case.end:
        return None
    cost = (case.travel + case.service[None, :]).astype(float)
    shut = ~case.open
    shut[[case.start, case.end]] = False
    cost[:, shut] = np.inf
    _, before = dijkstra(cost, indices=case.start, return_predecessors=True)
    order = [case.end]
    while order[-1] != case.start and int(before[order[-1]]) >= 0:
        order.append(int(before[order[-1]]))
    order.reverse()
    return order if order[0] == case.start and case.fits(order) else None


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


def solve_exactly(case: Case, nodes: list[int], *, needed: Sequence[int]) -> list[int] | None:
    """Give the best order of a few nodes by dynamic programming (Held and Karp 1962).

    Being earlier at a node with the same nodes behind one is never worse, since one may wait: so
    the earliest time per set and last node is enough, with time windows too. None when no order
    fits; ``nodes`` of at most TINY.
    """
    must = sum(1 << nodes.index(m) for m in needed)
    best: tuple[int, int, list[int]] = (-1, 0, [])
    base = case.leave(0, case.start)
    layer: dict[tuple[int, int], tuple[int, list[int]]] = {}
    if base is not None:
        layer = {(0, -1): (base, [])}
    while layer:
        grown: dict[tuple[int, int], tuple[int, list[int]]] = {}
        for (mask, last), (time, order) in layer.items():
            here = case.start if last < 0 else nodes[last]
            home = case.arrive_home(time + int(case.travel[here, case.end]))
            if home is not None and home <= case.budget and mask & must == must:
                best = max(best, (case.prize_of(order), -home, order), key=lambda v: v[:2])
            for k, node in enumerate(nodes):
                if mask >> k & 1:
                    continue
                then = case.leave(time + int(case.travel[here, node]), node)
                key = (mask | 1 << k, k)
                late = then is None or then > case.budget
                if then is not None and not late and (key not in grown or then < grown[key][0]):
                    grown[key] = (then, [*order, node])
        layer = grown
    return None if best[0] < 0 else [case.start, *best[2], case.end]


def upper_bound(case: Case) -> int:
    """Give a bound on the prize: a fractional knapsack over service + cheapest arrival.

    Every visited node is arrived at once, from an open one, so the time of a round is at least the
    service and the cheapest arrival of each of its nodes (the linear relaxation of that knapsack,
    Dantzig 1957).
    """
    fixed = list({case.start, case.end})
    nodes = np.flatnonzero(case.usable)
    base = int(case.prize[fixed].sum())
    if not len(nodes):
        return base
    inner = np.concatenate([np.flatnonzero(case.open), np.array(fixed)])
    arrive = case.travel[np.ix_(inner, nodes)].astype(float)
    arrive[inner[:, None] == nodes[None, :]] = np.inf
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
