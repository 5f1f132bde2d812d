"""Ten doors of the example quarter: what is known of each, the reason it got, and by which rule."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from zds_geo.app._day import load_day
from zds_geo.app.calendar import shifts_on
from zds_geo.app.make_example import make_example
from zds_geo.app.workspace import open_store
from zds_geo.contact import door_facts, rank_doors
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)
KINDS = ((1, "day"), (2, "evening"), (4, "Saturday"))


def main() -> int:
    """Print one door of each reason there is, then more until there are ten."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, _ = make_example(Path(folder) / "voorbeeld", now=NOW, seed=1)
        day = (NOW + timedelta(days=1)).date()
        shift = shifts_on(workspace.settings, day)[0]
        with open_store(workspace, now=NOW) as store:
            loaded = load_day(workspace, store, on=day, shifts=[shift], seed=1)
        ranked = rank_doors(
            loaded.doors[["buurt_code", "street_side_id", "stop_id"]], loaded.knocks,
            loaded.roster, window=shift.window, now=shift.start_at, seed=1, params=loaded.params,
            do_not_knock=loaded.do_not_knock, reserved=loaded.reserved,
        )  # fmt: skip
        facts = door_facts(loaded.knocks, params=loaded.params, now=day)
        order = ranked.assign(n=ranked.groupby("reason").cumcount()).sort_values(["n", "reason"])
        print(
            f"{day}, {shift.window}; rests after misses {loaded.params.min_days_after_misses[:4]} …"
        )
        for row in order.head(10).itertuples():
            door = loaded.doors.loc[row.Index]
            print(f"{door['straat']} {door['huisnummer']}: {say(row.reason, lang='en')}")
            if row.Index not in facts.index:
                print("    never rung at in this cycle")
                continue
            known = facts.loc[row.Index]
            kinds = ", ".join(name for bit, name in KINDS if known["kinds"] & bit) or "none"
            print(
                f"    {known['misses']} misses, by {kinds}; last {known['last_rung']:%Y-%m-%d}"
                f" ({known['last_window']}); contacts {known['contacts']}"
                f" {known['last_contact_outcome']} {known['back_window']};"
                f" not before {row.not_before or '-'}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
