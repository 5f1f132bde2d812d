"""The register of printed sheets: out, back, lost, forgotten (P13)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from zds_geo.core.errors import NotFoundError
from zds_geo.store import HistoryStore, SheetStatus, open_history
from zds_geo.store._sheet_register import forget_sheets

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
DAY = date(2026, 11, 24)


@pytest.fixture
def store(tmp_path: Path) -> HistoryStore:
    return open_history(tmp_path / "knocks.sqlite", now=NOW, create=True)


def plan(store: HistoryStore, *codes: str, on: date = DAY, printed: bool = True) -> list[str]:
    rounds = [
        {"code": c, "assistant_id": "a01", "window": "middag", "payload": "{}", "door_ids": ["1"]}
        for c in codes
    ]
    moment = datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=6)
    return store.replace_rounds(
        date=on, assistant_ids=["a01"], rounds=rounds, now=moment, printed=printed
    )


def status(store: HistoryStore) -> dict[str, str]:
    return {s.code: s.status.value for s in store.list_sheets()}


@pytest.mark.req("P13")
def test_a_planned_sheet_is_out_until_it_is_entered(store: HistoryStore) -> None:
    plan(store, "MEREL-23")
    assert status(store) == {"MEREL-23": "out"}
    store.close_round("MEREL-23", on=DAY)
    (sheet,) = store.list_sheets()
    assert (sheet.status, sheet.back_on, sheet.round_open) == (SheetStatus.ENTERED, DAY, False)


@pytest.mark.req("P13")
def test_a_sheet_that_was_planned_anew_is_replaced_and_no_longer_out(store: HistoryStore) -> None:
    plan(store, "MEREL-23")
    assert plan(store, "UIL-11") == ["MEREL-23"]
    assert status(store) == {"MEREL-23": "replaced", "UIL-11": "out"}


@pytest.mark.req("P13")
def test_a_plan_that_writes_nothing_registers_no_sheet(store: HistoryStore) -> None:
    plan(store, "MEREL-23", printed=False)
    assert status(store) == {}
    store.close_round("MEREL-23", on=DAY)


@pytest.mark.req("P13")
@pytest.mark.parametrize(
    ("where", "doors_held"), [("returned", True), ("destroyed", False), ("lost", False)]
)
def test_back_lost_and_destroyed_are_kept_apart(
    store: HistoryStore, where: str, doors_held: bool
) -> None:
    plan(store, "MEREL-23")
    before = store.move_sheet(" merel-23 ", SheetStatus(where), now=NOW)
    assert before.status is SheetStatus.OUT
    assert status(store) == {"MEREL-23": where}
    assert bool(store.reserved_doors(on=DAY)) is doors_held
    store.close_round("MEREL-23", on=DAY)  # found and entered after all
    assert status(store) == {"MEREL-23": "entered"}
    with pytest.raises(NotFoundError):
        store.move_sheet("UIL-99", SheetStatus.LOST, now=NOW)


@pytest.mark.req("P13")
@pytest.mark.req("P04")
def test_old_sheets_are_forgotten_by_the_day_they_were_printed(store: HistoryStore) -> None:
    plan(store, "MEREL-23", on=DAY)
    plan(store, "UIL-11", on=DAY + timedelta(days=1))
    with store._transaction(writes=True) as connection:
        assert forget_sheets(connection, DAY) == 1  # printed the evening before
    assert status(store) == {"UIL-11": "out"}


@pytest.mark.req("P12")
@pytest.mark.req("P04")
def test_who_had_a_sheet_is_forgotten_with_who_rang(store: HistoryStore) -> None:
    # Batches carry the sheet's code: with the pseudonym in the register one would know who rang.
    plan(store, "MEREL-23")
    plan(store, "UIL-11", on=DAY + timedelta(days=1))
    store.close_round("MEREL-23", on=DAY)

    def people(days: int) -> list[str]:
        moment = datetime(2026, 11, 24, 12, tzinfo=UTC) + timedelta(days=days)
        store.forget_sheet_people(now=moment)
        return [s.assistant_id for s in store.list_sheets()]

    assert people(30) == ["a01", "a01"]
    assert people(31) == ["", "a01"]  # the other is out: somebody must be asked for it
    assert people(62) == ["", ""]
