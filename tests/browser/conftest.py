"""A real Chromium without a network, and what a page asked for and complained about."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    if CHROMIUM is None:
        reason = "no Chromium here: install Debian's package chromium to run this"
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


@dataclass(frozen=True, slots=True)
class Looked:
    """An opened page: the tab, every address it asked for, every complaint."""

    tab: Any
    asked: list[str]
    faults: list[str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chrome
        chrome.close()


@pytest.fixture
def look(browser: Any) -> Iterator[Callable[..., Looked]]:
    """Open a page from disk in a browser that is off line."""
    contexts = []

    def opened(page: Path, *, width: int = 390) -> Looked:
        context = browser.new_context(viewport={"width": width, "height": 844}, offline=True)
        contexts.append(context)
        tab = context.new_page()
        looked = Looked(tab, [], [])
        tab.on("request", lambda r: looked.asked.append(r.url))
        tab.on("pageerror", lambda e: looked.faults.append(str(e)))
        tab.on("console", lambda m: looked.faults.append(m.text) if m.type == "error" else None)
        tab.goto(page.as_uri())
        tab.wait_for_timeout(300)
        return looked

    yield opened
    for context in contexts:
        context.close()
