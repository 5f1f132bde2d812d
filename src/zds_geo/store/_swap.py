"""Putting another history in the place of the one that is there."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zds_geo.core.errors import StoreError
from zds_geo.store.backup_key import remove_quietly, sync_folder

_COMPANIONS = ("-journal", "-wal", "-shm")


def swap_history(path: Path, new: Path, *, aside: Path | None) -> None:
    """Put a history in the place of another, in one step, and keep the other aside.

    Parameters
    ----------
    path : Path
        The SQLite file that is replaced; may be missing or broken.
    new : Path
        A sound one on the same disk, not open.
    aside : Path or None
        Where the old one goes; must not exist. None where there is no old one.

    Raises
    ------
    StoreError
        If the old one is in use.
    OSError
        If it cannot be done; the old one is then where it was.
    """
    if aside is None:
        new.replace(path)
        sync_folder(path.parent)
        return
    try:
        with _nobody_writes(path):
            _keep(path, aside)
            for end in _COMPANIONS:  # a journal must never be played back into another file
                companion = path.with_name(path.name + end)
                if companion.exists():
                    companion.replace(aside.with_name(aside.name + end))
            new.replace(path)
    except OSError:
        remove_quietly(aside)
        raise
    sync_folder(path.parent)


@contextmanager
def _nobody_writes(path: Path) -> Iterator[None]:
    """Hold the history, which also finishes what a crash left half; a broken one is let be."""
    held = None
    try:
        held = sqlite3.connect(path, timeout=5, isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
    except sqlite3.DatabaseError as fault:
        if getattr(fault, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StoreError("restore.in_use", path=path) from None
    try:
        if held is not None and os.name == "nt":  # an open file cannot be replaced there
            held.close()
        yield
    finally:
        if held is not None:
            held.close()


def _keep(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except OSError:  # a disk without links, such as a stick
        part = aside.with_name(aside.name + ".part")
        try:
            shutil.copy2(path, part)
            with part.open("r+b") as stream:
                os.fsync(stream.fileno())
            part.replace(aside)
        finally:
            remove_quietly(part)
    aside.chmod(0o600)
