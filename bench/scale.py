"""Scale: an area out of a national GeoPackage, and imports of one to five times Kampen.

``python bench/scale.py national [rows]`` and ``python bench/scale.py import [most copies]``.
The copies of Kampen lie side by side, so that the largest import has 97,000 homes.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from kampen import DATA

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
IN_AREA = 20_000
AREA = (190_000.0, 460_000.0, 194_000.0, 464_000.0)
APART = 0.15  # degrees of longitude: 10 km
IDS = 10**11  # between the ids of the copies


def write_national(path: Path, *, n: int) -> None:
    """Write a GeoPackage as ``bag-light`` lays it out: n homes, 20,000 of them in the area."""
    import geopandas as gpd
    import pandas as pd

    rng = np.random.default_rng(1)
    x0, y0, x1, y1 = AREA
    x = np.concatenate([rng.uniform(x0, x1, IN_AREA), rng.uniform(20_000, 180_000, n - IN_AREA)])
    y = np.concatenate([rng.uniform(y0, y1, IN_AREA), rng.uniform(310_000, 600_000, n - IN_AREA)])
    order, k = rng.permutation(n), np.arange(n)
    table = pd.DataFrame(
        {
            "identificatie": [f"020001{i:010d}" for i in k],
            "nummeraanduiding_hoofdadres_identificatie": [f"020020{i:010d}" for i in k],
            "pand_identificatie": [f"020010{i // 3:010d}" for i in k],
            "openbare_ruimte_naam": [f"Straat {i // 40}" for i in k],
            "huisnummer": k % 40 + 1,
            "huisletter": "",
            "toevoeging": "",
            "postcode": [f"{1000 + i // 200 % 9000}AB" for i in k],
            "woonplaats_naam": "Nergens",
            "status": "Verblijfsobject in gebruik",
            "gebruiksdoel": "woonfunctie",
        }
    )
    frame = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs="EPSG:28992")
    frame.iloc[order].to_file(path, layer="verblijfsobject", driver="GPKG", engine="pyogrio")


def read_national(rows: int) -> None:
    """Read the area out of files of different size."""
    from zds_geo.sources import LimitedReader

    for n in (rows // 10, rows):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bag-light.gpkg"
            write_national(path, n=n)
            with LimitedReader() as reader:
                start = time.perf_counter()
                found = reader.read_addresses(path, box=AREA)
                seconds = time.perf_counter() - start
                status = Path(f"/proc/{reader.pid}/status").read_text(encoding="ascii")
            peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
            size = path.stat().st_size / 1e6
        print(
            f"{n:9,} rows ({size:,.0f} MB): {len(found.addresses):,} addresses of the area in"
            f" {seconds:.1f} s, process start included; peak {peak} MB"
        )


def write_copies(folder: Path, copies: int) -> None:
    """Write Kampen beside itself: addresses, buurten and streets."""
    import osmium

    from zds_geo.core.crs import to_rd

    with (DATA / "kampen_adressen_osm.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (folder / "adressen.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        for copy in range(copies):
            lon = np.array([float(r["lon"]) + copy * APART for r in rows])
            x, y = to_rd(lon, np.array([float(r["lat"]) for r in rows]))
            for row, *at in zip(rows, lon, x, y, strict=True):
                moved = {"lon": at[0], "rd_x": at[1], "rd_y": at[2]}
                writer.writerow({**row, **moved, "osm_id": int(row["osm_id"]) + copy * IDS})

    content = json.loads((DATA / "kampen_buurten_cbs2015.geojson").read_text(encoding="utf-8"))
    features = []
    for copy in range(copies):
        text = json.dumps(content["features"]).replace("BU0166", f"BU016{copy}")
        for feature in json.loads(text.replace("WK0166", f"WK016{copy}")):
            feature["geometry"]["coordinates"] = _moved(
                feature["geometry"]["coordinates"], copy * APART
            )
            features.append(feature)
    content["features"] = features
    (folder / "buurten.geojson").write_text(json.dumps(content), encoding="utf-8")

    with osmium.SimpleWriter(str(folder / "straten.osm.pbf")) as out:
        for what in (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION):
            for copy in range(copies):
                more = copy * IDS
                for thing in osmium.FileProcessor(str(DATA / "kampen.osm.pbf"), what):
                    if what == osmium.osm.NODE:
                        spot = (thing.location.lon + copy * APART, thing.location.lat)
                        out.add_node(thing.replace(id=thing.id + more, location=spot))
                    elif what == osmium.osm.WAY:
                        nodes = [n.ref + more for n in thing.nodes]
                        out.add_way(thing.replace(id=thing.id + more, nodes=nodes))
                    else:
                        members = [(m.type, m.ref + more, m.role) for m in thing.members]
                        out.add_relation(thing.replace(id=thing.id + more, members=members))


def _moved(part: list, by: float) -> list:  # type: ignore[type-arg]
    if isinstance(part[0], (int, float)):
        return [part[0] + by, *part[1:]]
    return [_moved(p, by) for p in part]


def import_copies(copies: int) -> None:
    """Import some copies and print what it took, in a process of its own."""
    from zds_geo.app.import_places import import_places
    from zds_geo.app.workspace import open_workspace

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_copies(folder, copies)
        (folder / "zds.toml").write_text(
            '[area]\nname = "Veel"\ngemeente_code = "GM0166"\n', encoding="utf-8"
        )
        start = time.perf_counter()
        result = import_places(
            open_workspace(folder), addresses=folder / "adressen.csv",
            buurten=folder / "buurten.geojson", streets=folder / "straten.osm.pbf", now=NOW,
        )  # fmt: skip
        seconds = time.perf_counter() - start
    mine, child = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"{result.report.kept:7,} homes: {seconds:6.1f} s,"
        f" {1000 * seconds / result.report.kept:.2f} ms a home;"
        f" peak {mine:,.0f} MB, reading process {child:,.0f} MB",
        flush=True,
    )


def main(what: str, number: int) -> int:
    """Measure."""
    if what == "national":
        read_national(number or 1_000_000)
    elif what == "one":
        import_copies(number)
    else:
        for copies in sorted({1, 2, number or 5}):
            subprocess.run([sys.executable, __file__, "one", str(copies)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
