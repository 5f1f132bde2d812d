"""The inner loops of covering, compiled: ruin strings of rounds, put nodes back, keep or undo.

After Christiaens and Vanden Berghe (2020), "Slack induction by string removals": neighbouring
rounds lose a string each, what was taken out goes in again where it costs least, and the number of
rounds shrinks by counting how often each node was left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numba import njit

from zds_geo.planner._kernel import _below, _uniform

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
    State = npt.NDArray[np.uint64]

FAR: Final = 10**9  # no way, or not allowed
_BLINK: Final = 0.01  # share of places overlooked
_REMOVED: Final = 10.0  # nodes taken out on average
_LONGEST: Final = 10  # nodes of one string
_SPLIT: Final = 0.5  # share of strings that keep a few nodes in their middle
_KEEP_ON: Final = 0.01  # chance that one more node is kept in the middle
_EVERYWHERE: Final = 0.05  # chance that a node that fits near nobody is tried in every round
_AT_LEFT_OUT: Final = 0.5  # share of ruins around a node that is left out


class Ground(NamedTuple):
    """What does not change.

    ``travel`` between nodes; per kind of slot ``out`` to a node, ``home`` from it and ``service``
    at it; ``first`` slot that may visit a node; ``near`` nodes of each, nearest first.
    """

    travel: Any
    out: Ints
    home: Ints
    service: Ints
    first: Ints
    near: Any


class Fleet(NamedTuple):
    """The slots: kind, seconds, most seconds of walking, and which may be used."""

    kind: Ints
    budget: Ints
    most_walk: Ints
    open: Bools


class Board(NamedTuple):
    """The rounds as chains of nodes; -1 where a chain ends or a node is in no round.

    ``absent`` lists the nodes in no round, ``n_absent`` counts them, ``missed`` counts how often a
    node was left out.
    """

    after: Ints
    before: Ints
    slot: Ints
    head: Ints
    tail: Ints
    size: Ints
    walk: Ints
    work: Ints
    absent: Ints
    n_absent: Ints
    missed: Ints


class Journal(NamedTuple):
    """How touched rounds were before this step."""

    stamp: Ints
    slots: Ints
    begin: Ints
    walk: Ints
    work: Ints
    nodes: Ints
    counts: Ints
    absent: Ints


@njit(cache=True)
def _note(board: Board, journal: Journal, k: int, step: int) -> None:
    """Keep how a round is, once a step."""
    if journal.stamp[k] == step:
        return
    journal.stamp[k] = step
    i = journal.counts[0]
    at = journal.begin[i]
    node = board.head[k]
    while node >= 0:
        journal.nodes[at] = node
        at += 1
        node = board.after[node]
    journal.slots[i], journal.walk[i], journal.work[i] = k, board.walk[k], board.work[k]
    journal.begin[i + 1] = at
    journal.counts[0] = i + 1


@njit(cache=True)
def _undo(board: Board, journal: Journal) -> None:
    """Bring every touched round back."""
    for i in range(journal.counts[0]):
        node = board.head[journal.slots[i]]
        while node >= 0:
            board.slot[node] = -1
            node = board.after[node]
    for i in range(journal.counts[0]):
        k = journal.slots[i]
        lay(board, k, journal.nodes[journal.begin[i] : journal.begin[i + 1]])
        board.walk[k], board.work[k] = journal.walk[i], journal.work[i]
    n = journal.counts[1]
    board.absent[:n] = journal.absent[:n]
    board.n_absent[0] = n


@njit(cache=True)
def lay(board: Board, k: int, nodes: Ints) -> None:
    """Chain nodes into an empty round."""
    last = -1
    board.head[k] = -1
    for node in nodes:
        board.slot[node] = k
        board.before[node] = last
        if last < 0:
            board.head[k] = node
        else:
            board.after[last] = node
        board.after[node] = -1
        last = node
    board.tail[k] = last
    board.size[k] = len(nodes)


@njit(cache=True)
def _leg(ground: Ground, kind: int, a: int, b: int) -> int:
    """Give the way from a to b; -1 stands for the start and the end."""
    if a < 0:
        return 0 if b < 0 else ground.out[kind, b]
    if b < 0:
        return ground.home[kind, a]
    return int(ground.travel[a, b])


@njit(cache=True)
def _link(board: Board, k: int, a: int, b: int) -> None:
    """Let b follow a in a round; -1 stands for the start and the end."""
    if a < 0:
        board.head[k] = b
    else:
        board.after[a] = b
    if b < 0:
        board.tail[k] = a
    else:
        board.before[b] = a


@njit(cache=True)
def take_out(ground: Ground, fleet: Fleet, board: Board, node: int) -> None:
    """Take a node out of its round and leave it out."""
    k = board.slot[node]
    kind = fleet.kind[k]
    a, b = board.before[node], board.after[node]
    board.walk[k] += _leg(ground, kind, a, b)
    board.walk[k] -= _leg(ground, kind, a, node) + _leg(ground, kind, node, b)
    board.work[k] -= ground.service[kind, node]
    _link(board, k, a, b)
    board.size[k] -= 1
    board.slot[node] = -1
    board.absent[board.n_absent[0]] = node
    board.n_absent[0] += 1


@njit(cache=True)
def _put_in(ground: Ground, fleet: Fleet, board: Board, node: int, k: int, a: int) -> None:
    """Put a node into a round behind a (-1: first)."""
    kind = fleet.kind[k]
    b = board.head[k] if a < 0 else board.after[a]
    board.walk[k] += _leg(ground, kind, a, node) + _leg(ground, kind, node, b)
    board.walk[k] -= _leg(ground, kind, a, b)
    board.work[k] += ground.service[kind, node]
    board.before[node], board.after[node], board.slot[node] = a, b, k
    _link(board, k, a, node)
    _link(board, k, node, b)
    board.size[k] += 1


@njit(cache=True)
def _detour(ground: Ground, fleet: Fleet, board: Board, node: int, k: int, a: int) -> int:
    """Give the detour of a node behind a in a round; FAR when it does not fit."""
    kind = fleet.kind[k]
    b = board.head[k] if a < 0 else board.after[a]
    more = _leg(ground, kind, a, node) + _leg(ground, kind, node, b) - _leg(ground, kind, a, b)
    walk = board.walk[k] + more
    if walk > fleet.most_walk[k]:
        return FAR
    if walk + board.work[k] + ground.service[kind, node] > fleet.budget[k]:
        return FAR
    return more


@njit(cache=True)
def _may(ground: Ground, fleet: Fleet, node: int, k: int) -> bool:
    return fleet.open[k] and k >= ground.first[node] and ground.out[fleet.kind[k], node] < FAR


@njit(cache=True)
def _best_place(
    ground: Ground, fleet: Fleet, board: Board, node: int, upto: int, state: State
) -> tuple[int, int]:
    """Give round and place of least detour: beside near nodes, then in empty rounds.

    A round that has no time for the node even without a detour is passed by. Arrays are taken out
    of their tuples first, and all is in one function: this innermost loop is then forty times as
    fast.
    """
    travel, out, home, near = ground.travel, ground.out, ground.home, ground.near
    after, before, slot_of, head = board.after, board.before, board.slot, board.head
    size, walk, work = board.size, board.walk, board.work
    kinds, budget, most, opened = fleet.kind, fleet.budget, fleet.most_walk, fleet.open
    least, at, slot = FAR, -1, -1
    width, soonest = near.shape[1], ground.first[node]
    everywhere = False
    for turn in range(2):
        places = width if turn == 0 else upto
        for j in range(places):
            other = int(near[node, j]) if turn == 0 else -1
            k = int(slot_of[other]) if turn == 0 else j
            if k < soonest or not opened[k]:
                continue
            if turn == 1 and size[k] > 0 and not everywhere:
                continue
            kind = kinds[k]
            room = min(budget[k] - work[k] - ground.service[kind, node], most[k]) - walk[k]
            if room < 0 or out[kind, node] >= FAR:
                continue
            a = other if turn == 0 else -1
            left = 2 if turn == 0 else size[k] + 1
            while left > 0:
                b = int(head[k]) if a < 0 else int(after[a])
                more = int(out[kind, node]) if a < 0 else int(travel[a, node])
                more += int(home[kind, node]) if b < 0 else int(travel[node, b])
                if a >= 0:
                    more -= int(home[kind, a]) if b < 0 else int(travel[a, b])
                elif b >= 0:
                    more -= int(out[kind, b])
                if more < least and more <= room and _uniform(state) >= _BLINK:
                    least, at, slot = more, a, k
                left -= 1
                a = int(before[other]) if turn == 0 else b
        if slot < 0:
            everywhere = _uniform(state) < _EVERYWHERE
    return slot, at


@njit(cache=True)
def recreate(
    ground: Ground, fleet: Fleet, board: Board, journal: Journal, upto: int, step: int,
    state: State,
) -> None:  # fmt: skip
    """Put what is left out into rounds again, in an order that is drawn."""
    n = board.n_absent[0]
    key = np.empty(n, dtype=np.float64)
    how = _below(state, 11)
    for i in range(n):
        node = board.absent[i]
        if how < 4:
            key[i] = _uniform(state)
        elif how < 8:
            key[i] = -ground.service[0, node] + _uniform(state)
        elif how < 10:
            key[i] = -ground.out[0, node] + _uniform(state)
        else:
            key[i] = ground.out[0, node] + _uniform(state)
    order = board.absent[:n][np.argsort(key)]
    left = 0
    for node in order:
        k, a = _best_place(ground, fleet, board, node, upto, state)
        if k < 0:
            board.absent[left] = node
            left += 1
            continue
        _note(board, journal, k, step)
        _put_in(ground, fleet, board, node, k, a)
    board.n_absent[0] = left


@njit(cache=True)
def _string_start(board: Board, node: int, length: int, back: int) -> int:
    """Give where a string around a node begins; earlier where it would end beyond the round."""
    first = node
    while back > 0 and board.before[first] >= 0:
        first = board.before[first]
        back -= 1
    last, ahead = first, length - 1
    while ahead > 0 and board.after[last] >= 0:
        last = board.after[last]
        ahead -= 1
    while ahead > 0 and board.before[first] >= 0:
        first = board.before[first]
        ahead -= 1
    return first


@njit(cache=True)
def _take_string(
    ground: Ground, fleet: Fleet, board: Board, node: int, length: int, state: State
) -> None:
    """Take a string around a node out of its round; sometimes keep a few in its middle."""
    k = board.slot[node]
    kept = 0
    if 1 < length < board.size[k] and _uniform(state) < _SPLIT:
        kept = 1
        while length + kept < board.size[k] and _uniform(state) < _KEEP_ON:
            kept += 1
    whole = length + kept
    first = _string_start(board, node, whole, _below(state, whole))
    skip = 1 + _below(state, max(1, length - 1)) if kept > 0 else whole
    here = first
    for i in range(whole):
        if here < 0:
            break
        then = board.after[here]
        if i < skip or i >= skip + kept:
            take_out(ground, fleet, board, here)
        here = then


@njit(cache=True)
def ruin(
    ground: Ground, fleet: Fleet, board: Board, journal: Journal, step: int, mean: float,
    state: State,
) -> None:  # fmt: skip
    """Take a string out of some neighbouring rounds."""
    n = len(board.slot)
    seed = _below(state, n)
    if board.n_absent[0] > 0 and _uniform(state) < _AT_LEFT_OUT:
        seed = board.absent[_below(state, board.n_absent[0])]
    longest = max(1.0, min(float(_LONGEST), mean))
    rounds = int(1.0 + _uniform(state) * (4.0 * _REMOVED / (1.0 + longest) - 1.0))
    node, j, done = seed, -1, 0
    while done < rounds:
        k = board.slot[node]
        if k >= 0 and journal.stamp[k] != step:
            _note(board, journal, k, step)
            length = 1 + _below(state, int(min(float(board.size[k]), longest)))
            _take_string(ground, fleet, board, node, length, state)
            done += 1
        j += 1
        if j >= ground.near.shape[1]:
            break
        node = int(ground.near[seed, j])


@njit(cache=True)
def _missed(board: Board) -> int:
    total = 0
    for i in range(board.n_absent[0]):
        total += board.missed[board.absent[i]]
    return total


@njit(cache=True)
def search(
    ground: Ground, fleet: Fleet, board: Board, journal: Journal, upto: int, steps: int,
    first_step: int, heat: float, state: State,
) -> int:  # fmt: skip
    """Ruin and recreate; give the steps done: fewer than asked once nothing is left out any more.

    A board with nothing left out is improved for all steps.
    """
    hunting = board.n_absent[0] > 0
    used, nodes = 0, 0
    for k in range(upto):
        if board.size[k] > 0:
            used += 1
            nodes += board.size[k]
    mean = nodes / max(used, 1)
    for i in range(steps):
        step = first_step + i
        journal.counts[0] = 0
        n = board.n_absent[0]
        journal.counts[1] = n
        journal.absent[:n] = board.absent[:n]
        before = _missed(board)
        ruin(ground, fleet, board, journal, step, mean, state)
        recreate(ground, fleet, board, journal, upto, step, state)
        more = 0
        for j in range(journal.counts[0]):
            more += board.walk[journal.slots[j]] - journal.walk[j]
        now = _missed(board)
        for j in range(board.n_absent[0]):
            board.missed[board.absent[j]] += 1
        if board.n_absent[0] == 0 and hunting:
            return i + 1
        better = more <= 0 or more < -heat * np.log(max(_uniform(state), 1e-12))
        if not (now < before or (now == before and better)):
            _undo(board, journal)
    return steps


@njit(cache=True)
def _next_nearest(
    ground: Ground, fleet: Fleet, board: Board, k: int, here: int, far_first: bool
) -> int:
    """Give the nearest node that fits behind the last one of a round; -1 when none does."""
    if here >= 0:
        for near in ground.near[here]:
            node = int(near)
            free = board.slot[node] < 0 and _may(ground, fleet, node, k)
            if free and _detour(ground, fleet, board, node, k, here) < FAR:
                return node
    best, found = FAR, -1
    for node in range(len(board.slot)):
        if board.slot[node] >= 0 or not _may(ground, fleet, node, k):
            continue
        cost = _leg(ground, fleet.kind[k], here, node)
        if here < 0 and far_first:
            cost = -cost
        if cost < best and _detour(ground, fleet, board, node, k, here) < FAR:
            best, found = cost, node
    return found


@njit(cache=True)
def fill_nearest(ground: Ground, fleet: Fleet, board: Board, upto: int, far_first: bool) -> None:
    """Fill round after round, always on to the nearest node that still fits.

    A round begins at the node nearest to its start, or farthest from it (``far_first``).
    """
    for k in range(upto):
        here = -1
        while fleet.open[k]:
            found = _next_nearest(ground, fleet, board, k, here, far_first)
            if found < 0:
                break
            _put_in(ground, fleet, board, found, k, here)
            here = found
    left = 0
    for node in range(len(board.slot)):
        if board.slot[node] < 0:
            board.absent[left] = node
            left += 1
    board.n_absent[0] = left
