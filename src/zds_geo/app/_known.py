"""What the history holds of the doors of today, with former ids followed to their heirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from zds_geo.store import HistoryStore


@dataclass(frozen=True, slots=True)
class Known:
    """The history of some doors, under the ids that they have now.

    Attributes
    ----------
    heirs : mapping of str to str
        Present id of each id, as from ``store.current_doors``.
    knocks : DataFrame
        As from ``store.read_knocks``.
    door_state : DataFrame, index ``door_id``
        What is left of knocks that were forgotten; empty where nothing is.
    """

    heirs: Mapping[str, str]
    knocks: pd.DataFrame
    door_state: pd.DataFrame


def read_known(store: HistoryStore, doors: Collection[str]) -> Known:
    """Read what is known of doors.

    Parameters
    ----------
    store : HistoryStore
        Open.
    doors : collection of str
        Door ids of the places.

    Returns
    -------
    Known
        Knocks and states at former ids count for their heirs.
    """
    heirs = store.current_doors(doors)
    return Known(
        heirs=heirs,
        knocks=store.read_knocks(doors=heirs),
        door_state=store.read_door_state(doors=heirs),
    )


def with_former_ids(doors: frozenset[str], store: HistoryStore) -> frozenset[str]:
    """Add the ids that doors had before.

    Parameters
    ----------
    doors : frozenset of str
        Door ids.
    store : HistoryStore
        Knows the lineage.

    Returns
    -------
    frozenset of str
        Those, and all that they came from.
    """
    former: dict[str, list[str]] = {}
    for old, new, _, _ in store.list_lineage():
        former.setdefault(new, []).append(old)
    found, wave = set(doors), set(doors)
    while wave:
        wave = {old for door_id in wave for old in former.get(door_id, ())} - found
        found |= wave
    return frozenset(found)
