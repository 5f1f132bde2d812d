"""What the history answers with, and the limits it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

# Head of store/migrations; a database that says something else is older or newer.
SCHEMA_VERSION: Final = "0001"
# Knocks at an unreached door: ceiling of P04, 24 months.
RETENTION_DAYS: Final = 730
# The quarter of the hour (P03) and who rang (P04) are emptied after this.
FINE_DAYS: Final = 30
# A printed round holds its doors for this long (DESIGN §1).
RESERVED_FOR: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """Answer to recording knocks: each id stands in exactly one of the tuples.

    ``stored`` counts now; ``duplicate`` was there already; ``conflict`` has another content under
    a known id and is kept aside; ``expired`` is past its retention; ``gone`` was erased on request.
    """

    batch_id: str
    stored: tuple[str, ...] = ()
    duplicate: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    gone: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A promised period in which every door gets its turn; ``closed_on`` None while it runs."""

    started_on: date
    weeks: int | None
    closed_on: date | None = None
