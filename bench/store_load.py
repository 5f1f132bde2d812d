"""Eight writers and some readers at one history (R35), and sixteen imports at once (R01).

On SQLite and, where its server is installed, on PostgreSQL.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.load import NOW, Heard, import_at_once, knock, run_load
from tests.postgres import ABSENT, find_binaries, running_server

from zds_geo.store import open_history, write_knocks_csv


def _figures(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    if not ordered:
        return f"{name}: none"
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * q))] * 1000 for q in (0.5, 0.99)]
    return (
        f"{len(ordered)} {name}: median {at[0]:.0f} ms, p99 {at[1]:.0f} ms, "
        f"max {ordered[-1] * 1000:.0f} ms"
    )


def measure(name: str, make: Callable[[], Path | str], chosen: argparse.Namespace) -> bool:
    """Measure on one kind of database; tell whether nothing was refused and all is stored."""
    location = make()
    open_history(location, now=NOW, create=True)
    heard: Heard = run_load(
        location, writers=chosen.writers, readers=chosen.readers, batches=chosen.batches,
        size=chosen.size, pause=chosen.pause / 1000,
    )  # fmt: skip
    wanted = chosen.writers * chosen.batches * chosen.size
    print(f"{name}: {_figures('writes', heard.writes_s)}; {_figures('reads', heard.reads_s)}")
    print(f"{name}: {heard.stored} of {wanted} knocks stored, {len(heard.faults)} refused")
    for fault in sorted(set(heard.faults))[:3]:
        print(f"  {fault}")
    stored = _import_at_once(name, make, chosen)
    return not heard.faults and heard.stored == wanted and stored


def _import_at_once(name: str, make: Callable[[], Path | str], chosen: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "knocks.csv"
        with open_history(Path(folder) / "k.sqlite", now=NOW, create=True) as store:
            store.record([knock(n) for n in range(chosen.knocks)], label="a", now=NOW)
            write_knocks_csv(path, store.read_knocks(with_assistants=True))
        location = make()
        open_history(location, now=NOW, create=True)
        stored, duplicate, faults = import_at_once(location, path, programs=chosen.imports)
        with open_history(location, now=NOW) as store:
            kept = len(store.read_knocks())
    print(
        f"{name}: {chosen.imports} imports of {chosen.knocks} knocks at once: {kept} kept, "
        f"{stored} told as stored, {duplicate} as known, {len(faults)} refused"
    )
    return kept == stored == chosen.knocks and not faults


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    for option, usual, about in (
        ("writers", 8, "programs that store"), ("readers", 3, "programs that read"),
        ("batches", 50, "of each writer"), ("size", 5, "knocks in a batch"),
        ("pause", 200, "milliseconds between batches of one writer"),
        ("imports", 16, "programs that import at once"), ("knocks", 500, "in that file"),
    ):  # fmt: skip
        parser.add_argument(f"--{option}", type=int, default=usual, help=about)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(9))
        good = measure("SQLite", lambda: Path(folder) / f"k{next(numbers)}.sqlite", chosen)
    if find_binaries() is None:
        print(f"PostgreSQL: skipped, {ABSENT}")
        return 0 if good else 1
    with running_server() as server:
        good &= measure("PostgreSQL", server.make_database, chosen)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
