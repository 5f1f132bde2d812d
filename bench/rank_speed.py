"""Seconds of ``rank_doors`` and ``fit_chances`` for 15,000 doors and 100,000 knocks.

Ratios against one ``pandas`` group-by over the same knocks; ``--year`` also lives a year of
12,000 doors at 2,160 knocks a week, by rules and with learning. Processor seconds, so that other
work on the machine does not count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from worlds import FULL_DOORS, FULL_PACE, make_doors, make_shifts
from zds_geo.contact import WORLDS, ContactParams, People, fit_chances, rank_doors, run_season
from zds_geo.core.windows import AMSTERDAM

DOORS, KNOCKS, SEED = 15_000, 100_000, 1
FIRST = date(2026, 1, 5)


def make_knocks(doors: pd.DataFrame) -> pd.DataFrame:
    """Ring 100,000 times, by lot, within half a year."""
    people = People(doors, WORLDS["gewoon"], seed=SEED)
    rng = np.random.default_rng(SEED)
    names = ("ochtend", "middag", "vooravond", "avond")
    parts = []
    days = [FIRST + timedelta(days=7 * w + d) for w in range(26) for d in range(5)]
    per_shift = -(-KNOCKS // (len(days) * len(names)))
    for on in days:
        for window in names:
            rows = rng.choice(len(doors), per_shift, replace=False)
            parts.append(
                pd.DataFrame(
                    {
                        "door_id": doors.index.to_numpy()[rows], "knocked_on": on.isoformat(),
                        "window": window, "outcome": people.answers(rows, window=window, on=on),
                        "come_back_window": "",
                    }
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True).head(KNOCKS)


def seconds(work: Callable[[], Any], times: int = 5) -> float:
    """Give the median of processor seconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return float(np.median(found))


def year(*, learn: bool) -> tuple[float, int]:
    """Live a year of 12,000 doors; give processor seconds and knocks."""
    doors = make_doors(FULL_DOORS)
    people = People(doors, WORLDS["gewoon"], seed=SEED)
    start = time.process_time()
    season = run_season(
        doors, people, make_shifts(FULL_PACE, 52), params=ContactParams(), seed=SEED, learn=learn
    )
    return time.process_time() - start, len(season.knocks)


def main() -> int:
    """Print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--year", action="store_true")
    args = parser.parse_args()
    doors = make_doors(DOORS)
    knocks = make_knocks(doors)
    now = datetime(2026, 7, 6, 13, 0, tzinfo=AMSTERDAM)
    ahead = [now + timedelta(days=d) for d in range(28)]
    roster = pd.DataFrame({"start_at": ahead, "end_at": ahead, "window": "middag", "n_doors": 100})
    model = fit_chances(doors, knocks, now=now, seed=SEED)
    base = seconds(knocks.groupby(["door_id", "window"])["outcome"].value_counts)
    ranked = partial(rank_doors, doors, knocks, roster, window="middag", now=now, seed=SEED)
    rows = {
        "pandas group-by (baseline)": base,
        "rank_doors, rules": seconds(ranked),
        "rank_doors, learned": seconds(partial(ranked, model=model)),
        "fit_chances": seconds(lambda: fit_chances(doors, knocks, now=now, seed=SEED), 3),
    }
    print(f"{DOORS} doors, {len(knocks)} knocks")
    for name, took in rows.items():
        print(f"{name:<28} {took:6.3f} s  {took / base:5.2f} x")
    for learn in (False, True) if args.year else ():
        took, n = year(learn=learn)
        print(f"a year of {FULL_DOORS} doors, {'learned' if learn else 'rules'}: {took:.0f} s, {n}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
