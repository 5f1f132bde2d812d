"""``zds plan`` without drawing for 12 and for 24 assistants on Kampen, cold and warm.

Beside one ``osmnx.graph_from_xml`` of the same streets. Cold is the first plan after an import,
which compiles the search once; the plan of who never imported here compiles it itself.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import kampen
from bench_kampen import baseline, load_osmnx, measure
from zds_geo.core.windows import AMSTERDAM

NOW = datetime(2026, 11, 3, 18, 0, tzinfo=AMSTERDAM)
TWICE = 12


def double_team(folder: Path) -> None:
    """Give every assistant a colleague with the same buurt and shifts."""
    path = folder / "zds.toml"
    text = path.read_text(encoding="utf-8")
    team = text[text.index("[[assistants]]") :]
    for n in range(TWICE, 0, -1):
        team = team.replace(f'"a{n:02d}"', f'"a{n + TWICE:02d}"')
    path.write_text(text + team, encoding="utf-8")


def plan(folder: Path) -> None:
    """Plan a Wednesday afternoon, without sheets and maps."""
    from zds_geo.app.plan_day import plan_day
    from zds_geo.app.workspace import open_workspace

    found = plan_day(
        open_workspace(folder), now=NOW, seed=1, on=date(2026, 11, 4), write=False, again=True
    )
    doors = sum(len(r.door_ids) for r in found.plan.rounds)
    sys.stdout.write(f"  {len(found.plan.rounds)} rounds, {doors} doors\n")
    sys.stdout.flush()


def prepare(folder: Path) -> None:  # noqa: ARG001
    """Compile the search, as an import does."""
    from zds_geo.app.prepare_search import prepare_search

    prepare_search()


def main() -> int:
    """Print seconds, megabytes and ratios."""
    if not kampen.DATA.is_dir():
        print("assistants: ../shared/data/kampen is not here; nothing measured")
        return 0
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "a", Path(name) / "b"
        kampen.import_kampen(small, now=NOW)
        shutil.copytree(small, large)
        double_team(large)
        osmnx = sorted(measure(baseline, small, load=load_osmnx)[0] for _ in range(3))[1]
        os.environ["NUMBA_CACHE_DIR"] = str(Path(name) / "never")
        never, _ = measure(plan, small)
        os.environ["NUMBA_CACHE_DIR"] = str(Path(name) / "cold")
        prepared, _ = measure(prepare, small)
        cold, _ = measure(plan, small)
        times = {n: [measure(plan, f) for _ in range(3)] for n, f in ((12, small), (24, large))}
    print(f"osmnx.graph_from_xml {osmnx:.2f} s")
    print(f"search compiled, once, at the import {prepared:.1f} s")
    print(f"12 assistants, cold (first plan after an import) {cold:.1f} s, {cold / osmnx:.1f} x")
    print(f"12 assistants, search not compiled yet {never:.1f} s, {never / osmnx:.1f} x")
    middle = {n: sorted(t)[1] for n, t in times.items()}
    for n, (seconds, peak) in middle.items():
        print(f"{n} assistants, warm {seconds:.1f} s, {seconds / osmnx:.2f} x osmnx, {peak:.0f} MB")
    print(f"24 against 12: {middle[24][0] / middle[12][0]:.2f} x")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
