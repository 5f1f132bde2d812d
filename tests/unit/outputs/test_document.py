"""Documents: marks are read with patience, and text from outside stays text."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdf
import pytest

from zds_geo.outputs.document import (
    NAMES,
    OPEN,
    escape,
    fill_document,
    read_blocks,
    table,
    write_document_pdf,
)


def words(path: Path) -> str:
    return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(path).pages).split())


@pytest.mark.parametrize(
    "name", ["'s-Gravenweg", "'t Hof", "Jan & Co", "<script>alert(1)</script>", "#set page()",
             "a | b", "**vet**", "[VUL IN: x]", "$x^2$ @ref \\n", "`c`"],
)  # fmt: skip
def test_text_from_outside_stays_text(tmp_path: Path, name: str) -> None:
    text = f"# Titel {escape(name)}\n\nVan {escape(name)}.\n\n{table([['Wat'], [name]])}\n"
    blocks = read_blocks(text)
    assert [b["kind"] for b in blocks] == ["head", "par", "table"]
    assert blocks[1]["runs"] == [{"kind": "plain", "text": f"Van {name}."}]
    assert blocks[2]["rows"] == [[[{"kind": "plain", "text": name}]]]
    write_document_pdf(text, tmp_path / "a.pdf", on=date(2026, 11, 23))
    assert words(tmp_path / "a.pdf").count(" ".join(name.split())) >= 2


def test_any_text_that_people_leave_behind_gives_a_pdf(tmp_path: Path) -> None:
    for n, text in enumerate(["", "\n\n", "losse regel", "|", "| a |\n|---|", "# \n##\n- ",
                              "|a|b|\n|c|\n", "**half", "\\", "1. een\n   - twee\n\tdrie"]):  # fmt: skip
        path = tmp_path / f"{n}.pdf"
        write_document_pdf(text, path, on=date(2026, 11, 23))
        assert len(pypdf.PdfReader(path).pages) == 1


def test_boxes_lists_and_open_places_are_seen() -> None:
    blocks = read_blocks("- [ ] doe dit [VUL IN: wie]\n- punt\n1. stap\n   - onder\ngaat door\n")
    assert [(b["mark"], b["level"]) for b in blocks] == [
        ("☐", 0), ("•", 0), ("1.", 0), ("•", 1),
    ]  # fmt: skip
    assert blocks[0]["runs"][1] == {"kind": "open", "text": "[VUL IN: wie]"}
    assert blocks[3]["runs"][-1]["text"] == " gaat door"


@pytest.mark.req("P16")
@pytest.mark.parametrize("name", NAMES)
def test_every_document_names_the_organisation_and_what_is_left_to_people(name: str) -> None:
    class Echo(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return f"<{key}>"

    text = fill_document(name, Echo())
    assert "<organisatie>" in text
    assert "<gebied>" in text
    assert "<contact>" in text
    assert OPEN.search(text)
    assert "{{" not in text
