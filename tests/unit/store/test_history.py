"""The contract of the history, on SQLite and on PostgreSQL: append-only, idempotent, undoable."""

from __future__ import annotations

import random
import sqlite3
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from zds_geo.core.errors import KnockError, NotFoundError, StoreError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.windows import DEFAULT_WINDOWS
from zds_geo.store import HistoryStore, open_history, read_knocks_csv, write_knocks_csv
from zds_geo.store.schema import METADATA

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)


def knock(n: int, outcome: Outcome = Outcome.NOT_HOME, *, door: int | None = None) -> Knock:
    return Knock(
        knock_id=str(uuid.UUID(int=n + 1)),
        door_id=f"{door if door is not None else n:016d}",
        knocked_on=date(2026, 11, 2) + timedelta(days=n % 20),
        window="middag",
        outcome=outcome,
        source=Source.PAPER,
        assistant_id="a01",
    )


@pytest.fixture
def store(new_location: Callable[[], Path | str]) -> HistoryStore:
    return open_history(new_location(), now=NOW, create=True)


@pytest.mark.req("R01")
def test_importing_twice_or_shuffled_changes_nothing(store: HistoryStore) -> None:
    knocks = [knock(n) for n in range(50)]
    assert len(store.record(knocks, label="a", now=NOW).stored) == 50
    before = store.read_knocks()
    random.Random(3).shuffle(knocks)
    again = store.record(knocks[:30], label="b", now=NOW)
    assert (again.stored, again.batch_id) == ((), "")
    assert len(again.duplicate) == 30
    assert store.read_knocks().equals(before)


@pytest.mark.req("R01")
def test_same_id_with_other_content_is_a_conflict_and_kept_aside(store: HistoryStore) -> None:
    store.record([knock(1)], label="a", now=NOW)
    result = store.record([knock(1, Outcome.TALKED)], label="b", now=NOW)
    assert result.conflict == (knock(1).knock_id,)
    assert store.read_knocks()["outcome"].tolist() == ["not_home"]


@pytest.mark.req("R01")
def test_sixteen_threads_store_each_knock_once(store: HistoryStore) -> None:
    knocks = [knock(n) for n in range(20)]
    threads = [
        threading.Thread(target=store.record, args=(knocks,), kwargs={"label": "t", "now": NOW})
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.read_knocks()) == 20


@pytest.mark.req("R02")
def test_any_order_of_batches_gives_the_same_history(
    new_location: Callable[[], Path | str],
) -> None:
    knocks = [knock(n, door=n % 7) for n in range(40)]
    frames = []
    for seed in (1, 2, 3):
        order = list(knocks)
        random.Random(seed).shuffle(order)
        with open_history(new_location(), now=NOW, create=True) as other:
            for start in range(0, 40, 7):
                other.record(order[start : start + 7], label="x", now=NOW)
            frames.append(other.read_knocks())
    assert frames[0].equals(frames[1])
    assert frames[1].equals(frames[2])


def test_undo_takes_a_batch_out_and_the_same_knocks_may_come_back(store: HistoryStore) -> None:
    first = store.record([knock(1), knock(2)], label="a", now=NOW)
    assert store.undo_batch(first.batch_id, now=NOW) == 2
    assert store.read_knocks().empty
    with pytest.raises(NotFoundError):
        store.undo_batch(first.batch_id, now=NOW)
    assert len(store.record([knock(1)], label="b", now=NOW).stored) == 1


def test_a_correction_replaces_the_knock_it_corrects(store: HistoryStore) -> None:
    from dataclasses import replace

    fix = replace(knock(9, Outcome.TALKED, door=1), corrects=knock(1).knock_id)
    store.record([knock(1), fix], label="a", now=NOW)
    assert store.read_knocks()["outcome"].tolist() == ["talked"]


@pytest.mark.req("P07")
def test_do_not_knock_holds_from_that_second_until_withdrawn(store: HistoryStore) -> None:
    door = knock(5).door_id
    batch = store.record([knock(5, Outcome.DO_NOT_KNOCK)], label="a", now=NOW).batch_id
    assert store.do_not_knock_doors() == {door}
    store.undo_batch(batch, now=NOW)
    assert store.do_not_knock_doors() == frozenset()
    store.add_do_not_knock(door, on=date(2026, 11, 1), source=Source.REQUEST, now=NOW)
    store.withdraw_do_not_knock(door, on=date(2026, 11, 2), now=NOW)
    assert store.do_not_knock_doors() == frozenset()
    with pytest.raises(NotFoundError):
        store.withdraw_do_not_knock(door, on=date(2026, 11, 2), now=NOW)


@pytest.mark.req("P07")
def test_do_not_knock_is_heeded_even_when_its_knock_is_too_old(store: HistoryStore) -> None:
    from dataclasses import replace

    old = replace(knock(5, Outcome.DO_NOT_KNOCK), knocked_on=date(2020, 1, 1))
    assert store.record([old], label="a", now=NOW).expired
    assert store.do_not_knock_doors() == {old.door_id}


@pytest.mark.req("R03")
def test_settings_of_the_database_are_set(tmp_path: Path) -> None:
    from sqlalchemy import text

    from zds_geo.store._engine import PRAGMAS, open_engine

    with open_engine(tmp_path / "k.sqlite", create=True).connect() as connection:
        for name, _, expected in PRAGMAS[:-1]:
            assert str(connection.execute(text(f"PRAGMA {name}")).scalar()) == expected
    open_history(tmp_path / "k.sqlite", now=NOW)
    rows = sqlite3.connect(tmp_path / "k.sqlite").execute("PRAGMA table_list").fetchall()
    strict = {row[1]: row[5] for row in rows if not row[1].startswith(("sqlite_", "alembic"))}
    assert set(strict.values()) == {1}


@pytest.mark.req("R03")
def test_a_newer_or_foreign_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "k.sqlite"
    open_history(path, now=NOW, create=True)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        open_history(path, now=NOW)
    (tmp_path / "x.sqlite").write_text("<html>not a database</html>")
    with pytest.raises(StoreError, match="no SQLite file"):
        open_history(tmp_path / "x.sqlite", now=NOW)
    with pytest.raises(StoreError, match="not there"):
        open_history(tmp_path / "none.sqlite", now=NOW)


@pytest.mark.req("P01")
def test_the_schema_has_no_free_text_about_a_household() -> None:
    known = {c.name for table in METADATA.tables.values() for c in table.columns}
    assert not known & {"note", "notes", "remark", "name", "phone", "comment", "text", "photo"}


@pytest.mark.req("P03")
def test_times_finer_than_a_quarter_are_refused_and_rounded_on_import(tmp_path: Path) -> None:
    with pytest.raises(KnockError, match="quarter"):
        Knock(
            knock_id=str(uuid.UUID(int=1)), door_id="0" * 16, knocked_on=date(2026, 11, 2),
            window="middag", outcome=Outcome.TALKED, source=Source.PAPER, knocked_at=NOW,
        )  # fmt: skip
    path = tmp_path / "a.csv"
    path.write_text(
        "knock_id,door_id,knocked_on,window,knocked_at,outcome\n"
        f"{uuid.UUID(int=1)},{'0' * 16},2026-11-02,middag,2026-11-02T13:07:31+01:00,talked\n"
    )
    read = read_knocks_csv(path, now=NOW, windows=DEFAULT_WINDOWS)
    assert read.knocks[0].knocked_at == datetime(2026, 11, 2, 12, 15, tzinfo=UTC)


@pytest.mark.req("P03")
def test_after_thirty_days_only_date_and_window_remain(store: HistoryStore) -> None:
    def at(n: int, day: date, **more: Any) -> Knock:
        return Knock(
            **{
                "knock_id": str(uuid.UUID(int=n)), "door_id": f"{n:016d}", "knocked_on": day,
                "window": "middag", "knocked_at": datetime(2026, 10, 1, 12, 15, tzinfo=UTC),
                "outcome": Outcome.NOT_HOME, "source": Source.PAPER, "assistant_id": "a01", **more,
            }
        )  # fmt: skip

    back = {
        "outcome": Outcome.COME_BACK, "come_back_window": "avond",
        "come_back_from": date(2026, 12, 1), "come_back_until": date(2026, 12, 20),
    }  # fmt: skip
    old, edge = date(2026, 10, 23), date(2026, 10, 24)
    store.record([at(1, old), at(2, edge), at(3, old, **back)], label="a", now=NOW)
    assert store.forget_details(now=NOW) == 3
    known = store.read_knocks(with_assistants=True)
    assert known["knocked_at"].notna().tolist() == [False, False, True]
    assert known["assistant_id"].tolist() == ["", "a01", "a01"]
    assert known["window"].tolist() == ["middag"] * 3
    assert store.forget_details(now=NOW) == 0


@pytest.mark.req("R05")
@pytest.mark.parametrize("text", ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"])
def test_the_doubled_hour_keeps_its_instant(tmp_path: Path, store: HistoryStore, text: str) -> None:
    path = tmp_path / "a.csv"
    head = "knock_id,door_id,knocked_on,window,knocked_at,outcome\n"
    path.write_text(f"{head}{uuid.UUID(int=1)},{'0' * 16},2026-10-25,middag,{text},talked\n")
    read = read_knocks_csv(path, now=NOW, windows=DEFAULT_WINDOWS)
    store.record(read.knocks, label="a", now=NOW)
    kept = store.read_knocks()["knocked_at"].iloc[0]
    assert kept == datetime.fromisoformat(text)


def test_export_and_import_into_an_empty_history_gives_the_same_bytes(
    tmp_path: Path, store: HistoryStore, new_location: Callable[[], Path | str]
) -> None:
    store.record([knock(n) for n in range(12)], label="a", now=NOW)
    write_knocks_csv(tmp_path / "a.csv", store.read_knocks(with_assistants=True))
    read = read_knocks_csv(tmp_path / "a.csv", now=NOW, windows=DEFAULT_WINDOWS)
    with open_history(new_location(), now=NOW, create=True) as other:
        other.record(read.knocks, label="b", now=NOW)
        write_knocks_csv(tmp_path / "b.csv", other.read_knocks(with_assistants=True))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("2.00E+14,2026-11-02,middag,talked", "woning-id"),
        ("{door},2026-11-02,nacht,talked", "tijdvak"),
        ("{door},2026-11-02,middag,slept", "uitkomst"),
        ("{door},02/11/2026,middag,talked", "datum"),
        ("{door},2030-01-01,middag,talked", "toekomst"),
        ("{door},2026-11-02,middag", "cellen"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, row: str, word: str) -> None:
    path = tmp_path / "a.csv"
    head = "knock_id,door_id,knocked_on,window,outcome\n"
    path.write_text(head + f"{uuid.UUID(int=1)}," + row.format(door="0" * 16) + "\n")
    faults = read_knocks_csv(path, now=NOW, windows=DEFAULT_WINDOWS).faults
    assert word in str(faults[0])
    assert str(faults[0]).startswith("Regel 2")


def test_rounds_hold_their_doors_for_seven_days(store: HistoryStore) -> None:
    day = date(2026, 11, 24)
    entry = {"code": "MEREL-23", "assistant_id": "a01", "window": "middag", "payload": "{}"}
    store.replace_rounds(
        date=day, assistant_ids=["a01"], rounds=[{**entry, "door_ids": ["1", "2"]}], now=NOW
    )
    assert store.reserved_doors(on=day) == {"1", "2"}
    assert store.reserved_doors(on=day + timedelta(days=6)) == {"1", "2"}
    assert store.reserved_doors(on=day + timedelta(days=7)) == frozenset()
    store.close_round("MEREL-23", on=day)
    assert store.reserved_doors(on=day) == frozenset()


@pytest.mark.req("S06")
def test_text_with_sql_in_it_stays_text(store: HistoryStore) -> None:
    label = "x'); DROP TABLE knock; --"
    store.record([knock(1)], label=label, now=NOW)
    assert store.list_batches()["label"].tolist() == [label]
    assert len(store.read_knocks()) == 1
