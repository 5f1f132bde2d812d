"""What was understood of a sheet, to be checked against the paper."""

import itertools
from collections.abc import Iterable, Mapping, Sequence

from zds_geo.app.enter_sheet import EnteredSheet, ReadLine, ReadSheet
from zds_geo.app.sheet_entry import Entry
from zds_geo.app.sheet_windows import Walked, clock
from zds_geo.cli._face import Face
from zds_geo.cli._show import day_name


def show_read_back(face: Face, read: ReadSheet) -> None:
    """Show every line of a sheet under what was typed for it, with street and house number."""
    when = "; ".join(_walked(face, walked) for walked in read.walked)
    face.print("entry.head", code=read.sheet.code, when=when)
    windows = _by_window(read.lines)
    if len(windows) == 1:
        face.print("entry.windows", windows=_window(face, next(iter(windows))))
    elif windows:
        parts = [f"{_lines(face, n)} {_window(face, w)}" for w, n in windows.items()]
        face.print("entry.windows", windows=", ".join(parts))
    for title, lines in _groups(face, read.lines):
        _show_group(face, f"{title} ({len(lines)})", [(x.line, x.street, x.label) for x in lines])
    labels = read.sheet.labels
    for key, numbers in (
        ("entry.not_done", read.not_done),
        ("entry.before", read.before),
        ("entry.unnamed", read.unnamed),
    ):
        if numbers:
            _show_group(face, face.say(key, n=len(numbers)), [(n, *labels[n]) for n in numbers])


def show_entered(face: Face, entered: EnteredSheet, *, again: bool = True) -> None:
    """Show a sheet that was entered, and how to take it back; ``again`` reads it back first."""
    if again:
        show_read_back(face, entered.read)
        face.write("")
    record = entered.record
    if not entered.read.lines:
        face.print("entry.nothing_done")
    elif not record.stored:
        face.print("entry.stored_before")
    else:
        face.print("entry.stored", batch=record.batch_id, n=len(record.stored))
        face.print("entry.check", batch=record.batch_id)


def entered_as_data(entered: EnteredSheet) -> Mapping[str, object]:
    """Lay an entered sheet out for a program."""
    read, record = entered.read, entered.record
    return {
        "code": read.sheet.code,
        "batch": record.batch_id,
        "stored": len(record.stored),
        "duplicate": len(record.duplicate),
        "conflict": list(record.conflict),
        "expired": len(record.expired),
        "lines": [
            {
                "line": x.line,
                "street": x.street,
                "label": x.label,
                "outcome": x.entry.outcome,
                "on": x.knock.knocked_on,
                "window": x.window,
                "come_back_window": x.entry.come_back_window,
                "come_back_from": x.entry.come_back_from,
                "come_back_until": x.entry.come_back_until,
            }
            for x in read.lines
        ],
        "not_done": list(read.not_done),
        "entered_before": list(read.before),
        "not_named": list(read.unnamed),
    }


def outcome_text(face: Face, entry: Entry) -> str:
    """Say an outcome with its appointment: ``Kom terug, avond, vanaf zaterdag 12-12-2026``."""
    parts = [face.say(f"outcome.{entry.outcome}")]
    if entry.come_back_window:
        parts.append(_window(face, entry.come_back_window))
    starts, until = entry.come_back_from, entry.come_back_until
    if starts and starts == until:
        parts.append(face.say("entry.back_on", day=day_name(face, starts)))
    else:
        if starts:
            parts.append(face.say("entry.back_from", day=day_name(face, starts)))
        if until:
            parts.append(face.say("entry.back_until", day=day_name(face, until)))
    return ", ".join(parts)


def _window(face: Face, name: str) -> str:
    from zds_geo.core.texts import load_catalogue

    return face.say(f"window.{name}") if f"window.{name}" in load_catalogue() else name


def _walked(face: Face, walked: Walked) -> str:
    day = day_name(face, walked.on)
    if walked.starts is None:
        return day
    if walked.ends is None:
        return face.say("entry.walked_from", day=day, starts=clock(walked.starts))
    return face.say(
        "entry.walked_times", day=day, starts=clock(walked.starts), ends=clock(walked.ends)
    )


def _by_window(lines: Sequence[ReadLine]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for line in lines:
        found.setdefault(line.window, []).append(line.line)
    return found


def _groups(face: Face, lines: Sequence[ReadLine]) -> list[tuple[str, list[ReadLine]]]:
    """Group lines by outcome and appointment, in order of their first line."""
    found: dict[str, list[ReadLine]] = {}
    for line in lines:
        found.setdefault(outcome_text(face, line.entry), []).append(line)
    return list(found.items())


def _show_group(face: Face, title: str, doors: Sequence[tuple[int, str, str]]) -> None:
    face.write(f"\n  {title}")
    for (street, on_sheet), rows in itertools.groupby(doors, key=lambda d: (d[1], d[0] > 0)):
        named = list(rows)
        numbers = ", ".join(label for _, _, label in named)
        where = (
            _lines(face, [n for n, *_ in named])
            if on_sheet
            else face.say("entry.off_sheet").lower()
        )
        face.write(f"    {street} {numbers}   ({where})")


def _lines(face: Face, numbers: Iterable[int]) -> str:
    """Write lines as on a sheet: ``regel 1-4, 7``."""
    parts = []
    for _, run in itertools.groupby(enumerate(sorted(numbers)), key=lambda p: p[1] - p[0]):
        row = [n for _, n in run]
        parts.append(str(row[0]) if len(row) == 1 else f"{row[0]}-{row[-1]}")
    return face.say("entry.line", lines=", ".join(parts))
