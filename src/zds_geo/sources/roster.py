"""A roster from a spreadsheet: a list of shifts, or a grid of people and days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Final

from zds_geo.core.errors import SourceError
from zds_geo.sources._roster_words import (
    Day,
    Hours,
    is_blank,
    is_off,
    read_clock,
    read_days,
    read_hours,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_HEADER_ROW: Final = 30  # titles and notes may stand above the header
# Our column → names people use, lower case, without spaces and marks.
_ALIASES: Final = {
    "who": ("buurtassistent", "assistent", "assistant", "schuilnaam", "wie", "naam", "medewerker",
            "id", "vrijwilliger"),
    "date": ("datum", "date", "data", "datums"),
    "day": ("dag", "dagen", "weekdag", "day", "days", "weekday"),
    "from": ("van", "vanaf", "begin", "begintijd", "start", "starttijd", "starts", "from",
             "aanvang"),
    "to": ("tot", "totenmet", "tm", "eind", "einde", "eindtijd", "ends", "to", "until"),
    "hours": ("tijd", "tijden", "uren", "dienst", "diensten", "hours", "times", "shift"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterCell:
    """One thing the file says: who walks on which day, from when to when; ``off``: not at all."""

    row: int
    column: str
    assistant: str
    day: Day
    hours: Hours | None

    @property
    def off(self) -> bool:
        """Whether it says that this person does not walk."""
        return self.hours is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFault:
    """One place that was not understood; ``key`` and ``facts`` are a sentence of the catalogue."""

    row: int
    column: str
    key: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFile:
    """What a roster says, and where it could not be understood; in the order of the file."""

    cells: tuple[RosterCell, ...]
    faults: tuple[RosterFault, ...]


def read_roster(grid: pd.DataFrame, *, name: str, known: Sequence[str], today: date) -> RosterFile:
    """Read a roster from the cells of a spreadsheet.

    Parameters
    ----------
    grid : DataFrame
        As from ``read_spreadsheet``: texts, the row in the file as index.
    name : str
        Name of the file, for messages.
    known : sequence of str
        Pseudonyms of assistants.
    today : date
        Dates without a year lie around it.

    Returns
    -------
    RosterFile
        Assistants as in ``known``.

    Raises
    ------
    SourceError
        If no header is found: neither columns such as assistent, dag, van, tot; nor a row of days;
        nor a row of assistants.
    """
    reader = _Reader(known=known, today=today)
    rows = [
        (int(n), [str(c) for c in row]) for n, row in zip(grid.index, grid.to_numpy(), strict=True)
    ]
    for at, (_, row) in enumerate(rows[:MOST_HEADER_ROW]):
        columns = _list_columns(row)
        if columns:
            return reader.read_list(rows[at + 1 :], columns)
        days = reader.days_of(row)
        if len(days) > 1:
            return reader.read_grid(rows[at:], days)
        people = {n: found for n, c in enumerate(row) if n and (found := reader.find(c))}
        if people and at + 1 < len(rows) and reader.starts_with_day(rows[at + 1 :]):
            return reader.read_turned(rows[at:], people)
    raise SourceError("roster.no_header", path=name)


def _list_columns(row: Sequence[str]) -> dict[str, int]:
    """Find the columns of a list; empty when this row is no header of one."""
    names = [re.sub(r"[\W_]+", "", c.casefold()) for c in row]
    found = {
        ours: next((n for a in aliases for n, c in enumerate(names) if c == a), -1)
        for ours, aliases in _ALIASES.items()
    }
    has_day = found["date"] >= 0 or found["day"] >= 0
    has_hours = found["hours"] >= 0 or (found["from"] >= 0 and found["to"] >= 0)
    return found if found["who"] >= 0 and has_day and has_hours else {}


class _Reader:
    """Gathers cells and faults while it walks over the rows."""

    def __init__(self, *, known: Sequence[str], today: date) -> None:
        self._known = {_plain(k): k for k in known}
        self._today = today
        self._cells: list[RosterCell] = []
        self._faults: list[RosterFault] = []

    def find(self, text: str) -> str:
        """Give the assistant that a text names, or empty."""
        return self._known.get(_plain(text), "")

    def days_of(self, row: Sequence[str], *, number: int = 0) -> dict[int, Day]:
        """Give the day of each column after the first; none in a row that is mostly other things.

        With the ``number`` of the row what is wrong with a date is noted.
        """
        days: dict[int, Day] = {}
        filled = [n for n, text in enumerate(row) if n and not is_blank(text)]
        for n in filled:
            found = self._days(number, _letter(n), row[n], wrong=number > 0)
            if len(found) == 1:
                days[n] = found[0]
        return days if 2 * len(days) > len(filled) else {}

    def starts_with_day(self, rows: Sequence[tuple[int, list[str]]]) -> bool:
        """Tell whether the first column of some row below is a day."""
        return any(self._days(row, "A", text[0]) for row, text in rows[:7] if text)

    def read_list(self, rows: Sequence[tuple[int, list[str]]], at: dict[str, int]) -> RosterFile:
        """Read one shift a row."""
        for number, row in rows:
            text = {name: row[n].strip() if n >= 0 else "" for name, n in at.items()}
            if all(is_blank(text[n]) for n in ("from", "to", "hours")):
                continue  # a note, or somebody without a shift
            days = self._list_days(number, text, at)
            people = self._people(number, text["who"], at["who"])
            hours = self._list_hours(number, text, at)
            for who in people:
                for day in days:
                    self._add(number, "", who=who, day=day, hours=hours)
        return self._result()

    def _list_days(self, number: int, text: dict[str, str], at: dict[str, int]) -> list[Day]:
        by_date, by_name = text["date"], text["day"]
        shown = by_date or by_name
        column = _letter(at["date"] if by_date else at["day"])
        if not shown:
            self._fault(number, column, "roster.no_day")
            return []
        days = self._days(number, column, shown, report=True)
        if by_date and by_name and len(days) == 1 and isinstance(days[0], date):
            names = self._days(number, _letter(at["day"]), by_name, report=True)
            if [n for n in names if isinstance(n, int) and n != days[0].weekday()]:
                self._fault(number, column, "roster.weekday", date=days[0], got=by_name)
                return []
        return days

    def _days(
        self, number: int, column: str, text: str, *, report: bool = False, wrong: bool = False
    ) -> list[Day]:
        """Read days; ``report`` what is no day, and (or only) what is ``wrong`` with one."""
        try:
            days = read_days(text, today=self._today)
        except SourceError as fault:
            if report or wrong:
                self._fault(number, column, fault.key, **fault.facts)
            return []
        if not days and report:
            self._fault(number, column, "roster.day", got=text)
        return days

    def _people(self, number: int, text: str, column: int) -> list[str]:
        if not text:
            self._fault(number, _letter(column), "roster.no_who")
            return []
        whole = self.find(text)
        names = [text] if whole else re.split(r"\s*[,/&+;]\s*|\s+en\s+", text)
        people = [self.find(n) for n in names if n]
        for name, found in zip([n for n in names if n], people, strict=True):
            if not found:
                self._unknown(number, _letter(column), name)
        return [p for p in people if p]

    def _unknown(self, number: int, column: str, name: str) -> None:
        known = ", ".join(self._known.values()) or "-"
        self._fault(number, column, "roster.unknown", got=name, known=known)

    def _list_hours(
        self, number: int, text: dict[str, str], at: dict[str, int]
    ) -> list[Hours] | None:
        """Read the hours of a row; None for not walking, empty where it is not understood."""
        if text["hours"] and not (text["from"] and text["to"]):
            return self._hours(number, _letter(at["hours"]), text["hours"])
        if is_off(text["from"]):
            return None
        clocks = [(text[n], read_clock(text[n]), _letter(at[n])) for n in ("from", "to")]
        for shown, clock, column in clocks:
            if clock is None:
                self._fault(number, column, "roster.clock", got=shown)
        starts, ends = clocks[0][1], clocks[1][1]
        if starts is None or ends is None:
            return []
        return self._in_order(number, _letter(at["from"]), [(starts, ends)])

    def _hours(self, number: int, column: str, text: str) -> list[Hours] | None:
        if is_off(text):
            return None
        hours = read_hours(text)
        if not hours:
            self._fault(number, column, "roster.hours", got=text)
        return self._in_order(number, column, hours)

    def _in_order(self, number: int, column: str, hours: list[Hours]) -> list[Hours]:
        for starts, ends in hours:
            if starts >= ends:
                self._fault(number, column, "roster.order", starts=starts, ends=ends)
                return []
        return hours

    def read_grid(self, rows: Sequence[tuple[int, list[str]]], days: dict[int, Day]) -> RosterFile:
        """Read one assistant a row, one day a column."""
        days, body = self._second_header(rows, days)
        for number, row in body:
            filled = {n: row[n] for n in days if n < len(row) and not is_blank(row[n])}
            who = self.find(row[0])
            if not filled or (not who and not any(map(_looks_like_hours, filled.values()))):
                continue  # nobody, or a note
            if not who:
                if row[0]:
                    self._unknown(number, "A", row[0])
                else:
                    self._fault(number, "A", "roster.no_who")
                continue
            for n, text in filled.items():
                self._add(number, _letter(n), who=who, day=days[n],
                          hours=self._hours(number, _letter(n), text))  # fmt: skip
        return self._result()

    def _second_header(
        self, rows: Sequence[tuple[int, list[str]]], days: dict[int, Day]
    ) -> tuple[dict[int, Day], Sequence[tuple[int, list[str]]]]:
        """Names of days above their dates are one header."""
        self.days_of(rows[0][1], number=rows[0][0])
        below = self.days_of(rows[1][1]) if len(rows) > 1 else {}
        if below.keys() != days.keys() or all(isinstance(d, int) for d in below.values()):
            return days, rows[1:]
        for n, day in below.items():
            name = days[n]
            if isinstance(name, int) and isinstance(day, date) and day.weekday() != name:
                self._fault(rows[1][0], _letter(n), "roster.weekday", date=day, got=rows[0][1][n])
        return below, rows[2:]

    def read_turned(
        self, rows: Sequence[tuple[int, list[str]]], people: dict[int, str]
    ) -> RosterFile:
        """Read one day a row, one assistant a column; the first row names them."""
        head, body = rows[0], rows[1:]
        for n, text in enumerate(head[1]):
            strange = n and n not in people and not is_blank(text)
            if strange and any(n < len(row) and read_hours(row[n]) for _, row in body):
                self._unknown(head[0], _letter(n), text)
        for number, row in body:
            filled = {n: row[n] for n in people if n < len(row) and not is_blank(row[n])}
            if not filled:
                continue
            days = self._days(number, "A", row[0])
            if not days:
                if any(map(_looks_like_hours, filled.values())):
                    self._days(number, "A", row[0], report=True)
                continue
            for n, text in filled.items():
                hours = self._hours(number, _letter(n), text)
                for day in days:
                    self._add(number, _letter(n), who=people[n], day=day, hours=hours)
        return self._result()

    def _add(self, row: int, column: str, *, who: str, day: Day, hours: list[Hours] | None) -> None:
        for one in [None] if hours is None else hours:
            self._cells.append(
                RosterCell(row=row, column=column, assistant=who, day=day, hours=one)
            )

    def _fault(self, row: int, column: str, key: str, **facts: object) -> None:
        self._faults.append(RosterFault(row=row, column=column, key=key, facts=facts))

    def _result(self) -> RosterFile:
        return RosterFile(cells=tuple(self._cells), faults=tuple(self._faults))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _looks_like_hours(text: str) -> bool:
    return bool(re.search(r"\d", text))


def _letter(column: int) -> str:
    """Name a column as spreadsheets do."""
    name, left = "", column + 1
    while left > 0:
        left, digit = divmod(left - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def widest(hours: Sequence[tuple[time, time]]) -> list[tuple[time, time]]:
    """Join hours that touch or overlap.

    Parameters
    ----------
    hours : sequence of (time, time)
        Starts and ends.

    Returns
    -------
    list of (time, time)
        In order of time, with a gap between each two.

    Examples
    --------
    >>> widest([(time(15), time(17)), (time(13), time(15))])
    [(datetime.time(13, 0), datetime.time(17, 0))]
    """
    joined: list[tuple[time, time]] = []
    for starts, ends in sorted(hours):
        if joined and starts <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((starts, ends))
    return joined
