"""The recovery sheet: the key of the backups on paper, and how to restore with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from zds_geo.core.texts import say
from zds_geo.outputs.layers import long_date
from zds_geo.outputs.typeset import make_pdf

_MOST_NAME: Final = 70  # signs: one line, two of the widest
_WORDS: Final = (
    "title", "secret", "area", "number", "made", "key_head", "key_help", "line", "keep_head",
    "restore_head", "drill_head", "lost_head", "foot",
)  # fmt: skip
_STEPS: Final = ("program", "stick", "window", "command", "type", "places", "check")
_KEEP: Final = ("one", "two", "never")
_LOST: Final = ("sheet", "stolen")


def write_key_sheet(
    path: Path, *, lines: Sequence[str], number: str, area: str, on: date, lang: str = "nl"
) -> None:
    """Write the recovery sheet: one A4.

    Parameters
    ----------
    path : Path
        PDF to write, readable by its owner alone; the same key and day give the same bytes.
    lines : sequence of str
        The key as people type it.
    number : str
        Which key it is.
    area : str
        Name of the workspace's area; a very long one is cut off.
    on : date
        Date on the sheet.
    lang : str
        ``nl`` or ``en``.

    Raises
    ------
    OutputError
        If the PDF cannot be made.
    OSError
        If it cannot be written.
    """
    data = {
        "lang": lang,
        "year": on.year, "month": on.month, "day": on.day,
        "date": long_date(on, lang),
        "lines": [line.split() for line in lines],
        "number": number,
        "area": area if len(area) <= _MOST_NAME else area[: _MOST_NAME - 1].rstrip() + "…",
        "words": {name: say(f"keysheet.{name}", lang=lang) for name in _WORDS},
        "steps": [_step(f"step.{name}", lang) for name in _STEPS],
        "keep": [say(f"keysheet.keep.{name}", lang=lang) for name in _KEEP],
        "lost": [_step(f"lost.{name}", lang) for name in _LOST],
        "drill": _step("drill", lang),
    }  # fmt: skip
    pdf = make_pdf("key_sheet.typ", path, data=data, day=on)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(pdf)


def _step(name: str, lang: str) -> dict[str, str]:
    text, _, command = say(f"keysheet.{name}", lang=lang).partition("\n")
    return {"text": text, "command": command}
