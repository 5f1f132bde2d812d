"""Which shifts there are on a date: roster, changes, holidays, latest bell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from zds_geo.app.settings import Settings, ShiftRule
from zds_geo.core.windows import local_instant

HORIZON_DAYS: Final = 60
LEAST_WORK_S: Final = 3600  # a shift with less than an hour beside its break has no break


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChange:
    """A change for one assistant on one date: cancelled, or other hours."""

    cancelled: bool
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPause:
    """A break: how long, between which seconds of the shift it begins, and at which meeting
    point (empty: wherever one is).
    """

    length_s: int
    from_s: int
    to_s: int
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterShift:
    """One shift on one date, with aware local instants; ``weekly`` when it comes every week."""

    assistant_id: str
    start_at: datetime
    end_at: datetime
    window: str
    pause: ShiftPause | None = None
    weekly: bool = True

    @property
    def total_s(self) -> int:
        """Seconds from start to end."""
        return int((self.end_at - self.start_at).total_seconds())

    @property
    def pause_s(self) -> int:
        """Seconds of break."""
        return 0 if self.pause is None else self.pause.length_s

    @property
    def working_s(self) -> int:
        """Seconds without the break."""
        return self.total_s - self.pause_s


Changes = Mapping[tuple[str, date], ShiftChange]


@cache
def dutch_holidays(year: int) -> dict[date, str]:
    """Give the Dutch public holidays of a year with their Dutch names.

    Parameters
    ----------
    year : int
        Calendar year.

    Returns
    -------
    dict of date to str
        From the ``holidays`` library; Liberation Day every year, since few people
        expect a visit on it. Good Friday counts too: rather a quiet day than a bell on it.
    """
    import holidays

    found = holidays.country_holidays("NL", years=year, language="nl")
    days = {day: str(name) for day, name in found.items()}
    days.setdefault(date(year, 5, 5), "Bevrijdingsdag")
    return days


def why_closed(settings: Settings, day: date) -> str:
    """Say why nobody walks on a date.

    Parameters
    ----------
    settings : Settings
        Closed days.
    day : date
        Local date.

    Returns
    -------
    str
        Catalogue key of the reason, or empty when the day is open.
    """
    if day.weekday() == 6:
        return "calendar.sunday"
    if day in dutch_holidays(day.year):
        return "calendar.holiday"
    if day in settings.closed_days:
        return "calendar.closed_day"
    return ""


def shifts_on(
    settings: Settings, day: date, *, changes: Changes | None = None
) -> list[RosterShift]:
    """List the shifts of one date, by assistant and start.

    Parameters
    ----------
    settings : Settings
        Roster, windows, latest bell.
    day : date
        Local date.
    changes : mapping of (assistant, date) to ShiftChange, optional
        Sick, shorter, swapped.

    Returns
    -------
    list of RosterShift
        Empty on a closed day. A shift ends at the latest bell of the month; what is left of
        it when that is before its start is nothing.
    """
    if why_closed(settings, day):
        return []
    rules = [r for r in settings.shifts if day.weekday() in r.weekdays or day in r.dates]
    found: dict[tuple[str, time], RosterShift] = {}
    changed: set[str] = set()
    for rule in sorted(rules, key=lambda r: (r.assistant, r.starts)):
        change = (changes or {}).get((rule.assistant, day))
        if change is not None and (change.cancelled or rule.assistant in changed):
            continue
        if change is not None:
            changed.add(rule.assistant)
            rule = _changed(rule, change)  # noqa: PLW2901
        shift = _shift(settings, rule, day)
        if shift is not None:
            found[(rule.assistant, rule.starts)] = shift
    for (assistant, on), change in sorted((changes or {}).items(), key=lambda c: c[0]):
        if on == day and assistant not in {r.assistant for r in rules} and not change.cancelled:
            extra = _extra(settings, assistant, day, change)
            if extra is not None:
                found[(assistant, extra.start_at.time())] = extra
    return [found[key] for key in sorted(found)]


def is_plain(settings: Settings, on: date) -> bool:
    """Tell whether a day keeps to the rules alone, so that people can compare: by lot.

    By day, since a knock tells its day to everybody and who rang to nobody (P12).

    Parameters
    ----------
    settings : Settings
        With the share of such days.
    on : date
        The day; the same day always draws the same lot.

    Returns
    -------
    bool
        True for a plain day.
    """
    lot = int.from_bytes(hashlib.sha256(f"plain {on.isoformat()}".encode()).digest()[:7]) / 2**56
    return lot < settings.chance.plain_share


def _changed(rule: ShiftRule, change: ShiftChange) -> ShiftRule:
    return replace(rule, starts=change.starts or rule.starts, ends=change.ends or rule.ends)


def _extra(
    settings: Settings, assistant: str, day: date, change: ShiftChange
) -> RosterShift | None:
    if change.starts is None or change.ends is None:
        return None
    rule = ShiftRule(
        assistant=assistant,
        weekdays=frozenset(),
        dates=frozenset({day}),
        starts=change.starts,
        ends=change.ends,
    )
    return _shift(settings, rule, day)


def _shift(settings: Settings, rule: ShiftRule, day: date) -> RosterShift | None:
    ends = min(rule.ends, settings.latest_bell[day.month - 1])
    if ends <= rule.starts:
        return None
    start_at = local_instant(day, rule.starts)
    window = settings.windows.window_at(start_at)
    if window is None:
        return None
    end_at = local_instant(day, ends)
    return RosterShift(
        assistant_id=rule.assistant,
        start_at=start_at,
        end_at=end_at,
        window=window.name,
        pause=_pause(rule, start_at, end_at),
        weekly=day.weekday() in rule.weekdays,
    )


def _pause(rule: ShiftRule, start_at: datetime, end_at: datetime) -> ShiftPause | None:
    """Lay the break of a rule in the shift as it is that day; none where no hour of work is left.

    A shift that was moved or shortened keeps its break when that still lies within it.
    """
    total, length = int((end_at - start_at).total_seconds()), 60 * rule.break_min
    if not length or total - length < LEAST_WORK_S:
        return None
    day = start_at.date()

    def since(clock: time | None, usual: int) -> int:
        if clock is None:
            return usual
        return int((local_instant(day, clock) - start_at).total_seconds())

    first = since(rule.break_from, total // 3)
    last = since(rule.break_to, max(first, 2 * total // 3 - length))
    if last < 0 or first > total - length:
        return None
    first = max(first, 0)
    last = max(first, min(last, total - length))
    return ShiftPause(length_s=length, from_s=first, to_s=last, at=rule.break_at)


def next_day_with_shifts(
    settings: Settings, first: date, *, changes: Changes | None = None
) -> date | None:
    """Find the first date, from ``first`` on, that has shifts.

    Parameters
    ----------
    settings : Settings
        Roster and calendar.
    first : date
        Local date to start at.
    changes : mapping, optional
        Sick, shorter, swapped.

    Returns
    -------
    date or None
        None when there is no shift within 60 days.
    """
    for ahead in range(HORIZON_DAYS):
        day = first + timedelta(days=ahead)
        if shifts_on(settings, day, changes=changes):
            return day
    return None
