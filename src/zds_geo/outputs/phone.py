"""A round for a phone, as GPX and KML: order, street, number, who asked us back; no more (P13)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.core.texts import say
from zds_geo.outputs.files import source_line
from zds_geo.outputs.round_rows import describe_stop, start_and_end

if TYPE_CHECKING:
    from zds_geo.core.model import Credit, Round

_GPX: Final = "http://www.topografix.com/GPX/1/1"
_KML: Final = "http://www.opengis.net/kml/2.2"
_LINE_COLOUR: Final = "ff6f3c0b"  # KML writes colours as alpha, blue, green, red


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

    Notes
    -----
    A track and no route: phone apps draw the points of a route with straight lines between them,
    through houses, and would show it beside the line that is walked.
    """
    root = ET.Element("gpx", {"xmlns": _GPX, "version": "1.1", "creator": "zds_geo"})
    meta = ET.SubElement(root, "metadata")
    title = say("sheet.title", lang=lang, code=planned.round_id)
    _add(meta, "name", title)
    _add(meta, "desc", source_line(credits, lang))
    owner = next((c.credit for c in credits if c.kind == "streets"), "zds_geo")
    ET.SubElement(meta, "copyright", {"author": clean(owner)})
    for name, lon, lat in start_and_end(planned, lang):
        _add(ET.SubElement(root, "wpt", _at(lon, lat)), "name", name)
    for stop in planned.stops:
        point = ET.SubElement(root, "wpt", _at(stop.lon, stop.lat))
        text = describe_stop(stop, lang)
        _add(point, "name", text.name)
        _add(point, "desc", text.note)
    track = ET.SubElement(root, "trk")
    _add(track, "name", title)
    segment = ET.SubElement(track, "trkseg")
    for lon, lat in planned.route:
        ET.SubElement(segment, "trkpt", _at(lon, lat))
    _write(root, path)


def write_kml(planned: Round, path: Path, *, credits: Sequence[Credit], lang: str = "nl") -> None:
    """Write a round as KML 2.2: a placemark for each stop, and the walking line.

    Parameters
    ----------
    planned : Round
        The round.
    path : Path
        File to write.
    credits : sequence of Credit
        For the description.
    lang : str
        ``nl`` or ``en``.
    """
    root = ET.Element("kml", {"xmlns": _KML})
    document = ET.SubElement(root, "Document")
    title = say("sheet.title", lang=lang, code=planned.round_id)
    _add(document, "name", title)
    _add(document, "description", source_line(credits, lang))
    line_style = ET.SubElement(ET.SubElement(document, "Style", {"id": "line"}), "LineStyle")
    _add(line_style, "color", _LINE_COLOUR)
    _add(line_style, "width", "4")
    for name, lon, lat in start_and_end(planned, lang):
        _add_point(document, name, "", at=(lon, lat))
    for stop in planned.stops:
        text = describe_stop(stop, lang)
        _add_point(document, text.name, text.note, at=(stop.lon, stop.lat))
    if len(planned.route) > 1:
        mark = ET.SubElement(document, "Placemark")
        _add(mark, "name", title)
        _add(mark, "styleUrl", "#line")
        line = ET.SubElement(mark, "LineString")
        _add(line, "tessellate", "1")
        _add(line, "coordinates", " ".join(f"{x:.7f},{y:.7f}" for x, y in planned.route))
    _write(root, path)


def _add_point(parent: ET.Element, name: str, note: str, *, at: tuple[float, float]) -> None:
    mark = ET.SubElement(parent, "Placemark")
    _add(mark, "name", name)
    _add(mark, "description", note)
    point = ET.SubElement(mark, "Point")
    _add(point, "coordinates", f"{at[0]:.7f},{at[1]:.7f}")


def _add(parent: ET.Element, tag: str, text: str) -> None:
    if text:
        ET.SubElement(parent, tag).text = clean(text)


def _at(lon: float, lat: float) -> dict[str, str]:
    return {"lat": f"{lat:.7f}", "lon": f"{lon:.7f}"}


def _write(root: ET.Element, path: Path) -> None:
    ET.indent(root, " ")
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def clean(text: str) -> str:
    """Leave out what XML and calendars cannot hold.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Lines stay lines, other white space becomes a space, control characters go.

    Examples
    --------
    >>> clean("'s-Gravenweg\\t1\\x00")
    "'s-Gravenweg 1"
    """
    spaced = (" " if c.isspace() and c != "\n" else c for c in text)
    return "".join(c for c in spaced if c.isprintable() or c == "\n")
