"""A division while it is being made: who has which unit, what a change would do, and the search.

Every change keeps areas in one piece. Better is compared in this order: what lies outside the
tolerance, what was moved from the previous division, and shape (far from the middle, long borders).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

NEAR_S: Final = 45.0  # ASSUMPTION: seconds over which belonging together falls to a third
STREET: Final = 2.0  # pieces of one street belong together so much more
BORDER_S: Final = 40.0  # what cutting two near units apart costs, in seconds walked to a unit
ROUNDS: Final = 40
# Steps in which being outside the tolerance counts: one area 1 %, or 3 %, of its share outside.
FINE, COARSE = 1e-4, 1e-3
EPS: Final = 1e-9

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Gain = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is divided: work, neighbours with how much they belong together, shares."""

    work: list[float]
    near: list[list[tuple[int, float]]]
    target: list[float]
    slack: list[float]
    previous: list[int]
    mean_work: float


def belonging(walk_s: Floats, same_street: npt.NDArray[np.bool_]) -> Floats:
    """Give how much neighbours belong together: the nearer, the more."""
    near: Floats = np.exp(-walk_s / NEAR_S) * np.where(same_street, STREET, 1.0)
    return near


class Areas:
    """A division in the making; -1 is nobody's."""

    def __init__(self, ground: Ground, owner: Sequence[int], far: Floats) -> None:
        self.ground = ground
        self.owner = list(owner)
        self.far = far.tolist()  # (areas, units): seconds to the middle of each area
        self.load = [0.0] * len(ground.target)
        self.count = [0] * len(ground.target)
        for unit, area in enumerate(self.owner):
            if area >= 0:
                self.load[area] += ground.work[unit]
                self.count[area] += 1

    def give(self, unit: int, area: int) -> None:
        """Give a unit to an area, or to nobody (-1)."""
        before = self.owner[unit]
        if before >= 0:
            self.load[before] -= self.ground.work[unit]
            self.count[before] -= 1
        if area >= 0:
            self.load[area] += self.ground.work[unit]
            self.count[area] += 1
        self.owner[unit] = area

    def outside(self, area: int, more: float = 0.0) -> float:
        """Give how far an area is outside its tolerance, were there so much more work.

        Squared: work passed on to who has less too much is a gain, though the sum stays the same.
        """
        target = self.ground.target[area]
        off = abs(self.load[area] + more - target) - self.ground.slack[area]
        return off * off / max(target, EPS) if off > 0 else 0.0

    def all_outside(self) -> float:
        """Give how far all areas are outside the tolerance."""
        return sum(self.outside(area) for area in range(len(self.load)))

    def moved(self) -> float:
        """Give the work that has another owner than before."""
        pairs = zip(self.owner, self.ground.previous, self.ground.work, strict=True)
        return sum(work for now, before, work in pairs if before >= 0 and now != before)

    def shape(self) -> float:
        """Give how far and how cut up all is: smaller is better."""
        ground, total = self.ground, 0.0
        for unit, area in enumerate(self.owner):
            if area >= 0:
                total += ground.work[unit] / ground.mean_work * self.far[area][unit]
            cut = sum(b for v, b in ground.near[unit] if self.owner[v] != area)
            total += BORDER_S * cut / 2
        return total

    def score(self) -> Gain:
        """Give what is outside, moved, and out of shape: smaller is better, in this order."""
        return round(self._steps(FINE), 0), round(self.moved(), 3), round(self.shape(), 6)

    def lasting_score(self) -> tuple[int, int, float, float]:
        """Give what counts where people have areas already: pieces, outside, moved, shape.

        Outside in coarse steps: who is a little off keeps the own doors.
        """
        pieces = sum(max(len(self.pieces(area)) - 1, 0) for area in range(len(self.load)))
        _, moved, shape = self.score()
        return pieces, int(self._steps(COARSE)), moved, shape

    def _steps(self, step: float) -> float:
        share = sum(self.ground.target) / max(sum(t > 0 for t in self.ground.target), 1)
        return self.all_outside() / max(step * share, EPS)

    def moved_by(self, unit: int, area: int) -> float:
        """Give the work moved more when a unit goes to an area."""
        before = self.ground.previous[unit]
        if before < 0:
            return 0.0
        return self.ground.work[unit] * ((area != before) - (self.owner[unit] != before))

    def shape_by(self, unit: int, area: int) -> float:
        """Give how much worse the shape gets when a unit goes to an area."""
        own = self.owner[unit]
        change = 0.0
        for v, b in self.ground.near[unit]:
            if self.owner[v] == own:
                change += b
            elif self.owner[v] == area:
                change -= b
        far = self.far[area][unit] - (self.far[own][unit] if own >= 0 else 0.0)
        return BORDER_S * change + self.ground.work[unit] / self.ground.mean_work * far

    def touching(self, unit: int) -> list[int]:
        """Give the other areas a unit touches, in order."""
        own = self.owner[unit]
        return sorted({self.owner[v] for v, _ in self.ground.near[unit]} - {own, -1})

    def may_leave(self, unit: int) -> bool:
        """Tell whether an area stays as whole as it was, and not empty, without a unit."""
        own = self.owner[unit]
        if self.count[own] <= 1:
            return False
        beside = [v for v, _ in self.ground.near[unit] if self.owner[v] == own]
        return len(beside) <= 1 or self._together(beside, own, without=unit)

    def _together(self, units: list[int], area: int, *, without: int) -> bool:
        wanted, seen, stack = set(units[1:]), {units[0], without}, [units[0]]
        while stack:
            for v, _ in self.ground.near[stack.pop()]:
                if v not in seen and self.owner[v] == area:
                    seen.add(v)
                    wanted.discard(v)
                    if not wanted:
                        return True
                    stack.append(v)
        return False

    def pieces(self, area: int) -> list[list[int]]:
        """Give the pieces of an area, the one with most work first."""
        left = {u for u, a in enumerate(self.owner) if a == area}
        found: list[list[int]] = []
        for unit in sorted(left):
            if unit not in left:
                continue
            left.discard(unit)
            piece, stack = [unit], [unit]
            while stack:
                for v, _ in self.ground.near[stack.pop()]:
                    if v in left:
                        left.discard(v)
                        piece.append(v)
                        stack.append(v)
            found.append(sorted(piece))
        return sorted(found, key=lambda p: (-sum(self.ground.work[u] for u in p), p))


def free_pieces(areas: Areas) -> None:
    """Let nobody have what lies apart from the largest piece of an area."""
    for area in range(len(areas.load)):
        for piece in areas.pieces(area)[1:]:
            for unit in piece:
                areas.give(unit, -1)


def grow(areas: Areas) -> None:
    """Give what is nobody's to an area beside it: first to the area that is most short of work."""
    free = {u for u, a in enumerate(areas.owner) if a < 0}
    target = areas.ground.target
    while free:
        best: tuple[float, float, int, int] | None = None
        for unit in sorted(free):
            for area in areas.touching(unit):
                if target[area] <= 0:
                    continue
                full = round(areas.load[area] / target[area], 2)
                found = (full, areas.shape_by(unit, area), unit, area)
                best = found if best is None or found < best else best
        if best is None:  # an island that nobody is beside
            emptiest = min((areas.load[a] / t, a) for a, t in enumerate(target) if t > 0)[1]
            best = (0.0, 0.0, min(free), emptiest)
        areas.give(best[2], best[3])
        free.discard(best[2])


def level(areas: Areas) -> None:
    """Pass units from full areas to short ones beside them, until all are within tolerance.

    Each step lessens the sum of squared differences with the shares, so it ends.
    """
    while True:
        step = next(_steps(areas), None)
        if step is None:
            return
        areas.give(*step)


def _steps(areas: Areas) -> Iterator[tuple[int, int]]:
    ground = areas.ground
    off = [load - target for load, target in zip(areas.load, ground.target, strict=True)]
    beside: dict[tuple[int, int], list[int]] = {}
    for unit, own in enumerate(areas.owner):
        for area in areas.touching(unit):
            if off[own] > ground.slack[own] or off[area] < -ground.slack[area]:
                beside.setdefault((own, area), []).append(unit)

    def full(area: int) -> float:
        return off[area] / max(ground.target[area], EPS)

    for own, area in sorted(beside, key=lambda p: (full(p[1]) - full(p[0]), p)):
        fitting = []
        for unit in beside[own, area]:
            work = ground.work[unit]
            gain = ((off[own] - work) ** 2 - off[own] ** 2) / max(ground.target[own], EPS)
            gain += ((off[area] + work) ** 2 - off[area] ** 2) / max(ground.target[area], EPS)
            if gain < -EPS:
                moved = areas.moved_by(unit, area) / work
                fitting.append((moved, areas.shape_by(unit, area) / work, unit))
        for _, _, unit in sorted(fitting):
            if areas.may_leave(unit):
                yield unit, area


def polish(areas: Areas) -> None:
    """Move and swap units at borders while anything gets better."""
    for _ in range(ROUNDS):
        changed = _move_all(areas)
        changed = _swap_all(areas) or changed
        if not changed:
            return


def _better(outside: float, moved: float, shape: float) -> bool:
    for change in (outside, moved, shape):
        if change < -1e-6:
            return True
        if change > 1e-6:
            return False
    return False


def _move_all(areas: Areas) -> bool:
    changed = False
    work = areas.ground.work
    for unit in range(len(work)):
        own = areas.owner[unit]
        for area in areas.touching(unit):
            outside = areas.outside(area, work[unit]) - areas.outside(area)
            outside += areas.outside(own, -work[unit]) - areas.outside(own)
            moved, shape = areas.moved_by(unit, area), areas.shape_by(unit, area)
            if _better(outside, moved, shape) and areas.may_leave(unit):
                areas.give(unit, area)
                changed = True
                break
    return changed


def _swap_all(areas: Areas) -> bool:
    changed = False
    borders: dict[tuple[int, int], list[int]] = {}
    for unit, own in enumerate(areas.owner):
        for area in areas.touching(unit):
            borders.setdefault((own, area), []).append(unit)
    for own, area in sorted(p for p in borders if p[0] < p[1]):
        for one in borders[own, area]:
            if areas.owner[one] == own and area in areas.touching(one):
                changed = _swap_one(areas, one, area, borders.get((area, own), [])) or changed
    return changed


def _swap_one(areas: Areas, one: int, area: int, others: list[int]) -> bool:
    own, work = areas.owner[one], areas.ground.work
    moved_one, shape_one = areas.moved_by(one, area), areas.shape_by(one, area)
    before = areas.outside(own) + areas.outside(area)
    beside = dict(areas.ground.near[one])
    for other in others:
        if areas.owner[other] != area or own not in areas.touching(other):
            continue
        more = work[one] - work[other]
        outside = areas.outside(own, -more) + areas.outside(area, more) - before
        moved = moved_one + areas.moved_by(other, own)
        # Neighbours that change places stay as far apart as they were.
        apart = 2 * BORDER_S * beside.get(other, 0.0)
        shape = shape_one + areas.shape_by(other, own) + apart
        if _better(outside, moved, shape) and _swap(areas, one, other):
            return True
    return False


def _swap(areas: Areas, one: int, other: int) -> bool:
    """Swap two units where both areas stay whole; else leave all as it was."""
    own, area = areas.owner[one], areas.owner[other]
    if not areas.may_leave(one):
        return False
    areas.give(one, area)
    beside = any(areas.owner[v] == own for v, _ in areas.ground.near[other])
    if beside and areas.may_leave(other):
        areas.give(other, own)
        return True
    areas.give(one, own)
    return False
