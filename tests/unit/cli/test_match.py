"""``zds places match``: counts, what is doubtful or unknown, and the ids on request."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from zds_geo.app.workspace import Workspace
from zds_geo.cli import run
from zds_geo.store import read_layer


@pytest.fixture
def own_list(example: Workspace, tmp_path: Path) -> Path:
    """One door of the example twice, one with another addition, one that is not there."""
    door = read_layer(example.require_places(), "doors").iloc[0]
    tail = f"{door['huisletter']};{door['toevoeging']}"
    path = tmp_path / "lijst.csv"
    lines = [
        "straat;huisnummer;huisletter;toevoeging",
        f"{door['straat']};{door['huisnummer']};{tail}",
        f"{door['straat']};{door['huisnummer']};{tail}",
        f"{door['straat']};{door['huisnummer']};;zolder",
        "Nergenslaan;1;;",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path


def test_it_tells_and_writes(
    example: Workspace, own_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ids.csv"
    command = ["places", "match", str(own_list), "--out", str(out)]
    assert run([*command, "--workspace", str(example.root)]) == 0
    said = capsys.readouterr().out
    assert "4 regels: 2 gevonden (1 woningen), 1 twijfel, 1 onbekend." in said
    assert "regel 4" in said
    assert "met een andere letter of toevoeging" in said
    assert "Nergenslaan 1" in said
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    first = str(read_layer(example.require_places(), "doors").index[0])
    assert [(r["row"], r["door_id"]) for r in rows] == [("regel 2", first), ("regel 3", first)]
    assert rows[0]["bron"]


def test_it_answers_a_program(
    example: Workspace, own_list: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["places", "match", str(own_list), "--json", "--workspace", str(example.root)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"] == {
        "rows": 4, "matched": 2, "doubtful": 1, "unknown": 1, "doors": 1,
    }  # fmt: skip
    assert [r["result"] for r in answer["rows"]] == ["matched", "matched", "doubtful", "unknown"]


def test_a_place_that_cannot_be_written_gets_one_sentence(
    example: Workspace, own_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "er-niet" / "ids.csv"
    command = ["places", "match", str(own_list), "--out", str(out)]
    assert run([*command, "--workspace", str(example.root)]) == 11
    assert len(capsys.readouterr().err.strip().splitlines()) <= 2
