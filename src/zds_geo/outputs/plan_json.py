"""``plan.json`` (DESIGN 5); its JSON Schema is shipped as ``plan.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zds_geo.core.model import Plan, Round
from zds_geo.core.texts import say


def write_plan_json(plan: Plan, path: Path) -> None:
    """Write a plan.

    Parameters
    ----------
    plan : Plan
        Rounds, and what was left out.
    path : Path
        File to write; the same plan gives the same bytes.
    """
    content = {
        "schema": 1,
        "date": plan.date.isoformat(),
        "area": plan.area,
        "seed": plan.seed,
        "inputs": plan.inputs,
        "rounds": [_round(r) for r in plan.rounds],
        "skipped": {say(key): count for key, count in plan.skipped.items()},
        "unserved_shifts": [
            {
                "assistant_id": s.assistant_id,
                "start_at": s.start_at.isoformat(),
                "end_at": s.end_at.isoformat(),
                "window": s.window,
                "why": say(s.why),
            }
            for s in plan.unserved_shifts
        ],
    }
    write_plan_content(content, path)


def write_plan_content(content: Mapping[str, Any], path: Path) -> None:
    """Write what ``plan.json`` holds.

    Parameters
    ----------
    content : mapping
        As the schema asks.
    path : Path
        File to write; the same content gives the same bytes.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _round(planned: Round) -> dict[str, Any]:
    content: dict[str, Any] = {
        "round_id": planned.round_id,
        "assistant_id": planned.assistant_id,
        "buurt_codes": list(planned.buurt_codes),
        "shift": {
            "start_at": planned.start_at.isoformat(),
            "end_at": planned.end_at.isoformat(),
            "window": planned.window,
        },
        "start": _place(planned.start),
        "end": _place(planned.end),
        "length_m": planned.length_m,
        "walk_s": planned.walk_s,
        "service_s": planned.service_s,
    }
    if planned.expected_contacts is not None:
        content["expected_contacts"] = planned.expected_contacts
    content["stop_reason"] = planned.stop_reason
    content["stops"] = [
        {
            "n": s.n,
            "stop_id": s.stop_id,
            "lon": s.lon,
            "lat": s.lat,
            "street": s.street,
            "doors": [
                {"door_id": d.door_id, "label": d.label, "reason": say(d.reason)} for d in s.doors
            ],
            "arrive_s": s.arrive_s,
            "service_s": s.service_s,
            "window": s.window,
        }
        for s in planned.stops
    ]
    if planned.pause is not None:
        content["pause"] = asdict(planned.pause)
    content["route"] = {"type": "LineString", "coordinates": [list(p) for p in planned.route]}
    return content


def _place(place: Any) -> dict[str, Any]:
    return {"lon": place.lon, "lat": place.lat, "label": place.label}
