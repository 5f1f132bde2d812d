"""The heatmap drawn for paper: vector, at a true scale, readable in grey."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from zds_geo.core.texts import say
from zds_geo.outputs.heat_style import strength, svg_lines
from zds_geo.outputs.layers import MapLayers
from zds_geo.outputs.street_names import place_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

SCALES: Final = (
    1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 7500, 10000, 12500, 15000, 17500, 20000,
    25000, 30000, 40000, 50000, 75000, 100000,
)  # fmt: skip
MARGIN_M: Final = 60.0
FONT: Final = "Source Sans Pro"
BUURT_TIMES: Final = 1.3  # how much larger the name of a buurt is than that of a street
SIDE_M: Final = 5.0  # how far a street side lies from the middle of its street
LETTER: Final = 0.5  # mean width of a letter, in its height
LINE_M: Final = 9.0  # how wide a street side is drawn, as far as paper allows
BORDER: Final = 'stroke="#555" stroke-width="0.3" stroke-dasharray="0.8 1.2"'
THIN_MM: Final = 0.75
THICK_MM: Final = 1.9


@dataclass(frozen=True, slots=True)
class PaperFrame:
    """A piece of the country on paper: RD metres to millimetres on the page."""

    x0: float
    y1: float
    width_mm: float
    height_mm: float
    scale: int

    @property
    def mm(self) -> float:
        """Millimetres of paper in a metre."""
        return 1000.0 / self.scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give the place on paper of a point."""
        return (x - self.x0) * self.mm, (self.y1 - y) * self.mm

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What the paper shows: x0, y0, x1, y1 in metres."""
        return (
            self.x0, self.y1 - self.height_mm / self.mm,
            self.x0 + self.width_mm / self.mm, self.y1,
        )  # fmt: skip

    def path(self, points: npt.NDArray[np.float64]) -> str:
        """Give the SVG path of a line."""
        steps = (self.at(float(x), float(y)) for x, y in points)
        return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in steps)


def needed_scale(
    box: tuple[float, float, float, float], *, width_mm: float, height_mm: float
) -> float:
    """Give the scale at which a box just fits.

    Parameters
    ----------
    box : tuple of float
        x0, y0, x1, y1 in EPSG:28992; a margin is added.
    width_mm, height_mm : float
        Room for the map.

    Returns
    -------
    float
        1 : so much.
    """
    x0, y0, x1, y1 = box
    wide, high = x1 - x0 + 2 * MARGIN_M, y1 - y0 + 2 * MARGIN_M
    return max(wide / width_mm, high / height_mm) * 1000


def fit_paper(
    box: tuple[float, float, float, float], *, width_mm: float, height_mm: float
) -> PaperFrame:
    """Choose the largest round scale at which a box fits the paper.

    Parameters
    ----------
    box : tuple of float
        x0, y0, x1, y1 in EPSG:28992.
    width_mm, height_mm : float
        Room for the map.

    Returns
    -------
    PaperFrame
        Centred on the box.
    """
    x0, y0, x1, y1 = box
    need = needed_scale(box, width_mm=width_mm, height_mm=height_mm)
    scale = next((s for s in SCALES if s >= need), math.ceil(need / 25000) * 25000)
    left = (x0 + x1) / 2 - width_mm * scale / 2000
    top = (y0 + y1) / 2 + height_mm * scale / 2000
    return PaperFrame(left, top, width_mm, height_mm, scale)


def draw_wall_map(
    table: gpd.GeoDataFrame, frame: PaperFrame, *, layers: MapLayers, name_mm: float, lang: str
) -> str:
    """Draw pieces of street with their background.

    Parameters
    ----------
    table : GeoDataFrame
        ``class`` (number of ``STYLES``) and ``fade`` (0-3).
    frame : PaperFrame
        As from ``fit_paper``.
    layers : MapLayers
        Background.
    name_mm : float
        Height of street names.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        SVG in millimetres.
    """
    near = layers.around(frame.box)
    w, h = f"{frame.width_mm:.1f}", f"{frame.height_mm:.1f}"
    x0, y0, x1, y1 = frame.box
    pieces = table.cx[x0:x1, y0:y1]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}mm" '
        f'height="{h}mm" font-family="{FONT}">',
        f'<rect width="{w}" height="{h}" fill="#f7f6f3"/>',
        f'<clipPath id="c"><rect width="{w}" height="{h}"/></clipPath><g clip-path="url(#c)">',
        _water(near.water, frame),
        _lines(near.edges, frame, f'stroke="#b4b0a8" stroke-width="{max(0.18, 3 * frame.mm):.2f}"'),
        _lines(near.buurten.boundary, frame, BORDER),
        _pieces(pieces, frame),
        *_labels(near, frame, name_mm),
        "</g>",
        *_furniture(frame, lang),
        f'<rect width="{w}" height="{h}" fill="none" stroke="#333" stroke-width="0.3"/></svg>',
    ]
    return "".join(parts)


def _water(water: gpd.GeoDataFrame, frame: PaperFrame) -> str:
    import shapely

    paths = [
        frame.path(shapely.get_coordinates(ring)) + "Z"
        for shape in shapely.get_parts(shapely.simplify(water.geometry.to_numpy(), 0.1 / frame.mm))
        if not shape.is_empty
        for ring in (shape.exterior, *shape.interiors)
    ]
    return f'<path d="{"".join(paths)}" fill="#d3e3ee" fill-rule="evenodd"/>' if paths else ""


def _paths(shapes: gpd.GeoDataFrame | gpd.GeoSeries, frame: PaperFrame) -> list[str]:
    import shapely

    slim = shapely.simplify(shapes.geometry.to_numpy(), 0.05 / frame.mm)
    return [frame.path(shapely.get_coordinates(p)) for p in shapely.get_parts(slim)]


def _lines(shapes: gpd.GeoDataFrame | gpd.GeoSeries, frame: PaperFrame, style: str) -> str:
    data = "".join(_paths(shapes, frame))
    return f'<path d="{data}" fill="none" stroke-linejoin="round" {style}/>' if data else ""


def line_width(frame: PaperFrame) -> float:
    """Give the width of a street side on paper.

    Parameters
    ----------
    frame : PaperFrame
        Its scale.

    Returns
    -------
    float
        Millimetres.
    """
    return min(THICK_MM, max(THIN_MM, LINE_M * frame.mm))


def _pieces(pieces: gpd.GeoDataFrame, frame: PaperFrame) -> str:
    """Draw what is reached first, so that what waits lies on top."""
    width = line_width(frame)
    groups = pieces.groupby(["class", "fade"], sort=True)
    return "".join(
        svg_lines(_paths(group, frame), int(class_), width=width, opacity=strength(int(fade)))
        for (class_, fade), group in sorted(groups, key=lambda g: (-g[0][0], -g[0][1]))
    )


def _labels(near: MapLayers, frame: PaperFrame, name_mm: float) -> Iterable[str]:
    """Write names of buurten, then of streets, longest first, where nothing is hit."""
    wide, high = frame.width_mm, frame.height_mm
    # The corner of the scale bar and the corner of the north arrow.
    taken = [(22.0, high - 5, 26.0, 8.0), (wide - 6, high - 7, 8.0, 10.0)]
    size = name_mm * BUURT_TIMES
    for name, point in zip(
        near.buurten["buurt_naam"], near.buurten.representative_point(), strict=True
    ):
        at = (*frame.at(point.x, point.y), 0.0)
        if _claim(str(name), at, size, frame=frame, taken=taken):
            yield _text(str(name), at, size, bold=True)
    beside = SIDE_M * frame.mm + line_width(frame) / 2 + name_mm * 0.6
    often: dict[str, list[tuple[float, float]]] = {}
    for spot in place_names(near.edges):
        x, y = frame.at(spot.x, spot.y)
        too_long = len(spot.name) * name_mm * LETTER > 1.3 * spot.room_m * frame.mm
        if too_long or any(math.hypot(x - a, y - b) < 60 for a, b in often.get(spot.name, ())):
            continue
        turn = math.radians(spot.angle)
        for way in (1, -1):  # above the street, or below it
            at = (x + way * beside * math.sin(turn), y - way * beside * math.cos(turn), spot.angle)
            if _claim(spot.name, at, name_mm, frame=frame, taken=taken):
                often.setdefault(spot.name, []).append((x, y))
                yield _text(spot.name, at, name_mm, bold=False)
                break


Spot = tuple[float, float, float]


def _claim(
    name: str,
    at: Spot,
    size: float,
    *,
    frame: PaperFrame,
    taken: list[tuple[float, float, float, float]],
) -> bool:
    """Take the room of a name when it is free and on the paper."""
    x, y, angle = at
    turn = math.radians(angle)
    half = len(name) * size * LETTER / 2 + 0.4
    w = abs(math.cos(turn)) * half + abs(math.sin(turn)) * size * 0.6
    h = abs(math.sin(turn)) * half + abs(math.cos(turn)) * size * 0.6
    inside = w < x < frame.width_mm - w and h < y < frame.height_mm - h
    if not inside or any(abs(x - a) < w + c and abs(y - b) < h + d for a, b, c, d in taken):
        return False
    taken.append((x, y, w, h))
    return True


def _text(name: str, at: Spot, size: float, *, bold: bool) -> str:
    x, y, angle = at
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text transform="translate({x:.2f} {y:.2f}) rotate({angle:.1f})" y="{size * 0.33:.2f}" '
        f'font-size="{size:.2f}"{weight} text-anchor="middle" fill="#111" stroke="#fff" '
        f'stroke-width="0.7" paint-order="stroke" stroke-linejoin="round">{escape(name)}</text>'
    )


def _furniture(frame: PaperFrame, lang: str) -> Iterable[str]:
    """Draw scale bar, scale and north arrow in the lower corners."""
    y = frame.height_mm - 3.5
    step = next((m for m in (25, 50, 100, 250, 500, 1000, 2500) if m * frame.mm >= 12), 5000)
    bar = step * frame.mm
    scale = say("sheet.scale", lang=lang, scale=f"{frame.scale:,}".replace(",", "."))
    halo = 'stroke="#fff" stroke-width="0.8" paint-order="stroke"'
    unit = f"{2 * step} m" if 2 * step < 1000 else f"{2 * step / 1000:g} km".replace(".", ",")
    yield (
        f'<rect x="4" y="{y - 1.3:.2f}" width="{bar:.2f}" height="1.3" fill="#111"/>'
        f'<rect x="{4 + bar:.2f}" y="{y - 1.3:.2f}" width="{bar:.2f}" height="1.3" fill="#fff" '
        'stroke="#111" stroke-width="0.2"/>'
        f'<text x="4" y="{y - 2.2:.2f}" font-size="3" {halo}>0</text>'
        f'<text x="{4 + 2 * bar:.2f}" y="{y - 2.2:.2f}" font-size="3" text-anchor="middle" {halo}>'
        f"{unit}</text>"
        f'<text x="{4 + bar:.2f}" y="{y - 5.4:.2f}" font-size="3" text-anchor="middle" {halo}>'
        f"{escape(scale)}</text>"
    )
    x = frame.width_mm - 6
    yield (
        f'<path d="M{x:.2f} {y - 9:.2f}l2.4 7l-2.4 -1.6l-2.4 1.6z" fill="#111" stroke="#fff" '
        f'stroke-width="0.3"/><text x="{x:.2f}" y="{y + 1:.2f}" font-size="3.4" font-weight="bold" '
        f'text-anchor="middle" {halo}>{say("sheet.north", lang=lang)}</text>'
    )
