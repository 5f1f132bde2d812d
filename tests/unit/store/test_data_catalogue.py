"""The data catalogue names everything that is kept or written, and nothing else (P02)."""

from __future__ import annotations

import ast
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

import zds_geo
from zds_geo.core.frames import FrameContract
from zds_geo.core.outcomes import Outcome
from zds_geo.core.retention import CEILINGS, Retention, month_days
from zds_geo.store import open_history, read_data_catalogue
from zds_geo.store._sheet_register import PERSON_CEILING_DAYS, PERSON_DAYS
from zds_geo.store.places_file import DELIVERED, LAYERS
from zds_geo.store.schema import METADATA

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
SOURCE = Path(str(zds_geo.__file__)).parent
CATALOGUE = read_data_catalogue()
# Where a pseudonym may stand (P12): beside a knock in one table only, which nothing else joins.
WITH_PSEUDONYM = {"knock_assistant", "round", "shift_change", "division_door", "sheet"}


@pytest.mark.req("P02")
def test_every_table_and_column_of_the_schema_is_in_the_catalogue_and_no_other() -> None:
    schema = {name: set(table.c.keys()) for name, table in METADATA.tables.items()}
    known = {n: set(t.columns) for n, t in CATALOGUE.tables.items() if n != "alembic_version"}
    assert known == schema


@pytest.mark.req("P02")
def test_every_table_and_column_of_a_real_file_is_in_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "knocks.sqlite"
    open_history(path, now=NOW, create=True)
    with sqlite3.connect(path) as connection:
        names = {
            r[0]
            for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not r[0].startswith("sqlite_")
        }
        found = {
            name: {r[1] for r in connection.execute(f"PRAGMA table_info('{name}')")}
            for name in names
        }
    assert found == {n: set(t.columns) for n, t in CATALOGUE.tables.items()}


@pytest.mark.req("P02")
@pytest.mark.parametrize(
    ("name", "contract"), [*LAYERS.items(), *DELIVERED.items(), ("missing_doors", LAYERS["doors"])]
)
def test_every_layer_and_column_of_the_places_is_in_the_catalogue(
    name: str, contract: FrameContract
) -> None:
    assert set(CATALOGUE.layers[name].columns) == {
        contract.index, *contract.columns, "geometry",
    }  # fmt: skip


@pytest.mark.req("P02")
def test_everything_about_residents_has_a_term_and_is_not_open() -> None:
    for item in CATALOGUE.tables.values():
        if "bewoners" in item.about:
            assert item.data_class in {"C1", "C2"}, item.name
        for column in item.columns.values():
            rule = column.retention
            assert rule.until or 0 < (rule.default_days or 0) <= (rule.ceiling_days or 0)
    assert not [t.name for t in CATALOGUE.tables.values() if t.data_class == "C0"]


@pytest.mark.req("P02")
@pytest.mark.req("P04")
def test_terms_of_the_catalogue_are_those_of_the_code() -> None:
    terms = {n: (r.default_days, r.ceiling_days) for n, r in CATALOGUE.retention.items()}
    usual = Retention()

    def of(name: str) -> tuple[int, int]:
        pair = (getattr(usual, name), CEILINGS[name])
        return tuple(month_days(n) if name.endswith("months") else n for n in pair)  # type: ignore[return-value]

    assert terms["who_rang"] == of("who_rang_days") == (PERSON_DAYS, PERSON_CEILING_DAYS)
    assert terms["quarter"][0] == usual.who_rang_days
    for term, name in {
        "reached": "after_talk_days", "unreached": "unreached_months", "last_talk": "talk_months",
        "routes": "routes_days", "audit": "audit_months", "sheets": "sheets_days",
        "backups": "backups_days", "ingest": "ingest_days",
    }.items():  # fmt: skip
        assert terms[term] == of(name), term
    assert terms["ingest"] == (7, 14)


@pytest.mark.req("P01")
def test_outcomes_are_a_closed_list_in_the_database_too(tmp_path: Path) -> None:
    path = tmp_path / "knocks.sqlite"
    open_history(path, now=NOW, create=True)
    row = ("k", "0" * 16, "2026-11-02", "middag", "", "paper", "")
    into = (
        "INSERT INTO knock (knock_id, door_id, knocked_on, window, come_back_window, source,"
        " corrects, outcome) VALUES (?,?,?,?,?,?,?,?)"
    )
    with sqlite3.connect(path) as connection:
        for outcome in Outcome:
            connection.execute(into, (outcome.value, *row[1:], outcome.value))
        for wrong in ("asleep", "talked; sick", "", "TALKED"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(into, (*row, wrong))


@pytest.mark.req("P01")
def test_what_is_kept_with_a_door_is_ids_dates_and_closed_lists() -> None:
    # Every text column of a table about residents; a new one makes this fail, and think.
    allowed = {
        "knock_id", "door_id", "knocked_on", "window", "knocked_at", "outcome", "source", "corrects",
        "come_back_window", "come_back_from", "come_back_until", "batch_id", "conflict_id",
        "entry_id", "since", "withdrawn_on", "code", "line", "date", "assistant_id", "reserved_at",
        "status", "closed_on", "payload", "kind", "month_last_tried", "month_last_talked",
        "kinds_tried", "misses", "vacant_on", "not_a_home_on", "door_hash", "erased_on",
        "cycle_on", "contacts_had", "item", "value",
    }  # fmt: skip
    for item in CATALOGUE.tables.values():
        if "bewoners" in item.about:
            assert set(item.columns) <= allowed, item.name


@pytest.mark.req("P12")
def test_who_rang_stands_apart_from_the_knocks() -> None:
    with_person = {n for n, t in METADATA.tables.items() if "assistant_id" in t.c}
    assert with_person == WITH_PSEUDONYM
    with_both = {
        n for n, t in METADATA.tables.items() if {"knock_id", "assistant_id"} <= set(t.c.keys())
    }
    assert with_both == {"knock_assistant"}
    assert "assistant_id" not in METADATA.tables["knock"].c
    # No place, pace or device of a person, in any table.
    watched = {"lat", "lon", "gps", "speed", "device", "accuracy", "steps", "seconds", "pause_s"}
    assert not [n for n, t in METADATA.tables.items() if watched & set(t.c.keys())]


@pytest.mark.req("P12")
def test_only_the_log_itself_reads_who_rang_and_only_the_export_asks_for_it() -> None:
    readers, askers = set(), set()
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id == "KNOCK_ASSISTANT":
                readers.add(path.name)
            if isinstance(node, ast.keyword) and node.arg == "with_assistants":
                askers.add(path.name)
    rooms = {
        p.name for room in ("planner", "contact", "outputs") for p in (SOURCE / room).glob("*")
    }
    forgets = {"_retention.py", "_erasure.py"}  # where there are any
    assert readers - {"schema.py"} - forgets == {"_knock_log.py"}
    assert askers == {"record_knocks.py"}
    assert not (readers | askers) & rooms
