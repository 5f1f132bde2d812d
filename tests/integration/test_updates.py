"""Next month's delivery: nothing is lost, a suspicious one stops, and one can go back."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta

import geopandas as gpd
import pytest
from shapely import Point

from tests.conftest import NOW
from zds_geo.app._delivery import _require_sound, _stop_if_suspicious
from zds_geo.app._field import LAYERS
from zds_geo.app.import_places import ImportResult, import_places, rollback_places
from zds_geo.app.plan_day import plan_day
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import PlacesError
from zds_geo.core.outcomes import Source
from zds_geo.places import compare_doors
from zds_geo.store import read_layer

LATER = NOW + timedelta(days=30)


def deliver(
    workspace: Workspace, rows: list[dict[str, str]] | None = None, *, accept: bool = False
) -> ImportResult:
    folder = workspace.root / "data" / "voorbeeldwijk"
    path = folder / "adressen.csv"
    if rows is not None:
        path = workspace.root / "volgende.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    return import_places(
        workspace, addresses=path, buurten=folder / "buurten.geojson",
        streets=folder / "straten.osm", now=LATER, accept_changes=accept,
    )  # fmt: skip


def rows_of(workspace: Workspace) -> list[dict[str, str]]:
    path = workspace.root / "data" / "voorbeeldwijk" / "adressen.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def door_ids(workspace: Workspace) -> set[str]:
    return set(read_layer(workspace.places_path, "doors", columns=["straat"]).index)


@pytest.mark.req("R06")
def test_a_door_under_another_id_keeps_its_history_and_its_refusal(own_example: Workspace) -> None:
    rows = rows_of(own_example)
    with open_store(own_example, now=LATER) as store:
        knocks = store.read_knocks()
        present = door_ids(own_example)
        old = next(d for d in knocks["door_id"] if d in present)
        count = int((knocks["door_id"] == old).sum())
        store.add_do_not_knock(old, on=NOW.date(), source=Source.REQUEST, now=NOW)
    new = old[:-4] + "9999"
    for row in rows:
        row["identificatie"] = new if row["identificatie"] == old else row["identificatie"]
    result = deliver(own_example, rows)
    assert result.changes["linked"] == 1
    with open_store(own_example, now=LATER) as store:
        assert new in store.do_not_knock_doors()
        current = store.current_doors(door_ids(own_example))
        again = store.read_knocks(doors=current)
        assert int((again["door_id"] == new).sum()) == count
        assert len(again) == len(knocks)
        store.withdraw_do_not_knock(new, on=LATER.date(), now=LATER)
        assert new not in store.do_not_knock_doors()
    rollback_places(own_example, now=LATER)
    with open_store(own_example, now=LATER) as store:
        again = store.read_knocks(doors=store.current_doors(door_ids(own_example)))
        assert int((again["door_id"] == old).sum()) == count


@pytest.mark.req("R06")
def test_a_door_on_a_printed_sheet_is_not_planned_again_under_its_new_id(
    own_example: Workspace,
) -> None:
    sheet = plan_day(own_example, now=NOW, seed=1, write=False).plan
    old = sheet.rounds[0].door_ids[0]
    rows, new = rows_of(own_example), old[:-4] + "9999"
    for row in rows:
        row["identificatie"] = new if row["identificatie"] == old else row["identificatie"]
    deliver(own_example, rows)
    next_day = plan_day(
        own_example, now=NOW, seed=1, on=sheet.date + timedelta(days=1), write=False
    ).plan
    assert sheet.date < next_day.date < sheet.date + timedelta(days=7)
    assert new not in {d for r in next_day.rounds for d in r.door_ids}
    with open_store(own_example, now=NOW) as store:
        assert new in store.heirs_of(store.reserved_doors(on=next_day.date))


@pytest.mark.req("R06")
@pytest.mark.req("R07")
def test_a_suspicious_delivery_stops_and_asks(own_example: Workspace) -> None:
    rows = rows_of(own_example)
    before = own_example.places_path.read_bytes()
    homes = [r for r in rows if r["identificatie"] in door_ids(own_example)]
    taken = {r["identificatie"] for r in homes[:40]}
    thin = [r for r in rows if r["identificatie"] not in taken]
    with pytest.raises(PlacesError) as caught:
        deliver(own_example, thin)
    assert "--accept-changes" in caught.value.sentence("nl")
    assert own_example.places_path.read_bytes() == before
    with open_store(own_example, now=LATER) as store:
        assert not store.missing_doors()
    result = deliver(own_example, thin, accept=True)
    assert result.changes["gone"] == len(taken)
    with open_store(own_example, now=LATER) as store:
        assert {s for s, _ in store.missing_doors().values()} == {"missing"}
    assert deliver(own_example).changes["back"] == len(taken)


@pytest.mark.req("R07")
def test_rollback_puts_the_previous_places_back_and_keeps_the_knocks(
    own_example: Workspace,
) -> None:
    first = door_ids(own_example)
    deliver(own_example, [r for r in rows_of(own_example) if r["huisnummer"] != "1"], accept=True)
    second = door_ids(own_example)
    assert second < first
    with open_store(own_example, now=LATER) as store:
        n = len(store.read_knocks())
    assert rollback_places(own_example, now=LATER) == (len(second), len(first))
    assert door_ids(own_example) == first
    assert rollback_places(own_example, now=LATER) == (len(first), len(second))
    with open_store(own_example, now=LATER) as store:
        assert len(store.read_knocks()) == n


def test_rollback_without_a_previous_version_says_so(own_example: Workspace) -> None:
    with pytest.raises(PlacesError) as caught:
        rollback_places(own_example, now=LATER)
    assert "geen vorige versie" in caught.value.sentence("nl")


@pytest.mark.req("R07")
def test_a_kill_during_import_leaves_the_old_places_or_the_new(own_example: Workspace) -> None:
    # bench/kills.py does sixty.
    assert count_halves(own_example, kills=6) == 0


def count_halves(workspace: Workspace, *, kills: int) -> int:
    """Kill imports at different moments; count the times that left anything but old or new."""
    folder = workspace.root / "data" / "voorbeeldwijk"
    rows = [r for r in rows_of(workspace) if r["huisnummer"] != "1"]
    deliver(workspace, rows, accept=True)
    fewer = door_ids(workspace)
    rollback_places(workspace, now=LATER)
    more = door_ids(workspace)
    command = [
        sys.executable, "-m", "zds_geo", "--workspace", str(workspace.root), "places", "import",
        "--accept-changes", "--buurten", str(folder / "buurten.geojson"),
        "--streets", str(folder / "straten.osm"), "--addresses",
    ]  # fmt: skip
    start = time.perf_counter()
    subprocess.run([*command, str(folder / "adressen.csv")], check=True, capture_output=True)
    whole = time.perf_counter() - start
    with open_store(workspace, now=LATER) as store:
        n_knocks = len(store.read_knocks())
    halves = done = n = 0
    while done < kills:  # an import that was ready before its kill does not count
        source = workspace.root / "volgende.csv" if n % 2 else folder / "adressen.csv"
        running = subprocess.Popen(
            [*command, str(source)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        n += 1
        try:
            # Most kills fall where files are written: the last third.
            running.wait(timeout=whole * (0.5 + 0.5 * ((n * 0.618) % 1)))
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            done += 1
        else:
            whole *= 0.8  # the machine has become faster than it was
        halves += not is_whole(workspace, (fewer, more), n_knocks=n_knocks)
    subprocess.run([*command, str(folder / "adressen.csv")], check=True, capture_output=True)
    return halves + (door_ids(workspace) != more)


def is_whole(workspace: Workspace, versions: tuple[set[str], ...], *, n_knocks: int) -> bool:
    """Tell whether places and history are one version: layers that fit, all knocks there."""
    layers = {name: read_layer(workspace.places_path, name) for name in LAYERS}
    doors, stops, edges = (layers[name] for name in ("doors", "stops", "edges"))
    fits = set(doors["stop_id"]) == set(stops.index)
    fits &= set(stops["access_edge_id"]) <= set(edges.index)
    with sqlite3.connect(workspace.root / "knocks.sqlite") as connection:
        fits &= connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    with open_store(workspace, now=LATER) as store:
        fits &= len(store.read_knocks()) == n_knocks
    return fits and set(doors.index) in versions


@pytest.mark.req("R07")
def test_a_delivery_that_leaves_a_buurt_empty_stops_though_few_homes_are_lost() -> None:
    def frame(n: int, codes: list[str]) -> gpd.GeoDataFrame:
        ids = [f"020001{k:010d}" for k in range(n)]
        points = [Point(190_000 + 30 * k, 500_000) for k in range(n)]
        table = {
            "straat": "Dorpsstraat", "huisnummer": range(n), "huisletter": "", "toevoeging": "",
            "pand_id": "", "buurt_code": codes,
        }  # fmt: skip
        return gpd.GeoDataFrame(table, index=ids, geometry=points, crs="EPSG:28992")

    before = frame(1000, ["BU00000001"] * 994 + ["BU00000002"] * 6)
    after = before.iloc[:994]
    with pytest.raises(PlacesError) as caught:
        _stop_if_suspicious(before, {"doors": after}, compare_doors(before, after))
    assert "BU00000002" in caught.value.sentence("nl")
    for wrong, word in ((before.rename(index={before.index[0]: "200010000000001"}), "id"),
                        (before.set_geometry(before.translate(400_000)), "buiten Nederland")):  # fmt: skip
        with pytest.raises(PlacesError) as caught:
            _require_sound(wrong)
        assert word in caught.value.sentence("nl")
