"""The calendar of the weeks ahead, end to end on the example quarter."""

from __future__ import annotations

import csv
import json
import shutil
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import zds_geo
from zds_geo.app._day import contact_params, make_roster, read_pace
from zds_geo.app.plan_weeks import plan_weeks
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.contact import forecast_promise, rank_doors
from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.core.windows import AMSTERDAM
from zds_geo.store import read_layer

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)
STEPS = 3000
SHORT = ["--now", "2026-11-22T18:00"]


def _with_settings(workspace: Workspace, old: str, new: str) -> Workspace:
    path = workspace.root / "zds.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return open_workspace(workspace.root)


def _fresh(workspace: Workspace) -> Workspace:
    """The same quarter with a cycle that begins now: every door waits."""
    return _with_settings(workspace, "started_on = 2026-08-24", "started_on = 2026-11-22")


def test_every_door_that_waits_is_on_one_shift_within_its_time(own_example: Workspace) -> None:
    workspace = _fresh(own_example)
    found = plan_weeks(workspace, weeks=40, now=NOW, seed=1, iterations=STEPS)
    planned = [d for s in found.shifts for d in s.door_ids]
    doors = read_layer(workspace.places_path, "doors").sort_index()
    with open_store(workspace, now=NOW) as store:
        first, last = (
            rank_doors(
                doors[["buurt_code", "street_side_id", "stop_id"]],
                store.read_knocks(doors=store.current_doors(doors.index)),
                make_roster(workspace.settings, store, first=found.first),
                window="middag", now=datetime(on.year, on.month, on.day, 12, tzinfo=AMSTERDAM),
                seed=1, params=contact_params(workspace, store),
                do_not_knock=store.do_not_knock_doors(),
                reserved=store.reserved_doors(on=found.first),
            )
            for on in (found.first, found.until)
        )  # fmt: skip
    new = last["eligible"] & (last["reason"] == "reason.new")
    waits = set(last.index[new & (first["reason"] != "not_now.vacant")])
    assert len(planned) == len(set(planned))
    assert set(planned) == waits
    assert len(waits) > 900
    margin = 60 * workspace.settings.service.margin_min
    for shift in found.shifts:
        room = (shift.shift.end_at - shift.shift.start_at).total_seconds() - margin
        assert shift.walk_s + shift.service_s <= room
        own = workspace.settings.assistant(shift.shift.assistant_id).buurt_codes
        assert set(shift.buurt_codes) <= set(own)
    for area in found.areas:
        assert area.bound <= area.n_shifts
        assert not area.lacking


def test_same_input_and_seed_same_bytes_and_nothing_is_reserved(own_example: Workspace) -> None:
    texts = []
    for _ in range(2):
        found = plan_weeks(own_example, weeks=3, now=NOW, seed=2, iterations=STEPS)
        assert found.path is not None
        texts.append(found.path.read_bytes())
    assert texts[0] == texts[1]
    with open_store(own_example, now=NOW) as store:
        rounds = store.read_rounds(open_only=True)
    assert not (rounds["date"] > NOW.date()).any()


def test_too_few_shifts_are_counted_and_dated(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = _fresh(own_example)
    where = ["--workspace", str(workspace.root), *SHORT]
    assert run(["plan", "--weeks", "2", *where]) == 0
    said = capsys.readouterr().out
    assert "te weinig diensten" in said
    assert "Diensten te kort: " in said
    assert run(["plan", "--weeks", "2", "--json", *where]) == 0
    data = json.loads(capsys.readouterr().out)
    lacking = sum(x["shifts"] for a in data["areas"] for x in a["lacking"])
    assert f"Diensten te kort: {lacking}." in said
    assert data["n_planned"] < data["n_doors"]
    # The shifts that lack are those that the roster has after the two weeks.
    enough = plan_weeks(workspace, weeks=60, now=NOW, seed=1)
    later = [
        s
        for s in enough.shifts
        if s.door_ids and s.shift.start_at.date().isoformat() > data["until"]
    ]
    assert len(later) == lacking
    assert data["all_tried_on"] == enough.all_tried_on.isoformat() if enough.all_tried_on else False


def test_forecast_and_calendar_agree_on_the_doors_of_the_weeks(own_example: Workspace) -> None:
    workspace = _fresh(own_example)
    found = plan_weeks(workspace, weeks=6, now=NOW, seed=1, iterations=STEPS)
    pace = read_pace(workspace)
    assert set(pace) == {"a01", "a02", "a03"}
    doors = read_layer(workspace.places_path, "doors").sort_index()
    with open_store(workspace, now=NOW) as store:
        forecast = forecast_promise(
            doors[["buurt_code", "street_side_id"]],
            store.read_knocks(doors=store.current_doors(doors.index)),
            make_roster(workspace.settings, store, first=found.first, pace=pace),
            params=contact_params(workspace, store), now=NOW, seed=1, weeks=6,
            do_not_knock=store.do_not_knock_doors(),
        )  # fmt: skip
    byweek = np.cumsum([
        sum(len(s.door_ids) for s in found.shifts if s.week == w) for w in range(1, 7)
    ])  # fmt: skip
    # The forecast lets shifts fall out (5 %) and entrances stay closed: it may be a little lower.
    ratio = forecast.tried[1] / byweek
    assert ratio[2:].min() > 0.8
    assert ratio[2:].max() < 1.1


def test_calendar_file_names_no_door_and_adds_up(own_example: Workspace) -> None:
    found = plan_weeks(own_example, weeks=3, now=NOW, seed=1, iterations=STEPS)
    assert found.path == own_example.maps_path / "kalender.csv"
    rows = list(csv.DictReader(found.path.read_text("utf-8").splitlines()))
    assert len(rows) == len(found.shifts)
    assert sum(int(r["woningen"]) for r in rows) == found.n_planned
    ids = set(read_layer(own_example.places_path, "doors").index)
    text = found.path.read_text("utf-8")
    assert not any(door_id in text for door_id in ids)
    assert all(r["bron"] for r in rows)


def test_when_all_was_tried_nothing_is_left_to_divide(
    own_example: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doors = read_layer(own_example.places_path, "doors").sort_index()
    path = tmp_path / "alles.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["knock_id", "door_id", "knocked_on", "window", "outcome", "source"])
        for n, door_id in enumerate(doors.index):
            writer.writerow(
                [uuid.UUID(int=n), door_id, "2026-11-20", "middag", "not_home", "import"]
            )
    zds_geo.import_knocks(own_example, path, now=NOW)
    assert run(["plan", "--weeks", "2", "--workspace", str(own_example.root), *SHORT]) == 0
    assert "Er valt niets te verdelen" in capsys.readouterr().out


def test_cancelled_shift_is_not_in_the_calendar(own_example: Workspace) -> None:
    monday = (NOW + timedelta(days=1)).date()
    zds_geo.change_shift(
        own_example, "a01", on=monday, cancelled=True, starts=None, ends=None, now=NOW
    )
    found = plan_weeks(own_example, weeks=2, now=NOW, seed=1, iterations=STEPS)
    days = {(s.shift.assistant_id, s.shift.start_at.date()) for s in found.shifts}
    assert ("a01", monday) not in days
    assert ("a02", monday) in days


def test_doors_beyond_the_walk_of_a_shift_are_told(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    near = 'id = "a01"\nbuurt_codes = ["BU99990101"]\nstart = "honk"'
    workspace = _with_settings(own_example, near, near + "\nmax_metres = 100")
    assert run(["plan", "--weeks", "2", "--workspace", str(workspace.root), *SHORT]) == 0
    assert "niet te voet te halen zijn binnen één dienst" in capsys.readouterr().out


def test_buurt_where_nobody_walks_is_told(own_example: Workspace) -> None:
    workspace = _with_settings(
        _fresh(own_example), 'buurt_codes = ["BU99990101"]', 'buurt_codes = ["BU99990102"]'
    )
    found = plan_weeks(workspace, weeks=2, now=NOW, seed=1, iterations=STEPS)
    alone = next(a for a in found.areas if a.buurt_codes == ("BU99990101",))
    assert alone.n_planned == 0
    assert alone.all_tried_on is None
    assert sum(n for _, n in alone.lacking) == alone.n_shifts >= alone.bound > 0


def test_no_roster_or_a_strange_number_of_weeks_is_refused(
    example: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--workspace", str(example.root), *SHORT]
    for weeks in ("0", "-1", "1000", "x"):
        assert run(["plan", "--weeks", weeks, *where]) == 2
    assert run(["plan", "--weeks", "2", "--date", "2026-11-23", *where]) == 2
    assert "Laat --date" in capsys.readouterr().err
    with pytest.raises(UsageError):
        plan_weeks(example, weeks=0, now=NOW, seed=1)
    shutil.copytree(example.root, tmp_path / "leeg")
    path = tmp_path / "leeg" / "zds.toml"
    path.write_text(path.read_text("utf-8").split("[[shifts]]")[0], encoding="utf-8")
    with pytest.raises(NoPlanError, match="no shifts"):
        plan_weeks(open_workspace(tmp_path / "leeg"), weeks=2, now=NOW, seed=1)


def test_a_roster_of_single_dates_that_runs_out_is_no_promise_kept(own_example: Workspace) -> None:
    path = own_example.root / "zds.toml"
    text = path.read_text("utf-8")
    dates = 'assistant = "a01"\ndates = [2026-11-28]\nfrom = "13:00"\nto = "15:00"\n'
    head = text[: text.index("[[shifts]]")]
    path.write_text(f"{head}[[shifts]]\n{dates}", encoding="utf-8")
    found = plan_weeks(open_workspace(own_example.root), weeks=4, seed=1, now=NOW)
    assert 0 < found.n_planned < found.n_doors
    assert found.all_tried_on is None
    for area in found.areas:
        left = area.n_doors - area.n_planned - area.unreachable
        room = sum(n for _, n in area.lacking)
        assert (room > 0) == (left > 0)
        assert area.lacking == area.lacking_for_promise
