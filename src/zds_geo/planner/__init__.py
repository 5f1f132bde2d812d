"""Rounds and areas: which nodes to visit in what order, and whose they are. Arrays only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.planner._shares import spread_work
    from zds_geo.planner.division import Division, divide
    from zds_geo.planner.solve import RoundSolution, TeamSolution, solve_round, solve_team

_HOMES: Final = {
    "Division": "division",
    "divide": "division",
    "spread_work": "_shares",
    "RoundSolution": "solve",
    "TeamSolution": "solve",
    "solve_round": "solve",
    "solve_team": "solve",
}

__all__ = [
    "Division",
    "RoundSolution",
    "TeamSolution",
    "divide",
    "solve_round",
    "solve_team",
    "spread_work",
]


def __getattr__(name: str) -> Any:
    """Load the solver when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.planner' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.planner.{_HOMES[name]}"), name)
