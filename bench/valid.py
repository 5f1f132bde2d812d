"""Are the answers valid? Thousands of made cases, odd ones among them, and days of a whole quarter.

Cases: no door to 2,000, places out of reach, no triangle inequality, zero distances, several doors
at one place, windows, musts, sides, teams. Each answer is checked from its input alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from zds_geo.core.errors import NoPlanError
from zds_geo.planner import CHANGE_S, SOON, solve_round, solve_team

FAR = 10**7


def make_case(draw: np.random.Generator) -> dict[str, Any]:
    """Make a case of some odd kind."""
    n = int(draw.choice([1, 2, 3, 8, 15, 40, 90], p=[0.04, 0.06, 0.1, 0.25, 0.25, 0.2, 0.1]))
    kind = str(draw.choice(["streets", "random", "islands", "same place", "flat"]))
    xy = draw.uniform(0, 800, (n, 2))
    if kind == "same place":
        xy = xy[draw.integers(0, max(n // 4, 1), n)]
    travel = np.rint(np.abs(xy[:, None] - xy[None]).sum(axis=2)).astype(np.int64)
    if kind == "random":
        travel = draw.integers(0, 900, (n, n))
    if kind == "islands":
        where = draw.integers(0, 3, n)
        travel[where[:, None] != where[None, :]] = FAR
    if kind == "flat":
        travel[:] = 0
    np.fill_diagonal(travel, 0)
    service = draw.integers(0, 400, n)
    start, end = int(draw.integers(0, n)), int(draw.integers(0, n))
    case: dict[str, Any] = {
        "travel_s": travel, "service_s": service,
        "prize": np.where(draw.random(n) < 0.1, 0, draw.integers(0, 9000, n)), "start": start,
        "end": start if draw.random() < 0.6 else end,
        "budget_s": int(draw.choice([0, 60, 600, 2000, 6000, 50_000])),
        "seed": int(draw.integers(0, 99)), "iterations": 60,
    }  # fmt: skip
    if draw.random() < 0.3:
        opens = draw.integers(0, 3000, n)
        case["windows"] = np.column_stack([opens, opens + draw.integers(0, 9000, n)])
    if draw.random() < 0.3:
        case["must"] = [int(k) for k in draw.integers(0, n, min(2, n))]
    if draw.random() < 0.5:
        case |= {"sides": draw.integers(-1, 6, n), "change_s": CHANGE_S, "soon": SOON}
    return case


def check_round(case: dict[str, Any]) -> str:
    """Check an answer from its input; give what it was."""
    try:
        found = solve_round(**case)
    except NoPlanError:
        return "no plan, said so"
    order, travel, service = list(found.order), case["travel_s"], case["service_s"]
    assert order[0] == case["start"]
    assert order[-1] == case["end"]
    inner = order[1:-1]
    assert len(set(inner)) == len(inner)
    assert not set(inner) & {case["start"], case["end"]}
    assert set(case.get("must", ())) <= set(order)
    assert found.prize == int(case["prize"][list(set(order))].sum())
    assert found.travel_s == sum(int(travel[a, b]) for a, b in pairwise(order))
    assert found.service_s == int(service[list(set(order))].sum())
    clock = 0
    for i, node in enumerate(order):
        clock += int(travel[order[i - 1], node]) if i else 0
        if i == len(order) - 1 and case["start"] == case["end"]:
            break
        if "windows" in case:
            clock = max(clock, int(case["windows"][node, 0]))
            assert clock <= case["windows"][node, 1]
        clock += int(service[node])
    assert clock <= case["budget_s"]
    assert found.bound is None or found.bound >= found.prize
    assert FAR not in [int(travel[a, b]) for a, b in pairwise(order)]
    return "round" if inner else "only the walk"


def check_team(draw: np.random.Generator) -> str:
    """Check rounds of several assistants."""
    case = make_case(draw)
    n = len(case["prize"])
    people = int(draw.integers(1, 4))
    starts = [int(k) for k in draw.integers(0, n, people)]
    budgets = [int(b) for b in draw.choice([0, 600, 3000], people)]
    try:
        team = solve_team(
            case["travel_s"], case["service_s"], case["prize"], starts=starts, ends=starts,
            budgets_s=budgets, seed=1, iterations=40, must=case.get("must", ()),
        )  # fmt: skip
    except NoPlanError:
        return "team: no plan, said so"
    visited = [k for r in team.rounds for k in r.order[1:-1]]
    assert len(set(visited)) == len(visited)
    assert not set(visited) & set(starts)
    assert set(case.get("must", ())) <= set(visited) | set(starts)
    for found, budget in zip(team.rounds, budgets, strict=True):
        took = sum(int(case["travel_s"][a, b]) for a, b in pairwise(found.order))
        took += int(case["service_s"][list(set(found.order))].sum())
        assert took <= budget
    return "team"


def check_days(n_days: int) -> Counter[str]:
    """Plan days of the example quarter; every door is on one round or under one reason."""
    from zds_geo.app._day import load_day
    from zds_geo.app._rounds import plan_round
    from zds_geo.app.calendar import shifts_on
    from zds_geo.app.make_example import make_example
    from zds_geo.app.simulate import simulate_weeks
    from zds_geo.app.workspace import open_store
    from zds_geo.core.model import Round
    from zds_geo.core.windows import AMSTERDAM

    tally: Counter[str] = Counter()
    first = date(2026, 3, 2)
    now = datetime.combine(first, datetime.min.time(), tzinfo=AMSTERDAM)
    with tempfile.TemporaryDirectory() as folder:
        workspace, _ = make_example(Path(folder) / "w", now=now, seed=3)
        begun = first
        for step in range(n_days):
            on = first + timedelta(days=step)
            shifts = shifts_on(workspace.settings, on)
            if not shifts:
                continue
            simulate_weeks(workspace, first=begun, until=on, seed=3, now=now + (on - first))
            begun = on
            with open_store(workspace, now=now + (on - first)) as store:
                day = load_day(workspace, store, on=on, shifts=shifts, seed=step)
            for shift in shifts:
                planned = plan_round(day, shift, code="X")
                if not isinstance(planned, Round):
                    tally[f"day: {planned.why}"] += 1
                    continue
                doors = set(planned.door_ids)
                assert not doors & day.taken
                assert not doors & set(day.do_not_knock)
                assert doors <= set(day.doors.index)
                seconds = (shift.end_at - shift.start_at).total_seconds()
                assert planned.walk_s + planned.service_s <= seconds
                day.taken |= doors
                tally["day: round"] += 1
            left = set(day.doors.index) - day.taken
            assert all(day.skip_reasons[d].startswith("not_now.") for d in left)
            tally["day: every door accounted for"] += 1
    return tally


def main() -> None:
    """Check, and count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--days", type=int, default=20)
    args = parser.parse_args()
    tally: Counter[str] = Counter()
    for k in range(args.cases):
        draw = np.random.default_rng(k)
        tally[check_round(make_case(draw)) if k % 5 else check_team(draw)] += 1
    for n in (2_000,):
        draw = np.random.default_rng(n)
        xy = draw.uniform(0, 2000, (n, 2))
        travel = np.rint(np.abs(xy[:, None] - xy[None]).sum(axis=2)).astype(np.int64)
        begun = time.perf_counter()
        check_round(
            {
                "travel_s": travel, "service_s": np.full(n, 200), "start": 0, "end": 0,
                "prize": draw.integers(1, 99, n), "budget_s": 9000, "seed": 1,
            }
        )  # fmt: skip
        print(f"{n} candidates: valid, {time.perf_counter() - begun:.1f} s")
    print(f"{args.cases} cases valid: {dict(tally)}")
    print(dict(check_days(args.days)))


if __name__ == "__main__":
    main()
