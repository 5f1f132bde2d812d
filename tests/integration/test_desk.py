"""Sheets coming back: read back, entered once, undone, through a spreadsheet, and at the menu."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import shutil
import sys
import zipfile
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import openpyxl
import pytest

from zds_geo.app.enter_sheet import Sheet, enter_sheet, open_sheet, read_typed, store_sheet
from zds_geo.app.plan_day import plan_day
from zds_geo.app.record_knocks import add_knock, undo_batch
from zds_geo.app.sheet_form import import_form, is_form, write_form
from zds_geo.app.sheet_windows import Walked
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.cli import run
from zds_geo.core.errors import KnockError, NotFoundError, SourceError, UsageError, ZdsGeoError
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.windows import AMSTERDAM
from zds_geo.sources import LimitedReader
from zds_geo.store import read_layer

from ..conftest import NOW  # noqa: TID252

EVENING = datetime(2026, 11, 23, 21, 0, tzinfo=AMSTERDAM)  # after the rounds of that Monday
MONDAY = date(2026, 11, 23)


def zds(workspace: Workspace, *words: str) -> tuple[int, str, str]:
    """Run ``zds`` in the evening of that Monday."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        where = ["--workspace", str(workspace.root), "--now", EVENING.isoformat()]
        code = run([*words, *where])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def sheet(own_example: Workspace) -> Sheet:
    plan = plan_day(own_example, now=NOW, seed=1, write=False).plan
    longest = max(plan.rounds, key=lambda r: len(r.door_ids))
    assert len(longest.door_ids) >= 12
    return open_sheet(own_example, longest.round_id, now=NOW)


def live(workspace: Workspace) -> dict[str, list[str]]:
    """Outcomes of that Monday that count, by door."""
    with open_store(workspace, now=EVENING) as store:
        knocks = store.read_knocks()
    found: dict[str, list[str]] = {}
    for row in knocks.loc[knocks["knocked_on"] == MONDAY].itertuples():
        found.setdefault(str(row.door_id), []).append(str(row.outcome))
    return found


def enter(workspace: Workspace, sheet: Sheet, text: str, walked: Walked | None = None) -> Any:
    return enter_sheet(workspace, sheet.code, text, walked=walked, now=EVENING)


def test_the_read_back_names_every_line_of_the_sheet_as_printed(
    own_example: Workspace, sheet: Sheet
) -> None:
    words = ("knocks", "enter", sheet.code.lower(), "1-4 nt, 5 g, 6 kt avond, 7 dicht, 9 nm")
    status, out, err = zds(own_example, *words)
    assert status == 0, err
    for line, (street, label) in sheet.labels.items():
        row = next(r for r in out.splitlines() if re.search(rf"[ ,]{re.escape(label)}[ ,]", r))
        assert street in out, row
        assert line
    head, _, left = out.partition("Niet genoemd, dus niet gedaan")
    assert f"({len(sheet.labels) - 8})" in left
    for title in ("Niet thuis (4)", "Gesproken (1)", "Kom terug, avond (1)", "Niet meer aanbellen"):
        assert title in head
    batch = re.search(r"zds knocks undo (I\d+)", out)
    assert batch is not None
    assert zds(own_example, "knocks", "undo", batch[1])[0] == 0
    assert live(own_example) == {}


def test_only_what_was_done_is_counted_and_the_round_is_free(
    own_example: Workspace, sheet: Sheet
) -> None:
    entered = enter(own_example, sheet, "2-3 nt, 5 g, rest niet gedaan")
    assert live(own_example) == {
        sheet.doors[2]: ["not_home"], sheet.doors[3]: ["not_home"], sheet.doors[5]: ["talked"],
    }  # fmt: skip
    assert len(entered.read.not_done) == len(sheet.labels) - 3
    with open_store(own_example, now=EVENING) as store:
        assert not store.reserved_doors(on=MONDAY) & set(sheet.doors.values())


def test_two_halves_of_a_sheet_undone_in_part_count_no_door_twice(
    own_example: Workspace, sheet: Sheet
) -> None:
    enter(own_example, sheet, "1-3 nt")
    second = enter(own_example, sheet, "4-6 g")
    assert second.read.before == (1, 2, 3)
    undo_batch(own_example, second.record.batch_id, now=EVENING)
    third = enter(own_example, sheet, "1-3 nt, 4-6 gg")
    assert (len(third.record.stored), len(third.record.duplicate)) == (3, 3)
    assert all(len(outcomes) == 1 for outcomes in live(own_example).values())
    assert len(live(own_example)) == 6
    with pytest.raises(NotFoundError):
        undo_batch(own_example, second.record.batch_id, now=EVENING)


@pytest.mark.parametrize("change", ["2 g", "2 nt, 1 kt"])
def test_another_outcome_for_an_entered_line_is_refused_and_says_how_to_mend(
    own_example: Workspace, sheet: Sheet, change: str
) -> None:
    batch = enter(own_example, sheet, "1-3 nt").record.batch_id
    before = live(own_example)
    with pytest.raises(UsageError) as refused:
        enter(own_example, sheet, change)
    assert batch in refused.value.sentence()
    assert live(own_example) == before


def test_a_sheet_entered_again_with_another_date_does_not_count_twice(
    own_example: Workspace, sheet: Sheet
) -> None:
    enter(own_example, sheet, "1-3 nt")
    with pytest.raises(UsageError, match="entered otherwise"):
        enter(own_example, sheet, "1-3 nt", Walked(on=MONDAY - timedelta(days=1)))
    assert sum(map(len, live(own_example).values())) == 3


@pytest.mark.parametrize(
    ("walked", "key"),
    [
        (Walked(on=date(2026, 11, 24)), "knocks.future"),
        (Walked(on=date(2026, 11, 20)), "entry.before_made"),
        (
            Walked(
                on=MONDAY,
                starts=time(16),
                ends=time(14),
            ),
            "entry.clock_order",
        ),
        (Walked(on=MONDAY, ends=time(14)), "entry.from_needed"),
        (Walked(on=MONDAY, starts=time(22)), "entry.not_yet"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    own_example: Workspace, sheet: Sheet, walked: Walked, key: str
) -> None:
    with pytest.raises(UsageError) as refused:
        enter(own_example, sheet, "1 nt", walked)
    assert refused.value.key == key
    assert live(own_example) == {}


def test_a_walk_over_two_windows_gives_each_line_its_own(
    own_example: Workspace, sheet: Sheet
) -> None:
    times = [time(*t) for t in ((15, 30), (17, 30))]
    walked = Walked(on=MONDAY, starts=times[0], ends=times[1])
    read = read_typed(own_example, sheet.code, "alles nt", walked=walked, now=EVENING)
    windows = [x.window for x in read.lines]
    assert set(windows) == {"middag", "vooravond"}
    assert windows == sorted(windows)  # in order of the sheet: the afternoon first
    half = windows.count("middag") / len(windows)
    assert 0.25 < half < 0.75
    assert {k.knock.window for k in read.lines} == set(windows)
    planned = read_typed(own_example, sheet.code, "alles nt", walked=None, now=EVENING)
    assert [x.window for x in planned.lines] == [
        s.window for s in sheet.planned.stops for _ in s.doors
    ]


def test_a_day_with_other_windows_asks_for_the_times(own_example: Workspace, sheet: Sheet) -> None:
    late = datetime(2026, 11, 30, 12, 0, tzinfo=AMSTERDAM)
    on = Walked(on=date(2026, 11, 28))
    with pytest.raises(UsageError) as refused:
        read_typed(own_example, sheet.code, "1 nt", walked=on, now=late)
    assert refused.value.key == "entry.times_needed"
    timed = Walked(on=on.on, starts=time(14))
    read = read_typed(own_example, sheet.code, "1 nt", walked=timed, now=late)
    assert read.lines[0].window == "zaterdagmiddag"


def test_an_address_is_the_line_it_stands_on_and_may_be_off_the_sheet(
    own_example: Workspace, sheet: Sheet
) -> None:
    street, label = sheet.labels[3]
    doors = read_layer(own_example.places_path, "doors")
    others = doors.loc[~doors.index.isin(sheet.doors.values()) & (doors["toevoeging"] == "")]
    other = others.sort_index().iloc[0]
    text = f"{street} {label} nt, {other['straat']} {other['huisnummer']}{other['huisletter']} g"
    read = enter(own_example, sheet, text).read
    assert [x.line for x in read.lines] == [3, 0]
    assert live(own_example) == {sheet.doors[3]: ["not_home"], str(other.name): ["talked"]}
    with pytest.raises(UsageError) as refused:
        enter(own_example, sheet, f"3 nt, {street} {label} nt")
    assert refused.value.key == "entry.door_twice"
    with pytest.raises(NotFoundError):
        enter(own_example, sheet, "Nergensstraat 5 nt")


def test_a_contact_elsewhere_is_a_contact_without_attempt_or_window(
    own_example: Workspace,
) -> None:
    def add(outcome: Outcome, window: str = "") -> Any:
        return add_knock(
            own_example, "Lijsterstraat 4", outcome, on=MONDAY, window=window,
            source=Source.ELSEWHERE, now=EVENING,
        )  # fmt: skip

    for outcome in (Outcome.NOT_HOME, Outcome.NO_ACCESS):
        with pytest.raises(UsageError, match="happens at the door"):
            add(outcome)
    with pytest.raises(UsageError, match="no time window"):
        add(Outcome.TALKED, "middag")
    before = json.loads(zds(own_example, "coverage", "--json")[1])["total"]
    assert len(add(Outcome.TALKED).stored) == 1
    after = json.loads(zds(own_example, "coverage", "--json")[1])["total"]
    assert after["tried"] == before["tried"]
    assert after["reached"] >= before["reached"]


def test_a_second_outcome_for_one_door_window_and_day_is_refused(own_example: Workspace) -> None:
    def add(outcome: Outcome) -> Any:
        return add_knock(
            own_example, "Lijsterstraat 4", outcome, on=MONDAY, window="middag",
            source=Source.PAPER, now=EVENING,
        )  # fmt: skip

    assert len(add(Outcome.NOT_HOME).stored) == 1
    assert len(add(Outcome.NOT_HOME).duplicate) == 1
    with pytest.raises(UsageError, match="Something else was entered"):
        add(Outcome.TALKED)


# Through a spreadsheet program.


def fill(path: Path, cells: dict[tuple[int, str], object], to: Path) -> Path:
    book = openpyxl.load_workbook(path)
    page = book.active
    names = [c.value for c in page[1]]
    for (line, name), value in cells.items():
        page.cell(line + 1, names.index(name) + 1).value = value
    book.save(to)
    return to


def test_a_form_comes_out_the_same_and_goes_in_as_it_was_filled(
    own_example: Workspace, sheet: Sheet, tmp_path: Path
) -> None:
    path = write_form(own_example, sheet.code, out=tmp_path / "a.xlsx", now=NOW)
    again = write_form(own_example, sheet.code, out=tmp_path / "b.xlsx", now=NOW)
    assert path.read_bytes() == again.read_bytes()
    page = openpyxl.load_workbook(path).active
    assert [str(page.cell(n + 1, 10).value) for n in sheet.doors] == list(sheet.doors.values())
    assert {page.cell(n + 1, 10).data_type for n in sheet.doors} == {"s"}
    lists = page.data_validations.dataValidation
    assert any("geen woning" in str(rule.formula1) for rule in lists)
    said = {
        (1, "uitkomst"): "niet thuis", (2, "uitkomst"): "Gesproken", (3, "uitkomst"): "kom terug",
        (3, "terugkomen"): "avond vanaf 12 december", (4, "uitkomst"): "niet gedaan",
        (1, "van"): time(16, 45),
    }  # fmt: skip
    filled = fill(path, said, tmp_path / "c.xlsx")
    assert is_form(filled)
    (entered,) = import_form(own_example, filled, now=EVENING)
    outcomes = [x.entry.outcome.value for x in entered.read.lines]
    assert outcomes == ["not_home", "talked", "come_back"]
    assert entered.read.lines[0].window == "vooravond"
    assert entered.read.lines[2].entry.come_back_from == date(2026, 12, 12)
    (twice,) = import_form(own_example, filled, now=EVENING)
    assert (twice.record.stored, twice.record.batch_id) == ((), "")
    undo_batch(own_example, entered.record.batch_id, now=EVENING)
    assert live(own_example) == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_form_as_csv_goes_in_whatever_excel_made_of_it(
    own_example: Workspace, sheet: Sheet, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = write_form(own_example, sheet.code, out=tmp_path / "a.csv", now=NOW)
    rows = [r.split(";") for r in path.read_text("utf-8-sig").splitlines()]
    rows[1][4], rows[2][4] = "nt", "geen gesprek"
    text = "\r\n".join(delimiter.join(row) for row in rows)
    path.write_bytes(text.encode(encoding))
    (entered,) = import_form(own_example, path, now=EVENING)
    assert [x.entry.outcome.value for x in entered.read.lines] == ["not_home", "no_talk"]


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        ({(1, "uitkomst"): "hond"}, "Rij 2: 'hond'"),
        ({(1, "uitkomst"): "nt", (1, "woning_id"): 1.66010000123456e14}, "veranderd"),
        ({(1, "uitkomst"): "nt", (1, "woning_id"): "9999010000009999"}, "hoort niet bij regel 1"),
        ({(1, "uitkomst"): "nt", (1, "straat"): "Anderstraat"}, "Anderstraat"),
        ({(1, "uitkomst"): "nt", (1, "regel"): 2}, "twee keer"),
        ({(1, "uitkomst"): "nt", (1, "regel"): 999}, "999"),
        ({(1, "uitkomst"): "nt", (1, "datum"): "gisteren"}, "gisteren"),
        ({(1, "uitkomst"): "nt", (1, "terugkomen"): "avond"}, "avond"),
        ({(1, "uitkomst"): "nt", (1, "ronde"): "PAUW-99"}, "PAUW-99"),
        ({}, "geen enkele uitkomst"),
    ],
)
def test_a_wrong_row_refuses_the_whole_form_with_one_sentence(
    own_example: Workspace, sheet: Sheet, tmp_path: Path, cells: dict[Any, object], part: str
) -> None:
    path = write_form(own_example, sheet.code, out=tmp_path / "a.xlsx", now=NOW)
    if (1, "regel") in cells and cells[1, "regel"] == 2:
        cells = {**cells, (1, "straat"): "", (1, "huisnummer"): "", (1, "woning_id"): ""}
    if cells:
        cells = {**cells, (4, "uitkomst"): "gesproken"}
    with pytest.raises(ZdsGeoError) as refused:
        import_form(own_example, fill(path, cells, tmp_path / "b.xlsx"), now=EVENING)
    assert part in refused.value.sentence()
    assert "\n" not in refused.value.sentence()
    assert live(own_example) == {}


def read_or_fault(reader: LimitedReader, path: Path) -> tuple[Any, SourceError | None]:
    try:
        return reader.read_spreadsheet(path), None
    except SourceError as fault:
        return None, fault


@pytest.mark.req("S08")
@pytest.mark.req("S09")
def test_hostile_workbooks_are_refused_with_one_sentence(
    own_example: Workspace, sheet: Sheet, tmp_path: Path
) -> None:
    good = write_form(own_example, sheet.code, out=tmp_path / "goed.xlsx", now=NOW).read_bytes()
    files = {
        "half.xlsx": good[: len(good) // 2],
        "los.xlsx": b"PK\x03\x04" + b"x" * 5000,
        "oud.xlsx": b"\xd0\xcf\x11\xe0" + bytes(5000),
        "leeg.xlsx": b"",
        "tekst.xlsx": b"dit is geen rekenblad\n",
        "nul.csv": b"regel;uitkomst\n\0\0\0",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "bom.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("xl/worksheets/sheet1.xml", b"<a>" * 40_000_000)
    with zipfile.ZipFile(tmp_path / "ander.xlsx", "w") as other:
        other.writestr("[Content_Types].xml", "<Types/>")
        other.writestr("iets.txt", "x")
    for at in range(0, len(good), len(good) // 40):  # a byte turned over, anywhere
        turned = bytearray(good)
        turned[at] ^= 0xFF
        (tmp_path / f"om{at}.xlsx").write_bytes(turned)
    refused = 0
    with LimitedReader() as reader:
        whole = reader.read_spreadsheet(tmp_path / "goed.xlsx")
        for path in sorted(tmp_path.glob("*.*")):
            if path.name == "goed.xlsx":
                continue
            found, fault = read_or_fault(reader, path)
            if fault is None:
                assert path.name == "tekst.xlsx" or whole.equals(found), path.name
                continue
            assert fault.key not in {"sources.reader_fault", "sources.reader_died"}, path.name
            assert len(fault.sentence().splitlines()) == 1
            refused += 1
    assert refused >= 8 + 20
    for name in ("half.xlsx", "bom.xlsx"):
        status, _, err = zds(own_example, "knocks", "import", str(tmp_path / name))
        assert status == 4
        assert len(err.strip().splitlines()) == 1
        assert name in err


def test_a_knocks_csv_is_no_form(own_example: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    assert zds(own_example, "knocks", "export", str(path))[0] == 0
    assert not is_form(path)
    status, out, _ = zds(own_example, "knocks", "import", str(path), "--json")
    assert status == 0
    assert json.loads(out)["stored"] == 0
    with pytest.raises(KnockError):
        import_form(own_example, path, now=EVENING)


# At the keyboard.


def at_the_keyboard(
    workspace: Workspace, words: Sequence[str], answers: Sequence[tuple[str, str]]
) -> tuple[str, int]:
    """Run ``zds`` in a terminal; wait for a text, then type."""
    pid, screen = pty.fork()
    if pid == 0:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        os.environ["TERM"] = "dumb"
        command = [sys.executable, "-m", "zds_geo", *words, "--workspace", str(workspace.root)]
        os.execv(sys.executable, [*command, "--now", EVENING.isoformat()])
    seen = b""

    def wait_for(text: str) -> bool:
        nonlocal seen
        begin, ends = len(seen), monotonic() + 120
        while monotonic() < ends:
            if not select.select([screen], [], [], 1.0)[0]:
                continue
            try:
                piece = os.read(screen, 65536)
            except OSError:  # Linux says so when the other side is gone
                return False
            seen += piece
            if not piece or (text and text.encode() in seen[begin:]):
                return bool(piece)
        raise TimeoutError(seen.decode(errors="replace"))

    for text, answer in answers:
        assert wait_for(text), seen.decode(errors="replace")
        os.write(screen, f"{answer}\n".encode())
    while wait_for(""):
        pass
    _, status = os.waitpid(pid, 0)
    os.close(screen)
    return seen.decode(errors="replace"), os.waitstatus_to_exitcode(status)


def test_the_menu_enters_a_sheet_line_by_line_and_stores_after_a_yes(
    own_example: Workspace, sheet: Sheet
) -> None:
    seen, status = at_the_keyboard(
        own_example,
        [],
        [
            ("Typ een nummer: ", "9"),
            ("Typ een nummer: ", "2"),
            ("op het blad?", sheet.code.lower()),
            ("Gelopen op?", ""),
            ("Begonnen om?", ""),
            ("\n> ", ""),
            ("regel 1 ", "nt"),
            ("regel 2 ", "hond"),
            ("regel 2 ", "g"),
            ("regel 3 ", "<"),
            ("regel 2 ", "gg"),
            ("regel 3 ", ""),
            ("regel 4 ", "kt zaterdag"),
            ("regel 5 ", "stop"),
            ("(j/n)", "misschien"),
            ("(j/n)", "j"),
            ("Typ een nummer: ", "stoppen"),
        ],
    )
    assert status == 0, seen
    assert "zaterdag 28-11-2026" in seen
    assert live(own_example) == {
        sheet.doors[1]: ["not_home"], sheet.doors[2]: ["no_talk"], sheet.doors[4]: ["come_back"],
    }  # fmt: skip


def test_a_no_stores_nothing_and_neither_does_going_away(
    own_example: Workspace, sheet: Sheet
) -> None:
    start = [("Gelopen op?", ""), ("Begonnen om?", "13:30"), ("Gestopt om?", "15:30")]
    typed = [*start, ("\n> ", "1-3 nt, 4 hond"), ("\n> ", "1-3 nt"), ("(j/n)", "n")]
    seen, status = at_the_keyboard(own_example, ["knocks", "enter", sheet.code], typed)
    assert status == 0, seen
    assert "'hond' begrijp ik niet" in seen
    assert "Er is niets opgeslagen." in seen
    gone = [*start, ("\n> ", "1-3 nt"), ("(j/n)", "\x04")]
    at_the_keyboard(own_example, ["knocks", "enter", sheet.code], gone)
    assert live(own_example) == {}
    with open_store(own_example, now=EVENING) as store:
        assert sheet.code in set(store.read_rounds(open_only=True)["code"])


def test_the_menu_cancels_a_shift_and_plans(own_example: Workspace) -> None:
    seen, status = at_the_keyboard(
        own_example,
        [],
        [
            ("Typ een nummer: ", "ziek"),
            ("Op welke dag?", "26-11-2026"),
            ("Typ een nummer: ", "1"),
            ("(j/n)", "j"),
            ("Typ een nummer: ", "1"),
            ("Voor welke dag?", "onzin"),
            ("Voor welke dag?", "28-11-2026"),
            ("Typ een nummer: ", "6"),
        ],
    )
    assert status == 0, seen
    assert "zaterdag 28-11-2026" in seen
    with open_store(own_example, now=EVENING) as store:
        changes = store.read_shift_changes()
    assert changes["cancelled"].tolist() == [True]


def test_without_a_terminal_the_menu_is_a_text(own_example: Workspace) -> None:
    status, out, _ = zds(own_example)
    assert status == 0
    assert "zds knocks enter" in out
    assert zds(own_example, "knocks", "enter", "PAUW-11")[0] == 2  # nobody to ask


def test_reading_back_stores_nothing_until_it_is_stored(
    own_example: Workspace, sheet: Sheet
) -> None:
    read = read_typed(own_example, sheet.code, "1-3 nt", walked=None, now=EVENING)
    assert live(own_example) == {}
    assert len(store_sheet(own_example, read, now=EVENING).record.stored) == 3


def test_an_old_workspace_takes_the_new_tables(own_example: Workspace, tmp_path: Path) -> None:
    import sqlite3

    path = own_example.root / "knocks.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "DROP TABLE door_state; DROP TABLE register_source;"
            "UPDATE alembic_version SET version_num = '0003'"
        )
    connection.close()
    shutil.copy(path, tmp_path / "oud.sqlite")
    with open_store(own_example, now=NOW) as store:
        assert store.read_door_state().empty
        assert not store.has_register_source()
