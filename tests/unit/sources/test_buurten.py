"""CBS buurten of any year in the normal form, and wrong ones refused in one sentence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import BUURTEN, LEFT_OUT, require
from zds_geo.sources import BuurtData, find_area, list_areas, read_buurten

REPO = Path(__file__).resolve().parents[3]
SHARED = REPO.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
RING = [[5.96, 52.20], [5.97, 52.20], [5.97, 52.21], [5.96, 52.20]]
RD_RING = [[194000.0, 468000.0], [195000.0, 468000.0], [195000.0, 469000.0], [194000.0, 468000.0]]
GOOD: dict[str, Any] = {"buurtcode": "BU02000401", "buurtnaam": "Brummelhof", "water": "NEE"}


def feature(ring: list[list[float]] | None = None, **properties: Any) -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": [ring or RING]}
    return {"type": "Feature", "properties": GOOD | properties, "geometry": shape}


def read(folder: Path, *features: Any, **extra: Any) -> BuurtData:
    path = folder / "buurten.geojson"
    content = {"type": "FeatureCollection", **extra, "features": list(features)}
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_buurten(path)


def sentence(folder: Path, *features: Any, **extra: Any) -> str:
    with pytest.raises(SourceError) as caught:
        read(folder, *features, **extra)
    return caught.value.sentence("nl")


@pytest.mark.parametrize(
    "names",
    [
        ("buurtcode", "buurtnaam", "wijkcode", "aantal_inwoners", "aantal_huishoudens"),
        ("buurtcode", "buurtnaam", "wijkcode", "aantalInwoners", "aantalHuishoudens"),
        ("BU_CODE", "BU_NAAM", "WK_CODE", "AANT_INW", "AANTAL_HH"),
        ("bu_code", "bu_naam", "wk_code", "aant_inw", "aantal_hh"),
    ],
)
def test_the_names_of_every_year_give_the_same(tmp_path: Path, names: tuple[str, ...]) -> None:
    values = ("BU0363AF08", "Voorbeeld", "WK0363AF", 1230, 600)
    shape = feature()["geometry"]
    properties = dict(zip(names, values, strict=True))
    data = read(tmp_path, {"type": "Feature", "properties": properties, "geometry": shape})
    require(data.buurten, BUURTEN)
    row = data.buurten.loc["BU0363AF08"]
    assert (row["buurt_naam"], row["wijk_code"]) == values[1:3]
    assert (row["inhabitants"], row["households"]) == values[3:]


@pytest.mark.parametrize("figure", [-99997, -99995, -99991, -99990, -99999999, None])
def test_a_sentinel_is_a_missing_figure_never_a_count(tmp_path: Path, figure: int | None) -> None:
    data = read(tmp_path, feature(aantal_inwoners=figure, aantal_huishoudens=0))
    assert data.buurten["inhabitants"].isna().all()
    assert data.buurten["households"].tolist() == [0]


def test_buurten_without_figures_are_read(tmp_path: Path) -> None:
    data = read(tmp_path, feature())
    assert data.buurten[["inhabitants", "households"]].isna().all(axis=None)


@pytest.mark.parametrize("water", ["JA", "B", "ja"])
def test_water_and_abroad_are_left_out_and_accounted_for(tmp_path: Path, water: str) -> None:
    data = read(tmp_path, feature(), feature(buurtcode="BU02009997", water=water))
    require(data.left_out, LEFT_OUT)
    assert list(data.buurten.index) == ["BU02000401"]
    assert list(data.left_out.index) == ["BU02009997"]
    assert len(data.buurten) + len(data.left_out) == data.n_rows == 2


def test_rd_metres_are_read_with_or_without_being_declared(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    for extra in ({}, {"crs": crs}):
        box = read(tmp_path, feature(RD_RING), **extra).buurten.total_bounds
        assert box.tolist() == [194_000, 468_000, 195_000, 469_000]


def test_a_bowtie_is_made_valid(tmp_path: Path) -> None:
    ring = [[5.96, 52.20], [5.97, 52.21], [5.97, 52.20], [5.96, 52.21], [5.96, 52.20]]
    assert read(tmp_path, feature(ring)).buurten.geometry.is_valid.all()


@pytest.mark.parametrize(
    "ring",
    [
        [[lat, lon] for lon, lat in RING],
        [[x - 400_000, y] for x, y in RD_RING],
        [[y, x] for x, y in RD_RING],
        [[664_000, 6_840_000], [665_000, 6_840_000], [665_000, 6_841_000], [664_000, 6_840_000]],
        [[13.3, 52.4], [13.4, 52.4], [13.4, 52.5], [13.3, 52.4]],
    ],
    ids=["swapped", "negative", "swapped metres", "web mercator", "Berlin"],
)
def test_coordinates_outside_the_netherlands_are_refused(
    tmp_path: Path, ring: list[list[float]]
) -> None:
    assert "ligt niet in Nederland" in sentence(tmp_path, feature(ring))


def test_degrees_declared_as_metres_are_refused(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:28992"}}
    assert "EPSG:28992" in sentence(tmp_path, feature(), crs=crs)


@pytest.mark.parametrize(
    "code", ["BU2", "WK020004", "bu02000401", "", None, 2000401, "BU0200040１"]
)
def test_a_code_of_another_form_is_refused(tmp_path: Path, code: object) -> None:
    assert "als buurtcode" in sentence(tmp_path, feature(buurtcode=code))


def test_one_code_twice_is_refused(tmp_path: Path) -> None:
    assert "twee keer" in sentence(tmp_path, feature(), feature())


def test_only_water_is_refused(tmp_path: Path) -> None:
    assert "geen enkele buurt" in sentence(tmp_path, feature(water="JA"))


@pytest.mark.parametrize(
    ("geometry", "word"),
    [
        (None, "beschadigd"),
        ({"type": "Point", "coordinates": [5.9, 52.2]}, "Point in plaats van vlakken"),
        ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection in plaats van"),
        ({"type": "Polygon", "coordinates": []}, "in plaats van vlakken"),
        ({"type": "Polygon", "coordinates": [[[5, 52], [6, 52]]]}, "beschadigd"),
        ({"type": "Polygon", "coordinates": "x"}, "beschadigd"),
    ],
)
def test_a_feature_that_is_no_area_is_refused(tmp_path: Path, geometry: Any, word: str) -> None:
    broken = {"type": "Feature", "properties": GOOD, "geometry": geometry}
    assert word in sentence(tmp_path, feature(), broken)


@pytest.mark.parametrize(
    ("one", "extra"),
    [
        ({"type": "Feature", "properties": [1], "geometry": feature()["geometry"]}, {}),
        ({"type": "Feature", "properties": GOOD, "geometry": {"type": "Onzin"}}, {}),
        (feature([[float("nan"), 52.20], *RING[1:]]), {}),
        (feature(), {"crs": "EPSG:28992"}),
    ],
)
def test_hostile_values_get_one_sentence(tmp_path: Path, one: Any, extra: dict[str, Any]) -> None:
    assert "buurten.geojson" in sentence(tmp_path, one, **extra)


@pytest.mark.parametrize("count", [float("inf"), 10**400, -99997, "veel"])
def test_a_count_that_counts_nobody_is_missing(tmp_path: Path, count: Any) -> None:
    assert read(tmp_path, feature(aantal_inwoners=count)).buurten["inhabitants"].isna().all()


def test_a_crs_member_without_a_name_leaves_degrees(tmp_path: Path) -> None:
    plain, odd = read(tmp_path, feature()), read(tmp_path, feature(), crs={"properties": "x"})
    assert odd.buurten.geometry.equals(plain.buurten.geometry)


def to_gpkg(path: Path, *shapes: Any, crs: int | None = 28992, column: str = "buurtcode") -> Path:
    codes = [f"BU0200040{n}" for n in range(1, len(shapes) + 1)]
    frame = gpd.GeoDataFrame({column: codes}, geometry=list(shapes), crs=crs)
    frame.to_file(path, driver="GPKG", layer="buurten_v0")
    return path


def test_a_geopackage_is_read_in_either_system(tmp_path: Path) -> None:
    metres = read_buurten(
        to_gpkg(tmp_path / "a.gpkg", shapely.box(194000, 468000, 195000, 469000), column="bu_code")
    )
    degrees = read_buurten(
        to_gpkg(tmp_path / "b.gpkg", shapely.box(5.96, 52.20, 5.97, 52.21), crs=4326)
    )
    assert metres.buurten.crs == degrees.buurten.crs == 28992
    assert metres.credit.format == degrees.credit.format == "gpkg"
    assert list(metres.buurten.index) == ["BU02000401"]


def test_a_geopackage_in_a_false_system_or_without_codes_is_refused(tmp_path: Path) -> None:
    box = shapely.box(194000, 468000, 195000, 469000)
    for path, word in (
        (to_gpkg(tmp_path / "a.gpkg", box, crs=3857), "ligt niet in Nederland"),
        (to_gpkg(tmp_path / "b.gpkg", box, column="naam"), "geen kolom met buurtcodes"),
    ):
        with pytest.raises(SourceError) as caught:
            read_buurten(path)
        assert word in caught.value.sentence("nl")


@pytest.mark.parametrize("shape", [shapely.Point(194500, 468500), None])
def test_a_geopackage_without_areas_is_refused(tmp_path: Path, shape: Any) -> None:
    box = shapely.box(194000, 468000, 195000, 469000)
    with pytest.raises(SourceError):
        read_buurten(to_gpkg(tmp_path / "a.gpkg", box, shape))


def cbs_geopackage(path: Path, *, n: int = 1) -> Path:
    """An invented GeoPackage as CBS makes them: three layers, many figures, n buurten in a row."""
    areas = [shapely.box(194_000 + 100 * i, 468_000, 194_090 + 100 * i, 468_090) for i in range(n)]
    rows = [
        GOOD | {"buurtcode": f"BU0200{i:04d}", "wijkcode": "WK020004", "gemeentecode": "GM0200",
                "gemeentenaam": "Apeldoorn", "aantal_inwoners": 10 * i, "p_stedelijk": 1.5,
                "aantal_huishoudens": -99997}
        for i in range(n)
    ]  # fmt: skip
    whole = [shapely.union_all(areas)]
    gm = [{"gemeentecode": "GM0200", "buurtcode": "BU99990000"}]
    gpd.GeoDataFrame(gm, geometry=whole, crs="EPSG:28992").to_file(path, layer="gemeenten")
    gpd.GeoDataFrame(rows, geometry=areas, crs="EPSG:28992").to_file(path, layer="buurten")
    return path


def test_the_layer_of_buurten_is_taken_and_only_the_box(tmp_path: Path) -> None:
    path = cbs_geopackage(tmp_path / "wijkenbuurten_2025_v1.gpkg", n=30)
    whole = read_buurten(path)
    assert len(whole.buurten) == whole.n_rows == 30
    assert whole.credit.data_date == "2025"
    part = read_buurten(path, box=(194_150.0, 468_000.0, 194_350.0, 468_050.0))
    assert list(part.buurten.index) == ["BU02000001", "BU02000002", "BU02000003"]
    assert part.buurten["inhabitants"].tolist() == [10, 20, 30]
    assert part.buurten["households"].isna().all()
    with pytest.raises(SourceError) as caught:
        read_buurten(path, box=(10_000.0, 400_000.0, 11_000.0, 401_000.0))
    assert "geen enkele buurt" in caught.value.sentence("nl")


def test_a_box_holds_for_geojson_too(tmp_path: Path) -> None:
    path = tmp_path / "b.geojson"
    far = feature([[6.5, 52.2], [6.6, 52.2], [6.6, 52.3], [6.5, 52.2]], buurtcode="BU02000999")
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature(), far]}))
    assert len(read_buurten(path).buurten) == 2
    box = (193_000.0, 467_000.0, 196_000.0, 470_000.0)
    assert list(read_buurten(path, box=box).buurten.index) == ["BU02000401"]


def pack(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return path


def test_a_zip_with_one_geopackage_is_read_as_cbs_gives_it(tmp_path: Path) -> None:
    data = cbs_geopackage(tmp_path / "a.gpkg", n=2).read_bytes()
    name = "WijkBuurtkaart_2025_v1/wijkenbuurten_2025_v1.gpkg"
    found = read_buurten(pack(tmp_path / "cbs.zip", **{"lees.txt": b"x", name: data}))
    assert len(found.buurten) == 2
    assert found.credit.data_date == "2025"
    assert (found.credit.file, found.credit.format) == ("cbs.zip", "zip met gpkg")


def test_a_zip_with_two_or_a_broken_geopackage_is_refused(tmp_path: Path) -> None:
    data = cbs_geopackage(tmp_path / "a.gpkg", n=2).read_bytes()
    for members, word in (
        ({"a.gpkg": data, "b.gpkg": data}, "2 GeoPackages in plaats van één"),
        ({"a.gpkg": data[: len(data) // 2]}, "beschadigd"),
    ):
        with pytest.raises(SourceError) as caught:
            read_buurten(pack(tmp_path / "cbs.zip", **members))
        assert word in caught.value.sentence("nl")


@pytest.mark.req("S08")
def test_a_bomb_with_a_geopackage_in_front_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "cbs.zip", **{"a.gpkg": b"SQLite format 3\0" + b"\0" * 50_000_000})
    with pytest.raises(SourceError) as caught:
        read_buurten(path)
    assert "verdacht groot" in caught.value.sentence("nl")


def test_the_year_of_a_saved_download_is_that_of_its_source(tmp_path: Path) -> None:
    source = "https://example.invalid/cbs/wijken-en-buurten-2025/ogc/v1"
    data = read(tmp_path, feature(), zds={"date": "2026-11-20", "source": source})
    assert data.credit.data_date == "2025"


@needs_data
def test_apeldoorn_2015_is_read_whole() -> None:
    data = read_buurten(SHARED / "apeldoorn" / "apeldoorn_buurten_cbs2015.geojson")
    assert len(data.buurten) == data.n_rows == 96
    assert (data.credit.licence, data.credit.data_date) == ("CC BY 4.0", "2015")
    assert data.credit.credit == "Kadaster / Centraal Bureau voor de Statistiek, 2015"
    assert (data.buurten["inhabitants"] >= 0).all()
    zuid = data.buurten.loc[data.buurten["wijk_code"] == "WK020004"]
    assert (int(zuid["inhabitants"].sum()), int(zuid["households"].sum())) == (18_690, 8_915)


@needs_data
def test_the_shipped_area_counts_what_the_cbs_counts() -> None:
    buurten = read_buurten(SHARED / "apeldoorn" / "apeldoorn_buurten_cbs2015.geojson").buurten
    area = find_area("Apeldoorn-Zuid")
    codes = {code for group in area.groups for code, _ in group.buurten}
    inside = buurten.loc[sorted(codes)]
    assert len(inside) == len(codes) == 20
    assert sum(group.inhabitants for group in area.groups) == 33_160
    assert set(inside["gemeente_code"]) == {area.gemeente_code}
    wijken = json.loads(
        (SHARED / "apeldoorn" / "apeldoorn_wijken_cbs2015.geojson").read_text(encoding="utf-8")
    )
    counted = {
        f["properties"]["WK_CODE"]: (f["properties"]["WK_NAAM"], f["properties"]["AANT_INW"])
        for f in wijken["features"]
    }
    for group in area.groups:
        assert counted[group.wijk_code] == (group.wijk_naam, group.inhabitants)
        real = buurten.loc[buurten["wijk_code"] == group.wijk_code]
        assert set(real.index) == {code for code, _ in group.buurten}
        # The CBS rounds each buurt to 5, so a wijk may differ a little from its parts.
        assert int(real["inhabitants"].sum()) == pytest.approx(group.inhabitants, abs=10)


def test_an_area_is_found_by_id_or_name_and_else_those_there_are_named() -> None:
    for name in ("apeldoorn-zuid", " APELDOORN-ZUID "):
        assert find_area(name) == list_areas()[0]
    assert set(find_area("apeldoorn-zuid").default_groups) <= {
        g.wijk_code for g in find_area("apeldoorn-zuid").groups
    }
    with pytest.raises(SourceError) as caught:
        find_area("Kampen")
    assert "apeldoorn-zuid" in caught.value.sentence("nl")
