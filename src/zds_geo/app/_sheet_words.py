"""What people write for an outcome, in Dutch; and the words that stand around it on a sheet."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from zds_geo.core.outcomes import SHORT_CODES, Outcome

NOT_DONE: Final = "not done"
SAME: Final = "same"

# Whole phrases. A short code is never guessed at; a longer phrase may have one slip of the pen.
_PHRASES: Final[dict[Outcome, tuple[str, ...]]] = {
    Outcome.TALKED: (
        "gesproken", "gesprek", "gesprek gehad", "een gesprek", "goed gesprek", "leuk gesprek",
        "goed gesprek gehad", "wel gesproken", "wel gesprek", "is gesproken", "gepraat", "praatje",
        "gespr", "gspr",
        "praatje gemaakt",
    ),
    Outcome.NO_TALK: (
        "geen gesprek", "wel iemand", "wel iemand geen gesprek", "wel iemand maar geen gesprek",
        "wel thuis geen gesprek", "wel thuis maar geen gesprek", "thuis geen gesprek",
        "iemand thuis geen gesprek", "iemand thuis maar geen gesprek", "deed open geen gesprek",
        "deed open maar geen gesprek", "deed wel open maar geen gesprek",
        "deed wel open maar wilde niet praten", "deed open maar wilde niet praten",
        "thuis maar geen gesprek", "open maar geen gesprek", "wilde niet praten",
        "wil niet praten", "wilde geen gesprek", "wil geen gesprek", "geen interesse",
        "had geen interesse",
    ),
    Outcome.NOT_HOME: (
        "niet thuis", "nth", "afwezig", "afw", "niet aanwezig", "was niet thuis",
        "waren niet thuis", "niemand thuis", "niemand",
        "weer niet thuis", "geen gehoor", "geen antwoord", "deed niet open", "doet niet open",
        "deden niet open",
    ),
    Outcome.COME_BACK: (
        "kom terug", "komen terug", "terugkomen", "terug komen", "later terugkomen",
        "later terug komen", "later terug", "terug", "kom later terug",
    ),
    Outcome.DO_NOT_KNOCK: (
        "niet meer", "niet meer aanbellen", "nooit meer", "nooit meer aanbellen", "wil niet meer",
        "niet meer bellen", "niet aanbellen", "wil niet meer aanbellen",
    ),
    Outcome.NO_ACCESS: (
        "kan er niet bij", "kon er niet bij", "kom er niet bij", "kwam er niet bij",
        "kan er niet in", "kon er niet in", "kom er niet in", "kwam er niet in", "geen toegang",
        "niet bij te komen", "afgesloten", "op slot", "hek dicht", "hek op slot", "portiek dicht",
        "portiek op slot", "poort dicht", "poort op slot", "toegang dicht",
    ),
    Outcome.VACANT: (
        "onbewoond", "leegstaand pand",
        "leegstand", "leegstaand", "staat leeg", "huis staat leeg", "woont niemand",
        "niet bewoond",
    ),
    Outcome.NOT_A_HOME: (
        "geen woning", "garage", "een garage", "is een garage", "schuur", "een schuur", "schuurtje",
        "is geen woning", "geen huis", "winkel", "is een winkel", "bedrijf",
        "is een bedrijf", "kantoor", "is een kantoor", "een winkel", "een bedrijf", "een kantoor",
    ),
}  # fmt: skip
_NOT_DONE_PHRASES: Final = (
    "niet gedaan", "-", "ng", "overgeslagen", "niet geweest", "niet gelopen",
    "niet aan toegekomen", "niet aan toe gekomen", "niet meer aan toegekomen",
    "niet meer aan toe gekomen", "niet meer gedaan", "niet langs geweest", "niet aangebeld",
)  # fmt: skip
_SAME_PHRASES: Final = ("ook", "idem", "hetzelfde", "zelfde", '"')
# These mean different things to different people: somebody must say which. Never guessed at.
_ASK_BACK: Final = (
    "thuis", "wel thuis", "was thuis", "open", "opengedaan", "open gedaan", "deed open", "ja",
    "nee", "wel", "niet", "ok", "geen tijd", "niet gesproken", "een woning", "wel een woning",
    "woning",
    "bewoond", "aangebeld", "wel aangebeld", "gedaan", "wel gedaan", "deur dicht", "niet open",
    "bestaat niet", "te koop", "staat te koop", "weg", "meer", "niets", "interesse",
)  # fmt: skip
REST: Final = frozenset(
    {"rest", "de rest", "overige", "overigen", "de overige", "de overigen", "anderen", "andere",
     "de andere", "de anderen", "alle andere", "alle anderen", "alle overige", "al het andere",
     "de rest is", "rest is"}
)  # fmt: skip
ALL: Final = frozenset(
    {"alles", "allemaal", "iedereen", "alle", "alle regels", "alle deuren", "hele blad",
     "het hele blad", "heel het blad"}
)  # fmt: skip
LINE_WORDS: Final = frozenset({"regel", "regels", "lijn", "lijnen", "regelnummer"})


def squeeze(text: str) -> str:
    """Write a phrase without spaces and marks, to compare it with."""
    return re.sub(r"[\s_.'’!]+", "", text.casefold())


@cache
def _known() -> dict[str, Outcome | str]:
    known: dict[str, Outcome | str] = dict(SHORT_CODES)
    for outcome, phrases in _PHRASES.items():
        known |= dict.fromkeys(map(squeeze, phrases), outcome)
    known |= dict.fromkeys(map(squeeze, _NOT_DONE_PHRASES), NOT_DONE)
    return known | dict.fromkeys(map(squeeze, _SAME_PHRASES), SAME)


@cache
def _unclear() -> frozenset[str]:
    return frozenset(map(squeeze, _ASK_BACK))


def read_exactly(text: str) -> Outcome | str | None:
    """Give what a phrase says, letter by letter.

    Parameters
    ----------
    text : str
        Such as ``nt`` or ``niet thuis``.

    Returns
    -------
    Outcome, or NOT_DONE, or SAME, or None
        None where the phrase is not known.

    Examples
    --------
    >>> read_exactly("Niet thuis")
    <Outcome.NOT_HOME: 'not_home'>
    """
    if " " in text.strip() and squeeze(text) in SHORT_CODES:
        return None  # "g g" is not gg
    return _known().get(squeeze(text))


def is_unclear(text: str) -> bool:
    """Tell whether a phrase means different things to different people."""
    return squeeze(text) in _unclear()


@lru_cache(maxsize=4096)
def read_phrase(text: str) -> Outcome | str | None:
    """Give what a phrase says; a slip of the pen is mended where only one outcome is near.

    Parameters
    ----------
    text : str
        A phrase without numbers.

    Returns
    -------
    Outcome, or NOT_DONE, or SAME, or None
        None where it is unknown, unclear, or near to more than one.

    Examples
    --------
    >>> read_phrase("gespoken")
    <Outcome.TALKED: 'talked'>
    >>> read_phrase("thuis") is None
    True
    """
    exact = read_exactly(text)
    if exact is not None or is_unclear(text):
        return exact
    typed = squeeze(text)
    # Without its first letter "geen woning" is "een woning": that is no slip of the pen.
    if len(typed) < 5 or typed.startswith(("een", "wel")):
        return None
    near: dict[Outcome | str, int] = {}
    for phrase, meaning in (*_known().items(), *((p, "unclear") for p in _unclear())):
        if len(phrase) >= 5 and abs(len(phrase) - len(typed)) <= 3:
            near[meaning] = min(near.get(meaning, 99), slips(typed, phrase))
    ranked = sorted(near.items(), key=lambda item: item[1])
    if not ranked or ranked[0][1] > (1 if len(typed) < 9 else 2) or ranked[0][0] == "unclear":
        return None
    if len(ranked) > 1 and ranked[1][1] < ranked[0][1] + 2:
        return None
    return ranked[0][0]


def slips(a: str, b: str) -> int:
    """Count the slips of the pen between two words: a letter too many, too few, other or swapped.

    Parameters
    ----------
    a, b : str
        Two words.

    Returns
    -------
    int
        The distance of Damerau and Levenshtein (optimal string alignment).

    Examples
    --------
    >>> slips("gespoken", "gesproken"), slips("thius", "thuis")
    (1, 1)
    """
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
