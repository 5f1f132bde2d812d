"""Bounds for the round cases: what no round can exceed, beside the best ever found.

The relaxation of ``relaxation.py``, then branching until the time of a case is up; only cases
without a bound are computed, ``--again`` goes on with those that are not closed. Kept in
``build/bounds.json``, where ``rounds.py`` reads them.
"""

from __future__ import annotations

import argparse

from branching import bound_of
from known import keep, read_known
from round_cases import RoundCase, round_cases
from zds_geo.planner import solve_round
from zds_geo.planner._case import make_case, upper_bound


def best_known(case: RoundCase) -> int:
    """Give the best prize found before, or of a short search."""
    before = int(read_known().get(case.digest, {}).get("best", 0))
    if before:
        return before
    found = solve_round(
        case.travel, case.service, case.prize, start=0, end=1, budget_s=case.budget, seed=1,
        time_limit_s=20,
    )  # fmt: skip
    return found.prize


def bound_case(case: RoundCase, *, seconds: float) -> dict[str, float]:
    """Compute a bound, and keep it where it is lower than the one before."""
    simple = make_case(
        case.travel, case.service, case.prize, start=0, end=1, budget_s=case.budget, must=(),
        windows=None,
    )  # fmt: skip
    got = bound_of(
        case.travel, case.service, case.prize, start=0, end=1, budget=case.budget,
        best=best_known(case), seconds=seconds,
    )  # fmt: skip
    before = read_known().get(case.digest, {})
    facts = {
        "best": float(max(got.best, before.get("best", 0))),
        "bound": float(min(got.bound, before.get("bound", got.bound))),
        "relaxation": float(min(got.root, before.get("relaxation", got.root))),
        "knapsack": float(upper_bound(simple)),
        "parts": float(got.parts),
        "seconds": round(got.seconds, 1),
    }
    return keep(case.digest, facts)


def main() -> int:
    """Print bounds and gaps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300.0, help="for each case")
    parser.add_argument("--again", action="store_true", help="also cases with an open bound")
    parser.add_argument("--cases", nargs="*", default=[])
    args = parser.parse_args()
    print("case              n     best relaxation    bound  knapsack  best/relax  best/bound  s")
    for case in round_cases():
        if args.cases and not any(x in case.name for x in args.cases):
            continue
        known = read_known().get(case.digest, {})
        still_open = known.get("bound", 0) > known.get("best", 0)
        if "bound" not in known or (args.again and still_open):
            known = bound_case(case, seconds=args.seconds)
        best, relaxed, bound = (int(known[k]) for k in ("best", "relaxation", "bound"))
        print(
            f"{case.name:<16}{len(case.prize) - 2:>5}{best:>9}{relaxed:>11}{bound:>9}"
            f"{int(known['knapsack']):>10}{best / relaxed:>12.4f}{best / bound:>12.4f}"
            f"{known['seconds']:>7.0f}{'  optimal' if best == bound else ''}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
