"""The quarter as files: BAG-like CSV, CBS-like GeoJSON, OpenStreetMap XML."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from zds_geo.core.crs import to_lonlat
from zds_geo.sources.example._draw import CANAL, draw_quarter
from zds_geo.sources.example._ground import Address, Point, Quarter, to_ground

TYPES: Final = {"verblijfsobject": "01", "ligplaats": "02", "standplaats": "03"}
COLUMNS: Final = (
    "identificatie", "soort", "status", "gebruiksdoel", "oppervlakte", "openbare_ruimte_naam",
    "openbare_ruimte_identificatie", "huisnummer", "huisletter", "toevoeging", "postcode",
    "woonplaats_naam", "pand_identificatie", "x", "y", "verzonnen",
)  # fmt: skip
_MIDDLE, _TOP = (CANAL[0] + CANAL[1]) / 2, 610.0
BUURTEN: Final = (
    ("BU99990101", "Voorbeeld-Noord", (-60.0, _TOP, 770.0, 930.0), "NEE", 1150, 500),
    ("BU99990102", "Voorbeeld-Midden", (-60.0, _MIDDLE, 770.0, _TOP), "NEE", 1180, 590),
    ("BU99990103", "Voorbeeld-Zuid", (-60.0, -40.0, 770.0, _MIDDLE), "NEE", 640, -99997),
    ("BU99999997", "Voorbeeldmeer", (770.0, -40.0, 900.0, 930.0), "JA", 0, 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleFiles:
    """Where the three files of the example are."""

    addresses: Path
    buurten: Path
    streets: Path


def write_example(folder: Path) -> ExampleFiles:
    """Write the invented quarter; the same bytes every time.

    Parameters
    ----------
    folder : Path
        Made when it is not there.

    Returns
    -------
    ExampleFiles
        ``adressen.csv``, ``buurten.geojson`` and ``straten.osm``.
    """
    quarter = draw_quarter()
    folder.mkdir(parents=True, exist_ok=True)
    files = ExampleFiles(
        addresses=folder / "adressen.csv",
        buurten=folder / "buurten.geojson",
        streets=folder / "straten.osm",
    )
    for path, text in (
        (files.addresses, _addresses(quarter)),
        (files.buurten, _buurten()),
        (files.streets, _streets(quarter)),
    ):
        path.write_text(text, encoding="utf-8", newline="\n")
    return files


def _addresses(quarter: Quarter) -> str:
    streets = sorted({a.street for a in quarter.addresses})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    known: dict[tuple[Any, ...], str] = {}
    for address in quarter.addresses:
        x, y = to_ground(address.at)
        nth = streets.index(address.street)
        writer.writerow(
            [
                _object_id(address, known), address.kind, address.status, ",".join(address.uses),
                address.area if address.kind == "verblijfsobject" else "", address.street,
                f"999930{nth + 1:010d}", address.number, address.letter, address.addition,
                f"0000{chr(65 + nth // 26)}{chr(65 + nth % 26)}", "Voorbeeldstad",
                address.pand_id, f"{x:.2f}", f"{y:.2f}", "ja",
            ]
        )  # fmt: skip
    return text.getvalue()


def _object_id(address: Address, known: dict[tuple[Any, ...], str]) -> str:
    key = (address.street, address.number, address.letter, address.addition, address.kind)
    if key not in known:
        known[key] = f"9999{TYPES[address.kind]}{len(known) + 1:010d}"
    return known[key]


def _lonlat(points: Iterable[Point]) -> list[list[float]]:
    ground = [to_ground(p) for p in points]
    lon, lat = to_lonlat([p[0] for p in ground], [p[1] for p in ground])
    return [[round(float(a), 7), round(float(b), 7)] for a, b in zip(lon, lat, strict=True)]


def _buurten() -> str:
    features = []
    for code, name, box, water, people, households in BUURTEN:
        ring = _ring(box)
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "buurtcode": code, "buurtnaam": name, "wijkcode": "WK999901",
                    "gemeentecode": "GM9999", "gemeentenaam": "Voorbeeldstad", "water": water,
                    "aantal_inwoners": people, "aantal_huishoudens": households, "verzonnen": True,
                },
                "geometry": {"type": "Polygon", "coordinates": [_lonlat(ring)]},
            }
        )  # fmt: skip
    head = {"type": "FeatureCollection", "name": "voorbeeldwijk (verzonnen)"}
    rows = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    start = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{start}, "features": [\n{rows}\n]}}\n'


def _ring(box: tuple[float, float, float, float]) -> list[Point]:
    """Go round a box with a corner every 40 m, so that neighbours bend alike."""
    x0, y0, x1, y1 = box
    xs = [*range(int(x0), int(x1), 40), x1]
    ys = [y0 + (y1 - y0) * k / 8 for k in range(9)]
    ring = [(float(x), y0) for x in xs] + [(x1, y) for y in ys[1:]]
    ring += [(float(x), y1) for x in reversed(xs[:-1])] + [(x0, y) for y in reversed(ys[:-1])]
    return [*ring[:-1], ring[0]]


class _Nodes:
    """Nodes of the OSM file: one for each place, so that ways meet."""

    def __init__(self) -> None:
        self.ids: dict[Point, int] = {}

    def ref(self, point: Point) -> int:
        return self.ids.setdefault(point, 990_000_000_001 + len(self.ids))


def _streets(quarter: Quarter) -> str:
    nodes = _Nodes()
    ways: list[str] = []
    for number, way in enumerate(_split_at_meetings(quarter), start=1):
        ways.append(_way(99_000_000 + number, [nodes.ref(p) for p in way[0]], way[1]))
    for number, pand in enumerate(quarter.panden, start=1):
        ring = [*pand.corners, pand.corners[0]]
        tags = {"building": pand.use, "ref:bag": pand.pand_id}
        ways.append(_way(99_100_000 + number, [nodes.ref(p) for p in ring], tags))
    for number, shore in enumerate(quarter.water, start=1):
        tags = {"natural": "water", "water": "canal", "name": "Voorbeeldkanaal"}
        ways.append(_way(99_200_000 + number, [nodes.ref(p) for p in (*shore, shore[0])], tags))
    places = _lonlat(nodes.ids)
    lines = [
        f'<node id="{i}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>'
        for (lon, lat), i in zip(places, nodes.ids.values(), strict=True)
    ]
    head = (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<osm version="0.6" generator="zds_geo Voorbeeldwijk (verzonnen)">\n'
    )
    return head + "\n".join([*lines, *ways]) + "\n</osm>\n"


def _split_at_meetings(quarter: Quarter) -> list[tuple[Sequence[Point], dict[str, str]]]:
    """Put a node of each crossing way into the way it meets, so that they are joined."""
    ends = {p for way in quarter.ways for p in (way.points[0], way.points[-1])}
    result: list[tuple[Sequence[Point], dict[str, str]]] = []
    for way in quarter.ways:
        points: list[Point] = [way.points[0]]
        for a, b in zip(way.points, way.points[1:], strict=False):
            between = [p for p in ends if p not in (a, b) and _on(p, a, b)]
            points += sorted(between, key=partial(math.dist, a))
            points.append(b)
        result.append((points, way.tags))
    return result


def _on(p: Point, a: Point, b: Point) -> bool:
    cross = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    dot = (p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])
    return abs(cross) < 1e-6 and 0 < dot < (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2


def _way(way_id: int, refs: Sequence[int], tags: dict[str, str]) -> str:
    inner = "".join(f'<nd ref="{r}"/>' for r in refs)
    inner += "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
    return f'<way id="{way_id}" version="1">{inner}</way>'
