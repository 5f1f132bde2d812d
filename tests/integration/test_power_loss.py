"""Power cuts while the store writes (R32): nothing it called stored is lost, nothing is half."""

from __future__ import annotations

import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from tests.disk import PATH, Disk, connection_to, engine_on
from zds_geo.core.errors import ZdsGeoError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.store import HistoryStore, open_history
from zds_geo.store._engine import migrate

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
CUTS = 25  # per history
OUTCOMES = (Outcome.NOT_HOME, Outcome.NOT_HOME, Outcome.TALKED, Outcome.DO_NOT_KNOCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """Settings that lose data, to see that the harness would notice."""

    statements: Sequence[str] = ()
    keep_open: bool = False


SAFE = Weakness()
WEAK = {
    "WAL, synchronous=NORMAL": Weakness(
        statements=[
            "PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
        ],
        keep_open=True,
    ),
    "synchronous=OFF": Weakness(statements=["PRAGMA synchronous=OFF"]),
    "synchronous=FULL": Weakness(statements=["PRAGMA synchronous=FULL"]),
}  # fmt: skip


def knock(rng: Random) -> Knock:
    return Knock(
        knock_id=str(uuid.UUID(int=rng.getrandbits(128))), door_id=f"{rng.randrange(40):016d}",
        knocked_on=date(2026, 11, 2) + timedelta(days=rng.randrange(20)), window="middag",
        outcome=rng.choice(OUTCOMES), source=Source.PAPER, assistant_id=rng.choice(("", "a01")),
    )  # fmt: skip


@cache
def base() -> dict[str, bytes]:
    """Give the files of a history with some knocks, shut down in order."""
    disk, rng = Disk(), Random(0)
    engine = engine_on(disk)
    migrate(engine)
    with HistoryStore(engine) as store:
        for _ in range(4):
            store.record([knock(rng) for _ in range(30)], label="oud", now=NOW)
    return disk.image()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the store answered, and after how many steps of the disk."""

    after: int
    stored: frozenset[str] = frozenset()
    undone: str = ""


def live(disk: Disk, weakness: Weakness, rng: Random) -> tuple[list[Said], list[frozenset[str]]]:
    """Let the store work; give its answers, and the batches it was given."""
    engine = engine_on(disk, weaken=weakness.statements, keep_open=weakness.keep_open)
    said, batches = [Said(after=len(disk.steps))], list[frozenset[str]]()
    with HistoryStore(engine) as store:
        known: list[Knock] = []
        for n in range(4):
            fresh = [knock(rng) for _ in range(rng.randint(1, 30))]
            batches.append(frozenset(k.knock_id for k in fresh))
            result = store.record([*fresh, *known[:3]], label=f"b{n}", now=NOW)
            known += fresh
            said.append(Said(after=len(disk.steps), stored=frozenset(result.stored)))
            if n == 2:
                store.undo_batch(result.batch_id, now=NOW)
                said.append(Said(after=len(disk.steps), undone=result.batch_id))
    return said, batches


def look(image: dict[str, bytes]) -> tuple[set[str], set[str]]:
    """Open what a crash left; give the ids of knocks and of undone batches."""
    connection = connection_to(Disk(image))
    try:
        run = connection.cursor().execute
        run("PRAGMA locking_mode=EXCLUSIVE")  # so that a WAL is read too
        whole = run("PRAGMA integrity_check").fetchone()[0] == "ok"
        if not whole or run("PRAGMA foreign_key_check").fetchall():
            raise ValueError("not whole")
        knocks = {str(r[0]) for r in run("SELECT knock_id FROM knock").fetchall()}
        undone = run("SELECT batch_id FROM batch WHERE undone_at IS NOT NULL").fetchall()
    finally:
        connection.close()
    return knocks, {str(r[0]) for r in undone}


def fates(trials: int, weakness: Weakness, *, seed: int) -> Iterator[str]:
    """Cut the power many times; say each time what became of the history."""
    rng = Random(seed)
    for first in range(0, trials, CUTS):
        disk = Disk(base())
        said, batches = live(disk, weakness, rng)
        for _ in range(min(CUTS, trials - first)):
            at = rng.randint(said[0].after, len(disk.steps))
            try:
                knocks, undone = look(disk.crash(at, rng))
            except (sqlite3.DatabaseError, ValueError):
                yield "corrupt"
                continue
            heard = [s for s in said if s.after <= at]
            whole = all(not b & knocks or b <= knocks for b in batches)
            kept = all(s.stored <= knocks and {s.undone} - {""} <= undone for s in heard)
            yield ("good" if kept else "lost") if whole else "corrupt"


def count_fates(trials: int, weakness: Weakness = SAFE, *, seed: int) -> Counter[str]:
    """Count what became of histories whose power was cut: ``good``, ``lost``, ``corrupt``."""
    return Counter(fates(trials, weakness, seed=seed))


@pytest.mark.req("R32")
@pytest.mark.req("R04")
def test_no_power_cut_loses_or_breaks_what_the_store_called_stored() -> None:
    # bench/power_loss.py counts ten thousand.
    assert count_fates(500, seed=1) == {"good": 500}


@pytest.mark.req("R32")
@pytest.mark.req("R03")
@pytest.mark.parametrize("name", sorted(WEAK))
def test_weaker_settings_lose_data_in_the_same_harness(name: str) -> None:
    found = count_fates(300, WEAK[name], seed=1)
    assert found["lost"] + found["corrupt"] > 0


@pytest.mark.req("R32")
def test_what_a_power_cut_leaves_opens_with_the_program_itself(tmp_path: Path) -> None:
    rng, disk = Random(7), Disk(base())
    said, _ = live(disk, SAFE, rng)
    for n in range(20):
        at = rng.randint(said[0].after, len(disk.steps))
        folder = tmp_path / str(n)
        folder.mkdir()
        for name, content in disk.crash(at, rng).items():
            (folder / Path(name).name).write_bytes(content)
        with open_history(folder / Path(PATH).name, now=NOW) as store:
            with sqlite3.connect(folder / Path(PATH).name) as connection:
                kept = {r[0] for r in connection.execute("SELECT knock_id FROM knock")}
            assert all(s.stored <= kept for s in said if s.after <= at)
            again = store.record([knock(rng)], label="na de storing", now=NOW)
            assert len(again.stored) == 1


class Failing:
    """Fails at the n-th call to the disk that may fail; ``for_good`` at every later one too."""

    def __init__(self, at: int, *, full: bool, for_good: bool) -> None:
        self.calls, self._at, self._full, self._for_good = 0, at, full, for_good

    def __call__(self, kind: str) -> None:
        import apsw

        if self._full and kind not in {"write", "open"}:
            return  # a full disk still reads, syncs and drops
        self.calls += 1
        if self.calls == self._at or (self._for_good and self.calls > self._at):
            raise apsw.FullError("full") if self._full else apsw.IOError("broken")


@pytest.mark.req("R33")
@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("full", [False, True])
def test_a_disk_that_fails_at_any_call_gives_an_error_and_the_work_goes_on(
    full: bool, for_good: bool
) -> None:
    rng = Random(3)
    knocks = [knock(rng) for _ in range(12)]
    before = look(base())[0]
    mine = {k.knock_id for k in knocks}
    at, faults = int(for_good), list[ZdsGeoError]()
    while True:
        at += 2  # every other call, the odd ones where it fails for good
        disk = Disk(base())
        with HistoryStore(engine_on(disk)) as store:
            disk.fail = failing = Failing(at, full=full, for_good=for_good)
            try:
                store.record(knocks, label="a", now=NOW)
            except ZdsGeoError as fault:
                faults.append(fault)
            disk.fail = lambda _: None
            if failing.calls < at:
                break
            # All of it or nothing; it can be read, and the same again is stored once.
            kept = set(store.read_knocks().index) - before
            assert kept in (set(), mine)
            store.record(knocks, label="a", now=NOW)
            assert set(store.read_knocks().index) - before == mine
            assert look(disk.image())[0] == before | mine
    assert len(faults) > 10
    assert {f.key for f in faults} <= {"store.full", "store.disk", "store.unreachable"}
    assert not [f for f in faults if "\n" in f.sentence()]


@pytest.mark.req("R33")
def test_a_full_disk_is_told_in_words_and_room_is_enough_to_go_on(tmp_path: Path) -> None:
    from sqlalchemy import event

    from zds_geo.store._engine import open_engine

    rng, path = Random(5), tmp_path / "knocks.sqlite"
    open_history(path, now=NOW, create=True)
    engine = open_engine(path, create=False)
    pages = [path.stat().st_size // 4096 + 2]

    def bound(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages[0]}")

    event.listen(engine, "connect", bound)
    with HistoryStore(engine) as store:
        small, large = [knock(rng)], [knock(rng) for _ in range(2000)]
        store.record(small, label="a", now=NOW)
        with pytest.raises(ZdsGeoError) as caught:
            store.record(large, label="b", now=NOW)
        assert caught.value.key == "store.full"
        assert len(store.read_knocks()) == 1
        pages[0] = 10_000
        assert len(store.record(large, label="b", now=NOW).stored) == 2000
