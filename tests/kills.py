"""Programs that are killed in the middle of storing: what was acknowledged must be there."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.store import HistoryStore, open_history

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
LATEST_MS = 12.0
PER_FILE = 200  # kills before a new, empty history is taken
ID = 36


@dataclass(slots=True)
class Count:
    """What happened."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    corrupt: int = 0


def _knock(number: int) -> Knock:
    outcome = Outcome.DO_NOT_KNOCK if number % 7 == 0 else Outcome.NOT_HOME
    return Knock(
        knock_id=str(uuid.UUID(int=number)), door_id=f"{number % 50:016d}",
        knocked_on=date(2026, 11, 2), window="middag", outcome=outcome, source=Source.PAPER,
        assistant_id="a01",
    )  # fmt: skip


def _store_until_killed(store: HistoryStore, pipe: int, first: int) -> None:
    """Store batches of 1 to 4 knocks; write their ids into the pipe after each commit."""
    rng = Random(first)
    while True:
        batch = [_knock(first + n) for n in range(rng.randint(1, 4))]
        result = store.record(batch, label="k", now=NOW)
        os.write(pipe, "".join(result.stored).encode())
        first += len(batch)


def _kill_once(store: HistoryStore, first: int, rng: Random) -> list[str]:
    """Start a program, kill it, give the ids it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _store_until_killed(store, writing, first)
        finally:
            os._exit(1)  # no test runner goes on in the child
    os.close(writing)
    heard = os.read(reading, 65536)  # it is well under way
    time.sleep(rng.uniform(0, LATEST_MS) / 1000)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(reading, 65536):
        heard += piece
    os.close(reading)
    whole = len(heard) - len(heard) % ID
    return [heard[at : at + ID].decode() for at in range(0, whole, ID)]


def _look(path: Path) -> tuple[set[str], bool]:
    connection = sqlite3.connect(path)
    try:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        ids = {row[0] for row in connection.execute("SELECT knock_id FROM knock")}
        # A batch is whole: each knock is in one, each refusal in the register.
        loose = connection.execute(
            "SELECT count(*) FROM knock WHERE knock_id NOT IN (SELECT knock_id FROM batch_knock)"
            " OR (outcome = 'do_not_knock' AND knock_id NOT IN (SELECT knock_id FROM do_not_knock))"
        ).fetchone()[0]
    except sqlite3.DatabaseError:
        return set(), False
    finally:
        connection.close()
    return ids, whole and not loose


def count_kills(folder: Path, *, kills: int, seed: int) -> Count:
    """Kill programs that store knocks; count what they acknowledged and what is not there."""
    rng, found = Random(seed), Count()
    for n in range(kills):
        if n % PER_FILE == 0:
            path, acknowledged = folder / f"knocks{n}.sqlite", set[str]()
            store = open_history(path, now=NOW, create=True)
            # The store has no open connection here: each program opens its own.
            store.record([_knock(n)], label="k", now=NOW)
        fresh = _kill_once(store, (n + 1) * 10_000, rng)
        acknowledged.update(fresh)
        there, whole = _look(path)
        found.kills += 1
        found.acknowledged += len(fresh)
        found.lost += len(acknowledged - there)
        found.corrupt += not whole
    return found
