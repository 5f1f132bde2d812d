"""``cover_nodes``: every node in one of the fewest rounds that keep their budgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from zds_geo.core.errors import UsageError
from zds_geo.planner import _cover_kernel as kernel
from zds_geo.planner._bound import fewest_rounds
from zds_geo.planner._cover_case import (
    NO_WAY_S,
    empty_board,
    fits_alone,
    near_nodes,
    rows,
    short,
    symmetric,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

ITERATIONS_PER_NODE: Final = 200
LEAST_ITERATIONS: Final = 20_000
CHUNK: Final = 2000
HOT_S, COLD_S = 30.0, 1.0  # temperatures, seconds of walking
FEWER, OTHERS = (
    0.7,
    0.85,
)  # shares of the search: fewer rounds, other slots empty; then less walking


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Rounds that visit every node.

    Attributes
    ----------
    rounds : tuple of tuple of int
        The nodes of each slot in order; empty where a slot is not needed.
    walk_s, service_s : tuple of int
        Of each slot, ways out and home included.
    left_out : tuple of int
        Nodes for which the slots are too few.
    misfits : tuple of int
        Nodes that no slot can visit even alone: no way, not allowed, or too far.
    n_rounds, bound : int
        Slots in use; no answer that visits these nodes uses fewer than ``bound``.
    stop_reason : str
        ``optimal`` when both are equal, else ``iterations``.
    """

    rounds: tuple[tuple[int, ...], ...]
    walk_s: tuple[int, ...]
    service_s: tuple[int, ...]
    left_out: tuple[int, ...]
    misfits: tuple[int, ...]
    n_rounds: int
    bound: int
    stop_reason: str


class _Kept(NamedTuple):
    """A board set aside."""

    arrays: tuple[Any, ...]
    open: Any
    upto: int


def cover_nodes(
    travel_s: npt.ArrayLike,
    service_s: npt.ArrayLike,
    *,
    out_s: npt.ArrayLike,
    home_s: npt.ArrayLike,
    budget_s: npt.ArrayLike,
    kind: npt.ArrayLike | None = None,
    first: npt.ArrayLike | None = None,
    most_walk_s: npt.ArrayLike | None = None,
    seed: int,
    iterations: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Cover:
    """Divide all nodes over as few of the first slots as possible.

    Parameters
    ----------
    travel_s : array of int, shape (n, n)
        Seconds from i to j; ``NO_WAY_S`` and more is no way. ``uint16`` is used as it is.
    service_s, out_s, home_s : array of int, shape (n,) or (kinds, n)
        Seconds at a node, from the start to it, and from it to the end; ``NO_WAY_S`` and more in
        ``out_s``: slots of that kind do not visit it.
    budget_s : array of int, shape (m,)
        Seconds of each slot, in the order in which slots are used.
    kind : array of int, shape (m,), optional
        Row of ``service_s``, ``out_s`` and ``home_s`` of each slot; 0 by default.
    first : array of int, shape (n,), optional
        The first slot that may visit a node.
    most_walk_s : array of int, shape (m,), optional
        Most seconds of walking in each slot.
    seed : int
        Of the search.
    iterations : int, optional
        Steps of the search; 0 gives the filling by nearest neighbour alone. By default a number
        that grows with the nodes.
    progress : callable, optional
        Called with iterations done and total.

    Returns
    -------
    Cover
        The same for the same input and seed.

    Raises
    ------
    UsageError
        If shapes or signs do not fit.

    Notes
    -----
    Of the slots the last is emptied first, so that rounds end early; then others, where slots
    differ. Of slots that are alike the earliest get the fullest rounds. See ``_bound`` too.

    Examples
    --------
    >>> travel = [[0, 5, 9], [5, 0, 5], [9, 5, 0]]
    >>> found = cover_nodes(travel, [1, 1, 1], out_s=[2, 2, 2], home_s=[2, 2, 2],
    ...                     budget_s=[12, 12, 12], seed=1)
    >>> found.n_rounds, found.bound
    (2, 2)
    """
    case = _Covering(
        travel_s, service_s, out_s=out_s, home_s=home_s, budget_s=budget_s, kind=kind,
        first=first, most_walk_s=most_walk_s, seed=seed,
    )  # fmt: skip
    steps = iterations
    if steps is None:
        steps = max(LEAST_ITERATIONS, ITERATIONS_PER_NODE * len(case.nodes))
    return case.run(steps, progress or _quiet)


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


class _Covering:
    """One case under search; nodes that no slot can visit are set apart first."""

    def __init__(
        self,
        travel_s: Any,
        service_s: Any,
        *,
        out_s: Any,
        home_s: Any,
        budget_s: Any,
        kind: Any,
        first: Any,
        most_walk_s: Any,
        seed: int,
    ) -> None:
        n, m = np.asarray(service_s).shape[-1], len(np.asarray(budget_s))
        both = [np.atleast_2d(np.asarray(a)) for a in (out_s, home_s, service_s)]
        kinds = len(both[0])
        out, home, service = (
            rows(a, name, (kinds, n))
            for a, name in zip(both, ("out_s", "home_s", "service_s"), strict=True)
        )
        budget = rows(budget_s, "budget_s", (m,))
        row = rows(np.zeros(m) if kind is None else kind, "kind", (m,))
        earliest = rows(np.zeros(n) if first is None else first, "first", (n,))
        walk = rows(budget if most_walk_s is None else most_walk_s, "most_walk_s", (m,))
        if m and int(row.max()) >= kinds:
            raise UsageError("planner.index", name="kind", got=int(row.max()), n=kinds)
        travel = np.asarray(travel_s)
        if travel.shape != (n, n):
            raise UsageError("planner.shape", name="travel_s", expected=(n, n), got=travel.shape)
        out = np.where(np.minimum(out, home) >= NO_WAY_S, kernel.FAR, out)
        home = np.where(out >= kernel.FAR, kernel.FAR, np.where(home >= NO_WAY_S, kernel.FAR, home))
        out = np.where(home >= kernel.FAR, kernel.FAR, out)
        fits = fits_alone(
            out, home, service, budget=budget, kind=row, first=earliest, most_walk=walk
        )
        self.nodes = np.flatnonzero(fits)
        self.misfits = tuple(int(i) for i in np.flatnonzero(~fits))
        at = self.nodes
        whole = len(at) == n
        self.ground = kernel.Ground(
            travel=short(travel if whole else travel[np.ix_(at, at)]),
            out=np.ascontiguousarray(out[:, at]),
            home=np.ascontiguousarray(home[:, at]),
            service=np.ascontiguousarray(service[:, at]),
            first=np.ascontiguousarray(earliest[at]),
            near=np.zeros((len(at), 0), dtype=np.int32),
        )
        self.ground = self.ground._replace(near=near_nodes(self.ground.travel))
        self.fleet = kernel.Fleet(kind=row, budget=budget, most_walk=walk, open=np.ones(m, bool))
        self.upto = m
        self.state = np.array([seed % 2**63], dtype=np.uint64)
        self.step = 1
        self.board, self.journal = empty_board(len(at), m)

    def bound(self) -> int:
        """Give the lower bound for the nodes that are in a round."""
        inside = np.flatnonzero(self.board.slot >= 0)
        ground, row = self.ground, self.fleet.kind
        if not len(inside):
            return 0
        used = np.unique(row)
        allowed = ground.out[np.ix_(used, inside)] < kernel.FAR
        service = np.where(allowed, ground.service[np.ix_(used, inside)], kernel.FAR).min(axis=0)
        travel = ground.travel
        if len(inside) < len(self.nodes):
            travel = travel[np.ix_(inside, inside)]
        if not symmetric(travel):
            travel = np.minimum(travel, travel.T)
        return fewest_rounds(
            travel,
            out=ground.out[np.ix_(used, inside)].min(axis=0),
            home=ground.home[np.ix_(used, inside)].min(axis=0),
            service=service,
            budget_s=self.fleet.budget,
        )

    def run(self, steps: int, progress: Callable[[int, int], None]) -> Cover:
        """Fill, make fewer, and shorten."""
        if not len(self.nodes) or not self.upto:
            return self._answer(0)
        kernel.fill_nearest(self.ground, self.fleet, self.board, self.upto, far_first=steps > 0)
        if steps == 0:
            return self._answer(self.bound())
        self.total, self.progress = steps, progress
        if self.board.n_absent[0]:
            self._hunt(int(steps * FEWER))
        self.left_out = self._absent()
        for node in self.left_out:  # too few slots: what is left out stays so
            self.ground.out[:, node] = self.ground.home[:, node] = kernel.FAR
        self.board.n_absent[0] = 0
        bound = self.bound()
        if not len(self.left_out):
            self._use_fewer(bound, until=int(FEWER * steps))
            self._empty_others(bound, until=int(OTHERS * steps))
        self._shorten(until=steps)
        self._fullest_first()
        return self._answer(bound)

    def _used(self) -> int:
        return int((self.board.size > 0).sum())

    def _absent(self) -> Ints:
        return np.sort(self.board.absent[: self.board.n_absent[0]])

    def _search(self, steps: int, heat: float) -> None:
        self.step += kernel.search(
            self.ground, self.fleet, self.board, self.journal, self.upto, steps, self.step, heat,
            self.state,
        )  # fmt: skip
        self.progress(min(self.step, self.total), self.total)

    def _hunt(self, until: int) -> bool:
        """Search until nothing is left out; tell whether that came."""
        while self.board.n_absent[0] and self.step <= until:
            gone = min(1.0, self.step / max(self.total, 1))
            self._search(min(CHUNK, until + 1 - self.step), HOT_S * (COLD_S / HOT_S) ** gone)
        return not self.board.n_absent[0]

    def _keep(self) -> _Kept:
        arrays = tuple(array.copy() for array in self._chains())
        return _Kept(arrays, self.fleet.open.copy(), self.upto)

    def _restore(self, kept: _Kept) -> None:
        for target, source in zip(self._chains(), kept.arrays, strict=True):
            target[:] = source
        self.fleet.open[:] = kept.open
        self.upto = kept.upto
        self.board.n_absent[0] = 0

    def _chains(self) -> tuple[Ints, ...]:
        b = self.board
        return b.after, b.before, b.slot, b.head, b.tail, b.size, b.walk, b.work

    def _use_fewer(self, bound: int, *, until: int) -> None:
        """Empty the last slot, and again, until the search is over."""
        while True:
            used = np.flatnonzero(self.board.size[: self.upto])
            self.upto = int(used[-1]) + 1
            if len(used) <= max(bound, 1) or self.step > until:
                return
            kept = self._keep()
            self._drop_last()
            if not self._hunt(until):
                self._restore(kept)
                return

    def _drop_last(self) -> None:
        """Close the last slot; its round moves to the slot whose nodes are easiest to place."""
        board, fleet, last = self.board, self.fleet, self.upto - 1
        mine = self._round(last)
        missed = np.bincount(
            board.slot[board.slot >= 0], weights=board.missed[board.slot >= 0], minlength=self.upto
        )
        latest = int(self.ground.first[mine].max())
        best, length = last, (board.walk[last], board.work[last])
        for k in np.argsort(missed[: self.upto], kind="stable"):
            if k == last or board.size[k] == 0 or latest > k or not fleet.open[k]:
                continue
            walk, work = self._length(mine, int(fleet.kind[k]))
            if walk <= fleet.most_walk[k] and walk + work <= fleet.budget[k]:
                best, length = int(k), (walk, work)
                break
        self._clear(best)
        if best != last:
            for node in mine:
                board.slot[node] = -1
            board.head[last] = board.tail[last] = -1
            board.size[last] = board.walk[last] = board.work[last] = 0
            kernel.lay(board, best, mine)
            board.walk[best], board.work[best] = length
        self.upto = last

    def _clear(self, k: int) -> None:
        for node in self._round(k):
            kernel.take_out(self.ground, self.fleet, self.board, int(node))

    def _round(self, k: int) -> Ints:
        nodes, node = [], int(self.board.head[k])
        while node >= 0:
            nodes.append(node)
            node = int(self.board.after[node])
        return np.array(nodes, dtype=np.int64)

    def _length(self, nodes: Ints, kind: int) -> tuple[int, int]:
        ground = self.ground
        legs = ground.travel[nodes[:-1], nodes[1:]].astype(np.int64).sum()
        walk = ground.out[kind, nodes[0]] + legs + ground.home[kind, nodes[-1]]
        return int(walk), int(ground.service[kind, nodes].sum())

    def _empty_others(self, bound: int, *, until: int) -> None:
        """Empty other slots than the last, smallest first, where slots differ."""
        fleet, upto = self.fleet, self.upto
        table = np.column_stack([fleet.kind, fleet.budget, fleet.most_walk])[:upto]
        alike = len(np.unique(table, axis=0)) == 1 and not self.ground.first.any()
        refused: set[int] = set()
        while not alike and self._used() > bound and self.step <= until and len(refused) < 3:
            able = [k for k in np.flatnonzero(self.board.size[:upto]) if int(k) not in refused]
            if not able:
                return
            k = int(min(able, key=lambda i: (self.board.work[i], i)))
            kept = self._keep()
            self._clear(k)
            fleet.open[k] = False
            if not self._hunt(min(until, self.step + max(CHUNK, (until - self.step) // 3))):
                self._restore(kept)
                refused.add(k)

    def _shorten(self, *, until: int) -> None:
        """Walk less with the same rounds."""
        best, least = self._keep(), int(self.board.walk.sum())
        fleet = self.fleet
        fleet.open[:] = self.board.size > 0
        begun = self.step
        while self.step <= until:
            gone = (self.step - begun) / max(until - begun, 1)
            self._search(min(CHUNK, until + 1 - self.step), HOT_S * (COLD_S / HOT_S) ** gone)
            walk = int(self.board.walk.sum())
            if walk < least:
                best, least = self._keep(), walk
        self._restore(best)

    def _fullest_first(self) -> None:
        """Give the rounds with most service to the earliest of slots that are alike."""
        fleet, board, ground = self.fleet, self.board, self.ground
        groups: dict[tuple[int, int, int], list[int]] = {}
        for k in np.flatnonzero(board.size).tolist():
            if not ground.first[self._round(k)].any():  # those with a date keep their slot
                key = (int(fleet.kind[k]), int(fleet.budget[k]), int(fleet.most_walk[k]))
                groups.setdefault(key, []).append(k)
        for slots in groups.values():
            rounds = [(self._round(k), board.walk[k], board.work[k]) for k in slots]
            rounds.sort(key=lambda r: (-r[2], r[1], int(r[0].min())))
            for slot, (nodes, walk, work) in zip(slots, rounds, strict=True):
                kernel.lay(board, slot, nodes)
                board.walk[slot], board.work[slot] = walk, work

    def _answer(self, bound: int) -> Cover:
        rounds = [self._round(k) for k in range(len(self.fleet.kind))]
        done = np.concatenate([*rounds, np.zeros(0, dtype=np.int64)])
        left = np.setdiff1d(np.arange(len(self.nodes)), done)
        used = self._used()
        return Cover(
            rounds=tuple(tuple(int(i) for i in self.nodes[r]) for r in rounds),
            walk_s=tuple(int(w) for w in self.board.walk),
            service_s=tuple(int(w) for w in self.board.work),
            left_out=tuple(int(i) for i in self.nodes[left]),
            misfits=self.misfits,
            n_rounds=used,
            bound=bound,
            stop_reason="optimal" if used == bound and not len(left) else "iterations",
        )
