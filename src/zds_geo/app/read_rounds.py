"""Rounds as they were stored when they were planned."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Pause, Place, Round, RoundDoor, RoundStop

if TYPE_CHECKING:
    import pandas as pd


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
        if on is None:
            raise NotFoundError("export.never_planned")
        raise NotFoundError("export.no_rounds", date=on)
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
