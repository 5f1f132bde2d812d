"""Documents of plain text with a few marks (a small part of Markdown), filled in and made into PDF.

Known marks: ``#`` headings, ``-`` and ``1.`` lists, ``- [ ]`` boxes, ``|`` tables, ``**bold**``,
`` `code` `` and ``[VUL IN: …]`` for what people fill in. Everything else is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from zds_geo.outputs.typeset import typeset

NAMES: Final = (
    "verwerkingsregister", "dpia", "bewaartermijnen", "ondernemingsraad-memo", "draaiboek-incident",
    "kaartje-tekst",
)  # fmt: skip
OPEN: Final = re.compile(r"\[VUL IN[^\]]*\]")
_FIELD: Final = re.compile(r"\{\{([a-z_]+(?::[a-z_]+)?)\}\}")
_INLINE: Final = re.compile(r"(\*\*.+?\*\*|`[^`]+`|\[VUL IN[^\]]*\])")
_ITEM: Final = re.compile(r"^(?P<indent> *)(?P<mark>[-*]|\d{1,2}\.) +(?P<text>.+)$")
_RULE: Final = re.compile(r"^\|?[\s:|-]+\|?$")
_SPECIAL: Final = re.compile(r"([\\`*|\[\]#<>])")
_ESCAPED: Final = re.compile(r"\\([\\`*|\[\]#<>])")
_WIDEST: Final = 45  # letters; a column wider than this counts as this


def escape(text: str) -> str:
    """Write a text so that none of its signs counts as a mark.

    Parameters
    ----------
    text : str
        Such as a name from the settings; line ends become spaces.

    Returns
    -------
    str
        With a backslash before each sign that could be a mark.

    Examples
    --------
    >>> escape("Jan & Co | *")
    'Jan & Co \\\\| \\\\*'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Write a table with a head.

    Parameters
    ----------
    rows : sequence of sequence of str
        The head first; cells are plain text.

    Returns
    -------
    str
        Lines with ``|``.
    """
    lines = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def fill_document(name: str, facts: Mapping[str, str]) -> str:
    """Fill in a document that comes with the program.

    Parameters
    ----------
    name : str
        One of ``NAMES``.
    facts : mapping of str to str
        Value of each ``{{field}}``, with its marks.

    Returns
    -------
    str
        The text.

    Raises
    ------
    KeyError
        If the document asks for a fact that is not given: a programming error.
    """
    template = files("zds_geo.outputs").joinpath("documents", f"{name}.md")
    return _FIELD.sub(lambda m: facts[m[1]], template.read_text(encoding="utf-8"))


def write_document_pdf(text: str, path: Path, *, on: date) -> None:
    """Write a text as PDF on A4.

    Parameters
    ----------
    text : str
        With the marks named above.
    path : Path
        File to write; the same text and date give the same bytes.
    on : date
        For the properties of the PDF.

    Raises
    ------
    OutputError
        If no PDF can be made or written.
    """
    blocks = read_blocks(text)
    title = next((b["plain"] for b in blocks if b["kind"] == "head"), path.stem)
    data = {"title": title, "blocks": blocks, "year": on.year, "month": on.month, "day": on.day}
    typeset("document.typ", path, data=data, day=on, failed="documents.pdf_failed")


def read_blocks(text: str) -> list[dict[str, Any]]:
    """Read a text into headings, paragraphs, list items and tables.

    Parameters
    ----------
    text : str
        Any text: what is no known mark is a paragraph.

    Returns
    -------
    list of dict
        ``kind`` is ``head``, ``par``, ``item`` or ``table``; pieces of text as ``runs``.
    """
    blocks: list[dict[str, Any]] = []
    lines = [line for line in text.splitlines() if not line.startswith("<!--")]
    at = 0
    while at < len(lines):
        line = lines[at].rstrip()
        head = re.match(r"^(#{1,3}) +(.+)$", line)
        item = _ITEM.match(line)
        if not line.strip():
            blocks.append({"kind": "gap"})
        elif head:
            level = len(head[1])
            words = {"plain": _ESCAPED.sub(r"\1", head[2]), "runs": _runs(head[2])}
            blocks.append({"kind": "head", "level": level, **words})
        elif line.lstrip().startswith("|"):
            end = at
            while end < len(lines) and lines[end].lstrip().startswith("|"):
                end += 1
            blocks.append(_table(lines[at:end]))
            at = end - 1
        elif item:
            blocks.append(_item(item))
        elif blocks and blocks[-1]["kind"] in {"par", "item"}:
            blocks[-1]["runs"] += _runs(" " + line.strip())
        else:
            blocks.append({"kind": "par", "runs": _runs(line)})
        at += 1
    return [b for b in blocks if b["kind"] != "gap"]


def _item(match: re.Match[str]) -> dict[str, Any]:
    words, mark = match["text"], match["mark"]
    box = re.match(r"^\[[ xX]\] +", words)
    if box:
        words = words[box.end() :]
    mark = "☐" if box else ("•" if mark in "-*" else mark)
    level = 1 if len(match["indent"]) >= 2 else 0
    return {"kind": "item", "mark": mark, "level": level, "runs": _runs(words)}


def _runs(text: str) -> list[dict[str, str]]:
    """Cut a text into pieces: plain, bold, code, or open (to be filled in)."""
    hidden = _ESCAPED.sub(lambda m: chr(0xE000 + ord(m[1])), text)
    runs = []
    for piece in _INLINE.split(hidden):
        if not piece:
            continue
        kind, words = "plain", piece
        if piece.startswith("**") and len(piece) > 4:
            kind, words = "bold", piece[2:-2]
        elif piece.startswith("`") and len(piece) > 2:
            kind, words = "code", piece[1:-1]
        if OPEN.fullmatch(words):
            kind = "open"
        shown = "".join(chr(ord(c) - 0xE000) if 0xE000 <= ord(c) < 0xE080 else c for c in words)
        runs.append({"kind": kind, "text": shown})
    return runs


def _table(lines: Sequence[str]) -> dict[str, Any]:
    rows = [_cells(line) for line in lines if not _RULE.match(line) or not line.count("-")]
    n = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (n - len(row)) for row in rows]
    bare = all(not cell for cell in rows[0]) if rows else True
    widths = [_width([row[i] for row in rows]) for i in range(n)]
    body = rows[1:]
    return {
        "kind": "table",
        "widths": widths,
        "head": [] if bare else [_runs(cell) for cell in rows[0]],
        "rows": [[_runs(cell) for cell in row] for row in body],
    }


def _width(cells: Sequence[str]) -> int:
    """Give a column its share of the width: its longest cell up to a limit, at least a word."""
    words = max((len(w) for cell in cells for w in cell.split()), default=0)
    head = len(cells[0]) * 13 // 10 if cells else 0  # bold, and it should not break
    return max(9, min(_WIDEST, max(head, *(len(c) for c in cells))), words + 3)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
