"""The board's page: what stands on it, as PDF (PDF/UA) and as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.outputs.report_page import render_report
from zds_geo.outputs.report_text import lay_out
from zds_geo.outputs.typeset import typeset

if TYPE_CHECKING:
    from zds_geo.core.model import Credit
    from zds_geo.outputs.report_cells import Cell

VERDICTS: Final = ("yes", "maybe", "no", "few_data", "no_roster", "over", "unset")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """Figures of a buurt in doors; ``cells`` by column of ``report_cells.COLUMNS``."""

    name: str
    n_doors: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class HardBlock:
    """A block of at least twenty doors where few talks came of it; ``band`` in fifths (0–4)."""

    label: str
    buurt: str
    n_doors: int
    band: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was promised, and whether it will hold; shares (low, high) 0–1 of the forecast.

    Attributes
    ----------
    verdict : str
        One of ``VERDICTS``.
    weeks, ends_on : int or None, date
        The promised length, and the last day of it or of the forecast.
    weeks_gone : int
        Whole weeks since the start.
    tried, reached : tuple of float or None
        By the last day; None where there is no forecast.
    least_attempts : int
        With fewer attempts a forecast is guessing.
    short_hours : dict of str to float
        Per kind of window; kinds with less than an hour are absent.
    advice : tuple of (str, int) or None
        Window, and the doors that one more shift a week reaches.
    """

    verdict: str
    weeks: int | None
    ends_on: date | None
    weeks_gone: int
    tried: tuple[float, float] | None = None
    reached: tuple[float, float] | None = None
    short_hours: dict[str, float]
    least_attempts: int
    advice: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything on the board's page; nothing of one home and of one assistant (P07–P09, P12).

    Attributes
    ----------
    area : str
        Its name.
    first, until : date or None, date
        What is counted; without ``first`` all that was entered.
    is_cycle : bool
        Whether that is the running cycle.
    rows, total : ReportRow
        Per buurt, and together; a row without a name holds ``joined`` small buurten.
    not_staffed : tuple of str
        Kinds of window without shifts.
    unserved, unserved_doors : tuple of str, int
        Buurten where nobody has a shift, and their doors.
    blocks, blocks_more : tuple of HardBlock, int
        The hardest, and how many more there are.
    blocks_known : bool
        Whether any block was tried enough to tell.
    arrange : Cell
        Entrances where access has to be arranged.
    hours, n_rounds, n_people_ok : float, int, bool
        Planned hours of entered rounds; not shown where too few people walked.
    promise : Promise or None
        Only for the running cycle.
    """

    area: str
    first: date | None
    until: date
    is_cycle: bool
    rows: Sequence[ReportRow]
    joined: int
    total: ReportRow
    not_staffed: tuple[str, ...]
    unserved: tuple[str, ...]
    unserved_doors: int
    blocks: Sequence[HardBlock]
    blocks_more: int
    blocks_known: bool
    arrange: Cell
    hours: float
    n_rounds: int
    n_people_ok: bool
    promise: Promise | None


def write_report(
    report: Report, path: Path, *, credits: Sequence[Credit], lang: str = "nl"
) -> None:
    """Write the board's page as PDF or, where the name ends in ``.html``, as one web page.

    Parameters
    ----------
    report : Report
        What to tell.
    path : Path
        File to write; the same report gives the same bytes.
    credits : sequence of Credit
        For the credit line.
    lang : str
        ``nl`` or ``en``.

    Raises
    ------
    OutputError
        If the PDF cannot be made.
    """
    content = lay_out(report, credits=credits, lang=lang)
    if path.suffix.lower() in {".html", ".htm"}:
        path.write_text(render_report(content), encoding="utf-8", newline="\n")
    else:
        typeset("report.typ", path, data=content, day=report.until, failed="report.failed")
