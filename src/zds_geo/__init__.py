"""Door-to-door coverage planner: open data in, tomorrow's walking round out.

The same use cases as the command ``zds``, as functions on an opened workspace::

    import zds_geo
    workspace = zds_geo.open_workspace("apeldoorn-zuid")
    zds_geo.plan_day(workspace, now=now, seed=1)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.app.back_up import back_up
    from zds_geo.app.check_health import check_health
    from zds_geo.app.divide_team import divide_team, rollback_team
    from zds_geo.app.enter_sheet import enter_sheet
    from zds_geo.app.explain_door import explain_doors
    from zds_geo.app.export import export, read_rounds
    from zds_geo.app.fetch_places import fetch_places
    from zds_geo.app.find_doors import find_doors
    from zds_geo.app.fix_places import FixWords, add_fix, list_fixes, remove_fix
    from zds_geo.app.import_history import import_history, import_register, note_no_register
    from zds_geo.app.import_places import import_places, rollback_places
    from zds_geo.app.import_roster import import_roster
    from zds_geo.app.keep_cycle import change_shift, close_cycle, start_cycle
    from zds_geo.app.make_cards import make_cards
    from zds_geo.app.make_example import make_example
    from zds_geo.app.make_report import draw_report, make_report
    from zds_geo.app.make_workspace import AreaChoice, make_workspace
    from zds_geo.app.match_list import match_own_list
    from zds_geo.app.plan_day import plan_day
    from zds_geo.app.plan_weeks import plan_weeks
    from zds_geo.app.record_knocks import (
        add_knock,
        export_knocks,
        import_knocks,
        set_do_not_knock,
        undo_batch,
        withdraw_do_not_knock,
    )
    from zds_geo.app.report_to_bag import gather_bag_feedback
    from zds_geo.app.rest_of_round import rest_of_round
    from zds_geo.app.restore import restore
    from zds_geo.app.sheet_form import import_form, write_form
    from zds_geo.app.show_coverage import draw_coverage, measure, measure_sides
    from zds_geo.app.show_forecast import look_ahead
    from zds_geo.app.show_page import show_page
    from zds_geo.app.show_simulation import simulate_season
    from zds_geo.app.workspace import Workspace, open_workspace

_HOMES: Final = {
    "AreaChoice": "make_workspace",
    "FixWords": "fix_places",
    "Workspace": "workspace",
    "add_fix": "fix_places",
    "add_knock": "record_knocks",
    "back_up": "back_up",
    "change_shift": "keep_cycle",
    "check_health": "check_health",
    "close_cycle": "keep_cycle",
    "divide_team": "divide_team",
    "draw_coverage": "show_coverage",
    "draw_report": "make_report",
    "enter_sheet": "enter_sheet",
    "explain_doors": "explain_door",
    "export": "export",
    "export_knocks": "record_knocks",
    "fetch_places": "fetch_places",
    "find_doors": "find_doors",
    "gather_bag_feedback": "report_to_bag",
    "import_form": "sheet_form",
    "import_history": "import_history",
    "import_knocks": "record_knocks",
    "import_places": "import_places",
    "import_register": "import_history",
    "import_roster": "import_roster",
    "list_fixes": "fix_places",
    "look_ahead": "show_forecast",
    "make_cards": "make_cards",
    "make_example": "make_example",
    "make_report": "make_report",
    "make_workspace": "make_workspace",
    "match_own_list": "match_list",
    "measure": "show_coverage",
    "measure_sides": "show_coverage",
    "note_no_register": "import_history",
    "open_workspace": "workspace",
    "plan_day": "plan_day",
    "plan_weeks": "plan_weeks",
    "read_rounds": "export",
    "remove_fix": "fix_places",
    "rest_of_round": "rest_of_round",
    "restore": "restore",
    "rollback_places": "import_places",
    "rollback_team": "divide_team",
    "set_do_not_knock": "record_knocks",
    "show_page": "show_page",
    "simulate_season": "show_simulation",
    "start_cycle": "keep_cycle",
    "undo_batch": "record_knocks",
    "withdraw_do_not_knock": "record_knocks",
    "write_form": "sheet_form",
}

__all__ = [
    "AreaChoice",
    "FixWords",
    "Workspace",
    "add_fix",
    "add_knock",
    "back_up",
    "change_shift",
    "check_health",
    "close_cycle",
    "divide_team",
    "draw_coverage",
    "draw_report",
    "enter_sheet",
    "explain_doors",
    "export",
    "export_knocks",
    "fetch_places",
    "find_doors",
    "gather_bag_feedback",
    "import_form",
    "import_history",
    "import_knocks",
    "import_places",
    "import_register",
    "import_roster",
    "list_fixes",
    "look_ahead",
    "make_cards",
    "make_example",
    "make_report",
    "make_workspace",
    "match_own_list",
    "measure",
    "measure_sides",
    "note_no_register",
    "open_workspace",
    "plan_day",
    "plan_weeks",
    "read_rounds",
    "remove_fix",
    "rest_of_round",
    "restore",
    "rollback_places",
    "rollback_team",
    "set_do_not_knock",
    "show_page",
    "simulate_season",
    "start_cycle",
    "undo_batch",
    "withdraw_do_not_knock",
    "write_form",
]


def __getattr__(name: str) -> Any:
    """Load a use case when it is first asked for, so that importing stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.app.{_HOMES[name]}"), name)
