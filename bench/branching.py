"""A bound on every round of a case: the relaxation, then parts of the rounds, until time is up.

At any moment the bound is the largest over the parts still open, or the best known round.
"""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from relaxation import Limits, Priced, Problem, Relaxation, all_rounds, make_problem
from separation import separate

STRETCH: Final = 40  # rounds of rows before arcs and visits are left out
LARGE: Final = 400  # nodes: there a part of the rounds tells more than the last rows of all


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """``root`` of the relaxation, ``bound`` after branching, ``best`` round known by then."""

    root: int
    bound: int
    best: int
    parts: int
    seconds: float


def whole(bound: float) -> float:
    """Prizes are whole; leave room for rounding in sums of doubles."""
    return float(np.floor(bound + 1e-2 + 1e-7 * abs(bound)))


class Branching:
    """Best bound first; ``best`` is a prize that some round is known to have."""

    def __init__(self, problem: Problem, *, best: int, until: float) -> None:
        self.problem, self.best, self.until = problem, best, until
        self.lp = Relaxation(problem)
        self.parts = self.kept = 0
        self.solved = False  # whether the LP still shows all rounds
        self.share = 0.4 * self.left()  # of the time, for branching
        self.trivial = problem.base + float(problem.prize.sum())

    def left(self) -> float:
        """Give the seconds left."""
        return self.until - time.perf_counter()

    def root(self) -> float:
        """Give the relaxation's bound, leaving out what no better round can have."""
        bound = gone = self.trivial
        while True:
            found, got = self.tighten(all_rounds(self.problem), rounds=STRETCH)
            bound = min(bound, found)
            if got is None or whole(bound) <= self.best or self.left() <= self.share:
                return bound
            if self.problem.n > LARGE and bound > gone - 1.2e-3 * abs(gone):
                self.solved = True
                return bound
            before = (self.problem.n, int(self.problem.allowed.sum()))
            self.shrink(got)
            after = (self.problem.n, int(self.problem.allowed.sum()))
            slow = bound > gone - 2e-4 * abs(gone)
            if slow and after[0] > 0.9 * before[0] and after[1] > 0.7 * before[1]:
                return bound
            gone = bound

    def tighten(self, limits: Limits, *, rounds: int) -> tuple[float, Priced | None]:
        """Give a valid bound of a part, after rows and columns; and its prices if it converged."""
        lp, bound, last, gone = self.lp, self.trivial, None, np.inf
        lp.limit(limits)
        every = 1 + lp.problem.n // 300
        for turn in range(rounds):
            if self.left() <= 0 or not lp.solve(max(self.left(), 0.1)):
                return bound, last
            cuts = separate(lp.visit, lp.tail, lp.head, lp.flow)
            if not cuts or turn % every == 0 or self.left() < 1:
                last = lp.priced()
                bound = min(bound, last.bound)
                if whole(bound) <= self.best:
                    return bound, last
                more = self.price(last)
                if not more and not cuts and (lp.broken < 1e-7 or not lp.stiffen()):
                    return bound, last
                if rounds < STRETCH and turn >= 10 and turn % 10 < every:
                    if bound > gone - 2e-4 * abs(gone):
                        return bound, last
                    gone = bound
            self.forget()
            lp.add_cuts(cuts)
        return bound, last

    def price(self, got: Priced) -> int:
        """Add the arcs that gain most; give their number."""
        lp = self.lp
        gains = np.argwhere((got.arc > 1e-6 * lp.scale) & ~lp.held)
        order = np.argsort(-got.arc[gains[:, 0], gains[:, 1]], kind="stable")
        lp.add_arcs(*gains[order[:2000]].T)
        return len(gains)

    def forget(self) -> None:
        """Drop rows without a price when there are many."""
        lp = self.lp
        if len(lp.keys) > 300 + 1.6 * self.kept:
            lp.drop_cuts(lp.prices[lp.first_cut :] > 1e-9)
            self.kept = len(lp.keys)

    def shrink(self, got: Priced) -> None:
        """Leave out visits and arcs that no round better than the best can have."""
        p, lp, bound, goal = self.problem, self.lp, got.bound, self.best + 0.8
        able = np.append(bound + np.minimum(got.visit, 0) >= goal, [True, True])
        allowed = p.allowed & (bound + np.minimum(got.arc, 0) >= goal)
        allowed &= able[:, None] & able[None, :]
        keep = np.flatnonzero(able)
        number = np.cumsum(able) - 1
        used = np.ones(len(lp.keys), dtype=bool)  # rows since the last solution have no price
        priced = lp.prices[lp.first_cut :] > 1e-9
        used[: len(priced)] = priced
        cuts = [
            (mask[keep], int(number[key]))
            for mask, key in zip(lp.inside[used], lp.keys[used], strict=True)
            if able[key] and mask[keep].sum() > 1
        ]
        self.problem = p.within(keep, allowed)
        self.lp = Relaxation(self.problem)
        self.lp.add_cuts(cuts)

    def branch(self, limits: Limits) -> list[Limits]:
        """Split the part at what is least whole; none if the solution is a round."""
        lp, p = self.lp, self.problem
        total = float(p.units @ lp.visit)
        if abs(total - round(total)) > 1e-5:
            down, up = np.floor(total), np.ceil(total)
            return [
                replace(limits, units=(limits.units[0], down)),
                replace(limits, units=(up, limits.units[1])),
            ]
        unsure = np.minimum(lp.visit, 1 - lp.visit)[: p.n - 2]
        if unsure.max(initial=0.0) > 1e-5:
            k = int(np.argmax(unsure * (0.2 * lp.scale + p.prize[: p.n - 2])))
            without, having = limits.high.copy(), limits.low.copy()
            without[k], having[k] = 0, 1
            return [replace(limits, high=without), replace(limits, low=having)]
        unsure = np.minimum(lp.flow, 1 - lp.flow)
        if unsure.max(initial=0.0) > 1e-5:
            k = int(np.argmax(unsure))
            arc = (int(lp.tail[k]), int(lp.head[k]))
            return [
                replace(limits, arcs_out=(*limits.arcs_out, arc)),
                replace(limits, arcs_in=(*limits.arcs_in, arc)),
            ]
        return []

    def most(self, limits: Limits) -> float:
        """Give what no choice of visits can exceed by units alone: a knapsack, filled in parts."""
        p, room = self.problem, limits.units[1]
        low, high = limits.low[: p.n - 2], limits.high[: p.n - 2]
        units, prize = p.units[: p.n - 2], p.prize[: p.n - 2]
        if not np.isfinite(room):
            return p.base + float(prize @ high)
        found = p.base + float(prize @ low)
        order = np.argsort(-prize / np.maximum(units, 1e-9), kind="stable")
        extra = ((high - low) * units)[order]
        before = np.cumsum(extra) - extra
        left = room - float(units @ low)
        share = np.where(extra > 0, (left - before) / np.maximum(extra, 1e-9), 1.0).clip(0.0, 1.0)
        return found + float((prize * (high - low))[order] @ share)

    def run(self) -> tuple[int, int]:
        """Give the bound of the relaxation and the one after branching."""
        first = self.root()
        root = max(whole(first), self.best)
        serial = itertools.count()
        open_: list[tuple[float, int, Limits]] = []
        stuck = -np.inf
        if root > self.best:
            every = all_rounds(self.problem)
            for part in (self.branch(every) if self.solved else None) or [every]:
                open_.append((-min(first, self.most(part)), next(serial), part))
            heapq.heapify(open_)
        while open_ and self.left() > 0:
            above, _, limits = heapq.heappop(open_)
            if whole(-above) <= self.best:
                break
            children, bound = self.look(limits, -above)
            if children is None:  # its bound stays
                stuck = max(stuck, bound)
                continue
            for child in children:
                heapq.heappush(open_, (-min(bound, self.most(child)), next(serial), child))
        most = max([stuck, *(-o[0] for o in open_)])
        return int(root), int(max(self.best, whole(most))) if np.isfinite(most) else self.best

    def look(self, limits: Limits, above: float) -> tuple[list[Limits] | None, float]:
        """Tighten a part; give its children, or None when it cannot be decided."""
        self.parts += 1
        found, _ = self.tighten(limits, rounds=30)
        bound = min(above, found)
        if whole(bound) <= self.best:
            return [], bound
        lp = self.lp
        if self.left() <= 0 or lp.status != lp.core.HighsModelStatus.kOptimal:
            return None, bound
        children = self.branch(limits)
        if children:
            return children, bound
        if separate(lp.visit, lp.tail, lp.head, lp.flow):  # whole, but not one round yet
            return [limits], bound
        self.best = max(self.best, self.round_of(lp))
        return [] if whole(bound) <= self.best else None, bound

    def round_of(self, lp: Relaxation) -> int:
        """Give the prize of the round that a whole solution is, checked; 0 if it is none."""
        p = self.problem
        beside: dict[int, list[int]] = {}
        for i, j in zip(lp.tail[lp.flow > 0.5], lp.head[lp.flow > 0.5], strict=True):
            beside.setdefault(int(i), []).append(int(j))
            if p.symmetric:
                beside.setdefault(int(j), []).append(int(i))
        order = [p.n - 2]
        while order[-1] != p.n - 1:
            onward = [k for k in beside.get(order[-1], []) if k not in order]
            if not onward:
                return 0
            order.append(onward[0])
        took = p.travel[order[:-1], order[1:]].sum() + p.service[order].sum()
        return round(p.base + p.prize[order].sum()) if took <= p.budget else 0


def bound_of(
    travel: Any, service: Any, prize: Any, *, start: int, end: int, budget: int, best: int,
    seconds: float,
) -> Bounds:  # fmt: skip
    """Bound the prize of every round; ``best`` must be the prize of some round."""
    began = time.perf_counter()
    problem = make_problem(travel, service, prize, start=start, end=end, budget=budget)
    search = Branching(problem, best=best, until=began + seconds)
    root, bound = search.run()
    return Bounds(
        root=root, bound=bound, best=search.best, parts=search.parts,
        seconds=time.perf_counter() - began,
    )  # fmt: skip
