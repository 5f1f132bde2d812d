"""The CSV guard (S07): a text cell that a spreadsheet would run is marked, and unmarked on reading.

Bijective: ``unguard(guard(text)) == text`` for every text.
"""

import re
from typing import Final

_RISKY: Final = re.compile(r"^'*[=+\-@\t\r\n\0＝＋－＠]")


def csv_guard(text: str) -> str:
    """Mark a text cell that a spreadsheet would take for a formula.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        With ``'`` in front when it begins, after any ``'``, with a sign of a formula.

    Examples
    --------
    >>> csv_guard("=1+1"), csv_guard("'s-Gravenweg")
    ("'=1+1", "'s-Gravenweg")
    """
    return f"'{text}" if _RISKY.match(text) else text


def csv_unguard(text: str) -> str:
    """Take the mark off again.

    Parameters
    ----------
    text : str
        A cell written with ``csv_guard``.

    Returns
    -------
    str
        The text as it was.

    Examples
    --------
    >>> csv_unguard("'=1+1"), csv_unguard("'s-Gravenweg")
    ('=1+1', "'s-Gravenweg")
    """
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text
