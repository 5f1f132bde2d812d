"""The tables of the history, for queries; ``migrations`` makes them.

No column can hold text about a household (P01), and no instant finer than a quarter stands
with a door (P03): everything else is a date. Dates and instants are ISO text in both databases.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator


class IsoDate(TypeDecorator[date]):
    """A date as ``2026-11-23``."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write ISO text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002
        """Read ISO text."""
        return None if value is None else date.fromisoformat(value)


class IsoTime(TypeDecorator[time]):
    """A wall time as ``13:00``."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: time | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write ISO text."""
        return None if value is None else value.isoformat("minutes")

    def process_result_value(self, value: str | None, dialect: Dialect) -> time | None:  # noqa: ARG002
        """Read ISO text."""
        return None if value is None else time.fromisoformat(value)


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant as ``2026-11-23T12:15:00+00:00``; a naive one is an error (R05)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write ISO text in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).isoformat(timespec="seconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read ISO text."""
        return None if value is None else datetime.fromisoformat(value)


metadata: Final = sa.MetaData()

knock: Final = sa.Table(
    "knock",
    metadata,
    sa.Column("knock_id", sa.Text, primary_key=True),
    sa.Column("door_id", sa.Text, nullable=False),
    sa.Column("knocked_on", IsoDate, nullable=False),
    sa.Column("time_window", sa.Text, nullable=False),
    sa.Column("knocked_at", UtcInstant),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("come_back_window", sa.Text, nullable=False),
    sa.Column("come_back_from", IsoDate),
    sa.Column("come_back_until", IsoDate),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("corrects", sa.Text),
)
# Who rang stands apart: the planner and reports do not read it (P12).
knock_assistant: Final = sa.Table(
    "knock_assistant",
    metadata,
    sa.Column("knock_id", sa.Text, sa.ForeignKey("knock.knock_id"), primary_key=True),
    sa.Column("assistant_id", sa.Text, nullable=False),
)
batch: Final = sa.Table(
    "batch",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("recorded_on", IsoDate, nullable=False),
    sa.Column("undone_on", IsoDate),
)
batch_knock: Final = sa.Table(
    "batch_knock",
    metadata,
    sa.Column("number", sa.Integer, sa.ForeignKey("batch.number"), primary_key=True),
    sa.Column("knock_id", sa.Text, sa.ForeignKey("knock.knock_id"), primary_key=True),
)
# Same id, other content: kept aside. Also the undone content an id had before.
knock_aside: Final = sa.Table(
    "knock_aside",
    metadata,
    sa.Column("knock_id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("door_id", sa.Text, nullable=False),
    sa.Column("knocked_on", IsoDate, nullable=False),
    sa.Column("time_window", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("come_back_window", sa.Text, nullable=False),
    sa.Column("come_back_from", IsoDate),
    sa.Column("come_back_until", IsoDate),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("corrects", sa.Text),
    sa.Column("number", sa.Integer, sa.ForeignKey("batch.number"), nullable=False),
)
# The do-not-knock register as events: door and date, no reason, no person (P07).
register: Final = sa.Table(
    "do_not_knock",
    metadata,
    sa.Column("event_number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("door_id", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("event_on", IsoDate, nullable=False),
    sa.Column("number", sa.Integer, sa.ForeignKey("batch.number")),
)
door_lineage: Final = sa.Table(
    "door_lineage",
    metadata,
    sa.Column("old_door_id", sa.Text, primary_key=True),
    sa.Column("new_door_id", sa.Text, primary_key=True),
    sa.Column("since", IsoDate, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
)
cycle: Final = sa.Table(
    "cycle",
    metadata,
    sa.Column("started_on", IsoDate, primary_key=True),
    sa.Column("weeks", sa.Integer),
    sa.Column("closed_on", IsoDate),
)
round_: Final = sa.Table(
    "round",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("round_on", IsoDate, nullable=False),
    sa.Column("assistant_id", sa.Text, nullable=False),
    sa.Column("time_window", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reserved_on", IsoDate, nullable=False),
    sa.Column("closed_on", IsoDate),
    sa.Column("payload", sa.Text, nullable=False),
)
round_door: Final = sa.Table(
    "round_door",
    metadata,
    sa.Column("code", sa.Text, sa.ForeignKey("round.code"), primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("door_id", sa.Text, nullable=False),
)
shift_change: Final = sa.Table(
    "shift_change",
    metadata,
    sa.Column("assistant_id", sa.Text, primary_key=True),
    sa.Column("shift_on", IsoDate, primary_key=True),
    sa.Column("cancelled", sa.Integer, nullable=False),
    sa.Column("starts", IsoTime),
    sa.Column("ends", IsoTime),
    sa.Column("changed_on", IsoDate, nullable=False),
)
TABLES: Final = tuple(metadata.tables)
