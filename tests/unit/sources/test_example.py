"""The invented quarter: the same bytes, the committed bytes, and marked as invented."""

from __future__ import annotations

import csv
from pathlib import Path

from zds_geo.sources import read_addresses, read_buurten, read_streets
from zds_geo.sources.example import write_example

COMMITTED = Path(__file__).resolve().parents[3] / "data" / "bag_addresses" / "voorbeeldwijk"


def test_the_committed_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    write_example(tmp_path)
    for name in ("adressen.csv", "buurten.geojson", "straten.osm"):
        assert (tmp_path / name).read_bytes() == (COMMITTED / name).read_bytes(), name


def test_it_has_every_kind_of_home_and_says_it_is_invented() -> None:
    addresses = read_addresses(COMMITTED / "adressen.csv")
    buurten = read_buurten(COMMITTED / "buurten.geojson")
    streets = read_streets(COMMITTED / "straten.osm")
    assert 1000 <= len(addresses.addresses) <= 1500
    assert all(c.invented for c in (addresses.credit, buurten.credit, streets.credit))
    assert len(buurten.buurten) == 3
    assert set(addresses.addresses["kind"]) == {"verblijfsobject", "ligplaats", "standplaats"}
    assert (addresses.addresses["straat"] == "Torenlaan").sum() == 120
    assert (streets.ways["bridge"] == "yes").sum() == 2
    assert set(addresses.left_out["reason"]) == {
        "left_out.no_home", "left_out.status", "left_out.same_object",
    }  # fmt: skip
    named = set(streets.ways["name"])
    assert set(addresses.addresses["straat"]) <= named


def test_no_id_looks_like_a_real_one() -> None:
    with (COMMITTED / "adressen.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(r["identificatie"].startswith("9999") and r["verzonnen"] == "ja" for r in rows)
