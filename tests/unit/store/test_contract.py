"""More of the contract of the history, on both databases: books, order, moments, odd texts."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import sqlalchemy as sa

from zds_geo.core.errors import NotFoundError, StoreError
from zds_geo.core.model import FieldFix, FixKind, Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.store import HistoryStore, open_history
from zds_geo.store._engine import open_engine

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
Place = Callable[[], Path | str]


def day(n: int) -> date:
    return date(2026, 11, n)


def knock(n: int, door_id: str, outcome: Outcome = Outcome.NOT_HOME) -> Knock:
    return Knock(
        knock_id=str(uuid.UUID(int=n + 1)), door_id=door_id, knocked_on=day(2), window="middag",
        outcome=outcome, source=Source.PAPER, assistant_id="a01",
    )  # fmt: skip


@pytest.fixture
def store(new_location: Place) -> HistoryStore:
    return open_history(new_location(), now=NOW, create=True)


def test_both_databases_sort_by_bytes_whatever_the_server_speaks(store: HistoryStore) -> None:
    doors = ["osm:way/9", "osm:way/10", "osm:node/2", "num:0200010000000001", "0" * 16, "9" * 16]
    store.record([knock(n, d) for n, d in enumerate(doors)], label="a", now=NOW)
    assert store.read_knocks()["door_id"].tolist() == sorted(doors)
    codes = ["MEREL-23", "MEREL-123", "IJSVOGEL-11", "UIL-99", "EEND-20"]
    rounds = [
        {"code": c, "assistant_id": "a01", "window": "middag", "payload": "{}", "door_ids": ["1"]}
        for c in codes
    ]
    store.replace_rounds(date=day(24), assistant_ids=["a01"], rounds=rounds, now=NOW)
    assert store.read_rounds()["code"].tolist() == sorted(codes)


def test_cycles_shift_changes_and_replaced_rounds_are_kept(store: HistoryStore) -> None:
    assert store.current_cycle() is None
    store.start_cycle(on=day(2), weeks=26, now=NOW)
    running = store.current_cycle()
    assert running is not None
    assert (running.started_on, running.weeks) == (day(2), 26)
    store.close_cycle(on=day(9), now=NOW)
    assert store.current_cycle() is None
    assert store.has_cycles()
    for starts in (time(13), time(14, 30)):
        store.change_shift("a01", day(24), cancelled=False, starts=starts, ends=None, now=NOW)
    changes = store.read_shift_changes()
    assert changes["starts"].tolist() == [time(14, 30)]
    entry = {"assistant_id": "a01", "window": "middag", "payload": "{}", "door_ids": ["1"]}
    for code, gone in (("UIL-11", []), ("EEND-22", ["UIL-11"])):
        replaced = store.replace_rounds(
            date=day(24), assistant_ids=["a01"], rounds=[{**entry, "code": code}], now=NOW
        )
        assert replaced == gone
    assert store.used_codes() == {"UIL-11", "EEND-22"}
    assert store.read_rounds(open_only=True)["code"].tolist() == ["EEND-22"]


def test_divisions_and_corrections_are_numbered_and_taken_back(store: HistoryStore) -> None:
    first = store.add_division({"1": "a01", "2": "a02"}, now=NOW)
    assert store.add_division({"1": "a02"}, now=NOW) > first
    assert store.read_owners() == {"1": "a02"}
    assert store.withdraw_division(now=NOW)
    assert store.read_owners() == {"1": "a01", "2": "a02"}
    assert store.withdraw_division(now=NOW)
    assert not store.withdraw_division(now=NOW)
    fix = FieldFix(
        fix_id=0, kind=FixKind.MOVE_ENTRANCE, since=day(1), door_id="0" * 16, x1=190_000.123,
        y1=500_000.0,
    )  # fmt: skip
    number = store.add_fix(fix)
    assert store.add_fix(fix) == number
    assert store.list_fixes() == [replace(fix, fix_id=number)]
    store.remove_fix(number, on=day(3))
    with pytest.raises(NotFoundError):
        store.remove_fix(number, on=day(3))
    assert store.add_fix(fix) > number


@pytest.mark.req("R01")
def test_two_programs_that_open_an_empty_history_at_once_make_it_once(new_location: Place) -> None:
    location, faults = new_location(), list[BaseException]()

    def work(n: int) -> None:
        try:
            with open_history(location, now=NOW, create=True) as mine:
                mine.record([knock(n, f"{n:016d}")], label="a", now=NOW)
        except StoreError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with open_history(location, now=NOW) as store:
        assert len(store.read_knocks()) == 6
        assert store.list_batches()["batch_id"].tolist() == [f"I{n:04d}" for n in range(1, 7)]


@pytest.mark.req("R09")
def test_a_newer_history_is_refused_and_an_old_one_brought_up_to_date(new_location: Place) -> None:
    location = new_location()
    with open_history(location, now=NOW, create=True) as store:
        store.record([knock(1, "0" * 16)], label="a", now=NOW)
    engine = open_engine(location, create=False)

    def change(*statements: str) -> None:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            for statement in statements:
                connection.execute(sa.text(statement))

    change("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        open_history(location, now=NOW)
    tables = ("division_door", "division", "door_status", "field_fix")  # as version 0001 left it
    change(*(f"DROP TABLE {t}" for t in tables), "UPDATE alembic_version SET version_num = '0001'")
    with open_history(location, now=NOW) as store:
        assert len(store.read_knocks()) == 1
        assert store.add_division({"1": "a01"}, now=NOW) == 1


@pytest.mark.parametrize("label", ["lijst-\udce9.csv", "a\0b.csv", "'; DROP TABLE knock; --.csv"])
def test_any_file_name_can_be_the_label_of_a_batch(store: HistoryStore, label: str) -> None:
    store.record([knock(1, "0" * 16)], label=label, now=NOW)
    assert len(store.list_batches()) == 1
    assert len(store.read_knocks()) == 1


@pytest.mark.req("R04")
def test_a_batch_is_stored_whole_or_not_at_all(store: HistoryStore) -> None:
    store.record([knock(1, "0" * 16)], label="a", now=NOW)
    before = store.read_knocks()
    wrong = replace(knock(3, "1" * 16), window="\udce9")  # no database can write this
    with pytest.raises(StoreError):
        store.record([knock(2, "2" * 16), wrong], label="b", now=NOW)
    assert store.read_knocks().equals(before)
    assert len(store.list_batches()) == 1
