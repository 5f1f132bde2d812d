"""Every export read back by other software and set beside its source."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import gpxpy
import icalendar
import openpyxl
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, Point

from tests.conftest import NOW
from zds_geo.app._export_tables import gather_streets, hide_small
from zds_geo.app.export import KINDS, export, read_rounds
from zds_geo.app.keep_cycle import change_shift
from zds_geo.app.list_shifts import list_shifts
from zds_geo.app.plan_day import plan_day
from zds_geo.app.record_knocks import set_do_not_knock
from zds_geo.app.show_coverage import measure
from zds_geo.app.workspace import Workspace, open_workspace
from zds_geo.core.csvguard import csv_unguard
from zds_geo.core.errors import NotFoundError, OutputError, UsageError
from zds_geo.core.model import Credit, Round
from zds_geo.core.windows import AMSTERDAM
from zds_geo.outputs import (
    round_table,
    write_csv,
    write_geojson,
    write_gpx,
    write_ics,
    write_kml,
    write_workbook,
)
from zds_geo.outputs.ics import event_id

TODAY = NOW.date()
DAY = date(2026, 11, 23)
PLACE = 1e-6  # degrees
ODD = ("'s-Gravenweg", "'t Hof", "Jan & Co", "<script>alert(1)</script>", "=1+1", "@x", "a\x0bb")


@pytest.fixture(scope="module")
def planned(example: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example with the rounds of one day."""
    import shutil

    root = tmp_path_factory.mktemp("exports") / "wijk"
    shutil.copytree(example.root, root)
    workspace = open_workspace(root)
    plan_day(workspace, on=DAY, now=NOW, seed=1, write=False)
    return workspace


def rounds_of(workspace: Workspace) -> list[Round]:
    return read_rounds(workspace, on=DAY, now=NOW)


def written(workspace: Workspace, kind: str, folder: Path, what: str = "") -> Path:
    target = folder / f"uit.{kind}"
    (path,) = export(workspace, kind, on=DAY, path=target, now=NOW, what=what)
    return path


def phone_files(workspace: Workspace, kind: str, folder: Path) -> list[Path]:
    return export(workspace, kind, on=DAY, path=folder, now=NOW)


def same_line(found: Iterable[Sequence[float]], source: Sequence[tuple[float, float]],
              within: float = PLACE) -> bool:  # fmt: skip
    """Every point, in order."""
    points = [(p[0], p[1]) for p in found]
    return len(points) == len(source) and all(
        abs(x - a) <= within and abs(y - b) <= within
        for (x, y), (a, b) in zip(points, source, strict=True)
    )


def is_near(point: Point, lon: float, lat: float) -> bool:
    return abs(point.x - lon) <= PLACE and abs(point.y - lat) <= PLACE


def expected_names(planned: Round) -> list[str]:
    names = []
    for stop in planned.stops:
        lines, labels = [d.line for d in stop.doors], [d.label for d in stop.doors]
        first = str(lines[0]) if len(lines) == 1 else f"{lines[0]}-{lines[-1]}"
        numbers = ", ".join(labels) if len(labels) <= 6 else f"{labels[0]} … {labels[-1]}"
        names.append(f"{first} {stop.street} {numbers}")
    return names


def test_gpxpy_reads_every_stop_and_the_whole_walking_line(
    planned: Workspace, tmp_path: Path
) -> None:
    files = phone_files(planned, "gpx", tmp_path)
    rounds = rounds_of(planned)
    assert [f.stem for f in files] == [r.round_id for r in rounds]
    for path, source in zip(files, rounds, strict=True):
        with path.open(encoding="utf-8") as stream:
            read = gpxpy.parse(stream)
        stops = read.waypoints[1:]
        assert [w.name for w in stops] == expected_names(source)
        assert "start" in str(read.waypoints[0].name)
        places = [(w.longitude, w.latitude) for w in stops]
        assert same_line(places, [(s.lon, s.lat) for s in source.stops])
        (track,) = read.tracks
        line = [(p.longitude, p.latitude) for p in track.segments[0].points]
        assert same_line(line, source.route)
        assert not read.routes  # phones would draw it through houses
        assert "verzonnen voorbeeldgegevens" in str(read.description)
        assert str(read.description).startswith("VERZONNEN VOORBEELD")


@pytest.mark.parametrize("kind", ["gpx", "kml"])
def test_gdal_reads_what_the_round_holds(planned: Workspace, tmp_path: Path, kind: str) -> None:
    for path, source in zip(phone_files(planned, kind, tmp_path), rounds_of(planned), strict=True):
        if kind == "gpx":
            points = pyogrio.read_dataframe(path, layer="waypoints")
            lines = pyogrio.read_dataframe(path, layer="tracks").explode().geometry
        else:
            layer = pyogrio.read_dataframe(path)
            points = layer.loc[layer.geom_type == "Point"]
            lines = layer.loc[layer.geom_type == "LineString"].geometry
        names = points["name" if "name" in points else "Name"].tolist()
        assert names[1:] == expected_names(source)
        for point, stop in zip(points.geometry.iloc[1:], source.stops, strict=True):
            assert is_near(point, stop.lon, stop.lat)
        (line,) = lines
        assert same_line(line.coords, source.route)


@pytest.mark.req("P08")
@pytest.mark.req("P13")
@pytest.mark.parametrize("kind", ["gpx", "kml"])
def test_a_phone_file_shows_order_street_number_and_request_only(
    planned: Workspace, tmp_path: Path, kind: str
) -> None:
    asked = 0
    for path, source in zip(phone_files(planned, kind, tmp_path), rounds_of(planned), strict=True):
        text = path.read_text("utf-8")
        shown = {html.unescape(t.strip()) for t in re.findall(r">([^<>]+)<", text)} - {""}
        allowed = set(expected_names(source)) | {
            f"Ronde {source.round_id}", f"{source.start.label} (start en einde)",
            "VERZONNEN VOORBEELD · Bronnen: verzonnen voorbeeldgegevens (zds_geo)",
            "ff6f3c0b", "4", "1", "#line",
        }  # fmt: skip
        for stop in source.stops:
            labels = ", ".join(d.label for d in stop.doors)
            allowed.add(labels)
            for door in stop.doors:
                assert door.door_id not in text
                if door.reason == "reason.on_request":
                    asked += 1
                    allowed.add(f"terug op verzoek ({door.come_back_window or 'nu'})")
        places = {t for t in shown if re.fullmatch(r"[-0-9., ]+", t) and "." in t}
        assert shown - places <= allowed
        assert source.assistant_id not in re.findall(r"\w+", text)
    assert asked >= 1


def test_geojson_of_rounds_has_every_stop_and_line(planned: Workspace, tmp_path: Path) -> None:
    path = written(planned, "geojson", tmp_path, "rounds")
    layer = pyogrio.read_dataframe(path)
    rounds = rounds_of(planned)
    lines = layer.loc[layer.geom_type == "LineString"]
    assert lines["round"].tolist() == [r.round_id for r in rounds]
    assert lines["length_m"].tolist() == [r.length_m for r in rounds]
    for line, source in zip(lines.geometry, rounds, strict=True):
        assert same_line(line.coords, source.route)
    stops = [(r, s) for r in rounds for s in r.stops]
    points = layer.loc[layer.geom_type == "Point"]
    assert len(points) == len(stops)
    for row, (source, stop) in zip(points.itertuples(), stops, strict=True):
        assert (row.round, row.stop, row.street) == (source.round_id, stop.n, stop.street)
        assert row.numbers == ", ".join(d.label for d in stop.doors)
        assert is_near(row.geometry, stop.lon, stop.lat)
    content = json.loads(path.read_text("utf-8"))
    assert content["credits"].startswith("INTERN · VERZONNEN VOORBEELD · Bronnen:")
    ids = [f["id"] for f in content["features"]]
    assert len(set(ids)) == len(ids)


def test_geojson_and_geopackage_have_the_counts_of_the_streets(
    planned: Workspace, tmp_path: Path
) -> None:
    source = gather_streets(planned, now=NOW)
    as_json = pyogrio.read_dataframe(written(planned, "geojson", tmp_path, "streets"))
    layer = pyogrio.read_dataframe(written(planned, "gpkg", tmp_path), layer="street_sides")
    for column in ("straat", "buurt_code", "buurt_naam", "n_doors", "tried", "opened", "talked",
                   "reached", "never_tried"):  # fmt: skip
        assert as_json[column].tolist() == source[column].tolist()
        assert layer[column].tolist() == source[column].tolist()
    assert layer["piece_id"].tolist() == source.index.tolist()
    assert (source["n_doors"] >= 5).all()
    days = [None if pd.isna(d) else d.isoformat() for d in source["last_tried_on"]]
    assert [None if pd.isna(d) else d for d in layer["last_tried_on"]] == days
    assert layer.crs.to_epsg() == 28992
    assert (layer.geometry.hausdorff_distance(source.geometry.reset_index(drop=True)) == 0).all()
    moved = as_json.to_crs(28992).geometry
    assert moved.hausdorff_distance(source.geometry.reset_index(drop=True)).max() < 0.15


def test_geopackage_has_rounds_stops_buurten_and_its_source(
    planned: Workspace, tmp_path: Path
) -> None:
    path = written(planned, "gpkg", tmp_path)
    names = {name for name, _ in pyogrio.list_layers(path)}
    assert names == {"street_sides", "buurten", "rounds", "stops", "bron"}
    rounds = rounds_of(planned)
    lines = pyogrio.read_dataframe(path, layer="rounds")
    assert lines["round"].tolist() == [r.round_id for r in rounds]
    for line, source in zip(lines.explode().geometry, rounds, strict=True):
        assert same_line(line.coords, source.route, 1e-9)
    points = pyogrio.read_dataframe(path, layer="stops")
    places = [(s.lon, s.lat) for r in rounds for s in r.stops]
    assert same_line([(p.x, p.y) for p in points.geometry], places, 1e-9)
    buurten = pyogrio.read_dataframe(path, layer="buurten")
    coverage = measure(planned, by="buurt", now=NOW).rows
    assert buurten["reached"].tolist() == coverage["reached"].tolist()
    bron = pyogrio.read_dataframe(path, layer="bron", read_geometry=False)
    assert bron["bron"].iloc[0].startswith("INTERN · VERZONNEN VOORBEELD")
    assert "stand van 22-11-2026" in bron["bron"].iloc[0]


def test_a_workbook_keeps_ids_text_numbers_numbers_and_dates_dates(
    planned: Workspace, tmp_path: Path
) -> None:
    path = written(planned, "xlsx", tmp_path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Dekking", "Straten", "Rondes", "Rooster", "Bron"]
    source = round_table(rounds_of(planned))
    rows = list(book["Rondes"].iter_rows(values_only=True))
    assert rows[0][-1] == "woning-id"
    assert len(rows) == len(source) + 1
    for row, door in zip(rows[1:], source.itertuples(index=False), strict=True):
        code, day, who, starts, ends, line, street, number, asked, door_id = row
        assert isinstance(door_id, str)
        assert isinstance(number, str)
        assert isinstance(line, int)
        assert (code, who, csv_unguard(street), number) == (
            door.round, door.assistant, door.street, door.number
        )  # fmt: skip
        assert (day.date(), starts, ends, line) == (DAY, door.starts, door.ends, door.line)
        assert (asked or "", door_id) == (door.on_request, door.door_id)
    coverage = measure(planned, by="buurt", now=NOW).rows.reset_index()
    found = list(book["Dekking"].iter_rows(values_only=True))
    assert found[0][:4] == ("buurtcode", "buurt", "woningen", "geprobeerd")
    for row, buurt in zip(found[1:], coverage.itertuples(index=False), strict=True):
        assert row[:-1] == tuple(buurt)[:-1]
        assert row[-1].date() == buurt.last_tried_on
    assert str(book["Bron"]["A1"].value).startswith("INTERN · VERZONNEN VOORBEELD")
    for sheet in book.worksheets:
        assert all(c.data_type != "f" and c.hyperlink is None for r in sheet.rows for c in r)


def test_gdal_reads_the_same_workbook(planned: Workspace, tmp_path: Path) -> None:
    path = written(planned, "xlsx", tmp_path)
    layer = pyogrio.read_dataframe(path, layer="Rondes", read_geometry=False)
    source = round_table(rounds_of(planned))
    assert layer["woning-id"].tolist() == source["door_id"].tolist()
    assert layer["regel"].tolist() == source["line"].tolist()


@pytest.mark.parametrize("what", KINDS["csv"])
def test_csv_for_programs_and_for_excel_hold_the_same_figures(
    planned: Workspace, tmp_path: Path, what: str
) -> None:
    plain, dutch = tmp_path / "a.csv", tmp_path / "b.csv"
    export(planned, "csv", on=DAY, path=plain, now=NOW, what=what)
    export(planned, "csv", on=DAY, path=dutch, now=NOW, what=what, excel=True)
    rows = list(csv.reader(io.StringIO(plain.read_text("utf-8"))))
    text = dutch.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    others = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(others) > 1
    assert all("verzonnen voorbeeldgegevens" in r[-1] for r in rows[1:] + others[1:])
    assert rows[0][-1] == others[0][-1] == "bron"
    if what == "rounds":  # street and number stand in one column there
        rows = [[*r[:6], f"{r[6]} {r[7]}", r[8], r[10]] for r in rows]
    figures = [[c for c in r if c.isdigit()] for r in rows[1:]]
    assert [[c for c in r if c.isdigit()] for r in others[1:]] == figures


def test_nothing_in_a_csv_for_excel_turns_into_a_date_or_a_rounded_id(
    planned: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "b.csv"
    export(planned, "csv", on=DAY, path=path, now=NOW, what="rounds", excel=True)
    cells = [
        c for r in csv.reader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";") for c in r
    ]
    assert not [c for c in cells if re.fullmatch(r"[0-9]{1,4}-[0-9]{1,4}", c)]
    assert not [c for c in cells if re.fullmatch(r"[0-9]{12,}", c)]
    source = round_table(rounds_of(planned))
    assert any(re.fullmatch(r"[0-9]+-[0-9]+", n) for n in source["number"])  # there are such homes


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"gpkg"}))
def test_the_same_input_gives_the_same_bytes(planned: Workspace, tmp_path: Path, kind: str) -> None:
    for what in KINDS[kind] or ("",):
        first = export(planned, kind, on=DAY, path=tmp_path / "a" / "x", now=NOW, what=what)
        again = export(planned, kind, on=DAY, path=tmp_path / "b" / "x", now=NOW, what=what)
        assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]


def test_the_same_input_gives_the_same_geopackage_content(
    planned: Workspace, tmp_path: Path
) -> None:
    contents = []
    for name in ("a.gpkg", "b.gpkg"):
        (path,) = export(planned, "gpkg", on=DAY, path=tmp_path / name, now=NOW)
        with sqlite3.connect(path) as database:
            tables = ("street_sides", "buurten", "rounds", "stops", "bron")
            contents.append([database.execute(f"SELECT * FROM {t}").fetchall() for t in tables])
    assert contents[0] == contents[1]
    assert all(contents[0])


@pytest.mark.req("P07")
def test_a_door_that_refused_after_planning_is_in_no_export(
    planned: Workspace, tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(planned.root, tmp_path / "wijk")
    workspace = open_workspace(tmp_path / "wijk")
    source = next(r for r in rounds_of(workspace) if any(len(s.doors) > 1 for s in r.stops))
    alone = next(s for s in source.stops if len(s.doors) == 1)
    shared = next(s for s in source.stops if len(s.doors) > 1)
    gone = (alone.doors[0], shared.doors[0])
    for door in gone:
        set_do_not_knock(workspace, door.door_id, on=TODAY, now=NOW)
    for kind, kinds in KINDS.items():
        for what in kinds:
            for path in export(workspace, kind, on=DAY, path=tmp_path / f"{kind}-{what}" / "x",
                               now=NOW, what=what):  # fmt: skip
                text = _all_text(path)
                for door in gone:
                    assert door.door_id not in text, (kind, what)
                assert f"{alone.street} {alone.doors[0].label}<" not in text
    table = pd.read_csv(tmp_path / "csv-rounds" / "x", dtype=str)
    ours = table.loc[table["round"] == source.round_id]
    kept = [(str(d.line), d.door_id) for s in source.stops for d in s.doors if d not in gone]
    assert list(zip(ours["line"], ours["door_id"], strict=True)) == kept  # lines as on the sheet


def _all_text(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(path) as opened:
            return "".join(opened.read(m).decode("utf-8") for m in opened.namelist())
    return data.decode("utf-8", errors="ignore")


@pytest.mark.req("P09")
def test_no_figures_are_given_of_fewer_than_five_doors() -> None:
    frame = pd.DataFrame(
        {
            "straat": ["A", "B"], "n_doors": [4, 5], "tried": [1, 5], "opened": [1, 2],
            "talked": [1, 2], "reached": [1, 2], "never_tried": [3, 0],
            "last_tried_on": [date(2026, 11, 2), date(2026, 11, 3)],
        }
    )  # fmt: skip
    hidden = hide_small(frame)
    small, large = hidden.iloc[0], hidden.iloc[1]
    assert small["n_doors"] == 4
    for column in ("tried", "opened", "talked", "reached", "never_tried", "last_tried_on"):
        assert pd.isna(small[column])
        assert large[column] == frame.iloc[1][column]


def test_the_calendar_has_the_shifts_of_the_roster(planned: Workspace, tmp_path: Path) -> None:
    path = written(planned, "ics", tmp_path)
    read = icalendar.Calendar.from_ical(path.read_bytes())
    events = read.walk("VEVENT")
    shifts = list_shifts(planned, first=DAY, weeks=8, now=NOW)
    found = [
        (str(e["SUMMARY"]), e.decoded("DTSTART").astimezone(UTC), e.decoded("DTEND").astimezone(UTC),
         str(e["LOCATION"]))
        for e in events
    ]  # fmt: skip
    expected = [
        (f"Dienst {s.assistant}", s.start_at.astimezone(UTC), s.end_at.astimezone(UTC), "Het Honk")
        for s in shifts.itertuples()
    ]
    assert found == expected
    assert len(found) > 30
    ids = {str(e["UID"]) for e in events}
    assert len(ids) == len(events)
    text = path.read_bytes().decode("utf-8")
    assert "verzonnen voorbeeldgegevens" in text.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    for street in {s.street for r in rounds_of(planned) for s in r.stops}:
        assert street not in text


def test_a_calendar_of_one_assistant_holds_nobody_else(planned: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a02.ics"
    export(planned, "ics", path=path, now=NOW, assistants=("a02",))
    events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert {str(e["SUMMARY"]) for e in events} == {"Dienst a02"}
    with pytest.raises(Exception, match="a99"):
        export(planned, "ics", now=NOW, assistants=("a99",))


@pytest.mark.req("R05")
@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 10, 24), 2), (date(2026, 10, 25), 2), (date(2026, 10, 26), 1),
        (date(2027, 3, 27), 1), (date(2027, 3, 28), 1), (date(2027, 3, 29), 2),
    ],
)  # fmt: skip
def test_calendar_hours_are_right_around_the_clock_change(
    tmp_path: Path, day: date, hours: int
) -> None:
    """By the zone that the file itself describes, and by the system's."""
    clock = time(1, 30) if day.weekday() == 6 else time(13, 30)
    start = datetime.combine(day, clock, AMSTERDAM)
    roster = pd.DataFrame([a_shift(start=start, end=start.replace(hour=clock.hour + 1))])
    path = tmp_path / "r.ics"
    write_ics(roster, path, area="X", credits=(), now=NOW)
    read = icalendar.Calendar.from_ical(path.read_bytes())
    (event,) = read.walk("VEVENT")
    wall = event.decoded("DTSTART").replace(tzinfo=None)
    assert wall == start.replace(tzinfo=None)
    (zone,) = read.walk("VTIMEZONE")
    assert isinstance(zone, icalendar.Timezone)
    told = zone.to_tz(lookup_tzid=False)
    assert told.utcoffset(wall).total_seconds() == 3600 * hours
    assert wall.replace(tzinfo=ZoneInfo("Europe/Amsterdam")).astimezone(UTC) == start.astimezone(
        UTC
    )


def a_shift(*, start: datetime, end: datetime, who: str = "a01") -> dict[str, object]:
    return {
        "assistant": who, "start_at": start, "end_at": end, "window": "middag", "place": "Honk",
        "buurten": "Noord", "nth": 1, "cancelled": False,
    }  # fmt: skip


def test_a_changed_shift_keeps_its_calendar_id_and_a_sick_one_is_called_off(
    own_example: Workspace, tmp_path: Path
) -> None:
    def events(name: str) -> dict[str, icalendar.Event]:
        export(own_example, "ics", on=DAY, path=tmp_path / name, now=NOW)
        read = icalendar.Calendar.from_ical((tmp_path / name).read_bytes())
        found = [e for e in read.walk("VEVENT") if isinstance(e, icalendar.Event)]
        return {str(e["UID"]): e for e in found}

    before = events("a.ics")
    change_shift(
        own_example, "a01", on=DAY, cancelled=False, starts=time(14), ends=time(16), now=NOW
    )
    change_shift(own_example, "a02", on=DAY, cancelled=True, starts=None, ends=None, now=NOW)
    after = events("b.ics")
    assert before.keys() == after.keys()
    area = own_example.settings.area.name
    at = datetime(2026, 11, 23, 13, 30, tzinfo=AMSTERDAM)
    moved = after[event_id(area, "a01", at, nth=1)]
    assert moved.decoded("DTSTART") == at.replace(hour=14, minute=0)
    assert str(moved["STATUS"]) == "CONFIRMED"
    off = after[event_id(area, "a02", at, nth=1)]
    assert str(off["STATUS"]) == "CANCELLED"
    assert str(off["SUMMARY"]).startswith("Vervallen")
    assert [str(e["STATUS"]) for e in after.values()].count("CANCELLED") == 1


def test_a_roster_needs_no_addresses(own_example: Workspace, tmp_path: Path) -> None:
    own_example.places_path.unlink()
    (path,) = export(own_example, "ics", path=tmp_path / "r.ics", now=NOW)
    assert icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")


@pytest.fixture(scope="module")
def odd_round(planned: Workspace) -> Round:
    """A round whose streets have every odd name."""
    source = rounds_of(planned)[0]
    stops = tuple(
        replace(s, street=ODD[n % len(ODD)]) for n, s in enumerate(source.stops[: 2 * len(ODD)])
    )
    return replace(source, stops=stops)


CREDIT = Credit(kind="streets", file="f", sha256="", format="osm", data_date="2025-01-02",
                licence="ODbL", credit="© OpenStreetMap-bijdragers & <co>")  # fmt: skip


@pytest.mark.req("S05")
@pytest.mark.parametrize("kind", ["gpx", "kml"])
def test_odd_names_survive_in_phone_files(odd_round: Round, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"r.{kind}"
    write = write_gpx if kind == "gpx" else write_kml
    write(odd_round, path, credits=(CREDIT,))
    layer = pyogrio.read_dataframe(path, **({"layer": "waypoints"} if kind == "gpx" else {}))
    names = " ".join(layer["name" if "name" in layer else "Name"])
    assert all(name.replace("\x0b", " ") in names for name in ODD)
    assert "<script" not in path.read_text("utf-8")
    assert "2-1-2025" in path.read_text("utf-8")


@pytest.mark.req("S07")
def test_a_formula_in_a_name_stays_text(odd_round: Round, tmp_path: Path) -> None:
    table = round_table([odd_round])
    path = tmp_path / "r.csv"
    write_csv(table, path, credits=(CREDIT,), excel=True)
    write_workbook(tmp_path / "r.xlsx", {"Rondes": table}, title="=x", about=["=1+1"])
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=";")
    in_csv = [r["straat"] for r in rows]
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Rondes"]
    in_sheet = [str(r[6]) for r in sheet.iter_rows(min_row=2, values_only=True)]
    assert [csv_unguard(s) for s in in_csv] == table["street"].tolist()
    assert {"'=1+1", "'@x", "'s-Gravenweg", "'t Hof"} <= set(in_csv) & set(in_sheet)
    assert not [c for r in sheet.rows for c in r if c.data_type == "f"]


def test_odd_names_survive_in_geojson(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"straat": list(ODD)}, geometry=[LineString([(5, 52), (5.1, 52)])] * len(ODD), crs=4326
    )
    write_geojson(frame, tmp_path / "r.geojson", credits=(CREDIT,))
    assert pyogrio.read_dataframe(tmp_path / "r.geojson")["straat"].tolist() == list(ODD)


@pytest.mark.parametrize("kind", ["gpx", "kml"])
def test_one_file_for_more_rounds_is_refused(planned: Workspace, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"ronde.{kind}"
    with pytest.raises(UsageError):
        export(planned, kind, on=DAY, path=target, now=NOW)
    (path,) = export(planned, kind, on=DAY, path=target, now=NOW, assistants=("a01",))
    assert path == target
    assert target.is_file()


def test_what_cannot_be_written_is_said(planned: Workspace, tmp_path: Path) -> None:
    for kind, what in (("gpx", "roster"), ("ics", "rounds"), ("csv", "maan"), ("docx", "")):
        with pytest.raises(UsageError):
            export(planned, kind, now=NOW, what=what)
    with pytest.raises(UsageError):
        export(planned, "kml", now=NOW, excel=True)
    with pytest.raises(NotFoundError):
        export(planned, "gpx", on=date(2026, 12, 24), now=NOW)
    with pytest.raises(NotFoundError):
        export(planned, "ics", on=date(2040, 1, 1), now=NOW, weeks=0)
    blocked = tmp_path / "bestand"
    blocked.write_text("x", encoding="utf-8")
    for kind in ("csv", "gpx", "gpkg", "xlsx", "ics"):
        with pytest.raises(OutputError):
            export(planned, kind, on=DAY, path=blocked / "in" / "uit", now=NOW)
    assert blocked.read_text("utf-8") == "x"
