"""A lower bound on the number of rounds that visit every node.

It joins two arguments. ``d`` is how far a node lies from the nearest start or end, by any nodes:
the shorter of both, so it differs between two nodes by no more than the way between them, and a
round takes at least ``2 d``. ``B`` is the longest budget, ``s`` the service.

*Far nodes.* For a share ``0 <= a <= 1`` let ``c' = c - a |d_i - d_j|`` (``d = 0`` at start and
end). Along a round the terms ``a |d_i - d_j|`` add up to at least ``2 a D``, where D is its largest
d. The other part of its legs is at least ``Σ m``, with ``m_i`` the least ``c'`` of a leg at i: each
node has two legs, and half of each is its own. So the nodes of a round have
``Σ (s + m) <= B - 2 a D``, hence ``Σ (s + m) a d / (B - 2 a d) <= a D``; summed over all rounds,
what going far costs is at least ``2 Σ (s + m) a d / (B - 2 a d)``. In the same way
``K >= Σ (s + m) / (B - 2 a d)``.

*Near nodes.* What is left of walking costs ``c'``. Without ways out and home K rounds are K paths
over all nodes, so at least a forest of K trees, and there are K first and K last nodes. Each node
has two legs, so a price p on its legs may be taken off twice again: for any prices

    walk'(K) >= forest_K(c' + p + p) + K smallest (out' + p) + K smallest (home' + p) - 2 Σ p

(Held and Karp 1970, with K trees for the 1-tree). Subgradient steps find prices that make it sharp;
none make it wrong.

K rounds are possible only while the K longest budgets hold service, walk' and what going far costs.
The smallest K that passes is the bound; the best share ``a`` is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

SHARES: Final = (0.0, 0.5, 0.75, 0.9)
FIRST_STEPS, STEPS = 12, 90  # subgradient steps to choose the share, and after that
FADE: Final = 0.96  # of the step length, each step
_TRUST: Final = 1e-6


class _Side(NamedTuple):
    """One case at one share: ways out and home, and fixed costs."""

    travel: Any
    pull: Floats
    out: Floats
    home: Floats
    fixed: float
    room: Floats


@njit(cache=True)
def _tree(travel: Any, pull: Floats, price: Floats) -> tuple[Ints, Floats]:
    """Give the minimum spanning tree (Prim 1957): parent and priced length of all but the first."""
    n = len(price)
    least = np.full(n, np.inf)
    parent = np.zeros(n, dtype=np.int64)
    left = np.arange(1, n)
    here = 0
    for m in range(n - 1, 0, -1):
        best, at = np.inf, -1
        row = travel[here]
        p, d = price[here], pull[here]
        for i in range(m):
            j = left[i]
            cost = float(row[j]) - abs(d - pull[j]) + p + price[j]
            if cost < least[j]:
                least[j] = cost
                parent[j] = here
            if least[j] < best:
                best, at = least[j], i
        here = left[at]
        left[at] = left[m - 1]
    return parent, least


@njit(cache=True)
def _least_leg(travel: Any, pull: Floats, legs: Floats) -> None:
    """Lower ``legs`` to the least leg to another node."""
    n = len(pull)
    for i in range(n):
        row = travel[i]
        for j in range(n):
            cost = float(row[j]) - abs(pull[i] - pull[j])
            if cost < legs[i] and i != j:
                legs[i] = cost


@njit(cache=True)
def _reach(travel: Any, start: Floats) -> Floats:
    """Give the shortest way to each node, by other nodes (Dijkstra on a full matrix)."""
    n = len(start)
    far = start.copy()
    done = np.zeros(n, dtype=np.bool_)
    for _ in range(n):
        here = -1
        for j in range(n):
            if not done[j] and (here < 0 or far[j] < far[here]):
                here = j
        done[here] = True
        row = travel[here]
        for j in range(n):
            far[j] = min(far[j], far[here] + float(row[j]))
    return far


def _look(
    travel: Any, out: Floats, home: Floats, service: Floats, room: Floats, share: float
) -> tuple[_Side, int]:
    """Prepare a share: its case, and the bound by far nodes alone."""
    longest = room[0]
    pull = share * np.minimum(_reach(travel, out), _reach(travel, home))
    least = np.minimum(out, home) - pull
    _least_leg(travel, pull, least)
    need = service + least
    left = np.maximum(longest - 2.0 * pull, 1.0)
    far = float((2.0 * need * pull / left).sum())
    side = _Side(travel, pull, out - pull, home - pull, float(service.sum()) + far, room)
    return side, int(np.ceil(float((need / left).sum()) - _TRUST))


def _climb(side: _Side, best: int, steps: int, price: Floats) -> tuple[int, Floats]:
    """Raise the bound by subgradient steps; give it and the prices."""
    n = len(price)
    moved = np.zeros(n)
    pace = 0.0
    for step in range(steps):
        parent, length = _tree(side.travel, side.pull, price)
        cut = 1 + np.argsort(-length[1:], kind="stable")
        forest = length[1:].sum() - np.concatenate([[0.0], np.cumsum(length[cut])])
        ways = (side.out + price, side.home + price)
        first, last = (np.argsort(way, kind="stable") for way in ways)
        ends = np.cumsum(ways[0][first]) + np.cumsum(ways[1][last])
        walk = forest[:n] + ends - 2.0 * price.sum()
        able = np.flatnonzero(side.fixed + walk <= side.room + _TRUST)
        best = max(best, int(able[0]) + 1 if len(able) else n)
        if step == 0:
            pace = 0.3 * max(float(np.abs(length[1:]).mean()) if n > 1 else 0.0, 1.0)
        at = min(best, n) - 1
        legs = np.full(n, -2.0)
        np.add.at(legs, cut[at:], 1.0)
        np.add.at(legs, parent[cut[at:]], 1.0)
        legs[first[: at + 1]] += 1.0
        legs[last[: at + 1]] += 1.0
        moved = 0.7 * legs + 0.3 * moved
        price = price + pace * moved
        pace *= FADE
    return best, price


def fewest_rounds(travel: Any, *, out: Ints, home: Ints, service: Ints, budget_s: Ints) -> int:
    """Give a number of rounds that no answer goes below.

    Parameters
    ----------
    travel : array of int, shape (n, n)
        Walking seconds between nodes, symmetric.
    out, home, service : array of int, shape (n,)
        The least seconds from any start, to any end, and at the node.
    budget_s : array of int
        Seconds of the slots; the longest count first, the last one again where there are too few.

    Returns
    -------
    int
        0 without nodes.
    """
    n = len(out)
    if n == 0:
        return 0
    room = np.sort(budget_s)[::-1].astype(float)
    room = np.cumsum(np.concatenate([room, np.full(max(0, n - len(room)), room[-1])])[:n])
    ways = (out.astype(float), home.astype(float), service.astype(float))
    tries = []
    for share in SHARES:
        side, alone = _look(travel, *ways, room, share)
        best, price = _climb(side, max(1, alone), FIRST_STEPS, np.zeros(n))
        tries.append((best, _value(side, best, price), share, side, price))
    best, _, _, side, price = max(tries, key=lambda t: t[:3])
    return _climb(side, best, STEPS, price)[0]


def _value(side: _Side, k: int, price: Floats) -> float:
    """Give what K rounds need, to compare shares."""
    _, length = _tree(side.travel, side.pull, price)
    forest = np.sort(length[1:])[: max(0, len(price) - k)].sum()
    ends = sum(float(np.sort(way + price)[:k].sum()) for way in (side.out, side.home))
    return float(side.fixed + forest + ends - 2.0 * price.sum())
