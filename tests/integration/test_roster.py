"""A roster comes in from a spreadsheet: all of it or nothing, and zds.toml stays as it was."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import NOW
from zds_geo.app._roster_text import BEGIN, rewrite_weekly, weekly_shifts
from zds_geo.app.calendar import shifts_on
from zds_geo.app.export import export
from zds_geo.app.import_roster import import_roster
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.read_settings import read_settings
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.core.errors import SettingsError, SourceError

MONDAY = date(2026, 11, 23)
WEEK = (["wie", "dag", "van", "tot"], ["a01", "ma", "13:30", "15:30"], ["a01", "wo", "10:00", "12:00"],
        ["a02", "di", "13:00", "16:00"])  # fmt: skip
DATES = (["wie", "datum", "tijd"], ["a01", "23-11-2026", "14:00-16:00"], ["a02", "23-11-2026", "vrij"],
         ["a03", "25-11-2026", "10:00-12:00"])  # fmt: skip


def workbook(folder: Path, rows: Sequence[Sequence[object]], name: str = "rooster.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(folder / name)
    return folder / name


@pytest.fixture
def team(example: Workspace, tmp_path: Path) -> Workspace:
    """Settings and history of the example, without its places."""
    shutil.copy(example.root / "zds.toml", tmp_path)
    shutil.copy(example.root / "knocks.sqlite", tmp_path)
    return open_workspace(tmp_path)


def hours_on(workspace: Workspace, day: date) -> dict[str, str]:
    fresh = open_workspace(workspace.root)
    with open_store(fresh, now=NOW) as store:
        changes = read_shift_changes(store)
    shifts = shifts_on(fresh.settings, day, changes=changes)
    return {s.assistant_id: f"{s.start_at:%H:%M}-{s.end_at:%H:%M}" for s in shifts}


def test_fixed_days_go_into_the_settings_with_a_copy_beside_them(
    team: Workspace, tmp_path: Path
) -> None:
    before = (tmp_path / "zds.toml").read_bytes()
    found = import_roster(team, workbook(tmp_path, WEEK), now=NOW)
    assert found.stored
    assert found.copy is not None
    assert found.copy.read_bytes() == before
    after = open_workspace(tmp_path).settings
    assert weekly_shifts(after.shifts) == {
        ("a01", 0, time(13, 30), time(15, 30)), ("a01", 2, time(10), time(12)),
        ("a02", 1, time(13), time(16)),
        ("a03", 0, time(16, 30), time(18, 30)), ("a03", 5, time(13), time(14, 30)),
    }  # fmt: skip
    assert set(found.gone) == {
        ("a02", 0, time(13, 30), time(15, 30)), ("a02", 3, time(17), time(18, 30)),
    }  # fmt: skip
    text = (tmp_path / "zds.toml").read_text("utf-8")
    assert "# Het rooster: vaste dagen" in text
    assert text.count(BEGIN) == 1


def test_importing_twice_changes_nothing(team: Workspace, tmp_path: Path) -> None:
    for rows in (WEEK, DATES):
        path = workbook(tmp_path, rows)
        import_roster(open_workspace(tmp_path), path, now=NOW)
        kept = (tmp_path / "zds.toml").read_bytes()
        again = import_roster(open_workspace(tmp_path), path, now=NOW)
        assert (again.weekly, again.gone, again.dated, again.copy) == ((), (), (), None)
        assert again.unchanged == 3
        assert (tmp_path / "zds.toml").read_bytes() == kept
    assert len(list(tmp_path.glob("zds.toml*"))) == 2


def test_a_later_roster_replaces_the_earlier_and_keeps_every_copy(
    team: Workspace, tmp_path: Path
) -> None:
    import_roster(team, workbook(tmp_path, WEEK), now=NOW)
    middle = (tmp_path / "zds.toml").read_bytes()
    rows = (WEEK[0], ["a01", "vr", "9:30", "11"])
    found = import_roster(open_workspace(tmp_path), workbook(tmp_path, rows), now=NOW)
    shifts = weekly_shifts(open_workspace(tmp_path).settings.shifts)
    assert {s for s in shifts if s[0] == "a01"} == {("a01", 4, time(9, 30), time(11))}
    assert ("a02", 1, time(13), time(16)) in shifts  # who is not in the file keeps the own shifts
    assert found.copy is not None
    assert found.copy.name == "zds.toml.vorige-2"
    assert found.copy.read_bytes() == middle


def test_dates_become_changes_of_those_days(team: Workspace, tmp_path: Path) -> None:
    before = (tmp_path / "zds.toml").read_bytes()
    found = import_roster(team, workbook(tmp_path, DATES), now=NOW)
    assert found.stored
    assert hours_on(team, MONDAY) == {"a01": "14:00-16:00", "a03": "16:30-18:30"}
    assert hours_on(team, date(2026, 11, 25)) == {"a03": "10:00-12:00"}
    assert hours_on(team, date(2026, 11, 30))["a01"] == "13:30-15:30"
    assert (tmp_path / "zds.toml").read_bytes() == before


def test_nothing_is_taken_over_where_something_is_not_understood(
    team: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (*DATES, ["Piet", "24-11-2026", "13:00-16:00"], ["a03", "24-11-2026", "middag"])
    path = workbook(tmp_path, rows)
    before = hours_on(team, MONDAY)
    words = ["--workspace", str(tmp_path), "--now", NOW.isoformat()]
    assert run(["shift", "import", str(path), *words]) == 4
    said = capsys.readouterr()
    assert "regel 5, kolom A: buurtassistent 'Piet'" in said.out
    assert "regel 6, kolom C: 'middag'" in said.out
    assert len(said.err.strip().splitlines()) == 1
    assert hours_on(team, MONDAY) == before
    assert run(["shift", "import", str(path), "--dry-run", *words]) == 0
    assert hours_on(team, MONDAY) == before
    assert run(["shift", "import", str(path), "--partial", "--json", *words]) == 0
    assert hours_on(team, MONDAY)["a01"] == "14:00-16:00"
    out = capsys.readouterr().out
    answer = json.loads(out[out.index("{") :])
    assert answer["stored"] is True
    assert len(answer["faults"]) == 2


def test_days_on_which_nobody_walks_are_left_out_and_named(team: Workspace, tmp_path: Path) -> None:
    rows = (
        ["wie", "datum", "tijd"], ["a01", "29-11-2026", "10-12"], ["a01", "25-12-2026", "10-12"],
        ["a01", "2-11-2026", "10-12"], ["a01", "24-11-2026", "20:15-22"], ["a02", "24-11-2026", "10-12"],
    )  # fmt: skip
    found = import_roster(team, workbook(tmp_path, rows), now=NOW)
    assert found.stored
    assert [(x.row, x.why) for x in found.left_out] == [
        (2, "calendar.sunday"), (3, "calendar.holiday"), (4, "roster.past"), (5, "roster.no_window"),
    ]  # fmt: skip
    assert [d.assistant for d in found.dated] == ["a02"]


def test_two_shifts_on_one_date_are_refused_unless_they_touch(
    team: Workspace, tmp_path: Path
) -> None:
    head = ["wie", "datum", "tijd"]
    apart = (head, ["a01", "24-11-2026", "10-12 / 18-20"], ["a02", "24-11-2026", "10-12"])
    found = import_roster(team, workbook(tmp_path, apart), now=NOW)
    assert [f.key for f in found.faults] == ["roster.two"]
    assert not found.stored
    assert hours_on(team, date(2026, 11, 24)) == {}
    both = (head, ["a01", "24-11-2026", "vrij"], ["a01", "24-11-2026", "10-12"])
    assert [f.key for f in import_roster(team, workbook(tmp_path, both), now=NOW).faults] == [
        "roster.both"
    ]
    touching = (head, ["a01", "24-11-2026", "10-11"], ["a01", "24-11-2026", "11-12"])
    assert import_roster(team, workbook(tmp_path, touching), now=NOW).stored
    assert hours_on(team, date(2026, 11, 24)) == {"a01": "10:00-12:00"}


@pytest.mark.parametrize(("kind", "excel"), [("csv", False), ("csv", True), ("xlsx", False)])
def test_an_exported_roster_reads_back_as_what_it_was(
    team: Workspace, tmp_path: Path, kind: str, excel: bool
) -> None:
    for lang in ("nl", "en"):
        path = tmp_path / f"uit.{kind}"
        export(team, kind, what="roster", path=path, now=NOW, excel=excel, lang=lang)
        found = import_roster(team, path, now=NOW)
        assert (found.faults, found.dated, found.left_out) == ((), (), ())
        assert found.unchanged > 30


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_rest_of_the_settings_stays_byte_for_byte(
    team: Workspace, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / "zds.toml"
    text = "# café\n" + path.read_text("utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", ending).encode())
    path.chmod(0o600)
    import_roster(open_workspace(tmp_path), workbook(tmp_path, WEEK), now=NOW)
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf# caf\xc3\xa9")
    assert (b"\r\n" in after) == (ending == "\r\n")
    assert path.stat().st_mode & 0o777 == 0o600
    old, new = text.splitlines(), after.decode("utf-8-sig").splitlines()
    assert [line for line in old if line not in new and f"# {line}" not in new] == []


def test_settings_that_cannot_be_told_apart_are_left_alone(team: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "zds.toml"
    text = path.read_text("utf-8")
    mixed = text.replace('days = ["do"]', 'days = ["do"]\ndates = [2026-12-01]')
    half = text.replace("[[shifts]]", BEGIN + "\n[[shifts]]", 1)
    for wrong in (mixed, half):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(SettingsError):
            import_roster(open_workspace(tmp_path), workbook(tmp_path, WEEK), now=NOW)
        assert path.read_text("utf-8") == wrong
        assert not list(tmp_path.glob(".zds*"))


def test_a_shift_written_over_many_lines_is_found(tmp_path: Path) -> None:
    text = (
        '[area]\nname = "x"\nbuurt_codes = ["BU99990101"]\n[[shifts]] # vast\nassistant = "a01"\n'
        'days = [\n  "ma",\n]\nfrom = "10:00"\nto = "11:00"\n\n# uitleg\n[calendar]\n'
    )
    new = rewrite_weekly(text, {("a01", 1, time(9), time(10))}, named={"a01"}, on=MONDAY)
    assert '#   "ma",' in new
    assert "# uitleg\n[calendar]" in new
    (tmp_path / "t.toml").write_text(
        new
        + '[[meeting_points]]\nid="h"\nlon=5.0\nlat=52.0\n[[assistants]]\nid="a01"\nstart="h"\n',
        "utf-8",
    )
    assert weekly_shifts(read_settings(tmp_path / "t.toml").shifts) == {
        ("a01", 1, time(9), time(10))
    }


@pytest.mark.req("S08")
@pytest.mark.req("S09")
def test_hostile_workbooks_are_refused_with_one_sentence(
    team: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = workbook(tmp_path, WEEK).read_bytes()
    before = (tmp_path / "zds.toml").read_bytes()
    files = {
        "half.xlsx": good[: len(good) // 2],
        "geen.xlsx": b"dit is geen zip",
        "leeg.xlsx": b"",
        "oud.xlsx": b"\xd0\xcf\x11\xe0" + bytes(5000),
        "bom.xlsx": _changed(good, "sheet1", b"</sheetData>", b" " * 300_000_000 + b"</sheetData>"),
        "ver.xlsx": _changed(good, "sheet1", b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        "lach.xlsx": _changed(
            _changed(good, "sheet1", b"<worksheet", _laughs() + b"<worksheet"), "sheet1", b">wie<", b">&i;<"
        ),
        "bytes.csv": bytes(range(256)) * 20,
        "kop.csv": b"wie;dag;van;tot\n",
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        code = run(["shift", "import", str(tmp_path / name), "--workspace", str(tmp_path)])
        said = capsys.readouterr()
        assert code == 4, name
        assert len(said.err.strip().splitlines()) == 1, said.err
        assert "Traceback" not in said.err
    assert (tmp_path / "zds.toml").read_bytes() == before


@pytest.mark.req("S09")
def test_a_cut_or_damaged_workbook_never_gives_half_a_roster(
    team: Workspace, tmp_path: Path
) -> None:
    good = workbook(tmp_path, WEEK).read_bytes()
    target = tmp_path / "geknipt.xlsx"
    for at in range(1, len(good), len(good) // 5):
        target.write_bytes(good[:at])
        with pytest.raises(SourceError):
            import_roster(team, target, now=NOW, dry_run=True)


def _changed(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if member in name else content)
    return made.getvalue()


def _laughs() -> bytes:
    rows = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 30}">' for n in range(8))
    return f'<!DOCTYPE l [<!ENTITY a "haha">{rows}]>'.encode()
