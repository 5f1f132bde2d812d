"""What ``zds shift import`` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from zds_geo.app.import_roster import DatedShift, RosterImport
from zds_geo.cli._face import Face
from zds_geo.cli._show import day_name
from zds_geo.core.windows import WEEKDAYS

WeeklyShift = tuple[str, int, time, time]


def show_roster(face: Face, found: RosterImport, *, name: str, dry_run: bool) -> None:
    """Show what was read, what came of it, and what was not understood."""
    for key, shifts in (("roster.weekly", found.weekly), ("roster.gone", found.gone)):
        if shifts:
            face.print(key)
            for who, days, hours in _by_hours(face, shifts):
                face.print("roster.row", who=who, day=days, hours=hours)
    if found.dated:
        face.print("roster.dated")
        for one in found.dated:
            day = day_name(face, one.on)
            face.print("roster.row", who=one.assistant, day=day, hours=_hours(face, one))
    if found.unchanged:
        face.print("roster.unchanged", n=found.unchanged)
    if found.left_out:
        face.print("roster.left_out")
        for left in found.left_out:
            day = _day(face, left.day)
            face.print(
                "roster.left_row", row=left.row, who=left.assistant, day=day, why=face.say(left.why)
            )
    if found.faults:
        face.print("roster.faults")
        for fault in found.faults:
            key = "roster.fault_cell" if fault.column else "roster.fault_row"
            why = face.say(fault.key, **fault.facts)
            face.print(key, row=fault.row, column=fault.column, why=why)
    _show_end(face, found, name=name, dry_run=dry_run)


def _show_end(face: Face, found: RosterImport, *, name: str, dry_run: bool) -> None:
    if dry_run:
        face.print("roster.dry", path=name)
    elif found.stored and not (found.weekly or found.gone or found.dated):
        face.print("roster.same", path=name)
    elif found.stored:
        face.print("roster.done", path=name)
    if found.copy is not None:
        face.print("roster.copy", path=found.copy)
    if not found.stored:
        return
    for who, on in found.plan_again:
        face.print("roster.plan_again", who=who, date=on)


def _by_hours(face: Face, shifts: Sequence[WeeklyShift]) -> list[tuple[str, str, str]]:
    grouped: dict[tuple[str, str], list[int]] = {}
    for who, day, starts, ends in shifts:
        grouped.setdefault((who, f"{starts:%H:%M}-{ends:%H:%M}"), []).append(day)
    return [
        (who, ", ".join(_day(face, d) for d in sorted(days)), hours)
        for (who, hours), days in sorted(grouped.items())
    ]


def _day(face: Face, day: int | date) -> str:
    return face.say(f"weekday.{WEEKDAYS[day]}") if isinstance(day, int) else day_name(face, day)


def _hours(face: Face, one: DatedShift) -> str:
    if one.starts is None or one.ends is None:
        return face.say("roster.off")
    return f"{one.starts:%H:%M}-{one.ends:%H:%M}"


def roster_as_data(face: Face, found: RosterImport) -> Mapping[str, object]:
    """Lay an imported roster out for a program."""
    return {
        "stored": found.stored,
        "weekly": [_weekly_as_data(s) for s in found.weekly],
        "gone": [_weekly_as_data(s) for s in found.gone],
        "dated": [
            {"assistant": d.assistant, "date": d.on, "from": _clock(d.starts), "to": _clock(d.ends)}
            for d in found.dated
        ],
        "unchanged": found.unchanged,
        "left_out": [
            {"row": x.row, "assistant": x.assistant, "day": _day(face, x.day), "why": x.why}
            for x in found.left_out
        ],
        "faults": [
            {"row": f.row, "column": f.column, "why": face.say(f.key, **f.facts)}
            for f in found.faults
        ],
        "copy": found.copy,
        "plan_again": [{"assistant": who, "date": on} for who, on in found.plan_again],
    }


def _weekly_as_data(shift: WeeklyShift) -> Mapping[str, object]:
    who, day, starts, ends = shift
    return {"assistant": who, "day": WEEKDAYS[day], "from": _clock(starts), "to": _clock(ends)}


def _clock(moment: time | None) -> str:
    return "" if moment is None else f"{moment:%H:%M}"
