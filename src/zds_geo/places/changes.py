"""What changed between two deliveries of addresses, and which home became which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.core.ids import BAG_ID, house_label
from zds_geo.core.model import Lineage
from zds_geo.places.attach import fold_street

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SAME_PLACE_M: Final = 50.0  # an address that changed its id stands at most this far off
MOVED_M: Final = 25.0
_Key = tuple[str, int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Door ids by what happened to them; ``lineage`` tells which home lives on in which.

    ``doubtful``: gone doors with several possible successors: never guessed, to be looked at.
    """

    new: tuple[str, ...]
    gone: tuple[str, ...]
    same: tuple[str, ...]
    back: tuple[str, ...]
    renumbered: tuple[str, ...]
    renamed: tuple[str, ...]
    moved: tuple[str, ...]
    lineage: tuple[Lineage, ...]
    doubtful: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Give the number of doors of each kind.

        Returns
        -------
        dict of str to int
            ``new``, ``gone``, ``same``, ``back``, ``renumbered``, ``renamed``, ``moved``,
            ``linked``, ``split``, ``merged`` and ``doubtful``.
        """
        kinds = [link.kind for link in self.lineage]
        found = {
            name: len(getattr(self, name))
            for name in ("new", "gone", "same", "back", "renumbered", "renamed", "moved")
        }
        found |= {kind: kinds.count(kind) for kind in ("linked", "split", "merged")}
        return found | {"doubtful": len(self.doubtful)}


def compare_doors(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    known_gone: frozenset[str] = frozenset(),
) -> Changes:
    """Compare two deliveries.

    Parameters
    ----------
    before, after : GeoDataFrame
        Contract DOORS, EPSG:28992.
    known_gone : frozenset of str
        Doors that an earlier delivery lacked: those of ``after`` among them are back.

    Returns
    -------
    Changes
        Does not depend on row order.

    Notes
    -----
    The BAG does not tell what became of what, so it is inferred, from sure to less sure. One gone
    and one new door with the same address within 50 m are one home (``linked``). Of doors with one
    street and house number in one building: a gone door with several new ones was split, as was a
    staying door beside which new ones appear; a gone door beside a single staying or new one was
    merged into it. Too much lineage only lets a do-not-knock hold at more doors.
    """
    old, new = set(before.index), set(after.index)
    gone, fresh = sorted(old - new), sorted(new - old)
    linked, doubtful = _link(before.loc[gone], after.loc[fresh])
    left_gone = [d for d in gone if d not in {link.old_door_id for link in linked}]
    left_fresh = [d for d in fresh if d not in {link.new_door_id for link in linked}]
    # A home under another id stays, for whatever was split from it or merged into it.
    stays = sorted((old & new) | {link.new_door_id for link in linked})
    family = _split_and_merge(before, after, gone=left_gone, fresh=left_fresh, stays=stays)
    explained = {link.old_door_id for link in family}
    both = sorted(old & new)
    a, b = before.loc[both], after.loc[both]
    changed = _changed(a, b)
    return Changes(
        new=tuple(d for d in fresh if d not in known_gone),
        gone=tuple(gone),
        same=tuple(both),
        back=tuple(d for d in fresh if d in known_gone),
        renumbered=changed["renumbered"],
        renamed=changed["renamed"],
        moved=changed["moved"],
        lineage=(*linked, *family),
        doubtful=tuple(d for d in doubtful if d not in explained),
    )


def _changed(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> dict[str, tuple[str, ...]]:
    import numpy as np

    def ids(mask: pd.Series[bool]) -> tuple[str, ...]:
        return tuple(str(i) for i in a.index[np.asarray(mask, dtype=bool)])

    numbers = ["huisnummer", "huisletter", "toevoeging"]
    other = (a[numbers].astype(str) != b[numbers].astype(str)).any(axis=1)
    streets = a["straat"] != b["straat"]
    return {
        "renumbered": ids(other),
        "renamed": ids(streets),
        "moved": ids(a.geometry.distance(b.geometry, align=False) > MOVED_M),
    }


def _keys(doors: pd.DataFrame) -> dict[_Key, list[str]]:
    found: dict[_Key, list[str]] = defaultdict(list)
    for door_id, straat, number, letter, addition in zip(
        doors.index, doors["straat"], doors["huisnummer"], doors["huisletter"],
        doors["toevoeging"], strict=True,
    ):  # fmt: skip
        label = house_label(1, letter, addition)[1:].replace("-", "").casefold()
        found[(fold_street(straat), int(number), label, "")].append(str(door_id))
    return found


def _link(gone: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame) -> tuple[list[Lineage], list[str]]:
    """Link doors that have the same address under another id."""
    links: list[Lineage] = []
    doubtful: list[str] = []
    candidates = _keys(fresh)
    for key, olds in sorted(_keys(gone).items()):
        news = [n for n in candidates.get(key, ()) if BAG_ID.fullmatch(n) or ":" in n]
        pairs = [
            (o, n)
            for o in olds
            for n in news
            if gone.geometry[o].distance(fresh.geometry[n]) <= SAME_PLACE_M
        ]
        if len(pairs) == 1:
            links.append(Lineage(old_door_id=pairs[0][0], new_door_id=pairs[0][1], kind="linked"))
        elif pairs:
            doubtful += sorted({o for o, _ in pairs})
    return links, doubtful


def _families(doors: gpd.GeoDataFrame) -> dict[str, tuple[str, int, str]]:
    """Give the family of each door: street, house number, building."""
    return {
        str(i): (fold_street(s), int(n), str(p))
        for i, s, n, p in zip(
            doors.index, doors["straat"], doors["huisnummer"], doors["pand_id"], strict=True
        )
    }


def _split_and_merge(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    gone: list[str],
    fresh: list[str],
    stays: list[str],
) -> list[Lineage]:
    was, now = _families(before), _families(after)
    old_of: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for door_id in gone:
        old_of[was[door_id]].append(door_id)
    fresh_of: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for door_id in fresh:
        fresh_of[now[door_id]].append(door_id)
    stay_of: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for door_id in stays:
        stay_of[now[door_id]].append(door_id)
    found: list[Lineage] = []
    for family in sorted({*old_of, *fresh_of}):
        if not family[2]:
            continue  # the building is not known: an address alone says too little
        found += _of_family(old_of[family], fresh_of[family], stay_of[family])
    return found


def _of_family(olds: list[str], news: list[str], stays: list[str]) -> list[Lineage]:
    def links(kind: str, pairs: list[tuple[str, str]]) -> list[Lineage]:
        return [Lineage(old_door_id=a, new_door_id=b, kind=kind) for a, b in pairs]

    if olds and news:
        kind = "merged" if len(news) == 1 else "split"
        return links(kind, [(a, b) for a in olds for b in news])
    if news and len(stays) == 1:  # A → A + B
        return links("split", [(stays[0], b) for b in news])
    if olds and len(stays) == 1:  # A + B → A
        return links("merged", [(a, stays[0]) for a in olds])
    return []
