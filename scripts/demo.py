"""The whole loop on the invented example quarter: import, twelve weeks, plan, maps, coverage."""

import shutil
import sys
from importlib.util import find_spec
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
        ["report", *everywhere],
    ):
        sys.stdout.write(f"\n$ zds {' '.join(command[:3])}\n")
        sys.stdout.flush()
        code = run(command)
        if code:
            return code
    sys.stdout.write("\n" + "\n".join(sorted(str(p) for p in FOLDER.rglob("maps/*/*"))) + "\n")
    if find_spec("pypdfium2"):  # a tool of developers: without it the gallery stays as it is
        from gallery import make_gallery

        made = make_gallery(FOLDER, FOLDER.parent)
        sys.stdout.write("\n" + "\n".join(str(p) for p in made) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
