"""The heatmap of unreached streets, for the coordinator: lines, never points of households."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say
from zds_geo.outputs.layers import MapLayers, credit_line, is_invented, long_date
from zds_geo.outputs.page import encode_for_folium, plain_map, render_page
from zds_geo.outputs.round_map import add_background, to_feature_collection

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from zds_geo.core.model import Credit

# Dark waits, light is reached: after the magma scale, readable without colour. Dashes mark the two
# classes that say nothing of residents yet.
CLASSES: Final = (
    ("heat.not_begun", "#1b1044", "6 5"),
    ("heat.begun", "#5f187f", "12 4"),
    ("heat.band_0", "#b63679", ""),
    ("heat.band_1", "#ee5b5e", ""),
    ("heat.band_2", "#fb9a6b", ""),
    ("heat.band_3", "#f6c98a", ""),
    ("heat.band_4", "#d9dba8", ""),
)
BEGUN_BELOW: Final = 5
LONGEST_SHOWN: Final = 12


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
        return 0
    if tried < BEGUN_BELOW:
        return 1
    return 2 + min(4, int(5 * reached / max(n_doors, 1)))


def draw_heatmap(
    pieces: gpd.GeoDataFrame,
    path: Path,
    *,
    buurten: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
    credits: Sequence[Credit],
    as_of: date,
    lang: str = "nl",
) -> None:
    """Draw which streets still wait, as one HTML file that opens without internet.

    Parameters
    ----------
    pieces : GeoDataFrame
        As from ``merge_sides``: at least five doors each.
    path : Path
        File to write; the same input gives the same bytes.
    buurten, edges, water : GeoDataFrame
        Background.
    credits : sequence of Credit
        For the credit line.
    as_of : date
        The date of the figures.
    lang : str
        ``nl`` or ``en``.
    """
    page = plain_map()
    layers = MapLayers(edges=edges, panden=edges.iloc[:0], water=water, buurten=buurten)
    x0, y0, x1, y1 = pieces.total_bounds
    add_background(page, layers.around((x0 - 200, y0 - 200, x1 + 200, y1 + 200)), panden=False)
    _add_buurten(page, buurten)
    _add_pieces(page, pieces, lang)
    title = say("heat.title", lang=lang)
    text = render_page(
        page, title=title, before=_head(credits, as_of, lang), side=_panel(pieces, lang),
        after=encode_for_folium(credit_line(credits, lang)), lang=lang,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")


def _head(credits: Sequence[Credit], as_of: date, lang: str) -> str:
    marks = f"<span class=mark>{encode_for_folium(say('outputs.internal', lang=lang))}</span>"
    if is_invented(credits):
        marks += f"<span class=mark>{encode_for_folium(say('outputs.invented', lang=lang))}</span>"
    as_of_text = say("heat.as_of", lang=lang, date=long_date(as_of, lang))
    return (
        f"<h1>{marks}{encode_for_folium(say('heat.title', lang=lang))}</h1>"
        f"<p>{encode_for_folium(as_of_text)} {encode_for_folium(say('heat.only', lang=lang))}</p>"
    )


def _panel(pieces: gpd.GeoDataFrame, lang: str) -> str:
    def text(key: str, **facts: object) -> str:
        return encode_for_folium(say(key, lang=lang, **facts))

    rows = "".join(
        f'<li><span class=swatch style="border-top-color:{colour};'
        f'border-top-style:{"dashed" if dash else "solid"}"></span>{text(key)}</li>'
        for key, colour, dash in CLASSES
    )
    total = text(
        "heat.totals", n=int(pieces["n_doors"].sum()), tried=int(pieces["tried"].sum()),
        reached=int(pieces["reached"].sum()),
    )  # fmt: skip
    waiting = pieces.groupby("straat")["never_tried"].sum()
    waiting = waiting.loc[waiting > 0].sort_values(ascending=False, kind="stable")
    longest = "".join(
        f"<li>{text('heat.waiting_row', street=name, n=int(n))}</li>"
        for name, n in waiting.head(LONGEST_SHOWN).items()
    )
    return (
        f"<h2>{text('heat.legend')}</h2><ul>{rows}</ul><p>{total}</p>"
        f"<h2>{text('heat.waiting')}</h2><ul>{longest}</ul>"
    )


def _add_buurten(page: folium.Map, buurten: gpd.GeoDataFrame) -> None:
    import folium

    style = {"color": "#5a5a5a", "weight": 1.2, "dashArray": "2 5", "fillOpacity": 0}
    folium.GeoJson(
        to_feature_collection(buurten[["geometry"]]), style_function=lambda _: style
    ).add_to(page)
    centres = buurten.geometry.representative_point().to_crs("EPSG:4326")
    for name, point in zip(buurten["buurt_naam"], centres, strict=True):
        label = folium.Tooltip(
            encode_for_folium(str(name)), permanent=True, direction="center", class_name="buurt",
            opacity=1,
        )  # fmt: skip
        place = (round(point.y, 6), round(point.x, 6))
        folium.CircleMarker(place, radius=0.1, stroke=False, fill=False, tooltip=label).add_to(page)


def _add_pieces(page: folium.Map, pieces: gpd.GeoDataFrame, lang: str) -> None:
    import folium

    table = pieces[["straat", "n_doors", "tried", "reached", "geometry"]].copy()
    table["straat"] = [encode_for_folium(s) for s in table["straat"]]
    table["last"] = [
        encode_for_folium(say("heat.never", lang=lang) if d is None or d != d else f"{d:%d-%m-%Y}")  # noqa: PLR0124
        for d in pieces["last_tried_on"]
    ]
    table["class"] = [
        classify(int(t), int(r), int(n))
        for t, r, n in zip(pieces["tried"], pieces["reached"], pieces["n_doors"], strict=True)
    ]
    keys = ("heat.street", "heat.doors", "heat.tried", "heat.reached", "heat.last")
    tip = folium.GeoJsonTooltip(
        ["straat", "n_doors", "tried", "reached", "last"],
        aliases=[encode_for_folium(say(k, lang=lang)) for k in keys],
    )
    layer = folium.GeoJson(to_feature_collection(table), style_function=_style, tooltip=tip)
    layer.add_to(page)
    page.fit_bounds(_wgs_bounds(pieces), padding=(16, 16))


def _style(feature: dict[str, Any]) -> dict[str, Any]:
    _, colour, dash = CLASSES[feature["properties"]["class"]]
    style: dict[str, Any] = {"color": colour, "weight": 4, "opacity": 0.95}
    if dash:
        style["dashArray"] = dash
    return style


def _wgs_bounds(frame: gpd.GeoDataFrame) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = (float(v) for v in frame.to_crs("EPSG:4326").total_bounds)
    return [(y0, x0), (y1, x1)]
