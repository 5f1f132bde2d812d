"""One connection a question, one transaction a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

import sqlalchemy as sa

from zds_geo.store._engine import WRITE, explain, lock_writers

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection, Engine

Item = TypeVar("Item")
CHUNK: Final = 500


class Base:
    """Holds the engine; the parts of the history build on it."""

    def __init__(self, engine: Engine, *, place: object, today: date) -> None:
        self._engine = engine
        self._writing = engine.execution_options(**{WRITE: True})
        self._place = place
        self._today = today

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with explain(self._place), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with explain(self._place), self._writing.begin() as connection:
            lock_writers(connection)
            yield connection


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Cut a long list in pieces that fit in one query."""
    for first in range(0, len(items), CHUNK):
        yield items[first : first + CHUNK]


def next_number(connection: Connection, column: sa.Column[int]) -> int:
    """Give the number after the highest; writers take turns, so it is free."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(column), 0))).scalar_one()) + 1


def insert_all(
    connection: Connection, table: sa.Table, rows: Iterable[dict[str, object]]
) -> None:
    """Insert rows; none is fine."""
    listed = list(rows)
    if listed:
        connection.execute(sa.insert(table), listed)
