"""The board's page: true to the last door, silent about each of them."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from zds_geo.app.make_report import draw_report, make_report
from zds_geo.app.show_coverage import measure
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.core.outcomes import Source
from zds_geo.core.texts import load_catalogue
from zds_geo.core.windows import day_text
from zds_geo.store import read_layer

from ..conftest import NOW  # noqa: TID252

CLOCK = "2026-11-22T18:00+01:00"
SUNDAY = date(2026, 11, 22)
COLUMNS = ("tried", "opened", "talked", "fair")
ROOT = Path(__file__).resolve().parents[2]


def zds(workspace: Workspace, *words: str, now: str = CLOCK) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words, "--workspace", str(workspace.root), "--now", now])
    return code, out.getvalue(), err.getvalue()


def reported(workspace: Workspace, *words: str, now: str = CLOCK) -> dict[str, Any]:
    code, out, err = zds(workspace, "report", "--json", *words, now=now)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def settings_with(workspace: Workspace, change: Callable[[str], str]) -> Workspace:
    path = workspace.root / "zds.toml"
    path.write_text(change(path.read_text("utf-8")), encoding="utf-8")
    return open_workspace(workspace.root)


def paper(path: Path) -> str:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    return re.sub(r"\s+", " ", text)


def test_the_page_says_exactly_what_coverage_says_and_what_the_log_holds(
    own_example: Workspace,
) -> None:
    made = reported(own_example)
    coverage = json.loads(zds(own_example, "coverage", "--json")[1])
    for shown, counted in zip(made["rows"], coverage["rows"], strict=True):
        assert shown["name"] == counted["buurt_naam"]
        assert [shown[c] for c in COLUMNS] == [counted[c] for c in COLUMNS]
    for column in ("n_doors", *COLUMNS):
        assert made["total"][column] == coverage["total"][column]
        assert made["total"][column] == sum(r[column] for r in made["rows"])
    with open_store(own_example, now=NOW) as store:
        knocks = store.read_knocks()
    tried = knocks.loc[
        knocks["outcome"].isin(["talked", "no_talk", "come_back", "do_not_knock", "not_home"])
    ]
    assert made["total"]["tried"] == tried["door_id"].nunique()
    talked = knocks.loc[knocks["outcome"] == "talked", "door_id"].nunique()
    assert made["total"]["talked"] == talked
    text = paper(Path(made["file"]))
    for row in (*made["rows"], made["total"]):
        for column in ("n_doors", *COLUMNS):
            assert f"{row[column]:,}".replace(",", ".") in text


def test_every_command_on_the_page_runs_and_prints_its_figures(own_example: Workspace) -> None:
    made = reported(own_example)
    for what, command in made["commands"].items():
        words = command.split()[1:]
        at = words.index("--now")
        now, words = words[at + 1], words[:at] + words[at + 2 :]
        code, out, err = zds(own_example, *words, now=now)
        assert code == 0, err
        if what == "counts":
            assert str(made["total"]["tried"]) in out
        if what == "forecast":
            assert day_text(date.fromisoformat(made["promise"]["ends_on"])) in out
        assert command in paper(Path(made["file"]))


def test_a_period_counts_whole_weeks_and_equals_coverage_from_that_monday(
    own_example: Workspace,
) -> None:
    made = reported(own_example, "--from", "2026-10-07", "--to", "2026-10-20")
    assert (made["from"], made["to"]) == ("2026-10-05", "2026-10-25")
    assert made["promise"] is None
    code, out, _ = zds(own_example, "coverage", "--json", "--from", "2026-10-05", now="2026-10-25")
    assert code == 0
    total = json.loads(out)["total"]
    assert 0 < total["tried"] < reported(own_example)["total"]["tried"]
    assert [made["total"][c] for c in COLUMNS] == [total[c] for c in COLUMNS]


@pytest.mark.req("P09")
def test_the_figures_stay_the_same_through_the_week(own_example: Workspace) -> None:
    # What is forgotten on the way changes no figure; only the look ahead may differ a little.
    seen = []
    for now in ("2026-11-22T12:00+01:00", "2026-11-25T09:00+01:00", "2026-11-28T23:00+01:00"):
        status, out, err = zds(own_example, "report", "--json", now=now)
        assert status == 0, err
        made = json.loads(out)
        seen.append({part: made[part] for part in ("rows", "total", "hard_blocks", "to_arrange")})
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.req("P07")
def test_the_register_changes_nothing_that_is_counted_and_is_not_named(
    own_example: Workspace,
) -> None:
    before = reported(own_example)
    doors = sorted(read_layer(own_example.places_path, "doors", columns=["straat"]).index)[:60]
    with open_store(own_example, now=NOW) as store:
        for door_id in doors:
            store.add_do_not_knock(door_id, on=SUNDAY, source=Source.REQUEST, now=NOW)
    after = reported(own_example)
    for part in ("rows", "total", "hard_blocks", "to_arrange"):
        assert before[part] == after[part]
    text = paper(Path(after["file"])).casefold()
    assert "niet meer aanbellen" not in text
    assert "niet meer" not in text


@pytest.mark.req("P08")
@pytest.mark.req("P12")
def test_no_door_no_person_and_no_chance_on_the_page(own_example: Workspace) -> None:
    made = reported(own_example)
    whole = json.dumps(made) + paper(Path(made["file"]))
    doors = read_layer(own_example.places_path, "doors", columns=["straat"])
    assert not [d for d in doors.index if d in whole]
    assert "prize" not in whole
    assert "assistant" not in whole
    assert not re.search(r"\ba0\d\b", whole)


def enter_rounds(workspace: Workspace, n: int) -> float:
    code, out, err = zds(workspace, "plan", "--json", "--date", "2026-11-23")
    assert code == 0, err
    rounds = json.loads(out)["rounds"][:n]
    for planned in rounds:
        code, _, err = zds(
            workspace, "knocks", "enter", planned["round_id"], "1-5 nt, 6 g, rest niet gedaan",
            now="2026-11-24T09:00+01:00",
        )  # fmt: skip
        assert code == 0, err
    return float(sum(r["walk_s"] + r["service_s"] for r in rounds) / 3600)


@pytest.mark.req("P12")
def test_hours_of_two_people_are_not_shown(own_example: Workspace) -> None:
    enter_rounds(own_example, 2)
    made = reported(own_example, now="2026-11-30T09:00+01:00")
    assert made["rounds"] == 2
    assert made["hours"] is None
    assert "minder dan 3 mensen liepen" in paper(Path(made["file"]))


def test_hours_are_those_planned_for_the_rounds_that_were_entered(own_example: Workspace) -> None:
    hours = enter_rounds(own_example, 3)
    made = reported(own_example, now="2026-11-30T09:00+01:00")
    assert made["hours"] == pytest.approx(hours, abs=0.05)
    said = f"{made['hours']:.1f}".replace(".", ",")
    assert f"{said} uur in 3 rondes" in paper(Path(made["file"]))
    assert reported(own_example, now="2026-11-23T09:00+01:00")["rounds"] == 0


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        (lambda t: t, "yes", "Ja, naar verwachting."),
        (lambda t: t.replace("weeks = 26", "weeks = 14"), "no", "Nee, niet met dit rooster."),
        (lambda t: t.replace("weeks = 26", "weeks = 12"), "over", "zijn voorbij"),
        (lambda t: t.replace("weeks = 26", ""), "unset", "Zonder afspraak"),
        (lambda t: t[: t.index("[[shifts]]")], "no_roster", "geen diensten in het rooster"),
        (
            lambda t: t.replace("started_on = 2026-08-24", "started_on = 2026-11-16"),
            "yes",
            "Er is 1 week voorbij",
        ),
    ],
)
def test_the_promise_is_told_as_it_stands(
    own_example: Workspace, change: Callable[[str], str], verdict: str, words: str
) -> None:
    workspace = settings_with(own_example, change)
    made = reported(workspace)
    assert made["promise"]["verdict"] == verdict
    assert words in paper(Path(made["file"]))


def test_without_knocks_there_is_too_little_data_and_nothing_is_tried(
    own_example: Workspace,
) -> None:
    (own_example.root / "knocks.sqlite").unlink()
    made = reported(own_example)
    assert made["promise"]["verdict"] == "few_data"
    assert [made["total"][c] for c in COLUMNS] == [0, 0, 0, 0]
    text = paper(Path(made["file"]))
    assert "Te weinig gegevens. Na 300 keer aanbellen" in text
    assert "Te weinig gegevens: in geen enkel blok" in text


def test_a_kind_and_a_buurt_that_the_roster_never_staffs_are_named(own_example: Workspace) -> None:
    def without_saturday_and_north(text: str) -> str:
        text = re.sub(
            r'\[\[shifts\]\]\nassistant = "a03"\ndays = \["za"\].*?\n\n', "", text, flags=re.S
        )
        parts = text.split("[[shifts]]")
        kept = [p for p in parts[1:] if '"a01"' not in p and '["za"]' not in p]
        return parts[0] + "".join("[[shifts]]" + p for p in kept)

    made = reported(settings_with(own_example, without_saturday_and_north))
    assert made["not_staffed"] == ["saturday"]
    text = paper(Path(made["file"]))
    assert "Niet mogelijk met dit rooster: aanbellen op zaterdag." in text
    assert "staat nog niemand voor Voorbeeld-Noord: samen 478 deuren" in text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--cycle", "--from", "2026-10-05"), "niet allebei"),
        (("--from", "2026-11-01", "--to", "2026-10-01"), "De periode klopt niet"),
        (("--from", "2026-11-23"), "nog geen hele week"),
        (("--from", "gisteren"), "gisteren"),
        (("--out", "verslag.docx"), ".pdf of een .html"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    own_example: Workspace, words: tuple[str, ...], part: str
) -> None:
    code, out, err = zds(own_example, "report", *words)
    assert code == 2
    assert out == ""
    assert part in err
    assert len(err.strip().splitlines()) == 1


def test_a_place_that_cannot_be_written_is_named(own_example: Workspace) -> None:
    (own_example.root / "dicht").write_text("", encoding="utf-8")
    path = own_example.root / "dicht" / "verslag.pdf"
    code, _, err = zds(own_example, "report", "--out", str(path))
    assert code == 11
    assert "verslag.pdf" in err


@pytest.mark.req("S05")
@pytest.mark.req("P14")
def test_the_web_page_asks_nobody_and_runs_nothing(own_example: Workspace) -> None:
    name = "<script>alert(1)</script> 's-Graven & Co ${x}"
    made = replace(make_report(own_example, now=NOW), area=name)
    path = draw_report(own_example, made, path=own_example.root / "v.html")
    text = path.read_text("utf-8")
    assert "default-src 'none'" in text
    assert "unsafe-inline" not in text
    assert not re.search(
        r"<script|\ssrc=|\shref=|url\(|@import|style=\"|https?://(?!www\.w3\.org/2000/svg)", text
    )
    assert "&#60;script&#62;" in text
    pdf = draw_report(own_example, made, path=own_example.root / "v.pdf")
    assert "<script>alert(1)</script> 's-Graven & Co ${x}" in paper(pdf)


def test_the_same_report_has_the_same_bytes_and_a_clean_accessible_pdf(
    example: Workspace, tmp_path: Path
) -> None:
    seen: list[list[bytes]] = []
    for name in ("een", "twee"):
        shutil.copytree(example.root, tmp_path / name)
        own = open_workspace(tmp_path / name)
        made = make_report(own, now=NOW + timedelta(minutes=len(seen)))
        paths = [draw_report(own, made, path=own.root / f"v{e}") for e in (".pdf", ".html")]
        seen.append([p.read_bytes() for p in paths])
    assert seen[0] == seen[1]
    reader = pypdf.PdfReader(tmp_path / "een" / "v.pdf")
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert str(catalog["/Lang"]).startswith("nl")
    assert b"pdfuaid" in catalog["/Metadata"].get_object().get_data()
    assert not (reader.metadata or {}).get("/Author")
    assert len(reader.pages) <= 2
    assert "VERZONNEN VOORBEELD" in paper(tmp_path / "een" / "v.pdf")


def test_the_english_page_has_no_dutch_sentences(own_example: Workspace) -> None:
    path = own_example.root / "v.pdf"
    assert zds(own_example, "report", "--lang", "en", "--out", str(path))[0] == 0
    text = paper(path)
    assert "Do we keep the promise?" in text
    assert "1,179" in text
    for word in ("Waar ", "aangebeld", "woningen", "gesproken", "deuren", "keer"):
        assert word not in text


def test_words_for_figures_are_the_same_in_readme_and_on_the_page() -> None:
    known = load_catalogue()
    readme = re.sub(r"\s+", " ", (ROOT / "README.md").read_text("utf-8"))
    for name in ("tried", "opened", "talked", "reached", "fair"):
        said = name if name != "fair" else "fair chance"
        assert f"*{said}*: {known[f'figure.{name}']['en']}" in readme
    assert known["figure.no_attempt"]["en"] in readme


def test_small_numbers_are_hidden_on_the_page_itself(own_example: Workspace) -> None:
    (own_example.root / "knocks.sqlite").unlink()
    doors = read_layer(own_example.places_path, "doors", columns=["buurt_code"])
    rows = ["knock_id,door_id,knocked_on,window,outcome,source"]
    counts = {"BU99990101": 3, "BU99990102": 30, "BU99990103": 40}
    for code, n in counts.items():
        for k, door_id in enumerate(sorted(doors.index[doors["buurt_code"] == code])[:n]):
            outcome = "talked" if k % 2 else "not_home"
            text = f"00000000-0000-4000-8000-{code[-3:]}{k:09d}"
            rows.append(f"{text},{door_id},2026-11-16,middag,{outcome},paper")
    path = own_example.root / "in.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    status, _, err = zds(own_example, "knocks", "import", str(path))
    assert status == 0, err
    made = reported(own_example)
    assert [r["tried"] for r in made["rows"]] == ["<5", "–", 40]
    assert made["total"]["tried"] == 73
    assert measure(own_example, by="buurt", now=NOW).total["tried"] == 73
    text = paper(Path(made["file"]))
    assert "<5" in text
    assert "minder dan 5." in text
    assert not re.search(r"Voorbeeld-Midden 459 30", text)
