"""Whose turn it is to write to a SQLite file: everybody who waits has the same chance."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ASK_S: Final = 0.002
MOST_TIMES: Final = 15_000  # half a minute; then SQLite itself is asked, and says what is wrong


@contextmanager
def turn_to_write(database: str | None) -> Iterator[None]:
    """Wait until no other program that uses this store writes in the folder of a database.

    Parameters
    ----------
    database : str or None
        Path of the SQLite file.

    Notes
    -----
    SQLite's own wait asks less and less often, so that whoever came last goes first and one of many
    is refused in the end. It stays the lock that keeps the data; this is only the queue before it.
    The folder is locked and not the file: closing a second handle of the file would drop SQLite's
    locks. The system frees the folder when a program dies. Where it cannot be locked (Windows, some
    network disks) SQLite's own wait is all there is.
    """
    handle = _lock(Path(database).parent) if database else None
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)  # this frees the folder


def _lock(folder: Path) -> int | None:
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    for _ in range(MOST_TIMES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(ASK_S)
        except OSError:
            break
        else:
            return handle
    os.close(handle)
    return None
