"""What a knock now is worth, against the better windows still to come and the scarce hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_SAMPLE: Final = 3000  # doors that set the price of an hour
_STEPS: Final = 30
_OWN: Final = 0.5  # how much the chance itself counts beside the advantage over other windows
_SOFT: Final = 0.08
# A miss costs an attempt and a rest. Who has few attempts left rather waits for a window in which
# the chance is half as good again, as long as its turn comes within the queue.
FEW_ATTEMPTS: Final = 8
_BETTER: Final = 1.3  # with attempts enough
_BETTER_OF_FEW: Final = 1.5
# Who has few, where the best window is full: any that is so much better.
_BETTER_IF_FULL: Final = 2.0
HOLD_DAYS: Final = 42  # so long after its rest a door is let wait
# The queue is as long as the roster needs to ring at all doors, within these bounds (weeks): where
# hours are scarce, the attempts that are not spent by day are worth more than the time they take.
LEAST_QUEUE, MOST_QUEUE = HOLD_DAYS / 7, 26.0
SCALE: Final = 10.0  # prizes as large as those of the rules


def price_windows(chances: Floats, places: Floats) -> Floats:
    """Price the scarce places of each window so that doors spread over the windows.

    Parameters
    ----------
    chances : ndarray, shape (n, W)
        Of the doors still to be reached.
    places : ndarray, shape (W,)
        Doors a week.

    Returns
    -------
    ndarray, shape (W,)
        A chance: a door takes the window where its chance exceeds the price most (the auction of
        Bertsekas 1988, with goods in bulk); 1 for a window without places.

    Examples
    --------
    >>> price_windows(np.array([[0.2, 0.8], [0.2, 0.8]]), np.array([2.0, 0.0])).tolist()
    [0.0, 1.0]
    """
    staffed = places > 0
    price = np.where(staffed, 0.0, 1.0)
    if not staffed.any() or not len(chances):
        return price
    stride = max(1, len(chances) // _SAMPLE)
    some = chances[:, staffed]
    if stride > 1:  # the same doors whatever their order
        some = some[np.lexsort(some.T)][::stride]
    room = places[staffed] / stride
    mine = np.zeros(int(staffed.sum()))
    for step in range(_STEPS):
        gain = some - mine
        best = gain.argmax(axis=1)
        wanted = np.bincount(best[gain.max(axis=1) > 0], minlength=len(mine))
        mine = np.clip(mine + 0.15 / (1 + step / 8) * (wanted - room) / room, 0.0, 1.0)
    price[staffed] = mine
    return price


def worth_now(chances: Floats, *, window: int, price: Floats) -> Floats:
    """Give the worth of a knock now, in one window.

    Parameters
    ----------
    chances : ndarray, shape (n, W)
        Chance of each door in each window.
    window : int
        The window now.
    price : ndarray, shape (W,)
        As from ``price_windows``.

    Returns
    -------
    ndarray, shape (n,)
        Above zero; higher where the chance now is high, and better than in other windows.
    """
    gain = chances - price
    others = np.delete(gain, window, axis=1)
    other = np.maximum(others.max(axis=1), 0.0) if others.shape[1] else 0.0
    value = gain[:, window] - other + _OWN * chances[:, window]
    found: Floats = SCALE * _SOFT * np.logaddexp(0.0, value / _SOFT)
    return found


def better_kept(
    chances: Floats,
    *,
    window: int,
    places: Floats,
    able: npt.NDArray[np.bool_],
    waiting: npt.NDArray[np.bool_],
    few: npt.NDArray[np.bool_],
    rest: npt.NDArray[np.float64],
    ties: npt.NDArray[np.float64],
    queue: float,
) -> npt.NDArray[np.bool_]:
    """Tell which doors rather wait for a better window that has room for them.

    With few attempts left a door whose best window is full may wait for another that is twice as
    good: else the doors that are out by day would be rung at in a morning, because all of them aim
    at one evening.

    Parameters
    ----------
    chances : ndarray, shape (n, W)
        Chance of each door in each window.
    window : int
        The window now.
    places : ndarray, shape (W,)
        Doors a week.
    able : ndarray of bool, shape (n,)
        Who may wait.
    waiting : ndarray of bool, shape (n,)
        Who waits for a window already.
    few : ndarray of bool, shape (n,)
        Who has few attempts left: they wait in a long queue.
    rest : ndarray, shape (n,)
        Days that a miss now would cost. With attempts enough a door waits only where that gives
        more chance a day than a knock after each rest (renewal reward).
    ties : ndarray, shape (n,)
        Who goes first of those that gain the same: a number that hangs on the door alone.
    queue : float
        Weeks within which its turn must come for who has few attempts.

    Returns
    -------
    ndarray of bool, shape (n,)
        Those that gain most by waiting, as many as their window has room for.

    Examples
    --------
    >>> chances, one = np.array([[0.2, 0.5], [0.4, 0.5]]), np.array([True, True])
    >>> better_kept(
    ...     chances, window=0, places=np.ones(2), able=one, waiting=~one, few=one,
    ...     rest=np.ones(2), ties=np.zeros(2), queue=6.0,
    ... ).tolist()
    [True, False]
    """
    staffed = np.where(places > 0, chances, 0.0)
    gains = (staffed / np.maximum(chances[:, [window]], 1e-9)).round(9)
    taken = np.bincount(staffed.argmax(axis=1)[waiting], minlength=len(places))
    kept = np.zeros(len(chances), dtype=bool)
    for turn, aim in enumerate(np.argsort(-gains, axis=1, kind="stable").T):
        gain = gains[np.arange(len(gains)), aim]
        least = np.where(few, _BETTER_OF_FEW, _BETTER) if turn == 0 else _BETTER_IF_FULL
        wants = able & ~kept & (few | (turn == 0)) & (gain > least)
        for at in np.unique(aim[wants]):
            mine = np.flatnonzero(wants & (aim == at))
            mine = mine[np.lexsort([ties[mine], -gain[mine]])]
            weeks = (taken[at] + np.arange(len(mine))) / places[at]  # before its turn
            soon = gain[mine] > 1 + 7 * weeks / np.maximum(rest[mine], 1.0)
            kept[mine] = np.where(few[mine], weeks < queue, soon)
            taken[at] += int(kept[mine].sum())
    return kept
