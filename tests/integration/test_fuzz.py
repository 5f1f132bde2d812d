"""Fuzzing in small (R40), and what it found before; bench/fuzz.py runs a million."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.fuzz import BAG, SETTINGS, TEXT_TARGETS, binary_targets, run
from zds_geo.app.find_doors import search_doors
from zds_geo.app.read_settings import read_settings
from zds_geo.app.sheet_entry import read_sheet
from zds_geo.core.errors import SettingsError, SourceError, UsageError, ZdsGeoError
from zds_geo.core.ids import bell_order
from zds_geo.core.windows import DEFAULT_WINDOWS
from zds_geo.sources import read_addresses


@pytest.mark.req("R40")
def test_every_seed_is_read(tmp_path: Path) -> None:
    for target in TEXT_TARGETS:
        if target.name == "house numbers":
            continue  # among these are labels that only the register writes
        for seed in target.seeds:
            target.read(seed, tmp_path / target.file)


@pytest.mark.req("R40")
def test_readers_of_text_answer_or_raise_our_errors(tmp_path: Path) -> None:
    assert [f for n in range(2000) if (f := run(n, tmp_path))] == []


@pytest.mark.req("R40")
@pytest.mark.req("S08")
def test_readers_in_the_child_answer_or_raise_our_errors(tmp_path: Path) -> None:
    targets = binary_targets()
    assert [f for n in range(120) if (f := run(n, tmp_path, targets))] == []


@pytest.mark.req("R40")
def test_a_house_number_with_a_raised_two_sorts() -> None:
    additions = ["²", "2", "A", "9" * 5000]
    ordered = sorted(additions, key=lambda a: bell_order(1, "", a))
    assert ordered.index("2") < ordered.index("²")


def _read(text: str) -> object:
    return read_sheet(text, n_lines=9, windows=DEFAULT_WINDOWS, on=date(2026, 11, 23))


def _far_line() -> object:
    return _read("1-99999999999 nt")


def _far_line_of_nine_digits() -> object:
    return _read("1-999999999 nt")


@pytest.mark.req("R40")
@pytest.mark.parametrize("read", [_far_line, _far_line_of_nine_digits])
def test_a_line_far_beyond_the_sheet_is_refused_at_once(read: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        read()


@pytest.mark.req("R40")
@pytest.mark.parametrize("number", [b"9" * 5000, b"[" * 5000])
def test_a_number_too_long_for_the_settings_is_a_fault_of_the_settings(
    tmp_path: Path, number: bytes
) -> None:
    path = tmp_path / "zds.toml"
    path.write_bytes(SETTINGS.replace(b"talk_s = 480", b"talk_s = " + number))
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert len(caught.value.sentence()) < 1500


@pytest.mark.req("R40")
def test_a_house_number_of_any_length_can_be_searched_for() -> None:
    from tests.fuzz import _doors

    assert search_doors(_doors(), f"Merelstraat {'9' * 5000}").empty


@pytest.mark.req("R40")
def test_half_a_character_in_geojson_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bag.geojson"
    path.write_bytes(BAG[0].replace(b"Merelstraat", b"Merel\\ud800straat"))
    with pytest.raises(SourceError, match=r"bag\.geojson"):
        read_addresses(path)
    path.write_bytes(BAG[0].replace(b"Merelstraat", b"Merel\\ud83d\\ude00straat"))
    assert read_addresses(path).addresses["straat"].tolist() == ["Merel\U0001f600straat"]


@pytest.mark.req("R40")
def test_what_was_typed_cannot_break_the_sentence() -> None:
    error = ZdsGeoError("error.door_id", got="a\nb\r\n\u2028c" + "x" * 5000)
    for sentence in (error.sentence(), error.sentence("en"), str(error)):
        assert len(sentence.splitlines()) == 1
        assert len(sentence) < 1500
