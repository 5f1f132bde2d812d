"""``zds heatmap --public``: the map that anyone may see, a frozen snapshot of every Monday."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app._day import contact_params
from zds_geo.app._known import read_known
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.crs import RD
from zds_geo.core.errors import OutputError, PlacesError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.outputs.publish import Shown

FOLDER: Final = "publieke-kaart"  # in data/: streets and addresses, no history
SCHEMA: Final = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigures:
    """What the public map shows: pieces of street with a class, and nothing else."""

    pieces: gpd.GeoDataFrame
    as_of: date
    scope: str


def snapshot_day(now: datetime) -> date:
    """Give the Monday of the week of a moment: figures are of all days before it.

    Parameters
    ----------
    now : datetime
        Aware.

    Returns
    -------
    date
        A Monday.
    """
    today = now.astimezone(AMSTERDAM).date()
    return today - timedelta(days=today.weekday())


def measure_public(workspace: Workspace, *, now: datetime) -> PublicFigures:
    """Measure what the public map of this week shows.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.

    Returns
    -------
    PublicFigures
        Of the last Monday. The first call of a week works it out and keeps it in ``data/``; later
        calls give the same, whatever was entered, undone or erased since.

    Raises
    ------
    PlacesError
        If the places hold no door.
    OutputError
        If the pieces or the snapshot cannot be kept.
    """
    monday = snapshot_day(now)
    folder = workspace.root / "data" / FOLDER
    pieces, doors = _read_pieces(workspace, folder, year=monday.year)
    kept = _read(folder / "stand.json")
    if set(kept.get("published", ())) != set(pieces.index):
        kept = {}  # of other pieces: not to be compared with these
    if kept.get("as_of") != monday.isoformat():
        kept = _next_snapshot(workspace, kept, doors, buurten=pieces["buurt_code"], now=now)
        _write(folder / "stand.json", kept)
    pieces["class"] = [int(kept["published"][piece]) for piece in pieces.index]
    return PublicFigures(pieces=pieces, as_of=monday, scope=str(kept["scope"]))


def _read_pieces(
    workspace: Workspace, folder: Path, *, year: int
) -> tuple[gpd.GeoDataFrame, pd.Series[str]]:
    """Read the pieces of a year, or make them from the places when the year has none yet."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    path = folder / f"vlakken-{year}.json"
    kept = _read(path)
    if not kept:
        kept = {"schema": SCHEMA, "year": year, "pieces": _make_pieces(workspace)}
        _write(path, kept)
    rows = kept["pieces"]
    lines = [shapely.multilinestrings([shapely.linestrings(p) for p in r["lines"]]) for r in rows]
    frame = gpd.GeoDataFrame(
        {key: [r[key] for r in rows] for key in ("piece", "straat", "streets", "buurt_code")},
        geometry=lines, crs=RD,
    )  # fmt: skip
    doors = {door: r["piece"] for r in rows for door in r["doors"]}
    return frame.set_index("piece"), pd.Series(doors, name="piece", dtype="object")


def _make_pieces(workspace: Workspace) -> list[dict[str, Any]]:
    import shapely

    from zds_geo.outputs import make_partition
    from zds_geo.store import read_layer

    path = workspace.require_places()
    sides = read_layer(path, "street_sides")
    if sides.empty:
        raise PlacesError("heat.no_doors")
    pieces, piece_of = make_partition(sides, read_layer(path, "edges"))
    doors = read_layer(path, "doors", columns=["street_side_id"]).sort_index()
    members = doors.groupby(doors["street_side_id"].map(piece_of)).groups
    return [
        {
            "piece": f"v{number:04d}",
            "straat": row["straat"],
            "streets": row["streets"],
            "buurt_code": row["buurt_code"],
            "doors": [str(door) for door in members[piece_id]],
            "lines": [
                shapely.get_coordinates(part).round(1).tolist()
                for part in shapely.get_parts(row["geometry"])
            ],
        }
        for number, (piece_id, row) in enumerate(pieces.iterrows(), start=1)
    ]


def _next_snapshot(
    workspace: Workspace,
    before: dict[str, Any],
    doors: pd.Series[str],
    *,
    buurten: pd.Series[str],
    now: datetime,
) -> dict[str, Any]:
    """Go from the snapshot before to this Monday, week by week; from the start without one."""
    from zds_geo.outputs.publish import Piece, choose_scope

    monday = snapshot_day(now)
    with open_store(workspace, now=now) as store:
        start = contact_params(workspace, store).cycle_start
        known = read_known(store, doors.index)
    knocks, forgotten = known.knocks, _forgotten(known.door_state, start)
    piece_of = doors.rename(index=known.heirs)
    piece_of = piece_of.loc[~piece_of.index.duplicated()]
    sizes = {str(k): int(n) for k, n in doors.value_counts().items()}  # the same all year
    head = {"schema": SCHEMA, "year": monday.year, "cycle": start.isoformat() if start else ""}
    week, shown = _begin(before, knocks, head, start=start, monday=monday)
    talked: dict[str, int] = {}
    while week <= monday:
        counts = _count_week(shown, knocks, piece_of, start=start, on=week, forgotten=forgotten)
        shown, talked = _step(shown, counts, sizes=sizes, on=week), counts["talked"]
        week += timedelta(days=7)
    checked = {
        name: Piece(
            buurt_code=str(buurten[name]), n_doors=sizes[name], talked=talked.get(name, 0), shown=s
        )
        for name, s in sorted(shown.items())
    }
    scope, published = choose_scope(checked)
    _log.info("public map: %d pieces as of %s, shares by %s", len(shown), monday, scope)
    return {
        **head,
        "as_of": monday.isoformat(),
        "scope": scope,
        "published": published,
        "pieces": {name: [s.class_, s.since, s.talked] for name, s in sorted(shown.items())},
    }


def _begin(
    before: dict[str, Any],
    knocks: pd.DataFrame,
    head: dict[str, Any],
    *,
    start: date | None,
    monday: date,
) -> tuple[date, dict[str, Shown]]:
    """Give the first Monday to work out, and what was shown before it."""
    from zds_geo.outputs.publish import Shown

    same = all(before.get(key) == value for key, value in head.items())
    if same and before["as_of"] < monday.isoformat():
        shown = {k: Shown(*row) for k, row in before["pieces"].items()}
        return date.fromisoformat(before["as_of"]) + timedelta(days=7), shown
    days = [d for d in knocks["knocked_on"] if d is not None and (start is None or d >= start)]
    first = min([*days, monday])
    return first - timedelta(days=first.weekday()), {}


def _count_week(
    shown: dict[str, Shown],
    knocks: pd.DataFrame,
    piece_of: pd.Series[str],
    *,
    start: date | None,
    on: date,
    forgotten: dict[str, set[str]],
) -> dict[str, dict[str, int]]:
    """Count doors of each piece as of a Monday: knocked at, talked to, knocked at since a move.

    What is forgotten lies a month back or more: it counts on every Monday that is still worked out.
    """
    import numpy as np

    from zds_geo.contact import read_log

    log = read_log(knocks, until=on - timedelta(days=1))
    here = log.since(start)
    piece = piece_of.reindex(log.doors).to_numpy(dtype=object)
    tried = log.last_day(here & log.attempt)
    since = {name: s.since for name, s in shown.items()}
    border = np.array([since.get(p, "0001-01-01") for p in piece], dtype="datetime64[D]")
    talked = log.count(here & log.contact & log.is_outcome("talked")) > 0
    found = {
        "knocked": _count(piece, ~np.isnat(tried)),
        "talked": _count(piece, talked),
        "knocked_since": _count(piece, tried >= border),
    }
    for key, rows in (("knocked", ~np.isnat(tried)), ("talked", talked)):
        more = sorted(forgotten[key] - set(log.doors[rows]))
        for name, n in _count(piece_of.reindex(more).to_numpy(dtype=object), slice(None)).items():
            found[key][name] = found[key].get(name, 0) + n
    return found


def _forgotten(state: pd.DataFrame, start: date | None) -> dict[str, set[str]]:
    """Give the doors knocked at and talked to in this cycle of which the knocks are forgotten."""
    here = state.loc[state["cycle_on"] == (start.isoformat() if start else "")]
    talked = here["contacts_had"].str.contains("talked", regex=False)
    return {
        "knocked": set(here.index[here["month_last_tried"] != ""]),
        "talked": set(here.index[talked]),
    }


def _step(
    shown: dict[str, Shown], counts: dict[str, dict[str, int]], *, sizes: dict[str, int], on: date
) -> dict[str, Shown]:
    """Work out one Monday from the one before."""
    from zds_geo.outputs.publish import next_shown

    return {
        name: next_shown(
            shown.get(name), n_doors=n_doors, on=on.isoformat(),
            **{key: found.get(name, 0) for key, found in counts.items()},
        )
        for name, n_doors in sizes.items()
    }  # fmt: skip


def _count(piece: Any, rows: Any) -> dict[str, int]:
    import pandas as pd

    return {str(k): int(n) for k, n in pd.Series(piece[rows]).dropna().value_counts().items()}


def _read(path: Path) -> dict[str, Any]:
    """Read what was kept; a file that is not there, or was damaged, is as if never written."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
    return kept if isinstance(kept, dict) and kept.get("schema") == SCHEMA else {}


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".tmp")
        fresh.write_text(text + "\n", encoding="utf-8", newline="\n")
        fresh.replace(path)
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None


def draw_public(workspace: Workspace, *, now: datetime, lang: str = "nl") -> Path:
    """Draw the public map of this week.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    now : datetime
        Aware.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    Path
        ``maps/<Monday>/kaart-publiek.html``.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    from zds_geo.app.import_places import read_credits
    from zds_geo.app.write_outputs import read_map_layers
    from zds_geo.outputs import draw_public_map

    figures = measure_public(workspace, now=now)
    path = workspace.maps_path / figures.as_of.isoformat() / "kaart-publiek.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_public_map(
            figures.pieces, path, layers=read_map_layers(workspace), as_of=figures.as_of,
            scope=figures.scope, credits=read_credits(workspace), lang=lang,
        )  # fmt: skip
    except OSError as fault:
        raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
    return path
