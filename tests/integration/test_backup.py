"""Backup and restore: what comes back is what was there, or nothing changes at all."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import NOW
from zds_geo.app.back_up import FOLDER, KEY_FILE, LEDGER, back_up, remove_old, renew_key
from zds_geo.app.check_register import check_audit
from zds_geo.app.restore import find_secret, restore
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.core.errors import StoreError, ZdsGeoError
from zds_geo.core.outcomes import Source
from zds_geo.store import Action, find_backups, key_lines, read_key, take_image

LATER = NOW + timedelta(hours=2)  # the same day: nothing is forgotten in between
STAMP = NOW.strftime("%Y-%m-%dT%H:%M%z")


def secret_of(workspace: Workspace) -> bytes:
    key = read_key(workspace.root / KEY_FILE)
    assert key is not None
    return key.secret


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def knocks_of(workspace: Workspace) -> list[tuple[object, ...]]:
    with open_store(workspace, now=NOW) as store:
        knocks = store.read_knocks(with_assistants=True)
        refused = sorted(store.do_not_knock_doors())
    return [*knocks.astype(str).itertuples(), *((door,) for door in refused)]


def refuse(workspace: Workspace, door: str) -> None:
    with open_store(workspace, now=NOW) as store:
        store.add_do_not_knock(door, on=NOW.date(), source=Source.REQUEST, now=NOW)


@pytest.mark.req("R08")
def test_a_restore_brings_back_every_knock_and_keeps_what_was_there(own_example: Workspace) -> None:
    before = knocks_of(own_example)
    made = back_up(own_example, now=NOW)
    refuse(own_example, "9999010000000001")
    after = knocks_of(own_example)
    done = restore(own_example.root, made.path, secret=secret_of(own_example), now=LATER)
    assert knocks_of(own_example) == before
    assert done.n_knocks == made.n_knocks > 1_000
    assert done.aside is not None
    assert done.aside.stat().st_mode & 0o077 == 0
    shutil.copy2(done.aside, own_example.root / "knocks.sqlite")
    assert knocks_of(own_example) == after


@pytest.mark.req("R08")
def test_a_drill_changes_nothing(own_example: Workspace) -> None:
    made = back_up(own_example, now=NOW)
    refuse(own_example, "9999010000000001")
    before = digests(own_example.root)
    done = restore(own_example.root, made.path, secret=secret_of(own_example), now=NOW, drill=True)
    assert done.drill
    assert done.n_knocks == made.n_knocks
    assert digests(own_example.root) == before


@pytest.mark.req("R08")
def test_a_new_laptop_needs_only_the_stick_and_the_sheet(
    own_example: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = knocks_of(own_example)
    (own_example.root / LEDGER).write_text("a1\n", encoding="utf-8")
    (tmp_path / "stick").mkdir()
    made = back_up(own_example, now=NOW, folder=tmp_path / "stick")
    first, *others = key_lines(secret_of(own_example))
    typed = ["een tikfout", first.lower(), *others]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(typed) + "\n"))
    folder = tmp_path / "nieuw"
    assert run(["restore", str(made.path), "--workspace", str(folder), "--now", STAMP]) == 0
    shown = capsys.readouterr()
    assert "Regel 4" in shown.err
    assert "places fetch" in shown.out
    assert knocks_of(open_workspace(folder)) == before
    assert (folder / "zds.toml").read_bytes() == (own_example.root / "zds.toml").read_bytes()
    assert (folder / LEDGER).read_text("utf-8") == "a1\n"
    assert secret_of(open_workspace(folder)) == secret_of(own_example)
    assert sorted(p.name for p in folder.iterdir()) == [
        "knocks.sqlite", "reservekopie.sleutel", "wissingen.txt", "zds.toml",
    ]  # fmt: skip


@pytest.mark.req("P06")
@pytest.mark.req("R08")
def test_the_ledgers_of_now_and_of_the_backup_hold_together(own_example: Workspace) -> None:
    ledger = own_example.root / LEDGER
    ledger.write_bytes(b"# gewist\r\naaa\r\nbbb\r\n")
    made = back_up(own_example, now=NOW)
    ledger.write_bytes(b"# gewist\nbbb\nccc")
    done = restore(own_example.root, made.path, secret=secret_of(own_example), now=LATER)
    assert ledger.read_bytes() == b"# gewist\nbbb\nccc\naaa\n"
    assert done.n_erasures == 4


def bad_backups(good: bytes) -> dict[str, tuple[bytes, str]]:
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    return {
        "empty": (b"", "backup.not_one"),
        "text": (b"dit is geen reservekopie", "backup.not_one"),
        "half": (good[: len(good) // 2], "backup.half"),
        "one byte short": (good[:-1], "backup.half"),
        "longer": (good + b"\0", "backup.damaged"),
        "flipped": (bytes(flipped), "backup.damaged"),
    }


@pytest.mark.req("R08")
def test_a_bad_backup_is_one_sentence_and_changes_nothing(
    own_example: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "stick").mkdir()
    made = back_up(own_example, now=NOW, folder=tmp_path / "stick")
    before = digests(own_example.root)
    for name, (whole, key) in bad_backups(made.path.read_bytes()).items():
        path = tmp_path / "slecht.zdsback"
        path.write_bytes(whole)
        with pytest.raises(StoreError) as fault:
            restore(own_example.root, path, secret=secret_of(own_example), now=NOW)
        assert fault.value.key == key, name
        assert len(fault.value.sentence().splitlines()) == 1
        assert digests(own_example.root) == before, name
    with pytest.raises(StoreError) as wrong:
        restore(own_example.root, made.path, secret=bytes(20), now=NOW)
    assert wrong.value.key == "backup.wrong_key"
    with pytest.raises(StoreError) as missing:
        find_secret(own_example.root, tmp_path / "weg.zdsback")
    assert missing.value.key == "backup.unread"
    assert digests(own_example.root) == before


@pytest.mark.req("R08")
@pytest.mark.req("R09")
def test_a_backup_of_a_newer_history_is_refused(own_example: Workspace) -> None:
    with closing(sqlite3.connect(own_example.root / "knocks.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    made = back_up(own_example, now=NOW)
    before = digests(own_example.root)
    with pytest.raises(StoreError) as fault:
        restore(own_example.root, made.path, secret=secret_of(own_example), now=NOW)
    assert fault.value.key == "backup.newer_history"
    assert digests(own_example.root) == before


@pytest.mark.req("R08")
def test_a_damaged_history_gives_no_backup_and_can_be_replaced(own_example: Workspace) -> None:
    made = back_up(own_example, now=NOW)
    before = knocks_of(own_example)
    history = own_example.root / "knocks.sqlite"
    content = bytearray(history.read_bytes())
    content[20_000:60_000] = os.urandom(40_000)
    history.write_bytes(content)
    with pytest.raises(StoreError):
        back_up(own_example, now=LATER)
    assert [b.path for b in find_backups(own_example.root / FOLDER)] == [made.path]
    restore(own_example.root, made.path, secret=secret_of(own_example), now=LATER)
    assert knocks_of(own_example) == before


@pytest.mark.req("R08")
def test_a_stale_journal_is_never_played_into_the_restored_history(own_example: Workspace) -> None:
    made = back_up(own_example, now=NOW)
    before = knocks_of(own_example)
    history = own_example.root / "knocks.sqlite"
    history.write_bytes(b"kapot" * 1000)  # what nobody can open keeps its journal
    (own_example.root / "knocks.sqlite-journal").write_bytes(b"\xd9\xd5\x05\xf9 \xa1c\xd7" * 100)
    restore(own_example.root, made.path, secret=secret_of(own_example), now=LATER)
    assert not (own_example.root / "knocks.sqlite-journal").exists()
    assert knocks_of(own_example) == before


@pytest.mark.req("R08")
def test_a_history_in_use_is_not_replaced(own_example: Workspace) -> None:
    made = back_up(own_example, now=NOW)
    history = own_example.root / "knocks.sqlite"
    with closing(sqlite3.connect(history, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as fault:
            restore(own_example.root, made.path, secret=secret_of(own_example), now=LATER)
        busy.execute("ROLLBACK")
    assert fault.value.key == "restore.in_use"
    assert not list(own_example.root.glob("*voor-herstel*"))


@pytest.mark.req("R08")
def test_a_backup_is_of_one_moment_while_others_write(own_example: Workspace) -> None:
    history = own_example.root / "knocks.sqlite"
    with closing(sqlite3.connect(history, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO cycle (started_on) VALUES ('2027-01-01')")
        image = take_image(history)
        other.execute("COMMIT")
    assert take_image(history).counts["cycle"] == image.counts["cycle"] + 1


@pytest.mark.req("R08")
def test_nothing_readable_is_left_on_disk_by_a_backup(own_example: Workspace) -> None:
    before = set(digests(own_example.root))
    made = back_up(own_example, now=NOW)
    with open_store(own_example, now=NOW) as store:
        doors = set(store.read_knocks()["door_id"])
    content = made.path.read_bytes()
    assert not any(door.encode() in content for door in doors)
    new = set(digests(own_example.root)) - before
    assert new == {f"{FOLDER}/{made.path.name}", KEY_FILE}


@pytest.mark.req("P04")
def test_backups_go_after_35_days_but_never_the_newest(
    own_example: Workspace, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for days in (60, 36, 34, 10):
        back_up(own_example, now=NOW - timedelta(days=days))
        back_up(own_example, now=NOW - timedelta(days=days), folder=stick)
    ages = [(NOW - b.made_at).days for b in find_backups(own_example.root / FOLDER)]
    assert ages == [36, 34, 10]  # when the last was made the first was 50 days old
    shutil.copytree(own_example.root, tmp_path / "ander")
    other = open_workspace(tmp_path / "ander")
    (other.root / KEY_FILE).unlink()
    theirs = back_up(other, now=NOW - timedelta(days=90), folder=stick).path
    made = back_up(own_example, now=NOW, folder=stick)
    assert [(NOW - b.made_at).days for b in find_backups(stick)] == [90, 34, 10, 0]
    assert theirs.exists()
    remove_old(own_example, now=NOW + timedelta(days=400), folder=stick)
    assert {b.path for b in find_backups(stick)} == {theirs, made.path}
    assert len(find_backups(own_example.root / FOLDER)) == 1


@pytest.mark.req("P04")
def test_what_a_restore_that_was_cut_off_left_behind_goes_with_the_next_backup(
    own_example: Workspace,
) -> None:
    room = own_example.root / ".herstel-abc"
    room.mkdir()
    (room / "knocks.sqlite").write_bytes(b"x")
    back_up(own_example, now=NOW)
    assert not room.exists()


@pytest.mark.req("R08")
def test_after_a_new_key_older_backups_still_open_here_and_not_with_the_new_sheet(
    own_example: Workspace,
) -> None:
    old = back_up(own_example, now=NOW)
    new = renew_key(own_example, now=NOW)
    secret = find_secret(own_example.root, old.path)
    assert secret is not None
    assert restore(own_example.root, old.path, secret=secret, now=NOW, drill=True).drill
    with pytest.raises(StoreError):
        restore(own_example.root, old.path, secret=new.secret, now=NOW, drill=True)
    assert back_up(own_example, now=LATER).key_number == new.number


def test_settings_come_from_the_backup_only_when_asked_or_broken(own_example: Workspace) -> None:
    made = back_up(own_example, now=NOW)
    settings = own_example.root / "zds.toml"
    good = settings.read_bytes()
    secret = secret_of(own_example)
    settings.write_bytes(good + b"# van nu\n")
    done = restore(own_example.root, made.path, secret=secret, now=NOW)
    assert (done.settings_from_backup, settings.read_bytes()) == (False, good + b"# van nu\n")
    done = restore(own_example.root, made.path, secret=secret, now=NOW, take_settings=True)
    assert settings.read_bytes() == good
    assert done.settings_aside is not None
    assert done.settings_aside.read_bytes().endswith(b"# van nu\n")
    settings.write_bytes(b"[area\n")
    done = restore(own_example.root, made.path, secret=secret, now=NOW)
    assert (done.settings_from_backup, settings.read_bytes()) == (True, good)
    settings.unlink()
    assert restore(own_example.root, made.path, secret=secret, now=NOW).settings_from_backup
    assert settings.read_bytes() == good


@pytest.mark.req("R08")
def test_a_history_outside_the_workspace_is_restored_there(
    own_example: Workspace, tmp_path: Path
) -> None:
    outside = tmp_path / "elders" / "geschiedenis.sqlite"
    outside.parent.mkdir()
    (own_example.root / "knocks.sqlite").rename(outside)
    settings = own_example.root / "zds.toml"
    text = settings.read_text("utf-8").replace('"knocks.sqlite"', f'"{outside.as_posix()}"')
    settings.write_text(text, encoding="utf-8")
    workspace = open_workspace(own_example.root)
    before = knocks_of(workspace)
    made = back_up(workspace, now=NOW)
    refuse(workspace, "9999010000000001")
    settings.unlink()
    restore(workspace.root, made.path, secret=secret_of(workspace), now=LATER)
    assert knocks_of(open_workspace(workspace.root)) == before
    assert not (workspace.root / "knocks.sqlite").exists()
    assert len(list(outside.parent.iterdir())) == 2


LITTLE_ROOM = """
import resource, signal, sys
from zds_geo.cli import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(run(sys.argv[2:]))
"""


def with_little_room(n_bytes: int, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", LITTLE_ROOM, str(n_bytes), *words]
    return subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.req("R33")
@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
@pytest.mark.parametrize("room", [0, 8_192, 100_000])
def test_without_room_backup_and_restore_change_nothing_and_go_on_after(
    own_example: Workspace, room: int
) -> None:
    made = back_up(own_example, now=NOW)
    before = digests(own_example.root)
    place = ["--workspace", str(own_example.root), "--now", STAMP]
    for words in (["backup"], ["restore", str(made.path)], ["restore", str(made.path), "--drill"]):
        done = with_little_room(room, *words, *place)
        assert done.returncode == 7, done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert "Traceback" not in done.stderr
        assert ".herstel-" not in done.stderr
        assert digests(own_example.root) == before, words
        assert not list(own_example.root.glob(".herstel-*"))
    assert run(["backup", *place]) == 0
    assert run(["restore", str(made.path), *place]) == 0


@pytest.mark.req("R33")
@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_without_room_a_knock_is_refused_and_stored_when_there_is_room_again(
    own_example: Workspace,
) -> None:
    words = ["knocks", "add", "Beukstraat 1", "nt", "--date", NOW.date().isoformat()]
    words += ["--window", "middag", "--workspace", str(own_example.root), "--now", STAMP]
    before = knocks_of(own_example)
    for room in (0, 512, 8_192):
        done = with_little_room(room, *words)
        assert done.returncode == 7, done.stderr
        assert "Traceback" not in done.stderr
        assert knocks_of(own_example) == before
    assert run(words) == 0
    assert len(knocks_of(own_example)) == len(before) + 1


def test_a_stick_that_is_not_in_does_not_become_a_folder(
    own_example: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(StoreError) as fault:
        back_up(own_example, now=NOW, folder=tmp_path / "stick")
    assert fault.value.key == "backup.no_folder"
    assert not (tmp_path / "stick").exists()
    assert not (own_example.root / KEY_FILE).exists()


@pytest.mark.req("R33")
def test_a_folder_that_is_a_file_is_one_sentence(own_example: Workspace) -> None:
    (own_example.root / FOLDER).write_bytes(b"")
    with pytest.raises(StoreError) as fault:
        back_up(own_example, now=NOW)
    assert fault.value.key == "backup.cannot_write"


def test_a_key_that_is_not_typed_is_one_sentence(
    own_example: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = back_up(own_example, now=NOW)
    place = ["--workspace", str(own_example.root), "--now", STAMP]
    before = digests(own_example.root)
    for typed in ("", "0000 0000 01\n", "fout\n" * 6):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert run(["restore", str(made.path), "--key-sheet", *place]) == 2
    assert "er is niets veranderd" in capsys.readouterr().err
    assert digests(own_example.root) == before


@pytest.mark.req("R42")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("kind", ["migrate", "backup", "restore"])
def test_sixty_kills_leave_before_or_after_never_half(kind: str) -> None:
    call = [sys.executable, "-m", "tests.integration.kill_copies", kind, "60"]
    root = Path(__file__).parents[2]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=root, timeout=600)
    assert done.stdout == f"{kind}: 60 kills, 0 half\n", done.stderr


def test_faults_are_of_our_own_kind(own_example: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ZdsGeoError):
        restore(tmp_path / "leeg", own_example.root / "places.gpkg", secret=bytes(20), now=NOW)
    assert not (tmp_path / "leeg").exists()


def cut_audit_log(workspace: Workspace, *, keep: int) -> None:
    """Cut rows off, and give the log an end that fits, as somebody would who has something to hide."""
    with closing(sqlite3.connect(workspace.root / "knocks.sqlite")) as history, history:
        history.execute("DELETE FROM audit WHERE seq > ?", (keep,))
        seq, sealed = history.execute("SELECT seq, hash FROM audit ORDER BY seq DESC").fetchone()
        history.execute("UPDATE audit_head SET last_seq = ?, last_hash = ?", (seq, sealed))


def audit_faults(workspace: Workspace) -> list[str]:
    return [f.key for f in check_audit(workspace, now=LATER) if not f.good]


@pytest.mark.req("R10")
def test_an_audit_log_that_was_cut_off_is_seen_beside_the_newest_backup(
    own_example: Workspace,
) -> None:
    for day in range(3):
        back_up(own_example, now=NOW + timedelta(minutes=day))
    assert audit_faults(own_example) == []
    with open_store(own_example, now=NOW) as store:
        last, _ = store.audit_head()
    cut_audit_log(own_example, keep=last - 2)
    assert audit_faults(own_example) == ["doctor.audit_broken"]


@pytest.mark.req("R10")
def test_after_a_restore_the_rows_that_it_took_back_are_not_missed(own_example: Workspace) -> None:
    old = back_up(own_example, now=NOW)
    for minutes in range(1, 5):
        refuse(own_example, f"999901000000000{minutes}")
    back_up(own_example, now=NOW + timedelta(minutes=30))
    restore(own_example.root, old.path, secret=secret_of(own_example), now=LATER)
    assert audit_faults(own_example) == []
    with open_store(own_example, now=LATER) as store:
        assert store.last_noted(Action.BACKUP_RESTORED) == LATER


@pytest.mark.req("R33")
@pytest.mark.skipif(os.name == "nt", reason="a read-only file is another matter on Windows")
def test_a_backup_of_a_history_that_cannot_be_written_is_made_and_says_so(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(own_example.root / "knocks.sqlite")) as history, history:
        history.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'vol'); END"
        )
    assert run(["backup", "--workspace", str(own_example.root), "--now", STAMP]) == 0
    assert "staat niet in het logboek" in capsys.readouterr().out
    assert len(find_backups(own_example.root / FOLDER)) == 1


@pytest.mark.req("R10")
def test_backups_of_another_workspace_in_the_folder_are_no_measure(
    own_example: Workspace, tmp_path: Path
) -> None:
    shutil.copytree(own_example.root, tmp_path / "ander")
    other = open_workspace(tmp_path / "ander")
    for minutes in range(1, 5):
        refuse(other, f"999901000000000{minutes}")
    strange = back_up(other, now=NOW + timedelta(minutes=30))
    back_up(own_example, now=NOW)
    shutil.copy2(strange.path, own_example.root / FOLDER)
    assert audit_faults(own_example) == []
