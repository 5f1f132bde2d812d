"""What stands around a paper map: scale bar, north, borders, and the titles of details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from zds_geo.core.texts import say
from zds_geo.outputs.font import text_width
from zds_geo.outputs.sheet_details import TITLE_MM
from zds_geo.outputs.sheet_frame import HEIGHT_MM, STRIP_MM, WIDTH_MM, Frame

if TYPE_CHECKING:
    from zds_geo.outputs.sheet_labels import Label

LEAST_MM: Final = 2.8  # of letters that can be read
_STEPS_M: Final = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


def draw_detail_box(label: Label, badge: Label) -> str:
    """Draw on the map where a detail lies, with its letter.

    Parameters
    ----------
    label : Label
        The box.
    badge : Label
        Where its letter stands.

    Returns
    -------
    str
        SVG.
    """
    return (
        f'<rect x="{label.x - label.width / 2:.2f}" y="{label.y - label.height / 2:.2f}" '
        f'width="{label.width:.2f}" height="{label.height:.2f}" fill="none" stroke="#111" '
        f'stroke-width="0.6"/>{_badge(badge.x, badge.y, badge.text, badge.size, badge.width)}'
    )


def _badge(x: float, y: float, letter: str, size: float, side: float) -> str:
    return (
        f'<rect x="{x - side / 2:.2f}" y="{y - side / 2:.2f}" width="{side:.2f}" '
        f'height="{side:.2f}" fill="#111"/><text x="{x:.2f}" y="{y + 0.34 * size:.2f}" '
        f'font-size="{size:.2f}" font-weight="700" fill="#fff" text-anchor="middle">{letter}</text>'
    )


def draw_title(frame: Frame, numbers: str, *, lang: str) -> str:
    """Draw the border of a detail and its title: letter, numbers, scale bar and scale.

    Parameters
    ----------
    frame : Frame
        The detail.
    numbers : str
        The numbers in it, such as ``1-11``.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        SVG.
    """
    top, y = frame.top - TITLE_MM, frame.top - TITLE_MM / 2
    right = frame.left + frame.width
    scale = say("sheet.scale", lang=lang, scale=f"{frame.scale:,}".replace(",", "."))
    wide = text_width(scale, 3.4)
    step = _bar_step(frame.scale, 8.0)
    bar = step * 1000 / frame.scale
    at = right - wide - 4 - bar - text_width(f"{step} m", 3.4) - 1.5
    room = at - frame.left - TITLE_MM - 4
    numbers = _shorten(numbers, room)
    size = min(3.9, 3.9 * room / max(text_width(numbers, 3.9, weight=700), 0.1))
    return (
        f'<rect x="{frame.left:.2f}" y="{top:.2f}" width="{frame.width:.2f}" height="{TITLE_MM}" '
        f'fill="#fff"/>{_badge(frame.left + TITLE_MM / 2, y, frame.letter, 4.6, TITLE_MM)}'
        f'<text x="{frame.left + TITLE_MM + 2:.2f}" y="{y + 1.3:.2f}" font-size="{size:.2f}" '
        f'font-weight="700">{numbers}</text>'
        f'<rect x="{at:.2f}" y="{y - 0.6:.2f}" width="{bar:.2f}" height="1.2" fill="#111"/>'
        f'<text x="{at + bar + 1:.2f}" y="{y + 1.2:.2f}" font-size="3.4">{step} m</text>'
        f'<text x="{right - wide - 1.5:.2f}" y="{y + 1.2:.2f}" font-size="3.4">{scale}</text>'
        f'<rect x="{frame.left:.2f}" y="{top:.2f}" width="{frame.width:.2f}" '
        f'height="{frame.height + TITLE_MM:.2f}" fill="none" stroke="#111" stroke-width="0.7"/>'
    )


def _shorten(numbers: str, room: float) -> str:
    """Leave out the last of a list of numbers while it could not be read in some millimetres."""
    parts = numbers.split(", ")
    while len(parts) > 1 and text_width(numbers, LEAST_MM, weight=700) > room:
        parts.pop()
        numbers = ", ".join(parts) + " …"
    return numbers


def _bar_step(scale: int, least_mm: float) -> int:
    return next((m for m in _STEPS_M if m * 1000 / scale >= least_mm), _STEPS_M[-1])


def draw_furniture(frame: Frame, *, lang: str, more: str = "") -> str:
    """Draw scale bar, scale and north arrow in a strip at the foot, and the border.

    Parameters
    ----------
    frame : Frame
        The map of the whole round.
    lang : str
        ``nl`` or ``en``.
    more : str
        A further sentence, such as where the details are.

    Returns
    -------
    str
        SVG.
    """
    y = HEIGHT_MM - 3.4
    step = _bar_step(frame.scale, 15.0)
    bar = step * 1000 / frame.scale
    scale = say("sheet.scale", lang=lang, scale=f"{frame.scale:,}".replace(",", "."))
    text_at = 4 + 2 * bar + 12
    return (
        f'<rect x="0" y="{HEIGHT_MM - STRIP_MM}" width="{WIDTH_MM}" height="{STRIP_MM}" '
        'fill="#fff"/>'
        f'<rect x="4" y="{y - 1.2:.2f}" width="{bar:.2f}" height="1.4" fill="#111"/>'
        f'<rect x="{4 + bar:.2f}" y="{y - 1.2:.2f}" width="{bar:.2f}" height="1.4" fill="#fff" '
        'stroke="#111" stroke-width="0.25"/>'
        f'<text x="4" y="{y - 2.4:.2f}" font-size="3.6">0</text>'
        f'<text x="{4 + bar:.2f}" y="{y - 2.4:.2f}" font-size="3.6" text-anchor="middle">'
        f"{step}</text>"
        f'<text x="{4 + 2 * bar:.2f}" y="{y - 2.4:.2f}" font-size="3.6" text-anchor="middle">'
        f"{2 * step} m</text>"
        f'<text x="{text_at:.2f}" y="{y:.2f}" font-size="4.2">{scale}</text>'
        f'<text x="{text_at:.2f}" y="{y - 4.4:.2f}" font-size="3.6">{escape(more)}</text>'
        f'<path d="M{WIDTH_MM - 7} {y - 6.4:.2f}l2.4 7l-2.4 -1.6l-2.4 1.6z" fill="#111"/>'
        f'<text x="{WIDTH_MM - 13}" y="{y:.2f}" font-size="4.6" font-weight="700" '
        f'text-anchor="middle">{say("sheet.north", lang=lang)}</text>'
        f'<path d="M0 {HEIGHT_MM - STRIP_MM}h{WIDTH_MM}" stroke="#333" stroke-width="0.3"/>'
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="none" stroke="#333" '
        'stroke-width="0.4"/>'
    )
