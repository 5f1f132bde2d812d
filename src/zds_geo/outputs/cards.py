"""Cards for the letter box, "wij waren bij u": four on a page, to be cut."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from zds_geo.core.errors import OutputError
from zds_geo.core.texts import say
from zds_geo.outputs.typeset import typeset


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTexts:
    """What stands on the cards: who we are, why we come, three texts, and how to object."""

    organisation: str
    telephone: str
    head: str
    who: str
    why: str
    text_1: str
    text_2: str
    text_3: str
    object: str


def write_cards(texts: CardTexts, path: Path, *, day: date, lang: str = "nl") -> None:
    """Write the cards: a page of four for the first, second and third time.

    Parameters
    ----------
    texts : CardTexts
        The wording.
    path : Path
        PDF to write.
    day : date
        Of the document.
    lang : str
        ``nl`` or ``en``.

    Raises
    ------
    OutputError
        If a text does not fit on a card, naming it, or the file cannot be written.

    Notes
    -----
    A card names no address, door, date or window: one that is lost tells nothing.
    """
    data = {
        "title": say("cards.title", lang=lang),
        "lang": lang,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "words": {"telephone": say("cards.telephone", lang=lang)},
        "texts": asdict(texts),
    }
    try:
        typeset("cards.typ", path, data=data, day=day)
    except OutputError as fault:
        long = re.search(r"too long: (\w+)", str(fault))
        if long:
            raise OutputError("cards.too_long", name=long[1]) from None
        raise
