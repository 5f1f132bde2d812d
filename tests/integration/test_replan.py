"""Planning a date again: sheets that still hold stay; breaks; everybody shorter for rain."""

from __future__ import annotations

import io
import json
import re
import uuid
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pypdf
import pytest

from zds_geo.app.export import round_from_json
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.core.model import Round
from zds_geo.store import read_layer

from ..conftest import NOW  # noqa: TID252

CLOCK = "2026-11-22T18:00+01:00"
MONDAY = date(2026, 11, 23)


def zds(workspace: Workspace, *words: str) -> Any:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words, "--workspace", str(workspace.root), "--now", CLOCK, "--json"])
    assert code == 0, err.getvalue()
    return json.loads(out.getvalue())


def plan(workspace: Workspace, *words: str) -> tuple[dict[str, Round], Any]:
    """Plan Monday: the open rounds by assistant, and the answer."""
    answer = zds(workspace, "plan", "--date", MONDAY.isoformat(), *words)
    with open_store(workspace, now=NOW) as store:
        table = store.read_rounds(open_only=True)
    rounds = [round_from_json(t) for t in table.loc[table["date"] == MONDAY, "payload"]]
    return {r.assistant_id: r for r in rounds}, answer


def files(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.maps_path / MONDAY.isoformat()
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def with_shifts(workspace: Workspace, more: str) -> Workspace:
    """Add lines to every shift of ``zds.toml``."""
    path = workspace.root / "zds.toml"
    text = path.read_text("utf-8").replace("[[shifts]]\n", f"[[shifts]]\n{more}\n")
    path.write_text(text, encoding="utf-8")
    return open_workspace(workspace.root)


def test_planning_twice_leaves_every_sheet_as_it_is(own_example: Workspace) -> None:
    first, _ = plan(own_example)
    before = files(own_example)
    second, answer = plan(own_example)
    assert second == first
    assert answer["kept"] == sorted(r.round_id for r in first.values())
    assert answer["replaced"] == []
    assert files(own_example) == before


def test_a_sheet_stays_when_the_roster_gains_a_kind_of_window(own_example: Workspace) -> None:
    path = own_example.root / "zds.toml"
    head, *shifts = path.read_text("utf-8").split("[[shifts]]\n")
    by_day = [s for s in shifts if 'days = ["ma"]' in s and 'from = "13:30"' in s]
    ceiling = "\n[contact]\nmax_misses = 2\n"  # so that the last attempt is the second
    path.write_text("[[shifts]]\n".join([head, *by_day]) + ceiling, encoding="utf-8")
    workspace = open_workspace(own_example.root)
    with open_store(workspace, now=NOW) as store:
        known = store.read_knocks()
    met = known.loc[known["outcome"] != "not_home", "door_id"]
    doors = read_layer(workspace.places_path, "doors").index
    shut = [d for d in doors if d not in set(met)]
    new = set(shut) - set(known["door_id"])  # missed once, two weeks ago by day; the others rest
    missed = pd.DataFrame(
        {
            "knock_id": [str(uuid.UUID(int=n)) for n in range(len(shut))],
            "door_id": shut,
            "knocked_on": "2026-11-09", "window": "middag", "outcome": "not_home", "source": "paper",
        }
    )  # fmt: skip
    missed.to_csv(own_example.root / "knocks.csv", index=False)
    zds(workspace, "knocks", "import", str(own_example.root / "knocks.csv"))
    first, _ = plan(workspace)
    assert new & {d for r in first.values() for d in r.door_ids}
    saturday = '[[shifts]]\nassistant = "a01"\ndays = ["za"]\nfrom = "13:00"\nto = "15:00"\n'
    path.write_text(path.read_text("utf-8") + saturday, encoding="utf-8")
    assert plan(open_workspace(own_example.root))[0] == first


def test_when_one_is_ill_the_others_keep_their_sheets(own_example: Workspace) -> None:
    first, _ = plan(own_example)
    ill, *others = sorted(first)
    zds(own_example, "shift", "cancel", ill, "--date", MONDAY.isoformat())
    second, _ = plan(own_example)
    assert sorted(second) == others
    assert all(second[who] == first[who] for who in others)
    assert not [name for name in files(own_example) if name.startswith(first[ill].round_id)]
    pages = pypdf.PdfReader(own_example.maps_path / MONDAY.isoformat() / "printen.pdf").pages
    text = "".join(page.extract_text() for page in pages)
    assert all(second[who].round_id in text for who in others)
    assert first[ill].round_id not in text


def test_calling_in_sick_names_the_sheet_to_throw_away(own_example: Workspace) -> None:
    first, _ = plan(own_example)
    ill = sorted(first)[0]
    answer = zds(own_example, "shift", "cancel", ill, "--date", MONDAY.isoformat())
    assert answer["replaced"] == [first[ill].round_id]
    assert not list(own_example.maps_path.rglob(f"{first[ill].round_id}.*"))


def test_a_shorter_shift_gets_a_new_code_and_mostly_the_same_doors(own_example: Workspace) -> None:
    first, _ = plan(own_example)
    who, *others = sorted(first)
    ends = f"{first[who].start_at.hour + 1}:{first[who].start_at.minute:02d}"
    zds(own_example, "shift", "change", who, "--date", MONDAY.isoformat(), "--to", ends)
    second, answer = plan(own_example)
    assert all(second[name] == first[name] for name in others)
    assert answer["replaced"] == [first[who].round_id]
    new = second[who].door_ids
    assert 0 < len(new) < len(first[who].door_ids)
    assert len(set(new) & set(first[who].door_ids)) >= 0.8 * len(new)


def test_everybody_goes_home_early_with_one_command(own_example: Workspace) -> None:
    first, _ = plan(own_example)
    zds(own_example, "shift", "change", "allen", "--date", MONDAY.isoformat(), "--to", "15:00")
    second, answer = plan(own_example)
    walked = {who for who, r in first.items() if (r.start_at.hour, r.start_at.minute) < (15, 0)}
    assert walked
    for who in walked:
        assert (second[who].end_at.hour, second[who].end_at.minute) <= (15, 0)
    assert set(answer["replaced"]) >= {first[who].round_id for who in walked}


@pytest.mark.req("P07")
def test_a_refusal_after_printing_replaces_that_sheet_alone(own_example: Workspace) -> None:
    first, _ = plan(own_example)
    who, *others = sorted(first)
    refused = first[who].door_ids[3]
    zds(own_example, "do-not-knock", "add", refused)
    second, answer = plan(own_example)
    assert refused not in second[who].door_ids
    assert second[who].round_id != first[who].round_id
    assert all(second[name] == first[name] for name in others)
    assert answer["replaced"] == [first[who].round_id]


def test_a_break_anywhere_makes_room_in_the_middle(own_example: Workspace) -> None:
    plain, _ = plan(own_example)
    paused, _ = plan(with_shifts(own_example, "break_min = 20"))
    for who, planned in paused.items():
        pause = planned.pause
        assert pause is not None
        assert (pause.length_s, pause.label) == (1200, "")
        total = (planned.end_at - planned.start_at).total_seconds()
        assert total / 4 < pause.at_s < 3 * total / 4
        lines = {d.line: s for s in planned.stops for d in s.doors}
        after = [s.arrive_s for n, s in lines.items() if n > pause.after_line]
        assert min(after, default=10**6) >= pause.at_s + pause.length_s
        assert planned.walk_s + planned.service_s + pause.length_s <= total
        assert len(planned.door_ids) <= len(plain[who].door_ids)
    assert sum(len(r.door_ids) for r in paused.values()) < sum(
        len(r.door_ids) for r in plain.values()
    )


def test_a_break_at_a_meeting_point_lies_on_the_way(own_example: Workspace) -> None:
    home = own_example.settings.meeting_points[0]
    workspace = with_shifts(own_example, f'break_min = 15\nbreak_at = "{home.id}"')
    rounds, answer = plan(workspace)
    with_place = [r for r in rounds.values() if r.pause is not None and r.pause.label]
    assert with_place
    for planned in with_place:
        pause = planned.pause
        assert pause is not None
        assert pause.label == home.label
        lines = {d.line: s for s in planned.stops for d in s.doors}
        assert max(s.arrive_s + s.service_s for n, s in lines.items() if n <= pause.after_line) <= (
            pause.at_s
        )
        point = (planned.start.lon, planned.start.lat)
        if planned.start.label == home.label:
            near = [abs(x - point[0]) + abs(y - point[1]) < 1e-3 for x, y in planned.route[5:-5]]
            assert any(near)
    folder = Path(str(answer["folder"]))
    text = json.loads((folder / "plan.json").read_text("utf-8"))
    schema = Path(__file__).parents[2] / "src" / "zds_geo" / "outputs" / "plan.schema.json"
    jsonschema.validate(text, json.loads(schema.read_text("utf-8")))
    assert any(r["pause"]["label"] == home.label for r in text["rounds"])
    sheet = pypdf.PdfReader(folder / f"{with_place[0].round_id}.pdf")
    said = " ".join(page.extract_text() for page in sheet.pages)
    assert f"Pauze, 15 minuten · {home.label}" in said


def test_a_break_far_from_any_street_is_refused(own_example: Workspace) -> None:
    path = own_example.root / "zds.toml"
    far = '\n[[meeting_points]]\nid = "ver"\nlabel = "Ver weg"\nlon = 6.5\nlat = 52.2\n'
    path.write_text(path.read_text("utf-8") + far, encoding="utf-8")
    workspace = with_shifts(open_workspace(own_example.root), 'break_min = 15\nbreak_at = "ver"')
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["plan", "--workspace", str(workspace.root), "--now", CLOCK])
    # So far from any street that it cannot be meant: told, nothing planned.
    assert code == 9
    assert "Ver weg" in err.getvalue()


def test_a_break_at_a_place_out_of_reach_in_time_is_held_anywhere(own_example: Workspace) -> None:
    workspace = with_shifts(
        own_example,
        f'break_min = 15\nbreak_at = "{own_example.settings.meeting_points[-1].id}"\n'
        'break_from = "00:01"\nbreak_to = "23:00"',
    )
    rounds, _ = plan(workspace)
    assert all(r.pause is not None and r.pause.length_s == 900 for r in rounds.values())


def test_an_unknown_place_for_a_break_is_refused(own_example: Workspace) -> None:
    with pytest.raises(Exception, match="niemandsland"):
        with_shifts(own_example, 'break_min = 15\nbreak_at = "niemandsland"')


def test_planning_one_person_anew_keeps_everybody_in_the_papers_of_the_day(
    own_example: Workspace,
) -> None:
    first, _ = plan(own_example)
    one, *others = sorted(first)
    second, answer = plan(own_example, "--assistant", one, "--again")
    folder = Path(str(answer["folder"]))
    kept = json.loads((folder / "plan.json").read_text("utf-8"))
    codes = {r["round_id"] for r in kept["rounds"]}
    assert codes == {second[one].round_id, *(first[who].round_id for who in others)}
    assert all((folder / f"{code}.pdf").is_file() for code in codes)
    assert (folder / "printen.pdf").is_file()


def test_no_joint_sheet_is_left_that_shows_a_round_which_no_longer_holds(
    own_example: Workspace,
) -> None:
    plan(own_example)
    assert {"printen.pdf", "overzicht.pdf"} <= set(files(own_example))
    zds(own_example, "shift", "cancel", "allen", "--date", MONDAY.isoformat())
    assert not [n for n in files(own_example) if n.endswith((".pdf", ".html", ".gpx", ".kml"))]


def test_who_walks_at_most_so_many_metres_still_has_the_time_for_doors(
    own_example: Workspace,
) -> None:
    free, _ = plan(own_example)
    who = max(free, key=lambda a: len(free[a].door_ids))
    most = int(0.6 * free[who].length_m)
    path = own_example.root / "zds.toml"
    text = path.read_text("utf-8").replace(
        "[[assistants]]\n", f"[[assistants]]\nmax_metres = {most}\n"
    )
    path.write_text(text, encoding="utf-8")
    less, _ = plan(open_workspace(own_example.root), "--again")
    assert less[who].length_m <= most + 5  # whole seconds and whole metres
    assert len(less[who].door_ids) > 0.6 * len(free[who].door_ids)


def test_a_cancelled_round_leaves_the_plan_of_the_day(own_example: Workspace) -> None:
    first, answer = plan(own_example)
    path = Path(str(answer["folder"])) / "plan.json"
    before = json.loads(path.read_text("utf-8"))
    zds(own_example, "export", "csv", "--what", "rounds", "--date", MONDAY.isoformat())
    assert [n for n in files(own_example) if n.startswith("rondes.")]
    ill, *others = sorted(first)
    zds(own_example, "shift", "cancel", ill, "--date", MONDAY.isoformat())
    assert not [n for n in files(own_example) if n.startswith("rondes.")]
    after = json.loads(path.read_text("utf-8"))
    assert {r["round_id"] for r in after["rounds"]} == {first[who].round_id for who in others}
    assert not set(first[ill].door_ids) & set(re.findall(r'"door_id": "([^"]+)"', path.read_text()))
    # Every door of the area is still on a round or counted.
    doors = [sum(len(s["doors"]) for r in p["rounds"] for s in r["stops"]) for p in (before, after)]
    counted = [sum(p["skipped"].values()) for p in (before, after)]
    assert doors[0] + counted[0] == doors[1] + counted[1]
    assert doors[1] < doors[0]


def test_who_takes_no_stairs_passes_blocks_by_and_explain_says_why(own_example: Workspace) -> None:
    toml = own_example.root / "zds.toml"
    lines = toml.read_text("utf-8").replace("[[assistants]]\n", "[[assistants]]\nstairs = false\n")
    toml.write_text(lines, encoding="utf-8")
    rounds, answer = plan(open_workspace(own_example.root))
    stops = read_layer(own_example.places_path, "stops")
    doors = read_layer(own_example.places_path, "doors")
    behind = doors.index[doors["stop_id"].map(stops["n_doors"]) >= 4]
    assert len(behind)
    assert not set(behind) & {d for r in rounds.values() for d in r.door_ids}
    kept = json.loads((Path(str(answer["folder"])) / "plan.json").read_text("utf-8"))
    assert 0 < kept["skipped"]["niet zonder trap te bereiken"] <= len(behind)
    own = {code for r in rounds.values() for code in r.buurt_codes}
    door = next(d for d in behind if doors.at[d, "buurt_code"] in own)
    why = zds(own_example, "plan", "explain", door, "--date", MONDAY.isoformat())["doors"]
    assert [one["reason"] for one in why] == ["not_now.stairs"]


def test_a_door_is_only_compared_with_rounds_of_who_walks_there(own_example: Workspace) -> None:
    one, other = own_example.settings.assistants[:2]
    assert not set(one.buurt_codes) & set(other.buurt_codes)
    plan(own_example, "--assistant", one.id)
    doors = read_layer(own_example.places_path, "doors")
    theirs = doors.index[doors["buurt_code"].isin(other.buurt_codes)]
    with_facts = []
    for door in theirs[:8]:
        why = zds(own_example, "plan", "explain", door, "--date", MONDAY.isoformat())["doors"]
        with_facts += [(w["reason"], w["extra_s"]) for w in why if w["not_before"] is None]
    assert ("not_now.not_planned", None) in with_facts
    assert all(extra is None for _, extra in with_facts)
