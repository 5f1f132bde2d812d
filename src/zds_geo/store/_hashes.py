"""Keyed hashes of doors: an erased door is known again without being named."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

ERASURE_KEY: Final = "erasure_key"  # its name in the table keeper


def hash_door(key: str, door_id: str) -> str:
    """Give the keyed hash of a door (HMAC-SHA256).

    Parameters
    ----------
    key : str
        Of this history.
    door_id : str
        The door.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hmac.new(key.encode(), door_id.encode(), hashlib.sha256).hexdigest()


def door_mark(key: str, door_id: str) -> str:
    """Give what the audit log says of a door: part of its keyed hash, no address.

    Parameters
    ----------
    key : str
        Of this history.
    door_id : str
        The door.

    Returns
    -------
    str
        ``h:`` and 32 hexadecimal digits.
    """
    return f"h:{hash_door(key, door_id)[:32]}"
