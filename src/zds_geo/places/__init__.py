"""Addresses and ways to doors, stops, street sides and a walking network with exact seconds."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.places.build import Places, QualityReport, build_places
    from zds_geo.places.changes import Changes, compare_doors, remember_missing
    from zds_geo.places.doors import assign_buurt
    from zds_geo.places.params import PlacesParams
    from zds_geo.places.walking import UNREACHABLE_S, WalkNetwork

_HOMES: Final = {
    "Changes": "changes",
    "Places": "build",
    "PlacesParams": "params",
    "QualityReport": "build",
    "UNREACHABLE_S": "walking",
    "WalkNetwork": "walking",
    "assign_buurt": "doors",
    "build_places": "build",
    "compare_doors": "changes",
    "remember_missing": "changes",
}

__all__ = [
    "UNREACHABLE_S",
    "Changes",
    "Places",
    "PlacesParams",
    "QualityReport",
    "WalkNetwork",
    "assign_buurt",
    "build_places",
    "compare_doors",
    "remember_missing",
]


def __getattr__(name: str) -> Any:
    """Load a part of the room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.places' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.places.{_HOMES[name]}"), name)
