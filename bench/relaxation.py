"""The linear relaxation of orienteering: what no round can exceed.

Edges x and visits y, with degrees, the budget as one knapsack row, and generalised subtour rows
x(E(S)) <= y(S) - y_k (Fischetti, Salazar and Toth 1998) found by minimum cuts. Edges are priced:
the linear program holds a few, and ``bound`` is computed from row prices over *all* of them, so it
holds whatever the solver's tolerance and whenever one stops.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

FAR: Final = 10.0  # of the largest prize: what breaking a row by one costs at first
TINY: Final = 1e-7


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A path from node n-2 to node n-1 over some of the others (start and end are twins if equal).

    ``allowed`` marks the arcs, only i < j where the travel is symmetric (edges). ``units`` are
    whole numbers that a round has a whole sum of: visits, or services over their common divisor.
    """

    travel: Any
    service: Any
    prize: Any
    units: Any
    budget: float
    base: float
    allowed: Any
    symmetric: bool

    @property
    def n(self) -> int:
        """Give the number of nodes with start and end."""
        return len(self.prize)

    def within(self, nodes: Any, allowed: Any) -> Problem:
        """Give the same problem on fewer nodes (start and end among them) and arcs."""
        grid = np.ix_(nodes, nodes)
        return replace(
            self, travel=self.travel[grid], service=self.service[nodes], prize=self.prize[nodes],
            units=self.units[nodes], allowed=allowed[grid],
        )  # fmt: skip


def make_problem(
    travel: Any, service: Any, prize: Any, *, start: int, end: int, budget: int
) -> Problem:
    """Split start from end, and drop the nodes that do not fit even by themselves."""
    ends = sorted({start, end})
    there, back = _shortest(travel, start), _shortest(travel.T, end)
    room = budget - int(service[ends].sum())
    fits = there + back + service <= room
    fits[ends] = False
    nodes = np.concatenate([np.flatnonzero(fits), [start, end]])
    n = len(nodes)
    legs = travel[np.ix_(nodes, nodes)].astype(float)
    symmetric = bool(np.array_equal(legs, legs.T))
    allowed = np.triu(np.ones((n, n), dtype=bool), 1) if symmetric else ~np.eye(n, dtype=bool)
    allowed[n - 1, :] = False
    allowed[:, n - 2] = False
    if symmetric:  # (k, start) with k < start stands for (start, k)
        allowed[: n - 2, n - 2] = True
    serve = service[nodes].astype(float)
    worth = prize[nodes].astype(float)
    serve[-2:] = worth[-2:] = 0
    step = int(np.gcd.reduce(service[nodes[:-2]])) if n > 2 else 0
    units = serve / step if step else np.ones(n)
    units[-2:] = 0
    return Problem(
        travel=legs, service=serve, prize=worth, units=units, budget=float(room),
        base=float(prize[ends].sum()), allowed=allowed, symmetric=symmetric,
    )  # fmt: skip


def _shortest(travel: Any, start: int) -> Any:
    far = travel[start].copy()
    far[start] = 0
    while True:
        nearer = np.minimum(far, (far[:, None] + travel).min(axis=0))
        if np.array_equal(nearer, far):
            return far
        far = nearer


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A part of the rounds: bounds on visits and on the sum of units, arcs in or out."""

    low: Any
    high: Any
    units: tuple[float, float]
    arcs_in: tuple[tuple[int, int], ...] = ()
    arcs_out: tuple[tuple[int, int], ...] = ()


def all_rounds(problem: Problem) -> Limits:
    """Give no limits."""
    inner = np.concatenate([np.ones(problem.n - 2), [0.0, 0.0]])
    return Limits(low=0 * inner, high=inner, units=(-np.inf, np.inf))


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A valid bound, and what visits and arcs gain by the same prices."""

    bound: float
    visit: Any
    arc: Any


class Relaxation:
    """The linear program with the rows and columns found so far (HiGHS, as SciPy carries it)."""

    def __init__(self, problem: Problem, *, near: int = 8) -> None:
        from scipy.optimize._highspy import _core

        self.problem, n = problem, problem.n
        self.far, self.took = FAR, 0.0
        self.prices: Any = np.zeros(0)
        self.scale = float(max(problem.prize.max(initial=0.0), 1.0))
        self.core = _core
        self.highs = self._solver(seed=0)
        self.inside = np.zeros((0, n), dtype=bool)
        self.keys = np.zeros(0, dtype=np.int64)
        self.tail = np.zeros(0, dtype=np.int64)
        self.head = np.zeros(0, dtype=np.int64)
        self.held = np.zeros((n, n), dtype=bool)
        self.limits = all_rounds(problem)
        self._start()
        legs = np.where(problem.allowed | problem.allowed.T, problem.travel, np.inf)
        close = np.argsort(legs, axis=1, kind="stable")[:, :near]
        wanted = np.zeros((n, n), dtype=bool)
        wanted[np.arange(n)[:, None], close] = True
        wanted |= wanted.T
        wanted[-2:, :] = wanted[:, -2:] = True
        self.add_arcs(*np.nonzero(wanted & problem.allowed))

    def _start(self) -> None:
        p, n = self.problem, self.problem.n
        degrees = n if p.symmetric else 2 * n
        rhs = np.zeros(degrees)
        rhs[n - 2] = 1
        rhs[degrees - 1] = 1
        self.first_cut = 2 + degrees
        low = np.concatenate([[-np.inf, -np.inf], rhs])
        high = np.concatenate([[p.budget, np.inf], rhs])
        none = np.zeros(0)
        self.highs.addRows(len(low), low, high, 0, np.zeros(len(low), np.int32), none, none)
        columns = []
        for i in range(n - 2):
            own = [(2 + i, -2.0)] if p.symmetric else [(2 + i, -1.0), (2 + n + i, -1.0)]
            columns.append([(0, p.service[i]), (1, p.units[i]), *own])
        cost = list(-p.prize[: n - 2] / self.scale)
        for row in range(degrees):
            columns += [[(2 + row, 1.0)], [(2 + row, -1.0)]]
            cost += [FAR, FAR]
        columns += [[(0, -1.0)], [(1, 1.0)], [(1, -1.0)], []]  # the last: subtour rows
        cost += [FAR, FAR, FAR, 100 * FAR]
        top = np.full(len(cost), np.inf)
        top[: n - 2] = 1
        self._add_columns(np.array(cost), top, columns)
        self.first_arc = len(cost)

    def _add_columns(self, cost: Any, top: Any, columns: list[list[tuple[int, float]]]) -> None:
        starts = np.concatenate([[0], np.cumsum([len(c) for c in columns])[:-1]])
        rows = np.array([r for c in columns for r, _ in c], dtype=np.int32)
        values = np.array([v for c in columns for _, v in c], dtype=float)
        self.highs.addCols(
            len(columns), cost, np.zeros(len(columns)), top, len(rows), starts.astype(np.int32),
            rows, values,
        )  # fmt: skip

    def add_arcs(self, tail: Any, head: Any) -> None:
        """Add columns."""
        new = ~self.held[tail, head]
        tail, head = np.asarray(tail)[new], np.asarray(head)[new]
        if not len(tail):
            return
        p = self.problem
        other = 2 if p.symmetric else 2 + p.n
        columns = []
        for i, j in zip(tail.tolist(), head.tolist(), strict=True):
            cuts = np.flatnonzero(self.inside[:, i] & self.inside[:, j]) + self.first_cut
            column = [(0, float(p.travel[i, j])), (2 + i, 1.0), (other + j, 1.0)]
            columns.append(column + [(int(r), 1.0) for r in cuts])
        self._add_columns(np.zeros(len(tail)), np.full(len(tail), np.inf), columns)
        self.held[tail, head] = True
        self.tail = np.concatenate([self.tail, tail])
        self.head = np.concatenate([self.head, head])

    def add_cuts(self, sets: list[tuple[Any, int]]) -> None:
        """Add rows x(E(S)) <= y(S) - y_k; S as mask, with at most one of start and end, then k."""
        n = self.problem.n
        for mask, key in sets:
            arcs = np.flatnonzero(mask[self.tail] & mask[self.head]) + self.first_arc
            visits = np.flatnonzero(mask[: n - 2])
            visits = visits[visits != key]
            at = np.concatenate([visits, [self.first_arc - 1], arcs]).astype(np.int32)
            values = np.concatenate([-np.ones(len(visits) + 1), np.ones(len(arcs))])
            self.highs.addRow(-np.inf, self._rhs(mask, key), len(at), at, values)
            self.inside = np.vstack([self.inside, mask[None]])
            self.keys = np.append(self.keys, key)

    def _rhs(self, mask: Any, key: int) -> float:
        return float(mask[-2:].sum()) - float(key >= self.problem.n - 2)

    def drop_cuts(self, keep: Any) -> None:
        """Delete rows, just after solving."""
        gone = np.flatnonzero(~keep) + self.first_cut
        self.highs.deleteRows(len(gone), gone.astype(np.int32))
        self.inside, self.keys = self.inside[keep], self.keys[keep]
        self.prices = np.append(self.prices[: self.first_cut], self.prices[self.first_cut :][keep])

    def limit(self, limits: Limits) -> None:
        """Look at a part of the rounds."""
        if self.far > FAR:
            self._set_far(FAR)
        n = self.problem.n
        visits = np.arange(n - 2, dtype=np.int32)
        self.highs.changeColsBounds(n - 2, visits, limits.low[: n - 2], limits.high[: n - 2])
        self.highs.changeRowBounds(1, *limits.units)
        was, now = self.limits, limits
        self.limits = limits
        self.add_arcs(*(np.array(now.arcs_in, dtype=np.int64).reshape(-1, 2).T))
        place = {
            (int(i), int(j)): self.first_arc + k
            for k, (i, j) in enumerate(zip(self.tail, self.head, strict=True))
        }
        for arc in (*was.arcs_in, *was.arcs_out):
            if arc in place:
                self.highs.changeColBounds(place[arc], 0.0, np.inf)
        for arc in now.arcs_in:
            self.highs.changeColBounds(place[arc], 1.0, 1.0)
        for arc in now.arcs_out:
            if arc in place:
                self.highs.changeColBounds(place[arc], 0.0, 0.0)

    def _solver(self, *, seed: int) -> Any:
        highs = self.core._Highs()
        for name, value in (
            ("output_flag", False), ("threads", 1), ("presolve", "off"), ("random_seed", seed),
        ):  # fmt: skip
            highs.setOptionValue(name, value)
        return highs

    def _renew(self, seed: int) -> None:
        again = self._solver(seed=seed + 1)
        again.passModel(self.highs.getLp())
        self.highs = again

    def _run(self, seconds: float) -> bool:
        self.highs.setOptionValue("time_limit", float(self.highs.getRunTime() + seconds))
        self.highs.run()
        self.status = self.highs.getModelStatus()
        return bool(self.status == self.core.HighsModelStatus.kOptimal)

    def stiffen(self) -> bool:
        """Make breaking a row dearer; whether that still makes sense."""
        self._set_far(30 * self.far)
        return self.far < 1e6

    def _set_far(self, far: float) -> None:
        self.far = far
        slack = np.arange(self.problem.n - 2, self.first_arc, dtype=np.int32)
        cost = np.full(len(slack), self.far)
        cost[-1] *= 100
        self.highs.changeColsCost(len(slack), slack, cost)

    def solve(self, seconds: float) -> bool:
        """Solve; whether there is an optimum, then in ``visit``, ``flow`` and ``prices``."""
        for seed in range(4):  # from an old basis it may cycle: once more, afresh
            began = time.perf_counter()
            if self._run(min(seconds, (0.5 + 4 * self.took) * 3**seed)):
                self.took = 0.8 * self.took + 0.2 * (time.perf_counter() - began)
                break
            seconds -= time.perf_counter() - began
            if seconds <= 0:
                return False
            self._renew(seed)
        else:
            return False
        solution = self.highs.getSolution()
        values = np.asarray(solution.col_value)
        n = self.problem.n
        self.visit = np.concatenate([values[: n - 2], [1.0, 1.0]])
        self.broken = float(values[n - 2 : self.first_arc].sum())
        self.flow = values[self.first_arc :]
        self.prices = -np.asarray(solution.row_dual)
        return True

    def priced(self) -> Priced:
        """Give the bound by the prices: valid for any prices of the right sign.

        Arcs that would still gain are charged to their nodes: a node has two arc ends.
        """
        p, n, limits = self.problem, self.problem.n, self.limits
        second, unit = max(self.prices[0], 0.0), float(self.prices[1])
        side = limits.units[1] if unit > 0 else limits.units[0]
        if not np.isfinite(side):
            unit, side = 0.0, 0.0
        out = self.prices[2 : 2 + n]
        into = out if p.symmetric else self.prices[2 + n : 2 + 2 * n]
        cut = np.maximum(self.prices[self.first_cut :], 0.0)
        arc = -(out[:, None] + into[None, :] + second * p.travel)
        visit = p.prize / self.scale + out + into - second * p.service - unit * p.units
        bound = second * p.budget + unit * side + float(out[n - 2] + into[n - 1])
        on = np.flatnonzero(cut)
        if len(on):
            held = np.flatnonzero(self.inside[on].any(axis=0))
            part = self.inside[np.ix_(on, held)] * cut[on, None]
            arc[np.ix_(held, held)] -= self.inside[np.ix_(on, held)].T.astype(float) @ part
            visit[held] += part.sum(axis=0)
            np.subtract.at(visit, self.keys[on], cut[on])
            rhs = self.inside[on][:, -2:].sum(axis=1) - (self.keys[on] >= n - 2)
            bound += float(cut[on] @ rhs)
        arc[~p.allowed] = -np.inf
        bound += self._take_fixed(arc)
        spare = np.maximum(arc.max(axis=1, initial=0.0), 0.0)
        if p.symmetric:
            spare = np.maximum(spare, arc.max(axis=0, initial=0.0))
            bound += float(spare[-2:].sum()) / 2
        else:
            bound += float(spare[-2])
        visit = (visit + spare)[: n - 2]
        low, high = limits.low[: n - 2], limits.high[: n - 2]
        bound += float(np.maximum(visit * low, visit * high).sum())
        return Priced(
            bound=p.base + self.scale * bound, visit=self.scale * visit, arc=self.scale * arc
        )

    def _take_fixed(self, arc: Any) -> float:
        total = 0.0
        for i, j in self.limits.arcs_in:
            total += float(arc[i, j])
            arc[i, j] = -np.inf
        for i, j in self.limits.arcs_out:
            arc[i, j] = -np.inf
        return total
