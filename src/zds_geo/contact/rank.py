"""The rule-based rotation: what a knock in this window, today, is worth at each door."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zds_geo.contact._coming import ComingShifts, kinds_of
from zds_geo.contact._rests import QUIET, Rests
from zds_geo.contact.facts import KIND_BITS, close_stops, facts_at, stops_of
from zds_geo.contact.log import check_doors, read_log, texts_of
from zds_geo.contact.lookahead import (
    FEW_ATTEMPTS,
    HOLD_DAYS,
    LEAST_QUEUE,
    MOST_QUEUE,
    better_kept,
    price_windows,
    worth_now,
)
from zds_geo.contact.params import ContactParams
from zds_geo.core.errors import UsageError
from zds_geo.core.windows import AMSTERDAM, WindowKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from zds_geo.contact.chance import ChanceModel
    from zds_geo.contact.log import KnockLog


# Chance that somebody opens, at a first knock. ASSUMPTION, in the range that survey research
# reports for unannounced visits (weekday about 0.3, early evening and Saturday about 0.4).
FIRST_CHANCE: Final = {WindowKind.DAY: 0.32, WindowKind.EVENING: 0.42, WindowKind.SATURDAY: 0.40}
MISS_FACTOR: Final = 0.85  # ASSUMPTION: each miss lowers the chance; it never reaches zero
# Worth of a knock, by why. Only their order matters; the gaps leave room for waiting.
WORTH: Final = {"back": 40.0, "new": 10.0, "other_kind": 7.0, "again": 4.0, "second": 3.0}
LATER_FACTOR: Final = 0.6  # the kinds still missing are not this one, and the roster has them soon
LONG_AGO_DAYS: Final = 42
# With a model: a door never tried gains until it comes first, by this many weeks or by this many
# times the weeks that the roster needs for all doors.
LATE_WEEKS: Final = 8.0
LATE_FACTOR: Final = 1.5
LATE_WORTH: Final = 20.0
OWED_WORTH: Final = 10.0  # with a model: the kind of window that the last attempts are kept for
# With a model and a roster that ends within so many days: what comes after is not known, so all
# windows come, alike, and all doors are rung at in so many weeks.
SHORT_ROSTER_DAYS: Final = 6
UNKNOWN_WEEKS: Final = 6.0
SECOND_FACTOR: Final = 0.3  # somebody opened there already
_AGE_DAYS: Final = 180.0


def rank_doors(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    roster: pd.DataFrame,
    *,
    window: str,
    now: datetime,
    seed: int,
    door_state: pd.DataFrame | None = None,
    model: ChanceModel | None = None,
    params: ContactParams | None = None,
    do_not_knock: Collection[str] | None = None,
    reserved: Collection[str] = frozenset(),
) -> pd.DataFrame:
    """Rank doors for one window on the local date of ``now`` (DESIGN 4 and 6).

    Parameters
    ----------
    doors : DataFrame
        Index ``door_id``; columns ``buurt_code`` and ``street_side_id``; optional ``stop_id``: a
        stop where nobody could get in then rests as a whole.
    knocks : DataFrame
        Columns of the knocks CSV; missing optional columns count as empty.
    roster : DataFrame
        Coming shifts: ``start_at``, ``end_at``, ``window``, ``n_doors``; optional ``buurt_codes``.
        Of earlier dates, or of no doors, they do not count; without a start they come every week.
    window : str
        Name of the window.
    now : datetime
        Aware.
    seed : int
        Settles ties.
    door_state : DataFrame, optional
        What remains after retention (DESIGN 5).
    model : ChanceModel, optional
        As from ``fit_chances``. Without one the rules alone decide.
    params : ContactParams, optional
        Rules.
    do_not_knock : collection of str, optional
        The register. None: a ``do_not_knock`` among the knocks holds.
    reserved : collection of str
        Doors on rounds that are out.

    Returns
    -------
    DataFrame, index and order of ``doors``
        ``eligible``, ``chance`` (0-1, for memory only), ``prize`` (0 where not eligible),
        ``reason`` (key of the closed list ``reason.*`` or ``not_now.*``), ``not_before`` (date or
        None).

    Raises
    ------
    FrameError
        If a column is missing, a door comes twice, or ids, dates, outcomes or the roster cannot be
        read.
    UsageError
        If ``now`` has no time zone, or the model knows other windows.

    Notes
    -----
    After the contact rule of the European Social Survey: attempts over day, evening and Saturday,
    and over weekdays. The order is: appointment, new in this cycle (longest waiting first), another
    kind of window than before, once more, a second talk. With a model the same rules say who may be
    rung at; among those a knock is worth more where the chance now is high, and higher than in the
    windows still to come (``lookahead``); a missed door waits for a better window that has room,
    above all where few attempts are left. Who was never tried grows with waiting either way.
    """
    _check(doors, now)
    rules = params or ContactParams()
    if model is not None and window not in model.windows:
        raise UsageError("contact.other_windows", got=window, known=", ".join(model.windows))
    kind = rules.windows.kind_of(window)
    today = now.astimezone(AMSTERDAM).date()
    log = read_log(knocks, until=today)
    known = facts_at(log, doors.index, params=rules, door_state=door_state)
    if "stop_id" in doors:
        known = close_stops(known, stops_of(doors), log, params=rules)
    day = np.datetime64(today, "D")
    buurten = texts_of(doors, "buurt_code")
    coming = ComingShifts.read(roster, rules.windows.names)
    kinds = kinds_of(coming.staffed(buurten, now=now), coming.windows, rules)
    state = _State(known, rules=rules, day=day, window=window, bit=KIND_BITS[kind], staffed=kinds)
    blocked = known["refused"] > 0
    if do_not_knock is not None:
        blocked = doors.index.isin(list(do_not_knock))
    state.refuse(blocked, "not_now.do_not_knock")
    state.refuse(doors.index.isin(list(reserved)), "not_now.reserved")
    state.apply_rules()
    ties = _jitter(doors.index, seed)
    if model is None:
        chance, prize = state.by_rule(kind, ties=ties)
    else:
        if model.windows != coming.windows:
            coming = ComingShifts.read(roster, model.windows)
        chances = model.chances(doors, log, door_state=door_state)
        hours = _Hours.of(buurten, log, coming, rules=rules, now=now)
        chance, prize = state.learned(chances, hours, ties=ties)
    return state.result(doors.index, chance=chance, prize=prize)


def _check(doors: pd.DataFrame, now: datetime) -> None:
    check_doors(doors)
    if now.tzinfo is None:
        raise UsageError("error.naive_time", got=now.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hours:
    """The places that the roster has a week in each window, which of them come to each door's own
    buurt, how many days the newest have waited, and the weeks that all doors take.
    """

    windows: tuple[str, ...]
    places: npt.NDArray[np.float64]
    staffed: npt.NDArray[np.bool_]
    waited: float
    weeks: float

    @classmethod
    def of(
        cls,
        buurten: pd.Series[str],
        log: KnockLog,
        coming: ComingShifts,
        *,
        rules: ContactParams,
        now: datetime,
    ) -> _Hours:
        mine = frozenset(buurten)
        places = coming.weekly_places(now=now, buurten=mine)
        staffed = coming.staffed(buurten, now=now) & (places > 0)
        if coming.days_ahead(now=now, buurten=mine) < SHORT_ROSTER_DAYS or not places.any():
            places = np.maximum(places, len(buurten) / (UNKNOWN_WEEKS * len(places)))
        today = now.astimezone(AMSTERDAM).date()
        first = rules.cycle_start
        if first is None and len(log.day):
            first = log.day.min().astype(object)
        waited = 0.0 if first is None else float(max((today - first).days, 0))
        return cls(
            windows=coming.windows, places=places, staffed=staffed, waited=waited,
            weeks=len(buurten) / max(places.sum(), 1.0),
        )  # fmt: skip


class _State(Rests):
    """What a knock is worth at each door, after the rests."""

    def by_rule(
        self, kind: WindowKind, *, ties: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Give chance and prize of each door by the rules."""
        chance = FIRST_CHANCE[kind] * MISS_FACTOR ** self.column("misses").astype(float)
        chance = np.where(self.back, np.maximum(chance, 0.7), chance)
        worth, _ = self._worth
        return chance, worth * (0.5 + chance) * self._age() + ties

    def learned(
        self,
        chances: npt.NDArray[np.float64],
        hours: _Hours,
        *,
        ties: npt.NDArray[np.float64],
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Give chance and prize of each door by what was learned (n, W)."""
        chance = chances[:, hours.windows.index(self.window)]
        chance = np.where(self.back, np.maximum(chance, 0.7), chance)
        waiting = (self.column("contacts") == 0) & (self.reason != "not_now.do_not_knock")
        usable = self._usable(chances, hours.windows)
        self._keep_for_better(usable, hours, ties)
        price = price_windows(usable[waiting], hours.places)
        worth = worth_now(usable, window=hours.windows.index(self.window), price=price)
        new = (self.column("attempts") == 0) & (self.column("contacts") == 0)
        deadline = 7.0 * max(LATE_WEEKS, LATE_FACTOR * hours.weeks)
        late = np.clip((hours.waited / deadline - 0.5) / 0.4, 0.0, 1.0) ** 2
        worth += np.where(new, LATE_WORTH * late, 0.0)
        worth += np.where((self.owed & self.bit) > 0, OWED_WORTH, 0.0)
        worth = np.where(self.second, SECOND_FACTOR * worth, worth)
        return chance, np.where(self.back, WORTH["back"] * (0.5 + chance), worth) + ties

    def _usable(
        self, chances: npt.NDArray[np.float64], windows: tuple[str, ...]
    ) -> npt.NDArray[np.float64]:
        """Leave out the windows by day of doors that wait for an evening or a Saturday, and those
        of a kind that was tried where the last attempts are for the others.
        """
        bits = {w.name: KIND_BITS[w.kind] for w in self.rules.windows.windows}
        kinds = np.array([bits.get(w, QUIET) for w in windows])
        closed = self.must_wait[:, None] & ((kinds & QUIET) == 0)
        closed |= (self.owed[:, None] > 0) & ((self.owed[:, None] & kinds) == 0)
        closed[self.reason == "", windows.index(self.window)] = False  # it waited long enough
        return np.where(closed, 0.0, chances)

    def _keep_for_better(
        self,
        chances: npt.NDArray[np.float64],
        hours: _Hours,
        ties: npt.NDArray[np.float64],
    ) -> None:
        """Let doors that were missed wait for a window in which they open more."""
        misses, rests = self.column("misses"), self.rules.min_days_after_misses
        days = np.where(self.must_wait, min(self.rules.waiting_days, HOLD_DAYS), HOLD_DAYS)
        again = self.days("last_miss") + self.rest + days.astype("timedelta64[D]")
        able = (self.reason == "") & (misses > 0) & ~self.back & ~self.second
        kept = better_kept(
            np.where(hours.staffed, chances, 0.0),
            window=hours.windows.index(self.window),
            places=hours.places,
            able=able & (again > self.day),
            waiting=np.isin(self.reason, ["not_now.waits_for_window", "not_now.other_kind"]),
            few=self.rules.max_misses - misses <= FEW_ATTEMPTS,
            rest=np.array(rests)[np.minimum(misses, len(rests) - 1)].astype(float),
            ties=ties,
            queue=float(np.clip(hours.weeks, LEAST_QUEUE, MOST_QUEUE)),
        )
        self.refuse(kept, "not_now.better_window")

    def result(
        self,
        index: pd.Index[str],
        *,
        chance: npt.NDArray[np.float64],
        prize: npt.NDArray[np.float64],
    ) -> pd.DataFrame:
        """Lay the answer out: chance, prize and reason of each door."""
        eligible = self.reason == ""
        _, why = self._worth
        return pd.DataFrame(
            {
                "eligible": eligible,
                "chance": np.clip(chance, 0.0, 1.0),
                "prize": np.where(eligible, prize, 0.0),
                "reason": np.where(eligible, why, self.reason),
                "not_before": self.not_before.astype(object),
            },
            index=index,
        )

    @cached_property
    def _worth(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
        tried, misses = self.column("attempts"), self.column("misses")
        kinds = self.column("kinds")
        new = (tried == 0) & (self.column("contacts") == 0)
        other = ~new & ((kinds & self.bit) == 0) & (misses > 0)
        weekday = (self.day.astype("datetime64[D]").astype(int) + 3) % 7
        varied = (self.column("last_window") != self.window) & (
            self.column("last_weekday") != weekday
        )
        rung = self.days("last_rung")
        ages = (self.day - rung).astype(float)
        long_ago = ~np.isnat(rung) & (ages >= LONG_AGO_DAYS)
        worth = np.where(varied, WORTH["again"], 0.7 * WORTH["again"])
        why = np.where(long_ago, "reason.long_ago", "reason.again").astype(object)
        for mask, name, reason in (
            (other, "other_kind", "reason.other_window"),
            (new, "new", "reason.new"),
            (self.second, "second", "reason.second_talk"),
            (self.back, "back", "reason.on_request"),
        ):
            worth = np.where(mask, WORTH[name], worth)
            why[mask] = reason
        # Its missing kinds come later in the roster: rather use this hour for others.
        missing = self.staffed & ~kinds
        later = ~new & ~self.back & ~self.second & (missing > 0) & ((missing & self.bit) == 0)
        return np.where(later, worth * LATER_FACTOR, worth), why

    def _age(self) -> npt.NDArray[np.float64]:
        """Grow with waiting, so that nobody is left: twice the worth after half a year."""
        ages = (self.day - self.days("last_rung")).astype(float)
        never = np.isnat(self.days("last_rung"))
        grown: npt.NDArray[np.float64] = 1.0 + np.where(never, _AGE_DAYS, ages) / _AGE_DAYS
        return np.minimum(grown, 3.0)


def _jitter(index: pd.Index[str], seed: int) -> npt.NDArray[np.float64]:
    """Give each door a tiny number that depends on its id and the seed, not on row order."""
    key = hashlib.sha256(str(seed).encode()).hexdigest()[:16]
    hashed = pd.util.hash_array(np.asarray(index, dtype=object), hash_key=key)
    jitter: npt.NDArray[np.float64] = hashed.astype(np.float64) / 2**64 * 0.01
    return jitter
