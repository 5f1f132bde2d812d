"""House numbers on the bell board, and floors."""

from __future__ import annotations

import pytest

from zds_geo.core.ids import bell_order, floor_of


def key(number: str) -> tuple[object, ...]:
    """Order of a number written as in the BAG: number, letter glued, addition after a hyphen."""
    head, _, addition = number.partition("-")
    digits = "".join(c for c in head if c.isdigit())
    return bell_order(int(digits), head[len(digits) :], addition)


@pytest.mark.parametrize(
    "board",
    [
        ["1", "1-hs", "1-1", "1-2hoog", "1-3", "1-bis", "1-A", "1-TR", "2"],
        ["1", "1-A", "1B", "1-C"],
        ["2", "2a-4", "2a-5", "2a-10", "3"],
        ["33", "33a", "33b", "34"],
        ["13", "13-GR01", "13-GR02", "13-GR10", "14"],
        ["11-I", "11-II", "11-III", "11-IV"],
        ["28-TR01", "28-TR02", "28-TR11"],
        ["9-1", "9-2", "9-10", "9-11", "10"],
        ["7-001", "7-002", "7-010"],
    ],
)
def test_numbers_sort_as_on_the_wall(board: list[str]) -> None:
    mixed = board[::-1]
    assert sorted(mixed, key=key) == board


def test_letter_and_addition_glued_or_not_stand_together() -> None:
    assert sorted(["2-b", "2C", "2-a5", "2a-3"], key=key) == ["2a-3", "2-a5", "2-b", "2C"]


@pytest.mark.parametrize(
    ("letter", "addition", "floor"),
    [
        ("", "hs", 0), ("", "HUIS", 0), ("", "bg", 0), ("", "2hoog", 2), ("", "3-hg", 3),
        ("", "1 h", 1), ("", "2", None), ("A", "", None), ("H", "", None), ("", "TR", None),
        ("", "", None), ("", "99hoogte", None),
    ],
)  # fmt: skip
def test_a_floor_is_told_only_where_the_addition_says_so(
    letter: str, addition: str, floor: int | None
) -> None:
    assert floor_of(letter, addition) == floor
