"""BAG objects as the official routes give them: GeoPackages, OGC API answers, the 2.0 extract."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, PANDEN, require
from zds_geo.sources import read_addresses, recognise

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "bag"
needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
# Made up, with the publisher's field names (DATA_SOURCES 1.2 and 1.4).
HOME = {
    "identificatie": "0200010000000001", "status": "Verblijfsobject in gebruik",
    "gebruiksdoel": "winkelfunctie,woonfunctie", "openbare_ruimte_naam": "Voorbeeldstraat",
    "openbare_ruimte_identificatie": "0200300000000001", "huisnummer": 12, "huisletter": "A",
    "toevoeging": "2", "postcode": "7331ZZ", "woonplaats_naam": "Voorbeelddorp",
}  # fmt: skip
PAND = {"identificatie": "0200100000000001", "status": "Pand in gebruik", "bouwjaar": 1950}
RING = shapely.box(5.9650, 52.2076, 5.9652, 52.2078)


def feature(properties: dict[str, Any], shape: Any, *, uuid: str = "u1") -> dict[str, Any]:
    return {
        "type": "Feature", "id": uuid, "properties": properties,
        "geometry": json.loads(shapely.to_geojson(shape)),
    }  # fmt: skip


def write(folder: Path, collection: str, *features: dict[str, Any], **more: Any) -> None:
    content = {"type": "FeatureCollection", "features": list(features), **more}
    (folder / f"{collection}.geojson").write_text(json.dumps(content), encoding="utf-8")


def test_answers_of_the_ogc_api_become_homes_with_their_buildings(tmp_path: Path) -> None:
    link = "https://example.invalid/collections/pand/items/p-1"
    point = shapely.Point(5.96508, 52.20768)
    dead = HOME | {
        "identificatie": "0200010000000002", "status": "Verblijfsobject ingetrokken",
    }  # fmt: skip
    boat = {k: v for k, v in HOME.items() if k != "gebruiksdoel"} | {
        "identificatie": "0200020000000003", "status": "Plaats aangewezen", "huisnummer": 14,
    }  # fmt: skip
    write(
        tmp_path, "verblijfsobject", feature(HOME | {"pand.href": [link]}, point),
        feature(dead, point), zds={"date": "2026-11-01", "source": "x"},
    )  # fmt: skip
    write(tmp_path, "ligplaats", feature(boat, RING))
    gone = PAND | {"identificatie": "0200100000000002", "status": "Pand gesloopt"}
    write(tmp_path, "pand", feature(PAND, RING, uuid="p-1"), feature(gone, RING, uuid="p-2"))
    data = read_addresses(tmp_path)
    require(data.addresses, ADDRESSES)
    home = data.addresses.loc["0200010000000001"]
    assert (home["pand_id"], home["huisletter"], home["toevoeging"]) == (
        "0200100000000001", "A", "2",
    )  # fmt: skip
    assert home.geometry.distance(shapely.Point(194500, 469000)) < 1.5
    assert data.addresses.loc["0200020000000003", "kind"] == "ligplaats"
    assert data.left_out["reason"].tolist() == ["left_out.status"]
    assert data.panden is not None
    require(data.panden, PANDEN)
    assert data.panden.index.tolist() == ["0200100000000001"]
    assert (data.credit.format, data.credit.data_date) == ("bag-geojson", "2026-11-01")


def test_answers_in_rd_say_so_in_their_crs_member(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    write(tmp_path, "verblijfsobject", feature(HOME, shapely.Point(194500, 469000)), crs=crs)
    point = read_addresses(tmp_path).addresses.geometry.iloc[0]
    assert (point.x, point.y) == (194500, 469000)


def bag_light(path: Path, n: int, *, seed: int = 1) -> Path:
    """A made-up national file: homes spread over 100 by 100 km, in the layout of bag-light."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(150_000, 250_000, n), rng.uniform(420_000, 520_000, n)
    rows = {
        "identificatie": [f"0200010{i:09d}" for i in range(n)],
        "status": "Verblijfsobject in gebruik", "gebruiksdoel": "woonfunctie",
        "openbare_ruimte_naam": "Voorbeeldstraat", "huisnummer": np.arange(n) % 900 + 1,
        "huisletter": None, "toevoeging": None, "postcode": "7331ZZ",
        "woonplaats_naam": "Voorbeelddorp", "pand_identificatie": "0200100000000001",
        "nummeraanduiding_hoofdadres_identificatie": [f"0200200{i:09d}" for i in range(n)],
        "openbare_ruimte_identificatie": "0200300000000001", "bouwjaar": 1950,
    }  # fmt: skip
    frame = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(x, y), crs=28992)
    frame.to_file(path, layer="verblijfsobject", driver="GPKG")
    shapes = [shapely.box(190_000, 470_000, 190_010, 470_010)]
    panden = gpd.GeoDataFrame(
        {"identificatie": ["0200100000000001"], "status": ["Pand in gebruik"]},
        geometry=shapes, crs=28992,
    )  # fmt: skip
    panden.to_file(path, layer="pand", driver="GPKG")
    return path


def test_of_the_national_file_only_the_box_is_read(tmp_path: Path) -> None:
    path = bag_light(tmp_path / "bag-light.gpkg", 20_000)
    box = (190_000.0, 470_000.0, 200_000.0, 480_000.0)
    data = read_addresses(path, box=box)
    assert 100 < len(data.addresses) < 400
    x0, y0, x1, y1 = data.addresses.total_bounds
    assert box[0] <= x0 <= x1 <= box[2]
    assert box[1] <= y0 <= y1 <= box[3]
    assert data.panden is not None
    assert len(read_addresses(path).addresses) == 20_000


def test_an_object_in_several_panden_is_one_home(tmp_path: Path) -> None:
    rows = gpd.GeoDataFrame(
        [HOME | {"pand_identificatie": f"020010000000000{n}"} for n in (2, 1)],
        geometry=[shapely.Point(194500, 469000)] * 2, crs=28992,
    )  # fmt: skip
    rows.to_file(tmp_path / "a.gpkg", layer="verblijfsobject", driver="GPKG")
    data = read_addresses(tmp_path / "a.gpkg")
    assert len(data.addresses) == 1
    assert data.left_out["reason"].tolist() == ["left_out.same_object"]


@needs_data
def test_the_real_amsterdam_file_is_accounted_for() -> None:
    data = read_addresses(SHARED / "amsterdam_1013_bag_adressen.gpkg")
    assert data.n_rows == 1_904 == len(data.addresses) + len(data.left_out)
    assert data.addresses["kind"].value_counts().to_dict() == {
        "verblijfsobject": 1_836, "ligplaats": 67, "standplaats": 1,
    }  # fmt: skip
    assert data.addresses.index.str.startswith("num:").all()


@needs_data
def test_only_current_records_of_the_real_extract_count() -> None:
    data = read_addresses(SHARED / "bag2_extract_doesburg_klein")
    assert len(data.addresses) + len(data.left_out) == data.n_rows == 6
    assert data.left_out["reason"].tolist() == ["left_out.no_home"]
    home = data.addresses.loc["0221010000330226"]
    assert (home["straat"], home["huisnummer"], home["postcode"]) == ("Kosterstraat", 4, "6981CH")
    assert set(data.addresses["woonplaats"]) == {"Doesburg"}
    assert (data.addresses["openbare_ruimte_id"].str.len() == 16).all()
    assert data.credit.data_date == "2020-09-15"


@needs_data
def test_an_extract_is_the_same_in_a_folder_a_zip_and_zips_in_a_zip(tmp_path: Path) -> None:
    folder = SHARED / "bag2_extract_doesburg_klein"
    flat, outer = tmp_path / "plat.zip", tmp_path / "nl.zip"
    with zipfile.ZipFile(flat, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.glob("*.xml"):
            archive.write(file, file.name)
    with zipfile.ZipFile(outer, "w") as archive:
        for kind in ("VBO", "NUM", "OPR", "WPL", "LIG", "STA"):
            inner = tmp_path / f"9999{kind}15092020.zip"
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as part:
                for file in folder.glob(f"0221{kind}*.xml"):
                    part.write(file, file.name)
            archive.write(inner, inner.name)
    first = read_addresses(folder).addresses
    for path in (flat, outer):
        assert recognise(path) == "bag-extract"
        assert read_addresses(path).addresses.equals(first)


EXTRACT = (
    '<?xml version="1.0"?>{doctype}<b xmlns:O="o"><O:Verblijfsobject>'
    "<O:identificatie>0200010000000001</O:identificatie>{body}</O:Verblijfsobject></b>"
)


@pytest.mark.req("S08")
@pytest.mark.parametrize(
    "text",
    [
        EXTRACT.format(doctype='<!DOCTYPE b [<!ENTITY a "lol">]>', body="&a;"),
        EXTRACT.format(
            doctype='<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>', body="&a;"
        ),
        EXTRACT.format(doctype="", body="")[:-20],
        EXTRACT.format(doctype="", body="<O:x></O:y>"),
        "\0" * 50,
        "",
    ],
    ids=["entity", "foreign file", "half", "crossed", "zeros", "empty"],
)
def test_a_hostile_or_half_extract_gets_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "0200VBO01112026-000001.xml").write_text(text)
    with pytest.raises(SourceError) as caught:
        read_addresses(tmp_path)
    assert "beschadigd of half" in caught.value.sentence("nl")


@pytest.mark.req("S08")
def test_a_bomb_and_a_half_zip_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bom.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0200VBO01112026-000001.xml", "<b>" + " " * 60_000_000)
    with pytest.raises(SourceError) as caught:
        read_addresses(bomb)
    assert "verdacht groot" in caught.value.sentence("nl")
    half = tmp_path / "half.zip"
    half.write_bytes(bomb.read_bytes()[:-200])
    with pytest.raises(SourceError):
        read_addresses(half)


@pytest.mark.parametrize("what", ["no id", "no shape", "half"])
def test_odd_answers_are_left_out_or_refused(tmp_path: Path, what: str) -> None:
    good = feature(HOME, shapely.Point(5.96508, 52.20768))
    odd = feature(HOME | {"identificatie": "onbekend"}, shapely.Point(5.96508, 52.20768))
    write(tmp_path, "verblijfsobject", good, odd)
    path = tmp_path / "verblijfsobject.geojson"
    if what == "no id":
        assert read_addresses(tmp_path).left_out["reason"].tolist() == ["left_out.no_id"]
        return
    text = path.read_text()
    path.write_text(text[:-30] if what == "half" else text.replace('"Point"', '"Punt"'))
    with pytest.raises(SourceError) as caught:
        read_addresses(tmp_path)
    assert "beschadigd of half" in caught.value.sentence("nl")
