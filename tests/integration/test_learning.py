"""Learning as people meet it: switched on in zds.toml, a forecast, a simulated season."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta

import pandas as pd
import pytest

from tests.conftest import NOW
from zds_geo.app._day import load_day
from zds_geo.app.calendar import is_plain, shifts_on
from zds_geo.app.plan_day import plan_day
from zds_geo.app.show_forecast import look_ahead
from zds_geo.app.show_learning import check_learning
from zds_geo.app.show_simulation import simulate_season
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.core.errors import NoPlanError, UsageError
from zds_geo.store import read_layer


def zds(workspace: Workspace, *words: str) -> int:
    stamp = NOW.strftime("%Y-%m-%dT%H:%M%z")
    return run([*words, "--workspace", str(workspace.root), "--now", stamp])


def with_settings(workspace: Workspace, text: str) -> Workspace:
    path = workspace.root / "zds.toml"
    content = path.read_text(encoding="utf-8")
    chance = content.index("[chance]")
    rest = content[chance:].split("\n\n", 1)[1]
    path.write_text(f"{content[:chance]}[chance]\n{text}\n\n{rest}", encoding="utf-8")
    return open_workspace(workspace.root)


@pytest.mark.req("P08")
def test_a_learned_plan_keeps_the_contract_and_shows_no_chance(own_example: Workspace) -> None:
    plain = plan_day(own_example, now=NOW, seed=1, write=False).plan
    learning = with_settings(own_example, "learn = true")
    learned = plan_day(learning, now=NOW, seed=1, again=True)
    doors = [d for r in learned.plan.rounds for d in r.door_ids]
    assert len(doors) == len(set(doors)) > 0
    assert doors != [d for r in plain.rounds for d in r.door_ids]
    folder = learning.maps_path / learned.plan.date.isoformat()
    text = (folder / "plan.json").read_text(encoding="utf-8")
    assert "chance" not in text
    assert "kans" not in text
    assert json.loads(text)["schema"] == 1


def test_a_share_of_the_days_can_stay_without_learning(own_example: Workspace) -> None:
    workspace = with_settings(own_example, "learn = true\nplain_share = 0.5")
    with open_store(workspace, now=NOW) as store:
        day = load_day(workspace, store, on=NOW.date(), shifts=[], seed=1)
    assert day.model is not None
    lots = [is_plain(workspace.settings, NOW.date() + timedelta(days=n)) for n in range(200)]
    assert 0.3 < sum(lots) / len(lots) < 0.7


@pytest.mark.req("P12")
def test_plain_and_learned_days_are_held_beside_each_other(
    own_example: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = with_settings(own_example, "learn = true\nplain_share = 0.5")
    doors = iter(read_layer(workspace.places_path, "doors").index)
    rows: list[dict[str, str]] = []
    expected = {True: [0, 0], False: [0, 0]}
    for back in range(1, 29):
        for shift in shifts_on(workspace.settings, NOW.date() - timedelta(days=back)):
            for n in range(12):
                opened = n % 3 == 0
                sort = expected[is_plain(workspace.settings, shift.start_at.date())]
                sort[0] += 1
                sort[1] += opened
                rows.append(
                    {
                        "knock_id": str(uuid.UUID(int=len(rows) + 10**6)), "door_id": next(doors),
                        "knocked_on": shift.start_at.date().isoformat(), "window": shift.window,
                        "outcome": "no_talk" if opened else "not_home", "source": "paper",
                    }
                )  # fmt: skip
    first = (NOW - timedelta(days=28)).date()
    with open_store(workspace, now=NOW) as store:
        known = store.read_knocks()
    answered = ["talked", "no_talk", "come_back", "do_not_knock"]
    for day, outcome in zip(known["knocked_on"], known["outcome"], strict=True):
        if first <= day < NOW.date() and outcome in ["not_home", *answered]:
            sort = expected[is_plain(workspace.settings, day)]
            sort[0] += 1
            sort[1] += outcome in answered
    path = workspace.root / "knocks.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    assert zds(workspace, "knocks", "import", str(path)) == 0
    found = check_learning(workspace, now=NOW)
    assert {plain: list(counts) for plain, counts in found.compared.items()} == expected
    assert found.table["attempts"].sum() >= len(rows)
    capsys.readouterr()
    assert zds(workspace, "coverage", "--learned") == 0
    shown = capsys.readouterr().out
    share = round(100 * expected[False][1] / expected[False][0])
    assert f"Dagen die leren: {expected[False][0]} keer aangebeld, ging open: {share} %." in shown
    assert "zoals ze nu in zds.toml staan" in shown
    assert str(rows[0]["door_id"]) not in shown


def test_the_outlook_reaches_to_the_end_of_the_cycle(own_example: Workspace) -> None:
    outlook = look_ahead(own_example, now=NOW)
    assert outlook.promised
    assert outlook.until == date(
        2027, 2, 21
    )  # 26 weeks from Monday 24 August, also seen on a Sunday
    assert set(outlook.forecast.buurten.index) <= set(outlook.names)
    assert len(outlook.advice) == 6
    path = own_example.root / "zds.toml"
    content = path.read_text(encoding="utf-8")
    path.write_text(content[: content.index("[[shifts]]")], encoding="utf-8")
    with pytest.raises(NoPlanError):
        look_ahead(open_workspace(own_example.root), now=NOW)


def test_a_simulated_season_leaves_the_history_alone(own_example: Workspace) -> None:
    with open_store(own_example, now=NOW) as store:
        before = store.read_knocks()
    found = simulate_season(own_example, world="ouderen", weeks=4, seed=2, now=NOW)
    assert [f.policy for f in found] == ["lot", "rules", "learned"]
    for one in found:
        assert 0 < one.reached[4] < 1
        assert one.rings_per_home > 0
    with open_store(own_example, now=NOW) as store:
        assert store.read_knocks().equals(before)
    with pytest.raises(UsageError, match="gewoon"):
        simulate_season(own_example, world="x", weeks=1, seed=1, now=NOW)
