"""What a round shows to people and other programs: order, street, number, and who asked us back.

One place decides it, so that phone, spreadsheet and map file say the same (P08, P13): no reason
but ``terug op verzoek``, no outcome, no chance, nothing of other visits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.core.crs import WGS84
from zds_geo.core.texts import say
from zds_geo.outputs.layers import line_range
from zds_geo.outputs.round_map import on_request

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.core.model import Round, RoundDoor, RoundStop

MAX_NUMBERS: Final = 6  # in the name of a waypoint; the others stand in its description


@dataclass(frozen=True, slots=True, kw_only=True)
class StopText:
    """One stop in words; ``name`` is short, ``note`` holds the rest (often empty)."""

    name: str
    note: str


def describe_stop(stop: RoundStop, lang: str) -> StopText:
    """Put a stop in words for a phone.

    Parameters
    ----------
    stop : RoundStop
        Of a round.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    StopText
        Such as ``12-14 Merelstraat 2, 4, 6``; of many numbers the name has the first and last.
    """
    labels = [d.label for d in stop.doors]
    lines = line_range([d.line for d in stop.doors])
    notes = []
    if len(labels) > MAX_NUMBERS:
        numbers = f"{labels[0]} … {labels[-1]}"
        notes.append(", ".join(labels))
    else:
        numbers = ", ".join(labels)
    notes += [_asked(d, lang, alone=len(labels) == 1) for d in stop.doors if _is_asked(d)]
    return StopText(name=f"{lines} {stop.street} {numbers}", note="\n".join(notes))


def _is_asked(door: RoundDoor) -> bool:
    return door.reason == "reason.on_request"


def _asked(door: RoundDoor, lang: str, *, alone: bool) -> str:
    text = on_request(door.come_back_window, lang)
    return text if alone else f"{door.label}: {text}"


def round_table(rounds: Sequence[Round], lang: str = "nl") -> pd.DataFrame:
    """List the doors of rounds, one row a door, in walking order.

    Parameters
    ----------
    rounds : sequence of Round
        By code.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    DataFrame
        Columns round, date, assistant, starts, ends (local wall time), line, street, number,
        on_request (text, often empty), door_id (text).
    """
    import pandas as pd

    rows = [
        {
            "round": r.round_id, "date": r.date, "assistant": r.assistant_id,
            "starts": r.start_at.time(), "ends": r.end_at.time(), "line": d.line,
            "street": s.street, "number": d.label,
            "on_request": on_request(d.come_back_window, lang) if _is_asked(d) else "",
            "door_id": d.door_id,
        }
        for r in rounds for s in r.stops for d in s.doors
    ]  # fmt: skip
    columns = [
        "round", "date", "assistant", "starts", "ends", "line", "street", "number", "on_request",
        "door_id",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def round_lines(rounds: Sequence[Round]) -> gpd.GeoDataFrame:
    """Give the walking lines of rounds.

    Parameters
    ----------
    rounds : sequence of Round
        By code.

    Returns
    -------
    GeoDataFrame
        EPSG:4326; columns round, date (ISO text), assistant, starts, ends, length_m.
    """
    import geopandas as gpd
    from shapely.geometry import LineString

    walked = [r for r in rounds if len(r.route) > 1]
    rows = {
        "round": [r.round_id for r in walked],
        "date": [r.date.isoformat() for r in walked],
        "assistant": [r.assistant_id for r in walked],
        "starts": [f"{r.start_at:%H:%M}" for r in walked],
        "ends": [f"{r.end_at:%H:%M}" for r in walked],
        "length_m": [r.length_m for r in walked],
    }
    lines = [LineString(r.route) for r in walked]
    return gpd.GeoDataFrame(rows, geometry=lines, crs=WGS84)


def round_points(rounds: Sequence[Round], lang: str = "nl") -> gpd.GeoDataFrame:
    """Give the stops of rounds.

    Parameters
    ----------
    rounds : sequence of Round
        By code.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    GeoDataFrame
        EPSG:4326; columns round, stop (order in the round), lines (on the sheet), street, numbers,
        on_request.
    """
    import geopandas as gpd

    stops = [(r, s) for r in rounds for s in r.stops]
    rows = {
        "round": [r.round_id for r, _ in stops],
        "stop": [s.n for _, s in stops],
        "lines": [line_range([d.line for d in s.doors]) for _, s in stops],
        "street": [s.street for _, s in stops],
        "numbers": [", ".join(d.label for d in s.doors) for _, s in stops],
        "on_request": [
            "; ".join(_asked(d, lang, alone=len(s.doors) == 1) for d in s.doors if _is_asked(d))
            for _, s in stops
        ],
    }
    points = gpd.points_from_xy([s.lon for _, s in stops], [s.lat for _, s in stops])
    return gpd.GeoDataFrame(rows, geometry=points, crs=WGS84)


def start_and_end(planned: Round, lang: str) -> list[tuple[str, float, float]]:
    """Name where a round starts and ends.

    Parameters
    ----------
    planned : Round
        The round.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    list of (name, lon, lat)
        One place where it ends where it starts, else two.
    """
    start, end = planned.start, planned.end
    if (start.lon, start.lat) == (end.lon, end.lat):
        return [(f"{start.label} ({say('outputs.start_end', lang=lang)})", start.lon, start.lat)]
    return [
        (f"{start.label} ({say('outputs.start', lang=lang)})", start.lon, start.lat),
        (f"{end.label} ({say('outputs.end', lang=lang)})", end.lon, end.lat),
    ]
