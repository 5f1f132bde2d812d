"""S09's accounting: real files cut and flipped; what is refused, by what, and what is marked."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.integration.test_hostile import account

TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 200
MUST_BE_ZERO = (
    "accepted against checksum", "accepted against earlier delivery", "undeclared", "unmarked",
)  # fmt: skip


def main() -> int:
    """Count."""
    with tempfile.TemporaryDirectory() as folder:
        accounts = account(Path(folder), n_cuts=TIMES, n_flips=TIMES, seed=1)
    wrong = 0
    for name, fates in accounts.items():
        print(f"{name}: {TIMES} cuts (a pbf also at every block), {TIMES} flips")
        for fate, n in sorted(fates.items()):
            print(f"  {n:5}  {fate}")
        wrong += sum(fates[fate] for fate in MUST_BE_ZERO)
    print(f"{wrong} wrong (accepted against what was known, unmarked, or an undeclared error)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
