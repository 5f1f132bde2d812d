"""What the search keeps of its round, so that it need not look at everything again."""

from __future__ import annotations

import numpy as np
import pytest

from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.planner import replan, solve_round, solve_team
from zds_geo.planner._case import make_case
from zds_geo.planner._kernel import copy_walk, recreate, search
from zds_geo.planner._search import Search


@pytest.mark.parametrize("seed", range(6))
def test_the_best_gap_of_each_node_is_as_kept_or_not_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 70
    xy = rng.integers(0, 500, (n, 2))
    travel = np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))).astype(np.int64)
    travel += rng.integers(0, 9, (n, n)) * (seed % 2)  # not the same both ways
    case = make_case(
        travel, rng.integers(0, 40, n), rng.integers(1, 90, n), start=0, end=1, budget_s=1500,
        must=(), windows=None,
    )  # fmt: skip
    all_of = Search(case, seed=seed)
    task, room = all_of.task, all_of.room
    here, best = (all_of._new_walk() for _ in range(2))
    here.order[1] = len(all_of.at) - 1
    here.inside[[0, len(all_of.at) - 1]] = True
    m = recreate(task, here, 2, room, 0.0, 0.0, all_of.state)
    copy_walk(here, m, best)
    sizes = np.array([m, m])
    for _ in range(40):
        search(task, (here, best, all_of.trial), sizes, room, 5, 0.02, 8, all_of.state)
        order = here.order[: sizes[0]]
        a, b = order[:-1], order[1:]
        assert list(room.follows[a]) == list(b)
        for k in np.flatnonzero(~here.inside):
            detours = task.effort[a, k] + task.effort[k, b] - task.effort[a, b]
            if room.known_after[k] >= 0:
                assert room.known_cost[k] == detours.min()
                assert detours[list(a).index(room.known_after[k])] == detours.min()
            else:
                assert room.known_cost[k] <= detours.min()


@pytest.mark.parametrize("never", [2**60, 2**62, int(np.iinfo(np.int64).max)])
def test_no_way_may_be_any_large_number(never: int) -> None:
    rng = np.random.default_rng(3)
    n = 16
    xy = rng.integers(0, 40, (n, 2))
    travel = np.abs(xy[:, None] - xy[None]).sum(axis=2).astype(np.int64)
    island = np.arange(n) % 2 == 1
    travel[island[:, None] != island[None, :]] = never
    found = solve_round(
        travel, np.ones(n), rng.integers(1, 9, n), start=0, end=2, budget_s=200, seed=1,
        iterations=200,
    )  # fmt: skip
    assert len(found.order) > 4
    assert not island[list(found.order)].any()
    with pytest.raises(UsageError):
        solve_round(travel, np.ones(n), np.ones(n), start=0, end=2, budget_s=2**60, seed=1)


def test_a_must_that_changes_hands_keeps_its_prize() -> None:
    x = np.array([6, 7, 8, 3, 17])
    travel = np.abs(x[:, None] - x[None, :])
    prize = np.array([0, 0, 1, 10, 5])
    team = solve_team(
        travel, np.zeros(5), prize, starts=[0, 1], ends=[0, 1], budgets_s=[24, 14], seed=1,
        iterations=30, must=[2],
    )  # fmt: skip
    visited = {k for r in team.rounds for k in r.order}
    assert 2 in visited
    assert team.prize == prize[sorted(visited)].sum()
    for found in team.rounds:
        assert found.prize == prize[sorted(set(found.order))].sum() <= found.bound


def test_the_rest_of_a_round_keeps_musts_and_claims_no_proof_it_has_not() -> None:
    x = np.array([*range(12), 500]) * 10
    line = np.abs(x[:, None] - x[None, :])
    ones = np.ones(13, dtype=np.int64)
    with pytest.raises(NoPlanError):
        replan(
            line, ones, ones, printed=[1, 2, 3, 12], here=0, end=0, left_s=400, seed=1, must=[12]
        )
    travel = [[0, 5, 5], [5, 0, 9], [5, 9, 0]]
    found = replan(travel, [0, 0, 0], [0, 10, 12], printed=[1], here=0, end=0, left_s=12, seed=1)
    assert found.bound is not None
    assert found.bound >= 12


def test_the_rest_of_a_round_is_as_printed_when_all_of_it_fits() -> None:
    rng = np.random.default_rng(5)
    xy = rng.integers(0, 100, (14, 2))
    travel = np.abs(xy[:, None] - xy[None]).sum(axis=2)
    printed = list(range(1, 13))
    found = replan(
        travel, np.ones(14), np.ones(14), printed=printed, here=0, end=13, left_s=5000, seed=1
    )
    assert list(found.order) == [0, *printed, 13]
    assert found.stop_reason == "all_visited"


def test_a_walk_by_nodes_that_bring_nothing_is_a_round() -> None:
    n = 14
    travel = np.full((n, n), 10_000)
    travel[0, 2] = travel[2, 3] = travel[3, 1] = 5
    prize = np.array([0, 0, 0, 0, *[5] * (n - 4)])
    found = solve_round(
        travel, np.zeros(n), prize, start=0, end=1, budget_s=100, seed=1, iterations=50
    )
    assert found.order == (0, 2, 3, 1)
