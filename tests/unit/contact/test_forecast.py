"""The forecast: what a roster promises, what is short, and when it has to say it does not know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from zds_geo.contact import ContactParams, advise_roster, forecast_promise, needed_weeks
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
