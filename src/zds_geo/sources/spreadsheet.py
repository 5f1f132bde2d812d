"""A filled-in spreadsheet, XLSX or CSV, as a grid of texts; what is in it is for the use case."""

from __future__ import annotations

import csv
import io
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.csvguard import csv_unguard
from zds_geo.core.errors import SourceError
from zds_geo.sources._recognise import TABLE, TEXT, look_at
from zds_geo.sources._tables import read_text
from zds_geo.sources._zipped import open_zip

if TYPE_CHECKING:
    import pandas as pd

XLSX: Final = "xlsx"
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 100
MOST_BYTES: Final = 100_000_000  # of a workbook when unpacked: some 50,000 rows
MOST_FILE_BYTES: Final = 20_000_000
# What openpyxl says of a workbook that is damaged or no workbook after all.
_FAULTS: Final = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    ET.ParseError,
)


def read_spreadsheet(path: Path) -> pd.DataFrame:
    """Read the cells of a spreadsheet.

    Parameters
    ----------
    path : Path
        XLSX with one filled-in sheet; or CSV with ``,``, ``;`` or tabs, UTF-8 (with or without BOM)
        or Windows-1252.

    Returns
    -------
    DataFrame
        All text, stripped; index is the row in the file, from 1; columns are 0, 1, …. Empty rows
        are left out. Dates are ``2026-11-23``, times ``13:30``.

    Raises
    ------
    SourceError
        If it is something else, damaged, too large, or has more than one filled-in sheet.
    """
    import pandas as pd

    try:
        looks = look_at(path)
    except SourceError as fault:
        raise _as_broken(path, fault) from None
    if path.stat().st_size > MOST_FILE_BYTES:
        raise SourceError("sheet_file.large", path=path.name, most=MOST_FILE_BYTES // 1_000_000)
    if looks == XLSX:
        try:
            rows = _read_workbook(path)
        except SourceError as fault:
            raise _as_broken(path, fault) from None
    elif looks in {TABLE, TEXT}:
        rows = _read_csv(path)
    else:
        raise SourceError("sheet_file.other", path=path.name, looks=looks)
    kept = {number: row for number, row in rows if any(row)}
    if not kept:
        raise SourceError("sources.empty", path=path.name)
    width = max(len(row) for row in kept.values())
    table = [[*row, *[""] * (width - len(row))] for row in kept.values()]
    return pd.DataFrame(table, index=list(kept), columns=range(width), dtype="str")


def _as_broken(path: Path, fault: SourceError) -> SourceError:
    """Say of a damaged or bloated zip what to do with a workbook."""
    if fault.key in {"sources.broken_zip", "sources.locked_zip"}:
        return SourceError("sheet_file.broken", path=path.name)
    if fault.key == "sources.zip_bomb":
        return SourceError("sheet_file.bomb", path=path.name)
    return fault


def _read_csv(path: Path) -> list[tuple[int, list[str]]]:
    text = read_text(path)
    head = "\n".join(text.splitlines()[:5])
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            _require_small(path, len(rows), len(row))
            rows.append((reader.line_num, [csv_unguard(cell).strip() for cell in row]))
    except csv.Error:
        raise SourceError("sources.broken_csv", path=path.name, line=reader.line_num) from None
    return rows


def _read_workbook(path: Path) -> list[tuple[int, list[str]]]:
    with open_zip(path) as opened:
        if sum(member.file_size for member in opened.infolist()) > MOST_BYTES:
            raise SourceError("sheet_file.large", path=path.name, most=MOST_BYTES // 1_000_000)
        if opened.testzip() is not None:
            raise SourceError("sources.broken_zip", path=path.name)
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and validations that it does not keep
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            filled = {}
            for sheet in book.worksheets:
                rows = list(_rows(path, sheet))
                if any(any(row) for _, row in rows):
                    filled[sheet.title] = rows
            book.close()
        except _FAULTS:
            raise SourceError("sheet_file.broken", path=path.name) from None
    if len(filled) > 1:
        names = ", ".join(list(filled)[:5])
        raise SourceError("sheet_file.sheets", path=path.name, names=names)
    return next(iter(filled.values()), [])


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        texts = _trim([_text(value) for value in row])
        _require_small(path, number, len(texts))
        yield number, texts


def _trim(row: Sequence[str]) -> list[str]:
    last = max((n for n, cell in enumerate(row, start=1) if cell), default=0)
    return list(row[:last])


def _require_small(path: Path, rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise SourceError("sheet_file.wide", path=path.name, rows=MOST_ROWS, columns=MOST_COLUMNS)


def _text(value: object) -> str:
    """Write a cell as its user sees it, whatever the spreadsheet made of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return f"{value:%H:%M}" if value.year < 1901 else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        return str(int(value))
    return csv_unguard(str(value)).strip()
