"""The audit log: chained, without household content, and no mutation goes unseen (R10)."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from zds_geo.core.errors import StoreError
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.store import Action, HistoryStore, open_history
from zds_geo.store._audit import SUBJECT, forget_audit, seal

from .test_history import knock

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
COLUMNS = ("noted_at", "actor", "action", "subject", "hash")


@pytest.fixture
def store(tmp_path: Path) -> HistoryStore:
    return open_history(tmp_path / "knocks.sqlite", now=NOW, create=True)


def fill(store: HistoryStore, n: int) -> None:
    for i in range(n):
        action = list(Action)[i % len(Action)]
        store.note(action, i, now=NOW + timedelta(hours=i))


Row = tuple[int, str, str, str, str, str]


def _set(connection: sqlite3.Connection, row: Row, name: str, value: str) -> bool:
    if row[COLUMNS.index(name) + 1] == value:
        return False
    connection.execute(f"UPDATE audit SET {name} = ? WHERE seq = ?", (value, row[0]))
    return True


def change(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    row, name = dice.choice(rows), dice.choice(COLUMNS)
    value = dice.choice([f"{row[COLUMNS.index(name) + 1]}x", "", "0" * 64, "I0001"])
    return _set(connection, row, name, value)


def flip_a_letter(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    row, name = dice.choice(rows), dice.choice(COLUMNS)
    text = str(row[COLUMNS.index(name) + 1])
    if not text:
        return False
    at = dice.randrange(len(text))
    return _set(connection, row, name, text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :])


def delete(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    connection.execute("DELETE FROM audit WHERE seq = ?", (dice.choice(rows)[0],))
    return True


def insert(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    """Between others, sealed as if it belonged there."""
    here, other = dice.sample(rows, 2)
    connection.execute("UPDATE audit SET seq = -seq WHERE seq >= ?", (here[0],))
    connection.execute("UPDATE audit SET seq = 1 - seq WHERE seq < 0")
    row = (here[0], here[1], "coordinator", "pruned", "7")
    sealed = seal(dice.choice([here[5], other[5], "0" * 64]), row)
    connection.execute("INSERT INTO audit VALUES (?,?,?,?,?,?)", (*row, sealed))
    return True


def swap(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    one, two = dice.sample(rows, 2)
    for here, there in ((one, two), (two, one)):
        connection.execute(
            "UPDATE audit SET noted_at=?, actor=?, action=?, subject=?, hash=? WHERE seq=?",
            (*there[1:], here[0]),
        )
    return one[1:] != two[1:]


def cut_the_end(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    last = dice.randrange(rows[0][0] - 1, rows[-1][0])
    connection.execute("DELETE FROM audit WHERE seq > ?", (last,))
    return True


def cut_the_beginning(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    connection.execute("DELETE FROM audit WHERE seq <= ?", (dice.choice(rows)[0],))
    return True


def change_the_head(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    first, last = rows[0][0], rows[-1][0]
    name, value = dice.choice(
        [("first_seq", first + dice.randint(1, 5)), ("first_before", "1" * 64),
         ("last_seq", last + dice.choice([-2, -1, 1, 2])), ("last_hash", dice.choice(rows[:-1])[5])]
    )  # fmt: skip
    connection.execute(f"UPDATE audit_head SET {name} = ?", (value,))
    return True


def remove_the_head(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    connection.execute("DELETE FROM audit_head")
    return True


def forge_the_tail(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    """One row is changed and all after it are sealed again; not the head."""
    at = dice.randrange(1, len(rows))
    before = rows[at - 1][5]
    for n, row in enumerate(rows[at:]):
        fields = (row[0], row[1], row[2], row[3], row[4] if n else "9999")
        before = seal(before, fields)
        connection.execute(
            "UPDATE audit SET subject=?, hash=? WHERE seq=?", (fields[4], before, row[0])
        )
    return True


def append(connection: sqlite3.Connection, dice: random.Random, rows: list[Row]) -> bool:
    fields = (rows[-1][0] + 1, dice.choice(rows)[1], "coordinator", "pruned", "1")
    sealed = seal(rows[-1][5], fields)
    connection.execute("INSERT INTO audit VALUES (?,?,?,?,?,?)", (*fields, sealed))
    return True


MUTATIONS = (
    change, flip_a_letter, delete, insert, swap, cut_the_end, cut_the_beginning, change_the_head,
    remove_the_head, forge_the_tail, append,
)  # fmt: skip


def mutate(connection: sqlite3.Connection, dice: random.Random) -> str:
    """Change the log in one random way; give what was done, empty where nothing changed."""
    rows: list[Row] = connection.execute("SELECT * FROM audit ORDER BY seq").fetchall()
    mutation = dice.choice(MUTATIONS)
    return mutation.__name__ if mutation(connection, dice, rows) else ""


def count_unseen(path: Path, *, mutations: int, rows: int, seed: int) -> tuple[int, dict[str, int]]:
    """Mutate a log over and over; give how many changes went unseen, and how many of each kind."""
    from zds_geo.store._engine import open_engine

    with open_history(path, now=NOW, create=True) as store:
        fill(store, rows)
        assert store.verify_audit().good
    connection = sqlite3.connect(path)
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = OFF")  # damage need not be durable
    dice, unseen, kinds = random.Random(seed), 0, dict[str, int]()
    engine = open_engine(path, create=False)
    with HistoryStore(engine) as store:
        while sum(kinds.values()) < mutations:
            connection.execute("BEGIN")
            kind = mutate(connection, dice)
            connection.execute("COMMIT" if kind else "ROLLBACK")
            if not kind:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            unseen += store.verify_audit().good
            connection.execute("BEGIN")
            _restore(connection, rows)
            connection.execute("COMMIT")
        assert store.verify_audit().good
    connection.close()
    return unseen, kinds


_KEPT: dict[int, tuple[list[tuple[object, ...]], list[tuple[object, ...]]]] = {}


def _restore(connection: sqlite3.Connection, rows: int) -> None:
    """Put the log back as ``fill`` left it: made again in memory, once."""
    if rows not in _KEPT:
        before, made = "0" * 64, list[tuple[object, ...]]()
        for i in range(rows):
            moment = (NOW + timedelta(hours=i)).replace(minute=0).isoformat(timespec="seconds")
            action = list(Action)[i % len(Action)]
            row = (i + 1, moment, "coordinator", action.value, str(i))
            before = seal(before, row)
            made.append((*row, before))
        _KEPT[rows] = made, [(1, 1, "0" * 64, rows, before)]
    audit, head = _KEPT[rows]
    connection.execute("DELETE FROM audit")
    connection.execute("DELETE FROM audit_head")
    connection.executemany("INSERT INTO audit VALUES (?,?,?,?,?,?)", audit)
    connection.executemany("INSERT INTO audit_head VALUES (?,?,?,?,?)", head)


@pytest.mark.req("R10")
def test_no_random_mutation_of_the_log_goes_unseen(tmp_path: Path) -> None:
    # bench/audit_mutations.py does ten thousand.
    unseen, kinds = count_unseen(tmp_path / "k.sqlite", mutations=120, rows=24, seed=5)
    assert unseen == 0
    assert len(kinds) == len(MUTATIONS)


@pytest.mark.req("R10")
def test_work_goes_on_after_damage_and_does_not_hide_it(
    tmp_path: Path, store: HistoryStore
) -> None:
    fill(store, 6)
    with sqlite3.connect(tmp_path / "knocks.sqlite") as connection:
        connection.execute("DELETE FROM audit WHERE seq > 4")
        connection.execute("DELETE FROM audit_head")
    store.record([knock(1)], label="a", now=NOW)
    assert store.verify_audit().fault == "audit.no_head"
    assert len(store.read_knocks()) == 1


@pytest.mark.req("R10")
def test_a_log_written_anew_is_seen_beside_the_head_kept_elsewhere(
    tmp_path: Path, store: HistoryStore
) -> None:
    fill(store, 6)
    kept = store.audit_head()
    fill(store, 2)
    assert store.verify_audit(known=kept).good
    with open_history(tmp_path / "forged.sqlite", now=NOW, create=True) as forged:
        forged.note(Action.PRUNED, 1, now=NOW)
        assert not forged.verify_audit(known=kept).good  # too short
        fill(forged, 9)
        assert forged.verify_audit().good
        assert forged.verify_audit(known=kept).fault == "audit.rewritten"


@pytest.mark.req("R10")
@pytest.mark.parametrize(
    "subject",
    ["0200010000000001", "num:0200010000000001", "osm:node/12", "Dorpsstraat 1", "7311 AB 12",
     "jan@voorbeeld.nl", "MEREL-23; Dorpsstraat 1", "entry 12 ", "h:0200010000000001"],
)  # fmt: skip
def test_an_address_or_a_door_does_not_get_into_the_log(store: HistoryStore, subject: str) -> None:
    with pytest.raises(StoreError, match="no address"):
        store.note(Action.INCIDENT_SHEET, subject, now=NOW)
    assert store.verify_audit().n == 0
    assert not SUBJECT.fullmatch(subject)


@pytest.mark.req("R10")
def test_what_changes_the_history_is_noted_in_the_same_transaction(
    tmp_path: Path, store: HistoryStore
) -> None:
    door = knock(5).door_id
    first = store.record([knock(1)], label="MEREL-23", now=NOW)
    store.record([knock(1)], label="MEREL-23", now=NOW)  # nothing new: nothing to note
    store.record([knock(2)], label="add", now=NOW)
    store.record([knock(3, Outcome.DO_NOT_KNOCK)], label="x'); DROP TABLE audit;--", now=NOW)
    store.undo_batch(first.batch_id, now=NOW)
    store.add_do_not_knock(door, on=date(2026, 11, 1), source=Source.REQUEST, now=NOW)
    store.withdraw_do_not_knock(door, on=date(2026, 11, 2), now=NOW)
    rows = sqlite3.connect(tmp_path / "knocks.sqlite").execute(
        "SELECT action, subject, noted_at, actor FROM audit ORDER BY seq"
    )
    seen = [tuple(r) for r in rows]
    assert [r[:2] for r in seen] == [
        ("knocks_entered", "I0001"), ("knocks_added", "I0002"), ("knocks_imported", "I0003"),
        ("knocks_undone", "I0001"), ("register_added", "entry 2"),
        ("register_withdrawn", "entry 2"),
    ]  # fmt: skip
    assert {r[2:] for r in seen} == {("2026-11-23T12:00:00+00:00", "coordinator")}
    with pytest.raises(StoreError):  # an action that cannot be noted does not happen
        store.replace_rounds(
            date=date(2026, 11, 24), assistant_ids=["a01"], now=NOW, rounds=[_round("Dorp 1")]
        )
    assert store.read_rounds().empty


def _round(code: str) -> dict[str, object]:
    return {
        "code": code, "assistant_id": "a01", "window": "middag", "payload": "{}",
        "door_ids": ["1", "2"],
    }  # fmt: skip


@pytest.mark.req("R10")
@pytest.mark.req("P04")
def test_old_rows_go_and_the_rest_of_the_chain_still_holds(store: HistoryStore) -> None:
    fill(store, 60)
    kept = store.audit_head()
    with store._transaction(writes=True) as connection:
        assert forget_audit(connection, date(2026, 11, 25)) == 36
    assert store.verify_audit(known=kept).good
    assert store.verify_audit().n == 24
    fill(store, 1)
    with store._transaction(writes=True) as connection:
        assert forget_audit(connection, date(2027, 11, 25)) == 25
    assert store.verify_audit().good
    assert store.note(Action.PRUNED, 25, now=NOW) == 62
    assert store.verify_audit().n == 1
