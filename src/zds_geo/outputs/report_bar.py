"""One bar: which part of the doors was tried, opened and talked to; also readable in grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

WIDTH, HEIGHT = 220, 18
# Light to dark, at least 20 points of lightness apart, so that they also differ in grey.
SHADES: Final = ("#d2dae2", "#86a5c4", "#143d66")
EMPTY, EDGE = "#ffffff", "#555555"
STRIPE: Final = 10


def draw_bar(parts: Sequence[int | None], *, of: int) -> str:
    """Draw a bar of nested parts.

    Parameters
    ----------
    parts : sequence of int or None
        From the largest to the smallest. With a hidden number the bar is striped: it tells nothing,
        and does not look as if nothing was done.
    of : int
        The whole bar.

    Returns
    -------
    str
        SVG without any text; the numbers stand beside it.
    """
    pieces = [_rect(WIDTH, EMPTY)]
    if any(part is None for part in parts):
        pieces += [_stripe(x) for x in range(0, WIDTH, STRIPE)]
    else:
        for part, shade in zip(parts, SHADES, strict=True):
            if part and of:
                pieces.append(_rect(WIDTH * min(part / of, 1.0), shade))
    frame = (
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" fill="none" '
        f'stroke="{EDGE}"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="none">{"".join(pieces)}{frame}</svg>'
    )


def _rect(width: float, fill: str) -> str:
    return f'<rect x="0" y="0" width="{width:.1f}" height="{HEIGHT}" fill="{fill}"/>'


def _stripe(x: int) -> str:
    return f'<path d="M{x} {HEIGHT}L{x + STRIPE} 0" stroke="{EDGE}" stroke-width="1"/>'
