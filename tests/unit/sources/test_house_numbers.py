"""House numbers as people write them: split and written back without loss."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zds_geo.core.ids import bell_order, house_label
from zds_geo.sources._normal import split_house_number

REPO = Path(__file__).resolve().parents[3]
SHARED = REPO.parent / "shared" / "data"
NUMBERS = st.integers(min_value=1, max_value=99_999)
LETTERS = st.sampled_from(["", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
ADDITIONS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789", max_size=4)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("19", (19, "", "")),
        ("14a", (14, "A", "")),
        ("14 A", (14, "A", "")),
        ("1A-01", (1, "A", "01")),
        ("12A2", (12, "A", "2")),
        ("12-A", (12, "", "A")),
        ("12 bis", (12, "", "bis")),
        ("1bis", (1, "", "bis")),
        ("28-TR01", (28, "", "TR01")),
        ("131-3", (131, "", "3")),
        ("1 - 3", (1, "", "3")),
        ("0012", (12, "", "")),
        ("12-", (12, "", "")),
        ("99999", (99_999, "", "")),
    ],
)
def test_each_way_of_writing_gives_number_letter_and_addition(
    text: str, parts: tuple[int, str, str]
) -> None:
    assert split_house_number(text) == parts


@pytest.mark.parametrize(
    "text", ["", " ", "0", "000", "A1", "bij 12", "-3", "12;14", "12,14", "12/14", "12&14", "1+2"]
)
def test_what_is_no_single_house_number_is_not_guessed(text: str) -> None:
    assert split_house_number(text) is None


@given(NUMBERS, LETTERS, ADDITIONS)
def test_what_we_write_we_read_back_the_same(number: int, letter: str, addition: str) -> None:
    label = house_label(number, letter, addition)
    assert split_house_number(label) == (number, letter, addition)


@given(NUMBERS, st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabc0123456789", min_size=1, max_size=4))
def test_a_hyphenated_form_stays_as_it_is(number: int, addition: str) -> None:
    text = f"{number}-{addition}"
    parts = split_house_number(text)
    assert parts is not None
    assert house_label(*parts) == text


@given(st.text("0123456789ABCabc- .,;/", max_size=10))
def test_splitting_twice_changes_nothing(text: str) -> None:
    parts = split_house_number(text)
    if parts is not None and parts[0] < 100_000:
        assert split_house_number(house_label(*parts)) == parts


@given(st.text(max_size=30))
def test_any_text_gives_parts_or_nothing(text: str) -> None:
    parts = split_house_number(text)
    assert parts is None or parts[0] > 0


@given(st.lists(st.tuples(NUMBERS, LETTERS, ADDITIONS), max_size=12))
def test_any_house_numbers_can_be_put_in_bell_order(
    numbers: list[tuple[int, str, str]],
) -> None:
    in_order = sorted(numbers, key=lambda n: bell_order(*n))
    assert [n[0] for n in in_order] == sorted(n[0] for n in numbers)


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder ../shared/data with real open data is not here"
)
def test_every_house_number_of_kampen_is_read_and_no_hyphen_is_lost() -> None:
    path = SHARED / "kampen" / "kampen_adressen_osm.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        texts = {row["addr:housenumber"] for row in csv.DictReader(stream)}
    assert len(texts) > 1_000
    split = {text: split_house_number(text) for text in texts}
    assert not [text for text, parts in split.items() if parts is None]
    changed = {text for text, p in split.items() if p and "-" in text and house_label(*p) != text}
    assert {
        t for t in changed if house_label(*(split[t] or (0, "", ""))).upper() != t.upper()
    } == set()


def test_a_number_of_six_digits_is_not_cut_in_two() -> None:
    assert split_house_number("123456") is None
