"""Pages in a real browser: nothing foreign is asked for, nothing hostile runs, text stays text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zds_geo.app.export import read_rounds
from zds_geo.app.import_places import read_credits
from zds_geo.app.plan_day import plan_day
from zds_geo.app.show_coverage import draw_coverage
from zds_geo.app.workspace import Workspace
from zds_geo.app.write_outputs import read_map_layers
from zds_geo.outputs import draw_round_map

from ..conftest import NOW  # noqa: TID252

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: install Debian's package chromium to run this"
)
PAYLOADS = (
    "<script>window.hit=1</script>", "<img src=x onerror=window.hit=1>", "${window.hit=1}",
    "`+(window.hit=1)+`", "';window.hit=1;'", '";window.hit=1;"', "</script><script>window.hit=1",
    "<svg/onload=window.hit=1>", "\\';window.hit=1//", "{{window.hit=1}}", "&lt;script&gt;",
    "<a href=javascript:window.hit=1>x</a>", "<!--<script>window.hit=1",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chrome
        chrome.close()


def look(browser: Any, page: Path) -> tuple[Any, list[str], list[str]]:
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    asked: list[str] = []
    faults: list[str] = []
    tab.on("request", lambda r: asked.append(r.url))
    tab.on("pageerror", lambda e: faults.append(str(e)))
    tab.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    tab.goto(page.as_uri())
    tab.wait_for_timeout(300)
    return tab, asked, faults


@pytest.mark.req("P14")
def test_pages_ask_for_nothing_but_themselves(own_example: Workspace, browser: Any) -> None:
    result = plan_day(own_example, now=NOW, seed=1)
    pages = [p for p in result.files if p.suffix == ".html"][:1]
    pages.append(draw_coverage(own_example, now=NOW))
    for page in pages:
        _, asked, faults = look(browser, page)
        assert asked == [page.as_uri()]
        assert faults == []


@pytest.mark.req("S05")
def test_no_street_name_runs_and_dutch_names_stay_whole(
    own_example: Workspace, browser: Any, tmp_path: Path
) -> None:
    plan_day(own_example, now=NOW, seed=1, write=False)
    planned = read_rounds(own_example, on=None, now=NOW)[0]
    names = (*PAYLOADS, "'s-Gravenweg", "'t Hof", "Jan & Co")
    stops = tuple(
        replace(planned.stops[i % len(planned.stops)], n=i + 1, street=name)
        for i, name in enumerate(names)
    )
    layers = read_map_layers(own_example)
    hostile = layers.edges.copy()
    hostile["name"] = [names[i % len(names)] for i in range(len(hostile))]
    page = tmp_path / "x.html"
    draw_round_map(
        replace(planned, stops=stops), page, layers=replace(layers, edges=hostile),
        credits=read_credits(own_example),
    )  # fmt: skip
    tab, _, faults = look(browser, page)
    assert faults == []
    assert tab.evaluate("window.hit") is None
    text = tab.inner_text("aside")
    for name in names:
        assert name in text
