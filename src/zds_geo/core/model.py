"""The nouns: a knock, a shift, a round, a plan. Frozen, and they check themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from zds_geo.core.errors import KnockError, UsageError
from zds_geo.core.ids import DOOR_ID
from zds_geo.core.outcomes import Outcome, Source

LINEAGE_KINDS: Final = ("linked", "merged", "split", "unsure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Where data came from: travels to every output.

    ``kind`` is ``addresses``, ``buurten`` or ``streets``; ``data_date`` is an ISO date or year,
    empty when the file does not tell; ``invented`` marks made-up example data.
    """

    kind: str
    file: str
    sha256: str
    format: str
    data_date: str
    licence: str
    credit: str
    invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One attempt or contact at one door: a fact, never edited (DESIGN §5)."""

    knock_id: str
    door_id: str
    knocked_on: date
    window: str
    outcome: Outcome
    source: Source
    knocked_at: datetime | None = None
    come_back_window: str = ""
    come_back_from: date | None = None
    come_back_until: date | None = None
    assistant_id: str = ""
    corrects: str = ""

    def __post_init__(self) -> None:
        """Refuse a knock that says two things at once."""
        fault = self._fault()
        if fault:
            raise KnockError(f"error.knock.{fault}", knock_id=self.knock_id)

    def _fault(self) -> str:
        if not DOOR_ID.fullmatch(self.door_id):
            return "door_id"
        try:
            canonical = str(UUID(self.knock_id)) == self.knock_id
        except ValueError:
            canonical = False
        if not canonical:
            return "knock_id"
        come_back = self.come_back_window or self.come_back_from or self.come_back_until
        if come_back and self.outcome is not Outcome.COME_BACK:
            return "come_back"
        if (self.come_back_from or date.min) > (self.come_back_until or date.max):
            return "come_back_order"
        return self._time_fault()

    def _time_fault(self) -> str:
        if self.knocked_at is not None:
            if self.knocked_at.tzinfo is None:
                return "time_zone"
            if self.knocked_at.minute % 15 or self.knocked_at.second:
                return "quarter"
        if not self.window and self.source not in {Source.ELSEWHERE, Source.REQUEST}:
            return "window"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A named point to start or end at; WGS84 degrees."""

    label: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """An assistant's time on one date. ``start_at``/``end_at`` aware; one piece per window."""

    assistant_id: str
    start_at: datetime
    end_at: datetime
    window: str
    buurt_codes: tuple[str, ...]
    start: Place
    end: Place
    max_metres: int | None = None
    stairs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDoor:
    """A door on a round. ``reason`` is a catalogue key of the closed list (``reason.*``)."""

    door_id: str
    label: str
    reason: str
    line: int
    come_back_window: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStop:
    """One stop on a round; ``arrive_s`` counts from the start of the shift."""

    n: int
    stop_id: str
    lon: float
    lat: float
    street: str
    doors: tuple[RoundDoor, ...]
    arrive_s: int
    service_s: int
    window: str
    street_side_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A break on a round: after which line (0: before the first), when and how long.

    ``at_s`` counts from the start of the shift; ``label`` names the place, empty for anywhere.
    """

    after_line: int
    at_s: int
    length_s: int
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The ordered stops of one shift, frozen under a speakable code."""

    round_id: str
    date: date
    assistant_id: str
    buurt_codes: tuple[str, ...]
    start_at: datetime
    end_at: datetime
    window: str
    start: Place
    end: Place
    length_m: int
    walk_s: int
    service_s: int
    expected_contacts: int | None
    stop_reason: str
    stops: tuple[RoundStop, ...]
    route: tuple[tuple[float, float], ...]  # lon, lat in walking order
    pause: Pause | None = None

    @property
    def pause_s(self) -> int:
        """Seconds of break; they count neither as walking nor as time at the door."""
        return 0 if self.pause is None else self.pause.length_s

    @property
    def door_ids(self) -> tuple[str, ...]:
        """Ids of the doors in line order."""
        return tuple(d.door_id for s in self.stops for d in s.doors)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedShift:
    """A shift for which no round was made; ``why`` is a catalogue key."""

    assistant_id: str
    start_at: datetime
    end_at: datetime
    window: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All rounds of one date, what was left out and why, and what it was made from."""

    date: date
    area: str
    seed: int
    inputs: dict[str, str]
    rounds: tuple[Round, ...]
    skipped: dict[str, int] = field(default_factory=dict)
    unserved_shifts: tuple[UnservedShift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """One home lives on in another: ``linked`` (same home, other id), ``merged`` or ``split``.

    ``unsure``: perhaps; a do-not-knock is handed on, the history is not.
    """

    old_door_id: str
    new_door_id: str
    kind: str

    def __post_init__(self) -> None:
        """Refuse an unknown kind and a door that becomes itself."""
        if self.kind not in LINEAGE_KINDS or self.old_door_id == self.new_door_id:
            raise UsageError("error.lineage", kind=self.kind)


class FixKind(StrEnum):
    """What people on the street know better than the open data."""

    ADD_DOOR = "add_door"
    HIDE_DOOR = "hide_door"
    MOVE_ENTRANCE = "move_entrance"
    CLOSE_PATH = "close_path"
    ADD_CROSSING = "add_crossing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFix:
    """One correction from the field; which fields count follows from its kind.

    ``x1 y1`` (and ``x2 y2`` of a crossing) are EPSG:28992, metres. It holds from ``since`` up to
    and including ``until``.
    """

    fix_id: int
    kind: FixKind
    since: date
    until: date | None = None
    door_id: str = ""
    street: str = ""
    number: str = ""
    edge_id: str = ""
    x1: float | None = None
    y1: float | None = None
    x2: float | None = None
    y2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where the data comes from; ``cbs`` holds ``{year}`` and is tried from the newest year."""

    bag: str = "https://api.pdok.nl/kadaster/bag/ogc/v2"
    cbs: str = "https://api.pdok.nl/cbs/wijken-en-buurten-{year}/ogc/v1"
    years: tuple[int, ...] = (2026, 2025, 2024, 2023)
    overpass: str = "https://overpass-api.de/api/interpreter"
    extract: str = "https://download.geofabrik.de/europe/netherlands-latest.osm.pbf"

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be asked."""
        urls = (self.bag, self.cbs, self.overpass, self.extract)
        return frozenset(urlsplit(url).netloc for url in urls)
