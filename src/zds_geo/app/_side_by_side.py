"""The rounds of a day, searched side by side where no door can be on two of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait

from zds_geo.app._day import Day
from zds_geo.app._rounds import Solved, lay_out_shift, solve_shift, write_shift
from zds_geo.app.calendar import RosterShift
from zds_geo.app.workspace import Progress, no_progress
from zds_geo.core.model import Round, UnservedShift


def plan_side_by_side(
    day: Day,
    shifts: Sequence[RosterShift],
    *,
    printed: Mapping[RosterShift, Collection[str]],
    progress: Progress = no_progress,
) -> dict[RosterShift, Round | UnservedShift]:
    """Make the rounds of shifts, the same as one after the other would give.

    A shift waits for every earlier one that shares a buurt with it, since what that takes is gone.
    The others are searched at the same time, on as many processors as this process may use; the
    search is compiled and runs outside the interpreter's lock, while the next cases are laid out.

    Parameters
    ----------
    day : Day
        Doors, streets, history; ``taken`` and ``skip_reasons`` are brought up to date.
    shifts : sequence of RosterShift
        In the order in which they choose.
    printed : mapping of RosterShift to collection of str
        Doors on the sheets that are replaced; see ``plan_round``.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    dict of RosterShift to Round or UnservedShift
        The rounds without a code.
    """
    made: dict[RosterShift, Round | UnservedShift] = {}
    progress("plan.progress", 0, len(shifts))
    pool = ThreadPoolExecutor(max_workers=_processors())
    try:
        for turn in _turns(day, shifts):
            for shift, outcome in _plan_turn(day, turn, printed=printed, pool=pool):
                made[shift] = outcome
                progress("plan.progress", len(made), len(shifts))
    finally:
        pool.shutdown(cancel_futures=True)  # after a fault or Ctrl-C the rest is not begun
    progress("plan.progress", len(shifts), len(shifts))
    return made


def _plan_turn(
    day: Day,
    turn: Sequence[RosterShift],
    *,
    printed: Mapping[RosterShift, Collection[str]],
    pool: ThreadPoolExecutor,
) -> Iterator[tuple[RosterShift, Round | UnservedShift]]:
    """Make the rounds of one turn; only as many cases at a time as can be searched.

    The largest come first, so that no processor is left with a long search at the end. The order
    does not matter to the answer: no two of them share a door.
    """
    searched: dict[Future[Solved], RosterShift] = {}
    for shift in sorted(turn, key=lambda s: -_size(day, s)):
        while len(searched) > _processors():
            done, _ = wait(searched, return_when=FIRST_COMPLETED)
            for solved in done:
                yield _write(day, searched.pop(solved), solved)
        case = lay_out_shift(day, shift, printed=printed.get(shift, frozenset()))
        if isinstance(case, UnservedShift):
            yield shift, case
        else:
            searched[pool.submit(solve_shift, day, case)] = shift
    for solved in as_completed(list(searched)):
        yield _write(day, searched.pop(solved), solved)


def _size(day: Day, shift: RosterShift) -> int:
    """Give the number of doors from which a shift chooses."""
    own = day.settings.assistant(shift.assistant_id).buurt_codes
    return int(day.doors["buurt_code"].isin(own).sum()) if own else len(day.doors)


def _write(
    day: Day, shift: RosterShift, solved: Future[Solved]
) -> tuple[RosterShift, Round | UnservedShift]:
    outcome = write_shift(day, solved.result(), code="")
    if isinstance(outcome, Round):
        day.taken.update(outcome.door_ids)
    return shift, outcome


def _turns(day: Day, shifts: Sequence[RosterShift]) -> Iterator[list[RosterShift]]:
    """Divide shifts into turns in which no two share a buurt; nobody overtakes who shares one."""
    turn_of: dict[RosterShift, int] = {}
    last: dict[str, int] = {}  # turn of the last shift of each buurt
    everywhere = -1  # turn of the last shift of a person without a buurt of their own
    for shift in shifts:
        own = day.settings.assistant(shift.assistant_id).buurt_codes
        before = [last.get(code, -1) for code in own] if own else list(last.values())
        turn = 1 + max([everywhere, *before])
        turn_of[shift] = turn
        if not own:
            everywhere = turn
        last.update(dict.fromkeys(own, turn))
    for turn in range(1 + max(turn_of.values(), default=-1)):
        yield [s for s in shifts if turn_of[s] == turn]


def _processors() -> int:
    """Give how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
