"""``solve_round``: orienteering with service times (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import NoPlanError
from zds_geo.planner._case import TINY, Case, make_case, shortest_walk, solve_exactly, upper_bound
from zds_geo.planner._find import find_round

ITERATIONS: Final = 4000
# What rounds are made with: seconds of bother to change sides, share of a prize lost at the end.
CHANGE_S: Final = 30
SOON: Final = 0.2


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
    soon: float = 0.0,
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
        iterations and without a time limit a number that takes about a quarter of a second.
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
    soon : float
        Which share of a prize (0-1) is lost when it comes at the very end, growing evenly with
        time: rounds then bring what they can early, in case a talk takes an hour.

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
        windows=windows, sides=sides, change_s=change_s, soon=soon,
    )  # fmt: skip
    return solve_case(case, seed=seed, iterations=iterations, time_limit_s=time_limit_s)


def solve_case(
    case: Case, *, seed: int, iterations: int | None, time_limit_s: float | None
) -> RoundSolution:
    """Solve a checked case.

    Parameters
    ----------
    case : Case
        As from ``make_case``.
    seed : int
        Of the search.
    iterations, time_limit_s : optional
        As in ``solve_round``.

    Returns
    -------
    RoundSolution
        Within the budget.

    Raises
    ------
    NoPlanError
        If there is no walk from start to end, or the musts do not fit.
    """
    first, exact = start_order(case)
    if exact:
        return describe(case, first, "optimal")
    steps = ITERATIONS if iterations is None and time_limit_s is None else iterations
    order, reason = find_round(case, first, seed=seed, iterations=steps, time_limit_s=time_limit_s)
    return describe(case, order, reason)


def start_order(case: Case) -> tuple[list[int], bool]:
    """Give a first round: a walk over the musts; of a few nodes the best round there is.

    Parameters
    ----------
    case : Case
        As from ``make_case``.

    Returns
    -------
    order, exact
        A round that fits, and whether it is the best.

    Raises
    ------
    NoPlanError
        If there is no walk from start to end, or the musts do not fit.
    """
    nodes = [int(i) for i in np.flatnonzero(case.usable)]
    if len(nodes) > TINY:
        return _first_order(case), False
    reachable = set(case.must) <= set(nodes)
    exact = solve_exactly(case, nodes, needed=case.must) if reachable else None
    if exact is None:
        raise _no_plan(case)
    return exact, True


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


def describe(case: Case, order: list[int], reason: str) -> RoundSolution:
    """Write an order down with what it brings and takes.

    Parameters
    ----------
    case : Case
        Of which it is a round.
    order : list of int
        With start and end.
    reason : str
        Why the search stopped.

    Returns
    -------
    RoundSolution
        With a bound.
    """
    return RoundSolution(
        order=tuple(int(node) for node in order),
        prize=case.prize_of(order),
        travel_s=case.travel_of(order),
        service_s=case.service_of(order),
        stop_reason=reason,
        bound=case.prize_of(order) if reason == "optimal" else upper_bound(case),
    )
