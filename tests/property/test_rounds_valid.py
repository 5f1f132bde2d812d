"""Rounds over graphs with cut edges: in the budget, each node once, nothing out of reach (R36)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.core.errors import NoPlanError
from zds_geo.planner import solve_round

FAR = 10**6


@pytest.mark.req("R36")
@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 4), st.integers(0, 4000))
def test_a_round_on_islands_stays_on_its_own_and_in_its_minutes(
    seed: int, n: int, islands: int, budget: int
) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.random((n, 2)) * 1000
    island = rng.integers(islands, size=n)
    travel = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)).astype(np.int64)
    travel[island[:, None] != island[None]] = FAR
    service, prize = rng.integers(0, 300, n), rng.integers(0, 50, n)
    start, end = 0, int(rng.integers(n))
    fixed = int(service[list({start, end})].sum())
    try:
        found = solve_round(
            travel, service, prize, start=start, end=end, budget_s=budget, seed=1, iterations=200
        )
    except NoPlanError:
        assert int(travel[start, end]) * (start != end) + fixed > budget
        return
    order = list(found.order)
    inner = order[1:-1]
    assert (order[0], order[-1]) == (start, end)
    assert len(set(inner)) == len(inner)
    assert not set(inner) & {start, end}
    assert {int(island[k]) for k in order} == {int(island[start])}
    walk = sum(int(travel[a, b]) for a, b in itertools.pairwise(order))
    assert found.travel_s == walk
    assert walk + int(service[list(set(order))].sum()) <= budget
    assert found.prize == int(prize[list(set(order))].sum())
