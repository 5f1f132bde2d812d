"""Every door of Kampen once: shifts of 150 minutes against a lower bound, and beside rivals.

Each shift stays in one buurt and begins and ends in its middle, so bounds add up over the buurten.
Two services: the mean that the settings expect at a door by day, and a town where nobody opens
(``--closed``), where walking weighs most. Then the answer for twelve assistants and twenty days.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

import kampen
from zds_geo.core.windows import AMSTERDAM

NOW = datetime(2026, 11, 1, 18, 0, tzinfo=AMSTERDAM)
FIRST, WEEKS, SHIFT_S = date(2026, 11, 2), 4, 150 * 60  # twenty working days


def _cases(folder: Path, *, closed: bool) -> tuple[Any, Any]:
    from zds_geo.app._day import load_day
    from zds_geo.app._waiting import find_waiting
    from zds_geo.app.workspace import open_store, open_workspace

    workspace = open_workspace(folder)
    with open_store(workspace, now=NOW) as store:
        day = load_day(workspace, store, on=FIRST, shifts=[], seed=1)
    if closed:
        service = day.settings.service
        day.settings = replace(day.settings, service=replace(service, talk_s=service.closed_s))
    return day, find_waiting(day, until=FIRST, windows=["middag"])


def cover(folder: Path, *, closed: bool, iterations: int | None) -> dict[str, tuple[int, ...]]:
    """Ours, or with no iterations: always on to the nearest door that still fits."""
    from zds_geo.app._cover import cover_area

    day, waiting = _cases(folder, closed=closed)
    found: dict[str, tuple[int, ...]] = {}
    for code in sorted(set(waiting.doors["buurt_code"])):
        area = cover_area(day, waiting, (code,), [], usual_s=SHIFT_S, iterations=iterations)
        used = sum(bool(r) for r in area.rounds)
        doors = [d for r in area.rounds for d in r]
        assert len(doors) == len(set(doors))
        assert len(doors) + len(area.unreachable) == (waiting.doors["buurt_code"] == code).sum()
        found[code] = (used, area.bound, len(area.unreachable), sum(area.walk_s))
    return found


def pyvrp(folder: Path, *, closed: bool, share: float) -> dict[str, tuple[int, ...]]:
    """PyVRP on the same arrays, each buurt a number of seconds that grows with its doors."""
    from zds_geo.app._cover import Slot, _make_case, _slot_rules

    day, waiting = _cases(folder, closed=closed)
    slot = Slot(shift=None, on=date.max, seconds=SHIFT_S)
    found: dict[str, tuple[int, ...]] = {}
    for code in sorted(set(waiting.doors["buurt_code"])):
        doors = waiting.doors.loc[waiting.doors["buurt_code"] == code]
        case = _make_case(day, waiting, doors, [])
        rules = _slot_rules(day, waiting, case, [slot])
        out, service, budget = rules.out[0], rules.service[0], int(rules.budget[0])
        keep = np.flatnonzero(2 * out + service <= budget)
        travel = case.travel[np.ix_(keep, keep)]
        seconds = max(1.0, share * len(keep) / 1000)
        rounds = _pyvrp(travel, service[keep], out[keep], budget, seconds)
        found[code] = (rounds, 0, 0, 0)
    return found


def _pyvrp(travel: Any, service: Any, out: Any, budget: int, seconds: float) -> int:
    """Give the rounds of PyVRP; 10,000 where it finds no answer in its time."""
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
    from pyvrp.stop import MaxRuntime

    n = len(service)
    times = np.zeros((n + 1, n + 1), dtype=np.int64)
    times[1:, 1:] = travel
    times[0, 1:] = times[1:, 0] = out
    np.fill_diagonal(times, 0)
    data = ProblemData(
        locations=[Location(0, 0) for _ in range(n + 1)],
        clients=[Client(location=i + 1, service_duration=int(service[i])) for i in range(n)],
        depots=[Depot(location=0)],
        vehicle_types=[
            VehicleType(
                num_available=n, fixed_cost=100_000, shift_duration=budget,
                unit_distance_cost=0, unit_duration_cost=1,
            )
        ],
        distance_matrices=[np.zeros((n + 1, n + 1), dtype=np.int64)],  # type: ignore[list-item]
        duration_matrices=[times],  # type: ignore[list-item]
    )  # fmt: skip
    result = solve(data, stop=MaxRuntime(seconds), seed=1, display=False)
    return len(result.best.routes()) if result.is_feasible() else 10_000


def calendar(folder: Path) -> dict[str, Any]:
    """Twelve assistants, twenty days."""
    from zds_geo.app.plan_weeks import plan_weeks
    from zds_geo.app.workspace import open_workspace

    found = plan_weeks(open_workspace(folder), weeks=WEEKS, now=NOW, seed=1)
    lacking = [(m, n) for a in found.areas for m, n in a.lacking]
    return {
        "shifts": len(found.shifts), "doors": found.n_doors, "planned": found.n_planned,
        "lacking": sum(n for _, n in lacking), "hours": sum(m * n for m, n in lacking) / 60,
        "nobody": sum(a.n_doors for a in found.areas if a.all_tried_on is None),
        "last": max((a.all_tried_on for a in found.areas if a.all_tried_on), default=None),
    }  # fmt: skip


def _apart(work: Callable[..., Any], folder: Path, **facts: Any) -> tuple[Any, float, float]:
    """Run in a process of its own: answer, seconds, peak memory in MB."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_answer, args=(answers, work, folder, facts))
    process.start()
    found: tuple[Any, float, float] = answers.get()
    process.join()
    return found


def _answer(answers: Any, work: Callable[..., Any], folder: Path, facts: dict[str, Any]) -> None:
    begun = time.perf_counter()
    found = work(folder, **facts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((found, time.perf_counter() - begun, peak))


def main() -> int:
    """Print shifts, bound, ratio, seconds and peak memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--closed", action="store_true", help="nobody opens: 90 s a door")
    parser.add_argument("--pyvrp", type=float, default=0.0, help="seconds for 1,000 doors; 0: none")
    parser.add_argument("--iterations", type=int, default=None)
    parser.add_argument("--no-calendar", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "k"
        kampen.import_kampen(folder, now=NOW)
        runs: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
            ("nearest neighbour", cover, {"iterations": 0}),
            ("zds_geo", cover, {"iterations": args.iterations}),
        ]
        if args.pyvrp:
            runs.append(("PyVRP", pyvrp, {"share": args.pyvrp}))
        bounds: dict[str, int] = {}
        print("nobody opens" if args.closed else "expected mean at a door", flush=True)
        for label, work, facts in runs:
            found, seconds, peak = _apart(work, folder, closed=args.closed, **facts)
            for code, row in found.items():
                bounds[code] = max(bounds.get(code, 0), row[1])
            shifts, bound = sum(r[0] for r in found.values()), sum(bounds.values())
            far = max(sum(r[2] for r in found.values()), 0)
            print(
                f"{label:<18} shifts {shifts:>4}  bound {bound:>4}  ratio {shifts / bound:.3f}"
                f"  {seconds:5.0f} s  {peak:5.0f} MB  too far {far}",
                flush=True,
            )
            print("    " + " ".join(f"{c[-2:]}:{r[0]}/{bounds[c]}" for c, r in found.items()))
        if not args.no_calendar:
            answer, seconds, peak = _apart(calendar, folder)
            print(
                f"12 assistants, {WEEKS} weeks: {answer['shifts']} shifts try {answer['planned']}"
                f" of {answer['doors']} doors; {answer['lacking']} shifts"
                f" ({answer['hours']:.0f} hours) are missing; {answer['nobody']} doors where nobody"
                f" walks; the others by {answer['last']}  {seconds:.0f} s  {peak:.0f} MB"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
