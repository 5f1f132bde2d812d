"""Rounds: which nodes to visit within the time there is, and in what order. Arrays only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from zds_geo.planner._cover_case import NO_WAY_S
    from zds_geo.planner.cover import Cover, cover_nodes
    from zds_geo.planner.solve import RoundSolution, TeamSolution, solve_round, solve_team

_HOMES: Final = {
    "Cover": "cover",
    "NO_WAY_S": "_cover_case",
    "cover_nodes": "cover",
    "RoundSolution": "solve",
    "TeamSolution": "solve",
    "solve_round": "solve",
    "solve_team": "solve",
}

__all__ = [
    "NO_WAY_S",
    "Cover",
    "RoundSolution",
    "TeamSolution",
    "cover_nodes",
    "solve_round",
    "solve_team",
]


def __getattr__(name: str) -> Any:
    """Load the solver when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zds_geo.planner' has no attribute {name!r}")
    return getattr(import_module(f"zds_geo.planner.{_HOMES[name]}"), name)
