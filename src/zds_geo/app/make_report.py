"""``zds report``: the board's page. Whole weeks, small numbers hidden, nobody's name or door."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._blocks import HardBlocks, hardest_blocks
from zds_geo.app._day import make_roster
from zds_geo.app._promise import foresee_promise
from zds_geo.app.export import round_from_json
from zds_geo.app.import_places import read_credits
from zds_geo.app.keep_cycle import CycleNow, current_cycle
from zds_geo.app.show_coverage import Coverage, measure
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import OutputError, UsageError
from zds_geo.core.windows import AMSTERDAM, WindowKind, local_instant

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.outputs.report import Promise, Report, ReportRow

ENDINGS: Final = (".pdf", ".html")
MOST_NAMES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole weeks: from a Monday (or the start of the cycle) up to and including a Sunday."""

    first: date | None
    until: date
    cycle: CycleNow | None


def make_report(
    workspace: Workspace,
    *,
    now: datetime,
    first: date | None = None,
    until: date | None = None,
    seed: int = 1,
) -> Report:
    """Gather the board's page.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware; only weeks that were over by then count.
    first, until : date, optional
        A period, widened to whole weeks; else the running cycle.
    seed : int
        Of the forecast.

    Returns
    -------
    Report
        Counts equal those of ``measure`` at the last day of the period.

    Raises
    ------
    UsageError
        If the period is not right, or holds no whole week yet.
    """
    period = _whole_weeks(workspace, first=first, until=until, now=now)
    moment = local_instant(period.until, time.min)
    since = None if period.cycle else period.first
    coverage = measure(workspace, by="buurt", now=moment, since=since)
    promise = None
    if period.cycle is not None:
        promise = foresee_promise(workspace, period.cycle, until=period.until, seed=seed)
    return _write_down(
        workspace, period, coverage,
        blocks=hardest_blocks(workspace, now=moment, since=since),
        walked=_walked(workspace, period, now=moment), promise=promise, now=moment,
    )  # fmt: skip


def draw_report(workspace: Workspace, report: Report, *, path: Path, lang: str = "nl") -> Path:
    """Write the board's page.

    Parameters
    ----------
    workspace : Workspace
        For the credits.
    report : Report
        As from ``make_report``.
    path : Path
        A ``.pdf`` or an ``.html``.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    Path
        The path.

    Raises
    ------
    UsageError
        If the path has another ending.
    OutputError
        If it cannot be written.
    """
    from zds_geo.outputs import write_report

    if path.suffix.lower() not in ENDINGS:
        raise UsageError("report.ending", got=path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_report(report, path, credits=read_credits(workspace), lang=lang)
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
    return path


def report_path(workspace: Workspace, report: Report, *, html: bool = False) -> Path:
    """Give the place of a report that has no place of its own.

    Parameters
    ----------
    workspace : Workspace
        Its ``maps/``.
    report : Report
        Its last day names the folder.
    html : bool
        A web page instead of a PDF.

    Returns
    -------
    Path
        ``maps/<date>/verslag.pdf`` or ``.html``.
    """
    return workspace.maps_path / report.until.isoformat() / f"verslag{ENDINGS[html]}"


def _whole_weeks(
    workspace: Workspace, *, first: date | None, until: date | None, now: datetime
) -> Period:
    """Widen a period to whole weeks that are over (P09: a weekly snapshot)."""
    today = now.astimezone(AMSTERDAM).date()
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    if first and until and first > until:
        raise UsageError("report.period_error", first=first, until=until)
    last = sunday if until is None else min(until + timedelta(days=6 - until.weekday()), sunday)
    with open_store(workspace, now=now) as store:
        cycle = current_cycle(workspace, store)
    whole_cycle = first is None
    if first is not None:
        first -= timedelta(days=first.weekday())
    elif cycle is not None:
        first = cycle.started_on
    if first is not None and last < first:
        raise UsageError(
            "report.no_week", first=first, until=last, sunday=sunday + timedelta(days=7)
        )
    return Period(first=first, until=last, cycle=cycle if whole_cycle else None)


def _walked(workspace: Workspace, period: Period, *, now: datetime) -> tuple[float, int, int]:
    """Add up the planned hours of entered rounds; count the rounds and who walked them."""
    with open_store(workspace, now=now) as store:
        rounds: pd.DataFrame = store.read_rounds()
    done = rounds.loc[rounds["status"] == "entered"]
    first = period.first or date.min
    done = done.loc[[first <= day <= period.until for day in done["date"]]]
    planned = [round_from_json(text) for text in done["payload"]]
    seconds = sum(r.walk_s + r.service_s for r in planned)
    return seconds / 3600, len(planned), len({r.assistant_id for r in planned})


def _write_down(
    workspace: Workspace,
    period: Period,
    coverage: Coverage,
    *,
    blocks: HardBlocks,
    walked: tuple[float, int, int],
    promise: Promise | None,
    now: datetime,
) -> Report:
    from zds_geo.outputs.report import Report
    from zds_geo.outputs.report_cells import hide_count
    from zds_geo.outputs.report_text import FEWEST_PEOPLE

    rows, total, joined = _rows(coverage)
    hours, n_rounds, n_people = walked
    not_staffed, unserved, unserved_doors = _roster_gaps(workspace, coverage, now=now)
    return Report(
        area=_area_name(workspace.settings.area.name, list(coverage.rows["buurt_naam"])),
        first=period.first,
        until=period.until,
        is_cycle=period.cycle is not None,
        rows=rows,
        total=total,
        joined=joined,
        not_staffed=not_staffed,
        unserved=unserved,
        unserved_doors=unserved_doors,
        blocks=blocks.shown,
        blocks_more=blocks.more,
        blocks_known=blocks.known,
        arrange=hide_count(len(coverage.to_arrange)),
        hours=round(hours, 1),
        n_rounds=n_rounds,
        n_people_ok=n_people >= FEWEST_PEOPLE,
        promise=promise,
    )


def _area_name(name: str, buurten: Sequence[str]) -> str:
    """Say buurten by name where the workspace only has codes for a name."""
    if not all(re.fullmatch(r"(BU|WK|GM)[0-9A-Z]{4,8}", part) for part in name.split(", ")):
        return name
    return ", ".join(str(b) for b in buurten[:MOST_NAMES]) + (
        " …" if len(buurten) > MOST_NAMES else ""
    )


def _rows(coverage: Coverage) -> tuple[tuple[ReportRow, ...], ReportRow, int]:
    from zds_geo.outputs.report import ReportRow
    from zds_geo.outputs.report_cells import COLUMNS, fold_small_rows, hide_small_cells

    names = ("n_doors", *COLUMNS)
    counts = [
        (str(row["buurt_naam"]), {c: int(row[c]) for c in names})
        for _, row in coverage.rows.iterrows()
    ]
    kept, joined = fold_small_rows(counts)
    cells, total = hide_small_cells([c for _, c in kept])
    rows = tuple(
        ReportRow(name=name, n_doors=count["n_doors"], cells=shown)
        for (name, count), shown in zip(kept, cells, strict=True)
    )
    return rows, ReportRow(name="", n_doors=coverage.total["n_doors"], cells=total), len(joined)


def _roster_gaps(
    workspace: Workspace, coverage: Coverage, *, now: datetime
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """List kinds of window without a shift, and buurten (largest first; doors) without anybody."""
    windows = workspace.settings.windows
    with open_store(workspace, now=now) as store:
        roster = make_roster(workspace.settings, store, first=now.astimezone(AMSTERDAM).date())
    if roster.empty:
        return (), (), 0
    staffed = {windows.kind_of(w) for w in roster["window"] if w in windows.names}
    kinds = tuple(k.value for k in WindowKind if k not in staffed)
    served = {code for codes in roster["buurt_codes"] for code in codes}
    rows = coverage.rows.sort_values("n_doors", ascending=False, kind="stable")
    left = rows.loc[[served and code not in served for code in rows.index]]
    return kinds, tuple(str(n) for n in left["buurt_naam"]), int(left["n_doors"].sum())
