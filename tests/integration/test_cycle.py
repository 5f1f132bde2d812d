"""The cycle: when it may start and close, and what is said when it is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zds_geo.app.check_health import check_health
from zds_geo.app.keep_cycle import close_cycle, start_cycle
from zds_geo.app.show_coverage import measure
from zds_geo.app.show_forecast import USUAL_WEEKS, look_ahead
from zds_geo.app.workspace import Workspace, open_workspace
from zds_geo.core.errors import UsageError

from ..conftest import NOW  # noqa: TID252

TODAY = NOW.date()
STARTED = date(2026, 8, 24)


def with_cycle(workspace: Workspace, started_on: date, weeks: int) -> Workspace:
    path = workspace.root / "zds.toml"
    text = path.read_text("utf-8").replace("started_on = 2026-08-24", f"started_on = {started_on}")
    path.write_text(text.replace("weeks = 26", f"weeks = {weeks}", 1), encoding="utf-8")
    return open_workspace(workspace.root)


def of_cycle(workspace: Workspace) -> set[str]:
    return {f.key for f in check_health(workspace, now=NOW) if f.key.startswith("doctor.cycle")}


def test_a_next_cycle_does_not_end_the_running_one_ahead_of_time(own_example: Workspace) -> None:
    before = measure(own_example, by="buurt", now=NOW)
    with pytest.raises(UsageError, match="still running, since 2026-08-24") as refused:
        start_cycle(own_example, on=date(2027, 3, 1), weeks=26, now=NOW)
    assert "op de dag zelf (1-3-2027)" in refused.value.sentence()
    with pytest.raises(UsageError, match="still to come"):
        close_cycle(own_example, on=TODAY + timedelta(days=1), now=NOW)
    with pytest.raises(UsageError, match="must start later than 2026-08-24"):
        start_cycle(own_example, on=STARTED, weeks=26, now=NOW)
    after = measure(own_example, by="buurt", now=NOW)
    assert after.rows.equals(before.rows)
    assert before.total["tried"] > 0


def test_a_first_cycle_may_begin_within_a_year(own_example: Workspace) -> None:
    close_cycle(own_example, on=TODAY, now=NOW)
    with pytest.raises(UsageError, match="more than a year ahead"):
        start_cycle(own_example, on=TODAY + timedelta(days=400), weeks=26, now=NOW)
    made = start_cycle(own_example, on=TODAY + timedelta(days=8), weeks=26, now=NOW)
    assert made.last_day == TODAY + timedelta(days=8 + 26 * 7 - 1)


def test_a_length_is_proposed_although_some_entrances_stay_closed(own_example: Workspace) -> None:
    made = start_cycle(own_example, on=TODAY, weeks=None, now=NOW)
    assert made.weeks is not None
    assert not made.never


def test_where_no_length_will_do_that_is_said(own_example: Workspace) -> None:
    path = own_example.root / "zds.toml"
    text = path.read_text("utf-8")
    once = 'assistant = "a01"\ndates = [2026-11-28]\nfrom = "13:00"\nto = "15:00"\n'
    path.write_text(f"{text[: text.index('[[shifts]]')]}[[shifts]]\n{once}", encoding="utf-8")
    made = start_cycle(open_workspace(own_example.root), on=TODAY, weeks=None, now=NOW)
    assert (made.weeks, made.never) == (None, True)


def test_a_cycle_that_is_over_is_named_and_half_a_year_is_foretold(own_example: Workspace) -> None:
    workspace = with_cycle(own_example, STARTED, 10)
    assert of_cycle(workspace) == {"doctor.cycle_over"}
    found = look_ahead(workspace, now=NOW)
    assert found.ended_on == date(2026, 11, 1)
    assert not found.promised
    assert found.until == TODAY + timedelta(weeks=USUAL_WEEKS) - timedelta(days=1)


def test_a_cycle_that_begins_later_is_doubted(own_example: Workspace) -> None:
    assert of_cycle(own_example) == {"doctor.cycle"}
    assert of_cycle(with_cycle(own_example, date(2027, 3, 1), 26)) == {"doctor.cycle_later"}


def test_on_its_last_day_a_cycle_still_runs(own_example: Workspace) -> None:
    workspace = with_cycle(own_example, STARTED, 13)
    assert of_cycle(workspace) == {"doctor.cycle"}
    found = look_ahead(workspace, now=NOW)
    assert (found.promised, found.until) == (True, TODAY)
