"""``solve_team``: rounds for several assistants that share one set of nodes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.planner._case import Case, make_case
from zds_geo.planner._find import find_round
from zds_geo.planner.solve import ITERATIONS, RoundSolution, describe, solve_case, start_order

APART: Final = 0.4  # share of the time that goes to rounds one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSolution:
    """One round for each assistant; no node is in two of them."""

    rounds: tuple[RoundSolution, ...]
    prize: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Team:
    """The input of a team, checked."""

    travel: Any
    service: Any
    prize: npt.NDArray[np.int64]
    starts: Sequence[int]
    ends: Sequence[int]
    budgets: Sequence[int]
    windows: Any
    may: npt.NDArray[np.bool_]
    asked: npt.NDArray[np.bool_]  # the same before musts were given out
    depots: npt.NDArray[np.bool_]
    mine: npt.NDArray[np.bool_]

    def case(self, person: int, *, taken: set[int], needs: tuple[int, ...]) -> Case:
        """Give the case of one assistant, without what others have."""
        closed = ~self.may[person] | self.depots
        closed[list(taken)] = True
        closed[list(needs)] = False
        worth = np.where(closed & ~self.mine[person], 0, self.prize)
        return make_case(
            self.travel, self.service, worth, start=self.starts[person], end=self.ends[person],
            budget_s=self.budgets[person], must=needs, windows=self.windows, closed=closed,
        )  # fmt: skip


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
        As in ``solve_round``: iterations for each search of a round, seconds for all together.
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
    One after the other, each with what the others left. Then all rounds are searched together as
    one long walk over the starts and ends, each of which has its hour; not where windows or
    ``allowed`` make nodes differ between assistants: there each round is made once more with what
    the others left, and kept when the team's prize grows.
    """
    n_people = len(starts)
    if not n_people == len(ends) == len(budgets_s):
        raise UsageError("planner.team", n=n_people, ends=len(ends), budgets=len(budgets_s))
    value = np.asarray(prize, dtype=np.int64)
    may = np.ones((n_people, len(value)), bool) if allowed is None else np.array(allowed, bool)
    depots = np.zeros(len(value), dtype=bool)
    depots[list({*starts, *ends})] = True
    # A prize at a start or end counts once: for the first who starts or ends there.
    mine = np.zeros_like(may)
    for person in reversed(range(n_people)):
        own = [starts[person], ends[person]]
        mine[:, own] = False
        mine[person, own] = True
    team = _Team(
        travel=travel_s, service=service_s, prize=value, starts=starts, ends=ends,
        budgets=budgets_s, windows=windows, may=may, asked=may.copy(), depots=depots, mine=mine,
    )  # fmt: skip
    together = n_people > 1 and windows is None and allowed is None
    turns = 1 if together or n_people == 1 else 2
    began = time.monotonic()
    apart = None if time_limit_s is None else time_limit_s * (APART if together else 1.0)
    musts: list[tuple[int, ...]] = [() for _ in range(n_people)]
    for node in must:
        if depots[node]:  # who starts or ends there is there
            continue
        _give_must(node, team, musts)
    rounds = _one_by_one(
        team, musts, seed=seed, iterations=iterations, time_limit_s=apart, turns=turns
    )
    if together:
        left = None if time_limit_s is None else max(began + time_limit_s - time.monotonic(), 0.0)
        rounds = _all_at_once(
            team, rounds, musts, seed=seed, iterations=iterations, time_limit_s=left
        )
    return TeamSolution(rounds=tuple(rounds), prize=sum(r.prize for r in rounds))


def _one_by_one(
    team: _Team,
    musts: list[tuple[int, ...]],
    *,
    seed: int,
    iterations: int | None,
    time_limit_s: float | None,
    turns: int,
) -> list[RoundSolution]:
    n_people, began = len(musts), time.monotonic()
    taken: list[set[int]] = [set() for _ in range(n_people)]
    rounds: list[RoundSolution] = []
    for turn in range(turns):
        for person in range(n_people):
            others = set().union(*(taken[p] for p in range(n_people) if p != person))
            share = None
            if time_limit_s is not None:  # of what is left, for who is left
                left = began + time_limit_s - time.monotonic()
                share = max(left, 0.0) / ((turns - turn) * n_people - person)
            found = solve_case(
                team.case(person, taken=others, needs=musts[person]), seed=seed + person,
                iterations=iterations, time_limit_s=share,
            )  # fmt: skip
            if turn == 0:
                rounds.append(found)
            elif found.prize > rounds[person].prize:
                rounds[person] = found
            taken[person] = set(rounds[person].order) - {team.starts[person], team.ends[person]}
    return rounds


def _all_at_once(
    team: _Team,
    rounds: list[RoundSolution],
    musts: list[tuple[int, ...]],
    *,
    seed: int,
    iterations: int | None,
    time_limit_s: float | None,
) -> list[RoundSolution]:
    """Search on over all rounds as one walk; the rounds as they were where that brings no more."""
    n, n_people = len(team.prize), len(rounds)
    case = _one_walk(team, musts)
    first: list[int] = []
    bare: list[int] = []
    for person, found in enumerate(rounds):
        ends = [n + 2 * person, n + 2 * person + 1]
        first += [ends[0], *found.order[1:-1], ends[1]]
        bare += [ends[0], *(k for k in found.order[1:-1] if k in musts[person]), ends[1]]
    if not case.fits(first):
        return rounds
    steps = iterations if iterations is not None or time_limit_s is not None else ITERATIONS
    order, reason = find_round(
        case, first, seed=seed, iterations=None if steps is None else steps * n_people,
        time_limit_s=time_limit_s, others=[bare], people=n_people,
    )  # fmt: skip
    if case.prize_of(order) <= case.prize_of(first):
        return rounds
    result = []
    free = replace(team, may=team.asked)  # a must may have changed hands
    for person in range(n_people):
        begin, end = order.index(n + 2 * person), order.index(n + 2 * person + 1)
        own = [team.starts[person], *order[begin + 1 : end], team.ends[person]]
        result.append(describe(free.case(person, taken=set(), needs=()), own, reason))
    return result


def _one_walk(team: _Team, musts: list[tuple[int, ...]]) -> Case:
    """Lay the shifts behind each other: from each end only to the next start, each at its hour."""
    n = len(team.prize)
    total = sum(team.budgets)
    at = np.concatenate([np.arange(n), np.column_stack([team.starts, team.ends]).ravel()])
    travel = np.asarray(team.travel, dtype=np.int64)[np.ix_(at, at)].copy()
    service, prize = np.asarray(team.service, dtype=np.int64)[at], team.prize[at].copy()
    prize[:n][team.depots] = 0
    prize[n:] = 0
    windows = np.zeros((len(at), 2), dtype=np.int64)
    windows[:, 1] = total
    begins = 0
    for person, budget in enumerate(team.budgets):
        start, end = n + 2 * person, n + 2 * person + 1
        travel[:, start] = travel[end, :] = total + 1
        if team.starts[person] == team.ends[person]:
            service[end] = 0
        windows[start] = begins
        begins += budget
        windows[end, 1] = max(begins - service[end], 0)
        if person:
            travel[start - 1, start] = 0
    closed = np.zeros(len(at), dtype=bool)
    closed[:n] = team.depots
    needs = {*(node for some in musts for node in some), *range(n, len(at))}
    return make_case(
        travel, service, prize, start=n, end=len(at) - 1, budget_s=total,
        must=sorted(needs), windows=windows, closed=closed,
    )  # fmt: skip


def _give_must(node: int, team: _Team, musts: list[tuple[int, ...]]) -> None:
    """Give a must to the first assistant whose round can hold it."""
    for person in range(len(musts)):
        if not team.may[person, node]:
            continue
        needs = (*musts[person], node)
        others = {m for p, some in enumerate(musts) if p != person for m in some}
        try:
            start_order(team.case(person, taken=others, needs=needs))
        except NoPlanError:
            continue
        musts[person] = needs
        team.may[:, node] &= np.arange(len(musts)) == person
        return
    raise NoPlanError("planner.must", n=1, budget="-")
