"""What is known of a case: the best prize found and a bound, kept in ``build/bounds.json``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

KEPT = Path(__file__).resolve().parents[1] / "build" / "bounds.json"


def digest_of(travel: Any, service: Any, prize: Any, budget: int) -> str:
    """Tell cases apart by their numbers."""
    whole = b"".join(np.ascontiguousarray(a).tobytes() for a in (travel, service, prize))
    return hashlib.sha256(whole + str(budget).encode()).hexdigest()[:16]


def read_known() -> dict[str, dict[str, float]]:
    """Give what is known by digest: ``best`` found, ``bound`` and how it came where computed."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def keep_best(digest: str, value: float) -> dict[str, float]:
    """Note the best prize ever found of a case."""
    return keep(digest, {"best": max(float(value), read_known().get(digest, {}).get("best", 0.0))})


def keep(digest: str, facts: dict[str, float]) -> dict[str, float]:
    """Note facts of a case beside what is there."""
    known = read_known()
    one = known.setdefault(digest, {})
    one.update(facts)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(known, indent=1))
    return one
