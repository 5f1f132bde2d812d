"""Open data in: files recognised by content, read into one normal form, with their provenance."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.sources._recognise import recognise
    from zds_geo.sources.addresses import AddressData, read_addresses
    from zds_geo.sources.areas import Area, AreaGroup, find_area, list_areas
    from zds_geo.sources.buurten import BuurtData, read_buurten
    from zds_geo.sources.own_list import read_own_list
    from zds_geo.sources.streets import StreetData, read_streets

_HOMES: Final = {
    "AddressData": "addresses",
    "Area": "areas",
    "AreaGroup": "areas",
    "BuurtData": "buurten",
    "StreetData": "streets",
    "find_area": "areas",
    "list_areas": "areas",
    "read_addresses": "addresses",
    "read_buurten": "buurten",
    "read_own_list": "own_list",
    "read_streets": "streets",
    "recognise": "_recognise",
}

__all__ = [
    "AddressData",
    "Area",
    "AreaGroup",
    "BuurtData",
    "StreetData",
    "find_area",
    "list_areas",
    "read_addresses",
    "read_buurten",
    "read_own_list",
    "read_streets",
    "recognise",
]


def __getattr__(name: str) -> Any:
    """Load a reader when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.sources' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.sources.{_HOMES[name]}"), name)
