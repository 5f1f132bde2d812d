"""A round as it is written down: which doors of a block make one stop."""

from __future__ import annotations

import numpy as np

from zds_geo.app._candidates import Nodes
from zds_geo.app._written import same_stop

HOUR = 3600
NODES = Nodes(
    stop_ids=["flat", "flat", "flat", "house"],
    door_ids=[("a", "b"), ("asked for later",), ("c",), ("d",)],
    prize=np.ones(4, dtype=np.int64),
    service_s=np.full(4, 300, dtype=np.int64),
    windows=np.array([[0, 4 * HOUR], [2 * HOUR, 4 * HOUR], [0, HOUR], [0, 4 * HOUR]]),
)


def test_only_doors_that_may_be_rung_at_by_then_make_one_stop() -> None:
    assert same_stop(NODES, [2, 3, 4, 5], clock=HOUR // 2) == [2]  # one asked to come later
    assert same_stop(NODES, [2, 4, 5], clock=HOUR // 2) == [2, 4]
    assert same_stop(NODES, [2, 3, 4], clock=3 * HOUR) == [2, 3]  # too late for the last
    assert same_stop(NODES, [5], clock=0) == [5]
