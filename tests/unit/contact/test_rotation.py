"""The rotation: every rule of rest, and a season that keeps them all."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.contact import QUARTER, ContactParams, People, fit_chances, list_breaches, rank_doors
from zds_geo.core.errors import FrameError, SettingsError, UsageError
from zds_geo.core.windows import AMSTERDAM, WindowKind

START = date(2026, 9, 7)
PARAMS = ContactParams(cycle_start=START)
DOORS = pd.DataFrame(
    {"buurt_code": "BU00000001", "street_side_id": "s"},
    index=pd.Index([f"{i:016d}" for i in range(6)], name="door_id"),
)
ROSTER = pd.DataFrame(
    {"window": ["middag", "avond", "zaterdagmiddag"], "n_doors": 1, "start_at": 0, "end_at": 0}
)
DOOR = str(DOORS.index[0])


def knocks(*rows: tuple[int, str, str], door: str = DOOR, **more: str) -> pd.DataFrame:
    """Make knocks: (days after the start, window, outcome)."""
    return pd.DataFrame(
        [
            {
                "knock_id": str(uuid.UUID(int=n)), "door_id": door, "window": w, "outcome": o,
                "knocked_on": START + timedelta(days=d), **more,
            }
            for n, (d, w, o) in enumerate(rows)
        ],
        columns=["knock_id", "door_id", "window", "outcome", "knocked_on", *more],
    )  # fmt: skip


def rank(frame: pd.DataFrame, day: int, window: str = "middag", **more: Any) -> Any:
    on = START + timedelta(days=day)
    now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    result = rank_doors(DOORS, frame, more.pop("roster", ROSTER), window=window, now=now, seed=1,
                        params=PARAMS, **more)  # fmt: skip
    return result.loc[DOOR]


@pytest.mark.parametrize(("misses", "rest"), [(1, 7), (2, 7), (3, 10), (4, 14), (5, 21)])
def test_after_each_miss_a_door_rests_its_days(misses: int, rest: int) -> None:
    days = [0, 8, 16, 40, 60][:misses]
    windows = ("avond", "middag", "zaterdagmiddag", "avond", "avond")
    frame = knocks(*((d, w, "not_home") for d, w in zip(days, windows, strict=False)))
    last = days[-1]
    early = rank(frame, last + rest - 1, "avond")
    assert (early["eligible"], early["reason"]) == (False, "not_now.cool_down")
    assert early["not_before"] == START + timedelta(days=last + rest)
    assert rank(frame, last + rest, "avond")["eligible"]


def test_after_six_misses_a_door_rests_until_the_next_cycle() -> None:
    frame = knocks(*((d * 30, "avond", "not_home") for d in range(6)))
    assert rank(frame, 400, "avond")["reason"] == "not_now.rest"


def test_from_the_fourth_miss_only_evening_or_saturday_until_waited_long_enough() -> None:
    windows = ("avond", "zaterdagmiddag", "avond", "zaterdagmiddag")
    frame = knocks(*((d, w, "not_home") for d, w in zip((0, 8, 16, 30), windows, strict=True)))
    assert rank(frame, 46)["reason"] == "not_now.waits_for_window"
    assert rank(frame, 46, "avond")["eligible"]
    assert rank(frame, 30 + 14 + 28)["eligible"]
    assert rank(frame, 46, roster=ROSTER.iloc[:1])["eligible"]


def dated(*shifts: tuple[str, int, int]) -> pd.DataFrame:
    """Make a roster: window, days after the start, doors."""
    at = [
        datetime.combine(START + timedelta(days=d), time(12), tzinfo=AMSTERDAM)
        for _, d, _ in shifts
    ]
    return pd.DataFrame(
        {"window": [w for w, _, _ in shifts], "n_doors": [n for _, _, n in shifts],
         "start_at": at, "end_at": at}
    )  # fmt: skip


BUT_SATURDAY = knocks(
    *((d, w, "not_home") for d, w in zip((0, 8, 16, 27, 42), ["middag", "avond"] * 3, strict=False))
)  # 5 misses: from day 63 on only a Saturday is left, until day 147
BY_DAY_AND_EVENING = ROSTER.iloc[:2]
NOBODY = knocks()


def test_the_last_attempts_are_for_the_kinds_of_window_not_tried_yet() -> None:
    waits = rank(BUT_SATURDAY, 63, "avond")
    assert waits["reason"] == "not_now.other_kind"
    assert waits["not_before"] == START + timedelta(days=147)
    assert rank(BUT_SATURDAY, 63, "zaterdagmiddag")["eligible"]
    assert rank(BUT_SATURDAY, 147, "avond")["eligible"]  # waited long enough
    assert rank(BUT_SATURDAY, 63, "avond", roster=BY_DAY_AND_EVENING)["eligible"]
    days = (0, 30, 60, 90, 120)
    opened = knocks((0, "middag", "no_talk"), *((60 + d, "middag", "not_home") for d in days))
    assert rank(opened, 201, "avond")["eligible"]  # somebody opened: no more is owed


@pytest.mark.parametrize(
    "saturday", [("zaterdagmiddag", 61, 40), ("zaterdagmiddag", 68, 0)], ids=["over", "no doors"]
)
def test_nobody_waits_for_a_kind_of_window_that_does_not_come(
    saturday: tuple[str, int, int],
) -> None:
    evening = dated(("avond", 63, 5), ("avond", 70, 5))
    coming = pd.concat([evening, dated(("zaterdagmiddag", 68, 5))])
    assert rank(BUT_SATURDAY, 63, "avond", roster=coming)["reason"] == "not_now.other_kind"
    none = pd.concat([evening, dated(saturday)])
    assert rank(BUT_SATURDAY, 63, "avond", roster=none)["eligible"]


def test_the_last_attempt_by_day_comes_before_the_waiting_rule() -> None:
    windows = ("avond", "zaterdagmiddag", "avond", "zaterdagmiddag", "avond")
    visits = list(zip((0, 8, 16, 27, 42), windows, strict=True))
    three = knocks(*((d, w, "not_home") for d, w in visits[:3]))
    assert rank(three, 27, "avond")["reason"] == "not_now.other_kind"
    assert rank(three, 27)["eligible"]
    five = knocks(*((d, w, "not_home") for d, w in visits))
    assert rank(five, 63, "avond")["eligible"]  # too late for that: it is not kept from the others
    assert rank(five, 63)["reason"] == "not_now.waits_for_window"


@pytest.mark.parametrize("max_misses", [3, 6, 11, 12, 20])
@pytest.mark.parametrize("window", ["avond", "middag"])
def test_no_door_rests_before_each_kind_was_tried_whatever_the_ceiling(
    max_misses: int, window: str
) -> None:
    params = replace(PARAMS, max_misses=max_misses)
    visits: list[tuple[int, str, str]] = []
    for day in range(0, 2000, 7):
        on = START + timedelta(days=day)
        now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        rest = visits[-1][0] + 7 if visits else 0
        for name in (window, "avond", "zaterdagmiddag", "middag") if day >= rest else ():
            found = rank_doors(DOORS, knocks(*visits), ROSTER, window=name, now=now, seed=1,
                               params=params)  # fmt: skip
            if found.loc[DOOR, "eligible"]:
                visits.append((day, name, "not_home"))
                break
        if len(visits) == max_misses:
            break
    assert {params.windows.kind_of(name) for _, name, _ in visits} == set(WindowKind)
    assert list_breaches(knocks(*visits), params=params, staffed=set(WindowKind)).empty


@pytest.mark.parametrize("how", ["str", "object", "string", "category", "naive", "stamps"])
def test_a_roster_is_read_in_any_form_of_date(how: str) -> None:
    whole = pd.concat([dated(("avond", 63, 5)), dated(("zaterdagmiddag", 68, 5))])
    at = whole["start_at"]
    texts = [at.iloc[0].isoformat(), at.iloc[1].strftime("%Y-%m-%dT%H:%M:%S.500+0200")]
    if how == "naive":
        form = at.dt.tz_localize(None)
    elif how == "stamps":
        form = pd.Series(list(at), dtype=object, index=at.index)
    else:
        form = pd.Series(texts, index=at.index, dtype=how)
    for day, waits in ((63, True), (68, True), (69, False)):
        found = rank(BUT_SATURDAY, day, "avond", roster=whole.assign(start_at=form))
        assert found["eligible"] != waits


@pytest.mark.parametrize("none", [None, pd.NA, pd.NaT, "", 0, float("nan")])
def test_a_shift_without_a_start_comes_every_week(none: Any) -> None:
    undated = dated(("zaterdagmiddag", 1, 5)).astype({"start_at": object}).assign(start_at=[none])
    assert rank(BUT_SATURDAY, 63, "avond", roster=undated)["reason"] == "not_now.other_kind"


@pytest.mark.parametrize(
    "fault",
    [
        {"n_doors": -1},
        {"start_at": "0001-01-01"},
        {"n_doors": float("inf")},
        {"n_doors": "veel"},
        {"start_at": "later"},
    ],
)
def test_a_roster_that_cannot_be_read_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(FrameError, match=next(iter(fault))):
        rank(NOBODY, 1, roster=dated(("avond", 1, 5)).astype(object).assign(**fault))


@pytest.mark.parametrize(
    ("outcome", "day", "reason"),
    [
        ("talked", 300, "not_now.talked"),
        ("no_talk", 55, "not_now.opened"),
        ("no_access", 6, "not_now.cool_down"),
        ("vacant", 180, "not_now.vacant"),
        ("not_a_home", 300, "not_now.not_a_home"),
        ("do_not_knock", 300, "not_now.do_not_knock"),
    ],
)
def test_each_outcome_rests_as_agreed(outcome: str, day: int, reason: str) -> None:
    assert rank(knocks((0, "middag", outcome)), day)["reason"] == reason


@pytest.mark.parametrize(("outcome", "day"), [("no_talk", 56), ("no_access", 7), ("vacant", 183)])
def test_and_comes_back_when_the_rest_is_over(outcome: str, day: int) -> None:
    assert rank(knocks((0, "middag", outcome)), day)["eligible"]


def test_an_appointment_goes_first_in_its_window_only() -> None:
    frame = knocks((0, "middag", "come_back"), come_back_window="avond")
    assert rank(frame, 3)["reason"] == "not_now.come_back_later"
    asked = rank(frame, 3, "avond")
    assert (asked["eligible"], asked["reason"]) == (True, "reason.on_request")
    others = rank_doors(DOORS, frame, ROSTER, window="avond", seed=1, params=PARAMS,
                        now=datetime(2026, 9, 10, 12, tzinfo=UTC))  # fmt: skip
    assert others["prize"].idxmax() == DOOR
    assert rank(frame, 40, "avond")["reason"] == "not_now.opened"


def test_a_new_appointment_without_dates_does_not_take_those_of_the_former() -> None:
    first = knocks((0, "middag", "come_back"), come_back_window="avond",
                   come_back_from=(START + timedelta(days=20)).isoformat())  # fmt: skip
    second = knocks((9, "middag", "come_back"), come_back_window="avond", come_back_from="")
    second["knock_id"] = str(uuid.UUID(int=99))
    both = rank(pd.concat([first, second]), 11, window="avond")
    assert both["eligible"]
    assert both["reason"] == "reason.on_request"


def test_three_times_without_access_goes_to_the_list() -> None:
    frame = knocks(*((d, "middag", "no_access") for d in (0, 8, 30)))
    assert rank(frame, 300)["reason"] == "not_now.no_access"


def test_a_knock_today_rules_out_another_also_over_a_cycle_boundary() -> None:
    frame = knocks((-1, "middag", "not_home"))
    assert rank(frame, 0)["reason"] == "not_now.cool_down"
    assert rank(frame, 6)["eligible"]


def test_a_request_is_no_attempt_and_a_contact_elsewhere_rests_the_door() -> None:
    assert rank(knocks((0, "", "talked"), source="elsewhere"), 60)["reason"] == "not_now.talked"
    assert rank(knocks((0, "", "not_home"), source="request"), 1)["reason"] == "reason.new"


@pytest.mark.req("P07")
def test_the_register_rules_whatever_the_knocks_say() -> None:
    held = rank(knocks(), 9, do_not_knock={DOOR})
    assert (held["eligible"], held["prize"]) == (False, 0.0)
    withdrawn = rank(knocks((0, "middag", "do_not_knock")), 9, do_not_knock=set())
    assert withdrawn["reason"] == "not_now.talked"


def test_a_model_of_other_windows_is_refused_with_a_sentence() -> None:
    model = fit_chances(DOORS, knocks(), now=datetime(2026, 9, 8, 12, tzinfo=UTC), seed=1)
    with pytest.raises(UsageError, match="weekend"):
        rank(knocks(), 1, model=replace(model, windows=("weekend",) * 6))


ROWS = st.lists(
    st.tuples(
        st.integers(0, 80),
        st.sampled_from(["ochtend", "avond", "zaterdagmiddag"]),
        st.sampled_from(["talked", "no_talk", "come_back", "not_home", "no_access", "vacant"]),
        st.sampled_from(list(DOORS.index)),
    ),
    max_size=25,
)


@pytest.mark.req("R02")
@settings(max_examples=30, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_knocks_and_doors_changes_nothing(rows: Any, shuffle: Any) -> None:
    frame = pd.DataFrame(
        [
            {"knock_id": str(uuid.UUID(int=n)), "door_id": d, "knocked_on": START + timedelta(days=k),
             "window": w, "outcome": o}
            for n, (k, w, o, d) in enumerate(rows)
        ],
        columns=["knock_id", "door_id", "knocked_on", "window", "outcome"],
    )  # fmt: skip
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    order, back = list(range(len(frame))), list(reversed(DOORS.index))
    shuffle.shuffle(order)
    a = rank_doors(DOORS, frame, ROSTER, window="avond", now=now, seed=1, params=PARAMS)
    b = rank_doors(
        DOORS.loc[back], frame.iloc[order], ROSTER, window="avond", now=now, seed=1, params=PARAMS
    )
    pd.testing.assert_frame_equal(a, b.loc[DOORS.index])
    assert (a.loc[~a["eligible"], "prize"] == 0).all()


def test_a_season_keeps_every_rule_and_the_checker_finds_planted_breaches() -> None:
    doors = pd.DataFrame(
        {"buurt_code": "BU00000001", "street_side_id": "s"},
        index=pd.Index([f"{i:016d}" for i in range(120)], name="door_id"),
    )
    people = People(doors, QUARTER, seed=1)
    rows: list[tuple[Any, ...]] = []
    for day in (START + timedelta(days=n) for n in range(84)):
        if day.weekday() == 6:
            continue
        window = (
            "zaterdagmiddag" if day.weekday() == 5 else ("middag", "avond")[day.toordinal() % 2]
        )
        frame = pd.DataFrame(rows, columns=["knock_id", "door_id", "knocked_on", "window", "outcome",
                                            "come_back_window", "source"])  # fmt: skip
        now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        ranked = rank_doors(doors, frame, ROSTER, window=window, now=now, seed=1, params=PARAMS)
        best = ranked.loc[ranked["eligible"]].sort_values("prize", ascending=False).head(7)
        for door in best.index:
            outcome = people.answer(door, window=window, on=day)
            rows.append((str(uuid.uuid4()), door, day, window, outcome.value,
                         window if outcome.value == "come_back" else "", "paper"))  # fmt: skip
    history = pd.DataFrame(rows, columns=frame.columns)
    assert len(history) > 300
    assert list_breaches(history, params=PARAMS, staffed=set(WindowKind)).empty
    planted = knocks((0, "middag", "talked"), (30, "middag", "not_home"))
    assert list_breaches(planted, params=PARAMS)["rule"].tolist() == ["talked"]
    close = knocks((0, "middag", "not_home"), (3, "avond", "not_home"))
    assert list_breaches(close, params=PARAMS)["rule"].tolist() == ["cool_down"]
    evenings = knocks(*((d, "avond", "not_home") for d in (0, 8, 16, 27, 42, 64)))
    kinds = set(WindowKind)
    found = list_breaches(evenings, params=PARAMS, staffed=kinds)["rule"].tolist()
    assert found == ["kind_left"] * 2
    assert list_breaches(evenings, params=PARAMS).empty
    rare = knocks(*((120 * n, "avond", "not_home") for n in range(6)))
    assert list_breaches(rare, params=PARAMS, staffed=kinds).empty  # waited long enough each time


def test_a_closed_flat_is_visited_three_times_in_eight_weeks_and_then_waits_for_access() -> None:
    flat = pd.DataFrame(
        {"buurt_code": "BU00000001", "street_side_id": "s", "stop_id": "s:flat"},
        index=pd.Index([f"{i:016d}" for i in range(100)], name="door_id"),
    )
    rung: list[dict[str, Any]] = []
    days: set[int] = set()
    for day in range(56):
        on = START + timedelta(days=day)
        window = "zaterdagmiddag" if on.weekday() == 5 else ("middag", "avond")[day % 2]
        now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        frame = pd.DataFrame(rung, columns=list(knocks().columns))
        ranked = rank_doors(flat, frame, ROSTER, window=window, now=now, seed=1, params=PARAMS)
        # One sheet names six of its doors; the entrance is closed for all hundred.
        for door in ranked.index[ranked["eligible"]][:6]:
            days.add(day)
            rung.append(
                {
                    "knock_id": str(uuid.UUID(int=len(rung))), "door_id": door, "window": window,
                    "outcome": "no_access", "knocked_on": on,
                }
            )  # fmt: skip
    assert len(days) == 3
    assert set(ranked["reason"]) == {"not_now.no_access"}
    opened = knocks((57, "middag", "not_home"), door=str(flat.index[50]))
    later = datetime(2026, 11, 20, 12, tzinfo=UTC)
    frame = pd.concat([frame, opened], ignore_index=True)
    ranked = rank_doors(flat, frame, ROSTER, window="middag", now=later, seed=1, params=PARAMS)
    assert ranked["eligible"].sum() == 100


def test_an_appointment_outlives_the_cycle_in_which_it_was_made() -> None:
    made = knocks(
        (-20, "avond", "come_back"), come_back_window="avond",
        come_back_from=(START + timedelta(days=10)).isoformat(),
        come_back_until=(START + timedelta(days=15)).isoformat(),
    )  # fmt: skip
    before = rank(made, 2)
    assert (before["eligible"], before["reason"]) == (False, "not_now.come_back_later")
    assert before["not_before"] == START + timedelta(days=10)
    assert rank(made, 11, "avond")["reason"] == "reason.on_request"
    other = rank(made, 11)  # its days, not its window: no date is promised
    assert (other["eligible"], other["not_before"]) == (False, None) or pd.isna(other["not_before"])
    assert rank(made, 16)["reason"] == "reason.new"
    missed = pd.concat([made, knocks((11, "avond", "not_home"))])
    assert rank(missed, 12, "avond")["reason"] == "not_now.cool_down"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda k: k.drop(columns="outcome"), "outcome"),
        (lambda k: k.drop(columns="knocked_on"), "knocked_on"),
        (lambda k: k.assign(knocked_on="20-11-2026"), "20-11-2026"),
        (lambda k: k.assign(outcome="do-not-knock"), "do-not-knock"),
        (lambda k: k.assign(door_id=200010000000001), "200010000000001"),
    ],
)
def test_a_history_that_cannot_be_read_is_refused(spoil: Any, says: str) -> None:
    frame = spoil(knocks((0, "middag", "do_not_knock")))
    with pytest.raises(FrameError, match=says):
        rank(frame, 30)
    with pytest.raises(FrameError, match=says):
        fit_chances(DOORS, frame, now=datetime(2026, 12, 1, tzinfo=UTC), seed=1)


def test_who_asked_not_to_be_rung_at_is_not_even_without_a_date() -> None:
    frame = knocks((0, "", "do_not_knock"), source="request").assign(knocked_on=None)
    assert rank(frame, 30)["reason"] == "not_now.do_not_knock"


def test_doors_that_cannot_be_matched_are_refused() -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    for doors in (DOORS.set_axis(range(6)), pd.concat([DOORS, DOORS])):
        with pytest.raises(FrameError):
            rank_doors(doors, knocks(), ROSTER, window="middag", now=now, seed=1)


def test_a_door_without_buurt_or_stop_is_ranked_by_what_is_known_of_itself() -> None:
    doors = DOORS.assign(buurt_code=None, street_side_id=None, stop_id=None)
    shut = knocks(
        (0, "middag", "no_access"), (8, "middag", "no_access"), (30, "avond", "no_access")
    )
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    model = fit_chances(doors, shut, now=now, seed=1)
    found = rank_doors(
        doors, shut, ROSTER, window="middag", now=now, seed=1, params=PARAMS, model=model
    )
    assert found.loc[DOOR, "reason"] == "not_now.no_access"
    assert found["eligible"].sum() == len(doors) - 1


def test_learned_prizes_do_not_hang_on_the_order_of_doors() -> None:
    n = 7000  # more than set the price of an hour
    doors = pd.DataFrame(
        {"buurt_code": "BU00000001", "street_side_id": [f"s{i // 40}" for i in range(n)]},
        index=pd.Index([f"0200010{i:09d}" for i in range(n)], name="door_id"),
    )
    rung = doors.index[::3]
    frame = pd.DataFrame(
        {
            "door_id": rung, "knocked_on": START.isoformat(), "window": "middag",
            "outcome": ["talked" if i % 5 < i // 400 % 5 else "not_home" for i in range(len(rung))],
        }
    )  # fmt: skip
    now = datetime(2026, 10, 5, 12, tzinfo=UTC)
    roster = ROSTER.assign(n_doors=150)
    found = []
    for some in (doors, doors.sample(frac=1.0, random_state=1)):
        model = fit_chances(some, frame, now=now, seed=1)
        ranked = rank_doors(some, frame, roster, window="avond", now=now, seed=1, model=model)
        found.append(ranked.loc[doors.index])
    pd.testing.assert_frame_equal(*found)


def test_a_roster_without_windows_is_refused_and_one_without_dates_comes_every_week() -> None:
    with pytest.raises(FrameError, match="window"):
        rank(knocks(), 0, roster=pd.DataFrame({"start_at": ["2026-09-14"]}))
    often = knocks(*((n, "middag", "not_home") for n in (0, 10, 20, 30)))
    assert rank(often, 50, roster=ROSTER[["window"]])["reason"] == "not_now.waits_for_window"
    assert rank(often, 50, roster=pd.DataFrame())["eligible"]


@pytest.mark.parametrize("wrong", [{"max_misses": None}, {"no_access_days": ()}])
def test_rules_that_cannot_be_kept_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        ContactParams(**wrong)


def test_the_check_of_a_history_knows_when_an_appointment_was() -> None:
    def rules(day: int, **more: str) -> list[str]:
        made = knocks((0, "avond", "come_back"), come_back_window="avond",
                      come_back_from=(START + timedelta(days=40)).isoformat(),
                      come_back_until=(START + timedelta(days=45)).isoformat())  # fmt: skip
        visit = knocks((day, "avond", "talked"), **more)
        return list(list_breaches(pd.concat([made, visit]), params=PARAMS)["rule"])

    assert rules(41) == []
    assert rules(9) == ["before_appointment"]
    assert rules(0, source="elsewhere") == []
