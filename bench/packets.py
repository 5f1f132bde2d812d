"""Twelve packets for Kampen: seconds for all paper of a day, sizes, overlaps counted."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from kampen import import_kampen
from zds_geo.app.plan_day import plan_day
from zds_geo.app.write_outputs import read_map_layers, write_outputs
from zds_geo.core.windows import AMSTERDAM
from zds_geo.outputs import make_packet
from zds_geo.outputs.sheet_labels import count_overlaps

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)
TARGET_S = 20.0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        workspace = import_kampen(Path(folder), now=NOW)
        plan = plan_day(workspace, now=NOW, seed=1, write=False).plan
        started, cpu = time.perf_counter(), time.process_time()
        files = write_outputs(workspace, plan, folder=Path(folder) / "uit")
        took, worked = time.perf_counter() - started, time.process_time() - cpu
        sizes = {p.name: p.stat().st_size / 1e6 for p in files}
        layers = read_map_layers(workspace)
        packets = [make_packet(r, layers) for r in plan.rounds]
    for packet in packets:
        frames = ", ".join(f"{f.letter or 'map'} 1:{f.scale}" for f in packet.map.frames)
        overlaps = {p: n for p, n in count_overlaps(packet.map.labels).items() if "detail" not in p}
        print(
            f"{packet.planned.round_id:<14}{len(packet.planned.door_ids):>4} doors"
            f"{len(packet.map.pages):>3} + {len(packet.list.pages)} pages"
            f"{sum(overlaps.values()):>4} overlaps   {frames}"
        )
    for name, size in sizes.items():
        print(f"{size:>8.2f} MB  {name}")
    print(
        f"all paper and maps: {took:.1f} s ({worked:.1f} s of processor), target {TARGET_S:.0f} s"
    )
    return 0 if worked <= TARGET_S else 1


if __name__ == "__main__":
    sys.exit(main())
