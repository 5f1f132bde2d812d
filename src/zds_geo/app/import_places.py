"""``zds places import``: open data in, ``places.gpkg`` out, with a report on every row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.app._delivery import require_whole, take_delivery
from zds_geo.app._field import FIX_TABLE, LAYERS, PROOF_TABLE, lay_fixes
from zds_geo.app.settings import AreaSettings
from zds_geo.app.workspace import Progress, Workspace, no_progress, open_store
from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Credit
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.places import Places, QualityReport
    from zds_geo.sources import Proof

Box = tuple[float, float, float, float]
MARGIN_M = 1000.0  # read around the area: a route may leave it for a bridge


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What was read and built; ``changes`` against the previous places, empty the first time.

    ``unmatched_fixes``: numbers of corrections from the field that fit nothing any more.
    ``unchecked``: files that nobody gave a checksum of: they may be cut off.
    """

    report: QualityReport
    credits: tuple[Credit, ...]
    changes: dict[str, int]
    doubtful: tuple[str, ...] = ()
    unmatched_fixes: tuple[int, ...] = ()
    unchecked: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def import_places(
    workspace: Workspace,
    *,
    addresses: Path,
    buurten: Path,
    streets: Path,
    now: datetime,
    accept_changes: bool = False,
    progress: Progress = no_progress,
) -> ImportResult:
    """Read three files and build the places of the workspace.

    Parameters
    ----------
    workspace : Workspace
        Its ``[area]`` says which buurten count.
    addresses, buurten, streets : Path
        Files in any format that ``sources`` recognises; one file may serve twice.
    now : datetime
        Aware: the date that changes of doors get.
    accept_changes : bool
        Go on where a delivery differs suspiciously from the previous one.
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
    PlacesError
        If the delivery is suspicious and was not accepted; nothing has changed then.

    Notes
    -----
    Lineage is written before the new places take their place: a stop in between leaves the old
    places with links that do no harm, and running again completes (R07).
    """
    from zds_geo.store import Action, write_places

    proofs = _prove(addresses=addresses, buurten=buurten, streets=streets)
    places, sources, counts = _build(
        workspace, addresses, buurten, streets=streets, progress=progress,
        proofs=[] if accept_changes else proofs,
    )  # fmt: skip
    built = {name: getattr(places, name) for name in LAYERS}
    on = now.astimezone(AMSTERDAM).date()
    with open_store(workspace, now=now) as store:
        delivery = take_delivery(workspace, store, built, on=on, accept=accept_changes)
        fixed, fix_table = lay_fixes(store, delivery.layers, on=on)
    write_places(
        workspace.places_path,
        layers=fixed.layers,
        tables={
            "left_out": places.left_out,
            "credits": _credit_table(sources),
            "report": _report_table(places.report),
            FIX_TABLE: fix_table,
            PROOF_TABLE: _proof_table(proofs),
        },
    )
    with open_store(workspace, now=now) as store:
        store.note(Action.PLACES_IMPORTED, len(fixed.layers["doors"]), now=now)
    changes = delivery.changes
    return ImportResult(
        report=places.report,
        credits=sources,
        changes={} if changes is None else changes.counts(),
        doubtful=() if changes is None else changes.doubtful,
        unmatched_fixes=fixed.unmatched,
        unchecked=tuple(sorted({p.file for p in proofs if not p.checked})),
        counts=counts,
    )


def _prove(**files: Path) -> list[Proof]:
    from zds_geo.sources import prove

    return [prove(path, kind=kind) for kind, path in files.items()]


def _proof_table(proofs: list[Proof]) -> gpd.GeoDataFrame:
    import pandas as pd

    return pd.DataFrame([asdict(p) for p in proofs])


def _build(
    workspace: Workspace,
    addresses: Path,
    buurten: Path,
    *,
    streets: Path,
    progress: Progress,
    proofs: list[Proof],
) -> tuple[Places, tuple[Credit, ...], dict[str, int]]:
    from zds_geo.places import PlacesParams, build_places
    from zds_geo.sources import LimitedReader

    with LimitedReader(progress=progress) as reader:
        areas = reader.read_buurten(buurten)
        codes, box = find_box(workspace.settings.area, areas.buurten)
        found = reader.read_addresses(addresses, box=box)
        network = reader.read_streets(streets)
    require_whole(workspace, proofs)  # only now: a wrong file gets its own sentence first
    places = build_places(
        found.addresses,
        network.ways,
        buurten=areas.buurten,
        panden=network.panden if found.panden is None else found.panden,
        water=network.water,
        barriers=network.barriers,
        entrances=network.entrances,
        left_out=found.left_out,
        buurt_codes=codes,
        params=PlacesParams(walk_m_s=workspace.settings.service.walk_m_s),
        progress=progress,
    )
    return places, (found.credit, areas.credit, network.credit), found.counts


def rollback_places(workspace: Workspace, *, now: datetime) -> tuple[int, int]:
    """Put the previous places back; the present ones become the previous. Knocks stay.

    Parameters
    ----------
    workspace : Workspace
        With places that were imported at least twice.
    now : datetime
        Aware; for the audit log.

    Returns
    -------
    tuple of (int, int)
        Doors before and after.

    Raises
    ------
    PlacesError
        If there are no previous places, or they are broken; nothing has changed then.
    """
    from zds_geo.store import Action, read_layer, swap_previous

    n_now = len(read_layer(workspace.require_places(), "doors", columns=["straat"]))
    with open_store(workspace, now=now) as store:  # a history that cannot be opened stops it here
        n_back = swap_previous(workspace.places_path)
        store.note(Action.PLACES_ROLLED_BACK, n_back, now=now)
    return n_now, n_back


def find_box(area: AreaSettings, buurten: gpd.GeoDataFrame) -> tuple[list[str], Box]:
    """Find the buurten of an area, and the box to read: theirs and a margin.

    Parameters
    ----------
    area : AreaSettings
        Codes and names from ``zds.toml``.
    buurten : GeoDataFrame
        Contract BUURTEN, EPSG:28992.

    Returns
    -------
    codes : list of str
        Sorted buurt codes.
    box : tuple of four float
        (x0, y0, x1, y1) in RD metres.

    Raises
    ------
    NotFoundError
        As ``choose_buurten``.
    """
    codes = choose_buurten(area, buurten)
    x0, y0, x1, y1 = (float(v) for v in buurten.loc[codes].total_bounds)
    return codes, (x0 - MARGIN_M, y0 - MARGIN_M, x1 + MARGIN_M, y1 + MARGIN_M)


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
