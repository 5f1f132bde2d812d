"""First schema of the history.

Frozen: later changes are later versions. Values of outcomes and sources are closed lists.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_OUTCOMES = (
    "'talked','no_talk','come_back','do_not_knock','not_home','no_access','vacant','not_a_home'"
)
_SOURCES = "'paper','phone','import','elsewhere','request'"
# Nothing finer than a quarter of an hour, in UTC: minutes and beyond of the ISO text (P03).
_QUARTERS = ", ".join(f"'{minute:02}:00+00:00'" for minute in (0, 15, 30, 45))


def _text(name: str, *, null: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null, primary_key=key)


def _number(name: str, target: str = "", *, null: bool = False, key: bool = False) -> sa.Column[int]:
    links = [sa.ForeignKey(target)] if target else []
    return sa.Column(
        name, sa.Integer, *links, nullable=null, primary_key=key, autoincrement=False
    )


def _of_knock(*, key: bool) -> sa.Column[str]:
    return sa.Column(
        "knock_id", sa.Text, sa.ForeignKey("knock.knock_id"), nullable=False, primary_key=key
    )


def _content() -> list[sa.schema.SchemaItem]:
    return [
        _text("door_id"),
        _text("knocked_on"),
        _text("time_window"),
        _text("outcome"),
        _text("come_back_window"),
        _text("come_back_from", null=True),
        _text("come_back_until", null=True),
        _text("source"),
        _text("corrects", null=True),
        sa.CheckConstraint(f"outcome IN ({_OUTCOMES})"),
        sa.CheckConstraint(f"source IN ({_SOURCES})"),
        sa.CheckConstraint("length(knock_id) = 36"),
        sa.CheckConstraint("length(door_id) <= 40 AND length(knocked_on) = 10"),
        sa.CheckConstraint("length(time_window) <= 40 AND length(come_back_window) <= 40"),
        sa.CheckConstraint("corrects IS NULL OR length(corrects) = 36"),
    ]


def _make(name: str, *items: sa.schema.SchemaItem) -> None:
    op.create_table(name, *items, sqlite_strict=True)


def upgrade() -> None:
    """Make every table."""
    _make(
        "knock",
        _text("knock_id", key=True),
        _text("knocked_at", null=True),
        sa.CheckConstraint("substr(knocked_at, 15) IN (" + _QUARTERS + ")"),
        *_content(),
    )
    op.create_index("knock_corrects", "knock", ["corrects"])
    op.create_index("knock_door", "knock", ["door_id"])
    _make(
        "knock_assistant",
        _of_knock(key=True),
        _text("assistant_id"),
        sa.CheckConstraint("length(assistant_id) BETWEEN 1 AND 40"),
    )
    _make(
        "batch",
        _number("number", key=True),
        _text("label"),
        _text("recorded_on"),
        _text("undone_on", null=True),
        sa.CheckConstraint("length(label) <= 60"),
    )
    _make("batch_knock", _number("number", "batch.number", key=True), _of_knock(key=True))
    op.create_index("batch_knock_knock", "batch_knock", ["knock_id"])
    _make(
        "knock_aside",
        _text("knock_id", key=True),
        _text("digest", key=True),
        _text("why"),
        _number("number", "batch.number"),
        sa.CheckConstraint("why IN ('conflict','undone')"),
        *_content(),
    )
    _make_register()
    _make_rhythm()


def _make_register() -> None:
    _make(
        "do_not_knock",
        _number("event_number", key=True),
        _text("door_id"),
        _text("event"),
        _text("event_on"),
        _number("number", "batch.number", null=True),
        sa.CheckConstraint("event IN ('added','withdrawn')"),
    )
    _make(
        "door_lineage",
        _text("old_door_id", key=True),
        _text("new_door_id", key=True),
        _text("since"),
        _text("kind"),
        sa.CheckConstraint("kind IN ('renumber','split','merge','link')"),
    )


def _make_rhythm() -> None:
    _make(
        "cycle",
        _text("started_on", key=True),
        _number("weeks", null=True),
        _text("closed_on", null=True),
    )
    _make(
        "round",
        _text("code", key=True),
        _text("round_on"),
        _text("assistant_id"),
        _text("time_window"),
        _text("status"),
        _text("reserved_on"),
        _text("closed_on", null=True),
        _text("payload"),
        sa.CheckConstraint("status IN ('open','closed','replaced')"),
    )
    _make(
        "round_door",
        sa.Column("code", sa.Text, sa.ForeignKey("round.code"), primary_key=True),
        _number("line", key=True),
        _text("door_id"),
    )
    _make(
        "shift_change",
        _text("assistant_id", key=True),
        _text("shift_on", key=True),
        _number("cancelled"),
        _text("starts", null=True),
        _text("ends", null=True),
        _text("changed_on"),
    )
