"""The forecast: what a roster promises, what is short, and when it has to say it does not know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from zds_geo.contact import (
    WORLDS,
    ContactParams,
    Forecast,
    People,
    SeasonShift,
    advise_roster,
    check_chances,
    fit_chances,
    forecast_promise,
    needed_weeks,
    run_season,
)
from zds_geo.core.errors import FrameError
from zds_geo.core.windows import AMSTERDAM

START = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
PARAMS = ContactParams(cycle_start=START)
NONE = pd.DataFrame(columns=["door_id", "knocked_on", "window", "outcome"])


def doors_of(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "buurt_code": np.where(np.arange(n) < n // 2, "BU00000001", "BU00000002"),
            "street_side_id": [f"s{k // 20}" for k in range(n)],
        },
        index=pd.Index([f"020001{k:010d}" for k in range(n)], name="door_id"),
    )


def roster_of(*shifts: tuple[str, int, int], codes: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Make a week of shifts: window, weekday, doors."""
    at = [
        datetime.combine(START + timedelta(days=d), datetime.min.time(), tzinfo=AMSTERDAM)
        for _, d, _ in shifts
    ]
    return pd.DataFrame(
        {
            "start_at": at, "end_at": at, "window": [w for w, _, _ in shifts],
            "n_doors": [n for _, _, n in shifts], "buurt_codes": [codes] * len(shifts),
        }
    )  # fmt: skip


WEEK = roster_of(("middag", 1, 40), ("avond", 3, 40), ("zaterdagmiddag", 5, 40))


def test_a_forecast_grows_with_time_and_stays_within_the_doors() -> None:
    found = forecast_promise(
        doors_of(400), NONE, WEEK, params=PARAMS, now=NOW, seed=1, weeks=12, runs=8
    )
    assert found.n_doors == 400
    assert len(found.weeks) == 12
    for figure in (found.tried, found.reached):
        assert (np.diff(figure, axis=1) >= 0).all()
        assert (np.diff(figure, axis=0) >= 0).all()
        assert (figure <= 400).all()
    assert (found.reached <= found.tried).all()
    assert 3 <= found.done_week <= 6  # 400 doors, 120 a week, some shifts fall out
    assert found.buurten["n_doors"].sum() == 400
    again = forecast_promise(
        doors_of(400), NONE, WEEK, params=PARAMS, now=NOW, seed=1, weeks=12, runs=8
    )
    assert (again.tried == found.tried).all()


def test_a_roster_that_is_too_small_says_how_much_is_short() -> None:
    small = roster_of(("middag", 1, 10))
    found = forecast_promise(
        doors_of(400), NONE, small, params=PARAMS, now=NOW, seed=1, weeks=12, runs=6
    )
    assert found.done_week == 0
    assert found.late[0] > 200
    assert found.short_hours["day"] > 20
    assert found.short_hours["evening"] == 0  # nobody rings then: it does not count against it


def test_only_its_own_buurt_is_reached() -> None:
    roster = roster_of(("avond", 2, 60), codes=("BU00000002",))
    found = forecast_promise(
        doors_of(200), NONE, roster, params=PARAMS, now=NOW, seed=1, weeks=8, runs=4
    )
    assert found.buurten.loc["BU00000001", "tried_high"] == 0
    assert found.buurten.loc["BU00000002", "tried_low"] > 60


@pytest.mark.parametrize("saturdays", [0, 1])
def test_nobody_waits_for_a_window_that_does_not_come_again(saturdays: int) -> None:
    doors = doors_of(200)
    days = [(START - timedelta(days=n)).isoformat() for n in (90, 82, 74, 60, 40)]
    windows = ("middag", "avond", "middag", "avond", "avond")
    frame = pd.DataFrame(
        [{"door_id": d, "knocked_on": day, "window": w, "outcome": "not_home"}
         for d in doors.index for day, w in zip(days, windows, strict=True)]
    )  # fmt: skip
    evenings = [roster_of(("avond", 7 * week + 1, 60)) for week in range(6)]
    once = [roster_of(("zaterdagmiddag", 5, 1))] * saturdays
    roster = pd.concat([*evenings, *once]).assign(weekly=False)
    params = ContactParams(cycle_start=START - timedelta(days=100))
    found = forecast_promise(doors, frame, roster, params=params, now=NOW, seed=1, weeks=6, runs=8)
    assert found.unfinished[2] < 60  # the sixth time was in the evening


def test_a_single_date_beside_a_weekly_roster_leaves_the_weeks_as_they_are() -> None:
    once = roster_of(("zaterdagmiddag", 40, 40)).assign(weekly=False)
    doors = doors_of(200)
    plain, more = (
        forecast_promise(doors, NONE, r, params=PARAMS, now=NOW, seed=1, weeks=8, runs=8)
        for r in (WEEK.assign(weekly=True), pd.concat([WEEK.assign(weekly=True), once]))
    )
    assert plain.done_week == more.done_week > 0
    assert more.reached[1, -1] > plain.reached[1, -1] - 5


def test_a_forecast_needs_the_number_of_doors_of_each_shift() -> None:
    with pytest.raises(FrameError, match="n_doors"):
        forecast_promise(
            doors_of(40), NONE, WEEK.assign(n_doors=None), params=PARAMS, now=NOW, seed=1, weeks=3,
        )  # fmt: skip


@pytest.mark.parametrize("n", [0, 1])
def test_an_area_of_no_homes_or_one_has_a_forecast(n: int) -> None:
    found = forecast_promise(
        doors_of(n), NONE, WEEK, params=PARAMS, now=NOW, seed=1, weeks=4, runs=3
    )
    assert found.n_doors == found.tried[1, -1] == len(found.buurten) == n


def test_without_shifts_nothing_is_promised() -> None:
    empty = WEEK.iloc[:0]
    found = forecast_promise(
        doors_of(40), NONE, empty, params=PARAMS, now=NOW, seed=1, weeks=3, runs=2
    )
    assert found.tried.max() == 0
    assert needed_weeks(doors_of(40), NONE, empty, params=PARAMS, now=NOW, seed=1) is None


def test_who_is_not_rung_at_is_not_promised_anything() -> None:
    doors = doors_of(100)
    knocks = pd.DataFrame(
        [{"door_id": doors.index[0], "knocked_on": "2026-01-05", "window": "middag", "outcome": o}
         for o in ("vacant",)]
    )  # fmt: skip
    found = forecast_promise(
        doors, knocks, WEEK, params=PARAMS, now=NOW, seed=1, weeks=2, runs=2,
        do_not_knock={doors.index[5]},
    )  # fmt: skip
    assert found.n_doors == 98


def test_a_smaller_roster_needs_a_longer_cycle() -> None:
    doors = doors_of(600)
    fast = needed_weeks(doors, NONE, WEEK, params=PARAMS, now=NOW, seed=1)
    slow_roster = roster_of(("middag", 1, 20), ("avond", 3, 20), ("zaterdagmiddag", 5, 20))
    slow = needed_weeks(doors, NONE, slow_roster, params=PARAMS, now=NOW, seed=1)
    assert fast is not None
    assert slow is not None
    assert 8 <= fast < slow


def test_advice_prefers_the_evening_and_is_unsure_without_knocks() -> None:
    doors = doors_of(300)
    day = roster_of(("ochtend", 0, 30), ("middag", 2, 30))
    advice = advise_roster(
        doors, NONE, day, params=PARAMS, now=NOW, seed=1, weeks=10, runs=6, n_doors=30
    )
    assert list(advice.index) == list(PARAMS.windows.names)
    assert advice["more_reached"]["avond"] > advice["more_reached"]["ochtend"]
    assert not advice["sure"].any()


@pytest.mark.req("P08")
def test_a_forecast_names_no_door() -> None:
    doors = doors_of(50)
    found = forecast_promise(doors, NONE, WEEK, params=PARAMS, now=NOW, seed=1, weeks=2, runs=2)
    assert not any(d in repr(found) for d in doors.index)


def missed(doors: pd.DataFrame, times: int, window: str = "middag") -> pd.DataFrame:
    days = [(START - timedelta(days=60 - 10 * t)).isoformat() for t in range(times)]
    rows = [
        {"door_id": d, "knocked_on": day, "window": window, "outcome": "not_home"}
        for d in doors.index
        for day in days
    ]
    return pd.DataFrame(rows, columns=NONE.columns)


def forecast(
    doors: pd.DataFrame, frame: pd.DataFrame, roster: pd.DataFrame, weeks: int = 6
) -> Forecast:
    params = ContactParams(cycle_start=START - timedelta(days=90))
    return forecast_promise(
        doors, frame, roster, params=params, now=NOW, seed=1, weeks=weeks, runs=8
    )


def test_where_nobody_walks_in_the_evening_no_door_waits_for_it() -> None:
    doors = doors_of(200)
    model = fit_chances(doors, NONE, now=NOW, seed=1)
    params = ContactParams(cycle_start=START - timedelta(days=90))
    found = forecast_promise(
        doors, missed(doors, 4), roster_of(("middag", 1, 60)), params=params, now=NOW, seed=1,
        weeks=4, runs=8, model=model,
    )  # fmt: skip
    assert found.reached[1][-1] > 10


def test_what_is_short_is_short_where_somebody_comes() -> None:
    doors = doors_of(200)
    roster = pd.concat(
        [
            roster_of(("middag", 1, 100), ("middag", 3, 100), codes=("BU00000001",)),
            roster_of(
                ("middag", 1, 100), ("avond", 2, 100), ("zaterdagmiddag", 5, 100),
                codes=("BU00000002",),
            ),
        ]
    )  # fmt: skip
    found = forecast(doors, NONE, roster, weeks=26)
    assert found.short_hours["evening"] < 1


def test_a_few_closed_entrances_do_not_close_the_quarter() -> None:
    doors = doors_of(400)
    frame = missed(doors.iloc[:20], 1).assign(knocked_on=(START - timedelta(days=20)).isoformat())
    frame.loc[:7, "outcome"] = "no_access"
    found = forecast(doors, frame, WEEK, weeks=26)
    assert found.late[1] < 45  # of 400, not the share of the first twenty
    behind = doors.assign(stop_id=["flat"] * 8 + [f"t{k}" for k in range(392)])
    shut = missed(behind.iloc[:1], 3).assign(outcome="no_access")
    assert forecast(behind, shut, WEEK).n_doors == 392  # all that are behind that entrance


def test_a_home_that_was_empty_long_ago_counts_again() -> None:
    doors = doors_of(20)
    empty = missed(doors.iloc[:5], 1).assign(outcome="vacant")
    long_ago = empty.assign(knocked_on=(START - timedelta(days=300)).isoformat())
    assert forecast(doors, empty, WEEK).n_doors == 15
    assert forecast(doors, long_ago, WEEK).n_doors == 20


def test_shifts_of_single_dates_do_not_come_again() -> None:
    once = roster_of(("middag", 1, 30)).assign(weekly=False)
    found = forecast(doors_of(400), NONE, once, weeks=12)
    assert found.tried[2][-1] < 60
    assert found.done_week == 0


def test_chances_are_held_against_weeks_they_were_not_learned_from() -> None:
    doors = doors_of(400)
    people = People(doors, WORLDS["gewoon"], seed=3)
    shifts = [
        SeasonShift(on=START + timedelta(days=d), window=w, n_doors=40)
        for d in range(84)
        for w in (("middag", "avond") if d % 7 < 5 else ("zaterdagmiddag",) if d % 7 == 5 else ())
    ]
    params = ContactParams(cycle_start=START)
    history = run_season(doors, people, shifts, params=params, seed=1).knocks
    now = NOW + timedelta(days=84)
    table = check_chances(doors, history, now=now, seed=1, params=params)
    days = pd.to_datetime(history["knocked_on"]).dt.date
    recent = days >= START + timedelta(days=56)
    tried = history["outcome"].isin(["not_home", "talked", "no_talk", "come_back", "do_not_knock"])
    assert table["attempts"].sum() == (recent & tried).sum()
    assert table["opened"].sum() == (recent & tried & (history["outcome"] != "not_home")).sum()
    assert 0.6 < table["expected"].sum() / table["opened"].sum() < 1.6
    assert 0 < table["loss"].sum() < table["loss_rules"].sum() * 1.1
    # What happens in the last week changes nothing that was foretold of the weeks before it.
    flipped = history.copy()
    flipped.loc[days >= START + timedelta(days=77), "outcome"] = "not_home"
    other = check_chances(doors, flipped, now=now, seed=1, params=params)
    assert other["expected"].sum() == pytest.approx(table["expected"].sum())
