"""Kill -9 in a migration, a backup or a restore, again and again: before or after, never half.

Run as ``python -m tests.integration.kill_copies migrate|backup|restore N``: a process of its own,
that forks children with everything loaded, so that kills fall on the work and not on the start.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.unit.store.test_migrations import make_old
from zds_geo.app.back_up import FOLDER, KEY_FILE, back_up
from zds_geo.app.make_workspace import AreaChoice, make_workspace
from zds_geo.app.restore import restore
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import StoreError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.store import BACKUP_SUFFIX, find_backups, open_backup, open_history, read_key
from zds_geo.store.schema import SCHEMA_VERSION

STEPS = {"open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.chmod", "sqlite3.connect"}
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def knock(n: int) -> Knock:
    return Knock(
        knock_id=str(UUID(int=n + 1)), door_id=f"{9999010000000000 + n % 500}",
        knocked_on=date(2026, 11, 2), window="middag", outcome=Outcome.NOT_HOME,
        source=Source.PAPER,
    )  # fmt: skip


def fill(workspace: Workspace, first: int, until: int) -> None:
    with open_store(workspace, now=NOW) as store:
        store.record([knock(n) for n in range(first, until)], label="toets", now=NOW)


def count(history: Path) -> int:
    """Count the knocks, or -1 where the history is not sound."""
    try:
        with closing(sqlite3.connect(history)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                return -1
            return int(connection.execute("SELECT count(*) FROM knock").fetchone()[0])
    except sqlite3.DatabaseError:
        return -1


def die_at(step: int, folder: Path) -> None:
    """Let this process kill itself before its n-th step on files in a folder."""
    left, place = step, str(folder)

    def watch(event: str, facts: tuple[object, ...]) -> None:
        nonlocal left
        if event in STEPS and any(place in str(fact) for fact in facts):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def run_child(
    work: Callable[[], object], folder: Path, *, wait_s: float | None = None, step: int = 0,
    most_bytes: int = 0,
) -> bool:  # fmt: skip
    """Fork, work in the child and kill it; tell whether the kill came in time.

    Killed a while after it began, before its n-th step, or in the middle of writing a file: where
    that grows beyond ``most_bytes``.
    """
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        code = 1
        try:
            if step:
                die_at(step, folder)
            if most_bytes:
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
            work()
            code = 0
        finally:
            os._exit(code)
    if wait_s is not None:
        time.sleep(wait_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def kill_often(
    kills: int, folder: Path, *, prepare: Callable[[], None], work: Callable[[], object],
    is_whole: Callable[[], bool], n_bytes: int,
) -> tuple[int, int]:  # fmt: skip
    """Count kills that came in time, and what was neither before nor after.

    A third of them at any moment, a third in the middle of writing a file of about ``n_bytes``, a
    third before each step on files in turn.
    """
    whole = []
    for _ in range(3):
        prepare()
        start = time.perf_counter()
        run_child(work, folder)
        whole.append(time.perf_counter() - start)
        if not is_whole():
            raise RuntimeError("not whole without a kill")
    done = halves = n = step = 0
    while done < kills and n < 20 * kills:
        prepare()
        n += 1
        part = (n * 0.618) % 1
        if n % 3 == 0:
            killed = run_child(work, folder, wait_s=min(whole) * part)
        elif n % 3 == 1:
            killed = run_child(work, folder, most_bytes=1 + int(n_bytes * part))
        else:
            step += 1
            killed = run_child(work, folder, step=step)
            step = step if killed else 0  # past its last step
        done += killed
        halves += not is_whole()
    return done, halves


def kill_migration(folder: Path, kills: int) -> tuple[int, int]:
    path = folder / "knocks.sqlite"

    def prepare() -> None:
        for left in folder.iterdir():
            left.unlink()
        make_old(path, "0001")

    def work() -> None:
        open_history(path, now=NOW)

    def is_whole() -> bool:
        with closing(sqlite3.connect(path)) as connection:
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        fits = version in {"0001", SCHEMA_VERSION} and count(path) == 15
        copy = folder / f"knocks.sqlite.voor-{SCHEMA_VERSION}"
        if version == SCHEMA_VERSION or copy.exists():
            fits &= count(copy) == 15
        with open_history(path, now=NOW) as store:  # a rerun completes it
            return fits and len(store.read_knocks()) == 12

    return kill_often(kills, folder, prepare=prepare, work=work, is_whole=is_whole, n_bytes=100_000)


def make_team(folder: Path) -> Workspace:
    choice = AreaChoice(gemeente="GM0200")
    workspace = make_workspace(folder / "wijk", choice, now=NOW)
    fill(workspace, 0, 3_000)
    return workspace


def kill_backup(folder: Path, kills: int) -> tuple[int, int]:
    workspace = make_team(folder)
    first = back_up(workspace, now=NOW).path
    key = read_key(workspace.root / KEY_FILE)
    assert key is not None
    moments = (NOW + timedelta(minutes=n) for n in range(1, 10**6))

    def work() -> None:
        back_up(workspace, now=moment)

    def every_backup() -> list[Path]:
        return [p for p in (workspace.root / FOLDER).iterdir() if p.suffix == BACKUP_SUFFIX]

    moment = NOW

    def prepare() -> None:
        nonlocal moment
        moment = next(moments)

    def is_whole() -> bool:
        found = find_backups(workspace.root / FOLDER)
        try:
            counts = [open_backup(b.path, secret=key.secret).image.counts["knock"] for b in found]
        except StoreError:
            counts = [-1]
        fits = set(counts) == {3_000} and len(found) == len(every_backup())
        for path in every_backup():
            if path != first:
                path.unlink()
        parts = list((workspace.root / FOLDER).glob("*.part"))
        return (
            fits
            and bool(found)
            and len(parts) <= 1
            and count(workspace.root / "knocks.sqlite") == 3_000
        )

    return kill_often(
        kills, folder, prepare=prepare, work=work, is_whole=is_whole, n_bytes=first.stat().st_size
    )


def kill_restore(folder: Path, kills: int) -> tuple[int, int]:
    workspace = make_team(folder)
    made = back_up(workspace, now=NOW)
    key = read_key(workspace.root / KEY_FILE)
    assert key is not None
    fill(workspace, 3_000, 4_000)
    history = workspace.root / "knocks.sqlite"
    later = folder / "later.sqlite"
    shutil.copy2(history, later)
    settings = (workspace.root / "zds.toml").read_bytes()

    def prepare() -> None:
        for left in workspace.root.glob("knocks.sqlite*"):
            left.unlink()
        shutil.copy2(later, history)

    def work() -> None:
        restore(workspace.root, made.path, secret=key.secret, now=NOW)

    def is_whole() -> bool:
        n, kept = count(history), list(workspace.root.glob("knocks.sqlite.voor-herstel-*"))
        fits = n in {3_000, 4_000} and (workspace.root / "zds.toml").read_bytes() == settings
        if n == 3_000:
            fits &= [count(p) for p in kept if not p.name.endswith(".part")] == [4_000]
        again = restore(workspace.root, made.path, secret=key.secret, now=NOW + timedelta(hours=1))
        rooms = list(workspace.root.glob(".herstel-*"))
        return fits and again.n_knocks == 3_000 and count(history) == 3_000 and not rooms

    return kill_often(
        kills, folder, prepare=prepare, work=work, is_whole=is_whole, n_bytes=later.stat().st_size
    )


KINDS = {"migrate": kill_migration, "backup": kill_backup, "restore": kill_restore}


def main() -> int:
    kind, kills = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        done, halves = KINDS[kind](Path(folder), kills)
    sys.stdout.write(f"{kind}: {done} kills, {halves} half\n")
    return 0 if done == kills and not halves else 1


if __name__ == "__main__":
    sys.exit(main())
