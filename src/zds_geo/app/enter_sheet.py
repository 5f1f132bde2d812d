"""``zds knocks enter``: a sheet that came back, checked whole, then stored whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from zds_geo.app._sheet_knocks import make_knocks
from zds_geo.app.export import round_from_json
from zds_geo.app.find_doors import door_label, door_of_address
from zds_geo.app.sheet_entry import Entry, read_sheet
from zds_geo.app.sheet_windows import Walked, line_windows, require_past
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NotFoundError, UsageError
from zds_geo.core.model import Knock, Round
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import HistoryStore, RecordResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A round as it was printed."""

    planned: Round
    made_on: date

    @property
    def code(self) -> str:
        """The code on the sheet."""
        return self.planned.round_id

    @property
    def doors(self) -> dict[int, str]:
        """The door of each line."""
        return {d.line: d.door_id for s in self.planned.stops for d in s.doors}

    @property
    def labels(self) -> dict[int, tuple[str, str]]:
        """Street and house number of each line, as on the sheet."""
        return {d.line: (s.street, d.label) for s in self.planned.stops for d in s.doors}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One door with what was typed for it; line 0 is a door that is not on the sheet."""

    line: int
    street: str
    label: str
    window: str
    entry: Entry
    knock: Knock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSheet:
    """A sheet as it was understood, for the read-back; nothing is stored yet.

    Each line of the sheet is in ``lines``, ``not_done``, ``before`` (entered from it earlier) or
    ``unnamed``.
    """

    sheet: Sheet
    walked: tuple[Walked, ...]
    lines: tuple[ReadLine, ...]
    not_done: tuple[int, ...]
    before: tuple[int, ...]
    unnamed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredSheet:
    """A sheet that was entered, and what the history made of it."""

    read: ReadSheet
    record: RecordResult


def open_sheet(workspace: Workspace, code: str, *, now: datetime) -> Sheet:
    """Look a printed round up.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    code : str
        The code on the sheet.
    now : datetime
        Aware.

    Returns
    -------
    Sheet
        As it was printed, also when it was planned again since.

    Raises
    ------
    NotFoundError
        If no round has this code.
    """
    with open_store(workspace, now=now) as store:
        return _find(store, code)


def _find(store: HistoryStore, code: str) -> Sheet:
    rounds = store.read_rounds()
    known = rounds.loc[rounds["code"] == code.strip().upper()]
    if known.empty:
        raise NotFoundError("knocks.no_round", got=code.strip())
    row = known.iloc[0]
    made = datetime.fromisoformat(str(row["reserved_at"])).astimezone(AMSTERDAM).date()
    return Sheet(planned=round_from_json(str(row["payload"])), made_on=made)


def read_typed(
    workspace: Workspace, code: str, text: str, *, walked: Walked | None, now: datetime
) -> ReadSheet:
    """Read what was typed from a sheet and check it, without storing anything.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    code : str
        The round's code.
    text : str
        As in ``sheet_entry.read_sheet``.
    walked : Walked or None
        Date and times; the planned ones when None.
    now : datetime
        Aware.

    Returns
    -------
    ReadSheet
        Every line of the sheet under an outcome, "not done" or "not named".

    Raises
    ------
    NotFoundError
        If there is no such round or door.
    UsageError
        If a piece is not clear, a time cannot be, or a line was entered otherwise before.
    """
    with open_store(workspace, now=now) as store:
        sheet = _find(store, code)
        when = walked or Walked(on=sheet.planned.date)
        typed = read_sheet(
            text, n_lines=len(sheet.labels), windows=workspace.settings.windows, on=when.on
        )
        return read_entries(
            workspace, store, sheet, [(e, when) for e in typed.entries],
            not_done=typed.not_done, now=now,
        )  # fmt: skip


def read_entries(
    workspace: Workspace,
    store: HistoryStore,
    sheet: Sheet,
    entries: Sequence[tuple[Entry, Walked]],
    *,
    not_done: Sequence[int],
    now: datetime,
) -> ReadSheet:
    """Check entries of one sheet, and make the knocks they stand for.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    store : HistoryStore
        Open.
    sheet : Sheet
        The sheet.
    entries : sequence of (Entry, Walked)
        What was said, and when each line was walked.
    not_done : sequence of int
        Lines of which somebody said that they were not done.
    now : datetime
        Aware.

    Returns
    -------
    ReadSheet
        As ``read_typed``.
    """
    placed = _place(workspace, sheet, entries)
    walks = tuple(dict.fromkeys(w for *_, w in placed)) or (Walked(on=sheet.planned.date),)
    windows: dict[tuple[int, str], str] = {}
    for walked in walks:
        require_past(sheet.planned, walked, made_on=sheet.made_on, now=now)
        here = [(n, door_id) for n, door_id, _, w in placed if w == walked]
        of_lines = line_windows(
            sheet.planned, [n for n, _ in here if n], walked, windows=workspace.settings.windows
        )
        for n, door_id in here:
            windows[n, door_id] = of_lines[n] if n else _one_window(workspace, sheet, walked)
    known = {k.door_id: k for k in store.sheet_knocks(sheet.code)}
    knocks = make_knocks(store, sheet.planned, placed, windows=windows, known=known)
    names = _names(workspace, sheet, [d for n, d, *_ in placed if not n])
    lines = tuple(
        ReadLine(
            line=n, street=names[n, door_id][0], label=names[n, door_id][1],
            window=windows[n, door_id], entry=entry, knock=knock,
        )
        for (n, door_id, entry, _), knock in zip(placed, knocks, strict=True)
    )  # fmt: skip
    typed = {n for n, *_ in placed}
    before = [n for n, door_id in sheet.doors.items() if door_id in known and n not in typed]
    said = typed | set(not_done) | set(before)
    return ReadSheet(
        sheet=sheet, walked=walks, lines=lines, before=tuple(before),
        not_done=tuple(n for n in not_done if n not in typed and n not in before),
        unnamed=tuple(n for n in sheet.labels if n not in said),
    )  # fmt: skip


def _place(
    workspace: Workspace, sheet: Sheet, entries: Sequence[tuple[Entry, Walked]]
) -> list[tuple[int, str, Entry, Walked]]:
    """Give each entry its line (0: not on the sheet) and its door."""
    doors = sheet.doors
    lines = {door_id: n for n, door_id in doors.items()}
    placed: dict[str, tuple[int, str, Entry, Walked]] = {}
    for entry, walked in entries:
        if entry.line:
            line, door_id = entry.line, doors[entry.line]
        else:
            door_id = door_of_address(workspace, entry.address, first=sheet.planned)
            line = lines.get(door_id, 0)
        if door_id in placed:
            raise UsageError("entry.door_twice", got=entry.address or f"regel {line}")
        placed[door_id] = (line, door_id, entry, walked)
    return sorted(placed.values(), key=lambda p: (p[0] == 0, p[0], p[1]))


def _one_window(workspace: Workspace, sheet: Sheet, walked: Walked) -> str:
    """Give the window of a door that is not on the sheet: only clear when there is one."""
    every = [d.line for s in sheet.planned.stops for d in s.doors]
    found = set(
        line_windows(sheet.planned, every, walked, windows=workspace.settings.windows).values()
    )
    if len(found) != 1:
        raise UsageError("entry.two_windows", known=", ".join(sorted(found)))
    return found.pop()


def _names(
    workspace: Workspace, sheet: Sheet, others: Sequence[str]
) -> dict[tuple[int, str], tuple[str, str]]:
    """Give street and number of each line, and of doors that are not on the sheet."""
    names = {(d.line, d.door_id): (s.street, d.label) for s in sheet.planned.stops for d in s.doors}
    if others:
        from zds_geo.store import read_layer

        doors = read_layer(workspace.require_places(), "doors")
        for row in doors.loc[doors.index.isin(others)].itertuples():
            names[0, str(row.Index)] = (str(row.straat), door_label(row))
    return names


def store_sheet(workspace: Workspace, read: ReadSheet, *, now: datetime) -> EnteredSheet:
    """Store a sheet that was read and checked; the round is closed and its other doors are free.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    read : ReadSheet
        As from ``read_typed``.
    now : datetime
        Aware.

    Returns
    -------
    EnteredSheet
        With its batch; storing the same again stores nothing.
    """
    with open_store(workspace, now=now) as store:
        return record_sheet(store, read, now=now)


def record_sheet(store: HistoryStore, read: ReadSheet, *, now: datetime) -> EnteredSheet:
    """Store a sheet in an open history, as ``store_sheet`` does.

    Parameters
    ----------
    store : HistoryStore
        Open.
    read : ReadSheet
        As from ``read_entries``.
    now : datetime
        Aware.

    Returns
    -------
    EnteredSheet
        With its batch.
    """
    record = store.record([x.knock for x in read.lines], label=read.sheet.code, now=now)
    store.close_round(read.sheet.code, on=max(w.on for w in read.walked))
    return EnteredSheet(read=read, record=record)


def enter_sheet(
    workspace: Workspace, code: str, text: str, *, walked: Walked | None, now: datetime
) -> EnteredSheet:
    """Enter a sheet by its line numbers or addresses.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    code : str
        The round's code.
    text : str
        As in ``sheet_entry.read_sheet``.
    walked : Walked or None
        Date and times; the planned ones when None.
    now : datetime
        Aware.

    Returns
    -------
    EnteredSheet
        What was understood, the batch, and what was stored; entering the same again stores nothing.

    Raises
    ------
    NotFoundError
        If no round has this code.
    UsageError
        If anything is not clear; nothing is stored then.
    """
    return store_sheet(
        workspace, read_typed(workspace, code, text, walked=walked, now=now), now=now
    )
