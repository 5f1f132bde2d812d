"""Every error a user can meet, with its exit code.

::

    ZdsGeoError                 1
    ├── UsageError              2   the command or an argument does not fit
    ├── SettingsError           3   zds.toml or the workspace folder
    ├── SourceError             4   a file that came in
    ├── FrameError              5   columns, ids or geometry of a table
    │   └── CrsError            5   coordinates in another system than asked
    ├── PlacesError             6   places.gpkg, doors, streets
    ├── StoreError              7   the knock history
    ├── KnockError              8   outcomes that cannot be taken in
    ├── NoPlanError             9   no round can be made
    ├── NotFoundError          10   a door, round, batch or buurt that is not there
    └── OutputError            11   a file that cannot be written

Each error carries a *key* of the catalogue and the *facts* that fill it in, so a
face can say it in the user's language. ``str(error)`` is the English sentence.
"""

import re
from datetime import date
from typing import Final

from zds_geo.core.texts import say

_LINE_ENDS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_MOST: Final = 600  # characters of a fact: what was typed or read may be a whole file


def _in_one_line(fact: object) -> object:
    """Give a fact that fits in a sentence; numbers and dates stay what they are."""
    if isinstance(fact, int | float | date):
        return fact
    text = _LINE_ENDS.sub(" ", str(fact))
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


class ZdsGeoError(Exception):
    """Base of all errors: one clear sentence, and an exit code.

    Parameters
    ----------
    key : str
        Key of the sentence in the catalogue (``core/catalogue/*.toml``).
    **facts
        Values that fill the placeholders of the sentence.
    """

    exit_code = 1

    def __init__(self, key: str, **facts: object) -> None:
        self.key = key
        # Help is laid out by us; what came from outside may not break the sentence.
        self.facts = {n: f if n == "help" else _in_one_line(f) for n, f in facts.items()}
        super().__init__(say(key, lang="en", **self.facts))

    def sentence(self, lang: str = "nl") -> str:
        """Say the error in one language.

        Parameters
        ----------
        lang : str
            ``nl`` or ``en``.

        Returns
        -------
        str
            What was expected, what came, and what to do.
        """
        return say(self.key, lang=lang, **self.facts)


class UsageError(ZdsGeoError):
    """A command or an argument does not fit."""

    exit_code = 2


class SettingsError(ZdsGeoError):
    """``zds.toml`` or the workspace folder is not as it should be."""

    exit_code = 3


class SourceError(ZdsGeoError):
    """A file that came in cannot be used."""

    exit_code = 4


class FrameError(ZdsGeoError):
    """A table breaks its column contract."""

    exit_code = 5


class CrsError(FrameError):
    """Coordinates are in another system than asked."""


class PlacesError(ZdsGeoError):
    """Doors, streets or ``places.gpkg`` are missing or unusable."""

    exit_code = 6


class StoreError(ZdsGeoError):
    """The knock history cannot be opened or written."""

    exit_code = 7


class KnockError(ZdsGeoError):
    """Outcomes that cannot be taken in."""

    exit_code = 8


class NoPlanError(ZdsGeoError):
    """No round can be made from what was given."""

    exit_code = 9


class NotFoundError(ZdsGeoError):
    """A door, round, batch or buurt that is not there."""

    exit_code = 10


class OutputError(ZdsGeoError):
    """A file that cannot be written."""

    exit_code = 11
