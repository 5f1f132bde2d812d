"""The season ahead, played: shifts that fall short, households drawn, the rules of rotation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zds_geo.contact._coming import ComingShifts
from zds_geo.contact._fit import MOST_MISSES
from zds_geo.contact._rests import KIND_WAITS, QUIET, owed_kinds
from zds_geo.contact.facts import KIND_BITS, close_stops, facts_at, stops_of
from zds_geo.contact.log import read_log, texts_of
from zds_geo.core.errors import FrameError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy.typing as npt

    from zds_geo.contact.chance import ChanceModel
    from zds_geo.contact.params import ContactParams

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

# ASSUMPTIONS: how much a shift's doors differ from what the roster counts on, how many shifts fall
# out; how much the level of all chances differs from what was learned (logit), single weeks from
# that, and how far the season carries it off a week (share of the chance; a random walk).
SHIFT_SPREAD, CANCELLED = 0.15, 0.05
LEVEL_SPREAD, WEEK_SPREAD, WANDER = 0.15, 0.1, 0.04
# ASSUMPTION: appointments and second talks take some of the places of a season.
OTHER_VISITS, OTHER_SPREAD = 0.01, 0.05
# ASSUMPTION: before anybody tried, so many stops count as closed of so many that would tell: of
# doors on the street, and of entrances that several homes share.
CLOSED_BEFORE: Final = ((0.5, 100.0), (0.4, 20.0))
STAYS_CLOSED: Final = (0.6, 1.0)  # ASSUMPTION: of the entrances that were closed before
_UNRUNG: Final = -(10**6)


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a shift: day from today, window, doors, and which rows it may ring at."""

    day: int
    window: int
    n_doors: float
    rows: npt.NDArray[np.intp]


class Board:
    """Everything that stays the same over the plays."""

    def __init__(
        self,
        doors: pd.DataFrame,
        knocks: pd.DataFrame,
        *,
        params: ContactParams,
        now: datetime,
        do_not_knock: Collection[str],
        model: ChanceModel,
        door_state: pd.DataFrame | None,
    ) -> None:
        self.params, self.today = params, now.astimezone(AMSTERDAM).date()
        log = read_log(knocks, until=self.today)
        known = facts_at(log, doors.index, params=params, door_state=door_state)
        self.stop = np.arange(len(doors))
        if "stop_id" in doors:
            stops = stops_of(doors)
            known = close_stops(known, stops, log, params=params)
            self.stop = pd.factorize(stops)[0]

        def day(name: str) -> npt.NDArray[np.datetime64]:
            found: npt.NDArray[np.datetime64] = known[name].astype("datetime64[D]")
            return found

        today = np.datetime64(self.today, "D")
        out = (
            np.asarray(doors.index.isin(list(do_not_knock)))
            | (day("vacant_on") + np.timedelta64(params.vacant_days, "D") > today)
            | ~np.isnat(day("not_a_home_on"))
            | (known["no_access"] >= len(params.no_access_days))
        )
        self.counts = ~out
        self.doors, self.model = doors, model
        self.kinds_of = model.kinds(doors, log, door_state=door_state)
        rung = day("last_rung")
        days = (rung - today).astype(float)
        self.last = np.where(np.isnat(rung), _UNRUNG, days).astype(np.int64)
        self.misses = known["misses"].astype(np.int64)
        self.attempts = known["attempts"].astype(np.int64)
        self.kinds = known["kinds"].astype(np.int64)
        self.tried = self.attempts > 0
        self.reached = known["contacts"] > 0
        self.shut_out = known["no_access"].astype(np.int64)
        # Where nobody could get in, the next time is mostly the same.
        self.shut = (self.shut_out > 0) & ~self.tried
        shared = np.bincount(self.stop)[self.stop] > 1
        self.closed_share = np.zeros(len(doors))
        for sort, (closed, told) in zip((False, True), CLOSED_BEFORE, strict=True):
            mine = shared == sort
            n_shut = len(np.unique(self.stop[self.shut & mine]))
            n_rung = len(np.unique(self.stop[(~np.isnat(rung) | self.shut) & mine]))
            self.closed_share[mine & ~self.tried] = (n_shut + closed) / (n_rung + told)
        names = model.windows
        self.bits = np.array([KIND_BITS[params.windows.kind_of(w)] for w in names])

    def steps(self, roster: pd.DataFrame, days: int) -> list[Step]:
        """Lay the roster out over the days; what is weekly in a shorter roster is repeated."""
        if not len(roster):
            return []
        coming = ComingShifts.read(roster, self.model.windows)
        codes = texts_of(self.doors, "buurt_code").to_numpy()
        here = [
            np.flatnonzero((np.isin(codes, sorted(named)) if named else True) & self.counts)
            for named in coming.places
        ]
        if (coming.n_doors[coming.comes] == 0).any():
            raise FrameError("error.frame", name="roster", faults="n_doors: a number of each shift")
        start = coming.start_at.dt.tz_convert(AMSTERDAM)
        first = (start.dt.tz_localize(None).dt.normalize() - pd.Timestamp(self.today)).dt.days
        weekly = roster["weekly"].fillna(True) if "weekly" in roster else [True] * len(roster)
        weekly = np.asarray(weekly, dtype=bool)
        ends = (first + 1)[weekly & first.notna().to_numpy()]
        length = max(-(-int(ends.max()) // 7) * 7, 7) if len(ends) else 7
        steps = []
        for row in np.flatnonzero(coming.comes):
            window = int(coming.window[row])
            undated = bool(first.isna()[row])
            day = self.next_day(window) if undated else int(first[row])
            again = 7 if undated else length
            steps += [
                Step(on, window, float(coming.n_doors[row]), here[coming.place[row]])
                for on in range(day, days if weekly[row] else day + 1, again)
                if 0 <= on < days
            ]
        return sorted(steps, key=lambda s: (s.day, s.window))

    def next_day(self, window: int) -> int:
        """Give how many days from today a window first comes.

        Parameters
        ----------
        window : int
            Its place among those of the model.

        Returns
        -------
        int
            0 to 6.
        """
        on = min(self.params.windows.get(self.model.windows[window]).weekdays)
        return (on - self.today.weekday()) % 7

    def last_days(self, steps: Sequence[Step]) -> npt.NDArray[np.int64]:
        """Give the last day on which anybody comes to each door, for day, evening and Saturday.

        Parameters
        ----------
        steps : sequence of Step
            Of the weeks.

        Returns
        -------
        ndarray of int, shape (n, 3)
            In the order of ``KIND_BITS``; -1 where nobody comes.
        """
        found = np.full((len(self.doors), len(KIND_BITS)), -1, dtype=np.int64)
        column = {bit: k for k, bit in enumerate(KIND_BITS.values())}
        for step in steps:
            if step.n_doors < 1:  # nobody has the time for a door
                continue
            at = column[int(self.bits[step.window])]
            found[step.rows, at] = np.maximum(found[step.rows, at], step.day)
        return found

    def play(
        self, steps: Sequence[Step], *, last_days: npt.NDArray[np.int64], weeks: int, seed: int
    ) -> Play:
        """Play the weeks once."""
        from scipy.special import expit

        rng = np.random.default_rng(seed)
        opens = self._draw_opens(rng)
        state = Play(self, weeks)
        stays = np.where(self.shut, rng.uniform(*STAYS_CLOSED), self.closed_share)
        closed = rng.random(len(self.stop))[self.stop] < stays
        places = 1.0 - OTHER_VISITS + OTHER_SPREAD * rng.standard_normal()
        rest = np.array([0, *self.params.min_days_after_misses])
        wander = np.cumsum(WANDER * rng.standard_normal(weeks + 1))
        wave = np.maximum(1.0 + wander + WEEK_SPREAD * rng.standard_normal(weeks + 1), 0.2)
        ends, at = np.unique(last_days), -1
        for step in steps:
            if at != (at := int(np.searchsorted(ends, step.day))):
                comes = kinds_from(last_days, step.day)
            n = places * step.n_doors * (1 + SHIFT_SPREAD * rng.standard_normal())
            if rng.random() < CANCELLED or n < 1:
                continue
            own, bit = step.rows, int(self.bits[step.window])
            misses = state.misses[own]
            able = ~state.reached[own] & (misses < self.params.max_misses)
            quick = rest[np.minimum(misses, len(rest) - 1)]
            idle = step.day - state.last[own]
            able &= (idle >= quick) & (idle > 0)
            able &= state.shut_out[own] < len(self.params.no_access_days)
            mine = own[able]
            waits = self._wait(state, mine, comes[mine], bit, (idle - quick)[able])
            mine = mine[~waits]
            if len(mine) > n:
                other = (state.kinds[mine] & bit) == 0
                order = 2.0 * ~state.tried[mine] + other + rng.random(len(mine)) * 0.99
                mine = mine[np.argpartition(-order, int(n))[: int(n)]]
            less = self.model.per_miss * np.minimum(state.misses[mine], MOST_MISSES)
            chance = expit(opens[mine, step.window] - less) * wave[step.day // 7]
            opened = rng.random(len(mine)) < chance
            state.last[mine] = step.day
            got_at = ~closed[mine]
            state.shut_out[mine[~got_at]] += 1
            state.seen_day[mine] = np.minimum(state.seen_day[mine], step.day)
            state.ring(mine[got_at], opened[got_at], day=step.day, bit=bit)
        return state

    def _wait(
        self,
        state: Play,
        rows: npt.NDArray[np.intp],
        comes: npt.NDArray[np.int64],
        bit: int,
        waited: npt.NDArray[np.int64],
    ) -> Bools:
        """Tell which doors wait for another kind of window than this."""
        misses, days = state.misses[rows], self.params.waiting_days
        owed = owed_kinds(misses, comes & ~state.kinds[rows], comes, self.params)
        found: Bools = (owed > 0) & ((owed & bit) == 0) & (waited < KIND_WAITS * days)
        if not bit & QUIET:
            often = (misses >= self.params.waiting_from_misses) & (waited < days)
            found |= often & ((comes & QUIET) > 0)
        return found

    def _draw_opens(self, rng: np.random.Generator) -> Floats:
        """Draw a kind of household for each door; give its chances (logit)."""
        from scipy.special import logit

        upto = np.cumsum(self.kinds_of, axis=1)
        kind = (rng.random((len(upto), 1)) > upto[:, :-1]).sum(axis=1)
        table = logit(self.model.table(LEVEL_SPREAD * rng.standard_normal()))
        found: Floats = table[kind]
        return found


def kinds_from(last_days: npt.NDArray[np.int64], day: int) -> npt.NDArray[np.int64]:
    """Give the kinds of window (bits) that still come from a day on.

    Parameters
    ----------
    last_days : ndarray of int, shape (n, 3)
        As from ``Board.last_days``.
    day : int
        From today.

    Returns
    -------
    ndarray of int, shape (n,)
        Bits.
    """
    bits = np.array(list(KIND_BITS.values()), dtype=np.int64)
    found: npt.NDArray[np.int64] = (last_days >= day) @ bits
    return found


class Play:
    """One play of the weeks. ``seen_day``: tried, or found that nobody can get in."""

    def __init__(self, board: Board, weeks: int) -> None:
        self.board, self.weeks = board, weeks
        self.last, self.misses = board.last.copy(), board.misses.copy()
        self.attempts, self.kinds = board.attempts.copy(), board.kinds.copy()
        self.tried, self.reached = board.tried.copy(), board.reached.copy()
        self.shut_out = board.shut_out.copy()
        self.tried_day = np.where(self.tried, -1, 10**6)
        self.reached_day = np.where(self.reached, -1, 10**6)
        self.seen_day = np.where(self.tried | (self.shut_out > 0), -1, 10**6)

    def ring(self, rows: npt.NDArray[np.intp], opened: Bools, *, day: int, bit: int) -> None:
        self.attempts[rows] += 1
        self.kinds[rows] |= bit
        self.tried_day[rows] = np.minimum(self.tried_day[rows], day)
        self.tried[rows] = True
        self.misses[rows[~opened]] += 1
        self.reached[rows[opened]] = True
        self.reached_day[rows[opened]] = np.minimum(self.reached_day[rows[opened]], day)

    def by_week(self, day: npt.NDArray[np.int64], rows: Bools) -> Floats:
        ends = 7 * (np.arange(self.weeks) + 1)
        found: Floats = np.searchsorted(np.sort(day[rows]), ends, side="left").astype(float)
        return found
