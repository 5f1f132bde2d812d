"""Who to ring at, and when: rotation over windows, coverage, simulated residents."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.contact.breaches import list_breaches
    from zds_geo.contact.chance import ChanceModel, fit_chances
    from zds_geo.contact.coverage import measure_coverage
    from zds_geo.contact.facts import door_facts, stop_access
    from zds_geo.contact.forecast import (
        Forecast,
        advise_roster,
        forecast_promise,
        needed_weeks,
    )
    from zds_geo.contact.held_out import check_chances
    from zds_geo.contact.log import KnockLog, read_log
    from zds_geo.contact.params import ContactParams
    from zds_geo.contact.people import QUARTER, WORLDS, People, World
    from zds_geo.contact.rank import rank_doors
    from zds_geo.contact.season import Season, SeasonShift, run_season

_HOMES: Final = {
    "ChanceModel": "chance",
    "ContactParams": "params",
    "Forecast": "forecast",
    "KnockLog": "log",
    "People": "people",
    "QUARTER": "people",
    "Season": "season",
    "SeasonShift": "season",
    "WORLDS": "people",
    "World": "people",
    "advise_roster": "forecast",
    "check_chances": "held_out",
    "door_facts": "facts",
    "fit_chances": "chance",
    "forecast_promise": "forecast",
    "list_breaches": "breaches",
    "measure_coverage": "coverage",
    "needed_weeks": "forecast",
    "rank_doors": "rank",
    "read_log": "log",
    "run_season": "season",
    "stop_access": "facts",
}

__all__ = [
    "QUARTER",
    "WORLDS",
    "ChanceModel",
    "ContactParams",
    "Forecast",
    "KnockLog",
    "People",
    "Season",
    "SeasonShift",
    "World",
    "advise_roster",
    "check_chances",
    "door_facts",
    "fit_chances",
    "forecast_promise",
    "list_breaches",
    "measure_coverage",
    "needed_weeks",
    "rank_doors",
    "read_log",
    "run_season",
    "stop_access",
]


def __getattr__(name: str) -> Any:
    """Load a part of the room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.contact' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.contact.{_HOMES[name]}"), name)
