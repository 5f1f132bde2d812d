"""Doors that split, merge or get another id (R06): who follows whom."""

from __future__ import annotations

from collections.abc import Iterable


def resolve_lineage(
    doors: Iterable[str], links: Iterable[tuple[str, str]]
) -> dict[str, frozenset[str]]:
    """Find every door that came, directly or not, from each of the given doors.

    Parameters
    ----------
    doors : iterable of str
        Door ids to follow.
    links : iterable of (str, str)
        Old and new door id; A→A+B and A→B+C both occur, and so may circles.

    Returns
    -------
    dict of str to frozenset of str
        Per door itself and all its successors.

    Examples
    --------
    >>> found = resolve_lineage(["A"], [("A", "A"), ("A", "B"), ("B", "C")])
    >>> sorted(found["A"])
    ['A', 'B', 'C']
    """
    following: dict[str, set[str]] = {}
    for old, new in links:
        following.setdefault(old, set()).add(new)
    resolved = {}
    for door in doors:
        seen = {door}
        queue = [door]
        while queue:
            for new in sorted(following.get(queue.pop(), set()) - seen):
                seen.add(new)
                queue.append(new)
        resolved[door] = frozenset(seen)
    return resolved
