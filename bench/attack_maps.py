"""Attacks on the public map as published: ``python bench/attack_maps.py [HOMES]`` (P10).

Homes with invented answers stand behind pieces of street; every week the map is made as
``zds heatmap --public`` makes it. The attacker has the file, the addresses (open data) and knows
how the classes are made. Prints, for each world: guessing (the majority of all homes that have a
colour), the attacks, what they gain in points, homes that are certain, and whether one single
change can be derived. Exits with 1 where P10 does not hold. Pieces of ten doors without the rule
that a colour moves only after five doors are printed too, to show why they are not used.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from zds_geo.outputs.heat_style import BEGUN, band_of
from zds_geo.outputs.partition import MIN_DOORS
from zds_geo.outputs.publish import Piece, Shown, choose_scope, next_shown

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

WEEKS: Final = 10
MOST_GAIN: Final = 8.0
WORLDS: Final = {
    "een op de vijf praat": (0.2, 0.2),
    "een op de drie praat": (0.36, 0.36),
    "de helft praat": (0.5, 0.5),
    "twee op de drie praat": (0.64, 0.64),
    "straten verschillen weinig": (0.4, 0.55),
    "straten verschillen": (0.3, 0.6),
    "straten verschillen sterk": (0.1, 0.9),
    "bijna iedereen praat": (0.8, 0.8),
}


@dataclass(frozen=True, slots=True)
class Season:
    """Ten published snapshots, and the truth behind them."""

    piece: Ints  # of each home
    sizes: Ints
    classes: list[Ints]  # per week, of each piece
    talked: list[Bools]  # per week, of each home: what the attacker is after
    knocked: list[Bools]
    moved: list[tuple[int, int]]  # homes knocked at since the last move, behind each moved colour


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the attacks found; shares of homes in points."""

    guess: float
    majority: float
    squares: float
    differences: float
    certain: int
    single: int
    homes: int

    @property
    def gain(self) -> float:
        """Gain of the best attack over guessing."""
        return max(self.majority, self.squares, self.differences) - self.guess


def make_sizes(n_homes: int, *, min_doors: int, rng: np.random.Generator) -> Ints:
    """Draw sizes of pieces like those of a town: many small ones."""
    sizes: list[int] = []
    while sum(sizes) < n_homes:
        sizes.append(min_doors + int(rng.geometric(0.15)) - 1)
    return np.array(sizes, dtype=np.int64)


def play(sizes: Ints, shares: tuple[float, float], *, seed: int, mended: bool = True) -> Season:
    """Let assistants ring for ten weeks and publish the map every Monday."""
    rng = np.random.default_rng(seed)
    piece = np.repeat(np.arange(len(sizes)), sizes)
    willing = rng.random(len(piece)) < rng.uniform(*shares, len(sizes))[piece]
    start = rng.integers(0, WEEKS // 2, len(sizes))  # streets begin in different weeks
    when = np.full(len(piece), WEEKS + 1)
    for number in range(len(sizes)):
        mine = np.flatnonzero(piece == number)
        pace = max(2, len(mine) // 3)
        when[rng.permutation(mine)] = start[number] + np.arange(len(mine)) // pace
    shown: list[Shown | None] = [None] * len(sizes)
    season = Season(piece, sizes, [], [], [], [])
    for week in range(WEEKS):
        knocked, talked = when <= week, (when <= week) & willing
        classes = np.empty(len(sizes), dtype=np.int64)
        for number, n_doors in enumerate(sizes):
            before = shown[number]
            mine = piece == number
            since = int(before.since) if before else -1
            fresh = int((mine & knocked & (when > since)).sum())
            counts = {"knocked": int((mine & knocked).sum()), "talked": int((mine & talked).sum())}
            after = (
                next_shown(
                    before, n_doors=int(n_doors), knocked_since=fresh, on=str(week), **counts
                )
                if mended
                else naive(counts, n_doors=int(n_doors), on=str(week))
            )
            if before and before.class_ > BEGUN and after.class_ != before.class_:
                season.moved.append((fresh, number))
            shown[number], classes[number] = after, after.class_
        season.classes.append(coarsen(shown, sizes, talked, piece) if mended else classes)
        season.talked.append(talked)
        season.knocked.append(knocked)
    return season


def coarsen(shown: list[Shown | None], sizes: Ints, talked: Bools, piece: Ints) -> Ints:
    """Do the last check before publishing; every tenth of the pieces is a buurt."""
    sums = np.bincount(piece[talked], minlength=len(sizes))
    pieces = {
        str(i): Piece(
            buurt_code=str(10 * i // len(sizes)), n_doors=int(sizes[i]), talked=int(sums[i]),
            shown=one,
        )
        for i, one in enumerate(shown)
        if one is not None
    }  # fmt: skip
    return np.array(list(choose_scope(pieces)[1].values()), dtype=np.int64)


def naive(counts: dict[str, int], *, n_doors: int, on: str) -> Shown:
    """Publish the share of this week at once, whatever changed."""
    if counts["knocked"] < 5:
        return Shown(int(counts["knocked"] > 0), on)
    return Shown(2 + band_of(counts["talked"], n_doors), on)


def bounds(class_: int, n_doors: int) -> tuple[int, int]:
    """Give the smallest and largest number of conversations that a class allows."""
    if class_ <= BEGUN:
        return 0, (0 if class_ == 0 else 4)
    inside = [k for k in range(n_doors + 1) if 2 + band_of(k, n_doors) == class_]
    return inside[0], inside[-1]


def attack(season: Season, *, week: int = WEEKS - 1) -> Verdict:
    """Attack the map of a week, and the ten maps up to it."""
    classes, truth = season.classes[week], season.talked[week]
    seen = (classes > BEGUN)[season.piece]
    answers, groups = truth[seen], classes[season.piece][seen]
    if not len(answers):
        return Verdict(0, 0, 0, 0, 0, 0, 0)
    guess = share(answers == (answers.mean() > 0.5))
    # Majority per class, where the attacker knows the true majority of every class.
    majority = sum(max((a := answers[groups == c]).sum(), (~a).sum()) for c in np.unique(groups))
    limits = [bounds(int(c), int(n)) for c, n in zip(classes, season.sizes, strict=True)]
    squares = least_squares(season, limits)[seen] == answers
    low, high = follow(season, week)
    middle = ((low + high) / 2 / season.sizes)[season.piece][seen]
    shown = classes > BEGUN
    certain = int(season.sizes[shown & ((high == 0) | (low == season.sizes))].sum())
    return Verdict(
        guess, 100 * majority / len(answers), share(squares), share((middle > 0.5) == answers),
        certain, single_changes(season), len(answers),
    )  # fmt: skip


def share(right: Any) -> float:
    """Give a share in points."""
    return 100 * float(np.mean(right))


def least_squares(season: Season, limits: list[tuple[int, int]]) -> Bools:
    """Solve for every home the picture of its piece: sums as drawn, least norm, then rounded."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import lsqr

    homes = np.arange(len(season.piece))
    picture = csr_matrix((np.ones(len(homes)), (season.piece, homes)))
    drawn = np.array([(low + high) / 2 for low, high in limits])
    found: Bools = lsqr(picture, drawn)[0] > 0.5
    return found


def follow(season: Season, week: int) -> tuple[Ints, Ints]:
    """Put ten snapshots together: conversations only grow, so each map bounds the others."""
    low = np.zeros(len(season.sizes), dtype=np.int64)
    high = season.sizes.copy()
    for classes in season.classes[: week + 1]:
        for number, class_ in enumerate(classes):
            if class_ > BEGUN:
                least, _ = bounds(int(class_), int(season.sizes[number]))
                low[number] = max(low[number], least)
    for number, class_ in enumerate(season.classes[week]):
        if class_ > BEGUN:
            # The colour may be of an earlier week: the count may have grown since by less than
            # five doors, or by nothing. The attacker takes the colour at its word.
            high[number] = bounds(int(class_), int(season.sizes[number]))[1]
    return low, np.maximum(low, high)


def single_changes(season: Season) -> int:
    """Count moved colours behind which fewer than five homes were rung at: one may be derived."""
    return sum(fresh < 5 for fresh, _ in season.moved)


def worst(n_homes: int, shares: tuple[float, float], *, min_doors: int, mended: bool) -> Verdict:
    """Give the week on which the attacks gain most."""
    rng = np.random.default_rng(1)
    sizes = make_sizes(n_homes, min_doors=min_doors, rng=rng)
    season = play(sizes, shares, seed=2, mended=mended)
    return max((attack(season, week=w) for w in range(WEEKS)), key=lambda v: v.gain)


def main() -> int:
    """Attack every world, mended and not."""
    n_homes = int(sys.argv[1]) if len(sys.argv) > 1 else 6000
    faults = 0
    print(f"{n_homes} homes, {WEEKS} weekly maps, the worst week of each")
    for label, min_doors, mended in (
        ("pieces of 10, every change shown", 10, False),
        (f"as published: pieces of {MIN_DOORS}, colours move after 5 doors", MIN_DOORS, True),
    ):
        print(f"\n{label}\n{'world':<28} guess  major  squar  diff   gain  certain  single")
        for name, shares in WORLDS.items():
            found = worst(n_homes, shares, min_doors=min_doors, mended=mended)
            print(
                f"{name:<28} {found.guess:5.1f}  {found.majority:5.1f}  {found.squares:5.1f}  "
                f"{found.differences:5.1f}  {found.gain:5.1f}  {found.certain:7}  {found.single:6}"
            )
            faults += mended and (found.gain > MOST_GAIN or found.certain + found.single > 0)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
