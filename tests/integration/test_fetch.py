"""Fetching from a loopback replica of the services, in fair weather and foul (S10, R38)."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pytest

from tests.conftest import NOW
from tests.integration.replica import Replica
from zds_geo.app.fetch_places import FetchedFiles, fetch_places
from zds_geo.app.import_places import import_places
from zds_geo.app.make_workspace import AreaChoice, make_workspace
from zds_geo.app.workspace import Workspace
from zds_geo.core.crs import to_lonlat
from zds_geo.core.errors import SourceError
from zds_geo.sources import Client, Limits, fetch_extract, read_addresses
from zds_geo.store import read_layer

EXAMPLE = Path(__file__).resolve().parents[2] / "data" / "bag_addresses" / "voorbeeldwijk"
DAY = NOW.date().isoformat()
HOMES = 80


def homes() -> list[dict[str, Any]]:
    with (EXAMPLE / "adressen.csv").open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if r["soort"] == "verblijfsobject"]
    return [
        {
            "type": "Feature", "id": f"uuid-{n}",
            "geometry": {"type": "Point", "coordinates": [float(r["x"]), float(r["y"])]},
            "properties": {k: v for k, v in r.items() if k not in {"x", "y"}}
            | {"huisnummer": int(r["huisnummer"])},
        }
        for n, r in enumerate(rows)
    ]  # fmt: skip


@pytest.fixture
def replica() -> Iterator[Replica]:
    buurten = gpd.read_file(EXAMPLE / "buurten.geojson").to_crs("EPSG:28992")
    areas = json.loads(buurten.to_json())["features"]
    other = json.loads(json.dumps(areas[0]))
    other["properties"] |= {"gemeentecode": "GM0001", "buurtcode": "BU00010001"}
    features = [{**f, "id": f"b-{n}"} for n, f in enumerate([*areas, other])]
    collections = {"buurten": features, "verblijfsobject": homes()[:HOMES]}
    served = Replica(collections, (EXAMPLE / "straten.osm").read_bytes())
    yield served
    served.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(
        tmp_path / "werk", AreaChoice(buurten=("BU99990101", "BU99990102")), now=NOW
    )


class Waits(list[float]):
    """Seconds that would have been slept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def fetch(
    workspace: Workspace, replica: Replica, waits: Waits | None = None, **limits: Any
) -> FetchedFiles:
    sleep = Waits() if waits is None else waits
    client = Client(replica.services.hosts, seed=1, limits=Limits(sleep=sleep, **limits))
    return fetch_places(workspace, now=NOW, services=replica.services, client=client)


def test_fetching_gives_what_importing_needs(workspace: Workspace, replica: Replica) -> None:
    files = fetch(workspace, replica)
    assert len(read_addresses(files.addresses).addresses) > HOMES - 10
    result = import_places(
        workspace, addresses=files.addresses, buurten=files.buurten, streets=files.streets, now=NOW
    )
    assert result.report.n_rows == HOMES
    buurten = json.loads(files.buurten.read_text())["features"]
    assert {f["properties"]["gemeentecode"] for f in buurten} == {"GM9999"}
    book = json.loads((workspace.root / "data" / DAY / "sources.json").read_text())
    assert set(book["files"]) == {
        "buurten", "verblijfsobject", "ligplaats", "standplaats", "pand", "streets",
    }  # fmt: skip
    for entry in book["files"].values():
        assert {"file", "sha256", "bytes", "url", "licence", "credit", "date"} <= set(entry)


def test_only_a_box_is_asked_and_nothing_is_asked_twice_on_one_day(
    workspace: Workspace, replica: Replica
) -> None:
    fetch(workspace, replica)
    asked = len(replica.paths)
    assert not [p for p in replica.paths if "straat" in p.casefold() or "identificatie" in p]
    fetch(workspace, replica)
    assert len(replica.paths) == asked


@pytest.mark.req("R38")
def test_limits_lowered_in_silence_and_opaque_cursors_lose_nothing(
    workspace: Workspace, replica: Replica
) -> None:
    replica.most = 3
    files = fetch(workspace, replica)
    content = json.loads((files.addresses / "verblijfsobject.geojson").read_text())
    assert {f["id"] for f in content["features"]} == {f"uuid-{n}" for n in range(HOMES)}


@pytest.mark.req("S10")
@pytest.mark.req("R38")
@pytest.mark.parametrize(
    ("where", "manners"),
    [
        ("verblijfsobject", ["429", "503"]), ("pand", ["504"]), ("buurten", ["short"]),
        ("overpass", ["429", "504"]), ("verblijfsobject", ["gone"]), ("overpass", ["short"]),
    ],
)  # fmt: skip
def test_trouble_that_passes_is_waited_out(
    workspace: Workspace, replica: Replica, where: str, manners: list[str]
) -> None:
    replica.trouble[where] = list(manners)
    waits = Waits()
    files = fetch(workspace, replica, waits)
    assert len(waits) == len(manners)
    if manners[0] in {"429", "503", "504"}:
        assert waits[0] == 3.0  # Retry-After
    content = json.loads((files.addresses / "verblijfsobject.geojson").read_text())
    assert len(content["features"]) == HOMES


@pytest.mark.req("S10")
@pytest.mark.req("R38")
@pytest.mark.parametrize(
    ("where", "manners", "said"),
    [
        ("verblijfsobject", ["429"] * 3, "na 3 pogingen"),
        ("pand", ["short"] * 3, "na 3 pogingen"),
        ("ligplaats", ["gone"] * 3, "na 3 pogingen"),
        ("buurten", ["html"], "webpagina in plaats van gegevens"),
        ("overpass", ["html"], "webpagina in plaats van gegevens"),
        ("overpass", ["remark"], "half antwoord"),
        ("pand", ["away"], "example.org"),
        ("pand", ["inside"], "169.254.169.254"),
        ("pand", ["loop"] * 4, "verwijst steeds door"),
        ("verblijfsobject", ["", "first page"], "eerste bladzijde"),
    ],
)
def test_trouble_that_stays_is_one_sentence_and_loses_nothing(
    workspace: Workspace, replica: Replica, where: str, manners: list[str], said: str
) -> None:
    contacted: list[str] = []

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            contacted.append(str(args[1]))

    sys.addaudithook(watch)
    replica.trouble[where] = list(manners)
    with pytest.raises(SourceError) as caught:
        fetch(workspace, replica)
    assert said in caught.value.sentence("nl")
    assert all("127.0.0.1" in place for place in contacted)
    files = fetch(workspace, replica)  # the weather clears
    content = json.loads((files.addresses / "verblijfsobject.geojson").read_text())
    assert len(content["features"]) == HOMES


@pytest.mark.req("R38")
def test_a_broken_fetch_goes_on_where_it_stopped(workspace: Workspace, replica: Replica) -> None:
    replica.trouble["verblijfsobject"] = ["", "", "", *["429"] * 3]
    with pytest.raises(SourceError):
        fetch(workspace, replica)
    replica.asked.clear()
    fetch(workspace, replica)
    pages = -(-HOMES // replica.most)
    assert replica.asked["verblijfsobject"] == pages - 3
    assert replica.asked["buurten"] == 0


@pytest.mark.req("S10")
def test_dripping_and_floods_are_given_up(workspace: Workspace, replica: Replica) -> None:
    ticks = iter(range(0, 10**9, 100))
    with pytest.raises(SourceError, match="no whole answer"):
        fetch(workspace, replica, clock=lambda: float(next(ticks)), patience_s=1.0)
    with pytest.raises(SourceError, match="far more than expected"):
        fetch(workspace, replica, most_bytes=1000)


@pytest.mark.req("S10")
def test_a_silent_machine_is_one_sentence(workspace: Workspace, replica: Replica) -> None:
    replica.close()
    with pytest.raises(SourceError) as caught:
        fetch(workspace, replica)
    assert "Is er internet?" in caught.value.sentence("nl")


def box_of_streets() -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = gpd.read_file(EXAMPLE / "buurten.geojson").iloc[[0]].total_bounds
    return x0, y0, x1, y1


@pytest.mark.req("S10")
@pytest.mark.parametrize("second", ["", "changed"])
def test_a_large_file_goes_on_by_pieces_unless_it_changed(
    tmp_path: Path, replica: Replica, second: str
) -> None:
    source = tmp_path / "heel.osm.pbf"
    writer = osmium.SimpleWriter(str(source))
    for thing in osmium.FileProcessor(str(EXAMPLE / "straten.osm")):
        writer.add(thing)
    writer.close()
    replica.streets = source.read_bytes()
    replica.trouble["extract"] = ["short", second]
    client = Client(replica.services.hosts, seed=1, limits=Limits(sleep=Waits()))
    shown: list[str] = []
    target = fetch_extract(
        client, replica.services, target=tmp_path / "deel.osm.pbf", box=box_of_streets(),
        progress=lambda label, *_: shown.append(label),
    )  # fmt: skip
    assert (tmp_path / "extract.osm.pbf").read_bytes() == source.read_bytes()
    assert replica.asked["extract"] == 2
    ways = [o for o in osmium.FileProcessor(str(target)).with_locations() if o.is_way()]
    whole = [o.id for o in osmium.FileProcessor(str(source)) if o.is_way()]
    assert 0 < len(ways) < len(whole)
    assert shown


def test_what_was_fetched_is_planned_on_by_the_command(
    workspace: Workspace, replica: Replica, capsys: pytest.CaptureFixture[str]
) -> None:
    from zds_geo.cli import run

    toml = workspace.root / "zds.toml"
    base = replica.base
    toml.write_text(
        toml.read_text(encoding="utf-8")
        + f'\n[services]\nbag = "{base}/bag"\ncbs = "{base}/cbs{{year}}"\n'
        + f'overpass = "{base}/overpass"\nextract = "{base}/extract"\n',
        encoding="utf-8",
    )
    code = run(["places", "fetch", "--workspace", str(workspace.root), "--now", NOW.isoformat()])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert f"{HOMES}" in said.out
    assert len(read_layer(workspace.places_path, "doors")) > HOMES - 10
    shutil.rmtree(workspace.root / "data")
    replica.trouble["verblijfsobject"] = ["html"]
    before = workspace.places_path.read_bytes()
    assert run(["places", "fetch", "--workspace", str(workspace.root)]) == 4
    assert workspace.places_path.read_bytes() == before
    assert to_lonlat([194500], [469000])[0][0] > 5
