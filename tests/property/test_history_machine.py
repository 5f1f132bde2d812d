"""Random histories against a small model: repeats, conflicts, corrections, undo, register, rounds.

The model keeps plain lists and rules of its own; the store must answer the same at every step.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from zds_geo.contact import ContactParams, door_facts
from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Knock, Lineage
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.retention import Retention, month_days
from zds_geo.core.windows import local_instant, to_quarter
from zds_geo.store import HistoryStore, RecordResult, open_history

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOORS = tuple(f"{n:016d}" for n in range(5))
FIRST = date(2026, 10, 24)  # the clock goes back on the second day
OLD = date(2023, 1, 1)  # beyond retention
SAME = (
    "door_id", "knocked_on", "window", "outcome", "come_back_window", "come_back_from",
    "come_back_until", "corrects",
)  # fmt: skip
FOREVER = date.max
QUICK = settings(
    max_examples=200, stateful_step_count=18, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # histories are short: making them shorter costs minutes
)  # fmt: skip


def knock_id(n: int) -> str:
    return str(uuid.UUID(int=n + 1))


@cache
def empty_history() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        open_history(Path(folder) / "k.sqlite", now=NOW, create=True)
        return (Path(folder) / "k.sqlite").read_bytes()


def new_store(folder: Path) -> HistoryStore:
    path = folder / "knocks.sqlite"
    path.write_bytes(empty_history())
    return open_history(path, now=NOW)


@st.composite
def knocks(draw: st.DrawFn, *, numbers: int = 14, contents_vary: bool = True) -> Knock:
    """Draw a knock; with ``contents_vary`` False one id always has one content."""
    n = draw(st.integers(0, numbers - 1))
    pick = draw(st.integers(0, 2)) if contents_vary else n * 7 + n // 3
    outcome = list(Outcome)[(n + pick) % len(Outcome)]
    day = OLD if (n + pick) % 11 == 10 else FIRST + timedelta(days=(n * 3 + pick) % 9)
    source = (Source.PAPER, Source.PHONE, Source.ELSEWHERE)[n % 3]
    back: dict[str, Any] = {}
    if outcome is Outcome.COME_BACK:
        back = {"come_back_window": "avond", "come_back_from": day + timedelta(days=1)}
    at = to_quarter(datetime(day.year, day.month, day.day, n % 4, 15 * (n % 4), tzinfo=UTC))
    return Knock(
        knock_id=knock_id(n), door_id=DOORS[(n + pick // 2) % len(DOORS)], knocked_on=day,
        window=("ochtend", "avond", "zaterdagmiddag")[n % 3], outcome=outcome, source=source,
        knocked_at=at if n % 2 else None, assistant_id="a01" if n % 4 else "",
        corrects=knock_id((n + 5) % numbers) if n % 5 == 4 else "", **back,
    )  # fmt: skip


@dataclass
class Refusal:
    """A line of the register."""

    door_id: str
    since: date
    knock_id: str = ""
    withdrawn_on: date | None = None


@dataclass
class Model:
    """What the store should know, in the plainest form."""

    known: dict[str, Knock] = field(default_factory=dict)
    batches: list[tuple[set[str], bool]] = field(default_factory=list)  # ids, undone
    register: list[Refusal] = field(default_factory=list)
    links: dict[tuple[str, str], tuple[str, date]] = field(default_factory=dict)
    rounds: dict[str, tuple[date, str, tuple[str, ...], str]] = field(default_factory=dict)

    def live(self) -> set[str]:
        return {i for ids, undone in self.batches if not undone for i in ids}

    def counting(self) -> set[str]:
        live = self.live()
        return live - {self.known[i].corrects for i in live}

    def record(self, batch: Sequence[Knock]) -> RecordResult:
        stored, duplicate, conflict = list[str](), list[str](), list[str]()
        expired = [
            k
            for k in batch
            if k.knocked_on < NOW.date() - timedelta(days=month_days(Retention().unreached_months))
        ]
        live, before, seen = self.live(), dict(self.known), set[str]()
        for k in (k for k in batch if k not in expired):
            first = self.known.setdefault(k.knock_id, k)
            if any(getattr(first, c) != getattr(k, c) for c in SAME):
                conflict.append(k.knock_id)
            elif k.knock_id in seen or k.knock_id in live:
                duplicate.append(k.knock_id)
            else:
                stored.append(k.knock_id)
                if k.knock_id not in before and k.outcome is Outcome.DO_NOT_KNOCK:
                    self.register.append(Refusal(k.door_id, k.knocked_on, k.knock_id))
            seen.add(k.knock_id)
        if stored or conflict:
            self.batches.append((set(stored), False))
        aside = {*conflict, *(k.knock_id for k in expired)}
        for k in batch:
            told = [r for r in self.register if (r.door_id, r.since) == (k.door_id, k.knocked_on)]
            if k.outcome is Outcome.DO_NOT_KNOCK and k.knock_id in aside and not told:
                self.register.append(Refusal(k.door_id, k.knocked_on))
        return RecordResult(
            batch_id=f"I{len(self.batches):04d}" if stored or conflict else "",
            stored=tuple(stored), duplicate=tuple(duplicate), conflict=tuple(conflict),
            expired=tuple(k.knock_id for k in expired),
        )  # fmt: skip

    def home(self, door_id: str) -> frozenset[str]:
        """Give all ids of one home: joined by ``linked``."""
        found, grown = {door_id}, True
        while grown:
            more = {
                d for (a, b), (kind, _) in self.links.items() if kind == "linked"
                for d in (a, b) if {a, b} & found
            }  # fmt: skip
            grown = not more <= found
            found |= more
        return frozenset(found)

    def refused(self) -> set[str]:
        """Give the doors nobody rings at: each line of the register, handed on step by step."""
        live, held = self.live(), set[str]()
        for line in self.register:
            counts = not line.knock_id or line.knock_id in live
            if counts and line.since != line.withdrawn_on:
                last = line.withdrawn_on or FOREVER
                self._hand_on(self.home(line.door_id), line.since, last, held, set())
        return held

    def _hand_on(
        self, at: frozenset[str], first: date, last: date, held: set[str],
        seen: set[tuple[frozenset[str], date, date]],
    ) -> None:  # fmt: skip
        if (at, first, last) in seen:
            return
        seen.add((at, first, last))
        if last == FOREVER:
            held |= at
        for (old, new), (kind, day) in self.links.items():
            if kind == "linked" or old not in at or last < day:
                continue
            heir, start = self.home(new), max(first, day)
            ends = [
                r.withdrawn_on for r in self.register
                if r.door_id in heir and r.withdrawn_on and r.withdrawn_on >= start
            ]  # fmt: skip
            self._hand_on(heir, start, min(ends, default=FOREVER), held, seen)

    def withdraw(self, door_id: str, on: date) -> bool:
        mine = [r for r in self.register if r.door_id in self.home(door_id) and not r.withdrawn_on]
        for line in mine:
            line.withdrawn_on = on
        inherits = door_id in self.refused()
        if inherits:
            self.register.append(Refusal(door_id, on, withdrawn_on=on))
        return bool(mine) or inherits

    def reserved(self, on: date) -> set[str]:
        rounds = self.rounds.values()
        oldest = on - timedelta(days=7)
        return {d for day, _, doors, how in rounds if how == "open" and day > oldest for d in doors}


class HistoryMachine(RuleBasedStateMachine):
    """The store and the model side by side."""

    folder: Path

    @initialize()
    def begin(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.store, self.model, self.sent = new_store(self.folder), Model(), list[list[Knock]]()

    def teardown(self) -> None:
        try:
            self.look()
        finally:
            shutil.rmtree(self.folder)

    @rule(batch=st.lists(knocks(), min_size=1, max_size=6))
    def record(self, batch: list[Knock]) -> None:
        self.sent.append(batch)
        self._same(self.store.record(batch, label="a", now=NOW), self.model.record(batch))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        batch = data.draw(st.permutations(data.draw(st.sampled_from(self.sent))))
        self._same(self.store.record(batch, label="a", now=NOW), self.model.record(batch))

    @staticmethod
    def _same(told: RecordResult, meant: RecordResult) -> None:
        assert told.batch_id == meant.batch_id
        for part in ("stored", "duplicate", "conflict", "expired"):
            assert sorted(getattr(told, part)) == sorted(getattr(meant, part)), part

    @precondition(lambda self: self.model.batches)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.model.batches) - 1))
        ids, undone = self.model.batches[at]
        try:
            assert self.store.undo_batch(f"i{at + 1:04d}", now=NOW) == len(ids)
            assert not undone
        except NotFoundError:
            assert undone
        self.model.batches[at] = (ids, True)

    @rule(door=st.sampled_from(DOORS), day=st.integers(0, 9))
    def refuse_by_letter(self, door: str, day: int) -> None:
        on = FIRST + timedelta(days=day)
        self.store.add_do_not_knock(door, on=on, source=Source.REQUEST, now=NOW)
        if door not in self.model.refused():
            self.model.register.append(Refusal(door, on))

    @rule(door=st.sampled_from(DOORS), day=st.integers(0, 9))
    def withdraw(self, door: str, day: int) -> None:
        on = FIRST + timedelta(days=day)
        try:
            self.store.withdraw_do_not_knock(door, on=on, now=NOW)
            done = True
        except NotFoundError:
            done = False
        assert self.model.withdraw(door, on) == done

    @rule(
        pair=st.permutations(DOORS), kind=st.sampled_from(("linked", "merged", "split", "unsure")),
        day=st.integers(0, 9),
    )  # fmt: skip
    def become(self, pair: list[str], kind: str, day: int) -> None:
        link = Lineage(old_door_id=pair[0], new_door_id=pair[1], kind=kind)
        on = FIRST + timedelta(days=day)
        fresh = (pair[0], pair[1]) not in self.model.links
        assert self.store.add_lineage([link, link], on=on) == fresh
        self.model.links.setdefault((pair[0], pair[1]), (kind, on))

    @rule(
        day=st.integers(0, 9), who=st.sampled_from(("a01", "a02")),
        doors=st.lists(st.sampled_from(DOORS), unique=True), again=st.booleans(),
    )  # fmt: skip
    def plan(self, day: int, who: str, doors: list[str], again: bool) -> None:
        on, code = FIRST + timedelta(days=day), f"MEREL-{10 + len(self.model.rounds)}"
        old = {
            c for c, r in self.model.rounds.items() if r[:2] == (on, who) and r[3] == "open"
        }  # fmt: skip
        keep = old if again else set()
        new = {
            "code": code, "assistant_id": who, "window": "avond", "payload": "{}", "door_ids": doors
        }  # fmt: skip
        told = self.store.replace_rounds(
            date=on, assistant_ids=[who], rounds=[new], now=NOW, keep=keep
        )
        assert told == sorted(old - keep)
        for c in old - keep:
            self.model.rounds[c] = (*self.model.rounds[c][:3], "replaced")
        self.model.rounds[code] = (on, who, tuple(doors), "open")

    @precondition(lambda self: self.model.rounds)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(sorted(self.model.rounds)))
        self.store.close_round(code, on=NOW.date())
        self.model.rounds[code] = (*self.model.rounds[code][:3], "entered")

    @rule()
    def start_again(self) -> None:
        self.store = open_history(self.folder / "knocks.sqlite", now=NOW)

    @rule()
    def look(self) -> None:
        assert set(self.store.read_knocks().index) == self.model.counting()
        assert self.store.do_not_knock_doors() == self.model.refused()
        assert self.store.used_codes() == set(self.model.rounds)
        for days in (0, 6, 12):
            on = FIRST + timedelta(days=days)
            assert self.store.reserved_doors(on=on) == self.model.reserved(on)


def run_histories(n: int, *, derandomize: bool = True) -> None:
    """Live through random histories; AssertionError where store and model differ."""
    chosen = settings(QUICK, max_examples=n, derandomize=derandomize)
    run_state_machine_as_test(HistoryMachine, settings=chosen)


@pytest.mark.req("R34")
@pytest.mark.req("R01")
@pytest.mark.req("P07")
def test_the_store_answers_as_the_model_in_random_histories() -> None:
    # bench/histories.py lives through five thousand.
    run_histories(200)


def state_of(store: HistoryStore) -> tuple[pd.DataFrame, frozenset[str]]:
    """Give what is known of every door, and who refused."""
    params = ContactParams(cycle_start=FIRST)
    facts = door_facts(store.read_knocks(), params=params, now=NOW.date())
    return facts, store.do_not_knock_doors()


LETTERS = st.tuples(st.sampled_from(DOORS), st.integers(0, 9))
LINKS = st.permutations(DOORS).map(tuple)  # the first two are meant; a pair has one kind


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """Draw a log of batches, letters and links, and the same in another order with repeats."""
    batch = st.lists(knocks(contents_vary=False), min_size=1, max_size=6)
    log = draw(st.lists(batch | LETTERS | LINKS, min_size=1, max_size=8))
    repeated = [*log, *draw(st.lists(st.sampled_from(log), max_size=4))]
    return log, list(draw(st.permutations(repeated)))


def live_through(log: Sequence[Any], folder: Path) -> tuple[pd.DataFrame, frozenset[str]]:
    with new_store(folder) as store:
        for entry in log:
            if isinstance(entry, list):
                store.record(entry, label="a", now=NOW)
            elif isinstance(entry[1], int):
                on = FIRST + timedelta(days=entry[1])
                store.add_do_not_knock(entry[0], on=on, source=Source.REQUEST, now=NOW)
            else:
                kind = ("linked", "merged", "split")[(int(entry[0]) + 2 * int(entry[1])) % 3]
                link = Lineage(old_door_id=entry[0], new_door_id=entry[1], kind=kind)
                store.add_lineage([link], on=FIRST)
        return state_of(store)


def differs(log: Sequence[Any], other: Sequence[Any], folder: Path) -> bool:
    """Tell whether two orders of one log leave two states."""
    one, two = live_through(log, folder), live_through(other, folder)
    return not one[0].equals(two[0]) or one[1] != two[1]


@pytest.mark.req("R34")
@pytest.mark.req("R02")
@settings(QUICK, max_examples=60)
@given(log=logs())
def test_every_order_with_repeats_gives_one_state(log: tuple[list[Any], list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert not differs(*log, Path(folder))


@pytest.mark.req("R05")
def test_the_doubled_hour_and_the_skipped_hour_keep_their_order(tmp_path: Path) -> None:
    """Two knocks at 02:30 with another fold are an hour apart, in the store too."""
    first = local_instant(date(2026, 10, 25), datetime(2026, 10, 25, 2, 30, tzinfo=UTC).time())
    moments = [first.replace(tzinfo=first.tzinfo, fold=fold) for fold in (0, 1)]
    assert moments[0] == moments[1]  # the trap: wall times compare equal
    base = Knock(
        knock_id=knock_id(1), door_id=DOORS[0], knocked_on=first.date(), window="avond",
        outcome=Outcome.NOT_HOME, source=Source.PHONE,
    )  # fmt: skip
    with new_store(tmp_path) as store:
        store.record(
            [replace(base, knock_id=knock_id(n), knocked_at=at) for n, at in enumerate(moments)],
            label="a", now=NOW,
        )  # fmt: skip
        kept = store.read_knocks()["knocked_at"]
    assert kept.iloc[1] - kept.iloc[0] == timedelta(hours=1)
