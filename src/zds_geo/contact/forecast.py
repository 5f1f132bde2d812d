"""Whether the promise can be kept: when doors will have been tried and reached, and what is short.

The season ahead is played many times: households drawn from what is known of each door, shifts of
the roster with their chance of falling short, and the rules of rotation. What most of the plays
agree on is the forecast. Nothing of it is about one door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zds_geo.contact._fit import MOST_MISSES
from zds_geo.contact.chance import ChanceModel, fit_chances
from zds_geo.contact.facts import KIND_BITS, facts_at, read_log, texts_of
from zds_geo.contact.lookahead import places_of
from zds_geo.contact.rank import close_stops, stops_of
from zds_geo.core.windows import AMSTERDAM, WindowKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy.typing as npt

    from zds_geo.contact.params import ContactParams

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9  # of the plays: the forecast holds in eight of ten
RUNS: Final = 40
FULL_SHARE: Final = 0.98  # "all" doors: some are always behind a closed entrance
ATTEMPTS: Final = 4  # of the promise (DESIGN 7)
MOST_WEEKS: Final = 260
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
FEW_KNOCKS: Final = 300  # below this, advice is guessing
_UNRUNG: Final = -(10**6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The weeks ahead; each triple is (low, middle, high) of the plays: 10, 50 and 90 %.

    Attributes
    ----------
    weeks : tuple of date
        Last date of each week.
    tried, reached : ndarray, shape (3, n_weeks)
        Doors of the promise tried and reached by then, in this cycle.
    n_doors : int
        Doors the promise is about: without empty homes, shops and do-not-knock.
    buurten : DataFrame, index ``buurt_code``
        ``n_doors``, ``tried_low`` … ``reached_high`` at the end, ``all_tried_week`` (number of the
        week in which all were tried in nine of ten plays, 0 when not within the weeks).
    late : tuple of float
        Doors not tried by the end.
    unfinished : tuple of float
        Doors not reached, and not tried often enough, by the end.
    short_hours : dict of str to float
        Hours that are short per kind of window, in the middle play.
    done_week : int
        Week in which all doors are tried in nine of ten plays; 0 when not within the weeks.
    """

    weeks: tuple[date, ...]
    tried: Floats
    reached: Floats
    n_doors: int
    buurten: pd.DataFrame
    late: tuple[float, float, float]
    unfinished: tuple[float, float, float]
    short_hours: dict[str, float]
    done_week: int


@dataclass(frozen=True, slots=True)
class _Step:
    """One part of a shift: day from today, window, doors, and which rows it may ring at."""

    day: int
    window: int
    n_doors: float
    rows: npt.NDArray[np.intp]


class _Board:
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

    def steps(self, roster: pd.DataFrame, weeks: int) -> list[_Step]:
        """Lay the roster out over the weeks; what is weekly in a shorter roster is repeated."""
        if not len(roster):
            return []
        codes = texts_of(self.doors, "buurt_code").to_numpy()
        names = self.model.windows
        start = [t.astimezone(AMSTERDAM).date() for t in roster["start_at"]]
        length = -(-((max(start) - self.today).days + 1) // 7) * 7
        places = roster["buurt_codes"] if "buurt_codes" in roster else [None] * len(roster)
        weekly = roster["weekly"] if "weekly" in roster else [True] * len(roster)
        rows: dict[frozenset[str], npt.NDArray[np.intp]] = {}
        steps = []
        for on, window, n, where, again in zip(
            start, roster["window"], roster["n_doors"], places, weekly, strict=True
        ):
            key = places_of(where)
            if key not in rows:
                mine = np.isin(codes, sorted(key)) if key else np.ones(len(codes), bool)
                rows[key] = np.flatnonzero(mine & self.counts)
            if window not in names:
                continue
            first = (on - self.today).days
            steps += [
                _Step(day, names.index(window), float(n), rows[key])
                for day in range(first, 7 * weeks if again else first + 1, max(length, 7))
                if 0 <= day < 7 * weeks
            ]
        return sorted(steps, key=lambda s: (s.day, s.window))

    def staffed_by(self, steps: Sequence[_Step]) -> npt.NDArray[np.int64]:
        """Give the kinds of window (bits) in which anybody comes to each door."""
        found = np.zeros(len(self.doors), dtype=np.int64)
        for step in steps:
            found[step.rows] |= self.bits[step.window]
        return found

    def play(
        self, steps: Sequence[_Step], *, staffed: npt.NDArray[np.int64], weeks: int, seed: int
    ) -> _Play:
        """Play the weeks once."""
        from scipy.special import expit

        rng = np.random.default_rng(seed)
        opens = self._draw_opens(rng)
        state = _Play(self, weeks)
        stays = np.where(self.shut, rng.uniform(*STAYS_CLOSED), self.closed_share)
        closed = rng.random(len(self.stop))[self.stop] < stays
        places = 1.0 - OTHER_VISITS + OTHER_SPREAD * rng.standard_normal()
        rest = np.array([0, *self.params.min_days_after_misses])
        quiet = KIND_BITS[WindowKind.EVENING] | KIND_BITS[WindowKind.SATURDAY]
        wander = np.cumsum(WANDER * rng.standard_normal(weeks + 1))
        wave = np.maximum(1.0 + wander + WEEK_SPREAD * rng.standard_normal(weeks + 1), 0.2)
        for step in steps:
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
            if not bit & quiet:
                waits = misses >= self.params.waiting_from_misses
                waits &= (staffed[own] & quiet) > 0
                able &= ~waits | (idle >= quick + self.params.waiting_days)
            mine = own[able]
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
            state.ring(mine[got_at], opened[got_at], day=step.day, bit=bit)
        return state

    def _draw_opens(self, rng: np.random.Generator) -> Floats:
        """Draw a kind of household for each door; give its chances (logit)."""
        from scipy.special import logit

        upto = np.cumsum(self.kinds_of, axis=1)
        kind = (rng.random((len(upto), 1)) > upto[:, :-1]).sum(axis=1)
        table = logit(self.model.table(LEVEL_SPREAD * rng.standard_normal()))
        found: Floats = table[kind]
        return found


class _Play:
    """One play of the weeks."""

    def __init__(self, board: _Board, weeks: int) -> None:
        self.board, self.weeks = board, weeks
        self.last, self.misses = board.last.copy(), board.misses.copy()
        self.attempts, self.kinds = board.attempts.copy(), board.kinds.copy()
        self.tried, self.reached = board.tried.copy(), board.reached.copy()
        self.shut_out = board.shut_out.copy()
        self.tried_day = np.where(self.tried, -1, 10**6)
        self.reached_day = np.where(self.reached, -1, 10**6)

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


def forecast_promise(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    roster: pd.DataFrame,
    *,
    params: ContactParams,
    now: datetime,
    seed: int,
    weeks: int,
    runs: int = RUNS,
    model: ChanceModel | None = None,
    do_not_knock: Collection[str] = frozenset(),
    door_state: pd.DataFrame | None = None,
    seconds_per_door: int = 240,
) -> Forecast:
    """Forecast what the roster reaches.

    Parameters
    ----------
    doors, knocks : DataFrame
        As for ``rank_doors``.
    roster : DataFrame
        Coming shifts, as for ``rank_doors``; repeated when shorter than the weeks, but for those
        that an optional column ``weekly`` is False of.
    params : ContactParams
        Rules.
    now : datetime
        Aware.
    seed : int
        Of the plays.
    weeks : int
        How far.
    runs : int
        Plays.
    model : ChanceModel, optional
        Fitted here when not given.
    do_not_knock : collection of str
        The register.
    door_state : DataFrame, optional
        What remains after retention.
    seconds_per_door : int
        To turn doors into hours.

    Returns
    -------
    Forecast
        The same for the same input and seed.
    """
    learned = model or fit_chances(
        doors, knocks, now=now, seed=seed, params=params, door_state=door_state
    )
    board = _Board(
        doors, knocks, params=params, now=now, do_not_knock=do_not_knock, model=learned,
        door_state=door_state,
    )  # fmt: skip
    steps = board.steps(roster, weeks)
    staffed = board.staffed_by(steps)
    plays = [
        board.play(steps, staffed=staffed, weeks=weeks, seed=seed * 1000 + r) for r in range(runs)
    ]
    tried = np.array([p.by_week(p.tried_day, board.counts) for p in plays])
    reached = np.array([p.by_week(p.reached_day, board.counts) for p in plays])
    n = int(board.counts.sum())
    short = [_shortage(p, staffed=staffed) for p in plays]
    return Forecast(
        weeks=tuple(board.today + timedelta(days=7 * (w + 1) - 1) for w in range(weeks)),
        tried=_spread_of(tried),
        reached=_spread_of(reached),
        n_doors=n,
        buurten=_per_buurt(board, plays),
        late=_triple([n - float(t[-1]) for t in tried]),
        unfinished=_triple([s["doors"] for s in short]),
        short_hours=_hours(short, seconds_per_door),
        done_week=_done_week(tried, n),
    )  # fmt: skip


def needed_weeks(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    roster: pd.DataFrame,
    *,
    params: ContactParams,
    now: datetime,
    seed: int,
    do_not_knock: Collection[str] = frozenset(),
    door_state: pd.DataFrame | None = None,
    runs: int = 10,
) -> int | None:
    """Give the weeks that a roster needs for its promise: every door tried, and tried enough.

    Parameters
    ----------
    doors, knocks, roster : DataFrame
        As for ``forecast_promise``.
    params : ContactParams
        Rules, with the start of the cycle.
    now : datetime
        Aware: the first day.
    seed : int
        Of the plays.
    do_not_knock : collection of str
        The register.
    door_state : DataFrame, optional
        What remains after retention.
    runs : int
        Plays.

    Returns
    -------
    int or None
        The first number of weeks after which, in nine of ten plays, all doors were tried and of
        those not reached at most a few in a hundred lack attempts; None when five years are not
        enough, or nobody has a shift.
    """
    weeks = 13
    while len(roster) and len(doors) and weeks <= MOST_WEEKS:
        found = forecast_promise(
            doors, knocks, roster, params=params, now=now, seed=seed, weeks=weeks, runs=runs,
            do_not_knock=do_not_knock, door_state=door_state,
        )  # fmt: skip
        enough = found.unfinished[2] <= (1 - FULL_SHARE) * 2.5 * max(found.n_doors, 1)
        if found.done_week and enough:
            return max(found.done_week, _first_enough(weeks, found))
        weeks *= 2
    return None


def _first_enough(weeks: int, found: Forecast) -> int:
    """Give the week after which hardly anybody is reached any more: the cycle has done its work."""
    middle = found.reached[1]
    gained = middle[-1] - middle
    few = np.flatnonzero(gained <= 0.02 * max(found.n_doors, 1))
    return int(few[0]) + 1 if len(few) else weeks


def advise_roster(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    roster: pd.DataFrame,
    *,
    params: ContactParams,
    now: datetime,
    seed: int,
    weeks: int,
    runs: int = RUNS,
    do_not_knock: Collection[str] = frozenset(),
    door_state: pd.DataFrame | None = None,
    n_doors: int = 40,
) -> pd.DataFrame:
    """Give the worth of one more shift a week in each window.

    Parameters
    ----------
    doors, knocks, roster : DataFrame
        As for ``forecast_promise``.
    params : ContactParams
        Rules.
    now : datetime
        Aware.
    seed : int
        Of the plays: the same in each, so that differences are of the shift.
    weeks : int
        How far.
    runs : int
        Plays.
    do_not_knock : collection of str
        The register.
    door_state : DataFrame, optional
        What remains after retention.
    n_doors : int
        Doors of the shift, anywhere in the area.

    Returns
    -------
    DataFrame, index ``window``
        ``more_reached`` (doors, mean), ``sure`` (False: "te weinig gegevens", or a difference that
        chance explains).
    """
    model = fit_chances(doors, knocks, now=now, seed=seed, params=params, door_state=door_state)
    board = _Board(
        doors, knocks, params=params, now=now, do_not_knock=do_not_knock, model=model,
        door_state=door_state,
    )  # fmt: skip
    steps = board.steps(roster, weeks)

    def reached(more: list[_Step]) -> Floats:
        whole = sorted([*steps, *more], key=lambda s: (s.day, s.window))
        staffed = board.staffed_by(whole)
        plays = (
            board.play(whole, staffed=staffed, weeks=weeks, seed=seed * 1000 + r)
            for r in range(runs)
        )
        return np.array([float(p.reached[board.counts].sum()) for p in plays])

    base, rows = reached([]), []
    everyone = np.flatnonzero(board.counts)
    for window in params.windows.windows:
        weekday = min(window.weekdays)
        first = (weekday - board.today.weekday()) % 7
        at = model.windows.index(window.name)
        more = [_Step(day, at, float(n_doors), everyone) for day in range(first, 7 * weeks, 7)]
        gain = reached(more) - base
        error = float(gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else np.inf
        sure = model.n_knocks >= FEW_KNOCKS and abs(float(gain.mean())) > 2 * error
        rows.append(
            {"window": window.name, "more_reached": round(float(gain.mean()), 1), "sure": sure}
        )
    return pd.DataFrame(rows).set_index("window")


def _spread_of(values: Floats) -> Floats:
    found: Floats = np.quantile(values, [LOW, MIDDLE, HIGH], axis=0)
    return found


def _triple(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = np.quantile(np.asarray(values, dtype=float), [LOW, MIDDLE, HIGH])
    return float(low), float(middle), float(high)


def _done_week(tried: Floats, n: int) -> int:
    sure = np.quantile(tried, LOW, axis=0) >= FULL_SHARE * n
    return int(np.flatnonzero(sure)[0]) + 1 if sure.any() and n else 0


def _shortage(play: _Play, *, staffed: npt.NDArray[np.int64]) -> dict[str, float]:
    """Count doors that lack attempts at the end, and the attempts they lack per kind of window.

    Only kinds of window in which anybody comes there count; where nobody does, any.
    """
    board = play.board
    open_ = board.counts & ~play.reached
    lacks = open_ & ((play.attempts < ATTEMPTS) | ((play.kinds & staffed) != staffed))
    lacks &= play.misses < board.params.max_misses
    found = {"doors": float(lacks.sum())}
    missing = np.maximum(ATTEMPTS - play.attempts[lacks], 0).astype(float)
    comes = {k: (staffed[lacks] & KIND_BITS[k]) > 0 for k in WindowKind}
    for kind in WindowKind:
        unseen = comes[kind] & ((play.kinds[lacks] & KIND_BITS[kind]) == 0)
        found[kind.value] = float(unseen.sum())
        missing -= unseen
    n_kinds = np.maximum(sum(c.astype(int) for c in comes.values()), 1)
    for kind in WindowKind:  # what is still missing may be in any
        found[kind.value] += float((np.maximum(missing, 0.0) * comes[kind] / n_kinds).sum())
    return found


def _hours(short: Sequence[dict[str, float]], seconds: int) -> dict[str, float]:
    middle = {k.value: float(np.median([s[k.value] for s in short])) for k in WindowKind}
    return {kind: round(doors * seconds / 3600, 1) for kind, doors in middle.items()}


def _per_buurt(board: _Board, plays: Sequence[_Play]) -> pd.DataFrame:
    codes = texts_of(board.doors, "buurt_code").to_numpy()
    rows = []
    for code in sorted(set(codes)):
        mine = (codes == code) & board.counts
        tried = np.array([p.by_week(p.tried_day, mine) for p in plays])
        reached = [float(p.reached[mine].sum()) for p in plays]
        row: dict[str, Any] = {"buurt_code": code, "n_doors": int(mine.sum())}
        for name, values in (("tried", tried[:, -1]), ("reached", reached)):
            triple = _triple(list(values))
            row |= dict(zip((f"{name}_low", f"{name}_middle", f"{name}_high"), triple, strict=True))
        rows.append(row | {"all_tried_week": _done_week(tried, int(mine.sum()))})
    return pd.DataFrame(rows).set_index("buurt_code")
