"""A list of the user's own: postcode and house number, or street and number, as people keep it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.csvguard import csv_unguard
from zds_geo.core.errors import SourceError
from zds_geo.core.frames import OWN_LIST, require
from zds_geo.core.ids import house_label
from zds_geo.sources._normal import split_house_number
from zds_geo.sources._recognise import TABLE, TEXT, look_at
from zds_geo.sources._tables import read_cells

if TYPE_CHECKING:
    import pandas as pd

# Our column → names people use, lower case, without spaces and marks.
ALIASES: Final = {
    "postcode": ("postcode", "pc", "pc6", "addrpostcode"),
    "number": ("huisnummer", "huisnr", "nummer", "nr", "addrhousenumber"),
    "huisletter": ("huisletter", "letter"),
    "toevoeging": ("toevoeging", "huisnummertoevoeging", "toev"),
    "straat": ("straat", "straatnaam", "openbareruimtenaam", "addrstreet"),
    "address": ("adres", "address"),
    "woonplaats": ("woonplaats", "woonplaatsnaam", "plaats", "addrcity"),
}  # fmt: skip
# Street, then a number with what belongs to it: "Plein 1940 12 A-2" has street "Plein 1940".
_ADDRESS: Final = re.compile(
    r"^(?P<street>.*?\D.*?)[\s,]+"
    r"(?P<number>[0-9]{1,5}(?:\s?-\s?\w{1,6}|\s?[A-Za-z]\w{0,5}(?:[\s-]+\w{1,4})?)?)$"
)
_WHOLE: Final = re.compile(r"0*([0-9]{1,5})(?:[.,]0+)?")  # a spreadsheet may add ".0"


def read_own_list(path: Path) -> pd.DataFrame:
    """Read a list of addresses.

    Parameters
    ----------
    path : Path
        CSV with ``,`` or ``;`` and a header, UTF-8 (with or without BOM) or Windows-1252: postcode
        and house number (with letter and addition apart or glued), or street and number, or both
        in one column ``adres``.

    Returns
    -------
    DataFrame
        Contract OWN_LIST, in the order of the file; ``huisnummer`` is 0 where none can be read.

    Raises
    ------
    SourceError
        If the file is something else, damaged, or lacks columns.
    """
    import pandas as pd

    looks = look_at(path)
    if looks not in {TABLE, TEXT}:
        raise SourceError("sources.not_own_list", path=path.name, looks=looks)
    table = read_cells(path)
    names = {re.sub(r"[\W_]+", "", c.casefold()): c for c in table.columns}
    found = {ours: next((names[a] for a in al if a in names), "") for ours, al in ALIASES.items()}
    if not (found["address"] or (found["number"] and (found["postcode"] or found["straat"]))):
        raise SourceError(
            "sources.own_list_columns", path=path.name, found=", ".join(table.columns[:12])
        )
    records = []
    for line, cells in zip(table.index, table.to_dict("records"), strict=True):
        values = {
            ours: csv_unguard(str(cells[column])).strip() if column else ""
            for ours, column in found.items()
        }
        if any(values.values()):
            records.append({"row": f"regel {line}"} | split_address(values))
    if not records:
        raise SourceError("sources.empty", path=path.name)
    rows = pd.DataFrame(records).set_index("row")
    require(rows, OWN_LIST)
    return rows


def split_address(values: dict[str, str]) -> dict[str, Any]:
    """Split what the columns of one row say into the parts of an address.

    Parameters
    ----------
    values : dict of str to str
        Text under each of the names of ``ALIASES``; empty where there is no such column.

    Returns
    -------
    dict
        The columns of OWN_LIST; ``huisnummer`` is 0 where none can be read.
    """
    street, number_text = values["straat"], values["number"]
    if not number_text:
        match = _ADDRESS.match(values["address"] or street)
        street, number_text = (match["street"], match["number"]) if match else (street, "")
    whole = _WHOLE.fullmatch(number_text)
    split = (int(whole[1]), "", "") if whole else split_house_number(number_text)
    number, letter, addition = split or (0, "", "")
    letter = values["huisletter"].upper() or letter
    addition = values["toevoeging"] or addition
    postcode = re.sub(r"\s", "", values["postcode"]).upper()
    shown = house_label(number, letter, addition) if number else number_text
    where = street or values["address"] or postcode
    return {
        "straat": street,
        "huisnummer": number,
        "huisletter": letter,
        "toevoeging": addition,
        "postcode": postcode,
        "woonplaats": values["woonplaats"],
        "label": f"{where} {shown}".strip(),
    }
