"""Open data in: files recognised by content, read into one normal form, with their provenance."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.sources._download import Client, Limits
    from zds_geo.sources._recognise import recognise, sha256_of
    from zds_geo.sources.addresses import AddressData, read_addresses
    from zds_geo.sources.areas import Area, AreaGroup, find_area, list_areas
    from zds_geo.sources.buurten import BuurtData, read_buurten
    from zds_geo.sources.fetch import (
        BAG_COLLECTIONS,
        fetch_buurten,
        fetch_collection,
        fetch_extract,
        fetch_streets,
        open_client,
    )
    from zds_geo.sources.history_list import HistoryList, read_history_list
    from zds_geo.sources.limited import LimitedReader
    from zds_geo.sources.own_list import read_own_list
    from zds_geo.sources.proof import Proof, prove, why_doubtful
    from zds_geo.sources.roster import RosterCell, RosterFault, RosterFile, read_roster, widest
    from zds_geo.sources.spreadsheet import read_spreadsheet
    from zds_geo.sources.streets import StreetData, read_streets, read_ways

_HOMES: Final = {
    "BAG_COLLECTIONS": "fetch",
    "Client": "_download",
    "HistoryList": "history_list",
    "LimitedReader": "limited",
    "Limits": "_download",
    "fetch_buurten": "fetch",
    "fetch_collection": "fetch",
    "fetch_extract": "fetch",
    "fetch_streets": "fetch",
    "open_client": "fetch",
    "sha256_of": "_recognise",
    "why_doubtful": "proof",
    "widest": "roster",
    "AddressData": "addresses",
    "Area": "areas",
    "AreaGroup": "areas",
    "BuurtData": "buurten",
    "Proof": "proof",
    "RosterCell": "roster",
    "RosterFault": "roster",
    "RosterFile": "roster",
    "StreetData": "streets",
    "find_area": "areas",
    "list_areas": "areas",
    "prove": "proof",
    "read_addresses": "addresses",
    "read_buurten": "buurten",
    "read_history_list": "history_list",
    "read_own_list": "own_list",
    "read_roster": "roster",
    "read_spreadsheet": "spreadsheet",
    "read_streets": "streets",
    "read_ways": "streets",
    "recognise": "_recognise",
}

__all__ = [
    "BAG_COLLECTIONS",
    "AddressData",
    "Area",
    "AreaGroup",
    "BuurtData",
    "Client",
    "HistoryList",
    "LimitedReader",
    "Limits",
    "Proof",
    "RosterCell",
    "RosterFault",
    "RosterFile",
    "StreetData",
    "fetch_buurten",
    "fetch_collection",
    "fetch_extract",
    "fetch_streets",
    "find_area",
    "list_areas",
    "open_client",
    "prove",
    "read_addresses",
    "read_buurten",
    "read_history_list",
    "read_own_list",
    "read_roster",
    "read_spreadsheet",
    "read_streets",
    "read_ways",
    "recognise",
    "sha256_of",
    "why_doubtful",
    "widest",
]


def __getattr__(name: str) -> Any:
    """Load a reader when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.sources' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.sources.{_HOMES[name]}"), name)
