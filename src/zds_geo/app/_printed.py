"""What is printed already: a sheet that still holds stays, another one is changed as little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from zds_geo.app._day import Day, find_place
from zds_geo.app._rounds import note_reasons, rank_pieces
from zds_geo.app.calendar import RosterShift
from zds_geo.app.export import round_from_json
from zds_geo.core.model import Round
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from zds_geo.store import HistoryStore

# What is printed does not wait for a window that came up since.
_WAITS: Final = ("not_now.better_window", "not_now.other_kind", "not_now.waits_for_window")
SPARSE: Final = 0.5  # a round that takes less of its shift than this is planned anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A round that was printed, and on which date it was made."""

    planned: Round
    made_on: date


def read_printed(
    store: HistoryStore, *, on: date, shifts: Sequence[RosterShift]
) -> dict[RosterShift, Printed]:
    """Read the open rounds of a date that some shifts had.

    Parameters
    ----------
    store : HistoryStore
        Open.
    on : date
        The date.
    shifts : sequence of RosterShift
        As the roster is now.

    Returns
    -------
    dict of RosterShift to Printed
        The round of the same assistant that began at the same moment, else the first that is left
        over, so that a shift with other hours knows its sheet too.
    """
    table = store.read_rounds(open_only=True)
    chosen = table.loc[table["date"] == on].sort_values("code")
    rounds = [
        Printed(
            planned=round_from_json(str(row.payload)),
            made_on=datetime.fromisoformat(str(row.reserved_at)).astimezone(AMSTERDAM).date(),
        )
        for row in chosen.itertuples()
    ]
    rounds.sort(key=lambda r: (r.planned.start_at, r.planned.round_id))
    found: dict[RosterShift, Printed] = {}
    for same_start in (True, False):
        for shift in shifts:
            fitting = [
                r
                for r in rounds
                if r.planned.assistant_id == shift.assistant_id
                and (not same_start or r.planned.start_at == shift.start_at)
            ]
            if fitting and shift not in found:
                found[shift] = fitting[0]
                rounds.remove(fitting[0])
    return found


def still_holds(day: Day, shift: RosterShift, printed: Printed) -> bool:
    """Tell whether a printed round can be walked as it is; notes what its shift leaves out.

    Parameters
    ----------
    day : Day
        Doors, history and what others took.
    shift : RosterShift
        As the roster is now.
    printed : Printed
        Its round.

    Returns
    -------
    bool
        The same hours, pause, start and end; every door may still be rung at in that window; no
        appointment of this shift was made since; and the shift is not half empty while there are
        other doors.
    """
    planned = printed.planned
    assistant = day.settings.assistant(shift.assistant_id)
    places = [find_place(day.settings, p, day.doors) for p in (assistant.start, assistant.end)]
    hours = (planned.start_at.astimezone(AMSTERDAM), planned.end_at.astimezone(AMSTERDAM))
    if hours != (shift.start_at, shift.end_at) or [planned.start, planned.end] != places:
        return False
    if planned.pause_s != shift.pause_s:
        return False
    ranked = rank_pieces(day, shift)
    frames = {piece.window: frame for piece, frame in ranked}
    on_it = set(planned.door_ids)
    for stop in planned.stops:
        frame = frames.get(stop.window)
        if frame is None:
            return False
        doors = [d.door_id for d in stop.doors]
        good = frame["eligible"] | frame["reason"].isin(_WAITS)
        if not good.reindex(doors, fill_value=False).all():
            return False
    everyone = [frame for _, frame in ranked]
    if _asked_since(day, printed.made_on, everyone) - on_it:
        return False
    if planned.walk_s + planned.service_s < SPARSE * shift.working_s and any(
        set(frame.index[frame["eligible"]]) - on_it for frame in everyone
    ):
        return False  # half a shift, and others may be rung at: somebody fell ill, or a rest ended
    note_reasons(day, shift, ranked)
    return True


def _asked_since(day: Day, made_on: date, frames: list[pd.DataFrame]) -> set[str]:
    """Give the doors of these rankings where somebody made an appointment since a date."""
    asked = {
        door
        for frame in frames
        for door in frame.index[frame["eligible"] & (frame["reason"] == "reason.on_request")]
    }
    back = day.knocks["outcome"] == "come_back"
    since = day.knocks["knocked_on"].astype(str) >= made_on.isoformat()
    return asked & set(day.knocks.loc[back & since, "door_id"])
