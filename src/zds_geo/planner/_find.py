"""The search over rounds, and what stands in for it where it cannot run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from zds_geo.planner._case import Case

# What a broken installation, a folder that cannot be written or too little memory may raise.
FAULTS: Final = (ImportError, OSError, RuntimeError, MemoryError, SystemError)
FAILED: Final = "search_failed"


def find_round(
    case: Case,
    first: list[int],
    *,
    seed: int,
    iterations: int | None,
    time_limit_s: float | None,
    others: Sequence[list[int]] = (),
    people: int = 1,
) -> tuple[list[int], str]:
    """Search from a first round; greedily, and marked so, where the search cannot run.

    Parameters
    ----------
    case : Case
        The case.
    first : list of int
        A round that fits, with start and end.
    seed : int
        Of the search.
    iterations, time_limit_s : optional
        As in ``solve_round``.
    others : sequence of list of int
        More rounds to start from.
    people : int
        Assistants whose rounds are in this one.

    Returns
    -------
    order, reason
        The best round found, and why the search stopped (``search_failed``: greedy).
    """
    # What is only on the way, for lack of the triangle inequality, may stay in.
    on_the_way = [k for order in (first, *others) for k in order[1:-1]]
    if not case.usable[on_the_way].all():
        usable = case.usable.copy()
        usable[on_the_way] = True
        case = replace(case, usable=usable)
    try:
        from zds_geo.planner._search import Search

        return Search(case, seed=seed, people=people).run(
            first, iterations=iterations, time_limit_s=time_limit_s, others=others
        )
    except FAULTS:  # said by the reason; ``search_fault`` tells what it was
        return fill_greedily(case, first), FAILED


def search_fault() -> str:
    """Try all of the search on a small case; say what is wrong with it.

    The first time on a computer it is compiled, and kept.

    Returns
    -------
    str
        Empty when it runs.
    """
    from zds_geo.planner._case import make_case

    n = 12
    travel = 10 * np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
    case = make_case(
        travel, np.ones(n), np.ones(n), start=0, end=0, budget_s=90, must=(), windows=None,
        sides=np.arange(n) // 4, change_s=5, soon=0.1,
    )  # fmt: skip
    try:
        from zds_geo.planner._search import Search

        Search(case, seed=1).run([0, 0], iterations=10, time_limit_s=None)
    except FAULTS as fault:
        return f"{type(fault).__name__}: {fault}"
    return ""


def fill_greedily(case: Case, first: list[int]) -> list[int]:
    """Fill a round greedily; plain numpy, for where the search cannot run.

    Parameters
    ----------
    case : Case
        Travel, service, prizes, budget and windows.
    first : list of int
        A round that fits, with start and end.

    Returns
    -------
    list of int
        A round that fits, with the nodes of ``first`` in their order.
    """
    order = list(first)
    left = set(np.flatnonzero(case.usable & (case.prize > 0)).tolist()) - set(order)
    while left:
        nodes = np.array(sorted(left))
        at = np.array(order)
        extra = (
            case.travel[np.ix_(at[:-1], nodes)]
            + case.travel[np.ix_(nodes, at[1:])].T
            - case.travel[at[:-1], at[1:]][:, None]
        )
        place = extra.argmin(axis=0)
        cost = extra[place, np.arange(len(nodes))] + case.service[nodes]
        best = int(np.argmax(case.prize[nodes] / np.maximum(cost, 1)))
        node = int(nodes[best])
        left.discard(node)
        longer = [*order[: place[best] + 1], node, *order[place[best] + 1 :]]
        if case.fits(longer):
            order = longer
    return order
