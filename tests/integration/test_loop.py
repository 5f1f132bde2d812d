"""The whole loop through the command line on the example quarter, and what it must never show."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pypdf
import pytest

from zds_geo.app._day import contact_params, make_roster
from zds_geo.app.plan_day import plan_day
from zds_geo.app.simulate import simulate_weeks
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.cli import run
from zds_geo.contact import list_breaches
from zds_geo.core.errors import NoPlanError
from zds_geo.store import read_layer

from ..conftest import NOW  # noqa: TID252

CLOCK = "2026-11-22T18:00+01:00"


def zds(workspace: Workspace, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words, "--workspace", str(workspace.root), "--now", CLOCK])
    return code, out.getvalue(), err.getvalue()


def planned(workspace: Workspace, *more: str) -> dict[str, Any]:
    code, out, err = zds(workspace, "plan", "--json", *more)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def door_ids(folder: Path) -> list[str]:
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    return [d["door_id"] for r in plan["rounds"] for s in r["stops"] for d in s["doors"]]


@pytest.mark.req("R36")
def test_the_simulated_history_of_the_example_keeps_every_rule(own_example: Workspace) -> None:
    example, first = own_example, NOW.date()
    later = NOW + timedelta(weeks=14)
    simulate_weeks(example, first=first, until=later.date(), seed=1, now=later)
    doors = read_layer(example.places_path, "doors", columns=["buurt_code"])["buurt_code"]
    with open_store(example, now=later) as store:
        knocks = store.read_knocks()
        params = contact_params(example, store)
        roster = make_roster(example.settings, store, first=first)
    assert len(knocks) > 1000
    for code in example.settings.area.buurt_codes:
        here = roster.loc[[code in codes for codes in roster["buurt_codes"]], "window"]
        kinds = {params.windows.kind_of(window) for window in here}
        own = knocks.loc[knocks["door_id"].map(doors) == code]
        assert list_breaches(own, params=params, staffed=kinds).empty


def test_plan_json_keeps_its_schema_and_accounts_for_every_door(own_example: Workspace) -> None:
    answer = planned(own_example)
    plan = json.loads((Path(str(answer["folder"])) / "plan.json").read_text("utf-8"))
    schema = json.loads(files("zds_geo.outputs").joinpath("plan.schema.json").read_text("utf-8"))
    jsonschema.validate(plan, schema)
    doors = read_layer(own_example.places_path, "doors", columns=["straat"])
    on_rounds = door_ids(Path(str(answer["folder"])))
    assert len(on_rounds) == len(set(on_rounds)) > 0
    with open_store(own_example, now=NOW) as store:
        silent = len(store.do_not_knock_doors())
    assert len(on_rounds) + sum(plan["skipped"].values()) + silent == len(doors)
    assert not [k for k in plan["skipped"] if "aanbellen" in k]
    for planned_round in plan["rounds"]:
        start, end = (planned_round["shift"][k] for k in ("start_at", "end_at"))
        assert planned_round["walk_s"] + planned_round["service_s"] <= 2 * 3600, (start, end)


def test_the_same_workspace_and_seed_give_the_same_bytes(
    example: Workspace, tmp_path: Path
) -> None:
    import shutil

    from zds_geo.app.workspace import open_workspace

    seen = []
    for name in ("een", "twee"):
        shutil.copytree(example.root, tmp_path / name)
        result = plan_day(open_workspace(tmp_path / name), now=NOW, seed=1)
        seen.append({p.name: p.read_bytes() for p in result.files})
    assert seen[0] == seen[1]
    assert any(name.endswith(".pdf") for name in seen[0])


def test_two_days_planned_before_a_sheet_returns_share_no_door(own_example: Workspace) -> None:
    first = door_ids(Path(str(planned(own_example, "--date", "2026-11-23")["folder"])))
    second = door_ids(Path(str(planned(own_example, "--date", "2026-11-24")["folder"])))
    assert first
    assert second
    assert not set(first) & set(second)


def test_planning_all_anew_gives_new_codes_and_names_the_old(own_example: Workspace) -> None:
    first, second = planned(own_example), planned(own_example, "--again")
    codes = [{r["round_id"] for r in a["rounds"]} for a in (first, second)]
    assert not codes[0] & codes[1]
    assert set(second["replaced"]) == codes[0]
    for code in codes[0]:
        assert not list(own_example.maps_path.rglob(f"{code}.*"))


def test_a_sheet_is_entered_once_undone_and_entered_better(own_example: Workspace) -> None:
    answer = planned(own_example)
    code = answer["rounds"][0]["round_id"]
    words = ("knocks", "enter", str(code), "1-3 nt, 4 g, rest niet gedaan", "--date", "2026-11-22")
    status, out, err = zds(own_example, *words, "--json")
    assert status == 0, err
    first = json.loads(out)
    assert first["stored"] == 4
    assert json.loads(zds(own_example, *words, "--json")[1])["duplicate"] == 4
    assert zds(own_example, "knocks", "undo", first["batch"])[0] == 0
    better = ("knocks", "enter", str(code), "1-2 nt, 3 g", "--date", "2026-11-22", "--json")
    assert json.loads(zds(own_example, *better)[1])["stored"] == 3
    assert json.loads(zds(own_example, *better)[1])["conflict"] == []


@pytest.mark.req("P07")
def test_a_door_in_the_register_is_on_no_round_sheet_or_map(own_example: Workspace) -> None:
    doors = door_ids(Path(str(planned(own_example)["folder"])))
    for door in doors:
        assert zds(own_example, "do-not-knock", "add", door)[0] == 0
    again = Path(str(planned(own_example)["folder"]))
    assert not set(doors) & set(door_ids(again))
    text = "".join(p.read_text("utf-8") for p in again.glob("*.html"))
    assert "aanbellen" not in text


def sheet_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


@pytest.mark.req("P13")
@pytest.mark.req("P08")
@pytest.mark.req("P15")
def test_paper_and_pages_show_only_what_they_may(own_example: Workspace) -> None:
    folder = Path(str(planned(own_example)["folder"]))
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    assert "chance" not in json.dumps(plan)
    assert "prize" not in json.dumps(plan)
    reasons = {d["reason"] for r in plan["rounds"] for s in r["stops"] for d in s["doors"]}
    for written in plan["rounds"]:
        sheet = folder / f"{written['round_id']}.pdf"
        paper, page = sheet_text(sheet), sheet.with_suffix(".html").read_text("utf-8")
        for stop in written["stops"]:
            assert stop["street"] in paper
            for door in stop["doors"]:
                assert re.search(rf"(?m)^\s*\d+\s*{re.escape(door['label'])}\b", paper) or (
                    door["label"] in paper
                )
                assert door["door_id"] not in paper + page
        for text in (written["assistant_id"], *(reasons - {"terug op verzoek"})):
            assert text not in paper
            assert f">{text}<" not in page
        assert "VERZONNEN VOORBEELD" in paper
        assert "VERZONNEN VOORBEELD" in page
        meta = pypdf.PdfReader(sheet).metadata
        assert meta is not None
        assert not meta.author
        assert meta.title == f"Ronde {written['round_id']}"


@pytest.mark.req("P14")
def test_pages_name_no_other_host(own_example: Workspace) -> None:
    folder = Path(str(planned(own_example)["folder"]))
    assert zds(own_example, "heatmap")[0] == 0
    pages = [*folder.glob("*.html"), *own_example.maps_path.rglob("kaart-onbereikt.html")]
    assert len(pages) >= 2
    for page in pages:
        text = page.read_text("utf-8")
        own = re.sub(r"(?s)<script>/\* @preserve.*?</script>", "", text)  # Leaflet itself
        assert len(own) < len(text)
        assert not re.findall(r'(?:src|href)\s*=\s*["\']?(?:https?:)?//', own)
        assert "default-src 'none'" in text


@pytest.mark.req("P15")
def test_nothing_is_logged_and_errors_hold_no_door(
    own_example: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    planned(own_example)
    assert not [r for r in caplog.records if re.search(r"\d{16}", r.getMessage())]


def test_coverage_adds_up_and_keeps_tried_opened_and_talked_apart(own_example: Workspace) -> None:
    code, out, _ = zds(own_example, "coverage", "--json")
    assert code == 0
    total = json.loads(out)["total"]
    assert total["tried"] + total["never_tried"] == total["n_doors"] == 1179
    assert total["talked"] < total["opened"] <= total["reached"] < total["tried"]


def test_a_holiday_moves_the_plan_and_says_so(own_example: Workspace) -> None:
    code, out, _ = zds(own_example, "plan", "--date", "2026-12-25")
    assert code == 0
    assert "vrijdag 25-12-2026: het is een feestdag" in out
    assert "maandag 28-12-2026" in out


def test_a_cancelled_shift_frees_its_doors_and_makes_no_round(own_example: Workspace) -> None:
    planned(own_example)
    assert zds(own_example, "shift", "cancel", "a01", "--date", "2026-11-23")[0] == 0
    with open_store(own_example, now=NOW) as store:
        rounds = store.read_rounds(open_only=True)
    assert set(rounds["assistant_id"]) == {"a02", "a03"}
    assert {r["assistant_id"] for r in planned(own_example)["rounds"]} == {"a02", "a03"}


def test_a_shift_over_two_windows_gives_each_stop_the_window_of_its_arrival(
    own_example: Workspace,
) -> None:
    words = ("shift", "change", "a01", "--date", "2026-11-23", "--from", "15:30", "--to", "18:00")
    assert zds(own_example, *words)[0] == 0
    folder = Path(str(planned(own_example, "--assistant", "a01")["folder"]))
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    stops = plan["rounds"][0]["stops"]
    for stop in stops:
        assert stop["window"] == ("middag" if stop["arrive_s"] < 3600 else "vooravond")
    assert {s["window"] for s in stops} == {"middag", "vooravond"}


@pytest.mark.parametrize("kind", ["gpx", "geojson", "csv"])
def test_exports_carry_their_credit(own_example: Workspace, kind: str) -> None:
    planned(own_example)
    code, out, err = zds(own_example, "export", kind, "--json")
    assert code == 0, err
    for name in json.loads(out)["files"]:
        assert "verzonnen voorbeeldgegevens" in Path(name).read_text("utf-8")


def bad(own_example: Workspace, words: Sequence[str]) -> str:
    code, _, err = zds(own_example, *words)
    assert code not in (0, 1)
    assert len(err.strip().splitlines()) == 1, err
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["plan", "--assistant", "a99"], "a99"),
        (["plan", "--date", "morgen"], "morgen"),
        (["knocks", "enter", "PAUW-11", "1 nt"], "PAUW-11"),
        (["knocks", "import", "nergens.csv"], "nergens.csv"),
        (["knocks", "add", "Nergensstraat 1", "g", "--window", "middag"], "Nergensstraat 1"),
        (["knocks", "add", "Lijsterstraat", "g", "--window", "middag"], "past bij"),
        (["do-not-knock", "withdraw", "Lijsterstraat 2"], "register"),
        (["export", "pdf"], "pdf"),
        (["coverage", "--by", "huis"], "huis"),
        (["fly"], "fly"),
        (["plan", "--snel"], "--snel"),
        (["knocks", "undo", "I9999"], "I9999"),
    ],
)
def test_wrong_input_gets_one_clear_dutch_sentence(
    own_example: Workspace, words: list[str], part: str
) -> None:
    assert part in bad(own_example, words)


def test_a_roster_without_shifts_says_what_to_fill_in(own_example: Workspace) -> None:
    from dataclasses import replace

    empty = Workspace(own_example.root, replace(own_example.settings, shifts=()))
    with pytest.raises(NoPlanError, match="roster has no shifts"):
        plan_day(empty, now=NOW, seed=1, on=date(2026, 11, 23))


def test_each_door_says_why_it_is_on_a_round_or_why_not(own_example: Workspace) -> None:
    any_door = read_layer(own_example.places_path, "doors", columns=["straat"]).index[0]
    code, _, err = zds(own_example, "plan", "explain", any_door, "--date", "2026-12-24")
    assert code != 0
    assert "Maak ze eerst met 'zds plan'" in err
    answer = planned(own_example)
    plan = json.loads((Path(str(answer["folder"])) / "plan.json").read_text("utf-8"))
    stop = plan["rounds"][0]["stops"][-1]
    door = stop["doors"][0]
    code, out, _ = zds(own_example, "plan", "explain", door["door_id"])
    assert code == 0
    assert plan["rounds"][0]["round_id"] in out
    assert door["reason"] in out
    doors = read_layer(own_example.places_path, "doors", columns=["straat"])
    on_rounds = set(door_ids(Path(str(answer["folder"]))))
    others = sorted(set(doors.index) - on_rounds)
    for door_id in others[:: max(1, len(others) // 8)]:
        code, out, _ = zds(own_example, "plan", "explain", door_id)
        assert code == 0
        assert "niet op een ronde" in out
        why = out.splitlines()[0].rstrip(".").rpartition(": ")[2]
        assert why in plan["skipped"] or why == "niet aan de beurt"


def test_the_rest_of_a_printed_round_is_a_part_of_it_that_fits(own_example: Workspace) -> None:
    answer = planned(own_example)
    plan = json.loads((Path(str(answer["folder"])) / "plan.json").read_text("utf-8"))
    first = plan["rounds"][0]
    n = sum(len(s["doors"]) for s in first["stops"])
    sizes = []
    for minutes in (5, 25, 240):
        code, out, _ = zds(
            own_example, "plan", "rest", first["round_id"].lower(), "--after", "2",
            "--minutes", str(minutes), "--json",
        )  # fmt: skip
        assert code == 0
        rest = json.loads(out)
        lines = [x for s in rest["stops"] for x in s["lines"]]
        left = [x for s in rest["left_out"] for x in s["lines"]]
        assert sorted(lines + left) == list(range(3, n + 1))
        assert rest["minutes"] <= minutes
        sizes.append(len(lines))
    assert sizes == sorted(sizes)
    assert sizes[-1] == n - 2
    code, out, err = zds(
        own_example, "plan", "rest", first["round_id"], "--after", "999", "--minutes", "9"
    )
    assert code != 0
    assert f"laatste regel is {n}" in err
    assert len(err.strip().splitlines()) == 1
    before = door_ids(Path(str(answer["folder"])))
    assert before == door_ids(Path(str(planned(own_example)["folder"])))
