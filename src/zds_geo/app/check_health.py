"""``zds doctor``: what is in order, what is not, and what to do about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from zds_geo.app._safety import Finding, check_clock, check_copies, check_disk, check_files
from zds_geo.app.calendar import next_day_with_shifts
from zds_geo.app.keep_cycle import current_cycle, read_shift_changes
from zds_geo.app.plan_day import knows_register
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import ZdsGeoError
from zds_geo.core.windows import AMSTERDAM


def check_health(workspace: Workspace, *, now: datetime) -> list[Finding]:
    """Look at settings, places, history and roster.

    Parameters
    ----------
    workspace : Workspace
        Opened, so its settings are right.
    now : datetime
        Aware.

    Returns
    -------
    list of Finding
        In the order of the work: settings, places, history, roster, safety.
    """
    from zds_geo.app.check_register import check_audit

    findings = [Finding(good=True, key="doctor.settings")]
    findings.append(_check_places(workspace))
    findings += _check_history(workspace, now=now)
    findings += _check_safety(workspace, now=now)
    findings += check_audit(workspace, now=now)
    findings += _check_search()
    return findings


def _check_places(workspace: Workspace) -> Finding:
    from zds_geo.store import read_layer

    if not workspace.places_path.is_file():
        return Finding(good=False, key="doctor.no_places")
    try:
        doors = read_layer(workspace.places_path, "doors", columns=["buurt_code"])
    except ZdsGeoError as fault:
        return Finding(good=False, key="doctor.fault", facts={"fault": fault.sentence()})
    return Finding(good=len(doors) > 0, key="doctor.places", facts={"n": len(doors)})


def _check_history(workspace: Workspace, *, now: datetime) -> list[Finding]:
    findings = []
    try:
        findings += _check_version(workspace)
        with open_store(workspace, now=now) as store:
            damage = store.find_damage()
            clock = check_clock(store, now=now)
            n = len(store.read_knocks())
            pruned_on = store.pruned_on()
            cycle = current_cycle(workspace, store)
            changes = read_shift_changes(store)
            register = knows_register(store)
    except ZdsGeoError as fault:
        return [Finding(good=False, key="doctor.fault", facts={"fault": fault.sentence()})]
    if damage:
        facts: dict[str, object] = {"path": workspace.history_location, "fault": damage}
        return [Finding(good=False, key="doctor.damaged", facts=facts)]
    findings += [Finding(good=True, key="doctor.history", facts={"n": n}), *clock]
    today = now.astimezone(AMSTERDAM).date()
    if pruned_on is not None and today - pruned_on > timedelta(days=1):
        facts = {"last": pruned_on.isoformat(), "now": today.isoformat()}
        findings.append(Finding(good=False, key="doctor.not_pruned", facts=facts))
    if not register:
        findings.append(Finding(good=False, key="plan.no_register"))
    if cycle is None:
        findings.append(Finding(good=False, key="doctor.no_cycle"))
    elif cycle.started_on > today:
        facts = {"date": cycle.started_on}
        findings.append(Finding(good=False, key="doctor.cycle_later", facts=facts))
    elif cycle.last_day is not None and cycle.last_day < today:
        facts = {"date": cycle.last_day}
        findings.append(Finding(good=False, key="doctor.cycle_over", facts=facts))
    else:
        findings.append(Finding(good=True, key="doctor.cycle", facts={"date": cycle.started_on}))
    first = now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    day = next_day_with_shifts(workspace.settings, first, changes=changes)
    if day is None:
        findings.append(Finding(good=False, key="doctor.no_shifts"))
    else:
        findings.append(Finding(good=True, key="doctor.shifts", facts={"date": day}))
    return findings


def _check_version(workspace: Workspace) -> list[Finding]:
    """Rehearse the migration that opening the history will do (R09)."""
    from zds_geo.store import rehearse_migration

    location = workspace.history_location
    if not isinstance(location, Path) or not location.is_file() or not location.stat().st_size:
        return []
    pending = rehearse_migration(location)
    if not pending:
        return []
    return [Finding(good=True, key="doctor.upgrade", facts={"version": pending[-1]})]


def _check_safety(workspace: Workspace, *, now: datetime) -> list[Finding]:
    findings = []
    try:
        findings += check_copies(workspace, now=now)
    except ZdsGeoError as fault:
        findings.append(Finding(good=False, key="doctor.fault", facts={"fault": fault.sentence()}))
    return [*findings, *check_disk(workspace), *check_files(workspace)]


def _check_search() -> list[Finding]:
    from zds_geo.planner import search_fault

    fault = search_fault()
    return [Finding(good=False, key="doctor.search", facts={"fault": fault})] if fault else []
