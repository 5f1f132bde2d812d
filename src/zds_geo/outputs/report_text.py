"""The words and numbers of the board's page, the same for paper and screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say
from zds_geo.outputs.layers import credit_line, is_invented, long_date
from zds_geo.outputs.report_bar import SHADES, draw_bar
from zds_geo.outputs.report_cells import COLUMNS, ROW_DOORS

if TYPE_CHECKING:
    from zds_geo.core.model import Credit
    from zds_geo.outputs.report import Promise, Report, ReportRow
    from zds_geo.outputs.report_cells import Cell

HARD_BAND: Final = 2  # of five: below 40 %
FEWEST_PEOPLE: Final = 3  # P12: hours of fewer would be hours of persons
_BAND: Final = 20
MOST_NAMES: Final = 4
_WORDS: Final = ("tried", "opened", "talked", "reached", "fair")
_HEADS: Final = ("buurt", "n_doors", *COLUMNS, "bar")


def lay_out(report: Report, *, credits: Sequence[Credit], lang: str) -> dict[str, Any]:
    """Put everything on the board's page into words.

    Parameters
    ----------
    report : Report
        What to tell.
    credits : sequence of Credit
        For the credit line.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    dict
        Plain texts, lists of texts, and bars as SVG; for the template and for the web page.
    """

    def text(key: str, **facts: object) -> str:
        return say(f"report.{key}", lang=lang, **facts)

    return {
        "lang": lang,
        "title": text("title", area=report.area),
        "subtitle": text("subtitle"),
        "when": _when(report, lang),
        "invented": say("outputs.invented", lang=lang) if is_invented(credits) else "",
        "cards": _cards(report, lang),
        "promise": _promise(report, lang),
        "heads": [text(f"head.{h}") for h in _HEADS],
        "shades": [*SHADES],
        "rows": [_row(r, report, lang) for r in report.rows],
        "total": _row(report.total, report, lang),
        "notes": _notes(report, lang),
        "blocks": _blocks(report, lang),
        "hours": [text("hours.head"), _hours(report, lang)],
        "words": _definitions(lang),
        "trace": _trace(report, lang),
        "credit": credit_line(credits, lang),
        "page": text("page"), "of": text("of"),
        "year": report.until.year, "month": report.until.month, "day": report.until.day,
        "buurten_head": text("buurten.head"),
    }  # fmt: skip


def whole(number: int, lang: str) -> str:
    """Write a whole number the way people of a language do.

    Parameters
    ----------
    number : int
        Any.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        Such as ``1.034`` or ``1,034``.

    Examples
    --------
    >>> whole(1034, "nl")
    '1.034'
    """
    return f"{number:,}".replace(",", "." if lang == "nl" else ",")


def _when(report: Report, lang: str) -> str:
    until = long_date(report.until, lang)
    if report.first is None:
        return say("report.always", lang=lang, until=until)
    key = "report.since" if report.is_cycle else "report.period"
    return say(key, lang=lang, first=long_date(report.first, lang), until=until)


def _percent(part: float, of: float) -> str:
    return f"{100 * part / of:.0f} %" if of else "–"


def _between(shares: tuple[float, float], lang: str) -> str:
    low, high = (round(100 * s) for s in shares)
    return (
        f"{low} %"
        if low == high
        else say("report.band.between", lang=lang, **{"from": low, "to": high})
    )


def _cards(report: Report, lang: str) -> list[dict[str, str]]:
    cards = []
    for column in COLUMNS:
        value = report.total.cells[column].value
        share = "" if value is None else _percent(value, report.total.n_doors)
        cards.append(
            {
                "number": _shown(report.total.cells[column], lang),
                "word": say(f"report.head.{column}", lang=lang),
                "share": share,
                "of": say("report.of_doors", lang=lang, n=whole(report.total.n_doors, lang)),
            }
        )
    return cards


def _shown(cell: Cell, lang: str) -> str:
    return cell.text if cell.value is None else whole(cell.value, lang)


def _spoken(cell: Cell, lang: str) -> str:
    if cell.value is not None:
        return whole(cell.value, lang)
    return say("report.few" if cell.few else "report.hidden", lang=lang)


def _row(row: ReportRow, report: Report, lang: str) -> dict[str, Any]:
    name = row.name or say("report.small", lang=lang, n=report.joined)
    if row is report.total:
        name = say("report.total", lang=lang)
    said = {c: _spoken(row.cells[c], lang) for c in ("tried", "opened", "talked")}
    return {
        "name": name,
        "cells": [whole(row.n_doors, lang), *(_shown(row.cells[c], lang) for c in COLUMNS)],
        "bar": draw_bar(
            [row.cells[c].value for c in ("tried", "opened", "talked")], of=row.n_doors
        ),
        "alt": say("report.bar_alt", lang=lang, name=name, n=whole(row.n_doors, lang), **said),
    }


def _notes(report: Report, lang: str) -> list[str]:
    notes = [say("report.legend", lang=lang)]
    marks = [c for r in (*report.rows, report.total) for c in r.cells.values() if c.value is None]
    if marks or report.arrange.value is None:
        notes.append(say("report.marks", lang=lang))
    if report.joined:
        notes.append(say("report.small_note", lang=lang, n=ROW_DOORS))
    if report.not_staffed:
        kinds = _join([say(f"forecast.kind.{k}", lang=lang) for k in report.not_staffed], lang)
        notes.append(say("report.not_staffed", lang=lang, kinds=kinds))
    return notes


def _join(parts: Sequence[str], lang: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + say("report.and", lang=lang) + parts[-1]


def _promise(report: Report, lang: str) -> dict[str, Any]:
    promise = report.promise
    if promise is None:
        return {"head": "", "verdict": "", "lines": []}
    value = report.total.cells["tried"].value
    facts = {
        "tried": _between(promise.tried, lang) if promise.tried else "–",
        "n": whole(
            promise.least_attempts if promise.verdict == "few_data" else report.total.n_doors, lang
        ),
        "share": "–" if value is None else _percent(value, report.total.n_doors),
    }
    return {
        "head": say("report.promise.head", lang=lang),
        "verdict": say(f"report.verdict.{promise.verdict}", lang=lang, **facts),
        "lines": [
            _promised(promise, report.first, lang),
            *_unserved(report, lang),
            *_outlook(promise, lang),
        ],
    }


def _promised(promise: Promise, first: date | None, lang: str) -> str:
    end = long_date(promise.ends_on, lang) if promise.ends_on else ""
    if promise.weeks is None:
        return say("report.promise.none", lang=lang, end=end) if end else ""
    if promise.verdict == "over" or first is None:
        return say("report.promise.over", lang=lang, weeks=promise.weeks, end=end)
    gone = say(
        "report.promise.week" if promise.weeks_gone == 1 else "report.promise.weeks",
        lang=lang, n=promise.weeks_gone,
    )  # fmt: skip
    return say(
        "report.promise.what", lang=lang, weeks=promise.weeks, first=long_date(first, lang),
        end=end, gone=gone,
    )  # fmt: skip


def _unserved(report: Report, lang: str) -> list[str]:
    """Name the buurten without any shift: there the promise cannot hold."""
    if not report.unserved:
        return []
    names = list(report.unserved[:MOST_NAMES])
    if len(report.unserved) > MOST_NAMES:
        more = len(report.unserved) - MOST_NAMES
        names.append(say("report.unserved.more", lang=lang, n=more))
    doors = whole(report.unserved_doors, lang)
    return [say("report.unserved", lang=lang, names=_join(names, lang), doors=doors)]


def _outlook(promise: Promise, lang: str) -> list[str]:
    if promise.reached is None:
        return []
    lines = [
        say("report.forecast.reached", lang=lang, reached=_between(promise.reached, lang)),
    ]
    if promise.short_hours:
        parts = [
            say("report.forecast.part", lang=lang, hours=whole(round(hours), lang),
                kind=say(f"forecast.kind.{kind}", lang=lang))
            for kind, hours in promise.short_hours.items()
        ]  # fmt: skip
        hours = whole(sum(round(h) for h in promise.short_hours.values()), lang)
        lines.append(say("report.forecast.short", lang=lang, hours=hours, parts=_join(parts, lang)))
    else:
        lines.append(say("report.forecast.enough", lang=lang))
    if promise.advice:
        window, more = promise.advice
        lines.append(
            say("report.forecast.advice", lang=lang, window=window,
                n=whole(more, lang))
        )  # fmt: skip
    return lines


def _blocks(report: Report, lang: str) -> dict[str, Any]:
    facts = {"limit": HARD_BAND * _BAND, "doors": ROW_DOORS}
    if not report.blocks_known:
        note = say("report.blocks.few_data", lang=lang, **facts)
    elif not report.blocks:
        note = say("report.blocks.none", lang=lang, **facts)
    else:
        note = say("report.blocks.note", lang=lang, **facts)
    heads = ("blocks.street", "head.buurt", "head.n_doors", "blocks.talked")
    arrange = (
        say("report.arrange.none", lang=lang)
        if report.arrange.value == 0
        else say("report.arrange", lang=lang, n=_spoken(report.arrange, lang))
    )
    return {
        "head": say("report.blocks.head", lang=lang),
        "note": note,
        "heads": [say(f"report.{h}", lang=lang) for h in heads],
        "rows": [
            [b.label, b.buurt, whole(b.n_doors, lang), _band(b.band, lang)] for b in report.blocks
        ],
        "more": say("report.blocks.more", lang=lang, n=report.blocks_more)
        if report.blocks_more
        else "",
        "arrange": arrange,
    }


def _band(band: int, lang: str) -> str:
    low = band * _BAND
    if band == 0:
        return say("report.band.lowest", lang=lang, to=_BAND)
    return say("report.band.between", lang=lang, **{"from": low, "to": low + _BAND})


def _hours(report: Report, lang: str) -> str:
    if report.n_rounds == 0:
        return say("report.hours.none", lang=lang)
    if not report.n_people_ok:
        return say("report.hours.few_people", lang=lang, n=FEWEST_PEOPLE)
    hours = f"{report.hours:.1f}".replace(".", "," if lang == "nl" else ".")
    return say("report.hours.walked", lang=lang, hours=hours, n=report.n_rounds)


def _definitions(lang: str) -> dict[str, Any]:
    return {
        "head": say("report.words.head", lang=lang),
        "rows": [
            [say(f"report.head.{c}", lang=lang), say(f"figure.{c}", lang=lang)] for c in _WORDS
        ],
        "note": say("figure.no_attempt", lang=lang),
    }


def _trace(report: Report, lang: str) -> dict[str, Any]:
    commands = trace_commands(report)
    return {
        "head": say("report.trace.head", lang=lang),
        "note": say("report.trace.note", lang=lang),
        "heads": [say(f"report.trace.{h}", lang=lang) for h in ("figure", "command")],
        "rows": [
            [say(f"report.trace.{what}", lang=lang), command] for what, command in commands.items()
        ],
    }


def trace_commands(report: Report) -> dict[str, str]:
    """Give the commands that print the figures of a report.

    Parameters
    ----------
    report : Report
        With its period.

    Returns
    -------
    dict of str to str
        ``counts``, ``forecast`` (where there is one) and ``rest`` → command line.
    """
    on = f" --now {report.until.isoformat()}"
    since = "" if report.is_cycle or report.first is None else f" --from {report.first.isoformat()}"
    found = {"counts": f"zds coverage{since}{on}"}
    if report.promise is not None:
        monday = report.until + timedelta(days=1)
        found["forecast"] = f"zds coverage --forecast --now {monday.isoformat()}"
    found["rest"] = f"zds report --json{since}{on}"
    return found
