"""No address leaves by a log, an error or a forgotten file (P15): every command, with all logging on.

The canaries are all door ids (anything like one) and all streets of the example quarter.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.integration.test_loop import zds
from zds_geo.app.workspace import Workspace
from zds_geo.store import read_layer

DOOR = re.compile(r"(?<![0-9a-f-])(?:num:)?\d{16}(?!\d)|osm:(?:node|way)/\d+")
NOWHERE = ("--date", "2026-11-23")


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give temporary files a folder of their own, in this process and in those it starts."""
    folder = tmp_path / "tijdelijk"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    monkeypatch.setattr(tempfile, "tempdir", None)


def commands(workspace: Workspace, code: str, door: str, other: str) -> list[list[str]]:
    """Give commands that exist, in an order in which they work, and some that must fail."""
    root = workspace.root
    data = root / "data" / "voorbeeldwijk"
    sources = [
        "--addresses", str(data / "adressen.csv"), "--buurten", str(data / "buurten.geojson"),
        "--streets", str(data / "straten.osm"),
    ]  # fmt: skip
    (root / "lijst.csv").write_text("adres\nNergensstraat 1\n", encoding="utf-8")
    head = "knock_id,door_id,knocked_on,window,outcome\n"
    uuid = "00000000-0000-0000-0000-00000000000"
    good = f"{uuid}1,{other},2026-11-20,middag,talked\n"
    (root / "goed.csv").write_text(head + good, encoding="utf-8")
    # What a CSV can have wrong beside a real door id.
    wrong = [
        f"geen-id,{other},2026-11-20,middag,talked", f"{uuid}2,{other},2026-11-20,nacht,talked",
        f"{uuid}3,{other},2026-11-20,,talked", f"{uuid}4,{other},20-11-2026,middag,talked",
        f"{uuid}5,{other},2026-11-20,middag,slaapt", f"{uuid}6,{other},2031-11-20,middag,talked",
    ]  # fmt: skip
    for n, row in enumerate(wrong):
        (root / f"fout{n}.csv").write_text(f"{head}{row}\n", encoding="utf-8")
    return [
        ["plan", "explain", door], ["plan", "rest", code, "--after", "1", "--minutes", "30"],
        ["knocks", "enter", code, "1-3 nt, 4 kt avond, 5 nm, rest niet gedaan", "--date", "2026-11-22"],
        ["knocks", "enter", code, "1-900 nt"], ["knocks", "enter", "PAUW-11", "1 nt"],
        ["knocks", "add", door, "g", "--window", "middag"], ["knocks", "add", door, "zucht"],
        ["knocks", "import", str(root / "goed.csv")], ["knocks", "undo", "I0001"],
        *(["knocks", "import", str(root / f"fout{n}.csv")] for n in range(len(wrong))),
        ["knocks", "export", str(root / "uit.csv")], ["knocks", "export", str(root / "weg" / "u.csv")],
        ["do-not-knock", "add", other], ["do-not-knock", "withdraw", other],
        ["do-not-knock", "withdraw", other], ["heatmap"], ["coverage"], ["coverage", "--by", "street"],
        ["coverage", "--forecast"], *(["export", kind] for kind in ("gpx", "geojson", "csv")),
        ["shift", "cancel", "a01", *NOWHERE], ["plan", "--again"], ["team", "divide", "--dry-run"],
        ["places", "report"], ["places", "match", str(root / "lijst.csv")],
        ["places", "match", str(root / "uit.csv")], ["places", "import", *sources],
        ["places", "rollback"], ["doors", "find", "Nergensstraat 1"], ["plan", "explain", "9" * 15],
        ["doctor"], ["cycle", "close"], ["cycle", "start"],
    ]  # fmt: skip


def canaries(text: str, streets: Sequence[str]) -> list[str]:
    """Find door ids and streets in a text."""
    return sorted({*DOOR.findall(text), *(s for s in streets if s in text)})


@pytest.mark.req("P15")
def test_no_log_error_or_forgotten_file_holds_an_address(
    own_example: Workspace, own_temp: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    doors = read_layer(own_example.places_path, "doors", columns=["straat"])
    streets = sorted(set(doors["straat"]))
    code, out, err = zds(own_example, "plan", "--json")
    assert code == 0, err
    answer = json.loads(out)
    plan = json.loads((Path(answer["folder"]) / "plan.json").read_text("utf-8"))
    first = plan["rounds"][0]
    mine = {d["door_id"] for r in plan["rounds"] for s in r["stops"] for d in s["doors"]}
    door, other = first["stops"][0]["doors"][0]["door_id"], sorted(set(doors.index) - mine)[0]
    told, failed = [err], 0
    for words in commands(own_example, first["round_id"], door, other):
        status, out, err = zds(own_example, *words)
        failed += status != 0
        assert "Traceback" not in out + err, words
        told.append(err.replace(door, "") if door in words else err)  # who typed it may see it
        assert canaries(told[-1], streets) == [], words
    assert failed > 10  # errors were among them
    logged = "\n".join(r.getMessage() + (r.exc_text or "") for r in caplog.records)
    assert canaries(logged, streets) == []
    left = [p for p in own_temp.rglob("*") if p.is_file()]
    assert [p.name for p in left] == []
    # The canaries would have been seen: the export holds them.
    assert canaries((own_example.root / "uit.csv").read_text("utf-8"), streets)


@pytest.mark.req("P15")
def test_a_crash_in_the_middle_of_storing_shows_no_row(own_example: Workspace) -> None:
    import traceback

    from sqlalchemy import text

    from zds_geo.store._engine import open_engine

    engine = open_engine(own_example.root / "knocks.sqlite", create=False)
    with engine.connect() as connection:
        try:
            connection.execute(text("INSERT INTO nergens VALUES (:a)"), {"a": "0" * 16})
        except Exception:  # noqa: BLE001 - as a crash report would show it
            report = traceback.format_exc()
    assert "nergens" in report
    assert "0" * 16 not in report
