"""Invented people behind the doors: worlds to try rules in, the same for the same seed.

Nobody real is in here. Each world is a set of assumptions; some break what ``chance`` assumes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zds_geo.core.outcomes import Outcome
from zds_geo.core.windows import DEFAULT_WINDOWS, WindowKind, WindowScheme

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_YEAR: Final = 365.25
_AWAY_DAYS: Final = 10
_TALK, _BACK, _REFUSE = 0.72, 0.08, 0.012  # of those who open


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Assumptions about a made-up area.

    Attributes
    ----------
    types : tuple
        For each type of household: share, and chances to open by (morning, afternoon, early
        evening, evening, Saturday morning, Saturday afternoon).
    mixed : float
        How mixed streets are: high is every street alike, low is one type a street (Dirichlet).
    spread : float
        How much homes of a type differ, standard deviation on the logit scale.
    never, closed : float
        Shares of homes that never open, and of stops of several homes where nobody gets in.
    level : float
        Shift of all chances, logit.
    season, drift : float
        Less open in summer than in winter, and change a year, both logit.
    away : float
        Share of the time that a home is away for ten days; twice that in July and August.
    moves : float
        Share of homes with new residents each year.
    vacant, other_use, stuck : float
        Shares of homes that stand empty or are no home, and chance a day not to get to a door.
    census : tuple of int
        Numbers of the types that public shares tell of, in the order of ``SHARE_COLUMNS``; none
        where they carry nothing.
    """

    types: tuple[tuple[float, tuple[float, ...]], ...]
    mixed: float = 6.0
    spread: float = 0.6
    never: float = 0.025
    closed: float = 0.0
    level: float = 0.0
    season: float = 0.1
    drift: float = 0.0
    away: float = 0.03
    moves: float = 0.08
    vacant: float = 0.0
    other_use: float = 0.0
    stuck: float = 0.0
    census: tuple[int, ...] = (0, 1, 2, 3)


_COMMON: Final = (
    (0.32, (0.16, 0.18, 0.43, 0.51, 0.41, 0.39)),  # works by day, younger than 65
    (0.22, (0.65, 0.63, 0.41, 0.20, 0.58, 0.55)),  # older
    (0.24, (0.30, 0.41, 0.65, 0.58, 0.55, 0.51)),  # with children
    (0.22, (0.32, 0.35, 0.51, 0.53, 0.48, 0.45)),  # other
)
_COMMON_WORLD: Final = World(types=_COMMON)
WORLDS: Final = {
    "gewoon": _COMMON_WORLD,
    "nachtdienst": replace(
        _COMMON_WORLD,
        types=(*((s * 0.75, c) for s, c in _COMMON), (0.25, (0.05, 0.55, 0.50, 0.10, 0.08, 0.55))),
    ),
    "studenten": replace(
        _COMMON_WORLD,
        types=((0.45, (0.10, 0.30, 0.40, 0.45, 0.12, 0.35)), *((s * 0.55, c) for s, c in _COMMON)),
        mixed=1.0, moves=0.5, closed=0.05, away=0.06, census=(1, 2, 3, 4),
    ),
    "ouderen": replace(
        _COMMON_WORLD,
        types=((0.45, (0.70, 0.68, 0.30, 0.06, 0.60, 0.58)), *((s * 0.55, c) for s, c in _COMMON)),
        mixed=1.0, census=(1, 2, 3, 4),
    ),
    # No types at all: nothing but homes that differ.
    "zonder typen": replace(
        _COMMON_WORLD, types=((1.0, (0.34, 0.37, 0.49, 0.46, 0.49, 0.46)),), spread=1.3, census=(),
    ),
    "weinig open": replace(_COMMON_WORLD, level=-0.9, never=0.06),
    "verloop": replace(_COMMON_WORLD, season=0.5, drift=-0.6, moves=0.2),
}  # fmt: skip
# The ordinary world with what odd doors add: for the example quarter and whole seasons.
QUARTER: Final = replace(_COMMON_WORLD, closed=0.01, vacant=0.008, other_use=0.004, stuck=0.01)


class People:
    """Invented people behind the doors of an area.

    Parameters
    ----------
    doors : DataFrame
        Index ``door_id``; ``street_side_id``; optional ``stop_id``.
    world : World
        Assumptions.
    seed : int
        Same seed, same people, whatever the order of the doors.
    windows : WindowScheme
        Names and kinds.

    Examples
    --------
    >>> doors = pd.DataFrame({"street_side_id": "s"}, index=["0200010000000001"])
    >>> people = People(doors, WORLDS["gewoon"], seed=1)
    >>> people.answers(np.array([0]), window="avond", on=date(2026, 11, 23)).tolist()
    ['talked']
    """

    def __init__(
        self,
        doors: pd.DataFrame,
        world: World,
        *,
        seed: int,
        windows: WindowScheme = DEFAULT_WINDOWS,
    ) -> None:
        self.world, self.windows = world, windows
        text = hashlib.sha256(f"people {seed}".encode()).hexdigest()[:16]
        self._row = {door: n for n, door in enumerate(doors.index)}
        self._key = pd.util.hash_array(np.asarray(doors.index, dtype=object), hash_key=text)
        side, names = pd.factorize(doors["street_side_id"].astype(str))
        shares = np.array([share for share, _ in world.types])
        self.side_shares = np.array([_side_shares(world, shares, f"{seed} {n}") for n in names])
        self._side = side
        self._opens = np.array([_of_scheme(chances, windows) for _, chances in world.types])
        self._closed = np.zeros(len(doors), dtype=bool)
        if "stop_id" in doors:
            stops = doors["stop_id"].astype(str)
            shut = self._draw(pd.util.hash_array(stops.to_numpy(object), hash_key=text), 11)
            shared = stops.groupby(stops).transform("size").to_numpy() > 1
            self._closed = (shut < world.closed) & shared

    def public_shares(self) -> Floats:
        """Give what a census would tell of each door's street.

        Returns
        -------
        ndarray, shape (n_doors, 4)
            Twentieths, of ``SHARE_COLUMNS``: of the types that a census knows. Where it knows
            none, shares that carry nothing.
        """
        shares = self.side_shares[:, list(self.world.census)]
        if not self.world.census:
            key = np.arange(len(self.side_shares), dtype=np.uint64)
            shares = np.column_stack([self._draw(key, 12, column) for column in range(4)])
        shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
        found: Floats = np.round(20 * shares)[self._side] / 20
        return found

    def _draw(self, key: npt.NDArray[np.uint64], *salt: int) -> Floats:
        """Give for each key a number in 0-1 that depends on key and salt alone (splitmix64)."""
        z = key.copy()
        for one in salt:
            z = z + np.uint64((one * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) % 2**64)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z ^= z >> np.uint64(31)
        found: Floats = (z >> np.uint64(11)).astype(np.float64) / 2.0**53
        return found

    def _household(self, rows: npt.NDArray[np.intp], on: date) -> npt.NDArray[np.uint64]:
        """Give a key for the residents of a home: another one after they moved."""
        if self.world.moves <= 0:
            return self._key[rows]
        stay = _YEAR / self.world.moves
        since = (on.toordinal() + self._draw(self._key[rows], 1) * stay) // stay
        found: npt.NDArray[np.uint64] = self._key[rows] + since.astype(np.uint64)
        return found

    def chances(self, rows: npt.NDArray[np.intp], *, window: str, on: date) -> Floats:
        """Give the chance that somebody opens: what no planner can know.

        Parameters
        ----------
        rows : ndarray of int
            Row numbers of the doors.
        window : str
            Name.
        on : date
            Local date.

        Returns
        -------
        ndarray of float
            Between 0 and 1.
        """
        from scipy.special import expit, logit, ndtri

        world, key = self.world, self._household(rows, on)
        column = self.windows.names.index(window)
        own = ndtri(np.clip(self._draw(key, 3), 1e-9, 1 - 1e-9))
        per_window = ndtri(np.clip(self._draw(key, 4, column), 1e-9, 1 - 1e-9))
        level = logit(self._opens[self._types(rows, key), column])
        level = level + world.spread * (own + 0.3 * per_window) + self._time_shift(on)
        found: Floats = np.where(self._draw(key, 5) < world.never, 0.0, expit(level))
        block = (
            on.toordinal() + (self._key[rows] % np.uint64(_AWAY_DAYS)).astype(int)
        ) // _AWAY_DAYS
        away = self._draw(self._key[rows] + block.astype(np.uint64), 6)
        return np.where(away < world.away * (2 if on.month in {7, 8} else 1), 0.0, found)

    def _types(self, rows: npt.NDArray[np.intp], key: npt.NDArray[np.uint64]) -> npt.NDArray[Any]:
        upto = np.cumsum(self.side_shares[self._side[rows]], axis=1)
        found: npt.NDArray[Any] = (self._draw(key, 2)[:, None] > upto[:, :-1]).sum(axis=1)
        return found

    def _time_shift(self, on: date) -> float:
        turn = np.cos(2 * np.pi * (on.timetuple().tm_yday - 15) / _YEAR)
        years = (on - date(2026, 1, 1)).days / _YEAR
        return self.world.level + self.world.season * float(turn) + self.world.drift * years

    def answers(
        self, rows: npt.NDArray[np.intp], *, window: str, on: date
    ) -> npt.NDArray[np.object_]:
        """Let people answer.

        Parameters
        ----------
        rows : ndarray of int
            Row numbers of the doors that are rung at.
        window : str
            Name.
        on : date
            Local date.

        Returns
        -------
        ndarray of str
            Stored outcomes; they depend on seed, door, window and date alone.
        """
        column, day = self.windows.names.index(window), on.toordinal()
        opened = self._draw(self._key[rows], 7, day, column) < self.chances(
            rows, window=window, on=on
        )
        point = self._draw(self._key[rows], 8, day)
        outcome = np.full(len(rows), Outcome.NO_TALK.value, dtype=object)
        outcome[point < _REFUSE + _BACK + _TALK] = Outcome.TALKED.value
        outcome[point < _REFUSE + _BACK] = Outcome.COME_BACK.value
        outcome[point < _REFUSE] = Outcome.DO_NOT_KNOCK.value
        outcome[~opened] = Outcome.NOT_HOME.value
        stuck = self._draw(self._key[rows], 9, day) < self.world.stuck
        outcome[self._closed[rows] | stuck] = Outcome.NO_ACCESS.value
        use = self._draw(self._household(rows, on), 10)
        outcome[use < self.world.vacant + self.world.other_use] = Outcome.NOT_A_HOME.value
        outcome[use < self.world.vacant] = Outcome.VACANT.value
        return outcome

    def answer(self, door_id: str, *, window: str, on: date) -> Outcome:
        """Let the people behind one door answer.

        Parameters
        ----------
        door_id : str
            One of the doors.
        window : str
            Name.
        on : date
            Local date.

        Returns
        -------
        Outcome
            As ``answers`` gives.
        """
        row = np.array([self._row[door_id]])
        return Outcome(str(self.answers(row, window=window, on=on)[0]))

    def opens_ever(self, on: date) -> npt.NDArray[np.bool_]:
        """Tell who would open some time: all but those who never do, or cannot be got at."""
        rows = np.arange(len(self._key))
        found: npt.NDArray[np.bool_] = self._draw(self._household(rows, on), 5) >= self.world.never
        return found & ~self._closed


def _side_shares(world: World, shares: Floats, text: str) -> Floats:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    rng = np.random.default_rng(seed)
    drawn: Floats = rng.dirichlet(np.maximum(shares / shares.sum() * world.mixed, 1e-3))
    return drawn


def _of_scheme(chances: tuple[float, ...], windows: WindowScheme) -> list[float]:
    """Lay the six assumed chances over the windows of a scheme: by name, else by kind."""
    by_name = dict(zip(DEFAULT_WINDOWS.names, chances, strict=True))
    by_kind = {
        WindowKind.DAY: chances[1], WindowKind.EVENING: chances[2], WindowKind.SATURDAY: chances[5],
    }  # fmt: skip
    return [by_name.get(w.name, by_kind[w.kind]) for w in windows.windows]
