"""Plans and coverage on paper, on maps and in files; each with its credit line and date."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.outputs.area_map import draw_areas
    from zds_geo.outputs.cards import CardTexts, write_cards
    from zds_geo.outputs.entry_form import write_entry_form
    from zds_geo.outputs.files import column_name, source_line, write_csv, write_geojson
    from zds_geo.outputs.heat_page import class_texts
    from zds_geo.outputs.heatmap import classify_pieces, draw_heatmap
    from zds_geo.outputs.ics import write_ics
    from zds_geo.outputs.key_sheet import write_key_sheet
    from zds_geo.outputs.layers import MapLayers, credit_line
    from zds_geo.outputs.merge import group_sides, merge_sides
    from zds_geo.outputs.overview import write_overview
    from zds_geo.outputs.page import encode_for_folium
    from zds_geo.outputs.partition import make_partition
    from zds_geo.outputs.phone import write_gpx, write_kml
    from zds_geo.outputs.plan_json import write_plan_content, write_plan_json
    from zds_geo.outputs.public_map import draw_public_map
    from zds_geo.outputs.qgis_style import make_qgis_style
    from zds_geo.outputs.report import write_report
    from zds_geo.outputs.round_map import draw_round_map
    from zds_geo.outputs.round_rows import round_lines, round_points, round_table
    from zds_geo.outputs.sheet import Packet, make_packet, write_packets, write_sheet
    from zds_geo.outputs.wall import write_wall_map
    from zds_geo.outputs.xlsx import write_workbook

_HOMES: Final = {
    "CardTexts": "cards",
    "MapLayers": "layers",
    "Packet": "sheet",
    "class_texts": "heat_page",
    "classify_pieces": "heatmap",
    "column_name": "files",
    "credit_line": "layers",
    "draw_areas": "area_map",
    "draw_heatmap": "heatmap",
    "draw_public_map": "public_map",
    "draw_round_map": "round_map",
    "encode_for_folium": "page",
    "group_sides": "merge",
    "make_packet": "sheet",
    "make_partition": "partition",
    "make_qgis_style": "qgis_style",
    "merge_sides": "merge",
    "round_lines": "round_rows",
    "round_points": "round_rows",
    "round_table": "round_rows",
    "source_line": "files",
    "write_cards": "cards",
    "write_csv": "files",
    "write_entry_form": "entry_form",
    "write_geojson": "files",
    "write_gpx": "phone",
    "write_ics": "ics",
    "write_key_sheet": "key_sheet",
    "write_kml": "phone",
    "write_overview": "overview",
    "write_packets": "sheet",
    "write_plan_content": "plan_json",
    "write_plan_json": "plan_json",
    "write_report": "report",
    "write_sheet": "sheet",
    "write_wall_map": "wall",
    "write_workbook": "xlsx",
}

__all__ = [
    "CardTexts",
    "MapLayers",
    "Packet",
    "class_texts",
    "classify_pieces",
    "column_name",
    "credit_line",
    "draw_areas",
    "draw_heatmap",
    "draw_public_map",
    "draw_round_map",
    "encode_for_folium",
    "group_sides",
    "make_packet",
    "make_partition",
    "make_qgis_style",
    "merge_sides",
    "round_lines",
    "round_points",
    "round_table",
    "source_line",
    "write_cards",
    "write_csv",
    "write_entry_form",
    "write_geojson",
    "write_gpx",
    "write_ics",
    "write_key_sheet",
    "write_kml",
    "write_overview",
    "write_packets",
    "write_plan_content",
    "write_plan_json",
    "write_report",
    "write_sheet",
    "write_wall_map",
    "write_workbook",
]


def __getattr__(name: str) -> Any:
    """Load a writer when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.outputs' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.outputs.{_HOMES[name]}"), name)
