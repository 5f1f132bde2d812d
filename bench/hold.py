"""Does a round fit its shift when talks take as long as they take? Kampen, some days, many draws.

People open by the chances of the invented town; 72 % of them talk, lognormally long (mean 8
minutes, from one minute to an hour); the others cost as much as a closed door.
"""

from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import kampen
from zds_geo.app._day import load_day
from zds_geo.app._margin import LONGEST_TALK_S, SHORTEST_TALK_S, TALK_SIGMA, TALKED_OF_OPENED
from zds_geo.app._rounds import plan_round
from zds_geo.app.calendar import shifts_on
from zds_geo.app.simulate import simulate_weeks
from zds_geo.app.workspace import open_store
from zds_geo.contact import QUARTER, People
from zds_geo.core.model import Round
from zds_geo.core.windows import AMSTERDAM

FIRST, DRAWS, SEED = date(2026, 11, 2), 2_000, 5
DAYS = (date(2026, 11, 2), date(2026, 11, 6), date(2026, 11, 14))


def took_s(planned: Round, people: People, rows: dict[str, int], draw: np.random.Generator) -> Any:
    """Give the seconds that a round takes on many days."""
    doors = np.array([rows[d.door_id] for s in planned.stops for d in s.doors])
    chance = people.chances(doors, window=planned.window, on=planned.date)
    talks = draw.random((DRAWS, len(doors))) < chance * TALKED_OF_OPENED
    mu = np.log(480) - TALK_SIGMA**2 / 2
    long = np.exp(draw.normal(mu, TALK_SIGMA, talks.shape)).clip(SHORTEST_TALK_S, LONGEST_TALK_S)
    return planned.walk_s + np.where(talks, long, 90.0).sum(axis=1)


def main() -> None:
    """Print the shares per round."""
    holds, left, sizes = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        now = datetime.combine(FIRST, datetime.min.time(), tzinfo=AMSTERDAM)
        workspace = kampen.import_kampen(Path(folder) / "k", now=now)
        begun = FIRST
        for on in DAYS:
            simulate_weeks(workspace, first=begun, until=on, seed=SEED, now=now + (on - FIRST))
            begun = on
            with open_store(workspace, now=now + (on - FIRST)) as store:
                shifts = shifts_on(workspace.settings, on)
                day = load_day(workspace, store, on=on, shifts=shifts, seed=1)
                people = People(day.doors, QUARTER, seed=SEED, windows=workspace.settings.windows)
                rows = {d: i for i, d in enumerate(day.doors.index)}
                draw = np.random.default_rng(1)
                for shift in shifts:
                    planned = plan_round(day, shift, code="X")
                    if not isinstance(planned, Round):
                        continue
                    day.taken |= {d.door_id for s in planned.stops for d in s.doors}
                    seconds = (shift.end_at - shift.start_at) / timedelta(seconds=1)
                    took = took_s(planned, people, rows, draw)
                    holds.append(float((took <= seconds).mean()))
                    left.append(float((seconds - took).mean()) / 60)
                    sizes.append(sum(len(s.doors) for s in planned.stops))
                last = slice(-len(shifts), None)
                print(
                    f"{on}: {len(shifts)} rounds, {np.mean(sizes[last]):.0f} doors, fit on"
                    f" {100 * np.mean(holds[last]):.0f} % days (least {100 * min(holds[last]):.0f}"
                    f" %), {np.mean(left[last]):.0f} min left on average",
                    flush=True,
                )
    print(f"all {len(holds)} rounds: {100 * np.mean(holds):.1f} %, worst {100 * min(holds):.0f} %")


if __name__ == "__main__":
    main()
