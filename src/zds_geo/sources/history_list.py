"""What a team kept before: street and number, when, and what came of it, in their own columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import OWN_LIST, require
from zds_geo.sources.own_list import ALIASES, split_address
from zds_geo.sources.spreadsheet import read_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

HEADER_WITHIN: Final = 10  # rows; above the header a list often has a title
# Our column → names people use, lower case, without spaces and marks. Addresses as in own_list.
_MORE: Final = {
    "straat": ("street", "streetname"),
    "number": ("housenumber", "number", "huisno", "no", "straatnummer"),
    "postcode": ("postalcode", "zip", "zipcode"),
    "woonplaats": ("town", "city"),
    "huisletter": (),
    "toevoeging": ("toevoegsel", "addition"),
    "address": ("adresregel", "straatennummer", "straathuisnummer", "straatnr"),
}
WHEN: Final = {
    "date": (
        "datum", "date", "wanneer", "when", "laatstbezocht", "laatstgesproken", "bezocht",
        "bezochtop", "gesprokenop", "bezoekdatum", "datumbezoek", "periode", "lastvisit",
        "lasttalked",
    ),
    "month": ("maand", "month"),
    "year": ("jaar", "year"),
}  # fmt: skip
WHAT: Final = {
    "outcome": (
        "uitkomst", "resultaat", "outcome", "result", "status", "bevinding", "reactie", "code",
    ),
    "yes": ("gesproken", "gesprek", "talked", "contact", "gesprekgehad"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryList:
    """A list of earlier visits.

    ``rows``: contract OWN_LIST, with the texts ``date``, ``month``, ``year``, ``outcome`` and
    ``yes``, empty where there is no such column. ``columns``: what each of our columns is called
    there. ``header`` and ``cells`` (by row): everything as it came, to write back what needs
    mending.
    """

    rows: pd.DataFrame
    columns: dict[str, str]
    header: tuple[str, ...]
    cells: dict[str, tuple[str, ...]]


def read_history_list(path: Path) -> HistoryList:
    """Read a list of earlier visits.

    Parameters
    ----------
    path : Path
        As ``read_spreadsheet`` reads, with a header among its first ten rows: street and number,
        or postcode and number, or both in one column; when (a date, month or year); and what came
        of it.

    Returns
    -------
    HistoryList
        Every row with something in it, in the order of the file.

    Raises
    ------
    SourceError
        If the file is something else, damaged, or has no columns for an address.
    """
    import pandas as pd

    grid = read_spreadsheet(path)
    at, found = _find_header(path, grid)
    header = tuple(str(c) for c in grid.iloc[at])
    records, cells = [], {}
    for number, row in grid.iloc[at + 1 :].iterrows():
        texts = tuple(str(value) for value in row)
        values = {ours: texts[place] for ours, place in found.items()}
        name = f"rij {number}"
        address = split_address({ours: values.get(ours, "") for ours in ALIASES})
        more = {ours: values.get(ours, "") for ours in (*WHEN, *WHAT)}
        records.append({"row": name} | address | more)
        cells[name] = texts
    if not records:
        raise SourceError("sources.empty", path=path.name)
    rows = pd.DataFrame(records).set_index("row")
    require(rows, OWN_LIST)
    columns = {ours: header[place] for ours, place in found.items()}
    return HistoryList(rows=rows, columns=columns, header=header, cells=cells)


def _find_header(path: Path, grid: pd.DataFrame) -> tuple[int, dict[str, int]]:
    """Find the row that names the columns, and which column is which."""
    for at in range(min(HEADER_WITHIN, len(grid))):
        found = _match_names([str(c) for c in grid.iloc[at]])
        if "address" in found or ("number" in found and {"straat", "postcode"} & set(found)):
            return at, found
    raise SourceError(
        "history.columns", path=path.name,
        found=", ".join(str(c) for c in list(grid.iloc[0])[:12] if str(c)),
    )  # fmt: skip


def _match_names(header: Sequence[str]) -> dict[str, int]:
    names: dict[str, int] = {}
    for place, name in enumerate(header):
        names.setdefault(re.sub(r"[\W_]+", "", name.casefold()), place)
    every = {ours: (*known, *_MORE.get(ours, ())) for ours, known in ALIASES.items()}
    found: dict[str, int] = {}
    for ours, known in (every | WHEN | WHAT).items():
        place = next((names[n] for n in known if n in names), -1)
        if place >= 0 and place not in found.values():
            found[ours] = place
    return found
