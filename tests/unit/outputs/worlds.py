"""Rounds for tests of paper: walked greedily over real stops, or made up street by street."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from zds_geo.core.crs import RD, to_lonlat
from zds_geo.core.ids import bell_order, house_label
from zds_geo.core.model import Credit, Place, Round, RoundDoor, RoundStop
from zds_geo.core.windows import AMSTERDAM
from zds_geo.outputs import MapLayers
from zds_geo.store import read_layer

KAMPEN = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "kampen"
CREDIT = Credit(
    kind="streets", file="x", sha256="0" * 64, format="x", data_date="2026-01-01", licence="CC0",
    credit="verzonnen voorbeeldgegevens", invented=True,
)  # fmt: skip
START = datetime(2026, 11, 23, 13, 30, tzinfo=AMSTERDAM)


def layers_of(places: Path) -> MapLayers:
    return MapLayers(**{n: read_layer(places, n) for n in ("edges", "panden", "water", "buurten")})


def _door(row: Any, line: int, asked: bool) -> RoundDoor:
    return RoundDoor(
        door_id=str(row.name),
        label=house_label(int(row["huisnummer"]), row["huisletter"], row["toevoeging"]),
        reason="reason.on_request" if asked else "reason.new", line=line,
        come_back_window="zaterdagochtend" if asked else "",
    )  # fmt: skip


def as_round(
    stops: list[tuple[str, str, float, float, list[RoundDoor]]],
    *,
    route: list[tuple[float, float]],
    start: tuple[float, float],
    end: tuple[float, float] | None = None,
    code: str = "MEREL-23",
) -> Round:
    """Make a round of (street, side, x, y, doors); coordinates in EPSG:28992."""
    lon, lat = to_lonlat([s[2] for s in stops], [s[3] for s in stops])
    way_lon, way_lat = to_lonlat([p[0] for p in route], [p[1] for p in route])
    ends_lon, ends_lat = to_lonlat([start[0], (end or start)[0]], [start[1], (end or start)[1]])
    clock, made = 120, []
    for n, (street, side, _, _, doors) in enumerate(stops):
        made.append(
            RoundStop(
                n=n + 1, stop_id=f"s:{n}", lon=round(float(lon[n]), 7), lat=round(float(lat[n]), 7),
                street=street, doors=tuple(doors), arrive_s=clock, service_s=200 * len(doors),
                window="middag", street_side_id=side,
            )
        )  # fmt: skip
        clock += 200 * len(doors) + 20
    places = [
        Place(label="Het Honk", lon=float(a), lat=float(b))
        for a, b in zip(ends_lon, ends_lat, strict=True)
    ]
    return Round(
        round_id=code, date=date(2026, 11, 23), assistant_id="a01", buurt_codes=("BU99990101",),
        start_at=START, end_at=START + timedelta(hours=3), window="middag", start=places[0],
        end=places[1], length_m=1000, walk_s=clock, service_s=0, expected_contacts=None,
        stop_reason="x", stops=tuple(made),
        route=tuple(
            (round(float(a), 7), round(float(b), 7))
            for a, b in zip(way_lon, way_lat, strict=True)
        ),
    )  # fmt: skip


def greedy_rounds(places: Path, *, count: int, seed: int) -> list[Round]:
    """Walk from a random stop to the nearest one not yet seen, until the doors are full."""
    stops, doors = read_layer(places, "stops"), read_layer(places, "doors")
    edges = read_layer(places, "edges")
    of_stop = dict(iter(doors.groupby("stop_id")))
    rng = random.Random(seed)
    tree = shapely.STRtree(stops.geometry.to_numpy())
    return [
        _walk(stops, of_stop, edges, tree, rng, wanted=rng.choice((1, 2, 15, 40, 60)))
        for _ in range(count)
    ]


def _walk(
    stops: gpd.GeoDataFrame,
    of_stop: dict[str, Any],
    edges: gpd.GeoDataFrame,
    tree: shapely.STRtree,
    rng: random.Random,
    *,
    wanted: int,
) -> Round:
    here = stops.geometry.iloc[rng.randrange(len(stops))]
    skip = rng.choice((0.0, 0.3, 0.7))
    near = tree.query(here, predicate="dwithin", distance=600.0)
    left = {int(i) for i in sorted(near) if rng.random() >= skip} or {int(near[0])}
    found: list[tuple[str, str, float, float, list[RoundDoor]]] = []
    route: list[tuple[float, float]] = []
    line = 0
    start = (here.x + rng.uniform(-40, 200), here.y + rng.uniform(-40, 200))
    while left and line < wanted:
        order = sorted(left)
        distance = shapely.distance(stops.geometry.to_numpy()[order], here)
        row = order[int(np.asarray(distance).round(2).argmin())]
        left.discard(row)
        stop = stops.iloc[row]
        here = stop.geometry
        group = of_stop[stops.index[row]].head(wanted - line)
        key = [
            bell_order(int(r["huisnummer"]), r["huisletter"], r["toevoeging"])
            for _, r in group.iterrows()
        ]
        members = [group.iloc[i] for i in sorted(range(len(group)), key=lambda i: (key[i], i))]
        made = [_door(r, line + i + 1, rng.random() < 0.05) for i, r in enumerate(members)]
        line += len(made)
        found.append((str(stop["straat"]), str(stop["street_side_id"]), here.x, here.y, made))
        street = edges.geometry[stop["access_edge_id"]]
        at = street.interpolate(street.project(here))
        route += [(at.x, at.y), (here.x, here.y), (at.x, at.y)]
    return as_round(found, route=[start, *route, start], start=start)


def empty_layers(**more: gpd.GeoDataFrame) -> MapLayers:
    none = {
        "edges": gpd.GeoDataFrame(
            {"name": [], "highway": []}, geometry=gpd.GeoSeries([], crs=RD), crs=RD
        ),
        "panden": gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=RD), crs=RD),
        "water": gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=RD), crs=RD),
        "buurten": gpd.GeoDataFrame({"buurt_naam": []}, geometry=gpd.GeoSeries([], crs=RD), crs=RD),
    }
    return MapLayers(**(none | more))
