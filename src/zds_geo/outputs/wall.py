"""The heatmap as a PDF for the wall, A3 or A4: the whole area, then each buurt (P09)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say
from zds_geo.outputs.heat_page import class_texts
from zds_geo.outputs.heat_style import FADED, FADES, swatch
from zds_geo.outputs.layers import MapLayers, credit_line, is_invented, long_date
from zds_geo.outputs.public_map import public_as_of
from zds_geo.outputs.typeset import typeset
from zds_geo.outputs.wall_map import PaperFrame, draw_wall_map, fit_paper, needed_scale

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.core.model import Credit

MARGIN_MM: Final = 10.0
OVERVIEW_TO: Final = 7500
"""At smaller scales than this the buurten get pages of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A size of paper, standing: millimetres, and points of its letters."""

    name: str
    short: float
    long: float
    body_pt: float
    head_mm: float
    foot_mm: float
    name_mm: float


PAPERS: Final = {
    "a3": Paper(name="a3", short=297, long=420, body_pt=12, head_mm=17, foot_mm=39, name_mm=3.4),
    "a4": Paper(name="a4", short=210, long=297, body_pt=9.5, head_mm=14, foot_mm=34, name_mm=2.6),
}


def write_wall_map(
    table: gpd.GeoDataFrame,
    path: Path,
    *,
    paper: str,
    layers: MapLayers,
    credits: Sequence[Credit],
    as_of: date,
    public: bool = False,
    note: str = "",
    lang: str = "nl",
) -> None:
    """Write the heatmap as PDF.

    Parameters
    ----------
    table : GeoDataFrame
        Pieces of street: ``class`` (number of ``STYLES``) and ``fade`` (0-3).
    path : Path
        File to write; the same input gives the same bytes.
    paper : str
        ``a3`` or ``a4``.
    layers : MapLayers
        Background.
    credits : sequence of Credit
        For the credit line.
    as_of : date
        The date of the figures; of the public map the Monday of its snapshot.
    public : bool
        True: nothing internal is said, and the share is of conversations.
    note : str
        What a reader has to know, under the legend.
    lang : str
        ``nl`` or ``en``.

    Raises
    ------
    OutputError
        If the PDF cannot be made.
    """
    sheets = list(_sheets(table, PAPERS[paper], layers))
    drawn = {
        f"map{number}": draw_wall_map(
            table, frame, layers=layers, name_mm=PAPERS[paper].name_mm, lang=lang
        )
        for number, (_, frame) in enumerate(sheets)
    }
    data = _content(sheets, PAPERS[paper], credits, as_of=as_of, public=public, lang=lang)
    data["note"] = note
    typeset("wall.typ", path, data=data, day=as_of, drawings=drawn, failed="heat.wall_failed")


def _sheets(
    table: gpd.GeoDataFrame, paper: Paper, layers: MapLayers
) -> Iterator[tuple[str, PaperFrame]]:
    """Give the whole area, and where its scale is small each buurt with doors, by name."""
    whole = _fit(tuple(map(float, table.total_bounds)), paper)
    yield "", whole
    if whole.scale <= OVERVIEW_TO:
        return
    buurten = layers.buurten.sort_values(["buurt_naam"], kind="stable")
    for code, name in buurten["buurt_naam"].items():
        mine = table.loc[table["buurt_code"] == code]
        if len(mine):
            yield str(name), _fit(tuple(map(float, mine.total_bounds)), paper)


def _fit(box: tuple[float, ...], paper: Paper) -> PaperFrame:
    """Turn the paper the way that gives the larger scale; standing where both are equal."""
    x0, y0, x1, y1 = box
    rooms = [
        {"width_mm": w - 2 * MARGIN_MM, "height_mm": h - _used(paper)}
        for w, h in ((paper.short, paper.long), (paper.long, paper.short))
    ]
    room = min(rooms, key=lambda r: needed_scale((x0, y0, x1, y1), **r))
    return fit_paper((x0, y0, x1, y1), **room)


def _used(paper: Paper) -> float:
    return 2 * MARGIN_MM + paper.head_mm + paper.foot_mm


def _content(
    sheets: Sequence[tuple[str, PaperFrame]],
    paper: Paper,
    credits: Sequence[Credit],
    *,
    as_of: date,
    public: bool,
    lang: str,
) -> dict[str, Any]:
    title = say("heat.public_title" if public else "heat.title", lang=lang)
    marks = [] if public else ["outputs.internal"]
    marks += ["outputs.invented"] if is_invented(credits) else []
    inner = "" if public else " " + say("heat.only_wall", lang=lang)
    internal_when = say("heat.as_of", lang=lang, date=long_date(as_of, lang))
    when = public_as_of(as_of, lang) if public else internal_when
    fades = () if public else [opacity for _, opacity in FADES] + [FADED]
    return {
        "title": title,
        "paper": paper.name,
        "margin": MARGIN_MM,
        "head": paper.head_mm,
        "body": paper.body_pt,
        "columns": 4,
        "lang": lang,
        "year": as_of.year,
        "month": as_of.month,
        "day": as_of.day,
        "marks": [say(key, lang=lang) for key in marks],
        "when": when + inner,
        "alt": say("heat.wall_alt", lang=lang),
        "legend": [
            {"svg": swatch(number), "text": text}
            for number, text in enumerate(
                class_texts("talked" if public else "reached", lang, public=public)
            )
        ],
        "fading": say("heat.fades", lang=lang),
        "fades": [
            {"svg": swatch(4, opacity=opacity), "text": say(f"heat.fade_{number}", lang=lang)}
            for number, opacity in enumerate(fades)
        ],
        "foot": credit_line(credits, lang),
        "sheets": [
            {
                "title": f"{title} · {name}" if name else title,
                "number": f"{number} / {len(sheets)}" if len(sheets) > 1 else "",
                "flipped": frame.width_mm + 2 * MARGIN_MM > paper.short + 1,
                "width": frame.width_mm,
                "height": frame.height_mm,
            }
            for number, (name, frame) in enumerate(sheets, start=1)
        ],
    }
