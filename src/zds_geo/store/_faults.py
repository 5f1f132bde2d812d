"""What went wrong in the database, in one sentence that says what to do."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DataError, OperationalError

from zds_geo.core.errors import StoreError

# PostgreSQL's codes (appendix A of its manual) and SQLite's names, by the sentence they get.
_SENTENCES: Final = {
    "53100": "store.full",
    "SQLITE_FULL": "store.full",
    "58030": "store.disk",
    "SQLITE_IOERR": "store.disk",
    "42501": "store.no_rights",
    "28000": "store.no_rights",
    "28P01": "store.no_rights",
    "3D000": "store.no_database",
    "XX001": "store.broken",
    "XX002": "store.broken",
    "SQLITE_CORRUPT": "store.broken",
    "SQLITE_NOTADB": "store.broken",
}


def name_of(engine: Engine) -> str:
    """Name a database for people: a path, or an address without its password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return engine.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def explain(fault: DatabaseError, engine: Engine) -> StoreError:
    """Turn a fault of the database into our error.

    Parameters
    ----------
    fault : DatabaseError
        As SQLAlchemy gives it.
    engine : Engine
        Where it happened.

    Returns
    -------
    StoreError
        Its sentence holds the first line the database said, never a value of a row (P15).
    """
    code = _code(fault)
    key = _SENTENCES.get(code) or _SENTENCES.get("_".join(code.split("_")[:2]))
    if key is None and isinstance(fault, DataError):
        key = "store.no_text"
    elif key is None and isinstance(fault, OperationalError):
        # Class 08 and 57P: the connection, or the server that stops or starts; none: no connection.
        away = engine.dialect.name == "postgresql" and code[:3] in {"", "080", "57P"}
        key = "store.no_server" if away else "store.unreachable"
    elif key is None:
        key = "store.broken"
    return StoreError(key, path=name_of(engine), fault=_first_line(fault))


def _code(fault: DatabaseError) -> str:
    for name in ("sqlite_errorname", "sqlstate"):
        found = getattr(fault.orig, name, None)
        if found:
            return str(found)
    # A connection that was refused has no code, only words (of an English server).
    said = str(fault.orig)
    if 'role "' in said or "password" in said:
        return "28P01"
    return "3D000" if 'database "' in said and "exist" in said else ""


def _first_line(fault: DatabaseError) -> str:
    diagnosis = getattr(fault.orig, "diag", None)
    said = getattr(diagnosis, "message_primary", None) or str(fault.orig)
    lines = said.strip().splitlines()
    return lines[0].strip() if lines else type(fault.orig).__name__
