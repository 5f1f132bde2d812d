"""Rounds: as good as brute force on small cases, and never outside what was asked."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.planner import solve_round, solve_team


def case(seed: int, n: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.integers(1, 60, (n, n)), rng.integers(0, 30, n), rng.integers(0, 50, n)


def best_prize(travel: Any, service: Any, prize: Any, *, budget: int) -> int:
    inner = [i for i in range(len(prize)) if i != 0]
    best = -1
    for size in range(len(inner) + 1):
        for order in permutations(inner, size):
            path = [0, *order, 0]
            time = sum(travel[a, b] for a, b in pairwise(path))
            if time + service[0] + sum(service[list(order)]) <= budget:
                best = max(best, int(prize[0] + sum(prize[list(order)])))
    return best


@pytest.mark.parametrize("seed", range(25))
def test_small_rounds_are_optimal(seed: int) -> None:
    travel, service, prize = case(seed, 6)
    budget = 60 + 10 * seed
    travel[0, 0] = 0
    expected = best_prize(travel, service, prize, budget=budget)
    found = solve_round(travel, service, prize, start=0, end=0, budget_s=budget, seed=1)
    assert found.prize == expected
    assert found.bound is not None
    assert found.bound >= found.prize


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 25), st.integers(80, 500))
def test_a_round_keeps_budget_order_and_sums(seed: int, n: int, budget: int) -> None:
    travel, service, prize = case(seed, n)
    before = travel.copy(), service.copy(), prize.copy()
    try:
        found = solve_round(
            travel, service, prize, start=0, end=1, budget_s=budget, seed=seed, iterations=30
        )
    except NoPlanError:
        assert travel[0, 1] + service[0] + service[1] > budget
        return
    order = list(found.order)
    assert (order[0], order[-1]) == (0, 1)
    assert len(set(order)) == len(order)
    assert found.travel_s == sum(travel[a, b] for a, b in pairwise(order))
    assert found.service_s == service[order].sum()
    assert found.travel_s + found.service_s <= budget
    assert found.prize == prize[order].sum()
    assert all(np.array_equal(a, b) for a, b in zip(before, (travel, service, prize), strict=True))
    again = solve_round(
        travel, service, prize, start=0, end=1, budget_s=budget, seed=seed, iterations=30
    )
    assert again == found


def test_direction_matters() -> None:
    travel = [[0, 5, 50], [50, 0, 5], [5, 50, 0]]
    found = solve_round(travel, [0] * 3, [0, 1, 1], start=0, end=0, budget_s=15, seed=1)
    assert found.order == (0, 1, 2, 0)


def test_musts_are_visited_or_refused() -> None:
    travel, service, prize = case(3, 12)
    found = solve_round(travel, service, prize, start=0, end=0, budget_s=400, seed=1, must=(4, 7))
    assert {4, 7} <= set(found.order)
    with pytest.raises(NoPlanError):
        solve_round(travel, service, prize, start=0, end=0, budget_s=5, seed=1, must=(4,))


def test_windows_hold_on_arrival() -> None:
    travel, service, prize = case(5, 15)
    rng = np.random.default_rng(1)
    opens = rng.integers(0, 200, 15)
    windows = np.column_stack([opens, opens + 120])
    windows[0] = (0, 600)
    found = solve_round(
        travel, service, prize, start=0, end=0, budget_s=400, seed=1, windows=windows
    )
    clock = int(service[0])
    for a, b in zip(found.order, found.order[1:-1], strict=False):
        clock = max(clock + int(travel[a, b]), int(windows[b, 0]))
        assert clock <= windows[b, 1]
        clock += int(service[b])


@pytest.mark.parametrize(
    "change", [{"start": 9}, {"must": (9,)}, {"prize": [1, 2]}, {"service_s": [-1, 0, 0]}]
)
def test_input_that_does_not_fit_is_named(change: dict[str, Any]) -> None:
    given_ = {"travel_s": np.zeros((3, 3)), "service_s": [0] * 3, "prize": [1] * 3, "start": 0}
    with pytest.raises(UsageError):
        solve_round(**{**given_, "end": 0, "budget_s": 9, "seed": 1, **change})


def test_nothing_to_choose_is_a_walk_home() -> None:
    assert solve_round([[0]], [0], [0], start=0, end=0, budget_s=0, seed=1).order == (0, 0)


def test_a_team_shares_no_door() -> None:
    travel, service, prize = case(8, 40)
    team = solve_team(
        travel, service, prize, starts=[0, 1], ends=[0, 1], budgets_s=[300, 200], seed=1
    )
    first, second = (set(r.order) - {0, 1} for r in team.rounds)
    assert not first & second
    for found, budget in zip(team.rounds, (300, 200), strict=True):
        assert found.travel_s + found.service_s <= budget


def test_a_prize_where_two_start_counts_once_for_the_team() -> None:
    travel = np.full((4, 4), 10) - 10 * np.eye(4, dtype=int)
    team = solve_team(
        travel, [0] * 4, [100, 7, 1, 1], starts=[0, 0], ends=[1, 0], budgets_s=[30, 30], seed=1
    )
    assert [r.prize for r in team.rounds] == [109, 0]
    assert team.prize == 109


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 16), st.integers(60, 300))
def test_a_team_shares_nothing_and_stays_where_it_may(seed: int, n: int, budget: int) -> None:
    travel, service, prize = case(seed, n)
    allowed = np.random.default_rng(seed).random((3, n)) < 0.6
    try:
        team = solve_team(
            travel, service, prize, starts=[0, 1, 0], ends=[0, 0, 2], budgets_s=[budget] * 3,
            seed=seed, iterations=20, allowed=allowed,
        )  # fmt: skip
    except NoPlanError:
        return
    inner = [set(r.order[1:-1]) for r in team.rounds]
    assert sum(map(len, inner)) == len(set().union(*inner))
    for person, nodes in enumerate(inner):
        assert not nodes & {0, 1, 2}
        assert all(allowed[person, node] for node in nodes)


def test_a_walk_that_is_shorter_by_way_of_another_is_found() -> None:
    n = 14
    travel = np.full((n, n), 90)
    travel[0, 5], travel[5, 6], travel[6, 1] = 10, 10, 10
    prize = np.zeros(n, dtype=int)
    found = solve_round(travel, [1] * n, prize, start=0, end=1, budget_s=40, seed=1)
    assert found.order == (0, 5, 6, 1)
    with pytest.raises(NoPlanError):
        solve_round(travel, [1] * n, prize, start=0, end=1, budget_s=33, seed=1)


def test_required_places_that_cannot_fit_are_refused_at_once() -> None:
    travel, service, prize = case(4556, 20)
    windows = np.column_stack([np.zeros(20, dtype=int), np.full(20, 100)])
    for times in (None, windows):
        with pytest.raises(NoPlanError):
            solve_round(
                travel, service, prize, start=0, end=1, budget_s=90, seed=1,
                must=tuple(range(2, 15)), windows=times,
            )  # fmt: skip


def best_prize_in_time(case_: tuple[Any, Any, Any], windows: Any, *, budget: int) -> int:
    travel, service, prize = case_
    best = -1
    for size in range(len(prize) - 1):
        for inner in permutations(range(2, len(prize)), size):
            clock, before = 0, 0
            for node in (0, *inner, 1):
                clock = max(clock + (travel[before, node] if node else 0), windows[node, 0])
                if clock > windows[node, 1]:
                    break
                clock, before = clock + service[node], node
            else:
                if clock <= budget:
                    best = max(best, int(prize[[0, *inner, 1]].sum()))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_small_rounds_with_windows_are_optimal(seed: int) -> None:
    travel, service, prize = case(seed, 7)
    rng = np.random.default_rng(seed)
    opens = rng.integers(0, 80, 7)
    windows = np.column_stack([opens, opens + rng.integers(20, 120, 7)])
    windows[0] = (0, 10)
    expected = best_prize_in_time((travel, service, prize), windows, budget=160)
    try:
        found = solve_round(
            travel, service, prize, start=0, end=1, budget_s=160, seed=1, windows=windows
        ).prize
    except NoPlanError:
        found = -1
    assert found == expected
