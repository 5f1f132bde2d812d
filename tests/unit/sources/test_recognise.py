"""A file is what its bytes say, whatever its name says."""

from __future__ import annotations

import bz2
import sqlite3
from pathlib import Path

import pytest

from zds_geo.core.errors import SourceError
from zds_geo.sources import read_addresses, read_buurten, read_streets
from zds_geo.sources._recognise import recognise, sha256_of

REPO = Path(__file__).resolve().parents[3]
EXAMPLE = REPO / "data" / "bag_addresses" / "voorbeeldwijk"
SHARED = REPO.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
WRONG_NAMES = ("a.pbf", "b.csv", "c.geojson", "d.zip", "e")


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_each_invented_file_is_known_under_any_name(tmp_path: Path, name: str) -> None:
    for source, kind in (
        ("adressen.csv", "csv"),
        ("buurten.geojson", "geojson"),
        ("straten.osm", "osm"),
    ):
        path = tmp_path / name
        path.write_bytes((EXAMPLE / source).read_bytes())
        assert recognise(path) == kind


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_osm_in_bz2_is_known_under_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(bz2.compress((EXAMPLE / "straten.osm").read_bytes()))
    assert recognise(path) == "osm"


@needs_data
@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("kampen/kampen_zuid_klein.osm.pbf", "osm"),
        ("kampen/kampen_zuid_klein_wegen.osm.bz2", "osm"),
        ("kampen/kampen_zuid_klein_adressen_osm.csv", "csv"),
        ("kampen/kampen_buurten_cbs2015.geojson", "geojson"),
        ("bag/amsterdam_1013_bag_adressen.gpkg", "gpkg"),
        ("bag/nlextract_bagadres_amsterdam_99.csv", "csv"),
    ],
)
def test_each_real_kind_is_known_under_a_false_name(tmp_path: Path, source: str, kind: str) -> None:
    path = tmp_path / "vakantie.jpg"
    path.write_bytes((SHARED / source).read_bytes())
    assert recognise(path) == kind


@needs_data
def test_one_part_of_a_bag_extract_asks_for_the_whole() -> None:
    folder = SHARED / "bag" / "bag2_extract_doesburg_klein"
    for path in sorted(folder.glob("*.xml")):
        with pytest.raises(SourceError) as caught:
            recognise(path)
        assert "één onderdeel van een BAG-extract" in caught.value.sentence("nl")


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "html"),
        (b"\n  <HTML>", "html"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "xls"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\0\0\0\x01\0\0", "binary"),
        (b"<?xml version='1.0'?><gml/>", "xml"),
        (b"Beste allemaal", "text"),
        (b"   \n\n", "text"),
        (b"[1, 2]", "text"),
        ("a,b,c\n1,2,3\n".encode("utf-16"), "binary"),
        (b"BZh91AY&SYnot really", "bz2"),
        (bz2.compress(b"just a letter"), "bz2"),
    ],
)
def test_what_is_not_taken_is_named(tmp_path: Path, content: bytes, looks: str) -> None:
    path = tmp_path / "straten.pbf"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        recognise(path)
    said = caught.value.sentence("nl")
    assert f"lijkt op: {looks}." in said
    assert "straten.pbf" in said
    assert "wordt niet herkend" in said


def test_empty_folder_and_missing_each_get_their_own_sentence(tmp_path: Path) -> None:
    (tmp_path / "leeg.csv").write_bytes(b"")
    for path, word in (
        (tmp_path / "leeg.csv", "is leeg"),
        (tmp_path, "is een map"),
        (tmp_path / "weg.csv", "is er niet"),
        (tmp_path / "leeg.csv" / "onder", "is er niet"),
    ):
        for read in (read_addresses, read_buurten, read_streets):
            with pytest.raises(SourceError) as caught:
                read(path)
            assert word in caught.value.sentence("nl")
            assert caught.value.exit_code == 4


def test_a_good_file_in_the_wrong_place_says_what_was_wanted() -> None:
    for read, name, word in (
        (read_addresses, "buurten.geojson", "geen adressenbestand maar geojson"),
        (read_buurten, "straten.osm", "geen buurtenbestand maar osm"),
        (read_buurten, "adressen.csv", "geen buurtenbestand maar csv"),
        (read_streets, "adressen.csv", "geen stratenbestand maar csv"),
    ):
        with pytest.raises(SourceError) as caught:
            read(EXAMPLE / name)
        assert word in caught.value.sentence("nl")


@pytest.mark.req("S08")
@pytest.mark.parametrize("name", ["buurten.geojson", "buurten.gpkg", "buurten.json"])
def test_a_vrt_under_another_name_reads_no_other_file(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "geheim.geojson"
    secret.write_bytes((EXAMPLE / "buurten.geojson").read_bytes())
    path = tmp_path / name
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="buurten">'
        f"<SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(SourceError) as caught:
        read_buurten(path)
    assert "lijkt op: xml" in caught.value.sentence("nl")


@pytest.mark.req("S08")
def test_a_gdal_virtual_path_is_a_missing_file() -> None:
    for path in ("/vsicurl/http://example.invalid/b.geojson", "/vsizip/a.zip/b.gpkg", "GPKG:a"):
        with pytest.raises(SourceError) as caught:
            read_buurten(Path(path))
        assert "is er niet" in caught.value.sentence("nl")


def test_a_history_store_is_no_file_of_buurten(tmp_path: Path) -> None:
    path = tmp_path / "knocks.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE knocks (knock_id TEXT)")
    connection.close()
    with pytest.raises(SourceError, match=r"knocks\.sqlite"):
        read_buurten(path)


def test_the_digest_is_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert sha256_of(path) == ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


def test_recognise_of_the_room_is_the_function() -> None:
    from zds_geo import sources

    assert sources.recognise(EXAMPLE / "adressen.csv") == "csv"
