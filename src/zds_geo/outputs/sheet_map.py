"""The map page of the walking sheet: vector, at a true scale, readable in grey."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from zds_geo.core.crs import to_rd
from zds_geo.core.texts import say
from zds_geo.outputs.layers import MapLayers, line_range
from zds_geo.outputs.round_map import round_box

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

    from zds_geo.core.model import Round

WIDTH_MM: Final = 186.0
HEIGHT_MM: Final = 205.0
SCALES: Final = (
    750, 1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 7500, 10000, 12500, 15000, 20000,
    25000, 50000, 100000,
)  # fmt: skip
MARGIN_M: Final = 30.0
FONT: Final = "Source Sans Pro"
MAJOR: Final = frozenset({"primary", "secondary", "tertiary", "trunk"})
MINOR: Final = frozenset({"footway", "path", "steps", "cycleway", "track", "pedestrian", "service"})
MOST_NAMES: Final = 2  # times a street name may stand on one map
_RINGS_MM: Final = (0.0, 4.2, 6.0, 8.5, 11.5, 15.0, 19.0, 24.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of the country on paper: RD metres to millimetres on the page."""

    x0: float
    y1: float
    scale: int

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give the place on paper of a point."""
        k = 1000.0 / self.scale
        return (x - self.x0) * k, (self.y1 - y) * k

    def path(self, points: npt.NDArray[np.float64]) -> str:
        """Give the SVG path of a line."""
        steps = (self.at(float(x), float(y)) for x, y in points)
        return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in steps)


def fit_frame(box: tuple[float, float, float, float]) -> Frame:
    """Choose the largest round scale at which a box fits the page.

    Parameters
    ----------
    box : tuple of float
        x0, y0, x1, y1 in EPSG:28992.

    Returns
    -------
    Frame
        Centred on the box.
    """
    x0, y0, x1, y1 = box
    need = max((x1 - x0) / WIDTH_MM, (y1 - y0) / HEIGHT_MM) * 1000
    scale = next((s for s in SCALES if s >= need), math.ceil(need / 10000) * 10000)
    half_w, half_h = WIDTH_MM * scale / 2000, HEIGHT_MM * scale / 2000
    return Frame((x0 + x1) / 2 - half_w, (y0 + y1) / 2 + half_h, scale)


def draw_sheet_map(planned: Round, layers: MapLayers, *, lang: str) -> tuple[str, int]:
    """Draw the map of a round.

    Parameters
    ----------
    planned : Round
        The round.
    layers : MapLayers
        Background.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    svg, scale : str, int
        In millimetres; 1 : scale.
    """
    frame = fit_frame(round_box(planned, margin_m=MARGIN_M))
    box = (
        frame.x0, frame.y1 - HEIGHT_MM * frame.scale / 1000,
        frame.x0 + WIDTH_MM * frame.scale / 1000, frame.y1,
    )  # fmt: skip
    near = layers.around(box)
    labels = _place_labels(planned, frame)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}" '
        f'width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" font-family="{FONT}">',
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="#f4f4f2"/>',
        f'<clipPath id="c"><rect width="{WIDTH_MM}" height="{HEIGHT_MM}"/></clipPath><g clip-path="url(#c)">',
        _areas(near.water, frame, fill="#d3e3ee", line="#9db8c9"),
        _streets(near.edges, frame),
        _areas(near.panden, frame, fill="#d9d9d6", line="#a9a9a5"),
        _route(planned, frame),
        *_names(near.edges, planned, frame, taken=[(x, y, 3.0) for _, _, _, x, y in labels]),
        *_numbers(labels),
        *_ends(planned, frame, lang),
        "</g>",
        _furniture(frame, lang),
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="none" stroke="#333" stroke-width="0.3"/>',
        "</svg>",
    ]
    return "".join(parts), frame.scale


def _areas(frame_: gpd.GeoDataFrame, frame: Frame, *, fill: str, line: str) -> str:
    import shapely

    paths = []
    for shape in shapely.get_parts(frame_.geometry.to_numpy()):
        rings = [shape.exterior, *shape.interiors]
        paths.append("".join(frame.path(shapely.get_coordinates(r)) + "Z" for r in rings))
    if not paths:
        return ""
    return (
        f'<path d="{"".join(paths)}" fill="{fill}" stroke="{line}" stroke-width="0.12" '
        'fill-rule="evenodd"/>'
    )


def _streets(edges: gpd.GeoDataFrame, frame: Frame) -> str:
    import shapely

    groups: dict[str, list[str]] = {"major": [], "minor": [], "street": []}
    for highway, line in zip(edges["highway"], edges.geometry, strict=True):
        kind = "major" if highway in MAJOR else "minor" if highway in MINOR else "street"
        groups[kind].append(frame.path(shapely.get_coordinates(line)))
    k = 1000.0 / frame.scale
    widths = {"minor": 1.8 * k, "street": 5.0 * k, "major": 7.0 * k}
    casing = "".join(
        f'<path d="{"".join(groups[g])}" stroke="#8d8d89" stroke-width="{widths[g] + 0.3:.2f}"/>'
        for g in ("minor", "street", "major")
        if groups[g]
    )
    inside = "".join(
        f'<path d="{"".join(groups[g])}" stroke="#ffffff" stroke-width="{widths[g]:.2f}"/>'
        for g in ("minor", "street", "major")
        if groups[g]
    )
    return f'<g fill="none" stroke-linecap="round" stroke-linejoin="round">{casing}{inside}</g>'


def _route(planned: Round, frame: Frame) -> str:
    import numpy as np

    if len(planned.route) < 2:
        return ""
    x, y = to_rd([p[0] for p in planned.route], [p[1] for p in planned.route])
    points = np.column_stack([x, y])
    line = (
        f'<path d="{frame.path(points)}" fill="none" stroke="#111" stroke-width="0.55" '
        'stroke-linejoin="round" stroke-dasharray="2.2 0.9"/>'
    )
    return line + "".join(_arrows(points, frame))


def _arrows(points: npt.NDArray[np.float64], frame: Frame) -> Iterable[str]:
    """Put an arrow every few centimetres of walking."""
    every, walked = 26.0, 13.0
    for (xa, ya), (xb, yb) in itertools.pairwise(points):
        ax, ay = frame.at(float(xa), float(ya))
        bx, by = frame.at(float(xb), float(yb))
        length = math.hypot(bx - ax, by - ay)
        walked += length
        if length < 3.0 or walked < every:
            continue
        walked = 0.0
        angle = math.degrees(math.atan2(by - ay, bx - ax))
        mx, my = (ax + bx) / 2, (ay + by) / 2
        yield (
            f'<path d="M-1.4 -1.1L1.6 0L-1.4 1.1Z" fill="#111" '
            f'transform="translate({mx:.2f} {my:.2f}) rotate({angle:.1f})"/>'
        )


Label = tuple[str, float, float, float, float]


def _place_labels(planned: Round, frame: Frame) -> list[Label]:
    """Place the numbers: at the stop when there is room, else nearby with a thin line to it."""
    stops = [
        (line_range([d.line for d in s.doors]), *frame.at(*_rd(s.lon, s.lat)))
        for s in planned.stops
    ]
    placed: list[Label] = []
    boxes: list[tuple[float, float, float]] = []
    for text, x, y in stops:
        half = 1.1 + 0.85 * len(text)
        spot = _free_spot(x, y, half, boxes)
        boxes.append((*spot, half))
        placed.append((text, x, y, *spot))
    return placed


def _free_spot(
    x: float, y: float, half: float, boxes: Sequence[tuple[float, float, float]]
) -> tuple[float, float]:
    for ring in _RINGS_MM:
        turns = 1 if ring == 0 else 16
        for turn in range(turns):
            angle = 2 * math.pi * turn / turns
            cx, cy = x + ring * math.cos(angle), y + ring * math.sin(angle)
            inside = half < cx < WIDTH_MM - half and 2 < cy < HEIGHT_MM - 14
            clear = all(
                abs(cx - bx) > half + bh + 0.2 or abs(cy - by) > 4.3 for bx, by, bh in boxes
            )
            if inside and clear:
                return cx, cy
    return x, y


def _rd(lon: float, lat: float) -> tuple[float, float]:
    x, y = to_rd([lon], [lat])
    return float(x[0]), float(y[0])


def _numbers(labels: Sequence[Label]) -> Iterable[str]:
    for _, x, y, cx, cy in labels:
        if (x, y) != (cx, cy):
            yield (
                f'<path d="M{x:.2f} {y:.2f}L{cx:.2f} {cy:.2f}" stroke="#111" stroke-width="0.2"/>'
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.6" fill="#111"/>'
            )
    for text, _, _, cx, cy in labels:
        half = 1.1 + 0.85 * len(text)
        yield (
            f'<rect x="{cx - half:.2f}" y="{cy - 2.05:.2f}" width="{2 * half:.2f}" height="4.1" '
            'rx="2" fill="#fff" stroke="#111" stroke-width="0.35"/>'
            f'<text x="{cx:.2f}" y="{cy + 1.2:.2f}" font-size="3.5" font-weight="bold" '
            f'text-anchor="middle">{text}</text>'
        )


def _ends(planned: Round, frame: Frame, lang: str) -> Iterable[str]:
    same = (planned.start.lon, planned.start.lat) == (planned.end.lon, planned.end.lat)
    ends = [(planned.start, "outputs.start_end" if same else "outputs.start")]
    if not same:
        ends.append((planned.end, "outputs.end"))
    for place, key in ends:
        x, y = frame.at(*_rd(place.lon, place.lat))
        text = say(key, lang=lang)
        width = 3 + 1.75 * len(text)
        left = min(max(x + 2.5, 1.0), WIDTH_MM - width - 1)
        yield (
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.7" fill="#111" stroke="#fff" stroke-width="0.4"/>'
            f'<rect x="{left:.2f}" y="{y - 2.4:.2f}" width="{width:.2f}" height="4.8" rx="0.8" fill="#111"/>'
            f'<text x="{left + width / 2:.2f}" y="{y + 1.2:.2f}" font-size="3.5" font-weight="bold" '
            f'fill="#fff" text-anchor="middle">{escape(text)}</text>'
        )


def _names(
    edges: gpd.GeoDataFrame,
    planned: Round,
    frame: Frame,
    *,
    taken: list[tuple[float, float, float]],
) -> Iterable[str]:
    """Write each street's name along it, near the round first, where nothing else stands."""
    import shapely

    size = 3.3
    named = edges.loc[edges["name"] != ""]
    sx, sy = to_rd([s.lon for s in planned.stops], [s.lat for s in planned.stops])
    stops = shapely.multipoints(shapely.points(sx, sy))
    far = (named.distance(stops) > 25).astype(int)
    order = named.assign(metres=named.length.round(1), far=far).reset_index()
    order = order.sort_values(["far", "metres", "edge_id"], ascending=[True, False, True])
    written: dict[str, int] = {}
    for name, line in zip(order["name"], order.geometry, strict=True):
        if written.get(name, 0) >= MOST_NAMES:
            continue
        width = len(name) * size * 0.5
        for share in (0.5, 0.3, 0.7, 0.2, 0.8):
            point = shapely.line_interpolate_point(line, share, normalized=True)
            a = shapely.line_interpolate_point(line, max(0.0, share - 0.08), normalized=True)
            b = shapely.line_interpolate_point(line, min(1.0, share + 0.08), normalized=True)
            x, y = frame.at(point.x, point.y)
            ax, ay = frame.at(a.x, a.y)
            bx, by = frame.at(b.x, b.y)
            angle = math.degrees(math.atan2(by - ay, bx - ax))
            angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
            dots = list(_dots(x, y, angle, width))
            if width > line.length * 1000 / frame.scale * 1.6 or not _is_clear(dots, taken):
                continue
            taken.extend((dx, dy, 2.2) for dx, dy in dots)
            written[name] = written.get(name, 0) + 1
            yield (
                f'<text transform="translate({x:.2f} {y:.2f}) rotate({angle:.1f})" y="1.1" '
                f'font-size="{size}" text-anchor="middle" fill="#222" stroke="#fff" '
                f'stroke-width="0.8" paint-order="stroke" stroke-linejoin="round">{escape(name)}</text>'
            )
            break


def _dots(x: float, y: float, angle: float, width: float) -> Iterable[tuple[float, float]]:
    count = max(2, int(width / 3) + 1)
    turn = math.radians(angle)
    for i in range(count):
        along = (i / (count - 1) - 0.5) * width
        yield x + along * math.cos(turn), y + along * math.sin(turn)


def _is_clear(
    dots: Sequence[tuple[float, float]], taken: Sequence[tuple[float, float, float]]
) -> bool:
    for x, y in dots:
        if not (2 < x < WIDTH_MM - 2 and 2 < y < HEIGHT_MM - 14):
            return False
        if any(math.hypot(x - tx, y - ty) < r + 1.2 for tx, ty, r in taken):
            return False
    return True


def _furniture(frame: Frame, lang: str) -> str:
    """Draw scale bar, scale and north arrow in a quiet strip at the foot."""
    y = HEIGHT_MM - 4.0
    step = next(
        m
        for m in (10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)
        if m * 1000 / frame.scale >= 12
    )
    bar = step * 1000 / frame.scale
    scale = say("sheet.scale", lang=lang, scale=f"{frame.scale:,}".replace(",", "."))
    return (
        f'<rect x="0" y="{HEIGHT_MM - 11}" width="{WIDTH_MM}" height="11" fill="#fff" fill-opacity="0.92"/>'
        f'<rect x="4" y="{y - 1.2:.2f}" width="{bar:.2f}" height="1.4" fill="#111"/>'
        f'<rect x="{4 + bar:.2f}" y="{y - 1.2:.2f}" width="{bar:.2f}" height="1.4" fill="#fff" stroke="#111" stroke-width="0.25"/>'
        f'<text x="4" y="{y - 2.4:.2f}" font-size="3.4">0</text>'
        f'<text x="{4 + bar:.2f}" y="{y - 2.4:.2f}" font-size="3.4" text-anchor="middle">{step}</text>'
        f'<text x="{4 + 2 * bar:.2f}" y="{y - 2.4:.2f}" font-size="3.4" text-anchor="middle">{2 * step} m</text>'
        f'<text x="{4 + 2 * bar + 12:.2f}" y="{y:.2f}" font-size="3.6">{scale}</text>'
        f'<path d="M{WIDTH_MM - 8} {y - 6:.2f}l2.2 6l-2.2 -1.3l-2.2 1.3z" fill="#111"/>'
        f'<text x="{WIDTH_MM - 13.5}" y="{y:.2f}" font-size="4" font-weight="bold" '
        f'text-anchor="middle">{say("sheet.north", lang=lang)}</text>'
    )
