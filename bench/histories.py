"""Random histories (R34): store against model, and every order of a log against every other."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.property.test_history_machine import differs, logs, run_histories


def count_states(n: int, folder: Path) -> int:
    """Count logs whose state depends on the order in which they came."""
    found = [0]

    @settings(max_examples=n, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(log=logs())
    def look(log: tuple[list[object], list[object]]) -> None:
        found[0] += differs(*log, folder)

    look()
    return found[0]


def main() -> int:
    """Count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=5000)
    chosen = parser.parse_args()
    began = time.perf_counter()
    run_histories(chosen.n, derandomize=False)
    took = time.perf_counter() - began
    print(f"{chosen.n} histories: the store answers as the model ({took:.0f} s)")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        bad = count_states(chosen.n, Path(folder))
    print(
        f"{chosen.n} logs in two orders with repeats: {bad} with two states "
        f"({time.perf_counter() - began:.0f} s)"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
