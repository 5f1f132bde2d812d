"""What ``zds doctor`` sees of copies, disks, files and clock."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.conftest import NOW

from zds_geo.app._surroundings import (
    Mount,
    find_mount,
    find_network,
    find_sync,
    is_encrypted,
    read_bitlocker,
    read_filevault,
)
from zds_geo.app.back_up import KEY_FILE, back_up, make_key_sheet
from zds_geo.app.check_health import check_health
from zds_geo.app.workspace import Workspace, open_workspace
from zds_geo.cli import run
from zds_geo.core.texts import say

MOUNTS = """\
/dev/mapper/vg-root / ext4 rw 0 0
proc /proc proc rw 0 0
/dev/sda1 /boot ext4 rw 0 0
nas:/deur /mnt/met\\040spatie nfs4 rw 0 0
//nas/deur /mnt/nas cifs rw 0 0
wijk@nas:/ /mnt/ssh fuse.sshfs rw 0 0
"""


def faults(workspace: Workspace, *, days: float = 0) -> dict[str, dict[str, object]]:
    found = check_health(workspace, now=NOW + timedelta(days=days))
    for finding in found:
        assert say(finding.key, lang="nl", **finding.facts)
        assert say(finding.key, lang="en", **finding.facts)
    return {f.key: f.facts for f in found if not f.good}


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("OneDrive - Gemeente Apeldoorn/wijk", "OneDrive"),
        ("Dropbox (Persoonlijk)/wijk", "Dropbox"),
        ("Library/Mobile Documents/wijk", "iCloud"),
        ("Mijn Drive/wijk", "Google Drive"),
        ("Nextcloud/wijk", "Nextcloud"),
        ("Documenten/wijk", ""),
        ("over dropbox/wijk", ""),
    ],
)
def test_a_synced_folder_is_known_by_its_name(tmp_path: Path, path: str, program: str) -> None:
    assert find_sync(tmp_path / path, {}) == program


@pytest.mark.parametrize(
    ("mark", "program"),
    [
        (".dropbox", "Dropbox"),
        (".sync_0a1b2c.db", "Nextcloud"),
        ("._sync_0a1b2c.db", "Nextcloud"),
        (".stfolder", "Syncthing"),
        (".git", ""),
    ],
)
def test_a_synced_folder_is_known_by_what_lies_above(
    tmp_path: Path, mark: str, program: str
) -> None:
    (tmp_path / mark).touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_sync(tmp_path / "a" / "b", {}) == program


def test_windows_tells_where_onedrive_is(tmp_path: Path) -> None:
    env = {"OneDriveCommercial": str(tmp_path / "werk"), "OneDrive": ""}
    assert find_sync(tmp_path / "werk" / "wijk", env) == "OneDrive"
    assert find_sync(tmp_path / "werkmap", env) == ""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/wijk", ""),
        ("/mnt/nas/wijk", "cifs"),
        ("/mnt/nasmap", ""),
        ("/mnt/met spatie/wijk", "nfs4"),
        ("/mnt/ssh", "fuse.sshfs"),
    ],
)
def test_a_network_disk_is_known(path: str, kind: str) -> None:
    assert find_network(Path(path), find_mount(Path(path), MOUNTS)) == kind


def test_a_windows_share_is_a_network_disk() -> None:
    assert find_network(Path("\\\\nas\\deur"), None) == "UNC"


def make_disk(blocks: Path, name: str, *, uuid: str = "", below: tuple[str, ...] = ()) -> None:
    (blocks / name / "slaves").mkdir(parents=True)
    for part in below:
        (blocks / name / "slaves" / part).mkdir()
    if name.startswith("dm-"):
        (blocks / name / "dm").mkdir()
        (blocks / name / "dm" / "uuid").write_text(uuid + "\n", encoding="ascii")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells it in /sys")
def test_encryption_is_told_only_where_linux_knows(tmp_path: Path) -> None:
    make_disk(tmp_path, "sda")
    (tmp_path / "sda" / "sda1").mkdir()
    make_disk(tmp_path, "vda")
    (tmp_path / "vda" / "vda1").mkdir()
    make_disk(tmp_path, "dm-0", uuid="CRYPT-LUKS2-ab", below=("sda1",))
    make_disk(tmp_path, "dm-1", uuid="LVM-cd", below=("dm-0",))
    make_disk(tmp_path, "dm-2", uuid="LVM-ef", below=("sda1",))
    make_disk(tmp_path, "dm-3", uuid="LVM-gh", below=("dm-0", "sda1"))
    answers = {
        name: is_encrypted(tmp_path, Mount(f"/dev/{name}", "/", "ext4"), tmp_path)
        for name in ("sda1", "vda1", "dm-0", "dm-1", "dm-2", "dm-3", "weg")
    }
    assert answers == {
        "sda1": False, "vda1": None, "dm-0": True, "dm-1": True, "dm-2": False, "dm-3": False,
        "weg": None,
    }  # fmt: skip
    assert is_encrypted(tmp_path, Mount("overlay", "/", "overlay"), tmp_path) is None


def test_answers_of_macos_and_windows_are_read() -> None:
    assert read_filevault("FileVault is On.\n") is True
    assert read_filevault("FileVault is Off.\n") is False
    assert read_filevault("") is None
    assert [read_bitlocker(a) for a in ("1\n", "2", "", "0", "iets")] == [
        True, False, None, None, None,
    ]  # fmt: skip


@pytest.mark.req("R08")
def test_doctor_asks_for_a_backup_here_and_elsewhere_and_for_the_sheet(
    own_example: Workspace, tmp_path: Path
) -> None:
    assert "doctor.backup_none" in faults(own_example)
    back_up(own_example, now=NOW)
    assert set(faults(own_example)) >= {"doctor.backup_here_only", "doctor.sheet_missing"}
    (tmp_path / "stick").mkdir()
    back_up(own_example, now=NOW, folder=tmp_path / "stick")
    make_key_sheet(own_example, tmp_path / "blad.pdf", now=NOW)
    copies = {"doctor.backup_none", "doctor.backup_old", "doctor.backup_here_only",
              "doctor.sheet_missing", "doctor.key_missing"}  # fmt: skip
    assert not copies & set(faults(own_example, days=7))
    assert faults(own_example, days=8)["doctor.backup_old"]["days"] == 8
    assert "doctor.backup_here_only" in faults(own_example, days=36)
    (own_example.root / KEY_FILE).unlink()
    assert "doctor.key_missing" in faults(own_example)
    (own_example.root / KEY_FILE).write_bytes(b"kapot")
    assert "doctor.fault" in faults(own_example)


def test_doctor_sees_a_clock_that_runs_behind(own_example: Workspace) -> None:
    assert "doctor.clock" not in faults(own_example)
    assert "doctor.clock" in faults(own_example, days=-3)


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX")
def test_doctor_sees_files_that_others_can_read(own_example: Workspace) -> None:
    assert "doctor.wide" not in faults(own_example)
    history = own_example.root / "knocks.sqlite"
    history.chmod(0o644)
    assert faults(own_example)["doctor.wide"]["path"] == history


def test_doctor_sees_damage_inside_the_history(own_example: Workspace) -> None:
    history = own_example.root / "knocks.sqlite"
    content = bytearray(history.read_bytes())
    content[200_000:204_096] = bytes(4_096)
    history.write_bytes(content)
    assert {"doctor.damaged", "doctor.fault"} & set(faults(own_example))


@pytest.mark.req("R09")
def test_doctor_tells_that_an_old_history_is_brought_up_to_date(
    own_example: Workspace,
) -> None:
    from tests.unit.store.test_migrations import make_old

    (own_example.root / "knocks.sqlite").unlink()
    make_old(own_example.root / "knocks.sqlite", "0001")
    assert "doctor.upgrade" in {f.key for f in check_health(own_example, now=NOW)}
    assert "doctor.upgrade" not in {f.key for f in check_health(own_example, now=NOW)}


def test_doctor_marks_what_it_could_not_see(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    stamp = NOW.strftime("%Y-%m-%dT%H:%M%z")
    assert run(["doctor", "--workspace", str(own_example.root), "--now", stamp]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("[LET OP] Er is nog geen reservekopie") for line in lines)
    assert all(line.startswith(("[LET OP]", "[ goed ]", "[  ?   ]")) for line in lines)


def test_doctor_says_that_nobody_named_the_doors_to_leave_alone(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "w"), "--area", "apeldoorn-zuid"]) == 0
    workspace = open_workspace(tmp_path / "w")
    assert "plan.no_register" in faults(workspace)
    assert run(["do-not-knock", "none", "--workspace", str(workspace.root)]) == 0
    assert "plan.no_register" not in faults(workspace)
