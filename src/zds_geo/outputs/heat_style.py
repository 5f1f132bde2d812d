"""How unreached streets look: classes, colours, hatching and fading, the same on every map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_BEGUN: Final = 0
BEGUN: Final = 1
BEGUN_BELOW: Final = 5
"""With fewer doors knocked at, a share says too much of each (P09)."""
BANDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStyle:
    """A line and a second one on top of it: together a hatching that survives a grey printer.

    Widths and dashes are in pixels on a screen close by; ``dash`` is drawn, then left open.
    """

    colour: str
    over: str = ""
    over_weight: float = 0.0
    over_dash: tuple[float, float] | None = None


WEIGHT: Final = 8.0
# Dark waits, light is reached (after inferno, so that lightness alone tells the order). Patterns:
# rungs, hollow, close rungs, wide rungs, plain, a dark thread, pale with dark edges.
STYLES: Final = (
    LineStyle(colour="#111111", over="#ffffff", over_weight=8.0, over_dash=(2.5, 4.0)),
    LineStyle(colour="#111111", over="#ffffff", over_weight=4.5),
    LineStyle(colour="#4a1670", over="#ffffff", over_weight=8.0, over_dash=(1.5, 7.0)),
    LineStyle(colour="#97266f", over="#ffffff", over_weight=8.0, over_dash=(1.5, 16.0)),
    LineStyle(colour="#d8504a"),
    LineStyle(colour="#f59a4a", over="#5c3206", over_weight=1.8, over_dash=(7.0, 5.0)),
    LineStyle(colour="#5f5420", over="#fbe793", over_weight=5.0),
)
CLASS_KEYS: Final = ("not_begun", "begun", "band_0", "band_1", "band_2", "band_3", "band_4")
FADES: Final = ((28, 1.0), (56, 0.75), (91, 0.55))
"""Days since a street was last tried, and how strongly it is then drawn."""
FADED: Final = 0.4


def band_of(count: int, n_doors: int) -> int:
    """Give the band of a share: under 20, 20-40, 40-60, 60-80, over 80 per cent.

    Parameters
    ----------
    count, n_doors : int
        Part and whole, in doors.

    Returns
    -------
    int
        0-4.

    Examples
    --------
    >>> [band_of(k, 10) for k in (0, 1, 2, 4, 6, 8, 9)]
    [0, 0, 1, 2, 3, 3, 4]
    """
    if 5 * count > 4 * n_doors:
        return 4
    return min(3, 5 * count // max(n_doors, 1))


def classify(tried: int, reached: int, n_doors: int) -> int:
    """Give the class of a piece of street.

    Parameters
    ----------
    tried, reached, n_doors : int
        Counts in doors.

    Returns
    -------
    int
        0 not begun, 1 begun (1-4 doors), 2-6 the bands of the share reached.

    Examples
    --------
    >>> classify(0, 0, 12), classify(3, 3, 12), classify(12, 5, 12), classify(12, 12, 12)
    (0, 1, 4, 6)
    """
    if tried == 0 and reached == 0:
        return NOT_BEGUN
    if tried < BEGUN_BELOW:
        return BEGUN
    return 2 + band_of(reached, n_doors)


def fade_of(last_tried_on: date | None, *, as_of: date) -> int:
    """Tell how long ago a street was tried, as a step of ``FADES``.

    Parameters
    ----------
    last_tried_on : date or None
        The last attempt.
    as_of : date
        The date of the map.

    Returns
    -------
    int
        0 (recent, or never) up to ``len(FADES)``.

    Examples
    --------
    >>> [fade_of(d, as_of=date(2026, 6, 1)) for d in (None, date(2026, 5, 30), date(2026, 1, 1))]
    [0, 0, 3]
    """
    if last_tried_on is None:
        return 0
    days = (as_of - last_tried_on).days
    return next((i for i, (limit, _) in enumerate(FADES) if days <= limit), len(FADES))


def strength(fade: int) -> float:
    """Give the opacity of a step of fading.

    Parameters
    ----------
    fade : int
        As from ``fade_of``.

    Returns
    -------
    float
        0-1.
    """
    return FADES[fade][1] if fade < len(FADES) else FADED


def svg_lines(paths: Iterable[str], class_: int, *, width: float, opacity: float = 1.0) -> str:
    """Draw paths in the style of a class as SVG.

    Parameters
    ----------
    paths : iterable of str
        SVG path data.
    class_ : int
        Number in ``STYLES``.
    width : float
        Of the line, in the units of the drawing; hatching keeps its proportions.
    opacity : float
        0-1.

    Returns
    -------
    str
        One or two ``path`` elements.
    """
    style, k = STYLES[class_], width / WEIGHT
    data = "".join(paths)
    if not data:
        return ""
    common = f'<path d="{data}" fill="none" stroke-linejoin="round" opacity="{opacity:g}" '
    lines = common + f'stroke="{style.colour}" stroke-width="{width:.3g}"/>'
    if style.over:
        dash = style.over_dash
        pattern = f' stroke-dasharray="{dash[0] * k:.3g} {dash[1] * k:.3g}"' if dash else ""
        lines += (
            common + f'stroke="{style.over}" stroke-width="{style.over_weight * k:.3g}"{pattern}/>'
        )
    return lines


def swatch(class_: int, *, opacity: float = 1.0) -> str:
    """Draw the sample of a class for a legend.

    Parameters
    ----------
    class_ : int
        Number in ``STYLES``.
    opacity : float
        0-1.

    Returns
    -------
    str
        SVG, hidden from readers of screens: the words beside it say the same.
    """
    line = svg_lines(["M1 7H51"], class_, width=WEIGHT, opacity=opacity)
    return (
        '<svg class="sample" xmlns="http://www.w3.org/2000/svg" width="52" height="14" '
        f'viewBox="0 0 52 14" aria-hidden="true" focusable="false">{line}</svg>'
    )
