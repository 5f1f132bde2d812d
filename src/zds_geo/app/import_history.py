"""``zds history import``: what a team already has, matched with the doors, without misses."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app._history_words import read_month, read_visit
from zds_geo.app.match_list import door_labels
from zds_geo.app.plan_day import knows_register
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.csvguard import csv_guard
from zds_geo.core.errors import OutputError, SourceError
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.sources import HistoryList

MOST_MONTHS: Final = 24  # P04: the month of the last talk is kept so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A row that somebody has to look at, and why."""

    row: str
    label: str
    why: str
    candidates: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class HistoryImport:
    """What became of every row of a list, and what was stored.

    ``counts``: ``rows``, ``talked`` and ``refused`` (rows that were used), ``dropped`` (misses and
    whatever else leaves no trace), ``old`` (longer ago than is kept), ``doubtful`` and ``unknown``
    (to mend); they add up. ``doors`` of which more is known now.
    """

    columns: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    doors: int = 0
    to_mend: list[Mend] = field(default_factory=list)
    mend_path: Path | None = None
    has_register: bool = True


def import_history(
    workspace: Workspace, path: Path, *, all_talked: bool = False, now: datetime
) -> HistoryImport:
    """Take over the talks of a list that a team kept before.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    path : Path
        As ``sources.read_history_list`` reads.
    all_talked : bool
        Every row is a talk, where the list does not say what came of it.
    now : datetime
        Aware.

    Returns
    -------
    HistoryImport
        Importing again changes nothing. Rows to mend are written beside the list.

    Raises
    ------
    SourceError
        If the list cannot be used, or does not say when or what.
    OutputError
        If the rows to mend cannot be written.

    Notes
    -----
    A talk becomes the month of the last talk with a door (``door_state``), never a knock: there is
    no window, and who was not home long ago tells nothing. A year alone counts as its January, so
    that a door is rather rung at once more than left out of this cycle. "Do not ring again" goes
    into the register, whenever it was.
    """
    listed, matches, labels = _read(workspace, path)
    _require_columns(path, listed, all_talked=all_talked)
    found = HistoryImport(columns=listed.columns)
    today = now.astimezone(AMSTERDAM).date()
    states: dict[str, dict[str, str]] = {}
    refused: dict[str, date] = {}
    counts: Counter[str] = Counter()
    for name, row in listed.rows.iterrows():
        match = matches.loc[name]
        what = Outcome.TALKED if all_talked else read_visit(row)
        if what is None:
            fate = _to_mend(found, str(name), row, "history.what", "doubtful")
        elif what not in {Outcome.TALKED, Outcome.DO_NOT_KNOCK}:
            fate = "dropped"
        elif match["result"] != "matched":
            which = tuple(labels[i] for i in str(match["candidates"]).split())
            fate = _to_mend(
                found, str(name), row, str(match["reason"]), str(match["result"]), which
            )
        elif what is Outcome.DO_NOT_KNOCK:
            refused[str(match["door_id"])] = today
            fate = "refused"
        else:
            fate = _take_talk(found, states, name=str(name), row=row, match=match, today=today)
        counts[fate] += 1
    names = ("talked", "refused", "dropped", "old", "doubtful", "unknown")
    found.counts = {"rows": len(listed.rows)} | {n: counts[n] for n in names}
    found.mend_path = _write_mend(path, listed, found.to_mend)
    with open_store(workspace, now=now) as store:
        for door_id, on in sorted(refused.items()):
            store.add_do_not_knock(door_id, on=on, source=Source.REQUEST, now=now)
        found.doors = store.merge_door_state(states)
        found.has_register = knows_register(store)
    return found


def import_register(workspace: Workspace, path: Path, *, now: datetime) -> HistoryImport:
    """Put every home of a list in the do-not-knock register.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    path : Path
        As ``sources.read_history_list`` reads; only the address counts.
    now : datetime
        Aware.

    Returns
    -------
    HistoryImport
        Only when every row was matched the list counts as given (``has_register``).
    """
    listed, matches, labels = _read(workspace, path)
    found = HistoryImport(columns=listed.columns)
    counts: Counter[str] = Counter()
    today = now.astimezone(AMSTERDAM).date()
    doors = []
    for name, row in listed.rows.iterrows():
        match = matches.loc[name]
        if match["result"] == "matched":
            doors.append(str(match["door_id"]))
            counts["refused"] += 1
            continue
        which = tuple(labels[i] for i in str(match["candidates"]).split())
        counts[_to_mend(
            found, str(name), row, str(match["reason"]), str(match["result"]), which
        )] += 1  # fmt: skip
    found.counts = {"rows": len(listed.rows)} | {
        n: counts[n] for n in ("refused", "doubtful", "unknown")
    }
    found.mend_path = _write_mend(path, listed, found.to_mend)
    with open_store(workspace, now=now) as store:
        before = store.do_not_knock_doors()
        for door_id in sorted(set(doors)):
            store.add_do_not_knock(door_id, on=today, source=Source.REQUEST, now=now)
        found.doors = len(set(doors) - before)
        if not found.to_mend:
            store.note_register_source("list", on=today)
        found.has_register = store.has_register_source()
    return found


def note_no_register(workspace: Workspace, *, now: datetime) -> None:
    """Note that there is no list of homes nobody rings at: rounds may be planned.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    now : datetime
        Aware.
    """
    with open_store(workspace, now=now) as store:
        store.note_register_source("none", on=now.astimezone(AMSTERDAM).date())


def _read(workspace: Workspace, path: Path) -> tuple[HistoryList, pd.DataFrame, dict[str, str]]:
    from zds_geo.places import match_list
    from zds_geo.sources import LimitedReader
    from zds_geo.store import read_layer

    doors = read_layer(workspace.require_places(), "doors")
    with LimitedReader() as reader:
        listed = reader.read_history_list(path)
    matches = match_list(listed.rows, doors)
    wanted = {i for text in matches["candidates"] for i in text.split()}
    return listed, matches, door_labels(doors, wanted)


def _require_columns(path: Path, listed: HistoryList, *, all_talked: bool) -> None:
    names = ", ".join(c for c in listed.header if c)
    if not {"date", "month", "year"} & set(listed.columns):
        raise SourceError("history.no_when", path=path.name, found=names)
    if not all_talked and not {"outcome", "yes"} & set(listed.columns):
        raise SourceError("history.no_what", path=path.name, found=names)


def _take_talk(
    found: HistoryImport,
    states: dict[str, dict[str, str]],
    *,
    name: str,
    row: Any,
    match: Any,
    today: date,
) -> str:
    month = read_month(str(row["date"]), str(row["month"]), str(row["year"]))
    if month is None or month > f"{today:%Y-%m}":
        key = "history.when" if month is None else "history.future"
        return _to_mend(found, name, row, key, "doubtful")
    years, months = divmod(today.year * 12 + today.month - 1 - MOST_MONTHS, 12)
    if month < f"{years:04d}-{months + 1:02d}":
        return "old"
    state = states.setdefault(
        str(match["door_id"]), {"month_last_talked": "", "month_last_tried": ""}
    )
    for column in state:
        state[column] = max(state[column], month)
    return "talked"


def _to_mend(
    found: HistoryImport, name: str, row: Any, why: str, fate: str, which: tuple[str, ...] = ()
) -> str:
    found.to_mend.append(Mend(row=name, label=str(row["label"]), why=why, candidates=which))
    return fate


def _write_mend(path: Path, listed: HistoryList, rows: list[Mend]) -> Path | None:
    """Write the rows to mend beside the list, as they came, with the reason behind them."""
    if not rows:
        return None
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*map(csv_guard, listed.header), "waarom", "misschien"])
    for row in rows:
        cells = listed.cells[row.row]
        more = (say(row.why), ", ".join(row.candidates))
        writer.writerow(map(csv_guard, (*cells, *more)))
    out = path.with_name(f"{path.stem}-nakijken.csv")
    try:
        out.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
    except OSError as fault:
        raise OutputError("output.cannot_write", path=out, fault=fault.strerror) from None
    return out
