"""``zds knocks``: outcomes in, singly or from CSV; out again; undone; and the register."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app._sheet_knocks import SHEET_NAMESPACE
from zds_geo.app.find_doors import get_door
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.errors import KnockError, UsageError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import CONTACTS, Outcome, Source, short_code
from zds_geo.core.windows import AMSTERDAM, day_text

if TYPE_CHECKING:
    from zds_geo.store import HistoryStore, RecordResult


# What one can hear away from the door: a contact, or that nobody lives there.
TOLD_ELSEWHERE: Final = CONTACTS | {Outcome.VACANT, Outcome.NOT_A_HOME}


def add_knock(
    workspace: Workspace,
    door: str,
    outcome: Outcome,
    *,
    on: date,
    window: str,
    source: Source,
    come_back_window: str = "",
    come_back_from: date | None = None,
    come_back_until: date | None = None,
    assistant: str = "",
    now: datetime,
) -> RecordResult:
    """Add one knock, or a contact elsewhere.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    outcome : Outcome
        What happened.
    on : date
        Local date.
    window : str
        Name of a window; empty for a contact elsewhere or a request.
    source : Source
        Where it was recorded.
    come_back_window : str
        With ``come_back``: when to return; empty is any.
    come_back_from, come_back_until : date, optional
        With ``come_back``: the dates between which to return.
    assistant : str
        Pseudonym of who rang; empty is unknown.
    now : datetime
        Aware.

    Returns
    -------
    RecordResult
        The batch and what was stored; the same again stores nothing.

    Raises
    ------
    UsageError
        If the date lies in the future, a contact elsewhere was none, or another outcome was
        entered for this door on that date and in that window.
    """
    windows = workspace.settings.windows
    for name in filter(None, (window, come_back_window)):
        windows.get(name)
    if assistant:
        workspace.settings.assistant(assistant)
    if source is Source.ELSEWHERE and outcome not in TOLD_ELSEWHERE:
        raise UsageError("entry.elsewhere", got=short_code(outcome))
    if source is Source.ELSEWHERE and window:
        raise UsageError("entry.elsewhere_window")
    if on > now.astimezone(AMSTERDAM).date():
        raise UsageError("knocks.future", got=day_text(on))
    known = [w.name for w in windows.on(on)]
    if window and known and window not in known:
        raise UsageError("entry.window_of_day", got=window, on=day_text(on), known=", ".join(known))
    door_id = get_door(workspace, door)
    text = f"{door_id} {on} {window} {outcome} {source}"
    if come_back_window or come_back_from or come_back_until:
        text += f" {come_back_window} {come_back_from} {come_back_until}"
    knock = Knock(
        knock_id=str(uuid.uuid5(SHEET_NAMESPACE, text)),
        door_id=door_id,
        knocked_on=on,
        window=window,
        outcome=outcome,
        source=source,
        come_back_window=come_back_window,
        come_back_from=come_back_from,
        come_back_until=come_back_until,
        assistant_id=assistant,
    )
    with open_store(workspace, now=now) as store:
        if window:
            _require_new(store, knock)
        return store.record([knock], label="add", now=now)


def _require_new(store: HistoryStore, knock: Knock) -> None:
    """Refuse a second outcome for one door in one window of one day."""
    knocks = store.read_knocks()
    same = knocks.loc[
        (knocks["door_id"] == knock.door_id)
        & (knocks["knocked_on"] == knock.knocked_on)
        & (knocks["window"] == knock.window)
        & (knocks.index != knock.knock_id)
    ]
    if len(same):
        raise UsageError(
            "entry.day_twice",
            outcome=short_code(Outcome(str(same["outcome"].iloc[0]))),
            on=day_text(knock.knocked_on),
        )


def import_knocks(workspace: Workspace, path: Path, *, now: datetime) -> RecordResult:
    """Import a knocks CSV: all of it, or nothing when a row is wrong.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    path : Path
        A CSV as in DESIGN §5.
    now : datetime
        Aware.

    Returns
    -------
    RecordResult
        Importing again, or in another order, changes nothing.

    Raises
    ------
    KnockError
        Naming the first wrong lines; nothing is stored then.
    """
    from zds_geo.store import read_knocks_csv

    read = read_knocks_csv(path, now=now, windows=workspace.settings.windows)
    if read.faults:
        raise KnockError(
            "knocks.faults", path=path.name, n=len(read.faults), first=_first_faults(read.faults)
        )
    with open_store(workspace, now=now) as store:
        return store.record(read.knocks, label=path.name, now=now)


def _first_faults(faults: Sequence[object]) -> str:
    return " ".join(str(f) for f in faults[:3])


def export_knocks(workspace: Workspace, path: Path, *, now: datetime) -> int:
    """Write all live knocks to a CSV; it holds who was home when: keep it safe.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    path : Path
        File to write.
    now : datetime
        Aware.

    Returns
    -------
    int
        Number of rows.
    """
    from zds_geo.store import Action, write_knocks_csv

    with open_store(workspace, now=now) as store:
        knocks = store.read_knocks(with_assistants=True)
        store.note(Action.KNOCKS_EXPORTED, len(knocks), now=now)  # before anything leaves
        return write_knocks_csv(path, knocks)


def undo_batch(workspace: Workspace, batch_id: str, *, now: datetime) -> int:
    """Undo a batch: its knocks no longer count.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    batch_id : str
        As shown when it was recorded.
    now : datetime
        Aware.

    Returns
    -------
    int
        Number of knocks that no longer count.
    """
    with open_store(workspace, now=now) as store:
        return store.undo_batch(batch_id, now=now)


def set_do_not_knock(workspace: Workspace, door: str, *, on: date, now: datetime) -> str:
    """Put a door in the do-not-knock register (by letter, telephone or sticker).

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    on : date
        Date of the request.
    now : datetime
        Aware.

    Returns
    -------
    str
        The door id.
    """
    door_id = get_door(workspace, door)
    with open_store(workspace, now=now) as store:
        store.add_do_not_knock(door_id, on=on, source=Source.REQUEST, now=now)
    return door_id


def withdraw_do_not_knock(workspace: Workspace, door: str, *, on: date, now: datetime) -> str:
    """Take a door out of the do-not-knock register; only a coordinator does this.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    door : str
        An address or a door id.
    on : date
        Date of the withdrawal.
    now : datetime
        Aware.

    Returns
    -------
    str
        The door id.
    """
    door_id = get_door(workspace, door)
    with open_store(workspace, now=now) as store:
        store.withdraw_do_not_knock(door_id, on=on, now=now)
    return door_id
