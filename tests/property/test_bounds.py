"""The bounds of the bench hold: no round of a small case exceeds them, and they close."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zds_geo.planner._case import make_case, solve_exactly

BENCH = Path(__file__).resolve().parents[2] / "bench"
Numbers = tuple[Any, Any, Any, int, int, int]


def _random(seed: int) -> Numbers:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    if seed % 4 < 2:  # points, some at the same place
        xy = rng.integers(0, 30, (n, 2))
        xy[rng.random(n) < 0.3] = xy[0]
        travel = np.rint(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))).astype(np.int64)
    else:
        travel = rng.integers(0, 30, (n, n))
    if seed % 4 == 2:
        travel = np.triu(travel) + np.triu(travel, 1).T
    service = rng.integers(0, 4, n) * int(rng.integers(0, 6))
    prize = rng.integers(0, 50, n) * (rng.random(n) < 0.8)
    end = 0 if seed % 3 == 0 else int(rng.integers(0, n))
    return travel, service, prize, 0, end, int(rng.integers(0, 120))


def _optimum(numbers: Numbers) -> int | None:
    travel, service, prize, start, end, budget = numbers
    case = make_case(
        travel, service, prize, start=start, end=end, budget_s=budget, must=(), windows=None
    )
    order = solve_exactly(case, [int(i) for i in np.flatnonzero(case.open)], needed=())
    return None if order is None else case.prize_of(order)


@pytest.mark.parametrize("block", range(5))
def test_no_round_exceeds_the_bound(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import branching
    from relaxation import Relaxation, make_problem

    checked = 0
    for seed in range(60 * block, 60 * block + 60):
        numbers = _random(seed)
        best = _optimum(numbers)
        if best is None:
            continue
        travel, service, prize, start, end, budget = numbers
        ends: dict[str, int] = {"start": start, "end": end, "budget": budget}
        for known, large in ((best, 400), (0, 400), (0, 2)):  # with a known round, and with none
            monkeypatch.setattr(branching, "LARGE", large)  # or in parts from early on
            got = branching.bound_of(travel, service, prize, **ends, best=known, seconds=20)
            assert got.root >= best, seed
            assert got.bound == best, seed
            assert got.best <= best, seed
        relaxation = Relaxation(make_problem(travel, service, prize, **ends), near=1)
        assert relaxation.solve(20)
        assert relaxation.priced().bound >= best - 1e-6, seed  # few columns, not yet a row
        relaxation.prices = np.random.default_rng(seed).normal(0, 1, len(relaxation.prices))
        assert relaxation.priced().bound >= best - 1e-6, seed  # whatever the prices
        checked += 1
    assert checked > 20
