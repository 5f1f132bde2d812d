"""The maps of unreached streets: their sums, what the public one may show, and attacks on it."""

from __future__ import annotations

import html
import io
import json
import re
import sqlite3
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyogrio
import pypdf
import pytest
import shapely

from zds_geo.app.publish_map import draw_public, measure_public, snapshot_day
from zds_geo.app.record_knocks import add_knock, undo_batch
from zds_geo.app.show_coverage import draw_coverage, measure, measure_pieces
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.cli import run
from zds_geo.core.errors import OutputError
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.windows import AMSTERDAM
from zds_geo.outputs.heat_style import BEGUN, CLASS_KEYS, band_of
from zds_geo.store import read_layer

from ..conftest import NOW  # noqa: TID252

BENCH = Path(__file__).resolve().parents[2] / "bench"
FIGURES = ("n_doors", "tried", "opened", "talked", "reached", "never_tried")


def zds(workspace: Workspace, *words: str, now: str = "2026-11-22T18:00+01:00") -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = run([*words, "--workspace", str(workspace.root), "--now", now])
    return code, out.getvalue()


def drawn_pieces(page: Path) -> list[dict[str, Any]]:
    """The features of a published page that have a class, as an attacker reads them."""
    found = []
    for text in re.findall(r"_add\((\{.*?\})\);", page.read_text("utf-8")):
        features = json.loads(text.replace("<\\/", "</"))["features"]
        found += [f for f in features if "c" in f["properties"]]
    assert found
    return found


def knocks_of(workspace: Workspace) -> pd.DataFrame:
    with open_store(workspace, now=NOW) as store:
        return store.read_knocks()


def test_sums_on_the_map_equal_the_coverage_exactly(own_example: Workspace) -> None:
    add_knock(
        own_example, "Lijsterstraat 2", Outcome.TALKED, on=date(2026, 11, 20), window="",
        source=Source.ELSEWHERE, now=NOW,
    )  # fmt: skip
    total = measure(own_example, by="buurt", now=NOW).total
    pieces = measure_pieces(own_example, now=NOW)
    page = draw_coverage(own_example, now=NOW)
    features = [f["properties"] for f in drawn_pieces(page)]
    for name in FIGURES:
        assert int(pieces[name].sum()) == total[name]
    for name in ("n_doors", "talked", "reached", "never_tried"):
        assert sum(f[name] for f in features) == total[name]
    text = re.sub(r"<[^>]+>", "", html.unescape(page.read_text("utf-8")))
    dots = {name: f"{total[name]:,}".replace(",", ".") for name in FIGURES}
    assert (
        f"{dots['n_doors']} deuren: {dots['tried']} geprobeerd, {dots['opened']} open gedaan, "
        f"{dots['talked']} gesproken, {dots['reached']} bereikt, {dots['never_tried']} nog nooit"
    ) in text


@pytest.mark.req("P08")
def test_the_internal_map_is_marked_and_has_no_small_piece_and_no_door(
    own_example: Workspace,
) -> None:
    page = draw_coverage(own_example, now=NOW)
    text = page.read_text("utf-8")
    assert ">INTERN<" in text
    assert all(f["properties"]["n_doors"] >= 5 for f in drawn_pieces(page))
    doors = read_layer(own_example.places_path, "doors", columns=["straat"])
    assert not [d for d in doors.index if d in text]
    assert not re.search(r"chance|prize|kans\b", text.split("/* @preserve")[0])
    assert draw_coverage(own_example, now=NOW).read_text("utf-8") == text


@pytest.mark.req("P09")
def test_the_public_map_shows_streets_and_classes_and_no_number_of_homes(
    own_example: Workspace,
) -> None:
    page = draw_public(own_example, now=NOW)
    text = page.read_text("utf-8")
    assert "INTERN" not in text
    for feature in drawn_pieces(page):
        assert set(feature["properties"]) == {"straat", "c", "f", "i"}
        assert feature["properties"]["f"] == 0  # no fading: that is the day of a visit
    # Words a reader sees: percentages of the legend and the date, and no other number.
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", text.split("<body>")[1])
    assert "radio" not in body  # nothing to choose
    assert "<select" not in body
    numbers = re.findall(r"\d+", html.unescape(re.sub(r"<[^>]+>", " ", body)))
    assert set(numbers) <= {"20", "40", "60", "80", "15", "2026"}, numbers
    for door in read_layer(own_example.places_path, "doors", columns=["straat"]).index:
        assert door not in text
    for edge in read_layer(own_example.places_path, "edges", columns=["name"]).index:
        assert edge not in text
    kept = own_example.root / "data" / "publieke-kaart"
    pieces = json.loads(next(kept.glob("vlakken-2026.json")).read_text("utf-8"))["pieces"]
    assert min(len(p["doors"]) for p in pieces) >= 20


@pytest.mark.req("P09")
def test_the_public_map_of_a_week_is_frozen_whatever_happens(own_example: Workspace) -> None:
    wednesday = datetime(2026, 11, 18, 10, 0, tzinfo=AMSTERDAM)
    page = draw_public(own_example, now=wednesday)
    before = page.read_bytes()
    with open_store(own_example, now=NOW) as store:
        batches = list(store.list_batches()["batch_id"])
    for batch in batches[:20]:
        undo_batch(own_example, str(batch), now=NOW)
    saturday = datetime(2026, 11, 21, 23, 59, tzinfo=AMSTERDAM)
    assert draw_public(own_example, now=saturday) == page
    assert page.read_bytes() == before
    monday = datetime(2026, 11, 23, 0, 0, tzinfo=AMSTERDAM)
    assert draw_public(own_example, now=monday) != page


@pytest.mark.req("P09")
def test_a_snapshot_is_the_same_made_every_week_or_once(example: Workspace, tmp_path: Path) -> None:
    import shutil

    from zds_geo.app.workspace import open_workspace

    pages = []
    for name, weeks in (("elke-week", range(8, -1, -1)), ("een-keer", range(1))):
        shutil.copytree(example.root, tmp_path / name)
        workspace = open_workspace(tmp_path / name)
        for back in weeks:
            page = draw_public(workspace, now=NOW - timedelta(weeks=back))
        pages.append(page.read_bytes())
    assert pages[0] == pages[1]


@pytest.mark.req("P09")
def test_a_new_delivery_within_the_year_leaves_the_pieces_alone(own_example: Workspace) -> None:
    first = measure_public(own_example, now=NOW).pieces
    path = own_example.places_path
    fewer = read_layer(path, "street_sides").iloc[5:]
    pyogrio.write_dataframe(
        fewer.reset_index(), path, layer="street_sides", driver="GPKG", geometry_type="LineString"
    )
    later = measure_public(own_example, now=NOW + timedelta(days=14)).pieces
    assert list(later.index) == list(first.index)
    assert later.geometry.geom_equals(first.geometry).all()
    next_year = measure_public(own_example, now=NOW + timedelta(days=60)).pieces
    assert len(next_year) != len(first) or not next_year.geometry.geom_equals(first.geometry).all()


def test_damaged_or_foreign_snapshot_files_are_made_anew(own_example: Workspace) -> None:
    page = draw_public(own_example, now=NOW)
    good = page.read_bytes()
    folder = own_example.root / "data" / "publieke-kaart"
    for name in ("stand.json", "vlakken-2026.json"):
        whole = (folder / name).read_text("utf-8")
        for bad in (whole[: len(whole) // 2], "", "[]", '{"schema": 9}'):
            (folder / name).write_text(bad, encoding="utf-8")
            assert draw_public(own_example, now=NOW).read_bytes() == good
    assert not list(folder.glob("*.tmp"))


def test_an_area_with_a_handful_of_doors_never_gets_a_share(own_example: Workspace) -> None:
    path = own_example.places_path
    doors = read_layer(path, "doors")
    few = doors.loc[doors["straat"] == "'t Hofje"]
    sides = read_layer(path, "street_sides")
    for layer, frame, kind in (
        ("doors", few, "Point"),
        ("street_sides", sides.loc[sides.index.isin(few["street_side_id"])], "LineString"),
    ):
        pyogrio.write_dataframe(
            frame.reset_index(), path, layer=layer, driver="GPKG", geometry_type=kind
        )
    page = draw_public(own_example, now=NOW)
    assert {f["properties"]["c"][0] for f in drawn_pieces(page)} <= {0, 1}
    assert len(drawn_pieces(draw_coverage(own_example, now=NOW))) >= 1


class Attacked(NamedTuple):
    """Homes right by guessing, by attack; homes certain; moved colours with few doors behind."""

    guess: float
    attack: float
    certain: int
    single: int


def attack_snapshots(workspace: Workspace, weeks: int) -> list[Attacked]:
    """Publish week after week and attack every page, alone and after those before it."""
    doors = read_layer(workspace.places_path, "doors")
    knocks = knocks_of(workspace)
    talks = knocks.loc[knocks["outcome"] == "talked"].groupby("door_id")["knocked_on"].min()
    rung = knocks.groupby("door_id")["knocked_on"].apply(list)
    low = np.zeros(0)
    last: list[int] = []
    moved_on: list[date] = []
    found = []
    for back in range(weeks - 1, -1, -1):
        now = NOW - timedelta(weeks=back)
        monday = snapshot_day(now)
        features = sorted(drawn_pieces(draw_public(workspace, now=now)), key=shape_key)
        homes = homes_behind(features, doors)
        classes = [int(f["properties"]["c"][0]) for f in features]
        talked = [np.array([talks.get(d, monday) < monday for d in h]) for h in homes]
        sizes = np.array([len(h) for h in homes])
        if not last:
            low, last, moved_on = np.zeros(len(features)), classes, [date.min] * len(features)
        single = 0
        for i, (was, is_) in enumerate(zip(last, classes, strict=True)):
            if was != is_ and was > BEGUN:
                fresh = [
                    d for d in homes[i] if any(moved_on[i] <= k < monday for k in rung.get(d, []))
                ]
                single += len(fresh) < 5
            if was != is_:
                moved_on[i] = monday
            if is_ > BEGUN:
                least = min(k for k in range(sizes[i] + 1) if 2 + band_of(k, int(sizes[i])) == is_)
                low[i] = max(low[i], least)
        last = classes
        shown = np.array(classes) > BEGUN
        most = np.array(
            [max((k for k in range(n + 1) if 2 + band_of(k, int(n)) == c), default=n)
             for n, c in zip(sizes, classes, strict=True)]
        )  # fmt: skip
        certain = int(sizes[shown & ((most == 0) | (low >= sizes))].sum())
        answers = np.concatenate(
            [t for t, s in zip(talked, shown, strict=True) if s] or [np.zeros(0)]
        )
        if not len(answers):
            continue
        guess = max(answers.mean(), 1 - answers.mean())
        right = 0.0
        for class_ in set(classes) - {0, 1}:
            mine = np.concatenate([t for t, c in zip(talked, classes, strict=True) if c == class_])
            right += max(mine.sum(), (~mine).sum())
        found.append(Attacked(float(guess), right / len(answers), certain, single))
    return found


def shape_key(feature: dict[str, Any]) -> str:
    return json.dumps(feature["geometry"])


def homes_behind(features: list[dict[str, Any]], doors: Any) -> list[list[str]]:
    """Which addresses lie on each published piece: open data, so known to everyone."""
    import geopandas as gpd

    lines = gpd.GeoSeries(
        [shapely.from_geojson(shape_key(f)) for f in features], crs="EPSG:4326"
    ).to_crs("EPSG:28992")
    streets = [html.unescape(f["properties"]["straat"]).split(", ") for f in features]
    homes: list[list[str]] = [[] for _ in features]
    for door, street, point in zip(doors.index, doors["straat"], doors.geometry, strict=True):
        near = [i for i, names in enumerate(streets) if street in names] or range(len(features))
        homes[min(near, key=lambda i: lines.iloc[i].distance(point))].append(door)
    return homes


@pytest.mark.req("P10")
def test_ten_published_snapshots_of_the_example_stand_the_attacks(own_example: Workspace) -> None:
    found = attack_snapshots(own_example, weeks=10)
    assert len(found) >= 8
    for week in found:
        assert week.attack - week.guess <= 0.08, week
        assert week.certain == 0
        assert week.single == 0


@pytest.mark.req("P10")
def test_invented_worlds_stand_the_attacks_and_pieces_of_ten_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import attack_maps as bench

    for shares in bench.WORLDS.values():
        found = bench.worst(2000, shares, min_doors=20, mended=True)
        assert found.gain <= bench.MOST_GAIN
        assert found.certain == 0
        assert found.single == 0
    naive = bench.worst(2000, (0.64, 0.64), min_doors=10, mended=False)
    assert naive.gain > bench.MOST_GAIN  # else the attack is blind
    assert naive.single > 0


@pytest.mark.parametrize("paper", ["a3", "a4"])
@pytest.mark.parametrize("public", [False, True])
def test_the_wall_map_has_its_paper_legend_date_and_credits(
    own_example: Workspace, paper: str, public: bool
) -> None:
    more = ("--public",) if public else ()
    code, out = zds(own_example, "heatmap", "--pdf", paper, "--json", *more)
    assert code == 0, out
    path = Path(json.loads(out)["files"][0])
    pdf = pypdf.PdfReader(path)
    wide, high = (float(v) * 25.4 / 72 for v in pdf.pages[0].mediabox[2:])
    assert sorted((round(wide), round(high))) == ([297, 420] if paper == "a3" else [210, 297])
    text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    for part in ("nog niet begonnen", "onder 20 %", "boven 80 %", "Bronnen:", "november 2026"):
        assert part in text
    assert ("INTERN" in text) != public
    assert ("Bleker" in text) != public
    assert ("nooit voor één woning" in text) == public
    assert not re.search(r"\d deuren", text) if public else True
    assert pdf.metadata is not None
    assert not pdf.metadata.author
    first = path.read_bytes()
    assert zds(own_example, "heatmap", "--pdf", paper, *more)[0] == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize("public", [False, True])
def test_files_for_other_programs_equal_the_map_and_open_styled(
    own_example: Workspace, public: bool
) -> None:
    more = ("--public",) if public else ()
    code, out = zds(own_example, "heatmap", "--geojson", "--gpkg", "--json", *more)
    assert code == 0, out
    style, geojson, gpkg = (Path(name) for name in json.loads(out)["files"])
    page = (draw_public if public else draw_coverage)(own_example, now=NOW)
    wanted = sorted(f["properties"]["c"][0] for f in drawn_pieces(page))
    table = pyogrio.read_dataframe(gpkg, layer="straten")
    assert table.crs.to_epsg() == 28992
    content = json.loads(geojson.read_text("utf-8"))
    assert sorted(table["class"]) == wanted
    assert sorted(f["properties"]["class"] for f in content["features"]) == wanted
    assert "verzonnen voorbeeldgegevens" in content["credits"]
    assert set(table["credits"]) == {content["credits"]}
    if public:
        assert set(table.columns) == {
            "straat",
            "class",
            "class_text",
            "note",
            "as_of",
            "credits",
            "geometry",
        }
    else:
        assert set(table["mark"]) == {"INTERN"}
        assert int(table["n_doors"].sum()) == 1179
    with sqlite3.connect(gpkg) as database:
        rows = database.execute(
            "SELECT styleQML, useAsDefault FROM layer_styles "
            "WHERE f_table_schema = '' AND f_table_name = 'straten' AND f_geometry_column = 'geom'"
        ).fetchall()
    assert rows == [(style.read_text("utf-8"), 1)]
    assert len(CLASS_KEYS) == rows[0][0].count("<category ")


def test_another_paper_is_refused_with_a_sentence(own_example: Workspace) -> None:
    code, out = zds(own_example, "heatmap", "--pdf", "a5")
    assert code == 2
    assert "a3, a4" in out


def test_a_place_that_cannot_be_written_is_named(own_example: Workspace) -> None:
    (own_example.root / "data" / "publieke-kaart").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError):
        draw_public(own_example, now=NOW)
    (own_example.maps_path / "2026-11-22").mkdir(parents=True, exist_ok=True)
    (own_example.maps_path / "2026-11-22" / "kaart-onbereikt-a3.pdf").mkdir()
    code, out = zds(own_example, "heatmap", "--pdf", "a3")
    assert code == 11
    assert len(out.strip().splitlines()) == 1


@pytest.mark.parametrize("more", [[], ["--public"], ["--pdf", "a4"], ["--public", "--gpkg"]])
def test_places_without_a_home_give_one_sentence(own_example: Workspace, more: list[str]) -> None:
    path = own_example.places_path
    for layer, kind in (("doors", "Point"), ("street_sides", "LineString")):
        pyogrio.write_dataframe(
            read_layer(path, layer).iloc[:0].reset_index(), path, layer=layer, driver="GPKG",
            geometry_type=kind,
        )  # fmt: skip
    code, out = zds(own_example, "heatmap", *more)
    assert code == 6
    assert "geen woningen" in out
    assert len(out.strip().splitlines()) == 1
