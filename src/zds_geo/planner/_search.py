"""Choosing nodes: greedy insertion by prize per second, then ruin and recreate.

After Schrimpf et al. (2000), "Record breaking optimization results using the ruin and recreate
principle", and Dueck (1993), record-to-record travel, as acceptance.
"""

from __future__ import annotations

import itertools
import time
from typing import Final

import numpy as np
import numpy.typing as npt

from zds_geo.planner._case import Case

THRESHOLD: Final = 0.03  # at first a round may lose this share of the best prize
LARGEST_RUIN: Final = 14
BLINK: Final = 0.12  # share of nodes overlooked in a recreate, so that rounds differ
STARTS: Final = 12
ORDER_MOVES: Final = 3


class Search:
    """A search over rounds of one case; deterministic by seed and iterations."""

    def __init__(self, case: Case, *, seed: int) -> None:
        self.case = case
        self.rng = np.random.default_rng(seed)
        self.nodes = np.flatnonzero(case.usable)
        self.gain = case.prize[self.nodes].astype(float)
        self.place = {int(node): i for i, node in enumerate(self.nodes)}
        travel = case.travel
        self.to_node = travel[:, self.nodes]  # from any node to a candidate
        self.from_node = np.ascontiguousarray(travel[self.nodes].T)  # from a candidate to any node
        self.extra = case.service[self.nodes]
        near = travel[np.ix_(self.nodes, self.nodes)]
        self.near = np.argsort(near + near.T, axis=1, kind="stable")[:, : 3 * LARGEST_RUIN]
        self.free = np.ones(len(self.nodes), dtype=bool)

    def run(
        self, first: list[int], *, iterations: int, time_limit_s: float | None
    ) -> tuple[list[int], str]:
        """Search from a first order; give the best order and why the search stopped."""
        deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
        best = self._best_start(first)
        best_value = self._value(best)
        here, here_value = list(best), best_value
        reason = "iterations"
        if len(self.nodes) == len(best) - 2:
            return self.shorten(best), "all_visited"
        for step in range(iterations):
            if deadline is not None and time.monotonic() > deadline:
                reason = "time_limit"
                break
            trial = self.recreate(self.ruin(here), blink=BLINK)
            value = self._value(trial)
            allowed = best_value[0] * (1 - THRESHOLD * (1 - step / iterations))
            if value > here_value or value[0] >= allowed:
                here, here_value = trial, value
            if value > best_value:
                best = self.recreate(self.shorten(trial), blink=0.0)
                best_value = self._value(best)
                here, here_value = list(best), best_value
        return self.recreate(self.shorten(best), blink=0.0), reason

    def _value(self, order: list[int]) -> tuple[int, int]:
        return self.case.prize_of(order), -self.case.length(order)

    def _best_start(self, first: list[int]) -> list[int]:
        """Start greedily from far-apart places, since a greedy round stays where it began."""
        best = self.recreate(list(first), blink=0.0)
        if not len(self.nodes) or len(first) > 2:
            return best
        value = self._value(best)
        distance = np.full(len(self.nodes), np.inf)
        chosen = int(np.argmax(self.gain))
        for _ in range(min(STARTS, len(self.nodes))):
            node = int(self.nodes[chosen])
            around = self.case.travel[node, self.nodes] + self.case.travel[self.nodes, node]
            distance = np.minimum(distance, around)
            order = [self.case.start, node, self.case.end]
            if self.case.fits(order):
                trial = self.recreate(order, blink=0.0)
                trial_value = self._value(trial)
                if trial_value > value:
                    best, value = trial, trial_value
            chosen = int(np.argmax(distance))
        for pair in self._pairs():
            trial = self.recreate(pair, blink=0.0)
            if self._value(trial) > value:
                best, value = trial, self._value(trial)
        return best

    def _pairs(self) -> list[list[int]]:
        """Give starts of two nodes where one alone does not fit (no triangle inequality)."""
        case, nodes = self.case, self.nodes
        base = case.service_of([case.start, case.end])
        there = case.travel[case.start, nodes] + self.extra + base
        home = case.travel[nodes, case.end]
        lonely = there + home > case.budget
        if not lonely.any():
            return []
        both = there[:, None] + case.travel[np.ix_(nodes, nodes)] + (self.extra + home)[None, :]
        fits = (both <= case.budget) & (lonely[:, None] | lonely[None, :])
        np.fill_diagonal(fits, val=False)
        worth = np.where(fits, self.gain[:, None] + self.gain[None, :], -1.0)
        best = np.argsort(-worth, axis=None, kind="stable")[:STARTS]
        found = [np.unravel_index(k, worth.shape) for k in best if worth.flat[k] > 0]
        pairs = [[case.start, int(nodes[i]), int(nodes[j]), case.end] for i, j in found]
        return [p for p in pairs if case.fits(p)]

    def ruin(self, order: list[int]) -> list[int]:
        """Take some nodes out: a stretch of the round, a neighbourhood, or here and there."""
        inner = len(order) - 2
        if inner < 1:
            return list(order)
        size = int(self.rng.integers(1, min(LARGEST_RUIN, inner) + 1))
        kind = int(self.rng.integers(3))
        if kind == 0:
            at = 1 + int(self.rng.integers(inner - size + 1))
            gone = set(order[at : at + size])
        elif kind == 1:
            seed = self.place.get(order[1 + int(self.rng.integers(inner))])
            around = [] if seed is None else [int(self.nodes[i]) for i in self.near[seed]]
            visited = set(order)
            gone = {node for node in around if node in visited}
            gone = set(sorted(gone, key=around.index)[:size])
        else:
            gone = {order[1 + int(i)] for i in self.rng.choice(inner, size=size, replace=False)}
        gone -= set(self.case.must)
        ends = {0, len(order) - 1}
        return [node for i, node in enumerate(order) if i in ends or node not in gone]

    def recreate(self, order: list[int], *, blink: float) -> list[int]:
        """Insert nodes where they bring most per second, until nothing fits."""
        case = self.case
        room = case.budget - case.travel_of(order) - case.service_of(order)
        free = self.free.copy()
        for node in order:
            if node in self.place:
                free[self.place[node]] = False
        if blink:
            free &= self.rng.random(len(free)) >= blink
        worth = self.gain > 0
        order = list(order)
        power = 1.0 if not blink else float(self.rng.uniform(0.7, 1.3))
        costs = [self._cost(a, b) for a, b in itertools.pairwise(order)]
        table = np.array(costs)
        while True:
            where = table.argmin(axis=0)
            cost = table[where, np.arange(table.shape[1])] + self.extra
            able = free & (cost <= room) & (worth | (cost < 0))
            if not able.any():
                return order
            ratio = np.where(able, self.gain / np.maximum(cost, 1) ** power, -1.0)
            pick = int(ratio.argmax())
            node, at = int(self.nodes[pick]), int(where[pick])
            free[pick] = False
            trial = [*order[: at + 1], node, *order[at + 1 :]]
            if case.windows is not None and not case.fits(trial):
                trial = self._insert_in_time(order, node)
                if not trial:
                    continue
                order = trial
                table = np.array([self._cost(a, b) for a, b in itertools.pairwise(order)])
            else:
                order = trial
                table = np.concatenate(
                    [
                        table[:at],
                        self._cost(order[at], node)[None, :],
                        self._cost(node, order[at + 2])[None, :],
                        table[at + 1 :],
                    ]
                )
            room = case.budget - case.travel_of(order) - case.service_of(order)

    def _insert_in_time(self, order: list[int], node: int) -> list[int]:
        """Find the first place where a node keeps all windows; empty when there is none."""
        trials = [[*order[:at], node, *order[at:]] for at in range(1, len(order))]
        lengths = [self.case.length(t) for t in trials]
        good = [i for i, t in enumerate(lengths) if 0 <= t <= self.case.budget]
        return trials[min(good, key=lambda i: (lengths[i], i))] if good else []

    def _cost(self, a: int, b: int) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = self.to_node[a] + self.from_node[b] - self.case.travel[a, b]
        return found

    def shorten(self, order: list[int]) -> list[int]:
        """Shorten the walk by moving stretches of 1-3 nodes and by turning stretches around."""
        order = list(order)
        for _ in range(50):
            better = self._move_stretch(order) or self._turn_stretch(order)
            if not better:
                return order
            order = better
        return order

    def _move_stretch(self, order: list[int]) -> list[int]:
        travel, n = self.case.travel, len(order)
        at = np.asarray(order)
        best_gain, best = 0, []
        for size in range(1, ORDER_MOVES + 1):
            for i in range(1, n - size):
                head, tail = order[i], order[i + size - 1]
                before, after = order[i - 1], order[i + size]
                saved = int(travel[before, head] + travel[tail, after] - travel[before, after])
                if saved <= best_gain:
                    continue
                rest = np.concatenate([at[:i], at[i + size :]])
                added = (
                    travel[rest[:-1], head] + travel[tail, rest[1:]] - travel[rest[:-1], rest[1:]]
                )
                j = int(added.argmin())
                if saved - int(added[j]) > best_gain:
                    moved = [int(x) for x in (*rest[: j + 1], *order[i : i + size], *rest[j + 1 :])]
                    if self.case.windows is None or self.case.fits(moved):
                        best_gain, best = saved - int(added[j]), moved
        return best

    def _turn_stretch(self, order: list[int]) -> list[int]:
        travel, n = self.case.travel, len(order)
        at = np.asarray(order)
        forward = np.concatenate([[0], np.cumsum(travel[at[:-1], at[1:]])])
        backward = np.concatenate([[0], np.cumsum(travel[at[1:], at[:-1]])])
        best_gain, best = 0, []
        for i in range(1, n - 2):
            j = np.arange(i + 1, n - 1)
            old = travel[at[i - 1], at[i]] + forward[j] - forward[i] + travel[at[j], at[j + 1]]
            new = travel[at[i - 1], at[j]] + backward[j] - backward[i] + travel[at[i], at[j + 1]]
            gain = old - new
            k = int(gain.argmax())
            if int(gain[k]) > best_gain:
                last = int(j[k])
                turned = [*order[:i], *order[i : last + 1][::-1], *order[last + 1 :]]
                if self.case.windows is None or self.case.fits(turned):
                    best_gain, best = int(gain[k]), turned
        return best
