"""Who inherits a do-not-knock: one rule over the register and the lineage of doors (P07)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

FOREVER: Final = "9999-12-31"


class Entry(NamedTuple):
    """A line of the register; ISO dates. ``counts`` is False when its knock was undone."""

    door_id: str
    since: str
    withdrawn_on: str | None
    counts: bool


class Link(NamedTuple):
    """A line of the lineage; ISO date."""

    old_door_id: str
    new_door_id: str
    kind: str
    since: str


def same_home(door_id: str, links: Iterable[Link]) -> frozenset[str]:
    """Give all ids a home has or had."""
    home = _homes(links)
    mine = home.get(door_id, door_id)
    return frozenset({door_id, *(d for d, h in home.items() if h == mine)})


def refused_doors(entries: Sequence[Entry], links: Sequence[Link]) -> frozenset[str]:
    """Give the doors nobody rings at.

    Parameters
    ----------
    entries : sequence of Entry
        The register.
    links : sequence of Link
        The lineage.

    Returns
    -------
    frozenset of str
        Under every id the home has or had.

    Notes
    -----
    Ids joined by ``linked`` are one home with one register. Over a split or merger the successor
    gets an entry of its own on the day of the link, if one held at the old door that day or came
    later: the register says a split later than the street does, so doubt falls to the resident.
    A withdrawal frees the home it was made for, from what it got up to that day; its successors
    keep theirs.
    """
    home = _homes(links)
    spans: dict[str, set[tuple[str, str]]] = defaultdict(set)
    ended: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        at = home.get(entry.door_id, entry.door_id)
        if entry.withdrawn_on is not None:
            ended[at].append(entry.withdrawn_on)
        if entry.counts and entry.since != entry.withdrawn_on:
            spans[at].add((entry.since, entry.withdrawn_on or FOREVER))
    steps = [
        (home.get(n.old_door_id, n.old_door_id), home.get(n.new_door_id, n.new_door_id),
         n.since)
        for n in links if n.kind != "linked"
    ]  # fmt: skip
    grown = True
    while grown:
        grown = False
        for old, new, day in steps:
            for first, last in sorted(spans[old]):
                if last < day:
                    continue
                start = max(first, day)
                span = (start, min((w for w in ended[new] if w >= start), default=FOREVER))
                grown |= span not in spans[new]
                spans[new].add(span)
    held = {at for at, found in spans.items() if any(last == FOREVER for _, last in found)}
    every = {e.door_id for e in entries} | {d for n in links for d in n[:2]}
    return frozenset(d for d in every if home.get(d, d) in held)


def _homes(links: Iterable[Link]) -> dict[str, str]:
    """Give for each id of a home that has several one id that stands for all."""
    home: dict[str, str] = {}

    def find(door_id: str) -> str:
        while home.get(door_id, door_id) != door_id:
            door_id = home[door_id]
        return door_id

    for link in links:
        if link.kind == "linked":
            a, b = sorted((find(link.old_door_id), find(link.new_door_id)))
            home[a], home[b] = a, a
    return {door_id: find(door_id) for door_id in home}
