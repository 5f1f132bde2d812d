"""``zds shift import``: a roster from a spreadsheet.

Shifts on a date become changes of that date in the history; shifts on fixed days are written into
``zds.toml``, with a copy of the old one beside it. All of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._roster_text import NewSettings, WeeklyShift, weekly_shifts
from zds_geo.app.calendar import Changes, ShiftChange, shifts_on, why_closed
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.settings import FILE_NAME, Settings
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import SourceError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.sources import RosterCell, RosterFault
    from zds_geo.store import HistoryStore

SUNDAY: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedShift:
    """What a file says of one assistant on one date; no hours: does not walk."""

    assistant: str
    on: date
    starts: time | None
    ends: time | None
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A shift that was understood but cannot take place; ``why`` is a catalogue key."""

    row: int
    assistant: str
    day: int | date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImport:
    """What was read, and what came of it."""

    weekly: tuple[WeeklyShift, ...]
    gone: tuple[WeeklyShift, ...]
    dated: tuple[DatedShift, ...]
    unchanged: int
    left_out: tuple[LeftOut, ...]
    faults: tuple[RosterFault, ...]
    stored: bool
    copy: Path | None
    plan_again: tuple[tuple[str, date], ...]  # open rounds whose shift is another now


def import_roster(
    workspace: Workspace,
    path: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    partial: bool = False,
) -> RosterImport:
    """Take a roster over from a spreadsheet.

    Parameters
    ----------
    workspace : Workspace
        Its assistants are the ones a roster can name.
    path : Path
        XLSX or CSV: a list (assistent, dag or datum, van, tot) or a grid of people and days.
    now : datetime
        Aware; dates before today are left out.
    dry_run : bool
        Read only, change nothing.
    partial : bool
        Take over what was understood where something was not; nothing at all by default.

    Returns
    -------
    RosterImport
        ``stored`` is False after a dry run, and where something was not understood.

    Raises
    ------
    SourceError
        If the file is no roster.
    SettingsError
        If ``zds.toml`` cannot be changed safely.
    """
    from zds_geo.sources import LimitedReader, read_roster

    today = now.astimezone(AMSTERDAM).date()
    with LimitedReader() as reader:
        grid = reader.read_spreadsheet(path)
    known = [a.id for a in workspace.settings.assistants]
    file = read_roster(grid, name=path.name, known=known, today=today)
    if not file.cells and not file.faults:
        raise SourceError("roster.empty", path=path.name)
    gathered = _Gathered(workspace.settings, file.cells, today=today)
    faults = (*file.faults, *gathered.faults)
    ready = _ready_settings(workspace, gathered, on=today)
    try:
        with open_store(workspace, now=now) as store:
            settings = ready.settings if ready else workspace.settings
            changes = read_shift_changes(store)
            dated, left_out = _sift(gathered.dated, settings, changes)
            fresh = [d for d in dated if not _is_so(d, settings, changes)]
            store_it = not dry_run and (partial or not faults)
            again = _open_rounds(store, fresh)
            copy = None
            if store_it:
                _store(store, fresh, now=now)
                copy = ready.put_in_place() if ready else None
    finally:
        if ready is not None:
            ready.drop()
    before = weekly_shifts(workspace.settings.shifts)
    named = {s[0] for s in gathered.weekly} | gathered.off_weekly
    weekly = tuple(sorted(set(gathered.weekly) - before))
    return RosterImport(
        weekly=weekly,
        gone=tuple(sorted(s for s in before - set(gathered.weekly) if s[0] in named)),
        dated=tuple(fresh),
        unchanged=len(gathered.weekly) - len(weekly) + len(dated) - len(fresh),
        left_out=(*gathered.left_out, *left_out),
        faults=faults,
        stored=store_it,
        copy=copy,
        plan_again=again,
    )


class _Gathered:
    """The cells of a file by assistant and day, each day once."""

    def __init__(self, settings: Settings, cells: Sequence[RosterCell], *, today: date) -> None:
        self.weekly: set[WeeklyShift] = set()
        self.off_weekly: set[str] = set()
        self.dated: list[DatedShift] = []
        self.left_out: list[LeftOut] = []
        self.faults: list[RosterFault] = []
        grouped: dict[tuple[str, int | date], list[RosterCell]] = {}
        for cell in cells:
            grouped.setdefault((cell.assistant, cell.day), []).append(cell)
        for (who, day), group in grouped.items():
            self._take(who, day, group, settings=settings, today=today)

    def _take(
        self,
        who: str,
        day: int | date,
        group: list[RosterCell],
        *,
        settings: Settings,
        today: date,
    ) -> None:
        from zds_geo.sources import widest

        first = group[0]
        hours = widest([c.hours for c in group if c.hours is not None])
        if hours and any(c.off for c in group):
            self._fault(first, "roster.both", who=who)
        elif isinstance(day, int):
            if not hours:
                self.off_weekly.add(who)
            elif day == SUNDAY:
                self._leave_out(first, "calendar.sunday")
            else:
                self.weekly |= {(who, day, a, b) for a, b in hours}
        elif day < today:
            self._leave_out(first, "roster.past")
        elif hours and why_closed(settings, day):
            self._leave_out(first, why_closed(settings, day))
        elif len(hours) > 1 and not _holds(settings, who, day, hours=hours):
            shown = ", ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in hours)
            self._fault(first, "roster.two", who=who, date=day, hours=shown)
        elif len(hours) < 2:
            starts, ends = hours[0] if hours else (None, None)
            self.dated.append(
                DatedShift(assistant=who, on=day, starts=starts, ends=ends, row=first.row)
            )

    def _fault(self, cell: RosterCell, key: str, **facts: object) -> None:
        from zds_geo.sources import RosterFault

        self.faults.append(RosterFault(row=cell.row, column=cell.column, key=key, facts=facts))

    def _leave_out(self, cell: RosterCell, why: str) -> None:
        self.left_out.append(LeftOut(row=cell.row, assistant=cell.assistant, day=cell.day, why=why))


def _holds(settings: Settings, who: str, day: date, *, hours: Sequence[tuple[time, time]]) -> bool:
    """Tell whether the weekly roster says exactly this of a date."""
    rules = [
        r for r in settings.shifts
        if r.assistant == who and (day.weekday() in r.weekdays or day in r.dates)
    ]  # fmt: skip
    return sorted((r.starts, r.ends) for r in rules) == sorted(hours)


def _ready_settings(workspace: Workspace, gathered: _Gathered, *, on: date) -> NewSettings | None:
    """Write the new ``zds.toml`` beside the old one; None where nothing changes in it."""
    named = {s[0] for s in gathered.weekly} | gathered.off_weekly
    before = {s for s in weekly_shifts(workspace.settings.shifts) if s[0] in named}
    if before == gathered.weekly:
        return None
    return NewSettings(
        workspace.root / FILE_NAME, workspace.settings, shifts=gathered.weekly, named=named, on=on
    )


def _sift(
    dated: Sequence[DatedShift], settings: Settings, changes: Changes
) -> tuple[list[DatedShift], list[LeftOut]]:
    """Part the shifts that can take place from those outside every time window."""
    kept, left_out = [], []
    for one in dated:
        tried = {**changes, (one.assistant, one.on): _change(one)}
        held = {s.assistant_id for s in shifts_on(settings, one.on, changes=tried)}
        if one.starts is not None and one.assistant not in held:
            left_out.append(
                LeftOut(row=one.row, assistant=one.assistant, day=one.on, why="roster.no_window")
            )
        else:
            kept.append(one)
    return kept, left_out


def _change(one: DatedShift) -> ShiftChange:
    return ShiftChange(cancelled=one.starts is None, starts=one.starts, ends=one.ends)


def _is_so(one: DatedShift, settings: Settings, changes: Changes) -> bool:
    """Tell whether history or roster say this already."""
    change = changes.get((one.assistant, one.on))
    if change is not None:
        return change == _change(one)
    hours = [] if one.starts is None or one.ends is None else [(one.starts, one.ends)]
    return _holds(settings, one.assistant, one.on, hours=hours)


def _store(store: HistoryStore, dated: Sequence[DatedShift], *, now: datetime) -> None:
    store.change_shifts(
        [(d.assistant, d.on, d.starts is None, d.starts, d.ends) for d in dated], now=now
    )
    for one in dated:
        if one.starts is None:  # nobody walks: the doors of its round are free again
            store.replace_rounds(date=one.on, assistant_ids=[one.assistant], rounds=[], now=now)


def _open_rounds(store: HistoryStore, dated: Sequence[DatedShift]) -> tuple[tuple[str, date], ...]:
    rounds = store.read_rounds(open_only=True)
    planned = set(zip(rounds["assistant_id"], rounds["date"], strict=True))
    return tuple(
        sorted((d.assistant, d.on) for d in dated if d.starts and (d.assistant, d.on) in planned)
    )
