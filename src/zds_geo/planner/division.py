"""``divide``: pieces of street to lasting areas, one for each assistant. Arrays only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import UsageError
from zds_geo.planner._areas import (
    Areas,
    Floats,
    Ground,
    Ints,
    belonging,
    free_pieces,
    grow,
    level,
    polish,
)

TOLERANCE: Final = 0.03  # of the share: what an area may be off
STARTS: Final = 8  # first middles that are tried; fewer where there is much to divide
MANY_UNITS: Final = 800
MIDDLES: Final = 8  # times the middles are moved to the middle of their area
CANDIDATES: Final = 12
PRICES: Final = 80
# Places tried for somebody new: so many units in all, between a few and many.
SEAT_UNITS, SEATS_LEAST, SEATS_MOST = 5000, 5, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Who has which unit, and what that comes to.

    ``pieces``: 1 for an area one can walk all of without passing the doors of another; 0 for an
    empty one. ``moved_s``: work that has another owner than in the previous division.
    """

    area: tuple[int, ...]
    work_s: tuple[float, ...]
    target_s: tuple[float, ...]
    pieces: tuple[int, ...]
    moved_s: float

    @property
    def worst(self) -> float:
        """Largest difference with a share, as a part of that share."""
        pairs = zip(self.work_s, self.target_s, strict=True)
        return max((abs(work - target) / target for work, target in pairs if target > 0), default=0)


def divide(
    work_s: npt.ArrayLike,
    links: npt.ArrayLike,
    walk_s: npt.ArrayLike,
    *,
    shares: npt.ArrayLike,
    seed: int,
    span_s: npt.ArrayLike | None = None,
    streets: npt.ArrayLike | None = None,
    real: npt.ArrayLike | None = None,
    previous: npt.ArrayLike | None = None,
    tolerance: float = TOLERANCE,
) -> Division:
    """Divide units over areas of the asked shares of work, each in one piece and compact.

    Parameters
    ----------
    work_s : array of float, shape (n,)
        Seconds of work of each unit.
    links : array of int, shape (m, 2)
        Units next to each other; all units should hang together.
    walk_s : array of float, shape (m,)
        Seconds between them on foot.
    shares : array of float, shape (k,)
        What each area should get, in any unit; 0: nothing.
    seed : int
        Of the first middles.
    span_s : array of float, shape (n,), optional
        Seconds to walk along each unit.
    streets : array of int, shape (n,), optional
        The street of each unit: its pieces stay together where it costs nothing.
    real : array of bool, shape (m,), optional
        False for links that only say what lies nearest: no way on foot.
    previous : array of int, shape (n,), optional
        Earlier areas, -1 for none: as little work as possible changes hands.
    tolerance : float
        How far an area may be off its share before anything is moved for it.

    Returns
    -------
    Division
        With as many areas as ``shares``. The same division given as ``previous`` stays as it is.

    Raises
    ------
    UsageError
        If shapes or signs do not fit, or nobody has a share.

    Notes
    -----
    Afresh: balanced cells around middles. With a price per area, each unit going where the walk to
    the middle plus the price is least, every cell hangs together (who lies on the way to it has the
    same cheapest middle); prices are set until the work fits, middles move to the middle, and the
    border is polished. From a previous division: work passes between neighbouring areas only until
    all are within tolerance, and goes back where that can be missed.

    Examples
    --------
    >>> row = [(0, 1), (1, 2), (2, 3)]
    >>> divide([60, 60, 60, 60], row, [10, 10, 10], shares=[1, 1], seed=1).work_s
    (120.0, 120.0)
    """
    case = _Case.checked(work_s, links, walk_s, shares, span_s, streets, previous)
    if not case.n:
        return _as_division(case, [], real)
    ground = case.ground(tolerance)
    seated = [a for a, target in enumerate(ground.target) if target > 0]
    if np.isin(case.previous, seated).any():
        found = _redraw(case, ground)
    else:
        found = _draw(case, ground, seed)
    # What is given back as the previous division stays: so it is drawn again until it does. Each
    # turn has fewer pieces or less outside the tolerance, so this ends.
    while (again := _redraw(case, case.ground(tolerance, previous=found))) != found:
        found = again
    return _as_division(case, found, real)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    n: int
    work: Floats
    links: Ints
    walk: Floats
    shares: Floats
    streets: Ints
    previous: Ints
    graph: Any

    @classmethod
    def checked(
        cls, work: Any, links: Any, walk: Any, shares: Any, span: Any, streets: Any, previous: Any
    ) -> _Case:
        work = _floats(work, "work_s")
        n = len(work)
        pairs = np.asarray(links, dtype=np.int64).reshape(-1, 2)
        walk, parts = _floats(walk, "walk_s", len(pairs)), _floats(shares, "shares")
        spans = np.zeros(n) if span is None else _floats(span, "span_s", n)
        named = np.arange(n) if streets is None else np.asarray(streets, dtype=np.int64)
        before = np.full(n, -1) if previous is None else np.asarray(previous, dtype=np.int64)
        for name, array in (("streets", named), ("previous", before)):
            if array.shape != (n,):
                raise UsageError("planner.shape", name=name, expected=(n,), got=array.shape)
        for name, array, limit in (("links", pairs, n), ("previous", before, len(parts))):
            low = 0 if name == "links" else -1
            if array.size and not low <= int(array.min()) <= int(array.max()) < limit:
                raise UsageError("planner.index", name=name, got=int(array.max()), n=limit)
        if n and not parts.sum() > 0:
            raise UsageError("planner.no_shares")
        return cls(
            n=n, work=work, links=pairs, walk=walk, shares=_seated(parts, n), streets=named,
            previous=before, graph=_graph(pairs, walk, spans),
        )  # fmt: skip

    def ground(self, tolerance: float, previous: Sequence[int] | None = None) -> Ground:
        same = self.streets[self.links[:, 0]] == self.streets[self.links[:, 1]]
        near: list[list[tuple[int, float]]] = [[] for _ in range(self.n)]
        both = belonging(self.walk, same).tolist()
        for (a, b), value in zip(self.links.tolist(), both, strict=True):
            near[a].append((b, value))
            near[b].append((a, value))
        target = self.work.sum() * self.shares / self.shares.sum()
        return Ground(
            work=self.work.tolist(),
            near=near,
            target=target.tolist(),
            slack=(tolerance * target).tolist(),
            previous=self.previous.tolist() if previous is None else list(previous),
            mean_work=max(float(self.work.mean()), 1e-9),
        )

    def far(self, units: Any) -> Floats:
        from scipy.sparse.csgraph import dijkstra

        away: Floats = dijkstra(self.graph, directed=False, indices=np.asarray(units))
        far: Floats = np.where(np.isfinite(away), away, 1e6)
        return far

    def middles(self, owner: Ints, k: int, rng: np.random.Generator | None = None) -> list[int]:
        """Find a unit in the middle of each area; -1 for an empty one."""
        found = []
        for area in range(k):
            units = np.flatnonzero(owner == area)
            found.append(self._middle(units, rng) if len(units) else -1)
        return found

    def _middle(self, units: Ints, rng: np.random.Generator | None) -> int:
        from scipy.sparse.csgraph import dijkstra

        inner = self.graph[units][:, units]
        some = np.arange(len(units))
        if len(units) > CANDIDATES:
            # Those reached soonest from two far ends and from everywhere at random.
            pick = some[:: max(1, len(units) // CANDIDATES)]
            away = np.where(np.isfinite(d := dijkstra(inner, False, indices=pick)), d, 1e6)
            some = np.argsort(away.sum(axis=0), kind="stable")[:CANDIDATES]
            if rng is not None:
                some = np.union1d(some, rng.choice(len(units), size=3))
        away = np.where(np.isfinite(d := dijkstra(inner, False, indices=some)), d, 1e6)
        return int(units[some[int(np.argmin(away @ self.work[units]))]])


def _floats(values: Any, name: str, n: int | None = None) -> Floats:
    array: Floats = np.asarray(values, dtype=float)
    if array.ndim != 1 or (n is not None and len(array) != n):
        raise UsageError("planner.shape", name=name, expected=(n,), got=array.shape)
    if array.size and (not np.isfinite(array).all() or float(array.min()) < 0):
        raise UsageError("planner.negative", name=name)
    return array


def _seated(shares: Floats, n: int) -> Floats:
    """Leave the smallest shares empty where there are more of them than units."""
    if int((shares > 0).sum()) <= n:
        return shares
    kept = np.argsort(-shares, kind="stable")[:n]
    seated = np.zeros_like(shares)
    seated[kept] = shares[kept]
    return seated


def _graph(links: Ints, walk: Floats, span: Floats) -> Any:
    from scipy.sparse import coo_array

    n, (a, b) = len(span), links.T if len(links) else (np.zeros(0, int), np.zeros(0, int))
    seconds = np.maximum(walk + (span[a] + span[b]) / 2, 1e-6)
    return coo_array((seconds, (a, b)), shape=(n, n)).tocsr()


def _draw(case: _Case, ground: Ground, seed: int) -> list[int]:
    """Draw afresh, from several first middles; the best counts."""
    rng = np.random.default_rng(seed)
    seats = np.flatnonzero(case.shares > 0)
    best: Areas | None = None
    tries = STARTS if case.n <= MANY_UNITS else STARTS // 2
    for turn in range(tries):
        middles = _first_middles(case, len(seats), rng)
        owner = np.zeros(case.n, dtype=np.int64)
        for _ in range(MIDDLES):
            owner = seats[_cells(case.far(middles), case.work, np.asarray(ground.target)[seats])]
            after = [m for m in case.middles(owner, len(case.shares), rng) if m >= 0]
            if len(after) < len(seats) or after == middles:
                break
            middles = after
        short = len(np.unique(owner)) < len(seats)
        if short and (best is not None or turn + 1 < tries):
            continue  # somebody was left without a unit: other middles will do better
        areas = _settle(case, ground, _fill_seats(case, ground, owner.tolist()))
        if best is None or areas.score() < best.score():
            best = areas
    return [] if best is None else best.owner


def _first_middles(case: _Case, k: int, rng: np.random.Generator) -> list[int]:
    """Choose first middles far from each other, by lot (k-means++)."""
    middles = [int(rng.choice(case.n, p=_lots(case.work)))]
    nearest = case.far(middles)[0]
    while len(middles) < k:
        middles.append(int(rng.choice(case.n, p=_lots(np.maximum(nearest, 1e-3) * case.work))))
        nearest = np.minimum(nearest, case.far(middles[-1:])[0])
    return middles


def _lots(weights: Floats) -> Floats:
    total = float(weights.sum())
    lots: Floats = weights / total if total > 0 else np.full(len(weights), 1 / len(weights))
    return lots


def _cells(far: Floats, work: Floats, target: Floats) -> Ints:
    """Give each unit to the nearest middle by walk and price; prices rise where work is too much.

    See Borgwardt, Brieden, Gritzmann 2014 on balanced power diagrams.
    """
    price = np.zeros(len(far))
    step = float(np.median(far)) or 1.0
    best, least = np.argmin(far, axis=0), np.inf
    for turn in range(PRICES):
        owner = np.argmin(far + price[:, None], axis=0)
        off = np.bincount(owner, weights=work, minlength=len(far)) / target - 1
        if float(np.abs(off).max()) < least:
            best, least = owner, float(np.abs(off).max())
        price += step * np.clip(off, -1, 1) / (1 + turn / 8)
    return best


def _settle(case: _Case, ground: Ground, owner: Sequence[int]) -> Areas:
    """Make areas whole and level, then polish their borders."""
    far = _far_from(case, owner, len(ground.target))
    areas = Areas(ground, owner, far)
    free_pieces(areas)
    grow(areas)
    level(areas)
    polish(areas)
    return areas


def _far_from(case: _Case, owner: Sequence[int], k: int) -> Floats:
    middles = case.middles(np.asarray(owner), k)
    far = np.full((k, case.n), 1e4)
    seats = [a for a, m in enumerate(middles) if m >= 0]
    if seats:
        far[seats] = case.far([middles[a] for a in seats])
    return far


def _redraw(case: _Case, ground: Ground) -> list[int]:
    """Change the previous division no more than the shares ask."""
    kept = [a if a >= 0 and ground.target[a] > 0 else -1 for a in ground.previous]
    seated = _fill_seats(case, ground, kept)
    areas = _settle(case, ground, seated)
    if seated == kept and -1 not in kept:
        still = Areas(ground, kept, _far_from(case, kept, len(ground.target)))
        if still.lasting_score()[:3] <= areas.lasting_score()[:3]:
            return kept
    return areas.owner


def _fill_seats(case: _Case, ground: Ground, owner: list[int]) -> list[int]:
    """Give a place to each area that has a share and no unit."""
    for area, target in enumerate(ground.target):
        if target > 0 and area not in owner:
            owner = _seat(case, ground, owner, area)
    return owner


def _seat(case: _Case, ground: Ground, owner: list[int], area: int) -> list[int]:
    """Find the place for a new area from which the least work has to change hands."""
    many = Counter(owner)
    units = [u for u, a in enumerate(owner) if a < 0 or many[a] > 1]
    n = min(max(SEATS_LEAST, min(SEATS_MOST, SEAT_UNITS // case.n)), len(units))
    best: tuple[Any, list[int]] | None = None
    for place in np.linspace(0, len(units) - 1, n).astype(int).tolist():
        tried = list(owner)
        tried[units[place]] = area
        found = (_settle(case, ground, tried).lasting_score(), tried)
        best = found if best is None or found < best else best
    return owner if best is None else best[1]


def _as_division(case: _Case, owner: list[int], real: Any) -> Division:
    k = len(case.shares)
    kept = np.ones(len(case.links), bool) if real is None else np.asarray(real, dtype=bool)
    total = case.shares.sum()
    before, after = case.previous, np.asarray(owner, dtype=np.int64)
    moved = case.work[(before >= 0) & (before != after)] if case.n else np.zeros(0)
    target = case.work.sum() * case.shares / total if total > 0 else np.zeros(k)
    return Division(
        area=tuple(owner),
        work_s=tuple(np.bincount(after, weights=case.work, minlength=k).tolist()),
        target_s=tuple(target.tolist()),
        pieces=tuple(_count_pieces(after == a, case.links[kept]) for a in range(k)),
        moved_s=float(moved.sum()),
    )


def _count_pieces(mine: npt.NDArray[np.bool_], links: Ints) -> int:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    units = np.flatnonzero(mine)
    if not len(units):
        return 0
    place = np.cumsum(mine) - 1
    inner = links[mine[links].all(axis=1)] if len(links) else links
    a, b = (place[inner[:, i]] for i in (0, 1))
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(units), len(units)))
    return int(connected_components(graph, directed=False)[0])
