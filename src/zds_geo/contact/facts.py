"""What is known of a door: a pure function of its knocks, whatever their order (R02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zds_geo.core.errors import FrameError
from zds_geo.core.outcomes import Outcome
from zds_geo.core.windows import WindowKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from zds_geo.contact.params import ContactParams

    Bools = npt.NDArray[np.bool_]
    Codes = npt.NDArray[np.intp]
    Days = npt.NDArray[np.datetime64]

KIND_BITS: Final = {WindowKind.DAY: 1, WindowKind.EVENING: 2, WindowKind.SATURDAY: 4}
ANSWERED: Final = ("talked", "no_talk", "come_back", "do_not_knock")
CONTACTS_HAD: Final = ("opened", "talked", "elsewhere")
NO_DAY: Final = np.datetime64("NaT", "D")
LONG_AGO: Final = np.datetime64("1900-01-01", "D")  # a do_not_knock of which no date is known
_NEEDED: Final = ("door_id", "knocked_on", "outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockLog:
    """Knocks in one shape, one row each, sorted by door, day, window and outcome.

    ``door`` numbers ``doors``, ``window`` and ``back_window`` number ``windows``, ``outcome``
    numbers ``outcomes``. ``attempt``, ``contact`` and ``miss`` tell what counts (DESIGN 4);
    ``visit`` is False for what happened elsewhere or was asked by letter.
    """

    doors: pd.Index[str]
    windows: tuple[str, ...]
    outcomes: tuple[str, ...]
    door: Codes
    day: Days
    window: Codes
    outcome: Codes
    back_window: Codes
    back_from: Days
    back_until: Days
    visit: Bools
    attempt: Bools
    contact: Bools
    miss: Bools

    def is_outcome(self, *names: str) -> Bools:
        """Tell which rows have one of some outcomes."""
        codes = [i for i, name in enumerate(self.outcomes) if name in names]
        found: Bools = np.isin(self.outcome, codes)
        return found

    def since(self, day: date | None) -> Bools:
        """Tell which rows are of a day or later; all where there is none."""
        if day is None:
            return np.ones(len(self.day), dtype=bool)
        found: Bools = self.day >= np.datetime64(day, "D")
        return found

    def count(self, rows: Bools) -> npt.NDArray[np.int64]:
        """Count marked rows of each door."""
        return np.bincount(self.door[rows], minlength=len(self.doors)).astype(np.int64)

    def last(self, rows: Bools) -> Codes:
        """Give the last marked row of each door; -1 where there is none."""
        found = np.full(len(self.doors), -1, dtype=np.intp)
        at = np.flatnonzero(rows)
        found[self.door[at]] = at  # rows are sorted: the last one stays
        return found

    def last_day(self, rows: Bools) -> Days:
        """Give the day of the last marked row of each door; NaT where there is none."""
        return _take(self.day, self.last(rows))


def read_log(knocks: pd.DataFrame, *, until: date) -> KnockLog:
    """Bring a knocks frame into one shape.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV; missing optional columns count as empty.
    until : date
        Later knocks are left out, and so is what a later knock corrects.

    Returns
    -------
    KnockLog
        The same for the same knocks in any order.

    Raises
    ------
    FrameError
        If a column that is needed is missing, or ids, dates or outcomes cannot be read: a knock
        that is not understood may be of somebody who asked not to be rung at.
    """
    day = _days(knocks, "knocked_on")
    _refuse_unreadable(knocks, day)
    if "outcome" in knocks:
        asked_off = np.asarray(knocks["outcome"], dtype=object) == Outcome.DO_NOT_KNOCK.value
        day = np.where(np.isnat(day) & asked_off, LONG_AGO, day)
    kept = day <= np.datetime64(until, "D")
    corrects, corrected = _codes(knocks, "corrects")
    wrong = set(corrected[np.unique(corrects[kept])]) - {""}
    if wrong:
        ids = knocks.get("knock_id", knocks.index)
        kept &= ~np.isin(np.asarray(ids, dtype=object).astype(str), sorted(wrong))
    door, doors = _codes(knocks, "door_id")
    names = {column: _codes(knocks, column) for column in ("window", "come_back_window")}
    windows = tuple(sorted({"", *names["window"][1], *names["come_back_window"][1]}))
    window, back_window = (
        np.searchsorted(np.array(windows, dtype=object), values)[codes]
        for codes, values in names.values()
    )
    outcome, outcomes = _codes(knocks, "outcome")
    source, sources = _codes(knocks, "source")
    back = [_days(knocks, column) for column in ("come_back_from", "come_back_until")]
    order = np.lexsort((back[1], back[0], back_window, source, outcome, window, day, door))
    order = order[kept[order]]
    asked = np.isin(source, np.flatnonzero(sources == "request"))[order]
    elsewhere = np.isin(source, np.flatnonzero(sources == "elsewhere"))[order]
    outcome = outcome[order]
    answered = np.isin(outcome, np.flatnonzero(np.isin(outcomes, ANSWERED)))
    visit = ~asked & ~elsewhere
    miss = np.isin(outcome, np.flatnonzero(outcomes == "not_home")) & visit
    # Doors of which nothing is left keep no number.
    used, place = np.unique(door[order], return_inverse=True)
    return KnockLog(
        doors=pd.Index(doors[used], dtype="object", name="door_id"),
        windows=windows,
        outcomes=tuple(outcomes),
        door=place.astype(np.intp),
        day=day[order],
        window=window[order],
        outcome=outcome,
        back_window=back_window[order],
        back_from=back[0][order],
        back_until=back[1][order],
        visit=visit,
        attempt=(answered | miss) & visit,
        contact=answered & ~asked,
        miss=miss,
    )


def _refuse_unreadable(knocks: pd.DataFrame, day: Days) -> None:
    if not len(knocks):
        return
    faults = [f"column {c} is missing" for c in _NEEDED if c not in knocks]
    if not faults:
        ids = pd.unique(np.asarray(knocks["door_id"], dtype=object))
        wrong = [i for i in ids if not isinstance(i, str)]
        faults += [f"door_id {wrong[0]!r} is no text"] if wrong else []
        lost = np.flatnonzero(np.isnat(day) & knocks["knocked_on"].notna().to_numpy())
        texts = [str(knocks["knocked_on"].iloc[i]) for i in lost[:1]]
        faults += [f"knocked_on {t!r} is no date such as 2026-11-23" for t in texts if t]
        names = {str(o) for o in pd.unique(np.asarray(knocks["outcome"], dtype=object))}
        other = sorted(names - {o.value for o in Outcome})
        faults += [f"outcome {other[0]!r} is not known"] if other else []
    if faults:
        raise FrameError("error.frame", name="knocks", faults=", ".join(faults))


def check_doors(doors: pd.DataFrame) -> None:
    """Refuse a doors frame that cannot be matched with a history.

    Parameters
    ----------
    doors : DataFrame
        As for ``rank_doors``.

    Raises
    ------
    FrameError
        If ``buurt_code`` or ``street_side_id`` is missing, ids are no text, or an id comes twice.
    """
    needed = ("buurt_code", "street_side_id")
    faults = [f"column {c} is missing" for c in needed if c not in doors]
    if pd.api.types.infer_dtype(doors.index, skipna=False) not in {"string", "empty"}:
        faults.append("the index is no text")
    elif not doors.index.is_unique:
        twice = doors.index[doors.index.duplicated()][0]
        faults.append(f"door_id {twice!r} comes twice")
    if faults:
        raise FrameError("error.frame", name="doors", faults=", ".join(faults))


def texts_of(doors: pd.DataFrame, column: str) -> pd.Series[str]:
    """Give a text column of doors; empty text where nothing is known.

    Parameters
    ----------
    doors : DataFrame
        As for ``rank_doors``.
    column : str
        Name.

    Returns
    -------
    Series of str
        Same index.
    """
    found: pd.Series[str] = doors[column].astype(object).where(doors[column].notna(), "")
    return found.map(str)


def _codes(knocks: pd.DataFrame, column: str) -> tuple[Codes, npt.NDArray[np.object_]]:
    """Number the values of a text column by their sorted list; absent is empty text."""
    if column not in knocks:
        return np.zeros(len(knocks), dtype=np.intp), np.array([""], dtype=object)
    codes, values = pd.factorize(np.asarray(knocks[column], dtype=object), use_na_sentinel=True)
    texts = np.array([*(str(v) for v in values), ""], dtype=object)  # -1 is the last: empty
    names, place = np.unique(texts, return_inverse=True)
    return place[codes].astype(np.intp), names


def _days(knocks: pd.DataFrame, column: str) -> Days:
    if column not in knocks:
        return np.full(len(knocks), NO_DAY)
    codes, values = pd.factorize(np.asarray(knocks[column], dtype=object), use_na_sentinel=True)
    texts = pd.Series([*(str(v)[:10] for v in values), ""], dtype="object").replace("", None)
    days = pd.to_datetime(texts, errors="coerce", format="%Y-%m-%d")
    found: Days = days.to_numpy().astype("datetime64[D]")[codes]
    return found


def _take(values: npt.NDArray[Any], rows: Codes) -> npt.NDArray[Any]:
    """Take values by row; NaT or empty text where the row is -1."""
    absent = NO_DAY if values.dtype.kind == "M" else ""
    return np.append(values, absent)[rows]


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
    facts["last_window"] = _take(windows[log.window], visited)
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
        "last_contact": _take(log.day, last),
        "last_contact_outcome": _take(outcomes[log.outcome], last),
        "talked": log.count(rows & log.is_outcome("talked")),
        "opened": log.count(rows & log.is_outcome("no_talk", "come_back")),
    }


def _appointments(log: KnockLog) -> dict[str, Any]:
    """Give the appointment that the last contact made; a new cycle does not end it."""
    last = log.last(log.contact)
    outcomes = np.array(log.outcomes, dtype=object)
    back = np.where(_take(outcomes[log.outcome], last) == "come_back", last, -1)
    windows = np.array(log.windows, dtype=object)
    return {
        "back_honoured": log.last_day(log.miss) > _take(log.day, back),
        "back_window": _take(windows[log.back_window], back),
        "back_from": _take(log.back_from, back),
        "back_until": _take(log.back_until, back),
        "back_on": _take(log.day, back),
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
