"""Areas: everything to somebody, in one piece, of the asked size, and lasting."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.core.errors import UsageError
from zds_geo.planner import Division, divide, spread_work

Links = list[tuple[int, int]]


def grid(wide: int, high: int) -> Links:
    """Streets as in a new town: unit n is at column n % wide."""
    right = [(n, n + 1) for n in range(wide * high) if (n + 1) % wide]
    return right + [(n, n + wide) for n in range(wide * (high - 1))]


def pieces(division: Division, links: Links, area: int) -> int:
    """Count the pieces of an area by joining neighbours, whatever the division says."""
    group = {u: u for u, a in enumerate(division.area) if a == area}

    def root(u: int) -> int:
        while group[u] != u:
            u = group[u]
        return u

    for a, b in links:
        if a in group and b in group:
            group[root(a)] = root(b)
    return len({root(u) for u in group})


def drawn(
    work: Sequence[float], links: Links, shares: Sequence[float], *,
    seed: int = 1, previous: Sequence[int] | None = None,
) -> Division:  # fmt: skip
    walk = [20.0] * len(links)
    return divide(work, links, walk, shares=shares, seed=seed, previous=previous)


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[float], Links, list[float]]:
    """A connected network of any shape, with work and shares."""
    n = draw(st.integers(1, 40))
    links = [(draw(st.integers(0, v - 1)), v) for v in range(1, n)]
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=n))
    links += [(a, b) for a, b in more if a != b]
    work = draw(st.lists(st.integers(60, 3000), min_size=n, max_size=n))
    shares = draw(st.lists(st.integers(0, 5), min_size=1, max_size=5).filter(any))
    return [float(w) for w in work], links, [float(s) for s in shares]


@settings(max_examples=60)
@given(towns())
def test_every_unit_has_one_owner_with_a_share_and_areas_hang_together(
    town: tuple[list[float], Links, list[float]],
) -> None:
    work, links, shares = town
    found = drawn(work, links, shares)
    assert len(found.area) == len(work)
    assert all(shares[a] > 0 for a in found.area)
    assert sum(found.work_s) == pytest.approx(sum(work))
    for area in set(found.area):
        assert pieces(found, links, area) == 1 == found.pieces[area]
    seated = sum(s > 0 for s in shares)
    assert len(set(found.area)) == min(seated, len(work))


@settings(max_examples=60)
@given(towns())
def test_dividing_again_changes_nothing_whatever_the_seed(
    town: tuple[list[float], Links, list[float]],
) -> None:
    work, links, shares = town
    first = drawn(work, links, shares)
    again = drawn(work, links, shares, seed=99, previous=first.area)
    assert again.area == first.area
    assert again.moved_s == 0


@settings(max_examples=30)
@given(towns(), st.data())
def test_any_previous_division_ends_in_one_that_stays(
    town: tuple[list[float], Links, list[float]], data: st.DataObject
) -> None:
    work, links, shares = town
    some = st.lists(st.integers(-1, len(shares) - 1), min_size=len(work), max_size=len(work))
    first = drawn(work, links, shares, previous=data.draw(some))
    assert drawn(work, links, shares, previous=first.area).area == first.area
    for area in set(first.area):
        assert pieces(first, links, area) == 1


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_town_comes_out_even(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    work = rng.integers(600, 3000, size=20 * 12).astype(float)
    found = drawn(work.tolist(), grid(20, 12), [1.0] * k, seed=seed)
    assert found.worst <= 0.03


def test_shares_are_as_asked() -> None:
    found = drawn([600.0] * 240, grid(20, 12), [1, 2, 3])
    assert np.array(found.work_s) == pytest.approx(np.array([24, 48, 72]) * 1000, rel=0.03)


def test_the_same_seed_gives_the_same_areas() -> None:
    work = np.random.default_rng(5).integers(600, 3000, size=240).astype(float).tolist()
    assert drawn(work, grid(20, 12), [1] * 4, seed=3) == drawn(work, grid(20, 12), [1] * 4, seed=3)


def test_areas_are_compact() -> None:
    """Four people in a square town get quarters, not strips: borders near the shortest there are."""
    found = drawn([600.0] * 400, grid(20, 20), [1] * 4)
    border = sum(found.area[a] != found.area[b] for a, b in grid(20, 20))
    assert border <= 56  # quarters 40, strips 60


def test_who_leaves_hands_over_hardly_more_than_the_own_area() -> None:
    work = [600.0] * 240
    first = drawn(work, grid(20, 12), [1] * 4)
    after = drawn(work, grid(20, 12), [1, 1, 0, 1], previous=first.area)
    assert after.worst <= 0.03
    assert 2 not in after.area
    assert first.work_s[2] <= after.moved_s <= 1.5 * first.work_s[2]


def test_who_joins_gets_a_share_and_little_else_moves() -> None:
    work = [600.0] * 240
    first = drawn(work, grid(20, 12), [1] * 4)
    after = drawn(work, grid(20, 12), [1] * 5, previous=first.area)
    assert after.worst <= 0.03
    assert after.moved_s <= 1.5 * after.target_s[4]
    kept = [a == b for a, b in zip(first.area, after.area, strict=True) if b != 4]
    assert sum(kept) >= 0.85 * len(kept)


def test_a_barrier_becomes_a_border() -> None:
    """Two rows of streets with one bridge between them: nobody's area needs the bridge."""
    row = [(n, n + 1) for n in range(29)]
    links = [*row, *((a + 30, b + 30) for a, b in row), (15, 45)]
    walk = [20.0] * (len(links) - 1) + [240.0]
    found = divide([600.0] * 60, links, walk, shares=[1, 1], seed=1)
    assert len(set(found.area[:30])) == len(set(found.area[30:])) == 1


def test_sides_of_one_street_stay_together_where_it_costs_nothing() -> None:
    streets = [n // 2 for n in range(40)]
    links = [(n, n + 1) for n in range(39)] + [(n, n + 2) for n in range(38)]
    found = divide([600.0] * 40, links, [20.0] * len(links), shares=[1, 1], seed=1, streets=streets)
    split = [s for s, (a, b) in enumerate(pairwise(found.area)) if s % 2 == 0 and a != b]
    assert split == []


def test_islands_are_somebodys_and_said_to_be_apart() -> None:
    links = [*grid(6, 4), (0, 24)]
    real = [True] * (len(links) - 1) + [False]
    found = divide([600.0] * 25, links, [20.0] * len(links), shares=[1], seed=1, real=real)
    assert found.pieces == (2,)
    loose = drawn([600.0] * 25, grid(6, 4), [1, 1])
    assert set(loose.area) == {0, 1}


def test_more_people_than_units_leaves_the_smallest_shares_empty() -> None:
    found = drawn([600.0, 600.0], [(0, 1)], [1, 3, 2])
    assert sorted(found.area) == [1, 2]
    assert found.pieces == (0, 1, 1)


def test_nothing_to_divide_is_a_division_of_nothing() -> None:
    found = drawn([], [], [1, 1])
    assert (found.area, found.work_s, found.moved_s) == ((), (0.0, 0.0), 0.0)


def test_nobody_to_divide_over_is_said() -> None:
    with pytest.raises(UsageError, match="nobody"):
        drawn([600.0], [], [0, 0])
    with pytest.raises(UsageError, match="shape"):
        divide([600.0, 600.0], [(0, 1)], [], shares=[1], seed=1)
    with pytest.raises(UsageError, match="exist"):
        divide([600.0], [(0, 1)], [20.0], shares=[1], seed=1)


@given(
    st.lists(st.integers(1, 5000), min_size=1, max_size=5),
    st.lists(st.integers(0, 900), min_size=1, max_size=6),
    st.data(),
)
def test_work_is_spread_whole_and_no_shift_of_work_makes_loads_more_equal(
    work: list[int], minutes: list[int], data: st.DataObject
) -> None:
    shape = st.lists(
        st.lists(st.booleans(), min_size=len(work), max_size=len(work)),
        min_size=len(minutes), max_size=len(minutes),
    )  # fmt: skip
    may = np.array(data.draw(shape))
    if not (may & (np.array(minutes) > 0)[:, None]).any(axis=0).all():
        with pytest.raises(UsageError):
            spread_work(work, minutes, may)
        return
    found = spread_work(work, minutes, may)
    assert found.sum(axis=0) == pytest.approx(np.array(work), rel=1e-3, abs=0.1)
    assert (found[~may] == 0).all()
    assert (found[np.array(minutes) == 0] == 0).all()
    assert (found >= 0).all()


def test_who_walks_alone_elsewhere_gets_less_of_what_is_shared() -> None:
    may = [[True, False, False], [True, True, False], [False, True, True]]
    found = spread_work([300, 300, 300], [60, 60, 60], may)
    assert found.sum(axis=1) == pytest.approx([300, 300, 300], rel=0.01)
