"""A roster as people keep it: lists and grids, days and hours in every hand."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zds_geo.core.errors import SourceError
from zds_geo.sources import RosterFile, read_roster, widest
from zds_geo.sources._roster_words import is_blank, is_off, read_clock, read_days, read_hours

TODAY = date(2026, 11, 22)  # a Sunday
KNOWN = ("a01", "a02", "merel-3")
ONE = [(time(13), time(16))]


def read(*rows: list[str]) -> RosterFile:
    width = max(len(r) for r in rows)
    table = [[*r, *[""] * (width - len(r))] for r in rows]
    grid = pd.DataFrame(table, index=range(1, len(rows) + 1), dtype="str")
    return read_roster(grid, name="rooster.xlsx", known=KNOWN, today=TODAY)


def said(file: RosterFile) -> list[tuple[str, object, str]]:
    return [
        (
            c.assistant,
            c.day,
            "vrij" if c.hours is None else f"{c.hours[0]:%H:%M}-{c.hours[1]:%H:%M}",
        )
        for c in file.cells
    ]


@pytest.mark.parametrize(
    "text",
    [
        "13:00-16:00", "13.00 – 16.00 uur", "13-16", "13u-16u", "13u00 - 16u00", "van 13 tot 16",
        "13 tot 16 uur", "13:00 t/m 16:00", "1300-1600", "13:00 tot en met 16:00", "13h-16h",
        " 13 - 16 ", "from 13:00 to 16:00", "13:00:00-16:00:00", "13:00—16:00u",
    ],
)  # fmt: skip
def test_hours_are_read_in_every_hand(text: str) -> None:
    assert read_hours(text) == ONE


@pytest.mark.parametrize(
    "text",
    ["", "middag", "13", "13-16?", "13-16 of later", "13:00-26:00", "23-11", "a-b", "13:60-14:00",
     "13--16x", "12.5-14.5", "13-16-18", "1-2-3-4"],
)  # fmt: skip
def test_what_is_not_surely_hours_is_not_read(text: str) -> None:
    assert read_hours(text) in ([], [(time(23), time(11))])  # the last is refused by its order


def test_two_shifts_in_a_cell_are_both_read() -> None:
    both = [(time(10), time(12)), (time(18, 30), time(20))]
    for text in (
        "10-12 / 18:30-20",
        "10:00-12:00, 18.30-20.00",
        "10-12 en 18u30-20u",
        "10-12\n18:30-20",
    ):
        assert read_hours(text) == both


@given(st.times(), st.times())
def test_hours_that_were_written_are_read_back(starts: time, ends: time) -> None:
    a, b = starts.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    assert read_hours(f"{a:%H:%M}-{b:%H:%M}") == [(a, b)]
    assert read_clock(f"{a:%H.%M}") == a
    assert read_clock(str((a.hour * 60 + a.minute) / 1440 or "0:00")) == a


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    read_hours(text), read_clock(text), is_off(text), is_blank(text)
    with suppress(SourceError):
        read_days(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("ma", [0]), ("Maandag", [0]), ("zaterdag.", [5]), ("elke dinsdag", [1]), ("maandagen", [0]),
        ("ma, do", [0, 3]), ("ma en do", [0, 3]), ("ma/wo/vr", [0, 2, 4]), ("ma t/m wo", [0, 1, 2]),
        ("ma-vr", [0, 1, 2, 3, 4]), ("Monday", [0]),
        ("2026-11-24", [date(2026, 11, 24)]), ("24-11-2026", [date(2026, 11, 24)]),
        ("24/11/26", [date(2026, 11, 24)]), ("24-11", [date(2026, 11, 24)]),
        ("di 24-11", [date(2026, 11, 24)]), ("dinsdag 24 november", [date(2026, 11, 24)]),
        ("24 nov 2026", [date(2026, 11, 24)]), ("di. 24 nov.", [date(2026, 11, 24)]),
        ("5 januari", [date(2027, 1, 5)]), ("5-11", [date(2026, 11, 5)]), ("1-3", [date(2027, 3, 1)]),
        ("Jan", []), ("mei", []), ("week 48", []), ("", []), ("12", []), ("vr t/m ma", []),
    ],
)  # fmt: skip
def test_days_are_read_in_every_hand(text: str, days: list[object]) -> None:
    assert read_days(text, today=TODAY) == days


@pytest.mark.parametrize("text", ["31-11-2026", "30 feb", "ma 24-11-2026", "zondag 24 november"])
def test_a_date_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        read_days(text, today=TODAY)


def test_a_list_of_fixed_days() -> None:
    file = read(
        ["Rooster najaar"], [],
        ["Buurtassistent", "Dag", "Van", "Tot", "Opmerking"],
        ["A01", "ma en do", "13:00", "16:00", "vast"],
        ["Merel 3", "za", "10u", "12u"],
        [], ["", "", "", "", "kerstvakantie nog invullen"],
    )  # fmt: skip
    assert said(file) == [
        ("a01", 0, "13:00-16:00"), ("a01", 3, "13:00-16:00"), ("merel-3", 5, "10:00-12:00"),
    ]  # fmt: skip
    assert not file.faults


def test_a_list_of_dates_with_more_people_a_row() -> None:
    file = read(
        ["datum", "tijd", "wie"], ["di 24 nov", "13-16", "a01 en a02"], ["25-11", "vrij", "a01"]
    )
    assert said(file) == [
        ("a01", date(2026, 11, 24), "13:00-16:00"), ("a02", date(2026, 11, 24), "13:00-16:00"),
        ("a01", date(2026, 11, 25), "vrij"),
    ]  # fmt: skip
    assert not file.faults


def test_a_grid_of_people_and_days_with_two_header_rows() -> None:
    file = read(
        ["week 48"], ["", "ma", "di", "notitie"], ["", "2026-11-23", "2026-11-24"],
        ["a01", "13-16", "vrij"], ["a02", "-", "10-12 / 18-20"], ["totaal", "3 uur"],
    )  # fmt: skip
    assert said(file) == [
        ("a01", date(2026, 11, 23), "13:00-16:00"), ("a01", date(2026, 11, 24), "vrij"),
        ("a02", date(2026, 11, 24), "10:00-12:00"), ("a02", date(2026, 11, 24), "18:00-20:00"),
    ]  # fmt: skip
    assert [(f.row, f.column, f.key) for f in file.faults] == [(6, "A", "roster.unknown")]


def test_a_grid_of_days_and_people() -> None:
    file = read(["dag", "a01", "a02"], ["ma", "13-16", ""], ["di", "", "10-12"], ["klaar", "", ""])
    assert said(file) == [("a01", 0, "13:00-16:00"), ("a02", 1, "10:00-12:00")]
    assert not file.faults


@pytest.mark.parametrize(
    ("row", "column", "key"),
    [
        (["Piet", "ma", "13", "16"], "A", "roster.unknown"), (["", "ma", "13", "16"], "A", "roster.no_who"),
        (["a01", "", "13", "16"], "B", "roster.no_day"), (["a01", "soms", "13", "16"], "B", "roster.day"),
        (["a01", "31-11-2026", "13", "16"], "B", "roster.no_date"),
        (["a01", "wo 24-11-2026", "13", "16"], "B", "roster.weekday"),
        (["a01", "ma", "na school", "16"], "C", "roster.clock"), (["a01", "ma", "13", ""], "D", "roster.clock"),
        (["a01", "ma", "16", "13"], "C", "roster.order"),
    ],
)  # fmt: skip
def test_every_place_that_is_not_understood_is_named(row: list[str], column: str, key: str) -> None:
    file = read(["assistent", "dag", "van", "tot"], row, ["a02", "di", "10", "12"])
    assert [(f.row, f.column, f.key) for f in file.faults] == [(2, column, key)]
    assert said(file) == [("a02", 1, "10:00-12:00")]


def test_a_wrong_date_in_the_header_of_a_grid_is_named() -> None:
    file = read(["", "23-11-2026", "31-11-2026", "25-11-2026"], ["a01", "13-16", "13-16", ""])
    assert [(f.row, f.column, f.key) for f in file.faults] == [(1, "C", "roster.no_date")]


def test_someone_unknown_above_a_column_of_hours_is_named() -> None:
    file = read(["dag", "a01", "Jan", "notitie"], ["ma", "13-16", "10-12", "2 sleutels"])
    assert [(f.row, f.column, f.key) for f in file.faults] == [(1, "C", "roster.unknown")]


def test_a_file_without_a_roster_is_refused() -> None:
    for rows in ([["postcode", "huisnummer"], ["7331ZZ", "12"]], [["hallo"]], [["ma"], ["di"]]):
        with pytest.raises(SourceError, match="No roster"):
            read(*rows)


def test_touching_hours_are_one_shift() -> None:
    assert widest([(time(15), time(16)), (time(13), time(15))]) == ONE
    assert widest([(time(18), time(19)), (time(13), time(16))]) == [*ONE, (time(18), time(19))]
