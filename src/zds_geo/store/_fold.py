"""From knocks to what remains of them: per door, and together per block. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from zds_geo.core.outcomes import Outcome, Source, is_attempt, is_contact
from zds_geo.core.windows import WindowScheme
from zds_geo.store._door_state import add_state

NO_BLOCK: Final = "-"
EARLIER: Final = "-"  # in place of a date: of before the cycle, which no cycle is; sorts first
CountKey = tuple[str, str, str, str, str]  # block, buurt, month, weekday class, window


@dataclass(frozen=True, slots=True, kw_only=True)
class OldKnock:
    """A knock that is forgotten; ``counts`` is False when it was undone or corrected."""

    knock_id: str
    door_id: str
    knocked_on: date
    window: str
    outcome: Outcome
    source: Source
    counts: bool


def fold_door(
    known: Mapping[str, Any],
    knocks: Iterable[OldKnock],
    *,
    cycle_start: date | None,
    windows: WindowScheme,
) -> dict[str, Any]:
    """Fold the knocks of one door into what remains of it.

    Parameters
    ----------
    known : mapping
        Its row of ``door_state``; empty when there is none.
    knocks : iterable of OldKnock
        In any order.
    cycle_start : date or None
        Of the running cycle; kinds, misses and contacts are those of this cycle.
    windows : WindowScheme
        Kinds of the windows.

    Returns
    -------
    dict
        All columns but ``door_id``.
    """
    kinds = {w.name: w.kind.value for w in windows.windows}
    state = dict(known)
    for knock in sorted(knocks, key=lambda k: (k.knocked_on, k.window, k.outcome, k.knock_id)):
        if not knock.counts:
            continue
        attempt = is_attempt(knock.outcome, knock.source)
        contact = is_contact(knock.outcome, knock.source)
        month, day = f"{knock.knocked_on:%Y-%m}", knock.knocked_on.isoformat()
        fresh: dict[str, Any] = {"cycle_on": EARLIER if cycle_start else ""}
        if attempt:
            fresh["month_last_tried"] = month
        if knock.outcome is Outcome.TALKED and contact:
            fresh["month_last_talked"] = month
        if cycle_start is None or knock.knocked_on >= cycle_start:
            fresh["cycle_on"] = cycle_start.isoformat() if cycle_start else ""
            fresh["misses"] = int(attempt and not contact)
            fresh["kinds_tried"] = kinds.get(knock.window, "") if attempt else ""
            fresh["contacts_had"] = _contact(knock, attempt=attempt) if contact else ""
        if knock.outcome in {Outcome.VACANT, Outcome.NOT_A_HOME}:
            fresh[f"{knock.outcome.value}_on"] = day
        elif attempt or contact:  # somebody lives there after all
            for name in ("vacant_on", "not_a_home_on"):
                if (state.get(name) or "") < day:
                    state[name] = ""
        state = add_state(state, fresh)
    return add_state(state, {})


def _contact(knock: OldKnock, *, attempt: bool) -> str:
    had = ["opened"] if attempt else ["elsewhere"]
    if knock.outcome is Outcome.TALKED:
        had.append("talked")
    return ",".join(had)


def count_blocks(
    knocks: Iterable[OldKnock], blocks: Mapping[str, tuple[str, str]]
) -> dict[CountKey, tuple[int, int, int]]:
    """Count attempts, opened doors and talks per block, month, kind of day and window.

    Parameters
    ----------
    knocks : iterable of OldKnock
        Those that are forgotten.
    blocks : mapping of str to (str, str)
        Door → (block, buurt); a block has at least twenty doors.

    Returns
    -------
    dict
        Of what counts; doors that are in no block count together, without a buurt.
    """
    found: dict[CountKey, list[int]] = defaultdict(lambda: [0, 0, 0])
    for knock in knocks:
        if not knock.counts or not is_attempt(knock.outcome, knock.source):
            continue
        block, buurt = blocks.get(knock.door_id, (NO_BLOCK, ""))
        weekday = knock.knocked_on.weekday()
        kind = "saturday" if weekday == 5 else "sunday" if weekday == 6 else "weekday"
        row = found[(block, buurt, f"{knock.knocked_on:%Y-%m}", kind, knock.window)]
        row[0] += 1
        row[1] += is_contact(knock.outcome, knock.source)
        row[2] += knock.outcome is Outcome.TALKED
    return {key: (a, b, c) for key, (a, b, c) in sorted(found.items())}
