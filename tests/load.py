"""Many programs at one history: writers and readers side by side, and one import many times (R35)."""

from __future__ import annotations

import multiprocessing
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from queue import Empty
from typing import Any

from zds_geo.core.errors import ZdsGeoError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.windows import DEFAULT_WINDOWS
from zds_geo.store import open_history, read_knocks_csv

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
SPAWN = multiprocessing.get_context("spawn")
WAIT_S = 600


def knock(number: int) -> Knock:
    return Knock(
        knock_id=str(uuid.UUID(int=number + 1)), door_id=f"{number % 997:016d}",
        knocked_on=date(2026, 11, 2), window="middag", outcome=Outcome.NOT_HOME,
        source=Source.PHONE, assistant_id="a01",
    )  # fmt: skip


@dataclass(slots=True)
class Heard:
    """What the programs told."""

    writes_s: list[float] = field(default_factory=list)
    reads_s: list[float] = field(default_factory=list)
    stored: int = 0
    faults: list[str] = field(default_factory=list)


def _write(
    location: Path | str, first: int, batches: int, size: int, pause: float, tell: Any
) -> None:
    took, stored, faults = list[float](), 0, list[str]()
    with open_history(location, now=NOW) as store:
        for n in range(batches):
            batch = [knock(first + n * size + k) for k in range(size)]
            began = time.perf_counter()
            try:
                stored += len(store.record(batch, label="tel", now=NOW).stored)
            except ZdsGeoError as fault:
                faults.append(fault.sentence())
            took.append(time.perf_counter() - began)
            time.sleep(pause)
    tell.put(("write", took, stored, faults))


def _read(location: Path | str, stop: Any, pause: float, tell: Any) -> None:
    took, faults = list[float](), list[str]()
    with open_history(location, now=NOW) as store:
        while not stop.is_set():
            began = time.perf_counter()
            try:
                store.do_not_knock_doors()
                store.read_knocks()
            except ZdsGeoError as fault:
                faults.append(fault.sentence())
            took.append(time.perf_counter() - began)
            time.sleep(pause)
    tell.put(("read", took, 0, faults))


def run_load(
    location: Path | str, *, writers: int, readers: int, batches: int, size: int, pause: float
) -> Heard:
    """Let writers store batches while readers read; hear how long each took."""
    tell, stop, heard = SPAWN.Queue(), SPAWN.Event(), Heard()
    writing = [
        SPAWN.Process(target=_write, args=(location, n * 10**6, batches, size, pause, tell))
        for n in range(writers)
    ]
    reading = [
        SPAWN.Process(target=_read, args=(location, stop, pause, tell)) for _ in range(readers)
    ]
    for process in (*writing, *reading):
        process.start()
    try:
        _hear(tell, heard, writers, "write")
        stop.set()
        _hear(tell, heard, readers, "read")
    except Empty:
        heard.faults.append(f"no answer within {WAIT_S} s")
    finally:
        stop.set()
        for process in (*writing, *reading):
            process.join(10)
            process.kill()
    return heard


def _hear(tell: Any, heard: Heard, n: int, kind: str) -> None:
    """Wait for the answers of ``n`` programs of a kind: readers only answer after writers."""
    while n:
        told, took, stored, faults = tell.get(timeout=WAIT_S)
        n -= told == kind
        (heard.writes_s if told == "write" else heard.reads_s).extend(took)
        heard.stored += stored
        heard.faults += faults


def _import(location: Path | str, path: Path, start: Any, tell: Any) -> None:
    with open_history(location, now=NOW) as store:
        read = read_knocks_csv(path, now=NOW, windows=DEFAULT_WINDOWS)
        start.wait()
        try:
            result = store.record(read.knocks, label=path.name, now=NOW)
            tell.put((len(result.stored), len(result.duplicate), ""))
        except ZdsGeoError as fault:
            tell.put((0, 0, fault.sentence()))


def import_at_once(
    location: Path | str, path: Path, *, programs: int
) -> tuple[int, int, list[str]]:
    """Import one file with many programs at the same moment; give stored, duplicate and faults."""
    tell, start = SPAWN.Queue(), SPAWN.Barrier(programs)
    running = [
        SPAWN.Process(target=_import, args=(location, path, start, tell)) for _ in range(programs)
    ]
    for process in running:
        process.start()
    told = [tell.get(timeout=WAIT_S) for _ in running]
    for process in running:
        process.join(10)
    return sum(t[0] for t in told), sum(t[1] for t in told), [t[2] for t in told if t[2]]
