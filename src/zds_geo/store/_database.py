"""An open database: one transaction at a time, and every fault in one sentence."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError

from zds_geo.core.errors import StoreError
from zds_geo.core.retention import Retention
from zds_geo.store._faults import explain
from zds_geo.store._postgres import WRITE_LOCK
from zds_geo.store._turn import turn_to_write
from zds_geo.store.schema import BATCH, BATCH_KNOCK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


def utc(moment: datetime) -> str:
    """Write an aware instant as ISO text in UTC."""
    if moment.tzinfo is None:
        raise StoreError("error.naive_time", got=moment.isoformat())
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def as_text(label: str) -> str:
    """Write a file's name so that any database can keep it: what is no text becomes ``?``."""
    return label.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


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
        on_server = self._engine.dialect.name == "postgresql"
        options: dict[str, Any] = {"writes": writes}
        if on_server and not writes:
            # Readers see one moment, as they do on SQLite.
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        waits = writes and not on_server
        try:
            with (
                turn_to_write(self._engine.url.database if waits else None),
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
            ):
                if writes and on_server:
                    connection.exec_driver_sql(WRITE_LOCK)
                yield connection
        except DatabaseError as fault:
            raise explain(fault, self._engine) from None
        except UnicodeEncodeError:
            raise StoreError("store.no_text") from None

    def _insert_new(self, table: sa.Table) -> Any:
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        return dialect.insert(table).on_conflict_do_nothing()
