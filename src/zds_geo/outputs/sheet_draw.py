"""The drawing of a paper map as SVG, in millimetres: background, walking line, labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from zds_geo.outputs.sheet_frame import HEIGHT_MM, WIDTH_MM, Frame
from zds_geo.outputs.sheet_route import WalkLine, arrows, keep_right

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

    from zds_geo.outputs.layers import MapLayers
    from zds_geo.outputs.sheet_labels import Label

MAJOR: Final = frozenset({"primary", "secondary", "tertiary", "trunk"})
MINOR: Final = frozenset({"footway", "path", "steps", "cycleway", "track", "pedestrian", "service"})
_WIDTHS_M: Final = {"minor": 1.8, "street": 5.0, "major": 7.0}
WATER: Final = (
    '<pattern id="w" width="2.4" height="1.5" patternUnits="userSpaceOnUse">'
    '<rect width="2.4" height="1.5" fill="#cfe2ee"/>'
    '<path d="M0 0.75q0.6 -0.5 1.2 0t1.2 0" fill="none" stroke="#6d94ad" stroke-width="0.16"/>'
    "</pattern>"
)


def start_page(number: int) -> str:
    """Open the drawing of a map page.

    Parameters
    ----------
    number : int
        1 is the page of the whole round.

    Returns
    -------
    str
        Beginning of an SVG; close it with ``</svg>``.
    """
    ground = f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="#fff"/>' if number == 1 else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}" '
        f'width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" font-family="Source Sans Pro">'
        f"<defs>{WATER}</defs>{ground}"
    )


def draw_ground(frame: Frame, near: MapLayers, *, clip: str) -> str:
    """Draw water, streets and panden of a frame; leaves its clipping group open.

    Parameters
    ----------
    frame : Frame
        The frame.
    near : MapLayers
        What lies in it.
    clip : str
        Name of the clipping path, one for each frame of a page.

    Returns
    -------
    str
        SVG that ends inside a group; close it with ``</g>``.
    """
    area = (
        f'x="{frame.left:.2f}" y="{frame.top:.2f}" width="{frame.width:.2f}" '
        f'height="{frame.height:.2f}"'
    )
    return (
        f'<clipPath id="{clip}"><rect {area}/></clipPath><g clip-path="url(#{clip})">'
        f'<rect {area} fill="#f3f3f1"/>'
        f"{_areas(near.water, frame, fill='url(#w)', line='#6d94ad')}{_streets(near.edges, frame)}"
        f"{_areas(near.panden, frame, fill='#d6d6d3', line='#9c9c98')}"
    )


def _path(frame: Frame, points: npt.NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in frame.to_paper(points))


def _areas(table: gpd.GeoDataFrame, frame: Frame, *, fill: str, line: str) -> str:
    import shapely

    paths = []
    for shape in shapely.get_parts(table.geometry.to_numpy()):
        rings = [shape.exterior, *shape.interiors]
        paths.append("".join(_path(frame, shapely.get_coordinates(r)) + "Z" for r in rings))
    if not paths:
        return ""
    return (
        f'<path d="{"".join(paths)}" fill="{fill}" stroke="{line}" stroke-width="0.12" '
        'fill-rule="evenodd"/>'
    )


def _streets(edges: gpd.GeoDataFrame, frame: Frame) -> str:
    import shapely

    groups: dict[str, list[str]] = {"minor": [], "street": [], "major": []}
    for highway, line in zip(edges["highway"], edges.geometry, strict=True):
        kind = "major" if highway in MAJOR else "minor" if highway in MINOR else "street"
        groups[kind].append(_path(frame, shapely.get_coordinates(line)))
    drawn = {g: "".join(paths) for g, paths in groups.items() if paths}
    layers = (("#8d8d89", 0.3), ("#ffffff", 0.0))
    lines = "".join(
        f'<path d="{path}" stroke="{colour}" '
        f'stroke-width="{_WIDTHS_M[g] * 1000 / frame.scale + more:.2f}"/>'
        for colour, more in layers
        for g, path in drawn.items()
    )
    return f'<g fill="none" stroke-linecap="round" stroke-linejoin="round">{lines}</g>'


def draw_walk(frame: Frame, walk: WalkLine, *, taken: npt.NDArray[np.float64]) -> str:
    """Draw the walking line with its arrows, and thin ticks to the doors.

    Parameters
    ----------
    frame : Frame
        The frame.
    walk : WalkLine
        Where one walks.
    taken : array, shape (n, 4)
        Boxes of labels (mm): no arrow there.

    Returns
    -------
    str
        SVG.
    """
    parts = []
    for tick in walk.ticks:
        (ax, ay), (bx, by) = frame.to_paper(tick)
        parts.append(f"M{ax:.2f} {ay:.2f}L{bx:.2f} {by:.2f}")
    drawn = f'<path d="{"".join(parts)}" fill="none" stroke="#111" stroke-width="0.22"/>'
    if len(walk.line) < 2:
        return drawn if parts else ""
    line = keep_right(frame.to_paper(walk.line))
    path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in line)
    heads = "".join(
        f'<path d="M-1.5 -1.5L2 0L-1.5 1.5Z" fill="#111" stroke="#fff" stroke-width="0.3" '
        f'paint-order="stroke" transform="translate({x:.2f} {y:.2f}) rotate({turn:.1f})"/>'
        for x, y, turn in arrows(line, taken=taken, within=frame.rectangle)
    )
    return (
        f'{drawn if parts else ""}<path d="{path}" fill="none" stroke="#fff" stroke-width="1.2" '
        f'stroke-opacity="0.7" stroke-linejoin="round"/><path d="{path}" fill="none" stroke="#111" '
        f'stroke-width="0.65" stroke-linejoin="round" stroke-linecap="round"/>{heads}'
    )


def draw_labels(labels: Sequence[Label]) -> str:
    """Draw numbers, street names, start and end.

    Parameters
    ----------
    labels : sequence of Label
        Of one frame.

    Returns
    -------
    str
        SVG; lines from numbers to their stops lie below all numbers.
    """
    names = "".join(_name(label) for label in labels if label.kind == "name")
    numbers = [label for label in labels if label.kind == "number"]
    leads = "".join(part for label in labels if label.kind != "end" for part in _lead(label))
    ends = "".join(_end(label) for label in labels if label.kind == "end" and label.text)
    return leads + names + "".join(map(_number, numbers)) + ends


def _name(label: Label) -> str:
    return (
        f'<text transform="translate({label.x:.2f} {label.y:.2f}) rotate({label.turn:.1f})" '
        f'y="{0.34 * label.size:.2f}" font-size="{label.size:.2f}" font-weight="600" '
        'text-anchor="middle" fill="#222" stroke="#fff" stroke-width="0.9" paint-order="stroke" '
        f'stroke-linejoin="round">{escape(label.text)}</text>'
    )


def _lead(label: Label) -> Iterator[str]:
    if label.anchor is None:
        return
    x, y = label.anchor
    if abs(x - label.x) > 0.1 or abs(y - label.y) > 0.1:
        yield (
            f'<path d="M{x:.2f} {y:.2f}L{label.x:.2f} {label.y:.2f}" stroke="#111" '
            f'stroke-width="0.28"/><circle cx="{x:.2f}" cy="{y:.2f}" r="0.75" fill="#111"/>'
        )


def _number(label: Label) -> str:
    return (
        f'<rect x="{label.x - label.width / 2:.2f}" y="{label.y - label.height / 2:.2f}" '
        f'width="{label.width:.2f}" height="{label.height:.2f}" rx="{label.height / 2.6:.2f}" '
        'fill="#fff" stroke="#111" stroke-width="0.35"/>'
        f'<text x="{label.x:.2f}" y="{label.y + 0.34 * label.size:.2f}" '
        f'font-size="{label.size:.2f}" font-weight="700" text-anchor="middle">{label.text}</text>'
    )


def _end(label: Label) -> str:
    x, y = label.anchor or (label.x, label.y)
    return (
        f'<path d="M{x:.2f} {y:.2f}L{label.x:.2f} {label.y:.2f}" stroke="#111" '
        'stroke-width="0.5"/>'
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.7" fill="#111" stroke="#fff" stroke-width="0.4"/>'
        f'<rect x="{label.x - label.width / 2:.2f}" y="{label.y - label.height / 2:.2f}" '
        f'width="{label.width:.2f}" height="{label.height:.2f}" rx="0.8" fill="#111"/>'
        f'<text x="{label.x:.2f}" y="{label.y + 0.33 * label.size:.2f}" font-weight="700" '
        f'font-size="{label.size:.2f}" fill="#fff" text-anchor="middle">{escape(label.text)}</text>'
    )
