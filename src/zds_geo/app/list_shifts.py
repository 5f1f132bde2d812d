"""The roster as a list: every shift of the coming weeks, with what was changed and called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app.calendar import Changes, RosterShift, shifts_on
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.settings import Settings
from zds_geo.app.workspace import Workspace, open_store

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "assistant", "start_at", "end_at", "window", "place", "buurten", "nth", "cancelled",
)  # fmt: skip


def list_shifts(
    workspace: Workspace,
    *,
    first: date,
    weeks: int,
    assistants: Sequence[str] = (),
    now: datetime,
) -> pd.DataFrame:
    """List the shifts of some weeks.

    Parameters
    ----------
    workspace : Workspace
        With a roster; places are not needed.
    first : date
        First local date.
    weeks : int
        Number of weeks.
    assistants : sequence of str
        Only these; everybody when empty.
    now : datetime
        Aware.

    Returns
    -------
    DataFrame
        Columns ``COLUMNS``, by start and assistant: aware instants, window name, label of the
        meeting point, names of buurten, which shift of that day it is, and whether it was called
        off (then with the hours of the roster).
    """
    import pandas as pd

    settings = workspace.settings
    for assistant in assistants:
        settings.assistant(assistant)
    with open_store(workspace, now=now) as store:
        changes = read_shift_changes(store)
    names = _buurt_names(workspace)
    rows = []
    for ahead in range(7 * weeks):
        day = first + timedelta(days=ahead)
        for shift, nth, cancelled in _shifts_of(settings, day, changes):
            if assistants and shift.assistant_id not in assistants:
                continue
            who = settings.assistant(shift.assistant_id)
            rows.append(
                {
                    "assistant": who.id, "start_at": shift.start_at, "end_at": shift.end_at,
                    "window": shift.window, "place": settings.meeting_point(who.start).label,
                    "buurten": ", ".join(names.get(c, c) for c in who.buurt_codes),
                    "nth": nth, "cancelled": cancelled,
                }
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype="object")
    return table.sort_values(["start_at", "assistant"], kind="stable", ignore_index=True)


def _shifts_of(
    settings: Settings, day: date, changes: Changes
) -> list[tuple[RosterShift, int, bool]]:
    """Give the shifts of a date, and those of the roster that no longer take place."""
    found = []
    held = _by_assistant(shifts_on(settings, day, changes=changes))
    usual = _by_assistant(shifts_on(settings, day))
    for assistant in sorted(held.keys() | usual.keys()):
        now, before = held.get(assistant, []), usual.get(assistant, [])
        found += [(shift, nth, False) for nth, shift in enumerate(now, start=1)]
        gone = before[len(now) :]
        found += [(shift, nth, True) for nth, shift in enumerate(gone, start=len(now) + 1)]
    return found


def _by_assistant(shifts: list[RosterShift]) -> dict[str, list[RosterShift]]:
    grouped: dict[str, list[RosterShift]] = {}
    for shift in shifts:
        grouped.setdefault(shift.assistant_id, []).append(shift)
    return grouped


def _buurt_names(workspace: Workspace) -> dict[str, str]:
    from zds_geo.store import read_layer

    if not workspace.places_path.is_file():
        return {}
    names = read_layer(workspace.places_path, "buurten", columns=["buurt_naam"])["buurt_naam"]
    return {str(code): str(name) for code, name in names.items()}
