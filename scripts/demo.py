"""The whole loop on the invented example quarter: import, twelve weeks, plan, maps, coverage."""

import shutil
import sys
from pathlib import Path

from zds_geo.cli import run

FOLDER = Path(__file__).resolve().parent.parent / "maps" / "voorbeeldwijk"
NOW = "2026-11-22T18:00+01:00"  # a Sunday evening: tomorrow is a working day


def main() -> int:
    """Run the commands a coordinator would type; stop at the first that fails."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    everywhere = ["--workspace", str(FOLDER), "--now", NOW]
    for command in (
        ["init", str(FOLDER), "--example", "--now", NOW],
        ["plan", *everywhere],
        ["heatmap", *everywhere],
        ["coverage", *everywhere],
    ):
        sys.stdout.write(f"\n$ zds {' '.join(command[:3])}\n")
        sys.stdout.flush()
        code = run(command)
        if code:
            return code
    sys.stdout.write("\n" + "\n".join(sorted(str(p) for p in FOLDER.rglob("maps/*/*"))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
