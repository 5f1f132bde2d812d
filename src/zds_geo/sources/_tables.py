"""Flat address tables: one alias table of column names, any usual delimiter and encoding."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.core.errors import SourceError
from zds_geo.core.ids import DOOR_ID
from zds_geo.sources._normal import RAW_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

# Our raw column → names publishers use (DATA_SOURCES 1.3-1.5, 3.1; NLExtract), lower case.
ALIASES: Final = {
    "object_id": ("identificatie", "object_id", "adresseerbaarobject_id", "verblijfsobject_id"),
    "number_id": (
        "nummeraanduiding_hoofdadres_identificatie", "nummeraanduiding", "nummeraanduiding_id",
        "nummer_id",
    ),
    "openbare_ruimte_id": ("openbare_ruimte_identificatie", "openbareruimte_id"),
    "straat": (
        "openbare_ruimte_naam", "openbareruimte", "openbareruimtenaam", "straatnaam", "straat",
        "addr:street",
    ),
    "huisnummer": ("huisnummer",),
    "huisletter": ("huisletter",),
    "toevoeging": ("toevoeging", "huisnummertoevoeging"),
    "number_text": ("addr:housenumber",),
    "postcode": ("postcode", "addr:postcode"),
    "woonplaats": ("woonplaats_naam", "woonplaats", "addr:city"),
    "kind": ("soort", "object_type", "typeadresseerbaarobject"),
    "status": ("status", "verblijfsobjectstatus", "adresseerbaarobject_status"),
    "gebruiksdoel": ("gebruiksdoel", "verblijfsobjectgebruiksdoel"),
    "pand_id": ("pand_identificatie", "pandid", "pand_id", "ref:bag"),
    "x": ("x", "rd_x"),
    "y": ("y", "rd_y"),
    "lon": ("lon", "longitude"),
    "lat": ("lat", "latitude"),
}  # fmt: skip
KINDS: Final = {
    "vbo": "verblijfsobject", "lig": "ligplaats", "sta": "standplaats",
    "verblijfsobject": "verblijfsobject", "ligplaats": "ligplaats", "standplaats": "standplaats",
}  # fmt: skip
USES: Final = (
    "woonfunctie", "bijeenkomstfunctie", "celfunctie", "gezondheidszorgfunctie", "industriefunctie",
    "kantoorfunctie", "logiesfunctie", "onderwijsfunctie", "sportfunctie", "winkelfunctie",
    "overige_gebruiksfunctie",
)  # fmt: skip
OSM_USES: Final = ("shop", "amenity", "office")


def read_text(path: Path) -> str:
    """Read a text file as UTF-8 (with or without BOM), else as Windows-1252.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    SourceError
        If it holds bytes that no text has.
    """
    data = path.read_bytes()
    if b"\0" in data:
        raise SourceError("sources.unknown", path=path.name, looks="binary")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_table_rows(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a flat address table into raw rows.

    Parameters
    ----------
    path : Path
        CSV with a header.

    Returns
    -------
    rows : DataFrame
        Columns RAW_COLUMNS, all text; ``row`` is the line in the file, the header being line 1.
    facts : dict
        Format, licence, credit line, data date, and whether the data is invented.

    Raises
    ------
    SourceError
        If columns are missing or a row has another number of cells than the header.
    """
    table = read_cells(path)
    names = {c.strip().casefold(): c for c in table.columns}
    found = {ours: _find(names, aliases) for ours, aliases in ALIASES.items()}
    _require_columns(path, found, list(table.columns))
    rows = table.loc[:, []].copy()
    for ours in RAW_COLUMNS:
        source = found.get(ours, "")
        rows[ours] = table[source] if source else ""
    rows["row"] = [f"regel {n}" for n in table.index]
    rows = rows.reset_index(drop=True)
    table = table.reset_index(drop=True)
    is_osm = "addr:street" in names
    rows["kind"] = _kinds(rows["kind"], is_osm=is_osm)
    if not found["gebruiksdoel"] and "woonfunctie" in names:
        rows["gebruiksdoel"] = _uses_from_flags(table, names)
    if is_osm:
        if "osm_type" in names and "osm_id" in names:
            rows["osm_id"] = _osm_ids(table[names["osm_type"]], table[names["osm_id"]])
        rows["tagged_use"] = _tagged_use(table, names)
    return rows, _facts(table, names, is_osm=is_osm)


def read_cells(path: Path) -> pd.DataFrame:
    """Read the cells of a CSV as text.

    Parameters
    ----------
    path : Path
        With a header and ``,`` or ``;``.

    Returns
    -------
    DataFrame
        All text; index is the line in the file, the header being line 1.

    Raises
    ------
    SourceError
        If a row has another number of cells than the header, or a name occurs twice.
    """
    import csv

    import pandas as pd

    text = read_text(path)
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    cells: list[list[str]] = []
    numbers: list[int] = []
    try:
        for line in reader:
            if not line:
                continue
            if not header:
                header = [c.strip() for c in line]
                continue
            if len(line) != len(header):
                raise SourceError(
                    "sources.ragged", path=path.name, line=reader.line_num, got=len(line),
                    n=len(header),
                )  # fmt: skip
            cells.append(line)
            numbers.append(reader.line_num)
    except csv.Error:
        raise SourceError("sources.broken_csv", path=path.name, line=reader.line_num) from None
    if len({c.casefold() for c in header}) != len(header):
        raise SourceError("sources.double_column", path=path.name)
    return pd.DataFrame(cells, columns=header, index=numbers, dtype="str")


def _osm_ids(types: pd.Series[str], numbers: pd.Series[str]) -> pd.Series[str]:
    ids = "osm:" + types.str.strip() + "/" + numbers.str.strip()
    return ids.where(ids.str.fullmatch(DOOR_ID.pattern), "")


def _find(names: dict[str, str], aliases: tuple[str, ...]) -> str:
    return next((names[a] for a in aliases if a in names), "")


def _require_columns(path: Path, found: dict[str, str], columns: list[str]) -> None:
    lower = {c.strip().casefold() for c in columns}
    missing = [ALIASES[c][0] for c in ("straat",) if not found[c]]
    if not (found["huisnummer"] or found["number_text"]):
        missing.append("huisnummer")
    if not ((found["x"] and found["y"]) or (found["lon"] and found["lat"])):
        missing.append("x, y / lon, lat")
    if not (found["object_id"] or found["number_id"] or found["number_text"]):
        missing.append("identificatie")
    if found["number_text"] and not found["object_id"] and not found["number_id"]:
        missing += [c for c in ("osm_type", "osm_id") if c not in lower]
    if missing:
        raise SourceError(
            "sources.columns", path=path.name, missing=", ".join(missing),
            found=", ".join(columns[:12]),
        )  # fmt: skip


def _kinds(kinds: pd.Series[str], *, is_osm: bool) -> pd.Series[str]:
    if is_osm:
        return kinds.map(lambda _: "adres")
    return kinds.map(lambda k: KINDS.get(k.strip().casefold(), "verblijfsobject"))


def _uses_from_flags(table: pd.DataFrame, names: dict[str, str]) -> list[str]:
    present = [(use, names[use]) for use in USES if use in names]
    return [
        ",".join(use for use, column in present if row[column] == "1")
        for row in table.to_dict("records")
    ]


def _tagged_use(table: pd.DataFrame, names: dict[str, str]) -> list[str]:
    columns = [names[u] for u in OSM_USES if u in names]
    return [
        next((f"{c}={row[c]}" for c in columns if row[c]), "") for row in table.to_dict("records")
    ]


def _facts(table: pd.DataFrame, names: dict[str, str], *, is_osm: bool) -> dict[str, str]:
    invented = "verzonnen" in names and bool((table[names["verzonnen"]] != "").all())
    dates: list[str] = []
    for column in ("source:date", "documentdatum", "peildatum"):
        if column in names:
            dates += [d for d in table[names[column]] if d]
    if invented:
        licence, credit = "EUPL-1.2", "verzonnen voorbeeldgegevens (zds_geo)"
    elif is_osm:
        licence, credit = "ODbL 1.0", "© OpenStreetMap-bijdragers"
    else:
        licence, credit = "CC0 1.0", "Bron: BAG, Kadaster"
    return {
        "format": "csv",
        "licence": licence,
        "credit": credit,
        "data_date": max(dates, default=""),
        "invented": "yes" if invented else "",
    }
