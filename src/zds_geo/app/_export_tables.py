"""What an export is made from: rounds without refused doors, streets, coverage and roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from zds_geo.app._known import with_former_ids
from zds_geo.app.list_shifts import list_shifts
from zds_geo.app.show_coverage import FIGURES, measure, measure_sides
from zds_geo.app.workspace import Workspace
from zds_geo.core.texts import load_catalogue, say
from zds_geo.core.windows import AMSTERDAM, WEEKDAYS

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    import pandas as pd

    from zds_geo.core.model import Round
    from zds_geo.store import HistoryStore

SMALLEST: Final = 5  # doors: below it no figure is written (P09, the coordinator's own files)


def leave_out_refused(rounds: Sequence[Round], store: HistoryStore) -> list[Round]:
    """Take the doors off rounds that got into the do-not-knock register after planning (P07).

    Parameters
    ----------
    rounds : sequence of Round
        As stored when they were planned.
    store : HistoryStore
        Open.

    Returns
    -------
    list of Round
        Stops without doors are gone; line numbers stay those of the printed sheet.
    """
    refused = with_former_ids(store.do_not_knock_doors(), store)
    left = []
    for planned in rounds:
        stops = [
            replace(stop, doors=tuple(d for d in stop.doors if d.door_id not in refused))
            for stop in planned.stops
        ]
        left.append(replace(planned, stops=tuple(s for s in stops if s.doors)))
    return left


def gather_streets(workspace: Workspace, *, now: datetime) -> gpd.GeoDataFrame:
    """Gather street sides with their counts, merged to at least five doors.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    GeoDataFrame, index ``piece_id``
        EPSG:28992; ``straat``, ``buurt_code``, ``buurt_naam``, counts and ``last_tried_on`` (date).
        An area with fewer than five doors has no counts.
    """
    pieces = measure_sides(workspace, now=now)
    names = _buurten(workspace)["buurt_naam"]
    pieces.insert(2, "buurt_naam", names.reindex(pieces["buurt_code"]).to_numpy())
    return hide_small(pieces)


def gather_coverage(workspace: Workspace, *, now: datetime) -> pd.DataFrame:
    """Gather coverage per buurt.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    DataFrame, index ``buurt_code``
        ``buurt_naam`` and the figures; none where a buurt has fewer than five doors.
    """
    return hide_small(measure(workspace, by="buurt", now=now).rows)


def gather_buurten(workspace: Workspace, *, now: datetime) -> gpd.GeoDataFrame:
    """Gather coverage per buurt with its outline.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    GeoDataFrame, index ``buurt_code``
        EPSG:28992; as ``gather_coverage``.
    """
    outlines = _buurten(workspace)[["geometry"]]
    return outlines.join(gather_coverage(workspace, now=now), how="inner").sort_index()


def gather_roster(
    workspace: Workspace,
    *,
    first: date,
    weeks: int,
    assistants: Sequence[str],
    now: datetime,
    lang: str,
) -> pd.DataFrame:
    """Gather the coming shifts as a table for people.

    Parameters
    ----------
    workspace : Workspace
        With a roster.
    first : date
        First local date.
    weeks : int
        Number of weeks.
    assistants : sequence of str
        Only these; everybody when empty.
    now : datetime
        Aware.
    lang : str
        ``nl`` or ``en``, for the names of windows.

    Returns
    -------
    DataFrame
        Columns assistant, date, weekday, starts, ends (local wall time), window, place, buurten.
    """
    import pandas as pd

    shifts = list_shifts(workspace, first=first, weeks=weeks, assistants=assistants, now=now)
    rows = []
    for row in shifts.loc[~shifts["cancelled"].astype(bool)].to_dict("records"):
        begins, ends = (row[c].astimezone(AMSTERDAM) for c in ("start_at", "end_at"))
        key = f"window.{row['window']}"
        rows.append(
            {
                "assistant": row["assistant"], "date": begins.date(),
                "weekday": say(f"weekday.{WEEKDAYS[begins.weekday()]}", lang=lang),
                "starts": begins.time(), "ends": ends.time(),
                "window": say(key, lang=lang) if key in load_catalogue() else row["window"],
                "place": row["place"], "buurten": row["buurten"],
            }
        )  # fmt: skip
    columns = [
        "assistant", "date", "weekday", "starts", "ends", "window", "place", "buurten",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns, dtype="object")


def _buurten(workspace: Workspace) -> gpd.GeoDataFrame:
    from zds_geo.store import read_layer

    return read_layer(workspace.require_places(), "buurten")


def hide_small(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the figures of pieces and buurten with fewer than five doors.

    Parameters
    ----------
    frame : DataFrame
        Column ``n_doors`` and figures of ``measure_coverage``.

    Returns
    -------
    DataFrame
        Figures missing where there are too few doors; ``n_doors`` itself is open data.
    """
    small = frame["n_doors"] < SMALLEST
    result = frame.copy()
    for column in (*FIGURES, "last_tried_on"):
        if column in result and column != "n_doors" and small.any():
            whole = column != "last_tried_on"
            result[column] = (result[column].astype("Int64") if whole else result[column]).mask(
                small
            )
    return result
