"""Old histories: a copy first, one transaction, every knock there (R09)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zds_geo.core.errors import StoreError
from zds_geo.store import known_versions, open_history, rehearse_migration, remove_old_copies
from zds_geo.store.schema import METADATA, SCHEMA_VERSION

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "data"
VERSIONS = ["0001", "0003"]  # before and at release 0.1.0


def make_old(path: Path, version: str) -> Path:
    text = (GOLDEN / f"history_{version}.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(text)
    return path


def state(path: Path) -> tuple[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return version, connection.execute("SELECT count(*) FROM knock").fetchone()[0]


@pytest.mark.req("R09")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_golden_history_opens_with_everything_in_it(tmp_path: Path, version: str) -> None:
    path = make_old(tmp_path / "knocks.sqlite", version)
    with open_history(path, now=NOW) as store:
        knocks = store.read_knocks()
        assert len(knocks) == 12
        assert knocks["outcome"].value_counts().to_dict() == {
            "not_home": 2, "talked": 2, "no_talk": 2, "do_not_knock": 2, "no_access": 2, "vacant": 2,
        }  # fmt: skip
        assert store.do_not_knock_doors() == {
            "9999010000000002", "9999010000000003", "9999010000000099",
        }  # fmt: skip
    assert state(path) == (SCHEMA_VERSION, 15)
    with closing(sqlite3.connect(path)) as connection:
        tables = {row[1] for row in connection.execute("PRAGMA table_list")}
        assert set(METADATA.tables) <= tables


@pytest.mark.req("R09")
def test_a_migration_keeps_a_private_copy_of_what_was_there(tmp_path: Path) -> None:
    path = make_old(tmp_path / "knocks.sqlite", "0001")
    with open_history(path, now=NOW):
        pass
    copy = tmp_path / f"knocks.sqlite.voor-{SCHEMA_VERSION}"
    assert state(copy) == ("0001", 15)
    assert copy.stat().st_mode & 0o777 == 0o600
    before = copy.read_bytes()
    with open_history(path, now=NOW):
        pass
    assert copy.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, copy.name]


@pytest.mark.req("R09")
def test_a_new_history_needs_no_copy(tmp_path: Path) -> None:
    with open_history(tmp_path / "knocks.sqlite", now=NOW, create=True):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["knocks.sqlite"]


@pytest.mark.req("R09")
def test_a_rehearsal_names_the_steps_and_changes_nothing(tmp_path: Path) -> None:
    path = make_old(tmp_path / "knocks.sqlite", "0001")
    before = path.read_bytes()
    steps = rehearse_migration(path)
    assert steps == tuple(sorted(known_versions() - {"0001"}))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with open_history(path, now=NOW):
        pass
    assert rehearse_migration(path) == ()


@pytest.mark.req("R09")
def test_without_a_copy_nothing_is_migrated(tmp_path: Path) -> None:
    path = make_old(tmp_path / "knocks.sqlite", "0001")
    (tmp_path / f"knocks.sqlite.voor-{SCHEMA_VERSION}.part").mkdir()
    with pytest.raises(StoreError) as fault:
        open_history(path, now=NOW)
    assert fault.value.key == "upgrade.no_copy"
    assert state(path) == ("0001", 15)


@pytest.mark.req("R09")
def test_a_newer_history_is_not_even_rehearsed(tmp_path: Path) -> None:
    path = make_old(tmp_path / "knocks.sqlite", "0003")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()
    for attempt in (lambda: rehearse_migration(path), lambda: open_history(path, now=NOW)):
        with pytest.raises(StoreError) as fault:
            attempt()
        assert fault.value.key == "store.newer"
    assert path.read_bytes() == before


@pytest.mark.req("P04")
def test_copies_go_after_35_days_and_the_history_stays(tmp_path: Path) -> None:
    history = tmp_path / "knocks.sqlite"
    names = {
        "knocks.sqlite": 400, "knocks.sqlite.voor-0004": 36, "knocks.sqlite.voor-0005": 34,
        "knocks.sqlite.voor-herstel-2026-10-17-1200": 0,  # its name says 36 days
        "knocks.sqlite.voor-herstel-2026-10-20-0900": 0, "anders.sqlite.voor-0004": 400,
    }  # fmt: skip
    for name, days in names.items():
        (tmp_path / name).write_bytes(b"x")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    removed = remove_old_copies(history, now=NOW)
    assert [p.name for p in removed] == [
        "knocks.sqlite.voor-0004", "knocks.sqlite.voor-herstel-2026-10-17-1200",
    ]  # fmt: skip
    assert len(list(tmp_path.iterdir())) == 4
