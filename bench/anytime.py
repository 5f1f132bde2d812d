"""A talk can last an hour: what a round brought when it stops at 25, 50 and 75 % of its time.

Against what ``solve_round`` gets with just that time and a free end, from the same start.
"""

from __future__ import annotations

import argparse
from itertools import pairwise

import numpy as np

from round_cases import RoundCase, round_cases
from zds_geo.planner import CHANGE_S, SOON, solve_round

PARTS = (0.25, 0.5, 0.75)


def so_far(case: RoundCase, order: tuple[int, ...], seconds: float) -> int:
    """Give the prize of the doors finished within some seconds; a stop may have several."""
    door = max(int(case.service[2:].min()), 1)
    clock, total = 0, 0
    for a, b in pairwise(order):
        clock += int(case.travel[a, b])
        n = max(round(int(case.service[b]) / door), 1)
        done = n if clock + case.service[b] <= seconds else int(max(seconds - clock, 0) // door)
        total += int(case.prize[b]) * min(done, n) // n
        clock += int(case.service[b])
        if clock > seconds:
            break
    return total


def free_end(case: RoundCase, seconds: int, seed: int) -> int:
    """Give the prize of a round of that time which may end anywhere."""
    n = len(case.prize)
    travel = np.zeros((n + 1, n + 1), dtype=np.int64)
    travel[:n, :n] = case.travel
    zero = np.zeros(1, dtype=np.int64)
    found = solve_round(
        travel, np.concatenate([case.service, zero]), np.concatenate([case.prize, zero]),
        start=0, end=n, budget_s=seconds, seed=seed,
    )  # fmt: skip
    return found.prize


def main() -> int:
    """Print the shares."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--change", type=int, default=CHANGE_S)
    parser.add_argument("--soon", type=float, default=SOON)
    args = parser.parse_args()
    every: dict[float, list[float]] = {p: [] for p in PARTS}
    for case in round_cases():
        best = [free_end(case, int(p * case.budget), 1) for p in PARTS]
        cells = []
        for seed in range(1, args.seeds + 1):
            found = solve_round(
                case.travel, case.service, case.prize, start=0, end=1, budget_s=case.budget,
                seed=seed, sides=case.side, change_s=args.change,
                soon=args.soon,
            )  # fmt: skip
            for p, most in zip(PARTS, best, strict=True):
                share = so_far(case, found.order, p * case.budget) / max(most, 1)
                every[p].append(share)
                cells.append(f"{share:.2f}")
        print(f"{case.name:<36} {' '.join(cells)}  prize {found.prize}", flush=True)
    for p, shares in every.items():
        print(f"{100 * p:.0f} %: median {np.median(shares):.3f}, worst {min(shares):.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
