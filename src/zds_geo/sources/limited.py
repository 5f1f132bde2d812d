"""Reading files from outside in a process of its own, that may do little (R07, S08)."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from zds_geo.core import errors
from zds_geo.core.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.sources._bag import Box
    from zds_geo.sources.addresses import AddressData
    from zds_geo.sources.buurten import BuurtData
    from zds_geo.sources.history_list import HistoryList
    from zds_geo.sources.streets import StreetData

Progress = Callable[[str, int, int | None], None]

SECONDS: Final = 60  # of processor time for any file,
SECONDS_PER_MB: Final = 4  # and for each megabyte of it: a packed extract is the slowest
_SLACK: Final = 3  # waiting counts too, but less strictly
# Formats of OGR that open other files, databases or the network; files are recognised by their
# first bytes before OGR sees them, so this is the second lock.
_NOT_READ: Final = (
    "OGR_VRT", "VRT", "OGR_GMT", "WFS", "OAPIF", "HTTP", "GeoRSS", "CSW", "PLSCENES", "Carto",
    "AmigoCloud", "Elastic", "CouchDB", "Cloudant", "MongoDBv3", "PostgreSQL", "MySQL", "ODBC",
    "MSSQLSpatial", "PGeo", "NGW", "GMLAS", "GML", "NAS", "AIVector", "S57", "DGN", "DXF", "MVT",
    "ESRIJSON", "STACTA", "STACIT", "EEDA", "PDS4", "WMS", "WMTS", "PDF", "DAAS", "LIBKML", "KML",
)  # fmt: skip
_ENVIRONMENT: Final = {
    "OGR_SKIP": ",".join(_NOT_READ),
    "GDAL_SKIP": " ".join(_NOT_READ),
    "CPL_LOG": os.devnull,  # it would name each format that this build lacks
    "PROJ_NETWORK": "OFF",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class LimitedReader:
    """Readers of this room, run in a process with 2 GiB, a time limit and no network.

    Parameters
    ----------
    progress : callable, optional
        Called with (label, done, total).

    Notes
    -----
    Memory and time are bounded where the system can do so (not on Windows); the network is shut
    for Python everywhere, and for libraries on Linux (seccomp, x86-64 and ARM64).
    """

    def __init__(self, *, progress: Progress | None = None) -> None:
        self._progress = progress
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "zds_geo.sources._child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                **_ENVIRONMENT,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._end()

    @property
    def pid(self) -> int:
        """The process that reads."""
        return self._process.pid

    def read_buurten(self, path: Path) -> BuurtData:
        """Read as ``sources.read_buurten``."""
        return self._ask("read_buurten", path)

    def read_addresses(self, path: Path, *, box: Box | None = None) -> AddressData:
        """Read as ``sources.read_addresses``."""
        return self._ask("read_addresses", path, box=box, progress=True)

    def read_streets(self, path: Path) -> StreetData:
        """Read as ``sources.read_streets``."""
        return self._ask("read_streets", path, progress=True)

    def read_own_list(self, path: Path) -> pd.DataFrame:
        """Read as ``sources.read_own_list``."""
        return self._ask("read_own_list", path)

    def read_spreadsheet(self, path: Path) -> pd.DataFrame:
        """Read as ``sources.read_spreadsheet``."""
        return self._ask("read_spreadsheet", path)

    def read_history_list(self, path: Path) -> HistoryList:
        """Read as ``sources.read_history_list``."""
        return self._ask("read_history_list", path)

    def _ask(self, name: str, path: Path, **kwargs: Any) -> Any:
        seconds = SECONDS + SECONDS_PER_MB * _size(path) // 1_000_000
        stop = threading.Timer(_SLACK * seconds, self._process.kill)
        stop.daemon = True
        stop.start()
        try:
            return self._hear(path, request=(name, (path,), kwargs, seconds))
        finally:
            stop.cancel()

    def _hear(self, path: Path, *, request: tuple[Any, ...]) -> Any:
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            raise RuntimeError("the reader has no pipes")
        try:
            pickle.dump(request, to)
            to.flush()
            while True:
                kind, content = pickle.load(back)  # from our own process
                if kind == "done":
                    return content
                if kind == "progress" and self._progress is not None:
                    self._progress(*content)
                if kind not in {"done", "progress"}:
                    raise _as_error(path, kind, content)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as ended:
            raise self._death(path) from ended

    def _death(self, path: Path) -> SourceError:
        code = self._process.wait()
        too_long = {-getattr(signal, "SIGXCPU", 24), -getattr(signal, "SIGKILL", 9)}
        key = "sources.reader_slow" if code in too_long else "sources.reader_died"
        return SourceError(key, path=path.name, code=code)

    def _end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # it ended first
        self._process.kill()
        self._process.wait()


def _as_error(path: Path, kind: str, content: Any) -> Exception:
    if kind == "error":
        name, key, facts = content
        return getattr(errors, name)(key, **facts)
    if kind == "memory":
        return SourceError("sources.reader_memory", path=path.name)
    error = SourceError("sources.reader_fault", path=path.name, got=content.splitlines()[-1][:200])
    error.add_note(content)
    return error


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(p.stat().st_size for p in path.iterdir() if p.is_file())
    return path.stat().st_size if path.is_file() else 0
