"""``zds doors find``: an address, or a part of one, to doors."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import NotFoundError, UsageError
from zds_geo.core.ids import DOOR_ID, bell_order, house_label

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.core.model import Round

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


def door_address(row: Any) -> str:
    """Write the street and house number of a door row.

    Parameters
    ----------
    row : named tuple or Series
        A row of doors.

    Returns
    -------
    str
        Such as ``Beukstraat 12A-2``.
    """
    return f"{row.straat} {door_label(row)}"


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
        first = ", ".join(f"{door_address(r)} ({r.postcode})" for r in found.head(5).itertuples())
        raise NotFoundError("doors.many", got=text, n=len(found), first=first)
    return str(found.index[0])


def door_of_address(workspace: Workspace, address: str, *, first: Round) -> str:
    """Give the one door that an address on a sheet stands for: first among the doors printed there.

    Parameters
    ----------
    workspace : Workspace
        With imported places, needed where the address is not on the sheet.
    address : str
        Street and house number; the street whole, or its first four letters or more.
    first : Round
        The printed round.

    Returns
    -------
    str
        ``door_id``.

    Raises
    ------
    NotFoundError
        If no door fits.
    UsageError
        If more than one fits.
    """
    from zds_geo.places import fold_street
    from zds_geo.store import read_layer

    street, _, number = address.rpartition(" ")
    wanted, tail = fold_street(street), _fold(number)
    printed = [
        (fold_street(s.street), _fold(d.label), d.door_id, f"{s.street} {d.label}")
        for s in first.stops
        for d in s.doors
    ]
    found = _fitting(printed, wanted, tail)
    if not found:
        doors = read_layer(workspace.require_places(), "doors")
        number_only = doors.loc[
            doors["huisnummer"] == int("".join(itertools.takewhile(str.isdigit, number)))
        ]
        every = [
            (
                fold_street(r.straat),
                _fold(door_label(r)),
                str(r.Index),
                door_address(r),
            )
            for r in number_only.itertuples()
        ]
        found = _fitting(every, wanted, tail)
    if not found:
        raise NotFoundError("doors.none", got=address)
    if len(found) > 1:
        named = ", ".join(sorted(found.values())[:5])
        raise UsageError("doors.many", got=address, n=len(found), first=named)
    return next(iter(found))


def _fitting(doors: list[tuple[str, str, str, str]], street: str, number: str) -> dict[str, str]:
    same = {d: name for s, n, d, name in doors if n == number and s == street}
    if same or len(street) < 4:
        return same
    return {d: name for s, n, d, name in doors if n == number and s.startswith(street)}
