"""The BAG 2.0 extract: XML members with full history, joined to the addresses of today.

Read in passes, so that only what is needed stays in memory: the objects in the box, then the
panden in it, then the numbers those objects have, then their streets, then their towns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from zds_geo.core.errors import SourceError
from zds_geo.sources._bag import BagRows, Box, bag_facts, make_panden, make_rows, stands_at
from zds_geo.sources._bag_xml import Occurrence, read_occurrences
from zds_geo.sources._zipped import open_members

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

Progress = Callable[[str, int, int | None], None]
Member = tuple[str, Callable[[], IO[bytes]]]
_HEAD: Final = 8192
_TYPE: Final = re.compile(rb"objectType>\s*(VBO|LIG|STA|NUM|OPR|WPL|PND)\s*<")
# What a member is called; only to notice one whose own beginning is missing.
_NAME: Final = re.compile(r"^\d{4}(VBO|LIG|STA|NUM|OPR|WPL|PND)\d{8}[\w.-]*\.xml$", re.IGNORECASE)
_ELEMENTS: Final = {
    "VBO": "Verblijfsobject", "LIG": "Ligplaats", "STA": "Standplaats", "PND": "Pand",
    "NUM": "Nummeraanduiding", "OPR": "OpenbareRuimte", "WPL": "Woonplaats",
}  # fmt: skip
_DOORS: Final = ("VBO", "LIG", "STA")
_INACTIVE: Final = ("tijdstipInactief", "tijdstipInactiefLV", "tijdstipNietBagLV")


def is_extract(head: bytes) -> bool:
    """Tell whether a file that begins so is a member of the BAG 2.0 extract.

    Parameters
    ----------
    head : bytes
        Its first bytes.

    Returns
    -------
    bool
        True for a member.
    """
    return b":bagStand" in head


def find_members(folder: Path) -> list[Path]:
    """Find the members of an extract in a folder.

    Parameters
    ----------
    folder : Path
        Links in it are not followed.

    Returns
    -------
    list of Path
        Sorted by name.
    """
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() == ".xml" and path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                if is_extract(stream.read(_HEAD)) or _NAME.match(path.name):
                    found.append(path)
    return found


def read_bag_extract(
    path: Path, *, box: Box | None = None, progress: Progress | None = None
) -> BagRows:
    """Read the doors and panden that are current at the date of the extract.

    Parameters
    ----------
    path : Path
        A folder of XML members, a zip of them, or a zip of such zips.
    box : tuple of four float, optional
        (x0, y0, x1, y1) in RD metres: objects outside are dropped as they are read.
    progress : callable, optional
        Called with (label, done, total) for each member.

    Returns
    -------
    BagRows
        One row per current object; ``counts`` tells how much history was passed over, and why.

    Raises
    ------
    SourceError
        If a member is broken or hostile, or streets or numbers are missing.
    """
    with _open(path) as members:
        missing = [kind for kind in ("NUM", "OPR") if kind not in {k for k, _ in members}]
        if missing or not any(kind in _DOORS for kind, _ in members):
            names = missing if missing else ["VBO"]
            raise SourceError("sources.extract_parts", path=path.name, missing=", ".join(names))
        reader = _Reader(path, members, progress=progress)
        doors, counts = reader.current(_DOORS, box=box, counted=True)
        panden, _ = reader.current(("PND",), box=box)
        numbers, _ = reader.current(("NUM",), ids={d.text("heeftAlsHoofdadres") for d in doors})
        streets, _ = reader.current(("OPR",), ids={n.text("ligtAan") for n in numbers})
        towns, _ = reader.current(
            ("WPL",), ids={o.text("ligtIn") for o in (*streets, *numbers)} - {""}
        )
    side = sum(len(d.texts("heeftAlsNevenadres")) for d in doors)
    frame, n_out = _pand_frame(panden)
    counts |= {"sources.count_side": side, "sources.count_panden_gone": n_out}
    return BagRows(
        rows=make_rows(_records(doors, numbers=numbers, streets=streets, towns=towns)),
        facts=bag_facts("bag-extract", reader.stand),
        panden=frame,
        counts={key: n for key, n in counts.items() if n},
    )


@contextmanager
def _open(path: Path) -> Iterator[list[Member]]:
    """List the members that hold objects: their type, and how to open them."""
    if path.is_dir():
        yield _typed(path, [(p.name, _opener(p)) for p in find_members(path)])
        return
    with open_members(path) as members:
        named = [(m.filename.rpartition("/")[2], _zip_opener(z, m)) for z, m in members]
        yield _typed(path, named)


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _zip_opener(opened: Any, member: Any) -> Callable[[], IO[bytes]]:
    return lambda: opened.open(member)


def _typed(path: Path, named: Iterable[Member]) -> list[Member]:
    """Give each member the type it says it holds; a member that cannot say so is broken."""
    found: list[Member] = []
    for name, opener in named:
        with opener() as stream:
            head = stream.read(_HEAD)
        kind = _TYPE.search(head) if is_extract(head) else None
        if kind is not None:
            found.append((kind[1].decode("ascii"), opener))
        elif _NAME.match(name):
            raise SourceError("sources.broken_xml", path=f"{path.name}/{name}")
    return found


class _Reader:
    """Goes through members, and keeps what is current."""

    def __init__(self, path: Path, members: list[Member], *, progress: Progress | None) -> None:
        self.path = path
        self.members = members
        self.progress = progress
        self.done = 0
        self.stand = ""

    def current(
        self,
        types: tuple[str, ...],
        *,
        box: Box | None = None,
        ids: set[str] | None = None,
        counted: bool = False,
    ) -> tuple[list[Occurrence], dict[str, int]]:
        """Give the current version of each object of some types, by id, and counts by reason."""
        kinds = frozenset(_ELEMENTS[t] for t in types)
        kept: dict[str, Occurrence] = {}
        counts: Counter[str] = Counter()
        for kind, opener in self.members:
            if kind not in types:
                continue
            with opener() as stream:
                for found, stand in read_occurrences(stream, path=self.path, kinds=kinds):
                    self.stand = max(self.stand, stand)
                    if ids is not None and found.text("identificatie") not in ids:
                        continue
                    counts["sources.count_seen"] += 1
                    why = _why_not(found, stand=stand) or _why_outside(found, box=box)
                    if not why:
                        why = _keep_latest(kept, found)
                    if why:
                        counts[why] += 1
            self.done += 1
            if self.progress is not None:
                self.progress("sources.progress_addresses", self.done, len(self.members))
        return [kept[key] for key in sorted(kept)], dict(counts) if counted else {}


def _why_not(found: Occurrence, *, stand: str) -> str:
    """Tell why a version is not the current one at the date of the delivery; empty when it is.

    A version whose end lies after that date still holds: its follower is only announced.
    """
    if any(found.text(name) for name in _INACTIVE):
        return "sources.count_inactive"
    begin, end = found.text("beginGeldigheid")[:10], found.text("eindGeldigheid")[:10]
    if stand and begin > stand:
        return "sources.count_future"
    if end and not (stand and end > stand):
        return "sources.count_ended"
    if found.text("eindRegistratie") and not end:
        return "sources.count_ended"
    return ""


def _why_outside(found: Occurrence, *, box: Box | None) -> str:
    if box is None or found.kind in {"Nummeraanduiding", "OpenbareRuimte", "Woonplaats"}:
        return ""
    points = [p for polygon in found.polygons for ring in polygon for p in ring]
    points += [found.point] if found.point else []
    if not points:
        return ""  # kept: it is to be reported as an object without a place
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    inside = max(xs) >= box[0] and min(xs) <= box[2] and max(ys) >= box[1] and min(ys) <= box[3]
    return "" if inside else "sources.count_outside"


def _keep_latest(kept: dict[str, Occurrence], found: Occurrence) -> str:
    """Keep one version of an object, the one with the highest number; tell when one is passed."""
    key = found.text("identificatie")
    other = kept.get(key)
    if other is None:
        kept[key] = found
        return ""
    if _number(found) > _number(other):
        kept[key] = found
    return "sources.count_ended"


def _number(found: Occurrence) -> int:
    text = found.text("voorkomenidentificatie")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _records(
    doors: list[Occurrence],
    *,
    numbers: list[Occurrence],
    streets: list[Occurrence],
    towns: list[Occurrence],
) -> list[dict[str, str]]:
    number_of, street_of, town_of = (
        {o.text("identificatie"): o for o in found} for found in (numbers, streets, towns)
    )
    nothing = Occurrence(kind="")
    xs, ys = stands_at(_shapes(doors))
    records = []
    for door, x, y in zip(doors, xs, ys, strict=True):
        number = number_of.get(door.text("heeftAlsHoofdadres"), nothing)
        street = street_of.get(number.text("ligtAan"), nothing)
        town = town_of.get(number.text("ligtIn") or street.text("ligtIn"), nothing)
        object_id = door.text("identificatie")
        records.append(
            {
                "row": f"{door.kind} {object_id}",
                "object_id": object_id,
                "number_id": door.text("heeftAlsHoofdadres"),
                "openbare_ruimte_id": number.text("ligtAan"),
                "straat": street.text("naam"),
                "huisnummer": number.text("huisnummer"),
                "huisletter": number.text("huisletter"),
                "toevoeging": number.text("huisnummertoevoeging"),
                "postcode": number.text("postcode"),
                "woonplaats": town.text("naam"),
                "kind": door.kind.casefold(),
                "status": door.text("status"),
                "gebruiksdoel": ",".join(door.texts("gebruiksdoel")),
                "pand_ids": ",".join(door.texts("maaktDeelUitVan")),
                "x": x,
                "y": y,
            }
        )
    return records


def _pand_frame(panden: list[Occurrence]) -> tuple[gpd.GeoDataFrame | None, int]:
    if not panden:
        return None, 0
    return make_panden(
        [p.text("identificatie") for p in panden],
        [p.text("status") for p in panden],
        shapes=_shapes(panden),
    )


def _shapes(found: list[Occurrence]) -> npt.NDArray[np.object_]:
    import numpy as np
    import shapely

    shapes: npt.NDArray[np.object_] = np.empty(len(found), dtype=object)
    for i, occurrence in enumerate(found):
        whole = [[r for r in rings if len(r) >= 3] for rings in occurrence.polygons]
        parts = [shapely.Polygon(rings[0], rings[1:]) for rings in whole if rings]
        if parts:
            shapes[i] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
        elif occurrence.point is not None:
            shapes[i] = shapely.Point(occurrence.point)
    return shapes
