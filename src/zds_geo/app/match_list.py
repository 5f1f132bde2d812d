"""``zds places match``: a list of the user's own against the loaded doors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.app.import_places import read_credits
from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMatch:
    """Rows of a list with what they stand for (contract MATCHES), counts, and labels of doors.

    ``counts`` has ``rows``, ``matched``, ``doubtful``, ``unknown``, and ``doors``: distinct doors
    among the matched rows. ``labels`` gives the address of every doubtful candidate.
    """

    matches: pd.DataFrame
    counts: dict[str, int]
    labels: dict[str, str]


def match_own_list(workspace: Workspace, path: Path, *, out: Path | None = None) -> ListMatch:
    """Match a list with the doors of a workspace.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    path : Path
        As ``sources.read_own_list`` reads.
    out : Path, optional
        CSV to write: ``row`` and ``door_id`` of the matched rows, and the credit line.

    Returns
    -------
    ListMatch
        Every row once, in the order of the list.

    Raises
    ------
    SourceError
        If the list cannot be used.
    OutputError
        If ``out`` cannot be written.
    """
    from zds_geo.outputs import write_csv
    from zds_geo.places import match_list
    from zds_geo.sources import LimitedReader
    from zds_geo.store import read_layer

    doors = read_layer(workspace.require_places(), "doors")
    with LimitedReader() as reader:
        rows = reader.read_own_list(path)
    matches = match_list(rows, doors)
    matched = matches.loc[matches["result"] == "matched", ["door_id"]]
    if out is not None:
        try:
            write_csv(matched, out, credits=read_credits(workspace))
        except OSError as fault:
            raise OutputError("output.cannot_write", path=out, fault=fault.strerror) from None
    results = matches["result"].value_counts()
    counts = {"rows": len(matches)} | {
        name: int(results.get(name, 0)) for name in ("matched", "doubtful", "unknown")
    }
    counts["doors"] = int(matched["door_id"].nunique())
    wanted = {i for text in matches["candidates"] for i in text.split()}
    return ListMatch(matches=matches, counts=counts, labels=door_labels(doors, wanted))


def door_labels(doors: pd.DataFrame, wanted: set[str]) -> dict[str, str]:
    """Give the address of some doors.

    Parameters
    ----------
    doors : DataFrame
        Contract DOORS.
    wanted : set of str
        Door ids.

    Returns
    -------
    dict of str to str
        Street and house number of each.
    """
    from zds_geo.app.find_doors import door_address

    return {
        str(door.Index): door_address(door)
        for door in doors.loc[doors.index.isin(wanted)].itertuples()
    }
