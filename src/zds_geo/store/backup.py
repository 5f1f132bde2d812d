"""Backups: history, settings and erasure ledger in one sealed file, checked before it counts."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from zds_geo.core.errors import StoreError
from zds_geo.store._image import Image, check_image, take_image
from zds_geo.store._sealed import SealedHeader, read_header, read_sealed, write_sealed
from zds_geo.store.backup_key import BackupKey, remove_quietly, sync_folder

BACKUP_SUFFIX: Final = ".zdsback"
KEEP_DAYS: Final = 35  # P04: a ceiling
HISTORY: Final = "knocks.sqlite"
_LEVEL: Final = 6
_MOST_MANIFEST: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """An opened or just made backup."""

    path: Path
    header: SealedHeader
    image: Image
    files: Mapping[str, bytes]  # zds.toml and what else lay beside the history


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBackup:
    """A backup lying in a folder, by what anybody may read of it."""

    path: Path
    made_at: datetime
    key_number: str
    audit: tuple[int, str] | None = None  # where the audit log ended


def write_backup(
    location: Path | str, path: Path, *, key: BackupKey, files: Mapping[str, bytes], now: datetime
) -> Backup:
    """Copy a history and small files into a new sealed file, and read it back before it counts.

    Parameters
    ----------
    location : Path or str
        SQLite file or PostgreSQL URL.
    path : Path
        File to write; must not exist.
    key : BackupKey
        To seal it with.
    files : mapping of str to bytes
        Small files that belong with the history, by name.
    now : datetime
        Aware.

    Returns
    -------
    Backup
        As read back from the disk: opened, sound, with the rows that the history has.

    Raises
    ------
    StoreError
        If the history cannot be read or the file not be written; there is no new file then.
    """
    image = take_image(location)
    content = _pack(image, files)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f"*{BACKUP_SUFFIX}.part"):  # of a backup that was cut off
            remove_quietly(left)
        write_sealed(
            part, content, secret=key.secret, made_at=now, schema=image.schema, audit=image.audit
        )
        proof = open_backup(part, secret=key.secret)
        if proof.image != image or proof.files != dict(files):
            raise StoreError("backup.not_proved", path=path)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as fault:
        raise StoreError("backup.cannot_write", path=path, fault=fault.strerror) from None
    finally:
        remove_quietly(part)
    return Backup(path=path, header=proof.header, image=image, files=dict(files))


def open_backup(path: Path, *, secret: bytes) -> Backup:
    """Open a backup and check all of it.

    Parameters
    ----------
    path : Path
        A file from ``write_backup``.
    secret : bytes
        Of its key.

    Returns
    -------
    Backup
        Whole, and its history sound.

    Raises
    ------
    StoreError
        If the key is another, or the file half, damaged, newer or no backup.
    """
    header, content = read_sealed(path, secret=secret)
    try:
        manifest, members = _unpack(content)
    except (ValueError, KeyError, TypeError, zlib.error):
        raise StoreError("backup.damaged", path=path) from None
    history = members.pop(HISTORY)
    image = check_image(history, path=path)
    if image.counts != manifest["counts"] or image.schema != header.schema:
        raise StoreError("backup.counts", path=path)
    return Backup(path=path, header=header, image=image, files=members)


def find_backups(folder: Path) -> list[FoundBackup]:
    """List the backups in a folder, oldest first; what is not readable as one is left out.

    Parameters
    ----------
    folder : Path
        May be missing.

    Returns
    -------
    list of FoundBackup
        By time, then name.
    """
    found = []
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix == BACKUP_SUFFIX and p.is_file())
    except OSError:
        return []
    for path in paths:
        try:
            header = read_header(path)
        except StoreError:
            continue
        found.append(
            FoundBackup(
                path=path, made_at=header.made_at, key_number=header.key_number, audit=header.audit
            )
        )
    return sorted(found, key=lambda b: (b.made_at, b.path.name))


def remove_old_backups(
    folder: Path, *, now: datetime, numbers: frozenset[str] | None = None
) -> tuple[Path, ...]:
    """Remove backups of more than 35 days, never the newest (P04).

    Parameters
    ----------
    folder : Path
        May be missing.
    now : datetime
        Aware.
    numbers : frozenset of str, optional
        Only backups of these keys: in a folder that others use too.

    Returns
    -------
    tuple of Path
        What was removed; what cannot be removed stays and is not named.
    """
    mine = [b for b in find_backups(folder) if numbers is None or b.key_number in numbers]
    removed = []
    for backup in mine[:-1]:
        if now - backup.made_at > timedelta(days=KEEP_DAYS):
            remove_quietly(backup.path)
            if not backup.path.exists():
                removed.append(backup.path)
    return tuple(removed)


def _pack(image: Image, files: Mapping[str, bytes]) -> bytes:
    members = {HISTORY: image.content, **files}
    manifest = {
        "counts": image.counts,
        "members": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in members.items()
        ],
    }
    head = json.dumps(manifest).encode()
    squeeze = zlib.compressobj(_LEVEL)
    parts = [squeeze.compress(len(head).to_bytes(4, "big") + head)]
    parts += [squeeze.compress(content) for content in members.values()]
    return b"".join([*parts, squeeze.flush()])


def _unpack(content: bytes) -> tuple[dict[str, dict[str, int]], dict[str, bytes]]:
    whole = zlib.decompress(content)
    length = int.from_bytes(whole[:4], "big")
    if length > _MOST_MANIFEST:
        raise ValueError("manifest")
    manifest = json.loads(whole[4 : 4 + length])
    members: dict[str, bytes] = {}
    start = 4 + length
    for entry in manifest["members"]:
        part = whole[start : start + entry["bytes"]]
        if hashlib.sha256(part).hexdigest() != entry["sha256"]:
            raise ValueError(entry["name"])
        members[entry["name"]] = part
        start += entry["bytes"]
    if start != len(whole) or HISTORY not in members:
        raise ValueError("members")
    return manifest, members
