"""What changed between two deliveries of addresses, and which home became which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.core.ids import house_label
from zds_geo.core.model import Lineage
from zds_geo.places.attach import fold_street

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

SAME_PLACE_M: Final = 50.0  # an address that changed its id stands at most this far off
MOVED_M: Final = 25.0
_Key = tuple[str, int, str]
_Family = tuple[str, int, str]
_Groups = Mapping[tuple[object, ...], list[str]]


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
    missing: gpd.GeoDataFrame | None = None,
) -> Changes:
    """Compare two deliveries.

    Parameters
    ----------
    before, after : GeoDataFrame
        Contract DOORS, EPSG:28992.
    known_gone : frozenset of str
        Doors that an earlier delivery lacked: those of ``after`` among them are back.
    missing : GeoDataFrame, optional
        Contract DOORS: as those doors last were, so that one that comes back under another id is
        known again by its address.

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
    merged into it. A building with one home before or after is one family whatever its numbers.
    Where other doors of that number stay, nobody can tell which was merged into which: then only
    a do-not-knock is handed on (``unsure``), and the gone doors are doubtful.
    """
    old, new = set(before.index), set(after.index)
    gone, fresh = sorted(old - new), sorted(new - old)
    linked, doubtful = _link(before.loc[gone], after.loc[fresh])
    if missing is not None:
        strangers = after.loc[_without(fresh, {n.new_door_id for n in linked} | known_gone)]
        linked += _link(missing.loc[_without(missing.index, old | new)], strangers)[0]
    left_gone = _without(gone, {link.old_door_id for link in linked})
    left_fresh = _without(fresh, {link.new_door_id for link in linked} | known_gone)
    # A home under another id stays, for whatever was split from it or merged into it.
    stays = sorted((old & new) | {link.new_door_id for link in linked})
    family, unsure = _split_and_merge(before, after, gone=left_gone, fresh=left_fresh, stays=stays)
    explained = {link.old_door_id for link in family} - set(unsure)
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
        doubtful=tuple(sorted({*doubtful, *unsure} - explained)),
    )


def remember_missing(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    missing: gpd.GeoDataFrame,
    changes: Changes,
) -> gpd.GeoDataFrame:
    """Keep the address of doors that a delivery lacks, until they are back or explained.

    Parameters
    ----------
    before, after, missing : GeoDataFrame
        Contract DOORS: the two deliveries, and the doors that were missing before.
    changes : Changes
        Of the two deliveries.

    Returns
    -------
    GeoDataFrame
        Contract DOORS, sorted by id.
    """
    import pandas as pd

    explained = {link.old_door_id for link in changes.lineage} - set(changes.doubtful)
    gone = before.loc[_without(changes.gone, explained)]
    still = missing.loc[_without(missing.index, explained | set(after.index) | set(gone.index))]
    if still.empty:
        return gone.sort_index()
    return still.sort_index() if gone.empty else pd.concat([still, gone]).sort_index()


def _without(doors: Iterable[str], others: set[str] | frozenset[str]) -> list[str]:
    return [d for d in doors if d not in others]


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
        found[(fold_street(straat), int(number), label)].append(str(door_id))
    return found


def _link(gone: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame) -> tuple[list[Lineage], list[str]]:
    """Link doors that have the same address under another id."""
    links: list[Lineage] = []
    doubtful: list[str] = []
    candidates = _keys(fresh)
    for key, olds in sorted(_keys(gone).items()):
        pairs = [
            (o, n)
            for o in olds
            for n in candidates.get(key, ())
            if gone.geometry[o].distance(fresh.geometry[n]) <= SAME_PLACE_M
        ]
        if len(pairs) == 1:
            links.append(Lineage(old_door_id=pairs[0][0], new_door_id=pairs[0][1], kind="linked"))
        elif pairs:
            doubtful += sorted({o for o, _ in pairs})
    return links, doubtful


def _families(doors: gpd.GeoDataFrame) -> dict[str, _Family]:
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
) -> tuple[list[Lineage], list[str]]:
    was, now = _families(before), _families(after)
    sides = [_gather(gone, was), _gather(fresh, now), _gather(stays, now)]
    found: list[Lineage] = []
    unsure: list[str] = []
    for family in sorted({*sides[0], *sides[1]}):
        if not family[2]:
            continue  # the building is not known: an address alone says too little
        olds, news, stay = (side.get(family, []) for side in sides)
        found += _of_family(olds, news, stay)
        unsure += olds if stay and (news or len(stay) > 1) else []
    told = {d for n in found for d in (n.old_door_id, n.new_door_id)} | set(unsure)
    alone = _of_building(
        _gather(_without(gone, told), was, by="pand"),
        _gather(_without(fresh, told), now, by="pand"),
        before=_gather(list(was), was, by="pand"), after=_gather(list(now), now, by="pand"),
    )  # fmt: skip
    unsure += [n.old_door_id for n in alone if n.kind == "unsure"]
    return found + alone, sorted(set(unsure))


def _gather(
    doors: Iterable[str], families: Mapping[str, _Family], *, by: str = "number"
) -> dict[tuple[object, ...], list[str]]:
    found: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for door_id in doors:
        family = families[door_id]
        found[family[2:] if by == "pand" else family].append(door_id)
    return found


def _of_family(olds: list[str], news: list[str], stays: list[str]) -> list[Lineage]:
    if olds and news:
        if stays:
            return _links("unsure", olds, news)
        return _links("merged" if len(news) == 1 else "split", olds, news)
    if news and len(stays) == 1:  # A → A + B
        return _links("split", stays, news)
    if olds and len(stays) == 1:  # A + B → A
        return _links("merged", olds, stays)
    return []


def _of_building(
    gone: _Groups, fresh: _Groups, *, before: _Groups, after: _Groups
) -> list[Lineage]:
    """Look at buildings with one home before or after, where the numbers tell nothing."""
    found: list[Lineage] = []
    for pand in sorted({*gone, *fresh}, key=str):
        olds, news = gone.get(pand, []), fresh.get(pand, [])
        was, now = before.get(pand, []), after.get(pand, [])
        if not pand[0]:
            continue
        if len(was) == 1 and len(now) > 1 and len(news) >= len(now) - 1:
            found += _links("split", was, news)
        elif len(now) == 1 and olds:
            found += _links("unsure", olds, now)
    return found


def _links(kind: str, olds: list[str], news: list[str]) -> list[Lineage]:
    return [Lineage(old_door_id=a, new_door_id=b, kind=kind) for a in olds for b in news if a != b]
