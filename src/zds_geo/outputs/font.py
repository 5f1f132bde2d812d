"""How wide a text is in the font of sheets and maps, read from the font itself."""

from __future__ import annotations

import struct
from functools import cache
from importlib.resources import files
from typing import Final

_FILES: Final = {
    400: "SourceSansPro-Regular.ttf",
    600: "SourceSansPro-Semibold.ttf",
    700: "SourceSansPro-Bold.ttf",
}


def text_width(text: str, size: float, *, weight: int = 400) -> float:
    """Give the width of a line of text, in the unit of ``size``.

    Parameters
    ----------
    text : str
        The text; letters that the font lacks count as wide as its widest usual one.
    size : float
        Letter size, in any unit.
    weight : int
        400, 600 or 700.

    Returns
    -------
    float
        Sum of the advance widths (kerning makes it a little less).

    Examples
    --------
    >>> round(text_width("12", 10, weight=700), 2) == 2 * round(text_width("1", 10, weight=700), 2)
    True
    """
    widths = _widths(weight)
    unknown = widths["W"]
    return size * sum(widths.get(letter, unknown) for letter in text)


@cache
def _widths(weight: int) -> dict[str, float]:
    """Read the advance width of every letter, as a share of the letter size."""
    data = files("font_source_sans_pro").joinpath("files", _FILES[weight]).read_bytes()
    tables = _tables(data)
    per_em = struct.unpack_from(">H", data, tables["head"] + 18)[0]
    n_metrics = struct.unpack_from(">H", data, tables["hhea"] + 34)[0]
    advances = struct.unpack_from(">" + "Hh" * n_metrics, data, tables["hmtx"])[::2]
    glyphs = _glyphs(data, tables["cmap"])
    return {chr(c): advances[min(g, n_metrics - 1)] / per_em for c, g in glyphs.items()}


def _tables(data: bytes) -> dict[str, int]:
    count = struct.unpack_from(">H", data, 4)[0]
    rows = (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count))
    return {tag.decode("ascii"): offset for tag, _, offset, _ in rows}


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Read which letter has which glyph: the table of format 4, which every such font has."""
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    places = [struct.unpack_from(">HHI", data, cmap + 4 + 8 * i)[2] for i in range(count)]
    at = next(cmap + p for p in places if struct.unpack_from(">H", data, cmap + p)[0] == 4)
    n = struct.unpack_from(">H", data, at + 6)[0] // 2
    columns = [at + 14, at + 16 + 2 * n, at + 16 + 4 * n, at + 16 + 6 * n]
    ends, starts, deltas, offsets = (struct.unpack_from(f">{n}H", data, c) for c in columns)
    found: dict[int, int] = {}
    for i in range(n):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if offsets[i]:
                spot = columns[3] + 2 * i + offsets[i] + 2 * (code - starts[i])
                glyph = struct.unpack_from(">H", data, spot)[0]
                if not glyph:
                    continue
            found[code] = (glyph + deltas[i]) & 0xFFFF
    return found
