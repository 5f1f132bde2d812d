"""The board's page in a real browser: silent, whole on a phone, and readable by a screen reader."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from zds_geo.app.make_report import draw_report, make_report
from zds_geo.app.workspace import Workspace

from ..conftest import NOW  # noqa: TID252

HOSTILE = (
    "<script>window.hit=1</script><img src=x onerror=window.hit=1> 's-Graven & Co ${window.hit=1}"
)


@pytest.mark.req("P14")
@pytest.mark.req("S05")
def test_the_page_asks_nobody_runs_nothing_and_fits_a_phone(
    own_example: Workspace, browser: Any
) -> None:
    made = make_report(own_example, now=NOW)
    rows = (replace(made.rows[0], name=HOSTILE), *made.rows[1:])
    path = draw_report(
        own_example, replace(made, area=HOSTILE, rows=rows), path=own_example.root / "v.html"
    )
    for width in (390, 1280):
        tab = browser.new_page(viewport={"width": width, "height": 844})
        asked: list[str] = []
        faults: list[str] = []
        tab.on("request", lambda r, asked=asked: asked.append(r.url))
        tab.on("pageerror", lambda e, faults=faults: faults.append(str(e)))
        tab.on("console", lambda m, faults=faults: faults.append(m.text))
        tab.goto(path.as_uri())
        tab.wait_for_timeout(200)
        assert asked == [path.as_uri()]
        assert faults == []
        assert tab.evaluate("window.hit") is None
        assert HOSTILE in tab.inner_text("h1")
        assert HOSTILE in tab.inner_text("tbody")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("[...document.querySelectorAll('th')].every(t => t.scope)")
        assert (
            tab.evaluate("document.querySelectorAll('svg[role=img]:not([aria-label])').length") == 0
        )
        tab.close()
