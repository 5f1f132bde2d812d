"""Kampen: two days planned before any sheet returns; counts the doors on both."""

from __future__ import annotations

import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import kampen
from zds_geo.app.plan_day import plan_day
from zds_geo.core.windows import AMSTERDAM

DAYS = (date(2026, 11, 2), date(2026, 11, 3))


def main() -> int:
    """Plan both days on the eve of the first."""
    now = datetime(2026, 11, 1, 18, 0, tzinfo=AMSTERDAM)
    doors = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "kampen"
        workspace = kampen.import_kampen(root, now=now)
        for day in DAYS:
            plan = plan_day(workspace, now=now, seed=1, on=day, write=False).plan
            found = [d for r in plan.rounds for d in r.door_ids]
            doors.append(set(found))
            twice = len(found) - len(set(found))
            print(f"{day} {len(plan.rounds)} rounds, {len(found)} doors, {twice} twice")
    shared = len(doors[0] & doors[1])
    print(f"doors on both days: {shared}")
    return 1 if shared else 0


if __name__ == "__main__":
    sys.exit(main())
