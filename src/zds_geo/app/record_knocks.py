"""``zds knocks``: outcomes in, by sheet line, singly or from CSV; and out again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app.find_doors import get_door
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import KnockError, NotFoundError, UsageError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import SHORT_CODES, Outcome, Source
from zds_geo.core.windows import AMSTERDAM, WindowScheme, local_instant, to_quarter

if TYPE_CHECKING:
    from zds_geo.store import RecordResult

# Made from round, line and date, so that entering a sheet twice gives the same knocks.
_SHEET_NAMESPACE: Final = uuid.UUID("6f1d0a52-9d0f-5b1e-8a55-2f6d1c0f7a11")
_ENTRY = re.compile(r"^(?P<from>\d{1,9})(?:\s*-\s*(?P<to>\d{1,9}))?\s+(?P<what>.+)$")
NOT_DONE: Final = frozenset({"niet gedaan", "-", "ng"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a sheet says of one line."""

    line: int
    outcome: Outcome
    come_back_window: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """When a sheet was walked: date and, where known, from and until (local wall time)."""

    on: date
    starts: time | None = None
    ends: time | None = None


def parse_entries(text: str, *, n_lines: int, windows: WindowScheme) -> list[Entry]:
    """Read what somebody typed from a sheet.

    Parameters
    ----------
    text : str
        Such as ``1-4 nt, 5 g, 6 kt avond, rest niet gedaan``: line or range, then a short code.
    n_lines : int
        Number of lines on the sheet.
    windows : WindowScheme
        Names that may follow ``kt``.

    Returns
    -------
    list of Entry
        By line; lines that were not done are absent.

    Raises
    ------
    UsageError
        Naming the piece that is not understood, a line that is not there or comes twice.

    Examples
    --------
    >>> from zds_geo.core.windows import DEFAULT_WINDOWS
    >>> [e.outcome.value for e in parse_entries("1-2 nt, 3 g", n_lines=3, windows=DEFAULT_WINDOWS)]
    ['not_home', 'not_home', 'talked']
    """
    found: dict[int, Entry | None] = {}
    pieces = [p.strip() for p in re.split(r"[,;\n]", text) if p.strip()]
    for piece in pieces:
        if piece.casefold().startswith("rest"):
            what = piece[4:].strip().casefold()
            lines = [n for n in range(1, n_lines + 1) if n not in found]
        else:
            match = _ENTRY.match(piece)
            if match is None:
                raise UsageError("knocks.not_understood", got=piece, codes=_codes())
            first, last = int(match["from"]), int(match["to"] or match["from"])
            if not 1 <= first <= last <= n_lines:
                raise UsageError("knocks.no_line", got=piece, n=n_lines)
            what, lines = match["what"].strip().casefold(), list(range(first, last + 1))
        for line in lines:
            if line in found:
                raise UsageError("knocks.line_twice", line=line)
            found[line] = None if what in NOT_DONE else _entry(line, what, piece, windows)
    return [e for _, e in sorted(found.items()) if e is not None]


def _codes() -> str:
    return ", ".join(SHORT_CODES)


def _entry(line: int, what: str, piece: str, windows: WindowScheme) -> Entry:
    code, _, window = what.partition(" ")
    if code not in SHORT_CODES:
        raise UsageError("knocks.not_understood", got=piece, codes=_codes())
    outcome = SHORT_CODES[code]
    window = window.strip()
    if window and (outcome is not Outcome.COME_BACK or window not in windows.names):
        raise UsageError("knocks.not_understood", got=piece, codes=_codes())
    return Entry(line=line, outcome=outcome, come_back_window=window)


def enter_sheet(
    workspace: Workspace, code: str, text: str, *, walked: Walked | None, now: datetime
) -> RecordResult:
    """Enter a sheet by its line numbers; the round is closed and its other doors are free again.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    code : str
        The round's code.
    text : str
        As in ``parse_entries``.
    walked : Walked or None
        Date and times; the planned ones when None.
    now : datetime
        Aware.

    Returns
    -------
    RecordResult
        The batch, and what was stored; entering the same again stores nothing.

    Raises
    ------
    NotFoundError
        If no round has this code.
    """
    with open_store(workspace, now=now) as store:
        rounds = store.read_rounds()
        known = rounds.loc[rounds["code"] == code.strip().upper()]
        if known.empty:
            raise NotFoundError("knocks.no_round", got=code)
        row = known.iloc[0]
        doors = list(store.round_doors(str(row["code"])))
        when = walked or Walked(on=row["date"])
        if when.on > now.astimezone(AMSTERDAM).date():
            raise UsageError("knocks.future", got=when.on)
        window = _window_of(workspace.settings.windows, when, default=str(row["window"]))
        at = None if when.starts is None else to_quarter(local_instant(when.on, when.starts))
        # A sheet that was undone is entered afresh, under ids of its own.
        batches = store.list_batches()
        undone = int(((batches["label"] == row["code"]) & batches["undone_at"].notna()).sum())
        entries = parse_entries(text, n_lines=len(doors), windows=workspace.settings.windows)
        knocks = [
            Knock(
                knock_id=str(
                    uuid.uuid5(_SHEET_NAMESPACE, f"{row['code']} {e.line} {when.on} {undone}")
                ),
                door_id=doors[e.line - 1],
                knocked_on=when.on,
                knocked_at=at,
                window=window,
                outcome=e.outcome,
                come_back_window=e.come_back_window,
                assistant_id=str(row["assistant_id"]),
                source=Source.PAPER,
            )
            for e in entries
        ]
        result = store.record(knocks, label=str(row["code"]), now=now)
        store.close_round(str(row["code"]), on=when.on)
        return result


def _window_of(windows: WindowScheme, walked: Walked, *, default: str) -> str:
    if walked.starts is None:
        return default
    found = windows.window_at(local_instant(walked.on, walked.starts))
    if found is None:
        raise UsageError("knocks.no_window", got=walked.on)
    return found.name


def add_knock(
    workspace: Workspace,
    door: str,
    outcome: Outcome,
    *,
    on: date,
    window: str,
    source: Source,
    come_back_window: str = "",
    now: datetime,
) -> RecordResult:
    """Add one knock, or a contact elsewhere.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    outcome : Outcome
        What happened.
    on : date
        Local date.
    window : str
        Name of a window; empty for a contact elsewhere or a request.
    source : Source
        Where it was recorded.
    come_back_window : str
        With ``come_back``: when to return; empty is any.
    now : datetime
        Aware.

    Returns
    -------
    RecordResult
        The batch and what was stored.
    """
    if window:
        workspace.settings.windows.get(window)
    if come_back_window:
        workspace.settings.windows.get(come_back_window)
    if on > now.astimezone(AMSTERDAM).date():
        raise UsageError("knocks.future", got=on)
    door_id = get_door(workspace, door)
    text = f"{door_id} {on} {window} {outcome} {source}"
    knock = Knock(
        knock_id=str(uuid.uuid5(_SHEET_NAMESPACE, text)),
        door_id=door_id,
        knocked_on=on,
        window=window,
        outcome=outcome,
        source=source,
        come_back_window=come_back_window,
    )
    with open_store(workspace, now=now) as store:
        return store.record([knock], label="add", now=now)


def import_knocks(workspace: Workspace, path: Path, *, now: datetime) -> RecordResult:
    """Import a knocks CSV: all of it, or nothing when a row is wrong.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    path : Path
        A CSV as in DESIGN §5.
    now : datetime
        Aware.

    Returns
    -------
    RecordResult
        Importing again, or in another order, changes nothing.

    Raises
    ------
    KnockError
        Naming the first wrong lines; nothing is stored then.
    """
    from zds_geo.store import read_knocks_csv

    read = read_knocks_csv(path, now=now, windows=workspace.settings.windows)
    if read.faults:
        raise KnockError(
            "knocks.faults", path=path.name, n=len(read.faults), first=_first_faults(read.faults)
        )
    with open_store(workspace, now=now) as store:
        return store.record(read.knocks, label=path.name, now=now)


def _first_faults(faults: Sequence[object]) -> str:
    return " ".join(str(f) for f in faults[:3])


def export_knocks(workspace: Workspace, path: Path, *, now: datetime) -> int:
    """Write all live knocks to a CSV; it holds who was home when: keep it safe.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    path : Path
        File to write.
    now : datetime
        Aware.

    Returns
    -------
    int
        Number of rows.
    """
    from zds_geo.store import write_knocks_csv

    with open_store(workspace, now=now) as store:
        return write_knocks_csv(path, store.read_knocks(with_assistants=True))


def undo_batch(workspace: Workspace, batch_id: str, *, now: datetime) -> int:
    """Undo a batch: its knocks no longer count.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    batch_id : str
        As shown when it was recorded.
    now : datetime
        Aware.

    Returns
    -------
    int
        Number of knocks that no longer count.
    """
    with open_store(workspace, now=now) as store:
        return store.undo_batch(batch_id, now=now)


def set_do_not_knock(workspace: Workspace, door: str, *, on: date, now: datetime) -> str:
    """Put a door in the do-not-knock register (by letter, telephone or sticker).

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    on : date
        Date of the request.
    now : datetime
        Aware.

    Returns
    -------
    str
        The door id.
    """
    door_id = get_door(workspace, door)
    with open_store(workspace, now=now) as store:
        store.add_do_not_knock(door_id, on=on, source=Source.REQUEST, now=now)
    return door_id


def withdraw_do_not_knock(workspace: Workspace, door: str, *, on: date, now: datetime) -> str:
    """Take a door out of the do-not-knock register; only a coordinator does this.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    on : date
        Date of the withdrawal.
    now : datetime
        Aware.

    Returns
    -------
    str
        The door id.
    """
    door_id = get_door(workspace, door)
    with open_store(workspace, now=now) as store:
        store.withdraw_do_not_knock(door_id, on=on, now=now)
    return door_id
