"""Covering: every node in one round, within budgets, no fewer rounds than the bound."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zds_geo.core.errors import UsageError
from zds_geo.planner import NO_WAY_S, Cover, cover_nodes
from zds_geo.planner._bound import fewest_rounds


def _town(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places on a plane around a start: whole seconds rounded up keep the triangle inequality."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-300, 300, (n, 2))
    travel = np.ceil(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))).astype(np.int64)
    return travel, np.ceil(np.hypot(*xy.T)).astype(np.int64), rng.integers(20, 200, n)


def _check(
    found: Cover, travel: np.ndarray, service: np.ndarray, out: np.ndarray, budget: list[int]
) -> None:
    seen = [i for r in found.rounds for i in r] + [*found.left_out, *found.misfits]
    assert sorted(seen) == list(range(len(service)))
    for k, nodes in enumerate(found.rounds):
        walk = 0
        if nodes:
            walk = int(out[nodes[0]] + out[nodes[-1]])
            walk += sum(int(travel[a, b]) for a, b in itertools.pairwise(nodes))
        assert found.walk_s[k] == walk
        assert found.service_s[k] == int(service[list(nodes)].sum())
        assert walk + found.service_s[k] <= budget[k]
    assert found.n_rounds == sum(bool(r) for r in found.rounds)
    assert found.bound <= found.n_rounds


@given(
    n=st.integers(1, 60), seed=st.integers(0, 10**6), m=st.integers(1, 40),
    lengths=st.lists(st.integers(300, 3000), min_size=1, max_size=3),
    iterations=st.sampled_from([0, 1, 300]),
)  # fmt: skip
def test_every_node_is_in_one_round_that_keeps_its_budget(
    n: int, seed: int, m: int, lengths: list[int], iterations: int
) -> None:
    travel, out, service = _town(n, seed)
    budget = [lengths[i % len(lengths)] for i in range(m)]
    found = cover_nodes(
        travel, service, out_s=out, home_s=out, budget_s=budget, seed=seed, iterations=iterations
    )
    _check(found, travel, service, out, budget)
    for node in found.misfits:
        assert 2 * out[node] + service[node] > max(budget)


def test_fullest_rounds_come_first() -> None:
    travel, out, service = _town(90, 8)
    budget = [2400, 1800] * 40
    found = cover_nodes(
        travel, service, out_s=out, home_s=out, budget_s=budget, seed=1, iterations=5000
    )
    _check(found, travel, service, out, budget)
    for alike in (found.service_s[0::2], found.service_s[1::2]):
        used = [s for s in alike if s]
        assert used == sorted(used, reverse=True)


def test_same_seed_same_rounds() -> None:
    travel, out, service = _town(150, 4)
    answers = [
        cover_nodes(
            travel, service, out_s=out, home_s=out, budget_s=[2400] * 60, seed=7, iterations=3000
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


def test_search_needs_fewer_rounds_than_always_on_to_the_nearest() -> None:
    travel, out, service = _town(200, 11)
    few, many = (
        cover_nodes(
            travel, service, out_s=out, home_s=out, budget_s=[2400] * 90, seed=1, iterations=i
        )
        for i in (40_000, 0)
    )
    assert few.n_rounds < many.n_rounds
    assert not few.left_out


def _fewest(travel: np.ndarray, service: np.ndarray, out: np.ndarray, budget: int) -> int:
    """Give the fewest rounds of a few nodes: all orders, cut as late as possible."""
    n = len(service)
    best = n
    for order in itertools.permutations(range(n)):
        rounds, last, spent = 0, -1, 0
        for node in order:
            more = int(travel[last, node] + service[node]) if last >= 0 else 0
            if last < 0 or spent + more + int(out[node]) > budget:
                rounds, spent = rounds + 1, int(out[node] + service[node])
            else:
                spent += more
            last = node
        best = min(best, rounds)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_bound_is_no_more_than_the_true_fewest(seed: int) -> None:
    travel, out, service = _town(6, seed)
    budget = int((2 * out + service).max()) + 150 * (seed % 4)
    true = _fewest(travel, service, out, budget)
    bound = fewest_rounds(travel, out=out, home=out, service=service, budget_s=np.array([budget]))
    assert 1 <= bound <= true
    found = cover_nodes(travel, service, out_s=out, home_s=out, budget_s=[budget] * 6, seed=1)
    assert found.n_rounds == true


def test_early_slots_are_used_first_and_a_node_waits_for_its_first_slot() -> None:
    travel, out, service = _town(12, 2)
    first = np.zeros(12, dtype=int)
    first[3] = 4
    found = cover_nodes(
        travel, service, out_s=out, home_s=out, budget_s=[20_000] * 6, first=first, seed=1
    )
    assert [bool(r) for r in found.rounds][5] is False
    assert 3 in found.rounds[4]
    assert found.n_rounds == 1  # all may wait for that slot


def test_kinds_of_slots_visit_only_what_they_may() -> None:
    travel, out, service = _town(20, 3)
    ways = np.array([out, out])
    ways[0, :10] = NO_WAY_S
    ways[1, 10:] = NO_WAY_S
    found = cover_nodes(
        travel, np.array([service, service]), out_s=ways, home_s=ways, budget_s=[5000] * 8,
        kind=[0, 1] * 4, seed=1,
    )  # fmt: skip
    assert not found.left_out
    for k, nodes in enumerate(found.rounds):
        assert all((node >= 10) == (k % 2 == 0) for node in nodes)


def test_nodes_out_of_reach_are_misfits_and_too_few_slots_leave_out() -> None:
    travel, out, service = _town(30, 5)
    out[4] = NO_WAY_S
    found = cover_nodes(travel, service, out_s=out, home_s=out, budget_s=[1500], seed=1)
    assert found.misfits[:1] == (4,) or 4 in found.misfits
    assert found.left_out
    assert found.n_rounds == 1


def test_walking_is_limited_where_a_slot_says_so() -> None:
    travel, out, service = _town(25, 6)
    limit = 2 * int(out.max()) + 50
    found = cover_nodes(
        travel,
        service,
        out_s=out,
        home_s=out,
        budget_s=[9000] * 25,
        most_walk_s=[limit] * 25,
        seed=1,
    )
    assert not found.left_out
    assert max(found.walk_s) <= limit


def test_no_nodes_is_no_round() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    found = cover_nodes(
        np.zeros((0, 0), dtype=np.int64),
        nothing,
        out_s=nothing,
        home_s=nothing,
        budget_s=[900],
        seed=1,
    )
    assert found.n_rounds == found.bound == 0


def test_a_crowd_at_one_place_is_divided_over_rounds() -> None:
    n = 50  # parts of a block of flats of 300 doors, all at one stop
    found = cover_nodes(
        np.zeros((n, n), dtype=np.int64), [1290] * n, out_s=[60] * n, home_s=[60] * n,
        budget_s=[8700] * 20, seed=1,
    )  # fmt: skip
    assert found.n_rounds == 9  # six parts a round
    assert not found.left_out


@pytest.mark.parametrize(
    "wrong",
    [
        {"out_s": [1, 2]},
        {"budget_s": [-5]},
        {"kind": [3]},
        {"first": [0]},
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, list[int]]) -> None:
    facts: dict[str, Any] = {"out_s": [1, 1, 1], "home_s": [1, 1, 1], "budget_s": [99]} | wrong
    with pytest.raises(UsageError):
        cover_nodes(np.ones((3, 3), dtype=np.int64), [1, 1, 1], seed=1, **facts)
