"""The command line: instant, Dutch by default, English at will."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from zds_geo.app.explain_door import Explanation
from zds_geo.cli import run
from zds_geo.cli._face import Face
from zds_geo.cli._knocks import read_words
from zds_geo.cli._show_rounds import show_explained
from zds_geo.core.errors import UsageError
from zds_geo.core.outcomes import Outcome
from zds_geo.core.windows import DEFAULT_WINDOWS
from zds_geo.sources import list_areas

HEAVY = (
    "pandas",
    "geopandas",
    "numpy",
    "shapely",
    "ortools",
    "folium",
    "osmnx",
    "sqlalchemy",
    "typst",
)


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from zds_geo.cli import run; run(['--help']); "
        f"print('LOADED', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout
    assert "Gebruik: zds" in done.stdout


@pytest.mark.parametrize(
    "command", [[], ["plan"], ["knocks"], ["knocks", "enter"], ["places", "import"]]
)
def test_help_is_dutch_and_english_when_asked(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--help"]) == 0
    dutch = capsys.readouterr().out
    assert run([*command, "--help", "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert "Gebruik:" in dutch
    assert "Usage:" in english
    assert not re.search(r"help\.[a-z]", dutch + english)
    assert "Show this message" not in dutch


def test_every_command_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    run(["--help"])
    lines = capsys.readouterr().out.partition("Opdrachten:")[2].splitlines()
    commands = [m[1] for line in lines if (m := re.match(r"^  (\S+)", line))]
    assert commands
    assert all(f"zds {c}" in readme for c in commands if c not in {"Overal"})


def test_init_of_apeldoorn_zuid_works_out_of_the_box(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "apeldoorn-zuid"
    assert run(["init", str(folder), "--area", "apeldoorn-zuid"]) == 0
    settings = (folder / "zds.toml").read_text("utf-8")
    codes = [c for group in list_areas()[0].groups for c, _ in group.buurten]
    assert len(codes) == 20
    assert all(f'"{code}"' in settings for code in codes)
    assert run(["init", str(folder), "--area", "apeldoorn-zuid"]) == 3
    assert "al een werkmap" in capsys.readouterr().err
    assert run(["doctor", "--workspace", str(folder)]) == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[area]\nname = 'X'", "geen buurten gekozen"),
        ("[area]\nname = 'X'\ngemeente_code = 'GM0200'\n[shift]\n", "bestaat niet"),
        ("[area\n", "kan niet worden gelezen"),
        ("[area]\nname='X'\nbuurt_codes=['BU1']", "buurt_codes"),
    ],
)
def test_a_fault_in_the_settings_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, part: str
) -> None:
    (tmp_path / "zds.toml").write_text(text, encoding="utf-8")
    assert run(["coverage", "--workspace", str(tmp_path)]) == 3
    err = capsys.readouterr().err
    assert part in err
    assert len(err.strip().splitlines()) <= 2


@pytest.mark.parametrize(
    ("words", "address", "outcome"),
    [
        ("Beukstraat 1 nt", "Beukstraat 1", Outcome.NOT_HOME),
        ("Beukstraat 1 g nt", "Beukstraat 1 g", Outcome.NOT_HOME),
        ("Dorpsweg 12 a kt avond", "Dorpsweg 12 a", Outcome.COME_BACK),
        ("Plein 1940 12 niet thuis", "Plein 1940 12", Outcome.NOT_HOME),
        ("Leeg 3 dicht", "Leeg 3", Outcome.NO_ACCESS),
        ("7311 AB 12 g", "7311 AB 12", Outcome.TALKED),
    ],
)
def test_an_address_needs_no_quotes(words: str, address: str, outcome: Outcome) -> None:
    door, entry = read_words(words.split(), DEFAULT_WINDOWS, date(2026, 11, 28), back="")
    assert (door, entry.outcome) == (address, outcome)


def test_an_outcome_that_is_half_clear_is_asked_back_as_such() -> None:
    words = ["Beukstraat", "3", "kt", "zaterdag", "vanaf", "12", "december"]
    with pytest.raises(UsageError, match="day and date"):
        read_words(words, DEFAULT_WINDOWS, date(2026, 11, 28), back="")


@pytest.mark.parametrize(
    "words",
    ["Winkelplein 2 A niet meer", "Dorpsweg 12 hs niet thuis", "Dorpsweg 12 A garage",
     "Dorpsweg 12 II niet meer aanbellen", "Dorpsweg 12 H leegstand"],
)  # fmt: skip
def test_an_addition_is_never_taken_for_a_slip_of_the_pen(words: str) -> None:
    with pytest.raises(UsageError, match="quotes"):
        read_words(words.split(), DEFAULT_WINDOWS, date(2026, 11, 28), back="")
    street, number, addition, *rest = words.split()
    quoted = [f"{street} {number} {addition}", *rest]
    door, _ = read_words(quoted, DEFAULT_WINDOWS, date(2026, 11, 28), back="")
    assert door == f"{street} {number} {addition}"


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("not_now.cool_down", "  Vanaf zaterdag 28-11-2026 kan het weer."),
        ("not_now.waits_for_window", "  Vanaf zaterdag 28-11-2026 mag het op elk dagdeel."),
        ("not_now.other_kind", "  Vanaf zaterdag 28-11-2026 mag het op elk dagdeel."),
    ],
)
def test_who_waits_for_a_window_is_not_told_to_come_no_sooner(
    reason: str, line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    face = Face(lang="nl", as_json=False, root=tmp_path, now=datetime(2026, 11, 23, tzinfo=UTC))
    door = Explanation(door_id="1", address="Laan 1", reason=reason, not_before=date(2026, 11, 28))
    show_explained(face, date(2026, 11, 23), [door])
    assert capsys.readouterr().out.splitlines()[1] == line
