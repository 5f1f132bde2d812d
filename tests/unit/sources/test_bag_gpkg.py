"""GeoPackages of the BAG: every object accounted for, and of a large file only the box."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point, Polygon, box

from zds_geo.core.crs import RD
from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, LEFT_OUT, PANDEN, require
from zds_geo.sources import read_addresses

REPO = Path(__file__).resolve().parents[3]
REAL = REPO.parent / "shared" / "data" / "bag" / "amsterdam_1013_bag_adressen.gpkg"
needs_data = pytest.mark.skipif(
    not REAL.is_file(), reason="the folder ../shared/data with real open data is not here"
)
X, Y = 194_500.0, 469_000.0
AROUND = (X - 50, Y - 50, X + 50, Y + 50)
# Invented objects with the columns of bag-light (DATA_SOURCES 1.4).
HOME: dict[str, Any] = {
    "identificatie": "0200010000000001", "oppervlakte": 85,
    "status": "Verblijfsobject in gebruik", "gebruiksdoel": "winkelfunctie,woonfunctie",
    "openbare_ruimte_naam": "Voorbeeldstraat", "openbare_ruimte_naam_kort": None,
    "huisnummer": 12, "huisletter": "A", "toevoeging": "2", "postcode": "7331ZZ",
    "woonplaats_naam": "Voorbeelddorp", "bouwjaar": 1950,
    "pand_identificatie": "0200100000000009", "pandstatus": "Pand in gebruik",
    "nummeraanduiding_hoofdadres_identificatie": "0200200000000001",
    "openbare_ruimte_identificatie": "0200300000000001", "woonplaats_identificatie": "9999",
    "bronhouder_identificatie": "0200",
}  # fmt: skip
MOORING = {
    key: HOME[key]
    for key in HOME
    if key not in {"oppervlakte", "gebruiksdoel", "bouwjaar", "pand_identificatie", "pandstatus"}
} | {"identificatie": "0200020000000001", "status": "Plaats aangewezen", "huisnummer": 14}
HOUSE = {"identificatie": "0200100000000009", "bouwjaar": 1950, "status": "Pand in gebruik"}


def write(path: Path, layer: str, *rows: dict[str, Any], at: Any = None, crs: str = RD) -> Path:
    shapes = at if at is not None else [Point(X, Y) for _ in rows]
    frame = gpd.GeoDataFrame(list(rows), geometry=list(shapes), crs=crs)
    frame.to_file(path, layer=layer, driver="GPKG")
    return path


def test_bag_light_gives_doors_of_three_kinds_and_panden(tmp_path: Path) -> None:
    path = write(tmp_path / "bag-light.gpkg", "verblijfsobject", HOME)
    write(path, "ligplaats", MOORING, at=[box(X, Y, X + 20, Y + 4)])
    write(path, "standplaats", MOORING | {"identificatie": "0200030000000001"},
          at=[box(X, Y, X + 6, Y + 6)])  # fmt: skip
    write(path, "pand", HOUSE, at=[box(X - 5, Y - 5, X + 5, Y + 5)])
    write(path, "woonplaats", {"identificatie": "9999"}, at=[box(X, Y, X + 9, Y + 9)])
    data = read_addresses(path)
    require(data.addresses, ADDRESSES)
    assert data.addresses["kind"].to_dict() == {
        "0200010000000001": "verblijfsobject",
        "0200020000000001": "ligplaats",
        "0200030000000001": "standplaats",
    }
    home = data.addresses.loc["0200010000000001"]
    assert (home["straat"], home["huisnummer"], home["huisletter"], home["toevoeging"]) == (
        "Voorbeeldstraat", 12, "A", "2",
    )  # fmt: skip
    assert home["openbare_ruimte_id"] == "0200300000000001"
    assert home["pand_id"] == "0200100000000009"
    boat = data.addresses.geometry["0200020000000001"]
    assert box(X, Y, X + 20, Y + 4).contains(boat)
    assert data.panden is not None
    require(data.panden, PANDEN)
    assert list(data.panden.index) == ["0200100000000009"]
    assert (data.credit.licence, data.credit.credit) == ("CC0 1.0", "Bron: BAG, Kadaster")
    assert len(data.credit.data_date) == len("2026-11-23")


def test_an_object_in_several_panden_is_one_door_with_all_of_them(tmp_path: Path) -> None:
    other = HOME | {"pand_identificatie": "0200100000000003"}
    data = read_addresses(write(tmp_path / "a.gpkg", "verblijfsobject", HOME, other))
    assert data.n_rows == 2
    assert list(data.addresses["pand_id"]) == ["0200100000000003"]
    assert list(data.addresses["pand_ids"]) == ["0200100000000003,0200100000000009"]
    require(data.left_out, LEFT_OUT)
    assert list(data.left_out["reason"]) == ["left_out.same_object"]


def test_what_is_no_home_is_left_out_with_its_reason(tmp_path: Path) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"gebruiksdoel": "winkelfunctie"},
        {"status": "Verblijfsobject gevormd"},
        {"status": "Iets nieuws"},
        {"huisnummer": 0},
    )
    rows = [HOME | c | {"identificatie": f"020001000000001{n}"} for n, c in enumerate(changes)]
    data = read_addresses(write(tmp_path / "a.gpkg", "verblijfsobject", HOME, *rows))
    assert data.left_out["reason"].tolist() == [
        "left_out.no_home", "left_out.status", "left_out.unknown_status", "left_out.no_number",
    ]  # fmt: skip


def test_panden_that_do_not_stand_are_not_given(tmp_path: Path) -> None:
    statuses = {
        "Bouwvergunning verleend": False, "Niet gerealiseerd pand": False, "Bouw gestart": False,
        "Pand in gebruik (niet ingemeten)": True, "Pand in gebruik": True, "Verbouwing pand": True,
        "Sloopvergunning verleend": True, "Pand gesloopt": False, "Pand buiten gebruik": True,
        "Pand ten onrechte opgevoerd": False, "Iets nieuws": True,
    }  # fmt: skip
    panden = [
        HOUSE | {"identificatie": f"02001000000000{n:02d}", "status": s}
        for n, s in enumerate(statuses)
    ]
    path = write(tmp_path / "a.gpkg", "verblijfsobject", HOME)
    write(path, "pand", *panden, at=[box(X, Y, X + 5, Y + 5) for _ in panden])
    data = read_addresses(path)
    assert data.panden is not None
    standing = [
        p["identificatie"] for p, there in zip(panden, statuses.values(), strict=True) if there
    ]
    assert list(data.panden.index) == standing
    assert set(data.panden["use"]) == {""}
    assert data.counts == {"sources.count_panden_gone": 5}


def big(path: Path, n: int = 20_000) -> Path:
    """An invented bag-light of n homes on a grid, 10 m apart; the id of a far one is damaged."""
    side = int(n**0.5) + 1
    rows = [
        HOME | {"identificatie": f"02000100{i:08d}", "huisnummer": i % 900 + 1} for i in range(n)
    ]
    rows[-1]["identificatie"] = "2.00E+14"
    at = [Point(X + 10 * (i % side), Y + 10 * (i // side)) for i in range(n)]
    return write(path, "verblijfsobject", *rows, at=at)


def test_only_the_box_is_read_and_by_the_index(tmp_path: Path) -> None:
    path = big(tmp_path / "bag-light.gpkg")
    with pytest.raises(SourceError, match="damaged"):
        read_addresses(path)  # whole: the damaged id far away is met
    data = read_addresses(path, box=(X - 1, Y - 1, X + 91, Y + 91))
    assert data.n_rows == len(data.addresses) == 100
    # A row that the index does not know is not found: proof that the table is not gone through.
    gpd_rows = sorted(int(r.split()[1]) for r in data.addresses["row"])
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM rtree_verblijfsobject_geom WHERE id = ?", (gpd_rows[0],))
    connection.close()
    assert read_addresses(path, box=(X - 1, Y - 1, X + 91, Y + 91)).n_rows == 99


def test_a_box_without_homes_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "verblijfsobject", HOME)
    with pytest.raises(SourceError) as caught:
        read_addresses(path, box=(1000, 400_000, 2000, 401_000))
    assert "geen enkele woning" in caught.value.sentence("nl")


def test_a_geopackage_in_degrees_comes_out_in_metres(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "verblijfsobject", HOME, at=[Point(5.96508, 52.20768)],
                 crs="EPSG:4326")  # fmt: skip
    point = read_addresses(path, box=AROUND).addresses.geometry.iloc[0]
    assert point.distance(Point(X, Y)) < 2


def test_a_home_without_a_place_is_left_out(tmp_path: Path) -> None:
    other = HOME | {"identificatie": "0200010000000002"}
    data = read_addresses(
        write(tmp_path / "a.gpkg", "verblijfsobject", HOME, other, at=[Point(X, Y), None])
    )
    assert data.left_out["reason"].tolist() == ["left_out.no_point"]


def test_swapped_axes_leave_no_home(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "verblijfsobject", HOME, at=[Point(Y, X)])
    with pytest.raises(SourceError, match="not one home"):
        read_addresses(path)


def test_other_layers_or_columns_get_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "bomen", {"soort": "eik"})
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert "bomen" in caught.value.sentence("nl")
    path = write(tmp_path / "b.gpkg", "verblijfsobject", {"naam": "x"})
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    assert "mist kolommen: openbare_ruimte_naam, huisnummer" in caught.value.sentence("nl")


def test_a_geopackage_without_a_crs_is_refused(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame([HOME], geometry=[Point(X, Y)])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "a.gpkg", layer="verblijfsobject", driver="GPKG")
    with pytest.raises(SourceError) as caught:
        read_addresses(tmp_path / "a.gpkg")
    assert "coördinatenstelsel" in caught.value.sentence("nl")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_a_geopackage_is_refused(tmp_path: Path, share: float) -> None:
    whole = big(tmp_path / "heel.gpkg", 2_000).read_bytes()
    path = tmp_path / "half.gpkg"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match=r"half\.gpkg"):
        read_addresses(path)


def test_a_pand_that_crosses_itself_becomes_an_area(tmp_path: Path) -> None:
    bow = Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    path = write(tmp_path / "a.gpkg", "verblijfsobject", HOME)
    write(path, "pand", HOUSE, at=[bow])
    panden = read_addresses(path).panden
    assert panden is not None
    assert panden.geometry.is_valid.all()


@needs_data
def test_the_real_amsterdam_file_is_accounted_for_to_the_last_row() -> None:
    data = read_addresses(REAL)
    assert data.n_rows == len(data.addresses) == 1_836 + 67 + 1
    assert data.addresses["kind"].value_counts().to_dict() == {
        "verblijfsobject": 1_836, "ligplaats": 67, "standplaats": 1,
    }  # fmt: skip
    assert data.addresses.index.str.fullmatch(r"num:\d{16}").all()
    assert data.panden is None
    part = read_addresses(REAL, box=(121_200, 489_100, 121_300, 489_200))
    assert 0 < part.n_rows < 100
    assert set(part.addresses.index) <= set(data.addresses.index)
