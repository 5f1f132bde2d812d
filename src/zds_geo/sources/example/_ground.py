"""The drawing board: local metres, slightly bent and turned, to RD metres."""

import itertools
import math
from dataclasses import dataclass, field
from typing import Final

Point = tuple[float, float]

# In the IJsselmeer, so that the invented quarter never lies over real homes (EPSG:28992).
ORIGIN: Final = (158_000.0, 531_000.0)
TURN: Final = 0.19  # radians


def to_ground(point: Point) -> Point:
    """Bend and turn a local point, and put it on the map.

    Parameters
    ----------
    point : tuple of float
        Local metres.

    Returns
    -------
    tuple of float
        EPSG:28992, metres, rounded to a centimetre.
    """
    x, y = point
    x, y = x + 14 * math.sin(y / 210), y + 11 * math.sin(x / 190)
    gx = ORIGIN[0] + x * math.cos(TURN) - y * math.sin(TURN)
    gy = ORIGIN[1] + x * math.sin(TURN) + y * math.cos(TURN)
    return round(gx, 2), round(gy, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way with its tags, in local metres."""

    points: tuple[Point, ...]
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pand:
    """A building, in local metres."""

    pand_id: str
    corners: tuple[Point, ...]
    use: str
    built: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address as the BAG knows it, in local metres."""

    street: str
    number: int
    letter: str = ""
    addition: str = ""
    at: Point = (0.0, 0.0)
    pand_id: str = ""
    kind: str = "verblijfsobject"
    status: str = "Verblijfsobject in gebruik"
    uses: tuple[str, ...] = ("woonfunctie",)
    area: int = 95


@dataclass(slots=True)
class Quarter:
    """Everything that was drawn."""

    ways: list[Way] = field(default_factory=list)
    panden: list[Pand] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    water: list[tuple[Point, ...]] = field(default_factory=list)

    def way(self, name: str, highway: str, points: list[Point], **tags: str) -> None:
        """Draw a way; long stretches get points every 30 m, so that they bend with the ground."""
        whole = {"highway": highway, **({"name": name} if name else {}), **tags}
        self.ways.append(Way(points=tuple(_densify(points)), tags=whole))

    def pand(self, box: tuple[float, float, float, float], *, use: str, built: int) -> str:
        """Draw a rectangular building (x0, y0, x1, y1) and give its id."""
        x0, y0, x1, y1 = box
        pand_id = f"999910{len(self.panden) + 1:010d}"
        corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        self.panden.append(Pand(pand_id=pand_id, corners=corners, use=use, built=built))
        return pand_id


def _densify(points: list[Point]) -> list[Point]:
    result = [points[0]]
    for (xa, ya), (xb, yb) in itertools.pairwise(points):
        parts = max(1, round(math.hypot(xb - xa, yb - ya) / 30))
        result += [
            (round(xa + (xb - xa) * k / parts, 2), round(ya + (yb - ya) * k / parts, 2))
            for k in range(1, parts + 1)
        ]
    return result
