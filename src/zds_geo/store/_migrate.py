"""Bring the schema to the version this program knows; refuse a newer one (R09)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from zds_geo.core.errors import StoreError
from zds_geo.store._engine import WRITE, lock_writers
from zds_geo.store.facts import SCHEMA_VERSION

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_FOLDER: Final = Path(__file__).parent / "migrations"
_VERSION_TABLE: Final = "alembic_version"


def migrate(engine: Engine, *, path: object) -> None:
    """Take every missing step, each in a transaction of its own with its record."""
    writing = engine.execution_options(**{WRITE: True})
    with engine.begin() as connection:
        found = _current(connection, path=path)
    while found != SCHEMA_VERSION:
        with writing.begin() as connection:
            lock_writers(connection)
            found = _current(connection, path=path)  # another program may have been first
            if found != SCHEMA_VERSION:
                found = _step(connection, found, path=path)


def _current(connection: Connection, *, path: object) -> str | None:
    tables = set(sa.inspect(connection).get_table_names())
    if _VERSION_TABLE not in tables:
        if tables and connection.dialect.name == "sqlite":
            raise StoreError("store.other_database", path=path)
        return None
    versions = sa.table(_VERSION_TABLE, sa.column("version_num", sa.Text))
    return connection.execute(sa.select(versions.c.version_num)).scalar()


def _step(connection: Connection, found: str | None, *, path: object) -> str:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    steps = ScriptDirectory(str(_FOLDER))
    try:
        pending = list(steps.iterate_revisions(SCHEMA_VERSION, found or "base"))
    except CommandError:
        raise StoreError("store.newer", path=path, got=found, known=SCHEMA_VERSION) from None
    following = pending[-1]
    context = MigrationContext.configure(connection, opts={"transactional_ddl": True})
    with Operations.context(context):
        following.module.upgrade()
    context.stamp(steps, following.revision)
    return str(following.revision)
