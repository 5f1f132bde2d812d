"""Ids and codes: all text, all checked by pattern.

BAG ids: 16 digits. CBS codes: ``BU`` + 4 digits + 4 digits or capitals.
"""

import hashlib
import re
from typing import Final

from zds_geo.core.errors import FrameError, UsageError

BAG_ID: Final = re.compile(r"^[0-9]{16}$")
DOOR_ID: Final = re.compile(r"^([0-9]{16}|num:[0-9]{16}|osm:(node|way|relation)/[0-9]{1,20})$")
BUURT_CODE: Final = re.compile(r"^BU[0-9]{4}[0-9A-Z]{4}$")
WIJK_CODE: Final = re.compile(r"^WK[0-9]{4}[0-9A-Z]{2}$")
GEMEENTE_CODE: Final = re.compile(r"^GM\d{4}$")
_HOUSE: Final = re.compile(
    r"(?P<number>[0-9]{1,5})(?P<letter>[A-Za-z]?)(?:-(?P<addition>[A-Za-z0-9]{1,6}))?"
)
_DIGITS: Final = re.compile(r"[0-9]{1,18}")  # "²" is a digit too for Python, but no number
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


_GROUND: Final = frozenset({"hs", "huis", "bg", "beg", "h"})
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}
_HIGH: Final = re.compile(r"^([0-9]{1,2})\s*-?\s*(?:hoog|hg|h|verd|etage|et)\.?$")


def floor_of(huisletter: str, toevoeging: str) -> int | None:
    """Tell the floor of a home, where its addition says it in so many words.

    Parameters
    ----------
    huisletter, toevoeging : str
        Letter and addition, empty when absent.

    Returns
    -------
    int or None
        0 is the ground floor. None when the addition does not tell: a bare ``2`` may be a floor
        or the second door, a bare ``A`` too.

    Examples
    --------
    >>> floor_of("", "hs"), floor_of("", "2hoog"), floor_of("", "3-hg"), floor_of("", "2")
    (0, 2, 3, None)
    """
    text = toevoeging.casefold().strip(" .-")
    if huisletter:
        return None
    if text in _GROUND:
        return 0
    match = _HIGH.fullmatch(text)
    return int(match[1]) if match else None


def read_house_label(label: str) -> tuple[int, str, str]:
    """Read a house number as ``house_label`` writes it.

    Parameters
    ----------
    label : str
        Such as ``12A-2``; spaces do not count.

    Returns
    -------
    number, letter, addition : int, str, str
        Letter and addition empty when absent.

    Raises
    ------
    UsageError
        If the label does not begin with a number.

    Examples
    --------
    >>> read_house_label("12A-2"), read_house_label("131-3"), read_house_label("7")
    ((12, 'A', '2'), (131, '', '3'), (7, '', ''))
    """
    found = _HOUSE.fullmatch(re.sub(r"\s+", "", label))
    if found is None:
        raise UsageError("error.house_number", got=label)
    return int(found["number"]), (found["letter"] or "").upper(), found["addition"] or ""


def added_door_id(street: str, label: str, buurt_code: str) -> str:
    """Give the provisional id of a home that no delivery has.

    Parameters
    ----------
    street, label : str
        Its address.
    buurt_code : str
        Where it stands.

    Returns
    -------
    str
        ``num:000020`` and ten digits that follow from the address: municipality 0000 does not
        exist, so no register will ever give this number out.

    Examples
    --------
    >>> added_door_id("Merelstraat", "12A", "BU99990101")[:10]
    'num:000020'
    """
    text = f"{street.casefold()}|{label.casefold()}|{buurt_code}"
    digits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 10**10
    return f"num:000020{digits:010d}"


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
        The number alone; the ground floor (``hs``, ``bg``); floors and numbers from low to high
        (``1``, ``I``, ``2hoog``, ``10``); ``bis``; letters; other additions. Case does not matter,
        digits count as numbers, and ``1-A`` stands where ``1A`` does.

    Examples
    --------
    >>> doors = [(1, "", "10"), (1, "", "2"), (1, "A", ""), (1, "", ""), (1, "", "hs")]
    >>> sorted(doors, key=lambda n: bell_order(*n))
    [(1, '', ''), (1, '', 'hs'), (1, '', '2'), (1, '', '10'), (1, 'A', '')]
    """
    letter, addition = huisletter.casefold().strip(), toevoeging.casefold().strip(" .-")
    glued = re.fullmatch(r"[a-z](?:[^a-z].*)?", addition) is not None
    if not letter and glued and addition not in _ROMAN and addition not in _GROUND:
        letter, addition = addition[0], addition[1:].strip(" .-")
    return huisnummer, _place(letter, addition), letter, _pieces(addition), toevoeging, huisletter


def _place(letter: str, addition: str) -> int:
    if letter:
        return 4
    if not addition:
        return 0
    if addition in _GROUND:
        return 1
    if addition[0].isdigit() or addition in _ROMAN:
        return 2
    return 3 if addition.startswith("bis") else 5


def _pieces(addition: str) -> tuple[tuple[int, int, str], ...]:
    if addition in _ROMAN:
        return ((0, _ROMAN[addition], ""),)
    return tuple(
        (0, int(piece), "") if _DIGITS.fullmatch(piece) else (1, 0, piece)
        for piece in re.findall(r"[0-9]+|[^0-9]+", addition)
    )
