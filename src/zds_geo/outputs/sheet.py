"""The walking sheet: an A4 PDF with a map and the doors in walking order (P13)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.errors import OutputError
from zds_geo.core.texts import say
from zds_geo.outputs.layers import MapLayers, buurt_names, credit_line, is_invented, long_date
from zds_geo.outputs.round_map import on_request
from zds_geo.outputs.sheet_map import draw_sheet_map

if TYPE_CHECKING:
    from zds_geo.core.model import Credit, Round

BODY_PT: Final = 12
BIG_PT: Final = 16
_WORDS: Final = (
    "page", "of", "only", "walked", "from", "to", "line", "number", "talked", "no_talk",
    "not_home", "come_back", "do_not_knock", "other", "other_note", "map_alt",
)  # fmt: skip


def write_sheet(
    planned: Round,
    path: Path,
    *,
    layers: MapLayers,
    credits: Sequence[Credit],
    lang: str = "nl",
    big: bool = False,
) -> None:
    """Write the walking sheet of a round.

    Parameters
    ----------
    planned : Round
        The round.
    path : Path
        PDF to write; the same round gives the same bytes.
    layers : MapLayers
        Background of the map.
    credits : sequence of Credit
        For the credit line.
    lang : str
        ``nl`` or ``en``.
    big : bool
        Letters of 16 instead of 12 points.

    Raises
    ------
    OutputError
        If the PDF cannot be made.

    Notes
    -----
    On it: street, number, order, boxes, code, date, and ``terug op verzoek`` with its window.
    Not on it: outcomes, attempts, other reasons, names, ids (P13).
    """
    import typst

    svg = draw_sheet_map(planned, layers, lang=lang).pages[0]
    data = _content(planned, layers, credits, lang=lang, size=BIG_PT if big else BODY_PT)
    stamp = datetime(planned.date.year, planned.date.month, planned.date.day, tzinfo=UTC)
    template = files("zds_geo.outputs").joinpath("sheet.typ").read_bytes()
    with as_file(files("font_source_sans_pro").joinpath("files")) as fonts:
        try:
            pdf: bytes = typst.compile(  # type: ignore[misc]  # its stub leaves the result open
                template,
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(data), "map": svg},
                pdf_standards=["ua-1"],
                timestamp=int(stamp.timestamp()),
            )
        except typst.TypstError as fault:
            raise OutputError("sheet.failed", path=path, fault=fault) from None
    path.write_bytes(pdf)


def _content(
    planned: Round, layers: MapLayers, credits: Sequence[Credit], *, lang: str, size: int
) -> dict[str, Any]:
    words = {name: say(f"sheet.{name}", lang=lang) for name in _WORDS}
    words["returning"] = say("sheet.return", lang=lang)
    kilometres = f"{planned.length_m / 1000:.1f}"
    return {
        "title": say("sheet.title", lang=lang, code=planned.round_id),
        "code": planned.round_id,
        "buurten": buurt_names(planned, layers.buurten),
        "date": long_date(planned.date, lang),
        "year": planned.date.year,
        "month": planned.date.month,
        "day": planned.date.day,
        "hours": f"{planned.start_at:%H:%M}–{planned.end_at:%H:%M}",
        "figures": say(
            "sheet.figures", lang=lang, doors=len(planned.door_ids),
            km=kilometres.replace(".", ",") if lang == "nl" else kilometres,
            minutes=round((planned.walk_s + planned.service_s) / 60),
        ),
        "credit": credit_line(credits, lang),
        "invented": say("outputs.invented", lang=lang) if is_invented(credits) else "",
        "size": size,
        "lang": lang,
        "words": words,
        "groups": _groups(planned, lang),
    }  # fmt: skip


def _groups(planned: Round, lang: str) -> list[dict[str, Any]]:
    """Group the lines in walking order under street and side."""
    groups: list[dict[str, Any]] = []
    for stop in planned.stops:
        key = (stop.street, stop.street_side_id)
        if not groups or groups[-1]["key"] != key:
            groups.append({"key": key, "street": stop.street, "side": "", "rows": []})
        for door in stop.doors:
            note = (
                on_request(door.come_back_window, lang)
                if door.reason == "reason.on_request"
                else ""
            )
            groups[-1]["rows"].append({"line": door.line, "label": door.label, "note": note})
    for group in groups:
        group["side"] = _side([r["label"] for r in group["rows"]], lang)
        del group["key"]
    return _join_same(groups)


def _join_same(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    joined: list[dict[str, Any]] = []
    for group in groups:
        if joined and (joined[-1]["street"], joined[-1]["side"]) == (
            group["street"],
            group["side"],
        ):
            joined[-1]["rows"] += group["rows"]
        else:
            joined.append(group)
    return joined


def _side(labels: Sequence[str], lang: str) -> str:
    """Name the side when all its numbers are even, or all odd."""
    numbers = [int("".join(c for c in label.split("-")[0] if c.isdigit())) for label in labels]
    parities = {n % 2 for n in numbers}
    if len(parities) != 1:
        return ""
    return say("outputs.even" if parities == {0} else "outputs.odd", lang=lang)
