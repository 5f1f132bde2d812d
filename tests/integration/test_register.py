"""Sheets out and back, incidents, the audit log and the documents, as a coordinator meets them."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from zds_geo.app.export import KINDS
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.app.write_documents import FOLDER, write_documents
from zds_geo.cli import run
from zds_geo.core.outcomes import Outcome
from zds_geo.outputs.document import NAMES
from zds_geo.store import read_data_catalogue, read_layer

from ..conftest import NOW  # noqa: TID252

CLOCK = "2026-11-22T18:00+01:00"


def zds(workspace: Workspace, *words: str, clock: str = CLOCK) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words, "--workspace", str(workspace.root), "--now", clock])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def planned(example: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example with tomorrow planned; tests that write copy it."""
    root = tmp_path_factory.mktemp("gepland") / "wijk"
    shutil.copytree(example.root, root)
    workspace = open_workspace(root)
    assert zds(workspace, "plan")[0] == 0
    return workspace


@pytest.fixture
def own(planned: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(planned.root, tmp_path / "wijk")
    return open_workspace(tmp_path / "wijk")


def rounds_of(workspace: Workspace) -> list[dict[str, Any]]:
    (path,) = workspace.maps_path.glob("*/plan.json")
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["rounds"]
    return found


def audit(workspace: Workspace) -> list[tuple[str, str]]:
    with sqlite3.connect(workspace.root / "knocks.sqlite") as connection:
        return list(connection.execute("SELECT action, subject FROM audit ORDER BY seq"))


@pytest.mark.req("P13")
def test_sheets_go_out_with_the_plan_and_come_back_by_entering(own: Workspace) -> None:
    codes = sorted(r["round_id"] for r in rounds_of(own))
    code, out, _ = zds(own, "sheets")
    assert code == 0
    assert f"Bladen buiten: {len(codes)}" in out
    assert all(c in out for c in codes)
    assert zds(own, "knocks", "enter", codes[0], "1 nt", "--date", "2026-11-22")[0] == 0
    assert "nog niet ingevoerd" in zds(own, "sheets", "back", codes[1])[1]
    answer = json.loads(zds(own, "sheets", "--json")[1])
    assert [s["code"] for s in answer["out"]] == codes[2:]
    assert {s["code"]: s["status"] for s in answer["back"]} == {
        codes[0]: "entered", codes[1]: "returned",
    }  # fmt: skip
    late = zds(own, "sheets", clock="2026-12-05T12:00+01:00")[1]
    assert "TE LAAT: al 12 dagen" in late
    assert zds(own, "sheets", "lost", "NIET-99")[0] == 10
    assert ("sheet_back", codes[1]) in audit(own)


@pytest.mark.req("P17")
def test_incident_names_exactly_the_doors_of_a_lost_sheet(own: Workspace) -> None:
    for planned_round in rounds_of(own):
        doors = [d for s in planned_round["stops"] for d in s["doors"]]
        code, out, _ = zds(own, "incident", planned_round["round_id"].lower())
        assert code == 0
        assert out.startswith("INTERN")
        assert "72 uur" in out
        assert "25-11-2026 18:00" in out
        for stop in planned_round["stops"]:
            assert stop["street"] in out
        answer = json.loads(zds(own, "incident", planned_round["round_id"], "--json")[1])
        assert [d["door_id"] for d in answer["doors"]] == [d["door_id"] for d in doors]
        assert [d["number"] for d in answer["doors"]] == [d["label"] for d in doors]
        assert not re.search(r"\b\d{16}\b", out)
    noted = [s for a, s in audit(own) if a == "incident_sheet"]
    assert len(noted) == 2 * len(rounds_of(own))


@pytest.mark.req("P17")
def test_incident_says_plainly_what_retention_took(own: Workspace) -> None:
    first, second, *_ = (r["round_id"] for r in rounds_of(own))
    with sqlite3.connect(own.root / "knocks.sqlite") as connection:
        connection.execute("UPDATE round SET payload = '' WHERE code = ?", (first,))
        connection.execute("DELETE FROM round_door WHERE code = ?", (second,))
        connection.execute("DELETE FROM round WHERE code = ?", (second,))
    whole = json.loads(zds(own, "incident", first, "--json")[1])  # lines are left: looked up
    assert whole["doors"]
    assert all(d["street"] and d["number"] for d in whole["doors"])
    code, out, _ = zds(own, "incident", second)
    assert code == 0
    assert "na 14 dagen weggegooid" in out
    code, _, err = zds(own, "incident", "NIET-99")
    assert code == 10
    assert len(err.strip().splitlines()) == 1
    assert zds(own, "incident")[0] == zds(own, "incident", first, "--laptop")[0] == 2


@pytest.mark.req("P17")
def test_incident_of_a_laptop_counts_what_it_held(own: Workspace) -> None:
    code, out, _ = zds(own, "incident", "--laptop")
    assert code == 0
    answer = json.loads(zds(own, "incident", "--laptop", "--json")[1])
    with open_store(own, now=NOW) as store:
        knocks = store.read_knocks()
    doors = read_layer(own.places_path, "doors", columns=["buurt_code"])
    expected = knocks["door_id"].map(doors["buurt_code"]).value_counts().to_dict()
    assert {b["code"]: b["knocks"] for b in answer["buurten"]} == expected
    assert answer["n_knocks"] == len(knocks)
    assert (answer["first"], answer["last"]) == (
        str(min(knocks["knocked_on"])), str(max(knocks["knocked_on"])),
    )  # fmt: skip
    assert sorted(answer["sheets_out"]) == sorted(r["round_id"] for r in rounds_of(own))
    assert "politie" in out
    assert ("incident_laptop", str(len(knocks))) in audit(own)


@pytest.mark.req("P17")
def test_few_doors_of_a_buurt_are_not_counted(own: Workspace) -> None:
    with sqlite3.connect(own.root / "knocks.sqlite") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "UPDATE knock SET door_id = '0000000000000001' WHERE knock_id IN"
            " (SELECT knock_id FROM knock ORDER BY knock_id LIMIT 3)"
        )
    out = zds(own, "incident", "--laptop")[1]
    line = next(row for row in out.splitlines() if "niet in de adressen" in row)
    assert "< 5" in line
    assert " 3 " not in line


@pytest.mark.req("R10")
def test_doctor_reads_the_audit_log_and_tells_when_it_was_changed(own: Workspace) -> None:
    good = json.loads(zds(own, "doctor", "--json")[1])["findings"]
    assert [f["good"] for f in good if f["key"].startswith("doctor.audit")] == [True]
    with sqlite3.connect(own.root / "knocks.sqlite") as connection:
        connection.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    code, out, _ = zds(own, "doctor")
    assert code == 1
    assert "Het logboek van handelingen klopt niet: er ontbreken regels" in out
    assert zds(own, "coverage")[0] == 0  # the work goes on


@pytest.mark.req("R10")
@pytest.mark.req("P15")
def test_the_audit_log_of_a_working_day_holds_no_address(own: Workspace, tmp_path: Path) -> None:
    first, second, third = (r["round_id"] for r in rounds_of(own)[:3])
    door = rounds_of(own)[0]["stops"][0]["doors"][0]["door_id"]
    before = len(audit(own))
    csv = tmp_path / "knocks.csv"
    for words in (
        ("knocks", "enter", first, "1-3 nt, 4 nm", "--date", "2026-11-22"),
        ("knocks", "export", str(csv)),
        ("knocks", "undo", "I0001"),
        ("knocks", "import", str(csv)),
        ("do-not-knock", "add", door),
        ("do-not-knock", "withdraw", door),
        ("sheets", "lost", second),
        ("sheets", "back", second, "--destroyed"),
        ("incident", third),
        ("documents",),
        ("plan", "--again"),
    ):
        code, _, err = zds(own, *words)
        assert code == 0, (words, err)
    rows = audit(own)[before:]
    actions = [a for a, _ in rows]
    for action in (
        "knocks_entered", "knocks_exported", "knocks_undone", "knocks_imported", "register_added",
        "register_withdrawn", "sheet_lost", "sheet_destroyed", "incident_sheet",
        "documents_written", "round_planned", "round_replaced",
    ):  # fmt: skip
        assert action in actions, action
    doors = read_layer(own.places_path, "doors", columns=["straat", "postcode"])
    text = json.dumps(rows)
    assert not re.search(r"\d{10}", text)
    for value in {*doors["straat"], *doors["postcode"]} - {""}:
        assert value not in text
    with open_store(own, now=NOW) as store:
        assert store.verify_audit().good


@pytest.mark.req("P12")
def test_plan_and_coverage_are_the_same_whoever_rang(planned: Workspace, tmp_path: Path) -> None:
    seen = []
    for name in ("een", "twee"):
        shutil.copytree(planned.root, tmp_path / name)
        workspace = open_workspace(tmp_path / name)
        if name == "twee":
            rest = "knock_id IN (SELECT knock_id FROM knock WHERE outcome <> ?)"
            back = Outcome.COME_BACK.value
            with sqlite3.connect(workspace.root / "knocks.sqlite") as connection:
                count = connection.execute(
                    f"UPDATE knock_assistant SET assistant_id = 'a99' WHERE {rest}", (back,)
                ).rowcount
            assert count > 100
        assert zds(workspace, "plan", "--again")[0] == 0
        files = {
            p.name: p.read_bytes() for p in workspace.maps_path.rglob("*") if p.name == "plan.json"
        }
        seen.append((files, zds(workspace, "coverage", "--json")[1], zds(workspace, "sheets")[1]))
    assert seen[0] == seen[1]


@pytest.mark.req("P02")
def test_every_file_that_commands_write_is_in_the_catalogue(own: Workspace) -> None:
    commands = [("heatmap",), ("documents",), ("plan", "--weeks", "2")]
    commands += [("export", kind) for kind in KINDS]
    for words in commands:
        assert zds(own, *words)[0] == 0, words
    patterns = {
        name: re.compile(
            re.escape(name).replace(r"/\*\*", "/.*").replace("<datum>", r"\d{4}-\d\d-\d\d")
            .replace("<code>", r"[A-Z]+-\d+").replace("<naam>", r"[a-z-]+")
        )
        for name in read_data_catalogue().files
        if not name.startswith("*")
    }  # fmt: skip
    paths = [p.relative_to(own.root).as_posix() for p in own.root.rglob("*") if p.is_file()]
    assert not [p for p in paths if not any(r.fullmatch(p) for r in patterns.values())]
    unwritten = {n for n, r in patterns.items() if not any(r.fullmatch(p) for p in paths)}
    assert unwritten <= {
        "places.previous.gpkg",  # from the second delivery on
        "maps/<datum>/kaart-verdeling.html",  # zds team divide, where assistants share a buurt
        "maps/<datum>/kaart-verdeling-voorstel.html",
    }


@pytest.mark.req("P02")
def test_every_layer_of_written_places_is_in_the_catalogue(example: Workspace) -> None:
    import pyogrio

    known = read_data_catalogue().layers
    for name, kind in pyogrio.list_layers(f"GPKG:{example.places_path}"):
        fields = set(pyogrio.read_info(f"GPKG:{example.places_path}", layer=name)["fields"])
        assert fields | ({"geometry"} if kind else set()) == set(known[name].columns), name


def text_of(path: Path) -> str:
    return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(path).pages).split())


@pytest.mark.req("P16")
def test_documents_are_written_as_text_and_pdf_with_terms_of_the_code(own: Workspace) -> None:
    code, out, _ = zds(own, "documents")
    assert code == 0
    folder = own.root / FOLDER
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        f"{n}.{e}" for n in NAMES for e in ("md", "pdf")
    )
    assert out.count("in te vullen") == len(NAMES)
    catalogue = read_data_catalogue()
    for name in NAMES:
        text, pdf = (folder / f"{name}.md").read_text("utf-8"), text_of(folder / f"{name}.pdf")
        assert "{{" not in text
        assert "[VUL IN: naam van de organisatie]" in text
        assert "[VUL IN: naam van de organisatie]" in pdf
        assert "�" not in pdf
    terms = (folder / "bewaartermijnen.md").read_text("utf-8")
    units = {"days": ("dag", "dagen"), "months": ("maand", "maanden")}
    for rule in catalogue.retention.values():
        if rule.default is not None:
            unit = units[rule.unit][1]
            assert f"| {rule.what} | {rule.default} {unit} | {rule.ceiling} {unit} |" in terms
    register = (folder / "verwerkingsregister.md").read_text("utf-8")
    for table in catalogue.tables.values():
        assert f"### {table.name}\n" in register
        assert all(f"| {c} | " in register for c in table.columns)
    assert "artikel 27, lid 1, onder l" in (folder / "ondernemingsraad-memo.md").read_text("utf-8")
    runbook = text_of(folder / "draaiboek-incident.pdf")
    for words in ("72 uur", "Een blad is kwijt", "telefoon is kwijt", "laptop is gestolen",
                  "mail ging naar de verkeerde"):  # fmt: skip
        assert words in runbook


@pytest.mark.req("P16")
def test_what_people_wrote_in_a_document_stays_and_is_in_the_pdf(own: Workspace) -> None:
    folder = own.root / FOLDER
    zds(own, "documents")
    memo = folder / "ondernemingsraad-memo.md"
    memo.write_text(
        memo.read_text("utf-8").replace("[VUL IN: bestuurder]", "Sjaak de Wit"), "utf-8"
    )
    settings = own.root / "zds.toml"
    extra = '[privacy]\norganisation = "Jan & Co <b> | *x*"\ndpia_on = 2026-10-01\n'
    settings.write_text(_without_privacy(settings.read_text("utf-8")) + extra, "utf-8")
    code, out, _ = zds(open_workspace(own.root), "documents")
    assert code == 0
    assert out.count("uw tekst bleef staan") == 1
    assert "Sjaak de Wit" in text_of(folder / "ondernemingsraad-memo.pdf")
    dpia = text_of(folder / "dpia.pdf")
    assert "Jan & Co <b> | *x*" in dpia
    assert "01-10-2026" in dpia
    assert zds(own, "documents", "--again")[0] == 0
    assert "Sjaak de Wit" not in memo.read_text("utf-8")
    assert "Sjaak de Wit" in (folder / "ondernemingsraad-memo.oud.md").read_text("utf-8")
    memo.write_bytes(b"\xff\xfe\x00kapot")
    code, _, err = zds(own, "documents")
    assert code == 11
    assert len(err.strip().splitlines()) == 1


def _without_privacy(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip() != "[privacy]") + "\n"


@pytest.mark.req("P16")
def test_the_same_settings_and_day_give_the_same_documents(own: Workspace, tmp_path: Path) -> None:
    seen = []
    for name in ("een", "twee"):
        written = write_documents(own, folder=tmp_path / name, now=NOW)
        seen.append([(d.text_path.read_bytes(), d.pdf_path.read_bytes()) for d in written])
    assert seen[0] == seen[1]
    later = write_documents(own, folder=tmp_path / "een", now=NOW + timedelta(days=1))
    assert not any(d.yours for d in later)  # nobody wrote in it: made anew


@pytest.mark.req("P16")
def test_a_banner_asks_for_both_dates_until_they_are_given(tmp_path: Path) -> None:
    folder = tmp_path / "zuid"
    code, out, _ = zds_in(folder, "init", str(folder), "--area", "apeldoorn-zuid")
    assert code == 0
    assert "DPIA" in out
    settings = folder / "zds.toml"

    def banner(extra: str, *more: str) -> str:
        settings.write_text(settings_text.replace("[privacy]\n", f"[privacy]\n{extra}"), "utf-8")
        return zds_in(folder, "plan", *more)[2]

    settings_text = settings.read_text("utf-8")
    both = banner("")
    assert "dpia_on) en de datum van instemming" in both
    assert len(both.strip().splitlines()) == 2  # the banner, and that there are no places yet
    half = banner("dpia_on = 2026-10-01\n")
    assert "consent_on" in half
    assert "dpia_on" not in half
    assert "consent_on" in banner("dpia_on = 2026-10-01\nconsent_on = 2027-01-01\n")  # not yet
    assert "[privacy]" not in banner("dpia_on = 2026-10-01\nconsent_on = 2026-11-01\n")
    assert "[privacy]" not in banner("", "--json")
    assert "privacy.consent_on" in banner("consent_on = 'ja'\n")


def zds_in(folder: Path, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words, "--workspace", str(folder), "--now", CLOCK])
    return code, out.getvalue(), err.getvalue()


@pytest.mark.req("P16")
def test_the_invented_example_has_no_banner(own: Workspace) -> None:
    code = rounds_of(own)[0]["round_id"]
    _, _, err = zds(own, "knocks", "enter", code, "1 nt", "--date", "2026-11-22")
    assert err == ""


@pytest.mark.req("R09")
def test_a_history_of_before_gets_the_register_with_its_open_rounds_as_sheets(
    own: Workspace,
) -> None:
    codes = sorted(r["round_id"] for r in rounds_of(own))
    with sqlite3.connect(own.root / "knocks.sqlite") as connection:
        for table in ("sheet", "audit", "audit_head"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
    with open_store(own, now=NOW) as store:
        assert [s.code for s in store.list_sheets()] == codes
        assert store.verify_audit().good
