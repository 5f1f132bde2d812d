"""What doctor says of copies, disk, files and clock."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app import _surroundings as around
from zds_geo.app.back_up import FOLDER, KEY_FILE
from zds_geo.app.settings import FILE_NAME
from zds_geo.app.workspace import Workspace
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import HistoryStore

_FRESH_DAYS: Final = 7
_ELSEWHERE_DAYS: Final = 35
_SLACK: Final = timedelta(hours=1)  # a quarter-hour is rounded up; clocks are set a little
_LEAST_ROOM: Final = 500_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; ``key`` names its sentence in the catalogue.

    Not ``sure``: it could not be looked at, and somebody should.
    """

    good: bool
    key: str
    sure: bool = True
    facts: dict[str, object] = field(default_factory=dict)


def check_copies(workspace: Workspace, *, now: datetime) -> list[Finding]:
    """Look at the backups, here and elsewhere, and at their key."""
    from zds_geo.store import find_backups, read_key

    found = find_backups(workspace.root / FOLDER)
    key = read_key(workspace.root / KEY_FILE)
    today = now.astimezone(AMSTERDAM).date()
    elsewhere = key.elsewhere_on if key is not None else None
    days = [b.made_at.astimezone(AMSTERDAM).date() for b in found]
    last = max([*days, *([elsewhere] if elsewhere else [])], default=None)
    if last is None:
        return [Finding(good=False, key="doctor.backup_none")]
    age = (today - last).days
    facts: dict[str, object] = {"date": f"{last:%d-%m-%Y}", "days": age}
    fresh = age <= _FRESH_DAYS
    findings = [
        Finding(good=fresh, key="doctor.backup" if fresh else "doctor.backup_old", facts=facts)
    ]
    if elsewhere is None or (today - elsewhere).days > _ELSEWHERE_DAYS:
        findings.append(Finding(good=False, key="doctor.backup_here_only"))
    if key is None:
        number: dict[str, object] = {"number": found[-1].key_number}
        findings.append(Finding(good=False, key="doctor.key_missing", facts=number))
    elif key.sheet_on is None:
        findings.append(Finding(good=False, key="doctor.sheet_missing"))
    return findings


def check_clock(store: HistoryStore, *, now: datetime) -> list[Finding]:
    """Look whether the clock runs behind what was recorded already."""
    last = store.last_recorded_at()
    if last is None or now >= last - _SLACK:
        return []
    facts: dict[str, object] = {"now": _when(now), "last": _when(last)}
    return [Finding(good=False, key="doctor.clock", facts=facts)]


def check_disk(workspace: Workspace) -> list[Finding]:
    """Look at where the workspace lies: synced, on a network, encrypted, with room."""
    home = workspace.root
    program = around.find_sync(home, os.environ)
    mount = around.find_mount(home, around.read_mounts())
    network = around.find_network(home, mount)
    findings = []
    if program:
        findings.append(Finding(good=False, key="doctor.synced", facts={"name": program}))
    if network:
        findings.append(Finding(good=False, key="doctor.network", facts={"kind": network}))
    else:
        findings.append(_check_encryption(home, mount))
    free = shutil.disk_usage(home).free
    if free < _LEAST_ROOM:
        size = f"{free / 1_000_000:.0f} MB"
        findings.append(Finding(good=False, key="doctor.room", facts={"free": size}))
    return findings


def check_files(workspace: Workspace) -> list[Finding]:
    """Look whether others on this computer can read what is secret."""
    paths = sorted(workspace.root.glob(f"{KEY_FILE}*"))
    location = workspace.history_location
    if isinstance(location, Path):
        paths += sorted(p for p in location.parent.iterdir() if p.name.startswith(location.name))
    else:
        paths.append(workspace.root / FILE_NAME)  # the address of a server may hold a password
    return [
        Finding(good=False, key="doctor.wide", facts={"path": path})
        for path in around.find_wide(paths)
    ]


def _check_encryption(home: Path, mount: around.Mount | None) -> Finding:
    answer = around.is_encrypted(home, mount)
    if answer is None:
        return Finding(good=True, key="doctor.encryption_unknown", sure=False)
    if answer:
        return Finding(good=True, key="doctor.encrypted")
    how = {"nt": "BitLocker", "posix": "LUKS"}.get(os.name, "")
    how = "FileVault" if mount is None and os.name == "posix" else how
    return Finding(good=False, key="doctor.not_encrypted", facts={"how": how})


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
