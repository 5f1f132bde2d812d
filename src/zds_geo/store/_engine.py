"""The connection: settings set, read back, and refused when they do not hold (R03)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.pool import NullPool

from zds_geo.core.errors import StoreError
from zds_geo.store._schema import TABLES

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

WRITE: Final = "zds_write"
MAGIC: Final = b"SQLite format 3\0"
OLDEST_SQLITE: Final = (3, 37)  # STRICT tables
BUSY_MS: Final = 5000
# pragma → value to set, value that must come back
PRAGMAS: Final = {
    "journal_mode": ("DELETE", "delete"),
    "synchronous": ("EXTRA", "3"),
    "foreign_keys": ("ON", "1"),
    "secure_delete": ("ON", "1"),
    "trusted_schema": ("OFF", "0"),
    "busy_timeout": (str(BUSY_MS), str(BUSY_MS)),
    "mmap_size": ("0", "0"),
}
PG_SETTINGS: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_sync_retry": "off",
}
_PG_LOCK: Final = 7_203_951  # any number: writers take turns, as SQLite's do


def make_engine(location: Path | str, *, create: bool) -> Engine:
    """Make the engine of a SQLite file or a PostgreSQL URL; nothing is opened yet."""
    if isinstance(location, str) and "://" in location:
        return _postgres(location)
    return _sqlite(Path(location), create=create)


def _sqlite(path: Path, *, create: bool) -> Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError("store.old_sqlite", got=sqlite3.sqlite_version)
    _check_file(path, create=create)
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _check_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise StoreError("store.is_folder", path=path)
    if not path.parent.is_dir():
        raise StoreError("store.no_folder", path=path.parent)
    try:
        if not path.exists():
            if not create:
                raise StoreError("store.no_file", path=path)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        head = path.open("rb").read(len(MAGIC))
    except FileExistsError:
        return
    except OSError as fault:
        raise StoreError("store.cannot_open", path=path, fault=fault.strerror) from None
    if (head or not create) and head != MAGIC:
        raise StoreError("store.not_sqlite", path=path)
    if not os.access(path, os.W_OK):
        raise StoreError("store.read_only", path=path)


def _set_pragmas(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    raw: Any = connection
    raw.isolation_level = None  # SQLAlchemy begins and ends; the driver adds nothing of its own
    raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    for name, (value, expected) in PRAGMAS.items():
        raw.execute(f"PRAGMA {name}={value}").fetchall()
        row = raw.execute(f"PRAGMA {name}").fetchone()
        got = "0" if row is None and name == "mmap_size" else str(row and row[0]).lower()
        if got != expected:
            raw.close()
            raise StoreError("store.setting", name=name, expected=value, got=got)


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _postgres(location: str) -> Engine:
    try:
        url = sa.make_url(location)
    except exc.ArgumentError:
        raise StoreError("store.url") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise StoreError("store.url")
    try:
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ModuleNotFoundError:
        raise StoreError("store.no_driver") from None


def lock_writers(connection: Connection) -> None:
    """Let one writer in at a time; SQLite did so with BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_PG_LOCK)))


def check_server(connection: Connection) -> None:
    """Refuse a PostgreSQL that may forget what it acknowledged, or tables that are not STRICT."""
    if connection.dialect.name == "postgresql":
        for name, expected in PG_SETTINGS.items():
            got = connection.execute(sa.select(sa.func.current_setting(name))).scalar_one()
            if got != expected:
                raise StoreError("store.setting", name=name, expected=expected, got=got)
        return
    rows = connection.exec_driver_sql(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 1"
    )
    loose = set(TABLES) - set(rows.scalars())
    if loose:
        raise StoreError("store.not_strict", names=", ".join(sorted(loose)))


@contextmanager
def explain(path: object) -> Iterator[None]:
    """Say faults of the database in a sentence; a fault in COMMIT is never acknowledged (R04)."""
    try:
        yield
    except exc.IntegrityError:
        raise StoreError("store.refused") from None
    except exc.DBAPIError as fault:
        raise _sentence(str(fault.orig), path) from None
    except exc.TimeoutError:
        raise StoreError("store.locked", path=path) from None
    except sqlite3.Error as fault:
        raise _sentence(str(fault), path) from None


def _sentence(fault: str, path: object) -> StoreError:
    known = {
        "locked": "store.locked",
        "readonly": "store.read_only",
        "not a database": "store.not_sqlite",
        "malformed": "store.damaged",
        "full": "store.full",
    }
    for piece, key in known.items():
        if piece in fault:
            return StoreError(key, path=path)
    return StoreError("store.cannot_open", path=path, fault=fault.splitlines()[0])
