"""Four weeks on Kampen: plan, simulated knocks through CSV, import, plan; every rule checked.

Prints one line a day and a closing table; exits with 1 on any breach.
"""

from __future__ import annotations

import sys
import tempfile
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

import kampen
from zds_geo.app.calendar import shifts_on
from zds_geo.app.plan_day import plan_day
from zds_geo.app.record_knocks import import_knocks
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.contact import QUARTER, ContactParams, People, list_breaches
from zds_geo.core.model import Knock, Plan
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.windows import AMSTERDAM, to_quarter
from zds_geo.store import read_layer, write_knocks_csv

START = date(2026, 11, 2)
WEEKS = int(sys.argv[1]) if len(sys.argv) > 1 else 4


def check_plan(plan: Plan, buurt_of: dict[str, str], workspace: Workspace) -> list[str]:
    """List what a plan does that it may not."""
    faults = []
    doors = [d for r in plan.rounds for d in r.door_ids]
    if len(doors) != len(set(doors)):
        faults.append("a door twice")
    for planned in plan.rounds:
        own = set(workspace.settings.assistant(planned.assistant_id).buurt_codes)
        minutes = (planned.end_at - planned.start_at).total_seconds()
        if any(buurt_of[d] not in own for d in planned.door_ids):
            faults.append(f"{planned.round_id}: outside its buurten")
        if planned.walk_s + planned.service_s > minutes:
            faults.append(f"{planned.round_id}: over its minutes")
    return faults


def write_answers(plan: Plan, people: People, path: Path) -> int:
    """Let the residents answer at every door of a plan, and write the knocks CSV."""
    rows = []
    for planned in plan.rounds:
        for stop in planned.stops:
            at = to_quarter(planned.start_at + timedelta(seconds=stop.arrive_s))
            for door in stop.doors:
                outcome = people.answer(door.door_id, window=stop.window, on=plan.date)
                knock = Knock(
                    knock_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{door.door_id} {plan.date}")),
                    door_id=door.door_id,
                    knocked_on=plan.date,
                    window=stop.window,
                    knocked_at=at,
                    outcome=outcome,
                    come_back_window=stop.window if outcome is Outcome.COME_BACK else "",
                    assistant_id=planned.assistant_id,
                    source=Source.PAPER,
                )
                rows.append({f: getattr(knock, f) for f in knock.__slots__})
    columns = [f for f in Knock.__slots__ if f != "knock_id"]
    frame = pd.DataFrame(rows).set_index("knock_id")[columns] if rows else pd.DataFrame()
    return write_knocks_csv(path, frame) if rows else 0


def main() -> int:
    """Walk the season."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "kampen"
        workspace = kampen.import_kampen(
            root, now=datetime.combine(START, datetime.min.time(), tzinfo=AMSTERDAM)
        )
        columns = ["buurt_code", "street_side_id", "stop_id"]
        doors = read_layer(workspace.places_path, "doors", columns=columns)
        people = People(doors, QUARTER, seed=7)
        buurt_of = doors["buurt_code"].to_dict()
        total = 0
        for day in (START + timedelta(days=n) for n in range(7 * WEEKS)):
            if not shifts_on(workspace.settings, day):
                continue
            now = datetime.combine(day, datetime.min.time(), tzinfo=AMSTERDAM)
            result = plan_day(workspace, now=now, seed=1, on=day, write=False)
            faults += check_plan(result.plan, buurt_of, workspace)
            path = Path(folder) / "knocks.csv"
            count = write_answers(result.plan, people, path)
            evening = now + timedelta(hours=22)
            stored = len(import_knocks(workspace, path, now=evening).stored)
            with open_store(workspace, now=evening) as store:
                for planned in result.plan.rounds:
                    store.close_round(planned.round_id, on=day)
            total += stored
            rounds = len(result.plan.rounds)
            print(f"{day} {rounds:>3} rounds {count:>5} knocks {stored:>5} stored", flush=True)
        with open_store(workspace, now=now) as store:
            knocks = store.read_knocks()
            params = ContactParams(cycle_start=START)
            breaches = list_breaches(knocks, params=params)
    print(f"knocks {total}, doors rung {knocks['door_id'].nunique()}, plan faults {len(faults)}")
    print(f"breaches of rotation, rest and cool-down rules: {len(breaches)}")
    for text in [*faults[:10], *map(str, breaches.head(10).to_dict("records"))]:
        print(" ", text)
    return 1 if faults or len(breaches) else 0


if __name__ == "__main__":
    sys.exit(main())
