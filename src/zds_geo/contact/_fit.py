"""Learning who opens when: expectation maximisation, then how its chances came true."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zds_geo.contact.evidence import (
    count_windows,
    forgotten_misses,
    logit,
    posterior,
    public_shares,
    reached_and_forgotten,
    sigmoid,
)
from zds_geo.contact.log import KnockLog, texts_of
from zds_geo.core.windows import WindowKind, WindowScheme

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# Kinds of household: works by day, at home by day, family, seldom in, sleeps in (works at night or
# in shifts, studies), never opens.
# ASSUMPTIONS, to begin with: shares, and chance to open by day, in the evening, on Saturday. In
# the range that survey research reports for unannounced visits; the knocks correct them.
SHARES: Final = (0.28, 0.23, 0.23, 0.17, 0.06, 0.03)
OPENS: Final = {
    WindowKind.DAY: (0.16, 0.59, 0.35, 0.15, 0.50),
    WindowKind.EVENING: (0.47, 0.33, 0.57, 0.21, 0.35),
    WindowKind.SATURDAY: (0.40, 0.50, 0.50, 0.18, 0.50),
}
SLEEPS_IN: Final = 4
ASLEEP: Final = 0.10  # of who sleeps in, in a window that begins before
MORNING_UNTIL: Final = time(11, 30)
NEVER_OPENS: Final = 0.003
MOSTLY: Final = (
    (0.49, 0.15, 0.07, 0.20, 0.06, 0.03),
    (0.10, 0.62, 0.07, 0.15, 0.03, 0.03),
    (0.20, 0.12, 0.49, 0.10, 0.06, 0.03),
    (0.29, 0.20, 0.25, 0.17, 0.06, 0.03),
)
_WINDOW_KNOCKS: Final = 40.0  # so many knocks is what is assumed beforehand worth, per kind,
_AREA_HOMES: Final = 200.0  # so many homes the shares beforehand,
_BUURT_HOMES: Final = 40.0  # so many homes the area for a buurt,
# so many homes the buurt for a street side, whichever foretells homes from their neighbours best:
# streets may be much alike or each of its own sort.
SIDE_HOMES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_MOSTLY_HOMES: Final = 20.0  # and so many homes what public shares are taken to mean
# How far a side leans on its public shares rather than on its buurt: what foretells homes best,
# beginning with all the way: other answers must be so much (log-likelihood) better.
PUBLIC_WEIGHTS: Final = (1.0, 0.75, 0.5, 0.25, 0.0)
_PUBLIC_PROOF: Final = 2.0
_ROUNDS: Final = 15
# How sure we are beforehand that chances come true as they are: 1 / variance (logit).
_SHIFT_PRIOR, _SLOPE_PRIOR, _MISS_PRIOR = 20.0, 60.0, 100.0
MOST_MISSES: Final = 6.0
MISS_LESS: Final = 0.08  # ASSUMPTION: homes differ more than a few kinds can say (logit)


class Fit:
    """Expectation maximisation over doors that were tried."""

    def __init__(
        self,
        doors: pd.DataFrame,
        log: KnockLog,
        *,
        scheme: WindowScheme,
        today: date,
        door_state: pd.DataFrame | None,
        complete_days: int,
    ) -> None:
        names = scheme.names
        until = log.day <= np.datetime64(today, "D")
        misses, hits = count_windows(log, doors.index, names, today=today, rows=until)
        forgotten = forgotten_misses(doors, door_state)
        self.reached = reached_and_forgotten(doors, door_state)
        tried = ((misses + hits).sum(axis=1) > 0) | self.reached | (forgotten > 0)
        here = doors.loc[tried]
        self.doors = here.index
        self.misses, self.hits, self.forgotten = misses[tried], hits[tried], forgotten[tried]
        self.reached = self.reached[tried]
        recent = until
        if self.reached.any():  # then only the last days are complete
            first = np.datetime64(today, "D") - np.timedelta64(complete_days, "D")
            recent = until & (log.day >= first)
        learn = count_windows(log, here.index, names, today=today, rows=recent)
        self._learn_misses, self._learn_hits = learn
        self.prior_opens = first_opens(scheme)
        self.opens = self.prior_opens.copy()
        self.area = np.array(SHARES)
        self.mostly = np.array(MOSTLY)
        side, names_of_sides = pd.factorize(texts_of(here, "street_side_id"), sort=True)
        buurt, names_of_buurten = pd.factorize(texts_of(here, "buurt_code"), sort=True)
        self._side, self._buurt = side, buurt
        self.side_names, self.buurt_names = list(names_of_sides), list(names_of_buurten)
        # A side that crosses into another buurt belongs to the first by code.
        self._buurt_of_side = np.full(len(names_of_sides), len(names_of_buurten), dtype=np.intp)
        np.minimum.at(self._buurt_of_side, side, buurt)
        self.buurt_shares = np.tile(self.area, (len(names_of_buurten), 1))
        self._public = self._public_of_sides(here)
        self.side_homes = SIDE_HOMES[2]
        self.public_weight = PUBLIC_WEIGHTS[0]
        self.side_shares = self._lean(np.zeros((len(names_of_sides), len(self.area))))

    def _public_of_sides(self, here: pd.DataFrame) -> Floats | None:
        public = public_shares(here)
        if public is None or np.isnan(public).all():
            return None
        told = ~np.isnan(public).any(axis=1)
        total = _sum_by(self._side[told], public[told], len(self.side_names))
        count = np.bincount(self._side[told], minlength=len(self.side_names))[:, None]
        found: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        return found

    def run(self) -> None:
        """Fit."""
        if not len(self.misses):
            return
        for _ in range(_ROUNDS):
            kinds = self._kinds(self.side_shares)
            self._learn_shares(kinds)
            self._learn_opens(kinds)

    def shares_without(self) -> Floats:
        """Give what is thought of each tried door's home by its neighbours alone (n, K)."""
        lean = self._leans_on()[self._side]
        alone = self._kinds(self._leans_on())
        others = _sum_by(self._side, alone, len(self.side_names))[self._side] - alone
        homes = self.side_homes
        found: Floats = np.maximum(others, 0.0) + homes * lean
        return found / found.sum(axis=1, keepdims=True)

    def _kinds(self, side_shares: Floats) -> Floats:
        return posterior(
            side_shares[self._side], self.misses, self.hits, opens=self.opens,
            forgotten=self.forgotten, reached=self.reached,
        )  # fmt: skip

    def _learn_shares(self, kinds: Floats) -> None:
        total = kinds.sum(axis=0)
        self.area = (total + _AREA_HOMES * np.array(SHARES)) / (total.sum() + _AREA_HOMES)
        per_buurt = _sum_by(self._buurt, kinds, len(self.buurt_names))
        self.buurt_shares = (per_buurt + _BUURT_HOMES * self.area) / (
            per_buurt.sum(axis=1, keepdims=True) + _BUURT_HOMES
        )
        # A side is judged by what its homes did, seen without what is thought of the side already:
        # else a thought would confirm itself.
        lean = self._leans_on()
        alone = self._kinds(lean)
        per_side = _sum_by(self._side, alone, len(self.side_names))
        if self._public is not None:
            self._learn_mostly(per_side)
        self._learn_lean(alone, per_side, lean[self._side])
        self.side_shares = self._lean(per_side)

    def _leans_on(self) -> Floats:
        """Give what a street side leans on: its public shares where they tell, else its buurt."""
        return self._mixed(self.public_weight)

    def _mixed(self, weight: float) -> Floats:
        lean = self.buurt_shares[self._buurt_of_side]
        if self._public is not None:
            told = self._public @ self.mostly
            lean = np.where(np.isnan(told), lean, weight * told + (1 - weight) * lean)
        return lean

    def _lean(self, per_side: Floats) -> Floats:
        homes = self.side_homes
        found: Floats = (per_side + homes * self._leans_on()) / (
            per_side.sum(axis=1, keepdims=True) + homes
        )
        return found

    def _learn_lean(self, alone: Floats, per_side: Floats, beforehand: Floats) -> None:
        """Choose what sides lean on, and how much, by foretelling each home from its neighbours
        without it.
        """
        likely = alone / np.maximum(beforehand, 1e-12)
        others = np.maximum(per_side[self._side] - alone, 0.0)
        count = others.sum(axis=1, keepdims=True)

        def foretold(weight: float, homes: float) -> float:
            shares = (others + homes * lean_of[weight]) / (count + homes)
            fits = float(np.log(np.maximum((shares * likely).sum(axis=1), 1e-300)).sum())
            return fits - (_PUBLIC_PROOF if weight < 1 else 0.0)

        weights = PUBLIC_WEIGHTS if self._public is not None else PUBLIC_WEIGHTS[:1]
        lean_of = {weight: self._mixed(weight)[self._side] for weight in weights}
        pairs = [(weight, homes) for weight in weights for homes in SIDE_HOMES]
        self.public_weight, self.side_homes = max(pairs, key=lambda pair: foretold(*pair))

    def _learn_mostly(self, per_side: Floats) -> None:
        """Learn which kinds the people of the public shares are; nothing when they tell nothing."""
        public = self._public
        if public is None:
            return
        known = ~np.isnan(public).any(axis=1)
        public, homes = public[known], per_side[known]
        told = np.maximum(public @ self.mostly, 1e-12)
        counts = self.mostly * (public.T @ (homes / told))
        beforehand = _MOSTLY_HOMES * np.array(MOSTLY)
        self.mostly = (counts + beforehand) / (counts + beforehand).sum(axis=1, keepdims=True)

    def _learn_opens(self, kinds: Floats) -> None:
        hits, misses = kinds.T @ self._learn_hits, kinds.T @ self._learn_misses
        beforehand = _WINDOW_KNOCKS * self.prior_opens
        self.opens = (hits + beforehand) / (hits + misses + _WINDOW_KNOCKS)
        self.opens[-1] = NEVER_OPENS


def first_opens(scheme: WindowScheme) -> Floats:
    """Give the chances assumed before the first knock.

    Parameters
    ----------
    scheme : WindowScheme
        Windows.

    Returns
    -------
    ndarray, shape (K, W)
        By the kind of each window; who sleeps in seldom opens in the morning.
    """
    found = np.array([(*OPENS[w.kind], NEVER_OPENS) for w in scheme.windows], dtype=float).T
    found[SLEEPS_IN, [w.starts < MORNING_UNTIL for w in scheme.windows]] = ASLEEP
    return found


def come_true(
    fit: Fit, log: KnockLog, *, windows: tuple[str, ...], since: date
) -> tuple[Floats, float, float]:
    """Learn how chances came true: each knock of the last weeks against what neighbours and the
    door's earlier knocks foretell.
    """
    place = fit.doors.get_indexer(log.doors)[log.door]
    column = np.array([windows.index(w) if w in windows else -1 for w in log.windows] or [-1])
    used = log.attempt & (place >= 0) & (column[log.window] >= 0)
    rows = np.flatnonzero(used & (log.day > np.datetime64(since, "D")))
    if not len(rows):
        return np.zeros(len(windows)), 1.0, MISS_LESS
    misses, hits = (counts[rows] for counts in _counts_before(log, column, used, len(windows)))
    forgotten = fit.forgotten[place[rows]]
    kinds = posterior(
        fit.shares_without()[place[rows]], misses, hits, opens=fit.opens, forgotten=forgotten,
        reached=fit.reached[place[rows]],
    )  # fmt: skip
    window = column[log.window[rows]]
    raw = logit((kinds * fit.opens.T[window]).sum(axis=1))
    missed = np.minimum(misses.sum(axis=1) + forgotten, MOST_MISSES)
    return _regress(raw, missed, window, log.contact[rows].astype(float), n_windows=len(windows))


def _regress(
    raw: Floats,
    missed: Floats,
    window: npt.NDArray[np.intp],
    opened: Floats,
    *,
    n_windows: int,
) -> tuple[Floats, float, float]:
    """Fit shift per window, slope and the effect of misses by penalised logistic regression."""
    x = np.zeros((len(raw), n_windows + 2))
    x[np.arange(len(raw)), window] = 1.0
    x[:, -2], x[:, -1] = raw, -missed
    usual = np.array([*([0.0] * n_windows), 1.0, MISS_LESS])
    weight = np.array([*([_SHIFT_PRIOR] * n_windows), _SLOPE_PRIOR, _MISS_PRIOR])
    beta = usual.copy()
    for _ in range(8):
        p = sigmoid(x @ beta)
        step = x.T @ (opened - p) - weight * (beta - usual)
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(weight)
        beta = beta + np.clip(np.linalg.solve(curve, step), -1.0, 1.0)
    shift: Floats = np.clip(beta[:n_windows], -1.5, 1.5)
    return shift, float(np.clip(beta[-2], 0.4, 1.4)), float(np.clip(beta[-1], -0.1, 0.5))


def _counts_before(
    log: KnockLog, column: npt.NDArray[np.intp], used: npt.NDArray[np.bool_], n_windows: int
) -> tuple[Floats, Floats]:
    """Count for each knock the misses and contacts at its door before it, per window."""
    n = len(log.day)
    counts = []
    first = np.zeros(len(log.doors) + 1, dtype=np.intp)
    first[1:] = np.cumsum(np.bincount(log.door, minlength=len(log.doors)))
    for what in (used & ~log.contact, used & log.contact):
        one = np.zeros((n + 1, n_windows))
        rows = np.flatnonzero(what)
        one[rows + 1, column[log.window[rows]]] = 1.0
        run = np.cumsum(one, axis=0)[:-1]
        counts.append(run - run[first[log.door]])
    return counts[0], counts[1]


def _sum_by(code: npt.NDArray[np.intp], values: Floats, n: int) -> Floats:
    columns = [np.bincount(code, values[:, k], minlength=n) for k in range(values.shape[1])]
    found: Floats = np.column_stack(columns)
    return found
