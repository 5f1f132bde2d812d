"""Classes of streets can be told apart by everyone, on every printer."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from zds_geo.outputs.heat_style import (
    CLASS_KEYS,
    FADES,
    STYLES,
    band_of,
    classify,
    fade_of,
    strength,
    svg_lines,
)
from zds_geo.outputs.qgis_style import make_qgis_style

# Vienot, Brettel and Mollon 1999, in linear light.
DEUTERANOPIA = ((0.29031, 0.70969, 0.0), (0.29031, 0.70969, 0.0), (-0.02197, 0.02197, 1.0))
PROTANOPIA = ((0.10889, 0.89111, 0.0), (0.10889, 0.89111, 0.0), (0.00447, -0.00447, 1.0))
WHOLE_SIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def lightness(colour: str, sight: tuple[tuple[float, ...], ...]) -> float:
    """CIE L* of a colour as somebody sees it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    seen = [sum(m * v for m, v in zip(row, linear, strict=True)) for row in sight]
    y = 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


@pytest.mark.parametrize("sight", [WHOLE_SIGHT, DEUTERANOPIA, PROTANOPIA])
def test_bands_get_lighter_step_by_step_for_every_eye(
    sight: tuple[tuple[float, ...], ...],
) -> None:
    bands = [s.colour for s in STYLES[2:6]] + [STYLES[6].over]  # the last is pale inside
    steps = [lightness(c, sight) for c in bands]
    assert all(b - a >= 8 for a, b in itertools.pairwise(steps)), steps


def test_every_class_has_a_pattern_of_its_own() -> None:
    patterns = [(s.over_weight, s.over_dash, s.over != "") for s in STYLES]
    assert len(set(patterns)) == len(STYLES) == len(CLASS_KEYS)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 9), 0), ((0, 1, 9), 1), ((4, 4, 9), 1), ((5, 0, 9), 2), ((5, 1, 5), 3),
        ((10, 2, 10), 3), ((10, 4, 10), 4), ((10, 6, 10), 5), ((10, 8, 10), 5), ((10, 9, 10), 6),
    ],
)  # fmt: skip
def test_a_share_on_a_border_has_one_class(counts: tuple[int, int, int], expected: int) -> None:
    assert classify(*counts) == expected


def test_every_count_falls_in_the_band_its_legend_says() -> None:
    for n in range(1, 60):
        for k in range(n + 1):
            band, per_cent = band_of(k, n), 100 * k / n
            if band == 4:
                assert per_cent > 80
            else:
                assert 20 * band <= per_cent <= 20 * band + 20
                assert per_cent < 20 * band + 20 or band == 3


def test_streets_fade_with_the_weeks_and_never_brighten() -> None:
    today = date(2026, 11, 22)
    seen = [strength(fade_of(today - timedelta(days=n), as_of=today)) for n in range(200)]
    assert seen[0] == 1.0
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(FADES) + 1


def test_hatching_keeps_its_proportions_at_every_width() -> None:
    wide, thin = (
        ET.fromstring(f"<svg>{svg_lines(['M0 0H9'], 0, width=w)}</svg>") for w in (8.0, 2.0)
    )
    dashes = [[float(v) for v in s[1].attrib["stroke-dasharray"].split()] for s in (wide, thin)]
    assert dashes[0] == pytest.approx([4 * v for v in dashes[1]], rel=0.01)


def test_the_qgis_style_names_every_class_and_escapes_texts() -> None:
    texts = [f"<{key}> & 'co'" for key in CLASS_KEYS]
    root = ET.fromstring(make_qgis_style(texts, fading=True))
    categories = root.findall(".//category")
    assert [c.attrib["label"] for c in categories] == texts
    symbols = {s.attrib["name"]: s for s in root.findall(".//symbols/symbol")}
    for number, style in enumerate(STYLES):
        layers = symbols[str(number)].findall("layer")
        assert len(layers) == 1 + bool(style.over)
        colour = layers[0].find("Option/Option[@name='line_color']")
        assert colour is not None
        wanted = [int(style.colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert colour.attrib["value"] == ",".join(map(str, [*wanted, 255]))
    assert root.find(".//Option[@name='expression']") is not None
    plain = ET.fromstring(make_qgis_style(texts, fading=False))
    assert plain.find(".//Option[@name='expression']") is None
