"""What the search keeps of its round, so that it need not look at everything again."""

from __future__ import annotations

import numpy as np
import pytest

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
