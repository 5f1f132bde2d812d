"""The walking sheet: an A4 PDF with a map and the doors in walking order (P13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say
from zds_geo.outputs.layers import MapLayers, buurt_names, credit_line, is_invented, long_date
from zds_geo.outputs.sheet_list import BIG_PT, BODY_PT, SheetList, lay_out_list
from zds_geo.outputs.sheet_map import SheetMap, draw_sheet_map
from zds_geo.outputs.typeset import typeset

if TYPE_CHECKING:
    from zds_geo.core.model import Credit, Round

_WORDS: Final = (
    "page", "of", "only", "walked", "from", "to", "line", "number", "talked", "no_talk",
    "not_home", "come_back", "do_not_knock", "other", "note_other", "note_after", "codes",
    "map_alt",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """The paper of one round: map pages and list pages, ready to be printed."""

    planned: Round
    map: SheetMap
    list: SheetList
    size_pt: int

    @property
    def n_pages(self) -> int:
        """Sides of paper."""
        return len(self.map.pages) + len(self.list.pages)


def make_packet(
    planned: Round, layers: MapLayers, *, lang: str = "nl", big: bool = False
) -> Packet:
    """Draw the map and lay out the list of a round.

    Parameters
    ----------
    planned : Round
        The round.
    layers : MapLayers
        Background of the map.
    lang : str
        ``nl`` or ``en``.
    big : bool
        Letters of 16 instead of 12 points.

    Returns
    -------
    Packet
        For ``write_packets``.
    """
    size = BIG_PT if big else BODY_PT
    return Packet(
        planned=planned,
        map=draw_sheet_map(planned, layers, lang=lang, size_pt=size),
        list=lay_out_list(planned, size_pt=size, lang=lang),
        size_pt=size,
    )


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
        If the PDF cannot be made or written.

    Notes
    -----
    On it: street, number, order, boxes, code, date, planned minutes, and ``terug op verzoek`` with
    its window. Not on it: outcomes, attempts, other reasons, names, ids (P13).
    """
    packet = make_packet(planned, layers, lang=lang, big=big)
    write_packets([packet], path, layers=layers, credits=credits, lang=lang)


def write_packets(
    packets: Sequence[Packet],
    path: Path,
    *,
    layers: MapLayers,
    credits: Sequence[Credit],
    lang: str = "nl",
) -> None:
    """Write the sheets of rounds of one date in one file, to be printed on both sides.

    Parameters
    ----------
    packets : sequence of Packet
        At least one.
    path : Path
        PDF to write.
    layers : MapLayers
        For the names of buurten.
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
    Every packet begins on the front of a sheet of paper.
    """
    day = packets[0].planned.date
    words = {name: say(f"sheet.{name}", lang=lang) for name in _WORDS}
    words["returning"] = say("sheet.return", lang=lang)
    if len(packets) == 1:
        title = say("sheet.title", lang=lang, code=packets[0].planned.round_id)
    else:
        title = say("sheet.title_all", lang=lang, date=long_date(day, lang))
    data = {
        "title": title,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "credit": credit_line(credits, lang),
        "invented": say("outputs.invented", lang=lang) if is_invented(credits) else "",
        "lang": lang,
        "double": len(packets) > 1,
        "words": words,
        "rounds": [_round_data(p, layers, lang) for p in packets],
    }
    drawings = {
        f"map-{r}-{m}": svg
        for r, packet in enumerate(packets)
        for m, svg in enumerate(packet.map.pages)
    }
    typeset("sheet.typ", path, data=data, day=day, drawings=drawings)


def _round_data(packet: Packet, layers: MapLayers, lang: str) -> dict[str, Any]:
    planned = packet.planned
    kilometres = f"{planned.length_m / 1000:.1f}"
    doors = len(planned.door_ids)
    return {
        "code": planned.round_id,
        "buurten": buurt_names(planned, layers.buurten),
        "date": long_date(planned.date, lang),
        "hours": f"{planned.start_at:%H:%M}–{planned.end_at:%H:%M}",
        "figures": say(
            "sheet.figure_one" if doors == 1 else "sheet.figures", lang=lang, doors=doors,
            km=kilometres.replace(".", ",") if lang == "nl" else kilometres,
            minutes=round((planned.walk_s + planned.service_s) / 60),
        ),
        "size": packet.size_pt,
        "maps": len(packet.map.pages),
        "total": packet.n_pages,
        "pitch": packet.list.pitch,
        "pages": packet.list.as_data(),
    }  # fmt: skip
