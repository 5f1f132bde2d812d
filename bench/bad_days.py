"""Ten bad days: what does a coordinator see, and is the history still there afterwards?

Each day happens in a copy of the example quarter. The full disk is a real one of a few megabytes
where the system lets us make it (Linux, ``unshare``), else a limit on the size of files.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.conftest import NOW

from zds_geo.app.back_up import back_up
from zds_geo.app.make_example import make_example
from zds_geo.app.workspace import open_workspace
from zds_geo.store import find_backups, key_lines

ZDS = "import sys; from zds_geo.cli import run; sys.exit(run(sys.argv[1:]))"
LIMITED = (
    "import resource, signal, sys; from zds_geo.cli import run; "
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY)); "
    "sys.exit(run(sys.argv[1:]))"
)
ADD = (
    "knocks", "add", "Beukstraat 1", "nt", "--date", "2026-11-20", "--window", "middag",
)  # fmt: skip
BACKUP = ("backup",)
FULL_DISK = 'mount -t tmpfs -o size="$1" tmpfs "$2" && cp -a "$3/." "$2" && shift 3 && exec "$@"'


class Quarter:
    """A copy of the example quarter on a bad day."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.history = root / "knocks.sqlite"
        self.before = self.count()

    def count(self) -> int:
        """Count the knocks; -1 where the file is not sound."""
        try:
            with closing(sqlite3.connect(self.history)) as connection:
                if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    return -1
                return int(connection.execute("SELECT count(*) FROM knock").fetchone()[0])
        except sqlite3.DatabaseError:
            return -1

    def type(
        self, *words: str, days: int = 0, typed: str = "", limited: bool = False,
        wrap: Sequence[str] = (),
    ) -> int:  # fmt: skip
        """Type a command; print what is shown."""
        now = (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M%z")
        call = [*wrap, sys.executable, "-c", LIMITED if limited else ZDS, *words]
        call += ["--workspace", str(self.root), "--now", now]
        done = subprocess.run(call, capture_output=True, text=True, check=False, input=typed)
        shown = (done.stdout + done.stderr).strip().replace(str(self.root), "wijk")
        print(f"  $ zds {' '.join(words)}".replace(str(self.root), "wijk"))
        print("\n".join(f"    {line}" for line in shown.splitlines()))
        if "Traceback" in shown:
            raise RuntimeError(shown)
        return done.returncode


def disk_full(quarter: Quarter) -> None:
    place = quarter.root.with_name("kleine-schijf")
    place.mkdir()
    size = sum(p.stat().st_size for p in quarter.root.rglob("*") if p.is_file())
    steps = (*ADD, "|", *BACKUP)
    call = ["unshare", "-rm", "sh", "-c", FULL_DISK, "sh", str(size * 11 // 10 + 400_000)]
    call += [str(place), str(quarter.root), sys.executable, __file__, "--on-full-disk", str(place)]
    done = subprocess.run([*call, *steps], capture_output=True, text=True, check=False)
    if "on a full disk" in done.stdout:
        print(done.stdout.rstrip())
        return
    print("  (no small disk to be made here: files may not grow above 4 kB)")
    quarter.type(*ADD, limited=True)
    quarter.type(*BACKUP, limited=True)


def on_full_disk(root: Path, words: Sequence[str]) -> None:
    """Fill the disk, type commands, make room, and type the first again."""
    quarter = Quarter(root)
    print(f"  (on a full disk of {shutil.disk_usage(root).total // 1000} kB)")
    filler = root / "vakantiefotos"
    with filler.open("wb", buffering=0) as stream:
        try:
            while stream.write(bytes(4_096)):
                pass
        except OSError:
            print(f"  (free: {shutil.disk_usage(root).free} bytes)")
    both = " ".join(words).split(" | ")
    quarter.type(*ADD)
    quarter.type(*both[1].split())
    print(f"  (history: {quarter.count()} knocks of {quarter.before})")
    filler.unlink()
    print("  (room was made)")
    quarter.type(*ADD)
    print(f"  (history: {quarter.count()} knocks)")


def newer_database(quarter: Quarter) -> None:
    with closing(sqlite3.connect(quarter.history)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '2031'")
        connection.commit()
    quarter.type("coverage")


def wrong_key(quarter: Quarter) -> None:
    typed = "\n".join(key_lines(bytes(20)))
    quarter.type("restore", newest(quarter), "--key-sheet", typed=typed)


def broken_file(quarter: Quarter) -> None:
    content = bytearray(quarter.history.read_bytes())
    content[40_000:120_000] = os.urandom(80_000)
    quarter.history.write_bytes(content)
    quarter.type("doctor")
    quarter.type("restore", newest(quarter))


def no_database(quarter: Quarter) -> None:
    quarter.history.write_text("Boodschappen: koffie, melk\n" * 50, encoding="utf-8")
    quarter.type("plan")
    quarter.type("restore", newest(quarter))


def clock_wrong(quarter: Quarter) -> None:
    quarter.type("doctor", days=-400)


def no_permission(quarter: Quarter) -> None:
    quarter.history.chmod(0o400)
    quarter.root.chmod(0o500)
    # An administrator may write everywhere; this one may not.
    wrap = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    quarter.type(*ADD, wrap=wrap)
    quarter.type(*BACKUP, wrap=wrap)
    quarter.root.chmod(0o700)
    quarter.history.chmod(0o600)


def half_backup(quarter: Quarter) -> None:
    path = Path(newest(quarter))
    path.write_bytes(path.read_bytes()[:100_000])
    quarter.type("restore", str(path))


def locked_database(quarter: Quarter) -> None:
    with closing(sqlite3.connect(quarter.history, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        quarter.type(*ADD)
        quarter.type("restore", newest(quarter))
        other.execute("ROLLBACK")


def no_settings(quarter: Quarter) -> None:
    (quarter.root / "zds.toml").unlink()
    quarter.type("plan")
    quarter.type("restore", newest(quarter))


def newest(quarter: Quarter) -> str:
    return str(find_backups(quarter.root / "backups")[-1].path)


DAYS: tuple[tuple[str, Callable[[Quarter], None]], ...] = (
    ("the disk is full", disk_full),
    ("the history is of a newer version", newer_database),
    ("another sheet: the wrong key", wrong_key),
    ("the history is damaged", broken_file),
    ("something else is called knocks.sqlite", no_database),
    ("the clock is wrong", clock_wrong),
    ("no permission to write", no_permission),
    ("a backup that was copied half", half_backup),
    ("another program holds the history", locked_database),
    ("zds.toml is gone", no_settings),
)


@contextmanager
def example() -> Iterator[Path]:
    """Make the example quarter once, with a backup."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, _ = make_example(Path(folder) / "voorbeeld", now=NOW, seed=1)
        back_up(workspace, now=NOW)
        yield workspace.root


def main() -> int:
    """Show the days; count those after which knocks are gone."""
    lost = 0
    with example() as root:
        for n, (title, day) in enumerate(DAYS, start=1):
            print(f"\n{n}. {title}")
            copy = root.with_name(f"dag-{n}")
            shutil.copytree(root, copy)
            quarter = Quarter(open_workspace(copy).root)
            day(quarter)
            after = quarter.count()
            lost += after < quarter.before
            print(f"  -> {after} of {quarter.before} knocks are there")
    print(f"\n{len(DAYS)} bad days, {lost} with knocks gone")
    return 1 if lost else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--on-full-disk"]:
        on_full_disk(Path(sys.argv[2]), sys.argv[3:])
        sys.exit(0)
    sys.exit(main())
