"""Field truth: what people on the street know better, laid over the places as delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD
from zds_geo.core.frames import BARRIERS, DOORS
from zds_geo.core.ids import floor_of, read_house_label
from zds_geo.core.model import FieldFix, FixKind
from zds_geo.places.attach import attach_doors, fold_street
from zds_geo.places.crossings import OWN_EDGE, Streets
from zds_geo.places.doors import assign_buurt, assign_pand
from zds_geo.places.entrances import draw_access
from zds_geo.places.obstacles import Obstacles
from zds_geo.places.params import PlacesParams
from zds_geo.places.stops import make_stops, make_street_sides

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FIXED_LAYERS: Final = ("doors", "stops", "access", "street_sides", "edges", "junctions")
SAME_ADDRESS_M: Final = 50.0  # an added home that a delivery has within this distance is no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """Corrected places. ``unmatched``: corrections that fit nothing here; ``covered``: additions
    that the delivery has by now."""

    layers: dict[str, gpd.GeoDataFrame]
    unmatched: tuple[int, ...]
    covered: tuple[int, ...]


def apply_fixes(
    layers: Mapping[str, gpd.GeoDataFrame],
    fixes: Sequence[FieldFix],
    *,
    params: PlacesParams | None = None,
) -> Fixed:
    """Lay corrections over places as they were delivered.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        Layers of ``places.gpkg``, EPSG:28992; those of ``FIXED_LAYERS`` as delivered.
    fixes : sequence of FieldFix
        In any order.
    params : PlacesParams, optional
        Distances.

    Returns
    -------
    Fixed
        Without corrections the layers come out as they went in. Doors that were on a closed path
        are attached to another street.
    """
    rules = params or PlacesParams()
    ordered = sorted(fixes, key=lambda f: (list(FixKind).index(f.kind), f.fix_id))
    by_kind = {kind: [f for f in ordered if f.kind is kind] for kind in FixKind}
    covered = covered_additions(layers["doors"], by_kind[FixKind.ADD_DOOR])
    streets = Streets(layers["edges"], layers["junctions"])
    work = _Work(layers, streets, rules)
    unmatched = [f for f in by_kind[FixKind.CLOSE_PATH] if not work.close(f)]
    unmatched += [f for f in by_kind[FixKind.ADD_CROSSING] if not work.cross(f)]
    unmatched += [
        f for f in by_kind[FixKind.ADD_DOOR] if f.fix_id not in covered and not work.add(f)
    ]
    unmatched += [f for f in by_kind[FixKind.MOVE_ENTRANCE] if not work.move(f)]
    unmatched += [f for f in by_kind[FixKind.HIDE_DOOR] if not work.hide(f)]
    return Fixed(
        layers={**layers, **work.finish()},
        unmatched=tuple(sorted(f.fix_id for f in unmatched)),
        covered=covered,
    )


def covered_additions(doors: gpd.GeoDataFrame, fixes: Sequence[FieldFix]) -> tuple[int, ...]:
    """Give the ids of additions whose home a delivery has by now.

    Parameters
    ----------
    doors : GeoDataFrame
        Contract DOORS, as delivered.
    fixes : sequence of FieldFix
        Those that add a door count.

    Returns
    -------
    tuple of int
        Sorted: the same address stands within 50 m.
    """
    import shapely

    found = []
    for fix in (f for f in fixes if f.kind is FixKind.ADD_DOOR):
        number, letter, addition = read_house_label(fix.number)
        near = doors.loc[
            (doors["huisnummer"] == number)
            & (doors["huisletter"].str.casefold() == letter.casefold())
            & (doors["toevoeging"].str.casefold() == addition.casefold())
        ]
        near = near.loc[near.geometry.distance(shapely.Point(fix.x1, fix.y1)) <= SAME_ADDRESS_M]
        if fold_street(fix.street) in {fold_street(s) for s in near["straat"]}:
            found.append(fix.fix_id)
    return tuple(sorted(found))


class _Work:
    """Doors with their way to the street, while corrections are laid over them."""

    def __init__(
        self, layers: Mapping[str, gpd.GeoDataFrame], streets: Streets, rules: PlacesParams
    ) -> None:
        doors = layers["doors"]
        self._layers, self._streets, self._rules = layers, streets, rules
        self._loose: dict[str, bool] = {}  # stop → whether its point was given and is kept
        self.doors = doors.assign(
            side=doors["street_side_id"].str[-1],
            along_m=doors["stop_id"].map(layers["stops"]["along_m"]),
            access=layers["access"].geometry.reindex(doors.index).to_numpy(),
        )

    def close(self, fix: FieldFix) -> bool:
        edge_id = self._streets.close(fix)
        on_it = self.doors["access_edge_id"] == edge_id
        self._loose |= dict.fromkeys(self.doors.loc[on_it, "stop_id"], False)
        return bool(edge_id)

    def cross(self, fix: FieldFix) -> bool:
        done = self._streets.cross(fix)
        for edge_id, behind, at in self._streets.cuts:
            moved = (self.doors["access_edge_id"] == edge_id) & (self.doors["along_m"] > at)
            self.doors.loc[moved, "access_edge_id"] = behind
            self.doors.loc[moved, "along_m"] -= at
        self._streets.cuts.clear()
        return done

    def hide(self, fix: FieldFix) -> bool:
        known = fix.door_id in self.doors.index and len(self.doors) > 1
        if known:
            self.doors = self.doors.drop(index=fix.door_id)
        return known

    def move(self, fix: FieldFix) -> bool:
        """Move the entrance of a door, and so of everybody who shares it."""
        import shapely

        if fix.door_id not in self.doors.index:
            return False
        stop_id = str(self.doors.at[fix.door_id, "stop_id"])
        point = shapely.Point(fix.x1, fix.y1)
        line = shapely.LineString([point, point])
        self.doors.loc[self.doors["stop_id"] == stop_id, "access"] = line
        self._loose[stop_id] = True
        return True

    def add(self, fix: FieldFix) -> bool:
        import pandas as pd

        row = self._new_row(fix)
        if row is None or fix.door_id in self.doors.index:
            return False
        beside = self._neighbour(row)
        shared = ("stop_id", "access_edge_id", "access_name", "access_m", "side", "along_m")
        if beside:
            for column in (*shared, "access"):
                row.at[fix.door_id, column] = self.doors.at[beside, column]
        else:
            self._loose[f"s:{fix.door_id}"] = False
        self.doors = pd.concat([self.doors, row.astype(self.doors.dtypes.drop("geometry"))])
        return True

    def _new_row(self, fix: FieldFix) -> gpd.GeoDataFrame | None:
        import geopandas as gpd
        import pandas as pd
        import shapely

        point = shapely.Point(fix.x1, fix.y1)
        number, letter, addition = read_house_label(fix.number)
        nearest = self.doors.loc[self.doors.geometry.distance(point).idxmin()]
        own = {
            "straat": fix.street, "huisnummer": number, "huisletter": letter,
            "toevoeging": addition, "woonplaats": nearest["woonplaats"], "kind": "adres",
            "stop_id": f"s:{fix.door_id}", "flag": "flag.added", "access_m": 0.0, "along_m": 0.0,
            "floor": floor_of(letter, addition), "access": shapely.LineString([point, point]),
        }  # fmt: skip
        frame = gpd.GeoDataFrame(
            {c: [own.get(c, "")] for c in self.doors.columns.drop("geometry")}, geometry=[point],
            index=pd.Index([fix.door_id], name="door_id"), crs=RD,
        )  # fmt: skip
        frame["buurt_code"] = assign_buurt(frame, self._layers["buurten"])
        frame["pand_id"] = assign_pand(frame, self._layers["panden"])["pand_id"]
        return None if frame["buurt_code"].isna().any() else frame

    def _neighbour(self, row: gpd.GeoDataFrame) -> str:
        """Find the door whose entrance a new door shares; empty text when there is none."""
        first = row.iloc[0]
        if not first["pand_id"]:
            return ""
        near = self.doors.loc[self.doors["pand_id"] == first["pand_id"]]
        near = near.loc[near["straat"] == first["straat"]]
        metres = near.geometry.distance(first["geometry"]).round(2)
        order = metres.to_frame("m").assign(id=metres.index).sort_values(["m", "id"])
        close = len(order) > 0 and order["m"].iloc[0] <= self._rules.stop_gap_m
        return str(order.index[0]) if close else ""

    def finish(self) -> dict[str, gpd.GeoDataFrame]:
        """Attach what came loose, and give all layers that follow from the doors."""
        edges = self._streets.edges.sort_index()
        here = set(self.doors["stop_id"])
        loose = {stop: given for stop, given in sorted(self._loose.items()) if stop in here}
        if loose:
            self._attach(loose, edges)
        doors = self.doors.sort_index()
        doors["street_side_id"] = doors["access_edge_id"] + ":" + doors["side"]
        offset_m = self._rules.side_offset_m
        access = doors[["access"]].set_geometry("access", crs=RD).rename_geometry("geometry")
        return {
            "doors": doors[[*DOORS.columns, "geometry"]],
            "stops": make_stops(doors),
            "access": access,
            "street_sides": make_street_sides(doors, edges, offset_m=offset_m),
            "edges": edges,
            "junctions": self._streets.junctions(),
        }

    def _attach(self, loose: dict[str, bool], edges: gpd.GeoDataFrame) -> None:
        import numpy as np
        import shapely

        first = self.doors.sort_index().drop_duplicates("stop_id").set_index("stop_id")
        first = first.loc[list(loose)]
        points = shapely.get_point(first["access"].to_numpy(), 0)
        panden = self._layers["panden"]
        walls = panden.geometry.reindex(first["pand_id"]).to_numpy().copy()
        walls[np.array(list(loose.values()))] = None  # a given point is where one rings
        obstacles = Obstacles(
            points, first["pand_id"].to_numpy(), panden=panden, water=self._layers["water"],
            barriers=_no_barriers(),
        )  # fmt: skip
        found = attach_doors(
            first.set_geometry(points, crs=RD),
            edges.loc[~edges.index.str.startswith(OWN_EDGE)],
            obstacles=obstacles, walls=walls, own_street_m=self._rules.own_street_m,
        )  # fmt: skip
        found["access"] = draw_access(
            found["start"].to_numpy(), found["foot"].to_numpy(), walls=walls
        )
        found["access_m"] = shapely.length(found["access"].to_numpy())
        rows = self.doors["stop_id"].isin(loose)
        for column in ("access_edge_id", "access_name", "along_m", "side", "access", "access_m"):
            self.doors.loc[rows, column] = self.doors.loc[rows, "stop_id"].map(found[column])


def _no_barriers() -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    table: pd.DataFrame = pd.DataFrame(columns=[BARRIERS.index, *BARRIERS.columns], dtype="str")
    frame: Any = gpd.GeoDataFrame(table.set_index(BARRIERS.index), geometry=[], crs=RD)
    return frame
