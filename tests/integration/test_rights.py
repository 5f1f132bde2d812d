"""What a resident may ask for: to see what is held, to have it erased, to be left alone."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import NOW
from zds_geo.app.plan_day import plan_day
from zds_geo.app.rest_of_round import rest_of_round
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.core.outcomes import Source

STAMP = NOW.strftime("%Y-%m-%dT%H:%M%z")
ADDRESS = "Beukstraat 1"
OPEN_DATA = {"places.gpkg", "data/voorbeeldwijk/adressen.csv"}  # every home, whoever rang there


def zds(workspace: Workspace, *words: str) -> int:
    return run([*words, "--workspace", str(workspace.root), "--now", STAMP])


def knock(workspace: Workspace, address: str, outcome: str, *, days_ago: int) -> None:
    day = (NOW - timedelta(days=days_ago)).date().isoformat()
    words = [*address.split(), outcome, "--date", day, "--window", "middag"]
    assert zds(workspace, "knocks", "add", *words) == 0


def files_that_name(workspace: Workspace, what: str) -> set[str]:
    """Search every file of a workspace byte by byte, tables inside archives too."""
    found = set()
    for path in workspace.root.rglob("*"):
        if not path.is_file():
            continue
        texts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        if any(what.encode() in text for text in texts):
            found.add(path.relative_to(workspace.root).as_posix())
    return found


def planned_door(workspace: Workspace) -> tuple[str, str]:
    """Give the id and the address of a home that is on a round of the next day."""
    path = next(workspace.maps_path.glob("*/plan.json"))
    planned = json.loads(path.read_text(encoding="utf-8"))["rounds"][0]
    stop = planned["stops"][0]
    return stop["doors"][0]["door_id"], f"{stop['street']} {stop['doors'][0]['label']}"


@pytest.mark.req("P06")
def test_a_resident_reads_what_is_held_of_the_home(
    own_example: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    knock(own_example, ADDRESS, "nt", days_ago=9)
    knock(own_example, ADDRESS, "g", days_ago=2)
    capsys.readouterr()
    assert zds(own_example, "inzage", *ADDRESS.split()) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0].startswith(f"Wat er bewaard is van {ADDRESS} (op ")
    for days in (9, 2):
        assert f"{NOW - timedelta(days=days):%d-%m-%Y}, middag: " in shown
    assert "per post" in shown
    letter = tmp_path / "brief.txt"
    assert zds(own_example, "inzage", *ADDRESS.split(), "--out", str(letter)) == 0
    assert letter.read_text(encoding="utf-8") in shown
    assert letter.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(own_example.root / "knocks.sqlite")) as history:
        rows = history.execute("SELECT action FROM audit ORDER BY seq").fetchall()
    assert rows[-2:] == [("door_shown",)] * 2


@pytest.mark.req("P06")
def test_an_erased_home_is_named_in_no_file_but_the_open_addresses(own_example: Workspace) -> None:
    assert zds(own_example, "plan") == 0
    door_id, address = planned_door(own_example)
    knock(own_example, address, "nt", days_ago=2)
    day = next(own_example.maps_path.glob("*/plan.json"))
    note = day.with_name("printen-ingescand.pdf")
    note.write_bytes(b"van de gebruiker")
    before = files_that_name(own_example, door_id)
    assert {"knocks.sqlite", "places.gpkg"} < before
    assert zds(own_example, "forget", *address.split()) == 0
    assert files_that_name(own_example, door_id) <= OPEN_DATA
    rounds = json.loads(day.read_text(encoding="utf-8"))["rounds"]
    left = {p.name for p in day.parent.iterdir()}
    assert left >= {f"{r['round_id']}.pdf" for r in rounds[1:]}  # sheets of the others stay
    assert note.exists()
    assert not {"printen.pdf", f"{rounds[0]['round_id']}.pdf"} & left
    assert zds(own_example, "plan") == 0
    assert zds(own_example, "inzage", *address.split()) == 0


@pytest.mark.req("P06")
def test_files_of_the_users_own_that_may_name_the_home_are_told(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert zds(own_example, "plan") == 0
    door_id, address = planned_door(own_example)
    for words in (("csv", "--what", "rounds"), ("xlsx",), ("gpkg",)):
        assert zds(own_example, "export", *words) == 0
    capsys.readouterr()
    assert zds(own_example, "forget", *address.split()) == 0
    told = capsys.readouterr().out
    left = files_that_name(own_example, door_id) - OPEN_DATA
    assert not [path for path in left if Path(path).name not in told]
    assert "overzicht.xlsx" in told


@pytest.mark.req("P06")
def test_a_plan_that_cannot_be_read_is_one_sentence_and_the_home_is_erased(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    knock(own_example, ADDRESS, "nt", days_ago=2)
    folder = own_example.maps_path / "2026-11-20"
    folder.mkdir(parents=True)
    for broken in ("{", '{"rounds": 3}', "[]", '{"rounds": [{"round_id": "A-1", "stops": [{}]}]}'):
        (folder / "plan.json").write_text(broken, encoding="utf-8")
        capsys.readouterr()
        assert zds(own_example, "forget", *ADDRESS.split()) != 0
        told = capsys.readouterr().err
        assert "gewist" in told
        assert str(folder) in told
        assert len(told.strip().splitlines()) == 1
    capsys.readouterr()
    (folder / "plan.json").unlink()
    assert zds(own_example, "inzage", *ADDRESS.split()) == 0
    assert "niets van deze woning bewaard" in capsys.readouterr().out


@pytest.mark.req("P06")
def test_papers_that_cannot_be_removed_are_named_and_go_the_next_time(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert zds(own_example, "plan") == 0
    _, address = planned_door(own_example)
    folder = next(own_example.maps_path.glob("*/plan.json")).parent
    (folder / "printen.pdf").unlink()
    (folder / "printen.pdf").mkdir()  # cannot be unlinked, as a file in use on Windows
    capsys.readouterr()
    assert zds(own_example, "forget", *address.split()) != 0
    told = capsys.readouterr().err
    assert "printen.pdf" in told
    assert len(told.strip().splitlines()) == 1
    (folder / "printen.pdf").rmdir()
    assert zds(own_example, "forget", *address.split()) == 0
    assert "is weggehaald" in capsys.readouterr().out


@pytest.mark.req("P06", "P07")
def test_new_residents_start_anew_and_a_refusal_stays_until_a_letter_says_so(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    knock(own_example, ADDRESS, "nt", days_ago=9)
    assert zds(own_example, "do-not-knock", "add", *ADDRESS.split()) == 0
    capsys.readouterr()
    assert zds(own_example, "door", "new-residents", *ADDRESS.split()) == 0
    assert "Niet meer aanbellen blijft gelden" in capsys.readouterr().out
    assert zds(own_example, "inzage", *ADDRESS.split()) == 0
    shown = capsys.readouterr().out
    assert "middag" not in shown
    assert "Niet meer aanbellen: sinds" in shown


@pytest.mark.req("P04")
def test_prune_says_what_went_and_waits_when_the_clock_jumped(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--workspace", str(own_example.root)]
    late = (NOW + timedelta(days=800)).strftime("%Y-%m-%dT%H:%M%z")
    with open_store(own_example, now=NOW) as store:
        n = len(store.read_knocks())
    capsys.readouterr()
    assert run(["prune", *place, "--now", late]) != 0
    assert "--confirm" in capsys.readouterr().err
    assert run(["prune", "--confirm", *place, "--now", late]) == 0
    assert str(n) in capsys.readouterr().out.replace(".", "")
    with open_store(open_workspace(own_example.root), now=NOW + timedelta(days=800)) as store:
        assert len(store.read_knocks()) == 0


@pytest.mark.req("P07")
def test_the_rest_of_a_round_names_nobody_who_asked_not_to_be_rung_at(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = plan_day(own_example, now=NOW, seed=1, write=False).plan
    longest = max(plan.rounds, key=lambda r: len(r.door_ids))
    asked = longest.stops[-1].doors[0]
    with open_store(own_example, now=NOW) as store:
        store.add_do_not_knock(asked.door_id, on=NOW.date(), source=Source.REQUEST, now=NOW)
    found = rest_of_round(own_example, longest.round_id, after=0, minutes=600, now=NOW)
    named = {d.door_id for s in (*found.stops, *found.left_out) for d in s.doors}
    assert asked.door_id not in named
    assert named == set(longest.door_ids) - {asked.door_id}
