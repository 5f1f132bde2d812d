"""What the cooperative decides in ``zds.toml`` (``read_settings`` reads it)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from zds_geo.app._privacy_settings import PrivacySettings
from zds_geo.core.errors import SettingsError
from zds_geo.core.model import Services
from zds_geo.core.retention import Retention
from zds_geo.core.windows import (
    DEFAULT_WINDOWS,
    WindowScheme,
)

FILE_NAME: Final = "zds.toml"
LONGEST_CYCLE: Final = 520  # weeks
# Local time after which nobody rings, per month (January first): dark evenings end earlier.
LATEST_BELL: Final = tuple(
    time(20, 0) if m in {1, 2, 3, 10, 11, 12} else time(20, 30) for m in range(1, 13)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSettings:
    """The area: a name, and the buurten, wijken or gemeente it consists of."""

    name: str
    buurt_codes: tuple[str, ...] = ()
    wijk_codes: tuple[str, ...] = ()
    gemeente_code: str = ""
    buurt_names: tuple[str, ...] = ()
    gemeente_name: str = ""

    @property
    def is_invented(self) -> bool:
        """Whether this is the example quarter: municipality 9999 does not exist."""
        return bool(self.buurt_codes) and all(c.startswith("BU9999") for c in self.buurt_codes)

    @property
    def is_chosen(self) -> bool:
        """Whether anything was chosen."""
        return bool(
            self.buurt_codes
            or self.wijk_codes
            or self.gemeente_code
            or self.buurt_names
            or self.gemeente_name
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPoint:
    """A place where shifts start or end: coordinates, or an address among the doors."""

    id: str
    label: str
    lon: float | None = None
    lat: float | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """An assistant under a pseudonym, with an own buurt."""

    id: str
    buurt_codes: tuple[str, ...]
    start: str
    end: str
    max_metres: int | None = None
    stairs: bool = True
    large_print: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRule:
    """When an assistant walks: weekdays (0 = Monday) or dates, local wall time.

    ``break_min`` minutes are a break: at a meeting point (``break_at``) or anywhere, begun between
    ``break_from`` and ``break_to`` (the middle third of the shift unless given).
    """

    assistant: str
    weekdays: frozenset[int]
    dates: frozenset[date]
    starts: time
    ends: time
    break_min: int = 0
    break_at: str = ""
    break_from: time | None = None
    break_to: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTimes:
    """Seconds at the door and on the way (DESIGN §7); margin in minutes per shift."""

    walk_m_s: float = 1.1
    closed_s: int = 90
    talk_s: int = 480
    margin_min: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleSettings:
    """The promised period: start date and length in weeks; None until the first cycle starts."""

    started_on: date | None = None
    weeks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceSettings:
    """Whether rounds learn from the history, and which share of the days does not, to compare."""

    learn: bool = False
    plain_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSettings:
    """Wording of the letter-box cards; the usual wording where empty."""

    organisation: str = ""
    telephone: str = ""
    head: str = ""
    who: str = ""
    why: str = ""
    text_1: str = ""
    text_2: str = ""
    text_3: str = ""
    object: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything in ``zds.toml``."""

    area: AreaSettings
    cycle: CycleSettings = field(default_factory=CycleSettings)
    meeting_points: tuple[MeetingPoint, ...] = ()
    assistants: tuple[Assistant, ...] = ()
    shifts: tuple[ShiftRule, ...] = ()
    windows: WindowScheme = DEFAULT_WINDOWS
    closed_days: frozenset[date] = frozenset()
    latest_bell: tuple[time, ...] = LATEST_BELL
    service: ServiceTimes = field(default_factory=ServiceTimes)
    min_days_after_misses: tuple[int, ...] = (7, 7, 10, 14, 21, 28, 42)
    max_misses: int = 6
    history: str = "knocks.sqlite"
    services: Services = field(default_factory=Services)
    chance: ChanceSettings = field(default_factory=ChanceSettings)
    retention: Retention = field(default_factory=Retention)
    cards: CardSettings = field(default_factory=CardSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)

    def assistant(self, assistant_id: str) -> Assistant:
        """Give the assistant with this pseudonym; SettingsError when there is none."""
        for assistant in self.assistants:
            if assistant.id == assistant_id:
                return assistant
        known = ", ".join(a.id for a in self.assistants) or "-"
        raise SettingsError("settings.no_assistant", got=assistant_id, known=known)

    def meeting_point(self, point_id: str) -> MeetingPoint:
        """Give the meeting point with this id; SettingsError when there is none."""
        for point in self.meeting_points:
            if point.id == point_id:
                return point
        known = ", ".join(p.id for p in self.meeting_points) or "-"
        raise SettingsError("settings.no_meeting_point", got=point_id, known=known)
