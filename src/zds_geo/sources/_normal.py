"""Raw address rows to the normal form: house numbers, homes or not, ids, coordinates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, to_rd
from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, LEFT_OUT
from zds_geo.core.ids import BAG_ID, house_label

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

RAW_COLUMNS: Final = (
    "row", "object_id", "number_id", "osm_id", "openbare_ruimte_id", "straat", "huisnummer",
    "huisletter", "toevoeging", "number_text", "postcode", "woonplaats", "kind", "status",
    "gebruiksdoel", "pand_id", "tagged_use", "x", "y", "lon", "lat",
)  # fmt: skip
# DATA_SOURCES 1.1: statuses of an object where someone may live.
LIVE: Final = frozenset(
    {
        "verblijfsobject in gebruik",
        "verblijfsobject in gebruik (niet ingemeten)",
        "verbouwing verblijfsobject",
        "plaats aangewezen",
        "naamgeving uitgegeven",  # a delivery of nummeraanduidingen tells only this
    }
)
DEAD: Final = frozenset(
    {
        "verblijfsobject buiten gebruik",
        "verblijfsobject gevormd",
        "niet gerealiseerd verblijfsobject",
        "verblijfsobject ingetrokken",
        "verblijfsobject ten onrechte opgevoerd",
        "plaats ingetrokken",
        "naamgeving ingetrokken",
    }
)
# RD New covers the Netherlands within these metres (EPSG:28992 area of use, rounded outward).
RD_BOX: Final = (0.0, 300_000.0, 300_000.0, 640_000.0)
_WHOLE: Final = re.compile(r"0*([0-9]{1,5})(?:\.0+)?")  # a spreadsheet may add ".0"
_HOUSE: Final = re.compile(r"^\s*(?P<number>[0-9]{1,5})(?![0-9])\s*(?P<rest>.*?)\s*$")


def split_house_number(text: str) -> tuple[int, str, str] | None:
    """Split a house number in one text into number, letter and addition.

    Parameters
    ----------
    text : str
        Such as ``14A``, ``6-1``, ``1-TR``, ``1A-01``, ``1bis``.

    Returns
    -------
    tuple of (int, str, str) or None
        None when it does not start with a number of 1 to 5 digits above zero.

    Examples
    --------
    >>> split_house_number("1A-01"), split_house_number("28-TR01"), split_house_number("1bis")
    ((1, 'A', '01'), (28, '', 'TR01'), (1, '', 'bis'))
    """
    match = _HOUSE.match(text)
    if match is None or int(match["number"]) == 0:
        return None
    rest = match["rest"]
    if any(mark in rest for mark in ",;&/+"):
        return None
    letter = re.match(r"^([A-Za-z])(?![A-Za-z])", rest)
    if letter:
        rest = rest[1:]
    addition = re.sub(r"^[\s-]+", "", rest).replace(" ", "")
    return int(match["number"]), letter[1].upper() if letter else "", addition


def finish_addresses(raw: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Turn raw rows into the normal form, and account for every row that is not taken.

    Parameters
    ----------
    raw : DataFrame
        Columns ``RAW_COLUMNS``, all text.

    Returns
    -------
    addresses : GeoDataFrame
        Contract ADDRESSES.
    left_out : DataFrame
        Contract LEFT_OUT; fate ``left_out`` or ``merged``.
    """
    import geopandas as gpd
    import pandas as pd

    table = _with_numbers(raw)
    table = _with_ids(table)
    table = _with_points(table)
    table["reason"] = _reasons(table)
    taken = table.loc[table["reason"] == ""].copy()
    first = ~taken["address_id"].duplicated(keep="first")
    again = taken.loc[~first]
    taken = taken.loc[first].set_index("address_id")
    addresses = gpd.GeoDataFrame(
        taken[[*ADDRESSES.columns, *taken.columns.intersection(["pand_ids"])]],
        geometry=gpd.points_from_xy(taken["px"], taken["py"]),
        crs=RD,
    )
    refused = table.loc[table["reason"] != ""]
    left_out = pd.concat(
        [
            _left_out(refused, fate="left_out", reason=refused["reason"]),
            _left_out(again, fate="merged", reason="left_out.same_object"),
        ]
    )
    return addresses, left_out.set_index("row")[list(LEFT_OUT.columns)]


def _left_out(rows: pd.DataFrame, *, fate: str, reason: pd.Series[str] | str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "row": rows["row"],
            "fate": fate,
            "reason": reason,
            "label": rows["label"],
            "merged_into": rows["address_id"] if fate == "merged" else "",
        }
    )


def _with_numbers(raw: pd.DataFrame) -> pd.DataFrame:
    table = raw.copy()
    numbers: list[int] = []
    letters: list[str] = []
    additions: list[str] = []
    for text, number, letter, addition in zip(
        table["number_text"], table["huisnummer"], table["huisletter"], table["toevoeging"],
        strict=True,
    ):  # fmt: skip
        if number:
            whole = _WHOLE.fullmatch(number.strip())
            parts = (int(whole[1]), letter.strip().upper(), addition.strip()) if whole else None
        else:
            parts = split_house_number(text)
        numbers.append(parts[0] if parts else 0)
        letters.append(parts[1] if parts else "")
        additions.append(parts[2] if parts else "")
    table["huisnummer"], table["huisletter"], table["toevoeging"] = numbers, letters, additions
    table["straat"] = table["straat"].str.strip()
    table["postcode"] = table["postcode"].str.replace(r"\s", "", regex=True).str.upper()
    shown = [
        house_label(n, a, b) if n else t
        for n, a, b, t in zip(numbers, letters, additions, table["number_text"], strict=True)
    ]
    table["label"] = (table["straat"] + " ").str.cat(shown).str.strip()
    return table


def _with_ids(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(
        object_id=table["object_id"].str.strip(), number_id=table["number_id"].str.strip()
    )
    _refuse_mangled(table)
    objects = table["object_id"].where(table["object_id"].str.fullmatch(BAG_ID.pattern), "")
    numbers = table["number_id"].where(table["number_id"].str.fullmatch(BAG_ID.pattern), "")
    ids = objects.where(objects != "", ("num:" + numbers).where(numbers != "", table["osm_id"]))
    pands = table["pand_id"].str.strip()
    return table.assign(
        address_id=ids,
        pand_id=pands.where(~pands.str.fullmatch(r"\d{1,15}"), pands.str.zfill(16)),
    )


def _refuse_mangled(table: pd.DataFrame) -> None:
    for column in ("object_id", "number_id"):
        values = table[column]
        broken = values.str.contains(r"^[\d.,]+[eE]\+?\d|^\d+[.,]\d+$|^\d{1,15}$", regex=True) & (
            values != ""
        )
        if bool(broken.any()):
            raise SourceError("sources.mangled_id", got=str(values[broken].iloc[0]))


def _with_points(table: pd.DataFrame) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    def numbers(column: str) -> pd.Series[float]:
        text = table[column].str.strip().str.replace(",", ".", regex=False)
        return pd.to_numeric(text, errors="coerce").astype(float)

    x, y, lon, lat = (numbers(c) for c in ("x", "y", "lon", "lat"))
    has_degrees = lon.notna() & lat.notna() & x.isna()
    swapped = has_degrees & lon.between(50, 54) & lat.between(3, 7.5)
    if len(table) and bool(swapped.sum() > len(table) / 2):
        raise SourceError("sources.swapped")
    if bool(has_degrees.any()):
        good = has_degrees & lon.between(-180, 180) & lat.between(-90, 90)
        px, py = to_rd(lon[good].to_numpy(), lat[good].to_numpy())
        x, y = x.copy(), y.copy()
        x[good], y[good] = px, py
    inside = x.between(RD_BOX[0], RD_BOX[2]) & y.between(RD_BOX[1], RD_BOX[3])
    degrees_as_metres = x.between(3, 7.5) & y.between(50, 54)
    if len(table) and bool(degrees_as_metres.sum() > len(table) / 2):
        raise SourceError("sources.degrees")
    inside &= np.isfinite(x) & np.isfinite(y)
    return table.assign(px=x.where(inside), py=y.where(inside))


def _reasons(table: pd.DataFrame) -> list[str]:
    reasons = []
    for row in table[
        ["straat", "huisnummer", "address_id", "px", "kind", "status", "gebruiksdoel"]
    ].itertuples(index=False):
        reasons.append(_reason(row))
    return reasons


def _reason(row: tuple[Any, ...]) -> str:
    straat, huisnummer, address_id, px, kind, status, uses = row
    if not straat:
        return "left_out.no_street"
    if not huisnummer:
        return "left_out.no_number"
    if not address_id:
        return "left_out.no_id"
    if px != px:  # noqa: PLR0124  (missing coordinate)
        return "left_out.no_point"
    state = status.strip().casefold()
    if state in DEAD:
        return "left_out.status"
    if state and state not in LIVE:
        return "left_out.unknown_status"
    if kind == "verblijfsobject" and uses:
        parts = {u.strip().casefold() for u in re.split(r"[,|{}]", uses)}
        if "woonfunctie" not in parts:
            return "left_out.no_home"
    return ""
