"""Which frames go on which map page: the round, and its details where there is room."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.outputs.sheet_details import TITLE_MM, Detail, find_details
from zds_geo.outputs.sheet_frame import (
    HEIGHT_MM,
    MAIN_FROM,
    MARGIN_MM,
    STRIP_MM,
    WIDTH_MM,
    Frame,
    bounds,
    fit_scale,
    next_scales,
    within,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

CELL_MM: Final = 2.0
_ROWS: Final = int((HEIGHT_MM - STRIP_MM) // CELL_MM)
_COLUMNS: Final = int(WIDTH_MM // CELL_MM)
_WHERE: Final = (0.5, 0.0, 1.0)
_LETTERS: Final = string.ascii_uppercase


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlan:
    """The frames of all map pages, and which frame shows the number of which stop.

    ``frames[0]`` is the round as a whole; ``pages`` holds the page of each frame, from 1;
    ``owner`` the frame of each stop.
    """

    frames: tuple[Frame, ...]
    pages: tuple[int, ...]
    owner: npt.NDArray[np.intp]


def plan_pages(
    stops: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    *,
    line: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    end_size: tuple[float, float],
) -> MapPlan:
    """Choose the frames of a round.

    Parameters
    ----------
    stops : array, shape (n, 2)
        Stops in walking order, EPSG:28992.
    sizes : array, shape (n, 2)
        Sizes of their numbers (mm).
    line : array, shape (m, 2)
        The walking line, EPSG:28992.
    ends : array, shape (k, 2)
        Start and end, EPSG:28992.
    end_size : tuple of float
        Width and height (mm) of the words at start and end.

    Returns
    -------
    MapPlan
        Details on the first page where they fit, at most at half the scale that the round alone
        would have; else on pages of their own.
    """
    import numpy as np

    box = bounds(np.vstack([stops, line, ends]))
    height = HEIGHT_MM - STRIP_MM
    room = fit_scale(box, WIDTH_MM - 2 * MARGIN_MM, height - 2 * MARGIN_MM)
    best = max(room, MAIN_FROM)
    for scale in next_scales(best):
        details = find_details(stops, sizes, scale=scale)
        if not details and scale == best:
            return _as_plan([_main(box, scale, 0.5, 0.5)], [1], details, stops)
        if not details or len(details) > len(_LETTERS):
            continue
        packed = _pack_beside(
            box, scale, details, stops=stops, sizes=sizes, line=line, ends=ends, end_size=end_size
        )
        if packed is not None:
            return _as_plan(packed, [1] * len(packed), details, stops)
    details = find_details(stops, sizes, scale=best)
    more, pages = _own_pages(details)
    return _as_plan([_main(box, best, 0.5, 0.5), *more], [1, *pages], details, stops)


def _as_plan(
    frames: Sequence[Frame],
    pages: Sequence[int],
    details: Sequence[Detail],
    stops: npt.NDArray[np.float64],
) -> MapPlan:
    """Give each stop to the detail it crowds in; else to one that shows it; else to the map."""
    import numpy as np

    owner = np.zeros(len(stops), dtype=np.intp)
    for index in range(len(frames) - 1, 0, -1):
        owner[frames[index].holds(stops)] = index
    for index, detail in enumerate(details, start=1):
        owner[list(detail.members)] = index
    return MapPlan(frames=tuple(frames), pages=tuple(pages), owner=owner)


def _main(box: tuple[float, float, float, float], scale: int, fx: float, fy: float) -> Frame:
    """Put the round in the middle of the page (0.5), or at a side of it (0, 1)."""
    k = scale / 1000
    x0, y0, x1, y1 = box
    spare_x = WIDTH_MM * k - (x1 - x0) - 2 * MARGIN_MM * k
    spare_y = (HEIGHT_MM - STRIP_MM) * k - (y1 - y0) - 2 * MARGIN_MM * k
    return Frame(
        x0=x0 - MARGIN_MM * k - fx * spare_x, y1=y1 + MARGIN_MM * k + fy * spare_y, scale=scale
    )


def _framed(detail: Detail, *, left: float, top: float, letter: str) -> Frame:
    x0, _, _, y1 = detail.extent
    return Frame(
        x0=x0, y1=y1, scale=detail.scale, width=detail.width, height=detail.height,
        left=left, top=top + TITLE_MM, letter=letter,
    )  # fmt: skip


def _pack_beside(
    box: tuple[float, float, float, float],
    scale: int,
    details: Sequence[Detail],
    *,
    stops: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    line: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    end_size: tuple[float, float],
) -> list[Frame] | None:
    """Put all details on free ground of the first page; None when there is not enough."""
    import numpy as np

    inside = np.zeros(len(stops), dtype=bool)
    for detail in details:
        inside |= within(detail.extent, stops)
    for fy in _WHERE:
        for fx in _WHERE:
            main = _main(box, scale, fx, fy)
            boxes = [_around(main.to_paper(stops[~inside]), sizes[~inside] / 2 + 1.0)]
            boxes.append(_around(main.to_paper(_dense(line, scale)), np.array([[1.6, 1.6]])))
            boxes.append(_below(main.to_paper(ends), end_size))
            boxes.append(np.array([_on_paper(main, d.extent) for d in details]))
            spots = _free_spots(_raster(np.vstack(boxes)), details)
            if spots is not None:
                return [
                    main,
                    *(
                        _framed(d, left=left, top=top, letter=letter)
                        for d, (left, top), letter in zip(details, spots, _LETTERS, strict=False)
                    ),
                ]
    return None


def _around(
    middles: npt.NDArray[np.float64], half: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    import numpy as np

    return np.hstack([middles - half, middles + half])


def _below(ends: npt.NDArray[np.float64], size: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Give the room of start and end with their words below them, kept on the page."""
    import numpy as np

    half = size[0] / 2 + 1
    middle = np.clip(ends[:, 0], half, WIDTH_MM - half)
    x0, x1 = np.minimum(middle - half, ends[:, 0] - 4), np.maximum(middle + half, ends[:, 0] + 4)
    return np.column_stack([x0, ends[:, 1] - 4, x1, ends[:, 1] + size[1] + 5])


def _on_paper(main: Frame, extent: tuple[float, float, float, float]) -> list[float]:
    import numpy as np

    x0, y0, x1, y1 = extent
    (left, top), (right, bottom) = main.to_paper(np.array([[x0, y1], [x1, y0]]))
    return [left - 1, top - 1, right + 1, bottom + 1]


def _dense(line: npt.NDArray[np.float64], scale: int) -> npt.NDArray[np.float64]:
    """Give points along a line, no further apart than a cell of the page."""
    import shapely

    if len(line) < 2:
        return line
    dense: npt.NDArray[np.float64] = shapely.get_coordinates(
        shapely.segmentize(shapely.linestrings(line), CELL_MM * scale / 1000)
    )
    return dense


def _raster(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Mark the cells of the page that boxes (mm) cover."""
    import numpy as np

    cells = np.zeros((_ROWS, _COLUMNS), dtype=bool)
    for x0, y0, x1, y1 in (boxes / CELL_MM).tolist():
        cells[max(int(y0), 0) : max(int(y1) + 1, 0), max(int(x0), 0) : max(int(x1) + 1, 0)] = True
    return cells


def _free_spots(
    cells: npt.NDArray[np.bool_], details: Sequence[Detail]
) -> list[tuple[float, float]] | None:
    """Find free ground for each detail, the largest first, at the borders of the page."""
    import numpy as np

    spots: dict[int, tuple[float, float]] = {}
    for i in sorted(range(len(details)), key=lambda i: (-details[i].height * details[i].width, i)):
        rows = int(np.ceil((details[i].height + TITLE_MM) / CELL_MM))
        columns = min(int(np.ceil(details[i].width / CELL_MM)), _COLUMNS)
        if rows > _ROWS:
            return None
        sums = np.pad(cells.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        taken = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns]
        free = np.argwhere(taken + sums[:-rows, :-columns] == 0)
        if not len(free):
            return None
        to_side = np.minimum(free[:, 1], _COLUMNS - columns - free[:, 1])
        to_end = np.minimum(free[:, 0], _ROWS - rows - free[:, 0])
        row, column = free[int((to_side + to_end).argmin())]
        cells[max(row - 1, 0) : row + rows + 1, max(column - 1, 0) : column + columns + 1] = True
        right = column + columns == _COLUMNS
        bottom = row + rows == _ROWS
        spots[i] = (
            WIDTH_MM - details[i].width if right else column * CELL_MM,
            HEIGHT_MM - STRIP_MM - details[i].height - TITLE_MM if bottom else row * CELL_MM,
        )
    return [spots[i] for i in range(len(details))]


def _own_pages(details: Sequence[Detail]) -> tuple[list[Frame], list[int]]:
    """Put details on pages of their own, in rows."""
    frames: list[Frame] = []
    pages: list[int] = []
    page, left, top, tall = 2, 0.0, 0.0, 0.0
    for number, detail in enumerate(details):
        height = detail.height + TITLE_MM
        if left > 0 and left + detail.width > WIDTH_MM:
            left, top, tall = 0.0, top + tall + CELL_MM, 0.0
        if top > 0 and top + height > HEIGHT_MM:
            page, left, top, tall = page + 1, 0.0, 0.0, 0.0
        letter = _letter(number)
        frames.append(_framed(detail, left=left, top=top, letter=letter))
        pages.append(page)
        left, tall = left + detail.width + CELL_MM, max(tall, height)
    return frames, pages


def _letter(number: int) -> str:
    """Give A … Z, AA, AB, …."""
    head, tail = divmod(number, len(_LETTERS))
    return (_LETTERS[head - 1] if head else "") + _LETTERS[tail]
