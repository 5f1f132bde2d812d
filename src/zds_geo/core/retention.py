"""How long what is kept (P04): defaults, and ceilings that no setting lifts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from zds_geo.core.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days and months that things are kept.

    Attributes
    ----------
    who_rang_days : int
        Who rang, and the quarter-hour.
    after_talk_days : int
        Knocks at a door up to a conversation, counted from that conversation.
    unreached_months : int
        Knocks at a door where nobody was spoken to.
    talk_months : int
        The month of the last conversation.
    state_months : int
        What remains of a door; it goes earlier, when the next cycle closes.
    routes_days : int
        Rounds, their doors, sheets and maps.
    ingest_days : int
        When a batch came in, finer than the day.
    audit_months : int
        The audit log.
    sheets_days : int
        The register of printed sheets.
    backups_days : int
        Back-ups.
    """

    who_rang_days: int = 30
    after_talk_days: int = 30
    unreached_months: int = 12
    talk_months: int = 24
    state_months: int = 60
    routes_days: int = 14
    ingest_days: int = 7
    audit_months: int = 12
    sheets_days: int = 60
    backups_days: int = 35

    def __post_init__(self) -> None:
        """Refuse what is longer than its ceiling, or nothing at all."""
        for one in fields(self):
            value, most = getattr(self, one.name), CEILINGS[one.name]
            if not 1 <= value <= most:
                raise SettingsError(
                    "settings.value", where=f"retention.{one.name}", expected=f"1 … {most}",
                    got=value,
                )  # fmt: skip


CEILINGS: Final = {
    "who_rang_days": 60, "after_talk_days": 60, "unreached_months": 24, "talk_months": 24,
    "state_months": 60, "routes_days": 30, "ingest_days": 14, "audit_months": 24,
    "sheets_days": 90, "backups_days": 35,
}  # fmt: skip
MONTH_DAYS: Final = 365.25 / 12


def month_days(months: int) -> int:
    """Give whole days of some months.

    Parameters
    ----------
    months : int
        Months.

    Returns
    -------
    int
        Rounded.

    Examples
    --------
    >>> month_days(12), month_days(24)
    (365, 730)
    """
    return round(months * MONTH_DAYS)
