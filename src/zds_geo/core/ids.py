"""Ids and codes: all text, all checked by pattern.

BAG ids: 16 digits. CBS codes: ``BU`` + 4 digits + 4 digits or capitals.
"""

import re
from typing import Final

from zds_geo.core.errors import FrameError

BAG_ID: Final = re.compile(r"^[0-9]{16}$")
DOOR_ID: Final = re.compile(r"^([0-9]{16}|num:[0-9]{16}|osm:(node|way|relation)/[0-9]{1,20})$")
BUURT_CODE: Final = re.compile(r"^BU[0-9]{4}[0-9A-Z]{4}$")
WIJK_CODE: Final = re.compile(r"^WK[0-9]{4}[0-9A-Z]{2}$")
GEMEENTE_CODE: Final = re.compile(r"^GM\d{4}$")
ROUND_CODE: Final = re.compile(r"^[A-Z]{3,12}-\d{2,3}$")


def require_door_id(text: str) -> str:
    """Give the door id back, or refuse it.

    Parameters
    ----------
    text : str
        A 16-digit BAG object id, ``num:<16 digits>`` or ``osm:<node|way>/<id>``.

    Returns
    -------
    str
        The same text.

    Raises
    ------
    FrameError
        If the text has another form, for instance after a spreadsheet changed it.

    Examples
    --------
    >>> require_door_id("0200010000000001")
    '0200010000000001'
    """
    if not DOOR_ID.fullmatch(text):
        raise FrameError("error.door_id", got=text)
    return text


def house_label(huisnummer: int, huisletter: str = "", toevoeging: str = "") -> str:
    """Write a house number as people write it: letter glued, addition after a hyphen.

    Parameters
    ----------
    huisnummer : int
        The number.
    huisletter, toevoeging : str
        Letter and addition, empty when absent.

    Returns
    -------
    str
        The label.

    Examples
    --------
    >>> house_label(12, "A", "2")
    '12A-2'
    >>> house_label(131, "", "3")
    '131-3'
    """
    tail = f"-{toevoeging}" if toevoeging else ""
    return f"{huisnummer}{huisletter}{tail}"


def bell_order(huisnummer: int, huisletter: str, toevoeging: str) -> tuple[object, ...]:
    """Give the key that sorts house numbers as on a street or a bell board.

    Parameters
    ----------
    huisnummer : int
        The number.
    huisletter, toevoeging : str
        Letter and addition, empty when absent.

    Returns
    -------
    tuple
        Digits inside the addition count as numbers, so ``1-2`` comes before ``1-10``.

    Examples
    --------
    >>> sorted([(1, "", "10"), (1, "", "2"), (1, "A", "")], key=lambda n: bell_order(*n))
    [(1, '', '2'), (1, '', '10'), (1, 'A', '')]
    """
    parts = tuple(
        (0, int(piece), "") if piece.isdigit() else (1, 0, piece.upper())
        for piece in re.findall(r"[0-9]+|[^0-9]+", toevoeging)
    )
    return huisnummer, huisletter.upper(), parts
