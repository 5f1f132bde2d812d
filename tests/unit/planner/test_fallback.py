"""Where the compiled search cannot run there is still a round, marked as such (R37)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
import numpy as np
{broken}
from zds_geo.planner import replan, search_fault, solve_round, solve_team
rng = np.random.default_rng(1)
at = rng.integers(0, 900, (60, 2))
travel = np.abs(at[:, None] - at[None]).sum(axis=2)
prize, service = rng.integers(1, 99, 60), np.full(60, 100)
case = dict(seed=1, iterations=200)
found = solve_round(travel, service, prize, start=0, end=0, budget_s=3000, **case)
took = sum(travel[a, b] for a, b in zip(found.order, found.order[1:]))
assert took + service[list(set(found.order))].sum() <= 3000
team = solve_team(travel, service, prize, starts=[0, 1], ends=[0, 1], budgets_s=[900, 900], **case)
rest = replan(travel, service, prize, printed=list(found.order[3:-1]), here=found.order[2], end=0,
              left_s=1500, seed=1)
assert len(rest.order) > 2
print(found.stop_reason, found.prize, bool(search_fault()))
"""


def answer(broken: str) -> tuple[str, int, bool]:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(broken=broken)], capture_output=True, text=True,
        check=True, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "src")},
    )  # fmt: skip
    reason, prize, fault = done.stdout.split()
    return reason, int(prize), fault == "True"


@pytest.mark.req("R37")
def test_without_the_compiler_rounds_are_greedy_valid_and_marked() -> None:
    good = answer("")
    assert good[0] == "iterations"
    assert not good[2]
    reason, prize, fault = answer("sys.modules['numba'] = None")
    assert reason == "search_failed"
    assert fault
    assert 0.6 * good[1] <= prize <= good[1]
