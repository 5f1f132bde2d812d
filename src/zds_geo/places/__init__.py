"""Addresses and ways to doors, stops, street sides and a walking network with exact seconds."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.places.attach import fold_street
    from zds_geo.places.build import Places, QualityReport, build_places
    from zds_geo.places.changes import Changes, compare_doors, remember_missing
    from zds_geo.places.crossings import find_edge
    from zds_geo.places.doors import assign_buurt
    from zds_geo.places.fixes import FIXED_LAYERS, Fixed, apply_fixes, covered_additions
    from zds_geo.places.graph import make_graph
    from zds_geo.places.neighbours import link_units
    from zds_geo.places.own_list import match_list
    from zds_geo.places.params import PlacesParams
    from zds_geo.places.walking import UNREACHABLE_S, WalkNetwork

_HOMES: Final = {
    "Changes": "changes",
    "FIXED_LAYERS": "fixes",
    "Fixed": "fixes",
    "Places": "build",
    "PlacesParams": "params",
    "QualityReport": "build",
    "UNREACHABLE_S": "walking",
    "WalkNetwork": "walking",
    "apply_fixes": "fixes",
    "assign_buurt": "doors",
    "build_places": "build",
    "compare_doors": "changes",
    "covered_additions": "fixes",
    "find_edge": "crossings",
    "fold_street": "attach",
    "link_units": "neighbours",
    "remember_missing": "changes",
    "make_graph": "graph",
    "match_list": "own_list",
}

__all__ = [
    "FIXED_LAYERS",
    "UNREACHABLE_S",
    "Changes",
    "Fixed",
    "Places",
    "PlacesParams",
    "QualityReport",
    "WalkNetwork",
    "apply_fixes",
    "assign_buurt",
    "build_places",
    "compare_doors",
    "covered_additions",
    "find_edge",
    "fold_street",
    "link_units",
    "make_graph",
    "match_list",
    "remember_missing",
]


def __getattr__(name: str) -> Any:
    """Load a part of the room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.places' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.places.{_HOMES[name]}"), name)
