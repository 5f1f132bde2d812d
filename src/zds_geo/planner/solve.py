"""``solve_round`` and ``solve_team``: orienteering with service times (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.planner._case import TINY, Case, make_case, shortest_walk, solve_exactly, upper_bound
from zds_geo.planner._search import Search

ITERATIONS: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSolution:
    """The order with start and end, what it brings and takes, and why the search stopped.

    ``bound``: no round of this case has a larger prize.
    """

    order: tuple[int, ...]
    prize: int
    travel_s: int
    service_s: int
    stop_reason: str
    bound: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSolution:
    """One round for each assistant; no node is in two of them."""

    rounds: tuple[RoundSolution, ...]
    prize: int


def solve_round(
    travel_s: npt.ArrayLike,
    service_s: npt.ArrayLike,
    prize: npt.ArrayLike,
    *,
    start: int,
    end: int,
    budget_s: int,
    seed: int,
    iterations: int | None = None,
    time_limit_s: float | None = None,
    must: Sequence[int] = (),
    windows: npt.ArrayLike | None = None,
    sides: npt.ArrayLike | None = None,
    change_s: int = 0,
) -> RoundSolution:
    """Choose and order nodes so that the prize is as large as possible within the budget.

    Parameters
    ----------
    travel_s : array of int, shape (n, n)
        ``[i, j]`` from i to j, not assumed symmetric, non-negative; any unit.
    service_s, prize : array of int, shape (n,)
        Non-negative; those of start and end count once.
    start, end : int
        Indices; may be equal.
    budget_s : int
        Σ travel + Σ service (+ waiting for windows) is at most this.
    seed : int
        Of the search.
    iterations : int, optional
        Steps of the search; same input, seed and iterations give the same answer. Without
        iterations and without a time limit a number that takes about half a second.
    time_limit_s : float, optional
        Limit in seconds for faces and benchmarks, alone or beside ``iterations``; the answer then
        depends on the machine.
    must : sequence of int
        Nodes that have to be visited.
    windows : array of int, shape (n, 2), optional
        Earliest and latest start of service at a node, counted from the start; waiting is allowed.
    sides : array of int, shape (n,), optional
        The street side of each node, -1 for none.
    change_s : int
        How much it bothers to change sides, beside the walk itself: rounds then finish a side
        rather than come back to it, for a little less prize. 0: sides do not count.

    Returns
    -------
    RoundSolution
        At least ``(start, end)``.

    Raises
    ------
    NoPlanError
        If there is no walk from start to end within the budget, or the musts do not fit.
    UsageError
        If shapes, signs or indices do not fit.

    Examples
    --------
    >>> travel = [[0, 5, 9], [5, 0, 5], [9, 5, 0]]
    >>> solve_round(travel, [0, 1, 1], [0, 7, 7], start=0, end=0, budget_s=12, seed=1).order
    (0, 1, 0)
    """
    case = make_case(
        travel_s, service_s, prize, start=start, end=end, budget_s=budget_s, must=must,
        windows=windows, sides=sides, change_s=change_s,
    )  # fmt: skip
    return _solve(case, seed=seed, iterations=iterations, time_limit_s=time_limit_s)


def _solve(
    case: Case, *, seed: int, iterations: int | None, time_limit_s: float | None
) -> RoundSolution:
    nodes = [int(i) for i in np.flatnonzero(case.usable)]
    if len(nodes) <= TINY:
        reachable = set(case.must) <= set(nodes)
        exact = solve_exactly(case, nodes, needed=case.must) if reachable else None
        if exact is None:
            raise _no_plan(case)
        return _solution(case, exact, "optimal")
    first = _first_order(case)
    search = Search(case, seed=seed)
    steps = ITERATIONS if iterations is None and time_limit_s is None else iterations
    order, reason = search.run(first, iterations=steps, time_limit_s=time_limit_s)
    return _solution(case, order, reason)


def _first_order(case: Case) -> list[int]:
    """Give a walk over the musts, or the shortest walk from start to end."""
    from zds_geo.planner._solver import order_nodes

    walk = shortest_walk(case)
    if not case.must:
        if walk is None:
            raise _no_plan(case)
        return walk
    on_the_way = [] if walk is None else [i for i in walk[1:-1] if i not in case.must]
    for extra in ([], on_the_way):
        musts = [*case.must, *extra]
        if len(musts) <= TINY:
            found = solve_exactly(case, musts, needed=musts)
        else:
            found = order_nodes(case, musts)
        if found is not None:
            return found
    raise _no_plan(case)


def _no_plan(case: Case) -> NoPlanError:
    if case.must:
        return NoPlanError("planner.must", n=len(case.must), budget=case.budget)
    need = case.length([case.start, case.end])
    return NoPlanError("planner.no_walk", need=need, budget=case.budget)


def _solution(case: Case, order: list[int], reason: str) -> RoundSolution:
    return RoundSolution(
        order=tuple(int(node) for node in order),
        prize=case.prize_of(order),
        travel_s=case.travel_of(order),
        service_s=case.service_of(order),
        stop_reason=reason,
        bound=case.prize_of(order) if reason == "optimal" else upper_bound(case),
    )


def solve_team(
    travel_s: npt.ArrayLike,
    service_s: npt.ArrayLike,
    prize: npt.ArrayLike,
    *,
    starts: Sequence[int],
    ends: Sequence[int],
    budgets_s: Sequence[int],
    seed: int,
    iterations: int | None = None,
    time_limit_s: float | None = None,
    must: Sequence[int] = (),
    windows: npt.ArrayLike | None = None,
    allowed: npt.ArrayLike | None = None,
) -> TeamSolution:
    """Make rounds for several assistants that share one set of nodes.

    Parameters
    ----------
    travel_s, service_s, prize : arrays
        As in ``solve_round``.
    starts, ends, budgets_s : sequence of int, one for each assistant
        Where and how long each walks.
    seed : int
        Of the search.
    iterations, time_limit_s : optional
        For each search, as in ``solve_round``.
    must : sequence of int
        Nodes that somebody has to visit: the first assistant whose round can hold it.
    windows : array, optional
        As in ``solve_round``.
    allowed : array of bool, shape (assistants, n), optional
        Who may visit which node; everyone everything by default.

    Returns
    -------
    TeamSolution
        Rounds in the order of ``starts``.

    Raises
    ------
    NoPlanError
        If an assistant cannot walk from start to end, or a must fits in no round.
    UsageError
        If shapes do not fit.

    Notes
    -----
    One after the other, then each once more with what the others left; a change is kept when the
    team's prize grows.
    """
    n_people = len(starts)
    if not n_people == len(ends) == len(budgets_s):
        raise UsageError("planner.team", n=n_people, ends=len(ends), budgets=len(budgets_s))
    value = np.asarray(prize, dtype=np.int64)
    may = np.ones((n_people, len(value)), bool) if allowed is None else np.asarray(allowed, bool)
    depots = np.zeros(len(value), dtype=bool)
    depots[list({*starts, *ends})] = True
    # A prize at a start or end counts once: for the first who starts or ends there.
    mine = np.zeros_like(may)
    for person in reversed(range(n_people)):
        own = [starts[person], ends[person]]
        mine[:, own] = False
        mine[person, own] = True
    taken: list[set[int]] = [set() for _ in range(n_people)]
    musts: list[tuple[int, ...]] = [() for _ in range(n_people)]
    rounds: list[RoundSolution | None] = [None] * n_people

    def solve(person: int, needs: tuple[int, ...]) -> RoundSolution:
        others = set().union(*(taken[p] for p in range(n_people) if p != person))
        closed = ~may[person] | depots
        closed[list(others)] = True
        closed[list(needs)] = False
        case = make_case(
            travel_s, service_s, np.where(closed & ~mine[person], 0, value), start=starts[person],
            end=ends[person], budget_s=budgets_s[person], must=needs, windows=windows,
            closed=closed,
        )  # fmt: skip
        return _solve(case, seed=seed + person, iterations=iterations, time_limit_s=time_limit_s)

    for node in must:
        _give_must(node, solve, may, musts, n_people)
    for turn in range(2):
        for person in range(n_people):
            found = solve(person, musts[person])
            before = rounds[person]
            if turn == 0 or before is None or found.prize > before.prize:
                rounds[person] = found
                taken[person] = set(found.order) - {starts[person], ends[person]}
        if n_people == 1:
            break
    done = tuple(r for r in rounds if r is not None)
    return TeamSolution(rounds=done, prize=sum(r.prize for r in done))


def _give_must(
    node: int, solve: Any, may: npt.NDArray[np.bool_], musts: list[tuple[int, ...]], n_people: int
) -> None:
    for person in range(n_people):
        if not may[person, node]:
            continue
        try:
            solve(person, (*musts[person], node))
        except NoPlanError:
            continue
        musts[person] = (*musts[person], node)
        may[:, node] &= np.arange(n_people) == person
        return
    raise NoPlanError("planner.must", n=1, budget="-")
