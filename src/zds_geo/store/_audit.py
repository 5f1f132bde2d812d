"""The audit log (R10): what was done with the history, chained by hash; no home, no person.

A row is sealed by ``sha256(hash of the row before + its own fields)``. The head keeps where the
chain begins and ends, so that rows cut off at either end are missed. ``note`` goes on from the head
and never mends it: what was broken stays visible.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from zds_geo.core.errors import StoreError
from zds_geo.core.windows import to_quarter
from zds_geo.store._database import Database, utc
from zds_geo.store.schema import AUDIT, AUDIT_HEAD

NOTHING: Final = "0" * 64  # the hash before the first row
# A round code, a batch, an entry of the register, a count, a keyed hash; never a door or a text.
SUBJECT: Final = re.compile(
    r"|[A-Z]{3,12}-[0-9]{2,3}|I[0-9]{4,9}|entry [0-9]{1,9}|[0-9]{1,9}|h:[0-9a-f]{32,64}"
)


class Actor(StrEnum):
    """Who acted: a role, never a name or an account."""

    COORDINATOR = "coordinator"
    PROGRAM = "program"


class Action(StrEnum):
    """What can be noted. A value never changes once used."""

    KNOCKS_ENTERED = "knocks_entered"
    KNOCKS_ADDED = "knocks_added"
    KNOCKS_IMPORTED = "knocks_imported"
    KNOCKS_UNDONE = "knocks_undone"
    KNOCKS_EXPORTED = "knocks_exported"
    REGISTER_ADDED = "register_added"
    REGISTER_WITHDRAWN = "register_withdrawn"
    PLACES_IMPORTED = "places_imported"
    PLACES_ROLLED_BACK = "places_rolled_back"
    ROUND_PLANNED = "round_planned"
    ROUND_REPLACED = "round_replaced"
    SHEET_BACK = "sheet_back"
    SHEET_DESTROYED = "sheet_destroyed"
    SHEET_LOST = "sheet_lost"
    INCIDENT_SHEET = "incident_sheet"
    INCIDENT_LAPTOP = "incident_laptop"
    DOCUMENTS_WRITTEN = "documents_written"
    HISTORY_IMPORTED = "history_imported"
    DOOR_SHOWN = "door_shown"
    DOOR_FORGOTTEN = "door_forgotten"
    RESIDENTS_NEW = "residents_new"
    PRUNED = "pruned"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """Whether the log is whole: ``fault`` is empty, or a key that says what is wrong at ``seq``."""

    n: int
    seq: int
    head: str
    fault: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault


def seal(before: str, row: tuple[int, str, str, str, str]) -> str:
    """Seal a row: SHA-256 over the hash before it and its fields as JSON."""
    text = json.dumps([before, *row], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def note(
    connection: sa.Connection,
    action: Action,
    subject: object = "",
    *,
    now: datetime,
    actor: Actor = Actor.COORDINATOR,
) -> int:
    """Note an action in the transaction of what it notes.

    Parameters
    ----------
    connection : Connection
        Of a writing transaction.
    action : Action
        What was done.
    subject : object
        Round code, batch, ``entry 12`` of the register, a count, ``h:`` and a keyed hash, or empty.
    now : datetime
        Aware; kept to the quarter-hour.
    actor : Actor
        Role.

    Returns
    -------
    int
        Number of the row.

    Raises
    ------
    StoreError
        If the subject is anything else: an address or a door id does not get in.
    """
    text = str(subject)
    if not SUBJECT.fullmatch(text):
        raise StoreError("audit.subject", action=action.value)
    head = connection.execute(sa.select(AUDIT_HEAD)).mappings().first()
    newest = connection.execute(sa.select(sa.func.max(AUDIT.c.seq))).scalar() or 0
    if head is not None:
        last_seq, before = int(head["last_seq"]), str(head["last_hash"])
    else:  # somebody removed it: work goes on, the check keeps telling
        last_seq, before = int(newest), NOTHING
    seq = max(last_seq, int(newest)) + 1
    row = (seq, utc(to_quarter(now)), actor.value, action.value, text)
    sealed = seal(before, row)
    columns = ("seq", "noted_at", "actor", "action", "subject")
    connection.execute(AUDIT.insert(), {**dict(zip(columns, row, strict=True)), "hash": sealed})
    connection.execute(
        AUDIT_HEAD.update().where(AUDIT_HEAD.c.head_id == 1).values(last_seq=seq, last_hash=sealed)
    )
    return seq


def verify(connection: sa.Connection, *, known: tuple[int, str] | None = None) -> AuditCheck:
    """Check that no row was changed, added, left out, moved or cut off.

    Parameters
    ----------
    connection : Connection
        Of any transaction.
    known : tuple of (int, str), optional
        Number and hash of a row as kept elsewhere (a back-up): finds a log that was written anew.

    Returns
    -------
    AuditCheck
        With the first row that is wrong.
    """
    rows = connection.execute(sa.select(AUDIT).order_by(AUDIT.c.seq)).all()
    head = connection.execute(sa.select(AUDIT_HEAD)).mappings().first()
    if head is None:
        return AuditCheck(n=len(rows), seq=0, head="", fault="audit.no_head")
    return _check([tuple(r) for r in rows], dict(head), known=known)


def _check(
    rows: list[tuple[Any, ...]], head: dict[str, Any], *, known: tuple[int, str] | None
) -> AuditCheck:
    last_hash = str(head["last_hash"])

    def wrong(fault: str, seq: int) -> AuditCheck:
        return AuditCheck(n=len(rows), seq=seq, head=last_hash, fault=fault)

    before, expected = str(head["first_before"]), int(head["first_seq"])
    for seq, noted_at, actor, action, subject, sealed in rows:
        if seq != expected:
            return wrong("audit.missing", expected)
        if seal(before, (seq, noted_at, actor, action, subject)) != sealed:
            return wrong("audit.changed", seq)
        if known is not None and seq == known[0] and sealed != known[1]:
            return wrong("audit.rewritten", seq)
        before, expected = sealed, seq + 1
    if (expected - 1, before) != (int(head["last_seq"]), last_hash):
        return wrong("audit.missing", expected)
    if known is not None and known[0] > int(head["last_seq"]):
        return wrong("audit.missing", known[0])
    return AuditCheck(n=len(rows), seq=int(head["last_seq"]), head=last_hash)


def forget_audit(connection: sa.Connection, before: date) -> int:
    """Remove the oldest rows; the chain then begins at the first that stays.

    Parameters
    ----------
    connection : Connection
        Of a writing transaction.
    before : date
        Rows noted before this date (UTC) go.

    Returns
    -------
    int
        Number of rows removed; 0 while the log is broken, so that what shows it stays.
    """
    if not verify(connection).good:
        return 0
    row = AUDIT.c
    stays = connection.execute(
        sa.select(sa.func.min(row.seq)).where(row.noted_at >= before.isoformat())
    ).scalar()
    old = row.noted_at < before.isoformat() if stays is None else row.seq < stays
    last = connection.execute(
        sa.select(row.seq, row.hash).where(old).order_by(row.seq.desc()).limit(1)
    ).first()
    if last is None:
        return 0
    removed = connection.execute(AUDIT.delete().where(row.seq <= last.seq))
    connection.execute(
        AUDIT_HEAD.update()
        .where(AUDIT_HEAD.c.head_id == 1)
        .values(first_seq=last.seq + 1, first_before=last.hash)
    )
    return int(removed.rowcount)


class AuditBook(Database):
    """The audit log of an open history."""

    def note(
        self,
        action: Action,
        subject: object = "",
        *,
        now: datetime,
        actor: Actor = Actor.COORDINATOR,
    ) -> int:
        """Note something that changes nothing else in the history; see ``note``."""
        with self._transaction(writes=True) as connection:
            return note(connection, action, subject, now=now, actor=actor)

    def verify_audit(self, *, known: tuple[int, str] | None = None) -> AuditCheck:
        """Check the log; see ``verify``."""
        with self._transaction(writes=False) as connection:
            return verify(connection, known=known)

    def last_noted(self, action: Action) -> datetime | None:
        """Give when an action was last noted, to the quarter-hour; None where it never was."""
        query = sa.select(sa.func.max(AUDIT.c.noted_at)).where(AUDIT.c.action == action.value)
        with self._transaction(writes=False) as connection:
            found = connection.execute(query).scalar()
        return None if found is None else datetime.fromisoformat(str(found))

    def audit_head(self) -> tuple[int, str]:
        """Give number and hash of the last row, to keep elsewhere (the header of a back-up)."""
        with self._transaction(writes=False) as connection:
            row = connection.execute(
                sa.select(AUDIT_HEAD.c.last_seq, AUDIT_HEAD.c.last_hash)
            ).first()
        return (0, NOTHING) if row is None else (int(row.last_seq), str(row.last_hash))
