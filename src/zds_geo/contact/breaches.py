"""An independent check of a history against the rules: written door by door, on purpose apart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import pandas as pd

from zds_geo.contact.params import ContactParams
from zds_geo.core.windows import WindowKind

_KIND_WAITS = 3  # times the days of the waiting rule
_FEW_ATTEMPTS = 8  # with more after the waiting rule begins, the day may come last


def list_breaches(
    knocks: pd.DataFrame,
    *,
    params: ContactParams,
    register: Collection[str] | None = None,
    staffed: Collection[WindowKind] | None = None,
) -> pd.DataFrame:
    """List every knock that the rules did not allow when it was made.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV: visits at doors in order of any kind.
    params : ContactParams
        The rules; all knocks are taken to lie in one cycle.
    register : collection of str, optional
        Doors in the do-not-knock register before the first knock.
    staffed : collection of WindowKind, optional
        The kinds of window that the roster had in every buurt all the time: the last attempts at a
        door are for those not tried yet, unless it waited three times ``waiting_days`` for them.
        None: that is not checked, and the waiting rule holds everywhere.

    Returns
    -------
    DataFrame
        ``door_id``, ``knocked_on``, ``rule``: empty when every rule was kept.
    """
    rows = []
    for door_id, group in knocks.groupby("door_id", sort=True):
        visits = sorted(group.to_dict("records"), key=lambda k: str(k["knocked_on"]))
        seen: list[dict[str, Any]] = []
        for visit in visits:
            day = _day(visit["knocked_on"])
            at_door = visit.get("source") not in {"request", "elsewhere"}
            rule = _broken(seen, visit, day, params, staffed) if at_door else ""
            if at_door and register is not None and door_id in register:
                rule = rule or "do_not_knock"
            if at_door and staffed is not None and not rule:
                rule = _kind_left(seen, visit, day, params, staffed)
            if rule:
                rows.append({"door_id": door_id, "knocked_on": day, "rule": rule})
            seen.append({**visit, "day": day, "at_door": at_door})
    return pd.DataFrame(rows, columns=["door_id", "knocked_on", "rule"])


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])


def _day_or(value: object, usual: date) -> date:
    return usual if value is None or pd.isna(value) or not str(value) else _day(value)


def _broken(
    seen: list[dict[str, Any]],
    visit: dict[str, Any],
    day: date,
    params: ContactParams,
    staffed: Collection[WindowKind] | None,
) -> str:
    if not seen:
        return ""
    last = seen[-1]
    if any(k["day"] == day and k["at_door"] for k in seen):
        return "twice_a_day"
    outcomes = [k["outcome"] for k in seen]
    for outcome in ("do_not_knock", "talked", "not_a_home"):
        if outcome in outcomes:
            return outcome
    if last["outcome"] == "vacant" and day < last["day"] + timedelta(days=params.vacant_days):
        return "vacant"
    # A visit where nobody could get to the door leaves an appointment open.
    met = [k for k in seen if k["outcome"] != "no_access"]
    if met and met[-1]["outcome"] == "come_back":
        return _broken_appointment(met[-1], visit, day, params)
    if "no_talk" in outcomes or "come_back" in outcomes:
        return _broken_second_talk(seen, day, params)
    return _broken_rest(seen, visit, day, params, staffed)


def _broken_appointment(
    last: dict[str, Any], visit: dict[str, Any], day: date, params: ContactParams
) -> str:
    starts = _day_or(last.get("come_back_from"), last["day"] + timedelta(days=1))
    usual = starts + timedelta(days=params.come_back_days)
    until = _day_or(last.get("come_back_until"), usual)
    if day < starts:
        return "before_appointment"
    if day > until:
        again = last["day"] + timedelta(days=params.second_talk_days)
        return "second_talk_too_soon" if day < again else ""
    asked = last.get("come_back_window")
    if isinstance(asked, str) and asked and visit["window"] != asked:
        return "other_window_than_asked"
    return ""


def _broken_second_talk(seen: list[dict[str, Any]], day: date, params: ContactParams) -> str:
    opened = [k for k in seen if k["outcome"] in {"no_talk", "come_back"}]
    if len(opened) > 1:
        return "third_talk"
    again = opened[-1]["day"] + timedelta(days=params.second_talk_days)
    return "second_talk_too_soon" if day < again else ""


def _broken_rest(
    seen: list[dict[str, Any]],
    visit: dict[str, Any],
    day: date,
    params: ContactParams,
    staffed: Collection[WindowKind] | None,
) -> str:
    misses = [k for k in seen if k["outcome"] == "not_home"]
    if len(misses) >= params.max_misses:
        return "too_many"
    shut = [
        k
        for k in seen
        if k["outcome"] == "no_access" and (not misses or k["day"] > misses[-1]["day"])
    ]
    if shut:
        rest = params.no_access_days[min(len(shut), len(params.no_access_days)) - 1]
        if len(shut) >= len(params.no_access_days) or day < shut[-1]["day"] + timedelta(days=rest):
            return "no_access_too_soon"
    if not misses:
        return ""
    due = _due(misses, params)
    if day < due:
        return "cool_down"
    by_day = params.windows.kind_of(visit["window"]) is WindowKind.DAY
    waived = day >= due + timedelta(days=params.waiting_days)
    comes = staffed is None or set(staffed) - {WindowKind.DAY}
    if len(misses) >= params.waiting_from_misses and by_day and comes and not waived:
        return "waiting_rule"
    return ""


def _due(misses: list[dict[str, Any]], params: ContactParams) -> date:
    rests = params.min_days_after_misses
    last: date = misses[-1]["day"]
    return last + timedelta(days=rests[min(len(misses), len(rests)) - 1])


def _kind_left(
    seen: list[dict[str, Any]],
    visit: dict[str, Any],
    visit_day: date,
    params: ContactParams,
    staffed: Collection[WindowKind],
) -> str:
    outcomes = [k["outcome"] for k in seen]
    misses = [k for k in seen if k["outcome"] == "not_home"]
    if not misses or {"no_talk", "come_back", "talked"} & set(outcomes):
        return ""
    if visit_day >= _due(misses, params) + timedelta(days=_KIND_WAITS * params.waiting_days):
        return ""
    missing = set(staffed) - {params.windows.kind_of(k["window"]) for k in misses}
    left = params.max_misses - len(misses)
    this = params.windows.kind_of(visit["window"])
    if set(staffed) - {WindowKind.DAY}:
        before = params.waiting_from_misses - len(misses)  # attempts that may be by day
        early = params.max_misses - params.waiting_from_misses < _FEW_ATTEMPTS
        if early and before <= 0:
            missing -= {WindowKind.DAY}
        elif early and before == 1 and WindowKind.DAY in missing and len(missing) <= left:
            return "" if this is WindowKind.DAY else "kind_left"
    return "kind_left" if missing and len(missing) >= left and this not in missing else ""
