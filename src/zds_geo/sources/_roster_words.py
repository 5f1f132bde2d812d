"""Days and hours as people write them in a roster: ``ma``, ``di 24 nov``, ``13.00 – 16.00 uur``."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Final

from zds_geo.core.errors import SourceError

Day = int | date  # a weekday (0 = Monday), or one date
Hours = tuple[time, time]

_WEEKDAYS: Final = (
    ("ma", "maandag", "mon", "monday"), ("di", "dinsdag", "tue", "tuesday"),
    ("wo", "woensdag", "wed", "wednesday"), ("do", "donderdag", "thu", "thursday"),
    ("vr", "vrijdag", "fri", "friday"), ("za", "zaterdag", "sat", "saturday"),
    ("zo", "zondag", "sun", "sunday"),
)  # fmt: skip
_MONTHS: Final = (
    ("jan", "januari", "january"), ("feb", "februari", "february"),
    ("mrt", "maart", "march", "mar"),
    ("apr", "april"), ("mei", "may"), ("jun", "juni", "june"), ("jul", "juli", "july"),
    ("aug", "augustus", "august"), ("sep", "sept", "september"),
    ("okt", "oktober", "oct", "october"), ("nov", "november"), ("dec", "december"),
)  # fmt: skip
_NUMBER_OF: Final = {
    word: n for names in (_WEEKDAYS, _MONTHS) for n, words in enumerate(names) for word in words
}
_WEEKDAY_WORDS: Final = frozenset(w for words in _WEEKDAYS for w in words)
_MONTH_WORDS: Final = frozenset(w for words in _MONTHS for w in words)
_OFF: Final = frozenset(
    ("vrij", "ziek", "afwezig", "vakantie", "verlof", "nee", "geen", "niet", "vervalt",
     "vervallen", "off", "free", "none", "no")
)  # fmt: skip
_BLANK: Final = frozenset({"", "-", "–", "—", ".", "/"})
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DIGITS: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?")
_WORDS: Final = re.compile(r"(\d{1,2})[ -]([a-z]+)\.?(?:[ -](\d{4}))?")
_LED: Final = re.compile(r"(?:(?:elke|iedere|op|every)\s+)?([a-z]+?)(?:en)?(?:[.,:]|\b)\s*(.*)")
_CLOCK: Final = r"(?:[01]?\d|2[0-4])(?:[:.uh][0-5]\d)?(?::00)?\s?(?:uur|u|h)?|[012]\d[0-5]\d"
_RANGE: Final = re.compile(
    rf"(?:van |from )?\b({_CLOCK})\s*(?:-|–|—|tot(?: en met)?|t/m|to|until)\s*({_CLOCK})(?![\d:])"
)
_BETWEEN: Final = re.compile(r"[\s,;/+&|]+|\ben\b|\band\b|\buur\b")
_MOST_PAST_DAYS: Final = 90  # a date without a year lies at most so far back, else next year


def read_days(text: str, *, today: date) -> list[Day]:
    """Read the days of a cell.

    Parameters
    ----------
    text : str
        Such as ``ma``, ``ma en do``, ``ma t/m vr``, ``23-11-2026``, ``di 24 november``.
    today : date
        A date without a year lies around it.

    Returns
    -------
    list of int or date
        Weekdays (0 = Monday) or dates; empty when the text is no day.

    Raises
    ------
    SourceError
        If a date does not exist, or is another weekday than the text says.

    Examples
    --------
    >>> read_days("ma t/m wo", today=date(2026, 11, 22))
    [0, 1, 2]
    >>> read_days("di 24 nov", today=date(2026, 11, 22))
    [datetime.date(2026, 11, 24)]
    """
    plain = re.sub(r"\s+", " ", text.strip().casefold())
    one = _read_day(plain, today=today)
    if one is not None:
        return [one]
    spans = re.fullmatch(r"([a-z]+)\.? ?(?:t/m|-|–|tot en met|to) ?([a-z]+)\.?", plain)
    if spans and {spans[1], spans[2]} <= _WEEKDAY_WORDS:
        first, last = _NUMBER_OF[spans[1]], _NUMBER_OF[spans[2]]
        return list(range(first, last + 1)) if first <= last else []
    parts = [_read_day(p, today=today) for p in re.split(r" ?[,/&+] ?| en | and ", plain) if p]
    return [p for p in parts if p is not None] if None not in parts else []


def _read_day(text: str, *, today: date) -> Day | None:
    led = _LED.fullmatch(text)
    weekday = None
    if led and led[1] in _WEEKDAY_WORDS:
        weekday, text = _NUMBER_OF[led[1]], led[2]
        if not text:
            return weekday
    found = _read_date(text, today=today)
    if found is not None and weekday is not None and found.weekday() != weekday:
        raise SourceError("roster.weekday", date=found, got=led[1] if led else "")
    return found


def _read_date(text: str, *, today: date) -> date | None:
    if iso := _ISO.fullmatch(text):
        year, month, day = (int(p) for p in iso.groups())
        return _make_date(text, year, month, day=day, today=today)
    if digits := _DIGITS.fullmatch(text):
        shown = digits[3]
        year = 0 if shown is None else int(shown) + (2000 if len(shown) == 2 else 0)
        return _make_date(text, year, int(digits[2]), day=int(digits[1]), today=today)
    if (words := _WORDS.fullmatch(text)) and words[2] in _MONTH_WORDS:
        year = int(words[3] or 0)
        return _make_date(text, year, 1 + _NUMBER_OF[words[2]], day=int(words[1]), today=today)
    return None


def _make_date(text: str, year: int, month: int, *, day: int, today: date) -> date:
    try:
        if year:
            return date(year, month, day)
        earliest = today - timedelta(days=_MOST_PAST_DAYS)
        tried = [date(y, month, day) for y in (today.year - 1, today.year, today.year + 1)]
    except ValueError:
        raise SourceError("roster.no_date", got=text) from None
    return next(d for d in tried if d >= earliest)


def is_blank(text: str) -> bool:
    """Tell whether a cell says nothing.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    bool
        True for an empty cell or a dash.
    """
    return text.strip() in _BLANK


def is_off(text: str) -> bool:
    """Tell whether a cell says that somebody does not walk.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    bool
        True for ``vrij``, ``ziek``, ``vakantie`` and the like.
    """
    return text.strip().casefold().rstrip(".!") in _OFF


def read_hours(text: str) -> list[Hours]:
    """Read the hours of a cell.

    Parameters
    ----------
    text : str
        Such as ``13:00-16:00``, ``13.00 – 16.00 uur``, ``van 13 tot 16``, ``10-12 / 18-20``.

    Returns
    -------
    list of (time, time)
        In the order written; empty when the text is no hours, or holds more than hours.

    Examples
    --------
    >>> read_hours("10-12 en 18u30 tot 20u")
    [(datetime.time(10, 0), datetime.time(12, 0)), (datetime.time(18, 30), datetime.time(20, 0))]
    >>> read_hours("13-16, misschien")
    []
    """
    plain = text.strip().casefold()[:200]
    found = list(_RANGE.finditer(plain))
    if _BETWEEN.sub("", _RANGE.sub(" ", plain)):
        return []
    hours = [(read_clock(m[1]), read_clock(m[2])) for m in found]
    return [(a, b) for a, b in hours if a is not None and b is not None]


def read_clock(text: str) -> time | None:
    """Read one time of day.

    Parameters
    ----------
    text : str
        Such as ``13``, ``13:00``, ``13.30``, ``13u30``, ``1330``, or a spreadsheet's ``0.5625``.

    Returns
    -------
    time or None
        None when it is no time.

    Examples
    --------
    >>> read_clock("13u30"), read_clock("0.5625"), read_clock("9 uur"), read_clock("25:00")
    (datetime.time(13, 30), datetime.time(13, 30), datetime.time(9, 0), None)
    """
    plain = re.sub(r"\s*(uur|u|h)$", "", text.strip().casefold())
    if re.fullmatch(r"0[.,]\d+", plain) and len(plain) > 4:
        minutes = round(float(plain.replace(",", ".")) * 1440)
        return time(minutes // 60, minutes % 60) if minutes < 1440 else None
    if re.fullmatch(r"[012]\d[0-5]\d", plain):
        plain = f"{plain[:2]}:{plain[2:]}"
    parts = re.fullmatch(r"(\d{1,2})(?:[:.uh]([0-5]\d)(?::00)?)?", plain)
    if parts is None or int(parts[1]) > 23:
        return None
    return time(int(parts[1]), int(parts[2] or 0))
