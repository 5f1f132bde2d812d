"""Kill -9 programs while they store knocks (R30): how many acknowledged knocks are lost?"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.kills import count_kills


def main() -> int:
    """Count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where; in memory by default: kill -9 tests no disk")
    chosen = parser.parse_args()
    memory = Path("/dev/shm")
    where = chosen.folder or (memory if memory.is_dir() else None)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=where) as folder:
        found = count_kills(Path(folder), kills=chosen.n, seed=chosen.seed)
    took = time.perf_counter() - began
    print(
        f"{found.kills} kills ({found.kills / took:.0f}/s): {found.acknowledged} knocks "
        f"acknowledged, {found.lost} lost, {found.corrupt} corrupt"
    )
    return 1 if found.lost or found.corrupt else 0


if __name__ == "__main__":
    sys.exit(main())
