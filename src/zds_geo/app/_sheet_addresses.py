"""Pieces of a typed sheet that name a street and a house number instead of a line."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from zds_geo.app._sheet_reader import EXCEPT, Said, read_alone
from zds_geo.app._sheet_words import ALL, LINE_WORDS, REST, is_unclear, read_exactly, read_phrase
from zds_geo.core.errors import UsageError
from zds_geo.core.outcomes import Outcome
from zds_geo.core.windows import WindowScheme

_NUMBER: Final = re.compile(r"\b([0-9]{1,5})(?=\D|$)")
_SUFFIX: Final = re.compile(r"\s[a-z][a-z0-9]{0,5}\b|\s?-\s?[a-z0-9]{1,6}\b|[a-z][a-z0-9]{0,5}\b")
_NO_STREET: Final = frozenset({"vanaf", "t/m", "eerste", "laatste", "en"})


def take_addresses(
    text: str, *, windows: WindowScheme, on: date
) -> tuple[str, list[tuple[str, Said]]]:
    """Take the pieces that name a street and a number out of a text.

    Parameters
    ----------
    text : str
        As from ``clean``.
    windows : WindowScheme
        Names that may follow ``kt``.
    on : date
        The date that was walked.

    Returns
    -------
    rest, found : str, list of (str, Said)
        What is left, and each address with what was said of it.

    Raises
    ------
    UsageError
        If a bare number follows an address: a line, or a number in that street?
    """
    left: list[str] = []
    found: list[tuple[str, Said]] = []
    for piece in re.split(r"([,;\n]+)", text):
        entry = _read_address(piece.strip(" ."), windows=windows, on=on)
        if entry is not None:
            found.append(entry)
        elif found and re.match(r"\s*\d", piece):
            # After a street a bare number may be a line, or a number in that street.
            raise UsageError("entry.after_address", got=piece.strip(), address=found[-1][0])
        else:
            left.append(piece)
    return "".join(left), found


def _read_address(piece: str, *, windows: WindowScheme, on: date) -> tuple[str, Said] | None:
    """Read ``Dorpsstraat 12 nt``; None where the piece names no street."""
    if not re.match(r"['a-zà-ÿ]", piece) or _is_no_street(piece):
        return None
    fault: UsageError | None = None
    for match in _NUMBER.finditer(piece):
        street = piece[: match.start()].strip(" ,")
        if len(street) < 3:
            continue
        for suffix in ("", *_suffixes(piece[match.end() :])):
            end = match.end() + len(suffix)
            what = piece[end:].lstrip(" :=")
            apart = piece[end : end + 1] in {" ", ":", "="}
            if what.startswith("- "):
                what = what[2:].lstrip()
            if not (apart and what):
                continue
            try:
                said = read_alone(what, windows=windows, on=on)
            except UsageError as wrong:
                fault = fault or wrong
                continue
            if said is not None and said.outcome is not None:
                number = match[1] + re.sub(r"\s", "", suffix)
                return f"{street} {number}", said
    if fault is not None:
        raise fault
    if re.fullmatch(r"[^0-9]{3,}[0-9]{1,5}(?:\s?-?\s?[a-z0-9]{1,6})?", piece):
        raise UsageError("entry.no_outcome", got=piece)
    return None


def _suffixes(tail: str) -> list[str]:
    """List the endings a house number may have: ``a``, ``-2``, `` a``, ``a-2``."""
    first = _SUFFIX.match(tail)
    if first is None:
        return []
    second = _SUFFIX.match(tail[first.end() :])
    return [first[0], first[0] + second[0]] if second else [first[0]]


def _is_no_street(piece: str) -> bool:
    """Tell whether a piece begins as lines, or as an outcome with its lines."""
    head = re.match(r"[^\d]*", piece)
    words = (head[0] if head else "").strip(" :=-(")
    first = words.split(" ")[0]
    if first in LINE_WORDS | REST | ALL | EXCEPT | _NO_STREET:
        return True
    if read_phrase(words) is not None or is_unclear(words):
        return True
    return any(
        read_exactly(" ".join(words.split()[:n])) is Outcome.COME_BACK
        for n in range(1, len(words.split()) + 1)
    )
