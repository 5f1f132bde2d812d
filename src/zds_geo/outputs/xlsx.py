"""A workbook of plain tables: ids stay text, numbers are numbers, dates are dates; no formulas."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.csvguard import csv_guard
from zds_geo.core.texts import say

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# One date for every workbook, so that the same tables give the same bytes.
MADE_AT: Final = datetime(2020, 1, 1)  # noqa: DTZ001  (the file format has no time zones)
_WIDEST: Final = 60
_MOST_IN_CELL: Final = 32_767  # characters; Excel's own limit


def write_workbook(
    path: Path,
    pages: Mapping[str, pd.DataFrame],
    *,
    title: str,
    about: Sequence[str],
    lang: str = "nl",
) -> None:
    """Write tables as the pages of a workbook.

    Parameters
    ----------
    path : Path
        File to write.
    pages : mapping of str to DataFrame
        Table by the name of its page; column names are the header, the index is not written.
        Cells are text, numbers, dates, times, or missing.
    title : str
        In the file's properties.
    about : sequence of str
        Lines of the last page, which says where the data comes from; the first of them also stands
        at the foot of every printed page. One line alone gets no page.
    lang : str
        ``nl`` or ``en``; names the last page.

    Notes
    -----
    Text that a spreadsheet would run is marked (S07), also in headers. Nothing is a formula or a
    link, whatever the text.
    """
    from xlsxwriter import Workbook

    made = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "default_date_format": "dd-mm-yyyy",
    }  # fmt: skip
    with Workbook(made, options) as book:
        book.set_properties({"title": title, "comments": about[0], "created": MADE_AT})
        for name, table in pages.items():
            _add_page(book, name, table, foot=about[0])
        if len(about) > 1:
            _add_about(book, about, name=say("export.page.about", lang=lang))
    path.write_bytes(made.getvalue())


def _add_page(book: Workbook, name: str, table: pd.DataFrame, *, foot: str) -> None:
    from xlsxwriter.utility import xl_rowcol_to_cell

    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    clock = book.add_format({"num_format": "hh:mm"})
    for column, header in enumerate(map(str, table.columns)):
        sheet.write_string(0, column, csv_guard(header), head)
        width = len(header)
        for row, value in enumerate(table.iloc[:, column], start=1):
            width = max(width, _put(sheet, row, column, value=value, clock=clock))
        sheet.set_column(column, column, min(width + 2, _WIDEST))
    last = (max(len(table), 1), max(len(table.columns) - 1, 0))
    sheet.ignore_errors(
        {"number_stored_as_text": f"A1:{xl_rowcol_to_cell(*last)}"}
    )  # they are text
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, *last)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&8{foot.replace('&', '&&')[:180]}&R&8&P / &N")


def _put(sheet: Worksheet, row: int, column: int, *, value: Any, clock: Any) -> int:
    """Write one cell and give its width in characters."""
    import pandas as pd

    if value is None or pd.isna(value) or value == "":
        return 0
    if isinstance(value, str):
        text = csv_guard(value)[:_MOST_IN_CELL]
        sheet.write_string(row, column, text)
        return len(text)
    if isinstance(value, time):
        sheet.write_datetime(row, column, value, clock)
        return 5
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001
        return 10
    sheet.write_number(row, column, value.item() if hasattr(value, "item") else value)
    return len(str(value))


def _add_about(book: Workbook, about: Sequence[str], *, name: str) -> None:
    sheet = book.add_worksheet(name)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(about):
        sheet.write_string(row, 0, csv_guard(line), wrap)
