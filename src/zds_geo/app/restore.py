"""``zds restore``: put a backup back, also in an empty folder; or rehearse that."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app.back_up import (
    KEY_FILE,
    LEDGER,
    ROOM,
    back_up,
    find_keys,
    ledger_path,
    remove_rooms,
)
from zds_geo.app.settings import FILE_NAME
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.core.errors import SettingsError, StoreError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import Backup

_HISTORY: Final = "knocks.sqlite"
_OLD_SETTINGS: Final = "zds.toml.oud"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """What was restored, or would have been."""

    made_at: datetime
    n_knocks: int
    n_refused: int
    n_erasures: int  # lines of the ledger that holds from now on
    schema: str
    drill: bool
    history: Path | None  # None where the history is on a server
    aside: Path | None  # the history that was there before
    settings_from_backup: bool
    settings_aside: Path | None
    key_number: str
    has_places: bool


def after_restore(workspace: Workspace, *, now: datetime) -> None:
    """Do what every restored history needs before anybody works with it.

    Parameters
    ----------
    workspace : Workspace
        Its history is the restored one and not yet in its place; beside it lies the erasure
        ledger that holds from now on, that of the backup and the one of today together.
    now : datetime
        Aware.

    Notes
    -----
    The history is opened, which brings its schema up to date; doors that were erased are erased
    again, and what became too old in a backup of more than a week ago is forgotten at once: its
    age is no sign of a wrong clock. A younger one waits for its turn, the next day.
    """
    from zds_geo.app.forget import prune_now, replay_ledger
    from zds_geo.store import LATE_DAYS, Action

    with open_store(workspace, now=now) as store:
        replay_ledger(workspace, store)
        store.note(Action.BACKUP_RESTORED, now=now)
        last = store.pruned_on()
        if last is not None and now.astimezone(UTC).date() - last > timedelta(days=LATE_DAYS):
            prune_now(workspace, store, now=now, confirmed=True)


def find_secret(root: Path, file: Path) -> bytes | None:
    """Find the key of a backup in the workspace.

    Parameters
    ----------
    root : Path
        The workspace; may be missing.
    file : Path
        The backup.

    Returns
    -------
    bytes or None
        None when the key has to be typed from the sheet.

    Raises
    ------
    StoreError
        If the file is no backup.
    """
    from zds_geo.store import read_header

    key = find_keys(root).get(read_header(file).key_number)
    return key.secret if key is not None else None


def restore(
    root: Path,
    file: Path,
    *,
    secret: bytes,
    now: datetime,
    drill: bool = False,
    take_settings: bool = False,
) -> RestoreResult:
    """Put a backup back, after all of it was tried out in a folder of its own.

    Parameters
    ----------
    root : Path
        The workspace, or a new folder.
    file : Path
        The backup.
    secret : bytes
        Of its key.
    now : datetime
        Aware.
    drill : bool
        Try it out only, and change nothing.
    take_settings : bool
        Take zds.toml from the backup although there is one.

    Returns
    -------
    RestoreResult
        The history that was there is kept aside.

    Raises
    ------
    StoreError
        If the backup cannot be used or there is no room; nothing was changed then.
    """
    from zds_geo.store import known_versions, open_backup

    backup = open_backup(file, secret=secret)
    if backup.image.schema not in known_versions():
        raise StoreError("backup.newer_history", path=file, version=backup.image.schema)
    try:
        target = _find_target(root, backup, take_settings=take_settings)
        with _room(target, drill=drill) as room:
            tried = _try_out(room, target, backup, now=now)
            result = _result(tried, backup, target, now=now, drill=drill)
            if drill:
                return replace(result, aside=None, settings_aside=None)
            _make_ready(room, target, backup, secret=secret, now=now)
            return _put_in_place(room, target, result, now=now)
    except OSError as fault:
        raise StoreError("restore.no_room", path=root, fault=fault.strerror) from None
    except StoreError as fault:
        if ROOM not in str(fault.facts.get("path")):
            raise
        # What went wrong in the folder for trying out is no message about the real history.
        why = fault.facts.get("fault", fault.sentence())
        raise StoreError("restore.no_room", path=root, fault=why) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Where the backup goes: the workspace as it will be."""

    workspace: Workspace
    settings_from_backup: bool

    @property
    def history(self) -> Path | None:
        location = self.workspace.history_location
        return location if isinstance(location, Path) else None


def _find_target(root: Path, backup: Backup, *, take_settings: bool) -> _Target:
    if not take_settings:
        try:
            return _Target(workspace=open_workspace(root), settings_from_backup=False)
        except SettingsError:
            pass
    if FILE_NAME not in backup.files:
        raise StoreError("restore.no_settings", path=backup.path)
    with tempfile.TemporaryDirectory(prefix="zds-") as folder:
        (Path(folder) / FILE_NAME).write_bytes(backup.files[FILE_NAME])
        settings = open_workspace(folder).settings
    return _Target(workspace=Workspace(root, settings), settings_from_backup=True)


@contextmanager
def _room(target: _Target, *, drill: bool) -> Iterator[Path]:
    """Make a folder on the disk of the history, and leave none behind."""
    home = (target.history or target.workspace.root / _HISTORY).parent
    if not drill:
        home.mkdir(parents=True, exist_ok=True)
    remove_rooms(home)
    folder = tempfile.mkdtemp(prefix=ROOM, dir=home if home.is_dir() else None)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _try_out(room: Path, target: _Target, backup: Backup, *, now: datetime) -> Workspace:
    """Make a workspace of the backup in ``room``: opened, up to date, erased doors erased."""
    from zds_geo.store import write_private

    write_private(room / _HISTORY, backup.image.content)
    present = ledger_path(target.workspace)
    lines = _lines(present.read_bytes() if present.is_file() else b"")
    lines += [x for x in _lines(backup.files.get(LEDGER, b"")) if x not in set(lines)]
    if lines:
        write_private(room / LEDGER, b"\n".join(lines) + b"\n")
    settings = replace(target.workspace.settings, history=_HISTORY)
    tried = Workspace(room, settings)
    after_restore(tried, now=now)
    return tried


def _lines(content: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in content.split(b"\n") if line.strip()]


def _result(
    tried: Workspace, backup: Backup, target: _Target, *, now: datetime, drill: bool
) -> RestoreResult:
    from zds_geo.store import take_image

    image = take_image(tried.root / _HISTORY)
    ledger = tried.root / LEDGER
    stamp = f"voor-herstel-{now.astimezone(AMSTERDAM):%Y-%m-%d-%H%M}"
    settings = target.workspace.root / FILE_NAME
    replaced = target.settings_from_backup and settings.exists()
    there = target.history is not None and target.history.exists()
    return RestoreResult(
        made_at=backup.header.made_at,
        n_knocks=image.counts["knock"],
        n_refused=image.counts["do_not_knock"],
        n_erasures=len(_lines(ledger.read_bytes())) if ledger.is_file() else 0,
        schema=image.schema,
        drill=drill,
        history=target.history,
        aside=_free(target.history, stamp) if target.history and there else None,
        settings_from_backup=target.settings_from_backup,
        settings_aside=_free(settings, stamp) if replaced else None,
        key_number=backup.header.key_number,
        has_places=target.workspace.places_path.is_file(),
    )


def _free(path: Path, stamp: str) -> Path:
    aside, n = path.with_name(f"{path.name}.{stamp}"), 1
    while aside.exists():
        n += 1
        aside = path.with_name(f"{path.name}.{stamp}-{n}")
    return aside


def _make_ready(
    room: Path, target: _Target, backup: Backup, *, secret: bytes, now: datetime
) -> None:
    """Write the small files too, so that only renames are left, which need no space."""
    from zds_geo.store import BackupKey, write_key, write_private

    root = target.workspace.root
    if target.settings_from_backup:
        write_private(room / FILE_NAME, backup.files[FILE_NAME])
        if (root / FILE_NAME).exists():
            write_private(room / _OLD_SETTINGS, (root / FILE_NAME).read_bytes())
    if not os.path.lexists(root / KEY_FILE):  # the next backups open with the same sheet
        today = now.astimezone(AMSTERDAM).date()
        write_key(BackupKey(secret=secret, made_on=today, sheet_on=today), room / KEY_FILE)


def _put_in_place(
    room: Path, target: _Target, result: RestoreResult, *, now: datetime
) -> RestoreResult:
    """Move what was tried out to its place; each step leaves a workspace that works."""
    from zds_geo.store import fill_server, swap_history

    root, aside = target.workspace.root, result.aside
    root.mkdir(parents=True, exist_ok=True)
    if target.history is None:
        aside = back_up(target.workspace, now=now, prefix="voor-herstel-", tidy=False).path
    # The ledger first: it only ever grows, and holds for the old history too.
    _move(room / LEDGER, ledger_path(target.workspace))
    if target.history is None:
        fill_server(room / _HISTORY, str(target.workspace.history_location))
    else:
        swap_history(target.history, room / _HISTORY, aside=aside)
    if result.settings_aside is not None:
        _move(room / _OLD_SETTINGS, result.settings_aside)
    _move(room / FILE_NAME, root / FILE_NAME)
    _move(room / KEY_FILE, root / KEY_FILE)
    return replace(result, aside=aside)


def _move(ready: Path, place: Path) -> None:
    from zds_geo.store import write_private

    if not ready.exists():
        return
    try:
        ready.replace(place)
    except OSError as fault:
        if fault.errno != errno.EXDEV:  # a history on another disk than zds.toml
            raise
        write_private(place, ready.read_bytes())
