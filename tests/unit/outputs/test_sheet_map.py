"""The map of the sheet: no number over another, the same numbers as the list, a true scale."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pypdfium2
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zds_geo.app.workspace import Workspace
from zds_geo.core.crs import RD
from zds_geo.core.model import Round, RoundDoor
from zds_geo.outputs import write_sheet
from zds_geo.outputs.font import text_width
from zds_geo.outputs.layers import line_range
from zds_geo.outputs.sheet_frame import Frame
from zds_geo.outputs.sheet_furniture import draw_title
from zds_geo.outputs.sheet_labels import Label, count_overlaps
from zds_geo.outputs.sheet_list import lay_out_list
from zds_geo.outputs.sheet_map import SheetMap, draw_sheet_map
from zds_geo.outputs.sheet_route import keep_right, walk_line

from .worlds import CREDIT, as_round, empty_layers, greedy_rounds, layers_of

CENTRE = (190_000.0, 500_000.0)


def must_not_overlap(drawn: SheetMap) -> None:
    """Boxes of details are outlines: another may cross them, a label may not stand there."""
    pairs = {p: n for p, n in count_overlaps(drawn.labels).items() if "detail" not in p}
    assert pairs == {}
    boxed = [label for label in drawn.labels if label.kind in {"detail", "number"}]
    assert ("detail", "number") not in count_overlaps(boxed)


def must_agree(planned: Round, drawn: SheetMap) -> None:
    on_map = sorted(label.text for label in drawn.labels if label.kind == "number")
    assert on_map == sorted(line_range([d.line for d in s.doors]) for s in planned.stops)
    listed = [
        (cell.line, cell.label)
        for page in lay_out_list(planned).pages
        for block in page
        for cell in block.cells
    ]
    assert listed == [(d.line, d.label) for s in planned.stops for d in s.doors]


def door(line: int, label: str) -> RoundDoor:
    return RoundDoor(door_id=f"{line:016d}", label=label, reason="reason.new", line=line)


def row_of_houses(count: int, *, apart_m: float, name: str = "Dorpsstraat") -> Round:
    x0, y0 = CENTRE
    stops = [
        (name, "e", x0 + i * apart_m, y0 + 8, [door(i + 1, str(2 * i + 2))]) for i in range(count)
    ]
    way = [(x0, y0), (x0 + count * apart_m, y0)]
    return as_round(stops, route=[*way, way[0]], start=way[0])


def test_overlap_is_counted_by_kind_and_only_on_one_page() -> None:
    one = Label(kind="number", text="1", x=10, y=10, width=6, height=5)
    beside = Label(kind="number", text="2", x=16.1, y=10, width=6, height=5)
    over = Label(kind="number", text="3", x=13, y=12, width=6, height=5)
    slanted = Label(kind="name", text="Laan", x=10, y=15, width=14, height=4, turn=45)
    elsewhere = Label(kind="number", text="4", x=10, y=10, width=6, height=5, page=2)
    assert count_overlaps([one, beside, elsewhere]) == {}
    assert count_overlaps([one, beside, over]) == {("number", "number"): 2}
    assert count_overlaps([one, slanted]) == {("name", "number"): 1}


def test_crowded_rows_get_a_detail_at_a_larger_scale() -> None:
    x0, y0 = CENTRE
    row = row_of_houses(20, apart_m=5.4)
    far = as_round(
        [(s.street, "e", x0 + i * 5.4, y0 + 8, [*s.doors]) for i, s in enumerate(row.stops)],
        route=[(x0, y0), (x0, y0 + 600)],
        start=(x0, y0 + 600),
    )
    drawn = draw_sheet_map(far, empty_layers())
    assert [f.letter for f in drawn.frames] == ["", "A"]
    assert drawn.frames[1].scale * 1.45 <= drawn.frames[0].scale
    assert len(drawn.pages) == 1
    assert "schaal 1 : " in drawn.pages[0]
    must_not_overlap(drawn)
    must_agree(far, drawn)


def test_details_without_room_come_on_a_second_map_page() -> None:
    x0, y0 = CENTRE
    corners = [(0, 0), (300, 0), (300, 300), (0, 300), (150, 150)]
    stops, line = [], 0
    for cx, cy in corners:
        for i, j in itertools.product(range(12), range(2)):
            line += 1
            x, y = x0 + 3 * cx + 6 * i, y0 + 3 * cy + 18 * j
            stops.append((f"Straat {cx}", f"{cx}-{j}", x, y, [door(line, str(line))]))
    planned = as_round(stops, route=[(s[2], s[3]) for s in stops], start=(x0, y0))
    drawn = draw_sheet_map(planned, empty_layers())
    assert len(drawn.pages) > 1
    assert "volgende kaart" in drawn.pages[0]
    must_not_overlap(drawn)
    must_agree(planned, drawn)


@st.composite
def made_up_rounds(draw: st.DrawFn) -> Round:
    """Stops strewn over a field from one spot to a village; one to many doors each."""
    wide = draw(st.sampled_from([0.0, 3.0, 30.0, 150.0, 900.0]))
    n_stops = draw(st.integers(1, 60))
    offsets = st.tuples(st.floats(0, 1), st.floats(0, 1))
    spots = draw(st.lists(offsets, min_size=n_stops, max_size=n_stops))
    sizes = draw(st.lists(st.sampled_from([1, 1, 1, 2, 7, 24]), min_size=n_stops, max_size=n_stops))
    stops: list[tuple[str, str, float, float, list[RoundDoor]]] = []
    line = 0
    for (fx, fy), size in zip(spots, sizes, strict=True):
        doors = [door(line + i + 1, f"{line + 1}-{i + 1:02d}") for i in range(size)]
        line += size
        x, y = CENTRE[0] + fx * wide, CENTRE[1] + fy * wide
        stops.append((f"Straat {len(stops) % 7}", str(len(stops) % 3), x, y, doors))
    start = (CENTRE[0] + draw(st.floats(-500, 500)), CENTRE[1])
    return as_round(stops, route=[start, *((s[2], s[3]) for s in stops), start], start=start)


@settings(max_examples=40)
@given(made_up_rounds(), st.sampled_from([12, 16]))
def test_numbers_never_overlap_and_equal_the_list(planned: Round, size: int) -> None:
    drawn = draw_sheet_map(planned, empty_layers(), size_pt=size)
    must_not_overlap(drawn)
    must_agree(planned, drawn)
    for label in drawn.labels:
        if label.kind == "number":
            assert 0 <= label.box[0] <= label.box[2] <= 186
            assert 0 <= label.box[1] <= label.box[3] <= 228


@pytest.mark.parametrize("size", [12, 16])
def test_generated_rounds_of_the_example_name_their_streets(example: Workspace, size: int) -> None:
    layers = layers_of(example.places_path)
    for planned in greedy_rounds(example.places_path, count=25, seed=size):
        drawn = draw_sheet_map(planned, layers, size_pt=size)
        must_not_overlap(drawn)
        must_agree(planned, drawn)
        named = {label.text for label in drawn.labels if label.kind == "name"}
        assert {s.street for s in planned.stops} <= named


@pytest.mark.parametrize("reach_m", [40.0, 230.0, 1100.0])
def test_a_hundred_metres_measure_true_in_the_pdf(tmp_path: Path, reach_m: float) -> None:
    x0, y0 = CENTRE
    pand = shapely.box(x0, y0 + 20, x0 + 100, y0 + 32)
    panden = gpd.GeoDataFrame({"use": [""]}, geometry=[pand], crs=RD)
    far = (x0 + 50 + reach_m, y0 + reach_m)
    planned = as_round(
        [("Laan", "e", x0 + 50, y0 + 15, [door(1, "2")])],
        route=[(x0, y0), far],
        start=(x0, y0),
        end=far,
    )
    layers = empty_layers(panden=panden)
    scale = draw_sheet_map(planned, layers).scale
    write_sheet(planned, tmp_path / "a.pdf", layers=layers, credits=[CREDIT])
    page = pypdfium2.PdfDocument(tmp_path / "a.pdf")[0]
    millimetres = [
        ((right - left) * 25.4 / 72, (top - bottom) * 25.4 / 72)
        for left, bottom, right, top in (o.get_bounds() for o in page.get_objects(max_depth=15))
    ]
    wide, high = 100_000 / scale, 12_000 / scale
    fit = [(w, h) for w, h in millimetres if abs(w - wide) < 3 and abs(h - high) < 1]
    assert fit, "the building is not in the PDF"
    line = 0.12  # PDFium adds the width of the stroke on either side
    assert min(abs(w - 2 * line - wide) for w, _ in fit) / wide < 0.005


def test_details_keep_their_own_true_scale(example: Workspace) -> None:
    layers = layers_of(example.places_path)
    seen = 0
    for planned in greedy_rounds(example.places_path, count=12, seed=5):
        for frame in draw_sheet_map(planned, layers).frames:
            (ax, ay), (bx, by) = frame.to_paper(
                np.array([[frame.x0, frame.y1], [frame.x0 + 60, frame.y1 - 80]])
            )
            assert np.hypot(bx - ax, by - ay) == pytest.approx(100_000 / frame.scale)
            x0, y0, x1, y1 = frame.rectangle
            assert x0 >= 0 and y0 >= 0 and x1 <= 186.01 and y1 <= 228.01  # noqa: PT018
            seen += bool(frame.letter)
    assert seen


@pytest.mark.parametrize(
    "name", ["'s-Gravenweg", "Jan & Co", "<script>alert(1)</script>", "'t Hof"]
)
def test_odd_street_names_stay_text(tmp_path: Path, name: str) -> None:
    x0, y0 = CENTRE
    edges = gpd.GeoDataFrame(
        {"name": [name], "highway": ["residential"]},
        geometry=[shapely.LineString([(x0 - 100, y0), (x0 + 300, y0)])], crs=RD,
    )  # fmt: skip
    planned = row_of_houses(3, apart_m=20, name=name)
    drawn = draw_sheet_map(planned, empty_layers(edges=edges))
    texts = [e.text for e in ET.fromstring(drawn.pages[0]).iter("{http://www.w3.org/2000/svg}text")]
    assert name in texts
    write_sheet(planned, tmp_path / "a.pdf", layers=empty_layers(edges=edges), credits=[CREDIT])
    text = pypdfium2.PdfDocument(tmp_path / "a.pdf")[1].get_textpage().get_text_range()
    assert name in text


def test_there_and_back_are_two_lines_each_on_its_right() -> None:
    line = keep_right(np.array([[0.0, 0.0], [50.0, 0.0], [0.0, 0.0]]), beside=1.0)
    assert line[0].tolist() == [0.0, 1.0]
    assert line[-1].tolist() == [0.0, -1.0]


def test_the_way_to_a_door_and_back_is_a_tick_beside_the_line() -> None:
    x0, y0 = CENTRE
    route = [(x0, y0), (x0 + 10, y0), (x0 + 10, y0 + 8), (x0 + 10, y0), (x0 + 50, y0), (x0, y0)]
    planned = as_round([("A", "e", x0 + 10, y0 + 8, [door(1, "2")])], route=route, start=route[0])
    walk = walk_line(planned)
    assert len(walk.ticks) == 1
    assert np.abs(walk.line[:, 1] - y0).max() < 0.1
    assert len(walk.line) == 4


def test_text_is_as_wide_as_the_pdf_draws_it(tmp_path: Path) -> None:
    planned = row_of_houses(12, apart_m=30)
    write_sheet(planned, tmp_path / "a.pdf", layers=empty_layers(), credits=[CREDIT])
    page = pypdfium2.PdfDocument(tmp_path / "a.pdf")[0]
    code = text_width("MEREL-23", 24, weight=700)
    textpage = page.get_textpage()
    at = textpage.search("MEREL-23").get_next()
    assert at is not None
    boxes = [textpage.get_charbox(i) for i in range(at[0], at[0] + at[1])]
    drawn = max(b[2] for b in boxes) - min(b[0] for b in boxes)
    assert drawn == pytest.approx(code, rel=0.05)


def test_the_title_of_a_narrow_detail_names_what_can_be_read() -> None:
    frame = Frame(x0=0, y1=100, scale=4000, width=70, height=60, left=10, top=40, letter="A")
    title = draw_title(frame, "51, 180-203, 221, 377-378, 565-588", lang="nl")
    size, text = re.findall(r'font-size="([\d.]+)" font-weight="700">([^<]+)</text>', title)[-1]
    assert float(size) >= 2.8
    assert re.fullmatch(r"51.* …", text)
    assert "51, 180-203</text>" in draw_title(replace(frame, width=180), "51, 180-203", lang="nl")
