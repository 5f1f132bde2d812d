"""The tables of the history. Dates and instants are ISO text, so both databases hold the same."""

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy import Text as AnyText

from zds_geo.core.model import FixKind
from zds_geo.core.outcomes import Outcome, Source

SCHEMA_VERSION: Final = "0006"
METADATA: Final = MetaData()
# Text sorts by its bytes on both databases, whatever language the server speaks.
Text: Final = AnyText().with_variant(AnyText(collation="C"), "postgresql")


def _one_of(column: str, values: list[str]) -> CheckConstraint:
    return CheckConstraint(
        f"{column} IN ({', '.join(repr(v) for v in values)})", name=f"{column}_known"
    )


KNOCK: Final = Table(
    "knock", METADATA,
    Column("knock_id", Text, primary_key=True),
    Column("door_id", Text, nullable=False),
    Column("knocked_on", Text, nullable=False),
    Column("window", Text, nullable=False),
    Column("knocked_at", Text),
    Column("outcome", Text, nullable=False),
    Column("come_back_window", Text, nullable=False),
    Column("come_back_from", Text),
    Column("come_back_until", Text),
    Column("source", Text, nullable=False),
    Column("corrects", Text, nullable=False),
    _one_of("outcome", [o.value for o in Outcome]),
    _one_of("source", [s.value for s in Source]),
    Index("knock_door", "door_id"),
    sqlite_strict=True,
)  # fmt: skip
# Who rang stands apart: the planner and reports do not read it (P12).
KNOCK_ASSISTANT: Final = Table(
    "knock_assistant", METADATA,
    Column("knock_id", Text, ForeignKey("knock.knock_id"), primary_key=True),
    Column("assistant_id", Text, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
BATCH: Final = Table(
    "batch", METADATA,
    Column("batch_id", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("undone_at", Text),
    sqlite_strict=True,
)  # fmt: skip
BATCH_KNOCK: Final = Table(
    "batch_knock", METADATA,
    Column("batch_id", Text, ForeignKey("batch.batch_id"), nullable=False),
    Column("knock_id", Text, ForeignKey("knock.knock_id"), nullable=False),
    PrimaryKeyConstraint("batch_id", "knock_id"),
    Index("batch_knock_knock", "knock_id"),
    sqlite_strict=True,
)  # fmt: skip
CONFLICT: Final = Table(
    "conflict", METADATA,
    Column("conflict_id", Integer, primary_key=True),
    Column("batch_id", Text, nullable=False),
    Column("knock_id", Text, nullable=False),
    Column("door_id", Text, nullable=False),
    Column("knocked_on", Text, nullable=False),
    Column("window", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("come_back_window", Text, nullable=False),
    Column("come_back_from", Text),
    Column("come_back_until", Text),
    Column("corrects", Text, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
DO_NOT_KNOCK: Final = Table(
    "do_not_knock", METADATA,
    Column("entry_id", Integer, primary_key=True),
    Column("door_id", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("knock_id", Text, ForeignKey("knock.knock_id")),
    Column("withdrawn_on", Text),
    sqlite_strict=True,
)  # fmt: skip
CYCLE: Final = Table(
    "cycle", METADATA,
    Column("cycle_id", Integer, primary_key=True),
    Column("started_on", Text, nullable=False),
    Column("weeks", Integer),
    Column("closed_on", Text),
    sqlite_strict=True,
)  # fmt: skip
ROUND: Final = Table(
    "round", METADATA,
    Column("code", Text, primary_key=True),
    Column("date", Text, nullable=False),
    Column("assistant_id", Text, nullable=False),
    Column("window", Text, nullable=False),
    Column("reserved_at", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_on", Text),
    Column("payload", Text, nullable=False),
    _one_of("status", ["open", "entered", "closed", "replaced"]),
    sqlite_strict=True,
)  # fmt: skip
ROUND_DOOR: Final = Table(
    "round_door", METADATA,
    Column("code", Text, ForeignKey("round.code"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("door_id", Text, nullable=False),
    PrimaryKeyConstraint("code", "line"),
    sqlite_strict=True,
)  # fmt: skip
SHIFT_CHANGE: Final = Table(
    "shift_change", METADATA,
    Column("assistant_id", Text, nullable=False),
    Column("date", Text, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("starts", Text),
    Column("ends", Text),
    PrimaryKeyConstraint("assistant_id", "date"),
    sqlite_strict=True,
)  # fmt: skip
DOOR_LINEAGE: Final = Table(
    "door_lineage", METADATA,
    Column("old_door_id", Text, nullable=False),
    Column("new_door_id", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("kind", Text, nullable=False),
    PrimaryKeyConstraint("old_door_id", "new_door_id"),
    sqlite_strict=True,
)  # fmt: skip
DOOR_STATUS: Final = Table(
    "door_status", METADATA,
    Column("door_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("since", Text, nullable=False),
    _one_of("status", ["missing", "retired"]),
    sqlite_strict=True,
)  # fmt: skip
FIELD_FIX: Final = Table(
    "field_fix", METADATA,
    Column("fix_id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("door_id", Text),
    Column("street", Text),
    Column("number", Text),
    Column("edge_id", Text),
    Column("x1_mm", Integer),
    Column("y1_mm", Integer),
    Column("x2_mm", Integer),
    Column("y2_mm", Integer),
    Column("since", Text, nullable=False),
    Column("until", Text),
    Column("removed_on", Text),
    _one_of("kind", [k.value for k in FixKind]),
    sqlite_strict=True,
)  # fmt: skip
# Lasting areas. A division is written whole and never changed; the newest that was not taken back
# holds. It says whose a door is, not who rang there.
DIVISION: Final = Table(
    "division", METADATA,
    Column("division_id", Integer, primary_key=True),
    Column("made_at", Text, nullable=False),
    Column("withdrawn_at", Text),
    sqlite_strict=True,
)  # fmt: skip
DIVISION_DOOR: Final = Table(
    "division_door", METADATA,
    Column("division_id", Integer, ForeignKey("division.division_id"), nullable=False),
    Column("door_id", Text, nullable=False),
    Column("assistant_id", Text, nullable=False),
    PrimaryKeyConstraint("division_id", "door_id"),
    sqlite_strict=True,
)  # fmt: skip
# What remains of a door when its knocks are gone (DESIGN 5); months are YYYY-MM.
DOOR_STATE: Final = Table(
    "door_state", METADATA,
    Column("door_id", Text, primary_key=True),
    Column("month_last_tried", Text, nullable=False),
    Column("month_last_talked", Text, nullable=False),
    Column("kinds_tried", Text, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("vacant_on", Text),
    Column("not_a_home_on", Text),
    # Of which cycle kinds and misses are, and what contact there was in it.
    Column("cycle_on", Text, nullable=False, server_default=""),
    Column("contacts_had", Text, nullable=False, server_default=""),
    sqlite_strict=True,
)  # fmt: skip
# That somebody gave the list of doors nobody rings at, or said that there is none.
REGISTER_SOURCE: Final = Table(
    "register_source", METADATA,
    Column("source_id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("given_on", Text, nullable=False),
    _one_of("kind", ["list", "none", "invented"]),
    sqlite_strict=True,
)  # fmt: skip
# What remains of forgotten knocks together: blocks of at least twenty doors.
LASTING_COUNT: Final = Table(
    "lasting_count", METADATA,
    Column("block_id", Text, nullable=False),
    Column("buurt_code", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("weekday_class", Text, nullable=False),
    Column("window", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("talked", Integer, nullable=False),
    PrimaryKeyConstraint("block_id", "month", "weekday_class", "window"),
    _one_of("weekday_class", ["weekday", "saturday", "sunday"]),
    sqlite_strict=True,
)  # fmt: skip
# Doors whose history was erased, as keyed hashes: what comes late is not stored again.
ERASURE: Final = Table(
    "erasure", METADATA,
    Column("door_hash", Text, nullable=False),
    Column("erased_on", Text, nullable=False),
    PrimaryKeyConstraint("door_hash", "erased_on"),
    sqlite_strict=True,
)  # fmt: skip
# What the store keeps for itself: when it last forgot, the key of the hashes.
KEEPER: Final = Table(
    "keeper", METADATA,
    Column("item", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
# Who did what with the history, without a home or a person in it (R10). Rows are chained by hash;
# the head stands apart, so that rows cut off at the end are missed too.
AUDIT: Final = Table(
    "audit", METADATA,
    Column("seq", Integer, primary_key=True),
    Column("noted_at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("hash", Text, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
AUDIT_HEAD: Final = Table(
    "audit_head", METADATA,
    Column("head_id", Integer, primary_key=True),
    Column("first_seq", Integer, nullable=False),
    Column("first_before", Text, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("last_hash", Text, nullable=False),
    CheckConstraint("head_id = 1", name="head_single"),
    sqlite_strict=True,
)  # fmt: skip
# Printed sheets, out and back (P13). The pseudonym goes before it could tell who rang where.
SHEET: Final = Table(
    "sheet", METADATA,
    Column("code", Text, primary_key=True),
    Column("date", Text, nullable=False),
    Column("assistant_id", Text),
    Column("printed_on", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("back_on", Text),
    _one_of("status", ["out", "entered", "returned", "destroyed", "lost", "replaced"]),
    sqlite_strict=True,
)  # fmt: skip
