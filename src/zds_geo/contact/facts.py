"""What is known of a door: a pure function of its knocks, whatever their order (R02)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zds_geo.core.windows import WindowKind

if TYPE_CHECKING:
    from zds_geo.contact.params import ContactParams

KIND_BITS: Final = {WindowKind.DAY: 1, WindowKind.EVENING: 2, WindowKind.SATURDAY: 4}
_TEXT: Final = (
    "door_id", "window", "outcome", "come_back_window", "assistant_id", "source", "corrects",
)  # fmt: skip
NO_DAY: Final = np.datetime64("NaT", "D")


def normal_knocks(knocks: pd.DataFrame, *, until: date) -> pd.DataFrame:
    """Bring a knocks frame into one shape: all columns, dates as numpy days, sorted.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV; missing optional columns count as empty.
    until : date
        Later knocks are left out.

    Returns
    -------
    DataFrame
        Sorted by door, date, window, outcome, id; ``day``, ``back_from`` and ``back_until`` are
        ``datetime64[D]``; ``attempt`` and ``contact`` tell what counts.
    """
    table = pd.DataFrame(index=range(len(knocks)))
    for column in _TEXT:
        values = knocks[column].to_numpy() if column in knocks else np.full(len(knocks), "")
        table[column] = pd.Series(values, dtype="object").fillna("").astype(str)
    names = knocks.get("knock_id", knocks.index)
    table["knock_id"] = np.asarray(names, dtype=str)
    table["day"] = _days(knocks, "knocked_on")
    table["back_from"] = _days(knocks, "come_back_from")
    table["back_until"] = _days(knocks, "come_back_until")
    table = table.loc[table["day"] <= np.datetime64(until, "D")]
    corrected = set(table["corrects"]) - {""}
    if corrected:
        table = table.loc[~table["knock_id"].isin(corrected)]
    table = table.sort_values(["door_id", "day", "window", "outcome", "knock_id"])
    asked = table["source"] == "request"
    elsewhere = table["source"] == "elsewhere"
    answered = table["outcome"].isin(["talked", "no_talk", "come_back", "do_not_knock"])
    table["contact"] = answered & ~asked
    table["miss"] = (table["outcome"] == "not_home") & ~asked & ~elsewhere
    table["attempt"] = (answered | table["miss"]) & ~asked & ~elsewhere
    return table.reset_index(drop=True)


def _days(knocks: pd.DataFrame, column: str) -> Any:
    if column not in knocks:
        return pd.Series(NO_DAY, index=range(len(knocks))).astype("datetime64[s]")
    values = pd.Series(knocks[column].to_numpy()).replace("", None)
    days = pd.to_datetime(values, errors="coerce").dt.tz_localize(None)
    return days.dt.normalize().astype("datetime64[s]")


def door_facts(
    knocks: pd.DataFrame,
    *,
    params: ContactParams,
    now: date,
    door_state: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Sum up what is known of each door.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV.
    params : ContactParams
        Cycle and windows.
    now : date
        Local date; later knocks do not count.
    door_state : DataFrame, optional
        What remains after retention (DESIGN 5): index ``door_id``, columns ``month_last_tried``,
        ``month_last_talked`` (``YYYY-MM``), ``kinds_tried`` (comma-joined), ``misses``,
        ``vacant_on``, ``not_a_home_on``.

    Returns
    -------
    DataFrame, index ``door_id``
        ``misses``, ``attempts``, ``kinds`` (bits day 1, evening 2, Saturday 4), ``last_rung`` (any
        visit at the door), ``last_miss``, ``last_window``, ``contacts``, ``talked``,
        ``last_contact``, ``last_contact_outcome``, ``opened_twice``, ``no_access`` (times in a
        row), ``last_no_access``, ``vacant_on``, ``not_a_home_on``, ``back_window``, ``back_from``,
        ``back_until``, ``refused`` (do_not_knock).
    """
    table = normal_knocks(knocks, until=now)
    start = None if params.cycle_start is None else np.datetime64(params.cycle_start, "D")
    here = table if start is None else table.loc[table["day"] >= start]
    visits = table.loc[~table["source"].isin(["elsewhere", "request"])]
    facts = pd.DataFrame(index=pd.Index(sorted(set(table["door_id"])), name="door_id"))
    facts["last_rung"] = visits.groupby("door_id")["day"].max()
    facts["last_weekday"] = visits.groupby("door_id")["day"].last().dt.day_of_week
    facts["last_window"] = visits.groupby("door_id")["window"].last()
    by_door = here.groupby("door_id")
    for column, source in (("misses", "miss"), ("attempts", "attempt"), ("contacts", "contact")):
        facts[column] = by_door[source].sum()
    facts["last_miss"] = here.loc[here["miss"]].groupby("door_id")["day"].max()
    facts["kinds"] = _kinds(here.loc[here["attempt"]], params)
    _add_contacts(facts, here)
    _add_obstacles(facts, table, here)
    facts["refused"] = table.loc[table["outcome"] == "do_not_knock"].groupby("door_id").size()
    facts = _fill(facts)
    return facts if door_state is None else _with_state(facts, door_state)


def stop_access(
    knocks: pd.DataFrame, stops: pd.Series[str], *, params: ContactParams, now: date
) -> pd.DataFrame:
    """Sum up for each stop how often nobody could get in: a closed entrance closes all its doors.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV.
    stops : Series of str, index ``door_id``
        Stop of each door.
    params : ContactParams
        Cycle.
    now : date
        Local date; later knocks do not count.

    Returns
    -------
    DataFrame, index ``stop_id``
        ``no_access`` (days, since somebody last got to any door of the stop) and
        ``last_no_access``; only stops where it is more than none.
    """
    table = normal_knocks(knocks, until=now)
    if params.cycle_start is not None:
        table = table.loc[table["day"] >= np.datetime64(params.cycle_start, "D")]
    table = table.assign(stop=table["door_id"].map(stops))
    table = table.loc[table["stop"].notna()]
    opened = table.loc[table["attempt"]].groupby("stop")["day"].max()
    shut = table.loc[table["outcome"] == "no_access"]
    since = opened.reindex(shut["stop"]).to_numpy()
    shut = shut.loc[~(since >= shut["day"].to_numpy())]
    by_stop = shut.groupby("stop")["day"]
    found = pd.DataFrame({"no_access": by_stop.nunique(), "last_no_access": by_stop.max()})
    return found.rename_axis("stop_id")


def _kinds(attempts: pd.DataFrame, params: ContactParams) -> pd.Series[int]:
    bits = {w.name: KIND_BITS[w.kind] for w in params.windows.windows}
    found = attempts.assign(bit=attempts["window"].map(bits).fillna(0).astype(int))
    parts = [
        found["door_id"][(found["bit"] & bit) > 0].drop_duplicates().map(lambda _, b=bit: b)
        .set_axis(found["door_id"][(found["bit"] & bit) > 0].drop_duplicates())
        for bit in KIND_BITS.values()
    ]  # fmt: skip
    joined = pd.concat(parts)
    return joined.groupby(level=0).sum() if len(joined) else pd.Series(dtype=int)


def _add_contacts(facts: pd.DataFrame, here: pd.DataFrame) -> None:
    contacts = here.loc[here["contact"]]
    by_door = contacts.groupby("door_id")
    facts["last_contact"] = by_door["day"].max()
    facts["last_contact_outcome"] = by_door["outcome"].last()
    facts["talked"] = (contacts["outcome"] == "talked").groupby(contacts["door_id"]).sum()
    opened = contacts.loc[contacts["outcome"].isin(["no_talk", "come_back"])]
    facts["opened"] = opened.groupby("door_id").size()
    last = by_door.last()
    back = last.loc[last["outcome"] == "come_back"]
    facts["back_window"] = back["come_back_window"]
    facts["back_from"] = back["back_from"]
    facts["back_until"] = back["back_until"]
    facts["back_on"] = back["day"]


def _add_obstacles(facts: pd.DataFrame, table: pd.DataFrame, here: pd.DataFrame) -> None:
    shut = here.loc[here["outcome"] == "no_access"]
    opened = here.loc[here["attempt"]].groupby("door_id")["day"].max()
    # Counted since the last time somebody could get to the door.
    since = opened.reindex(shut["door_id"]).to_numpy()
    shut = shut.loc[~(since >= shut["day"].to_numpy())]
    facts["no_access"] = shut.groupby("door_id").size()
    facts["last_no_access"] = shut.groupby("door_id")["day"].max()
    for outcome in ("vacant", "not_a_home"):
        seen = table.loc[table["outcome"] == outcome].groupby("door_id")["day"].max()
        later = table.loc[table["attempt"] | table["contact"]].groupby("door_id")["day"].max()
        still = seen.loc[~(later.reindex(seen.index).to_numpy() > seen.to_numpy())]
        facts[f"{outcome}_on"] = still


def _fill(facts: pd.DataFrame) -> pd.DataFrame:
    counts = [
        "misses", "attempts", "contacts", "kinds", "talked", "opened", "no_access", "refused",
    ]  # fmt: skip
    facts[counts] = facts[counts].fillna(0).astype(np.int64)
    facts["last_weekday"] = facts["last_weekday"].fillna(-1).astype(np.int64)
    for column in ("last_window", "last_contact_outcome", "back_window"):
        facts[column] = facts[column].astype("object").fillna("").astype(str)
    return facts


def _with_state(facts: pd.DataFrame, state: pd.DataFrame) -> pd.DataFrame:
    """Add what remains of forgotten knocks; months count as their last day but never as later."""
    joined = facts.reindex(facts.index.union(state.index)).rename_axis("door_id")
    joined = _fill(joined)
    at = state.reindex(joined.index)

    def column(name: str) -> pd.Series[Any]:
        return at[name] if name in at else pd.Series(None, index=at.index, dtype="object")

    tried = pd.to_datetime(
        column("month_last_tried").replace("", None), format="%Y-%m", errors="coerce"
    )
    tried = (tried + pd.offsets.MonthEnd(0)).astype("datetime64[s]")
    talked = pd.to_datetime(
        column("month_last_talked").replace("", None), format="%Y-%m", errors="coerce"
    )
    joined["misses"] += pd.to_numeric(column("misses"), errors="coerce").fillna(0).astype(np.int64)
    bits = {kind.value: bit for kind, bit in KIND_BITS.items()}
    old = [
        sum(bits.get(k.strip(), 0) for k in str(text).split(",")) if isinstance(text, str) else 0
        for text in column("kinds_tried")
    ]
    joined["kinds"] |= np.array(old, dtype=np.int64)
    joined["attempts"] += (tried.notna() & (joined["attempts"] == 0)).astype(np.int64)
    for name in ("last_rung", "last_miss"):
        joined[name] = joined[name].fillna(tried)
    joined["talked"] += talked.notna().astype(np.int64)
    joined["contacts"] += talked.notna().astype(np.int64)
    joined["last_contact"] = joined["last_contact"].fillna(talked.astype("datetime64[s]"))
    unknown = joined["last_contact_outcome"] == ""
    joined.loc[unknown & talked.notna(), "last_contact_outcome"] = "talked"
    for name in ("vacant_on", "not_a_home_on"):
        day = pd.to_datetime(column(name).replace("", None), errors="coerce")
        joined[name] = joined[name].fillna(day.astype("datetime64[s]"))
    return joined
