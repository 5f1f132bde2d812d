"""Simulated residents: made-up households that open or not, the same for the same seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from zds_geo.core.outcomes import Outcome
from zds_geo.core.windows import DEFAULT_WINDOWS, WindowKind, WindowScheme

# Share of the homes, and chance of opening by day, in the evening, on Saturday. ASSUMPTIONS: types
# chosen so that about a third opens by day and a few per cent never open.
TYPES: Final = (
    (0.30, 0.15, 0.50, 0.45),  # works by day
    (0.25, 0.35, 0.50, 0.50),  # with children
    (0.25, 0.60, 0.30, 0.50),  # older, by day at home
    (0.15, 0.30, 0.30, 0.25),  # comes and goes
    (0.05, 0.00, 0.00, 0.00),  # never opens
)
_KINDS: Final = (WindowKind.DAY, WindowKind.EVENING, WindowKind.SATURDAY)
TALK_SHARE: Final = 0.72
BACK_SHARE: Final = 0.08
REFUSE_SHARE: Final = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a simulated resident does."""

    outcome: Outcome
    come_back_window: str = ""


class ResidentModel:
    """Invented residents behind the doors of an area.

    Parameters
    ----------
    seed : int
        Same seed, same residents.
    windows : WindowScheme
        Names and kinds of the windows.

    Examples
    --------
    >>> model = ResidentModel(1)
    >>> first = model.answer("0200010000000001", window="middag", on=date(2026, 11, 23))
    >>> first == model.answer("0200010000000001", window="middag", on=date(2026, 11, 23))
    True
    """

    def __init__(self, seed: int, *, windows: WindowScheme = DEFAULT_WINDOWS) -> None:
        self._seed = seed
        self._windows = windows

    def _draw(self, *what: object) -> float:
        text = "|".join(str(w) for w in (self._seed, *what))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7]) / 2**56

    def chance(self, door_id: str, window: str) -> float:
        """Give the chance that this invented household opens in a window (0-1)."""
        kind = self._windows.kind_of(window)
        point, total = self._draw("type", door_id), 0.0
        for share, *chances in TYPES:
            total += share
            if point < total:
                return chances[_KINDS.index(kind)]
        return 0.0

    def answer(self, door_id: str, *, window: str, on: date) -> Answer:
        """Let the household answer a knock.

        Parameters
        ----------
        door_id : str
            The door.
        window : str
            Name of the window.
        on : date
            Local date.

        Returns
        -------
        Answer
            Depends on seed, door, window and date alone.
        """
        home = self._draw("home", door_id)
        if home < 0.008:
            return Answer(outcome=Outcome.VACANT)
        if home < 0.012:
            return Answer(outcome=Outcome.NOT_A_HOME)
        if self._draw("shut", door_id, on) < 0.01:
            return Answer(outcome=Outcome.NO_ACCESS)
        if self._draw("open", door_id, window, on) >= self.chance(door_id, window):
            return Answer(outcome=Outcome.NOT_HOME)
        point = self._draw("what", door_id, on)
        if point < REFUSE_SHARE:
            return Answer(outcome=Outcome.DO_NOT_KNOCK)
        if point < REFUSE_SHARE + BACK_SHARE:
            return Answer(outcome=Outcome.COME_BACK, come_back_window=window)
        if point < REFUSE_SHARE + BACK_SHARE + TALK_SHARE:
            return Answer(outcome=Outcome.TALKED)
        return Answer(outcome=Outcome.NO_TALK)
