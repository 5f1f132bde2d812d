"""What is learned from knocks, and what it may never do."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.contact import ContactParams, fit_chances, list_breaches, rank_doors, read_log
from zds_geo.contact.evidence import SHARE_COLUMNS
from zds_geo.contact.lookahead import better_kept, price_windows, worth_now
from zds_geo.contact.people import WORLDS, People
from zds_geo.contact.season import SeasonShift, run_season
from zds_geo.core.errors import UsageError
from zds_geo.core.windows import WindowKind

START = date(2026, 1, 5)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WINDOWS = ContactParams().windows.names
WEEK = (("ochtend", 0), ("middag", 1), ("middag", 3), ("vooravond", 2), ("avond", 3), ("zaterdagmiddag", 5))  # fmt: skip


def doors_of(n: int, *, per_side: int = 20) -> pd.DataFrame:
    return pd.DataFrame(
        {"buurt_code": "BU00000001", "street_side_id": [f"s{k // per_side}" for k in range(n)]},
        index=pd.Index([f"020001{k:010d}" for k in range(n)], name="door_id"),
    )


def shifts_of(n_doors: int, weeks: int) -> list[SeasonShift]:
    return [
        SeasonShift(on=START + timedelta(days=7 * w + d), window=name, n_doors=n_doors)
        for w in range(weeks)
        for name, d in sorted(WEEK, key=lambda p: p[1])
    ]


def knock(
    door: str, outcome: str, window: str = "middag", on: str = "2026-05-01"
) -> dict[str, str]:
    return {"door_id": door, "outcome": outcome, "window": window, "knocked_on": on}


@pytest.fixture(scope="module")
def season() -> tuple[pd.DataFrame, People, pd.DataFrame]:
    doors = doors_of(600)
    people = People(doors, replace(WORLDS["ouderen"], moves=0.0), seed=3)
    found = run_season(doors, people, shifts_of(40, 12), params=ContactParams(), seed=1)
    return doors, people, found.knocks


def test_without_knocks_the_assumptions_hold_and_evening_beats_day() -> None:
    doors = doors_of(5)
    model = fit_chances(doors, pd.DataFrame(columns=["door_id", "outcome"]), now=NOW, seed=1)
    log = read_log(
        pd.DataFrame(columns=["door_id", "knocked_on", "window", "outcome"]), until=START
    )
    chances = model.chances(doors, log)
    assert chances.shape == (5, 6)
    assert (chances[0] == chances[4]).all()
    assert 0.2 < chances[0, 1] < chances[0, 3] < 0.6


def test_a_miss_lowers_its_window_most_and_never_reaches_zero() -> None:
    doors = doors_of(400)
    d = doors.index[0]
    frame = pd.DataFrame([knock(d, "not_home") for _ in range(12)])
    for n in (1, 3, 12):
        log = read_log(frame.iloc[:n], until=NOW.date())
        model = fit_chances(doors, frame.iloc[:0], now=NOW, seed=1)
        mine, others = model.chances(doors, log)[[0, 1]]
        assert (mine < others).all()
        assert (mine > 0).all()
        ratio = mine / others
        assert ratio[WINDOWS.index("middag")] < ratio[WINDOWS.index("avond")]


def test_no_access_says_nothing_about_being_home() -> None:
    doors = doors_of(40)
    some = pd.DataFrame([knock(d, "not_home") for d in doors.index[:20]])
    shut = pd.DataFrame([knock(d, "no_access", on="2026-05-10") for d in doors.index])
    a = fit_chances(doors, some, now=NOW, seed=1)
    b = fit_chances(doors, pd.concat([some, shut]), now=NOW, seed=1)
    log_a, log_b = (read_log(f, until=NOW.date()) for f in (some, pd.concat([some, shut])))
    assert np.allclose(a.chances(doors, log_a), b.chances(doors, log_b))


def test_streets_are_told_apart(season: tuple[pd.DataFrame, People, pd.DataFrame]) -> None:
    doors, people, knocks = season
    model = fit_chances(doors, knocks, now=NOW, seed=1)
    empty = read_log(knocks.iloc[:0], until=START)
    learned = model.chances(doors, empty)
    rows = np.arange(len(doors))
    on = START + timedelta(weeks=12)
    truth = np.column_stack([people.chances(rows, window=w, on=on) for w in WINDOWS])
    side = doors["street_side_id"].to_numpy()
    by_side = pd.DataFrame(truth).groupby(side).mean().to_numpy()
    guess = pd.DataFrame(learned).groupby(side).mean().to_numpy()
    for w in ("ochtend", "avond"):
        at = WINDOWS.index(w)
        assert np.corrcoef(by_side[:, at], guess[:, at])[0, 1] > 0.4, w


def test_any_order_and_a_pickle_give_the_same(
    season: tuple[pd.DataFrame, People, pd.DataFrame],
) -> None:
    doors, _, knocks = season
    a = fit_chances(doors, knocks, now=NOW, seed=1)
    b = fit_chances(doors.iloc[::-1], knocks.sample(frac=1.0, random_state=2), now=NOW, seed=9)
    assert np.allclose(a.opens, b.opens)
    assert np.allclose(a.sides["s3"], b.sides["s3"])
    again = pickle.loads(pickle.dumps(a))
    assert again.opens.tolist() == a.opens.tolist()
    assert len(pickle.dumps(a)) < 50_000
    assert not any(d in repr(a) for d in doors.index)  # P08: a model holds streets, no homes


def test_public_shares_help_before_the_first_knock_and_are_dropped_when_empty(
    season: tuple[pd.DataFrame, People, pd.DataFrame],
) -> None:
    doors, _, knocks = season
    old, young = doors.copy(), doors.copy()
    for table, shares in ((old, (0.0, 1.0, 0.0, 0.0)), (young, (1.0, 0.0, 0.0, 0.0))):
        table[list(SHARE_COLUMNS)] = shares
    none = knocks.iloc[:0]
    empty = read_log(none, until=START)
    mornings = [fit_chances(t, none, now=NOW, seed=1).chances(t, empty)[0, 0] for t in (old, young)]
    assert mornings[0] > mornings[1] + 0.1
    # Shares that are the same everywhere carry nothing: what was learned stays what it was.
    with_shares = fit_chances(old, knocks, now=NOW, seed=1)
    without = fit_chances(doors, knocks, now=NOW, seed=1)
    log = read_log(knocks, until=NOW.date())
    apart = np.abs(with_shares.chances(old, log) - without.chances(doors, log))
    assert apart.mean() < 0.02
    old.loc[old.index[:100], "share_65plus"] = np.nan
    assert np.isfinite(fit_chances(old, knocks, now=NOW, seed=1).chances(old, log)).all()


def test_what_was_forgotten_gives_no_bias(
    season: tuple[pd.DataFrame, People, pd.DataFrame],
) -> None:
    doors, _, knocks = season
    today = START + timedelta(weeks=12)
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    talked = knocks.loc[knocks["outcome"] == "talked"].set_index("door_id")["knocked_on"]
    old = talked.index[talked <= (today - timedelta(days=30)).isoformat()]
    kept = knocks.loc[~knocks["door_id"].isin(old)]
    state = pd.DataFrame({"month_last_talked": "2026-02", "misses": 0}, index=old.unique())
    whole = fit_chances(doors, knocks, now=now, seed=1)
    naive = fit_chances(doors, kept, now=now, seed=1)
    honest = fit_chances(doors, kept, now=now, seed=1, door_state=state)
    empty = read_log(knocks.iloc[:0], until=START)
    want, wrong, right = (m.chances(doors, empty).mean() for m in (whole, naive, honest))
    assert abs(right - want) < 0.04
    assert abs(right - want) < 0.5 * abs(wrong - want)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(UsageError):
        fit_chances(doors_of(2), pd.DataFrame(), now=datetime(2026, 1, 1), seed=1)  # noqa: DTZ001


def test_scarce_windows_are_dear_and_go_to_whom_they_help_most() -> None:
    chances = np.array([[0.5, 0.6]] * 50 + [[0.1, 0.6]] * 50)
    price = price_windows(chances, np.array([100.0, 50.0]))
    assert price[1] > price[0]
    worth = worth_now(chances, window=1, price=price)
    assert worth[-1] > worth[0]  # who can be found by day too leaves the evening to others
    assert (worth > 0).all()
    assert price_windows(chances, np.zeros(2)).tolist() == [1.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 146), st.sampled_from(WINDOWS),
                          st.sampled_from(["talked", "no_talk", "not_home", "no_access", "come_back"])),
                max_size=60))  # fmt: skip
def test_a_model_keeps_every_rule_and_only_lets_missed_doors_wait(
    rows: list[tuple[int, int, str, str]],
) -> None:
    doors = doors_of(20, per_side=5)
    frame = pd.DataFrame(
        [
            knock(doors.index[d], o, w, (START + timedelta(days=n)).isoformat())
            for d, n, w, o in rows
        ],
        columns=["door_id", "outcome", "window", "knocked_on"],
    )
    roster = pd.DataFrame({"start_at": [NOW], "end_at": [NOW], "window": ["avond"], "n_doors": [9]})
    model = fit_chances(doors, frame, now=NOW, seed=1)
    plain = rank_doors(doors, frame, roster, window="middag", now=NOW, seed=1)
    learned = rank_doors(doors, frame, roster, window="middag", now=NOW, seed=1, model=model)
    waits = learned["reason"] == "not_now.better_window"
    assert not (waits & ~plain["eligible"]).any()
    missed = set(frame.loc[frame["outcome"] == "not_home", "door_id"])
    assert set(doors.index[waits]) <= missed
    for column in ("eligible", "reason", "not_before"):
        assert plain.loc[~waits, column].tolist() == learned.loc[~waits, column].tolist()
    assert ((learned["prize"] > 0) == learned["eligible"]).all()
    assert learned["chance"].between(0, 1).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.booleans(), st.sampled_from([0.0, 1.0, 2.0]))
def test_who_waits_gains_by_it_and_its_window_has_room(seed: int, few: bool, room: float) -> None:
    rng = np.random.default_rng(seed)
    chances, places = rng.random((40, 3)), np.array([5.0, 0.0, room])
    able, queue = rng.random(40) < 0.8, rng.random(40) < 0.1
    rest = rng.integers(4, 42, 40).astype(float)
    asked: dict[str, Any] = {"window": 0, "places": places, "few": np.full(40, few), "queue": 6.0}
    able &= ~queue
    chances[10:30] = chances[10]  # neighbours of whom the same is known
    ties = rng.random(40)
    kept = better_kept(chances, able=able, waiting=queue, rest=rest, ties=ties, **asked)
    assert not kept[~able].any()
    assert (chances[kept, 2] > 1.3 * chances[kept, 0]).all()  # never for what nobody staffs
    if few:
        assert kept.sum() <= 6 * room
    else:  # more chance a day than a knock after each rest
        gain = np.sort(chances[kept, 2] / chances[kept, 0])[::-1]
        turn = 7 * np.arange(len(gain)) / max(room, 1)
        assert (gain > 1 + turn / 42).all()
    turned = slice(None, None, -1)
    again = better_kept(
        chances[turned], able=able[turned], waiting=queue[turned], rest=rest[turned],
        ties=ties[turned], **asked,
    )  # fmt: skip
    assert again[turned].tolist() == kept.tolist()


@pytest.mark.parametrize(("middle", "kept"), [(0.3, 8), (0.19, 6)])
def test_with_few_attempts_a_door_takes_another_window_where_its_best_is_full(
    middle: float, kept: int
) -> None:
    n = 8
    found = better_kept(
        np.tile([0.1, middle, 0.5], (n, 1)), window=0, places=np.array([9.0, 9.0, 1.0]),
        able=np.ones(n, bool), waiting=np.zeros(n, bool), few=np.ones(n, bool), rest=np.full(n, 7.0),
        ties=np.arange(n) / n, queue=6.0,
    )  # fmt: skip
    assert found.sum() == kept  # six weeks of the one, then the other if it is twice as good


def test_a_missed_door_waits_for_the_evening_while_there_is_one() -> None:
    doors = doors_of(40, per_side=40)
    old = [knock(d, "talked", "avond", "2026-04-01") for d in doors.index[:20]]
    old += [knock(d, "not_home", "middag", "2026-04-01") for d in doors.index[:20]]
    frame = pd.DataFrame([*old, knock(doors.index[30], "not_home", "middag", "2026-05-12")])
    model = fit_chances(doors, frame, now=NOW, seed=1)
    evening = pd.DataFrame(
        {"start_at": [NOW], "end_at": [NOW], "window": ["avond"], "n_doors": [9]}
    )

    def ranked(window: str, roster: pd.DataFrame, now: datetime = NOW) -> pd.DataFrame:
        return rank_doors(doors, frame, roster, window=window, now=now, seed=1, model=model)

    door, new = doors.index[30], doors.index[31]
    by_day = ranked("middag", evening)
    assert (by_day.loc[door, "reason"], by_day.loc[door, "prize"]) == ("not_now.better_window", 0)
    assert by_day.loc[new, "eligible"]
    assert ranked("avond", evening).loc[door, "eligible"]
    assert ranked("middag", evening.assign(window="middag")).loc[door, "eligible"]
    elsewhere = evening.assign(buurt_codes=["BU00000002"])
    assert ranked("middag", elsewhere).loc[door, "eligible"]
    assert ranked("middag", evening, NOW + timedelta(days=60)).loc[door, "eligible"]  # long enough


def test_with_learning_no_door_rests_before_each_kind_of_window_was_tried() -> None:
    doors = doors_of(150)
    people = People(doors, WORLDS["weinig open"], seed=5)
    params = ContactParams(cycle_start=START)
    found = run_season(doors, people, shifts_of(12, 40), params=params, seed=1, learn=True).knocks
    assert list_breaches(found, params=params, staffed=set(WindowKind)).empty
    opened = found.loc[~found["outcome"].isin(["not_home", "no_access"]), "door_id"]
    unreached = found.loc[(found["outcome"] == "not_home") & ~found["door_id"].isin(opened)]
    misses = unreached.groupby("door_id")["window"]
    full = misses.agg(set)[misses.size() >= params.max_misses]
    assert len(full) > 10
    kinds = full.map(lambda names: len({params.windows.kind_of(n) for n in names}))
    assert (kinds == len(WindowKind)).all()


@pytest.mark.parametrize("days", [[], [0], [0, 3], [-7, -1]])
def test_nobody_is_left_when_the_roster_ends_within_the_week(days: list[int]) -> None:
    doors = doors_of(200)
    rung = doors.index[:100]
    frame = pd.DataFrame(
        [knock(d, "not_home", "avond", (START + timedelta(days=7)).isoformat()) for d in rung]
    )
    now = datetime(2026, 4, 6, 10, tzinfo=UTC)
    at = pd.Series([now + timedelta(days=n) for n in days], dtype="object")
    roster = pd.DataFrame({"start_at": at, "end_at": at, "window": "middag", "n_doors": 9})
    model = fit_chances(doors, frame, now=now, seed=1)
    found = rank_doors(doors, frame, roster, window="middag", now=now, seed=1, model=model)
    assert found["eligible"].all()
    assert found.loc[doors.index[100:], "prize"].min() > found.loc[rung, "prize"].max()


def test_a_learned_season_keeps_every_rule_and_leaves_nobody() -> None:
    doors = doors_of(400)
    people = People(doors, WORLDS["gewoon"], seed=5)
    params = ContactParams(cycle_start=START)
    found = run_season(doors, people, shifts_of(14, 9), params=params, seed=1, learn=True)
    assert list_breaches(found.knocks, params=params, staffed=set(WindowKind)).empty
    assert not np.isnat(found.first_on).any()
    again = run_season(doors, people, shifts_of(14, 9), params=params, seed=1, learn=True)
    assert found.knocks.equals(again.knocks)
