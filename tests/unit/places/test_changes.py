"""Two deliveries compared: which home became which."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point

from zds_geo.core.crs import RD
from zds_geo.places import Changes, compare_doors, remember_missing

Row = tuple[str, str, int, str, str, float]  # id, street, number, letter, building, x
PAND = "0200100000000001"


def doors(*rows: Row) -> gpd.GeoDataFrame:
    table = [
        {
            "door_id": i,
            "straat": s,
            "huisnummer": n,
            "huisletter": a,
            "toevoeging": "",
            "pand_id": p,
        }
        for i, s, n, a, p, _ in rows
    ]
    frame = gpd.GeoDataFrame(table, geometry=[Point(190_000 + r[5], 500_000) for r in rows], crs=RD)
    return frame.set_index("door_id")


def bag(n: int) -> str:
    return f"020001{n:010d}"


def links(changes: Changes) -> set[tuple[str, str, str]]:
    return {(link.kind, link.old_door_id, link.new_door_id) for link in changes.lineage}


def home(door_id: str, number: int = 1, letter: str = "", *, x: float = 0.0) -> Row:
    return (door_id, "Dorpsstraat", number, letter, PAND, x)


def test_the_same_delivery_changes_nothing() -> None:
    one = doors(home(bag(1)), home(bag(2), 3))
    found = compare_doors(one, one.iloc[::-1])
    assert found.counts() == dict.fromkeys(found.counts(), 0) | {"same": 2}


def test_renumbered_renamed_and_moved_doors_keep_their_id() -> None:
    before = doors(home(bag(1)), home(bag(2), 3), home(bag(3), 5))
    after = doors(
        home(bag(1), 7), (bag(2), "Nieuwstraat", 3, "", PAND, 0.0), home(bag(3), 5, x=40.0)
    )
    found = compare_doors(before, after)
    assert (found.renumbered, found.renamed, found.moved) == ((bag(1),), (bag(2),), (bag(3),))
    assert not found.lineage


@pytest.mark.parametrize("old", ["osm:node/7", "num:0200200000000001", bag(9)])
def test_one_address_under_another_id_is_one_home(old: str) -> None:
    found = compare_doors(doors(home(old)), doors(home(bag(1), x=30.0)))
    assert links(found) == {("linked", old, bag(1))}
    assert found.counts()["doubtful"] == 0


def test_an_address_far_off_or_twice_is_never_guessed() -> None:
    far = compare_doors(
        doors(("osm:node/7", "Dorpsstraat", 1, "", "", 0.0)),
        doors((bag(1), "Dorpsstraat", 1, "", "", 90.0)),
    )
    assert not far.lineage
    twice = compare_doors(
        doors(("osm:node/7", "Dorpsstraat", 1, "", "", 0.0)),
        doors((bag(1), "Dorpsstraat", 1, "", "", 1.0), (bag(2), "Dorpsstraat", 1, "", "", 2.0)),
    )
    assert not twice.lineage
    assert twice.doubtful == ("osm:node/7",)


def test_both_patterns_of_a_split() -> None:
    stays = compare_doors(doors(home(bag(1))), doors(home(bag(1), 1, "A"), home(bag(2), 1, "B")))
    assert links(stays) == {("split", bag(1), bag(2))}
    leaves = compare_doors(doors(home(bag(1))), doors(home(bag(2), 1, "A"), home(bag(3), 1, "B")))
    assert links(leaves) == {("split", bag(1), bag(2)), ("split", bag(1), bag(3))}


def test_both_patterns_of_a_merger() -> None:
    two = doors(home(bag(1), 1, "A"), home(bag(2), 1, "B"))
    stays = compare_doors(two, doors(home(bag(1))))
    assert links(stays) == {("merged", bag(2), bag(1))}
    fresh = compare_doors(two, doors(home(bag(3))))
    assert links(fresh) == {("merged", bag(1), bag(3)), ("merged", bag(2), bag(3))}


def test_a_new_neighbour_in_another_building_is_no_split() -> None:
    other = (bag(2), "Dorpsstraat", 1, "B", "0200100000000002", 0.0)
    found = compare_doors(doors(home(bag(1))), doors(home(bag(1)), other))
    assert found.new == (bag(2),)
    assert not found.lineage


def test_a_door_that_was_gone_is_back() -> None:
    found = compare_doors(
        doors(home(bag(1))), doors(home(bag(1)), home(bag(2), 5)), known_gone=frozenset({bag(2)})
    )
    assert (found.back, found.new) == ((bag(2),), ())


def test_a_missing_home_that_comes_back_under_another_id_is_known_again() -> None:
    first = doors(home(bag(1)), home(bag(2), 9, x=300.0))
    without = doors(home(bag(2), 9, x=300.0))
    gone = compare_doors(first, without)
    missing = remember_missing(first, without, missing=first.iloc[:0], changes=gone)
    assert missing.index.tolist() == [bag(1)]
    again = doors(home(bag(3)), home(bag(2), 9, x=300.0))
    found = compare_doors(without, again, known_gone=frozenset({bag(1)}), missing=missing)
    assert links(found) == {("linked", bag(1), bag(3))}
    assert remember_missing(without, again, missing=missing, changes=found).empty


def test_among_other_doors_of_one_number_a_merger_is_doubtful_and_only_a_refusal_moves() -> None:
    flat = [home(bag(n), 1, letter) for n, letter in ((1, "A"), (2, "B"), (3, "C"))]
    found = compare_doors(doors(*flat), doors(flat[0], flat[1], home(bag(4), 1, "D")))
    assert links(found) == {("unsure", bag(3), bag(4))}
    assert found.doubtful == (bag(3),)
    fewer = compare_doors(doors(*flat), doors(flat[0], flat[1]))
    assert not fewer.lineage
    assert fewer.doubtful == (bag(3),)


def test_a_building_with_one_home_is_one_family_whatever_the_numbers() -> None:
    split = compare_doors(doors(home(bag(1), 12)), doors(home(bag(1), 12), home(bag(2), 14)))
    assert links(split) == {("split", bag(1), bag(2))}
    parts = compare_doors(doors(home(bag(1), 12)), doors(home(bag(3), 14), home(bag(2), 16)))
    assert links(parts) == {("split", bag(1), bag(2)), ("split", bag(1), bag(3))}
    merged = compare_doors(doors(home(bag(1), 12), home(bag(2), 14)), doors(home(bag(1), 12)))
    assert links(merged) == {("unsure", bag(2), bag(1))}
    assert merged.doubtful == (bag(2),)


def test_a_neighbour_that_is_back_was_not_split_off() -> None:
    here, back = home(bag(1), 1, "A"), home(bag(2), 1, "B")
    found = compare_doors(doors(here), doors(here, back), known_gone=frozenset({bag(2)}))
    assert found.back == (bag(2),)
    assert not found.lineage
