"""The day on one page for the coordinator: who walks where, and which shifts have no round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM
from zds_geo.outputs.layers import buurt_names, credit_line, is_invented, long_date
from zds_geo.outputs.typeset import typeset

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.core.model import Credit, Plan, Round

_COLUMNS: Final = (
    "code", "who", "hours", "buurt", "start", "doors", "minutes", "km", "pages", "out", "back",
)  # fmt: skip


def write_overview(
    plan: Plan,
    path: Path,
    *,
    buurten: gpd.GeoDataFrame,
    n_pages: Mapping[str, int],
    credits: Sequence[Credit],
    lang: str = "nl",
) -> None:
    """Write the overview of a day (A4, marked INTERN).

    Parameters
    ----------
    plan : Plan
        Rounds, and shifts without one.
    path : Path
        PDF to write; the same plan gives the same bytes.
    buurten : GeoDataFrame
        Contract BUURTEN, for their names.
    n_pages : mapping of str to int
        Code of a round → pages of its packet.
    credits : sequence of Credit
        For the credit line.
    lang : str
        ``nl`` or ``en``.

    Raises
    ------
    OutputError
        If the PDF cannot be made or written.

    Notes
    -----
    Holds pseudonyms and places of today, and no door, address, outcome or pace.
    """
    date = long_date(plan.date, lang)
    names = (*_COLUMNS, "why", "none", "unserved", "all_served", "only")
    rows = [_row(r, buurten, n_pages, lang) for r in plan.rounds]
    data = {
        "title": say("overview.title", lang=lang, date=date),
        "head": say("overview.head", lang=lang, date=date),
        "area": plan.area,
        "internal": say("outputs.internal", lang=lang),
        "invented": say("outputs.invented", lang=lang) if is_invented(credits) else "",
        "credit": credit_line(credits, lang),
        "lang": lang,
        "year": plan.date.year,
        "month": plan.date.month,
        "day": plan.date.day,
        "words": {n: say(f"overview.{n}", lang=lang) for n in names},
        "paging": [say("sheet.page", lang=lang), say("sheet.of", lang=lang)],
        "rows": rows,
        "total": _total(plan.rounds, n_pages, lang),
        "unserved": [
            [s.assistant_id, f"{_clock(s.start_at)}–{_clock(s.end_at)}", say(s.why, lang=lang)]
            for s in sorted(plan.unserved_shifts, key=lambda s: (s.start_at, s.assistant_id))
        ],
    }
    typeset("overview.typ", path, data=data, day=plan.date)


def _row(
    planned: Round, buurten: gpd.GeoDataFrame, n_pages: Mapping[str, int], lang: str
) -> list[str]:
    start = planned.start.label
    if planned.end.label != start:
        start = say("overview.to_end", lang=lang, start=start, end=planned.end.label)
    return [
        planned.round_id,
        planned.assistant_id,
        f"{_clock(planned.start_at)}–{_clock(planned.end_at)}",
        buurt_names(planned, buurten),
        start,
        str(len(planned.door_ids)),
        str(_minutes(planned)),
        _kilometres(planned.length_m, lang),
        str(n_pages[planned.round_id]),
    ]


def _total(rounds: Sequence[Round], n_pages: Mapping[str, int], lang: str) -> list[str]:
    return [
        say("overview.total", lang=lang, n=len(rounds)),
        str(sum(len(r.door_ids) for r in rounds)),
        str(sum(_minutes(r) for r in rounds)),
        _kilometres(sum(r.length_m for r in rounds), lang),
        str(sum(n_pages[r.round_id] for r in rounds)),
    ]


def _minutes(planned: Round) -> int:
    return round((planned.walk_s + planned.service_s) / 60)


def _kilometres(metres: int, lang: str) -> str:
    text = f"{metres / 1000:.1f}"
    return text.replace(".", ",") if lang == "nl" else text


def _clock(moment: Any) -> str:
    return f"{moment.astimezone(AMSTERDAM):%H:%M}"
