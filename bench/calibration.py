"""Do learned chances come true? Two simulated years of two cycles, with and without forgetting.

Each knock's chance is noted before the bell rings; held-out by nature. Per window: observed over
expected in the last six weeks, and the log-loss beside the rules' chance.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from worlds import FULL_DOORS, FULL_PACE, ROSTER, START, make_doors, make_shifts
from zds_geo.contact import ContactParams
from zds_geo.contact.facts import KIND_BITS, facts_of
from zds_geo.contact.log import read_log
from zds_geo.contact.people import WORLDS, People
from zds_geo.contact.season import SeasonShift, run_season

DOORS, WEEKS, LAST = 3_000, 52, 6
FORGET_TALKED, FORGET_OTHERS = 30, 365  # days (P04)


@dataclass
class Forgetter:
    """Retention as the rules ask: knocks go, ``door_state`` stays."""

    params: ContactParams
    others_days: int = FORGET_OTHERS
    state: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(self, on: date, knocks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Forget what is due."""
        if len(knocks):
            day = pd.to_datetime(knocks["knocked_on"])
            talked = day.where(knocks["outcome"] == "talked").groupby(knocks["door_id"]).max()
            since = knocks["door_id"].map(talked)
            now = pd.Timestamp(on)
            old = (since <= now - timedelta(days=FORGET_TALKED)) | (
                day <= now - timedelta(days=self.others_days)
            )
            gone = knocks.loc[old]
            if len(gone):
                self._note(gone, on)
            knocks = knocks.loc[~old].reset_index(drop=True)
        return knocks, pd.DataFrame.from_dict(self.state, orient="index")

    def _note(self, gone: pd.DataFrame, on: date) -> None:
        facts = facts_of(read_log(gone, until=on), params=self.params)
        for row in facts.itertuples():
            before = self.state.get(row.Index, {})
            kinds = [k.value for k, bit in KIND_BITS.items() if row.kinds & bit]
            tried = f"{row.last_rung:%Y-%m}"
            talked = (
                f"{row.last_contact:%Y-%m}" if row.talked else before.get("month_last_talked", "")
            )
            self.state[row.Index] = {
                "month_last_tried": max(tried, before.get("month_last_tried", "")),
                "month_last_talked": talked,
                "kinds_tried": ",".join(
                    sorted({*kinds, *before.get("kinds_tried", "").split(",")} - {""})
                ),
                "misses": row.misses + before.get("misses", 0),
            }


def run(case: tuple[str, bool]) -> dict[str, Any]:
    """Live two years; give expected and observed per window in the last weeks of each cycle."""
    world, forget = case
    doors = make_doors(DOORS)
    people = People(doors, WORLDS[world], seed=4)
    noted: list[tuple[str, str, str, float]] = []
    known: pd.DataFrame | None = None
    rows = []
    forgetter = Forgetter(ContactParams())
    shifts = make_shifts(FULL_PACE * DOORS / FULL_DOORS / 2, 2 * WEEKS)
    for cycle in (0, 1):
        start = START + timedelta(weeks=cycle * WEEKS)
        params = ContactParams(cycle_start=start)
        forgetter.params = params

        def note(able: pd.DataFrame, window: str, now: datetime) -> Any:
            chance = able["chance"].to_numpy()
            on = now.date().isoformat()
            noted.extend((d, on, window, c) for d, c in zip(able.index, chance, strict=True))
            return able["prize"].to_numpy()

        mine: list[SeasonShift] = [
            s for s in shifts if start <= s.on < start + timedelta(weeks=WEEKS)
        ]
        found = run_season(
            doors, people, mine, params=params, seed=1, learn=True, prize=note, known=known,
            retain=forgetter if forget else None,
        )  # fmt: skip
        known = found.kept
        rows.append(found.knocks)
    chances = pd.DataFrame(noted, columns=["door_id", "knocked_on", "window", "chance"])
    chances = chances.loc[chances["chance"] < 0.7]  # not those who asked to come back
    knocks = pd.concat(rows).drop_duplicates(["door_id", "knocked_on"])
    knocks = knocks.loc[knocks["outcome"] != "no_access"]
    both = chances.merge(knocks, on=["door_id", "knocked_on", "window"])
    both["open"] = (both["outcome"] != "not_home").astype(float)
    parts = []
    for week in (13, 26, 65, 78):
        end = START + timedelta(weeks=week)
        last = both.loc[
            (both["knocked_on"] >= (end - timedelta(weeks=LAST)).isoformat())
            & (both["knocked_on"] < end.isoformat())
        ]
        parts.append((week, last))
    return {"world": world, "forget": forget, "parts": parts}


def main() -> int:
    """Print per world and half year."""
    worlds = sys.argv[1:] or ["gewoon", "ouderen", "zonder typen", "verloop"]
    bad = n = 0
    with ProcessPoolExecutor() as pool:
        for found in pool.map(run, [(w, f) for w in worlds for f in (False, True)]):
            print(f"{found['world']}{', with forgetting' if found['forget'] else ''}")
            for week, part in found["parts"]:
                cells = []
                for window in ROSTER:
                    some = part.loc[part["window"] == window]
                    expected, spread = (
                        some["chance"].sum(),
                        (some["chance"] * (1 - some["chance"])).sum(),
                    )
                    ratio = some["open"].sum() / max(expected, 1e-9)
                    # Beyond 0.9-1.1 only counts where that is more than chance.
                    far = not 0.9 <= ratio <= 1.1
                    sure = abs(some["open"].sum() - expected) > 2 * np.sqrt(max(spread, 1e-9))
                    bad, n = bad + (far and sure), n + 1
                    cells.append(f"{ratio:.2f}{'!' if far and sure else ' '}({len(some)})")
                p = part["chance"].clip(1e-3, 1 - 1e-3)
                loss = -(part["open"] * np.log(p) + (1 - part["open"]) * np.log(1 - p)).mean()
                mean = min(max(part["open"].mean(), 1e-3), 1 - 1e-3)
                flat = -(mean * np.log(mean) + (1 - mean) * np.log(1 - mean))
                print(
                    f"  to week {week:3}: "
                    + " ".join(cells)
                    + f"  log-loss {loss:.3f} (one chance for all {flat:.3f})"
                )
    print(f"{bad} of {n} windows outside 0.9-1.1 by more than chance")
    return 0


if __name__ == "__main__":
    sys.exit(main())
