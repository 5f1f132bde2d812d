"""``zds cycle`` and ``zds shift``: the promise, and changes to the roster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app.calendar import Changes, RosterShift, ShiftChange, shifts_on
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.app.write_outputs import take_out_rounds
from zds_geo.core.errors import UsageError
from zds_geo.core.windows import AMSTERDAM, local_instant

if TYPE_CHECKING:
    from zds_geo.store import HistoryStore

EVERYBODY: Final = frozenset({"allen", "iedereen", "all"})
MOST_AHEAD: Final = timedelta(days=366)  # that a first cycle may begin
SEED: Final = 1  # of the plays that propose a length: the same answer each time


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleNow:
    """The running cycle: first date, and promised weeks (None when not promised). ``never``: the
    roster cannot keep a promise of any length.
    """

    started_on: date
    weeks: int | None
    never: bool = False

    @property
    def last_day(self) -> date | None:
        """The last date of the promise."""
        if self.weeks is None:
            return None
        return self.started_on + timedelta(weeks=self.weeks) - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftsChanged:
    """Whose shifts changed, and the codes of rounds that no longer hold by that."""

    assistants: tuple[str, ...]
    replaced: tuple[str, ...]


def current_cycle(workspace: Workspace, store: HistoryStore) -> CycleNow | None:
    """Give the running cycle.

    Parameters
    ----------
    workspace : Workspace
        ``[cycle]`` of ``zds.toml`` counts until ``zds cycle start`` was used.
    store : HistoryStore
        Open.

    Returns
    -------
    CycleNow or None
        None when no cycle runs.
    """
    stored = store.current_cycle()
    if stored is not None:
        return CycleNow(started_on=stored.started_on, weeks=stored.weeks)
    settings = workspace.settings.cycle
    if settings.started_on is None or store.has_cycles():
        return None
    return CycleNow(started_on=settings.started_on, weeks=settings.weeks)


def start_cycle(workspace: Workspace, *, on: date, weeks: int | None, now: datetime) -> CycleNow:
    """Start a new cycle; the running one is closed.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    on : date
        First date.
    weeks : int or None
        The promise; proposed from the roster when None.
    now : datetime
        Aware.

    Returns
    -------
    CycleNow
        What runs now.

    Raises
    ------
    UsageError
        If the date is not after the start of the running cycle, or lies ahead while one runs: that
        would end it now, and homes already talked to would be rung at again.
    """
    today = now.astimezone(AMSTERDAM).date()
    with open_store(workspace, now=now) as store:
        running = current_cycle(workspace, store)
        if running is not None and on <= running.started_on:
            raise UsageError("cycle.too_early", running=running.started_on)
        if running is not None and on > today:
            raise UsageError("cycle.runs", got=on, running=running.started_on)
        if on > today + MOST_AHEAD:
            raise UsageError("cycle.too_far", got=on)
        length, never = weeks, False
        if weeks is None:
            length, never = propose_weeks(workspace, store, first=on)
        if store.current_cycle() is not None:
            store.close_cycle(on=on, now=now)
        if running is not None:
            store.drop_old_state(started_on=running.started_on)
        store.start_cycle(on=on, weeks=length, now=now)
        return CycleNow(started_on=on, weeks=length, never=never)


def close_cycle(workspace: Workspace, *, on: date, now: datetime) -> CycleNow:
    """Close the running cycle.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    on : date
        Last date.
    now : datetime
        Aware.

    Returns
    -------
    CycleNow
        The cycle that was closed.

    Raises
    ------
    UsageError
        If no cycle runs, it began later, or the date lies ahead.
    """
    if on > now.astimezone(AMSTERDAM).date():
        raise UsageError("cycle.not_yet", got=on)
    with open_store(workspace, now=now) as store:
        running = current_cycle(workspace, store)
        if running is None:
            raise UsageError("cycle.none")
        if on < running.started_on:
            raise UsageError("cycle.ends_before", got=on, started=running.started_on)
        if store.current_cycle() is None:
            store.start_cycle(on=running.started_on, weeks=running.weeks, now=now)
        store.close_cycle(on=on, now=now)
        store.drop_old_state(started_on=running.started_on)
        return running


def propose_weeks(
    workspace: Workspace, store: HistoryStore, *, first: date
) -> tuple[int | None, bool]:
    """Propose a cycle length that the roster can keep.

    Parameters
    ----------
    workspace : Workspace
        With imported places and a roster.
    store : HistoryStore
        Shift changes.
    first : date
        First date of the cycle.

    Returns
    -------
    int or None
        Weeks; None without doors or shifts, or where no length will do.
    bool
        Whether no length will do.
    """
    from dataclasses import replace

    from zds_geo.app._day import contact_params, make_roster, read_pace
    from zds_geo.app._known import read_known
    from zds_geo.contact import needed_weeks
    from zds_geo.store import read_layer

    roster = make_roster(workspace.settings, store, first=first, pace=read_pace(workspace))
    if roster.empty or not workspace.places_path.is_file():
        return None, False
    doors = read_layer(workspace.places_path, "doors").sort_index()
    known = read_known(store, doors.index)
    weeks = needed_weeks(
        doors[["buurt_code", "street_side_id", "stop_id"]],
        known.knocks,
        roster,
        params=replace(contact_params(workspace, store), cycle_start=first),
        now=local_instant(first, time.min),
        seed=SEED,
        do_not_knock=store.do_not_knock_doors(),
        door_state=known.door_state,
    )
    return weeks, weeks is None


def read_shift_changes(store: HistoryStore) -> Changes:
    """Read all shift changes.

    Parameters
    ----------
    store : HistoryStore
        Open.

    Returns
    -------
    mapping of (assistant, date) to ShiftChange
        The latest change of each.
    """
    changes = {}
    for row in store.read_shift_changes().itertuples():
        changes[(str(row.assistant_id), row.date)] = ShiftChange(
            cancelled=bool(row.cancelled), starts=row.starts, ends=row.ends
        )
    return changes


def change_shift(
    workspace: Workspace,
    assistant_id: str,
    *,
    on: date,
    cancelled: bool,
    starts: time | None,
    ends: time | None,
    now: datetime,
) -> ShiftsChanged:
    """Cancel or change an assistant's shift on one date.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    assistant_id : str
        Pseudonym; "allen" for everybody whose shift that day the change touches (rain).
    on : date
        Local date.
    cancelled : bool
        True: no shift that day; its open round is closed and its doors are free again.
    starts, ends : time or None
        Other hours; None keeps what the roster says.
    now : datetime
        Aware.

    Returns
    -------
    ShiftsChanged
        Whose, and which rounds no longer hold.

    Raises
    ------
    UsageError
        If the times do not fit, or nobody has a shift that the change touches.
    """
    if starts and ends and starts >= ends:
        raise UsageError("shift.times", starts=starts, ends=ends)
    everybody = assistant_id.casefold() in EVERYBODY
    if not everybody:
        workspace.settings.assistant(assistant_id)
    with open_store(workspace, now=now) as store:
        who = [assistant_id]
        if everybody:
            shifts = shifts_on(workspace.settings, on, changes=read_shift_changes(store))
            who = sorted({s.assistant_id for s in shifts if _touches(s, starts, ends)})
            if not who:
                raise UsageError("shift.nobody", date=on)
        for one in who:
            store.change_shift(one, on, cancelled=cancelled, starts=starts, ends=ends, now=now)
        replaced: list[str] = []
        if cancelled:
            replaced = store.replace_rounds(date=on, assistant_ids=who, rounds=[], now=now)
        refused = store.do_not_knock_doors()
    take_out_rounds(workspace.maps_path / on.isoformat(), replaced, uncounted=refused)
    return ShiftsChanged(assistants=tuple(who), replaced=tuple(replaced))


def _touches(shift: RosterShift, starts: time | None, ends: time | None) -> bool:
    """Tell whether other hours shorten a shift and leave something of it."""
    first, last = shift.start_at.time(), shift.end_at.time()
    return all(clock is None or first < clock < last for clock in (starts, ends))
