"""Cut the power of a simulated disk under the real store: how much is lost, how much broken?

The settings of R03 must lose nothing; the weaker ones must lose something, or the bench is blind.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.integration.test_power_loss import SAFE, WEAK, count_fates


def main() -> int:
    """Count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000, help="power cuts (weak settings: a tenth)")
    parser.add_argument("--seed", type=int, default=2)
    chosen = parser.parse_args()
    good = True
    for name, weakness in {"as the store sets it (R03)": SAFE, **WEAK}.items():
        trials = chosen.n if weakness is SAFE else max(100, chosen.n // 10)
        began = time.perf_counter()
        found = count_fates(trials, weakness, seed=chosen.seed)
        bad = found["lost"] + found["corrupt"]
        good &= (bad == 0) if weakness is SAFE else (bad > 0)
        print(
            f"{name}: {trials} power cuts, {found['lost']} lost, {found['corrupt']} corrupt "
            f"({time.perf_counter() - began:.0f} s)",
            flush=True,
        )
    print("as it must be" if good else "NOT as it must be")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
