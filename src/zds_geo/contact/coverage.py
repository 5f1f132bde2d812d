"""Coverage: tried, opened, talked, reached and fair chance, always apart."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from zds_geo.contact._coming import staffed_kinds
from zds_geo.contact.facts import KIND_BITS, facts_of, spread
from zds_geo.contact.log import read_log
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.contact.params import ContactParams

FIGURES: Final = (
    "n_doors",
    "tried",
    "opened",
    "talked",
    "reached",
    "never_tried",
    "fair",
    "misses",
)


def measure_coverage(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    *,
    params: ContactParams,
    now: datetime,
    by: str,
    roster: pd.DataFrame | None = None,
    door_state: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure coverage in this cycle.

    Parameters
    ----------
    doors : DataFrame
        Index ``door_id``; has the column ``by``.
    knocks : DataFrame
        Columns of the knocks CSV.
    params : ContactParams
        The cycle.
    now : datetime
        Aware.
    by : str
        Column of ``doors`` to group by.
    roster : DataFrame, optional
        Shifts of any date, else as for ``rank_doors``: kinds of window that nobody staffs in a
        buurt do not count against it.
    door_state : DataFrame, optional
        What remains after retention: the figures are the same before and after.

    Returns
    -------
    DataFrame, index ``by``
        In doors: ``n_doors``, ``tried`` (an attempt), ``opened`` (someone answered an attempt),
        ``talked``, ``reached`` (any contact, also elsewhere), ``never_tried``, ``fair`` (fair
        chance: attempted in every kind of window that the roster staffs); ``misses`` (in knocks);
        and ``last_tried_on`` (date or missing).

    Notes
    -----
    Every door counts in ``n_doors``, whatever is known of it: a do-not-knock, an empty home or a
    shop cannot be told from the figures.
    """
    today = now.astimezone(AMSTERDAM).date()
    log = read_log(knocks, until=today)
    facts = spread(facts_of(log, params=params, door_state=door_state), doors.index)
    here = log.since(params.cycle_start) & log.attempt
    opened = log.doors[log.count(here & log.contact) > 0]
    tried = facts["attempts"] > 0
    every = sum(KIND_BITS.values())
    asked = staffed_kinds(doors, roster, params) if roster is not None else every
    last = facts["last_rung"].where(tried).astype("datetime64[s]")
    in_log = pd.Series(log.last_day(here), index=log.doors).reindex(doors.index)
    last = in_log.astype("datetime64[s]").fillna(last)  # of what is forgotten only the month
    frame = pd.DataFrame(
        {
            by: doors[by],
            "n_doors": 1,
            "tried": tried.astype(int),
            "opened": (doors.index.isin(opened) | facts["opened_before"]).astype(int),
            "talked": (facts["talked"] > 0).astype(int),
            "reached": (facts["contacts"] > 0).astype(int),
            "never_tried": (~tried).astype(int),
            "fair": tried & ((facts["kinds"] & asked) == asked),
            "misses": facts["misses"],
        },
        index=doors.index,
    )
    result = frame.groupby(by)[list(FIGURES)].sum()
    days = last.groupby(doors[by]).max().clip(upper=pd.Timestamp(today))
    result["last_tried_on"] = [None if pd.isna(d) else d.date() for d in days.reindex(result.index)]
    return result
