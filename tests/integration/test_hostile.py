"""Hostile and damaged files: one sentence, the reading process alone at risk, nothing lost."""

from __future__ import annotations

import bz2
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.integration.test_updates import deliver, door_ids
from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import PlacesError, SourceError
from zds_geo.sources import LimitedReader, prove, why_doubtful
from zds_geo.sources.limited import _ENVIRONMENT

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
NEEDS_SHARED = pytest.mark.skipif(not SHARED.is_dir(), reason="real open data (../shared) absent")
REAL = {
    "kampen/kampen_zuid_klein.osm.pbf": ("streets", "read_streets"),
    "kampen/kampen_zuid_klein_wegen.osm.bz2": ("streets", "read_streets"),
    "kampen/kampen_zuid_klein_adressen_osm.csv": ("addresses", "read_addresses"),
    "kampen/kampen_buurten_cbs2015.geojson": ("buurten", "read_buurten"),
    "bag/amsterdam_1013_bag_adressen.gpkg": ("addresses", "read_addresses"),
}
SECRET = "geheim-van-een-ander"
UNDECLARED = {"sources.reader_fault", "sources.reader_died"}


@pytest.fixture(scope="module")
def reader() -> Iterator[LimitedReader]:
    with LimitedReader() as found:
        yield found


def refusal(read: Callable[[Path], object], path: Path) -> SourceError | None:
    try:
        read(path)
    except SourceError as error:
        return error
    return None


def foreign_files(folder: Path) -> dict[str, bytes]:
    """Give files that are not what they say, by name."""
    (folder / "ander.csv").write_text(f"straat,naam\n{SECRET},x\n")
    vrt = (
        f'<OGRVRTDataSource><OGRVRTLayer name="ander"><SrcDataSource>{folder / "ander.csv"}'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    ).encode()
    entity = (
        f'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY e SYSTEM "file://{folder / "ander.csv"}">]>'
        '<osm version="0.6"><node id="1" lat="52" lon="5"><tag k="addr:housenumber" v="&e;"/></node>'
        "</osm>"
    ).encode()
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "haha">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b']><osm version="0.6"><node id="1" lat="52" lon="5"><tag k="name" v="&j;"/></node></osm>'
    )
    square = b"[[[5.9,52.2],[6.0,52.2],[6.0,52.3],[5.9,52.2]]]"
    feature = b'{"type":"Feature","properties":{"buurtcode":"BU02000401","buurtnaam":"a","wijkcode":"WK020004","gemeentecode":"GM0200","gemeentenaam":"Apeldoorn"},"geometry":{"type":"Polygon","coordinates":%s}}'
    wrap = b'{"type":"FeatureCollection","features":[%s]}'
    return {
        "buurten.geojson": vrt,
        "buurten.gpkg": vrt,
        "entiteit.osm": entity,
        "lach.osm": laughs,
        "diep.geojson": wrap % (b"[" * 200_000),
        "diep2.geojson": b'{"type":"FeatureCollection","features":' + b'[{"a":' * 200_000,
        "nan.geojson": wrap % (feature % b"[[[NaN,52],[6,52],[6,53],[NaN,52]]]"),
        "oneindig.geojson": wrap % (feature % b"[[[Infinity,52],[6,52],[6,53],[5,52]]]"),
        "groot.geojson": wrap % (feature % (b"[[[%s,52],[6,52],[6,53],[5,52]]]" % (b"9" * 5000))),
        "om.geojson": wrap % (feature % b"[[[52.2,5.9],[52.2,6.0],[52.3,6.0],[52.2,5.9]]]"),
        "bom.osm.bz2": bz2.compress(b'<osm version="0.6">' + b" " * 300_000_000),
        "leeg.gpkg": b"SQLite format 3\0" + b"\0" * 84,
        "html.osm.pbf": b"<!DOCTYPE html><html>502 Bad Gateway</html>",
        "curl.csv": b"/vsicurl/http://127.0.0.1:9/a.gpkg\n",
        "dubbel.geojson": wrap % (feature.replace(b'"buurtcode"', b'"x":1,"buurtcode"') % square),
    }


@pytest.mark.req("S08")
def test_the_reading_process_has_no_network_no_rights_and_little_memory() -> None:
    probe = (
        "import ctypes, os, resource, socket\n"
        "from zds_geo.sources import _child\n"
        "_child._shut_network(); _child._limit_memory()\n"
        "try:\n    socket.socket()\nexcept PermissionError:\n    print('python refused')\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print('library', libc.socket(2, 1, 0))\n"
        "try:\n    bytearray(3 * 2**30)\nexcept MemoryError:\n    print('memory refused')\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", probe], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert found.stdout.split("\n")[:3] == ["python refused", "library -1", "memory refused"]


@pytest.mark.req("S08")
def test_the_library_cannot_be_led_to_another_file(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_bytes(foreign_files(tmp_path)["buurten.geojson"])
    read = f"import pyogrio; print(pyogrio.read_dataframe({str(path)!r}, read_geometry=False))"
    run = [sys.executable, "-W", "ignore", "-c", read]
    open_door = subprocess.run(run, capture_output=True, text=True, check=False)
    assert SECRET in open_door.stdout  # without our environment it is
    shut = subprocess.run(
        run, capture_output=True, text=True, check=False, env={**os.environ, **_ENVIRONMENT}
    )
    assert shut.returncode != 0
    assert SECRET not in shut.stdout


@pytest.mark.req("S08")
def test_files_that_are_not_what_they_say_get_one_sentence(
    tmp_path: Path, reader: LimitedReader
) -> None:
    fates = {}
    for name, content in foreign_files(tmp_path).items():
        path = tmp_path / name
        path.write_bytes(content)
        read: Callable[[Path], object] = reader.read_buurten
        if ".osm" in name:
            read = reader.read_streets
        if name == "curl.csv":
            read = reader.read_addresses
        error = refusal(read, path)
        fates[name] = "refused" if error else "read"
        assert error is None or error.key not in UNDECLARED, name
        assert error is None or SECRET not in str(error), name
        assert error is None or "\n" not in error.sentence("nl"), name
    # Nothing is wrong with a further property; whitespace in a file is no harm.
    assert {n for n, fate in fates.items() if fate == "read"} <= {"dubbel.geojson"}


@pytest.mark.req("S08")
def test_what_asks_too_much_memory_is_stopped(tmp_path: Path, reader: LimitedReader) -> None:
    path = tmp_path / "bom.geojson"
    path.write_bytes(b'{"type":"FeatureCollection","features":[' + b"[]," * 45_000_000 + b"1]}")
    with pytest.raises(SourceError) as caught:
        reader.read_buurten(path)
    assert caught.value.key == "sources.reader_memory"
    path.unlink()
    with pytest.raises(SourceError, match="not there"):  # and the reader still answers
        reader.read_buurten(tmp_path / "niets.geojson")


@pytest.mark.req("S08")
def test_a_pipe_is_not_waited_for(tmp_path: Path, reader: LimitedReader) -> None:
    os.mkfifo(tmp_path / "adressen.csv")
    with pytest.raises(SourceError):
        reader.read_addresses(tmp_path / "adressen.csv")
    with pytest.raises(SourceError):
        prove(tmp_path / "adressen.csv", kind="addresses")


@pytest.mark.req("R07")
def test_a_reader_that_dies_leaves_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x")
    for by, key in (
        (signal.SIGSEGV, "sources.reader_died"),
        (signal.SIGXCPU, "sources.reader_slow"),
    ):
        with LimitedReader() as own:
            os.kill(own.pid, by)
            with pytest.raises(SourceError) as caught:
                own.read_addresses(path)
        assert caught.value.key == key


@pytest.mark.req("R07")
def test_a_damaged_file_leaves_the_old_places(own_example: Workspace) -> None:
    before = door_ids(own_example)
    folder = own_example.root / "data" / "voorbeeldwijk"
    streets, addresses = folder / "straten.osm", folder / "adressen.csv"
    whole = streets.read_bytes()
    streets.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError):
        deliver(own_example)
    streets.write_bytes(whole)
    lines = addresses.read_bytes().splitlines(keepends=True)
    addresses.write_bytes(b"".join(lines[:-9]))  # nothing in it tells that rows are missing
    with pytest.raises(PlacesError) as caught:
        deliver(own_example)
    assert caught.value.key == "import.cut_copy"
    assert door_ids(own_example) == before


def damaged(path: Path, *, n_cuts: int, n_flips: int, rng: Random) -> list[tuple[str, bytes]]:
    """Give damaged contents of a file: cut at places, at block boundaries of a pbf, and flipped."""
    content = path.read_bytes()
    cuts = {rng.randrange(1, len(content)) for _ in range(n_cuts)}
    if path.suffix == ".pbf":
        cuts |= set(block_ends(content)[:-1])
    found = [("cut", content[:at]) for at in sorted(cuts)]
    for _ in range(n_flips):
        flipped = bytearray(content)
        flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        found.append(("flip", bytes(flipped)))
    return found


def block_ends(content: bytes) -> list[int]:
    from zds_geo.sources.proof import _body_size

    ends, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        at += 4 + length + _body_size(content[at + 4 : at + 4 + length])
        ends.append(at)
    return ends


def account(folder: Path, *, n_cuts: int, n_flips: int, seed: int) -> dict[str, Counter[str]]:
    """Count what becomes of damaged files: S09's accounting. ``accepted`` must stay 0."""
    rng, accounts = Random(seed), {}
    with LimitedReader() as reader:
        for name, (kind, method) in REAL.items():
            source = SHARED / name
            whole = folder / source.name
            shutil.copy(source, whole)
            whole.with_name(f"{whole.name}.sha256").unlink(missing_ok=True)
            before, fates = prove(whole, kind=kind), Counter[str]()
            digest = subprocess.run(
                ["sha256sum", str(whole)], check=True, capture_output=True, text=True
            ).stdout
            for how, content in damaged(source, n_cuts=n_cuts, n_flips=n_flips, rng=rng):
                whole.write_bytes(content)
                beside = whole.with_name(f"{whole.name}.sha256")
                beside.write_text(digest)
                if refusal(partial(prove, kind=kind), whole) is None:
                    fates["accepted against checksum"] += 1
                beside.unlink()
                now = prove(whole, kind=kind)
                doubt = why_doubtful(now, before)
                error = refusal(getattr(reader, method), whole)
                if error is not None:
                    fates["undeclared"] += error.key in UNDECLARED
                    fates[f"{how}: refused by the format"] += 1
                    continue
                if not doubt:
                    fates["accepted against earlier delivery"] += 1
                fates[f"{how}: only known by what came before"] += 1
                if now.checked:
                    fates["unmarked"] += 1
            accounts[name] = fates
    return accounts


@NEEDS_SHARED
@pytest.mark.req("S09")
def test_damaged_files_are_refused_or_marked(tmp_path: Path) -> None:
    for name, fates in account(tmp_path, n_cuts=6, n_flips=6, seed=1).items():
        assert fates["accepted against checksum"] == 0, name
        assert fates["accepted against earlier delivery"] == 0, name
        assert fates["undeclared"] == 0, (name, fates)
        assert fates["unmarked"] == 0, (name, fates)


@NEEDS_SHARED
@pytest.mark.req("S09")
def test_an_import_marks_what_cannot_be_checked_and_takes_a_checksum(tmp_path: Path) -> None:
    for name in ("kampen_zuid_klein.osm.pbf", "kampen_buurten_cbs2015.geojson"):
        shutil.copy(SHARED / "kampen" / name, tmp_path)
    streets = tmp_path / "kampen_zuid_klein.osm.pbf"
    assert not prove(streets, kind="streets").checked
    md5 = subprocess.run(["md5sum", str(streets)], check=True, capture_output=True, text=True)
    streets.with_name(f"{streets.name}.md5").write_text(md5.stdout)
    assert prove(streets, kind="streets").checked
