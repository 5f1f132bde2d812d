"""Sixty kills during an import of the example quarter: old places or new, never half?"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.conftest import NOW
from tests.integration.test_updates import count_halves

from zds_geo.app.make_example import make_example

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 60


def main() -> int:
    """Count."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, _ = make_example(Path(folder) / "voorbeeld", now=NOW, seed=1)
        halves = count_halves(workspace, kills=KILLS)
    print(f"{KILLS} kills during import: {halves} half")
    return 1 if halves else 0


if __name__ == "__main__":
    sys.exit(main())
