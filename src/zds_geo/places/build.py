"""All of it in one flow: addresses and ways in, places and an account of every row out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zds_geo.core.crs import RD
from zds_geo.core.errors import PlacesError
from zds_geo.core.frames import (
    ADDRESSES,
    BUURTEN,
    DOORS,
    EDGES,
    JUNCTIONS,
    LEFT_OUT,
    PANDEN,
    STOPS,
    STREET_SIDES,
    WATER,
    WAYS,
    require,
)
from zds_geo.places.attach import attach_doors, count_pieces, fold_street
from zds_geo.places.doors import (
    assign_buurt,
    assign_pand,
    flag_doors,
    labels,
    merge_same_address,
)
from zds_geo.places.network import build_network
from zds_geo.places.params import PlacesParams
from zds_geo.places.stops import group_stops, make_stops, make_street_sides

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Everything that goes into ``places.gpkg``."""

    doors: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
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
    near_water, near_panden = _near(water, chosen), _near(panden, chosen)
    access = attach_doors(inside, edges, water=near_water, own_street_m=rules.own_street_m)
    tell("places.progress", 3, STEPS)
    doors = _finish_doors(inside, access, panden=near_panden, rules=rules)
    stops = make_stops(doors)
    sides = make_street_sides(doors, edges, offset_m=rules.side_offset_m)
    tell("places.progress", 4, STEPS)
    gone = _account(addresses, kept=kept, inside=inside, merged=merged, left_out=left_out)
    report = _report(
        doors, n_rows=len(addresses) + len(left_out), left_out=gone, stops=stops, edges=edges,
        buurten=chosen, n_sides=len(sides),
    )  # fmt: skip
    doors = doors[[*DOORS.columns, "geometry"]]
    for frame, contract in (
        (doors, DOORS), (stops, STOPS), (sides, STREET_SIDES), (edges, EDGES),
        (junctions, JUNCTIONS), (gone, LEFT_OUT),
    ):  # fmt: skip
        require(frame, contract)
    tell("places.progress", STEPS, STEPS)
    return Places(
        doors=doors, stops=stops, buurten=chosen, street_sides=sides, edges=edges,
        junctions=junctions, panden=near_panden, water=near_water, left_out=gone, report=report,
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


def _finish_doors(
    inside: gpd.GeoDataFrame,
    access: pd.DataFrame,
    *,
    panden: gpd.GeoDataFrame,
    rules: PlacesParams,
) -> gpd.GeoDataFrame:
    house = assign_pand(inside, panden)
    doors = inside.assign(**{c: access[c] for c in access}, pand_id=house["pand_id"])
    doors["street_side_id"] = doors["access_edge_id"] + ":" + doors["side"]
    doors["stop_id"] = group_stops(doors, gap_m=rules.stop_gap_m, length_m=rules.stop_length_m)
    doors["flag"] = flag_doors(doors, use=house["use"], far_m=rules.far_from_street_m)
    doors = doors.rename_axis("door_id").sort_index()
    return doors.set_crs(RD)


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
    own = [
        fold_street(a) == fold_street(b)
        for a, b in zip(doors["straat"], doors["access_name"], strict=True)
    ]
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
        own_street_share=round(sum(own) / len(own), 4),
    )


def _number(value: Any) -> int | None:
    import pandas as pd

    return None if pd.isna(value) else int(value)
