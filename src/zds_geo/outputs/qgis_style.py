"""The look of the heatmap for QGIS: a style file (.qml) with the same hatching as our own maps."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Final

from zds_geo.outputs.heat_style import FADED, FADES, STYLES, WEIGHT, LineStyle

WIDTH_MM: Final = 1.6
_VERSION: Final = "3.22.0"


def make_qgis_style(texts: Sequence[str], *, fading: bool) -> str:
    """Write a QGIS style for pieces of street.

    Parameters
    ----------
    texts : sequence of str
        What each class is called, in the order of ``STYLES``.
    fading : bool
        True where the layer has a column ``fade``.

    Returns
    -------
    str
        QML: one symbol for each value of the column ``class``; what waits is drawn on top.
    """
    root = ET.Element("qgis", {"version": _VERSION, "styleCategories": "Symbology"})
    renderer = ET.SubElement(
        root, "renderer-v2",
        {"type": "categorizedSymbol", "attr": "class", "enableorderby": "1", "forceraster": "0",
         "symbollevels": "0"},
    )  # fmt: skip
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (style, text) in enumerate(zip(STYLES, texts, strict=True)):
        name = str(number)
        ET.SubElement(
            categories, "category",
            {"value": name, "symbol": name, "label": text, "render": "true", "type": "integer"},
        )  # fmt: skip
        _add_symbol(symbols, name, style, fading=fading)
    order = ET.SubElement(renderer, "orderby")
    ET.SubElement(order, "orderByClause", {"asc": "0", "nullsFirst": "0"}).text = '"class"'
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _add_symbol(symbols: ET.Element, name: str, style: LineStyle, *, fading: bool) -> None:
    symbol = ET.SubElement(
        symbols, "symbol",
        {"type": "line", "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"},
    )  # fmt: skip
    if fading:
        _add_opacity(symbol)
    _add_line(symbol, style.colour, WIDTH_MM, dash=None)
    if style.over:
        k = WIDTH_MM / WEIGHT
        _add_line(symbol, style.over, style.over_weight * k, dash=style.over_dash)


def _add_line(
    symbol: ET.Element, colour: str, width_mm: float, *, dash: tuple[float, float] | None
) -> None:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    k = WIDTH_MM / WEIGHT
    facts = {
        "capstyle": "flat",
        "joinstyle": "round",
        "line_color": f"{red},{green},{blue},255",
        "line_style": "solid",
        "line_width": f"{width_mm:.2f}",
        "line_width_unit": "MM",
        "use_custom_dash": "1" if dash else "0",
        "customdash": f"{dash[0] * k:.2f};{dash[1] * k:.2f}" if dash else "5;2",
        "customdash_unit": "MM",
    }
    layer = ET.SubElement(
        symbol, "layer", {"class": "SimpleLine", "enabled": "1", "locked": "0", "pass": "0"}
    )
    # As a map of options for QGIS 3.18 and later, as properties for those before.
    options = ET.SubElement(layer, "Option", {"type": "Map"})
    for key, value in facts.items():
        ET.SubElement(options, "Option", {"name": key, "type": "QString", "value": value})
    for key, value in facts.items():
        ET.SubElement(layer, "prop", {"k": key, "v": value})


def _add_opacity(symbol: ET.Element) -> None:
    """Let the opacity follow the column ``fade``."""
    steps = " ".join(
        f'WHEN "fade" = {number} THEN {100 * opacity:g}'
        for number, (_, opacity) in enumerate(FADES)
    )
    expression = f"CASE {steps} ELSE {100 * FADED:g} END"
    parent = ET.SubElement(symbol, "data_defined_properties")
    whole = ET.SubElement(parent, "Option", {"type": "Map"})
    ET.SubElement(whole, "Option", {"name": "name", "type": "QString", "value": ""})
    known = ET.SubElement(whole, "Option", {"name": "properties", "type": "Map"})
    alpha = ET.SubElement(known, "Option", {"name": "alpha", "type": "Map"})
    for name, kind, value in (
        ("active", "bool", "true"),
        ("expression", "QString", expression),
        ("type", "int", "3"),
    ):
        ET.SubElement(alpha, "Option", {"name": name, "type": kind, "value": value})
    ET.SubElement(whole, "Option", {"name": "type", "type": "QString", "value": "collection"})
