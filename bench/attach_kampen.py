"""Kampen: does each door attach to its own street, and does no attachment go through anything?

Checks the written lines again from the raw open data, apart from the code that chose them.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import shapely

import kampen
from zds_geo.places import Places, build_places
from zds_geo.places.attach import fold_street
from zds_geo.sources import read_addresses, read_buurten, read_streets

REACH_M = 100.0


def barred(ways: np.ndarray, rows: np.ndarray, own: list[set[int]], areas: np.ndarray,
           lines: np.ndarray) -> np.ndarray:  # fmt: skip
    """Tell which ways go through water, over rail or water lines, or through a foreign pand."""
    found = np.zeros(len(ways), dtype=bool)
    found[shapely.STRtree(lines).query(ways, predicate="intersects")[0]] = True
    way, area = shapely.STRtree(areas).query(ways, predicate="intersects")
    foreign = np.array([a not in own[rows[w]] for w, a in zip(way, area, strict=True)], dtype=bool)
    way, area = way[foreign], area[foreign]
    inside = shapely.length(shapely.intersection(ways[way], areas[area]))
    found[way[inside > 0.05]] = True
    return found


def main() -> int:
    """Build, check, print."""
    addresses = read_addresses(kampen.DATA / "kampen_adressen_osm.csv")
    streets = read_streets(kampen.DATA / "kampen.osm.pbf")
    buurten = read_buurten(kampen.DATA / "kampen_buurten_cbs2015.geojson")
    start = time.perf_counter()
    places: Places = build_places(
        addresses.addresses, streets.ways, buurten=buurten.buurten, panden=streets.panden,
        water=streets.water, barriers=streets.barriers, entrances=streets.entrances,
        left_out=addresses.left_out, buurt_codes=None,
    )  # fmt: skip
    print(f"build_places {time.perf_counter() - start:.1f} s")
    doors, edges = places.doors, places.edges
    lines = edges.geometry.to_numpy()
    door, edge = shapely.STRtree(lines).query(
        doors.geometry.to_numpy(), predicate="dwithin", distance=REACH_M
    )
    names = np.array([fold_street(n) if n else "-" for n in edges["name"]])
    own_name = np.array([fold_street(n) for n in doors["straat"]])
    near = np.zeros(len(doors), dtype=bool)
    near[door[own_name[door] == names[edge]]] = True
    own = own_name == np.array([fold_street(n) if n else "-" for n in doors["access_name"]])
    print(f"doors {len(doors)}, with an edge of their own street within 100 m {near.sum()}")
    print(f"of these attached to it: {own[near].mean():.4f}; of all: {own.mean():.4f}")

    areas = np.concatenate([streets.panden.geometry.to_numpy(), streets.water.geometry.to_numpy()])
    bars = streets.barriers.geometry.to_numpy()
    place = {p: i for i, p in enumerate(streets.panden.index)}
    within: list[set[int]] = [{place[p]} if p in place else set() for p in doors["pand_id"]]
    for d, a in zip(*shapely.STRtree(areas).query(doors.geometry.to_numpy(), "intersects"),
                    strict=True):  # fmt: skip
        within[d].add(int(a))
    access = places.access.geometry.to_numpy()
    every = np.arange(len(doors))
    bad = np.flatnonzero(barred(access, every, within, areas, bars))
    stops = doors["stop_id"].to_numpy()[bad]
    print(f"attachment lines that go through something: {len(bad)} doors, {len(set(stops))} stops")
    avoidable = []
    for row in bad:
        mine = edge[door == row]
        ways = shapely.shortest_line(doors.geometry.iloc[row], lines[mine])
        free = ~barred(ways, np.full(len(ways), row), within, areas, bars)
        if free.any():
            avoidable.append(row)
    print(f"... where the straight way to some edge within 100 m avoids it: {len(avoidable)}")
    for row in avoidable[:20]:
        print("   ", doors["straat"].iloc[row], doors["huisnummer"].iloc[row], doors.index[row])
    sizes = doors.groupby("pand_id").agg(n=("stop_id", "size"), stops=("stop_id", "nunique"))
    sizes = sizes.loc[sizes.index != ""].sort_values("n", ascending=False)
    print("largest panden, doors/stops:", sizes.head(12).to_numpy().tolist())
    print(f"stops {len(places.stops)}, doors > 50 m {len(places.report.far_from_street)}")
    lengths = doors["access_m"].describe(percentiles=[0.5, 0.9, 0.99]).round(1)
    print("access m:", lengths.to_dict())
    return 1 if avoidable else 0


if __name__ == "__main__":
    sys.exit(main())
