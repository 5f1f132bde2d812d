"""Half a file is never taken for a whole one where its format can tell."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import PANDEN, WATER, WAYS, require
from zds_geo.sources import read_addresses, read_buurten, read_streets

REPO = Path(__file__).resolve().parents[3]
EXAMPLE = REPO / "data" / "bag_addresses" / "voorbeeldwijk"
SHARED = REPO.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
PLACE = '<tag k="addr:street" v="Dorp"/><tag k="addr:housenumber" v="1"/>'
NODE = f'<node id="1" lat="52.5" lon="5.9">{PLACE}</node>'


def osm(folder: Path, body: str, *, before: str = "") -> Path:
    path = folder / "a.osm"
    path.write_text(f"<?xml version='1.0'?>{before}<osm version='0.6'>{body}</osm>")
    return path


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def block_ends(data: bytes) -> list[int]:
    """Find where the blocks of a pbf end: 4 bytes of length, a BlobHeader, a Blob."""
    ends, at = [], 0
    while at < len(data):
        (n,) = struct.unpack(">I", data[at : at + 4])
        at += 4
        end, size = at + n, 0
        while at < end:
            key, at = varint(data, at)
            value, at = varint(data, at)
            if key & 7 == 2:
                at += value
            elif key >> 3 == 3:
                size = value
        at = end + size
        ends.append(at)
    return ends


@needs_data
@pytest.mark.req("S09")
def test_a_pbf_cut_anywhere_inside_a_block_is_refused(tmp_path: Path) -> None:
    whole = (SHARED / "kampen" / "kampen_zuid_klein.osm.pbf").read_bytes()
    ends = block_ends(whole)
    assert ends[-1] == len(whole)
    rng = random.Random(1)
    places = {rng.randrange(20, len(whole)) for _ in range(20)}
    places |= {end - 1 for end in ends}
    path = tmp_path / "half.osm.pbf"
    for place in sorted(places - set(ends)):
        path.write_bytes(whole[:place])
        for read in (read_streets, read_addresses):
            with pytest.raises(SourceError) as caught:
                read(path)
            assert "half.osm.pbf" in caught.value.sentence("nl"), place


@needs_data
@pytest.mark.req("S09")
def test_a_pbf_cut_before_its_streets_is_refused_as_streets(tmp_path: Path) -> None:
    # The format cannot tell at a block boundary; the missing content can.
    whole = (SHARED / "kampen" / "kampen_zuid_klein.osm.pbf").read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(whole[: block_ends(whole)[1]])
    with pytest.raises(SourceError) as caught:
        read_streets(path)
    assert "geen straten" in caught.value.sentence("nl")


@needs_data
@pytest.mark.req("S09")
def test_a_bz2_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = (SHARED / "kampen" / "kampen_zuid_klein_wegen.osm.bz2").read_bytes()
    path = tmp_path / "half.osm.bz2"
    for share in (0.05, 0.3, 0.6, 0.95):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(SourceError) as caught:
            read_streets(path)
        assert "beschadigd of half" in caught.value.sentence("nl")
    path.write_bytes(whole[:-3])
    with pytest.raises(SourceError):
        read_streets(path)


@pytest.mark.req("S09")
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8, 0.99, 0.9999])
def test_a_geojson_cut_anywhere_is_refused(tmp_path: Path, share: float) -> None:
    whole = (EXAMPLE / "buurten.geojson").read_bytes().rstrip()
    path = tmp_path / "half.geojson"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError) as caught:
        read_buurten(path)
    assert "half.geojson" in caught.value.sentence("nl")


@pytest.mark.req("S09")
def test_a_csv_cut_between_two_cells_is_refused(tmp_path: Path) -> None:
    lines = (EXAMPLE / "adressen.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "half.csv"
    for n_cells in (1, 5, 15):
        cut = ",".join(lines[4].split(",")[:n_cells])
        path.write_text("\n".join([*lines[:4], cut]), encoding="utf-8")
        with pytest.raises(SourceError) as caught:
            read_addresses(path)
        assert f"regel 5 heeft {n_cells} cellen in plaats van 16" in caught.value.sentence("nl")


def test_a_csv_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("identificatie,straat,huisnummer,x,y\n0200010000000001,Dorp, dorp,1,2,3\n")
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert "regel 2 heeft 6 cellen in plaats van 5" in caught.value.sentence("nl")


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("a,b,c", "openbare_ruimte_naam, huisnummer, x, y / lon, lat, identificatie"),
        ("straat,huisnummer,x,y", "identificatie"),
        ("identificatie,straat,huisnummer,x", "x, y / lon, lat"),
        ("identificatie,straat,huisnummer,lon,y", "x, y / lon, lat"),
        ("identificatie,straat,x,y", "huisnummer"),
        ("identificatie;huisnummer;x;y", "openbare_ruimte_naam"),
    ],
)
def test_missing_columns_are_named_and_those_found_too(
    tmp_path: Path, header: str, missing: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(header + "\n")
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    said = caught.value.sentence("nl")
    assert f"mist kolommen: {missing}. Gevonden: " in said
    assert header.replace(";", ",").split(",")[0] in said.partition("Gevonden")[2]


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("identificatie,straat,huisnummer,x,x\n0200010000000001,Dorp,1,190000,500000\n")
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert "twee kolommen" in caught.value.sentence("nl")


@pytest.mark.parametrize(
    "text",
    [
        "identificatie,straat,huisnummer,x,y\n0200010000000001," + "D" * 200_000 + ",2,1,2\n",
        "addr:street,addr:housenumber,lon,lat\nDorp,1,5.9,52.5\n",
    ],
    ids=["huge cell", "osm names without osm_id"],
)
def test_a_hostile_csv_gets_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode())
    with pytest.raises(SourceError):
        read_addresses(tmp_path / "a.csv")


@pytest.mark.req("S08")
@pytest.mark.parametrize(
    "content",
    [
        b'{"a":' * 200_000,
        b'{"type":"FeatureCollection","features":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"type":"FeatureCollection","features":[{"properties":{},"geometry":{"type":"Polygon",'
        b'"coordinates":' + b"[" * 200_000 + b"]" * 200_000 + b"}}]}",
    ],
    ids=["objects", "features", "coordinates"],
)
def test_deeply_nested_json_is_refused_and_kills_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "diep.geojson"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_buurten(path)
    assert "beschadigd of half" in caught.value.sentence("nl")


def test_coordinates_nested_within_what_json_allows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "diep.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"properties":{},"geometry":{"type":"Polygon",'
        '"coordinates":' + "[" * 900 + "]" * 900 + "}}]}"
    )
    with pytest.raises(SourceError):
        read_buurten(path)


@pytest.mark.req("S08")
@pytest.mark.parametrize(
    "entity", ['SYSTEM "file:///etc/hostname"', '"lol"', 'SYSTEM "http://example.invalid/"']
)
def test_entities_in_osm_xml_are_refused(tmp_path: Path, entity: str) -> None:
    before = f"<!DOCTYPE osm [<!ENTITY a {entity}>]>"
    body = NODE.replace('"Dorp"', '"&a;"')
    with pytest.raises(SourceError) as caught:
        read_addresses(osm(tmp_path, body, before=before))
    assert "beschadigd of half" in caught.value.sentence("nl")


@pytest.mark.parametrize("body", ["<node", NODE.replace("52.5", "999"), NODE.replace("5.9", "nan")])
def test_broken_osm_xml_gets_one_sentence(tmp_path: Path, body: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_addresses(osm(tmp_path, body))
    assert "a.osm is beschadigd" in caught.value.sentence("nl")


def test_an_osm_id_that_is_no_number_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read_addresses(osm(tmp_path, "<node id='x'/>"))


def test_an_osm_address_without_a_place_is_left_out(tmp_path: Path) -> None:
    data = read_addresses(osm(tmp_path, NODE + f'<node id="2">{PLACE}</node>'))
    assert data.left_out["reason"].tolist() == ["left_out.no_point"]


def test_an_osm_way_whose_corners_are_missing_is_left_out_with_its_reason(tmp_path: Path) -> None:
    data = read_addresses(osm(tmp_path, f'{NODE}<way id="7"><nd ref="5"/>{PLACE}</way>'))
    assert data.left_out["reason"].to_dict() == {"way/7": "left_out.no_point"}
    assert data.n_rows == 2


def test_an_osm_file_without_content_says_what_is_missing(tmp_path: Path) -> None:
    path = osm(tmp_path, "")
    with pytest.raises(SourceError, match="no streets"):
        read_streets(path)
    with pytest.raises(SourceError, match="no addresses"):
        read_addresses(path)


@needs_data
def test_streets_are_the_same_from_pbf_and_bz2() -> None:
    pbf = read_streets(SHARED / "kampen" / "kampen_zuid_klein.osm.pbf")
    xml = read_streets(SHARED / "kampen" / "kampen_zuid_klein_wegen.osm.bz2")
    assert pbf.n_ways == xml.n_ways == 116
    assert list(pbf.ways.index) == list(xml.ways.index)
    assert (pbf.ways["node_ids"] == xml.ways["node_ids"]).all()
    assert (pbf.ways["name"] == xml.ways["name"]).all()
    for frame, contract in ((pbf.ways, WAYS), (pbf.panden, PANDEN), (pbf.water, WATER)):
        require(frame, contract)
    bag = pbf.panden.index[~pbf.panden.index.str.startswith("osm:")]
    assert len(bag) > 1_300
    assert bag.str.match(r"^\d{16}(#\d+)?$").all()
    assert (pbf.credit.licence, pbf.credit.credit) == ("ODbL 1.0", "© OpenStreetMap-bijdragers")
