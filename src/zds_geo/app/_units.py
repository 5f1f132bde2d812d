"""What areas are made of: street sides with their work, and the minutes people have for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.core.ids import bell_order

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.app.settings import ServiceTimes, Settings

# ASSUMPTION: of four knocks spread over day and evening somewhat over one opens (see FIRST_CHANCE
# in contact). One figure for every door: work never depends on who lives there.
OPEN_SHARE: Final = 0.35
PARTS_PER_SHARE: Final = 30  # a street side too long for one is cut this fine, to come out even
DATES_WEEKS: Final = 13  # single dates in the roster count over this many weeks


def service_s(service: ServiceTimes) -> float:
    """Give the expected seconds at a door, the same for all."""
    return service.closed_s * (1 - OPEN_SHARE) + service.talk_s * OPEN_SHARE


def weekly_minutes(settings: Settings, *, on: date) -> dict[str, float]:
    """Give the minutes a week that each assistant has in the roster, without changes of a day."""
    found = {a.id: 0.0 for a in settings.assistants}
    for rule in settings.shifts:
        ends = [min(rule.ends, bell) for bell in settings.latest_bell]
        spans = [_minutes(e) - _minutes(rule.starts) for e in ends if e > rule.starts]
        minutes = sum(spans) / len(ends)
        until = on + timedelta(weeks=DATES_WEEKS)
        single = [d for d in rule.dates if on <= d < until and d.weekday() not in rule.weekdays]
        days = len(rule.weekdays - {6}) + len(single) / DATES_WEEKS
        found[rule.assistant] += minutes * days
    return found


def _minutes(clock: object) -> int:
    moment = datetime.strptime(str(clock)[:5], "%H:%M")  # noqa: DTZ007
    return moment.hour * 60 + moment.minute


def make_units(
    doors: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    *,
    owners: pd.Series,
    n_people: int,
    settings: Settings,
) -> tuple[pd.DataFrame, pd.Series]:
    """Make the units that are divided: street sides; one that is over a share, in parts.

    Parameters
    ----------
    doors : GeoDataFrame
        Contract DOORS, of the buurten to divide.
    stops : GeoDataFrame
        Contract STOPS.
    owners : Series of str, index of ``doors``
        Earlier owners.
    n_people : int
        Over how many it is divided.
    settings : Settings
        Seconds at a door and for a metre.

    Returns
    -------
    units : DataFrame
        For ``link_units``, with ``straat``, ``n_doors``, ``span_s``, ``work_s`` (doors and the way
        to and along them) and ``owner`` (of most of its doors; "" for nobody).
    unit_of : Series of int, index of ``doors``
        Row of each door in ``units``.
    """
    import pandas as pd

    pace = settings.service.walk_m_s
    at = stops.loc[doors["stop_id"]]
    table = pd.DataFrame(
        {
            "side_id": doors["street_side_id"], "straat": doors["straat"],
            "edge_id": at["access_edge_id"].to_numpy(), "along": at["along_m"].to_numpy(),
            "x": doors.geometry.x, "y": doors.geometry.y, "owner": owners,
            "stop_id": doors["stop_id"],
        }
    )  # fmt: skip
    table["order"] = [
        bell_order(n, a, b)
        for n, a, b in zip(
            doors["huisnummer"], doors["huisletter"], doors["toevoeging"], strict=True
        )
    ]
    table = table.sort_values(["side_id", "straat", "order"], kind="stable")
    # There and back from the street, shared by the doors of a stop.
    behind = table.groupby("stop_id")["along"].transform("size")
    access = pd.Series(at["access_m"].to_numpy(), index=doors.index).reindex(table.index)
    table["work"] = service_s(settings.service) + 2 * access / behind / pace
    table["part"] = _parts(table, n_people)
    keys = ["side_id", "part"]
    grouped = table.groupby(keys, sort=True)
    units = grouped.agg(
        edge_id=("edge_id", "first"), straat=("straat", _most), low_m=("along", "min"),
        high_m=("along", "max"), x=("x", "mean"), y=("y", "mean"), n_doors=("along", "size"),
        work_s=("work", "sum"), owner=("owner", _most),
    ).reset_index()  # fmt: skip
    units["side"] = units["side_id"].str[-1]
    units["span_s"] = (units["high_m"] - units["low_m"]) / pace
    units["work_s"] += units["span_s"]
    return units, grouped.ngroup().reindex(doors.index)


def _parts(table: pd.DataFrame, n_people: int) -> pd.Series:
    """Number the parts of street sides in the order of house numbers; mostly all 0."""
    share = table["work"].sum() / max(n_people, 1)
    sides = table.groupby("side_id")["work"]
    long = sides.transform("sum") > share
    fine = max(share / PARTS_PER_SHARE, float(table["work"].max()))
    before = sides.cumsum() - table["work"]
    return (before // fine).astype(int).where(long & (n_people > 1), 0)


def _most(values: pd.Series) -> str:
    counts = values.value_counts()
    return str(min(counts.index[counts == counts.max()]))
