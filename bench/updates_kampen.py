"""Kampen: seconds of a correction, of a second delivery and of going back to the first."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import kampen
from zds_geo.app.fix_places import FixWords, add_fix, remove_fix
from zds_geo.app.import_places import import_places, rollback_places
from zds_geo.app.workspace import open_store, open_workspace
from zds_geo.core.model import FixKind
from zds_geo.core.windows import AMSTERDAM
from zds_geo.store import read_layer

NOW = datetime(2026, 11, 1, 18, 0, tzinfo=AMSTERDAM)
MOST_ROLLBACK_S = 10.0  # R07


def timed(label: str, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"{label}: {seconds:.1f} s")
    return seconds


def main() -> int:
    """Time each step once."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "kampen"
        kampen.write_workspace_settings(root, kampen.meeting_points())
        workspace = open_workspace(root)
        with open_store(workspace, now=NOW):
            pass

        def deliver() -> None:
            import_places(
                workspace,
                addresses=kampen.DATA / "kampen_adressen_osm.csv",
                buurten=kampen.DATA / "kampen_buurten_cbs2015.geojson",
                streets=kampen.DATA / "kampen.osm.pbf",
                now=NOW,
            )

        timed("first delivery", deliver)
        doors = read_layer(workspace.places_path, "doors", columns=["straat"])
        words = FixWords(door=str(doors.index[0]))
        print(f"{len(doors)} doors")
        timed("hide a door", lambda: add_fix(workspace, FixKind.HIDE_DOOR, words, now=NOW))
        timed("the same delivery again", deliver)
        back = timed("rollback", lambda: rollback_places(workspace, now=NOW))
        timed("take the correction back", lambda: remove_fix(workspace, 1, now=NOW))
        left = len(read_layer(workspace.places_path, "doors", columns=["straat"]))
        print(f"{left} doors at the end")
    return 0 if back <= MOST_ROLLBACK_S and left == len(doors) else 1


if __name__ == "__main__":
    sys.exit(main())
