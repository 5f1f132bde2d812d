"""``zds backup``: a sealed copy of the history, its key, and the sheet with the key."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app.settings import FILE_NAME
from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import OutputError, StoreError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import Backup, BackupKey

KEY_FILE: Final = "reservekopie.sleutel"
FOLDER: Final = "backups"
ROOM: Final = ".herstel-"  # a workspace of its own, where a backup is tried out first
_REPLACED: Final = ".oud-"
LEDGER: Final = "wissingen.txt"  # beside the history: which doors were erased


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupResult:
    """A backup that was made and checked."""

    path: Path
    n_bytes: int
    n_knocks: int
    n_refused: int
    key_number: str
    new_key: bool
    sheet_made: bool
    removed: tuple[Path, ...]
    not_noted: str = ""  # why it is not in the audit log, such as a full disk


def ledger_path(workspace: Workspace) -> Path:
    """Give the place of the erasure ledger.

    Parameters
    ----------
    workspace : Workspace
        The workspace.

    Returns
    -------
    Path
        Beside the history, or in the workspace where that is on a server.
    """
    location = workspace.history_location
    folder = location.parent if isinstance(location, Path) else workspace.root
    return folder / LEDGER


def back_up(
    workspace: Workspace,
    *,
    now: datetime,
    folder: Path | None = None,
    prefix: str = "",
    tidy: bool = True,
) -> BackupResult:
    """Make a backup, check it, and remove those that are too old.

    Parameters
    ----------
    workspace : Workspace
        Its history, settings and erasure ledger are kept.
    now : datetime
        Aware.
    folder : Path, optional
        Where to, such as a USB stick; ``backups/`` of the workspace by default.
    prefix : str
        What the name of the file tells of the reason.
    tidy : bool
        Remove what is too old.

    Returns
    -------
    BackupResult
        The new file was opened again: sound, with the rows that the history has.

    Raises
    ------
    StoreError
        If it cannot be made; what was there before still is.
    """
    from zds_geo.store import read_key, write_backup, write_key

    if (
        folder is not None and not folder.is_dir()
    ):  # a stick that is not in must not become a folder
        raise StoreError("backup.no_folder", path=folder)
    had_key = read_key(workspace.root / KEY_FILE) is not None
    key = _settle_key(workspace, now=now)
    target = folder or workspace.root / FOLDER
    made = write_backup(
        workspace.history_location, _free_name(target, now=now, prefix=prefix), key=key,
        files=_small_files(workspace), now=now,
    )  # fmt: skip
    not_noted = _note(workspace, made, now=now)
    if folder is not None:
        today = now.astimezone(AMSTERDAM).date()
        write_key(replace(key, elsewhere_on=today), workspace.root / KEY_FILE)
    return BackupResult(
        path=made.path,
        n_bytes=made.path.stat().st_size,
        n_knocks=made.image.counts.get("knock", 0),
        n_refused=made.image.counts.get("do_not_knock", 0),
        key_number=key.number,
        new_key=not had_key,
        sheet_made=key.sheet_on is not None,
        removed=remove_old(workspace, now=now, folder=folder) if tidy else (),
        not_noted=not_noted,
    )


def _note(workspace: Workspace, made: Backup, *, now: datetime) -> str:
    """Note the backup in the audit log; say why where that fails, since the backup is good."""
    from zds_geo.store import Action, open_history

    retention = workspace.settings.retention
    try:  # nothing is forgotten or tidied here: a restore may be under way
        with open_history(workspace.history_location, now=now, retention=retention) as store:
            store.note(Action.BACKUP_MADE, made.image.counts.get("knock", 0), now=now)
    except StoreError as fault:
        return fault.sentence()
    return ""


def remove_old(
    workspace: Workspace, *, now: datetime, folder: Path | None = None
) -> tuple[Path, ...]:
    """Remove backups and copies of the history of more than 35 days, never the newest backup.

    Parameters
    ----------
    workspace : Workspace
        Its ``backups/`` and the copies beside its history are looked at.
    now : datetime
        Aware.
    folder : Path, optional
        A second place; there only the backups of this workspace are touched.

    Returns
    -------
    tuple of Path
        What was removed.
    """
    from zds_geo.store import remove_old_backups, remove_old_copies

    removed = remove_old_backups(workspace.root / FOLDER, now=now)
    if folder is not None:
        numbers = frozenset(find_keys(workspace.root))
        removed += remove_old_backups(folder, now=now, numbers=numbers)
    location = workspace.history_location
    if isinstance(location, Path) and location.parent.is_dir():
        removed += remove_old_copies(location, now=now)
    remove_rooms(ledger_path(workspace).parent)
    return removed


def remove_rooms(folder: Path) -> None:
    """Remove what a restore that was cut off left behind: a history that nobody watches over.

    Parameters
    ----------
    folder : Path
        Where the history is, or will be; may be missing.
    """
    for left in folder.glob(ROOM + "*") if folder.is_dir() else ():
        shutil.rmtree(left, ignore_errors=True)


def find_keys(root: Path) -> dict[str, BackupKey]:
    """Find the keys of a workspace: the one in use, and those it replaced.

    Parameters
    ----------
    root : Path
        The workspace; may be missing.

    Returns
    -------
    dict of str to BackupKey
        By number; the one in use comes first.

    Raises
    ------
    StoreError
        If a key file is broken.
    """
    from zds_geo.store import read_key

    older = sorted(root.glob(f"{KEY_FILE}{_REPLACED}*")) if root.is_dir() else []
    keys = [read_key(path) for path in (root / KEY_FILE, *older)]
    return {key.number: key for key in keys if key is not None}


def renew_key(workspace: Workspace, *, now: datetime) -> BackupKey:
    """Make a new key, since somebody else may know the old one; older backups keep theirs.

    Parameters
    ----------
    workspace : Workspace
        Its old key stays beside the new one, for the backups it opens.
    now : datetime
        Aware.

    Returns
    -------
    BackupKey
        The new key.

    Raises
    ------
    StoreError
        If a file cannot be written; the old key is then still in use.
    """
    from zds_geo.store import make_key, read_key, write_key

    path = workspace.root / KEY_FILE
    old = read_key(path)
    if old is not None:
        write_key(old, path.with_name(f"{KEY_FILE}{_REPLACED}{old.number}"))
    key = make_key(on=now.astimezone(AMSTERDAM).date())
    write_key(key, path)
    return key


def make_key_sheet(
    workspace: Workspace, path: Path, *, now: datetime, lang: str = "nl"
) -> BackupKey:
    """Write the sheet with which one restores without this computer.

    Parameters
    ----------
    workspace : Workspace
        Its key is made when there is none.
    path : Path
        PDF to write.
    now : datetime
        Aware.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    BackupKey
        The key on the sheet.

    Raises
    ------
    OutputError
        If the PDF cannot be written.
    """
    from zds_geo.outputs import write_key_sheet
    from zds_geo.store import key_lines, write_key

    today = now.astimezone(AMSTERDAM).date()
    key = _settle_key(workspace, now=now)
    try:
        write_key_sheet(
            path, lines=key_lines(key.secret), number=key.number,
            area=workspace.settings.area.name, on=today, lang=lang,
        )  # fmt: skip
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
    key = replace(key, sheet_on=today)
    write_key(key, workspace.root / KEY_FILE)
    return key


def _settle_key(workspace: Workspace, *, now: datetime) -> BackupKey:
    from zds_geo.store import make_key, read_key, write_key

    path = workspace.root / KEY_FILE
    key = read_key(path)
    if key is None:
        key = make_key(on=now.astimezone(AMSTERDAM).date())
        write_key(key, path)
    return key


def _free_name(folder: Path, *, now: datetime, prefix: str) -> Path:
    from zds_geo.store import BACKUP_SUFFIX

    stem = f"zds-{prefix}{now.astimezone(AMSTERDAM):%Y-%m-%d-%H%M}"
    path, n = folder / f"{stem}{BACKUP_SUFFIX}", 1
    while path.exists():
        n += 1
        path = folder / f"{stem}-{n}{BACKUP_SUFFIX}"
    return path


def _small_files(workspace: Workspace) -> dict[str, bytes]:
    found = {}
    for path in (workspace.root / FILE_NAME, ledger_path(workspace)):
        try:
            found[path.name] = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as fault:
            raise StoreError("backup.unread", path=path, fault=fault.strerror) from None
    return found
