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
    from zds_geo.app.divide_team import divide_team, rollback_team
    from zds_geo.app.export import export
    from zds_geo.app.find_doors import find_doors
    from zds_geo.app.fix_places import FixWords, add_fix, list_fixes, remove_fix
    from zds_geo.app.import_places import import_places, rollback_places
    from zds_geo.app.import_roster import import_roster
    from zds_geo.app.keep_cycle import change_shift, close_cycle, start_cycle
    from zds_geo.app.make_example import make_example
    from zds_geo.app.make_workspace import make_workspace
    from zds_geo.app.plan_day import plan_day
    from zds_geo.app.plan_weeks import plan_weeks
    from zds_geo.app.record_knocks import (
        add_knock,
        enter_sheet,
        export_knocks,
        import_knocks,
        set_do_not_knock,
        undo_batch,
        withdraw_do_not_knock,
    )
    from zds_geo.app.show_coverage import draw_coverage, measure
    from zds_geo.app.workspace import Workspace, open_workspace

_HOMES: Final = {
    "FixWords": "fix_places",
    "Workspace": "workspace",
    "add_fix": "fix_places",
    "add_knock": "record_knocks",
    "change_shift": "keep_cycle",
    "close_cycle": "keep_cycle",
    "divide_team": "divide_team",
    "draw_coverage": "show_coverage",
    "enter_sheet": "record_knocks",
    "export": "export",
    "export_knocks": "record_knocks",
    "find_doors": "find_doors",
    "import_knocks": "record_knocks",
    "import_places": "import_places",
    "import_roster": "import_roster",
    "list_fixes": "fix_places",
    "make_example": "make_example",
    "make_workspace": "make_workspace",
    "measure": "show_coverage",
    "open_workspace": "workspace",
    "plan_day": "plan_day",
    "plan_weeks": "plan_weeks",
    "remove_fix": "fix_places",
    "rollback_places": "import_places",
    "rollback_team": "divide_team",
    "set_do_not_knock": "record_knocks",
    "start_cycle": "keep_cycle",
    "undo_batch": "record_knocks",
    "withdraw_do_not_knock": "record_knocks",
}

__all__ = [
    "FixWords",
    "Workspace",
    "add_fix",
    "add_knock",
    "change_shift",
    "close_cycle",
    "divide_team",
    "draw_coverage",
    "enter_sheet",
    "export",
    "export_knocks",
    "find_doors",
    "import_knocks",
    "import_places",
    "import_roster",
    "list_fixes",
    "make_example",
    "make_workspace",
    "measure",
    "open_workspace",
    "plan_day",
    "plan_weeks",
    "remove_fix",
    "rollback_places",
    "rollback_team",
    "set_do_not_knock",
    "start_cycle",
    "undo_batch",
    "withdraw_do_not_knock",
]


def __getattr__(name: str) -> Any:
    """Load a use case when it is first asked for, so that importing stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.app.{_HOMES[name]}"), name)
