"""When and what, in the words of a list that a team kept before."""

from __future__ import annotations

import re
from typing import Any, Final

from zds_geo.app._sheet_day import MONTHS
from zds_geo.app._sheet_words import read_phrase
from zds_geo.core.outcomes import Outcome

_YES: Final = frozenset({"ja", "j", "x", "v", "1", "yes", "y", "waar", "true", "wel"})
_NO: Final = frozenset({"", "nee", "n", "0", "no", "onwaar", "false", "niet", "-"})
_MONTH_NUMBERS: Final = re.compile(r"(?P<month>\d{1,2})[-/. ](?P<year>\d{4})")
_DAY: Final = re.compile(r"(?P<day>\d{1,2})[-/. ](?P<month>\d{1,2})[-/. ](?P<year>\d{4}|\d{2})")
_ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?(?:t.*)?")
_NAMED: Final = re.compile(r"(?:\d{1,2}[ -])?(?P<name>[a-z]{3,9})\.?[ '-]*(?P<year>\d{4}|\d{2})")


def read_visit(row: Any) -> Outcome | None:
    """Give what came of a visit.

    Parameters
    ----------
    row : mapping
        With the texts ``outcome`` and ``yes``.

    Returns
    -------
    Outcome or None
        None where the list does not say it clearly.
    """
    text = str(row["outcome"]).strip()
    if text:
        if text.casefold() in set(Outcome):
            return Outcome(text.casefold())
        found = read_phrase(text)
        return found if isinstance(found, Outcome) else None
    answer = str(row["yes"]).strip().casefold()
    if answer in _YES:
        return Outcome.TALKED
    return Outcome.NOT_HOME if answer in _NO else None


def read_month(day: str, month: str = "", year: str = "") -> str | None:
    """Read a month as people write it, in one column or in two.

    Parameters
    ----------
    day : str
        A date, month or year: ``14-3-2026``, ``2026-03-14``, ``maart 2026``, ``3-2026``, ``2026``.
    month, year : str
        The same in columns of their own; ``day`` comes first.

    Returns
    -------
    str or None
        ``YYYY-MM``; a year alone gives its January; None where it cannot be read.

    Examples
    --------
    >>> read_month("maart 2026"), read_month("", "3", "2026"), read_month("2025")
    ('2026-03', '2026-03', '2025-01')
    """
    text = day.strip().casefold() or f"{month} {year}".strip().casefold()
    if re.fullmatch(r"\d{4}", text):
        return _month(text, 1)
    for shape in (_ISO, _DAY, _MONTH_NUMBERS):
        match = shape.fullmatch(text)
        if match:
            return _month(match["year"], int(match["month"]))
    named = _NAMED.fullmatch(text)
    if named and named["name"] in MONTHS:
        return _month(named["year"], MONTHS[named["name"]])
    return None


def _month(year: str, month: int) -> str | None:
    whole = int(year) if len(year) == 4 else 2000 + int(year)
    return f"{whole:04d}-{month:02d}" if 1900 <= whole <= 2100 and 1 <= month <= 12 else None
