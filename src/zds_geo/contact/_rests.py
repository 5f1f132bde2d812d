"""Who may be rung at in a window, and why not: the rests, ceilings and waits of DESIGN 4."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from zds_geo.contact.facts import KIND_BITS
from zds_geo.contact.lookahead import FEW_ATTEMPTS
from zds_geo.core.windows import WindowKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from zds_geo.contact.params import ContactParams

    Known = dict[str, npt.NDArray[Any]]

DAY: Final = KIND_BITS[WindowKind.DAY]
QUIET: Final = KIND_BITS[WindowKind.EVENING] | KIND_BITS[WindowKind.SATURDAY]
# A door waits this many times as long for a kind never tried there as by the waiting rule: with the
# default twelve weeks, after which a roster that hardly has it is no reason to leave the door.
KIND_WAITS: Final = 3


def owed_kinds(
    misses: npt.NDArray[np.int64],
    missing: npt.NDArray[np.int64],
    staffed: npt.NDArray[np.int64],
    rules: ContactParams,
) -> npt.NDArray[np.int64]:
    """Give the kinds that the next attempt at an unreached door is kept for.

    Parameters
    ----------
    misses : ndarray of int, shape (n,)
        In this cycle.
    missing : ndarray of int, shape (n,)
        Bits of the kinds that come to a door and were never tried there.
    staffed : ndarray of int, shape (n,)
        Bits of the kinds that come to a door.
    rules : ContactParams
        The ceiling, and the miss from which the day is over.

    Returns
    -------
    ndarray of int, shape (n,)
        Bits; 0 where any kind will do. A door rests unreached only after attempts in each kind that
        the roster has (DESIGN 7), so its last attempts are for those missing. With few attempts the
        last one by day comes before the waiting rule, and from there on the day is not waited for.
    """
    left = rules.max_misses - misses
    quiet = (staffed & QUIET) > 0
    early = rules.max_misses - rules.waiting_from_misses < FEW_ATTEMPTS
    waits = quiet & (misses >= rules.waiting_from_misses) & early
    open_ = np.where(waits, missing & ~DAY, missing)
    found = np.where(np.bitwise_count(open_) >= left, open_, 0)
    last_by_day = quiet & (misses == rules.waiting_from_misses - 1) & ((missing & DAY) > 0)
    last_by_day &= early & (np.bitwise_count(missing) <= left)
    found = np.where(last_by_day, DAY, found)
    return np.where((misses > 0) & (left > 0), found, 0)


class Rests:
    """Who may be rung at, while the rules are applied one after the other.

    Parameters
    ----------
    known : dict of ndarray
        Columns of ``facts_at``, one value for each of n doors.
    rules : ContactParams
        Rests, ceilings and windows.
    day : datetime64[D]
        Today.
    window : str
        The window now; ``bit`` is its kind.
    staffed : ndarray of int, shape (n,)
        Bits of the kinds that the coming roster staffs at each door.

    Attributes
    ----------
    reason, not_before : ndarray, shape (n,)
        Why not, empty for who may be rung at; and from when again.
    back, second : ndarray of bool, shape (n,)
        Who asked for it, and who opened before without a talk.
    """

    def __init__(
        self,
        known: Known,
        *,
        rules: ContactParams,
        day: np.datetime64,
        window: str,
        bit: int,
        staffed: npt.NDArray[np.int64],
    ) -> None:
        n = len(known["misses"])
        self.known, self.rules, self.day, self.window, self.bit = known, rules, day, window, bit
        self.staffed = staffed
        self.reason = np.full(n, "", dtype=object)
        self.not_before = np.full(n, np.datetime64("NaT", "D"))
        self.back = np.zeros(n, dtype=bool)
        self.second = np.zeros(n, dtype=bool)

    def column(self, name: str) -> npt.NDArray[Any]:
        """Give a column of the facts."""
        return self.known[name]

    def days(self, name: str) -> npt.NDArray[np.datetime64]:
        """Give a column of dates."""
        found: npt.NDArray[np.datetime64] = self.column(name).astype("datetime64[D]")
        return found

    def refuse(
        self,
        mask: npt.NDArray[np.bool_],
        reason: str,
        not_before: npt.NDArray[np.datetime64] | None = None,
    ) -> None:
        """Refuse doors that no earlier rule refused."""
        fresh = np.asarray(mask, dtype=bool) & (self.reason == "")
        self.reason[fresh] = reason
        if not_before is not None:
            self.not_before[fresh] = not_before[fresh]

    def apply_rules(self) -> None:
        """Apply the rest rules of DESIGN 4, strongest first."""
        self.refuse(~np.isnat(self.days("not_a_home_on")), "not_now.not_a_home")
        vacant = self.days("vacant_on")
        again = vacant + np.timedelta64(self.rules.vacant_days, "D")
        self.refuse(again > self.day, "not_now.vacant", again)
        tomorrow = np.full(len(self.reason), self.day + np.timedelta64(1, "D"))
        self.refuse(self.days("last_rung") >= self.day, "not_now.cool_down", tomorrow)
        self._appointments()
        self._contacts()
        self._no_access()
        self._misses()

    def _appointments(self) -> None:
        made = ~np.isnat(self.days("back_on"))
        starts = self.days("back_from")
        fallback = self.days("back_on") + np.timedelta64(1, "D")
        starts = np.where(np.isnat(starts), fallback, starts)
        ends = self.days("back_until")
        days = np.timedelta64(self.rules.come_back_days, "D")
        ends = np.where(np.isnat(ends), np.maximum(self.days("back_on"), starts) + days, ends)
        # A miss since the appointment was an honoured visit: it falls back to the ordinary rules.
        opened = made & ~self.column("back_honoured") & (ends >= self.day)
        window = self.column("back_window")
        fits = (window == "") | (window == self.window)
        self.back = opened & (starts <= self.day) & fits & (self.reason == "")
        later = opened & ~((starts <= self.day) & fits)
        # In its time but not its window: when the window comes is the roster's to say.
        none = np.datetime64("NaT", "D")
        self.refuse(later, "not_now.come_back_later", np.where(starts > self.day, starts, none))

    def _contacts(self) -> None:
        self.refuse(self.column("talked") > 0, "not_now.talked")
        outcome = self.column("last_contact_outcome")
        opened = np.isin(outcome, ["no_talk", "come_back"]) & ~self.back
        self.refuse(opened & (self.column("opened") > 1), "not_now.talked")
        again = self.days("last_contact") + np.timedelta64(self.rules.second_talk_days, "D")
        self.refuse(opened & (again > self.day), "not_now.opened", again)
        self.second = opened & (self.reason == "")
        withdrawn = outcome == "do_not_knock"  # withdrawn since: an ordinary contact, which rests
        self.refuse(withdrawn, "not_now.talked")

    def _no_access(self) -> None:
        times, rests = self.column("no_access"), self.rules.no_access_days
        self.refuse(times >= len(rests), "not_now.no_access")
        rest = np.array([0, *rests], dtype="timedelta64[D]")[np.minimum(times, len(rests))]
        again = self.days("last_no_access") + rest
        self.refuse((times > 0) & (again > self.day), "not_now.cool_down", again)

    def _misses(self) -> None:
        misses = self.column("misses")
        self.refuse((misses >= self.rules.max_misses) & ~self.back, "not_now.rest")
        # A ring just before this cycle began still asks for the shortest rest.
        last = np.where(misses > 0, self.days("last_miss"), self.days("last_rung"))
        contacted = self.column("contacts") > 0
        again = (last + self.rest).astype("datetime64[D]")
        cool = (again > self.day) & ~self.back & ~(contacted & (misses == 0))
        self.refuse(cool, "not_now.cool_down", again)
        due = (again + np.timedelta64(self.rules.waiting_days, "D")).astype("datetime64[D]")
        waits = self.must_wait & ((self.bit & QUIET) == 0)
        self.refuse(waits & (due > self.day), "not_now.waits_for_window", due)
        kept = (self.owed > 0) & ((self.owed & self.bit) == 0)
        wait = np.timedelta64(KIND_WAITS * self.rules.waiting_days, "D")
        due = (again + wait).astype("datetime64[D]")
        self.refuse(kept & (due > self.day), "not_now.other_kind", due)

    @cached_property
    def rest(self) -> npt.NDArray[np.timedelta64]:
        """The rest after the misses so far."""
        days = np.array(self.rules.min_days_after_misses, dtype="timedelta64[D]")
        found: npt.NDArray[np.timedelta64] = days[
            np.clip(self.column("misses") - 1, 0, len(days) - 1)
        ]
        return found

    @property
    def must_wait(self) -> npt.NDArray[np.bool_]:
        """Who was missed so often that only an evening or a Saturday is left, where staffed."""
        often = self.column("misses") >= self.rules.waiting_from_misses
        found: npt.NDArray[np.bool_] = often & ~self.back & ((self.staffed & QUIET) > 0)
        return found

    @cached_property
    def owed(self) -> npt.NDArray[np.int64]:
        """The kinds that the next attempt is kept for, as bits; 0 where any will do."""
        unreached = (self.column("contacts") == 0) & ~self.back
        missing = self.staffed & ~self.column("kinds")
        owed = owed_kinds(self.column("misses"), missing, self.staffed, self.rules)
        found: npt.NDArray[np.int64] = np.where(unreached, owed, 0)
        return found
