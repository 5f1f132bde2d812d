"""Choosing nodes: several greedy starts, then ruin and recreate on the best of them.

After Schrimpf et al. (2000), "Record breaking optimization results using the ruin and recreate
principle", Christiaens and Vanden Berghe (2020), "Slack induction by string removals", and
Kirkpatrick et al. (1983), simulated annealing, as acceptance. The inner loops are in ``_kernel``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from zds_geo.planner import _kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from zds_geo.planner._case import Case
    from zds_geo.planner._kernel import Task, Walk

    Ints = npt.NDArray[np.int64]

STARTS: Final = 24
NEAR: Final = 60
LARGEST_RUIN: Final = 16
HOT, COLD = 0.015, 0.0004  # temperature, share of the prize
# How many rounds are searched on, and with which share of the search: every start, the best third,
# the best few, the best one.
STAGES: Final = ((STARTS, 0.15), (8, 0.15), (3, 0.2), (1, 0.5))
CHUNK: Final = 64  # iterations between two looks at the clock
DETACH: Final = 8.0  # coming back to a side costs so many changes of side, in prize
FORWARD: Final = 2_000_000  # moves times places that may be tried to bring prizes forward
IDLE: Final = 0.05  # what a second left over is worth, of what a second of a round brings
ENOUGH: Final = 600  # iterations without a shorter round once all nodes are in it


@dataclass(slots=True)
class _Tour:
    """A round under search, and the best it came to."""

    here: Walk
    best: Walk
    sizes: Ints
    value: tuple[float, int]


@dataclass(slots=True)
class _Meter:
    """What a search may use: iterations, seconds, or both; whichever ends first."""

    iterations: int | None
    seconds: float | None
    ends: float = 0.0
    _left: int = 0
    _total: int = 1
    _begun: float = 0.0
    _until: float = 0.0

    def start(self) -> None:
        self.ends = np.inf if self.seconds is None else time.monotonic() + self.seconds

    def begin(self, share: float) -> None:
        """Begin a part of the search."""
        if self.iterations is not None:
            self._left = self._total = max(1, round(share * self.iterations))
        elif self.seconds is not None:
            self._begun = time.monotonic()
            self._until = self._begun + share * self.seconds

    def steps(self) -> int:
        """Give how many iterations come next; 0 when this part is over."""
        if self.iterations is None:
            return CHUNK if time.monotonic() < self._until else 0
        steps = min(CHUNK, self._left)
        self._left -= steps
        return steps

    def gone(self) -> float:
        """Give how much of this part is over (0-1)."""
        if self.iterations is not None:
            return 1.0 - self._left / self._total
        spent = time.monotonic() - self._begun
        return min(1.0, spent / max(self._until - self._begun, 1e-9))

    def over(self) -> bool:
        return self.seconds is not None and time.monotonic() >= self.ends


class Search:
    """A search over rounds of one case; deterministic by seed and iterations."""

    def __init__(self, case: Case, *, seed: int, people: int = 1) -> None:
        self._people = people
        self.nodes = np.flatnonzero(case.usable)
        self.state = np.array([seed % 2**63], dtype=np.uint64)
        at = np.concatenate([[case.start], self.nodes, [case.end]])
        self.at = at
        self.place = {int(node): i for i, node in enumerate(at[1:-1], start=1)}
        self.task = _make_task(case, at)
        self.trial = self._new_walk()
        n_sides = int(self.task.side.max()) + 1 if case.change else 1
        self.room = _make_room(len(at), n_sides)
        self._change = case.change

    def run(
        self,
        first: list[int],
        *,
        iterations: int | None,
        time_limit_s: float | None,
        others: Sequence[list[int]] = (),
    ) -> tuple[list[int], str]:
        """Search from first orders; give the best order and why the search stopped.

        Without ``iterations`` the time limit alone counts.
        """
        meter = _Meter(iterations=iterations, seconds=time_limit_s)
        meter.start()
        tours = self._starts(first, others)
        self._price(tours)
        best, done = max(tours, key=lambda t: t.value), 0.0
        for keep, share in STAGES:
            tours = sorted(tours, key=lambda t: t.value, reverse=True)[:keep]
            for tour in tours:
                reason = self._improve(tour, meter, share=share / len(tours), warm=1.0 - done)
                best = max((best, tour), key=lambda t: t.value)
                if reason:
                    return self._order(best), reason
            done += share
        return self._order(best), "iterations" if iterations is not None else "time_limit"

    def _price(self, tours: list[_Tour]) -> None:
        """Set what a second is worth, for what is weighed against prizes."""
        if not self._change and self.task.soon <= 0.0:
            return
        left = self.task.budget - max(tours, key=lambda t: t.value).value[1]
        rate = max(t.value[0] for t in tours) / max(left, 1)
        self.task = self.task._replace(
            detach=float(DETACH * rate * self._change), idle=float(IDLE * rate)
        )
        for tour in tours:
            tour.value = self._value(tour.best, int(tour.sizes[1]))

    def _improve(self, tour: _Tour, meter: _Meter, *, share: float, warm: float) -> str:
        """Search on from one round; give a reason when all of the search is over."""
        meter.begin(share)
        self._turn(tour)
        if meter.seconds is None:
            return self._improve_at_once(tour, meter, warm=warm)
        idle = 0
        while steps := meter.steps():
            if meter.over():
                return "time_limit"
            heat = warm * (1.0 - meter.gone())
            since = _kernel.search(
                self.task, (tour.here, tour.best, self.trial), tour.sizes, self.room, steps,
                self._warmth(heat), LARGEST_RUIN, self.state,
            )  # fmt: skip
            idle = idle + steps if since >= steps else since
            tour.value = self._value(tour.best, int(tour.sizes[1]))
            if tour.sizes[1] == len(self.at) and idle >= ENOUGH:
                return "all_visited"
        return ""

    def _improve_at_once(self, tour: _Tour, meter: _Meter, *, warm: float) -> str:
        """Do the same where only iterations count: in one call, outside the interpreter's lock."""
        pieces, warmths = [], []
        while steps := meter.steps():
            pieces.append(steps)
            warmths.append(self._warmth(warm * (1.0 - meter.gone())))
        done = _kernel.improve(
            self.task, (tour.here, tour.best, self.trial), tour.sizes, self.room,
            np.array(pieces, dtype=np.int64), np.array(warmths), LARGEST_RUIN, ENOUGH, self.state,
        )  # fmt: skip
        tour.value = self._value(tour.best, int(tour.sizes[1]))
        return "all_visited" if done else ""

    def _warmth(self, heat: float) -> float:
        return COLD * (HOT / COLD) ** heat / self._people

    def _value(self, walk: Walk, m: int) -> tuple[float, int]:
        _kernel.schedule(self.task, walk, m)
        value, slack = _kernel.score(self.task, walk, m, self.room.seen)
        return float(value), int(slack)

    def _turn(self, tour: _Tour) -> None:
        """Walk it the other way round when that brings more early."""
        if self.task.soon > 0.0:
            for walk, m in zip((tour.here, tour.best), tour.sizes, strict=True):
                _kernel.turn_round(self.task, (walk, self.trial), int(m), self.room.seen)
            tour.value = self._value(tour.best, int(tour.sizes[1]))

    def _order(self, tour: _Tour) -> list[int]:
        m = int(tour.sizes[1])
        self._turn(tour)
        if self.task.soon > 0.0:
            longest = int(min(m, max(1, FORWARD // m**3)))
            walks = (tour.best, self.trial)
            _kernel.bring_forward(self.task, walks, m, longest, self.room.seen)
        return [int(node) for node in self.at[tour.best.order[:m]]]

    def _new_walk(self) -> Walk:
        n = len(self.at)
        order, early, late = np.zeros((3, n), dtype=np.int64)
        return _kernel.Walk(order, np.zeros(n, dtype=np.bool_), early, late)

    def _fill(self, inner: list[int]) -> _Tour | None:
        """Fill a round greedily; None when what is in it is late."""
        walk, m = self._new_walk(), len(inner) + 2
        walk.order[1 : m - 1] = inner
        walk.order[m - 1] = len(self.at) - 1
        walk.inside[walk.order[:m]] = True
        if not _kernel.schedule(self.task, walk, m):
            return None
        m = _kernel.recreate(self.task, walk, m, self.room, 0.0, 0.0, self.state)
        best = self._new_walk()
        _kernel.copy_walk(walk, m, best)
        return _Tour(walk, best, np.array([m, m], dtype=np.int64), self._value(walk, m))

    def _starts(self, first: list[int], others: Sequence[list[int]]) -> list[_Tour]:
        """Start greedily from far-apart places too, since a greedy round stays where it began."""
        inner = [self.place[node] for node in first[1:-1]]
        travel = self.task.travel
        found = [self._fill([self.place[k] for k in some[1:-1]]) for some in (first, *others)]
        distance = np.full(len(self.nodes), np.inf)
        chosen = int(np.argmax(self.task.gain[1:-1]))
        for _ in range(min(STARTS, len(self.nodes))):
            node = chosen + 1
            distance = np.minimum(distance, travel[node, 1:-1] + travel[1:-1, node])
            if node not in inner:
                trials = [[*inner[:i], node, *inner[i:]] for i in range(len(inner) + 1)]
                found.append(self._fill(min(trials, key=self._length)))
            chosen = int(np.argmax(distance))
        if not inner:
            found += [self._fill(pair) for pair in self._pairs()]
        tours = [tour for tour in found if tour is not None]
        return sorted(tours, key=lambda t: t.value, reverse=True)[:STARTS]

    def _length(self, inner: list[int]) -> int:
        at = np.array([0, *inner, len(self.at) - 1])
        return int(self.task.travel[at[:-1], at[1:]].sum())

    def _pairs(self) -> list[list[int]]:
        """Give starts of two nodes where one alone does not fit (no triangle inequality)."""
        task, inner = self.task, slice(1, -1)
        there = task.travel[0, inner] + task.service[inner] + task.service[0] + task.service[-1]
        home = task.travel[inner, -1]
        lonely = there + home > task.budget
        if not lonely.any():
            return []
        both = there[:, None] + task.travel[inner, inner] + (task.service[inner] + home)[None, :]
        fits = (both <= task.budget) & (lonely[:, None] | lonely[None, :])
        np.fill_diagonal(fits, val=False)
        gain = task.gain[inner]
        worth = np.where(fits, gain[:, None] + gain[None, :], -1)
        best = np.argsort(-worth, axis=None, kind="stable")[:STARTS]
        pairs = [np.unravel_index(k, worth.shape) for k in best if worth.flat[k] > 0]
        return [[int(i) + 1, int(j) + 1] for i, j in pairs]


def _make_room(n: int, n_sides: int) -> _kernel.Room:
    cost, after, place, known_cost, known_after, follows, gaps = np.zeros((7, n), dtype=np.int64)
    free, gone, touched = np.zeros((3, n), dtype=np.bool_)
    return _kernel.Room(
        free=free, cost=cost, after=after, place=place, gone=gone,
        seen=np.zeros(n_sides, dtype=np.int64), known_cost=known_cost, known_after=known_after,
        follows=follows, touched=touched, gaps=gaps,
    )  # fmt: skip


def _make_task(case: Case, at: npt.NDArray[np.intp]) -> Task:
    travel = np.ascontiguousarray(case.travel[np.ix_(at, at)])
    np.fill_diagonal(travel, 0)
    service, gain = case.service[at].copy(), case.prize[at].copy()
    opens = np.zeros(len(at), dtype=np.int64)
    closes = np.full(len(at), _kernel.FAR, dtype=np.int64)
    if case.windows is not None:
        opens, closes = (np.ascontiguousarray(side) for side in case.windows[at].T)
    if case.start == case.end:  # counted once
        service[-1] = gain[-1] = opens[-1] = 0
        closes[-1] = _kernel.FAR
    must = np.isin(at, case.must)
    must[[0, -1]] = False
    side = np.full(len(at), -1, dtype=np.int64)
    effort = travel
    if case.sides is not None and case.change:
        side = np.ascontiguousarray(case.sides[at])
        apart = (side[:, None] != side[None, :]) & (side[:, None] >= 0) & (side[None, :] >= 0)
        effort = travel + case.change * apart
    both = effort + effort.T
    both[:, [0, -1]] = np.iinfo(np.int64).max
    np.fill_diagonal(both, np.iinfo(np.int64).max)
    width = max(1, min(NEAR, len(at) - 3))
    some = np.sort(np.argpartition(both, width - 1, axis=1)[:, :width], axis=1)
    order = np.argsort(np.take_along_axis(both, some, axis=1), axis=1, kind="stable")
    near = np.ascontiguousarray(np.take_along_axis(some, order, axis=1))
    return _kernel.Task(
        travel=travel, effort=effort, back=np.ascontiguousarray(effort.T), service=service,
        gain=gain, opens=opens, closes=closes, must=must, near=near, side=side, detach=0.0,
        soon=case.soon, idle=0.0, budget=case.budget, timed=case.windows is not None,
    )  # fmt: skip
