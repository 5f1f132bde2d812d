"""Real Kampen divided: how even, how whole, how compact, what moves when somebody comes or goes.

Beside k-means on coordinates (what a map and a ruler give), and a bound that no redrawing beats.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.vq import kmeans2
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

import kampen
from zds_geo.app._units import make_units
from zds_geo.app.workspace import Workspace
from zds_geo.core.windows import AMSTERDAM
from zds_geo.places import link_units
from zds_geo.planner import divide
from zds_geo.store import read_layer

BUURTEN = ("BU01660000", "BU01660008", "BU01660005", "BU01660001", "BU01660015", "BU01660016")
PEOPLE = (2, 3, 4, 5, 6)
TOLERANCE = 0.03


@dataclass(frozen=True)
class Town:
    """Layers of a workspace, read once."""

    workspace: Workspace
    doors: Any
    stops: Any
    edges: Any
    junctions: Any

    def units(self, codes: tuple[str, ...] | None, k: int) -> tuple[Any, Any]:
        """Units and links of some buurten, or of all."""
        doors = self.doors
        if codes is not None:
            doors = doors.loc[doors["buurt_code"].isin(codes)]
        nobody = pd.Series("", index=doors.index)
        settings = self.workspace.settings
        units, _ = make_units(doors, self.stops, owners=nobody, n_people=k, settings=settings)
        pace = settings.service.walk_m_s
        return units, link_units(units, self.edges, self.junctions, walk_m_s=pace)


def call(units: Any, links: Any, shares: Any, previous: Any = None) -> Any:
    """Divide units as the command does."""
    return divide(
        units["work_s"].to_numpy(), links[["a", "b"]].to_numpy(), links["walk_s"].to_numpy(),
        shares=shares, seed=1, span_s=units["span_s"].to_numpy(),
        streets=pd.factorize(units["straat"])[0], real=links["real"].to_numpy(),
        previous=previous, tolerance=TOLERANCE,
    )  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """Worst share in %, pieces of the worst area, mean seconds to the middle, streets in two."""

    worst: float
    pieces: int
    middle_s: float
    streets: float


def measure(units: Any, links: Any, area: Any, k: int) -> Shape:
    """Measure a division, however it was made."""
    area, work = np.asarray(area), units["work_s"].to_numpy()
    a, b = links["a"].to_numpy(), links["b"].to_numpy()
    span = units["span_s"].to_numpy()
    way = np.maximum(links["walk_s"].to_numpy() + (span[a] + span[b]) / 2, 1e-6)
    n = len(units)
    graph = coo_array((way, (a, b)), shape=(n, n)).tocsr()
    share = work.sum() / k
    load = np.bincount(area, weights=work, minlength=k)
    far, most = 0.0, 0
    for one in range(k):
        mine = np.flatnonzero(area == one)
        if not len(mine):
            continue
        inside = links["real"].to_numpy() & (area[a] == one) & (area[b] == one)
        joined = coo_array((np.ones(inside.sum()), (a[inside], b[inside])), shape=(n, n))
        most = max(most, len(set(connected_components(joined, directed=False)[1][mine])))
        away = dijkstra(graph, directed=False, indices=mine)[:, mine]
        far += float((away @ work[mine]).min())
    split = units.assign(area=area).groupby("straat")["area"].nunique()
    return Shape(
        100 * float(np.abs(load / share - 1).max()),
        most,
        far / work.sum(),
        float((split > 1).mean()),
    )


def by_ruler(units: Any, k: int) -> Any:
    """k-means on the coordinates of the units, weighted by repeating them once per door."""
    xy = units[["x", "y"]].to_numpy()
    _, label = kmeans2(np.repeat(xy, units["n_doors"], axis=0), k, minit="++", seed=1, iter=50)
    first = np.cumsum(units["n_doors"].to_numpy()) - units["n_doors"].to_numpy()
    return label[first]


def least_moved(load: Any, target: Any) -> float:
    """Work that has to change hands however one redraws: all that is over, or all that is short."""
    over = np.maximum(load - target * (1 + TOLERANCE), 0).sum()
    short = np.maximum(target * (1 - TOLERANCE) - load, 0).sum()
    return float(max(over, short))


def redraw(units: Any, links: Any, area: Any, k: int) -> dict[str, list[float]]:
    """Let each leave once and one more join: moved work over the bound, and off the shares."""
    work, area = units["work_s"].to_numpy(), np.asarray(area)
    found: dict[str, list[float]] = {"leave": [], "join": [], "worst": [], "afresh": []}
    for gone in range(k):
        shares = [float(i != gone) for i in range(k)]
        after = call(units, links, shares, previous=area)
        load = np.bincount(area, weights=work, minlength=k)
        found["leave"].append(after.moved_s / least_moved(load, np.array(after.target_s)))
        found["worst"].append(100 * after.worst)
    after = call(units, links, [1.0] * (k + 1), previous=area)
    load = np.bincount(area, weights=work, minlength=k + 1)
    bound = least_moved(load, np.array(after.target_s))
    found["join"].append(after.moved_s / bound)
    found["worst"].append(100 * after.worst)
    found["afresh"].append(_afresh(units, links, area, k + 1) / bound)
    return found


def _afresh(units: Any, links: Any, area: Any, k: int) -> float:
    """Work that moves when all is drawn afresh and names are given back as well as can be."""
    from scipy.optimize import linear_sum_assignment

    fresh = np.asarray(call(units, links, [1.0] * k).area)
    work = units["work_s"].to_numpy()
    both = np.zeros((k, k))
    np.add.at(both, (fresh, area), work)
    rows, names = linear_sum_assignment(-both)
    return float(work.sum() - both[rows, names].sum())


def main() -> int:
    """Print a table per buurt and team, then the whole of Kampen over twelve."""
    now = datetime(2026, 11, 1, 18, 0, tzinfo=AMSTERDAM)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        workspace = kampen.import_kampen(Path(folder) / "kampen", now=now)
        layers = [read_layer(workspace.places_path, n) for n in ("doors", "stops")]
        net = [read_layer(workspace.places_path, n) for n in ("edges", "junctions")]
        town = Town(workspace, layers[0].sort_index(), *layers[1:], *net)
        print(
            "off = worst share %, st = pieces of the worst area, mid = mean seconds to the middle,"
        )
        print(
            "cut = streets in two areas %; moved = work that changed hands over the least possible"
        )
        print(
            "buurt        k sides |  ours: off st  mid  cut     s | k-means: off st  mid  cut |"
            " leave mean/most  join  afresh  off"
        )
        for codes in [*((b,) for b in BUURTEN), None]:
            for k in PEOPLE if codes else (12,):
                bad += _row(town, codes, k)
    return 1 if bad else 0


def _row(town: Town, codes: tuple[str, ...] | None, k: int) -> int:
    units, links = town.units(codes, k)
    begin = time.perf_counter()
    drawn = call(units, links, [1.0] * k)
    took = time.perf_counter() - begin
    again = call(units, links, [1.0] * k, previous=drawn.area)
    ours = measure(units, links, drawn.area, k)
    ruler = measure(units, links, by_ruler(units, k), k)
    moves = redraw(units, links, drawn.area, k)
    print(
        f"{codes[0] if codes else 'Kampen':<11}{k:>3}{len(units):>6} |"
        f"{ours.worst:>11.1f}{ours.pieces:>3}{ours.middle_s:>5.0f}{100 * ours.streets:>5.0f}"
        f"{took:>6.1f} |{ruler.worst:>13.1f}{ruler.pieces:>3}{ruler.middle_s:>5.0f}"
        f"{100 * ruler.streets:>5.0f} |{np.mean(moves['leave']):>10.2f}{max(moves['leave']):>6.2f}"
        f"{moves['join'][0]:>6.2f}{moves['afresh'][0]:>8.2f}{max(moves['worst']):>5.1f}",
        flush=True,
    )
    return int(again.area != drawn.area)


if __name__ == "__main__":
    sys.exit(main())
