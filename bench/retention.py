"""What forgetting costs: five years with ``prune`` every day, and 12 months against 24.

First the same invented people ring through a history that forgets and one that does not: the
figures of each month must be equal, and no byte of what is past its retention may be left. Then
two cycles of a year through ``rank_doors``, forgetting knocks at unreached doors after 12 months
and after 24: the difference in reach is what the shorter retention costs.
"""

from __future__ import annotations

import argparse
import tempfile
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from calibration import Forgetter
from worlds import FULL_DOORS, FULL_PACE, make_doors, make_shifts
from zds_geo.contact import WORLDS, ContactParams, People, measure_coverage, run_season
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.retention import Retention, month_days
from zds_geo.core.windows import AMSTERDAM, DEFAULT_WINDOWS
from zds_geo.store import HistoryStore, open_history

START = date(2026, 1, 5)
CYCLE_WEEKS = 26
DOORS, A_DAY = 200, 4


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 20, tzinfo=AMSTERDAM)


def cycle_of(day: date) -> date:
    return START + timedelta(weeks=(day - START).days // 7 // CYCLE_WEEKS * CYCLE_WEEKS)


def figures(store: HistoryStore, doors: pd.DataFrame, day: date) -> pd.DataFrame:
    found = measure_coverage(
        doors, store.read_knocks(), params=ContactParams(cycle_start=cycle_of(day)), now=at(day),
        by="buurt_code", door_state=store.read_door_state(),
    )  # fmt: skip
    return found.drop(columns="last_tried_on")


def five_years(years: int) -> None:
    """Ring, forget every day, and compare each month."""
    doors = make_doors(DOORS)
    people = People(doors, WORLDS["gewoon"], seed=1)
    rng = np.random.default_rng(1)
    blocks = {d: ("blok", b) for d, b in doors["buurt_code"].items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        short = open_history(folder / "kort.sqlite", now=at(START), create=True)
        long = open_history(
            folder / "lang.sqlite", now=at(START), create=True,
            retention=Retention(unreached_months=24),
        )  # fmt: skip
        ids: dict[str, date] = {}
        months, unequal, cycle = 0, 0, START
        for n in range(365 * years):
            day = START + timedelta(days=n)
            if cycle_of(day) != cycle:
                for store in (short, long):
                    store.drop_old_state(started_on=cycle)
                cycle = cycle_of(day)
            windows = DEFAULT_WINDOWS.on(day)
            if windows:
                window = windows[n % len(windows)].name
                rows = rng.choice(DOORS, A_DAY, replace=False)
                knocks = [
                    Knock(
                        knock_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{day} {row}")),
                        door_id=str(doors.index[row]), knocked_on=day, window=window,
                        outcome=Outcome(answer), source=Source.PAPER,
                        come_back_window=window if answer == "come_back" else "",
                    )
                    for row, answer in zip(
                        rows, people.answers(rows, window=window, on=day), strict=True
                    )
                ]  # fmt: skip
                ids.update({k.knock_id: day for k in knocks})
                for store in (short, long):
                    store.record(knocks, label=str(day), now=at(day))
            short.prune(now=at(day), cycle_start=cycle, windows=DEFAULT_WINDOWS, blocks=blocks)
            if n % 30 == 29:
                months += 1
                unequal += not figures(short, doors, day).equals(figures(long, doors, day))
        end = START + timedelta(days=365 * years)
        last = end - timedelta(days=month_days(12) + 1)
        content = b"".join(p.read_bytes() for p in sorted(folder.glob("kort*")))
        left = [k for k, on in ids.items() if on < last and k.encode() in content]
        kept = len(short.read_knocks())
    print(
        f"{years} years, {len(ids)} knocks, forgotten every day: {unequal} of {months} months"
        f" differ from the run that forgot nothing; {kept} knocks left, {len(left)} of them (or"
        " their bytes) past retention"
    )


def cost(seeds: int) -> None:
    """Two cycles of a year; reach at the end of the second, by months of retention."""
    doors = make_doors(1_500)
    shifts = make_shifts(FULL_PACE * len(doors) / FULL_DOORS / 3, 104)
    for learn in (False, True):
        reach: dict[int, list[float]] = {12: [], 24: []}
        for seed in range(1, seeds + 1):
            for months, found in reach.items():
                people, known = People(doors, WORLDS["gewoon"], seed=seed), None
                forgetter = Forgetter(ContactParams(), others_days=month_days(months))
                for cycle in (0, 1):
                    start = START + timedelta(weeks=52 * cycle)
                    params = ContactParams(cycle_start=start)
                    forgetter.params = params
                    mine = [s for s in shifts if start <= s.on < start + timedelta(weeks=52)]
                    season = run_season(
                        doors, people, mine, params=params, seed=seed, learn=learn, known=known,
                        retain=forgetter,
                    )  # fmt: skip
                    known = season.kept
                found.append(100 * season.reached_share(52))
        gap = np.array(reach[24]) - np.array(reach[12])
        print(
            f"{'learned' if learn else 'rules'}: reached in the second year, kept 12 months"
            f" {np.mean(reach[12]):.1f} %, 24 months {np.mean(reach[24]):.1f} %: costs"
            f" {gap.mean():+.2f} point (spread {gap.std():.2f}, {seeds} seeds)",
            flush=True,
        )


def main() -> int:
    """Run both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    five_years(args.years)
    cost(args.seeds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
