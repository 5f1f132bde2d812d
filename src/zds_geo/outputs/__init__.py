"""Plans and coverage on paper, on maps and in files; each with its credit line and date."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.outputs.area_map import draw_areas
    from zds_geo.outputs.files import write_csv, write_geojson, write_gpx
    from zds_geo.outputs.heatmap import draw_heatmap
    from zds_geo.outputs.key_sheet import write_key_sheet
    from zds_geo.outputs.layers import MapLayers
    from zds_geo.outputs.merge import merge_sides
    from zds_geo.outputs.page import encode_for_folium
    from zds_geo.outputs.plan_json import write_plan_json
    from zds_geo.outputs.round_map import draw_round_map
    from zds_geo.outputs.sheet import write_sheet

_HOMES: Final = {
    "MapLayers": "layers",
    "draw_areas": "area_map",
    "draw_heatmap": "heatmap",
    "draw_round_map": "round_map",
    "encode_for_folium": "page",
    "merge_sides": "merge",
    "write_csv": "files",
    "write_geojson": "files",
    "write_gpx": "files",
    "write_key_sheet": "key_sheet",
    "write_plan_json": "plan_json",
    "write_sheet": "sheet",
}

__all__ = [
    "MapLayers",
    "draw_areas",
    "draw_heatmap",
    "draw_round_map",
    "encode_for_folium",
    "merge_sides",
    "write_csv",
    "write_geojson",
    "write_gpx",
    "write_key_sheet",
    "write_plan_json",
    "write_sheet",
]


def __getattr__(name: str) -> Any:
    """Load a writer when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.outputs' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.outputs.{_HOMES[name]}"), name)
