"""Street names on a paper map: along their street, clear of numbers and of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from zds_geo.outputs.font import text_width
from zds_geo.outputs.sheet_labels import Label, shapes

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

    from zds_geo.outputs.sheet_frame import Frame

HALF_STREET_M: Final = 2.5
AGAIN_MM: Final = 85.0  # a name may stand twice when the two are so far apart
_SMALLER: Final = (1.0, 0.85, 0.7)  # letters of a street that must be named, where there is no room
_STEP_MM: Final = 5.0
_BEND_MM: Final = 1.1  # a name is straight: so much the street may bend below it


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRules:
    """Streets that must be named, and letter sizes (mm) of those and of all others.

    ``must`` holds a place (mm) at each of them: where its name cannot stand along it, it stands
    near there with a line.
    """

    must: dict[str, tuple[float, float]]
    must_size: float = 3.9
    other_size: float = 3.2


@dataclass(frozen=True, slots=True)
class _Spot:
    cost: float
    x: float
    y: float
    turn: float


def place_names(
    frame: Frame,
    edges: gpd.GeoDataFrame,
    *,
    rules: NameRules,
    taken: Sequence[Label],
    shut: Iterable[object] = (),
    line: npt.NDArray[np.float64],
    page: int = 1,
) -> list[Label]:
    """Write each street's name along it, those of the round first, where nothing else stands.

    Parameters
    ----------
    frame : Frame
        Names stay within.
    edges : GeoDataFrame
        Contract EDGES, those near the frame.
    rules : NameRules
        Which streets must be named.
    taken : sequence of Label
        Labels that stand there already.
    shut : iterable of shapes
        Further pieces of the page (mm) that hold no name.
    line : array, shape (n, 2)
        The walking line (mm): names stand beside it.
    page : int
        The map page.

    Returns
    -------
    list of Label
        None overlaps another label.
    """
    import numpy as np

    blocked = np.concatenate([shapes(taken), np.array([*shut], dtype=object)])
    placed: list[Label] = []
    for name, parts in _streets(frame, edges, must=frozenset(rules.must)):
        must = name in rules.must
        sizes = [rules.must_size * s for s in _SMALLER] if must else [rules.other_size]
        for size in sizes:
            found = _write(frame, name, parts, size=size, must=must, blocked=blocked, line=line)
            if found:
                made = [_label(name, spot, size, page) for spot in found]
                placed += made
                blocked = np.concatenate([blocked, shapes(made)])
                break
    for name in sorted(set(rules.must) - {label.text for label in placed}):
        near = _near(frame, name, rules.must[name], size=rules.other_size, blocked=blocked)
        if near is not None:
            placed.append(replace(near, page=page))
            blocked = np.concatenate([blocked, shapes([near])])
    return placed


def _near(
    frame: Frame,
    name: str,
    at: tuple[float, float],
    *,
    size: float,
    blocked: npt.NDArray[np.object_],
) -> Label | None:
    """Put a name upright on the nearest free ground, with a line to its place."""
    import numpy as np
    import shapely

    width, height = text_width(name, size, weight=600) + 0.8, 1.05 * size
    x0, y0, x1, y1 = frame.rectangle
    xs = np.arange(x0 + width / 2 + 1, x1 - width / 2 - 0.9, 3.0)
    ys = np.arange(y0 + height / 2 + 1, y1 - height / 2 - 0.9, 3.0)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    if not len(grid):
        return None
    half = np.array([width / 2, height / 2])
    tried = shapely.box(*np.hstack([grid - half, grid + half]).T)
    free = np.ones(len(grid), dtype=bool)
    tree = shapely.STRtree(blocked)
    free[tree.query(tried, predicate="intersects")[0]] = False
    if not free.any():
        return None
    far = np.where(free, np.hypot(*(grid - np.array(at)).T).round(6), np.inf)
    x, y = grid[int(far.argmin())]
    return Label(
        kind="name", text=name, x=float(x), y=float(y), width=width, height=height, size=size,
        anchor=at,
    )  # fmt: skip


def _label(name: str, spot: _Spot, size: float, page: int) -> Label:
    width = text_width(name, size, weight=600) + 0.8
    return Label(
        kind="name", text=name, x=spot.x, y=spot.y, width=width, height=1.05 * size,
        turn=spot.turn, size=size, page=page,
    )  # fmt: skip


def _streets(
    frame: Frame, edges: gpd.GeoDataFrame, *, must: frozenset[str]
) -> list[tuple[str, list[npt.NDArray[np.float64]]]]:
    """List the streets in the frame with their pieces on paper, those that must be named first."""
    import shapely

    window = shapely.box(*frame.extent)
    named = edges.loc[edges["name"] != ""]
    found = []
    for name, group in named.groupby("name", sort=True):
        inside = shapely.intersection(shapely.union_all(group.geometry.to_numpy()), window)
        whole = shapely.line_merge(inside)
        pieces = [
            frame.to_paper(shapely.get_coordinates(part))
            for part in shapely.get_parts(whole)
            if part.geom_type == "LineString" and part.length > 1.0
        ]
        if pieces:
            length = sum(float(p.length) for p in shapely.get_parts(whole))
            found.append((str(name) not in must, -round(length, 1), str(name), pieces))
    found.sort(key=lambda street: street[:3])
    return [(name, pieces) for _, _, name, pieces in found]


def _write(
    frame: Frame,
    name: str,
    parts: list[npt.NDArray[np.float64]],
    *,
    size: float,
    must: bool,
    blocked: npt.NDArray[np.object_],
    line: npt.NDArray[np.float64],
) -> list[_Spot]:
    """Choose the best free spots of one name: one, or two that are far apart."""
    import shapely

    width, height = text_width(name, size, weight=600) + 0.8, 1.05 * size
    walked = shapely.linestrings(line) if len(line) >= 2 else None
    border = shapely.box(
        frame.left + 0.8, frame.top + 0.8,
        frame.left + frame.width - 0.8, frame.top + frame.height - 0.8,
    )  # fmt: skip
    spots = sorted(
        _spots(parts, width, height, frame.scale, must=must), key=lambda s: (s.cost, s.x, s.y)
    )
    best: list[_Spot] = []
    for spot in _ranked(spots, width, height, walked):
        if best and (spot.x - best[0].x) ** 2 + (spot.y - best[0].y) ** 2 < AGAIN_MM**2:
            continue
        shape = shapely.polygons(
            Label(
                kind="name", text=name, x=spot.x, y=spot.y, width=width, height=height,
                turn=spot.turn,
            ).corners
        )  # fmt: skip
        if not shapely.contains(border, shape) or shapely.intersects(shape, blocked).any():
            continue
        best.append(spot)
        if len(best) == 2:
            break
    return best


def _ranked(spots: list[_Spot], width: float, height: float, walked: object) -> list[_Spot]:
    """Put spots that hide the walking line behind those that do not."""
    import shapely

    if walked is None or not spots:
        return spots
    made = [
        Label(kind="name", text="", x=s.x, y=s.y, width=width, height=height, turn=s.turn)
        for s in spots
    ]
    hidden = shapely.length(shapely.intersection(shapes(made), walked))
    order = sorted(range(len(spots)), key=lambda i: (spots[i].cost + 0.8 * float(hidden[i]), i))
    return [spots[i] for i in order]


def _spots(
    parts: list[npt.NDArray[np.float64]], width: float, height: float, scale: int, *, must: bool
) -> Iterable[_Spot]:
    """List places along a street: on it, beside it, and past its ends where it is short."""
    import math

    import numpy as np
    import shapely

    beside = HALF_STREET_M * 1000 / scale + height / 2 + 0.7
    aside = [0.0, beside, -beside] + ([1.8 * beside, -1.8 * beside] if must else [])
    for points in parts:
        street = shapely.linestrings(points)
        length = float(street.length)
        if length < width * (0.35 if must else 0.75):
            continue
        half = min(width, length) / 2
        count = max(1, int((length - 2 * half) / _STEP_MM) + 1)
        for at in np.linspace(half, length - half, count) if count > 1 else [length / 2]:
            along = np.linspace(at - half, at + half, 7)
            bow = shapely.get_coordinates(shapely.line_interpolate_point(street, along))
            dx, dy = bow[-1] - bow[0]
            chord = math.hypot(dx, dy)
            if chord < 0.3 * 2 * half:
                continue
            normal = np.array([-dy, dx]) / chord
            bend = float(np.abs((bow - bow[0]) @ normal).max())
            if bend > _BEND_MM * (3 if must else 1):
                continue
            middle = (bow[0] + bow[-1]) / 2
            turn = math.degrees(math.atan2(dy, dx))
            turn = turn - 180 if turn > 90 else turn + 180 if turn <= -90 else turn
            off_centre = abs(float(at) - length / 2) / max(length, 1.0)
            for side in aside:
                x, y = middle + side * normal
                cost = 2 * bend + off_centre + abs(side) / beside * 0.8 + max(0, width - chord)
                yield _Spot(round(cost, 4), float(x), float(y), round(turn, 2))
