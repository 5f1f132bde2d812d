"""Saved features of the PDOK BAG API: joined by feature id, dead objects named, nothing followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point, box, mapping

from zds_geo.core.crs import to_lonlat
from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, PANDEN, require
from zds_geo.sources import read_addresses

X, Y = 194_500.0, 469_000.0
RD_MEMBER = {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/28992"}}
UUID = "00000000-0000-5000-8000-0000000000{:02d}"
# Invented, with the properties of DATA_SOURCES 1.2.
HOME: dict[str, Any] = {
    "identificatie": "0200010000000001", "status": "Verblijfsobject in gebruik",
    "gebruiksdoel": "winkelfunctie,woonfunctie", "oppervlakte": 85, "geconstateerd": "N",
    "documentdatum": "2010-01-01", "documentnummer": "X1",
    "hoofdadres_identificatie": "0200200000000001", "hoofdadres_status": "Naamgeving uitgegeven",
    "openbare_ruimte_identificatie": "0200300000000001", "openbare_ruimte_naam": "Voorbeeldstraat",
    "openbare_ruimte_naam_kort": None, "openbare_ruimte_status": "Naamgeving uitgegeven",
    "huisnummer": 12, "huisletter": "A", "toevoeging": "2", "postcode": "7331ZZ",
    "woonplaats_identificatie": "9999", "woonplaats_naam": "Voorbeelddorp",
    "woonplaats_status": "Woonplaats aangewezen", "bronhouder_identificatie": "0200",
    "bronhouder_naam": "Apeldoorn", "provincie_afkorting": "Ge", "provincie_naam": "Gelderland",
    "rdf_seealso": "http://example.invalid/verblijfsobject/0200010000000001",
    "pand.href": [
        f"https://example.invalid/collections/pand/items/{UUID.format(9)}?f=json",
        f"https://example.invalid/collections/pand/items/{UUID.format(3)}",
    ],
}  # fmt: skip
PLACE: dict[str, Any] = {
    key: HOME[key]
    for key in HOME
    if key not in {"gebruiksdoel", "oppervlakte", "pand.href", "huisletter", "toevoeging"}
}
DEGREES = [float(v[0]) for v in to_lonlat([X], [Y])]


def feature(properties: dict[str, Any], geometry: Any, number: int = 1) -> dict[str, Any]:
    return {
        "type": "Feature", "id": UUID.format(number), "properties": properties,
        "geometry": geometry,
    }  # fmt: skip


def write(path: Path, *features: Any, **members: Any) -> Path:
    content = {"type": "FeatureCollection", "features": list(features)} | members
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def point(x: float = X, y: float = Y) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


def folder(path: Path, **members: Any) -> Path:
    """One home in two panden, one mooring, one pitch, one demolished pand; invented."""
    write(path / "verblijfsobject.geojson", feature(HOME, point()), **members)
    write(
        path / "ligplaats.geojson",
        feature(
            PLACE | {"identificatie": "0200020000000001", "status": "Plaats aangewezen"},
            mapping(box(X + 30, Y, X + 50, Y + 4)),
        ),
        **members,
    )
    write(
        path / "standplaats.geojson",
        feature(
            PLACE | {"identificatie": "0200030000000001", "status": "Plaats aangewezen"},
            mapping(box(X + 60, Y, X + 66, Y + 6)),
        ),
        **members,
    )
    area = mapping(box(X - 5, Y - 5, X + 5, Y + 5))
    panden = (
        feature({"identificatie": "0200100000000009", "status": "Pand in gebruik"}, area, 9),
        feature({"identificatie": "0200100000000003", "status": "Pand in gebruik"}, area, 3),
        feature({"identificatie": "0200100000000004", "status": "Pand gesloopt"}, area, 4),
    )
    write(path / "pand.geojson", *panden, **members)
    return path


def test_a_folder_in_rd_gives_doors_joined_to_their_panden(tmp_path: Path) -> None:
    zds = {"date": "2026-11-20", "source": "https://example.invalid/bag"}
    data = read_addresses(folder(tmp_path, crs=RD_MEMBER, zds=zds))
    require(data.addresses, ADDRESSES)
    assert data.addresses["kind"].to_dict() == {
        "0200010000000001": "verblijfsobject",
        "0200020000000001": "ligplaats",
        "0200030000000001": "standplaats",
    }
    home = data.addresses.loc["0200010000000001"]
    assert (home.geometry.x, home.geometry.y) == (X, Y)
    assert home["pand_id"] == "0200100000000003"
    assert home["pand_ids"] == "0200100000000003,0200100000000009"
    assert home["straat"] == "Voorbeeldstraat"
    boat = data.addresses.geometry["0200020000000001"]
    assert box(X + 30, Y, X + 50, Y + 4).contains(boat)
    assert data.panden is not None
    require(data.panden, PANDEN)
    assert list(data.panden.index) == ["0200100000000003", "0200100000000009"]
    assert data.counts == {"sources.count_panden_gone": 1}
    assert (data.credit.data_date, data.credit.format) == ("2026-11-20", "bag-geojson")
    assert len(data.credit.sha256) == 64


def test_without_a_crs_member_rd_is_known_by_its_numbers(tmp_path: Path) -> None:
    home = read_addresses(folder(tmp_path)).addresses.geometry["0200010000000001"]
    assert (home.x, home.y) == (X, Y)


@pytest.mark.parametrize(
    "member",
    [
        {},
        {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
    ],
)
def test_degrees_become_metres(tmp_path: Path, member: dict[str, Any]) -> None:
    area = mapping(box(DEGREES[0], DEGREES[1], DEGREES[0] + 0.001, DEGREES[1] + 0.001))
    write(tmp_path / "verblijfsobject.geojson", feature(HOME, point(*DEGREES)), **member)
    pand = {"identificatie": "0200100000000003", "status": "Pand in gebruik"}
    write(tmp_path / "pand.geojson", feature(pand, area, 3), **member)
    data = read_addresses(tmp_path)
    assert data.addresses.geometry.iloc[0].distance(Point(X, Y)) < 0.01
    assert data.panden is not None
    assert data.panden.geometry.iloc[0].buffer(0.1).covers(Point(X, Y))
    assert data.addresses["pand_id"].iloc[0] == "0200100000000003"


def test_dead_objects_are_named(tmp_path: Path) -> None:
    dead = HOME | {"identificatie": "0200010000000002", "status": "Verblijfsobject ingetrokken"}
    odd = HOME | {"identificatie": "0200010000000003", "status": "Iets nieuws"}
    shop = HOME | {"identificatie": "0200010000000004", "gebruiksdoel": "winkelfunctie"}
    lost = HOME | {"identificatie": "0200010000000005"}
    rows = [feature(r, point()) for r in (HOME, dead, odd, shop)]
    write(tmp_path / "verblijfsobject.geojson", *rows, feature(lost, None))
    data = read_addresses(tmp_path)
    assert list(data.addresses.index) == ["0200010000000001"]
    assert data.left_out["reason"].to_dict() == {
        "verblijfsobject 2": "left_out.status",
        "verblijfsobject 3": "left_out.unknown_status",
        "verblijfsobject 4": "left_out.no_home",
        "verblijfsobject 5": "left_out.no_point",
    }


def test_one_file_alone_is_read_whatever_its_name(tmp_path: Path) -> None:
    data = read_addresses(write(tmp_path / "download.json", feature(HOME, point())))
    assert list(data.addresses["kind"]) == ["verblijfsobject"]
    assert data.panden is None
    assert data.addresses["pand_id"].iloc[0] == ""


def test_swapped_axes_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", feature(HOME, point(DEGREES[1], DEGREES[0])))
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert "verwisseld" in caught.value.sentence("nl")


def test_degrees_that_say_they_are_metres_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", feature(HOME, point(*DEGREES)), crs=RD_MEMBER)
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert "graden" in caught.value.sentence("nl")


def test_one_page_of_a_longer_answer_is_refused(tmp_path: Path) -> None:
    links = [{"rel": "self", "href": "x"}, {"rel": "next", "href": "https://example.invalid/2"}]
    path = write(tmp_path / "a.geojson", feature(HOME, point()), links=links)
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert "bladzijde" in caught.value.sentence("nl")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ('{"type": "FeatureCollection", "features": [{"type": "Fea', "half"),
        ('{"a":' * 200_000, "half"),
        ('{"type": "FeatureCollection"}', "features"),
        ('{"type": "FeatureCollection", "features": [1]}', "half"),
        ('{"type":"FeatureCollection","features":[{"properties":[1],"geometry":null}]}', "half"),
        ('{"type":"FeatureCollection","features":[{"properties":{"soort":"eik"},"geometry":null}]}',
         "geen adressenbestand"),
        ('{"type":"FeatureCollection","features":[{"properties":{},"geometry":'
         '{"type":"Point","coordinates":[NaN,1]}}]}', "half"),
        ('{"type":"FeatureCollection","features":[{"properties":{},"geometry":'
         '{"type":"Point","coordinates":["a",{}]}}]}', "half"),
        ('{"type":"FeatureCollection","features":[{"properties":{"huisnummer":' + "9" * 5_000
         + '},"geometry":null}]}', "half"),
        ('{"type":"FeatureCollection","features":[]}', "geen enkele woning"),
    ],
)  # fmt: skip
def test_a_wrong_collection_gets_one_sentence(tmp_path: Path, content: str, word: str) -> None:
    (tmp_path / "verblijfsobject.geojson").write_text(content)
    for path in (tmp_path, tmp_path / "verblijfsobject.geojson"):
        with pytest.raises(SourceError) as caught:
            read_addresses(path)
        assert word in caught.value.sentence("nl")


@pytest.mark.req("S08")
def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elders").mkdir()
    (tmp_path / "map").mkdir()
    real = write(tmp_path / "elders" / "a.geojson", feature(HOME, point()))
    (tmp_path / "map" / "verblijfsobject.geojson").symlink_to(real)
    with pytest.raises(SourceError) as caught:
        read_addresses(tmp_path / "map")
    assert "is een map" in caught.value.sentence("nl")


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vakantie.jpg").write_bytes(b"x")
    with pytest.raises(SourceError) as caught:
        read_addresses(tmp_path)
    assert "is een map" in caught.value.sentence("nl")
