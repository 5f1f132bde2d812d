"""The requirements on privacy and safety: which tests prove each, and how these ended last time.

Without options: only name binding ids that no test is marked with, and fail on any. ``--all``
(``make requirements``) prints the table; results are those of the last ``make test``, which leaves
them in ``build/tests.xml``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "tests.xml"
DEVIATIONS = ROOT / "docs" / "deviations.md"
# Ids that bind in this version; the others bind with the version that builds them.
BINDING = {
    "P01": "closed outcomes", "P03": "coarse time", "P07": "do-not-knock",
    "P08": "nobody sees the chance of a door", "P13": "paper", "P14": "no third parties",
    "P15": "logs, errors and temporary files", "R01": "append-only knocks",
    "R02": "a door is a pure function of its knocks", "R03": "settings read back at start",
    "R04": "told after commit", "R05": "clock and daylight saving", "R06": "doors change",
    "R07": "import", "R09": "migrations", "R30": "kill -9 while writing", "R32": "power loss",
    "R33": "disk full, input/output errors", "R34": "random histories",
    "R35": "many writers and readers", "R38": "a source that refuses or drips", "R40": "fuzzing",
    "S05": "text is text", "S06": "bound parameters", "S07": "csv guard", "S08": "hostile files",
    "S09": "damaged files",
}  # fmt: skip


def find_tests() -> dict[str, list[tuple[str, str]]]:
    """Give the tests (module, name) of each requirement, by the mark ``req``."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for mark in _marks(node):
                    found[mark].append((module, node.name))
    return found


def _marks(node: ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("mark.req"):
            yield from (str(a.value) for a in decorator.args if isinstance(a, ast.Constant))


def read_results() -> dict[tuple[str, str], Counter[str]]:
    """Read how tests ended: ``passed``, ``failed`` or ``skipped``, once for each parameter."""
    ends: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    if not RESULTS.exists():
        return ends
    for case in ElementTree.parse(RESULTS).iter("testcase"):
        name = case.get("name", "").partition("[")[0]
        kinds = {child.tag for child in case}
        end = "failed" if kinds & {"failure", "error"} else "passed"
        ends[case.get("classname", ""), name]["skipped" if "skipped" in kinds else end] += 1
    return ends


def read_deviations() -> dict[str, str]:
    """Read where we differ from a requirement, and why."""
    if not DEVIATIONS.exists():
        return {}
    rows = re.findall(
        r"(?m)^\| *([PSR]\d\d) *\| *(.*?) *\| *(.*?) *\|$", DEVIATIONS.read_text("utf-8")
    )
    return {number: f"{what} Why: {why}" for number, what, why in rows}


def print_table(found: dict[str, list[tuple[str, str]]]) -> int:
    """Print every id with its tests and their ends; give the number of tests that failed."""
    ends, deviations, failed = read_results(), read_deviations(), 0
    for number in sorted({*BINDING, *found}):
        tests = found.get(number, [])
        total = sum((ends[t] for t in tests if t in ends), Counter[str]())
        failed += total["failed"]
        told = ", ".join(f"{n} {end}" for end, n in sorted(total.items())) or "no result"
        binds = "" if number in BINDING else " (not binding yet)"
        sys.stdout.write(
            f"\n{number} {BINDING.get(number, '')}{binds}: {len(tests)} tests, {told}\n"
        )
        for module, name in tests:
            how = "+".join(sorted(ends[module, name])) if (module, name) in ends else "?"
            sys.stdout.write(f"    {how:8} {module.removeprefix('tests.')}: {name}\n")
        if number in deviations:
            sys.stdout.write(f"    differs: {deviations[number]}\n")
    if RESULTS.exists():
        at = datetime.fromtimestamp(RESULTS.stat().st_mtime, UTC)
        sys.stdout.write(f"\nresults of make test, {at:%Y-%m-%d %H:%M} UTC\n")
    else:
        sys.stdout.write("\nno results yet: run make test first\n")
    return failed


def main() -> int:
    """Print what was asked; fail on a binding id without a test, or with one that failed."""
    found = find_tests()
    failed = print_table(found) if "--all" in sys.argv else 0
    missing = [name for name in BINDING if name not in found]
    sys.stdout.write(f"requirements without a test: {', '.join(missing) or 'none'}\n")
    return 1 if missing or failed else 0


if __name__ == "__main__":
    sys.exit(main())
