"""``zds export``: rounds, streets, coverage and roster for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from zds_geo.app._day import ROSTER_WEEKS
from zds_geo.app._export_files import (
    COVERAGE,
    ROSTER,
    ROUNDS,
    STREETS,
    Wish,
    export_csv,
    export_geojson,
    export_gpkg,
    export_xlsx,
    require_shifts,
    rounds_of,
)
from zds_geo.app.read_rounds import read_rounds, round_from_json
from zds_geo.app.report_to_bag import write_bag_feedback
from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import OutputError, UsageError

__all__ = ["KINDS", "export", "read_rounds", "round_from_json"]

# What each kind of file can hold; the first is written when nothing else is asked. A workbook and
# a GeoPackage have room for everything at once.
KINDS: Final = {
    "gpx": (ROUNDS,),
    "kml": (ROUNDS,),
    "geojson": (STREETS, COVERAGE, ROUNDS),
    "csv": (COVERAGE, STREETS, ROUNDS, ROSTER),
    "xlsx": (COVERAGE, STREETS, ROUNDS, ROSTER),
    "gpkg": (STREETS, COVERAGE, ROUNDS),
    "ics": (ROSTER,),
    "bag-feedback": (),
}
WHOLE: Final = frozenset({"xlsx", "gpkg"})


def export(
    workspace: Workspace,
    kind: str,
    *,
    on: date | None = None,
    path: Path | None = None,
    now: datetime,
    what: str = "",
    assistants: Sequence[str] = (),
    weeks: int = ROSTER_WEEKS,
    excel: bool = False,
    lang: str = "nl",
) -> list[Path]:
    """Write rounds, streets, coverage or roster, with credit line and data date.

    Parameters
    ----------
    workspace : Workspace
        With imported places; a roster goes without.
    kind : str
        ``gpx``, ``kml``, ``geojson``, ``csv``, ``xlsx``, ``gpkg``, ``ics``; or ``bag-feedback``:
        homes to report to the municipality.
    on : date, optional
        Of rounds: their date, the last planned one when None. Of a roster: its first date, today
        when None.
    path : Path, optional
        File to write (for ``gpx`` and ``kml`` a folder, or a file where there is one round); a
        fitting place under ``maps/`` when None.
    now : datetime
        Aware.
    what : str
        ``rounds``, ``streets``, ``coverage`` or ``roster``; when empty the first of ``KINDS``,
        or everything together in a workbook or GeoPackage.
    assistants : sequence of str
        Rounds and roster of these only.
    weeks : int
        Length of a roster.
    excel : bool
        Of a CSV: for a Dutch spreadsheet, with semicolons.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    UsageError
        If ``kind`` or ``what`` is another word.
    NotFoundError
        If there are no such rounds or shifts.
    OutputError
        If a file cannot be written.
    """
    wish = Wish(
        workspace=workspace, kind=kind, what=_choose(kind, what, excel=excel),
        whole=kind in WHOLE and not what, on=on, path=path, now=now,
        assistants=tuple(assistants), weeks=weeks, excel=excel, lang=lang,
    )  # fmt: skip
    for assistant in assistants:
        workspace.settings.assistant(assistant)
    writers = {
        "gpx": _export_phone, "kml": _export_phone, "geojson": export_geojson, "csv": export_csv,
        "xlsx": export_xlsx, "gpkg": export_gpkg, "ics": _export_ics, "bag-feedback": _export_bag,
    }  # fmt: skip
    try:
        return writers[kind](wish)
    except OSError as fault:
        raise OutputError(
            "output.cannot_write", path=path or workspace.maps_path, fault=fault.strerror
        ) from None


def _choose(kind: str, what: str, *, excel: bool) -> tuple[str, ...]:
    if kind not in KINDS:
        raise UsageError("export.kind", got=kind, known=", ".join(KINDS))
    if excel and kind != "csv":
        raise UsageError("export.excel", got=kind)
    if what and what not in KINDS[kind]:
        raise UsageError("export.what", got=what, kind=kind, known=", ".join(KINDS[kind]) or "-")
    if what:
        return (what,)
    return KINDS[kind] if kind in WHOLE else KINDS[kind][:1]


def _export_bag(wish: Wish) -> list[Path]:
    target = wish.path or wish.workspace.maps_path / "bag-terugmelding.csv"
    write_bag_feedback(wish.workspace, target, now=wish.now)
    return [target]


def _export_phone(wish: Wish) -> list[Path]:
    from zds_geo.outputs import write_gpx, write_kml

    rounds = rounds_of(wish)
    write = write_gpx if wish.kind == "gpx" else write_kml
    one_file = wish.path is not None and wish.path.suffix.casefold() == f".{wish.kind}"
    if one_file and len(rounds) > 1:
        raise UsageError("export.one_file", n=len(rounds), path=wish.path)
    written = []
    for planned in rounds:
        if one_file:
            target = wish.target("")
        else:
            folder = wish.path or wish.workspace.maps_path / planned.date.isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{planned.round_id}.{wish.kind}"
        write(planned, target, credits=wish.credits(), lang=wish.lang)
        written.append(target)
    return written


def _export_ics(wish: Wish) -> list[Path]:
    from zds_geo.app.list_shifts import list_shifts
    from zds_geo.outputs import write_ics

    shifts = list_shifts(
        wish.workspace, first=wish.on or wish.today, weeks=wish.weeks,
        assistants=wish.assistants, now=wish.now,
    )  # fmt: skip
    require_shifts(wish, shifts)
    target = wish.target("-".join(("rooster", *wish.assistants)))
    write_ics(
        shifts, target, area=wish.workspace.settings.area.name, credits=wish.credits(),
        now=wish.now, lang=wish.lang,
    )  # fmt: skip
    return [target]
