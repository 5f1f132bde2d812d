"""``zds places import``: open data in, ``places.gpkg`` out, with a report on every row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.app.settings import AreaSettings
from zds_geo.app.workspace import Progress, Workspace, no_progress
from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Credit

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.places import QualityReport

LAYERS = (
    "doors", "stops", "buurten", "street_sides", "edges", "junctions", "panden", "water",
)  # fmt: skip
AROUND_M = 1_000  # read this far outside the area: routes may leave it for a bridge


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What was read and built."""

    report: QualityReport
    credits: tuple[Credit, ...]
    changes: dict[str, int]
    counts: dict[str, int] = field(default_factory=dict)


def import_places(
    workspace: Workspace,
    *,
    addresses: Path,
    buurten: Path,
    streets: Path,
    progress: Progress = no_progress,
) -> ImportResult:
    """Read three files and build the places of the workspace.

    Parameters
    ----------
    workspace : Workspace
        Its ``[area]`` says which buurten count.
    addresses, buurten, streets : Path
        Files in any format that ``sources`` recognises; one file may serve twice.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    ImportResult
        The quality report, the credits, and what changed against the previous places.

    Raises
    ------
    SourceError
        If a file cannot be used; the previous places stay as they are.
    NotFoundError
        If a chosen buurt is not in the buurten file.
    """
    from zds_geo.places import PlacesParams, build_places
    from zds_geo.sources import read_addresses, read_buurten, read_streets
    from zds_geo.store import write_places

    areas = read_buurten(buurten)
    codes = choose_buurten(workspace.settings.area, areas.buurten)
    found = read_addresses(addresses, box=_box(areas.buurten, codes), progress=progress)
    network = read_streets(streets, progress=progress)
    places = build_places(
        found.addresses,
        network.ways,
        buurten=areas.buurten,
        panden=network.panden if found.panden is None else found.panden,
        water=network.water,
        left_out=found.left_out,
        buurt_codes=codes,
        params=PlacesParams(walk_m_s=workspace.settings.service.walk_m_s),
        progress=progress,
    )
    changes = _compare(workspace, places.doors)
    sources = (found.credit, areas.credit, network.credit)
    write_places(
        workspace.places_path,
        layers={name: getattr(places, name) for name in LAYERS},
        tables={
            "left_out": places.left_out,
            "credits": _credit_table(sources),
            "report": _report_table(places.report),
        },
    )
    return ImportResult(report=places.report, credits=sources, changes=changes, counts=found.counts)


def _box(buurten: gpd.GeoDataFrame, codes: Sequence[str]) -> tuple[float, float, float, float]:
    """Give the bounds of the chosen buurten and ``AROUND_M`` more, in RD metres."""
    x0, y0, x1, y1 = (float(v) for v in buurten.loc[list(codes)].total_bounds)
    return x0 - AROUND_M, y0 - AROUND_M, x1 + AROUND_M, y1 + AROUND_M


def choose_buurten(area: AreaSettings, buurten: gpd.GeoDataFrame) -> list[str]:
    """Find the buurt codes an area stands for in a buurten file.

    Parameters
    ----------
    area : AreaSettings
        Codes and names from ``zds.toml``.
    buurten : GeoDataFrame
        Contract BUURTEN.

    Returns
    -------
    list of str
        Sorted codes.

    Raises
    ------
    NotFoundError
        Naming what is missing, and a few of what the file has.
    """
    codes: set[str] = set()
    for code in area.buurt_codes:
        codes |= _need(buurten, buurten.index == code, code)
    for code in area.wijk_codes:
        codes |= _need(buurten, buurten["wijk_code"] == code, code)
    if area.gemeente_code:
        codes |= _need(buurten, buurten["gemeente_code"] == area.gemeente_code, area.gemeente_code)
    folded = buurten["buurt_naam"].str.casefold().str.strip()
    for name in area.buurt_names:
        codes |= _need(buurten, folded == name.casefold().strip(), name)
    if area.gemeente_name:
        gemeente = buurten["gemeente_naam"].str.casefold().str.strip()
        codes |= _need(
            buurten, gemeente == area.gemeente_name.casefold().strip(), area.gemeente_name
        )
    return sorted(codes)


def _need(buurten: gpd.GeoDataFrame, mask: Sequence[bool], wanted: str) -> set[str]:
    found = set(buurten.index[mask])
    if not found:
        sample = ", ".join(
            f"{code} {name}" for code, name in buurten["buurt_naam"].sort_index().head(8).items()
        )
        raise NotFoundError("import.no_buurt", got=wanted, sample=sample)
    return found


def _compare(workspace: Workspace, doors: gpd.GeoDataFrame) -> dict[str, int]:
    from zds_geo.store import read_layer

    if not workspace.places_path.is_file():
        return {}
    before = set(read_layer(workspace.places_path, "doors", columns=["straat"]).index)
    after = set(doors.index)
    return {
        "new": len(after - before),
        "gone": len(before - after),
        "same": len(after & before),
    }


def _credit_table(sources: Sequence[Credit]) -> gpd.GeoDataFrame:
    import pandas as pd

    return pd.DataFrame([asdict(c) for c in sources])


def _report_table(report: QualityReport) -> gpd.GeoDataFrame:
    import pandas as pd

    row = json.dumps(asdict(report), ensure_ascii=False, sort_keys=True, default=str)
    return pd.DataFrame({"report": [row]})


def read_credits(workspace: Workspace) -> tuple[Credit, ...]:
    """Read the credits of the imported data.

    Parameters
    ----------
    workspace : Workspace
        With imported places.

    Returns
    -------
    tuple of Credit
        Addresses, buurten, streets.
    """
    from zds_geo.store import read_table

    rows = read_table(workspace.require_places(), "credits").to_dict("records")
    return tuple(
        Credit(**{**{str(k): v for k, v in r.items()}, "invented": bool(r["invented"])})
        for r in rows
    )
