"""The one catalogue of texts that users see: ``core/catalogue/*.toml``.

Each file holds the texts of one room or face. An entry is ``key = {nl = "…", en = "…"}``
with ``{name}`` placeholders. Keys are unique over all files.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from numbers import Integral
from string import Formatter
from typing import Any, Final

LANGUAGES: Final = ("nl", "en")
GROUPED_FROM: Final = 10_000  # four digits are written together, so that a year stays a year
_ECHOED: Final = frozenset({"got", "expected", "lon", "lat"})  # said back as they were typed


@cache
def load_catalogue() -> dict[str, dict[str, str]]:
    """Read every file of the catalogue.

    Returns
    -------
    dict of str to dict of str to str
        Key → language → text.

    Raises
    ------
    ValueError
        If a key stands in two files or misses a language.
    """
    texts: dict[str, dict[str, str]] = {}
    folder = files("zds_geo.core").joinpath("catalogue")
    for part in sorted(folder.iterdir(), key=lambda p: p.name):
        if not part.name.endswith(".toml"):
            continue
        for key, entry in tomllib.loads(part.read_text(encoding="utf-8")).items():
            if key in texts:
                raise ValueError(f"catalogue key twice: {key}")
            if set(entry) != set(LANGUAGES):
                raise ValueError(f"catalogue key {key} must have exactly nl and en")
            texts[key] = entry
    return texts


def say(key: str, *, lang: str = "nl", **facts: object) -> str:
    """Give the text of ``key`` in one language, with its facts filled in.

    Parameters
    ----------
    key : str
        Key in the catalogue.
    lang : str
        ``nl`` (default) or ``en``.
    **facts
        Values for the ``{placeholders}``.

    Returns
    -------
    str
        The text. Dates, times and numbers in it are written as in that language: ``23-11-2026``,
        ``13:00``, ``15.000`` and, where the text asks for decimals, ``2,5``.

    Raises
    ------
    KeyError
        If the key or a fact is missing: a programming error, not a user's.

    Examples
    --------
    >>> say("outcome.talked")
    'Gesproken'
    >>> say("outcome.talked", lang="en")
    'Talked'
    >>> say("export.as_of", date=date(2026, 11, 2))
    'stand van 2-11-2026'
    """
    return _Writer(lang).vformat(load_catalogue()[key][lang], (), facts)


def write_whole(value: int, lang: str) -> str:
    """Write a whole number as in a language.

    Parameters
    ----------
    value : int
        The number.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        In groups of three digits from five digits on.

    Examples
    --------
    >>> write_whole(1500, "nl"), write_whole(15000, "nl"), write_whole(15000, "en")
    ('1500', '15.000', '15,000')
    """
    if abs(value) < GROUPED_FROM:
        return str(value)
    return f"{value:,}".replace(",", "." if lang == "nl" else ",")


def write_day(day: date, lang: str) -> str:
    """Write a date in digits as in a language.

    Parameters
    ----------
    day : date
        The date.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        Day, month, year; in English ISO, since both orders are used there.

    Examples
    --------
    >>> write_day(date(2026, 11, 2), "nl"), write_day(date(2026, 11, 2), "en")
    ('2-11-2026', '2026-11-02')
    """
    return f"{day.day}-{day.month}-{day.year}" if lang == "nl" else day.isoformat()


def write_fact(value: object, lang: str, spec: str = "") -> str:
    """Write a date, time or number as ``say`` does.

    Parameters
    ----------
    value : object
        What to write.
    lang : str
        ``nl`` or ``en``.
    spec : str
        Width and decimals, as in a format string.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> write_fact(2.55, "nl", ">6.1f"), write_fact(12345, "nl", ">8"), write_fact(7, "en", ">3")
    ('   2,5', '  12.345', '  7')
    """
    return str(_Writer(lang).format_field(value, spec))


class _Writer(Formatter):
    """``str.format`` that writes dates, times and numbers as in one language."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, int | str]:
        value, name = super().get_field(field_name, args, kwargs)
        if name in _ECHOED and isinstance(value, Integral | float):
            return str(value), name
        return value, name

    def format_field(self, value: Any, format_spec: str) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            return format(write_day(value, self._lang), format_spec)
        if isinstance(value, time):
            return format(f"{value:%H:%M}", format_spec)
        if isinstance(value, float) and format_spec:
            text = format(value, format_spec)
            return text.translate(_COMMA) if self._lang == "nl" else text
        if isinstance(value, Integral) and abs(int(value)) >= GROUPED_FROM:
            return format(write_whole(int(value), self._lang), format_spec)
        return super().format_field(value, format_spec)


_COMMA: Final = str.maketrans(",.", ".,")
