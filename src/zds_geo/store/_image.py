"""A whole history as the bytes of a SQLite file, in memory: nothing unsealed touches the disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from zds_geo.core.errors import StoreError
from zds_geo.store._engine import migrate, open_engine
from zds_geo.store.schema import METADATA

_CHUNK: Final = 2_000  # rows that travel at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A history: bytes of a SQLite file, its schema version, rows per table, audit log's end."""

    content: bytes
    schema: str
    counts: dict[str, int]
    audit: tuple[int, str] | None = None  # number and hash of the last row; none before schema 6


def take_image(location: Path | str) -> Image:
    """Copy a history as it is at one moment, while others may go on writing.

    Parameters
    ----------
    location : Path or str
        SQLite file or PostgreSQL URL.

    Returns
    -------
    Image
        Checked: sound, and as many rows in every table as the history has.

    Raises
    ------
    StoreError
        If the history cannot be read, or is damaged.
    """
    engine = open_engine(location, create=False)
    try:
        if engine.dialect.name == "sqlite":
            return _from_file(engine, location)
        migrate(engine)
        return _from_server(engine)
    except sqlite3.OperationalError as fault:
        raise StoreError("store.unreachable", path=location, fault=fault) from None
    except sqlite3.DatabaseError as fault:
        raise StoreError("store.broken", path=location, fault=fault) from None
    except OperationalError as fault:
        raise StoreError("store.unreachable", path=_name(engine), fault=fault.orig) from None
    except DatabaseError as fault:
        raise StoreError("store.broken", path=_name(engine), fault=fault.orig) from None
    finally:
        engine.dispose()


def check_image(content: bytes, *, path: Path) -> Image:
    """Check that bytes are a sound history.

    Parameters
    ----------
    content : bytes
        Of a SQLite file.
    path : Path
        Where they came from, for messages.

    Returns
    -------
    Image
        With its counts.

    Raises
    ------
    StoreError
        If they are not.
    """
    try:
        with closing(sqlite3.connect(":memory:")) as memory:
            memory.deserialize(content)
            found = memory.execute("PRAGMA integrity_check").fetchall()
            if found != [("ok",)]:
                raise StoreError("backup.unsound", path=path, fault=found[0][0])
            return Image(
                content=content, schema=_schema(memory), counts=_counts(memory),
                audit=_audit_head(memory),
            )  # fmt: skip
    except sqlite3.DatabaseError as fault:
        raise StoreError("backup.unsound", path=path, fault=fault) from None


def fill_server(source: Path, url: str) -> None:
    """Put a history from a SQLite file in the place of the one on a server, in one transaction.

    Parameters
    ----------
    source : Path
        Brought up to date.
    url : str
        Of the PostgreSQL database; its tables are made where they are missing.

    Raises
    ------
    StoreError
        If it cannot be done; the server then has what it had.
    """
    engine = open_engine(url, create=True)
    tables = METADATA.sorted_tables
    names = ", ".join(f'"{table.name}"' for table in tables)
    try:
        migrate(engine)
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            connection.exec_driver_sql(f"TRUNCATE {names}")
            with closing(sqlite3.connect(source)) as rows:
                rows.row_factory = sqlite3.Row
                for table in tables:
                    _send(rows, connection, table)
    except OperationalError as fault:
        raise StoreError("store.unreachable", path=_name(engine), fault=fault.orig) from None
    except DatabaseError as fault:
        raise StoreError("store.broken", path=_name(engine), fault=fault.orig) from None
    finally:
        engine.dispose()


def _from_file(engine: sa.Engine, location: Path | str) -> Image:
    with closing(engine.raw_connection()) as pooled:
        source: Any = pooled.driver_connection
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
            source.execute("BEGIN")  # what is counted is what is copied
            try:
                counts = _counts(source)
                source.backup(memory)
            finally:
                source.execute("ROLLBACK")
            memory.execute("VACUUM")
            content = memory.serialize()
    return _require_whole(content, counts, location)


def _from_server(engine: sa.Engine) -> Image:
    counts: dict[str, int] = {}
    with closing(sqlite3.connect(":memory:")) as memory:
        target = sa.create_engine("sqlite://", creator=lambda: memory, poolclass=sa.StaticPool)
        options = {"isolation_level": "REPEATABLE READ"}
        with (
            engine.connect().execution_options(**options) as source,
            source.begin(),
            target.connect() as connection,
            connection.begin(),
        ):
            METADATA.create_all(connection)
            for table in METADATA.sorted_tables:
                counts[table.name] = _receive(source, connection, table)
            version = source.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            connection.exec_driver_sql(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (version,))
            counts["alembic_version"] = 1
        content = memory.serialize()
    return _require_whole(content, counts, _name(engine))


def _receive(source: sa.Connection, target: sa.Connection, table: sa.Table) -> int:
    n = 0
    order = list(table.primary_key.columns)
    result = source.execute(sa.select(table).order_by(*order))
    for part in result.mappings().partitions(_CHUNK):
        target.execute(table.insert(), [dict(row) for row in part])
        n += len(part)
    return n


def _send(source: sqlite3.Connection, target: sa.Connection, table: sa.Table) -> None:
    cursor = source.execute(f'SELECT * FROM "{table.name}"')  # noqa: S608 - a name of our schema
    while part := cursor.fetchmany(_CHUNK):
        target.execute(table.insert(), [dict(row) for row in part])
    key = list(table.primary_key.columns)
    if len(key) == 1 and isinstance(key[0].type, sa.Integer):  # it numbers on by itself
        last = sa.select(sa.func.max(key[0])).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', key[0].name)
        target.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last > 0)))


def _require_whole(content: bytes, counts: dict[str, int], location: object) -> Image:
    image = check_image(content, path=Path(str(location)))
    if image.counts != counts:
        raise StoreError("backup.counts", path=location)
    return image


def _audit_head(connection: sqlite3.Connection) -> tuple[int, str] | None:
    if not connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit_head'"
    ).fetchone():
        return None
    row = connection.execute("SELECT last_seq, last_hash FROM audit_head").fetchone()
    return None if row is None else (int(row[0]), str(row[1]))


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in names
    }


def _schema(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("no version")
    return str(row[0])


def _name(engine: sa.Engine) -> str:
    return str(engine.url.database)
