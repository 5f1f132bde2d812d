"""What is known of a door: a pure function of its knocks, whatever their order (R02)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zds_geo.contact.log import NO_DAY, KnockLog, read_log, take, texts_of
from zds_geo.core.windows import WindowKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from zds_geo.contact.params import ContactParams

    Bools = npt.NDArray[np.bool_]

KIND_BITS: Final = {WindowKind.DAY: 1, WindowKind.EVENING: 2, WindowKind.SATURDAY: 4}
CONTACTS_HAD: Final = ("opened", "talked", "elsewhere")


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
        ``vacant_on``, ``not_a_home_on``; optional ``cycle_on`` (ISO date: of which cycle kinds,
        misses and contacts are; months decide where it is empty) and ``contacts_had``
        (comma-joined: opened, talked, elsewhere).

    Returns
    -------
    DataFrame, index ``door_id``
        ``misses``, ``attempts``, ``kinds`` (bits day 1, evening 2, Saturday 4), ``last_rung`` (any
        visit at the door), ``last_weekday``, ``last_miss``, ``last_window``, ``contacts``,
        ``talked``, ``opened``, ``last_contact``, ``last_contact_outcome``, ``no_access`` (times in
        a row), ``last_no_access``, ``vacant_on``, ``not_a_home_on``, ``back_window``,
        ``back_from``, ``back_until``, ``back_on`` (of the last contact, whatever the cycle),
        ``back_honoured`` (missed since), ``refused`` (do_not_knock), ``opened_before``
        (an attempt of this cycle that is forgotten was answered).
    """
    return facts_of(read_log(knocks, until=now), params=params, door_state=door_state)


def facts_of(
    log: KnockLog, *, params: ContactParams, door_state: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Sum up what is known of each door from knocks that are in one shape already.

    Parameters
    ----------
    log : KnockLog
        As from ``read_log``.
    params : ContactParams
        Cycle and windows.
    door_state : DataFrame, optional
        As in ``door_facts``.

    Returns
    -------
    DataFrame, index ``door_id``
        As ``door_facts``.
    """
    found = pd.DataFrame(_columns(log, params), index=log.doors)
    return found if door_state is None else _with_state(found, door_state, params.cycle_start)


def facts_at(
    log: KnockLog,
    doors: pd.Index[str],
    *,
    params: ContactParams,
    door_state: pd.DataFrame | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Give what is known of some doors as arrays, which is what ranking needs many times a day.

    Parameters
    ----------
    log : KnockLog
        As from ``read_log``.
    doors : Index of str
        Door ids; of those never rung nothing is known.
    params : ContactParams
        Cycle and windows.
    door_state : DataFrame, optional
        As in ``door_facts``.

    Returns
    -------
    dict of ndarray, each of length n_doors
        The columns of ``door_facts``.
    """
    if door_state is None or door_state.empty:
        return _lay_out(_columns(log, params), log.doors, doors)
    facts = facts_of(log, params=params, door_state=door_state)
    return _lay_out({n: facts[n].to_numpy() for n in facts.columns}, facts.index, doors)


def _columns(log: KnockLog, params: ContactParams) -> dict[str, Any]:
    here = log.since(params.cycle_start)
    visited = log.last(log.visit)
    facts: dict[str, Any] = {"last_rung": log.last_day(log.visit)}
    weekday = (facts["last_rung"].astype(np.int64) + 3) % 7
    facts["last_weekday"] = np.where(visited >= 0, weekday, -1)
    windows = np.array(log.windows, dtype=object)
    facts["last_window"] = take(windows[log.window], visited)
    for column, rows in (
        ("misses", log.miss),
        ("attempts", log.attempt),
        ("contacts", log.contact),
    ):
        facts[column] = log.count(here & rows)
    facts["last_miss"] = log.last_day(here & log.miss)
    facts["kinds"] = _kinds(log, here & log.attempt, params)
    facts |= _contacts(log, here & log.contact)
    facts |= _appointments(log)
    facts |= _obstacles(log, here)
    facts["refused"] = log.count(log.is_outcome("do_not_knock"))
    facts["opened_before"] = np.zeros(len(log.doors), dtype=bool)
    return facts


def _kinds(log: KnockLog, rows: Bools, params: ContactParams) -> npt.NDArray[np.int64]:
    bits = {w.name: KIND_BITS[w.kind] for w in params.windows.windows}
    bit = np.array([bits.get(name, 0) for name in log.windows], dtype=np.int64)[log.window]
    found = np.zeros(len(log.doors), dtype=np.int64)
    for one in KIND_BITS.values():
        found |= np.where(log.count(rows & (bit == one)) > 0, one, 0)
    return found


def _contacts(log: KnockLog, rows: Bools) -> dict[str, Any]:
    last = log.last(rows)
    outcomes = np.array(log.outcomes, dtype=object)
    return {
        "last_contact": take(log.day, last),
        "last_contact_outcome": take(outcomes[log.outcome], last),
        "talked": log.count(rows & log.is_outcome("talked")),
        "opened": log.count(rows & log.is_outcome("no_talk", "come_back")),
    }


def _appointments(log: KnockLog) -> dict[str, Any]:
    """Give the appointment that the last contact made; a new cycle does not end it."""
    last = log.last(log.contact)
    outcomes = np.array(log.outcomes, dtype=object)
    back = np.where(take(outcomes[log.outcome], last) == "come_back", last, -1)
    windows = np.array(log.windows, dtype=object)
    return {
        "back_honoured": log.last_day(log.miss) > take(log.day, back),
        "back_window": take(windows[log.back_window], back),
        "back_from": take(log.back_from, back),
        "back_until": take(log.back_until, back),
        "back_on": take(log.day, back),
    }


def _obstacles(log: KnockLog, here: Bools) -> dict[str, Any]:
    shut = here & log.is_outcome("no_access")
    # Counted since the last time somebody could get to the door.
    opened = log.last_day(here & log.attempt)[log.door]
    shut &= ~(opened >= log.day)
    later = log.last_day(log.attempt | log.contact)
    found: dict[str, Any] = {"no_access": log.count(shut), "last_no_access": log.last_day(shut)}
    for outcome in ("vacant", "not_a_home"):
        seen = log.last_day(log.is_outcome(outcome))
        found[f"{outcome}_on"] = np.where(later > seen, NO_DAY, seen)
    return found


def stop_access(log: KnockLog, stops: pd.Series[str], *, params: ContactParams) -> pd.DataFrame:
    """Sum up for each stop how often nobody could get in: a closed entrance closes all its doors.

    Parameters
    ----------
    log : KnockLog
        As from ``read_log``.
    stops : Series of str, index ``door_id``
        Stop of each door.
    params : ContactParams
        Cycle.

    Returns
    -------
    DataFrame, index ``stop_id``
        ``no_access`` (days, since somebody last got to any door of the stop) and
        ``last_no_access``; only stops where it is more than none.
    """
    code, names = pd.factorize(np.asarray(stops, dtype=object))
    place = stops.index.get_indexer(log.doors)
    stop = np.where(place >= 0, np.append(code, -1)[place], -1)[log.door]
    here = log.since(params.cycle_start) & (stop >= 0)
    opened = np.full(len(names) + 1, np.datetime64(-(10**6), "D"))
    tried = here & log.attempt
    np.maximum.at(opened, stop[tried], log.day[tried])
    shut = here & log.is_outcome("no_access")
    shut &= ~(opened[stop] >= log.day)
    days = np.unique(np.column_stack([stop[shut], log.day[shut].astype(np.int64)]), axis=0)
    closed, first, times = np.unique(days[:, 0], return_index=True, return_counts=True)
    last = days[first + times - 1, 1].astype("datetime64[D]").astype("datetime64[s]")
    found = pd.DataFrame(
        {"no_access": times, "last_no_access": last},
        index=pd.Index(names[closed], name="stop_id", dtype="object"),
    )
    return found.sort_index()


def stops_of(doors: pd.DataFrame) -> pd.Series[str]:
    """Give the stop of each door; a door without one stands alone.

    Parameters
    ----------
    doors : DataFrame
        With ``stop_id``.

    Returns
    -------
    Series of str
        Same index.
    """
    named = texts_of(doors, "stop_id")
    alone = (named == "").to_numpy()
    named[alone] = [f"door {door}" for door in doors.index[alone]]
    return named


def close_stops(
    known: dict[str, npt.NDArray[Any]], stops: pd.Series[str], log: KnockLog, *,
    params: ContactParams,
) -> dict[str, npt.NDArray[Any]]:  # fmt: skip
    """Let a closed entrance count for every door behind it.

    Parameters
    ----------
    known : dict of ndarray
        As from ``facts_at``.
    stops : Series of str
        As from ``stops_of``.
    log : KnockLog
        All knocks.
    params : ContactParams
        Cycle.

    Returns
    -------
    dict of ndarray
        The same with other ``no_access`` and ``last_no_access``.
    """
    shut = stop_access(log, stops, params=params)
    place = shut.index.get_indexer(pd.Index(stops.to_numpy(), dtype="object"))
    times = np.append(shut["no_access"].to_numpy(dtype=np.int64), 0)[place]
    never = np.array(["NaT"], dtype="datetime64[s]")
    last = np.append(shut["last_no_access"].to_numpy().astype("datetime64[s]"), never)[place]
    return {**known, "no_access": times, "last_no_access": last}


def _with_state(facts: pd.DataFrame, state: pd.DataFrame, cycle_start: date | None) -> pd.DataFrame:
    """Add what remains of forgotten knocks; months count as their last day but never as later.

    What lies in an earlier cycle counts no more. A talk in the month in which the cycle began is
    taken for one of this cycle when most of that month is.
    """
    joined = spread(facts, facts.index.union(state.index))
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
    first = np.datetime64(cycle_start or date(1900, 1, 1), "M")
    if cycle_start is not None and cycle_start.day > 15:
        first += 1
    cycle_on = column("cycle_on").fillna("").astype(str).to_numpy()
    exact = cycle_on != ""
    now_on = "" if cycle_start is None else cycle_start.isoformat()
    by_month = tried.to_numpy().astype("datetime64[M]") >= first
    is_here = np.where(exact & (now_on != ""), cycle_on == now_on, by_month)
    had = column("contacts_had").fillna("").astype(str)
    contact = {n: is_here & exact & had.str.contains(n).to_numpy() for n in CONTACTS_HAD}
    month = talked.to_numpy().astype("datetime64[M]")
    # In the month that a cycle began in, only what is known exactly tells which cycle it was.
    told = np.where(exact & (now_on != ""), month > first, month >= first)
    talked = talked.where(told | contact["talked"])
    joined["misses"] += is_here * pd.to_numeric(column("misses"), errors="coerce").fillna(0).astype(
        np.int64
    )
    bits = {kind.value: bit for kind, bit in KIND_BITS.items()}
    old = [
        sum(bits.get(k.strip(), 0) for k in str(text).split(",")) if isinstance(text, str) else 0
        for text in column("kinds_tried")
    ]
    joined["kinds"] |= is_here * np.array(old, dtype=np.int64)
    rang = is_here & ~tried.isna().to_numpy()
    joined["attempts"] += (rang & (joined["attempts"] == 0)).astype(np.int64)
    joined["last_rung"] = joined["last_rung"].fillna(tried)
    missed = pd.to_numeric(column("misses"), errors="coerce").fillna(0).to_numpy() > 0
    joined["last_miss"] = joined["last_miss"].fillna(tried.where(is_here & missed))
    joined["talked"] += talked.notna().astype(np.int64)
    some = talked.notna().to_numpy() | contact["opened"] | contact["elsewhere"]
    joined["contacts"] += some.astype(np.int64)
    only_opened = some & talked.isna().to_numpy()
    joined["opened"] += only_opened.astype(np.int64)
    joined["last_contact"] = joined["last_contact"].fillna(talked.astype("datetime64[s]"))
    joined["last_contact"] = joined["last_contact"].fillna(tried.where(only_opened))
    unknown = joined["last_contact_outcome"] == ""
    joined.loc[unknown & talked.notna(), "last_contact_outcome"] = "talked"
    joined.loc[unknown & only_opened, "last_contact_outcome"] = "no_talk"
    # A talk of which only the month is left opened the door then.
    by_month_only = talked.notna().to_numpy() & ~exact & rang
    joined["opened_before"] = contact["opened"] | by_month_only
    for name in ("vacant_on", "not_a_home_on"):
        day = pd.to_datetime(column(name).replace("", None), errors="coerce")
        joined[name] = joined[name].fillna(day.astype("datetime64[s]"))
    return joined


def spread(facts: pd.DataFrame, doors: pd.Index[str]) -> pd.DataFrame:
    """Lay facts out for other doors; of those never rung nothing is known.

    Parameters
    ----------
    facts : DataFrame
        As from ``facts_of``.
    doors : Index of str
        Door ids.

    Returns
    -------
    DataFrame, index ``doors``
        The same columns.
    """
    columns = {name: facts[name].to_numpy() for name in facts.columns}
    found = _lay_out(columns, facts.index, doors)
    return pd.DataFrame(found, index=doors.rename("door_id"))


def _lay_out(
    columns: dict[str, Any], known: pd.Index[str], doors: pd.Index[str]
) -> dict[str, npt.NDArray[Any]]:
    place = known.get_indexer(doors)
    empty = {"M": NO_DAY, "O": "", "i": 0, "b": False}
    found = {}
    for name, values in columns.items():
        blank = -1 if name == "last_weekday" else empty[values.dtype.kind]
        found[name] = np.append(values, np.array([blank], dtype=values.dtype))[place]
    return found
