"""A real PostgreSQL server for tests and benches: made in a temporary folder, stopped afterwards.

It listens on a socket in that folder only, speaks Dutch (ICU) so that sorting by language would
show, and keeps the settings that R03 asks for.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

ABSENT = "no PostgreSQL server on this machine (Debian: apt-get install postgresql)"


def find_binaries() -> Path | None:
    """Give the folder with ``initdb`` and ``pg_ctl``, or None: the newest version there is."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).parent / "pg_ctl").exists():
        return Path(on_path).parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(found, key=lambda p: int(p.parts[-3]) if p.parts[-3].isdigit() else 0)
    return newest[-1].parent if newest else None


def _other_user() -> dict[str, Any]:
    """Give who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    names = [n for n in ("postgres", "nobody") if n in {p.pw_name for p in pwd.getpwall()}]
    account = pwd.getpwnam(names[0])
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    binaries: Path
    folder: Path

    def url(self, database: str = "postgres", user: str = "zds") -> str:
        """Give the address of a database, as in zds.toml."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the owner of the server."""
        address = f"host={self.folder} user=zds dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def make_database(self) -> str:
        """Make an empty database and give its address."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def control(self, *words: str) -> None:
        """Call ``pg_ctl``."""
        call = [
            str(self.binaries / "pg_ctl"),
            "-D",
            str(self.folder / "data"),
            "-w",
            "-t",
            "300",
            *words,
        ]
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL, cwd="/", **_other_user())

    def start(self, settings: Sequence[str] = ()) -> None:
        """Start it; ``settings`` such as ``fsync=off`` are for tests that want a bad server."""
        words = ["-c listen_addresses=''", f"-c unix_socket_directories='{self.folder}'"]
        words += ["-c max_connections=60", "-c shared_buffers=32MB"]
        words += [f"-c {s}" for s in settings]
        self.control("-l", str(self.folder / "log"), "-o", " ".join(words), "start")


@contextmanager
def running_server(settings: Sequence[str] = ()) -> Iterator[Server]:
    """Run a server as long as the block lasts."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError(ABSENT)
    # Not the folder of the test: the path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="zds-pg-", dir="/tmp"))
    who = _other_user()
    if who:
        os.chown(folder, who["user"], who["group"])
    server = Server(binaries, folder)
    try:
        make = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "zds", "-A", "trust"]
        make += ["-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=nl"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd="/", **who)
        server.start(settings)
        try:
            yield server
        finally:
            server.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
