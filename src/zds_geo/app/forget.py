"""Forgetting: on time (``zds prune``), and for one door (``zds inzage``, ``zds forget``)."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app.back_up import ledger_path, remove_old
from zds_geo.app.find_doors import get_door
from zds_geo.app.keep_cycle import current_cycle
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.app.write_outputs import OVERVIEW, TABLE, TOGETHER
from zds_geo.core.errors import OutputError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zds_geo.store import DoorRecord, HistoryStore, PruneReport

BLOCK_DOORS: Final = 20  # P04: lasting counts are of blocks of at least so many doors
NO_BLOCK: Final = "-"
_EXPORTS: Final = frozenset({"overzicht.xlsx", "overzicht.gpkg"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What ``prune`` did, in counts; ``folders`` are old folders of maps that were removed."""

    report: PruneReport
    folders: int


def prune_when_due(workspace: Workspace, store: HistoryStore, *, now: datetime) -> None:
    """Forget what is past its retention, at most once a day, unless the clock jumped ahead.

    Parameters
    ----------
    workspace : Workspace
        Retention of ``zds.toml``.
    store : HistoryStore
        Open.
    now : datetime
        Aware.
    """
    if store.is_prune_due(now=now):
        prune_now(workspace, store, now=now, confirmed=False)


def prune(workspace: Workspace, *, now: datetime, confirmed: bool) -> Forgotten:
    """Forget what is past its retention, now.

    Parameters
    ----------
    workspace : Workspace
        Retention of ``zds.toml``.
    now : datetime
        Aware.
    confirmed : bool
        Somebody says that the clock is right.

    Returns
    -------
    Forgotten
        In counts.

    Raises
    ------
    StoreError
        If ``now`` lies more than a week past the last run and that was not confirmed.
    """
    with open_store(workspace, now=now) as store:
        return prune_now(workspace, store, now=now, confirmed=confirmed)


def prune_now(
    workspace: Workspace, store: HistoryStore, *, now: datetime, confirmed: bool
) -> Forgotten:
    """Forget what is past its retention, in an opened history.

    Parameters
    ----------
    workspace : Workspace
        Retention of ``zds.toml``.
    store : HistoryStore
        Open.
    now : datetime
        Aware.
    confirmed : bool
        Somebody says that the clock is right.

    Returns
    -------
    Forgotten
        In counts.
    """
    retention = workspace.settings.retention
    blocks: Mapping[str, tuple[str, str]] = {}
    if store.has_old_knocks(now=now):
        blocks = read_blocks(workspace)
    cycle = current_cycle(workspace, store)
    report = store.prune(
        now=now, cycle_start=cycle.started_on if cycle else None,
        windows=workspace.settings.windows, blocks=blocks, confirmed=confirmed,
    )  # fmt: skip
    before = now.astimezone(AMSTERDAM).date() - timedelta(days=retention.routes_days)
    remove_old(workspace, now=now)
    return Forgotten(report=report, folders=_remove_old_maps(workspace.maps_path, before))


def read_blocks(workspace: Workspace) -> dict[str, tuple[str, str]]:
    """Group the doors in blocks of at least twenty, within a buurt where it has as many.

    Parameters
    ----------
    workspace : Workspace
        With or without places.

    Returns
    -------
    dict of str to (str, str)
        Door → (block, buurt); a block is named after its first street side. Empty without places.
    """
    from zds_geo.outputs import group_sides
    from zds_geo.store import read_layer

    if not workspace.places_path.is_file():
        return {}
    doors = read_layer(workspace.places_path, "doors")
    sides = read_layer(workspace.places_path, "street_sides")
    sides["n_doors"] = doors.groupby("street_side_id").size()
    sides = sides.loc[sides["n_doors"] > 0]
    piece = doors["street_side_id"].map(group_sides(sides, min_doors=BLOCK_DOORS))
    enough = piece.map(piece.value_counts()) >= BLOCK_DOORS  # not where the whole area is smaller
    names = piece.where(enough, NO_BLOCK).fillna(NO_BLOCK)
    buurt = piece.map(sides["buurt_code"]).fillna("")
    rows = zip(doors.index, names, buurt, strict=True)
    return {str(door): (str(name), str(code)) for door, name, code in rows}


def _remove_old_maps(folder: Path, before: date) -> int:
    """Remove the day folders of old rounds; other files in ``maps/`` are the user's."""
    removed = 0
    for day in sorted(folder.glob("????-??-??")) if folder.is_dir() else []:
        try:
            on = date.fromisoformat(day.name)
        except ValueError:
            continue
        if on < before and day.is_dir() and not day.is_symlink():
            shutil.rmtree(day)
            removed += 1
    return removed


def read_record(workspace: Workspace, door: str, *, now: datetime) -> DoorRecord:
    """Read everything that is held of one door (P06).

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    now : datetime
        Aware.

    Returns
    -------
    DoorRecord
        For a proven resident of that address, by post.
    """
    door_id = get_door(workspace, door)
    with open_store(workspace, now=now) as store:
        return store.show_door(door_id, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased of a door: knocks, and printed rounds that named it.

    ``exports`` are files of the user's own in ``maps/`` that may still name it.
    """

    knocks: int
    sheets: tuple[str, ...]
    refused: bool
    exports: tuple[Path, ...]


def forget_door(workspace: Workspace, door: str, *, now: datetime, moved: bool = False) -> Erased:
    """Erase the history of a door, so that nothing of it comes back (P06).

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    now : datetime
        Aware.
    moved : bool
        Other people live there now.

    Returns
    -------
    Erased
        ``refused`` tells that the do-not-knock register still holds for this door.
    """
    door_id = get_door(workspace, door)
    today = now.astimezone(AMSTERDAM).date()
    with open_store(workspace, now=now) as store:
        count = store.erase_door(door_id, on=today, now=now, moved=moved)
        write_ledger(workspace, store)
        home = store.read_door(door_id).door_ids
        refused = door_id in store.do_not_knock_doors()
    sheets = _remove_sheets(workspace.maps_path, frozenset(home))
    exports = _find_exports(workspace.maps_path)
    return Erased(knocks=count, sheets=sheets, refused=refused, exports=exports)


def _remove_sheets(folder: Path, doors: frozenset[str]) -> tuple[str, ...]:
    """Take a door out of the plans in ``maps/``, and remove all papers of that day that show it.

    First the papers, so that what fails halfway is done again the next time. The sheets and maps of
    other rounds stay; what holds several rounds goes.
    """
    from zds_geo.outputs import write_plan_content

    codes: set[str] = set()
    for path in sorted(folder.glob("*/plan.json")) if folder.is_dir() else []:
        plan, touched = _without(path, doors)
        if not touched:
            continue
        try:
            for file in sorted(path.parent.iterdir()):
                if file.stem in touched | {TABLE} or file.name in {OVERVIEW, TOGETHER}:
                    file.unlink()
            write_plan_content(plan, path)
        except OSError as fault:
            why = fault.strerror
            raise OutputError("forget.in_use", path=fault.filename or path, fault=why) from None
        codes |= touched
    return tuple(sorted(codes))


def _without(path: Path, doors: frozenset[str]) -> tuple[dict[str, Any], set[str]]:
    """Read a plan and take doors out; tell from which rounds."""
    try:
        plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return plan, {str(r["round_id"]) for r in plan["rounds"] if _take_out(r, doors)}
    except (OSError, ValueError, KeyError, TypeError):
        raise OutputError("forget.plan_unread", path=path, folder=path.parent) from None


def _take_out(planned: dict[str, Any], doors: frozenset[str]) -> bool:
    """Take doors out of one round of a plan; tell whether it had one of them."""
    left = [
        {**stop, "doors": [d for d in stop["doors"] if d["door_id"] not in doors]}
        for stop in planned["stops"]
    ]
    had = sum(len(stop["doors"]) for stop in planned["stops"])
    planned["stops"] = [stop for stop in left if stop["doors"]]
    return sum(len(stop["doors"]) for stop in left) < had


def _find_exports(folder: Path) -> tuple[Path, ...]:
    """List what somebody made of all rounds in ``maps/``: theirs to keep or throw away."""
    found = folder.rglob("*") if folder.is_dir() else ()
    return tuple(sorted(p for p in found if p.name in _EXPORTS and p.is_file()))


def write_ledger(workspace: Workspace, store: HistoryStore) -> Path | None:
    """Write the erasure ledger beside the history, so that it outlives a back-up.

    A line holds the key of the history, the keyed hash of a door, and the date: whoever has the
    list of all addresses and this file can find which were erased, nothing more.

    Parameters
    ----------
    workspace : Workspace
        Where.
    store : HistoryStore
        Open.

    Returns
    -------
    Path or None
        None when nothing was ever erased.
    """
    from zds_geo.store import write_private

    ledger = sorted(store.read_erasures())
    if not ledger:
        return None
    path, key = ledger_path(workspace), store.erasure_key()
    known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    lines = sorted({*known, *(f"{key} {door_hash} {day}" for door_hash, day in ledger)} - {""})
    write_private(path, ("\n".join(lines) + "\n").encode())
    return path


def replay_ledger(workspace: Workspace, store: HistoryStore) -> int:
    """Erase again what the ledger beside the history names: after a back-up was put back.

    Parameters
    ----------
    workspace : Workspace
        With or without a ledger.
    store : HistoryStore
        Open: the restored history.

    Returns
    -------
    int
        Number of knocks that had come back and are gone again.
    """
    path = ledger_path(workspace)
    if not path.is_file():
        return 0
    by_key: dict[str, list[tuple[str, str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) == 3:
            by_key.setdefault(words[0], []).append((words[1], words[2]))
    return sum(store.replay_erasures(pairs, key=key) for key, pairs in sorted(by_key.items()))
