"""Wrong and hostile files: one sentence each, and nothing taken."""

from __future__ import annotations

import bz2
import zipfile
from pathlib import Path

import pytest

from zds_geo.core.errors import SourceError
from zds_geo.sources import list_areas, read_addresses, read_buurten, read_streets
from zds_geo.sources._normal import split_house_number

REPO = Path(__file__).resolve().parents[3]
EXAMPLE = REPO / "data" / "bag_addresses" / "voorbeeldwijk"
SHARED = REPO.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
HEAD = "identificatie,openbare_ruimte_naam,huisnummer,x,y\n"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.pbf", b"<!DOCTYPE html><html>404</html>", "html"),
        ("a.csv", b"", "leeg"),
        ("a.zip", b"PK\x03\x04rest", "zip"),
        ("a.csv", b"\0\1\2\3", "binary"),
        ("a.csv", b"a,b,c\n1,2,3\n", "mist kolommen"),
        ("a.csv", HEAD.encode() + b"1,Dorp,1,2\n", "cellen"),
        ("a.csv", HEAD.encode() + b"2.00E+14,Dorp,1,190000,500000\n", "spreadsheet"),
        ("a.csv", HEAD.encode() + b"200010000000001,Dorp,1,190000,500000\n", "spreadsheet"),
        ("a.csv", HEAD.encode() + b"0200010000000001,Dorp,1,5.9,52.2\n", "graden"),
        ("a.csv", HEAD.replace("x,y", "lon,lat").encode() + b"0200010000000001,D,1,52.2,5.9\n",
         "verwisseld"),
        ("a.csv", HEAD.encode() + b"0200010000000001,Dorp,nul,190000,500000\n", "geen enkele"),
    ],
)  # fmt: skip
def test_a_wrong_address_file_gets_one_sentence(
    tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert word in caught.value.sentence("nl")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'{"type": "FeatureCollection", "features": [{"type": "Fea', "half"),
        (b'{"a":' * 100_000, "half"),
        (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "xml"),
        (b'{"type": "FeatureCollection", "features": []}', "features"),
        (b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"naam":"x"},'
         b'"geometry":{"type":"Polygon","coordinates":[[[5,52],[5.1,52],[5,52.1],[5,52]]]}}]}',
         "buurtcodes"),
        (b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
         b'{"buurtcode":"BU00010001"},"geometry":{"type":"Polygon","coordinates":'
         b'[[[95,12],[95.1,12],[95,12.1],[95,12]]]}}]}', "niet in Nederland"),
    ],
)  # fmt: skip
def test_a_wrong_buurten_file_gets_one_sentence(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "buurten.geojson"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_buurten(path)
    assert word in caught.value.sentence("nl")


def test_half_a_street_file_is_refused(tmp_path: Path) -> None:
    whole = (EXAMPLE / "straten.osm").read_bytes()
    packed = bz2.compress(whole)
    for name, data in (
        ("a.osm", whole[: len(whole) // 2]),
        ("a.osm.bz2", packed[: len(packed) // 2]),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError, match="half"):
            read_streets(tmp_path / name)
    (tmp_path / "b.osm.bz2").write_bytes(packed)
    assert read_streets(tmp_path / "b.osm.bz2").n_ways > 50


@needs_data
def test_half_a_pbf_is_refused_inside_a_block(tmp_path: Path) -> None:
    whole = (SHARED / "kampen" / "kampen_zuid_klein.osm.pbf").read_bytes()
    for share in (0.2, 0.5, 0.9):
        (tmp_path / "a.pbf").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(SourceError):
            read_streets(tmp_path / "a.pbf")


@needs_data
def test_every_row_of_kampen_is_accounted_for_in_both_layouts() -> None:
    for name in ("kampen_adressen_osm.csv", "kampen.osm.pbf"):
        data = read_addresses(SHARED / "kampen" / name)
        assert data.n_rows == 19_492
        assert len(data.addresses) + len(data.left_out) == 19_492
        assert data.credit.licence == "ODbL 1.0"


@needs_data
def test_the_shipped_area_is_that_of_the_cbs_file() -> None:
    buurten = read_buurten(SHARED / "apeldoorn" / "apeldoorn_buurten_cbs2015.geojson").buurten
    area = list_areas()[0]
    for group in area.groups:
        real = buurten.loc[buurten["wijk_code"] == group.wijk_code, "buurt_naam"]
        assert dict(group.buurten) == real.to_dict()
    assert [g.inhabitants for g in area.groups] == [18_690, 14_470]


@needs_data
@pytest.mark.parametrize("layout", ["bagadres", "bagadres-full", "bagadresplus"])
def test_nlextract_layouts_are_read(layout: str) -> None:
    data = read_addresses(SHARED / "bag" / f"nlextract_{layout}_amsterdam_99.csv")
    assert len(data.addresses) + len(data.left_out) == 99
    assert data.addresses.index.str.fullmatch(r"\d{16}").all()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("14A", (14, "A", "")), ("6-1", (6, "", "1")), ("11-I", (11, "", "I")),
        ("1-TR", (1, "", "TR")), ("13-GR01", (13, "", "GR01")), ("33b", (33, "B", "")),
        ("1-2hoog", (1, "", "2hoog")), ("0", None), ("A1", None),
    ],
)  # fmt: skip
def test_house_numbers_split_as_people_write_them(text: str, parts: object) -> None:
    assert split_house_number(text) == parts


@pytest.mark.req("R40")
def test_a_zip_whose_inner_name_is_damaged_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "buurten.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("buurten.gpkg", b"SQLite format 3\0" + bytes(100))
    content = bytearray(path.read_bytes())
    content[7] |= 0x08  # the local header says: a name in UTF-8
    content[31] = 0x80  # which this is not
    path.write_bytes(content)
    with pytest.raises(SourceError) as refused:
        read_buurten(path)
    assert refused.value.key == "sources.broken_zip"
