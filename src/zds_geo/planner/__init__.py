"""Rounds: which nodes to visit within the time there is, and in what order. Arrays only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.planner._cover_case import NO_WAY_S
    from zds_geo.planner._find import FAILED, search_fault
    from zds_geo.planner._rest import PRINTED, replan
    from zds_geo.planner._shares import spread_work
    from zds_geo.planner.cover import Cover, cover_nodes
    from zds_geo.planner.division import Division, divide
    from zds_geo.planner.solve import CHANGE_S, SOON, RoundSolution, solve_round
    from zds_geo.planner.team import TeamSolution, solve_team

_HOMES: Final = {
    "CHANGE_S": "solve",
    "Cover": "cover",
    "Division": "division",
    "FAILED": "_find",
    "NO_WAY_S": "_cover_case",
    "RoundSolution": "solve",
    "SOON": "solve",
    "TeamSolution": "team",
    "cover_nodes": "cover",
    "divide": "division",
    "PRINTED": "_rest",
    "replan": "_rest",
    "search_fault": "_find",
    "solve_round": "solve",
    "solve_team": "team",
    "spread_work": "_shares",
}

__all__ = [
    "CHANGE_S",
    "FAILED",
    "NO_WAY_S",
    "PRINTED",
    "SOON",
    "Cover",
    "Division",
    "RoundSolution",
    "TeamSolution",
    "cover_nodes",
    "divide",
    "replan",
    "search_fault",
    "solve_round",
    "solve_team",
    "spread_work",
]


def __getattr__(name: str) -> Any:
    """Load the solver when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.planner' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.planner.{_HOMES[name]}"), name)
