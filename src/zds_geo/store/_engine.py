"""Opening the database: settings set and read back (R03), migrations, immediate transactions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from zds_geo.core.errors import StoreError
from zds_geo.store._faults import explain, name_of
from zds_geo.store._postgres import SCHEMA_LOCK, open_postgres, require_settings
from zds_geo.store._upgrade import keep_copy, make_config

# R03: name → value asked for → value SQLite gives back.
PRAGMAS: Final = (
    ("journal_mode", "DELETE", "delete"),
    ("synchronous", "EXTRA", "3"),
    ("foreign_keys", "ON", "1"),
    ("secure_delete", "ON", "1"),
    ("trusted_schema", "OFF", "0"),
    ("busy_timeout", "5000", "5000"),
    ("mmap_size", "0", "0"),
)


def open_engine(location: Path | str, *, create: bool) -> Engine:
    """Open a database: a SQLite file or a PostgreSQL URL.

    Parameters
    ----------
    location : Path or str
        Path of the file, or ``postgresql://…``.
    create : bool
        Make the file when it is not there.

    Returns
    -------
    Engine
        On SQLite every connection has the settings of R03, read back; on PostgreSQL ``migrate``
        reads them.

    Raises
    ------
    StoreError
        If the file is missing, no SQLite database, or does not take the settings.
    """
    if isinstance(location, str) and "://" in location:
        return open_postgres(location)
    path = Path(location)
    _require_file(path, create=create)
    # hide_parameters: a fault that nobody foresaw may be printed, a row of the history may not.
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _require_file(path: Path, *, create: bool) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise StoreError("store.no_folder", path=path)
    if not path.exists():
        if not create:
            raise StoreError("store.no_file", path=path)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as fault:
            raise StoreError("store.cannot_make", path=path, fault=fault.strerror) from None
        return
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as fault:
        raise StoreError("store.cannot_make", path=path, fault=fault.strerror) from None
    if head and head != b"SQLite format 3\0":
        raise StoreError("store.not_sqlite", path=path)


def _set_pragmas(connection: Any, record: object) -> None:  # noqa: ARG001
    connection.isolation_level = None  # transactions are begun by the store, not by the driver
    cursor = connection.cursor()
    try:
        for name, value, expected in PRAGMAS:
            cursor.execute(f"PRAGMA {name}={value}")
            row = cursor.execute(f"PRAGMA {name}").fetchone()
            got = str(row[0]) if row else ("0" if name == "mmap_size" else "-")
            if got != expected:
                raise StoreError("store.setting", name=name, expected=expected, got=got)
    finally:
        cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(engine: Engine) -> None:
    """Bring the schema up to date in one transaction, after a copy; refuse a newer one (R09).

    Parameters
    ----------
    engine : Engine
        As from ``open_engine``.

    Raises
    ------
    StoreError
        If the database was made by a newer version, is broken, busy or cannot be reached, its
        server has other settings than those of R03, or no copy of it can be made.
    """
    config, script = make_config()
    known = {revision.revision for revision in script.walk_revisions()}
    on_server, name = engine.dialect.name == "postgresql", name_of(engine)
    try:
        with engine.connect() as connection, connection.begin():
            if on_server:
                require_settings(connection, name=name)
            version = MigrationContext.configure(connection).get_current_revision()
        if version is not None and version not in known:
            raise StoreError("store.newer", path=name, version=version)
        if version == script.get_current_head():
            return
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if on_server:
                connection.exec_driver_sql(SCHEMA_LOCK)
            keep_copy(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as fault:
        raise explain(fault, engine) from None
