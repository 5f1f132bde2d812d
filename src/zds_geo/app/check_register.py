"""What ``zds doctor`` says of the audit log."""

from __future__ import annotations

from datetime import datetime

from zds_geo.app._safety import Finding
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import ZdsGeoError
from zds_geo.core.texts import say

MARK_LENGTH = 8  # enough to compare by eye with a mark that was written down


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
    try:
        with open_store(workspace, now=now) as store:
            found = store.verify_audit()
    except ZdsGeoError:
        return []
    if found.good:
        mark = found.head[:MARK_LENGTH]
        return [Finding(good=True, key="doctor.audit", facts={"n": found.n, "mark": mark})]
    fault = say(found.fault, seq=found.seq)
    return [Finding(good=False, key="doctor.audit_broken", facts={"fault": fault})]
