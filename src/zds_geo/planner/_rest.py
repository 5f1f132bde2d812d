"""``replan``: the rest of a round from here, with the minutes that are left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from zds_geo.planner._case import Case, make_case
from zds_geo.planner._find import find_round
from zds_geo.planner.solve import SOON, RoundSolution, describe, solve_case

PRINTED: Final = 1.25  # what is on the sheet is worth so much more than what is not
STEPS: Final = 1000  # a quarter of a round's search: well within a second


def replan(
    travel_s: npt.ArrayLike,
    service_s: npt.ArrayLike,
    prize: npt.ArrayLike,
    *,
    printed: Sequence[int],
    here: int,
    end: int,
    left_s: int,
    seed: int,
    done: Sequence[int] = (),
    must: Sequence[int] = (),
    windows: npt.ArrayLike | None = None,
    sides: npt.ArrayLike | None = None,
    change_s: int = 0,
    iterations: int = STEPS,
) -> RoundSolution:
    """Choose and order what can still be done, and keep to what is printed where that is as good.

    Parameters
    ----------
    travel_s, service_s, prize : arrays
        As in ``solve_round``.
    printed : sequence of int
        Nodes still to come on the printed round, in its order.
    here, end : int
        Where the assistant stands, and where the round ends.
    left_s : int
        Seconds left.
    seed : int
        Of the search.
    done : sequence of int
        Nodes that were visited: not again.
    must : sequence of int
        Nodes that have to be visited.
    windows : array, optional
        As in ``solve_round``, counted from now.
    sides, change_s : optional
        As in ``solve_round``.
    iterations : int
        Of the search.

    Returns
    -------
    RoundSolution
        From ``here`` to ``end``; its prize is that of the prizes given.

    Raises
    ------
    NoPlanError
        If the end cannot be reached in time, or the musts do not fit.
    UsageError
        If shapes, signs or indices do not fit.

    Examples
    --------
    >>> travel = [[0, 5, 9], [5, 0, 5], [9, 5, 0]]
    >>> zero, worth = [0, 1, 1], [0, 7, 7]
    >>> replan(travel, zero, worth, printed=[2, 1], here=0, end=0, left_s=12, seed=1).order
    (0, 1, 0)
    """
    worth = np.asarray(prize, dtype=np.int64)
    raised = worth * 100
    on_sheet = [k for k in printed if k not in {here, end}]
    raised[on_sheet] = np.rint(raised[on_sheet] * PRINTED).astype(np.int64)
    closed = np.zeros(len(worth), dtype=bool)
    closed[list(done)] = True

    def case_of(value: npt.NDArray[np.int64]) -> Case:
        return make_case(
            travel_s, service_s, value, start=here, end=end, budget_s=left_s, must=must,
            windows=windows, closed=closed, sides=sides, change_s=change_s, soon=SOON,
        )  # fmt: skip

    case = case_of(raised)
    as_printed = _as_printed(case, on_sheet)
    if as_printed is None:
        found = solve_case(case, seed=seed, iterations=iterations, time_limit_s=None)
        order, reason = list(found.order), found.stop_reason
        if reason == "optimal" and on_sheet:  # of the raised prizes
            reason = "iterations"
    elif set(np.flatnonzero(case.usable & (case.prize > 0))) <= set(as_printed):
        order, reason = as_printed, "all_visited"  # all of it fits: nothing to choose
    else:
        order, reason = find_round(
            case, as_printed, seed=seed, iterations=iterations, time_limit_s=None
        )
    return describe(case_of(worth), order, reason)


def _as_printed(case: Case, printed: list[int]) -> list[int] | None:
    """Give the printed round as far as it fits, the musts in any case; None when that is nothing.

    Of few enough nodes only when all of it fits: else they are better solved exactly.
    """
    from zds_geo.planner._case import TINY

    usable = set(np.flatnonzero(case.usable).tolist())
    if not set(case.must) <= set(printed) & usable:
        return None
    kept = [k for k in printed if k in usable]
    while kept:
        order = [case.start, *kept, case.end]
        if case.fits(order):
            return order
        if len(usable) <= TINY:
            return None
        loose = [k for k in kept if k not in case.must]
        if not loose:
            return None
        kept.remove(loose[-1])
    return None
