"""All of it in one flow: addresses and ways in, places and an account of every row out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zds_geo.core.crs import RD
from zds_geo.core.errors import PlacesError
from zds_geo.core.frames import (
    ACCESS,
    ADDRESSES,
    BARRIERS,
    BUURTEN,
    DOORS,
    EDGES,
    ENTRANCES,
    JUNCTIONS,
    LEFT_OUT,
    PANDEN,
    STOPS,
    STREET_SIDES,
    WATER,
    WAYS,
    FrameContract,
    require,
)
from zds_geo.places.attach import count_pieces, on_own_street
from zds_geo.places.doors import (
    assign_buurt,
    flag_doors,
    labels,
    merge_same_address,
    near_border,
)
from zds_geo.places.network import build_network
from zds_geo.places.params import PlacesParams
from zds_geo.places.reach import Surroundings, reach_doors
from zds_geo.places.stops import make_stops, make_street_sides

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Progress = Callable[[str, int, int | None], None]
STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """An account of every input row, and what to look at.

    ``n_rows == kept + merged + sum(left_out.values())``.
    """

    n_rows: int
    kept: int
    merged: int
    left_out: dict[str, int]
    flagged: dict[str, int]
    far_from_street: tuple[str, ...]
    far_from_street_labels: tuple[str, ...]
    per_buurt: tuple[dict[str, object], ...]
    n_stops: int
    n_street_sides: int
    n_edges: int
    network_km: float
    network_pieces: int
    own_street_share: float
    own_street_near_share: float
    barred_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Everything that goes into ``places.gpkg``."""

    doors: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    access: gpd.GeoDataFrame
    buurten: gpd.GeoDataFrame
    street_sides: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    junctions: gpd.GeoDataFrame
    panden: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    left_out: pd.DataFrame
    report: QualityReport


def build_places(
    addresses: gpd.GeoDataFrame,
    ways: gpd.GeoDataFrame,
    *,
    buurten: gpd.GeoDataFrame,
    panden: gpd.GeoDataFrame,
    water: gpd.GeoDataFrame,
    left_out: pd.DataFrame,
    buurt_codes: Sequence[str] | None,
    barriers: gpd.GeoDataFrame | None = None,
    entrances: gpd.GeoDataFrame | None = None,
    params: PlacesParams | None = None,
    progress: Progress | None = None,
) -> Places:
    """Build doors, stops, street sides and the walking network of an area.

    Parameters
    ----------
    addresses : GeoDataFrame
        Contract ADDRESSES.
    ways : GeoDataFrame
        Contract WAYS.
    buurten, panden, water : GeoDataFrame
        Contracts BUURTEN, PANDEN, WATER.
    left_out : DataFrame
        Contract LEFT_OUT: rows the source did not take.
    buurt_codes : sequence of str or None
        The area; None is every buurt.
    barriers, entrances : GeoDataFrame, optional
        Contracts BARRIERS and ENTRANCES; none by default.
    params : PlacesParams, optional
        Distances.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    Places
        All frames keep their contract; ids do not depend on row order.

    Raises
    ------
    PlacesError
        If no address lies in the area, or no way can be walked.
    """
    rules = params or PlacesParams()
    tell = progress or _silent
    for frame, contract in (
        (addresses, ADDRESSES), (ways, WAYS), (buurten, BUURTEN), (panden, PANDEN), (water, WATER),
    ):  # fmt: skip
        require(frame, contract)
    tell("places.progress", 0, STEPS)
    codes = sorted(buurt_codes) if buurt_codes is not None else sorted(buurten.index)
    chosen = buurten.loc[buurten.index.isin(codes)].sort_index()
    kept, merged = merge_same_address(addresses, within_m=rules.same_address_m)
    kept = kept.assign(buurt_code=assign_buurt(kept, buurten))
    inside = kept.loc[kept["buurt_code"].isin(codes)]
    if inside.empty:
        raise PlacesError("places.nobody", n=len(addresses), codes=", ".join(codes[:5]))
    tell("places.progress", 1, STEPS)
    edges, junctions = build_network(_near(ways, chosen))
    tell("places.progress", 2, STEPS)
    around = Surroundings(
        panden=_near(panden, chosen), water=_near(water, chosen),
        barriers=_near(_or_empty(barriers, BARRIERS), chosen),
        entrances=_near(_or_empty(entrances, ENTRANCES), chosen),
    )  # fmt: skip
    doors = reach_doors(inside, edges, around=around, rules=rules)
    tell("places.progress", 3, STEPS)
    doors["flag"] = _flags(doors, buurten, rules)
    stops = make_stops(doors)
    sides = make_street_sides(doors, edges, offset_m=rules.side_offset_m)
    tell("places.progress", 4, STEPS)
    gone = _account(addresses, kept=kept, inside=inside, merged=merged, left_out=left_out)
    report = _report(
        doors, n_rows=len(addresses) + len(left_out), left_out=gone, stops=stops, edges=edges,
        buurten=chosen, n_sides=len(sides),
    )  # fmt: skip
    access = doors[["access"]].set_geometry("access", crs=RD).rename_geometry("geometry")
    doors = doors[[*DOORS.columns, "geometry"]]
    for frame, contract in (
        (doors, DOORS), (stops, STOPS), (sides, STREET_SIDES), (edges, EDGES),
        (junctions, JUNCTIONS), (gone, LEFT_OUT), (access, ACCESS),
    ):  # fmt: skip
        require(frame, contract)
    tell("places.progress", STEPS, STEPS)
    return Places(
        doors=doors, stops=stops, access=access, buurten=chosen, street_sides=sides, edges=edges,
        junctions=junctions, panden=around.panden, water=around.water, left_out=gone, report=report,
    )  # fmt: skip


def _silent(label: str, done: int, total: int | None) -> None:  # noqa: ARG001
    return None


def _near(frame: gpd.GeoDataFrame, area: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep what lies within a kilometre of the area: routes may leave it for a bridge."""
    if frame.empty:
        return frame
    x0, y0, x1, y1 = area.total_bounds
    found: gpd.GeoDataFrame = frame.cx[x0 - 1000 : x1 + 1000, y0 - 1000 : y1 + 1000]
    return found


def _or_empty(frame: gpd.GeoDataFrame | None, contract: FrameContract) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    if frame is None:
        table = pd.DataFrame(columns=[contract.index, *contract.columns], dtype="str")
        frame = gpd.GeoDataFrame(table.set_index(contract.index), geometry=[], crs=RD)
    require(frame, contract)
    return frame


def _flags(
    doors: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, rules: PlacesParams
) -> pd.Series[str]:
    near = near_border(doors, buurten, within_m=rules.border_m)
    return flag_doors(doors, far_m=rules.far_from_street_m, near_border=near)


def _account(
    addresses: gpd.GeoDataFrame,
    *,
    kept: gpd.GeoDataFrame,
    inside: gpd.GeoDataFrame,
    merged: dict[str, str],
    left_out: pd.DataFrame,
) -> pd.DataFrame:
    import pandas as pd

    gone = addresses.loc[~addresses.index.isin(inside.index)].sort_index()
    homeless = set(kept.index[kept["buurt_code"].isna()])

    def reason(address_id: str) -> str:
        if address_id in merged:
            return "left_out.same_address"
        return "left_out.no_buurt" if address_id in homeless else "left_out.outside_area"

    rows = pd.DataFrame(
        {
            "fate": ["merged" if i in merged else "left_out" for i in gone.index],
            "reason": [reason(str(i)) for i in gone.index],
            "label": labels(gone),
            "merged_into": [merged.get(str(i), "") for i in gone.index],
        },
        index=pd.Index(gone["row"], name="row"),
        columns=list(LEFT_OUT.columns),
    )
    return pd.concat([left_out, rows]) if len(left_out) else rows


def _report(
    doors: gpd.GeoDataFrame,
    *,
    n_rows: int,
    left_out: pd.DataFrame,
    stops: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    buurten: gpd.GeoDataFrame,
    n_sides: int,
) -> QualityReport:
    flags = doors["flag"].str.split(",").explode()
    far = doors.loc[doors["flag"].str.contains("flag.far_from_street", regex=False)]
    far = far.sort_values("access_m", ascending=False)
    refused = left_out.loc[left_out["fate"] == "left_out", "reason"].value_counts()
    n_doors, n_stops = doors["buurt_code"].value_counts(), stops["buurt_code"].value_counts()
    per_buurt: tuple[dict[str, object], ...] = tuple(
        {
            "buurt_code": str(code),
            "buurt_naam": str(row["buurt_naam"]),
            "doors": int(n_doors.get(code, 0)),
            "stops": int(n_stops.get(code, 0)),
            "cbs_households": _number(row["households"]),
            "cbs_inhabitants": _number(row["inhabitants"]),
        }
        for code, row in buurten.iterrows()
    )
    own = on_own_street(doors)
    own_near = own[doors["own_near"].to_numpy()]
    return QualityReport(
        n_rows=n_rows,
        kept=len(doors),
        merged=int((left_out["fate"] == "merged").sum()),
        left_out={str(k): int(v) for k, v in sorted(refused.items())},
        flagged={str(k): int(v) for k, v in sorted(flags.value_counts().items()) if k},
        far_from_street=tuple(str(i) for i in far.index),
        far_from_street_labels=tuple(
            f"{label} ({metres:.0f} m)"
            for label, metres in zip(labels(far), far["access_m"], strict=True)
        ),
        per_buurt=per_buurt,
        n_stops=len(stops),
        n_street_sides=n_sides,
        n_edges=len(edges),
        network_km=round(float(edges["length_m"].sum()) / 1000, 1),
        network_pieces=count_pieces(edges),
        own_street_share=round(float(own.mean()), 4),
        own_street_near_share=round(float(own_near.mean()) if len(own_near) else 1.0, 4),
        barred_labels=tuple(labels(doors.loc[doors["barred"]])),
    )


def _number(value: Any) -> int | None:
    import pandas as pd

    return None if pd.isna(value) else int(value)
