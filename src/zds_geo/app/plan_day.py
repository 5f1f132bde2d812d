"""``zds plan``: tomorrow's round for everyone with a shift."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._day import Day, load_day
from zds_geo.app._printed import Printed, read_printed, still_holds
from zds_geo.app._side_by_side import plan_side_by_side
from zds_geo.app.calendar import RosterShift, next_day_with_shifts, shifts_on, why_closed
from zds_geo.app.codes import make_code
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.read_rounds import round_from_json
from zds_geo.app.workspace import Progress, Workspace, no_progress, open_store
from zds_geo.app.write_outputs import remove_outputs, write_outputs
from zds_geo.core.errors import NoPlanError
from zds_geo.core.model import Plan, Round, UnservedShift
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import HistoryStore

# Keys of the second closed list that a plan never counts: do-not-knock is never named (P07).
UNCOUNTED: Final = frozenset({"not_now.do_not_knock"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """The plan, where its files are, and what happened on the way."""

    plan: Plan
    folder: Path
    files: tuple[Path, ...]
    asked_on: date
    closed_why: str
    replaced: tuple[str, ...]
    kept: tuple[str, ...] = ()

    @property
    def search_failed(self) -> bool:
        """Whether a round was made greedily, since the search could not run."""
        from zds_geo.planner import FAILED

        return any(r.stop_reason == FAILED for r in self.plan.rounds)


def choose_date(
    workspace: Workspace, store: HistoryStore, *, on: date | None, now: datetime
) -> tuple[date, date]:
    """Choose the date to plan for.

    Parameters
    ----------
    workspace : Workspace
        Roster and calendar.
    store : HistoryStore
        Shift changes.
    on : date or None
        The date asked for; None is tomorrow.
    now : datetime
        Aware.

    Returns
    -------
    asked, chosen : date
        The first date from ``asked`` on that has shifts.

    Raises
    ------
    NoPlanError
        If the roster has no shift within 60 days.
    """
    asked = on or now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    chosen = next_day_with_shifts(workspace.settings, asked, changes=read_shift_changes(store))
    if chosen is None:
        raise NoPlanError("plan.no_shift", date=asked.isoformat())
    return asked, chosen


def knows_register(store: HistoryStore) -> bool:
    """Tell whether somebody said where one may not ring, or planned before that was asked.

    Parameters
    ----------
    store : HistoryStore
        Open.

    Returns
    -------
    bool
        False before the first plan of a workspace without a list.
    """
    return store.has_register_source() or bool(store.used_codes())


def require_register(store: HistoryStore) -> None:
    """Refuse the first plan while nobody said where one may not ring.

    Parameters
    ----------
    store : HistoryStore
        Open.

    Raises
    ------
    NoPlanError
        Saying what to do.
    """
    if not knows_register(store):
        raise NoPlanError("plan.no_register")


def plan_day(
    workspace: Workspace,
    *,
    now: datetime,
    seed: int,
    on: date | None = None,
    assistants: Sequence[str] = (),
    progress: Progress = no_progress,
    write: bool = True,
    again: bool = False,
) -> PlanResult:
    """Plan the rounds of one date, reserve their doors and write sheets and maps.

    A round that was planned before stays, code and all, while its shift is the same and each of
    its doors may still be rung at; where a shift was changed, its new round keeps to the doors of
    the old one where that is as good.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware; "tomorrow" follows from it.
    seed : int
        Same workspace, date and seed: same plan.
    on : date, optional
        The date; the next one with shifts is taken when it has none.
    assistants : sequence of str, optional
        Only these; everyone with a shift by default.
    progress : callable, optional
        Called with (label, done, total).
    write : bool
        False plans and reserves without writing files (for simulations).
    again : bool
        Plan every round anew, whatever was printed.

    Returns
    -------
    PlanResult
        With every door of the area either on a round or counted under a reason.

    Raises
    ------
    NoPlanError
        If there is no shift to plan.
    """
    workspace.require_places()
    for assistant_id in assistants:
        workspace.settings.assistant(assistant_id)
    with open_store(workspace, now=now) as store:
        require_register(store)
        asked, chosen = choose_date(workspace, store, on=on, now=now)
        shifts = [
            s
            for s in shifts_on(workspace.settings, chosen, changes=read_shift_changes(store))
            if not assistants or s.assistant_id in assistants
        ]
        if not shifts:
            raise NoPlanError(
                "plan.no_shift_for", date=chosen.isoformat(), who=", ".join(assistants)
            )
        day = load_day(workspace, store, on=chosen, shifts=shifts, seed=seed)
        printed = {} if again else read_printed(store, on=chosen, shifts=shifts)
        kept = _keep_rounds(day, printed)
        rounds, unserved = _plan_shifts(
            day, shifts, store.used_codes(), kept=kept, printed=printed, progress=progress
        )
        codes = {p.planned.round_id for p in printed.values()} & {r.round_id for r in rounds}
        replaced = store.replace_rounds(
            date=chosen,
            assistant_ids=[s.assistant_id for s in shifts],
            rounds=[_reservation(r) for r in rounds if r.round_id not in codes],
            keep=codes,
            printed=write,
            now=now,
        )
        others = _rounds_of_others(store, on=chosen, shifts=shifts)
    plan = _make_plan(workspace, day, [*rounds, *others], unserved)
    folder = workspace.maps_path / chosen.isoformat()
    files: tuple[Path, ...] = ()
    if write:
        remove_outputs(folder, replaced)
        files = write_outputs(workspace, plan, folder=folder, progress=progress)
    return PlanResult(
        plan=plan,
        folder=folder,
        files=files,
        asked_on=asked,
        closed_why=why_closed(workspace.settings, asked) if asked != chosen else "",
        replaced=tuple(replaced),
        kept=tuple(sorted(codes)),
    )


def _rounds_of_others(
    store: HistoryStore, *, on: date, shifts: Sequence[RosterShift]
) -> list[Round]:
    """Read the open rounds of who was not planned now: the papers of the day hold everybody."""
    planned = {s.assistant_id for s in shifts}
    table = store.read_rounds(open_only=True)
    payloads = table.loc[table["date"] == on, "payload"]
    rounds = [round_from_json(str(text)) for text in payloads if text]
    return sorted(
        (r for r in rounds if r.assistant_id not in planned),
        key=lambda r: (r.assistant_id, r.start_at),
    )


def _keep_rounds(day: Day, printed: Mapping[RosterShift, Printed]) -> dict[RosterShift, Round]:
    """Choose the printed rounds that still hold; their doors are taken before others choose."""
    kept = {s: p.planned for s, p in printed.items() if still_holds(day, s, p)}
    for planned in kept.values():
        day.taken.update(planned.door_ids)
    return kept


def _plan_shifts(
    day: Day,
    shifts: Sequence[RosterShift],
    used: frozenset[str],
    *,
    kept: Mapping[RosterShift, Round],
    printed: Mapping[RosterShift, Printed],
    progress: Progress,
) -> tuple[list[Round], list[UnservedShift]]:
    rounds: list[Round] = []
    unserved: list[UnservedShift] = []
    codes = set(used)
    sheets = {s: p.planned for s, p in printed.items()}
    made = plan_side_by_side(
        day,
        [s for s in shifts if s not in kept],
        printed={s: sheet.door_ids for s, sheet in sheets.items()},
        progress=progress,
    )
    for shift in shifts:
        if shift in kept:
            rounds.append(kept[shift])
            continue
        outcome = made[shift]
        if isinstance(outcome, UnservedShift):
            unserved.append(outcome)
            continue
        code = make_code(
            f"{day.on} {shift.assistant_id} {shift.start_at:%H:%M} {day.seed}", used=codes
        )
        outcome = replace(outcome, round_id=code)
        sheet = sheets.get(shift)
        if sheet is not None and replace(outcome, round_id=sheet.round_id) == sheet:
            outcome = sheet  # nothing else came of it: the printed code stays
        codes.add(outcome.round_id)
        rounds.append(outcome)
    return rounds, unserved


def _reservation(planned: Round) -> dict[str, object]:
    return {
        "code": planned.round_id,
        "assistant_id": planned.assistant_id,
        "window": planned.window,
        "door_ids": planned.door_ids,
        "payload": json.dumps(asdict(planned), default=str, ensure_ascii=False, sort_keys=True),
    }


def _make_plan(
    workspace: Workspace, day: Day, rounds: list[Round], unserved: list[UnservedShift]
) -> Plan:
    planned = {d for r in rounds for d in r.door_ids}
    skipped: dict[str, int] = {}
    for door_id, reason in day.skip_reasons.items():
        if door_id not in planned and reason not in UNCOUNTED:
            skipped[reason] = skipped.get(reason, 0) + 1
    return Plan(
        date=day.on,
        area=workspace.settings.area.name,
        seed=day.seed,
        inputs=_digests(workspace, day),
        rounds=tuple(rounds),
        skipped=dict(sorted(skipped.items())),
        unserved_shifts=tuple(unserved),
    )


def _digests(workspace: Workspace, day: Day) -> dict[str, str]:
    settings_bytes = (workspace.root / "zds.toml").read_bytes()
    digests = {credit.kind: credit.sha256 for credit in day.credits}
    digests["settings"] = hashlib.sha256(settings_bytes).hexdigest()
    ids = "\n".join(sorted(day.knocks.index)).encode()
    digests["knocks"] = hashlib.sha256(ids).hexdigest()
    return dict(sorted(digests.items()))
