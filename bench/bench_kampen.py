"""Import and plan real Kampen, next to one ``osmnx.graph_from_xml`` of the same streets."""

from __future__ import annotations

import bz2
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import kampen
from zds_geo.core.windows import AMSTERDAM

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)


def baseline(folder: Path) -> None:
    import osmnx as ox

    xml = folder / "wegen.osm"
    xml.write_bytes(bz2.decompress((kampen.DATA / "kampen_wegen.osm.bz2").read_bytes()))
    ox.graph_from_xml(xml, bidirectional=True, retain_all=True)


def import_kampen(folder: Path) -> None:
    from zds_geo.app.import_places import import_places
    from zds_geo.app.workspace import open_workspace

    kampen.write_workspace_settings(folder, kampen.meeting_points())
    import_places(
        open_workspace(folder),
        addresses=kampen.DATA / "kampen_adressen_osm.csv",
        buurten=kampen.DATA / "kampen_buurten_cbs2015.geojson",
        streets=kampen.DATA / "kampen.osm.pbf",
    )


def plan_kampen(folder: Path) -> None:
    from zds_geo.app.plan_day import plan_day
    from zds_geo.app.workspace import open_workspace

    plan_day(open_workspace(folder), now=NOW, seed=1, on=date(2026, 11, 23))


def _child(work: Callable[[Path], None], folder: Path, answers: multiprocessing.Queue) -> None:  # type: ignore[type-arg]  # Queue takes no argument at run time
    start = time.perf_counter()
    work(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((time.perf_counter() - start, peak))


def main() -> int:
    if not kampen.DATA.is_dir():
        print("bench_kampen: ../shared/data/kampen is not here; nothing measured")
        return 0
    context = multiprocessing.get_context("spawn")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, work in (
            ("osmnx.graph_from_xml (baseline)", baseline),
            ("import: 19,492 addresses, 17 buurten", import_kampen),
            ("plan: 12 rounds, sheets and maps", plan_kampen),
        ):
            answers = context.Queue()
            child = context.Process(target=_child, args=(work, Path(folder), answers))
            child.start()
            rows.append((name, *answers.get()))
            child.join()
    base = rows[0]
    print(f"{'':<38}{'seconds':>9}{'ratio':>8}{'peak MB':>9}{'ratio':>8}")
    for name, seconds, peak in rows:
        print(
            f"{name:<38}{seconds:>9.1f}{seconds / base[1]:>8.2f}{peak:>9.0f}{peak / base[2]:>8.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
