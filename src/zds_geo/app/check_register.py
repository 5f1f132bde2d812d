"""What ``zds doctor`` says of the audit log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from zds_geo.app._safety import Finding
from zds_geo.app.back_up import FOLDER, find_keys
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import StoreError, ZdsGeoError
from zds_geo.core.texts import say

_QUARTER: Final = timedelta(minutes=15)  # what the audit log rounds down to
_RECENT: Final = timedelta(days=-35)
MARK_LENGTH: Final = 8  # enough to compare by eye with a mark that was written down


def check_audit(workspace: Workspace, *, now: datetime) -> list[Finding]:
    """Check that the audit log is whole.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    now : datetime
        Aware.

    Returns
    -------
    list of Finding
        One; none where the history cannot be opened, which is told elsewhere.
    """
    from zds_geo.store import Action

    try:
        with open_store(workspace, now=now) as store:
            restored = store.last_noted(Action.BACKUP_RESTORED)
            found = store.verify_audit(known=_kept_elsewhere(workspace, since=restored, now=now))
    except ZdsGeoError:
        return []
    if found.good:
        mark = found.head[:MARK_LENGTH]
        return [Finding(good=True, key="doctor.audit", facts={"n": found.n, "mark": mark})]
    fault = say(found.fault, seq=found.seq)
    return [Finding(good=False, key="doctor.audit_broken", facts={"fault": fault})]


def _kept_elsewhere(
    workspace: Workspace, *, since: datetime | None, now: datetime
) -> tuple[int, str] | None:
    """Give where the audit log ended in the newest backup of this history.

    A backup from before the last restore may hold rows that the restored history never had.
    """
    from zds_geo.store import find_backups

    try:
        mine = find_keys(workspace.root)  # backups of another workspace may lie there too
    except StoreError:  # a broken key file is told elsewhere
        return None
    for backup in reversed(find_backups(workspace.root / FOLDER)):
        if backup.key_number not in mine or not _RECENT < backup.made_at - now <= timedelta(0):
            continue  # an old one may be of before a restore that the log no longer tells
        if since is not None and backup.made_at < since + _QUARTER:
            return None
        if backup.audit is not None:
            return backup.audit
    return None
