"""When somebody is to come back, as people write it: ``avond``, ``za``, ``vanaf 12-12``."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from zds_geo.app._sheet_day import MONTHS, DayReader
from zds_geo.app._sheet_words import slips
from zds_geo.core.errors import UsageError
from zds_geo.core.windows import WindowScheme

if TYPE_CHECKING:
    from zds_geo.app._sheet_tokens import Token

MEND_FROM: Final = 6  # letters: shorter words have too many neighbours
MOST_DAYS: Final = 183  # DESIGN 4: a date up to six months ahead
_DAYS: Final = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_WEEKDAYS: Final = {
    **{name: n for n, name in enumerate(_DAYS)},
    **{name[:2]: n for n, name in enumerate(_DAYS)},
}
_PARTS: Final = {
    "ochtend": "ochtend", "ochtends": "ochtend", "sochtends": "ochtend", "smorgens": "ochtend",
    "morgens": "ochtend", "middag": "middag", "middags": "middag", "smiddags": "middag",
    "avond": "avond", "avonds": "avond", "savonds": "avond",
}  # fmt: skip
_GLUED: Final = tuple(day + part for day in _DAYS for part in ("ochtend", "middag", "avond"))
_FILLERS: Final = frozenset(
    {"in", "de", "op", "'s", "s", "'", "graag", "liefst", "het", "een", ":"}
)
_COUNTS: Final = {"een": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6}
_SPANS: Final = {"dag": 1, "dagen": 1, "week": 7, "weken": 7, "maand": 0, "maanden": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """An appointment: the window (empty is any) and the dates it may be kept (None is open)."""

    window: str = ""
    starts: date | None = None
    until: date | None = None


class BackReader(DayReader):
    """Reads one appointment from the words after ``kt``.

    Parameters
    ----------
    tokens : sequence of Token
        Of the whole text.
    windows : WindowScheme
        Names that may be used.
    on : date
        The date that was walked: "saturday" is the first one after it.
    n_lines : int
        Lines of the sheet, to tell ``7-8`` the lines from ``7-8`` the date.
    """

    def __init__(
        self, tokens: Sequence[Token], *, windows: WindowScheme, on: date, n_lines: int
    ) -> None:
        super().__init__([_mend(t, windows.names) for t in tokens], on=on)
        self.windows, self.n_lines = windows, n_lines
        self._begin(0)

    def _begin(self, at: int) -> None:
        self.at = self.begin = at
        self.part, self.window = "", ""
        self.starts: date | None = None
        self.until: date | None = None
        self.weekday: int | None = None

    def read(self, at: int) -> tuple[Back, int]:
        """Read from a token on, as far as it speaks of when.

        Parameters
        ----------
        at : int
            Place of the first token after ``kt``.

        Returns
        -------
        Back, int
            The appointment, and the place of the first token that is not about it.

        Raises
        ------
        UsageError
            If a day or date is not clear, or cannot be.
        """
        self._begin(at)
        while self.at < len(self.tokens) and self._step():
            pass
        return self._result(), self.at

    def _step(self) -> bool:
        word = self._word()
        if self.tokens[self.at].kind == "sep":
            return False
        if self.tokens[self.at].kind != "word":
            return self._number()
        if self._named(word) or self._span(word):
            return True
        if word in {"vanaf", "tot", "t/m", "voor", "op", "van", "tussen"} and self._bounds(word):
            return True
        if word in MONTHS:
            self._month(MONTHS[word])
            return True
        if word in _FILLERS:
            self.at += 1
            return True
        return False

    def _named(self, word: str) -> bool:
        """Take a window, a part of the day or a weekday, or two of these written as one word."""
        glued = re.fullmatch(rf"({'|'.join(_DAYS)})(ochtend|middag|avond)", word)
        tomorrow = word == "morgen" and self._word(1) in _PARTS
        if word in _PARTS:
            self._set_part(_PARTS[word])
        elif word in self.windows.names:
            self._set_window(word)
        elif word in _WEEKDAYS:
            self._set_weekday(_WEEKDAYS[word])
        elif glued:
            self._set_weekday(_WEEKDAYS[glued[1]])
            self._set_part(glued[2])
        elif tomorrow or word in {"morgenochtend", "morgenmiddag", "morgenavond", "overmorgen"}:
            day = self.on + timedelta(days=2 if word == "overmorgen" else 1)
            self._set_dates(day, day)
            if word.startswith("morgen") and word != "morgen":
                self._set_part(word.removeprefix("morgen"))
        elif word == "morgen":
            raise self._refuse("entry.back_tomorrow")
        else:
            return False
        self.at += 1
        return True

    def _span(self, word: str) -> bool:
        """Take ``volgende week``, ``volgende maand`` or ``over twee weken``."""
        if word == "volgende" and self._word(1) in {"week", "maand"}:
            monday = self.on + timedelta(days=7 - self.on.weekday())
            if self._word(1) == "week":
                self._set_dates(monday, monday + timedelta(days=6))
            else:
                first = _months_on(self.on.replace(day=1), 1)
                self._set_dates(first, _month_end(first))
            self.at += 2
            return True
        count = self._word(1)
        number = int(count) if re.fullmatch("[0-9]{1,3}", count) else _COUNTS.get(count, 0)
        if word == "over" and 0 < number <= 200 and self._word(2) in _SPANS:
            days = _SPANS[self._word(2)] * number
            day = self.on + timedelta(days=days) if days else _months_on(self.on, number)
            self.at += 2
            self._set_dates(day, None)
            self.at += 1
            return True
        return False

    def _bounds(self, word: str) -> bool:
        """Take a preposition with its date, or a range of dates."""
        back = self.at
        self.at += 1
        if self._word() == "de":
            self.at += 1
        if word in {"van", "tussen", "op"}:
            # The month may stand after the second day only: "van 12 tot 20 december".
            found = self._range() or (self._two(self._date()) if word == "op" else None)
            if found is None:
                self.at = back
                if word == "op":
                    return False
                raise self._refuse("entry.back_date")
            self._set_dates(*found)
            return True
        day = self._date()
        if day is None:
            raise self._refuse("entry.back_date")
        if word == "vanaf":
            self._set_dates(day, None)
            if self._word() in {"tot", "t/m"}:
                self.at += 1
                last = self._date(after=day)
                if last is None:
                    raise self._refuse("entry.back_date")
                self.until = last
        else:
            self._set_dates(None, day)
        return True

    def _number(self) -> bool:
        """Take a date that stands without a preposition; a number alone is a line."""
        if self.tokens[self.at].kind == "clock":
            raise self._refuse("entry.back_clock", known=", ".join(self.windows.names))
        if self.tokens[self.at].kind not in {"number", "date"}:
            return False
        back = self.at
        found = self._range() or self._two(self._date())
        if found is None:
            self.at = back
            return False
        marks = [t.text for t in self.tokens[back : self.at]]
        looks_like_lines = len(marks) == 3 and marks[1] == "-" and marks[2].isdigit()
        if looks_like_lines:
            follows = self.at < len(self.tokens) and self.tokens[self.at].kind != "sep"
            low, high = int(marks[0]), int(marks[2])
            if follows or 1 <= low < high <= self.n_lines:
                self.at -= 1
                raise self._refuse("entry.date_or_lines", piece="".join(marks))
        self._set_dates(*found)
        return True

    def _month(self, month: int) -> None:
        year = self.on.year + (month < self.on.month)
        first = date(year, month, 1)
        self._set_dates(max(first, self.on), _month_end(first))
        self.at += 1

    def _set_dates(self, starts: date | None, until: date | None) -> None:
        if (starts and self.starts) or (until and self.until):
            raise self._refuse("entry.back_twice")
        self.starts, self.until = starts or self.starts, until or self.until

    def _set_window(self, name: str) -> None:
        if self.window or self.part:
            raise self._refuse("entry.back_twice")
        self.window = name

    def _set_part(self, part: str) -> None:
        if self.window or self.part:
            raise self._refuse("entry.back_twice")
        self.part = part

    def _set_weekday(self, weekday: int) -> None:
        if self.weekday is not None:
            raise self._refuse("entry.back_twice")
        self.weekday = weekday

    def _result(self) -> Back:
        window, starts, until = self.window, self.starts, self.until
        if self.part:
            window = self._window_of_part()
        alone = starts is None and until is None
        if self.weekday is not None and not (alone and self._tells_day(window)):
            ahead = (self.weekday - self.on.weekday() - 1) % 7 + 1
            day = self.on + timedelta(days=ahead)
            if alone:
                starts = until = day
            elif starts != until or starts is None or starts.weekday() != self.weekday:
                raise UsageError("entry.back_day", got=self._piece())
        self._check(window, starts, until)
        return Back(window=window, starts=starts, until=until)

    def _window_of_part(self) -> str:
        day = _DAYS[self.weekday] if self.weekday is not None else ""
        for name in (day + self.part, self.part):
            if name in self.windows.names:
                return name
        raise UsageError(
            "entry.back_window", got=self._piece(), known=", ".join(self.windows.names)
        )

    def _tells_day(self, window: str) -> bool:
        """Tell whether the window is of that one weekday only: ``zaterdagmiddag``."""
        return bool(window) and self.windows.get(window).weekdays == {self.weekday}

    def _check(self, window: str, starts: date | None, until: date | None) -> None:
        days = [d for d in (starts, until) if d is not None]
        if any(d > self.on + timedelta(days=MOST_DAYS) for d in days):
            raise UsageError("entry.back_far", got=self._piece())
        if any(d < self.on for d in days):
            raise UsageError("entry.back_past", got=self._piece())
        if starts is not None and until is not None and starts > until:
            raise UsageError("entry.back_order", got=self._piece())
        if starts is not None and starts == until:
            names = [w.name for w in self.windows.on(starts)]
            if not names or (window and window not in names):
                raise UsageError(
                    "entry.back_no_window", got=self._piece(), known=", ".join(names) or "-"
                )


def _mend(token: Token, names: tuple[str, ...]) -> Token:
    """Mend one slip of the pen in the name of a day, month or part of the day."""
    if token.kind != "word" or len(token.text) < MEND_FROM:
        return token
    return replace(token, text=_mend_word(token.text, names))


@lru_cache(maxsize=1024)
def _mend_word(word: str, names: tuple[str, ...]) -> str:
    # "morgen" is a word of its own, and asked back.
    known = {*_DAYS, *MONTHS, *_PARTS, *names, *_GLUED, "volgende", "morgen", "overmorgen"}
    if word in known:
        return word
    near = [
        w
        for w in known
        if len(w) >= MEND_FROM and abs(len(w) - len(word)) < 2 and slips(word, w) == 1
    ]
    return near[0] if len(near) == 1 else word


def _month_end(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _months_on(day: date, months: int) -> date:
    """Give the same day so many months later; the last of the month where it has no such day."""
    at = day.month - 1 + months
    year, month = day.year + at // 12, at % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
