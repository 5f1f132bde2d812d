"""What the public map may say of a piece of street, and when that may change (P09, P10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from zds_geo.outputs.heat_style import BEGUN, BEGUN_BELOW, NOT_BEGUN, band_of
from zds_geo.outputs.partition import MIN_DOORS

KNOCKED_SHARE: Final = 0.5
"""A share needs this part of the doors knocked at: five of the ten of P09, ten of twenty."""
MOVES_FROM: Final = 5
"""A share moves only after so many doors of the piece were knocked at since it last moved."""
MOST_GAIN: Final = 0.08
"""A map that tells more of a home than this above guessing is published in larger parts (P10)."""
SCOPES: Final = ("piece", "buurt", "area")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a piece: its class, of which snapshot that is, and what was counted then.

    The count of conversations is for adding pieces up; it is published nowhere.
    """

    class_: int
    since: str
    talked: int = 0


def next_shown(
    before: Shown | None,
    *,
    n_doors: int,
    knocked: int,
    talked: int,
    knocked_since: int,
    on: str,
) -> Shown:
    """Tell what a snapshot shows of a piece of street.

    Parameters
    ----------
    before : Shown or None
        What the last snapshot of this cycle showed.
    n_doors : int
        Doors of the piece.
    knocked, talked : int
        Of these, with an attempt and with a conversation in this cycle.
    knocked_since : int
        With an attempt since the snapshot of which ``before`` is.
    on : str
        Date of this snapshot.

    Returns
    -------
    Shown
        Classes as in ``STYLES``: 0 not begun, 1 begun, 2-6 bands of the share with a conversation.

    Notes
    -----
    Not begun and begun tell of our work only, and are always up to date. Whoever saw that we rang
    at one door this week learns nothing from a colour that moved: then at least five doors were.

    Examples
    --------
    >>> first = next_shown(None, n_doors=20, knocked=10, talked=3, knocked_since=10, on="a")
    >>> first
    Shown(class_=2, since='a', talked=3)
    >>> next_shown(first, n_doors=20, knocked=11, talked=4, knocked_since=1, on="b")
    Shown(class_=2, since='a', talked=3)
    >>> next_shown(first, n_doors=20, knocked=14, talked=6, knocked_since=5, on="c")
    Shown(class_=3, since='c', talked=6)
    """
    if knocked == 0:
        return Shown(NOT_BEGUN, on)
    if knocked < BEGUN_BELOW or n_doors < MIN_DOORS or knocked < n_doors * KNOCKED_SHARE:
        return Shown(BEGUN, on)
    if before is not None and before.class_ > BEGUN and knocked_since < MOVES_FROM:
        return before
    return Shown(2 + band_of(talked, n_doors), on, talked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What the last check before publishing needs of a piece; ``talked`` is the truth of today."""

    buurt_code: str
    n_doors: int
    talked: int
    shown: Shown


def gain_of(pieces: Sequence[Piece], classes: Sequence[int]) -> float:
    """Attack a map: what knowing the class of its piece adds to guessing whether a home talked.

    Parameters
    ----------
    pieces : sequence of Piece
        The truth.
    classes : sequence of int
        What the map would show of each.

    Returns
    -------
    float
        Share of homes, among those with a share on the map, that an attacker gets right by the
        majority of each class, minus those right by the majority of all.

    Examples
    --------
    >>> half = [
    ...     Piece(buurt_code="a", n_doors=20, talked=20 * k, shown=Shown(2 + 4 * k, "", 20 * k))
    ...     for k in (0, 1)
    ... ]
    >>> gain_of(half, [2, 6]), gain_of(half, [4, 4])
    (0.5, 0.0)
    """
    doors: dict[int, int] = {}
    talked: dict[int, int] = {}
    for piece, class_ in zip(pieces, classes, strict=True):
        if class_ > BEGUN:
            doors[class_] = doors.get(class_, 0) + piece.n_doors
            talked[class_] = talked.get(class_, 0) + piece.talked
    n, t = sum(doors.values()), sum(talked.values())
    if n == 0:
        return 0.0
    right = sum(max(talked[c], doors[c] - talked[c]) for c in doors)
    return (right - max(t, n - t)) / n


def choose_scope(pieces: Mapping[str, Piece]) -> tuple[str, dict[str, int]]:
    """Attack the map before it is published, and use larger parts until it holds.

    Parameters
    ----------
    pieces : mapping of str to Piece
        By piece.

    Returns
    -------
    scope : str
        ``piece``, ``buurt`` or ``area``: for what part a share is shown.
    classes : dict of str to int
        What is shown of each piece; those without a share keep their class.
    """
    order = list(pieces.values())
    for scope in SCOPES:
        classes = _classes(order, scope)
        if gain_of(order, classes) <= MOST_GAIN:
            break
    return scope, dict(zip(pieces, classes, strict=True))


def _classes(pieces: Sequence[Piece], scope: str) -> list[int]:
    """Give the classes at a scope; larger parts add up what their pieces show."""
    if scope == "piece":
        return [p.shown.class_ for p in pieces]
    part = [p.buurt_code if scope == "buurt" else "" for p in pieces]
    doors: dict[str, int] = {}
    talked: dict[str, int] = {}
    for name, piece in zip(part, pieces, strict=True):
        if piece.shown.class_ > BEGUN:
            doors[name] = doors.get(name, 0) + piece.n_doors
            talked[name] = talked.get(name, 0) + piece.shown.talked
    shares = {name: 2 + band_of(talked[name], doors[name]) for name in doors}
    return [
        shares[name] if p.shown.class_ > BEGUN else p.shown.class_
        for name, p in zip(part, pieces, strict=True)
    ]
