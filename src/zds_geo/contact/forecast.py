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

from zds_geo.contact._plays import Board, Play, Step, kinds_from
from zds_geo.contact.chance import ChanceModel, fit_chances
from zds_geo.contact.facts import KIND_BITS
from zds_geo.contact.log import texts_of
from zds_geo.core.windows import WindowKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy.typing as npt

    from zds_geo.contact.params import ContactParams

    Floats = npt.NDArray[np.float64]

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9  # of the plays: the forecast holds in eight of ten
RUNS: Final = 40
FULL_SHARE: Final = 0.98  # "all" doors: some are always behind a closed entrance
ATTEMPTS: Final = 4  # of the promise (DESIGN 7)
MOST_WEEKS: Final = 260
FEW_KNOCKS: Final = 300  # below this, advice is guessing


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
        Week in which all doors are tried in nine of ten plays, or found behind an entrance where
        nobody gets in; 0 when not within the weeks.
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


def forecast_promise(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    roster: pd.DataFrame,
    *,
    params: ContactParams,
    now: datetime,
    seed: int,
    weeks: int,
    days: int | None = None,
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
        Coming shifts, as for ``rank_doors``, each with its ``n_doors``. The whole weeks of those
        that an optional column ``weekly`` is not False of are repeated when shorter than ``weeks``.
    params : ContactParams
        Rules.
    now : datetime
        Aware.
    seed : int
        Of the plays.
    weeks : int
        How far.
    days : int, optional
        Shifts after so many days do not count: the last week may end early.
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

    Raises
    ------
    FrameError
        If doors, knocks or roster cannot be read.
    """
    learned = model or fit_chances(
        doors, knocks, now=now, seed=seed, params=params, door_state=door_state
    )
    board = Board(
        doors, knocks, params=params, now=now, do_not_knock=do_not_knock, model=learned,
        door_state=door_state,
    )  # fmt: skip
    ahead = _days_of(weeks, days)
    steps = board.steps(roster, ahead)
    last_days = board.last_days(steps)
    plays = [
        board.play(steps, last_days=last_days, weeks=weeks, seed=seed * 1000 + r)
        for r in range(runs)
    ]
    tried = np.array([p.by_week(p.tried_day, board.counts) for p in plays])
    seen = np.array([p.by_week(p.seen_day, board.counts) for p in plays])
    reached = np.array([p.by_week(p.reached_day, board.counts) for p in plays])
    n = int(board.counts.sum())
    short = [_shortage(p, staffed=kinds_from(last_days, 0)) for p in plays]
    return Forecast(
        weeks=tuple(
            board.today + timedelta(days=min(7 * (w + 1), ahead) - 1) for w in range(weeks)
        ),
        tried=_spread_of(tried),
        reached=_spread_of(reached),
        n_doors=n,
        buurten=_per_buurt(board, plays),
        late=_triple([n - float(t[-1]) for t in tried]),
        unfinished=_triple([s["doors"] for s in short]),
        short_hours=_hours(short, seconds_per_door),
        done_week=_done_week(seen, n),
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
    days: int | None = None,
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
    days : int, optional
        Shifts after so many days do not count: the last week may end early.
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
        ``more_reached`` (doors, mean), ``sure`` (False: too few knocks to tell, or a difference
        that chance explains), ``few`` (True: too few knocks, "te weinig gegevens").
    """
    model = fit_chances(doors, knocks, now=now, seed=seed, params=params, door_state=door_state)
    board = Board(
        doors, knocks, params=params, now=now, do_not_knock=do_not_knock, model=model,
        door_state=door_state,
    )  # fmt: skip
    ahead = _days_of(weeks, days)
    steps = board.steps(roster, ahead)

    def reached(more: list[Step]) -> Floats:
        whole = sorted([*steps, *more], key=lambda s: (s.day, s.window))
        last_days = board.last_days(whole)
        plays = (
            board.play(whole, last_days=last_days, weeks=weeks, seed=seed * 1000 + r)
            for r in range(runs)
        )
        return np.array([float(p.reached[board.counts].sum()) for p in plays])

    base, rows = reached([]), []
    everyone = np.flatnonzero(board.counts)
    for window in params.windows.windows:
        at = model.windows.index(window.name)
        first = board.next_day(at)
        more = [Step(day, at, float(n_doors), everyone) for day in range(first, ahead, 7)]
        gain = reached(more) - base
        error = float(gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else np.inf
        few = model.n_knocks < FEW_KNOCKS
        sure = not few and abs(float(gain.mean())) > 2 * error
        more_reached = round(float(gain.mean()), 1)
        rows.append({"window": window.name, "more_reached": more_reached, "sure": sure, "few": few})
    return pd.DataFrame(rows).set_index("window")


def _days_of(weeks: int, days: int | None) -> int:
    return 7 * weeks if days is None else min(days, 7 * weeks)


def _spread_of(values: Floats) -> Floats:
    found: Floats = np.quantile(values, [LOW, MIDDLE, HIGH], axis=0)
    return found


def _triple(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = np.quantile(np.asarray(values, dtype=float), [LOW, MIDDLE, HIGH])
    return float(low), float(middle), float(high)


def _done_week(seen: Floats, n: int) -> int:
    sure = np.quantile(seen, LOW, axis=0) >= FULL_SHARE * n
    return int(np.flatnonzero(sure)[0]) + 1 if sure.any() and n else 0


def _shortage(play: Play, *, staffed: npt.NDArray[np.int64]) -> dict[str, float]:
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


def _per_buurt(board: Board, plays: Sequence[Play]) -> pd.DataFrame:
    codes = texts_of(board.doors, "buurt_code").to_numpy()
    rows = []
    for code in sorted(set(codes)):
        mine = (codes == code) & board.counts
        tried = np.array([p.by_week(p.tried_day, mine) for p in plays])
        seen = np.array([p.by_week(p.seen_day, mine) for p in plays])
        reached = [float(p.reached[mine].sum()) for p in plays]
        row: dict[str, Any] = {"buurt_code": code, "n_doors": int(mine.sum())}
        for name, values in (("tried", tried[:, -1]), ("reached", reached)):
            triple = _triple(list(values))
            row |= dict(zip((f"{name}_low", f"{name}_middle", f"{name}_high"), triple, strict=True))
        rows.append(row | {"all_tried_week": _done_week(seen, int(mine.sum()))})
    figures = [
        f"{name}_{end}" for name in ("tried", "reached") for end in ("low", "middle", "high")
    ]
    columns = ["buurt_code", "n_doors", *figures, "all_tried_week"]
    return pd.DataFrame(rows, columns=columns).set_index("buurt_code")
