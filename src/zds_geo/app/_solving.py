"""Searching the round of one shift: within its time with a margin, and within a body's metres."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zds_geo.app._candidates import ShiftCase
from zds_geo.app._day import Day
from zds_geo.app._margin import margin_of_shift, margin_s, opened_share, talked_share
from zds_geo.core.errors import NoPlanError

if TYPE_CHECKING:
    from zds_geo.planner import RoundSolution

TRIES: Final = 8  # for the margin
METRE_TRIES: Final = 10


def solve_shift_case(day: Day, case: ShiftCase, *, max_metres: int | None) -> RoundSolution | None:
    """Solve; again with less time where the margin asks for it, and with walking that weighs more
    where a body's metres do.

    Parameters
    ----------
    day : Day
        Settings and knocks.
    case : ShiftCase
        What the shift chooses from.
    max_metres : int or None
        Of the assistant.

    Returns
    -------
    RoundSolution or None
        None where no door fits.
    """
    # A round that walks all that it may has the same time for doors whatever walking weighs.
    budget = case.time_s - _first_margin(day, case)
    most_s = None if max_metres is None else int(max_metres / day.settings.service.walk_m_s)
    best: RoundSolution | None = None
    weight = light = 1
    heavy = 0  # the least weight with which it was near enough
    for _ in range(TRIES if most_s is None else METRE_TRIES):
        if budget <= 0:
            break
        more = 0 if _is_timed(case) else (weight - 1) * (most_s or 0)
        solution = _solve_within(day, case, budget + more, weight=weight)
        if solution is None:
            break
        counted = (weight - 1) * solution.travel_s - more
        spent = solution.travel_s + solution.service_s
        over = spent + _margin(day, case, solution) - case.time_s
        far = most_s is not None and solution.travel_s > most_s
        if far:
            light = weight
            weight = (light + heavy) // 2 if heavy else 2 * weight
        elif over <= 0:
            best, heavy = solution, weight
            weight = (light + heavy) // 2
        if heavy and heavy - light <= 1:
            break
        if over > 0:  # with the walk as it counted then
            budget = min(budget, spent + counted - over)
    return best


def _first_margin(day: Day, case: ShiftCase) -> int:
    """Guess the margin before there is a round."""
    doors = max(sum(len(d) for d in case.nodes.door_ids), 1)
    return margin_of_shift(
        case.shift.working_s,
        planned_s=case.door_service_s(int(case.nodes.service_s.sum())) / doors,
        talked=talked_share(day.knocks),
        service=day.settings.service,
        n_doors=doors,
    )


def _margin(day: Day, case: ShiftCase, solution: RoundSolution) -> int:
    """Give what must stay free, so that talks that run on do not break the shift."""
    inner = [n - 2 for n in solution.order if n >= 2]
    doors = [d for n in inner for d in case.nodes.door_ids[n]]
    if not doors:
        return 60 * day.settings.service.margin_min
    # Where a shift has two windows the higher chance: more talks, so the larger margin.
    frames = [frame for _, frame in case.pieces]
    chance = sum(max(float(f.at[d, "chance"]) for f in frames) for d in doors) / len(doors)
    planned_s = case.door_service_s(solution.service_s) / len(doors)
    return _margin_of(day, case, len(doors), planned_s=planned_s, chance=chance)


def _margin_of(day: Day, case: ShiftCase, n_doors: int, *, planned_s: float, chance: float) -> int:
    shares = [
        opened_share(day.knocks, window=piece.window, chance=chance, on=day.on)
        for piece, _ in case.pieces
    ]
    return margin_s(
        n_doors,
        chance=max(chance, *shares),
        talked=talked_share(day.knocks),
        planned_s=planned_s,
        service=day.settings.service,
    )


def _is_timed(case: ShiftCase) -> bool:
    """Tell whether doors or the break have their hours."""
    return len(case.pieces) > 1 or case.pause_node is not None


def _solve_within(day: Day, case: ShiftCase, budget: int, *, weight: int) -> RoundSolution | None:
    """Solve within seconds, of which walking counts ``weight`` times."""
    import numpy as np

    from zds_geo.planner import CHANGE_S, SOON, solve_round

    total = case.shift.total_s
    zero = np.zeros(2, dtype=np.int64)
    seed_text = f"{day.seed} {day.on} {case.shift.assistant_id} {case.shift.start_at:%H:%M}"
    windows = np.vstack([np.array([[0, total], [0, total]]), case.nodes.windows])
    windows = np.array([[case.walked_s(int(t)) for t in row] for row in windows])
    sides = day.stops["street_side_id"].reindex(case.nodes.stop_ids).fillna("").astype(str)
    numbers = np.unique(sides.to_numpy(), return_inverse=True)[1]
    if case.pause_node is not None:
        numbers[-1] = -1  # on no side of a street
    try:
        found = solve_round(
            weight * case.travel_s,
            np.concatenate([zero, case.nodes.service_s]),
            np.concatenate([zero, case.nodes.prize]),
            start=0,
            end=1,
            budget_s=budget,
            seed=int.from_bytes(hashlib.sha256(seed_text.encode()).digest()[:4]),
            must=() if case.pause_node is None else (case.pause_node,),
            windows=windows if _is_timed(case) else None,
            sides=np.concatenate([zero - 1, numbers]),
            change_s=CHANGE_S,
            soon=SOON,
        )
    except NoPlanError:
        return None
    bound = found.bound if weight == 1 else None
    return replace(found, travel_s=found.travel_s // weight, bound=bound)
