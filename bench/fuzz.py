"""Fuzz what reads text, in process, or what reads files, in the child that reads them (R40).

``--state FILE`` goes on where the last run stopped; ``--seconds`` stops in time; ``--replay N``
shows what run N did.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.fuzz import TEXT_TARGETS, Find, binary_targets, choose, content, run


def main() -> int:
    """Run, count, and name each kind of find once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=0, help="1,000,000, with --binary 20,000")
    parser.add_argument("--binary", action="store_true")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--state", type=Path)
    parser.add_argument("--replay", type=int)
    chosen = parser.parse_args()
    targets = binary_targets() if chosen.binary else TEXT_TARGETS
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        if chosen.replay is not None:
            target = choose(chosen.replay, targets)
            print(target.name, content(chosen.replay, target)[:2000])
            print(run(chosen.replay, Path(folder), targets))
            return 0
        wanted = chosen.runs or (20_000 if chosen.binary else 1_000_000)
        done, finds = fuzz(wanted, Path(folder), chosen)
    for number, kind in finds.values():
        print(f"run {number}: {kind.target}: {kind.what.strip()}")
    print(f"{done} runs in all, {len(finds)} kinds of undeclared exceptions in this one")
    return 1 if finds else 0


def fuzz(
    wanted: int, folder: Path, chosen: argparse.Namespace
) -> tuple[int, dict[str, tuple[int, Find]]]:
    """Run until all is done or time is up."""
    targets = binary_targets() if chosen.binary else TEXT_TARGETS
    first = 0
    if chosen.state and chosen.state.exists():
        first = int(json.loads(chosen.state.read_text("utf-8"))["done"])
    began, finds, counts = time.perf_counter(), dict[str, tuple[int, Find]](), Counter[str]()
    number = first
    while number < wanted and time.perf_counter() - began < chosen.seconds:
        counts[choose(number, targets).name] += 1
        found = run(number, folder, targets)
        if found:
            finds.setdefault(f"{found.target} {found.what.splitlines()[-1][:60]}", (number, found))
        number += 1
        if chosen.state and number % 1000 == 0:
            chosen.state.write_text(json.dumps({"done": number}), encoding="utf-8")
    if chosen.state:
        chosen.state.write_text(json.dumps({"done": number}), encoding="utf-8")
    took = time.perf_counter() - began
    print(f"{number - first} runs, {(number - first) / max(took, 1e-9):.0f}/s: {dict(counts)}")
    return number, finds


if __name__ == "__main__":
    sys.exit(main())
