"""Plans and coverage on paper, on maps and in files; each with its credit line and date."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.outputs.area_map import draw_areas
    from zds_geo.outputs.files import column_name, source_line, write_csv, write_geojson
    from zds_geo.outputs.heatmap import draw_heatmap
    from zds_geo.outputs.ics import write_ics
    from zds_geo.outputs.layers import MapLayers
    from zds_geo.outputs.merge import merge_sides
    from zds_geo.outputs.page import encode_for_folium
    from zds_geo.outputs.phone import write_gpx, write_kml
    from zds_geo.outputs.plan_json import write_plan_json
    from zds_geo.outputs.round_map import draw_round_map
    from zds_geo.outputs.round_rows import round_lines, round_points, round_table
    from zds_geo.outputs.sheet import write_sheet
    from zds_geo.outputs.xlsx import write_workbook

_HOMES: Final = {
    "MapLayers": "layers",
    "column_name": "files",
    "draw_areas": "area_map",
    "draw_heatmap": "heatmap",
    "draw_round_map": "round_map",
    "encode_for_folium": "page",
    "merge_sides": "merge",
    "round_lines": "round_rows",
    "round_points": "round_rows",
    "round_table": "round_rows",
    "source_line": "files",
    "write_csv": "files",
    "write_geojson": "files",
    "write_gpx": "phone",
    "write_ics": "ics",
    "write_kml": "phone",
    "write_plan_json": "plan_json",
    "write_sheet": "sheet",
    "write_workbook": "xlsx",
}

__all__ = [
    "MapLayers",
    "column_name",
    "draw_areas",
    "draw_heatmap",
    "draw_round_map",
    "encode_for_folium",
    "merge_sides",
    "round_lines",
    "round_points",
    "round_table",
    "source_line",
    "write_csv",
    "write_geojson",
    "write_gpx",
    "write_ics",
    "write_kml",
    "write_plan_json",
    "write_sheet",
    "write_workbook",
]


def __getattr__(name: str) -> Any:
    """Load a writer when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.outputs' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.outputs.{_HOMES[name]}"), name)
