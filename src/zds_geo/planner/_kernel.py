"""The inner loops of the search, compiled: ruin, recreate, and moves that shorten a round.

Nodes of a kernel: 0 is the start, 1 … c the candidates, c + 1 the end (the start again for a round
that ends where it began). Times are whole numbers. ``early`` is when service at a place of the
round begins at the earliest, ``late`` when it must begin at the latest for the rest to be on time;
a node fits between two places when it delays the second one no further than that (Savelsbergh
1992, forward time slack).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]
    State = npt.NDArray[np.uint64]

FAR: Final = 2**60
_GOLDEN, _MIX_A, _MIX_B = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_BLINK: Final = 0.06  # share of nodes overlooked in a recreate, so that rounds differ
_SLACK: Final = 0.5  # what time left over is worth, in prize per time of the best round
NOTHING: Final = -1e300
_CHANCELESS: Final = 6.0  # so many temperatures below, a round is not worth shortening


class Task(NamedTuple):
    """What does not change: times, service, prizes, hours, sides, and who is near whom.

    ``effort`` is the travel and what it bothers to change sides, ``back`` the same the other way
    round: rounds are made short in effort and kept on time in travel. ``detach`` is what coming
    back to a side costs in prize; ``soon`` what share of a prize is lost when it comes last;
    ``idle`` what time left over is worth then.
    """

    travel: Ints
    effort: Ints
    back: Ints
    service: Ints
    gain: Ints
    opens: Ints
    closes: Ints
    must: Bools
    near: Ints
    side: Ints
    detach: float
    soon: float
    idle: float
    budget: int
    timed: bool


class Walk(NamedTuple):
    """One round: its first m places, which nodes are in it, and its times."""

    order: Ints
    inside: Bools
    early: Ints
    late: Ints


class Room(NamedTuple):
    """Room to work in: where each node goes in best, and which nodes are taken out.

    Where ``after`` is -1 the best gap of a node is gone and the next best was not looked for yet:
    ``cost`` is then the least that it can be (lazy evaluation, Minoux 1978).
    ``known_cost`` and ``known_after`` hold the same for the round that is searched on, and
    ``follows`` which node comes behind each of it, or -1: most of a trial is as it was there.
    ``touched`` marks the gaps of a trial that were not there, ``gaps`` lists them.
    """

    free: Bools
    cost: Ints
    after: Ints
    place: Ints
    gone: Bools
    seen: Ints
    known_cost: Ints
    known_after: Ints
    follows: Ints
    touched: Bools
    gaps: Ints


@njit(cache=True)
def _uniform(state: State) -> float:
    """Give the next number in 0-1 (splitmix64, Steele, Lea, Flood 2014)."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> _S30)) * _MIX_A
    z = (z ^ (z >> _S27)) * _MIX_B
    z = z ^ (z >> _S31)
    return float(z >> _S11) / 9007199254740992.0


@njit(cache=True)
def _below(state: State, n: int) -> int:
    return int(_uniform(state) * n)


@njit(cache=True, nogil=True)
def schedule(task: Task, walk: Walk, m: int) -> bool:
    """Fill early and late; tell whether the round is on time."""
    order, early, late = walk.order, walk.early, walk.late
    early[0] = max(0, task.opens[order[0]])
    for i in range(1, m):
        a, b = order[i - 1], order[i]
        early[i] = max(early[i - 1] + task.service[a] + task.travel[a, b], task.opens[b])
    last = order[m - 1]
    late[m - 1] = min(task.closes[last], task.budget - task.service[last])
    on_time = early[m - 1] <= late[m - 1]
    for i in range(m - 2, -1, -1):
        a, b = order[i], order[i + 1]
        late[i] = min(task.closes[a], late[i + 1] - task.travel[a, b] - task.service[a])
        on_time &= early[i] <= late[i]
    return on_time


@njit(cache=True)
def _delay(task: Task, walk: Walk, i: int, k: int) -> int:
    """Give how much later the next place begins with k after place i; FAR when too late."""
    a, b = walk.order[i], walk.order[i + 1]
    begin = max(walk.early[i] + task.service[a] + task.travel[a, k], task.opens[k])
    if begin > task.closes[k]:
        return FAR
    then = max(begin + task.service[k] + task.travel[k, b], task.opens[b])
    return FAR if then > walk.late[i + 1] else then - walk.early[i + 1]


@njit(cache=True)
def _least_delay(task: Task, walk: Walk, m: int, k: int) -> int:
    """Give the place after which a node delays least; -1 when it fits nowhere."""
    least, at = FAR, -1
    for i in range(m - 1):
        d = _delay(task, walk, i, k)
        if d < least:
            least, at = d, i
    return at


@njit(cache=True)
def _put_in(task: Task, walk: Walk, m: int, at: int, k: int) -> int:
    """Put a node in behind a place; give the length."""
    for j in range(m, at + 1, -1):
        walk.order[j] = walk.order[j - 1]
    walk.order[at + 1] = k
    walk.inside[k] = True
    schedule(task, walk, m + 1)
    return m + 1


@njit(cache=True)
def _best_place(task: Task, walk: Walk, m: int, room: Room, k: int) -> None:
    """Find the place of least detour of one node."""
    least, found = FAR, -1
    to, fro = task.back[k], task.effort[k]  # rows: a node's own times lie together
    for j in range(m - 1):
        a, b = walk.order[j], walk.order[j + 1]
        d = to[a] + fro[b] - task.effort[a, b]
        if d < least:
            least, found = d, a
    room.cost[k] = least
    room.after[k] = found


@njit(cache=True)
def _all_places(task: Task, walk: Walk, m: int, room: Room) -> None:
    """Find the place of least detour of every node."""
    n = len(task.gain)
    for k in range(n):
        room.cost[k] = FAR
    for j in range(m - 1):
        a, b = walk.order[j], walk.order[j + 1]
        base = task.effort[a, b]
        for k in range(1, n - 1):
            d = task.effort[a, k] + task.back[b, k] - base
            if d < room.cost[k]:
                room.cost[k] = d
                room.after[k] = a


@njit(cache=True)
def _learn(walk: Walk, m: int, room: Room) -> None:
    """Keep what is known of the round that is searched on, after ``_all_places``."""
    room.known_cost[:] = room.cost
    room.known_after[:] = room.after
    room.follows[:] = -1
    for i in range(m - 1):
        room.follows[walk.order[i]] = walk.order[i + 1]


@njit(cache=True)
def _places_from_known(task: Task, walk: Walk, m: int, room: Room) -> None:
    """Find the place of least detour of every node, from what is known of the round before.

    A node that was outside needs a look at the new gaps only.
    """
    n, n_gaps = len(task.gain), 0
    room.gone[:] = True  # gaps behind these nodes are gone
    for j in range(m - 1):
        a = walk.order[j]
        if room.follows[a] == walk.order[j + 1]:
            room.gone[a] = False
        else:
            room.gaps[n_gaps] = j
            n_gaps += 1
    for k in range(1, n - 1):
        if room.follows[k] >= 0:
            if not walk.inside[k]:
                _best_place(task, walk, m, room, k)
            continue
        room.cost[k] = room.known_cost[k]
        found = room.known_after[k]
        room.after[k] = -1 if found >= 0 and room.gone[found] else found
    for g in range(n_gaps):
        _look_at(task, walk, room, room.gaps[g])


@njit(cache=True)
def _look_at(task: Task, walk: Walk, room: Room, at: int) -> None:
    """Note for every node whether the gap behind place ``at`` is better than what is known."""
    a, b = walk.order[at], walk.order[at + 1]
    base, to, fro = task.effort[a, b], task.effort[a], task.back[b]
    for k in range(1, len(task.gain) - 1):
        d = to[k] + fro[k] - base
        if d < room.cost[k] or (d == room.cost[k] and room.after[k] < 0):
            room.cost[k] = d
            room.after[k] = a


@njit(cache=True)
def _new_places(task: Task, walk: Walk, room: Room, at: int) -> None:
    """Bring places up to date after a node was put in behind ``at``."""
    a = walk.order[at]
    for k in range(1, len(task.gain) - 1):
        if room.after[k] == a:
            room.after[k] = -1
    _look_at(task, walk, room, at)
    _look_at(task, walk, room, at + 1)


@njit(cache=True)
def _value(task: Task, room: Room, k: int, left: int, price: float) -> float:
    """Give what a free node brings for its time; NOTHING when it brings or fits nothing."""
    d = room.cost[k] + task.service[k]
    if (d > left and not task.timed) or (task.gain[k] == 0 and d >= 0):
        return NOTHING
    if d < 0:
        return 1e200 - d
    return task.gain[k] - price * d if price > 0.0 else task.gain[k] / max(d, 1)


@njit(cache=True)
def _pick(task: Task, walk: Walk, m: int, room: Room, left: int, price: float) -> int:
    """Give the free node that brings most for its time; -1 when none brings anything."""
    best, found = NOTHING, -1
    for k in range(1, len(task.gain) - 1):
        if not room.free[k]:
            continue
        value = _value(task, room, k, left, price)
        if value > best and room.after[k] < 0:
            _best_place(task, walk, m, room, k)
            value = _value(task, room, k, left, price)
        if value > best:
            best, found = value, k
    return found


@njit(cache=True, nogil=True)
def recreate(
    task: Task, walk: Walk, m: int, room: Room, blink: float, price: float, state: State
) -> int:
    """Insert nodes where they bring most for their time, until nothing fits; give the length.

    ``price`` above zero: most gain less price times time; else most gain per time. Afterwards the
    room holds the best places in the round that came of it.
    """
    _all_places(task, walk, m, room)
    return _fill_in(task, walk, m, room, blink, price, state)


@njit(cache=True)
def _fill_in(
    task: Task, walk: Walk, m: int, room: Room, blink: float, price: float, state: State
) -> int:
    """Do so with the best places found already."""
    for k in range(1, len(task.gain) - 1):
        room.free[k] = not walk.inside[k] and (blink <= 0.0 or _uniform(state) >= blink)
    for i in range(m):
        room.place[walk.order[i]] = i
    while True:
        k = _pick(task, walk, m, room, walk.late[m - 1] - walk.early[m - 1], price)
        if k < 0:
            return m
        at = room.place[room.after[k]]
        # Short in effort may still be too long in travel.
        if _delay(task, walk, at, k) == FAR:
            at = _least_delay(task, walk, m, k)
        room.free[k] = False
        if at >= 0:
            m = _put_in(task, walk, m, at, k)
            for i in range(at, m):
                room.place[walk.order[i]] = i
            _new_places(task, walk, room, at)


@njit(cache=True)
def _mark_near(task: Task, walk: Walk, m: int, room: Room, size: int, state: State) -> None:
    """Mark a node and those of the round that are nearest to it."""
    seed = walk.order[1 + _below(state, m - 2)]
    room.gone[seed] = True
    for j in range(task.near.shape[1]):
        k = task.near[seed, j]
        if walk.inside[k] and size > 1:
            room.gone[k] = True
            size -= 1


@njit(cache=True)
def _draw_outside(task: Task, walk: Walk, state: State) -> int:
    """Give the best of a few nodes that are not in the round; 0 when all drawn are in it."""
    found = 0
    for _ in range(6):
        k = 1 + _below(state, len(task.gain) - 2)
        if walk.inside[k]:
            continue
        better = (
            found == 0 or task.gain[k] * task.service[found] > task.gain[found] * task.service[k]
        )
        if better:
            found = k
    return found


@njit(cache=True)
def _make_way(task: Task, walk: Walk, m: int, room: Room, pick: int, state: State) -> None:
    """Mark nodes to both sides of where ``pick`` goes in, until it fits, and some more."""
    order = walk.order
    _best_place(task, walk, m, room, pick)
    if room.after[pick] < 0:
        return
    lo = 0
    while order[lo] != room.after[pick]:
        lo += 1
    hi = lo + 1
    left = walk.late[m - 1] - walk.early[m - 1] - room.cost[pick] - task.service[pick]
    more = _below(state, 4)
    while (left < 0 or more > 0) and (lo > 0 or hi < m - 1):
        down = (_uniform(state) < 0.5 and lo > 0) or hi >= m - 1
        at = lo if down else hi
        k, before, behind = order[at], order[at - 1], order[at + 1]
        room.gone[k] = True
        left += task.service[k] + task.travel[before, k] + task.travel[k, behind]
        left -= task.travel[before, behind]
        if left >= 0:
            more -= 1
        if down:
            lo -= 1
        else:
            hi += 1


@njit(cache=True)
def ruin(task: Task, walk: Walk, m: int, room: Room, largest: int, state: State) -> int:
    """Mark nodes to take out; give a node that must go in first, or 0."""
    inner, pick = m - 2, 0
    room.gone[:] = False
    if inner < 1:
        return 0
    size = 1 + _below(state, min(largest, inner))
    kind = _below(state, 10)
    if kind < 4:  # a stretch
        at = 1 + _below(state, inner - size + 1)
        for i in range(at, at + size):
            room.gone[walk.order[i]] = True
    elif kind < 7:
        _mark_near(task, walk, m, room, size, state)
    elif kind < 8:  # here and there
        for _ in range(size):
            room.gone[walk.order[1 + _below(state, inner)]] = True
    else:
        pick = _draw_outside(task, walk, state)
        if pick > 0:
            _make_way(task, walk, m, room, pick, state)
    for k in range(len(task.gain)):
        if task.must[k]:
            room.gone[k] = False
    return pick


@njit(cache=True)
def _drop(walk: Walk, m: int, room: Room) -> int:
    """Take marked nodes out; give the length."""
    kept = 0
    for i in range(m):
        k = walk.order[i]
        if 0 < i < m - 1 and room.gone[k]:
            walk.inside[k] = False
        else:
            walk.order[kept] = k
            kept += 1
    return kept


@njit(cache=True)
def _touch(order: Ints, m: int, room: Room) -> int:
    """Mark the gaps (by the place behind) that the known round does not have; give how many."""
    n_gaps = 0
    for i in range(1, m):
        a, b = order[i - 1], order[i]
        room.touched[i] = room.follows[a] != b and room.follows[b] != a
        if room.touched[i]:
            room.gaps[n_gaps] = i
            n_gaps += 1
    return n_gaps


@njit(cache=True)
def _best_turn(
    task: Task, order: Ints, m: int, to: Ints, fro: Ints, room: Room, n_gaps: int
) -> tuple[int, int, int]:
    """Give what turning places i … j saves most; at least one of both gaps is a touched one."""
    gained, p, q = 0, 0, 0
    for i in range(1, m - 2):
        a, b = order[i - 1], order[i]
        every = room.touched[i]
        for t in range(m - 2 - i if every else n_gaps):
            j = i + 1 + t if every else room.gaps[t] - 1
            if j <= i:
                continue
            c, d = order[j], order[j + 1]
            old = task.effort[a, b] + to[j] - to[i] + task.effort[c, d]
            new = task.effort[a, c] + fro[j] - fro[i] + task.effort[b, d]
            if old - new > gained:
                gained, p, q = old - new, i, j
    return gained, p, q


@njit(cache=True)
def _best_move(
    task: Task, order: Ints, m: int, to: Ints, fro: Ints, size: int, room: Room, n_gaps: int
) -> tuple[int, int, int, bool]:
    """Give what moving places i … i + size - 1 behind place j saves most, perhaps turned.

    At least one of the three gaps is a touched one.
    """
    gained, p, q, turn = 0, 0, 0, False
    for i in range(1, m - size):
        head, tail = order[i], order[i + size - 1]
        before, behind = order[i - 1], order[i + size]
        saved = task.effort[before, head] + task.effort[tail, behind] - task.effort[before, behind]
        if saved <= gained:
            continue
        turned = fro[i + size - 1] - fro[i] - (to[i + size - 1] - to[i])
        every = room.touched[i] or room.touched[i + size]
        for t in range(m - 1 if every else n_gaps):
            j = t if every else room.gaps[t] - 1
            if i - 1 <= j < i + size:
                continue
            a, b = order[j], order[j + 1]
            least = saved + task.effort[a, b]
            straight = least - task.effort[a, head] - task.effort[tail, b]
            other = least - task.effort[a, tail] - task.effort[head, b] - turned
            if max(straight, other) > gained:
                gained, p, q, turn = max(straight, other), i, j, other > straight
    return gained, p, q, turn


@njit(cache=True)
def _turn(order: Ints, p: int, q: int) -> None:
    while p < q:
        order[p], order[q] = order[q], order[p]
        p += 1
        q -= 1


@njit(cache=True)
def _move(order: Ints, p: int, q: int, size: int, turn: bool) -> None:
    """Move places p … p + size - 1 behind place q: three turns."""
    if turn:
        _turn(order, p, p + size - 1)
    if q > p:
        _turn(order, p, p + size - 1)
        _turn(order, p + size, q)
        _turn(order, p, q)
    else:
        _turn(order, p, p + size - 1)
        _turn(order, q + 1, p - 1)
        _turn(order, q + 1, p + size - 1)


@njit(cache=True)
def shorten(task: Task, walk: Walk, m: int, room: Room) -> bool:
    """Move stretches of up to three nodes, either way round, and turn stretches, while shorter.

    Moves that the known round could have made too are not tried again.
    """
    order = walk.order
    kept = order[:m].copy()
    to, fro = np.zeros(m, dtype=np.int64), np.zeros(m, dtype=np.int64)
    changed = False
    while True:
        for i in range(1, m):
            to[i] = to[i - 1] + task.effort[order[i - 1], order[i]]
            fro[i] = fro[i - 1] + task.effort[order[i], order[i - 1]]
        n_gaps = _touch(order, m, room)
        gained, p, q = _best_turn(task, order, m, to, fro, room, n_gaps)
        size, turn = 0, False
        for length in range(1, 4):
            found, i, j, other = _best_move(task, order, m, to, fro, length, room, n_gaps)
            if found > gained:
                gained, p, q, size, turn = found, i, j, length, other
        if gained <= 0:
            break
        if size:
            _move(order, p, q, size, turn)
        else:
            _turn(order, p, q)
        if not schedule(task, walk, m):
            order[:m] = kept
            break
        kept[:] = order[:m]
        changed = True
    schedule(task, walk, m)
    return changed


@njit(cache=True)
def prize_of(task: Task, walk: Walk, m: int) -> int:
    """Give the prize of a round."""
    total = 0
    for i in range(m):
        total += task.gain[walk.order[i]]
    return total


@njit(cache=True)
def returns(task: Task, walk: Walk, m: int, seen: Ints) -> int:
    """Count how often a round comes back to a side it had left."""
    found, last = 0, -1
    seen[:] = 0
    for i in range(m):
        here = task.side[walk.order[i]]
        if here >= 0 and here != last:
            found += seen[here]
            seen[here] = 1
        if here >= 0:
            last = here
    return found


@njit(cache=True)
def waiting(task: Task, walk: Walk, m: int) -> float:
    """Give the prizes of a round times when they come, as a share of the budget."""
    total = 0.0
    for i in range(m):
        total += float(task.gain[walk.order[i]]) * walk.early[i]
    return total / max(task.budget, 1)


@njit(cache=True)
def _waits(task: Task, walk: Walk, m: int) -> int:
    """Give how long one waits for hours to come; it is time left over too."""
    total = walk.early[0]
    for i in range(1, m):
        a, b = walk.order[i - 1], walk.order[i]
        total += walk.early[i] - walk.early[i - 1] - task.service[a] - task.travel[a, b]
    return total


@njit(cache=True, nogil=True)
def score(task: Task, walk: Walk, m: int, seen: Ints) -> tuple[float, int]:
    """Give the prize of a round, less what waiting for it and coming back to sides cost.

    And the time left over.
    """
    value, slack = float(prize_of(task, walk, m)), walk.late[m - 1] - walk.early[m - 1]
    if task.timed:
        slack += _waits(task, walk, m)
    if task.soon > 0.0:
        value += task.idle * slack
        value -= task.soon * waiting(task, walk, m)
    if task.detach > 0.0:
        value -= task.detach * returns(task, walk, m, seen)
    return value, slack


@njit(cache=True)
def _worth(task: Task, walk: Walk, m: int, rate: float, seen: Ints) -> float:
    """Value a round while searching: time left over is worth something too."""
    value, slack = score(task, walk, m, seen)
    return value + _SLACK * rate * slack


@njit(cache=True, nogil=True)
def turn_round(task: Task, walks: tuple[Walk, Walk], m: int, seen: Ints) -> None:
    """Walk the first round the other way when that is worth more; the second is to try it in."""
    walk, trial = walks
    copy_walk(walk, m, trial)
    _turn(trial.order, 1, m - 2)
    schedule(task, walk, m)
    if schedule(task, trial, m) and score(task, trial, m, seen) > score(task, walk, m, seen):
        copy_walk(trial, m, walk)
        schedule(task, walk, m)


@njit(cache=True, nogil=True)
def bring_forward(task: Task, walks: tuple[Walk, Walk], m: int, longest: int, seen: Ints) -> None:
    """Move and turn stretches of the first round while it is worth more; the second is to try in.

    The same nodes, in an order that brings more early or comes back to fewer sides.
    """
    walk, trial = walks
    schedule(task, walk, m)
    best = score(task, walk, m, seen)
    better = True
    while better:
        better = False
        for size in range(1, min(longest, m - 2) + 1):
            for i in range(1, m - size):
                for j in range(m - 1):
                    if i <= j < i + size:
                        continue
                    for turn in range(2):
                        if (j == i - 1 and turn == 0) or (size == 1 and turn == 1):
                            continue
                        copy_walk(walk, m, trial)
                        if j == i - 1:
                            _turn(trial.order, i, i + size - 1)
                        else:
                            _move(trial.order, i, j, size, turn == 1)
                        if not schedule(task, trial, m):
                            continue
                        found = score(task, trial, m, seen)
                        if found > best:
                            best, better = found, True
                            copy_walk(trial, m, walk)
    schedule(task, walk, m)


@njit(cache=True, nogil=True)
def copy_walk(source: Walk, m: int, target: Walk) -> None:
    """Copy places and nodes."""
    target.inside[:] = False
    for i in range(m):
        target.order[i] = source.order[i]
        target.inside[source.order[i]] = True


@njit(cache=True)
def _step(
    task: Task, trial: Walk, m: int, room: Room, largest: int, rate: float, state: State
) -> int:
    """Ruin and recreate; give the length, or 0 when the round is late with less in it.

    That happens only without the triangle inequality.
    """
    pick = ruin(task, trial, m, room, largest, state)
    m = _drop(trial, m, room)
    if not schedule(task, trial, m):
        return 0
    at = _least_delay(task, trial, m, pick) if pick > 0 else -1
    if at >= 0:
        m = _put_in(task, trial, m, at, pick)
    price = 0.0
    if _uniform(state) < 0.5:
        price = rate * (0.3 + 0.9 * _uniform(state))
    _places_from_known(task, trial, m, room)
    return _fill_in(task, trial, m, room, _BLINK, price, state)


@njit(cache=True, nogil=True)
def search(
    task: Task, walks: tuple[Walk, Walk, Walk], sizes: Ints, room: Room, iterations: int,
    warmth: float, largest: int, state: State,
) -> int:  # fmt: skip
    """Ruin and recreate under simulated annealing, from here; keeps the best.

    ``walks``: here, best and one to try in; ``sizes``: lengths of here and best; ``warmth``: the
    temperature, as a share of the prize. Gives how many iterations ago the best was found.
    """
    here, best, trial = walks
    rate = max(prize_of(task, best, sizes[1]), 1) / max(task.budget, 1)
    schedule(task, best, sizes[1])
    top, slack = score(task, best, sizes[1], room.seen)
    schedule(task, here, sizes[0])
    room.follows[:] = -1  # every move is a new one
    shorten(task, here, sizes[0], room)
    _all_places(task, here, sizes[0], room)
    _learn(here, sizes[0], room)
    value = _worth(task, here, sizes[0], rate, room.seen)
    heat = max(top, 1.0) * warmth
    since = 0
    for _ in range(iterations):
        since += 1
        copy_walk(here, sizes[0], trial)
        schedule(task, trial, sizes[0])
        m = _step(task, trial, sizes[0], room, largest, rate, state)
        if m == 0 or _worth(task, trial, m, rate, room.seen) < value - _CHANCELESS * heat:
            continue
        if shorten(task, trial, m, room):
            m = recreate(task, trial, m, room, 0.0, 0.0, state)
        found = _worth(task, trial, m, rate, room.seen)
        if found >= value or _uniform(state) < np.exp((found - value) / heat):
            value = found
            sizes[0] = m
            copy_walk(trial, m, here)
            _learn(trial, m, room)
        reached, left = score(task, trial, m, room.seen)
        if reached > top or (reached == top and left > slack):
            top, slack = reached, left
            sizes[1] = m
            copy_walk(trial, m, best)
            since = 0
    return since


@njit(cache=True, nogil=True)
def improve(
    task: Task, walks: tuple[Walk, Walk, Walk], sizes: Ints, room: Room, steps: Ints,
    warmths: Floats, largest: int, enough: int, state: State,
) -> bool:  # fmt: skip
    """Search piece by piece, each with its own warmth, without a look at the clock.

    Tells whether all nodes are in it and no shorter round was found for ``enough`` iterations.
    """
    idle = 0
    for piece in range(len(steps)):
        since = search(task, walks, sizes, room, steps[piece], warmths[piece], largest, state)
        idle = idle + steps[piece] if since >= steps[piece] else since
        if sizes[1] == len(task.gain) and idle >= enough:
            return True
    return False
