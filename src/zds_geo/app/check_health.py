"""``zds doctor``: what is in order, what is not, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zds_geo.app.calendar import next_day_with_shifts
from zds_geo.app.keep_cycle import current_cycle, read_shift_changes
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import ZdsGeoError
from zds_geo.core.windows import AMSTERDAM

# Folders that copy themselves elsewhere: an open database in them can break, and leaks.
SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; ``key`` names its sentence in the catalogue."""

    good: bool
    key: str
    facts: dict[str, object] = field(default_factory=dict)


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
    findings = [Finding(good=True, key="doctor.settings")]
    findings.append(_check_places(workspace))
    findings += _check_history(workspace, now=now)
    findings += _check_folder(workspace)
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
    try:
        with open_store(workspace, now=now) as store:
            n = len(store.read_knocks())
            cycle = current_cycle(workspace, store)
            changes = read_shift_changes(store)
    except ZdsGeoError as fault:
        return [Finding(good=False, key="doctor.fault", facts={"fault": fault.sentence()})]
    findings = [Finding(good=True, key="doctor.history", facts={"n": n})]
    if cycle is None:
        findings.append(Finding(good=False, key="doctor.no_cycle"))
    else:
        findings.append(Finding(good=True, key="doctor.cycle", facts={"date": cycle.started_on}))
    first = now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    day = next_day_with_shifts(workspace.settings, first, changes=changes)
    if day is None:
        findings.append(Finding(good=False, key="doctor.no_shifts"))
    else:
        findings.append(Finding(good=True, key="doctor.shifts", facts={"date": day}))
    return findings


def _check_search() -> list[Finding]:
    from zds_geo.planner import search_fault

    fault = search_fault()
    return [Finding(good=False, key="doctor.search", facts={"fault": fault})] if fault else []


def _check_folder(workspace: Workspace) -> list[Finding]:
    path = str(workspace.root.resolve()).casefold()
    synced = [name for name in SYNCED if name in path]
    if synced:
        return [Finding(good=False, key="doctor.synced", facts={"name": synced[0]})]
    return []
