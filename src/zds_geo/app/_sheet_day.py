"""One date, or a range of dates, as people write it on a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from zds_geo.core.errors import UsageError

if TYPE_CHECKING:
    from zds_geo.app._sheet_tokens import Token

_MONTH_NAMES: Final = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
    "oktober", "november", "december",
)  # fmt: skip
MONTHS: Final = {
    **{name: n for n, name in enumerate(_MONTH_NAMES, start=1)},
    **{name[:3]: n for n, name in enumerate(_MONTH_NAMES, start=1) if name != "maart"},
    "mrt": 3, "sept": 9,
}  # fmt: skip


class DayReader:
    """Reads dates from tokens; ``at`` is the place it came to.

    Parameters
    ----------
    tokens : sequence of Token
        Of the whole text.
    on : date
        A day without a year is the first such on or after it.
    """

    def __init__(self, tokens: Sequence[Token], *, on: date) -> None:
        self.tokens, self.on = tokens, on
        self.at = self.begin = 0

    def _word(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at].text if at < len(self.tokens) else ""

    def _piece(self) -> str:
        words = self.tokens[self.begin : max(self.at, self.begin + 1)]
        return ("kt " + " ".join(t.text for t in words))[:60]

    def _refuse(self, key: str, **facts: object) -> UsageError:
        self.at = min(self.at + 1, len(self.tokens))
        return UsageError(key, got=self._piece(), **facts)

    def _two(self, day: date | None) -> tuple[date, date] | None:
        return None if day is None else (day, day)

    def _range(self) -> tuple[date, date] | None:
        """Read ``12 tot 20 december`` or ``12 december t/m 3 januari``; None where it is none."""
        back = self.at
        first = self._date()
        bare = self._word() if first is None else ""
        if first is None:
            self.at += 1
        if (first is None and not bare.isdigit()) or self._word() not in {"tot", "t/m", "en", "-"}:
            self.at = back
            return None
        self.at += 1
        last = self._date(after=first)
        if last is None:
            self.at = back
            return None
        if first is None:
            try:
                first = last.replace(day=int(bare))
            except ValueError:
                raise self._refuse("entry.back_date") from None
        return first, last

    def _date(self, *, after: date | None = None) -> date | None:
        """Read one date, the first such on or after the day that was walked; None: no date here."""
        if self.at >= len(self.tokens):
            return None
        token = self.tokens[self.at]
        if token.kind == "date":
            day, month, year = (int(x) for x in re.split(r"[-/]", token.text))
            self.at += 1
            return self._day(day, month, year if year > 99 else 2000 + year)
        if token.kind != "number":
            return None
        if self._word(1) in MONTHS:
            day, month = int(token.text), MONTHS[self._word(1)]
            self.at += 2
            if re.fullmatch(r"20\d\d", self._word()):
                self.at += 1
                return self._day(day, month, int(self.tokens[self.at - 1].text))
            return self._coming(day, month, after)
        following = self._word(2)
        numbered = re.fullmatch("[0-9]{1,6}", following) is not None
        if self._word(1) in {"-", "/"} and numbered and int(following) <= 12:
            day, month = int(token.text), int(following)
            self.at += 3
            return self._coming(day, month, after)
        return None

    def _coming(self, day: int, month: int, after: date | None) -> date:
        since = after or self.on
        found = self._day(day, month, since.year)
        return found if found >= since else self._day(day, month, since.year + 1)

    def _day(self, day: int, month: int, year: int) -> date:
        try:
            return date(year, month, day)
        except ValueError:
            self.at -= 1
            raise self._refuse("entry.back_date") from None
