"""List the privacy and safety requirements of this version that no test is marked with."""

import re
import sys
from pathlib import Path

# Ids that bind in this version; the others bind with the version that builds them.
BINDING = (
    "P01", "P03", "P07", "P08", "P13", "P14", "P15",
    "R01", "R02", "R03", "R05", "R06", "R07", "S05", "S06", "S07", "S08", "S09",
)  # fmt: skip
TESTS = Path(__file__).resolve().parent.parent / "tests"


def main() -> int:
    """Print ids with their number of tests (``--all``) or only those without; fail on any."""
    text = "\n".join(p.read_text(encoding="utf-8") for p in sorted(TESTS.rglob("test_*.py")))
    found = re.findall(r'mark\.req\(\s*"([A-Z]\d\d)"', text)
    for name in BINDING if "--all" in sys.argv else ():
        sys.stdout.write(f"{name}: {found.count(name)} tests\n")
    missing = [name for name in BINDING if name not in found]
    sys.stdout.write(f"requirements without a test: {', '.join(missing) or 'none'}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
