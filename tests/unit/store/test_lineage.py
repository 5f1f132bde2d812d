"""Lineage in the history: who inherits a do-not-knock, and an old database that still opens."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Lineage
from zds_geo.core.outcomes import Source
from zds_geo.store import HistoryStore, open_history

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
A, B, C, D = (f"020001{n:010d}" for n in range(1, 5))


def day(n: int) -> date:
    return date(2026, 11, n)


@pytest.fixture
def store(new_location: Callable[[], Path | str]) -> HistoryStore:
    return open_history(new_location(), now=NOW, create=True)


def link(store: HistoryStore, kind: str, *pairs: tuple[str, str], on: date) -> None:
    store.add_lineage([Lineage(old_door_id=a, new_door_id=b, kind=kind) for a, b in pairs], on=on)


def refuse(store: HistoryStore, door_id: str, *, on: date) -> None:
    store.add_do_not_knock(door_id, on=on, source=Source.REQUEST, now=NOW)


@pytest.mark.req("P07")
@pytest.mark.req("R06")
def test_every_successor_inherits_and_a_withdrawal_frees_one_door_only(store: HistoryStore) -> None:
    refuse(store, A, on=day(1))
    link(store, "split", (A, B), (A, C), on=day(5))
    link(store, "merged", (C, D), on=day(9))
    assert store.do_not_knock_doors() == {A, B, C, D}
    store.withdraw_do_not_knock(B, on=day(12), now=NOW)
    assert store.do_not_knock_doors() == {A, C, D}
    with pytest.raises(NotFoundError):
        store.withdraw_do_not_knock(B, on=day(12), now=NOW)


@pytest.mark.req("P07")
def test_withdrawing_at_the_old_door_leaves_the_successors_theirs(store: HistoryStore) -> None:
    refuse(store, A, on=day(1))
    link(store, "split", (A, B), on=day(5))
    store.withdraw_do_not_knock(A, on=day(9), now=NOW)
    assert store.do_not_knock_doors() == {B}


@pytest.mark.req("P07")
def test_what_was_withdrawn_before_the_split_is_not_inherited(store: HistoryStore) -> None:
    refuse(store, A, on=day(1))
    store.withdraw_do_not_knock(A, on=day(3), now=NOW)
    link(store, "split", (A, B), on=day(5))
    assert store.do_not_knock_doors() == frozenset()


@pytest.mark.req("P07")
def test_an_old_withdrawal_does_not_stop_a_later_inheritance(store: HistoryStore) -> None:
    refuse(store, A, on=day(1))
    store.withdraw_do_not_knock(A, on=day(2), now=NOW)
    refuse(store, B, on=day(7))
    link(store, "merged", (B, A), on=day(9))
    assert A in store.do_not_knock_doors()


@pytest.mark.req("P07")
def test_a_refusal_after_the_split_holds_for_both_homes(store: HistoryStore) -> None:
    link(store, "split", (A, B), on=day(5))
    refuse(store, A, on=day(9))
    assert store.do_not_knock_doors() == {A, B}
    store.withdraw_do_not_knock(B, on=day(10), now=NOW)
    assert store.do_not_knock_doors() == {A}


@pytest.mark.req("P07")
def test_one_home_under_two_ids_has_one_register(store: HistoryStore) -> None:
    link(store, "linked", (A, B), on=day(5))
    refuse(store, A, on=day(9))
    assert store.do_not_knock_doors() == {A, B}
    store.withdraw_do_not_knock(B, on=day(9), now=NOW)
    assert store.do_not_knock_doors() == frozenset()


def test_a_door_is_missing_then_retired_then_back(store: HistoryStore) -> None:
    store.note_delivery(gone=[A], present=[B], on=day(1))
    store.note_delivery(gone=[], present=[B], on=day(1))
    assert store.missing_doors()[A][0] == "missing"
    store.note_delivery(gone=[], present=[B], on=day(9))
    assert store.missing_doors()[A][0] == "retired"
    store.note_delivery(gone=[], present=[A, B], on=day(12))
    assert not store.missing_doors()


def test_heirs_are_found_over_every_kind_of_link(store: HistoryStore) -> None:
    link(store, "linked", (A, B), on=day(1))
    link(store, "split", (B, C), on=day(2))
    assert store.heirs_of([A]) == {A, B, C}
    assert store.heirs_of([D]) == {D}


@pytest.mark.req("R06")
def test_a_database_of_the_first_version_opens_and_keeps_its_knocks(tmp_path: Path) -> None:
    path = tmp_path / "knocks.sqlite"
    with open_history(path, now=NOW, create=True) as store:
        refuse(store, A, on=day(1))
    with sqlite3.connect(path) as connection:  # as version 0001 left it
        connection.execute("DROP TABLE door_status")
        connection.execute("DROP TABLE field_fix")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    with open_history(path, now=NOW) as store:
        assert store.do_not_knock_doors() == {A}
        store.note_delivery(gone=[A], present=[B], on=day(1))
        assert set(store.missing_doors()) == {A}


@pytest.mark.req("R07")
def test_what_a_stopped_import_left_is_swept_but_not_what_another_writes(tmp_path: Path) -> None:
    import os

    import pandas as pd

    from zds_geo.store import write_places

    old, busy = tmp_path / ".places.11.gpkg", tmp_path / ".places.12.gpkg"
    for path in (old, busy):
        path.touch()
    os.utime(old, (1_000_000, 1_000_000))
    write_places(
        tmp_path / "places.gpkg", layers={}, tables={"credits": pd.DataFrame({"kind": ["x"]})}
    )
    assert not old.exists()
    assert busy.exists()
