"""How the calendar of the coming weeks is shown, and laid out for programs."""

from collections.abc import Mapping, Sequence

from zds_geo.app.weeks import AreaOutlook, Calendar, CalendarShift
from zds_geo.cli._face import Face
from zds_geo.cli._show import day_name

MAX_STREETS = 4


def show_calendar(face: Face, calendar: Calendar) -> None:
    """Show the weeks, what is missing, and when all will have been tried."""
    face.print(
        "weeks.title",
        first=day_name(face, calendar.first),
        until=day_name(face, calendar.until),
        n=calendar.n_doors,
    )
    if calendar.on_rounds:
        face.print("weeks.on_rounds", n=calendar.on_rounds)
    if not calendar.n_doors:
        face.print("weeks.all_done")
        return
    _show_table(face, calendar)
    for area in calendar.areas:
        _show_area(face, calendar, area)
    _show_end(face, calendar)
    if calendar.path is not None:
        face.print("weeks.file", path=calendar.path)


def _show_table(face: Face, calendar: Calendar) -> None:
    groups: dict[tuple[int, str], list[CalendarShift]] = {}
    for shift in calendar.shifts:
        groups.setdefault((shift.week, shift.shift.assistant_id), []).append(shift)
    face.print("weeks.head")
    for (week, who), shifts in sorted(groups.items()):
        streets = list(dict.fromkeys(s for shift in shifts for s in shift.streets))
        shown = ", ".join(streets[:MAX_STREETS])
        if len(streets) > MAX_STREETS:
            shown = face.say("weeks.more", streets=shown, n=len(streets) - MAX_STREETS)
        doors = sum(len(s.door_ids) for s in shifts)
        text = shown or face.say("weeks.free")
        face.write(f"{week:>4}  {who:<8}{len(shifts):>8}{doors:>10}  {text}")


def _show_area(face: Face, calendar: Calendar, area: AreaOutlook) -> None:
    where = _where(calendar, area)
    if area.lacking:
        face.print(
            "weeks.lacking",
            where=where,
            doors=area.n_doors - area.n_planned - area.unreachable,
            n=_total(area.lacking),
            lengths=_lengths(face, area.lacking),
        )
        if area.all_tried_on is None:
            face.print("weeks.nobody", where=where)
        else:
            face.print(
                "weeks.done_on",
                where=where,
                date=day_name(face, area.all_tried_on),
                week=calendar.week_of(area.all_tried_on),
            )
    if area.unreachable:
        face.print("weeks.unreachable", where=where, n=area.unreachable)


def _show_end(face: Face, calendar: Calendar) -> None:
    lacking = sum(_total(a.lacking) for a in calendar.areas)
    if lacking:
        face.print("weeks.short", n=lacking, planned=calendar.n_planned, doors=calendar.n_doors)
    else:
        face.print("weeks.enough")
    if calendar.promised_until is not None:
        late = sum(_total(a.lacking_for_promise) for a in calendar.areas)
        key = "weeks.promise_short" if late else "weeks.promise_kept"
        face.print(key, n=late, date=day_name(face, calendar.promised_until))
    done = calendar.all_tried_on
    if done is not None:
        face.print("weeks.all_on", date=day_name(face, done), week=calendar.week_of(done))
    if calendar.forecast_week:
        face.print("weeks.forecast", week=calendar.forecast_week)


def _where(calendar: Calendar, area: AreaOutlook) -> str:
    return ", ".join(calendar.names.get(c, c) for c in area.buurt_codes)


def _total(lacking: Sequence[tuple[int, int]]) -> int:
    return sum(n for _, n in lacking)


def _lengths(face: Face, lacking: Sequence[tuple[int, int]]) -> str:
    return ", ".join(face.say("weeks.length", n=n, minutes=minutes) for minutes, n in lacking)


def calendar_as_data(calendar: Calendar) -> Mapping[str, object]:
    """Lay a calendar out for a program: counts and streets, no doors."""
    return {
        "first": calendar.first,
        "until": calendar.until,
        "promised_until": calendar.promised_until,
        "n_doors": calendar.n_doors,
        "n_planned": calendar.n_planned,
        "on_rounds": calendar.on_rounds,
        "all_tried_on": calendar.all_tried_on,
        "forecast_week": calendar.forecast_week,
        "shifts": [
            {
                "assistant_id": s.shift.assistant_id,
                "start_at": s.shift.start_at,
                "end_at": s.shift.end_at,
                "week": s.week,
                "buurt_codes": list(s.buurt_codes),
                "doors": len(s.door_ids),
                "stops": s.n_stops,
                "streets": list(s.streets),
                "walk_s": s.walk_s,
                "service_s": s.service_s,
            }
            for s in calendar.shifts
        ],
        "areas": [
            {
                "buurt_codes": list(a.buurt_codes),
                "n_doors": a.n_doors,
                "n_planned": a.n_planned,
                "unreachable": a.unreachable,
                "lacking": [{"minutes": m, "shifts": n} for m, n in a.lacking],
                "lacking_for_promise": [
                    {"minutes": m, "shifts": n} for m, n in a.lacking_for_promise
                ],
                "all_tried_on": a.all_tried_on,
                "shifts": a.n_shifts,
                "bound": a.bound,
            }
            for a in calendar.areas
        ],
        "file": calendar.path,
    }
