"""The knocks CSV (DESIGN 5): read with care, written so that it reads back the same."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.csvguard import csv_guard, csv_unguard
from zds_geo.core.errors import KnockError, OutputError, ZdsGeoError
from zds_geo.core.frames import KNOCK_COLUMNS
from zds_geo.core.ids import DOOR_ID
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM, WindowScheme, to_quarter

if TYPE_CHECKING:
    import pandas as pd

REQUIRED: Final = ("knock_id", "door_id", "knocked_on", "window", "outcome")


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken, and why."""

    line: int
    key: str
    facts: tuple[tuple[str, object], ...]

    def sentence(self, lang: str = "nl") -> str:
        """Say it in one language."""
        return say(
            "store.csv_fault",
            lang=lang,
            line=self.line,
            why=say(self.key, lang=lang, **dict(self.facts)),
        )

    def __str__(self) -> str:
        """Say it in Dutch."""
        return self.sentence()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnocksFile:
    """What a CSV holds: good knocks, and rows that cannot be taken."""

    knocks: tuple[Knock, ...]
    faults: tuple[Fault, ...]


def read_knocks_csv(path: Path, *, now: datetime, windows: WindowScheme) -> KnocksFile:
    """Read a knocks CSV.

    Parameters
    ----------
    path : Path
        UTF-8 (with or without BOM) or Windows-1252; ``,`` or ``;``.
    now : datetime
        Aware; a knock more than a day later is a fault.
    windows : WindowScheme
        Names that may occur.

    Returns
    -------
    KnocksFile
        Nothing is stored here; the caller decides what to do with faults.

    Raises
    ------
    KnockError
        If the file is missing, no table, or has other columns.
    """
    lines = _read_cells(path)
    header = [c.strip() for c in lines[0]]
    missing = [c for c in REQUIRED if c not in header]
    unknown = [c for c in header if c not in KNOCK_COLUMNS]
    if missing or unknown or len(set(header)) != len(header):
        raise KnockError(
            "store.csv_columns", path=path.name, expected=",".join(KNOCK_COLUMNS),
            got=",".join(header[:15]),
        )  # fmt: skip
    latest = now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    knocks: list[Knock] = []
    faults: list[Fault] = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            faults.append(
                Fault(number, "store.csv_cells", (("got", len(cells)), ("n", len(header))))
            )
            continue
        row = {c: csv_unguard(v).strip() for c, v in zip(header, cells, strict=True)}
        found = _read_row(row, number, windows=windows, latest=latest)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            knocks.append(found)
    return KnocksFile(knocks=tuple(knocks), faults=tuple(faults))


def _read_cells(path: Path) -> list[list[str]]:
    try:
        data = path.read_bytes()
    except OSError:
        raise KnockError("store.csv_missing", path=path) from None
    if b"\0" in data or not data.strip():
        raise KnockError("store.csv_not_text", path=path.name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise KnockError("store.csv_not_text", path=path.name) from None


def _read_row(
    row: dict[str, str], line: int, *, windows: WindowScheme, latest: date
) -> Knock | Fault:
    def fault(key: str, **facts: object) -> Fault:
        return Fault(line, key, tuple(facts.items()))

    if not DOOR_ID.fullmatch(row["door_id"]):
        return fault("error.door_id", got=row["door_id"])
    if row["outcome"] not in set(Outcome):
        return fault("store.csv_outcome", got=row["outcome"], known=", ".join(Outcome))
    source = row.get("source") or Source.IMPORT.value
    if source not in set(Source):
        return fault("store.csv_source", got=source, known=", ".join(Source))
    for column in ("window", "come_back_window"):
        if row.get(column) and row[column] not in windows.names:
            return fault("store.csv_window", got=row[column], known=", ".join(windows.names))
    try:
        days = {
            c: date.fromisoformat(row[c]) if row.get(c) else None
            for c in ("knocked_on", "come_back_from", "come_back_until")
        }
        moment = datetime.fromisoformat(row["knocked_at"]) if row.get("knocked_at") else None
    except ValueError as wrong:
        return fault("store.csv_date", got=wrong)
    on = days["knocked_on"]
    if on is None or on > latest:
        return fault("store.csv_day", got=row["knocked_on"] or "-")
    if moment is not None and moment.tzinfo is None:
        return fault("error.naive_time", got=row["knocked_at"])
    try:
        return Knock(
            knock_id=row["knock_id"].lower(),
            door_id=row["door_id"],
            knocked_on=on,
            window=row["window"],
            knocked_at=None if moment is None else to_quarter(moment.astimezone(UTC)),
            outcome=Outcome(row["outcome"]),
            come_back_window=row.get("come_back_window", ""),
            come_back_from=days["come_back_from"],
            come_back_until=days["come_back_until"],
            assistant_id=row.get("assistant_id", ""),
            source=Source(source),
            corrects=row.get("corrects", "").lower(),
        )
    except ZdsGeoError as wrong:
        return fault(wrong.key, **wrong.facts)


def write_knocks_csv(path: Path, knocks: pd.DataFrame) -> int:
    """Write a knocks CSV.

    Parameters
    ----------
    path : Path
        File to write.
    knocks : DataFrame
        Contract KNOCKS.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(KNOCK_COLUMNS)
    for row in knocks.reset_index().to_dict("records"):
        writer.writerow([_cell(row[c]) for c in KNOCK_COLUMNS])
    try:
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as fault:
        raise OutputError("store.cannot_write", path=path, fault=fault.strerror) from None
    return len(knocks)


def _cell(value: Any) -> str:
    import pandas as pd

    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(AMSTERDAM).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return csv_guard(str(value))
