"""The map pages of the walking sheet: vector, at a true scale, readable in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.core.crs import to_rd
from zds_geo.core.texts import say
from zds_geo.outputs.font import text_width
from zds_geo.outputs.layers import MapLayers, line_range, line_ranges
from zds_geo.outputs.sheet_draw import draw_ground, draw_labels, draw_walk, start_page
from zds_geo.outputs.sheet_frame import Frame
from zds_geo.outputs.sheet_furniture import draw_detail_box, draw_furniture, draw_title
from zds_geo.outputs.sheet_labels import Label, boxes, count_overlaps
from zds_geo.outputs.sheet_names import NameRules, place_names
from zds_geo.outputs.sheet_numbers import number_size, place_numbers
from zds_geo.outputs.sheet_pages import MapPlan, plan_pages
from zds_geo.outputs.sheet_route import WalkLine, walk_line

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from zds_geo.core.model import Round

PT_MM: Final = 0.3528
BADGE_MM: Final = 5.6
DOT_MM: Final = 3.6
END_SHARE: Final = 0.95  # letters at start and end, of those of the numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMap:
    """The map pages of a round: SVG of each, all labels on them, and the frames they show."""

    pages: tuple[str, ...]
    labels: tuple[Label, ...]
    frames: tuple[Frame, ...]

    @property
    def scale(self) -> int:
        """Of the map of the whole round: 1 : this."""
        return self.frames[0].scale


def draw_sheet_map(
    planned: Round, layers: MapLayers, *, lang: str = "nl", size_pt: float = 12
) -> SheetMap:
    """Draw the map pages of a round.

    Parameters
    ----------
    planned : Round
        The round.
    layers : MapLayers
        Background.
    lang : str
        ``nl`` or ``en``.
    size_pt : float
        Letter size of the numbers, in points.

    Returns
    -------
    SheetMap
        Every line number of the list stands on it exactly once, in a number or a range.
    """
    import numpy as np

    walk = walk_line(planned)
    stops = _rd([(s.lon, s.lat) for s in planned.stops])
    places = _rd([(p.lon, p.lat) for p in (planned.start, planned.end)])
    texts = [line_range([d.line for d in s.doors]) for s in planned.stops]
    size = size_pt * PT_MM
    sizes = np.array([number_size(t, size) for t in texts]).reshape(-1, 2)
    words = end_size(say("outputs.start_end", lang=lang), END_SHARE * size)
    plan = plan_pages(stops, sizes, line=walk.line, ends=places, end_size=words)
    drawing = _Drawing(
        planned=planned, layers=layers, lang=lang, size=size, walk=walk, stops=stops,
        places=places, texts=texts, plan=plan,
    )  # fmt: skip
    details = [drawing.detail(i) for i in range(1, len(plan.frames))]
    main_svg, main_labels = drawing.main()
    pages = [start_page(1) + main_svg]
    for index, (svg, _) in enumerate(details, start=1):
        page = plan.pages[index]
        while len(pages) < page:
            pages.append(start_page(len(pages) + 1))
        pages[page - 1] += svg
    labels = [*main_labels, *(label for _, found in details for label in found)]
    return SheetMap(
        pages=tuple(p + "</svg>" for p in pages), labels=tuple(labels), frames=plan.frames
    )


def _rd(points: Sequence[tuple[float, float]]) -> npt.NDArray[np.float64]:
    import numpy as np

    x, y = to_rd([p[0] for p in points], [p[1] for p in points])
    return np.column_stack([x, y]).reshape(-1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What all frames of one round have in common."""

    planned: Round
    layers: MapLayers
    lang: str
    size: float
    walk: WalkLine
    stops: npt.NDArray[np.float64]
    places: npt.NDArray[np.float64]
    texts: list[str]
    plan: MapPlan

    def detail(self, index: int) -> tuple[str, list[Label]]:
        """Draw one detail: its SVG and its labels."""
        frame, page = self.plan.frames[index], self.plan.pages[index]
        ends = self._ends(frame, page)
        # The map of the whole names start and end: in a crowded detail the numbers come first.
        for kept in (ends, [label for label in ends if not label.text], []):
            svg, labels = self._frame(index, taken=kept, shut=[])
            if ("end", "number") not in count_overlaps(labels):
                break
        lines = [d.line for i in self._members(index) for d in self.planned.stops[i].doors]
        numbers = line_ranges(lines)
        return svg + draw_title(frame, numbers, lang=self.lang), labels

    def main(self) -> tuple[str, list[Label]]:
        """Draw the map of the whole round, with boxes where details lie."""
        import shapely

        plan, main = self.plan, self.plan.frames[0]
        where = [self._detail_box(main, frame) for frame in plan.frames[1:]]
        over = [
            shapely.box(f.left, f.top - 7.0, f.left + f.width, f.top + f.height)
            for f, page in zip(plan.frames[1:], plan.pages[1:], strict=True)
            if page == 1
        ]
        shut = [_as_label(o) for o in over]
        ends = self._ends(main, 1, shut=shut, taken=where)
        svg, labels = self._frame(0, taken=[*where, *ends], shut=shut)
        svg += "".join(
            draw_detail_box(box, self._badge(box, frame))
            for box, frame in zip(where, plan.frames[1:], strict=True)
        )
        later = any(page > 1 for page in plan.pages)
        more = say("sheet.see_details", lang=self.lang) if later else ""
        return svg + draw_furniture(main, lang=self.lang, more=more), labels

    def _members(self, index: int) -> list[int]:
        return [i for i, owner in enumerate(self.plan.owner) if owner == index]

    def _frame(
        self, index: int, *, taken: list[Label], shut: list[Label]
    ) -> tuple[str, list[Label]]:
        frame, page = self.plan.frames[index], self.plan.pages[index]
        near = self.layers.around(frame.extent)
        line = frame.to_paper(self.walk.line) if len(self.walk.line) else self.walk.line
        members = self._members(index)
        paper = frame.to_paper(self.stops[members])
        stops = [
            (self.texts[m], float(x), float(y)) for m, (x, y) in zip(members, paper, strict=True)
        ]
        numbers = place_numbers(
            frame, stops, size=self.size, taken=[*taken, *shut], line=line, page=page
        )
        standing = [*taken, *numbers]
        names = place_names(
            frame, near.edges, rules=self._rules(members, paper), taken=[*standing, *shut], line=line,
            page=page,
        )  # fmt: skip
        drawn = [label for label in standing if label.kind != "detail"] + names
        svg = (
            draw_ground(frame, near, clip=f"c{index}")
            + draw_walk(frame, self.walk, taken=boxes([*standing, *names, *shut]))
            + draw_labels(drawn)
            + "</g>"
        )
        return svg, [*standing, *names]

    def _rules(self, members: list[int], paper: npt.NDArray[np.float64]) -> NameRules:
        more = self.size / (12 * PT_MM)
        streets = [self.planned.stops[m].street for m in members]
        places = [(float(x), float(y)) for x, y in paper]
        return NameRules(
            must=dict(reversed([*zip(streets, places, strict=True)])),
            must_size=3.9 * more,
            other_size=3.2 * more,
        )

    def _detail_box(self, main: Frame, frame: Frame) -> Label:
        import numpy as np

        x0, y0, x1, y1 = frame.extent
        (left, top), (right, bottom) = main.to_paper(np.array([[x0, y1], [x1, y0]]))
        return Label(
            kind="detail", text=frame.letter, x=float(left + right) / 2, y=float(top + bottom) / 2,
            width=float(right - left), height=float(bottom - top), size=4.6,
        )  # fmt: skip

    def _badge(self, box: Label, frame: Frame) -> Label:
        """Put the letter in the corner of the box that hides the least."""
        import numpy as np

        main = self.plan.frames[0]
        half = BADGE_MM / 2
        x0, y0, x1, y1 = box.box
        corners = [(x0 + half, y0 + half), (x1 - half, y0 + half), (x0 + half, y1 - half),
                   (x1 - half, y1 - half)]  # fmt: skip
        points = main.to_paper(np.vstack([self.walk.line, self.stops]))
        near = [int((np.abs(points - c).max(axis=1) < half + 0.5).sum()) for c in corners]
        x, y = corners[near.index(min(near))]
        return Label(
            kind="detail", text=frame.letter, x=x, y=y, width=BADGE_MM, height=BADGE_MM, size=4.6
        )

    def _ends(
        self, frame: Frame, page: int, *, shut: Sequence[Label] = (), taken: Sequence[Label] = ()
    ) -> list[Label]:
        """Name start and end where they lie in the frame, beside their points."""
        same = bool((abs(self.places[0] - self.places[1]) < 0.5).all())
        keys = ["outputs.start_end"] if same else ["outputs.start", "outputs.end"]
        made: list[Label] = []
        for place, key in zip(self.places, keys, strict=False):
            if not frame.holds(place[None, :])[0]:
                continue
            ((x, y),) = frame.to_paper(place[None, :])
            dot = Label(
                kind="end", text="", x=float(x), y=float(y), width=DOT_MM, height=DOT_MM, page=page
            )
            words = say(key, lang=self.lang)
            found = _end_label(
                frame, words, dot, size=END_SHARE * self.size, shut=shut, taken=[*taken, *made]
            )
            made += [dot, found]
        return made


def _as_label(shape: object) -> Label:
    import shapely

    x0, y0, x1, y1 = shapely.bounds(shape)
    return Label(
        kind="detail", text="", x=(x0 + x1) / 2, y=(y0 + y1) / 2, width=x1 - x0, height=y1 - y0
    )


def end_size(text: str, size: float) -> tuple[float, float]:
    """Give the size of the words at start or end.

    Parameters
    ----------
    text : str
        The words.
    size : float
        Letter size in millimetres.

    Returns
    -------
    width, height : float
        In millimetres.
    """
    return text_width(text, size, weight=700) + 2.4, 1.25 * size


def _end_label(
    frame: Frame,
    text: str,
    dot: Label,
    *,
    size: float,
    shut: Sequence[Label],
    taken: Sequence[Label],
) -> Label:
    """Put the words beside the point: the first side where they are free."""
    width, height = end_size(text, size)
    across, up = width / 2 + 3.0, height / 2 + 3.0
    x0, y0, x1, y1 = frame.rectangle
    middle = min(max(dot.x, x0 + width / 2 + 0.6), x1 - width / 2 - 0.6)
    spots = [(dot.x + across, dot.y), (dot.x - across, dot.y), (middle, dot.y + up),
             (middle, dot.y - up)]  # fmt: skip
    found: list[tuple[int, int, Label]] = []
    for x, y in spots:
        label = Label(
            kind="end", text=text, x=x, y=y, width=width, height=height, size=size,
            anchor=(dot.x, dot.y), page=dot.page,
        )  # fmt: skip
        left, top, right, bottom = label.box
        outside = left < x0 + 0.5 or right > x1 - 0.5 or top < y0 + 0.5 or bottom > y1 - 0.5
        hidden = outside or any(_touch(label, other) for other in shut)
        found.append((10 * hidden + sum(_touch(label, o) for o in taken), len(found), label))
    return min(found, key=lambda f: f[:2])[2]


def _touch(a: Label, b: Label) -> bool:
    ax0, ay0, ax1, ay1 = a.box
    bx0, by0, bx1, by1 = b.box
    return ax0 < bx1 + 0.5 and ax1 > bx0 - 0.5 and ay0 < by1 + 0.5 and ay1 > by0 - 0.5
