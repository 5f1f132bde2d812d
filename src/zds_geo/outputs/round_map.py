"""The map of a round for a screen: streets, walking line, numbered stops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zds_geo.core.crs import WGS84, to_rd
from zds_geo.core.texts import say
from zds_geo.outputs.layers import (
    MapLayers,
    buurt_names,
    credit_line,
    is_invented,
    line_range,
    long_date,
)
from zds_geo.outputs.page import encode_for_folium, plain_map, render_page
from zds_geo.outputs.street_names import add_street_names

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from zds_geo.core.model import Credit, Round, RoundStop

MARGIN_M = 150.0


def draw_round_map(
    planned: Round,
    path: Path,
    *,
    layers: MapLayers,
    credits: Sequence[Credit],
    lang: str = "nl",
) -> None:
    """Draw the map of a round as one HTML file that opens without internet.

    Parameters
    ----------
    planned : Round
        The round.
    path : Path
        File to write; the same round gives the same bytes.
    layers : MapLayers
        Background.
    credits : sequence of Credit
        For the credit line.
    lang : str
        ``nl`` or ``en``.

    Notes
    -----
    Shows street, number and order, and ``terug op verzoek`` with its window; no other reason, no
    outcome, no name (P13).
    """
    import folium

    page = plain_map()
    box = round_box(planned, margin_m=MARGIN_M)
    near = layers.around(box)
    add_background(page, near, names=False)
    add_street_names(page, near.edges)
    line = [(lat, lon) for lon, lat in planned.route]
    folium.PolyLine(line, color="#0b3c6f", weight=4, opacity=0.85).add_to(page)
    for place, key in _ends(planned):
        _add_label(page, place.lat, place.lon, text=say(key, lang=lang), css="place")
    for stop in planned.stops:
        label = line_range([d.line for d in stop.doors])
        _add_label(page, stop.lat, stop.lon, text=label, css="number")
    page.fit_bounds(_bounds(planned), padding=(24, 24))
    buurten = buurt_names(planned, layers.buurten)
    title = say("map.title", lang=lang, code=planned.round_id, buurten=buurten)
    mark = (
        f'<span class="mark">{say("outputs.invented", lang=lang)}</span>'
        if is_invented(credits)
        else ""
    )
    when = f"{long_date(planned.date, lang)}, {planned.start_at:%H:%M}–{planned.end_at:%H:%M}"
    before = (
        f"<h1>{mark}{encode_for_folium(title)}</h1><p>{encode_for_folium(when)} · "
        f"{encode_for_folium(say('sheet.only', lang=lang))}</p>"
    )
    text = render_page(
        page, title=title, before=before, side=_list(planned, lang),
        after=encode_for_folium(credit_line(credits, lang)), lang=lang,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8", newline="\n")


def _ends(planned: Round) -> list[tuple[Any, str]]:
    same = (planned.start.lon, planned.start.lat) == (planned.end.lon, planned.end.lat)
    if same:
        return [(planned.start, "outputs.start_end")]
    return [(planned.start, "outputs.start"), (planned.end, "outputs.end")]


def round_box(planned: Round, *, margin_m: float) -> tuple[float, float, float, float]:
    """Give the box around a round.

    Parameters
    ----------
    planned : Round
        The round.
    margin_m : float
        Metres around it.

    Returns
    -------
    tuple of float
        x0, y0, x1, y1 in EPSG:28992.
    """
    points = [*planned.route, *((s.lon, s.lat) for s in planned.stops)]
    points += [(planned.start.lon, planned.start.lat), (planned.end.lon, planned.end.lat)]
    x, y = to_rd([p[0] for p in points], [p[1] for p in points])
    return (
        float(x.min()) - margin_m, float(y.min()) - margin_m,
        float(x.max()) + margin_m, float(y.max()) + margin_m,
    )  # fmt: skip


def _bounds(planned: Round) -> list[tuple[float, float]]:
    points = [*planned.route, *((s.lon, s.lat) for s in planned.stops)]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return [(min(lats), min(lons)), (max(lats), max(lons))]


def add_background(
    page: folium.Map, layers: MapLayers, *, panden: bool = True, names: bool = True
) -> None:
    """Add water, buildings, streets and street names.

    Parameters
    ----------
    page : folium.Map
        The map.
    layers : MapLayers
        What lies around.
    panden : bool
        Leave buildings out on maps of a whole town.
    names : bool
        False: a street does not say its name on pointing at it.
    """
    _add_shapes(page, layers.water[["geometry"]], fill="#c6dcea", line="#9cbfd4", weight=0.5)
    if panden:
        _add_shapes(page, layers.panden[["geometry"]], fill="#dcd6cb", line="#b9b1a3", weight=0.5)
    streets = layers.edges[["name", "geometry"]].copy()
    if names:
        streets["name"] = [encode_for_folium(n) for n in streets["name"]]
    else:
        streets = streets[["geometry"]]
    _add_shapes(page, streets, fill="", line="#8f8a80", weight=2)


def _add_shapes(
    page: folium.Map, frame: gpd.GeoDataFrame, *, fill: str, line: str, weight: float
) -> None:
    import folium

    if frame.empty:
        return
    style = {"color": line, "weight": weight, "fillColor": fill, "fillOpacity": 1 if fill else 0}
    tip = folium.GeoJsonTooltip(["name"], labels=False) if "name" in frame and not fill else None
    named = frame if tip is None else frame.loc[frame["name"] != ""]
    parts = (
        [(frame, None)] if tip is None else [(frame.loc[frame["name"] == ""], None), (named, tip)]
    )
    for part, tooltip in parts:
        if len(part):
            folium.GeoJson(
                to_feature_collection(part), style_function=lambda _, s=style: s, tooltip=tooltip
            ).add_to(page)


def to_feature_collection(frame: gpd.GeoDataFrame, *, mode: str = "valid_output") -> dict[str, Any]:
    """Turn a frame into GeoJSON in WGS84, rounded to a decimetre.

    Parameters
    ----------
    frame : GeoDataFrame
        EPSG:28992; all columns become properties.
    mode : str
        How shapes are rounded, as in ``shapely.set_precision``; ``pointwise`` never fails where
        rounded outlines touch themselves.

    Returns
    -------
    dict
        A FeatureCollection.
    """
    import shapely

    moved = frame.to_crs(WGS84)
    moved.geometry = shapely.set_precision(moved.geometry.to_numpy(), 1e-6, mode=mode)
    moved = moved.loc[~moved.geometry.is_empty]
    collection: dict[str, Any] = moved.reset_index(drop=True).__geo_interface__
    collection.pop("bbox", None)
    for feature in collection["features"]:
        feature.pop("bbox", None)
    return collection


def _add_label(page: folium.Map, lat: float, lon: float, *, text: str, css: str) -> None:
    """Put a text on a place. A lasting tooltip: a marker would ask for Leaflet's pictures."""
    import folium

    below = css == "place"  # below the number of a stop at the same spot
    label = folium.Tooltip(
        encode_for_folium(text), permanent=True, direction="bottom" if below else "center",
        class_name=css, opacity=1, offset=(0, 10) if below else (0, 0),
    )  # fmt: skip
    dot = folium.CircleMarker(
        (lat, lon), radius=3, color="#0b3c6f", weight=1, fill=True, fill_opacity=1, tooltip=label
    )
    dot.add_to(page)


def _stop_text(stop: RoundStop, lang: str) -> str:
    asked = [d for d in stop.doors if d.reason == "reason.on_request"]
    text = f"{stop.street} {', '.join(d.label for d in stop.doors)}"
    if not asked:
        return text
    return f"{text} · {on_request(asked[0].come_back_window, lang)}"


def on_request(window: str, lang: str) -> str:
    """Write that a resident asked us back, and when.

    Parameters
    ----------
    window : str
        Name of the window, or empty.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        Such as ``terug op verzoek (avond)``.
    """
    from zds_geo.core.texts import load_catalogue

    key = f"window.{window}"
    name = say(key, lang=lang) if key in load_catalogue() else window
    return say("outputs.on_request", lang=lang, window=name or say("outputs.any_window", lang=lang))


def _list(planned: Round, lang: str) -> str:
    rows = "".join(
        f'<li class="stop"><span class="n">{line_range([d.line for d in s.doors])}</span>'
        f"<span>{encode_for_folium(_stop_text(s, lang))}</span></li>"
        for s in planned.stops
    )
    return f"<h2>{encode_for_folium(say('map.list', lang=lang))}</h2><ul>{rows}</ul>"
