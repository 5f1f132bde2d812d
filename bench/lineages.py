"""A thousand random lineages of addresses: how many knocks and do-not-knocks are lost?"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.property.test_lineage import count_losses

HISTORIES = int(sys.argv[1]) if len(sys.argv) > 1 else 1000


def main() -> int:
    """Count."""
    with tempfile.TemporaryDirectory() as folder:
        knocks, refusals = count_losses(Path(folder), histories=HISTORIES)
    print(f"{HISTORIES} lineages: {knocks} knocks lost, {refusals} do-not-knock lost")
    return 1 if knocks or refusals else 0


if __name__ == "__main__":
    sys.exit(main())
