"""The BAG 2.0 extract: today's doors out of full history, and hostile zips and XML refused."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from shapely.geometry import Polygon

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import ADDRESSES, PANDEN, require
from zds_geo.sources import AddressData, read_addresses
from zds_geo.sources._recognise import recognise

REPO = Path(__file__).resolve().parents[3]
REAL = REPO.parent / "shared" / "data" / "bag" / "bag2_extract_doesburg_klein"
needs_data = pytest.mark.skipif(
    not REAL.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>{doctype}<sl-bag-extract:bagStand xmlns:Objecten="o"'
    ' xmlns:gml="g" xmlns:Historie="h" xmlns:Objecten-ref="r" xmlns:sl-bag-extract="b"'
    ' xmlns:sl="s" xmlns:selecties-extract="e">'
    "<selecties-extract:StandTechnischeDatum>2026-11-08</selecties-extract:StandTechnischeDatum>"
    "<sl:standBestand><sl:objectType>{kind}</sl:objectType>"
)
TAIL = "</sl:standBestand></sl-bag-extract:bagStand>"
AT = '<gml:Point srsDimension="3"><gml:pos>194500.0 469000.0 0.0</gml:pos></gml:Point>'
FAR = AT.replace("194500.0", "120000.0")
RING = "194490 468990 194510 468990 194510 469010 194490 469010 194490 468990"
AREA = (
    '<gml:Polygon srsDimension="2"><gml:exterior><gml:LinearRing><gml:posList>'
    f"{RING}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
)
ELEMENTS = {
    "VBO": "Verblijfsobject", "LIG": "Ligplaats", "STA": "Standplaats", "PND": "Pand",
    "NUM": "Nummeraanduiding", "OPR": "OpenbareRuimte", "WPL": "Woonplaats",
}  # fmt: skip


def history(begin: str = "2010-01-01", end: str = "", extra: str = "", number: int = 1) -> str:
    ends = f"<Historie:eindGeldigheid>{end}</Historie:eindGeldigheid>" if end else ""
    return (
        "<Objecten:voorkomen><Historie:Voorkomen>"
        f"<Historie:voorkomenidentificatie>{number}</Historie:voorkomenidentificatie>"
        f"<Historie:beginGeldigheid>{begin}</Historie:beginGeldigheid>{ends}{extra}"
        "</Historie:Voorkomen></Objecten:voorkomen>"
    )


def thing(kind: str, object_id: str, body: str, when: str | None = None) -> str:
    name = f"Objecten:{ELEMENTS[kind]}"
    return (
        f"<sl:stand><sl-bag-extract:bagObject><{name}>"
        f"<Objecten:identificatie>{object_id}</Objecten:identificatie>{body}"
        f"{history() if when is None else when}</{name}></sl-bag-extract:bagObject></sl:stand>"
    )


REFERENCES = {
    "heeftAlsHoofdadres": "Nummeraanduiding", "heeftAlsNevenadres": "Nummeraanduiding",
    "maaktDeelUitVan": "Pand", "ligtAan": "OpenbareRuimte", "ligtIn": "Woonplaats",
}  # fmt: skip


def ref(around: str, *ids: str) -> str:
    name = f"Objecten-ref:{REFERENCES[around]}Ref"
    inner = "".join(f"<{name}>{i}</{name}>" for i in ids)
    return f"<Objecten:{around}>{inner}</Objecten:{around}>"


def home(object_id: str = "0200010000000001", *, at: str = AT, when: str | None = None,
         status: str = "Verblijfsobject in gebruik", more: str = "") -> str:  # fmt: skip
    return thing(
        "VBO",
        object_id,
        ref("heeftAlsHoofdadres", "NL.IMBAG.Nummeraanduiding.0200200000000001")
        + f"<Objecten:geometrie><Objecten:punt>{at}</Objecten:punt></Objecten:geometrie>"
        "<Objecten:gebruiksdoel>winkelfunctie</Objecten:gebruiksdoel>"
        "<Objecten:gebruiksdoel>woonfunctie</Objecten:gebruiksdoel>"
        f"<Objecten:status>{status}</Objecten:status>"
        + ref("maaktDeelUitVan", "0200100000000009", "0200100000000003")
        + more,
        when,
    )


# Invented: one home, its number, street, town and building.
NUMBER = thing(
    "NUM",
    "0200200000000001",
    "<Objecten:huisnummer>12</Objecten:huisnummer><Objecten:huisletter>a</Objecten:huisletter>"
    "<Objecten:huisnummertoevoeging>2</Objecten:huisnummertoevoeging>"
    "<Objecten:postcode>7331ZZ</Objecten:postcode>" + ref("ligtAan", "0200300000000001"),
)
STREET = thing(
    "OPR",
    "0200300000000001",
    "<Objecten:naam>Voorbeeldstraat</Objecten:naam>" + ref("ligtIn", "9999"),
)
TOWN = thing("WPL", "9999", f"<Objecten:naam>Voorbeelddorp</Objecten:naam>{AREA}")
HOUSE = thing(
    "PND", "0200100000000003", f"{AREA}<Objecten:status>Pand in gebruik</Objecten:status>"
)


def member(kind: str, *things: str, doctype: str = "") -> bytes:
    return (HEAD.format(kind=kind, doctype=doctype) + "".join(things) + TAIL).encode()


def parts(*homes: str, **others: bytes) -> dict[str, bytes]:
    """The members of an invented extract; ``others`` replace or add a part by its type."""
    found = {
        "VBO": member("VBO", *(homes or (home(),))),
        "NUM": member("NUM", NUMBER),
        "OPR": member("OPR", STREET),
        "WPL": member("WPL", TOWN),
        "PND": member("PND", HOUSE),
    } | others
    return {f"0200{kind}08112026-000001.xml": data for kind, data in found.items() if data}


def in_folder(path: Path, members: dict[str, bytes]) -> Path:
    path.mkdir(exist_ok=True)
    for name, data in members.items():
        (path / name).write_bytes(data)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return target.getvalue()


def read(folder: Path, *homes: str, **others: bytes) -> AddressData:
    return read_addresses(in_folder(folder / "extract", parts(*homes, **others)))


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_addresses(path)
    return caught.value.sentence("nl")


def test_an_object_is_joined_to_number_street_and_town(tmp_path: Path) -> None:
    data = read(tmp_path)
    require(data.addresses, ADDRESSES)
    door = data.addresses.loc["0200010000000001"]
    assert (door["straat"], door["huisnummer"], door["huisletter"], door["toevoeging"]) == (
        "Voorbeeldstraat", 12, "A", "2",
    )  # fmt: skip
    assert (door["postcode"], door["woonplaats"]) == ("7331ZZ", "Voorbeelddorp")
    assert door["openbare_ruimte_id"] == "0200300000000001"
    assert door["gebruiksdoel"] == "winkelfunctie,woonfunctie"
    assert door["pand_ids"] == "0200100000000003,0200100000000009"
    assert (door.geometry.x, door.geometry.y) == (194_500, 469_000)
    assert data.panden is not None
    require(data.panden, PANDEN)
    assert data.panden.geometry["0200100000000003"].area == 400
    assert (data.credit.data_date, data.credit.format) == ("2026-11-08", "bag-extract")


def test_only_the_current_version_is_a_door_and_the_rest_is_counted(tmp_path: Path) -> None:
    gone = "<Historie:tijdstipInactief>2015-01-01</Historie:tijdstipInactief>"
    gone_lv = (
        "<Historie:BeschikbaarLV><Historie:tijdstipInactiefLV>2015-01-01"
        "</Historie:tijdstipInactiefLV></Historie:BeschikbaarLV>"
    )
    data = read(
        tmp_path,
        home(when=history("2010-01-01", "2012-01-01"), status="Verblijfsobject gevormd"),
        home(when=history("2012-01-01", number=2)),
        home("0200010000000002", when=history("2010-01-01", "2026-11-08")),
        home("0200010000000003", when=history(extra=gone)),
        home("0200010000000004", when=history(extra=gone_lv)),
        home("0200010000000005", when=history("2026-11-09")),
    )
    assert list(data.addresses.index) == ["0200010000000001"]
    assert data.counts == {
        "sources.count_seen": 6,
        "sources.count_ended": 2,
        "sources.count_inactive": 2,
        "sources.count_future": 1,
    }


def test_a_version_that_ends_later_than_the_extract_still_holds(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        home(when=history("2010-01-01", "2027-01-01")),
        home(when=history("2027-01-01", number=2), status="Verblijfsobject ingetrokken"),
    )
    assert list(data.addresses["status"]) == ["Verblijfsobject in gebruik"]


def test_of_two_current_versions_the_latest_counts_in_any_order(tmp_path: Path) -> None:
    old = home(when=history(number=2), status="Verblijfsobject gevormd")
    new = home(when=history(number=10))
    for n, homes in enumerate(((old, new), (new, old))):
        data = read_addresses(in_folder(tmp_path / str(n), parts(*homes)))
        assert list(data.addresses["status"]) == ["Verblijfsobject in gebruik"]
        assert data.counts["sources.count_ended"] == 1


def test_side_addresses_are_no_doors_and_are_counted(tmp_path: Path) -> None:
    side = ref("heeftAlsNevenadres", "0200200000000002", "0200200000000003")
    data = read(tmp_path, home(more=side))
    assert len(data.addresses) == 1
    assert data.counts["sources.count_side"] == 2


def test_a_mooring_stands_inside_its_outline(tmp_path: Path) -> None:
    body = (
        ref("heeftAlsHoofdadres", "0200200000000001")
        + f"<Objecten:geometrie>{AREA}</Objecten:geometrie>"
        + "<Objecten:status>Plaats aangewezen</Objecten:status>"
    )
    data = read(tmp_path, LIG=member("LIG", thing("LIG", "0200020000000001", body)))
    boat = data.addresses.loc["0200020000000001"]
    assert boat["kind"] == "ligplaats"
    square = Polygon([(194490, 468990), (194510, 468990), (194510, 469010), (194490, 469010)])
    assert square.contains(boat.geometry)


def test_a_box_drops_what_lies_outside(tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "x", parts(home(), home("0200010000000002", at=FAR)))
    box = (194_000.0, 468_000.0, 195_000.0, 470_000.0)
    data = read_addresses(folder, box=box)
    assert (data.n_rows, list(data.addresses.index)) == (1, ["0200010000000001"])
    assert data.counts["sources.count_outside"] == 1
    assert read_addresses(folder).n_rows == 2


def test_a_home_without_number_or_place_is_left_out_with_its_reason(tmp_path: Path) -> None:
    lost = home("0200010000000002", at="")
    other = home("0200010000000003").replace("0200200000000001", "0200200000000077")
    data = read(tmp_path, home(), lost, other)
    assert data.left_out["reason"].to_dict() == {
        "Verblijfsobject 0200010000000002": "left_out.no_point",
        "Verblijfsobject 0200010000000003": "left_out.no_street",
    }


def test_folder_zip_and_zip_of_zips_give_the_same(tmp_path: Path) -> None:
    members = parts()
    plain = read_addresses(in_folder(tmp_path / "x", members)).addresses
    one = tmp_path / "vakantie.jpg"
    one.write_bytes(zipped(members))
    two = tmp_path / "lvbag.zip"
    inner = {f"9999{name[4:7]}08112026.zip": zipped({name: members[name]}) for name in members}
    inner["Leveringsdocument-BAG-Extract.xml"] = b"<?xml version='1.0'?><x/>"
    inner["9999Inactief08112026.zip"] = b"PK\x03\x04 not looked at"
    two.write_bytes(zipped(inner))
    for path in (one, two):
        assert recognise(path) == "bag-extract"
        data = read_addresses(path)
        assert data.addresses.drop(columns="row").equals(plain.drop(columns="row"))
        assert data.panden is not None


def test_names_in_a_zip_are_never_paths(tmp_path: Path) -> None:
    members = {f"../../{name}": data for name, data in parts().items()}
    path = tmp_path / "map" / "a.zip"
    path.parent.mkdir()
    path.write_bytes(zipped(members))
    assert len(read_addresses(path).addresses) == 1
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "map"]


@pytest.mark.parametrize("missing", ["NUM", "OPR", "VBO"])
def test_an_extract_without_a_needed_part_names_it(tmp_path: Path, missing: str) -> None:
    folder = in_folder(tmp_path / "x", parts(**{missing: b""}))
    assert f"ontbreken onderdelen van het BAG-extract: {missing}" in refused(folder)


def test_a_zip_in_a_zip_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"b.xml": b"", "b.zip": zipped({"c.xml.zip": zipped(parts())})}))
    assert "zip in een zip in een zip" in refused(path)


@pytest.mark.req("S08")
def test_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(parts() | {"0200VBO08112026-000002.xml": b" " * 30_000_000}))
    assert "verdacht groot" in refused(path)
    path.write_bytes(zipped({"x.xml.zip": zipped(parts() | {"b.xml": b"\0" * 30_000_000})}))
    assert "verdacht groot" in refused(path)


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped(parts()))
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert "wachtwoord" in refused(path)


@pytest.mark.req("S09")
def test_half_a_zip_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = zipped(parts())
    rng = random.Random(1)
    path = tmp_path / "a.zip"
    for cut in sorted(rng.randrange(5, len(whole)) for _ in range(40)):
        path.write_bytes(whole[:cut])
        assert "a.zip" in refused(path)


@pytest.mark.req("S09")
def test_a_flipped_byte_in_a_zip_changes_nothing_or_is_refused(tmp_path: Path) -> None:
    whole = zipped(parts())
    path = tmp_path / "a.zip"
    path.write_bytes(whole)
    good = read_addresses(path)
    rng = random.Random(2)
    directory = whole.find(b"PK\x01\x02")
    # Some places in the packed data; every byte of the directory and the end, which no CRC covers.
    places = [*rng.sample(range(directory), 100), *range(directory, len(whole))]
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            found = read_addresses(path)
        except SourceError:
            continue
        assert found.addresses.equals(good.addresses), place
        assert found.panden is not None, place


@pytest.mark.req("S09")
@pytest.mark.parametrize("share", [0, 0.02, 0.3, 0.6, 0.99])
def test_half_an_xml_member_is_refused(tmp_path: Path, share: float) -> None:
    for kind in ("VBO", "NUM", "OPR", "PND"):
        members = parts()
        name = f"0200{kind}08112026-000001.xml"
        members[name] = members[name][: int(len(members[name]) * share)]
        assert "XML klopt niet" in refused(in_folder(tmp_path / kind, members))
        (tmp_path / "a.zip").write_bytes(zipped(members))
        assert "XML klopt niet" in refused(tmp_path / "a.zip")


@pytest.mark.req("S08")
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY geheim SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">',
    ],
)
def test_xml_with_a_document_type_is_refused(tmp_path: Path, doctype: str) -> None:
    folder = in_folder(tmp_path / "x", parts(VBO=member("VBO", home(), doctype=doctype)))
    assert "documenttype" in refused(folder)


@pytest.mark.parametrize(
    "at",
    [
        AT.replace("194500.0 469000.0 0.0", "a b c"),
        AT.replace("194500.0", "nan"),
        AT.replace("194500.0", "1e999"),
        AT.replace('"3"', '"0"'),
        "<a>" * 200 + "</a>" * 200,
    ],
)
def test_a_broken_place_in_the_xml_is_refused(tmp_path: Path, at: str) -> None:
    assert "XML klopt niet" in refused(in_folder(tmp_path / "x", parts(home(at=at))))


def test_swapped_axes_leave_no_home(tmp_path: Path) -> None:
    at = AT.replace("194500.0 469000.0", "469000.0 194500.0")
    assert "geen enkele woning" in refused(in_folder(tmp_path / "x", parts(home(at=at))))


def test_zips_of_other_things_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"brief.txt": b"Beste allemaal"}))
    assert "lijkt op: zip." in refused(path)
    path.write_bytes(zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))
    assert "lijkt op: xlsx." in refused(path)


@needs_data
def test_real_doesburg_gives_only_what_is_current(tmp_path: Path) -> None:
    data = read_addresses(REAL)
    assert data.counts == {
        "sources.count_seen": 9,  # 5 versions of 2 verblijfsobjecten, 2 ligplaatsen, 2 standplaatsen
        "sources.count_ended": 3,
        "sources.count_side": 4,
    }
    assert data.n_rows == 6
    assert data.left_out["reason"].to_dict() == {
        "Verblijfsobject 0221010000330999": "left_out.no_home"
    }
    door = data.addresses.loc["0221010000330226"]
    assert (door["straat"], door["huisnummer"]) == ("Kosterstraat", 4)
    assert (door["postcode"], door["woonplaats"]) == ("6981CH", "Doesburg")
    assert data.panden is not None
    assert list(data.panden.index) == ["0221100000311191", "0221100000312938"]
    assert data.credit.data_date == "2020-09-15"
    path = tmp_path / "0221.zip"
    path.write_bytes(zipped({p.name: p.read_bytes() for p in sorted(REAL.iterdir())}))
    assert list(read_addresses(path).addresses.index) == list(data.addresses.index)
