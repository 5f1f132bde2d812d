"""Speakable codes for rounds: a Dutch bird and two digits, such as ``MEREL-23``."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from zds_geo.core.errors import NoPlanError

BIRDS: Final = (
    "MEREL", "MUS", "VINK", "MEES", "SPECHT", "ROODBORST", "KOEKOEK", "KIEVIT", "GRUTTO", "LIJSTER",
    "KAUW", "EKSTER", "GAAI", "UIL", "VALK", "BUIZERD", "SPERWER", "REIGER", "OOIEVAAR", "ZWAAN",
    "EEND", "GANS", "FUUT", "MEERKOET", "IJSVOGEL", "WULP", "SCHOLEKSTER", "MEEUW", "STERN", "DUIF",
    "TORTEL", "ZWALUW", "LEEUWERIK", "KWIKSTAART", "SPREEUW", "WIELEWAAL", "PUTTER", "SIJS", "KNEU",
    "GORS",
)  # fmt: skip


def make_code(seed_text: str, *, used: Collection[str]) -> str:
    """Make a code that was not used before.

    Parameters
    ----------
    seed_text : str
        What the code stands for (date, assistant, seed): the same text gives the same code.
    used : collection of str
        Codes already given out.

    Returns
    -------
    str
        Bird, hyphen, two digits from 10 on (three when all those are used).

    Raises
    ------
    NoPlanError
        If every code is used.

    Examples
    --------
    >>> make_code("2026-11-23 a01", used=()) == make_code("2026-11-23 a01", used=())
    True
    """
    taken = set(used)
    start = int.from_bytes(hashlib.sha256(seed_text.encode()).digest()[:8])
    for low, high in ((10, 100), (100, 1000)):
        room = len(BIRDS) * (high - low)
        for step in range(room):
            bird, number = divmod((start + step * 7919) % room, high - low)
            code = f"{BIRDS[bird]}-{low + number}"
            if code not in taken:
                return code
    raise NoPlanError("plan.no_codes")
