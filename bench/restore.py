"""How long do a backup, a drill and a restore of 100,000 knocks take? Also on a new laptop."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from zds_geo.app.back_up import KEY_FILE, back_up
from zds_geo.app.make_workspace import AreaChoice, make_workspace
from zds_geo.app.restore import restore
from zds_geo.app.workspace import open_store, open_workspace
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.store import read_key

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KNOCKS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
DOORS = 15_000
LIMIT_S = 60
WINDOWS = ("ochtend", "middag", "vooravond", "avond")
OUTCOMES = (Outcome.NOT_HOME, Outcome.NOT_HOME, Outcome.TALKED, Outcome.NO_TALK)


def knock(n: int) -> Knock:
    return Knock(
        knock_id=str(UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)),
        door_id=f"{9999010000000000 + n % DOORS}",
        knocked_on=date(2026, 11, 20) - timedelta(days=n * 600 // KNOCKS),
        window=WINDOWS[n % 4], outcome=OUTCOMES[n // 7 % 4], source=Source.PAPER,
        assistant_id=f"a{n % 5:02d}",
    )  # fmt: skip


@contextmanager
def timed(label: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{label:<44}{time.perf_counter() - start:>8.2f} s")


def main() -> int:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        choice = AreaChoice(gemeente="GM0200")
        workspace = make_workspace(Path(folder) / "wijk", choice, now=NOW)
        with open_store(workspace, now=NOW) as store:
            for first in range(0, KNOCKS, 500):
                batch = [knock(n) for n in range(first, min(first + 500, KNOCKS))]
                store.record(batch, label=f"B{first}", now=NOW)
        with open_store(workspace, now=NOW) as store:  # opening forgets who rang long ago
            known = store.read_knocks(with_assistants=True)
        size = (workspace.root / "knocks.sqlite").stat().st_size
        with timed(f"backup of {KNOCKS} knocks, read back"):
            made = back_up(workspace, now=NOW)
        print(f"history {size / 1e6:.1f} MB, backup {made.n_bytes / 1e6:.1f} MB")
        key = read_key(workspace.root / KEY_FILE)
        assert key is not None
        with timed("drill"):
            restore(workspace.root, made.path, secret=key.secret, now=NOW, drill=True)
        start = time.perf_counter()
        with timed("restore over the present history"):
            restore(workspace.root, made.path, secret=key.secret, now=NOW)
        with timed("restore into an empty folder"):
            restore(Path(folder) / "nieuw", made.path, secret=key.secret, now=NOW)
        worst = time.perf_counter() - start
        for root in (workspace.root, Path(folder) / "nieuw"):
            with open_store(open_workspace(root), now=NOW) as store:
                if not store.read_knocks(with_assistants=True).equals(known):
                    print(f"NOT THE SAME: {root}")
                    return 1
    print(f"every knock is back; allowed {LIMIT_S} s, both together took {worst:.2f} s")
    return 0 if worst <= LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
