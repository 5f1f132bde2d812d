"""Are rounds natural to walk? Sides entered once, doors left lonely, metres walked, prize given up.

Beside the unconstrained round of the same case, and beside the walk that always goes on to the
nearest of the same doors as the crow flies.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import groupby

import numpy as np

from round_cases import RoundCase, round_cases
from zds_geo.planner import CHANGE_S, SOON, solve_round


def entered_once(case: RoundCase, order: tuple[int, ...]) -> tuple[int, int]:
    """Give how many sides are entered once, and how many are walked."""
    runs = Counter(side for side, _ in groupby(int(case.side[k]) for k in order[1:-1]))
    return sum(n == 1 for n in runs.values()), len(runs)


def lonely(case: RoundCase, order: tuple[int, ...]) -> int:
    """Count stops left out between two neighbours of the same side that are rung at."""
    inside, found = set(order), 0
    for side in {int(case.side[k]) for k in order[1:-1]}:
        on_it = np.flatnonzero(case.side == side)
        at = case.xy[on_it] - case.xy[on_it].mean(axis=0)
        along = at @ np.linalg.svd(at, full_matrices=False)[2][0]
        row = [int(k) in inside for k in on_it[np.argsort(along, kind="stable")]]
        found += sum(
            a and not b and c for a, b, c in zip(row[:-2], row[1:-1], row[2:], strict=True)
        )
    return found


def crow(case: RoundCase, order: tuple[int, ...]) -> int:
    """Give the travel when one always goes on to the nearest door as the crow flies."""
    left = list(order[1:-1])
    here = min(left, key=lambda k: (int(case.travel[0, k]), k))
    total = int(case.travel[0, here])
    left.remove(here)
    while left:
        d = np.linalg.norm(case.xy[left] - case.xy[here], axis=1)
        then = left[int(np.argmin(d))]
        total += int(case.travel[here, then])
        left.remove(then)
        here = then
    return total + int(case.travel[here, 1])


def given_doors(seed: int) -> list[float]:
    """Give how much less is walked when a list of 70 doors of a buurt has to be done, per case."""
    found = []
    for case in round_cases():
        draw = np.random.default_rng(seed)
        n = len(case.prize) - 2
        some = np.concatenate([[0, 1], 2 + np.sort(draw.permutation(n)[:70])])
        part = RoundCase(
            name=case.name, travel=case.travel[np.ix_(some, some)], service=case.service[some],
            prize=case.prize[some], xy=case.xy[some], side=case.side[some], budget=10**6,
        )  # fmt: skip
        round_ = solve_round(
            part.travel, part.service, part.prize, start=0, end=1, budget_s=part.budget, seed=seed,
            sides=part.side, change_s=CHANGE_S, soon=SOON,
        )  # fmt: skip
        assert len(round_.order) == len(some)
        found.append(1 - round_.travel_s / crow(part, round_.order))
    return found


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=2)
    args = parser.parse_args()
    once = sides = 0
    losses, fewer, alone = [], [], []
    for case in round_cases():
        for seed in range(1, args.seeds + 1):
            free, kept = (
                solve_round(
                    case.travel, case.service, case.prize, start=0, end=1, budget_s=case.budget,
                    seed=seed, sides=case.side, change_s=change, soon=soon,
                )
                for change, soon in ((0, 0.0), (CHANGE_S, SOON))
            )  # fmt: skip
            one, walked = entered_once(case, kept.order)
            once, sides = once + one, sides + walked
            losses.append(1 - kept.prize / free.prize)
            fewer.append(1 - kept.travel_s / crow(case, kept.order))
            alone.append(lonely(case, kept.order))
        before = entered_once(case, free.order)
        print(
            f"{case.name:<22} prize {free.prize} -> {kept.prize} ({-100 * losses[-1]:+.1f}%), sides"
            f" once {before[0]}/{before[1]} -> {one}/{walked}, lonely"
            f" {lonely(case, free.order)} -> {alone[-1]} of {len(kept.order) - 2},"
            f" walks {free.travel_s / 60:.0f} -> {kept.travel_s / 60:.0f} min",
            flush=True,
        )
    print(
        f"sides entered once: {100 * once / sides:.1f} % of {sides}; prize given up: mean"
        f" {100 * np.mean(losses):.2f} %, worst {100 * max(losses):.2f} %; lonely stops"
        f" {np.mean(alone):.2f} a round"
    )
    print(
        f"walking against nearest as the crow flies, the same doors: {100 * np.mean(fewer):.0f} %"
        f" fewer (worst {100 * min(fewer):.0f} %)"
    )
    given = [x for seed in range(1, args.seeds + 1) for x in given_doors(seed)]
    print(
        f"the same for 70 given doors of a buurt: mean {100 * np.mean(given):.0f} % fewer, median"
        f" {100 * np.median(given):.0f} %, worst {100 * min(given):.0f} %"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
