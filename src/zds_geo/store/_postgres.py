"""PostgreSQL: the same history on a server, and only with the settings that keep it (R03)."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from zds_geo.core.errors import StoreError

DRIVER: Final = "postgresql+psycopg"
CONNECT_S: Final = 10
# R03: name → the only value with which what was said to be stored is stored.
SETTINGS: Final = (
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("data_sync_retry", "off"),
)
# One writer at a time, as BEGIN IMMEDIATE gives on SQLite; readers go on. The server lets writers
# in by turn, so patience is what a queue of them may take.
WRITE_LOCK: Final = "SET LOCAL lock_timeout = '30s'; LOCK TABLE batch IN EXCLUSIVE MODE"
# Two programs that open an empty database at once make its tables once. The number is ours alone.
SCHEMA_LOCK: Final = "SELECT pg_advisory_xact_lock(7251946)"


def open_postgres(location: str) -> Engine:
    """Open a database on a PostgreSQL server.

    Parameters
    ----------
    location : str
        ``postgresql://user@host/database``, also ``postgres://``.

    Returns
    -------
    Engine
        Its readers see one moment, its writers wait for each other.

    Raises
    ------
    StoreError
        If it is no such address, or the driver is not installed.
    """
    url = _read_url(location)
    try:
        return create_engine(
            url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_S},
            hide_parameters=True,
        )  # fmt: skip
    except ModuleNotFoundError:
        raise StoreError("store.no_driver") from None


def _read_url(location: str) -> URL:
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        # What was typed may hold a password: it is not repeated.
        raise StoreError("store.not_an_address") from None
    if url.drivername not in {"postgresql", "postgres", DRIVER}:
        raise StoreError("store.not_an_address")
    return url.set(drivername=DRIVER)


def require_settings(connection: Connection, *, name: str) -> None:
    """Refuse a server that would say "stored" of what a power cut can take away.

    Parameters
    ----------
    connection : Connection
        Open.
    name : str
        Of the database, for messages.

    Raises
    ------
    StoreError
        Naming the setting, what it should be and what it is.
    """
    for setting, expected in SETTINGS:
        got: Any = connection.exec_driver_sql(f"SHOW {setting}").scalar()
        if got != expected:
            raise StoreError(
                "store.server_setting", path=name, name=setting, expected=expected, got=got
            )
