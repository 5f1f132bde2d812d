"""Text in CSV and XLSX cells that a spreadsheet cannot take for a formula (S07).

A cell that would start a formula gets a ``'`` in front; reading takes it off by the same rule.
Bijective: names that start with ``'`` themselves (``'t Hof``) survive unchanged.
"""

import re
from typing import Final

_RISKY: Final = re.compile(r"'*[=+\-@\t\r\n\0＝＋－＠]")


def csv_guard(text: str) -> str:
    """Make a text cell harmless to a spreadsheet.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text, with a ``'`` in front when a spreadsheet could read a formula in it.

    Examples
    --------
    >>> csv_guard("=1+1"), csv_guard("'t Hof")
    ("'=1+1", "'t Hof")
    """
    return f"'{text}" if _RISKY.match(text) else text


def csv_unguard(text: str) -> str:
    """Take off what ``csv_guard`` put on.

    Parameters
    ----------
    text : str
        A cell as it stands in the file.

    Returns
    -------
    str
        The text as it was.

    Examples
    --------
    >>> csv_unguard("'=1+1"), csv_unguard("'t Hof")
    ('=1+1', "'t Hof")
    """
    return text[1:] if text.startswith("'") and _RISKY.match(text, 1) else text
