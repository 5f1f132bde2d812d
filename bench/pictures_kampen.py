"""Pictures of the places of Kampen, to look at: ``python bench/pictures_kampen.py FOLDER``.

Three SVGs: forty doors with their way to the street, the largest flat with its stops, and the
street sides of one buurt.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shapely import box as make_box

import kampen

COLOURS = ("#0b6e99", "#c44900", "#4b7f2a", "#8a2c7d", "#9c7a00", "#333333")


class Picture:
    """Shapes in RD metres, drawn as SVG."""

    def __init__(self, bounds: tuple[float, float, float, float], *, px_per_m: float) -> None:
        self.x0, self.y0, self.x1, self.y1 = bounds
        self.scale, self.parts = px_per_m, list[str]()

    def _at(self, xy: Any) -> str:
        return " ".join(
            f"{(x - self.x0) * self.scale:.1f},{(self.y1 - y) * self.scale:.1f}" for x, y, *_ in xy
        )

    def area(self, shape: Any, fill: str) -> None:
        """Fill a polygon."""
        for part in getattr(shape, "geoms", [shape]):
            self.parts.append(f'<polygon points="{self._at(part.exterior.coords)}" fill="{fill}"/>')

    def line(self, shape: Any, colour: str, width: float) -> None:
        """Draw a line."""
        for part in getattr(shape, "geoms", [shape]):
            self.parts.append(
                f'<polyline points="{self._at(part.coords)}" fill="none" stroke="{colour}"'
                f' stroke-width="{width}"/>'
            )

    def spot(self, point: Any, colour: str, text: str = "", size: float = 4) -> None:
        """Draw a dot with a text beside it."""
        x, y = self._at([(point.x, point.y)]).split(",")
        self.parts.append(f'<circle cx="{x}" cy="{y}" r="{size}" fill="{colour}"/>')
        if text:
            self.parts.append(f'<text x="{float(x) + 5}" y="{y}" font-size="12">{text}</text>')

    def write(self, path: Path) -> None:
        """Write the file."""
        w, h = (self.x1 - self.x0) * self.scale, (self.y1 - self.y0) * self.scale
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w:.0f}" height="{h:.0f}"'
            ' font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
            + "".join(self.parts)
            + "</svg>\n",
            encoding="utf-8",
        )


def ground(layers: dict[str, Any], bounds: Any, *, px_per_m: float) -> Picture:
    """Draw buildings, water and streets with their names."""
    picture = Picture(tuple(bounds), px_per_m=px_per_m)
    view = make_box(*bounds)
    for name, fill in (("water", "#cfe5f2"), ("panden", "#e3ded6")):
        for shape in layers[name].loc[layers[name].intersects(view)].geometry:
            picture.area(shape, fill)
    edges = layers["edges"].loc[layers["edges"].intersects(view)]
    for shape in edges.geometry:
        picture.line(shape, "#b8b8b8", 5)
    longest = edges.assign(n=edges.intersection(view).length).sort_values("n")
    for row in longest.groupby("name").tail(1).itertuples():
        middle = row.geometry.intersection(view).interpolate(0.5, normalized=True)
        if row.name:
            picture.spot(middle, "none", row.name)
    return picture


def draw_doors(layers: dict[str, Any], path: Path) -> None:
    """Forty doors round a corner of the old town."""
    doors = layers["doors"].loc[layers["doors"]["buurt_code"] == "BU01660001"]
    middle = doors.geometry.union_all().centroid
    mine = doors.assign(d=doors.distance(middle)).sort_values("d").head(40)
    x0, y0, x1, y1 = mine.total_bounds
    picture = ground(layers, (x0 - 25, y0 - 25, x1 + 25, y1 + 25), px_per_m=9)
    for row in mine.itertuples():
        picture.line(layers["access"].geometry[row.Index], "#c44900", 1.5)
        picture.spot(row.geometry, "#0b6e99", f"{row.huisnummer}{row.huisletter}{row.toevoeging}")
    picture.write(path)


def draw_flat(layers: dict[str, Any], path: Path) -> None:
    """The building with the most homes, each stop in a colour of its own."""
    doors = layers["doors"]
    largest = doors.loc[doors["pand_id"] != "", "pand_id"].value_counts().index[0]
    mine = doors.loc[doors["pand_id"] == largest]
    x0, y0, x1, y1 = mine.total_bounds
    picture = ground(layers, (x0 - 40, y0 - 40, x1 + 40, y1 + 40), px_per_m=8)
    for n, (stop_id, group) in enumerate(mine.groupby("stop_id")):
        colour = COLOURS[n % len(COLOURS)]
        for row in group.itertuples():
            picture.spot(row.geometry, colour, size=3)
        at = layers["stops"].geometry[stop_id]
        numbers = sorted(group["huisnummer"])
        picture.line(layers["access"].geometry[group.index[0]], colour, 2)
        picture.spot(at, colour, f"{len(group)}: {numbers[0]}-{numbers[-1]}", size=8)
    picture.write(path)


def draw_sides(layers: dict[str, Any], path: Path) -> None:
    """The street sides of a buurt, each in a colour of its own."""
    buurt = layers["buurten"].geometry["BU01660010"]
    picture = ground(layers, buurt.bounds, px_per_m=1.4)
    sides = layers["street_sides"].loc[layers["street_sides"]["buurt_code"] == "BU01660010"]
    for n, row in enumerate(sides.itertuples()):
        picture.line(row.geometry, COLOURS[n % len(COLOURS)], 2.5)
        picture.spot(row.geometry.interpolate(0.5, normalized=True), "none", str(row.n_doors))
    picture.write(path)


def main(folder: Path) -> int:
    """Import Kampen and draw."""
    from zds_geo.store import read_layer

    folder.mkdir(parents=True, exist_ok=True)
    names = (
        "doors", "stops", "access", "edges", "panden", "water", "buurten", "street_sides",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as spare:
        now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
        workspace = kampen.import_kampen(Path(spare), now=now)
        layers = {name: read_layer(workspace.places_path, name) for name in names}
    draw_doors(layers, folder / "deuren.svg")
    draw_flat(layers, folder / "flat.svg")
    draw_sides(layers, folder / "straatzijden.svg")
    print(f"{folder}: deuren.svg, flat.svg, straatzijden.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
