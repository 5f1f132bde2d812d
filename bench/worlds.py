"""Policies side by side on the same invented people, through ``rank_doors`` and ``fit_chances``.

``python bench/worlds.py`` takes a few minutes; ``--full FILE`` does every world, seed, pace and
rest, writes each line to FILE as it is done, and goes on where it stopped.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zds_geo.contact import ChanceModel, ContactParams
from zds_geo.contact.evidence import SHARE_COLUMNS
from zds_geo.contact.people import WORLDS, People, World
from zds_geo.contact.season import Prize, Season, SeasonShift, run_season

START = date(2026, 1, 5)
RESEARCH_REST = (4, 4, 5, 7, 10, 14, 21, 28, 42)
FULL_DOORS, FULL_PACE = 12_000, 2_160
SIDE_HOMES, BUURT_HOMES = 30, 1_000
# Shares of the week's knocks per window: a team that mostly walks by day, as most do.
ROSTER = {
    "ochtend": 12, "middag": 18, "vooravond": 8, "avond": 4, "zaterdagochtend": 3,
    "zaterdagmiddag": 3,
}  # fmt: skip
POLICIES = (
    "uniform", "law", "learned", "ess+wait", "ess", "learned+shares", "greedy", "sweep", "oracle",
)  # fmt: skip
QUICK = ("uniform", "ess+wait", "learned", "law")
FULL_CELLS = (
    (2160.0, "research"), (1000.0, "gentle"), (300.0, "gentle"), (2160.0, "gentle"),
    (40.0, "gentle"), (1000.0, "research"), (300.0, "research"), (40.0, "research"),
)  # fmt: skip
# A small team walks a few shifts a week of some doors, not a door in every window of every day.
SMALL_TEAM, LEAST_SHIFT = 1000.0, 5
LEVELS = 7  # points for the spread of homes, for who knows the law
FAR = 10**6
BY_DAY = {"vooravond": "middag", "avond": "ochtend"}


def make_doors(n: int) -> pd.DataFrame:
    """Give n invented doors: thirty a street side, a thousand a buurt, some blocks."""
    k = np.arange(n)
    stop = np.where(
        k // SIDE_HOMES % 4 == 0, k // 10 * 10, k
    )  # every fourth side has blocks of ten
    return pd.DataFrame(
        {
            "buurt_code": [f"BU{i // BUURT_HOMES:08d}" for i in k],
            "street_side_id": [f"s{i // SIDE_HOMES}" for i in k],
            "stop_id": [f"t{i}" for i in stop],
        },
        index=pd.Index([f"020001{i:010d}" for i in k], name="door_id"),
    )


def make_shifts(per_week: float, weeks: int, *, least: int = 1) -> list[SeasonShift]:
    """Spread the week's knocks over the windows; what is less than a shift waits for next week."""
    shifts: list[SeasonShift] = []
    left: dict[str, float] = defaultdict(float)
    total = sum(ROSTER.values())
    for week in range(weeks):
        for day in range(6):
            on = START + timedelta(days=7 * week + day)
            windows = list(ROSTER)[4:] if day == 5 else list(ROSTER)[:4]
            for window in windows:
                left[window] += per_week * ROSTER[window] / total / (1 if day == 5 else 5)
                if (n := int(left[window])) >= least:
                    left[window] -= n
                    shifts.append(SeasonShift(on=on, window=window, n_doors=n))
    return shifts


def know_law(world: World, people: People, doors: pd.DataFrame) -> ChanceModel:
    """Give a model that knows types, spread and each street's mix, but no household."""
    from numpy.polynomial.hermite_e import hermegauss
    from scipy.special import expit, logit

    at, weight = hermegauss(LEVELS)
    weight = weight / weight.sum()
    chances = np.array([c for _, c in world.types])
    levels = logit(chances)[:, None, :] + world.level + world.spread * at[None, :, None]
    opens = expit(levels).reshape(-1, chances.shape[1]) * (1 - world.away)
    opens = np.vstack([opens, np.full(chances.shape[1], 1e-6)])

    def spread(shares: Any) -> Any:
        inner = (np.asarray(shares)[:, None] * weight[None, :]).ravel() * (1 - world.never)
        return np.append(inner, world.never)

    names = pd.factorize(doors["street_side_id"].astype(str))[1]
    shares = np.array([s for s, _ in world.types])
    return ChanceModel(
        windows=ContactParams().windows.names,
        opens=opens,
        shift=np.zeros(opens.shape[1]),
        slope=1.0,
        per_miss=0.0,
        area=spread(shares / shares.sum()),
        buurten={},
        sides={n: spread(s) for n, s in zip(names, people.side_shares, strict=True)},
        mostly=np.zeros((4, len(opens))),
        n_knocks=0,
    )


def with_shares(doors: pd.DataFrame, people: People) -> pd.DataFrame:
    """Add what a census would tell of each street."""
    found = people.public_shares()
    return doors.assign(**{c: found[:, k] for k, c in enumerate(SHARE_COLUMNS)})


class Sweep:
    """Street after street, and then again from the beginning."""

    def __init__(self, doors: pd.DataFrame, shifts: list[SeasonShift]) -> None:
        self._doors = doors.index
        self._at = 0
        self._n: dict[tuple[date, str], int] = defaultdict(int)
        for shift in shifts:
            self._n[shift.on, shift.window] += shift.n_doors

    def __call__(self, able: pd.DataFrame, window: str, now: Any) -> Any:
        ahead = (self._doors.get_indexer(able.index) - self._at) % len(self._doors)
        n = min(self._n[now.date(), window], len(able))
        if n:
            self._at = int(self._at + np.sort(ahead)[n - 1] + 1) % len(self._doors)
        return -ahead.astype(float)


def rules_of(policy: str, rest: str) -> ContactParams:
    params = ContactParams()
    if rest == "research":
        params = replace(params, min_days_after_misses=RESEARCH_REST, max_misses=FAR)
    if policy in {"uniform", "ess"}:
        params = replace(params, waiting_from_misses=FAR)
    return params


def run_case(case: tuple[str, int, str, float, str, int, int]) -> dict[str, Any]:
    """Run one policy on one world; give its figures."""
    name, seed, policy, pace, rest, n, weeks = case
    doors, world = make_doors(n), WORLDS[name]
    people = People(doors, world, seed=seed)
    params = rules_of(policy, rest)
    draw = np.random.default_rng(seed)
    prize: Prize | None = None
    model: ChanceModel | None = None
    least = 1 if pace >= SMALL_TEAM else LEAST_SHIFT
    shifts = make_shifts(pace * n / FULL_DOORS, weeks, least=least)
    if policy == "sweep":  # street after street, by day, then again from the beginning
        shifts = [replace(s, window=BY_DAY.get(s.window, s.window)) for s in shifts]
        prize = Sweep(doors, shifts)
    elif policy == "greedy":
        prize = lambda able, window, now: able["chance"].to_numpy()  # noqa: ARG005, E731
    elif policy == "learned+shares":
        doors = with_shares(doors, people)
    elif policy == "uniform":
        prize = lambda able, window, now: draw.random(len(able))  # noqa: ARG005, E731
    elif policy == "oracle":
        prize = lambda able, window, now: people.chances(  # noqa: E731
            doors.index.get_indexer(able.index), window=window, on=now.date()
        )
    elif policy == "law":
        model = know_law(world, people, doors)
    season = run_season(
        doors, people, shifts, params=params, seed=seed,
        learn=policy in {"learned", "learned+shares", "greedy"}, model=model, prize=prize,
    )  # fmt: skip
    return figures(season, people, weeks) | {
        "world": name, "seed": seed, "policy": policy, "pace": pace, "rest": rest, "n": n,
    }  # fmt: skip


def figures(season: Season, people: People, weeks: int) -> dict[str, Any]:
    """Sum a season up."""
    able = people.opens_ever(START)
    missed = able & np.isnat(season.reached_on)
    late = (season.first_on - np.datetime64(START, "D")).astype(float)
    found: dict[str, Any] = {
        f"week{w}": 100 * season.reached_share(w) for w in (4, 12, 26, 52) if w <= weeks
    }
    return found | {
        "mean": season.mean_weeks(able, weeks=weeks),
        "missed": 1000 * float(missed.mean()),
        "rings": len(season.knocks) / len(able),
        "first_weeks": 999.0 if np.isnan(late[able]).any() else float(late[able].max() / 7),
    }


def show(rows: list[dict[str, Any]]) -> None:
    """Print means over seeds, and the gap closed between uniform and who knows the law."""
    groups: dict[Any, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        groups[row["world"], row["pace"], row["rest"], row["n"]][row["policy"]].append(row)
    weeks = [w for w in ("week4", "week12", "week26", "week52") if w in rows[0]]
    for (world, pace, rest, n), policies in groups.items():
        seeds = len(next(iter(policies.values())))
        print(f"{world}: {pace:g} knocks a week (12,000 doors), {rest} rest, {n} doors, {seeds} x")
        mean = {
            p: {
                k: float(np.mean([r[k] for r in found]))
                for k in (*weeks, "mean", "missed", "rings", "first_weeks")
            }
            for p, found in policies.items()
        }
        for policy, row in mean.items():
            gap = ""
            if {"uniform", "law"} <= set(mean):
                low, high = mean["uniform"], mean["law"]
                closed = [
                    100 * (row[k] - low[k]) / (high[k] - low[k])
                    if abs(high[k] - low[k]) > 0.05
                    else np.nan
                    for k in ("week12", "mean")
                ]
                gap = f"  gap {closed[0]:4.0f} % wk 12, {closed[1]:4.0f} % mean"
            print(
                f"  {policy:<10}" + " ".join(f"{row[w]:5.1f}" for w in weeks)
                + f"  mean {row['mean']:5.2f} wk, missed {row['missed']:5.1f} of 1000,"
                f" {row['rings']:.2f} rings, all tried by wk {row['first_weeks']:.1f}" + gap
            )  # fmt: skip


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", type=Path)
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS))
    parser.add_argument("--policies", nargs="*", default=None)
    parser.add_argument("--seeds", type=int, default=None)
    parser.add_argument("--doors", type=int, default=None)
    parser.add_argument("--weeks", type=int, default=26)
    args = parser.parse_args()
    args.seeds = args.seeds or (1 if args.full is None else 3)
    args.policies = args.policies or (QUICK if args.full is None else POLICIES)
    args.doors = args.doors or (2_000 if args.full is None else FULL_DOORS)
    if args.full is None:
        cases = itertools.product(
            args.worlds, range(1, args.seeds + 1), args.policies, [float(FULL_PACE)], ["research"],
            [args.doors], [args.weeks],
        )  # fmt: skip
        with ProcessPoolExecutor() as pool:
            show(list(pool.map(run_case, cases)))
        return 0
    done = (
        [json.loads(line) for line in args.full.read_text().splitlines()]
        if args.full.exists()
        else []
    )
    keys = {tuple(r[k] for k in ("world", "seed", "policy", "pace", "rest", "n")) for r in done}
    every = itertools.product(FULL_CELLS, range(1, args.seeds + 1), args.worlds, args.policies)
    left = [
        (world, seed, policy, pace, rest, args.doors, 52)
        for (pace, rest), seed, world, policy in every
        if (world, seed, policy, pace, rest, args.doors) not in keys
    ]
    args.full.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(args.jobs) as pool, args.full.open("a", encoding="utf-8") as out:
        for row in pool.map(run_case, left):
            out.write(json.dumps(row) + "\n")
            out.flush()
            done.append(row)
    show(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
