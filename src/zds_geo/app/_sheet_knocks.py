"""The knocks that a sheet stands for; the same sheet again gives the same knocks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from zds_geo.core.errors import UsageError
from zds_geo.core.model import Knock
from zds_geo.core.outcomes import Outcome, Source, short_code
from zds_geo.core.windows import day_text

if TYPE_CHECKING:
    from zds_geo.app.sheet_entry import Entry
    from zds_geo.app.sheet_windows import Walked
    from zds_geo.core.model import Round
    from zds_geo.store import HistoryStore, StoredKnock

# Made from round, line and date, so that entering a sheet twice gives the same knocks.
SHEET_NAMESPACE: Final = uuid.UUID("6f1d0a52-9d0f-5b1e-8a55-2f6d1c0f7a11")


def make_knocks(
    store: HistoryStore,
    planned: Round,
    placed: Sequence[tuple[int, str, Entry, Walked]],
    *,
    windows: dict[tuple[int, str], str],
    known: dict[str, StoredKnock],
) -> list[Knock]:
    """Make the knocks of one sheet.

    Parameters
    ----------
    store : HistoryStore
        Open.
    planned : Round
        The sheet.
    placed : sequence of (int, str, Entry, Walked)
        Line (0: not on the sheet), door, what was said, and when it was walked.
    windows : dict of (int, str) to str
        Window of each line and door.
    known : dict of str to StoredKnock
        What was entered from this sheet before, by door.

    Returns
    -------
    list of Knock
        In the order of ``placed``; what was entered before keeps its id.

    Raises
    ------
    UsageError
        If a door was entered otherwise before.
    """
    code = planned.round_id
    labels = {d.line: f"{s.street} {d.label}" for s in planned.stops for d in s.doors}
    ids = fresh_ids(store, [f"{code} {n or door_id} {w.on}" for n, door_id, _, w in placed])
    knocks = []
    for (n, door_id, entry, walked), knock_id in zip(placed, ids, strict=True):
        before = known.get(door_id)
        knock = Knock(
            knock_id=before.knock_id if before else knock_id,
            door_id=door_id,
            knocked_on=walked.on,
            window=windows[n, door_id],
            outcome=entry.outcome,
            come_back_window=entry.come_back_window,
            come_back_from=entry.come_back_from,
            come_back_until=entry.come_back_until,
            assistant_id=planned.assistant_id,
            source=Source.PAPER,
        )
        if before:
            _require_same(knock, before, labels.get(n, entry.address))
        knocks.append(knock)
    return knocks


def _require_same(knock: Knock, known: StoredKnock, name: str) -> None:
    """Refuse another outcome for a door of this sheet that was entered already."""
    facts = (knock.knocked_on, knock.window, knock.outcome.value)
    back = (
        knock.come_back_window,
        knock.come_back_from.isoformat() if knock.come_back_from else "",
        knock.come_back_until.isoformat() if knock.come_back_until else "",
    )
    if facts == (known.knocked_on, known.window, known.outcome) and back == known.back:
        return
    raise UsageError(
        "entry.already", got=name, outcome=short_code(Outcome(known.outcome)),
        on=day_text(known.knocked_on), batch=known.batch_id,
    )  # fmt: skip


def fresh_ids(store: HistoryStore, names: Sequence[str]) -> list[str]:
    """Give each name its id; what was undone is entered afresh, under an id of its own.

    Parameters
    ----------
    store : HistoryStore
        Open.
    names : sequence of str
        What each knock is: the same name again gives the same id.

    Returns
    -------
    list of str
        UUIDs, in the order of the names.
    """
    found: dict[str, str] = {}
    again = 0
    while len(found) < len(names):
        waiting = {
            str(uuid.uuid5(SHEET_NAMESPACE, f"{name} {again}")): name
            for name in names
            if name not in found
        }
        undone = store.undone_knocks(list(waiting))
        found |= {name: i for i, name in waiting.items() if i not in undone}
        again += 1
    return [found[name] for name in names]
