"""Lasting areas from the command line: divided, kept, walked, handed over for a day, taken back."""

from __future__ import annotations

import html
import io
import json
import re
import uuid
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from zds_geo.app._areas import find_owners
from zds_geo.app._cover import cover_area
from zds_geo.app._day import load_day
from zds_geo.app._waiting import find_waiting, lay_out
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.store import read_layer, read_table, write_places

from ..conftest import NOW  # noqa: TID252

CLOCK = "2026-11-22T18:00+01:00"
FIRST, SECOND = "BU99990101", "BU99990102"
MONDAY, NEXT_MONDAY = "2026-11-23", "2026-11-30"
ROSTER = """
[[shifts]]
assistant = "a04"
days = ["ma"]
from = "13:30"
to = "15:30"
"""


def zds(workspace: Workspace, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words, "--workspace", str(workspace.root), "--now", CLOCK])
    return code, out.getvalue(), err.getvalue()


def answer(workspace: Workspace, *words: str) -> Any:
    code, out, err = zds(workspace, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def rewrite(workspace: Workspace, change: Any) -> Workspace:
    path = workspace.root / "zds.toml"
    path.write_text(change(path.read_text("utf-8")), encoding="utf-8")
    return open_workspace(workspace.root)


def share(text: str) -> str:
    """All of the team in the first two buurten."""
    return re.sub(
        r'buurt_codes = \["BU9999010\d"\]', f'buurt_codes = ["{FIRST}", "{SECOND}"]', text
    )


@pytest.fixture
def team(own_example: Workspace) -> Workspace:
    return rewrite(own_example, share)


def owners(workspace: Workspace) -> pd.Series:
    doors = read_layer(workspace.places_path, "doors").sort_index()
    with open_store(workspace, now=NOW) as store:
        return find_owners(store, doors)


def walked(workspace: Workspace, day: str) -> dict[str, set[str]]:
    """Plan a date: the doors of each assistant."""
    folder = Path(str(answer(workspace, "plan", "--date", day)["folder"]))
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    return {
        r["assistant_id"]: {d["door_id"] for s in r["stops"] for d in s["doors"]}
        for r in plan["rounds"]
    }


def knock(door: str, outcome: Outcome, *, who: str) -> Knock:
    return Knock(
        knock_id=str(uuid.uuid5(uuid.NAMESPACE_OID, door)),
        door_id=door,
        knocked_on=date(2026, 11, 21),
        window="zaterdagmiddag",
        outcome=outcome,
        come_back_window="middag" if outcome is Outcome.COME_BACK else "",
        source=Source.PAPER,
        assistant_id=who,
    )


def test_shared_buurten_are_divided_by_the_minutes_people_have(team: Workspace) -> None:
    found = answer(team, "team", "divide")
    assert (found["first"], found["stored"], found["moved"]) == (True, True, 0)
    (group,) = found["groups"]
    assert group["buurt_codes"] == [FIRST, SECOND]
    doors = read_layer(team.places_path, "doors")
    shared = doors["buurt_code"].isin([FIRST, SECOND])
    kept = owners(team)
    assert (kept != "").equals(shared.reindex(kept.index))
    for area in group["areas"]:
        assert area["doors"] == int((kept == area["assistant_id"]).sum())
        assert abs(area["off"]) <= 0.05
        assert area["pieces"] == 1
    # a01 has one shift a week, a02 and a03 two: 120, 210 and 210 minutes.
    minutes = {a["assistant_id"]: a["minutes"] for a in group["areas"]}
    assert minutes["a02"] / minutes["a01"] == pytest.approx(210 / 120, rel=0.1)


def test_sides_of_streets_are_whole(team: Workspace) -> None:
    answer(team, "team", "divide")
    doors = read_layer(team.places_path, "doors").sort_index()
    kept = owners(team)
    mine = kept[kept != ""]
    assert mine.groupby(doors.loc[mine.index, "street_side_id"]).nunique().max() == 1


def test_dividing_again_changes_nothing_and_adds_nothing(team: Workspace) -> None:
    answer(team, "team", "divide")
    before = owners(team)
    again = answer(team, "team", "divide", "--seed", "7")
    assert (again["stored"], again["moved"]) == (False, 0)
    assert owners(team).equals(before)
    assert zds(team, "team", "rollback")[0] == 0
    assert (owners(team) == "").all()
    code, _, err = zds(team, "team", "rollback")
    assert code == 10
    assert "terug te draaien" in err


def test_a_try_keeps_nothing_but_its_map(team: Workspace) -> None:
    found = answer(team, "team", "divide", "--dry-run")
    assert not found["stored"]
    assert (owners(team) == "").all()
    assert Path(found["path"]).name == "kaart-verdeling-voorstel.html"


def join(text: str) -> str:
    extra = f'[[assistants]]\nid = "a04"\nbuurt_codes = ["{FIRST}", "{SECOND}"]\nstart = "honk"\n'
    return text.replace("[[shifts]]", extra + ROSTER + "[[shifts]]", 1)


def test_doors_change_hands_only_when_that_is_accepted(team: Workspace) -> None:
    answer(team, "team", "divide")
    before = owners(team)
    larger = rewrite(team, join)
    code, out, err = zds(larger, "team", "divide")
    assert (code, out) == (2, "")
    assert "--accept-changes" in err
    assert len(err.strip().splitlines()) == 1
    assert owners(larger).equals(before)
    found = answer(larger, "team", "divide", "--accept-changes")
    after = owners(larger)
    moved = (before != after) & (before != "")
    assert found["moved"] == int(moved.sum()) > 0
    # Somebody new gets 120 of 660 minutes; little more than that changes hands.
    assert (after == "a04").sum() == pytest.approx((before != "").sum() * 120 / 660, rel=0.1)
    assert moved.sum() <= 1.5 * (after == "a04").sum()
    assert zds(larger, "team", "rollback")[0] == 0
    assert owners(larger).equals(before)


def test_who_leaves_the_team_hands_over_little_more_than_the_own_doors(team: Workspace) -> None:
    answer(team, "team", "divide")
    before = owners(team)

    def leave(text: str) -> str:
        return re.sub(r'\[\[shifts\]\]\nassistant = "a03"\n(?:.+\n)+', "", text)

    found = answer(rewrite(team, leave), "team", "divide", "--accept-changes")
    assert found["without_shifts"] == ["a03"]
    assert set(owners(team)) == {"", "a01", "a02"}
    own = int((before == "a03").sum())
    assert own <= found["moved"] <= 1.5 * own


def test_rounds_keep_to_the_own_area(team: Workspace) -> None:
    answer(team, "team", "divide")
    kept = owners(team)
    rounds = walked(team, MONDAY)
    assert set(rounds) == {"a01", "a02", "a03"}
    for who, doors in rounds.items():
        assert doors
        assert set(kept[list(doors)]) == {who}


def test_the_calendar_keeps_to_the_own_area_too(team: Workspace) -> None:
    answer(team, "team", "divide")
    kept = owners(team)
    first = NOW.date() + timedelta(days=1)
    with open_store(team, now=NOW) as store:
        shifts = lay_out(team.settings, first, weeks=8, changes=read_shift_changes(store))
        day = load_day(team, store, on=first, shifts=[], seed=1)
        windows = [w.name for w in team.settings.windows.windows]
        waiting = find_waiting(day, until=first + timedelta(weeks=8), windows=windows)
    found = cover_area(day, waiting, (FIRST, SECOND), shifts, usual_s=7200, iterations=2000)
    walked_by = [
        (slot.shift.assistant_id, kept[door])
        for slot, doors in zip(found.slots, found.rounds, strict=True)
        for door in doors
        if slot.shift is not None
    ]
    assert len(walked_by) > 50
    assert all(owner in {"", who} for who, owner in walked_by)


def test_who_is_absent_hands_doors_over_for_that_day_only(team: Workspace) -> None:
    answer(team, "team", "divide")
    kept = owners(team)
    # Last Saturday a01 was at all own doors but six: on Monday they do not fill a shift.
    tried = [knock(d, Outcome.NOT_HOME, who="a01") for d in kept.index[kept == "a01"][6:]]
    with open_store(team, now=NOW) as store:
        store.record(tried, label="zaterdag", now=NOW)
    alone = walked(team, MONDAY)
    assert len(alone["a01"]) <= 6
    assert zds(team, "shift", "cancel", "a02", "--date", MONDAY)[0] == 0
    rounds = walked(team, MONDAY)
    assert set(rounds) == {"a01", "a03"}
    for who, doors in rounds.items():
        assert {kept[d] for d in doors} <= {who, "a02"}
    assert len(rounds["a01"]) > 6
    # One's own doors first: a03 has plenty and hardly walks for somebody else.
    own = [d for d in rounds["a03"] if kept[d] == "a03"]
    assert len(own) >= 0.9 * len(rounds["a03"])
    later = walked(team, NEXT_MONDAY)
    assert set(later) == {"a01", "a02", "a03"}
    for who, doors in later.items():
        assert set(kept[list(doors)]) == {who}
    assert owners(team).equals(kept)


def test_an_appointment_is_kept_by_who_made_it_in_anothers_area(team: Workspace) -> None:
    answer(team, "team", "divide")
    kept = owners(team)
    with open_store(team, now=NOW) as store:
        known = set(store.read_knocks()["door_id"]) | set(store.do_not_knock_doors())
        fresh = min(d for d in kept.index[kept == "a02"] if d not in known)
        store.record([knock(fresh, Outcome.COME_BACK, who="a01")], label="afspraak", now=NOW)
    rounds = walked(team, MONDAY)
    assert fresh in rounds["a01"]
    assert not any(fresh in doors for who, doors in rounds.items() if who != "a01")
    others = rounds["a01"] - {fresh}
    assert set(kept[list(others)]) == {"a01"}


def test_who_is_new_walks_everywhere_until_the_next_division(team: Workspace) -> None:
    answer(team, "team", "divide")
    larger = rewrite(team, join)
    rounds = walked(larger, MONDAY)
    assert rounds["a04"]


def test_a_new_door_goes_with_its_street_side_and_else_with_the_nearest(team: Workspace) -> None:
    answer(team, "team", "divide")
    kept = owners(team)
    doors = read_layer(team.places_path, "doors").sort_index()
    old = kept.index[kept == "a02"][0]
    beside = doors.loc[[old]].rename(index={old: "9999010000990001"})
    alone = beside.rename(index={"9999010000990001": "9999010000990002"})
    alone["street_side_id"] = "nieuw:L"
    more = pd.concat([doors, beside, alone]).sort_index()
    with open_store(team, now=NOW) as store:
        found = find_owners(store, more)
    side = kept[doors["street_side_id"] == doors.at[old, "street_side_id"]]
    assert found["9999010000990001"] == side.mode()[0]
    assert found["9999010000990002"] == "a02"
    assert found.reindex(kept.index).equals(kept)


def test_areas_survive_another_delivery(team: Workspace) -> None:
    answer(team, "team", "divide")
    before = owners(team)
    folder = team.root / "data" / "voorbeeldwijk"
    words = [
        "--addresses",
        "adressen.csv",
        "--buurten",
        "buurten.geojson",
        "--streets",
        "straten.osm",
    ]
    files = [w if w.startswith("--") else str(folder / w) for w in words]
    assert zds(team, "places", "import", *files)[0] == 0
    assert owners(team).equals(before)


def test_only_the_chosen_buurt_is_divided(own_example: Workspace) -> None:
    both = rewrite(own_example, lambda t: t.replace(f'["{SECOND}"]', f'["{FIRST}", "{SECOND}"]'))
    found = answer(both, "team", "divide", "--buurt", FIRST)
    assert [g["buurt_codes"] for g in found["groups"]] == [[FIRST]]
    doors = read_layer(both.places_path, "doors").sort_index()
    kept = owners(both)
    assert set(doors.loc[kept != "", "buurt_code"]) == {FIRST}


@pytest.mark.parametrize(
    ("words", "part"),
    [([], "twee of meer"), (["--buurt", FIRST], FIRST), (["--buurt", "BU0"], "BU0")],
)
def test_nothing_to_divide_is_one_clear_sentence(
    own_example: Workspace, words: list[str], part: str
) -> None:
    code, out, err = zds(own_example, "team", "divide", *words)
    assert code in (2, 10)
    assert out == ""
    assert part in err
    assert len(err.strip().splitlines()) == 1


def test_one_flat_is_divided_in_order_of_house_numbers(team: Workspace) -> None:
    """All homes of a buurt behind one entrance: parts of it, each with following numbers."""
    path = team.places_path
    doors = read_layer(path, "doors").sort_index()
    stops = read_layer(path, "stops")
    flat = doors["buurt_code"] == FIRST
    stop = doors.loc[flat, "stop_id"].iloc[0]
    for column in ("stop_id", "street_side_id", "access_edge_id", "straat"):
        doors.loc[flat, column] = doors.loc[doors["stop_id"] == stop, column].iloc[0]
    doors.loc[flat, "huisnummer"] = range(1, int(flat.sum()) + 1)
    layers = {"doors": doors.loc[flat], "stops": stops}
    for name in ("access", "buurten", "street_sides", "edges", "junctions", "panden", "water"):
        layers[name] = read_layer(path, name)
    write_places(path, layers=layers, tables={"credits": read_table(path, "credits")})
    found = answer(team, "team", "divide")
    kept = owners(team)
    numbers = kept.groupby(kept).apply(lambda k: doors.loc[k.index, "huisnummer"])
    for who in ("a01", "a02", "a03"):
        mine = sorted(numbers[who])
        assert mine == list(range(mine[0], mine[0] + len(mine)))
    assert all(abs(a["off"]) <= 0.05 for a in found["groups"][0]["areas"])


@pytest.mark.req("P13")
@pytest.mark.req("P14")
def test_the_map_shows_pseudonyms_and_streets_and_is_marked_internal(team: Workspace) -> None:
    found = answer(team, "team", "divide")
    page = Path(found["path"]).read_text("utf-8")
    doors = read_layer(team.places_path, "doors")
    own = re.sub(r"(?s)<script>/\* @preserve.*?</script>", "", page)
    assert not re.findall(r'(?:src|href)\s*=\s*["\']?(?:https?:)?//', own)
    assert "INTERN" in page
    assert "VERZONNEN VOORBEELD" in page
    assert all(f"<b>{who}</b>" in page for who in ("a01", "a02", "a03"))
    assert not [d for d in doors.index if d in page]
    assert found["groups"][0]["areas"][0]["streets"][0] in html.unescape(page)
    again = answer(team, "team", "divide")
    assert Path(again["path"]).read_text("utf-8") == page


def test_the_answer_is_said_in_dutch_and_english(team: Workspace) -> None:
    dutch = zds(team, "team", "divide")[1]
    english = zds(team, "team", "divide", "--lang", "en")[1]
    assert "weken met dit rooster" in dutch
    assert "De verdeling is bewaard" in dutch
    assert "weeks with this roster" in english
    assert "still fits the roster" in english
