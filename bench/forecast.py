"""Do forecasts hold? Six weeks of a season, a forecast, and then what really happened.

The people are invented; the forecast knows only their knocks. Counted per buurt and for all, at
4, 8 and 12 weeks: how often what happened lies between low and high (80 % is meant).
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from worlds import FULL_DOORS, FULL_PACE, START, make_doors, make_shifts
from zds_geo.contact import WORLDS, ContactParams, People, door_facts, forecast_promise, run_season
from zds_geo.core.windows import local_instant

DOORS, BEFORE, AFTER = 3_000, 6, 12
MARKS = (4, 8, 12)


def run(case: tuple[str, int, float]) -> tuple[str, list[bool], list[bool]]:
    """Give for each figure whether it lay within its interval: tried, reached."""
    world, seed, pace = case
    doors = make_doors(DOORS)
    people = People(doors, WORLDS[world], seed=seed)
    params = ContactParams(cycle_start=START)
    shifts = make_shifts(pace * DOORS / FULL_DOORS, BEFORE + AFTER)
    middle = START + timedelta(weeks=BEFORE)
    early = [s for s in shifts if s.on < middle]
    # What really comes: shifts differ from what the roster counts on, and some fall out.
    draw = np.random.default_rng(seed)
    late = [
        type(s)(on=s.on, window=s.window, n_doors=max(1, round(s.n_doors * f)))
        for s in shifts
        if s.on >= middle and draw.random() > 0.05
        for f in [1 + 0.15 * draw.standard_normal()]
    ]
    first = run_season(doors, people, early, params=params, seed=seed)
    roster = pd.DataFrame(
        {
            "start_at": [local_instant(s.on, time(13)) for s in shifts if s.on >= middle],
            "window": [s.window for s in shifts if s.on >= middle],
            "n_doors": [s.n_doors for s in shifts if s.on >= middle],
        }
    )
    now = local_instant(middle, datetime.min.time())
    said = forecast_promise(
        doors, first.knocks, roster, params=params, now=now, seed=seed, weeks=AFTER
    )
    second = run_season(doors, people, late, params=params, seed=seed, known=first.knocks)
    counts = _promised(doors, first.knocks, params, middle)
    tried = _first_attempt(doors, pd.concat([first.knocks, second.knocks]))
    reached = np.where(np.isnat(first.reached_on), second.reached_on, first.reached_on)
    held: tuple[list[bool], list[bool]] = ([], [])
    for mark in MARKS:
        end = np.datetime64(middle + timedelta(weeks=mark), "D")
        for found, days, answers in (
            (said.tried, tried, held[0]),
            (said.reached, reached, held[1]),
        ):
            real = float((days < end)[counts].sum())
            answers.append(bool(found[0, mark - 1] - 0.5 <= real <= found[2, mark - 1] + 0.5))
    for code, row in said.buurten.iterrows():
        mine = (doors["buurt_code"] == code).to_numpy() & counts
        end = np.datetime64(middle + timedelta(weeks=AFTER), "D")
        real = float((reached < end)[mine].sum())
        held[1].append(bool(row["reached_low"] - 0.5 <= real <= row["reached_high"] + 0.5))
    return world, *held


def _promised(doors: pd.DataFrame, knocks: pd.DataFrame, params: ContactParams, on: date) -> Any:
    """Tell which doors the promise is about: not those where nobody could get in three times."""
    facts = door_facts(knocks, params=params, now=on).reindex(doors.index)
    return ~(facts["no_access"].fillna(0) >= len(params.no_access_days)).to_numpy()


def _first_attempt(doors: pd.DataFrame, knocks: pd.DataFrame) -> Any:
    attempts = knocks.loc[knocks["outcome"] != "no_access"]
    first = attempts.groupby("door_id")["knocked_on"].min().reindex(doors.index)
    return pd.to_datetime(first).to_numpy().astype("datetime64[D]")


def main() -> int:
    """Print per world, and over all."""
    seeds = [int(a) for a in sys.argv[1:]] or [1, 2]
    cases = [(w, s, p) for w in WORLDS for s in seeds for p in (FULL_PACE, 700.0)]
    tried: dict[str, list[bool]] = {}
    reached: dict[str, list[bool]] = {}
    with ProcessPoolExecutor() as pool:
        for world, a, b in pool.map(run, cases):
            tried.setdefault(world, []).extend(a)
            reached.setdefault(world, []).extend(b)
    for world in WORLDS:
        print(
            f"{world:<14} tried {np.mean(tried[world]):4.0%} of {len(tried[world])},"
            f" reached {np.mean(reached[world]):4.0%} of {len(reached[world])}"
        )
    every = [x for found in (*tried.values(), *reached.values()) for x in found]
    met = [x for found in reached.values() for x in found]
    every_share, met_share = np.mean(every), np.mean(met)
    print(f"of {len(every)} intervals of 80 % hold {every_share:.0%}; of reached {met_share:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
