"""Shifts as iCalendar (RFC 5545): who walks when and from where, under a pseudonym; no doors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say
from zds_geo.outputs.files import source_line
from zds_geo.outputs.layers import is_invented
from zds_geo.outputs.phone import clean

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.core.model import Credit

ZONE: Final = "Europe/Amsterdam"
# The clock of the Netherlands since 1996: name, first change, offsets from and to (hours), rule.
_CLOCK: Final = (
    ("DAYLIGHT", "CEST", datetime(1996, 3, 31, 2), 1, 2, 3),  # noqa: DTZ001  (wall time)
    ("STANDARD", "CET", datetime(1996, 10, 27, 3), 2, 1, 10),  # noqa: DTZ001
)


def write_ics(
    roster: pd.DataFrame,
    path: Path,
    *,
    area: str,
    credits: Sequence[Credit],
    now: datetime,
    lang: str = "nl",
) -> None:
    """Write shifts as a calendar.

    Parameters
    ----------
    roster : DataFrame
        Columns assistant, start_at, end_at (aware), window, place, buurten, nth (which shift of
        that assistant on that date, from 1), cancelled (bool).
    path : Path
        File to write.
    area : str
        Name of the area: part of each event's id.
    credits : sequence of Credit
        Of the names of buurten.
    now : datetime
        Aware: when the calendar was made. A later calendar overrules an earlier one.
    lang : str
        ``nl`` or ``en``.

    Notes
    -----
    An event keeps its id when its hours change, so that a calendar app moves it instead of adding
    a second one; a shift that was called off stays in, marked so, for the same reason.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("PRODID", "-//zds_geo//rooster//NL")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", clean(say("export.ics.name", lang=lang, area=area)))
    calendar.add("X-WR-TIMEZONE", ZONE)
    calendar.add("X-WR-CALDESC", clean(source_line(credits, lang)))
    mark = say("outputs.invented", lang=lang) if is_invented(credits) else ""
    calendar.add_component(_time_zone())
    for row in roster.to_dict("records"):
        calendar.add_component(_event(row, area=area, mark=mark, now=now, lang=lang))
    path.write_bytes(calendar.to_ical())


def _event(row: Any, *, area: str, mark: str, now: datetime, lang: str) -> Any:
    from icalendar import Event

    event = Event()
    event.add("UID", event_id(area, row["assistant"], row["start_at"], nth=int(row["nth"])))
    event.add("DTSTAMP", now.astimezone(UTC).replace(microsecond=0))
    event.add("SEQUENCE", int(now.timestamp()) // 60)
    event.add("DTSTART", row["start_at"])
    event.add("DTEND", row["end_at"])
    key = "export.ics.cancelled" if row["cancelled"] else "export.ics.shift"
    event.add("SUMMARY", clean(say(key, lang=lang, who=row["assistant"])))
    event.add("LOCATION", clean(row["place"]))
    event.add("DESCRIPTION", clean("\n".join(t for t in (row["buurten"], mark) if t)))
    event.add("STATUS", "CANCELLED" if row["cancelled"] else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if row["cancelled"] else "OPAQUE")
    event.add("CLASS", "PRIVATE")
    return event


def event_id(area: str, assistant: str, start_at: datetime, *, nth: int) -> str:
    """Give the lasting id of a shift in calendars.

    Parameters
    ----------
    area, assistant : str
        Whose it is.
    start_at : datetime
        Its date counts, its hour does not.
    nth : int
        Which shift of that day.

    Returns
    -------
    str
        The same for the same shift, also when its hours change.
    """
    text = "|".join((area, assistant, f"{start_at:%Y-%m-%d}", str(nth)))
    return f"{hashlib.sha256(text.encode()).hexdigest()[:24]}@zds-geo"


def _time_zone() -> Any:
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    kinds = {"DAYLIGHT": TimezoneDaylight, "STANDARD": TimezoneStandard}
    zone = Timezone()
    zone.add("TZID", ZONE)
    for kind, name, first, before, after, month in _CLOCK:
        part = kinds[kind]()
        part.add("TZNAME", name)
        part.add("DTSTART", first)
        part.add("TZOFFSETFROM", timedelta(hours=before))
        part.add("TZOFFSETTO", timedelta(hours=after))
        part.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"})
        zone.add_component(part)
    return zone
