"""Ten thousand random mutations of the audit log: how many go unseen (R10)?"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.unit.store.test_audit import count_unseen

MUTATIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
ROWS = 40


def main() -> int:
    """Count."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "knocks.sqlite"
        unseen, kinds = count_unseen(path, mutations=MUTATIONS, rows=ROWS, seed=1)
    for kind, count in sorted(kinds.items()):
        print(f"{kind:<18} {count:>6}")
    seconds = time.perf_counter() - start
    done = sum(kinds.values())
    print(f"{done} mutations of a log of {ROWS} rows: {unseen} unseen ({seconds:.0f} s)")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
