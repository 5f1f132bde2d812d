"""``zds inzage`` in words: everything that is held of one home, for its resident."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from zds_geo.app.find_doors import door_address
from zds_geo.app.workspace import Workspace
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import DoorRecord


def tell_record(workspace: Workspace, record: DoorRecord, *, now: datetime, lang: str) -> str:
    """Tell what is held of a door.

    Parameters
    ----------
    workspace : Workspace
        With imported places, for the address.
    record : DoorRecord
        As from ``read_record``.
    now : datetime
        Aware.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        Lines of text; every row of the record is in it.
    """
    from zds_geo.store import read_layer

    doors = read_layer(workspace.require_places(), "doors")
    here = [d for d in record.door_ids if d in doors.index]
    address = door_address(doors.loc[here[0]]) if here else record.door_ids[0]
    today = now.astimezone(AMSTERDAM).date()
    title = say("inzage.title", lang=lang, address=address, date=_day(today))
    lines = [title, "=" * len(title), "", *_lines(record, lang)]
    if len(lines) == 3:
        lines.append(say("inzage.nothing", lang=lang))
    return "\n".join(lines) + "\n"


def _lines(record: DoorRecord, lang: str) -> Iterator[str]:
    for row in record.knocks:
        yield from _knock(row, lang)
    for row in record.conflicts:
        outcome = say(f"outcome.{row['outcome']}", lang=lang)
        yield say("inzage.undone", lang=lang, date=_day(row["knocked_on"]), outcome=outcome)
    for row in record.state:
        yield say(
            "inzage.state", lang=lang, tried=row["month_last_tried"] or "-",
            talked=row["month_last_talked"] or "-",
            kinds=", ".join(say(f"kind.{k}", lang=lang) for k in _words(row["kinds_tried"])) or "-",
            misses=row["misses"],
        )  # fmt: skip
    for row in record.register:
        until = row["withdrawn_on"]
        ended = say("inzage.until", lang=lang, date=_day(until)) if until else ""
        yield say("inzage.register", lang=lang, since=_day(row["since"]), until=ended)
    for row in record.rounds:
        yield say("inzage.round", lang=lang, code=row["code"], date=_day(row["date"]))


def _knock(row: dict[str, Any], lang: str) -> Iterator[str]:
    outcome = say(f"outcome.{row['outcome']}", lang=lang)
    key = "inzage.knock" if row["window"] else "inzage.elsewhere"
    if not row["counts"]:
        key = "inzage.undone"
    facts = {"date": _day(row["knocked_on"]), "window": row["window"], "outcome": outcome}
    yield say(key, lang=lang, **facts)
    if row["come_back_window"] or row["come_back_from"] or row["come_back_until"]:
        yield say(
            "inzage.appointment", lang=lang, window=row["come_back_window"] or "-",
            first=_day(row["come_back_from"]), last=_day(row["come_back_until"]),
        )  # fmt: skip
    if row["assistant_id"]:
        yield say("inzage.who", lang=lang, who=row["assistant_id"])


def _day(day: date | str | None) -> str:
    if not day:
        return "-"
    return f"{date.fromisoformat(str(day)):%d-%m-%Y}"


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def record_as_data(record: DoorRecord) -> dict[str, object]:
    """Lay a record out for a program.

    Parameters
    ----------
    record : DoorRecord
        As from ``read_record``.

    Returns
    -------
    dict
        All rows.
    """
    return {
        "door_ids": list(record.door_ids),
        "knocks": list(record.knocks),
        "state": list(record.state),
        "do_not_knock": list(record.register),
        "rounds": list(record.rounds),
        "conflicts": list(record.conflicts),
    }
