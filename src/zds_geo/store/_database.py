"""An open database: one transaction at a time, and every fault in one sentence."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError

from zds_geo.core.errors import StoreError
from zds_geo.core.retention import Retention
from zds_geo.store.schema import BATCH, BATCH_KNOCK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


def utc(moment: datetime) -> str:
    """Write an aware instant as ISO text in UTC."""
    if moment.tzinfo is None:
        raise StoreError("error.naive_time", got=moment.isoformat())
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def live_knocks() -> sa.Select[tuple[str]]:
    """Select the ids of knocks in a batch that was not undone."""
    return (
        sa.select(BATCH_KNOCK.c.knock_id)
        .join(BATCH, BATCH.c.batch_id == BATCH_KNOCK.c.batch_id)
        .where(BATCH.c.undone_at.is_(None))
    )


class Database:
    """An open database. Every method is one transaction; what returned was committed (R04)."""

    def __init__(self, engine: sa.Engine, retention: Retention | None = None) -> None:
        self._engine = engine
        self._retention = retention or Retention()

    def __enter__(self) -> Self:
        """Give the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[sa.Connection]:
        try:
            with (
                self._engine.connect().execution_options(writes=writes) as connection,
                connection.begin(),
            ):
                if writes and self._engine.dialect.name == "postgresql":
                    # One writer at a time, as BEGIN IMMEDIATE gives on SQLite.
                    connection.exec_driver_sql("LOCK TABLE batch IN EXCLUSIVE MODE")
                yield connection
        except OperationalError as fault:
            raise StoreError("store.unreachable", path=self._name(), fault=fault.orig) from None
        except DatabaseError as fault:
            raise StoreError("store.broken", path=self._name(), fault=fault.orig) from None

    def _name(self) -> str:
        return str(self._engine.url.database)

    def _insert_new(self, table: sa.Table) -> Any:
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        return dialect.insert(table).on_conflict_do_nothing()
