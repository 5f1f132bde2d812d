"""A sheet through a spreadsheet program: the form out, and filled in, back in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._sheet_words import NOT_DONE, read_exactly
from zds_geo.app.enter_sheet import EnteredSheet, Sheet, open_sheet, read_entries, record_sheet
from zds_geo.app.sheet_entry import Entry, read_outcome
from zds_geo.app.sheet_windows import Walked
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import KnockError, OutputError, UsageError, ZdsGeoError
from zds_geo.core.ids import DOOR_ID
from zds_geo.core.outcomes import Outcome
from zds_geo.core.texts import say

if TYPE_CHECKING:
    pass

NEEDED: Final = ("ronde", "regel", "uitkomst")
_DAYS: Final = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d-%m-%y", "%d/%m/%y", "%Y-%m-%dT%H:%M")
_TIMES: Final = ("%H:%M", "%H:%M:%S", "%H.%M")


@dataclass(slots=True, kw_only=True)
class _Filled:
    """What a form says of one sheet."""

    sheet: Sheet
    entries: list[tuple[Entry, Walked]] = field(default_factory=list)
    not_done: list[int] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


def write_form(workspace: Workspace, code: str, *, out: Path | None, now: datetime) -> Path:
    """Write the form of a sheet, to fill in in a spreadsheet program.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    code : str
        The round's code.
    out : Path or None
        ``.xlsx`` or ``.csv``; ``maps/<date>/<code>.xlsx`` when None.
    now : datetime
        Aware.

    Returns
    -------
    Path
        What was written; the same round gives the same bytes.

    Raises
    ------
    NotFoundError
        If no round has this code.
    OutputError
        If the file cannot be written.
    """
    from zds_geo.outputs import write_entry_form

    sheet = open_sheet(workspace, code, now=now)
    folder = workspace.maps_path / sheet.planned.date.isoformat()
    path = out or folder / f"{sheet.code}.xlsx"
    if path.suffix.casefold() not in {".xlsx", ".csv"}:
        raise UsageError("form.kind", got=path.name)
    try:
        if out is None:
            folder.mkdir(parents=True, exist_ok=True)
        write_entry_form(sheet.planned, path)
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
    return path


def is_form(path: Path) -> bool:
    """Tell whether a file is a spreadsheet or a form, and not a knocks CSV.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    bool
        True for a zip (XLSX) or an old workbook, and for text whose first line names the columns
        of a form.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        return False
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return True
    first = head.decode("cp1252", errors="replace").casefold().partition("\n")[0]
    names = {re.sub(r"\W", "", c) for c in re.split(r"[,;\t]", first)}
    return set(NEEDED[1:]) <= names and "knock_id" not in names


def import_form(workspace: Workspace, path: Path, *, now: datetime) -> list[EnteredSheet]:
    """Enter the sheets of a filled-in form: all of them, or nothing when a row is wrong.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    path : Path
        XLSX or CSV as ``write_form`` makes, filled in.
    now : datetime
        Aware.

    Returns
    -------
    list of EnteredSheet
        One for each round in it, each with its own batch. Importing again stores nothing.

    Raises
    ------
    SourceError
        If the file is no spreadsheet, damaged or too large.
    KnockError
        If columns are missing, nothing is filled in, or rows are wrong; the first three are named.
    """
    from zds_geo.sources import LimitedReader

    with LimitedReader() as reader:
        grid = reader.read_spreadsheet(path)
    header = [re.sub(r"\W", "", str(c).casefold()) for c in grid.iloc[0]]
    missing = [c for c in NEEDED if c not in header]
    if missing:
        raise KnockError("form.columns", path=path.name, missing=", ".join(missing))
    sheets: dict[str, _Filled] = {}
    faults: list[str] = []
    for number, row in grid.iloc[1:].iterrows():
        cells = {name: str(value) for name, value in zip(header, row, strict=True) if name}
        try:
            _read_row(workspace, sheets, cells, now=now)
        except ZdsGeoError as fault:
            faults.append(say("form.row", row=number, why=fault.sentence()))
    if faults:
        raise KnockError("form.faults", path=path.name, n=len(faults), first=" ".join(faults[:3]))
    if not any(s.entries or s.not_done for s in sheets.values()):
        raise KnockError("form.nothing", path=path.name)
    return _store(workspace, [s for _, s in sorted(sheets.items())], now=now)


def _store(workspace: Workspace, filled: list[_Filled], *, now: datetime) -> list[EnteredSheet]:
    with open_store(workspace, now=now) as store:
        read = [
            read_entries(workspace, store, s.sheet, s.entries, not_done=sorted(s.not_done), now=now)
            for s in filled
            if s.entries or s.not_done
        ]
        return [record_sheet(store, one, now=now) for one in read]


def _read_row(
    workspace: Workspace, sheets: dict[str, _Filled], cells: Mapping[str, str], *, now: datetime
) -> None:
    code = cells["ronde"].upper()
    if not code and not cells["uitkomst"]:
        return
    if code not in sheets:
        sheets[code] = _Filled(sheet=open_sheet(workspace, code, now=now))
    filled = sheets[code]
    line = _line(filled.sheet, cells)
    if line in filled.seen:
        raise UsageError("form.line_twice", line=line, code=code)
    filled.seen.add(line)
    _require_same_door(filled.sheet, line, cells)
    outcome, back = cells["uitkomst"], cells.get("terugkomen", "")
    if read_exactly(outcome) == NOT_DONE:
        filled.not_done.append(line)
        return
    if not outcome and not back:
        return
    planned = filled.sheet.planned.date
    walked = Walked(
        on=_day(cells.get("datum", "")) or planned,
        starts=_clock(cells.get("van", "")),
        ends=_clock(cells.get("tot", "")),
    )
    windows = workspace.settings.windows
    entry = read_outcome(f"{outcome} {back}" if back else outcome, windows=windows, on=walked.on)
    if back and entry.outcome is not Outcome.COME_BACK:
        raise UsageError("form.back_without", got=back[:40])
    filled.entries.append((Entry(
        line=line, outcome=entry.outcome, come_back_window=entry.come_back_window,
        come_back_from=entry.come_back_from, come_back_until=entry.come_back_until,
    ), walked))  # fmt: skip


def _line(sheet: Sheet, cells: Mapping[str, str]) -> int:
    text, n = cells["regel"], len(sheet.labels)
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) not in sheet.labels:
        raise UsageError("form.line", got=text[:20], n=n)
    return int(text)


def _require_same_door(sheet: Sheet, line: int, cells: Mapping[str, str]) -> None:
    """Refuse a row whose address or id is not that of the line: the rows were mixed up."""
    street, label = sheet.labels[line]
    got = (cells.get("straat", street) or street, cells.get("huisnummer", label) or label)
    same = [_fold(a) == _fold(b) for a, b in zip(got, (street, label), strict=True)]
    # A spreadsheet takes 12-2 for the twelfth of February; the line tells which door it is.
    same[1] |= "-" in label and bool(re.search(r"[a-z]{3}|\d{4}-\d\d-\d\d", got[1].casefold()))
    if not all(same):
        raise UsageError(
            "form.other_door", line=line, sheet=f"{street} {label}", got=" ".join(got)[:60]
        )
    door_id = cells.get("woning_id", "")
    if door_id and not DOOR_ID.fullmatch(door_id):
        raise UsageError("form.mangled", got=door_id[:30])
    if door_id and door_id != sheet.doors[line]:
        raise UsageError("form.other_id", got=door_id, line=line, code=sheet.code)


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _day(text: str) -> date | None:
    for shape in _DAYS:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    if text:
        raise UsageError("form.date", got=text[:20])
    return None


def _clock(text: str) -> time | None:
    for shape in _TIMES:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC).time()
        except ValueError:
            continue
    if text:
        raise UsageError("form.clock", got=text[:20])
    return None
