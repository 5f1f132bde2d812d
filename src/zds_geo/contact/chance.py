"""Who opens when: a mixture of a few ways of being at home, learned from the knocks.

Each home is one of a few *kinds of household* (works by day, at home by day, family, seldom in,
sleeps in, never opens), each with a chance to open per time window. Kinds and their shares are
learned together by expectation maximisation (Dempster, Laird, Rubin 1977): shares per street side
lean on the buurt, the buurt on the area; what a home did itself decides among the kinds. A chance
is never stored: a ``ChanceModel`` holds shares of streets, not homes (P08).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from zds_geo.contact._fit import MOST_MISSES, Fit, come_true
from zds_geo.contact.evidence import (
    count_windows,
    forgotten_misses,
    logit,
    posterior,
    public_shares,
    reached_and_forgotten,
    sigmoid,
)
from zds_geo.contact.log import KnockLog, check_doors, read_log, texts_of
from zds_geo.contact.params import ContactParams
from zds_geo.core.errors import UsageError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

RECENT_DAYS: Final = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceModel:
    """What was learned: small, picklable, never stored.

    Attributes
    ----------
    windows : tuple of str
        Names of the W time windows.
    opens : ndarray, shape (K, W)
        Chance to open of each kind of household in each window.
    shift : ndarray, shape (W,)
        What the last six weeks differ from that, on the logit scale: season and drift.
    slope, per_miss : float
        How far a chance goes with what is known of the door, and what each miss takes off more:
        from how earlier chances came true (Cox 1958, calibration by logistic regression).
    area : ndarray, shape (K,)
        Shares of the kinds of household in all of the area.
    buurten, sides : dict of str to ndarray, shape (K,)
        Shares of a buurt and of a street side.
    mostly : ndarray, shape (4, K)
        What the public shares turned out to mean.
    public_weight : float
        How far streets turned out to be as their public shares say: 1 wholly, 0 not at all.
    n_knocks : int
        Attempts it was learned from.
    """

    windows: tuple[str, ...]
    opens: Floats
    shift: Floats
    slope: float
    per_miss: float
    area: Floats
    buurten: dict[str, Floats]
    sides: dict[str, Floats]
    mostly: Floats
    n_knocks: int
    public_weight: float = 1.0

    def chances(
        self, doors: pd.DataFrame, log: KnockLog, *, door_state: pd.DataFrame | None = None
    ) -> Floats:
        """Give the chance that a door opens in each window, after what it did itself.

        Parameters
        ----------
        doors : DataFrame
            As for ``rank_doors``.
        log : KnockLog
            Its knocks.
        door_state : DataFrame, optional
            What remains after retention: misses whose window is forgotten.

        Returns
        -------
        ndarray, shape (n_doors, W)
            Between 0 and 1.
        """
        misses, hits = count_windows(log, doors.index, self.windows)
        forgotten = forgotten_misses(doors, door_state)
        kinds = posterior(
            self._shares_of(doors), misses, hits, opens=self.opens, forgotten=forgotten,
            reached=reached_and_forgotten(doors, door_state),
        )  # fmt: skip
        raw = logit(kinds @ self.opens)
        return sigmoid(self._come_true(raw, misses.sum(axis=1) + forgotten))

    def _come_true(self, raw: Floats, n_misses: Floats) -> Floats:
        """Correct chances (logit) by how earlier ones came true."""
        less = self.per_miss * np.minimum(n_misses, MOST_MISSES)
        found: Floats = self.shift + self.slope * raw - less[:, None]
        return found

    def kinds(
        self, doors: pd.DataFrame, log: KnockLog, *, door_state: pd.DataFrame | None = None
    ) -> Floats:
        """Give the chance of each kind of household behind a door, after what it did itself.

        Parameters
        ----------
        doors : DataFrame
            As for ``rank_doors``.
        log : KnockLog
            Its knocks.
        door_state : DataFrame, optional
            What remains after retention.

        Returns
        -------
        ndarray, shape (n_doors, K)
            Rows add up to one; for memory only (P08).
        """
        misses, hits = count_windows(log, doors.index, self.windows)
        return posterior(
            self._shares_of(doors), misses, hits, opens=self.opens,
            forgotten=forgotten_misses(doors, door_state),
            reached=reached_and_forgotten(doors, door_state),
        )  # fmt: skip

    def table(self, level: float = 0.0) -> Floats:
        """Give the chances as they are now, and perhaps some more or less open.

        Parameters
        ----------
        level : float
            Logit.

        Returns
        -------
        ndarray, shape (K, W)
            Between 0 and 1.
        """
        return sigmoid(self.slope * logit(self.opens) + self.shift + level)

    def _shares_of(self, doors: pd.DataFrame) -> Floats:
        """Give the shares beforehand: of the street side, else of the buurt, else of the area."""
        side, sides = pd.factorize(texts_of(doors, "street_side_id"))
        buurt, buurten = pd.factorize(texts_of(doors, "buurt_code"))
        of_side = self._stacked(self.sides.get(name, self.area) for name in sides)[side]
        of_buurt = self._stacked(self.buurten.get(code, self.area) for code in buurten)[buurt]
        seen = np.array([name in self.sides for name in sides], dtype=bool)[side, None]
        shares = np.where(seen, of_side, of_buurt)
        public = public_shares(doors)
        if public is None:
            return shares
        weight = self.public_weight
        told: Floats = weight * (public @ self.mostly) + (1 - weight) * of_buurt
        return np.where(seen | np.isnan(told), shares, told)

    def _stacked(self, rows: Iterable[Floats]) -> Floats:
        return np.array(list(rows)).reshape(-1, len(self.area))


def fit_chances(
    doors: pd.DataFrame,
    knocks: pd.DataFrame,
    *,
    now: datetime,
    seed: int,
    params: ContactParams | None = None,
    door_state: pd.DataFrame | None = None,
) -> ChanceModel:
    """Learn who opens when.

    Parameters
    ----------
    doors : DataFrame
        Index ``door_id``; columns ``buurt_code`` and ``street_side_id``; optional public
        street-level shares ``share_single_u65``, ``share_65plus``, ``share_with_children``,
        ``share_other`` (0-1).
    knocks : DataFrame
        Columns of the knocks CSV; everything that is kept, of all cycles.
    now : datetime
        Aware; later knocks do not count.
    seed : int
        Not used: fitting is deterministic. Kept for models that draw.
    params : ContactParams, optional
        Windows.
    door_state : DataFrame, optional
        What remains after retention (DESIGN 5).

    Returns
    -------
    ChanceModel
        The same for the same knocks in any order.

    Raises
    ------
    FrameError
        If a column is missing, a door comes twice, or ids, dates or outcomes cannot be read.
    UsageError
        If ``now`` has no time zone.

    Notes
    -----
    ``no_access`` says nothing about being home and is no attempt. Where reached doors have lost
    their knocks (retention), chances per window are learned from the last ``complete_days``,
    which are complete; reached doors still count as homes that open, so that their street is not
    taken for one of closed doors.
    """
    del seed
    if now.tzinfo is None:
        raise UsageError("error.naive_time", got=now.isoformat())
    check_doors(doors)
    rules = params or ContactParams()
    today = now.astimezone(AMSTERDAM).date()
    log = read_log(knocks, until=today)
    fit = Fit(
        doors, log, scheme=rules.windows, today=today, door_state=door_state,
        complete_days=rules.complete_days,
    )  # fmt: skip
    fit.run()
    forgets = reached_and_forgotten(doors, door_state).any()
    since = today - timedelta(days=rules.complete_days if forgets else RECENT_DAYS)
    shift, slope, per_miss = come_true(fit, log, windows=rules.windows.names, since=since)
    return ChanceModel(
        windows=rules.windows.names,
        opens=fit.opens,
        shift=shift,
        slope=slope,
        per_miss=per_miss,
        area=fit.area,
        buurten=dict(zip(fit.buurt_names, fit.buurt_shares, strict=True)),
        sides=dict(zip(fit.side_names, fit.side_shares, strict=True)),
        mostly=fit.mostly,
        public_weight=fit.public_weight,
        n_knocks=int(log.attempt.sum()),
    )
