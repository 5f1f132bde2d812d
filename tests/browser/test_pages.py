"""Pages in a real browser: nothing foreign is asked for, nothing hostile runs, text stays text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zds_geo.app.export import read_rounds
from zds_geo.app.import_places import read_credits
from zds_geo.app.plan_day import plan_day
from zds_geo.app.publish_map import draw_public, measure_public
from zds_geo.app.show_coverage import draw_coverage, measure_pieces
from zds_geo.app.workspace import Workspace
from zds_geo.app.write_outputs import read_map_layers
from zds_geo.outputs import MapLayers, draw_heatmap, draw_public_map, draw_round_map

from ..conftest import NOW  # noqa: TID252
from .access import list_barriers
from .conftest import Looked

Look = Callable[..., Looked]
PAYLOADS = (
    "<script>window.hit=1</script>", "<img src=x onerror=window.hit=1>", "${window.hit=1}",
    "`+(window.hit=1)+`", "';window.hit=1;'", '";window.hit=1;"', "</script><script>window.hit=1",
    "<svg/onload=window.hit=1>", "\\';window.hit=1//", "{{window.hit=1}}", "&lt;script&gt;",
    "<a href=javascript:window.hit=1>x</a>", "<!--<script>window.hit=1",
    "</datalist><img src=x onerror=window.hit=1>", "\" onfocus=window.hit=1 autofocus x=\"",
)  # fmt: skip
NAMES = (*PAYLOADS, "'s-Gravenweg", "'t Hof", "Jan & Co")


def hostile(layers: MapLayers) -> MapLayers:
    """The same streets and buurten under hostile names."""
    edges, buurten = layers.edges.copy(), layers.buurten.copy()
    edges["name"] = [NAMES[i % len(NAMES)] for i in range(len(edges))]
    buurten = buurten.iloc[[i % len(buurten) for i in range(len(NAMES))]].reset_index(drop=True)
    buurten["buurt_naam"] = NAMES
    return replace(layers, edges=edges, buurten=buurten)


@pytest.fixture
def pages(own_example: Workspace) -> dict[str, Path]:
    rounds = [p for p in plan_day(own_example, now=NOW, seed=1).files if p.suffix == ".html"]
    return {
        "round": rounds[0],
        "heat": draw_coverage(own_example, now=NOW),
        "public": draw_public(own_example, now=NOW),
    }


@pytest.mark.req("P14")
def test_pages_ask_for_nothing_but_themselves(pages: dict[str, Path], look: Look) -> None:
    for page in pages.values():
        for width in (390, 1280):
            looked = look(page, width=width)
            assert looked.asked == [page.as_uri()]
            assert looked.faults == []


def test_pages_have_no_barriers(pages: dict[str, Path], look: Look) -> None:
    for page in pages.values():
        for width in (390, 1280):
            assert list_barriers(look(page, width=width).tab) == []


def test_the_check_of_barriers_sees_barriers(pages: dict[str, Path], look: Look) -> None:
    tab = look(pages["heat"], width=1280).tab
    tab.evaluate(
        """() => { document.documentElement.lang = ""; document.querySelector("label").remove();
        document.querySelector("aside h2").style.color = "#999";
        document.querySelector("form button").tabIndex = -1; }"""
    )
    found = " ".join(list_barriers(tab))
    for part in ("no language", "without a name", "contrast", "keyboard reaches"):
        assert part in found


@pytest.mark.req("S05")
def test_no_street_name_runs_and_dutch_names_stay_whole(
    own_example: Workspace, look: Look, tmp_path: Path
) -> None:
    plan_day(own_example, now=NOW, seed=1, write=False)
    planned = read_rounds(own_example, on=None, now=NOW)[0]
    stops = tuple(
        replace(planned.stops[i % len(planned.stops)], n=i + 1, street=name)
        for i, name in enumerate(NAMES)
    )
    page = tmp_path / "x.html"
    draw_round_map(
        replace(planned, stops=stops), page, layers=hostile(read_map_layers(own_example)),
        credits=read_credits(own_example),
    )  # fmt: skip
    looked = look(page)
    assert looked.faults == []
    assert looked.tab.evaluate("window.hit") is None
    text = looked.tab.inner_text("aside")
    for name in NAMES:
        assert name in text


@pytest.mark.req("S05")
@pytest.mark.parametrize("public", [False, True])
def test_no_name_on_the_heatmap_runs_and_every_street_is_found(
    own_example: Workspace, look: Look, tmp_path: Path, public: bool
) -> None:
    layers = hostile(read_map_layers(own_example))
    facts: dict[str, Any] = {"layers": layers, "credits": read_credits(own_example)}
    page = tmp_path / "x.html"
    pieces = (
        measure_public(own_example, now=NOW).pieces
        if public
        else measure_pieces(own_example, now=NOW)
    )
    pieces = pieces.iloc[[i % len(pieces) for i in range(len(NAMES))]].reset_index(drop=True)
    pieces["straat"] = pieces["streets"] = NAMES
    draw = draw_public_map if public else draw_heatmap
    draw(pieces, page, as_of=NOW.date(), **facts)
    looked = look(page, width=1280)
    tab = looked.tab
    for name in NAMES:
        tab.fill("#street", name)
        tab.click("#search button")
        assert name in tab.inner_text("#found")
    # Pointing at every line opens what is said of it.
    tab.evaluate(
        """() => Object.values(window).filter((v) => v instanceof L.Layer && v.getLayers)
        .forEach((g) => g.getLayers().forEach((l) => l.openTooltip && l.openTooltip()))"""
    )
    tab.wait_for_timeout(200)
    said = tab.evaluate(
        "[...document.querySelectorAll('.leaflet-tooltip')].map(e => e.textContent).join(' ')"
    )
    for name in NAMES:
        assert name in said
    assert looked.faults == []
    assert tab.evaluate("window.hit") is None
    assert looked.asked == [page.as_uri()]


def test_views_change_the_lines_and_the_legend(pages: dict[str, Path], look: Look) -> None:
    tab = look(pages["heat"], width=1280).tab
    seen = []
    for number, words in enumerate(("bereikt", "nog nooit geprobeerd", "geprobeerd, niet bereikt")):
        tab.check(f"input[name=view][value='{number}']")
        shown = [t for t in tab.locator("[data-view]").all() if t.is_visible()]
        assert len(shown) == 1
        assert f"boven 80 % {words}" in shown[0].inner_text()
        seen.append(tab.locator("#map").screenshot())
    assert len(set(seen)) == 3


def test_search_forgives_capitals_and_apostrophes_and_says_when_nothing_fits(
    pages: dict[str, Path], look: Look
) -> None:
    tab = look(pages["heat"], width=1280).tab
    for asked, found in (
        ("lijsterSTRAAT", "Lijsterstraat"), ("t hofje", "'t Hofje"), ("s gravenp", "'s-Gravenpad"),
        ("jan & co", "Ds. Jan & Co-straat"),
    ):  # fmt: skip
        tab.fill("#street", asked)
        tab.keyboard.press("Enter")
        assert tab.inner_text("#found").startswith(f"{found}: ")
    tab.fill("#street", "Bestaatnietstraat <b>")
    tab.keyboard.press("Enter")
    assert tab.inner_text("#found") == "Geen straat gevonden met “Bestaatnietstraat <b>”."


def test_search_on_the_public_map_says_no_number(pages: dict[str, Path], look: Look) -> None:
    tab = look(pages["public"], width=1280).tab
    tab.fill("#street", "Lijsterstraat")
    tab.keyboard.press("Enter")
    assert tab.inner_text("#found") == "Lijsterstraat"


def test_maps_bear_names_of_streets_and_buurten(pages: dict[str, Path], look: Look) -> None:
    for kind in ("heat", "public"):
        tab = look(pages[kind], width=1280).tab
        text = tab.evaluate("document.getElementById('map').textContent")
        for name in ("Voorbeeld-Noord", "Voorbeeld-Zuid", "Lijsterstraat", "'s-Gravenpad"):
            assert name in text
    tab = look(pages["round"], width=1280).tab
    assert tab.locator(".street-name").count() >= 2
