"""Rounds to solve: real streets and homes of Kampen, with an invented history of some weeks.

Kept in ``build/round_cases.npz`` (not in the repository), since making them takes a minute.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

import kampen

KEPT = Path(__file__).resolve().parents[1] / "build" / "round_cases.npz"
FIRST, DAY = date(2026, 11, 2), date(2026, 12, 7)
SIZES = (100, 300, 600, 1000, 1500)


@dataclass(frozen=True)
class RoundCase:
    """Arrays for ``solve_round``; node 0 is the start, node 1 the end."""

    name: str
    travel: Any
    service: Any
    prize: Any
    xy: Any
    side: Any
    budget: int

    @property
    def digest(self) -> str:
        """Tell cases apart."""
        whole = b"".join(np.ascontiguousarray(a).tobytes() for a in (self.travel, self.service))
        return hashlib.sha256(whole + self.prize.tobytes() + str(self.budget).encode()).hexdigest()[
            :16
        ]


def round_cases() -> list[RoundCase]:
    """Give the cases, made once."""
    if not KEPT.exists():
        KEPT.parent.mkdir(exist_ok=True)
        made = _make_cases()
        arrays = {
            f"{c.name}|{f}": getattr(c, f)
            for c in made
            for f in ("travel", "service", "prize", "xy", "side", "budget")
        }
        np.savez_compressed(KEPT, **arrays)
    kept = np.load(KEPT, allow_pickle=False)
    names = sorted({key.split("|")[0] for key in kept.files})
    return [
        RoundCase(
            name=name, budget=int(kept[f"{name}|budget"]),
            **{f: kept[f"{name}|{f}"] for f in ("travel", "service", "prize", "xy", "side")},
        )
        for name in names
    ]  # fmt: skip


def _make_cases() -> list[RoundCase]:
    from zds_geo.app._day import load_day
    from zds_geo.app._own_doors import own_doors
    from zds_geo.app._rounds import _make_case, _rank
    from zds_geo.app.calendar import shifts_on
    from zds_geo.app.simulate import simulate_weeks
    from zds_geo.app.workspace import open_store
    from zds_geo.core.windows import AMSTERDAM

    cases = []
    with tempfile.TemporaryDirectory() as folder:
        now = datetime.combine(FIRST, datetime.min.time(), tzinfo=AMSTERDAM)
        workspace = kampen.import_kampen(Path(folder) / "k", now=now)
        later = datetime.combine(DAY, datetime.min.time(), tzinfo=AMSTERDAM)
        simulate_weeks(workspace, first=FIRST, until=DAY, seed=5, now=later)
        with open_store(workspace, now=later) as store:
            shifts = shifts_on(workspace.settings, DAY)
            day = load_day(workspace, store, on=DAY, shifts=shifts, seed=1)
            seen: set[str] = set()
            for shift in shifts:
                who = workspace.settings.assistant(shift.assistant_id)
                if who.buurt_codes[0] in seen:
                    continue
                seen.add(who.buurt_codes[0])
                doors = own_doors(day, who)
                case: Any = _make_case(day, shift, doors=doors, pieces=_rank(day, shift, doors))
                stops = day.stops.loc[case.nodes.stop_ids]
                side = np.unique(stops["street_side_id"].astype(str), return_inverse=True)[1]
                nowhere = np.full((2, 2), np.nan)
                xy = np.column_stack([stops.geometry.x, stops.geometry.y])
                whole = RoundCase(
                    name=who.buurt_codes[0], travel=case.travel_s,
                    service=np.concatenate([[0, 0], case.nodes.service_s]),
                    prize=np.concatenate([[0, 0], case.nodes.prize]),
                    xy=np.vstack([nowhere, xy]), side=np.concatenate([[-1, -1], side]),
                    budget=150 * 60,
                )  # fmt: skip
                cases.append(whole)
    found = []
    for size in SIZES:  # the buurt nearest in size; larger ones are cut to the nearest stops
        best = sorted(cases, key=lambda c: (len(c.prize) < size, abs(len(c.prize) - size)))[:2]
        for one in best:
            keep = np.argsort(one.travel[0], kind="stable")
            keep = np.concatenate([[0, 1], [k for k in keep if k > 1][:size]])
            found.append(
                RoundCase(
                    name=f"{len(keep) - 2:04d} {one.name}",
                    travel=one.travel[np.ix_(keep, keep)],
                    service=one.service[keep],
                    prize=one.prize[keep],
                    xy=one.xy[keep],
                    side=one.side[keep],
                    budget=one.budget,
                )
            )
    return found


if __name__ == "__main__":
    for c in round_cases():
        print(c.name, c.travel.shape, c.budget, int(c.prize.sum()), c.digest)
