"""The typed text of a sheet as words, numbers and marks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_SPELLINGS: Final = (
    (r"[’‘`´]", "'"),
    (r"[–—−‐‑]", "-"),
    (r"\s*[“”„]", '"'),
    (r"\bt\s*/\s*m\b|\btm\b|\bt\.\s?m\.?(?!\w)|\btot\s*(?:en met|/ ?met)\b", " t/m "),
    (r"(?<=[0-9])\s*\.{2,}\s*(?=[0-9])", " t/m "),
    (r"\b([a-z])\.([a-z])\.(?!\w)", r"\1\2"),  # n.t.
)  # fmt: skip
_TOKEN: Final = re.compile(
    r"(?P<sep>[,;\n]+|\.(?=\s|$))"
    r"|(?P<clock>[0-9]{1,2}[:.][0-9]{2}(?![0-9])(?:\s*(?:uur|u)\b)?|[0-9]{1,2}\s*(?:uur|u)\b)"
    r"|(?P<date>[0-9]{1,2}[-/][0-9]{1,2}[-/](?:[0-9]{4}|[0-9]{2})(?![0-9]))"
    r"|(?P<odd>[0-9]{7,})"
    r"|(?P<number>[0-9]+)"
    r"|(?P<word>t/m|'?[^\W\d_](?:[^\W\d_]|['_](?=[^\W\d_]))*)"
    r"|(?P<mark>\S)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, date, clock, mark or separator, in lower case, and where it stands."""

    kind: str
    text: str
    begin: int
    end: int


def clean(text: str) -> str:
    """Write a text the one way: lower case, plain quotes and dashes, ``t/m``.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    str
        The same, easier to read for a program.

    Examples
    --------
    >>> clean("1 T/M 4 n.t., 5–6 tm")
    '1  t/m  4 nt, 5-6  t/m '
    """
    found = unicodedata.normalize("NFC", text).casefold()
    for pattern, plain in _SPELLINGS:
        found = re.sub(pattern, plain, found)
    return found


def split_tokens(text: str) -> list[Token]:
    """Split a cleaned text.

    Parameters
    ----------
    text : str
        As from ``clean``.

    Returns
    -------
    list of Token
        A point after a line's number is left out: ``1. nt`` is ``1 nt``.
    """
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        found = Token(kind, match[0].strip(), match.start(), match.end())
        if kind == "mark" and found.text == "!":
            continue
        tokens.append(found)
    kept = []
    for at, token in enumerate(tokens):
        numbered = token.text == "." and at > 0 and tokens[at - 1].kind == "number"
        starts = at < 2 or tokens[at - 2].kind not in {"number", "mark"}
        followed = at + 1 < len(tokens) and tokens[at + 1].kind == "word"
        if not (numbered and starts and followed and _starts_lines(tokens)):
            kept.append(token)
    return kept


def _starts_lines(tokens: list[Token]) -> bool:
    return tokens[0].kind == "number"
