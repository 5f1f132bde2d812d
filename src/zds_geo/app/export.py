"""``zds export``: rounds, streets and coverage for other programs."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app.import_places import read_credits
from zds_geo.app.report_to_bag import write_bag_feedback
from zds_geo.app.show_coverage import measure, measure_sides
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NotFoundError, OutputError, UsageError
from zds_geo.core.model import Pause, Place, Round, RoundDoor, RoundStop

if TYPE_CHECKING:
    import pandas as pd

FORMATS: Final = ("geojson", "gpx", "csv", "bag-feedback")


def export(
    workspace: Workspace, kind: str, *, on: date | None, path: Path | None, now: datetime
) -> list[Path]:
    """Write rounds (GPX) or coverage (GeoJSON, CSV) with credit line and data date.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    kind : str
        ``gpx``: one file for each open round of a date. ``geojson``: street sides with their
        counts (internal). ``csv``: coverage per buurt. ``bag-feedback``: homes to report to the
        municipality.
    on : date or None
        With ``gpx``: the date of the rounds; the last planned date when None.
    path : Path or None
        File (folder for ``gpx``) to write; a fitting place under ``maps/`` when None.
    now : datetime
        Aware.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    UsageError
        If ``kind`` is another word.
    OutputError
        If a file cannot be written.
    """
    if kind not in FORMATS:
        raise UsageError("export.kind", got=kind, known=", ".join(FORMATS))
    try:
        if kind == "gpx":
            return _export_gpx(workspace, on=on, folder=path, now=now)
        if kind == "bag-feedback":
            target = path or workspace.maps_path / "bag-terugmelding.csv"
            write_bag_feedback(workspace, target, now=now)
            return [target]
        return [_export_coverage(workspace, kind, path=path, now=now)]
    except OSError as fault:
        raise OutputError(
            "output.cannot_write", path=path or workspace.maps_path, fault=fault.strerror
        ) from None


def _export_coverage(workspace: Workspace, kind: str, *, path: Path | None, now: datetime) -> Path:
    from zds_geo.outputs import write_csv, write_geojson

    credits = read_credits(workspace)
    target = path or workspace.maps_path / f"dekking.{kind}"
    target.parent.mkdir(parents=True, exist_ok=True)
    if kind == "geojson":
        write_geojson(measure_sides(workspace, now=now), target, credits=credits)
    else:
        write_csv(measure(workspace, by="buurt", now=now).rows, target, credits=credits)
    return target


def _export_gpx(
    workspace: Workspace, *, on: date | None, folder: Path | None, now: datetime
) -> list[Path]:
    from zds_geo.outputs import write_gpx

    rounds = read_rounds(workspace, on=on, now=now)
    credits = read_credits(workspace)
    written = []
    for planned in rounds:
        target = folder or workspace.maps_path / planned.date.isoformat()
        target.mkdir(parents=True, exist_ok=True)
        written.append(target / f"{planned.round_id}.gpx")
        write_gpx(planned, written[-1], credits=credits)
    return written


def read_rounds(workspace: Workspace, *, on: date | None, now: datetime) -> list[Round]:
    """Read the stored rounds of a date.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    on : date or None
        The date; the last planned one when None.
    now : datetime
        Aware.

    Returns
    -------
    list of Round
        Open rounds by code.

    Raises
    ------
    NotFoundError
        If there are none.
    """
    with open_store(workspace, now=now) as store:
        table: pd.DataFrame = store.read_rounds(open_only=True)
    if on is None and len(table):
        on = max(table["date"])
    chosen = table.loc[table["date"] == on] if on is not None else table
    if chosen.empty:
        raise NotFoundError("export.no_rounds", date=on or "-")
    return [round_from_json(text) for text in chosen.sort_values("code")["payload"]]


def round_from_json(text: str) -> Round:
    """Read a stored round back.

    Parameters
    ----------
    text : str
        JSON as stored when the round was reserved.

    Returns
    -------
    Round
        The same round.
    """
    raw: dict[str, Any] = json.loads(text)
    stops = tuple(
        RoundStop(**{**s, "doors": tuple(RoundDoor(**d) for d in s["doors"])}) for s in raw["stops"]
    )
    return Round(
        **{
            **raw,
            "date": date.fromisoformat(raw["date"]),
            "start_at": datetime.fromisoformat(raw["start_at"]),
            "end_at": datetime.fromisoformat(raw["end_at"]),
            "start": Place(**raw["start"]),
            "end": Place(**raw["end"]),
            "buurt_codes": tuple(raw["buurt_codes"]),
            "stops": stops,
            "route": tuple((float(x), float(y)) for x, y in raw["route"]),
            "pause": Pause(**raw["pause"]) if raw.get("pause") else None,
        }
    )
