"""Before a migration: a copy beside the history, and a rehearsal (R09)."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from zds_geo.core.errors import StoreError
from zds_geo.store.backup_key import remove_quietly, sync_folder

COPY: Final = ".voor-"  # knocks.sqlite.voor-0004, knocks.sqlite.voor-herstel-2026-11-22-1200
KEEP_DAYS: Final = 35
_DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def make_config() -> tuple[Config, ScriptDirectory]:
    """Give alembic's settings and the list of migrations."""
    config = Config()
    config.set_main_option("script_location", str(files("zds_geo.store").joinpath("migrations")))
    return config, ScriptDirectory.from_config(config)


def known_versions() -> frozenset[str]:
    """Give the schema versions that this program can read."""
    return frozenset(r.revision for r in make_config()[1].walk_revisions())


def keep_copy(connection: Connection) -> Path | None:
    """Copy a SQLite file that is about to be migrated; call it within the writing transaction.

    Parameters
    ----------
    connection : Connection
        Nobody else writes while it is open.

    Returns
    -------
    Path or None
        The copy, only readable by its owner; None for a new history or one on a server.

    Raises
    ------
    StoreError
        If the copy cannot be made or is not sound: then nothing may be migrated.
    """
    head = make_config()[1].get_current_head()
    if connection.dialect.name != "sqlite":
        return None
    if MigrationContext.configure(connection).get_current_revision() in {None, head}:
        return None
    path = Path(str(connection.engine.url.database))
    copy = path.with_name(f"{path.name}{COPY}{head}")
    part = copy.with_name(copy.name + ".part")
    try:
        remove_quietly(part)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(path, part)
        part.replace(copy)
        sync_folder(copy.parent)
    except OSError as fault:
        raise StoreError("upgrade.no_copy", path=copy, fault=fault.strerror) from None
    except sqlite3.Error as fault:
        raise StoreError("upgrade.no_copy", path=copy, fault=fault) from None
    finally:
        remove_quietly(part)
    return copy


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        new.execute("PRAGMA synchronous=EXTRA")
        old.backup(new)
        found = new.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            raise StoreError("store.broken", path=source, fault=found[0][0])


def rehearse_migration(location: Path) -> tuple[str, ...]:
    """Do in memory what opening the history would do to its schema; the file stays as it is.

    Parameters
    ----------
    location : Path
        A SQLite file.

    Returns
    -------
    tuple of str
        Versions that would be applied, in order; empty when it is up to date.

    Raises
    ------
    StoreError
        If it cannot be read, was made by a newer version, or a step fails.
    """
    from sqlalchemy import StaticPool, create_engine

    config, script = make_config()
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
            with closing(
                sqlite3.connect(f"{location.resolve().as_uri()}?mode=ro", uri=True)
            ) as old:
                old.backup(memory)
            engine = create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)
            with engine.connect() as connection:
                version = MigrationContext.configure(connection).get_current_revision()
                known = [r.revision for r in script.walk_revisions()]
                if version is not None and version not in known:
                    raise StoreError("store.newer", path=location, version=version)
                pending = known[: known.index(version)] if version in known else known
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    except sqlite3.Error as fault:
        raise StoreError("store.broken", path=location, fault=fault) from None
    except DatabaseError as fault:
        raise StoreError("store.broken", path=location, fault=fault.orig) from None
    return tuple(reversed(pending))


def remove_old_copies(history: Path, *, now: datetime) -> tuple[Path, ...]:
    """Remove the copies beside a history that are older than 35 days (P04).

    Parameters
    ----------
    history : Path
        The SQLite file; its copies are named after it.
    now : datetime
        Aware.

    Returns
    -------
    tuple of Path
        What was removed. A copy's age is that of the date in its name, else that of the file.
    """
    removed = []
    mine = (p for p in history.parent.iterdir() if p.name.startswith(f"{history.name}{COPY}"))
    for copy in sorted(mine):
        if now - _age(copy) > timedelta(days=KEEP_DAYS):
            remove_quietly(copy)
            if not copy.exists():
                removed.append(copy)
    return tuple(removed)


def _age(copy: Path) -> datetime:
    dated = _DATED.search(copy.name.rpartition(COPY)[2])
    if dated:
        try:
            day = date.fromisoformat(dated[0])
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        except ValueError:
            pass
    return datetime.fromtimestamp(copy.stat().st_mtime, tz=UTC)
