"""What ``zds plan explain`` and ``zds plan rest`` show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Final

from zds_geo.app.explain_door import Explanation
from zds_geo.app.rest_of_round import RestOfRound
from zds_geo.cli._face import Face
from zds_geo.cli._show import day_name
from zds_geo.core.model import RoundStop

_FOR_A_WINDOW: Final = {"not_now.waits_for_window", "not_now.other_kind"}


def show_explained(face: Face, on: date, explained: list[Explanation]) -> None:
    """Say of each door why it is, or is not, on a round."""
    day = day_name(face, on)
    for one in explained:
        why = face.say(one.reason)
        if one.round_id:
            face.print(
                "explain.on", address=one.address, date=day, code=one.round_id,
                who=one.assistant_id, line=one.line, why=why,
            )  # fmt: skip
            continue
        face.print("explain.off", address=one.address, date=day, why=why)
        if one.not_before is not None:
            again = "explain.any_window" if one.reason in _FOR_A_WINDOW else "explain.from"
            face.print(again, date=day_name(face, one.not_before))
        if one.extra_s is not None and one.left_s is not None:
            face.print(
                "explain.extra", extra=max(1, round(one.extra_s / 60)), left=one.left_s // 60
            )


def explained_as_data(on: date, explained: list[Explanation]) -> Mapping[str, object]:
    """Lay explanations out for a program."""
    return {"date": on, "doors": [asdict(one) for one in explained]}


def show_rest(face: Face, found: RestOfRound) -> None:
    """Show what of a round can still be done."""
    if not found.stops:
        face.print("rest.nothing", code=found.round_id)
    else:
        face.print("rest.head", code=found.round_id, minutes=found.minutes)
        for stop in found.stops:
            _show_stop(face, stop)
    if found.left_out:
        face.print("rest.left", n=sum(len(s.doors) for s in found.left_out))
        for stop in found.left_out:
            _show_stop(face, stop)


def _show_stop(face: Face, stop: RoundStop) -> None:
    lines = (stop.doors[0].line, stop.doors[-1].line)
    face.print(
        "rest.stop",
        lines=str(lines[0]) if lines[0] == lines[1] else f"{lines[0]}-{lines[1]}",
        street=stop.street,
        numbers=", ".join(d.label for d in stop.doors),
    )


def rest_as_data(found: RestOfRound) -> Mapping[str, object]:
    """Lay the rest of a round out for a program."""
    return {
        "round_id": found.round_id,
        "minutes": found.minutes,
        "stops": [_stop_as_data(s) for s in found.stops],
        "left_out": [_stop_as_data(s) for s in found.left_out],
    }


def _stop_as_data(stop: RoundStop) -> Mapping[str, object]:
    return {
        "n": stop.n, "street": stop.street, "lines": [d.line for d in stop.doors],
        "labels": [d.label for d in stop.doors],
    }  # fmt: skip
