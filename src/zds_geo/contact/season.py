"""A season in an invented world: who is rung at, what they answer, and what it adds up to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zds_geo.contact.chance import ChanceModel, fit_chances
from zds_geo.contact.rank import rank_doors
from zds_geo.core.outcomes import Outcome
from zds_geo.core.windows import local_instant

if TYPE_CHECKING:
    import numpy.typing as npt

    from zds_geo.contact.params import ContactParams
    from zds_geo.contact.people import People

ROSTER_DAYS: Final = 28
Prize = Callable[[pd.DataFrame, str, datetime], "npt.NDArray[np.float64]"]
Retain = Callable[[date, pd.DataFrame], tuple[pd.DataFrame, pd.DataFrame]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonShift:
    """So many doors in one window of one date, in some buurten (none: everywhere)."""

    on: date
    window: str
    n_doors: int
    buurt_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What happened: all knocks of the season (columns of the knocks CSV), those that are kept at
    the end, and the day each door was reached and first rung at.
    """

    knocks: pd.DataFrame
    kept: pd.DataFrame
    reached_on: npt.NDArray[np.datetime64]
    first_on: npt.NDArray[np.datetime64]
    start: date

    def reached_share(self, weeks: int) -> float:
        """Give the share of doors reached within some weeks."""
        end = np.datetime64(self.start + timedelta(weeks=weeks), "D")
        return float((self.reached_on < end).mean())

    def mean_weeks(self, among: npt.NDArray[np.bool_], *, weeks: int) -> float:
        """Give the mean weeks to reach a door, some weeks for who was not reached."""
        days = (self.reached_on - np.datetime64(self.start, "D")).astype(float)
        days = np.where(np.isnat(self.reached_on), 7.0 * weeks, days)
        return float(days[among].mean() / 7)


def run_season(
    doors: pd.DataFrame,
    people: People,
    shifts: Sequence[SeasonShift],
    *,
    params: ContactParams,
    seed: int,
    learn: bool = False,
    model: ChanceModel | None = None,
    prize: Prize | None = None,
    known: pd.DataFrame | None = None,
    retain: Retain | None = None,
) -> Season:
    """Let a season pass, through the real ``rank_doors`` and ``fit_chances``.

    Parameters
    ----------
    doors : DataFrame
        As for ``rank_doors``.
    people : People
        Who lives there.
    shifts : sequence of SeasonShift
        In order of date.
    params : ContactParams
        Rules.
    seed : int
        For ties.
    learn : bool
        Fit anew each week, and rank with what was learned.
    model : ChanceModel, optional
        One that stays as it is.
    prize : callable, optional
        Another policy: gets the ranked frame, the window and the instant, gives prizes.
    known : DataFrame, optional
        Knocks of before.
    retain : callable, optional
        Gets each first day of a week and the knocks; gives those that are kept, and what remains
        of the others (``door_state``).

    Returns
    -------
    Season
        Each shift rings at the doors of highest prize.
    """
    roster = pd.DataFrame(
        {
            "start_at": [_instant(s, params) for s in shifts],
            "window": [s.window for s in shifts],
            "n_doors": [s.n_doors for s in shifts],
            "buurt_codes": [list(s.buurt_codes) or None for s in shifts],
        }
    )
    roster["end_at"] = roster["start_at"]
    log, walk = _Log(doors, known), _Walk(doors, people)
    state: pd.DataFrame | None = None
    week = -1
    start = shifts[0].on if shifts else date(2026, 1, 5)
    days = np.array([np.datetime64(s.on, "D") for s in shifts])
    for on, group in itertools.groupby(shifts, key=lambda s: s.on):
        if (on - start).days // 7 != week:
            week = (on - start).days // 7
            if retain is not None:
                kept, state = retain(on, log.frame())
                log.replace(kept)
            if learn:
                now = local_instant(on, datetime.min.time())
                model = fit_chances(
                    doors, log.frame(), now=now, seed=seed, params=params, door_state=state
                )
        today = np.datetime64(on, "D")
        ahead = slice(*np.searchsorted(days, [today, today + np.timedelta64(ROSTER_DAYS, "D")]))
        for (window, codes), same in itertools.groupby(
            sorted(group, key=lambda s: (params.windows.names.index(s.window), s.buurt_codes)),
            key=lambda s: (s.window, s.buurt_codes),
        ):
            shift = list(same)
            own = doors.loc[doors["buurt_code"].isin(codes)] if codes else doors
            now = _instant(shift[0], params)
            ranked = rank_doors(
                own, log.frame(), roster.iloc[ahead], window=window, now=now, seed=seed,
                model=model, params=params, door_state=state,
            )  # fmt: skip
            able = ranked.loc[ranked["eligible"]]
            worth = able["prize"].to_numpy() if prize is None else prize(able, window, now)
            n = min(sum(s.n_doors for s in shift), len(able))
            turn = doors.index.get_indexer(able.index[np.argsort(-worth, kind="stable")])
            log.add(*walk.ring(turn, n, window=window, on=on), window=window, on=on)
    return Season(
        knocks=log.all_of_season(), kept=log.frame(), reached_on=log.reached, first_on=log.first,
        start=start,
    )  # fmt: skip


def _instant(shift: SeasonShift, params: ContactParams) -> datetime:
    return local_instant(shift.on, params.windows.get(shift.window).starts)


class _Walk:
    """Ringing at doors in turn."""

    def __init__(self, doors: pd.DataFrame, people: People) -> None:
        self._people = people
        self._stop = np.arange(len(doors))
        if "stop_id" in doors:
            self._stop = pd.factorize(doors["stop_id"].astype(str))[0]

    def ring(
        self, turn: npt.NDArray[np.intp], n: int, *, window: str, on: date
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
        """Ring at n doors; an entrance that stays closed is tried once, not for each door."""
        upto = n
        while True:
            rows = turn[:upto]
            answers = self._people.answers(rows, window=window, on=on)
            shut = answers == Outcome.NO_ACCESS.value
            first = np.zeros(len(rows), dtype=bool)
            first[np.unique(self._stop[rows], return_index=True)[1]] = True
            done = ~shut | first
            if done.sum() >= n or upto >= len(turn):
                return rows[done][:n], answers[done][:n]
            upto += n


class _Log:
    """A growing log of knocks."""

    def __init__(self, doors: pd.DataFrame, known: pd.DataFrame | None) -> None:
        self._doors = doors.index
        self._parts = [] if known is None else [known]
        self._season: list[pd.DataFrame] = []
        self._whole: pd.DataFrame | None = None
        self.reached = np.full(len(doors), np.datetime64("NaT", "D"))
        self.first = self.reached.copy()

    def frame(self) -> pd.DataFrame:
        if self._whole is None:
            columns = ["door_id", "knocked_on", "window", "outcome", "come_back_window"]
            empty = pd.DataFrame(columns=columns)
            self._whole = pd.concat(self._parts, ignore_index=True) if self._parts else empty
            self._parts = [self._whole] if self._parts else []
        return self._whole

    def all_of_season(self) -> pd.DataFrame:
        whole = pd.concat(self._season, ignore_index=True) if self._season else self.frame()
        return whole

    def replace(self, frame: pd.DataFrame) -> None:
        self._parts, self._whole = [frame], None

    def add(
        self, rows: npt.NDArray[np.intp], outcome: npt.NDArray[np.object_], *, window: str, on: date
    ) -> None:
        if not len(rows):
            return
        self._season.append(
            pd.DataFrame(
                {
                    "door_id": self._doors.to_numpy(dtype=object)[rows],
                    "knocked_on": on.isoformat(),
                    "window": window,
                    "outcome": outcome,
                    "come_back_window": np.where(outcome == "come_back", window, ""),
                }
            )
        )
        self._parts.append(self._season[-1])
        self._whole = None
        day = np.datetime64(on, "D")
        met = np.isin(outcome, ["talked", "no_talk", "come_back", "do_not_knock"])
        fresh = rows[met & np.isnat(self.reached[rows])]
        self.reached[fresh] = day
        self.first[rows[np.isnat(self.first[rows])]] = day
