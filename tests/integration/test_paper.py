"""Paper from the command line: packets, overview, large letters, cards; and rounds in Kampen."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from zds_geo.app.import_places import import_places
from zds_geo.app.keep_cycle import change_shift
from zds_geo.app.plan_day import plan_day
from zds_geo.app.workspace import Workspace, open_workspace
from zds_geo.cli import run
from zds_geo.outputs import make_packet
from zds_geo.outputs.layers import line_range
from zds_geo.outputs.sheet_labels import count_overlaps

from ..conftest import NOW  # noqa: TID252
from ..unit.outputs.worlds import KAMPEN, greedy_rounds, layers_of  # noqa: TID252

CLOCK = "2026-11-22T18:00+01:00"


def zds(workspace: Workspace, *words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*words, "--workspace", str(workspace.root), "--now", CLOCK])
    return code, out.getvalue(), err.getvalue()


def change_settings(workspace: Workspace, old: str, new: str) -> None:
    path = workspace.root / "zds.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_day_folder_has_an_overview_and_all_sheets_to_print(own_example: Workspace) -> None:
    result = plan_day(own_example, now=NOW, seed=1)
    names = [p.name for p in result.files]
    assert names[0] == "plan.json"
    assert names[-2:] == ["overzicht.pdf", "printen.pdf"]
    codes = [r.round_id for r in result.plan.rounds]
    overview = pypdf.PdfReader(result.folder / "overzicht.pdf").pages[0].extract_text()
    assert all(code in overview for code in codes)
    together = [p.extract_text() for p in pypdf.PdfReader(result.folder / "printen.pdf").pages]
    for code in codes:
        own = [i for i, text in enumerate(together) if code in text]
        assert own[0] % 2 == 0
        assert len(own) == len(pypdf.PdfReader(result.folder / f"{code}.pdf").pages)


def test_one_round_needs_no_file_with_all_and_leaves_none_behind(own_example: Workspace) -> None:
    first = plan_day(own_example, now=NOW, seed=1)
    assert (first.folder / "printen.pdf").exists()
    for ill in sorted(r.assistant_id for r in first.plan.rounds)[1:]:
        change_shift(
            own_example, ill, on=first.plan.date, cancelled=True, starts=None, ends=None, now=NOW
        )
    again = plan_day(own_example, now=NOW, seed=1)
    assert len(again.plan.rounds) == 1
    assert not (again.folder / "printen.pdf").exists()


def test_who_reads_large_letters_gets_them_and_others_do_not(own_example: Workspace) -> None:
    change_settings(own_example, 'id = "a02"', 'id = "a02"\nlarge_print = true')
    result = plan_day(open_workspace(own_example.root), now=NOW, seed=1)
    sizes = {}
    for planned in result.plan.rounds:
        page = pypdfium2.PdfDocument(result.folder / f"{planned.round_id}.pdf")[1]
        texts = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
        found = [abs(t.get_font_size() * t.get_matrix().d) for t in texts]
        sizes[planned.assistant_id] = max(s for s in found if s < 23.9)  # the code has 24
    assert sizes["a02"] == pytest.approx(20)
    assert sizes["a01"] == pytest.approx(16)


def test_cards_are_written_in_the_words_of_the_settings(
    own_example: Workspace, tmp_path: Path
) -> None:
    assert zds(own_example, "cards")[0] == 0
    path = own_example.maps_path / "kaartjes.pdf"
    assert "Voorbeeldcoöperatie" in pypdf.PdfReader(path).pages[0].extract_text()
    change_settings(own_example, "[cards]\n", '[cards]\ntext_2 = "Tot \'s-avonds laat & graag"\n')
    code, out, err = zds(own_example, "cards", "--out", str(tmp_path / "k.pdf"), "--json")
    assert code == 0, err
    assert "k.pdf" in out
    second = pypdf.PdfReader(tmp_path / "k.pdf").pages[1].extract_text()
    assert "Tot 's-avonds laat & graag" in " ".join(second.split())


@pytest.mark.parametrize(
    ("old", "new", "status", "part"),
    [
        ('telephone = "000 000 00 00"', 'telephone = ""', 3, "telephone"),
        ("[cards]\n", '[cards]\nadres = "Dorpsstraat 1"\n', 3, "adres"),
        ("[cards]\n", "[cards]\nwho = 3\n", 3, "cards.who"),
        ("[cards]\n", f'[cards]\nwhy = "{"lang " * 300}"\n', 11, "why"),
    ],
)
def test_faults_in_the_cards_are_one_clear_sentence(
    own_example: Workspace, old: str, new: str, status: int, part: str
) -> None:
    change_settings(own_example, old, new)
    code, _, err = zds(own_example, "cards")
    assert code == status
    assert part in err
    assert len(err.strip().splitlines()) == 1


def test_cards_that_cannot_be_written_say_so(own_example: Workspace, tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "nergens" / "k.pdf"):
        code, _, err = zds(own_example, "cards", "--out", str(target))
        assert code == 11
        assert str(target) in err


@pytest.mark.skipif(not KAMPEN.is_dir(), reason="the open data of Kampen is not at hand")
def test_rounds_all_over_kampen_have_clear_maps_and_short_lists(tmp_path: Path) -> None:
    (tmp_path / "zds.toml").write_text(
        '[area]\nname = "Kampen"\ngemeente_code = "GM0166"\n', encoding="utf-8"
    )
    workspace = open_workspace(tmp_path)
    import_places(
        workspace,
        addresses=KAMPEN / "kampen_adressen_osm.csv",
        buurten=KAMPEN / "kampen_buurten_cbs2015.geojson",
        streets=KAMPEN / "kampen.osm.pbf",
        now=NOW,
    )
    layers = layers_of(workspace.places_path)
    for planned in greedy_rounds(workspace.places_path, count=20, seed=4):
        packet = make_packet(planned, layers)
        overlaps = count_overlaps(packet.map.labels)
        assert {p: n for p, n in overlaps.items() if "detail" not in p or "number" in p} == {}
        numbers = sorted(label.text for label in packet.map.labels if label.kind == "number")
        assert numbers == sorted(line_range([d.line for d in s.doors]) for s in planned.stops)
        named = {label.text for label in packet.map.labels if label.kind == "name"}
        assert {s.street for s in planned.stops} <= named
        assert len(packet.list.pages) <= 2
