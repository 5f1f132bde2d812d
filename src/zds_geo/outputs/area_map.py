"""The coordinator's map of lasting areas: coloured streets with whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    import pandas as pd

    from zds_geo.core.model import Credit

# Okabe and Ito 2008, to be told apart by everyone; yellow darkened to be seen on white. After the
# last colour they begin again with dashes; every area bears its name as well.
COLOURS: Final = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#4b2e83", "#e69f00",
)  # fmt: skip
DASHES: Final = ("", "10 6", "3 5")
AROUND_M: Final = 22.0  # an area is shaded this far from its streets
MARGIN_M: Final = 150.0
BESIDE_M: Final = 600.0  # areas closer than this get different colours
NAMES: Final = 2  # parts of an area that bear its name, the largest first
NAME_SHARE: Final = 0.15  # and only when they are so large beside the largest
STREETS_SHOWN: Final = 8

Row = tuple[str, int, int, Sequence[str]]
Style = tuple[str, str]


def draw_areas(
    sides: gpd.GeoDataFrame,
    counts: pd.Series,
    path: Path,
    *,
    legend: Sequence[Row],
    layers: MapLayers,
    credits: Sequence[Credit],
    as_of: date,
    proposal: bool = False,
    lang: str = "nl",
) -> None:
    """Draw whose each street side is, as one HTML file that opens without internet.

    Parameters
    ----------
    sides : GeoDataFrame
        Contract STREET_SIDES.
    counts : Series of int
        Doors by street side and owner (a pseudonym).
    path : Path
        File to write; the same input gives the same bytes.
    legend : sequence of (owner, doors, minutes, streets)
        One row for each area.
    layers : MapLayers
        Background.
    credits : sequence of Credit
        For the credit line.
    as_of : date
        The date of the division.
    proposal : bool
        True: says that nothing was kept.
    lang : str
        ``nl`` or ``en``.

    Notes
    -----
    Pseudonyms and streets only: no door, no outcome. For the coordinator, and marked so.
    """
    page = plain_map()
    pieces = _pieces(sides, counts)
    x0, y0, x1, y1 = pieces.total_bounds
    box = (x0 - MARGIN_M, y0 - MARGIN_M, x1 + MARGIN_M, y1 + MARGIN_M)
    shades = _shades(pieces)
    styles = _choose_styles(shades)
    _add_shades(page, shades, styles)
    add_background(page, layers.around(box), panden=False)
    _add_lines(page, pieces, styles, lang)
    _add_names(page, shades)
    title = say("areas.title", lang=lang)
    text = render_page(
        page, title=title, before=_head(credits, as_of, lang, proposal=proposal),
        side=_panel(legend, styles, lang),
        after=encode_for_folium(credit_line(credits, lang)), lang=lang,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")


def _pieces(sides: gpd.GeoDataFrame, counts: pd.Series) -> gpd.GeoDataFrame:
    """Give each street side with its owners; a side in parts is coloured after most doors."""
    table = counts.rename("n").rename_axis(["street_side_id", "who"]).reset_index()
    table = table.sort_values(["street_side_id", "n", "who"], ascending=[True, False, True])
    grouped = table.groupby("street_side_id", sort=True)["who"]
    owners = grouped.agg(["first", ", ".join]).rename(columns={"first": "who", "join": "all"})
    return sides.loc[sides.index.isin(owners.index), ["straat", "geometry"]].join(owners)


def _shades(pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the ground around the streets of each owner; none covers another's."""
    import shapely

    lines = pieces.dissolve("who", sort=True)[["geometry"]]
    shapes = shapely.simplify(shapely.buffer(lines.geometry.to_numpy(), AROUND_M), 2.0)
    for i in range(len(shapes)):
        for j in range(i):
            shapes[i] = shapely.difference(shapes[i], shapes[j])
    return lines.set_geometry(shapes, crs=pieces.crs)


def _choose_styles(shades: gpd.GeoDataFrame) -> dict[str, Style]:
    """Choose a colour and dashes for each area: neighbours differ, and no two are alike."""
    import shapely

    shapes = shades.geometry.to_numpy()
    chosen: dict[str, Style] = {}
    places: list[int] = []
    for i, owner in enumerate(shades.index):
        beside = {places[j] for j in range(i) if shapely.distance(shapes[i], shapes[j]) < BESIDE_M}
        used = [(places.count(c), c in beside, c) for c in range(len(COLOURS))]
        free = [(n, c) for n, near, c in used if not near] or [(n, c) for n, _, c in used]
        n, place = min(free)
        places.append(place)
        chosen[str(owner)] = COLOURS[place], DASHES[n % len(DASHES)]
    return chosen


def _add_shades(page: folium.Map, shades: gpd.GeoDataFrame, styles: Mapping[str, Style]) -> None:
    import folium

    for owner in shades.index:
        colour, _ = styles[str(owner)]
        style = {"color": colour, "weight": 0, "fillColor": colour, "fillOpacity": 0.22}
        folium.GeoJson(
            to_feature_collection(shades.loc[[owner]], mode="pointwise"),
            style_function=lambda _, s=style: s,
        ).add_to(page)


def _add_lines(
    page: folium.Map, pieces: gpd.GeoDataFrame, styles: Mapping[str, Style], lang: str
) -> None:
    import folium

    keys = ("areas.street", "areas.who")
    for owner, part in pieces.groupby("who", sort=True):
        colour, dash = styles[str(owner)]
        style: dict[str, Any] = {"color": colour, "weight": 4, "opacity": 0.95}
        if dash:
            style["dashArray"] = dash
        table = part[["straat", "all", "geometry"]].copy()
        for column in ("straat", "all"):
            table[column] = [encode_for_folium(t) for t in table[column]]
        tip = folium.GeoJsonTooltip(
            ["straat", "all"], aliases=[encode_for_folium(say(k, lang=lang)) for k in keys]
        )
        folium.GeoJson(
            to_feature_collection(table), style_function=lambda _, s=style: s, tooltip=tip
        ).add_to(page)
    x0, y0, x1, y1 = (float(v) for v in pieces.to_crs("EPSG:4326").total_bounds)
    page.fit_bounds([(y0, x0), (y1, x1)], padding=(16, 16))


def _add_names(page: folium.Map, shades: gpd.GeoDataFrame) -> None:
    """Put its name on every large part of an area."""
    import folium
    import shapely

    parts = shades.explode()
    parts["size"] = shapely.area(parts.geometry.to_numpy())
    parts = parts.sort_values("size", ascending=False, kind="stable")
    largest = parts.groupby(level=0)["size"].transform("max")
    named = parts.loc[parts["size"] >= NAME_SHARE * largest].groupby(level=0).head(NAMES)
    named = named.sort_index(kind="stable")
    points = named.geometry.representative_point().to_crs("EPSG:4326")
    for owner, point in zip(named.index, points, strict=True):
        label = folium.Tooltip(
            encode_for_folium(str(owner)), permanent=True, direction="center", class_name="area",
            opacity=1,
        )  # fmt: skip
        place = (round(point.y, 6), round(point.x, 6))
        folium.CircleMarker(place, radius=0.1, stroke=False, fill=False, tooltip=label).add_to(page)


def _head(credits: Sequence[Credit], as_of: date, lang: str, *, proposal: bool) -> str:
    keys = ["outputs.internal"]
    keys += ["outputs.invented"] if is_invented(credits) else []
    keys += ["areas.proposal"] if proposal else []
    marks = "".join(f"<span class=mark>{encode_for_folium(say(k, lang=lang))}</span>" for k in keys)
    text = say("areas.as_of", lang=lang, date=long_date(as_of, lang))
    return (
        f"<h1>{marks}{encode_for_folium(say('areas.title', lang=lang))}</h1>"
        f"<p>{encode_for_folium(text)} {encode_for_folium(say('heat.only', lang=lang))}</p>"
    )


def _panel(legend: Sequence[Row], styles: Mapping[str, Style], lang: str) -> str:
    rows = ""
    for owner, doors, minutes, streets in legend:
        colour, dash = styles.get(owner, ("#fff", ""))
        figures = say("areas.row", lang=lang, doors=doors, hours=round(minutes / 60))
        names = ", ".join(streets[:STREETS_SHOWN]) + (" …" if len(streets) > STREETS_SHOWN else "")
        rows += (
            f'<li><span class=swatch style="border-top-color:{colour};'
            f'border-top-style:{"dashed" if dash else "solid"}"></span>'
            f"<b>{encode_for_folium(owner)}</b><br>{encode_for_folium(figures)}"
            f"<br>{encode_for_folium(names)}</li>"
        )
    return f"<h2>{encode_for_folium(say('areas.legend', lang=lang))}</h2><ul>{rows}</ul>"
