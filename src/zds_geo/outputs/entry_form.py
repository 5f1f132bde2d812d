"""A sheet as a form for a spreadsheet program: a row for each line, outcomes to choose from."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.csvguard import csv_guard
from zds_geo.core.texts import say

if TYPE_CHECKING:
    from zds_geo.core.model import Round

# Our columns; their names are what the import looks for, so they are the same in every language.
COLUMNS: Final = (
    "ronde", "regel", "straat", "huisnummer", "uitkomst", "terugkomen", "datum", "van", "tot",
)  # fmt: skip
ID_COLUMN: Final = "woning_id"
CHOICES: Final = (
    "gesproken", "geen gesprek", "niet thuis", "kom terug", "niet meer", "kan er niet bij",
    "onbewoond", "geen woning", "niet gedaan",
)  # fmt: skip
_WIDTHS: Final = (13, 6, 30, 12, 18, 26, 12, 8, 8, 22)


def write_entry_form(planned: Round, path: Path) -> None:
    """Write the form of a round: XLSX, or CSV where the name ends in ``.csv``.

    Parameters
    ----------
    planned : Round
        The round as printed.
    path : Path
        File to write; the same round gives the same bytes.

    Notes
    -----
    Like the paper it holds no outcome, only the addresses (P13), and their ids where a spreadsheet
    program leaves them alone: in XLSX as text, and not in CSV.
    """
    rows = [(d.line, s.street, d.label, d.door_id) for s in planned.stops for d in s.doors]
    if path.suffix.casefold() == ".csv":
        _write_csv(planned, rows, path)
    else:
        path.write_bytes(_make_workbook(planned, rows))


def _write_csv(planned: Round, rows: Sequence[tuple[int, str, str, str]], path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")  # what a Dutch Excel opens
    writer.writerow(COLUMNS)
    day = f"{planned.date:%d-%m-%Y}"
    for line, street, label, _ in rows:
        writer.writerow(
            [planned.round_id, line, csv_guard(street), csv_guard(label), "", "", day, "", ""]
        )
    path.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")


def _make_workbook(planned: Round, rows: Sequence[tuple[int, str, str, str]]) -> bytes:
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False})
    made = datetime(planned.date.year, planned.date.month, planned.date.day, tzinfo=UTC)
    book.set_properties({"created": made.replace(tzinfo=None), "title": planned.round_id})
    sheet = book.add_worksheet(planned.round_id)
    head = book.add_format({"bold": True, "bg_color": "#E4E4E4", "border": 1})
    fixed = book.add_format({"font_color": "#555555", "num_format": "@"})
    number = book.add_format({"font_color": "#555555"})
    shown = book.add_format({"bold": True, "num_format": "@"})
    to_fill = book.add_format({"locked": False, "bg_color": "#FFF8DC", "border": 4})
    a_day = book.add_format({"locked": False, "num_format": "dd-mm-yyyy", "bg_color": "#FFF8DC"})
    a_time = book.add_format({"locked": False, "num_format": "hh:mm", "bg_color": "#FFF8DC"})
    names = (*COLUMNS, ID_COLUMN)
    for column, (name, width) in enumerate(zip(names, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    sheet.write_comment(0, names.index("terugkomen"), say("form.hint_back"))
    sheet.write_comment(0, names.index("van"), say("form.hint_times"))
    for row, (line, street, label, door_id) in enumerate(rows, start=1):
        sheet.write_string(row, 0, planned.round_id, fixed)
        sheet.write_number(row, 1, line, number)
        sheet.write_string(row, 2, csv_guard(street), fixed)
        sheet.write_string(row, 3, csv_guard(label), shown)
        for column in (4, 5):
            sheet.write_blank(row, column, None, to_fill)
        sheet.write_datetime(row, 6, datetime.combine(planned.date, datetime.min.time()), a_day)
        for column in (7, 8):
            sheet.write_blank(row, column, None, a_time)
        sheet.write_string(row, 9, door_id, fixed)
    _guide(sheet, len(rows), planned.date)
    book.close()
    return held.getvalue()


def _guide(sheet: Any, n: int, day: date) -> None:
    """Offer the outcomes in a list, refuse other words and lock what must stay as it is."""
    sheet.freeze_panes(1, 4)
    sheet.data_validation(1, 4, max(n, 1), 4, {
        "validate": "list", "source": list(CHOICES), "error_title": say("form.pick"),
        "error_message": say("form.pick_help"),
    })  # fmt: skip
    sheet.data_validation(1, 6, max(n, 1), 6, {
        "validate": "date", "criteria": ">=", "value": date(day.year - 1, 1, 1),
        "error_title": say("form.day"), "error_message": say("form.day_help"),
    })  # fmt: skip
    sheet.protect("", {"format_columns": True, "sort": True, "autofilter": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
