"""What the coordinator's and the public heatmap share: lines, legend, search, buurt names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import WGS84
from zds_geo.core.texts import say
from zds_geo.outputs.heat_style import CLASS_KEYS, FADED, FADES, STYLES, WEIGHT, swatch
from zds_geo.outputs.layers import MapLayers
from zds_geo.outputs.page import add_script, encode_for_folium
from zds_geo.outputs.round_map import add_background, to_feature_collection
from zds_geo.outputs.street_names import add_street_names

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

AROUND_M: Final = 250.0
SHAPE_M: Final = 0.6  # lines are simplified by so much: less than a line is wide
VIEWS: Final = ("reached", "never_tried", "in_vain")


def add_ground(page: folium.Map, box: Sequence[float], *, layers: MapLayers) -> None:
    """Draw water, streets, borders and names of buurten, and street names.

    Parameters
    ----------
    page : folium.Map
        The map.
    box : sequence of float
        x0, y0, x1, y1 of what the map is about, EPSG:28992.
    layers : MapLayers
        Background.
    """
    import folium

    x0, y0, x1, y1 = box
    near = layers.around((x0 - AROUND_M, y0 - AROUND_M, x1 + AROUND_M, y1 + AROUND_M))
    slim = MapLayers(
        edges=_slim(near.edges), panden=near.panden.iloc[:0], water=_slim(near.water),
        buurten=_slim(near.buurten),
    )  # fmt: skip
    add_background(page, slim, panden=False, names=False)
    style = {"color": "#5a5a5a", "weight": 1.2, "dashArray": "2 5", "fillOpacity": 0}
    borders = to_feature_collection(slim.buurten[["geometry"]], mode="pointwise")
    folium.GeoJson(borders, style_function=lambda _: style).add_to(page)
    _name_buurten(page, near.buurten)
    add_street_names(page, near.edges)


def _slim(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    import shapely

    return frame.set_geometry(shapely.simplify(frame.geometry.to_numpy(), SHAPE_M), crs=frame.crs)


def _name_buurten(page: folium.Map, buurten: gpd.GeoDataFrame) -> None:
    import folium

    centres = buurten.geometry.representative_point().to_crs(WGS84)
    for name, point in zip(buurten["buurt_naam"], centres, strict=True):
        label = folium.Tooltip(
            encode_for_folium(str(name)), permanent=True, direction="center", class_name="buurt",
            opacity=1,
        )  # fmt: skip
        place = (round(point.y, 5), round(point.x, 5))
        folium.CircleMarker(place, radius=0.1, stroke=False, fill=False, tooltip=label).add_to(page)


def add_pieces(page: folium.Map, table: gpd.GeoDataFrame, aliases: Mapping[str, str]) -> None:
    """Draw the pieces of street, hatched, with what is said of a piece on pointing at it.

    Parameters
    ----------
    page : folium.Map
        The map.
    table : GeoDataFrame
        ``c`` (class in each view) and ``f`` (step of fading); all other columns are shown texts
        or numbers, not yet encoded.
    aliases : mapping of str to str
        Column → what it is called; columns not named here are not on the page.
    """
    import folium

    shown = _slim(table[[*aliases, "c", "f", "geometry"]])
    shown["i"] = range(len(shown))
    for column in aliases:
        shown[column] = [
            encode_for_folium(v) if isinstance(v, str) else int(v) for v in shown[column]
        ]
    tip = folium.GeoJsonTooltip(
        list(aliases), aliases=[encode_for_folium(a) for a in aliases.values()],
        labels=len(aliases) > 1,
    )  # fmt: skip
    layer = folium.GeoJson(
        to_feature_collection(shown), style_function=lambda _: {"weight": WEIGHT}, tooltip=tip
    )
    layer.add_to(page)
    fades = [opacity for _, opacity in FADES] + [FADED]
    styles = [asdict(style) for style in STYLES]
    add_script(page, "heat.js", layer, {"styles": styles, "weight": WEIGHT, "fades": fades})
    x0, y0, x1, y1 = (float(v) for v in shown.to_crs(WGS84).total_bounds)
    page.fit_bounds([(y0, x0), (y1, x1)], padding=(16, 16))


def search_box(streets: Sequence[tuple[str, Sequence[int], str]], lang: str) -> str:
    """Write the box that finds a street.

    Parameters
    ----------
    streets : sequence of (name, numbers of pieces, what is said of it)
        Every street on the page.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        HTML; all texts encoded.
    """
    options = "".join(
        f'<option value="{encode_for_folium(name)}" data-pieces="{" ".join(map(str, pieces))}"'
        + (f' data-says="{encode_for_folium(says)}"' if says else "")
        + "></option>"
        for name, pieces, says in streets
    )
    word = {k: encode_for_folium(say(f"heat.search_{k}", lang=lang)) for k in ("label", "go")}
    none = encode_for_folium(say("heat.search_none", lang=lang, text="%"))
    also = encode_for_folium(say("heat.search_also", lang=lang, streets="%"))
    return (
        f'<form id="search" role="search" data-none="{none}" data-also="{also}">'
        f'<label for="street">{word["label"]}</label>'
        '<div class="row"><input id="street" type="search" list="streets" autocomplete="off">'
        f'<button type="submit">{word["go"]}</button></div>'
        f'<datalist id="streets">{options}</datalist></form>'
        '<p id="found" role="status" aria-live="polite"></p>'
    )


def legend(view: str, lang: str, *, public: bool = False) -> str:
    """Write what the lines mean.

    Parameters
    ----------
    view : str
        One of ``VIEWS``, or ``talked`` on the public map.
    lang : str
        ``nl`` or ``en``.
    public : bool
        True: no number in the class ``begun``.

    Returns
    -------
    str
        The rows of an HTML list.
    """
    return "".join(
        f"<li>{swatch(number)}<span>{encode_for_folium(text)}</span></li>"
        for number, text in enumerate(class_texts(view, lang, public=public))
    )


def class_texts(view: str, lang: str, *, public: bool = False) -> list[str]:
    """Name the classes of a view in the order of ``STYLES``.

    Parameters
    ----------
    view : str
        One of ``VIEWS``, or ``talked``.
    lang : str
        ``nl`` or ``en``.
    public : bool
        True: no number in the class ``begun``.

    Returns
    -------
    list of str
        Darkest first; in the views of what waits that is the largest share.
    """
    what = say(f"heat.what_{view}", lang=lang)
    keys = list(CLASS_KEYS)
    if view in ("never_tried", "in_vain"):
        keys[2:] = reversed(keys[2:])
    if public:
        keys[1] = "begun_public"
    return [say(f"heat.{key}", lang=lang, what=what) for key in keys]


def marks(keys: Sequence[str], lang: str) -> str:
    """Write the marks before a title, such as INTERN.

    Parameters
    ----------
    keys : sequence of str
        Catalogue keys.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        HTML.
    """
    texts = (encode_for_folium(say(key, lang=lang)) for key in keys)
    return "".join(f'<span class="mark">{text}</span>' for text in texts)


def whole(number: int, lang: str) -> str:
    """Write a whole number with its thousands apart.

    Parameters
    ----------
    number : int
        The number.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        Text.

    Examples
    --------
    >>> whole(1179, "nl"), whole(1179, "en")
    ('1.179', '1,179')
    """
    return f"{number:,}".replace(",", "." if lang == "nl" else ",")


def street_index(table: Any) -> dict[str, list[int]]:
    """Tell on which pieces each street lies.

    Parameters
    ----------
    table : DataFrame
        ``streets``: names joined by a line feed.

    Returns
    -------
    dict of str to list of int
        Name → row numbers, by name.
    """
    found: dict[str, list[int]] = {}
    for number, streets in enumerate(table["streets"]):
        for name in str(streets).split("\n"):
            found.setdefault(name, []).append(number)
    return dict(sorted(found.items()))
