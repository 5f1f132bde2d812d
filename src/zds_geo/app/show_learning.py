"""``zds coverage --learned``: does what is learned come true, and does it help?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app._known import read_known
from zds_geo.app.calendar import is_plain
from zds_geo.app.settings import Settings
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import pandas as pd

SEED: Final = 1
FEW_ATTEMPTS: Final = 50  # below this a share says nothing


@dataclass(frozen=True, slots=True)
class Learning:
    """What was foretold and what happened in the last weeks.

    Attributes
    ----------
    first, last : date
        The days that are looked at.
    table : DataFrame, index window
        As from ``check_chances``.
    compared : mapping of bool to (int, int)
        Attempts and opened doors of days that kept to the rules (True) and that learned (False).
    """

    first: date
    last: date
    table: pd.DataFrame
    compared: dict[bool, tuple[int, int]]


def check_learning(workspace: Workspace, *, now: datetime) -> Learning:
    """Hold the learned chances against the last weeks.

    Parameters
    ----------
    workspace : Workspace
        With places and a history.
    now : datetime
        Aware.

    Returns
    -------
    Learning
        Sums only: nothing of one door or one assistant.
    """
    from zds_geo.app._day import contact_params
    from zds_geo.contact import check_chances
    from zds_geo.store import read_layer

    today = now.astimezone(AMSTERDAM).date()
    layer = read_layer(workspace.require_places(), "doors").sort_index()
    doors = layer[["buurt_code", "street_side_id"]]
    with open_store(workspace, now=now) as store:
        params = contact_params(workspace, store)
        known = read_known(store, doors.index)
    table = check_chances(
        doors, known.knocks, now=now, seed=SEED, params=params, door_state=known.door_state
    )
    first = today - timedelta(days=params.complete_days // 7 * 7)
    recent = known.knocks.loc[known.knocks["knocked_on"].astype(str) >= first.isoformat()]
    return Learning(
        first=first,
        last=today - timedelta(days=1),
        table=table,
        compared=_compare(workspace.settings, recent),
    )


def _compare(settings: Settings, knocks: pd.DataFrame) -> dict[bool, tuple[int, int]]:
    """Count attempts and opened doors of plain days and of days that learned."""
    import numpy as np

    from zds_geo.contact import read_log

    if not settings.chance.learn or not settings.chance.plain_share:
        return {}
    log = read_log(knocks, until=date.max)
    days = log.day.astype(object)
    plain = np.array([is_plain(settings, day) for day in days], dtype=bool)
    found = {}
    for sort in (True, False):
        rows = log.attempt & (plain == sort)
        found[sort] = (int(rows.sum()), int((rows & log.contact).sum()))
    return found
