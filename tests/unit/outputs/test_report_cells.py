"""Small cells: hidden, and not to be worked out from what is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from zds_geo.outputs.report_cells import (
    COLUMNS,
    SMALL,
    Cell,
    fold_small_rows,
    hide_count,
    hide_small_cells,
)

Row = dict[str, int]


def row(n_doors: int, tried: int, opened: int, talked: int, fair: int) -> Row:
    return {
        "n_doors": n_doors, "tried": tried, "opened": opened, "talked": talked, "fair": fair,
    }  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        n = draw(st.integers(20, 60))
        tried = draw(st.one_of(st.integers(0, 8), st.integers(0, n)))
        opened = draw(st.one_of(st.integers(0, min(6, tried)), st.integers(0, tried)))
        talked = draw(st.integers(0, opened))
        found.append(row(n, tried, opened, talked, draw(st.integers(0, tried))))
    return found


def attack(
    rows: list[Row], shown: list[dict[str, Cell]], total: dict[str, Cell], at: tuple[int, str]
) -> tuple[int, int]:
    """The least and most a number can be, in whole numbers, for who knows all that is shown."""
    names = [(i, c) for i in range(len(rows)) for c in COLUMNS]
    low, high = [], []
    for i, c in names:
        cell = shown[i][c]
        least, most = (0, SMALL - 1) if cell.few else (SMALL, rows[i]["n_doors"])
        low.append(least if cell.value is None else cell.value)
        high.append(most if cell.value is None else cell.value)
    lines, least_sums, most_sums = [], [], []
    for i in range(len(rows)):  # opened, fair <= tried; talked <= opened: the careful assumption
        for below, above in (("opened", "tried"), ("fair", "tried"), ("talked", "opened")):
            lines.append([(n == (i, above)) - (n == (i, below)) for n in names])
            least_sums.append(0)
            most_sums.append(10**6)
    for c in COLUMNS:
        value = total[c].value
        if value is not None:
            lines.append([int(n[1] == c) for n in names])
            least_sums.append(value)
            most_sums.append(value)
    ends = []
    for way in (1, -1):
        answer = milp(
            [way * (n == at) for n in names], integrality=np.ones(len(names)),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(np.array(lines), least_sums, most_sums),
        )  # fmt: skip
        ends.append(round(way * answer.fun))
    return ends[0], ends[1]


@pytest.mark.req("P09")
@settings(max_examples=40)
@given(tables())
def test_no_small_number_can_be_worked_out_from_what_is_shown(rows: list[Row]) -> None:
    shown, total = hide_small_cells(rows)
    for i, one in enumerate(rows):
        for column in COLUMNS:
            if shown[i][column].value is not None or one[column] >= SMALL:
                continue
            low, high = attack(rows, shown, total, (i, column))
            above = {"opened": "tried", "talked": "opened"}.get(column, column)
            beside = shown[i][above].value
            assert low <= (1 if column in {"tried", "fair"} else 0)
            assert high >= (SMALL - 1 if beside is None else min(SMALL - 1, beside))


def test_the_attack_finds_a_number_that_only_one_mark_hides() -> None:
    rows = [row(50, 40, 30, 20, 10), row(60, 3, 0, 0, 0)]
    shown: list[dict[str, Cell]] = [
        {c: Cell(value=r[c]) for c in COLUMNS} | ({"tried": hide_count(3)} if r is rows[1] else {})
        for r in rows
    ]
    total = {c: Cell(value=sum(r[c] for r in rows)) for c in COLUMNS}
    assert attack(rows, shown, total, (1, "tried")) == (3, 3)


@pytest.mark.req("P09")
@given(tables())
def test_small_numbers_and_small_differences_are_never_shown(rows: list[Row]) -> None:
    shown, total = hide_small_cells(rows)
    for cells in (*shown, total):
        values: dict[str, Any] = {c: cells[c].value for c in COLUMNS}
        for c in ("tried", "fair"):
            assert values[c] is None or values[c] == 0 or values[c] >= SMALL
        if values["tried"]:
            assert all(values[c] is None or values[c] >= SMALL for c in ("opened", "talked"))
        for low, high in (("opened", "tried"), ("talked", "opened")):
            a, b = values[low], values[high]
            if a is not None and b is not None and a:
                assert not 0 < b - a < SMALL


@given(tables())
def test_what_is_shown_is_true(rows: list[Row]) -> None:
    shown, total = hide_small_cells(rows)
    for column in COLUMNS:
        for one, cells in zip(rows, shown, strict=True):
            assert cells[column].value in {None, one[column]}
            assert not cells[column].few or one[column] < SMALL
        assert total[column].value in {None, sum(r[column] for r in rows)}


def test_a_small_number_takes_a_second_one_along() -> None:
    rows = [row(50, 40, 30, 20, 10), row(60, 3, 2, 0, 0), row(70, 50, 30, 20, 15)]
    shown, total = hide_small_cells(rows)
    assert [r["tried"].text for r in shown] == ["–", "<5", "50"]
    assert [r["opened"].text for r in shown] == ["–", "<5", "30"]
    assert total["tried"].text == "93"


def test_large_numbers_stay_as_they_are() -> None:
    rows = [row(478, 353, 129, 97, 353), row(242, 239, 206, 159, 130)]
    shown, total = hide_small_cells(rows)
    assert [[r[c].value for c in COLUMNS] for r in shown] == [
        [353, 129, 97, 353],
        [239, 206, 159, 130],
    ]
    assert total["tried"].value == 592


def test_one_buurt_hides_its_total_too() -> None:
    shown, total = hide_small_cells([row(50, 3, 1, 0, 0)])
    assert [shown[0][c].text for c in COLUMNS] == ["<5", "<5", "<5", "0"]
    assert [total[c].text for c in COLUMNS] == ["<5", "<5", "<5", "0"]


def test_nothing_tried_is_shown_as_nothing() -> None:
    shown, total = hide_small_cells([row(50, 0, 0, 0, 0), row(60, 0, 0, 0, 0)])
    assert {cell.text for cells in (*shown, total) for cell in cells.values()} == {"0"}


def test_buurten_with_few_doors_share_a_line_of_at_least_twenty() -> None:
    rows = [(name, row(n, 0, 0, 0, 0)) for name, n in (("a", 300), ("b", 5), ("c", 7), ("d", 25))]
    kept, joined = fold_small_rows(rows)
    assert [(name, counts["n_doors"]) for name, counts in kept] == [("a", 300), ("", 37)]
    assert joined == ["b", "c", "d"]
    assert fold_small_rows(rows[:1]) == ([rows[0]], [])


def test_a_single_small_buurt_takes_its_neighbour_in_size_along() -> None:
    rows = [(name, row(n, 0, 0, 0, 0)) for name, n in (("a", 300), ("b", 5), ("c", 70))]
    assert fold_small_rows(rows)[1] == ["b", "c"]


def test_an_area_of_one_door_shows_nothing_of_it() -> None:
    kept, _ = fold_small_rows([("a", row(1, 1, 1, 1, 1))])
    shown, total = hide_small_cells([c for _, c in kept])
    assert all(c.value is None for c in (*shown[0].values(), *total.values()))


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5")])
def test_a_count_of_its_own_is_hidden_where_small(count: int, text: str) -> None:
    assert hide_count(count).text == text
