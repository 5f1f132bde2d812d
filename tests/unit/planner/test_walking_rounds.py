"""Rounds as people walk them: sides kept together, prizes early, the rest from here, teams."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.planner import CHANGE_S, SOON, replan, solve_round, solve_team


def streets(seed: int, *, n_streets: int = 6, homes: int = 8) -> tuple[Any, Any, Any, Any]:
    """Give travel, service, prize and sides of parallel streets with homes on both sides."""
    rng = np.random.default_rng(seed)
    xy = [(0.0, -30.0)]
    sides = [-1]
    for street in range(n_streets):
        for side in range(2):
            for home in range(homes):
                xy.append((60.0 * street + 8.0 * side, 10.0 * home + rng.uniform(0, 3)))
                sides.append(2 * street + side)
    at = np.array(xy)
    travel = np.rint(np.abs(at[:, None, :] - at[None, :, :]).sum(axis=2)).astype(np.int64)
    n = len(at)
    service = np.full(n, 150, dtype=np.int64)
    prize = rng.integers(50, 100, n)
    service[0] = prize[0] = 0
    return travel, service, prize, np.array(sides)


def runs(order: tuple[int, ...], sides: Any) -> list[int]:
    return [side for side, _ in groupby(int(sides[k]) for k in order[1:-1])]


@pytest.mark.parametrize("seed", range(6))
def test_sides_are_walked_in_one_go_for_hardly_any_prize(seed: int) -> None:
    travel, service, prize, sides = streets(seed)
    free = solve_round(travel, service, prize, start=0, end=0, budget_s=6000, seed=seed)
    kept = solve_round(
        travel, service, prize, start=0, end=0, budget_s=6000, seed=seed, sides=sides,
        change_s=CHANGE_S, soon=SOON,
    )  # fmt: skip
    walked = runs(kept.order, sides)
    assert sum(walked.count(s) == 1 for s in set(walked)) >= 0.9 * len(set(walked))
    assert kept.prize >= 0.97 * free.prize


def so_far(order: tuple[int, ...], travel: Any, service: Any, prize: Any, *, budget: int) -> int:
    clock, total = 0, 0
    for a, b in pairwise(order):
        clock += int(travel[a, b] + service[b])
        total += int(prize[b]) if clock <= budget else 0
    return total


@pytest.mark.parametrize("seed", range(6))
def test_a_round_that_stops_half_way_has_brought_its_half(seed: int) -> None:
    travel, service, prize, sides = streets(seed)
    n = len(prize)
    prize[1 + seed] = 900  # an appointment
    far = np.zeros((n + 1, n + 1), dtype=np.int64)  # one more node: ending anywhere
    far[:n, :n] = travel
    free = solve_round(
        far, np.append(service, 0), np.append(prize, 0), start=0, end=n, budget_s=3000, seed=1
    )
    whole = solve_round(
        travel, service, prize, start=0, end=0, budget_s=6000, seed=1, sides=sides,
        change_s=CHANGE_S, soon=SOON,
    )  # fmt: skip
    assert so_far(whole.order, travel, service, prize, budget=3000) >= 0.75 * free.prize


def test_soon_must_be_a_share() -> None:
    travel, service, prize, _ = streets(1, n_streets=1)
    with pytest.raises(UsageError, match="soon"):
        solve_round(travel, service, prize, start=0, end=0, budget_s=600, seed=1, soon=2.0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(0, 9000))
def test_the_rest_of_a_round_fits_and_rings_nowhere_twice(seed: int, at: int, left: int) -> None:
    travel, service, prize, _ = streets(seed % 50)
    printed = [int(k) for k in np.random.default_rng(seed).permutation(np.arange(1, len(prize)))]
    done, coming = printed[:at], printed[at:60]
    here = done[-1]
    try:
        found = replan(
            travel, service, prize, printed=coming, here=here, end=0, left_s=left, seed=seed,
            done=done[:-1], iterations=20,
        )  # fmt: skip
    except NoPlanError:
        assert travel[here, 0] + service[here] + service[0] > left
        return
    order = list(found.order)
    assert (order[0], order[-1]) == (here, 0)
    assert not set(order) & set(done[:-1])
    assert len(set(order)) == len(order)
    took = sum(int(travel[a, b]) for a, b in pairwise(order)) + int(service[order].sum())
    assert took == found.travel_s + found.service_s
    assert took <= left
    assert found.prize == int(prize[order].sum())


def test_the_rest_keeps_to_the_sheet_where_that_is_as_good() -> None:
    travel, service, prize, _ = streets(3)
    prize[1:] = 70
    printed = [*range(1, 17)]
    found = replan(
        travel, service, prize, printed=printed[4:], here=4, end=0, left_s=1900, seed=1,
        done=printed[:3],
    )  # fmt: skip
    assert len(found.order) > 6
    assert set(found.order[1:-1]) <= set(printed)


@pytest.mark.parametrize("seed", range(8))
def test_a_team_keeps_each_budget_shares_no_door_and_beats_one_after_the_other(seed: int) -> None:
    travel, service, prize, _ = streets(seed)
    starts = [0, 90]
    budgets = [3000, 4500]
    prize[90] = service[90] = 0
    team = solve_team(
        travel, service, prize, starts=starts, ends=starts, budgets_s=budgets, seed=seed,
        iterations=600, must=[50],
    )  # fmt: skip
    visited = [k for r in team.rounds for k in r.order[1:-1]]
    assert len(set(visited)) == len(visited)
    assert 50 in visited
    assert not set(visited) & set(starts)
    for found, start, budget in zip(team.rounds, starts, budgets, strict=True):
        assert (found.order[0], found.order[-1]) == (start, start)
        took = sum(int(travel[a, b]) for a, b in pairwise(found.order))
        assert took + int(service[list(set(found.order))].sum()) <= budget
    assert team.prize == int(prize[visited].sum())
    first = solve_round(
        travel, service, prize, start=0, end=0, budget_s=3000, seed=seed, iterations=600
    )
    rest = prize.copy()
    rest[list(first.order)] = 0
    second = solve_round(
        travel, service, rest, start=90, end=90, budget_s=4500, seed=seed, iterations=600
    )
    assert team.prize >= 0.97 * (first.prize + second.prize)
    again = solve_team(
        travel, service, prize, starts=starts, ends=starts, budgets_s=budgets, seed=seed,
        iterations=600, must=[50],
    )  # fmt: skip
    assert again == team


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(12, 30), st.integers(300, 2500))
def test_sides_never_stretch_the_budget(seed: int, n: int, budget: int) -> None:
    rng = np.random.default_rng(seed)
    travel, service = rng.integers(0, 300, (n, n)), rng.integers(0, 200, n)
    try:
        found = solve_round(
            travel, service, rng.integers(1, 99, n), start=0, end=0, budget_s=budget, seed=seed,
            iterations=60, sides=rng.integers(-1, 5, n), change_s=CHANGE_S, soon=SOON,
        )  # fmt: skip
    except NoPlanError:
        assert travel[0, 0] + service[0] > budget
        return
    took = sum(int(travel[a, b]) for a, b in pairwise(found.order))
    assert took + int(service[list(set(found.order))].sum()) <= budget


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(12, 25), st.integers(300, 2500))
def test_a_team_is_valid_where_the_shortest_way_is_by_way_of_others(
    seed: int, n: int, budget: int
) -> None:
    rng = np.random.default_rng(seed)
    travel, service = rng.integers(0, 300, (n, n)), rng.integers(0, 200, n)
    prize = np.where(rng.random(n) < 0.4, 0, rng.integers(1, 99, n))
    try:
        team = solve_team(
            travel, service, prize, starts=[0, 1], ends=[0, 2], budgets_s=[budget, 900],
            seed=seed, iterations=30, must=[1, 7],
        )  # fmt: skip
    except NoPlanError:
        return
    inner = [k for r in team.rounds for k in r.order[1:-1]]
    assert 7 in inner
    assert not set(inner) & {0, 1, 2}
    for found, limit in zip(team.rounds, [budget, 900], strict=True):
        took = sum(int(travel[a, b]) for a, b in pairwise(found.order))
        assert took + int(service[list(set(found.order))].sum()) <= limit
