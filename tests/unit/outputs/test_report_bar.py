"""The bar of a buurt: true in length, readable in grey, silent where a number is hidden."""

from __future__ import annotations

import itertools
import re

from zds_geo.outputs.report_bar import SHADES, WIDTH, draw_bar


def widths(svg: str) -> dict[str, float]:
    return {
        m[2]: float(m[1])
        for m in re.finditer(r'width="([\d.]+)" height="\d+" fill="(#[0-9a-f]{6})"', svg)
    }


def test_parts_are_as_long_as_their_share() -> None:
    drawn = widths(draw_bar([75, 50, 25], of=100))
    assert [drawn[shade] for shade in SHADES] == [0.75 * WIDTH, 0.5 * WIDTH, 0.25 * WIDTH]


def test_a_hidden_number_leaves_no_part_and_does_not_look_empty() -> None:
    for parts in ([None, 50, 25], [75, None, 25], [75, 50, None]):
        drawn = draw_bar(parts, of=100)
        assert not set(widths(drawn)) & set(SHADES)
        assert drawn != draw_bar([0, 0, 0], of=100)
        assert drawn == draw_bar([None, None, None], of=7)


def test_shades_differ_in_grey() -> None:
    def grey(shade: str) -> float:
        red, green, blue = (int(shade[i : i + 2], 16) for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    tones = [255.0, *(grey(s) for s in SHADES)]
    assert all(a - b >= 35 for a, b in itertools.pairwise(tones))
