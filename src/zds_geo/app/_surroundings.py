"""Where a workspace lies: synced folders, network disks, encryption, room. For ``zds doctor``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Folder names, as they begin (lower case), of programs that copy a folder elsewhere.
_SYNCED: Final = {
    "onedrive": "OneDrive", "dropbox": "Dropbox", "google drive": "Google Drive",
    "googledrive": "Google Drive", "my drive": "Google Drive", "mijn drive": "Google Drive",
    "icloud": "iCloud", "mobile documents": "iCloud", "com~apple~clouddocs": "iCloud",
    "nextcloud": "Nextcloud", "owncloud": "ownCloud", "stackstorage": "STACK",
    "syncthing": "Syncthing", "pclouddrive": "pCloud", "proton drive": "Proton Drive",
    "box sync": "Box", "megasync": "MEGA",
}  # fmt: skip
# Files that such programs leave in a folder they look after.
_MARKS: Final = (
    (re.compile(r"\.dropbox(\.cache|\.attr)?$"), "Dropbox"),
    (re.compile(r"\._?sync_[0-9a-z]+\.db$"), "Nextcloud"),
    (re.compile(r"\.(nextcloud|owncloud)sync\.log$"), "Nextcloud"),
    (re.compile(r"\.stfolder$"), "Syncthing"),
    (re.compile(r"\.tmp\.drive(up|down)load$"), "Google Drive"),
    (re.compile(r"\.849c9593-d756-4e56-8d6e-42412f2a707b$"), "OneDrive"),
)
# Places that OneDrive tells programs about on Windows.
_PLACES: Final = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
_NETWORK: Final = (
    "nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "davfs", "fuse.sshfs", "fuse.rclone",
    "fuse.davfs", "fuse.gvfsd", "fuse.s3fs", "fuse.glusterfs",
)  # fmt: skip
_ASK_S: Final = 8


@dataclass(frozen=True, slots=True)
class Mount:
    """A disk as the system has it: where, what, of which kind."""

    device: str
    point: str
    kind: str


def find_sync(path: Path, env: Mapping[str, str]) -> str:
    """Find the program that copies a folder elsewhere, by names, marks and environment.

    Parameters
    ----------
    path : Path
        A folder.
    env : mapping of str to str
        The environment.

    Returns
    -------
    str
        Its name; empty when there is none that can be seen.
    """
    whole = path.resolve()
    for name in _PLACES:
        place = env.get(name, "")
        if place and whole.is_relative_to(Path(place).resolve()):
            return "OneDrive"
    for part in whole.parts:
        for start, program in _SYNCED.items():
            if part.casefold().startswith(start):
                return program
    for folder in (whole, *whole.parents):
        for entry in _names(folder):
            for mark, program in _MARKS:
                if mark.fullmatch(entry):
                    return program
    return ""


def _names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.startswith(".")]  # noqa: PTH208
    except OSError:
        return []


def read_mounts() -> str:
    """Give the system's list of disks; empty where there is none (Windows, macOS)."""
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def find_mount(path: Path, mounts: str) -> Mount | None:
    """Find the disk a folder is on.

    Parameters
    ----------
    path : Path
        A folder.
    mounts : str
        As in ``/proc/mounts``.

    Returns
    -------
    Mount or None
        None where the list does not tell.
    """
    whole, best = path.resolve(), None
    for line in mounts.splitlines():
        cells = line.split()
        if len(cells) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), cells[1])
        # Of two at one place the last covers the first.
        if whole.is_relative_to(point) and (best is None or len(point) >= len(best.point)):
            best = Mount(cells[0], point, cells[2])
    return best


def find_network(path: Path, mount: Mount | None) -> str:
    r"""Tell the kind of network disk a folder is on; empty for a disk of this computer.

    Parameters
    ----------
    path : Path
        A folder; ``\\server\share`` is a network disk on Windows.
    mount : Mount or None
        As from ``find_mount``.

    Returns
    -------
    str
        Such as ``nfs4`` or ``cifs``.
    """
    if str(path).startswith(("\\\\", "//")) or path.drive.startswith("\\\\"):
        return "UNC"
    if mount is not None and mount.kind.startswith(_NETWORK):
        return mount.kind
    return ""


def is_encrypted(path: Path, mount: Mount | None, blocks: Path = Path("/sys/block")) -> bool | None:
    """Tell whether the disk under a folder is encrypted.

    Parameters
    ----------
    path : Path
        A folder.
    mount : Mount or None
        As from ``find_mount``.
    blocks : Path
        Where Linux tells of disks.

    Returns
    -------
    bool or None
        None where that cannot be told.
    """
    if sys.platform == "darwin":
        return read_filevault(_ask(["/usr/bin/fdesetup", "status"]))
    if sys.platform == "win32":
        return read_bitlocker(_ask(_bitlocker_call(path.resolve().drive)))
    if mount is None or not mount.device.startswith("/dev/"):
        return None
    name = Path(mount.device).resolve().name
    return _is_crypt(name, blocks)


def _is_crypt(name: str, blocks: Path) -> bool | None:
    """Look for dm-crypt in a disk and in what it lies upon (LVM on LUKS)."""
    if not name.startswith("dm-"):
        # A partition: its disk is the folder that holds it. Virtual disks are somebody else's.
        known = (blocks / name).exists() or any(blocks.glob(f"*/{name}"))
        return False if known and name.startswith(("sd", "nvme", "mmcblk", "hd")) else None
    try:
        if (blocks / name / "dm" / "uuid").read_text(encoding="ascii").startswith("CRYPT-"):
            return True
        below = sorted(p.name for p in (blocks / name / "slaves").iterdir())
    except OSError:
        return None
    found = [_is_crypt(part, blocks) for part in below]
    if not found or None in found:
        return None
    return all(found)


def read_filevault(answer: str) -> bool | None:
    """Read what macOS says of FileVault."""
    if "FileVault is On" in answer:
        return True
    return False if "FileVault is Off" in answer else None


def read_bitlocker(answer: str) -> bool | None:
    """Read what Windows says of a drive: 1 on, 2 off, 3 and 4 busy, 5 suspended."""
    return {"1": True, "3": True, "2": False, "5": False}.get(answer.strip())


def _bitlocker_call(drive: str) -> list[str]:
    ask = (
        f"(New-Object -ComObject Shell.Application).NameSpace('{drive}').Self"
        ".ExtendedProperty('System.Volume.BitLockerProtection')"
    )
    return ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", ask]


def _ask(call: list[str]) -> str:
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=_ASK_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def find_wide(paths: list[Path]) -> list[Path]:
    """Find the files that other users of this computer can read or write."""
    if os.name == "nt":
        return []
    return [path for path in paths if path.is_file() and path.stat().st_mode & 0o077]
