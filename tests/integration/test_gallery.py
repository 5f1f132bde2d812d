"""The gallery shows what the program makes today, is small, and says that it is invented."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from zds_geo.app.plan_day import plan_day
from zds_geo.app.workspace import Workspace

from ..conftest import NOW  # noqa: TID252

ROOT = Path(__file__).resolve().parents[2]
MAPS = ROOT / "maps"


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "scripts" / "gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed(maps: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((maps / "gallery" / "gallery.json").read_text("utf-8"))
    return found


def test_the_gallery_that_is_kept_is_the_one_that_the_demo_makes(
    own_example: Workspace, gallery: ModuleType, tmp_path: Path
) -> None:
    plan_day(own_example, now=NOW, seed=1)
    before = (own_example.root / "knocks.sqlite").read_bytes()
    gallery.make_gallery(own_example.root, tmp_path / "een")
    assert listed(MAPS) == listed(tmp_path / "een"), "run `make demo` and commit maps/"
    assert (MAPS / "README.md").read_bytes() == (tmp_path / "een" / "README.md").read_bytes()
    assert (own_example.root / "knocks.sqlite").read_bytes() == before
    gallery.make_gallery(own_example.root, tmp_path / "twee")
    for path in sorted((tmp_path / "een" / "gallery").iterdir()):
        assert path.read_bytes() == (tmp_path / "twee" / "gallery" / path.name).read_bytes()


def test_the_gallery_is_small_whole_and_marked() -> None:
    pictures = {p.name: p for p in (MAPS / "gallery").glob("*.png")}
    pages = listed(MAPS)
    assert set(pictures) == {page["file"] for page in pages}
    assert {"blad-kaart.png", "blad-lijst.png", "verslag.png"} <= set(pictures)
    sizes = [p.stat().st_size for p in pictures.values()]
    assert max(sizes) < 300_000
    assert sum(sizes) < 1_500_000
    readme = (MAPS / "README.md").read_text("utf-8")
    assert "verzonnen" in readme
    assert set(re.findall(r"\(gallery/([\w-]+\.png)\)", readme)) == set(pictures)
    for page in pages:
        head = pictures[page["file"]].read_bytes()[16:24]
        width, height = (int.from_bytes(head[i : i + 4], "big") for i in (0, 4))
        assert (width, height) == (page["width"], page["height"])
