"""The recovery sheet: one page, the key on it as it is typed, nothing else that is secret."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdf
import pytest

from zds_geo.outputs import write_key_sheet
from zds_geo.store import key_lines, read_key_lines

SECRET = bytes(range(60, 80))
ON = date(2026, 11, 22)


def sheet(path: Path, *, area: str = "Kampen", lang: str = "nl") -> pypdf.PdfReader:
    write_key_sheet(path, lines=key_lines(SECRET), number="WE9D", area=area, on=ON, lang=lang)
    return pypdf.PdfReader(path)


@pytest.mark.req("R08")
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_key_on_the_sheet_can_be_typed_back(tmp_path: Path, lang: str) -> None:
    reader = sheet(tmp_path / "blad.pdf", lang=lang)
    text = reader.pages[0].extract_text()
    words = text.split()
    typed = []
    for line in key_lines(SECRET):
        start = words.index(line.split()[0])
        typed.append(" ".join(words[start : start + 3]))
    assert read_key_lines(typed) == SECRET
    assert "WE9D" in text
    assert "zds restore" in text
    assert ("Terugzetten" in text) == (lang == "nl")


@pytest.mark.parametrize(
    "area",
    [
        '\'s-Gravenweg & Jan <script> "x" #let $a$',
        "Apeldoorn Zuid " * 12,
        "Z",
        "BU99990101, " * 9,
        "W" * 200,
    ],
)
def test_the_sheet_is_one_page_whatever_the_name(tmp_path: Path, area: str) -> None:
    reader = sheet(tmp_path / "blad.pdf", area=area)
    assert len(reader.pages) == 1
    shown = "".join(reader.pages[0].extract_text().split())
    assert "".join(area.split())[:40] in shown


def test_the_same_key_and_day_give_the_same_private_file(tmp_path: Path) -> None:
    sheet(tmp_path / "a.pdf")
    sheet(tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert (tmp_path / "a.pdf").stat().st_mode & 0o077 == 0
