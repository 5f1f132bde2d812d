"""What a team already had: matched, doubtful, unknown; talks become a month; the register first."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from zds_geo.app._history_words import read_month
from zds_geo.app.import_history import import_history, import_register, note_no_register
from zds_geo.app.import_places import import_places
from zds_geo.app.make_workspace import AreaChoice, make_workspace
from zds_geo.app.plan_day import plan_day
from zds_geo.app.show_coverage import measure
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.contact import ContactParams, door_facts, measure_coverage, rank_doors
from zds_geo.core.errors import NoPlanError, SourceError
from zds_geo.core.windows import AMSTERDAM
from zds_geo.store import read_layer
from zds_geo.store._door_state import join_states

from ..conftest import NOW  # noqa: TID252

HEADERS = {
    "dutch": ("Straat", "Huisnummer", "Maand", "Jaar", "Uitkomst"),
    "english": ("Street", "House number", "Month", "Year", "Result"),
}


def untried(workspace: Workspace, n: int) -> list[tuple[str, str, str]]:
    """Some doors nobody rang at, with street and number: (door_id, street, number)."""
    doors = read_layer(workspace.places_path, "doors").sort_index()
    with open_store(workspace, now=NOW) as store:
        known = set(store.read_knocks()["door_id"]) | set(store.do_not_knock_doors())
    plain = doors.loc[(doors["toevoeging"] == "") & ~doors.index.isin(known)]
    return [
        (str(r.Index), str(r.straat), f"{r.huisnummer}{r.huisletter}")
        for r in plain.head(n).itertuples()
    ]


def write_book(path: Path, rows: list[tuple[Any, ...]]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Bezoeken van het wijkteam"])
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def write_csv(path: Path, rows: list[tuple[Any, ...]], *, delimiter: str, encoding: str) -> Path:
    text = "\r\n".join(delimiter.join(map(str, row)) for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("language", HEADERS)
@pytest.mark.parametrize("form", ["xlsx", ";utf-8-sig", ",utf-8", ";cp1252"])
def test_every_row_is_used_dropped_or_mended_and_twice_changes_nothing(
    own_example: Workspace, tmp_path: Path, language: str, form: str
) -> None:
    doors = untried(own_example, 6)
    rows: list[tuple[Any, ...]] = [
        HEADERS[language],
        (doors[0][1], doors[0][2], "november", 2026, "gesproken"),
        (doors[1][1], doors[1][2], 10, 2025, "Gesproken"),
        (doors[2][1], doors[2][2], 10, 2026, "niet thuis"),
        (doors[3][1], doors[3][2], "", 2026, "niet meer aanbellen"),
        (doors[4][1], doors[4][2], "", "ooit", "gesproken"),
        (doors[4][1], "99999", 9, 2026, "gesproken"),
        ("Nergensstraat", 1, 9, 2026, "gesproken"),
        (doors[5][1], doors[5][2], 9, 2026, "hond"),
        (doors[5][1], doors[5][2], 9, 2019, "gesproken"),
    ]
    if form == "xlsx":
        path = write_book(tmp_path / "lijst.xlsx", rows)
    else:
        path = write_csv(tmp_path / "lijst.csv", rows, delimiter=form[0], encoding=form[1:])
    found = import_history(own_example, path, now=NOW)
    assert found.counts == {
        "rows": 9, "talked": 2, "refused": 1, "dropped": 1, "old": 1, "doubtful": 2, "unknown": 2,
    }  # fmt: skip
    assert set(found.columns) == {"straat", "number", "month", "year", "outcome"}
    assert found.doors == 2
    mend = found.mend_path
    assert mend is not None
    assert len(mend.read_text("utf-8-sig").splitlines()) == 5
    with open_store(own_example, now=NOW) as store:
        state = store.read_door_state()
        n_knocks = len(store.read_knocks())
        assert doors[3][0] in store.do_not_knock_doors()
    assert state["month_last_talked"].to_dict() == {doors[0][0]: "2026-11", doors[1][0]: "2025-10"}
    again = import_history(own_example, path, now=NOW)
    assert again.doors == 0
    with open_store(own_example, now=NOW) as store:
        assert store.read_door_state().equals(state)
        assert len(store.read_knocks()) == n_knocks
    text = mend.read_text("utf-8-sig").replace("99999", doors[4][2]).replace("hond", "nt")
    mended = tmp_path / "verbeterd.csv"
    mended.write_text(text, encoding="utf-8")
    assert import_history(own_example, mended, now=NOW).counts["talked"] == 1


def test_a_talk_of_this_cycle_rests_its_door_and_an_older_one_does_not(
    own_example: Workspace, tmp_path: Path
) -> None:
    doors = untried(own_example, 3)
    rows = [
        ("adres", "datum", "gesproken"),
        (f"{doors[0][1]} {doors[0][2]}", "2026-11-14", "ja"),
        (f"{doors[1][1]} {doors[1][2]}", "maart 2026", "ja"),  # the cycle began in August
        (f"{doors[2][1]} {doors[2][2]}", "2026", "x"),
    ]
    before = measure(own_example, by="buurt", now=NOW).total
    path = write_csv(tmp_path / "l.csv", rows, delimiter=";", encoding="utf-8")
    found = import_history(own_example, path, now=NOW)
    assert found.counts["talked"] == 3
    after = measure(own_example, by="buurt", now=NOW).total
    for name in ("talked", "opened", "tried", "reached"):
        assert after[name] == before[name] + 1, name
    assert after["never_tried"] == before["never_tried"] - 1
    planned: set[str] = set()
    for ahead in range(1, 15):
        day = NOW.date() + timedelta(days=ahead)
        plan = plan_day(own_example, now=NOW, seed=1, on=day, write=False).plan
        planned |= {d for r in plan.rounds for d in r.door_ids}
    assert doors[0][0] not in planned


@pytest.mark.parametrize("misses", [0, 2])
def test_a_month_without_misses_is_no_miss(misses: int) -> None:
    state = pd.DataFrame(
        {
            "month_last_tried": ["2026-11"], "month_last_talked": [""], "kinds_tried": ["day"],
            "misses": [misses], "vacant_on": [""], "not_a_home_on": [""],
        },
        index=pd.Index(["0" * 16], name="door_id"),
    )  # fmt: skip
    empty = pd.DataFrame(
        {"knock_id": [], "door_id": [], "knocked_on": [], "window": [], "outcome": []}
    )
    params = ContactParams(cycle_start=date(2026, 8, 31))
    facts = door_facts(empty, params=params, now=date(2026, 12, 8), door_state=state)
    assert facts["misses"].tolist() == [misses]
    assert facts["last_miss"].isna().tolist() == [misses == 0]
    doors = pd.DataFrame({"buurt_code": ["BU99990101"], "street_side_id": ["s"]}, index=state.index)
    roster = pd.DataFrame({"start_at": [], "end_at": [], "window": [], "n_doors": []})
    now = datetime(2026, 12, 8, 14, 0, tzinfo=AMSTERDAM)
    ranked = rank_doors(
        doors, empty, roster, window="middag", now=now, seed=1, params=params, door_state=state
    )
    assert ranked["eligible"].tolist() == [True]
    counted = measure_coverage(
        doors, empty, params=params, now=now, by="buurt_code", door_state=state
    )
    assert counted["tried"].tolist() == [1]
    assert counted["talked"].tolist() == [0]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-03", "2026-03"), ("2026-03-14", "2026-03"), ("14-3-2026", "2026-03"),
        ("14/03/26", "2026-03"), ("3-2026", "2026-03"), ("maart 2026", "2026-03"),
        ("mrt-26", "2026-03"), ("14 maart 2026", "2026-03"), ("nov '25", "2025-11"),
        ("2025", "2025-01"), ("2026-03-01T00:00", "2026-03"), ("", None), ("ooit", None),
        ("13-2026", None), ("00-2026", None), ("maart", None), ("3", None), ("vorig jaar", None),
    ],
)  # fmt: skip
def test_a_month_is_read_as_people_write_it_or_not_at_all(text: str, month: str | None) -> None:
    assert read_month(text) == month


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([("naam", "telefoon"), ("x", "1")], "history.columns"),
        ([("straat", "nr", "uitkomst"), ("A", 1, "g")], "history.no_when"),
        ([("straat", "nr", "jaar"), ("A", 1, 2026)], "history.no_what"),
    ],
)
def test_a_list_without_the_columns_says_which_are_missing(
    own_example: Workspace, tmp_path: Path, rows: list[tuple[Any, ...]], key: str
) -> None:
    path = write_csv(tmp_path / "l.csv", rows, delimiter=";", encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        import_history(own_example, path, now=NOW)
    assert refused.value.key == key
    assert "\n" not in refused.value.sentence()


def test_states_join_the_same_in_any_order() -> None:
    a = {"month_last_talked": "2026-03", "kinds_tried": "evening", "misses": 2}
    b = {"month_last_talked": "2025-11", "kinds_tried": "day,evening", "vacant_on": "2026-01-02"}
    assert join_states(a, b) == join_states(b, a)
    assert join_states(a, a) == join_states(a, {})
    assert join_states(a, b)["kinds_tried"] == "day,evening"


@pytest.fixture
def own_data(example: Workspace, tmp_path: Path) -> Workspace:
    """A workspace as a team makes it: places imported, nobody rung at, no list given."""
    workspace = make_workspace(
        tmp_path / "eigen", AreaChoice(buurten=("BU99990101", "BU99990102", "BU99990103")), now=NOW
    )
    settings = (example.root / "zds.toml").read_text("utf-8")
    (workspace.root / "zds.toml").write_text(settings, encoding="utf-8")
    data = example.root / "data" / "voorbeeldwijk"
    import_places(
        open_workspace(workspace.root), addresses=data / "adressen.csv",
        buurten=data / "buurten.geojson", streets=data / "straten.osm", now=NOW,
    )  # fmt: skip
    return open_workspace(workspace.root)


@pytest.mark.req("P07")
def test_no_first_plan_without_the_do_not_knock_list_or_a_plain_no(
    own_data: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(NoPlanError) as refused:
        plan_day(own_data, now=NOW, seed=1, write=False)
    assert "zds do-not-knock none" in refused.value.sentence()
    doors = untried(own_data, 2)
    rows = [("straat", "nummer"), doors[0][1:], ("Nergensstraat", 5)]
    path = write_csv(tmp_path / "nm.csv", rows, delimiter=";", encoding="utf-8")
    found = import_register(own_data, path, now=NOW)
    assert (found.counts["refused"], found.counts["unknown"]) == (1, 1)
    with pytest.raises(NoPlanError):  # a row is still missing
        plan_day(own_data, now=NOW, seed=1, write=False)
    whole = write_csv(tmp_path / "heel.csv", rows[:2], delimiter=";", encoding="utf-8")
    assert import_register(own_data, whole, now=NOW).doors == 0
    plan = plan_day(own_data, now=NOW, seed=1, write=False).plan
    assert plan.rounds
    assert doors[0][0] not in {d for r in plan.rounds for d in r.door_ids}


def test_a_plain_no_lets_the_first_plan_be_made(own_data: Workspace) -> None:
    note_no_register(own_data, now=NOW)
    assert plan_day(own_data, now=NOW, seed=1, write=False).plan.rounds
