"""Addresses: which rows are homes, and that no row is lost without a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zds_geo.core.crs import RD
from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, LEFT_OUT, require
from zds_geo.core.ids import DOOR_ID
from zds_geo.sources import AddressData, read_addresses

REPO = Path(__file__).resolve().parents[3]
EXAMPLE = REPO / "data" / "bag_addresses" / "voorbeeldwijk"
SHARED = REPO.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
COLUMNS = (
    "identificatie", "soort", "status", "gebruiksdoel", "openbare_ruimte_naam", "huisnummer",
    "huisletter", "toevoeging", "postcode", "x", "y",
)  # fmt: skip
GOOD = {
    "identificatie": "0200010000000001", "soort": "verblijfsobject",
    "status": "Verblijfsobject in gebruik", "gebruiksdoel": "woonfunctie",
    "openbare_ruimte_naam": "Voorbeeldstraat", "huisnummer": "12", "huisletter": "A",
    "toevoeging": "2", "postcode": "7331 zz", "x": "194500.5", "y": "469000",
}  # fmt: skip


def bag_id(number: int) -> str:
    return f"02000100{number:08d}"


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    lines = [delimiter.join(COLUMNS)]
    lines += [delimiter.join(f'"{row[c]}"' for c in COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def read_rows(folder: Path, *changes: dict[str, str]) -> AddressData:
    """Read one good row, and after it one row for each change of it."""
    rows = [GOOD | {"identificatie": bag_id(n)} | c for n, c in enumerate(({}, *changes), start=1)]
    path = folder / "adressen.csv"
    path.write_text(table(*rows), encoding="utf-8")
    return read_addresses(path)


def reason_of(folder: Path, **change: str) -> str:
    data = read_rows(folder, change)
    assert len(data.addresses) + len(data.left_out) == data.n_rows == 2
    return str(data.left_out["reason"].iloc[0]) if len(data.left_out) else ""


def test_a_good_row_comes_through_whole(tmp_path: Path) -> None:
    data = read_rows(tmp_path)
    require(data.addresses, ADDRESSES)
    require(data.left_out, LEFT_OUT)
    assert data.addresses.crs == RD
    door = data.addresses.loc[bag_id(1)]
    assert (door["huisnummer"], door["huisletter"], door["toevoeging"]) == (12, "A", "2")
    assert door["postcode"] == "7331ZZ"
    assert door["row"] == "regel 2"
    assert (door.geometry.x, door.geometry.y) == (194_500.5, 469_000.0)
    assert (data.credit.licence, data.credit.credit) == ("CC0 1.0", "Bron: BAG, Kadaster")
    assert not data.credit.invented


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("Verblijfsobject in gebruik", ""),
        ("Verblijfsobject in gebruik (niet ingemeten)", ""),
        ("Verbouwing verblijfsobject", ""),
        ("VERBLIJFSOBJECT IN GEBRUIK ", ""),
        ("", ""),
        ("Verblijfsobject buiten gebruik", "left_out.status"),
        ("Verblijfsobject gevormd", "left_out.status"),
        ("Niet gerealiseerd verblijfsobject", "left_out.status"),
        ("Verblijfsobject ingetrokken", "left_out.status"),
        ("Verblijfsobject ten onrechte opgevoerd", "left_out.status"),
        ("Iets nieuws", "left_out.unknown_status"),
    ],
)
def test_each_status_of_the_bag_is_decided(tmp_path: Path, status: str, reason: str) -> None:
    assert reason_of(tmp_path, status=status) == reason


@pytest.mark.parametrize(
    ("uses", "reason"),
    [
        ("woonfunctie", ""),
        ("winkelfunctie,woonfunctie", ""),
        ("winkelfunctie, Woonfunctie ", ""),
        ("woonfunctie|kantoorfunctie", ""),
        ("{woonfunctie,kantoorfunctie}", ""),
        ("winkelfunctie", "left_out.no_home"),
        ("logiesfunctie,overige gebruiksfunctie", "left_out.no_home"),
        ("geen woonfunctie", "left_out.no_home"),
    ],
)
def test_a_home_is_an_object_whose_list_holds_woonfunctie(
    tmp_path: Path, uses: str, reason: str
) -> None:
    assert reason_of(tmp_path, gebruiksdoel=uses) == reason


@pytest.mark.parametrize("kind", ["ligplaats", "standplaats", "Ligplaats", "LIG", "STA"])
def test_people_live_on_a_designated_berth_or_pitch(tmp_path: Path, kind: str) -> None:
    on = {"soort": kind, "gebruiksdoel": "", "status": "Plaats aangewezen"}
    data = read_rows(tmp_path, on)
    assert data.addresses.loc[bag_id(2), "kind"] in {"ligplaats", "standplaats"}
    off = on | {"status": "Plaats ingetrokken"}
    assert reason_of(tmp_path, **off) == "left_out.status"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"openbare_ruimte_naam": "  "}, "left_out.no_street"),
        ({"huisnummer": ""}, "left_out.no_number"),
        ({"huisnummer": "0"}, "left_out.no_number"),
        ({"huisnummer": "100000"}, "left_out.no_number"),
        ({"huisnummer": "-4"}, "left_out.no_number"),
        ({"identificatie": ""}, "left_out.no_id"),
        ({"identificatie": "NL.IMBAG.Verblijfsobject.x"}, "left_out.no_id"),
        ({"x": ""}, "left_out.no_point"),
        ({"x": "nan"}, "left_out.no_point"),
        ({"y": "inf"}, "left_out.no_point"),
        ({"y": "1e400"}, "left_out.no_point"),
        ({"x": "500000", "y": "190000"}, "left_out.no_point"),
    ],
)
def test_an_unusable_row_is_left_out_with_its_reason(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    assert reason_of(tmp_path, **change) == reason


@pytest.mark.parametrize("number", ["²", "9" * 5_000])
def test_a_number_that_only_looks_like_digits_is_left_out(tmp_path: Path, number: str) -> None:
    assert reason_of(tmp_path, huisnummer=number) == "left_out.no_number"


def test_the_same_object_again_is_merged_and_points_to_the_first(tmp_path: Path) -> None:
    data = read_rows(tmp_path, {"identificatie": bag_id(1), "huisnummer": "14"})
    again = data.left_out.loc["regel 3"]
    assert (again["fate"], again["merged_into"]) == ("merged", bag_id(1))
    assert data.addresses.loc[bag_id(1), "huisnummer"] == 12


def test_a_huisnummer_kept_as_a_number_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    data = read_rows(tmp_path, {"huisnummer": "14.0"})
    assert data.addresses.loc[bag_id(2), "huisnummer"] == 14


@pytest.mark.parametrize(
    "mangled",
    ["2.00E+14", "2,00001E+14", "2.00010000000001e+14", "200010000000001", "200010000000001.0"],
)
def test_an_id_mangled_by_a_spreadsheet_refuses_the_file(tmp_path: Path, mangled: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_rows(tmp_path, {"identificatie": mangled})
    said = caught.value.sentence("nl")
    assert mangled in said
    assert "16 cijfers" in said


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_usual_csv_gives_the_same_addresses(
    tmp_path: Path, delimiter: str, encoding: str, newline: str
) -> None:
    row = GOOD | {"openbare_ruimte_naam": "Café-Één, straat", "x": "194500,5"}
    path = tmp_path / "adressen.csv"
    text = table(row, delimiter=delimiter)
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    door = read_addresses(path).addresses.iloc[0]
    assert door["straat"] == "Café-Één, straat"
    assert door.geometry.x == 194_500.5


def test_degrees_named_lon_and_lat_come_out_in_metres(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "nummeraanduiding,straatnaam,huisnummer,lon,lat\n"
        "0200200000000001,Voorbeeldstraat,1,5.96508,52.20768\n"
    )
    doors = read_addresses(path).addresses
    assert list(doors.index) == ["num:0200200000000001"]
    assert doors.geometry.iloc[0].x == pytest.approx(194_500, abs=1.5)
    assert doors.geometry.iloc[0].y == pytest.approx(469_000, abs=1.5)


def test_progress_is_told_before_reading() -> None:
    told: list[tuple[str, int, int | None]] = []
    read_addresses(EXAMPLE / "adressen.csv", progress=lambda *step: told.append(step))
    assert told == [("sources.progress_addresses", 0, None)]


CELLS = {
    "identificatie": st.sampled_from(["", *(bag_id(n) for n in range(2, 6)), "geen id"]),
    "soort": st.sampled_from(["verblijfsobject", "ligplaats", "standplaats", "VBO", ""]),
    "status": st.sampled_from(["", "Verblijfsobject in gebruik", "Plaats ingetrokken", "?"]),
    "gebruiksdoel": st.sampled_from(["", "woonfunctie", "winkelfunctie", "a,woonfunctie"]),
    "openbare_ruimte_naam": st.sampled_from(["", "Dorp", "=1+1", "'s-Gravenweg", "<b>"]),
    "huisnummer": st.sampled_from(["", "1", "0", "x", "99999", "100000", "3.0"]),
    "huisletter": st.sampled_from(["", "a", " B "]),
    "toevoeging": st.sampled_from(["", "1", "bis"]),
    "postcode": st.sampled_from(["", "7331 ZZ"]),
    "x": st.sampled_from(["", "194500", "nan", "inf", "-1", "tekst"]),
    "y": st.sampled_from(["", "469000", "1e999"]),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=st.lists(st.fixed_dictionaries(CELLS), max_size=8))
def test_every_row_of_any_table_is_taken_or_accounted_for(
    tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    path = tmp_path / "adressen.csv"
    path.write_text(table(GOOD, *rows), encoding="utf-8")
    data = read_addresses(path)
    assert len(data.addresses) + len(data.left_out) == data.n_rows == len(rows) + 1
    taken = set(data.addresses["row"])
    assert not taken & set(data.left_out.index)
    assert taken | set(data.left_out.index) == {f"regel {n + 2}" for n in range(len(rows) + 1)}
    assert all(DOOR_ID.fullmatch(i) for i in data.addresses.index)
    merged = data.left_out.loc[data.left_out["fate"] == "merged", "merged_into"]
    assert set(merged) <= set(data.addresses.index)


@needs_data
def test_kampen_is_the_same_from_its_csv_and_its_pbf() -> None:
    csv = read_addresses(SHARED / "kampen" / "kampen_zuid_klein_adressen_osm.csv").addresses
    pbf = read_addresses(SHARED / "kampen" / "kampen_zuid_klein.osm.pbf").addresses
    assert len(csv) == 1_009
    assert sorted(csv.index) == sorted(pbf.index)
    pbf = pbf.loc[csv.index]
    for column in ("straat", "huisnummer", "huisletter", "toevoeging", "postcode", "pand_id"):
        assert (csv[column] == pbf[column]).all(), column
    assert csv.geometry.distance(pbf.geometry).max() < 0.05


@needs_data
@pytest.mark.parametrize(
    ("layout", "homes", "reasons"),
    [
        ("bagadres", 95, {"left_out.same_object": 4}),
        ("bagadres-full", 58, {"left_out.no_home": 39, "left_out.status": 2}),
        ("bagadresplus", 58, {"left_out.no_home": 39, "left_out.status": 2}),
    ],
)
def test_nlextract_layouts_tell_how_many_homes_there_are(
    layout: str, homes: int, reasons: dict[str, int]
) -> None:
    data = read_addresses(SHARED / "bag" / f"nlextract_{layout}_amsterdam_99.csv")
    assert len(data.addresses) == homes
    assert data.left_out["reason"].value_counts().to_dict() == reasons
    assert data.addresses["kind"].value_counts()["ligplaats"] == 7


@needs_data
def test_both_full_nlextract_layouts_hold_the_same_homes() -> None:
    full, plus = (
        read_addresses(SHARED / "bag" / f"nlextract_{name}_amsterdam_99.csv").addresses
        for name in ("bagadres-full", "bagadresplus")
    )
    assert set(full.index) == set(plus.index)
    assert (full["pand_id"] == plus.loc[full.index, "pand_id"]).all()
