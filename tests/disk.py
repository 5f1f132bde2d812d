"""A disk made of memory that can lose its power or fail, under the real store.

SQLite (in apsw) writes to ``Disk``, which remembers every write until it is synced. A crash image is
what was durable plus random pieces of 512 bytes of what was not. ``ApswConnection`` is the driver that
lets SQLAlchemy, and so the store itself, run on it.
"""

# ruff: noqa: N802, ARG002 - SQLite gives these names and arguments
from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import apsw
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool, StaticPool

from zds_geo.store._engine import _begin, _set_pragmas

PIECE = 512
_NUMBERS = itertools.count()


class Step(NamedTuple):
    """One thing a program asked of the disk; ``inode`` is a file, whatever its name."""

    kind: str  # write, cut, sync, make, drop
    inode: int
    name: str = ""
    at: int = 0
    data: bytes = b""
    durable: bool = False


@dataclass
class Disk:
    """What programs see, and the steps that led to it."""

    start: dict[str, bytes] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    fail: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        """Lay the files of the start on the disk."""
        self.names = {name: inode for inode, name in enumerate(self.start)}
        self.files = {i: bytearray(self.start[n]) for n, i in self.names.items()}

    def open(self, name: str) -> int:
        if name not in self.names:
            self.fail("open")
            inode = len(self.files)
            self.files[inode] = bytearray()
            self.names[name] = inode
            self.steps.append(Step("make", inode, name))
        return self.names[name]

    def write(self, inode: int, data: bytes, at: int) -> None:
        self.fail("write")
        _write(self.files[inode], data, at)
        self.steps.append(Step("write", inode, at=at, data=data))

    def cut(self, inode: int, size: int) -> None:
        self.fail("cut")
        del self.files[inode][size:]
        self.steps.append(Step("cut", inode, at=size))

    def sync(self, inode: int) -> None:
        self.fail("sync")
        self.steps.append(Step("sync", inode))

    def drop(self, name: str, *, durable: bool) -> None:
        self.fail("drop")
        self.steps.append(Step("drop", self.names.pop(name), name, durable=durable))

    def image(self) -> dict[str, bytes]:
        """Give the files as programs see them."""
        return {name: bytes(self.files[inode]) for name, inode in self.names.items()}

    def crash(self, after: int, rng: Random) -> dict[str, bytes]:
        """Give what a power cut after so many steps leaves."""
        files = {inode: bytearray(data) for inode, data in enumerate(self.start.values())}
        folder = {name: inode for inode, name in enumerate(self.start)}
        waiting: dict[int, list[Step]] = {}
        entries: list[Step] = []
        for step in self.steps[:after]:
            if step.kind in {"make", "drop"}:
                entries.append(step)
                files.setdefault(step.inode, bytearray())
            elif step.kind == "sync":
                for old in waiting.pop(step.inode, []):
                    _apply(files[step.inode], old)
            else:
                waiting.setdefault(step.inode, []).append(step)
            # Who syncs a new file, or drops one for good, syncs the folder too (as SQLite does).
            is_new = step.kind == "sync" and any(e.inode == step.inode for e in entries)
            if is_new or step.durable:
                _enter(folder, entries)
                entries.clear()
        # The folder keeps the order of what happened; contents keep nothing in order.
        _enter(folder, entries[: rng.randint(0, len(entries))])
        for inode, steps in waiting.items():
            keep = rng.choice((0.0, 1.0, 0.5, rng.random()))
            for step in steps:
                _apply_pieces(files[inode], step, keep=keep, rng=rng)
        return {name: bytes(files[inode]) for name, inode in folder.items()}


def _write(content: bytearray, data: bytes, at: int) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "cut":
        del content[step.at :]
    else:
        _write(content, step.data, step.at)


def _apply_pieces(content: bytearray, step: Step, *, keep: float, rng: Random) -> None:
    if step.kind == "cut":
        if rng.random() < keep:
            _apply(content, step)
        return
    first = step.at
    while first < step.at + len(step.data):
        last = min(first - first % PIECE + PIECE, step.at + len(step.data))
        if rng.random() < keep:
            _write(content, step.data[first - step.at : last - step.at], first)
        first = last


def _enter(folder: dict[str, int], entries: Iterable[Step]) -> None:
    for entry in entries:
        if entry.kind == "make":
            folder[entry.name] = entry.inode
        else:
            folder.pop(entry.name, None)


class _File:
    """One open file, as SQLite sees it; one connection at a time, so locks are always free."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk, self._inode = disk, disk.open(name)

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disk.fail("read")
        return bytes(self._disk.files[self._inode][offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.write(self._inode, bytes(data), offset)

    def xTruncate(self, size: int) -> None:
        self._disk.cut(self._inode, size)

    def xSync(self, flags: int) -> None:
        self._disk.sync(self._inode)

    def xFileSize(self) -> int:
        return len(self._disk.files[self._inode])

    def xLock(self, level: int) -> None:
        pass

    def xUnlock(self, level: int) -> None:
        pass

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return PIECE

    def xDeviceCharacteristics(self) -> int:
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xClose(self) -> None:
        pass


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self.name = f"disk{next(_NUMBERS)}"
        self._disk = disk
        super().__init__(self.name, base="")

    def xOpen(self, name: Any, flags: Any) -> Any:
        path = name if isinstance(name, str) else name.filename() if name else "/temporary"
        flags[1] = flags[0]
        return _File(self._disk, path)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._disk.drop(filename, durable=bool(syncdir))

    def xAccess(self, pathname: str, flags: int) -> bool:
        return pathname in self._disk.names

    def xFullPathname(self, name: str) -> str:
        return name


@contextmanager
def _as_sqlite3() -> Iterator[None]:
    """Raise faults of apsw as those of the driver that SQLAlchemy knows."""
    try:
        yield
    except apsw.Error as fault:
        kinds: dict[type[apsw.Error], type[sqlite3.Error]] = {
            apsw.ConstraintError: sqlite3.IntegrityError,
            apsw.CorruptError: sqlite3.DatabaseError,
            apsw.NotADBError: sqlite3.DatabaseError,
        }
        error = kinds.get(type(fault), sqlite3.OperationalError)(str(fault))
        code = getattr(fault, "extendedresult", 0)
        known = {**apsw.mapping_result_codes, **apsw.mapping_extended_result_codes}
        error.sqlite_errorcode = code
        error.sqlite_errorname = str(known.get(code, "SQLITE_ERROR"))
        raise error from None


class ApswCursor:
    """What SQLAlchemy asks of a cursor."""

    arraysize = 1

    def __init__(self, database: apsw.Connection) -> None:
        self._database = database
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount, self.lastrowid = -1, 0
        self._rows: list[Any] = []

    def _traced(self, cursor: apsw.Cursor, sql: str, bindings: Any) -> bool:
        columns = cursor.get_description()
        self.description = [(c[0], *(None,) * 6) for c in columns] or None
        return True

    def execute(self, sql: str, values: Sequence[Any] = ()) -> ApswCursor:
        with _as_sqlite3():
            cursor = self._database.cursor()
            cursor.exec_trace = self._traced
            self._rows = list(cursor.execute(sql, tuple(values)))
        self.rowcount = self._database.changes()
        self.lastrowid = self._database.last_insert_rowid()
        return self

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> ApswCursor:
        for row in rows:
            self.execute(sql, row)
        return self

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        self._rows = []


class ApswConnection:
    """What SQLAlchemy asks of a connection."""

    isolation_level: str | None = ""

    def __init__(self, path: str, vfs: _Vfs) -> None:
        self._vfs = vfs  # lives as long as the connection
        with _as_sqlite3():
            self.database = apsw.Connection(path, vfs=vfs.name)

    def cursor(self) -> ApswCursor:
        return ApswCursor(self.database)

    def create_function(self, *about: Any, **more: Any) -> None:
        """Take no functions: the store uses none."""

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        if self.database.in_transaction:
            self.cursor().execute(how)

    def close(self) -> None:
        with _as_sqlite3():
            self.database.close()


PATH = "/schijf/knocks.sqlite"


def connection_to(disk: Disk) -> ApswConnection:
    """Open the history on a disk, without any setting."""
    return ApswConnection(PATH, _Vfs(disk))


def engine_on(disk: Disk, *, weaken: Sequence[str] = (), keep_open: bool = False) -> Engine:
    """Give an engine on a disk, with the settings of the store and then those that weaken it.

    ``keep_open`` keeps one connection, which WAL needs here: it has no memory to share.
    """
    vfs = _Vfs(disk)
    engine = create_engine(
        f"sqlite:///{PATH}", poolclass=StaticPool if keep_open else NullPool,
        creator=lambda: ApswConnection(PATH, vfs),
    )  # fmt: skip

    def make_weak(connection: Any, record: object) -> None:
        for statement in weaken:
            connection.cursor().execute(statement)

    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "connect", make_weak)
    event.listen(engine, "begin", _begin)
    return engine
