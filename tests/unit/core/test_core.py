"""The vocabulary: texts, windows, ids, the CSV guard."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zds_geo.core.csvguard import csv_guard, csv_unguard
from zds_geo.core.errors import SettingsError, ZdsGeoError
from zds_geo.core.texts import load_catalogue
from zds_geo.core.windows import AMSTERDAM, DEFAULT_WINDOWS, local_instant, to_quarter

SOURCE = Path(__file__).resolve().parents[3] / "src" / "zds_geo"


@pytest.mark.req("S07")
@given(st.text())
def test_the_csv_guard_gives_every_text_back(text: str) -> None:
    assert csv_unguard(csv_guard(text)) == text
    assert not re.match(r"^[=+\-@\t\r\n\0＝＋－＠]", csv_guard(text))


def test_every_text_used_in_code_is_in_the_catalogue() -> None:
    known = set(load_catalogue())
    used = set()
    for path in SOURCE.rglob("*.py"):
        used |= set(
            re.findall(r'(?:say|print|Error)\(\s*"([a-z_]+\.[a-z_0-9.]+)"', path.read_text("utf-8"))
        )
    assert used - known == set()


def test_both_languages_have_the_same_placeholders() -> None:
    for key, entry in load_catalogue().items():
        names = [set(re.findall(r"{(\w+)", entry[lang])) for lang in ("nl", "en")]
        assert names[0] == names[1], key


def test_every_error_has_its_own_exit_code() -> None:
    families = list(ZdsGeoError.__subclasses__())
    codes = [c.exit_code for c in families]
    assert len(set(codes)) == len(codes)
    readme = (SOURCE.parents[1] / "README.md").read_text("utf-8")
    assert all(f"{code} " in readme for code in codes)


def test_a_moment_in_a_gap_takes_the_nearest_window() -> None:
    day = date(2026, 11, 23)
    for clock, name in ((time(12, 40), "ochtend"), (time(12, 50), "middag"), (time(8), "ochtend")):
        window = DEFAULT_WINDOWS.window_at(local_instant(day, clock))
        assert window is not None
        assert window.name == name
    assert DEFAULT_WINDOWS.window_at(local_instant(date(2026, 11, 22), time(14))) is None


@pytest.mark.req("R05")
@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)])
def test_quarters_are_instants_also_when_the_clock_changes(day: date) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).timestamp()
    for minutes in range(0, 26 * 60, 7):
        moment = datetime.fromtimestamp(start, AMSTERDAM) + timedelta(0)
        moment = datetime.fromtimestamp(moment.timestamp() + 60 * minutes, AMSTERDAM)
        assert abs(to_quarter(moment).timestamp() - moment.timestamp()) <= 450
        assert to_quarter(moment).timestamp() % 900 == 0


@pytest.mark.req("R05")
def test_a_naive_time_is_refused() -> None:
    with pytest.raises(SettingsError):
        to_quarter(datetime(2026, 11, 23, 13, 0))  # noqa: DTZ001
    with pytest.raises(SettingsError):
        DEFAULT_WINDOWS.window_at(datetime(2026, 11, 23, 13, 0))  # noqa: DTZ001


@pytest.mark.req("S11")
def test_every_library_is_locked_with_hashes_and_no_index_address() -> None:
    lock = (SOURCE.parents[1] / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    entries = re.split(r"\n(?=[a-z0-9])", lock.strip())
    pinned = [e for e in entries if "==" in e.split("\n")[0]]
    assert len(pinned) == len(entries) > 100
    assert all("--hash=sha256:" in e for e in pinned)
    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.match(r"[A-Za-z0-9_.-]+", w)[0].lower().replace("_", "-") for w in wanted}  # type: ignore[index]
    locked = {e.split("==")[0].strip() for e in pinned}
    assert names <= locked
