"""Does what was learned come true? Each of the last weeks foretold from the knocks before it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zds_geo.contact.chance import fit_chances
from zds_geo.contact.facts import facts_at
from zds_geo.contact.log import read_log
from zds_geo.contact.params import ContactParams
from zds_geo.contact.rank import FIRST_CHANCE, MISS_FACTOR
from zds_geo.core.windows import AMSTERDAM, local_instant

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_LEAST: Final = 1e-3  # chances are kept so far from 0 and 1 in a log-loss
_COLUMNS: Final = ("attempts", "opened", "expected", "loss", "loss_rules")


def check_chances(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    *,
    now: datetime,
    seed: int,
    params: ContactParams | None = None,
    door_state: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Hold learned chances against what happened, week by week, none of which was learned from.

    Parameters
    ----------
    doors, knocks : DataFrame
        As for ``fit_chances``.
    now : datetime
        Aware. The weeks end the day before, and lie within the days of which all knocks are kept.
    seed : int
        As for ``fit_chances``.
    params : ContactParams, optional
        Rules and windows.
    door_state : DataFrame, optional
        What remains after retention.

    Returns
    -------
    DataFrame, index window
        ``attempts``, ``opened`` (counts), ``expected`` (sum of the chances), ``loss`` and
        ``loss_rules`` (sums of the logarithmic loss in nats, Good 1952, of the learned chances and
        of those of the rules). Only windows with an attempt; sums, nothing of one door.
    """
    rules = params or ContactParams()
    today = now.astimezone(AMSTERDAM).date()
    table = pd.DataFrame(0.0, index=pd.Index(rules.windows.names, name="window"), columns=_COLUMNS)
    for back in range(rules.complete_days // 7, 0, -1):
        first = today - timedelta(days=7 * back)
        table += _one_week(
            doors, knocks, first=first, seed=seed, rules=rules, door_state=door_state
        )
    return table.loc[table["attempts"] > 0]


def _one_week(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    *,
    first: date,
    seed: int,
    rules: ContactParams,
    door_state: pd.DataFrame | None,
) -> pd.DataFrame:
    before, week = first - timedelta(days=1), first + timedelta(days=6)
    model = fit_chances(
        doors, knocks, now=local_instant(before, time(12)), seed=seed, params=rules,
        door_state=door_state,
    )  # fmt: skip
    past, log = read_log(knocks, until=before), read_log(knocks, until=week)
    chances = model.chances(doors, past, door_state=door_state)
    misses = facts_at(past, doors.index, params=rules, door_state=door_state)["misses"]
    names = rules.windows.names
    place = doors.index.get_indexer(log.doors)[log.door]
    column = np.array([names.index(w) if w in names else -1 for w in log.windows])[log.window]
    rows = log.attempt & (log.day >= np.datetime64(first, "D")) & (place >= 0) & (column >= 0)
    place, column, opened = place[rows], column[rows], log.contact[rows].astype(float)
    usual = np.array([FIRST_CHANCE[w.kind] for w in rules.windows.windows])
    learned = chances[place, column]
    ruled = usual[column] * MISS_FACTOR ** misses[place].astype(float)
    sums = {
        "attempts": np.ones(len(opened)), "opened": opened, "expected": learned,
        "loss": _loss(learned, opened), "loss_rules": _loss(ruled, opened),
    }  # fmt: skip
    counted = {n: np.bincount(column, values, minlength=len(names)) for n, values in sums.items()}
    return pd.DataFrame(counted, index=pd.Index(names, name="window"))


def _loss(chance: Floats, opened: Floats) -> Floats:
    p = np.clip(chance, _LEAST, 1 - _LEAST)
    found: Floats = -(opened * np.log(p) + (1 - opened) * np.log1p(-p))
    return found
