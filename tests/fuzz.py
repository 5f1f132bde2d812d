"""Fuzzing what reads text and files: seeds, mutations, targets (R40).

A reader may answer or raise ``ZdsGeoError``; anything else is a bug. Each run follows from its seed
number alone, so that a find is repeated with ``replay``.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from zds_geo.app.find_doors import search_doors
from zds_geo.app.read_settings import read_settings
from zds_geo.app.sheet_entry import read_sheet
from zds_geo.cli._face import make_face, read_clock, read_date, split_globals
from zds_geo.core.csvguard import csv_guard, csv_unguard
from zds_geo.core.errors import SourceError, ZdsGeoError
from zds_geo.core.ids import added_door_id, bell_order, floor_of, house_label, read_house_label
from zds_geo.core.windows import DEFAULT_WINDOWS
from zds_geo.sources import LimitedReader, read_addresses, read_buurten, read_own_list
from zds_geo.sources._normal import split_house_number
from zds_geo.store import read_knocks_csv

NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
EXAMPLE = "voorbeeld"
# Pieces that have hurt parsers before: quotes, separators, other digits, huge numbers, half text.
TOKENS: tuple[bytes, ...] = (
    b'"', b"'", b",", b";", b"\n", b"\r\n", b"\r", b"\0", b"=", b"@", b"\t", b" ", b"-", b"+", b":",
    b"\\", b"{", b"}", b"[", b"]", b"[[", b"]]", b"#", b"null", b"true", b"NaN", b"Infinity",
    b"-1", b"0", b"1e999", b"9" * 20, b"9" * 400, b"9" * 5000, b"0x10", b"1_000", b"\xff", b"\xc3",
    b"\xed\xb3\xa9", b"\\ud800", b"\\u0000", b"\xef\xbb\xbf", b"\xfe\xff", b"<script>", b"${x}", b"%s", b"{0}", b"{path}",
    "²".encode(), "٣".encode(), "½".encode(), "Ⅳ".encode(), "İ".encode(), "ß".encode(),
    "e\u0301".encode(), "\u2028".encode(), "\u200f".encode(), "\U0001f600".encode(), b"2026-02-30",
    b"0001-01-01", b"9999-12-31", b"24:00", b"T02:30+99:00", b"2026-10-25T02:30", b"2.00E+14",
    b"BU02000401", b"1979-05-27T07:32:00-08:00", b"inf", b"nan", b"()", b"a" * 3000,
)  # fmt: skip


def mutate(seed: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """Change a seed in one to six places."""
    data = bytearray(seed)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at = rng.randint(0, len(data))
        far = min(len(data), at + rng.choice((1, 2, 8, 64, 1024)))
        how = rng.randrange(8)
        if how == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif how <= 2:
            data[at:at] = rng.choice(TOKENS)
        elif how == 3:
            data[at:far] = rng.choice(TOKENS)
        elif how == 4:
            del data[at:far]
        elif how == 5:
            data[at:at] = data[at:far] * rng.choice((1, 2, 9))
        elif how == 6:
            other = rng.choice(others)
            data[at:far] = other[rng.randint(0, len(other)) :][: far - at + 8]
        else:
            _swap_cells(data, rng)
    return bytes(data)


def _swap_cells(data: bytearray, rng: Random) -> None:
    mark = rng.choice((b",", b"\n", b";", b"="))
    cells = bytes(data).split(mark)
    a, b = rng.randrange(len(cells)), rng.randrange(len(cells))
    cells[a], cells[b] = cells[b], cells[a]
    data[:] = mark.join(cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A reader: its seeds, the name of the file it is given, and how many of 1,000 runs it gets."""

    name: str
    seeds: tuple[bytes, ...]
    file: str
    share: int
    read: Callable[[bytes, Path], object]


def _text(data: bytes) -> str:
    """Give what the command line would: bytes that are no UTF-8 become half characters."""
    return data.decode("utf-8", "surrogateescape")


def _filed(read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def work(data: bytes, path: Path) -> object:
        path.write_bytes(data)
        return read(path)

    return work


def _house_numbers(data: bytes, _: Path) -> None:
    text = data.decode("utf-8", "replace")
    split = split_house_number(text)
    if split is not None:
        number, letter, addition = split
        house_label(number, letter, addition)
        floor_of(letter, addition)
        sorted([bell_order(number, letter, addition), bell_order(number, "", text)])
        added_door_id("Straat", house_label(number, letter, addition), "BU99990101")
    read_house_label(text)


def _guard(data: bytes, _: Path) -> None:
    text = _text(data)
    if csv_unguard(csv_guard(text)) != text:
        raise AssertionError("the guard is not undone")


def _sheet(data: bytes, _: Path) -> None:
    typed = read_sheet(_text(data), n_lines=30, windows=DEFAULT_WINDOWS, on=NOW.date())
    for entry in typed.entries:
        if not 1 <= entry.line <= 30 and not (entry.line == 0 and entry.address):
            raise AssertionError("a line that is not on the sheet")


def _times(data: bytes, _: Path) -> None:
    text = _text(data)
    for read in (read_date, read_clock, lambda t: make_face({"--now": t}), lambda t: make_face(
        split_globals(t.split(" "))[0]
    )):  # fmt: skip
        try:
            read(text)
        except ZdsGeoError:
            continue


@cache
def _doors() -> Any:
    import geopandas as gpd
    from shapely import Point

    rows = [
        ("'s-Gravenweg", 1, "", "", "7331ZZ"), ("Jan & Co", 12, "A", "2", "7331ZZ"),
        ("Merelstraat", 2, "", "hs", ""), ("Merelstraat", 2, "", "²", ""),
        ("Plein 1940", 12, "", "bis", "7331AB"),
    ]  # fmt: skip
    columns = ["straat", "huisnummer", "huisletter", "toevoeging", "postcode"]
    return gpd.GeoDataFrame(
        [dict(zip(columns, r, strict=True)) for r in rows], index=[f"{n:016d}" for n in range(5)],
        geometry=[Point(190_000, 450_000)] * 5, crs=28992,
    )  # fmt: skip


def _search(data: bytes, _: Path) -> None:
    search_doors(_doors(), _text(data))


KNOCKS = b"""knock_id,door_id,knocked_on,window,knocked_at,outcome,come_back_window,come_back_from,come_back_until,assistant_id,source,corrects
00000000-0000-0000-0000-000000000001,0200010000000001,2026-11-02,middag,2026-11-02T13:15+01:00,talked,,,,a01,paper,
00000000-0000-0000-0000-000000000002,num:0200010000000001,2026-10-25,avond,2026-10-25T02:30+02:00,come_back,avond,2026-11-01,2026-12-01,,phone,
00000000-0000-0000-0000-000000000003,osm:way/12,2026-11-02,,,do_not_knock,,,,'=a,elsewhere,00000000-0000-0000-0000-000000000001
"""
SETTINGS = b"""[area]
name = "Kampen"
buurt_codes = ["BU01660004", "BU01660005"]
[cycle]
started_on = 2026-11-02
weeks = 26
[[meeting_points]]
id = "honk"
label = "Het Honk"
lon = 5.9111
lat = 52.5550
[[assistants]]
id = "a01"
buurt_codes = ["BU01660004"]
start = "honk"
max_metres = 5000
stairs = false
[[shifts]]
assistant = "a01"
days = ["ma", "di", "do"]
from = "13:00"
to = "16:00"
break_min = 15
break_at = "honk"
break_from = "14:00"
break_to = 15:00:00
[[shifts]]
assistant = "a01"
dates = [2026-11-23, "2026-12-01"]
from = "17.00"
to = "18:00"
[calendar]
closed_days = [2026-12-24]
latest_bell = ["20:00","20:00","20:00","20:00","20:00","20:00","20:00","20:00","20:00","20:00","20:00","20:00"]
[service]
walk_m_s = 1.1
closed_s = 90
talk_s = 480
margin_min = 5
[contact]
min_days_after_misses = [7, 7, 10]
max_misses = 6
[chance]
learn = true
plain_share = 0.25
[history]
location = "knocks.sqlite"
[services]
bag = "https://example.org/bag"
[[windows]]
name = "ochtend"
kind = "day"
days = ["ma", "di"]
from = "09:30"
to = "12:30"
"""
OWN = (
    b"postcode;huisnummer;toevoeging\n7331 ZZ;12;A\n7331AB;3-2;\n",
    b'adres,woonplaats\n"Plein 1940 12 A-2",Apeldoorn\n\'s-Gravenweg 1bis,\n',
    b"straat,nr,letter\nMerelstraat,2.0,a\n,,\n",
)
ADDRESSES = (
    b"identificatie,openbareruimtenaam,huisnummer,huisletter,toevoeging,postcode,woonplaatsnaam,x,y,gebruiksdoel,status\n"
    b"0200010000000001,'s-Gravenweg,1,,,7331ZZ,Apeldoorn,194000,469000,woonfunctie,Verblijfsobject in gebruik\n"
    b"0200010000000002,Jan & Co,12,A,2,7331ZZ,Apeldoorn,194010,469010,woonfunctie,\n",
    b"osm_type,osm_id,addr:street,addr:housenumber,addr:postcode,addr:city,lon,lat,shop\n"
    b"node,12,Merelstraat,14A,8266AB,Kampen,5.91,52.55,\nway,13,Merelstraat,1-3,8266AB,Kampen,5.92,52.56,bakery\n",
)
_RING = b"[[[5.9,52.2],[6.0,52.2],[6.0,52.3],[5.9,52.2]]]"
BUURTEN = (
    b'{"type":"FeatureCollection","name":"buurten_2024","features":[{"type":"Feature","properties":{"buurtcode":"BU02000401","buurtnaam":"a","wijkcode":"WK020004","gemeentecode":"GM0200","gemeentenaam":"Apeldoorn","water":"NEE"},"geometry":{"type":"Polygon","coordinates":'
    + _RING
    + b'}},{"type":"Feature","properties":{"buurtcode":"BU02000402","buurtnaam":"b","wijkcode":"WK020004","gemeentecode":"GM0200","gemeentenaam":"Apeldoorn"},"geometry":{"type":"MultiPolygon","coordinates":['
    + _RING
    + b"]}}]}",
)
BAG = (
    b'{"type":"FeatureCollection","features":[{"type":"Feature","id":"a","properties":{"identificatie":"0200010000000001","openbare_ruimte_naam":"Merelstraat","huisnummer":12,"huisletter":"A","toevoeging":"2","postcode":"7331ZZ","woonplaats_naam":"Apeldoorn","status":"Verblijfsobject in gebruik","gebruiksdoel":"woonfunctie","pand_identificatie":"0200100000000001"},"geometry":{"type":"Point","coordinates":[5.95,52.2]}}]}',
)

TEXT_TARGETS: tuple[Target, ...] = (
    Target(
        name="house numbers", file="-", share=290, read=_house_numbers,
        seeds=(b"14A", b"6-1", b"1-TR", b"1A-01", b"1bis", b"12 hs", b"131-3", "1-²".encode(), b"2 hoog"),
    ),
    Target(
        name="csv guard", file="-", share=150, read=_guard,
        seeds=(b"'=1+1", b"'s-Gravenweg", b"''@x", b"-1", "＝1".encode()),
    ),
    Target(
        name="sheet entries", file="-", share=150, read=_sheet,
        seeds=(b"1-4 nt, 5 g, 6 kt avond, rest niet gedaan", b"1 nm; 2-3 leeg\nrest gg", b"rest -"),
    ),
    Target(
        name="dates and times", file="-", share=100, read=_times,
        seeds=(b"2026-11-23", b"23-11-2026", b"13:00", b"2026-11-22T18:00+01:00", b"plan --now 2026-01-01"),
    ),
    Target(
        name="knocks csv", file="knocks.csv", share=130, seeds=(KNOCKS, KNOCKS.replace(b",", b";")),
        read=_filed(lambda p: read_knocks_csv(p, now=NOW, windows=DEFAULT_WINDOWS)),
    ),
    Target(name="zds.toml", file="zds.toml", share=100, seeds=(SETTINGS,), read=_filed(read_settings)),
    Target(
        name="door search", file="-", share=30, read=_search,
        seeds=(b"Merelstraat 2", b"7331 ZZ 12", b"merelstr", b"Jan & Co 12A-2", b"0200010000000001", b"Plein 1940 12"),
    ),
    Target(name="own list", file="lijst.csv", share=20, seeds=OWN, read=_filed(read_own_list)),
    Target(name="addresses csv", file="adressen.csv", share=12, seeds=ADDRESSES, read=_filed(read_addresses)),
    Target(name="buurten geojson", file="buurten.geojson", share=10, seeds=BUURTEN, read=_filed(read_buurten)),
    Target(name="bag geojson", file="bag.geojson", share=8, seeds=BAG, read=_filed(read_addresses)),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """Something a reader may not do; ``number`` repeats it."""

    target: str
    number: int
    what: str


def choose(number: int, targets: Sequence[Target]) -> Target:
    """Give the target of a run."""
    at = Random(number).randrange(sum(t.share for t in targets))
    for target in targets:
        at -= target.share
        if at < 0:
            return target
    raise AssertionError("shares do not add up")


def content(number: int, target: Target) -> bytes:
    """Give what a run feeds its target."""
    rng = Random(f"{target.name} {number}")
    return mutate(rng.choice(target.seeds), target.seeds, rng)


def run(number: int, folder: Path, targets: Sequence[Target] = TEXT_TARGETS) -> Find | None:
    """Run once; give what was found."""
    target = choose(number, targets)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            target.read(content(number, target), folder / target.file)
    except ZdsGeoError as fault:
        if "\n" in fault.sentence() or not fault.sentence("en"):
            return Find(target=target.name, number=number, what=f"not one sentence: {fault!r}")
    except Exception:  # noqa: BLE001 - whatever else comes out is what we look for
        what = "".join(traceback.format_exc().splitlines(keepends=True)[-3:])
        return Find(target=target.name, number=number, what=what)
    return None


UNDECLARED = frozenset({"sources.reader_fault", "sources.reader_died"})


def binary_target(name: str, file: str, seeds: Sequence[bytes], method: str, share: int) -> Target:
    """Make a target that reads in the child process, as ``zds places import`` does."""
    readers: list[LimitedReader] = []

    def read(path: Path) -> object:
        if not readers:
            readers.append(LimitedReader())
        try:
            return getattr(readers[0], method)(path)
        except SourceError as fault:
            if fault.key in {*UNDECLARED, "sources.reader_slow"}:
                readers.pop().__exit__()
            if fault.key in UNDECLARED:
                raise RuntimeError(f"{fault.key} {fault.facts}") from None
            raise

    return Target(name=name, file=file, share=share, seeds=tuple(seeds), read=_filed(read))


@cache
def binary_targets() -> tuple[Target, ...]:
    """Give the targets in the child: their seeds are small files of the example quarter."""
    import bz2
    import sqlite3
    import tempfile
    import zipfile

    from zds_geo.sources.example import write_example

    with tempfile.TemporaryDirectory() as folder:
        files = write_example(Path(folder) / EXAMPLE)
        osm = files.streets.read_bytes()
        geojson = files.buurten.read_bytes()
        gpkg = _as_gpkg(files.buurten, Path(folder) / "buurten.gpkg")
        zipped = Path(folder) / "buurten.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("buurten.gpkg", gpkg)
        packed = zipped.read_bytes()
        with sqlite3.connect(Path(folder) / "leeg.gpkg") as connection:
            connection.execute("CREATE TABLE x (a)")
        empty = (Path(folder) / "leeg.gpkg").read_bytes()
    cut = osm[: len(osm) // 20]
    small = cut[: cut.rfind(b"<way")] if b"<way" in cut else cut[: cut.rfind(b"<node")]
    small += b"</osm>"
    return (
        binary_target("osm xml", "straten.osm", [small], "read_streets", 300),
        binary_target("osm bz2", "straten.osm.bz2", [bz2.compress(small)], "read_streets", 200),
        binary_target("gpkg", "buurten.gpkg", [gpkg, empty], "read_buurten", 200),
        binary_target("zip", "buurten.zip", [packed], "read_buurten", 150),
        binary_target("gpkg addresses", "adressen.gpkg", [gpkg, empty], "read_addresses", 100),
        binary_target("geojson", "buurten.geojson", [geojson], "read_buurten", 50),
    )


def _as_gpkg(geojson: Path, path: Path) -> bytes:
    read_buurten(geojson).buurten.reset_index().to_file(path, layer="buurten", driver="GPKG")
    return path.read_bytes()
