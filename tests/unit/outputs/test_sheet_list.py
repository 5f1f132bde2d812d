"""The list of the sheet: every door once, few pages, letters one can read, and P13."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.app.workspace import Workspace
from zds_geo.core.model import Round, RoundDoor
from zds_geo.outputs import make_packet, write_packets, write_sheet
from zds_geo.outputs.sheet_list import BIG_PT, Block, lay_out_list

from .worlds import CREDIT, as_round, empty_layers, greedy_rounds, layers_of

X0, Y0 = 190_000.0, 500_000.0
MAP_PT = 26.0  # everything on a map page, drawn in millimetres, is judged in test_sheet_map


def made(*stops: tuple[str, list[str]], asked: frozenset[int] = frozenset()) -> Round:
    """Make a round of (street, labels), ten metres apart."""
    found, line = [], 0
    for i, (street, labels) in enumerate(stops):
        doors = []
        for label in labels:
            line += 1
            reason = "reason.on_request" if line in asked else "reason.not_long"
            doors.append(
                RoundDoor(
                    door_id=f"0166010000{line:06d}", label=label, reason=reason, line=line,
                    come_back_window="avond" if line in asked else "",
                )
            )  # fmt: skip
        found.append((street, street, X0 + 10 * i, Y0, doors))
    return as_round(found, route=[(X0, Y0), (X0 + 10 * len(stops), Y0)], start=(X0, Y0))


def blocks(planned: Round, size_pt: int = 12) -> list[Block]:
    return [b for page in lay_out_list(planned, size_pt=size_pt).pages for b in page]


def lines(found: list[Block]) -> list[int]:
    return [cell.line for block in found for cell in block.cells]


@st.composite
def natural_rounds(draw: st.DrawFn) -> Round:
    """Rounds of up to 60 doors as the planner makes them: sides in runs, some flats."""
    left, stops, n = draw(st.integers(1, 60)), [], 0
    while left:
        n += 1
        first = draw(st.integers(1, 90))
        if draw(st.booleans()):
            run = min(left, draw(st.integers(3, 14)))
            stops += [(f"Straat {n}", [str(first + 2 * i)]) for i in range(run)]
        else:
            run = min(left, draw(st.sampled_from([2, 4, 6, 8, 11, 24, 40])))
            stops.append((f"Flat {n}", [f"{first}-{i + 1:02d}" for i in range(run)]))
        left -= run
    asked = draw(st.frozensets(st.integers(1, 60), max_size=6))
    return made(*stops, asked=asked)


@settings(max_examples=150)
@given(natural_rounds(), st.sampled_from([12, BIG_PT]))
def test_every_door_stands_once_and_sixty_fit_two_pages(planned: Round, size_pt: int) -> None:
    laid = lay_out_list(planned, size_pt=size_pt)
    listed = [(c.line, c.label) for page in laid.pages for b in page for c in b.cells]
    assert listed == [(d.line, d.label) for s in planned.stops for d in s.doors]
    for page in laid.pages:
        assert sum(b.rows for b in page) * laid.pitch <= 224 + 1e-6
        assert page[0].kind in {"street", "end"}  # a page says in which street it begins
        assert page[-1].kind not in {"street", "entrance"}  # no heading without its doors
    if size_pt == 12:
        assert len(laid.pages) <= 2


def test_sixty_doors_of_the_example_fit_two_pages(example: Workspace) -> None:
    full = 0
    for planned in greedy_rounds(example.places_path, count=40, seed=11):
        assert len(lay_out_list(planned).pages) <= 2
        full += len(planned.door_ids) == 60
    assert full


def test_a_flat_is_one_board_in_bell_order_under_its_entrance() -> None:
    labels = [f"12-{i:02d}" for i in range(1, 24)]
    street, entrance, board, end = blocks(made(("Torenlaan", labels)))
    assert (street.kind, entrance.kind, board.kind, end.kind) == (
        "street",
        "entrance",
        "board",
        "end",
    )
    assert (entrance.text, entrance.more) == ("portiek 12-01 t/m 12-23", "23 deuren")
    assert [c.label for c in board.cells] == labels


def test_a_board_over_two_pages_keeps_its_headings() -> None:
    singles = [("Laan", [str(2 * i + 2)]) for i in range(22)]
    planned = made(*singles, ("Torenlaan", [f"7-{i + 1:02d}" for i in range(60)]))
    laid = lay_out_list(planned)
    texts = [b.text for b in laid.pages[1]]
    assert texts[0] == "Torenlaan · oneven kant (vervolg)"
    assert texts[1] == "portiek 7-01 t/m 7-60 (vervolg)"
    assert lines([b for p in laid.pages for b in p]) == list(range(1, 83))


def test_crossing_to_and_fro_is_one_heading_and_sides_in_one_go_are_two() -> None:
    fro = [("Laan", [str(i)]) for i in range(1, 9)]
    heads = [b.text for b in blocks(made(*fro)) if b.kind == "street"]
    assert heads == ["Laan · beide kanten"]
    along = [("Laan", [str(i)]) for i in (1, 3, 5, 7, 8, 6, 4, 2)]
    heads = [b.text for b in blocks(made(*along)) if b.kind == "street"]
    assert heads == ["Laan · oneven kant", "Laan · even kant"]


def test_streets_tell_the_planned_minutes_and_the_end_does_too() -> None:
    planned = made(("A", ["1"]), ("B", ["2"]))
    found = [b.more for b in blocks(planned) if b.kind in {"street", "end"}]
    assert found == ["na 2 min", "na 6 min", "na 9 min"]


def test_a_long_house_number_gets_smaller_letters_and_leaves_the_board() -> None:
    labels = [f"12345AB-000{i}" for i in range(9)]
    found = blocks(made(("Laan", labels)))
    assert [b.kind for b in found].count("row") == 9
    assert all(12 <= c.size < 16 for b in found for c in b.cells)


def text_of(path: Path) -> str:
    pages = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


def test_the_pdf_has_the_pages_that_were_laid_out(example: Workspace, tmp_path: Path) -> None:
    layers = layers_of(example.places_path)
    for planned in greedy_rounds(example.places_path, count=8, seed=3):
        for big in (False, True):
            packet = make_packet(planned, layers, big=big)
            write_packets([packet], tmp_path / "a.pdf", layers=layers, credits=[CREDIT])
            reader = pypdf.PdfReader(tmp_path / "a.pdf")
            assert len(reader.pages) == packet.n_pages
            for number, page in enumerate(reader.pages, start=1):
                text = page.extract_text()
                assert "MEREL-23" in text
                assert f"blad {number} van {packet.n_pages}" in text


@pytest.mark.parametrize(("big", "least"), [(False, 12.0), (True, 16.0)])
def test_letters_of_the_list_are_as_large_as_promised(
    tmp_path: Path, big: bool, least: float
) -> None:
    flat = [f"12-{i:02d}" for i in range(1, 15)]
    planned = made(("Laan", ["1"]), ("Torenlaan", flat), ("Hof", ["2", "4"]), asked=frozenset({1}))
    write_sheet(planned, tmp_path / "a.pdf", layers=empty_layers(), credits=[CREDIT], big=big)
    pages = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    small: set[str] = set()
    for page in [pages[i] for i in range(1, len(pages))]:
        for found in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            size = found.get_font_size() * found.get_matrix().d
            _, bottom, _, top = found.get_bounds()
            if abs(size) < 12 - 0.01:
                small.add(f"{bottom:.0f}")
                assert top < 45, "only the credit line at the foot may be smaller"
    assert len(small) <= 3
    sizes = {c.size for b in blocks(planned, BIG_PT if big else 12) for c in b.cells}
    assert sizes == {least + 4}


@pytest.mark.req("P13")
def test_paper_shows_street_number_order_and_box_and_nothing_of_the_past(tmp_path: Path) -> None:
    planned = replace(
        made(("Laan", ["1", "3"]), ("Hof", ["2"]), asked=frozenset({2})), stop_reason="ZOEKTIJD",
        expected_contacts=17,
    )  # fmt: skip
    path = tmp_path / f"{planned.round_id}.pdf"
    write_sheet(planned, path, layers=empty_layers(), credits=[CREDIT])
    text = text_of(path)
    for word in ("Laan", "Hof", "MEREL-23", "23 november 2026", "terug op verzoek (avond)"):
        assert word in text
    assert text.count("terug op verzoek") == 1
    n_pages = len(pypdf.PdfReader(path).pages)
    assert text.count("Alleen de genoemde nummers.") == n_pages
    assert text.count("Inleveren of versnipperen.") == n_pages
    for word in (
        "a01",
        "lang niet",
        "0166010000",
        "Het Honk",
        "ZOEKTIJD",
        "17",
        "kans",
        "pogingen",
    ):
        assert word not in text
    raw = path.read_bytes()
    assert b"a01" not in raw
    assert b"0166010000" not in raw


@pytest.mark.req("P13")
def test_metadata_is_clean_and_the_file_is_made_for_screen_readers(tmp_path: Path) -> None:
    planned = made(("Laan", ["1", "3"]))
    for name in ("a.pdf", "b.pdf"):
        write_sheet(planned, tmp_path / name, layers=empty_layers(), credits=[CREDIT])
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    reader = pypdf.PdfReader(tmp_path / "a.pdf")
    meta = reader.metadata
    assert meta is not None
    assert meta.title == "Ronde MEREL-23"
    assert not meta.author
    assert not meta.subject
    assert set(meta) <= {"/Title", "/Creator", "/CreationDate", "/ModDate"}
    assert re.match(r"Typst", meta.creator or "")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nl"
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()


def test_packets_printed_together_begin_on_a_new_sheet_of_paper(tmp_path: Path) -> None:
    rounds = [
        replace(made(*[("Laan", [str(2 * i + 1)]) for i in range(n)]), round_id=code)
        for n, code in ((3, "MEREL-23"), (50, "UIL-52"), (4, "GANS-51"))
    ]
    layers = empty_layers()
    packets = [make_packet(r, layers, big=r.round_id == "GANS-51") for r in rounds]
    assert [p.n_pages for p in packets] == [2, 3, 2]
    write_packets(packets, tmp_path / "a.pdf", layers=layers, credits=[CREDIT])
    texts = [p.extract_text() for p in pypdf.PdfReader(tmp_path / "a.pdf").pages]
    codes = [re.findall(r"MEREL-23|UIL-52|GANS-51", t)[:1] for t in texts]
    assert codes == [["MEREL-23"]] * 2 + [["UIL-52"]] * 3 + [[]] + [["GANS-51"]] * 2
