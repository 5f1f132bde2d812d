"""``zds doors find``: an address, or a part of one, to doors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import NotFoundError
from zds_geo.core.ids import DOOR_ID, bell_order, house_label

if TYPE_CHECKING:
    import geopandas as gpd

_NUMBER = re.compile(r"^(?P<street>.*?)[ ,]+(?P<number>\d{1,9})\s*(?P<rest>[-a-zA-Z0-9]*)\s*$")
_POSTCODE = re.compile(r"\b(\d{4})\s?([A-Za-z]{2})\b")


def _fold(text: str) -> str:
    return re.sub(r"[\s.'’-]+", "", text).casefold()


def search_doors(doors: gpd.GeoDataFrame, text: str) -> gpd.GeoDataFrame:
    """Search doors by id, street, street and number, or postcode and number.

    Parameters
    ----------
    doors : GeoDataFrame
        Contract DOORS.
    text : str
        What the user typed: ``Merelstraat 12A-2``, ``merelstr``, ``7331 ZZ 12``, or a door id.

    Returns
    -------
    GeoDataFrame
        Matching rows in order of street and number; empty when nothing fits.
    """
    wanted = text.strip()
    if DOOR_ID.fullmatch(wanted):
        return doors.loc[doors.index == wanted]
    found = doors
    postcode = _POSTCODE.search(wanted)
    if postcode:
        found = found.loc[found["postcode"] == (postcode[1] + postcode[2]).upper()]
        wanted = (wanted[: postcode.start()] + wanted[postcode.end() :]).strip(" ,")
        number = re.match(r"^(\d{1,9})\s*([-a-zA-Z0-9]*)", wanted)
        if number:
            found = _with_number(found, number[1], number[2])
            wanted = ""
    match = _NUMBER.match(wanted)
    if match:
        found = _with_number(found, match["number"], match["rest"])
        wanted = match["street"]
    if wanted:
        key = _fold(wanted)
        streets = found["straat"].map(_fold)
        exact = found.loc[streets == key]
        found = exact if len(exact) else found.loc[streets.str.startswith(key)]
        if found.empty:
            found = doors.loc[doors["straat"].map(_fold).str.contains(key, regex=False)]
            if match:
                found = _with_number(found, match["number"], match["rest"])
    return _in_order(found)


def _with_number(doors: gpd.GeoDataFrame, number: str, rest: str) -> gpd.GeoDataFrame:
    found = doors.loc[doors["huisnummer"] == int(number)]
    if rest:
        tails = (found["huisletter"] + found["toevoeging"]).map(_fold)
        found = found.loc[tails == _fold(rest)]
    return found


def _in_order(doors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    keys = [
        (street, bell_order(number, letter, addition), door_id)
        for door_id, street, number, letter, addition in zip(
            doors.index, doors["straat"], doors["huisnummer"], doors["huisletter"],
            doors["toevoeging"], strict=True,
        )
    ]  # fmt: skip
    order = sorted(range(len(keys)), key=lambda i: keys[i])
    return doors.iloc[order]


def door_label(row: Any) -> str:
    """Write the house number of a door row as on the wall.

    Parameters
    ----------
    row : named tuple
        A row of doors.

    Returns
    -------
    str
        Such as ``12A-2``.
    """
    return house_label(int(row.huisnummer), str(row.huisletter), str(row.toevoeging))


def find_doors(workspace: Workspace, text: str) -> gpd.GeoDataFrame:
    """Search the doors of a workspace.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    text : str
        As in ``search_doors``.

    Returns
    -------
    GeoDataFrame
        Contract DOORS; may be empty.
    """
    from zds_geo.store import read_layer

    return search_doors(read_layer(workspace.require_places(), "doors"), text)


def get_door(workspace: Workspace, text: str) -> str:
    """Give the id of the one door a text stands for.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    text : str
        An address or a door id.

    Returns
    -------
    str
        ``door_id``.

    Raises
    ------
    NotFoundError
        If no door fits, or more than one does (the first few are named).
    """
    found = find_doors(workspace, text)
    if found.empty:
        raise NotFoundError("doors.none", got=text)
    plain = found.loc[(found["huisletter"] == "") & (found["toevoeging"] == "")]
    if len(found) > 1 and len(plain) == 1 and found["straat"].nunique() == 1:
        found = plain if _NUMBER.match(text.strip()) or _POSTCODE.search(text) else found
    if len(found) > 1:
        first = ", ".join(
            f"{r.straat} {door_label(r)} ({r.postcode})" for r in found.head(5).itertuples()
        )
        raise NotFoundError("doors.many", got=text, n=len(found), first=first)
    return str(found.index[0])
