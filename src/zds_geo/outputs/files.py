"""GPX, GeoJSON and CSV: every one with its credit line and data date."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zds_geo.core.csvguard import csv_guard
from zds_geo.core.texts import say
from zds_geo.outputs.layers import credit_line, line_range
from zds_geo.outputs.round_map import on_request, to_feature_collection

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.core.model import Credit, Round

_GPX = "http://www.topografix.com/GPX/1/1"


def write_gpx(planned: Round, path: Path, *, credits: Sequence[Credit], lang: str = "nl") -> None:
    """Write a round as GPX 1.1: a waypoint for each stop, and the walking line as a track.

    Parameters
    ----------
    planned : Round
        The round.
    path : Path
        File to write.
    credits : sequence of Credit
        For the copyright and description.
    lang : str
        ``nl`` or ``en``.
    """
    ET.register_namespace("", _GPX)
    root = ET.Element(f"{{{_GPX}}}gpx", {"version": "1.1", "creator": "zds_geo"})
    meta = ET.SubElement(root, f"{{{_GPX}}}metadata")
    title = say("sheet.title", lang=lang, code=planned.round_id)
    ET.SubElement(meta, f"{{{_GPX}}}name").text = _clean(title)
    ET.SubElement(meta, f"{{{_GPX}}}desc").text = _clean(credit_line(credits, lang))
    owner = next((c.credit for c in credits if c.kind == "streets"), "zds_geo")
    ET.SubElement(meta, f"{{{_GPX}}}copyright", {"author": _clean(owner)})
    for stop in planned.stops:
        point = ET.SubElement(root, f"{{{_GPX}}}wpt", _at(stop.lon, stop.lat))
        label = line_range([d.line for d in stop.doors])
        name = f"{label} {stop.street} {', '.join(d.label for d in stop.doors)}"
        ET.SubElement(point, f"{{{_GPX}}}name").text = _clean(name)
        asked = [d for d in stop.doors if d.reason == "reason.on_request"]
        if asked:
            note = on_request(asked[0].come_back_window, lang)
            ET.SubElement(point, f"{{{_GPX}}}desc").text = _clean(note)
    track = ET.SubElement(root, f"{{{_GPX}}}trk")
    ET.SubElement(track, f"{{{_GPX}}}name").text = _clean(title)
    segment = ET.SubElement(track, f"{{{_GPX}}}trkseg")
    for lon, lat in planned.route:
        ET.SubElement(segment, f"{{{_GPX}}}trkpt", _at(lon, lat))
    ET.indent(root, " ")
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _at(lon: float, lat: float) -> dict[str, str]:
    return {"lat": f"{lat:.7f}", "lon": f"{lon:.7f}"}


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def write_geojson(frame: gpd.GeoDataFrame, path: Path, *, credits: Sequence[Credit]) -> None:
    """Write coverage by piece of street as GeoJSON (WGS84).

    Parameters
    ----------
    frame : GeoDataFrame
        As from ``merge_sides``.
    path : Path
        File to write.
    credits : sequence of Credit
        In the member ``credits``.
    """
    table = frame.copy()
    for column in table.columns:
        if column != "geometry" and table[column].dtype == object:
            table[column] = [None if v is None or v != v else str(v) for v in table[column]]  # noqa: PLR0124
    content = to_feature_collection(table)
    content["credits"] = credit_line(credits, "nl")
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_csv(frame: pd.DataFrame, path: Path, *, credits: Sequence[Credit]) -> None:
    """Write a table of figures as CSV; the last column of each row is the credit line.

    Parameters
    ----------
    frame : DataFrame
        Any table with a named index.
    path : Path
        File to write: UTF-8, comma.
    credits : sequence of Credit
        For the column ``bron``.
    """
    source = credit_line(credits, "nl")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    table = frame.reset_index()
    writer.writerow([*map(str, table.columns), "bron"])
    for row in table.itertuples(index=False):
        writer.writerow([*map(_cell, row), csv_guard(source)])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def _cell(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124  (missing)
        return ""
    return csv_guard(value) if isinstance(value, str) else str(value)
