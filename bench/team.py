"""Several assistants in one buurt on one day: the team's prize beside OR-Tools and PyVRP.

Real Kampen buurten; each assistant starts and ends at another place. Equal time for all.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from round_cases import RoundCase, round_cases
from rounds import guided_search
from zds_geo.planner import solve_team

Team = list[list[int]]
PRICES = (0.35, 0.6, 0.9)  # of what a second of our round brings; rivals get the best of these


def places(case: RoundCase, n: int) -> list[int]:
    """Give n far-apart places to start and end: as if each walks from home."""
    chosen = [0]
    while len(chosen) < n:
        near = case.travel[chosen][:, 2:].min(axis=0)
        near = np.where(near >= 10**6, -1, near)  # not where nobody can get
        chosen.append(2 + int(np.argmax(near)))
    return chosen


def worth(case: RoundCase, team: Team, homes: list[int]) -> int:
    """Check rounds, and give the team's prize; rounds that are too long bring nothing."""
    total, seen = 0, set(homes)
    for order, home in zip(team, homes, strict=True):
        at = np.asarray([home, *[k for k in order if k not in homes and k > 1], home])
        assert not seen & set(at[1:-1].tolist())
        seen |= set(at[1:-1].tolist())
        took = int(case.travel[at[:-1], at[1:]].sum() + case.service[at[1:-1]].sum())
        total += int(case.prize[at[1:-1]].sum()) if took <= case.budget else 0
    return total


def ortools(case: RoundCase, homes: list[int], seconds: float, *, price: float) -> Team:
    """Give rounds by OR-Tools; price 0 as in the manual, else prizes at what a second brings."""
    from ortools.constraint_solver import pywrapcp

    n = len(case.prize)
    manager = pywrapcp.RoutingIndexManager(n, len(homes), homes, homes)
    routing = pywrapcp.RoutingModel(manager)
    service = case.service.copy()
    service[homes] = 0
    spent = (case.travel + service[:, None]).astype(np.int64)
    time = routing.RegisterTransitMatrix(spent.tolist())
    routing.AddDimension(time, 0, case.budget, True, "time")
    penalty = case.prize
    cost = time
    if price:
        cost = routing.RegisterTransitMatrix(np.rint(spent * price).astype(np.int64).tolist())
    else:
        cost = routing.RegisterTransitMatrix(case.travel.tolist())
        penalty = case.prize * (1 + int(case.travel.max()) * 4 // max(int(case.prize.max()), 1))
    routing.SetArcCostEvaluatorOfAllVehicles(cost)
    for k in range(2, n):
        if k not in homes:
            routing.AddDisjunction([manager.NodeToIndex(k)], int(penalty[k]))
    for k in {0, 1} - set(homes):
        routing.AddDisjunction([manager.NodeToIndex(k)], 0)
    answer = routing.SolveWithParameters(guided_search(seconds))
    team: Team = []
    for v in range(len(homes)):
        order, index = [], routing.Start(v)
        while answer is not None and not routing.IsEnd(index):
            order.append(manager.IndexToNode(index))
            index = answer.Value(routing.NextVar(index))
        team.append(order)
    return team


def pyvrp(case: RoundCase, homes: list[int], seconds: float, *, price: float, seed: int) -> Team:
    """Give rounds by PyVRP with optional doors."""
    import pyvrp as lib
    from pyvrp.stop import MaxRuntime

    n = len(case.prize)
    clients = [k for k in range(2, n) if k not in homes]
    data = lib.ProblemData(
        locations=[lib.Location(0, 0) for _ in range(n)],
        clients=[
            lib.Client(
                location=k, service_duration=int(case.service[k]),
                prize=int(case.prize[k] / price), required=False,
            )
            for k in clients
        ],
        depots=[lib.Depot(location=h) for h in homes],
        vehicle_types=[
            lib.VehicleType(
                num_available=1, start_depot=i, end_depot=i, shift_duration=case.budget,
                unit_distance_cost=0, unit_duration_cost=1,
            )
            for i in range(len(homes))
        ],
        distance_matrices=[np.zeros((n, n), dtype=np.int64)],  # type: ignore[list-item]
        duration_matrices=[case.travel.astype(np.int64)],
    )  # fmt: skip
    result = lib.solve(data, stop=MaxRuntime(seconds), seed=seed, display=False)
    team: Team = [[] for _ in homes]
    for route in result.best.routes():
        visits: Any = [clients[int(v.idx)] for v in route if v.is_client()]
        team[route.vehicle_type()] = visits
    return team


def ours(case: RoundCase, homes: list[int], seconds: float, seed: int) -> Team:
    """``solve_team``."""
    service = case.service.copy()
    service[homes] = 0
    prize = case.prize.copy()
    prize[homes] = 0
    found = solve_team(
        case.travel, service, prize, starts=homes, ends=homes,
        budgets_s=[case.budget] * len(homes), seed=seed, time_limit_s=seconds,
    )  # fmt: skip
    return [list(r.order) for r in found.rounds]


def most(case: RoundCase, homes: list[int]) -> int:
    """Give what no team can exceed: all prizes, or a knapsack over service and nearest arrival."""
    from zds_geo.planner._case import make_case, upper_bound

    service = case.service.copy()
    service[homes] = 0
    n, far = len(case.prize), int(case.travel.max())
    # One walk with the minutes of all, which may begin and end anywhere.
    travel = np.zeros((n + 1, n + 1), dtype=np.int64)
    travel[:n, :n] = case.travel + np.diag(np.full(n, far))
    worth_ = np.append(case.prize, 0)
    worth_[[0, 1, *homes]] = 0
    whole = make_case(
        travel, np.append(service, 0), worth_, start=n, end=n,
        budget_s=len(homes) * case.budget, must=(), windows=None,
    )  # fmt: skip
    return min(int(worth_.sum()), upper_bound(whole))


def main() -> int:
    """Print prizes beside each other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--sizes", nargs="*", type=int, default=[2, 4])
    parser.add_argument("--only-ours", action="store_true")
    args = parser.parse_args()
    sums: dict[str, list[float]] = {}
    ceiling: list[float] = []
    gained: list[float] = []
    for case in round_cases():
        if len(case.prize) < 300:
            continue
        for n in args.sizes:
            homes = places(case, n)
            one = worth(case, ours(case, homes, 0.2 * n, 1), homes)
            rate = one / (n * case.budget)
            rows: dict[str, list[int]] = {"zds_geo": [
                worth(case, ours(case, homes, args.seconds, s), homes)
                for s in range(1, args.seeds + 1)
            ]}  # fmt: skip
            if not args.only_ours:
                rows["OR-Tools, textbook"] = [
                    worth(case, ortools(case, homes, args.seconds, price=0.0), homes)
                ]
                rows["OR-Tools, priced"] = [
                    max(
                        worth(case, ortools(case, homes, args.seconds / 3, price=rate * f), homes)
                        for f in PRICES
                    )
                ]  # fmt: skip
                rows["PyVRP, priced"] = [
                    max(
                        worth(case, pyvrp(case, homes, args.seconds / 3, price=rate * f, seed=s),
                              homes)
                        for f in PRICES
                    )
                    for s in range(1, args.seeds + 1)
                ]  # fmt: skip
            mine = float(np.median(rows["zds_geo"]))
            ceiling.append(most(case, homes) / max(rows.get("OR-Tools, textbook", [1])[0], 1))
            gained.append(mine / max(rows.get("OR-Tools, textbook", [1])[0], 1))
            for name, prizes in rows.items():
                sums.setdefault(name, []).append(mine / max(float(np.median(prizes)), 1.0))
            print(
                f"{case.name} x {n}: " + ", ".join(f"{k} {int(np.median(v))}" for k, v in
                rows.items()), flush=True,
            )  # fmt: skip
    if not args.only_ours:
        pairs = ", ".join(f"{g:.3f} of {c:.3f}" for g, c in zip(gained, ceiling, strict=True))
        print(f"textbook times what we got, of what no team can exceed: {pairs}")
    for name, shares in sums.items():
        print(f"ours / {name:<20} mean {np.mean(shares):.3f}, least {min(shares):.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
