"""Rounds from real Kampen buurten: ours beside nearest neighbour, OR-Tools and PyVRP.

Prize at 1 and 5 seconds, worst and median of some seeds, as a share of the bound that no round can
exceed (``build/bounds.json``, by ``make bounds``) and of the best that any of them ever found.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from known import keep_best, read_known
from round_cases import RoundCase, round_cases
from zds_geo.planner import solve_round


def worth(case: RoundCase, order: list[int]) -> int:
    """Check an order, and give its prize; 0 when it is too long."""
    at = np.asarray(order)
    assert order[0] == 0
    assert order[-1] == 1
    assert len(set(order)) == len(order)
    took = int(case.travel[at[:-1], at[1:]].sum() + case.service[at].sum())
    return int(case.prize[at].sum()) if took <= case.budget else 0


def nearest(case: RoundCase, seconds: float, seed: int) -> list[int]:  # noqa: ARG001
    """Always on to the nearest door that still fits."""
    order, clock, left = [0], 0, set(range(2, len(case.prize)))
    while True:
        here = order[-1]
        able = [
            k for k in left
            if clock + case.travel[here, k] + case.service[k] + case.travel[k, 1] <= case.budget
        ]  # fmt: skip
        if not able:
            return [*order, 1]
        k = min(able, key=lambda j: (case.travel[here, j], j))
        clock += int(case.travel[here, k] + case.service[k])
        order.append(k)
        left.remove(k)


def ortools_textbook(case: RoundCase, seconds: float, seed: int) -> list[int]:  # noqa: ARG001
    """As in the manual: walking is the cost, a skipped door a large penalty."""
    return _ortools(case, seconds, price=0.0)


def ortools_priced(case: RoundCase, seconds: float, seed: int) -> list[int]:  # noqa: ARG001
    """Walking and service as the cost, prizes at what a second brings."""
    greedy = nearest(case, 0, 0)
    return _ortools(case, seconds, price=worth(case, greedy) / case.budget)


def guided_search(seconds: float) -> Any:
    """Give OR-Tools' parameters: cheapest insertion, then guided local search."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(int(1000 * seconds))
    return parameters


def _ortools(case: RoundCase, seconds: float, *, price: float) -> list[int]:
    from ortools.constraint_solver import pywrapcp

    n = len(case.prize)
    manager = pywrapcp.RoutingIndexManager(n, 1, [0], [1])
    routing = pywrapcp.RoutingModel(manager)
    spent = (case.travel + case.service[:, None]).astype(np.int64)
    time = routing.RegisterTransitMatrix(spent.tolist())
    routing.AddDimension(time, 0, case.budget, True, "time")
    if price:
        cost = routing.RegisterTransitMatrix(np.rint(spent * price).astype(np.int64).tolist())
        penalty = case.prize
    else:
        cost = routing.RegisterTransitMatrix(case.travel.tolist())
        penalty = case.prize * (1 + int(case.travel.max()) * 4 // max(int(case.prize.max()), 1))
    routing.SetArcCostEvaluatorOfAllVehicles(cost)
    for k in range(2, n):
        routing.AddDisjunction([manager.NodeToIndex(k)], int(penalty[k]))
    answer = routing.SolveWithParameters(guided_search(seconds))
    order, index = [], routing.Start(0)
    while answer is not None and not routing.IsEnd(index):
        order.append(manager.IndexToNode(index))
        index = answer.Value(routing.NextVar(index))
    return [*(order or [0]), 1]


def pyvrp_priced(case: RoundCase, seconds: float, seed: int) -> list[int]:
    """Duration as the cost, optional doors with prizes; the best of two prices."""
    base = worth(case, nearest(case, 0, 0)) / case.budget
    tries = [_pyvrp(case, seconds / 2, seed, price=base * f) for f in (1.0, 1.5)]
    return max(tries, key=lambda order: worth(case, order))


def _pyvrp(case: RoundCase, seconds: float, seed: int, *, price: float) -> list[int]:
    import pyvrp
    from pyvrp.stop import MaxRuntime

    n = len(case.prize)
    places = [0, 1, *range(2, n)]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in places],
        clients=[
            pyvrp.Client(
                location=k, service_duration=int(case.service[k]),
                prize=int(case.prize[k] / price), required=False,
            )
            for k in places[2:]
        ],
        depots=[pyvrp.Depot(location=0), pyvrp.Depot(location=1)],
        vehicle_types=[
            pyvrp.VehicleType(
                num_available=1, start_depot=0, end_depot=1, shift_duration=case.budget,
                unit_distance_cost=0, unit_duration_cost=1,
            )
        ],
        distance_matrices=[np.zeros((n, n), dtype=np.int64)],  # type: ignore[list-item]
        duration_matrices=[case.travel.astype(np.int64)],
    )  # fmt: skip
    result = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=seed, display=False)
    routes = result.best.routes()
    return [0, *(_visits(routes[0]) if routes else []), 1]


def _visits(route: Any) -> list[int]:
    return [int(v.idx) + 2 for v in route if v.is_client()]


def ours(case: RoundCase, seconds: float, seed: int) -> list[int]:
    """``solve_round``."""
    found = solve_round(
        case.travel, case.service, case.prize, start=0, end=1, budget_s=case.budget, seed=seed,
        time_limit_s=seconds,
    )  # fmt: skip
    return list(found.order)


SOLVERS = {
    "nearest neighbour": nearest, "OR-Tools, textbook": ortools_textbook,
    "OR-Tools, priced": ortools_priced, "PyVRP, priced": pyvrp_priced, "zds_geo": ours,
}  # fmt: skip


def main() -> int:
    """Print prizes as shares."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", nargs="*", type=float, default=[1.0, 5.0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--solvers", nargs="*", default=list(SOLVERS))
    parser.add_argument("--cases", nargs="*", default=[])
    args = parser.parse_args()
    cases = [c for c in round_cases() if not args.cases or any(x in c.name for x in args.cases)]
    ours(cases[0], 0.1, 0)  # compiled before the clock runs
    found: dict[tuple[str, float], list[list[float]]] = {}
    for case in cases:
        for name in args.solvers:
            for seconds in args.seconds:
                prizes = [worth(case, SOLVERS[name](case, seconds, s))
                          for s in range(1, 1 + (1 if "OR-Tools" in name or "near" in name
                                                 else args.seeds))]  # fmt: skip
                keep_best(case.digest, max(prizes))
                found.setdefault((name, seconds), []).append([float(p) for p in prizes])
        print(f"{case.name}: done", flush=True)
    known = [read_known()[c.digest] for c in cases]
    bounded = [k for k, one in enumerate(known) if "bound" in one]
    print(f"{len(bounded)} of {len(cases)} rounds have a bound (make bounds)")
    _print_shares("of the bound", found, {k: known[k]["bound"] for k in bounded})
    _print_shares("of the best found", found, {k: one["best"] for k, one in enumerate(known)})
    return 0


def _print_shares(
    title: str, found: dict[tuple[str, float], list[list[float]]], top: dict[int, float]
) -> None:
    if not top:
        return
    print(f"share {title}")
    for (name, seconds), rows in found.items():
        shares = [[p / most for p in rows[k]] for k, most in top.items()]
        medians = [float(np.median(s)) for s in shares]
        worst = min(min(s) for s in shares)
        cells = " ".join(f"{m:.3f}" for m in medians)
        print(
            f"{name:<20}{seconds:>4.0f} s  mean {np.mean(medians):.4f}  worst {worst:.4f}  {cells}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
