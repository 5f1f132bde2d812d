"""Forgetting on time: what remains says the same, and what is gone is gone in every byte."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.contact import ContactParams, measure_coverage, rank_doors
from zds_geo.core.errors import SettingsError, StoreError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.retention import Retention
from zds_geo.core.windows import AMSTERDAM, DEFAULT_WINDOWS
from zds_geo.store import HistoryStore, open_history

START = date(2026, 1, 5)
DOORS = [f"0200010000000{n:03d}" for n in range(30)]
FRAME = pd.DataFrame(
    {
        "buurt_code": ["BU1"] * 15 + ["BU2"] * 15,
        "street_side_id": [f"s{n // 5}" for n in range(30)],
    },
    index=pd.Index(DOORS, name="door_id"),
)
BLOCKS = {d: ("BU-1", b) for d, b in FRAME["buurt_code"].items()}
OUTCOMES = (
    Outcome.NOT_HOME, Outcome.NOT_HOME, Outcome.TALKED, Outcome.NO_TALK, Outcome.COME_BACK,
    Outcome.VACANT, Outcome.NOT_A_HOME, Outcome.NO_ACCESS,
)  # fmt: skip


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=AMSTERDAM)


def knock(
    door: str, on: date, outcome: Outcome, *, salt: int = 0, elsewhere: bool = False
) -> Knock:
    names = DEFAULT_WINDOWS.on(on)
    window = names[(on.toordinal() + salt) % len(names)].name if names else ""
    back = window if outcome is Outcome.COME_BACK else ""
    return Knock(
        knock_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{door} {on} {outcome} {salt}")),
        door_id=door,
        knocked_on=on,
        window="" if elsewhere else window,
        outcome=outcome,
        come_back_window=back,
        source=Source.ELSEWHERE if elsewhere else Source.PAPER,
    )


def prune(store: HistoryStore, day: date, cycle: date, *, confirmed: bool = False) -> int:
    report = store.prune(
        now=at(day), cycle_start=cycle, windows=DEFAULT_WINDOWS, blocks=BLOCKS, confirmed=confirmed
    )
    return report.knocks


def figures(store: HistoryStore, day: date, cycle: date) -> pd.DataFrame:
    params = ContactParams(cycle_start=cycle)
    state = store.read_door_state()
    found = measure_coverage(
        FRAME, store.read_knocks(), params=params, now=at(day), by="buurt_code", door_state=state
    )
    return found.drop(columns="last_tried_on")


@pytest.fixture
def store(tmp_path: Path) -> HistoryStore:
    return open_history(tmp_path / "k.sqlite", now=at(START), create=True)


one_knock = st.tuples(
    st.integers(0, len(DOORS) - 1), st.integers(0, 400), st.sampled_from(OUTCOMES), st.booleans()
)


@pytest.mark.req("P04")
@pytest.mark.req("R02")
@settings(max_examples=12)
@given(
    st.lists(one_knock, min_size=5, max_size=60),
    st.lists(st.integers(30, 460), max_size=2),
    st.integers(0, 2),
)
def test_coverage_and_rank_are_the_same_before_and_after_forgetting(
    tmp_path_factory: pytest.TempPathFactory,
    rings: list[tuple[int, int, Outcome, bool]],
    runs: list[int],
    cycle_months: int,
) -> None:
    folder = tmp_path_factory.mktemp("forget")
    cycle = START + timedelta(days=17 + 40 * cycle_months)
    knocks = []
    for n, (door, day, outcome, elsewhere) in enumerate(rings):
        on = START + timedelta(days=day)
        on -= timedelta(days=on.weekday() == 6)
        away = elsewhere and outcome in {Outcome.TALKED, Outcome.NO_TALK}
        knocks.append(knock(DOORS[door], on, outcome, salt=n, elsewhere=away))
    whole = open_history(
        folder / "whole.sqlite",
        now=at(START),
        create=True,
        retention=Retention(unreached_months=24),
    )
    short = open_history(
        folder / "short.sqlite", now=at(START), create=True, retention=Retention(unreached_months=1)
    )
    last = START + timedelta(days=460)
    due = sorted({*runs, 460})
    done = 0
    for day in due:
        now = START + timedelta(days=day)
        fresh = [k for k in knocks if START + timedelta(days=done) <= k.knocked_on < now]
        # What is past its retention when it arrives is not stored by either.
        fresh = [k for k in fresh if k.knocked_on >= now - timedelta(days=29)]
        whole.record(fresh, label="x", now=at(now))
        short.record(fresh, label="x", now=at(now))
        before = figures(short, now, cycle)
        prune(short, now, cycle, confirmed=True)
        done = day
        pd.testing.assert_frame_equal(figures(short, now, cycle), before)
    pd.testing.assert_frame_equal(figures(short, last, cycle), figures(whole, last, cycle))
    roster = pd.DataFrame(
        {"start_at": [at(last)], "end_at": [at(last)], "window": ["avond"], "n_doors": [5]}
    )
    ranked = [
        rank_doors(
            FRAME, s.read_knocks(), roster, window="avond", now=at(last), seed=1,
            door_state=s.read_door_state(), params=ContactParams(cycle_start=cycle),
        )
        for s in (whole, short)
    ]  # fmt: skip
    # Who was talked to in this cycle rests, whether or not the knock is still there.
    talked = [set(r.index[r["reason"] == "not_now.talked"]) for r in ranked]
    assert talked[0] <= talked[1]


@pytest.mark.req("P04")
def test_a_talk_leaves_a_month_and_an_unreached_door_keeps_its_year(store: HistoryStore) -> None:
    talked, missed = DOORS[0], DOORS[1]
    store.record(
        [
            knock(talked, START, Outcome.NOT_HOME), knock(talked, START + timedelta(days=8), Outcome.TALKED),
            knock(missed, START, Outcome.NOT_HOME),
        ],
        label="x", now=at(START + timedelta(days=9)),
    )  # fmt: skip
    assert prune(store, START + timedelta(days=37), START) == 0
    assert prune(store, START + timedelta(days=40), START) == 2
    assert set(store.read_knocks()["door_id"]) == {missed}
    state = store.read_door_state().loc[talked]
    assert (state["month_last_talked"], state["misses"], state["contacts_had"]) == (
        "2026-01",
        1,
        "opened,talked",
    )
    assert prune(store, START + timedelta(days=360), START, confirmed=True) == 0
    assert prune(store, START + timedelta(days=367), START) == 1
    assert store.read_knocks().empty


@pytest.mark.req("P04")
def test_a_sheet_that_comes_again_after_forgetting_counts_once(store: HistoryStore) -> None:
    sheet = [
        knock(DOORS[0], START, Outcome.NOT_HOME),
        knock(DOORS[0], START + timedelta(days=2), Outcome.TALKED),
    ]
    store.record(sheet, label="x", now=at(START + timedelta(days=3)))
    later = START + timedelta(days=60)
    prune(store, later, START)
    before = (figures(store, later, START), store.lasting_counts())
    again = store.record(sheet, label="x", now=at(later))
    assert (len(again.expired), again.stored) == (2, ())
    prune(store, later + timedelta(days=1), START)
    pd.testing.assert_frame_equal(figures(store, later, START), before[0])
    assert store.lasting_counts() == before[1]


@pytest.mark.req("P04")
def test_lasting_counts_are_of_blocks_and_add_up(store: HistoryStore) -> None:
    knocks = [
        knock(d, START, Outcome.TALKED if n % 3 == 0 else Outcome.NOT_HOME)
        for n, d in enumerate(DOORS)
    ]
    store.record(knocks, label="x", now=at(START + timedelta(days=1)))
    prune(store, START + timedelta(days=400), START, confirmed=True)
    rows = store.lasting_counts()
    assert sum(r["attempts"] for r in rows) == 30
    assert sum(r["talked"] for r in rows) == 10
    assert {r["block_id"] for r in rows} == {"BU-1"}
    assert {r["month"] for r in rows} == {"2026-01"}


@pytest.mark.req("P04")
def test_a_clock_that_jumped_ahead_wipes_nothing(store: HistoryStore) -> None:
    store.record([knock(DOORS[0], START, Outcome.NOT_HOME)], label="x", now=at(START))
    prune(store, START + timedelta(days=1), START)
    wrong = START + timedelta(days=900)
    assert not store.is_prune_due(now=at(wrong))
    with pytest.raises(StoreError, match="prune --confirm"):
        prune(store, wrong, START)
    assert len(store.read_knocks()) == 1
    assert store.is_prune_due(now=at(START + timedelta(days=2)))
    assert not store.is_prune_due(now=at(START + timedelta(days=1)))


@pytest.mark.req("P04")
def test_ceilings_cannot_be_configured_away() -> None:
    with pytest.raises(SettingsError, match="unreached_months"):
        Retention(unreached_months=25)
    with pytest.raises(SettingsError, match="who_rang_days"):
        Retention(who_rang_days=61)


@pytest.mark.req("P04")
def test_an_open_appointment_is_not_forgotten(store: HistoryStore) -> None:
    back = Knock(
        knock_id=str(uuid.uuid4()), door_id=DOORS[0], knocked_on=START, window="middag",
        outcome=Outcome.COME_BACK, come_back_window="avond", come_back_from=START + timedelta(days=100),
        come_back_until=START + timedelta(days=170), source=Source.PAPER,
    )  # fmt: skip
    store.record([back], label="x", now=at(START))
    short = HistoryStore(store._engine, Retention(unreached_months=1))
    assert prune(short, START + timedelta(days=160), START) == 0
    assert prune(short, START + timedelta(days=172), START, confirmed=True) == 1


@pytest.mark.req("P04")
@pytest.mark.req("P07")
def test_a_refusal_outlives_its_knock_and_an_undone_one_does_not_come_back(
    store: HistoryStore,
) -> None:
    kept = store.record([knock(DOORS[0], START, Outcome.DO_NOT_KNOCK)], label="x", now=at(START))
    undone = store.record([knock(DOORS[1], START, Outcome.DO_NOT_KNOCK)], label="y", now=at(START))
    assert kept.batch_id
    store.undo_batch(undone.batch_id, now=at(START))
    prune(store, START + timedelta(days=400), START, confirmed=True)
    assert store.read_knocks().empty
    assert store.do_not_knock_doors() == {DOORS[0]}


@pytest.mark.req("P04")
def test_what_remained_goes_when_the_next_cycle_closes(store: HistoryStore) -> None:
    second = START + timedelta(weeks=26)
    store.record([knock(DOORS[0], START, Outcome.TALKED)], label="x", now=at(START))
    store.record([knock(DOORS[2], START, Outcome.NOT_A_HOME)], label="x", now=at(START))
    prune(store, START + timedelta(days=40), START)
    store.drop_old_state(started_on=START)
    assert DOORS[0] in store.read_door_state().index
    prune(store, START + timedelta(days=380), second, confirmed=True)
    store.drop_old_state(started_on=second)
    state = store.read_door_state()
    assert DOORS[0] not in state.index
    assert state.at[DOORS[2], "not_a_home_on"] == START.isoformat()


@pytest.mark.req("P05")
@pytest.mark.req("R42")
def test_no_byte_of_a_forgotten_knock_is_left(tmp_path: Path) -> None:
    path = tmp_path / "k.sqlite"
    knocks = [knock(d, START, Outcome.TALKED) for d in DOORS]
    with open_history(path, now=at(START), create=True) as store:
        store.record(knocks, label="x", now=at(START))
        assert knocks[0].knock_id.encode() in path.read_bytes()
        prune(store, START + timedelta(days=40), START)
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert not [k for k in knocks if k.knock_id.encode() in content]


@pytest.mark.req("P05")
@pytest.mark.req("P06")
def test_an_erased_door_is_in_no_byte_and_does_not_come_back(tmp_path: Path) -> None:
    path = tmp_path / "k.sqlite"
    sheet = [knock(d, START, Outcome.NOT_HOME) for d in DOORS[:6]]
    today = START + timedelta(days=3)
    with open_history(path, now=at(START), create=True) as store:
        store.record(sheet, label="MEREL-23", now=at(START))
        store.replace_rounds(
            date=START, assistant_ids=["a01"], now=at(START),
            rounds=[{"code": "MEREL-23", "assistant_id": "a01", "window": "middag", "door_ids": DOORS[:6],
                     "payload": json.dumps({"stops": [{"doors": [{"door_id": DOORS[2]}]}]})}],
        )  # fmt: skip
        assert store.erase_door(DOORS[2], on=today, now=at(today)) == 1
        assert store.round_doors("MEREL-23")[3] == DOORS[3]
        late = store.record(
            [sheet[2], knock(DOORS[2], today, Outcome.TALKED)], label="laat", now=at(today)
        )
        assert (len(late.gone), late.stored) == (2, ())
        fresh = knock(DOORS[2], today + timedelta(days=30), Outcome.NOT_HOME)
        assert store.record([fresh], label="nieuw", now=at(today + timedelta(days=30))).stored
        store.erase_door(
            DOORS[2], on=today + timedelta(days=31), now=at(today + timedelta(days=31))
        )
    for file in tmp_path.iterdir():
        assert DOORS[2].encode() not in file.read_bytes()
        assert DOORS[3].encode() in file.read_bytes()


@pytest.mark.req("P06")
@pytest.mark.req("R08")
def test_the_ledger_erases_again_after_an_old_copy_was_put_back(tmp_path: Path) -> None:
    path, copy = tmp_path / "k.sqlite", tmp_path / "oud.sqlite"
    sheet = [knock(d, START, Outcome.NOT_HOME) for d in DOORS[:6]]
    with open_history(path, now=at(START), create=True) as store:
        store.record(sheet, label="x", now=at(START))
    copy.write_bytes(path.read_bytes())
    with open_history(path, now=at(START)) as store:
        store.erase_door(DOORS[2], on=START, now=at(START))
        ledger, key = store.read_erasures(), store.erasure_key()
    with open_history(copy, now=at(START)) as old:
        assert DOORS[2] in set(old.read_knocks()["door_id"])
        assert old.replay_erasures(ledger, key=key) == 1
        assert set(old.read_knocks()["door_id"]) == set(DOORS[:6]) - {DOORS[2]}
        assert old.record(sheet, label="x", now=at(START)).gone == (sheet[2].knock_id,)
    assert DOORS[2].encode() not in copy.read_bytes()


@pytest.mark.req("P06")
def test_a_door_shows_everything_that_is_held_of_it(store: HistoryStore) -> None:
    store.record(
        [knock(DOORS[0], START, Outcome.NOT_HOME), knock(DOORS[1], START, Outcome.TALKED)],
        label="x",
        now=at(START),
    )
    undone = store.record(
        [knock(DOORS[0], START, Outcome.TALKED, salt=2)], label="y", now=at(START)
    )
    store.undo_batch(undone.batch_id, now=at(START))
    store.add_do_not_knock(DOORS[0], on=START, source=Source.REQUEST, now=at(START))
    record = store.read_door(DOORS[0])
    assert [(k["outcome"], bool(k["counts"])) for k in record.knocks] == [
        ("not_home", True),
        ("talked", False),
    ] or [(k["outcome"], bool(k["counts"])) for k in record.knocks] == [
        ("talked", False),
        ("not_home", True),
    ]
    assert [r["since"] for r in record.register] == [START.isoformat()]


@pytest.mark.req("P04")
def test_changes_of_shifts_of_a_past_month_and_replaced_divisions_go(store: HistoryStore) -> None:
    day = date(2026, 9, 1)
    for on in (day, day + timedelta(days=40)):
        store.change_shift("merel", on=on, cancelled=True, starts=None, ends=None, now=at(day))
    for owner in ("merel", "mees", "mus"):
        store.add_division({DOORS[0]: owner}, now=at(day))
    prune(store, day, day)
    assert len(store.read_shift_changes()) == 2
    for n in range(1, 6):
        prune(store, day + timedelta(days=7 * n), day)
    assert list(store.read_shift_changes()["date"]) == [day + timedelta(days=40)]
    assert store.withdraw_division(now=at(day))
    assert store.read_owners() == {DOORS[0]: "mees"}  # one can still go back once
    prune(store, day + timedelta(days=36), day)
    assert not store.withdraw_division(now=at(day)) or store.read_owners() == {}
