"""One XML member of the BAG 2.0 extract, streamed: expat, no document type, no entities.

No object is held longer than it takes to give it away, so a member may be of any size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from zds_geo.core.errors import SourceError

_PIECE: Final = 1 << 18  # bytes fed at a time
_MOST_DEEP: Final = 64  # the extract nests about 12 deep
_MOST_TEXT: Final = (
    20_000_000  # characters in one element; the largest outline takes under a million
)
_SUFFIX: Final = "Ref"


@dataclass(slots=True, kw_only=True)
class Occurrence:
    """One version (voorkomen) of one object.

    ``values``: element name → texts; of a reference the name of the element around it.
    ``polygons``: rings as (x, y) pairs, the outer one first. ``point``: x, y or None.
    """

    kind: str
    values: dict[str, list[str]] = field(default_factory=dict)
    polygons: list[list[list[tuple[float, float]]]] = field(default_factory=list)
    point: tuple[float, float] | None = None

    def text(self, name: str) -> str:
        """Give the first text of an element, or empty text."""
        return next(iter(self.values.get(name, ())), "")

    def texts(self, name: str) -> list[str]:
        """Give all texts of an element."""
        return self.values.get(name, [])


def read_occurrences(
    stream: IO[bytes], *, path: Path, kinds: frozenset[str]
) -> Iterator[tuple[Occurrence, str]]:
    """Go through the objects of a member.

    Parameters
    ----------
    stream : binary file
        The XML.
    path : Path
        For messages.
    kinds : frozenset of str
        Element names of the wanted objects, such as ``Verblijfsobject``.

    Yields
    ------
    occurrence : Occurrence
        Every version, current or not.
    stand : str
        ISO date of the delivery, empty when the member does not tell.

    Raises
    ------
    SourceError
        If the XML is cut off, broken, or declares a document type or entity.
    """
    collector = _Collector(path, kinds)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.data
    parser.StartDoctypeDeclHandler = collector.refuse
    parser.EntityDeclHandler = collector.refuse
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
            yield from collector.take()
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as fault:
        raise SourceError("sources.broken_xml", path=path.name) from fault
    yield from collector.take()


class _Collector:
    """Collects objects from the events of one member."""

    def __init__(self, path: Path, kinds: frozenset[str]) -> None:
        self.path = path
        self.kinds = kinds
        self.stand = ""
        self.ready: list[Occurrence] = []
        self.open: Occurrence | None = None
        self.names: list[str] = []
        self.text: list[str] = []
        self.length = 0
        self.dimension = 2
        self.ring: list[tuple[float, float]] = []

    def refuse(self, *_: Any) -> None:
        raise SourceError("sources.xml_doctype", path=self.path.name)

    def take(self) -> Iterator[tuple[Occurrence, str]]:
        found, self.ready = self.ready, []
        for occurrence in found:
            yield occurrence, self.stand

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if self.open is None and local in self.kinds and "bagObject" in self.names:
            self.open = Occurrence(kind=local)
            self.dimension = 2
        if len(self.names) == _MOST_DEEP:
            raise ValueError(local)
        self.names.append(local)
        self.text, self.length = [], 0
        if self.open is None:
            return
        if "srsDimension" in attributes:
            self.dimension = int(attributes["srsDimension"])
        if local in {"Polygon", "PolygonPatch"}:
            self.open.polygons.append([])
        elif local == "LinearRing":
            self.ring = []

    def data(self, text: str) -> None:
        self.length += len(text)
        if self.length > _MOST_TEXT:
            raise ValueError(self.names[-1])
        self.text.append(text)

    def end(self, _: str) -> None:
        local = self.names.pop()
        text = "".join(self.text).strip()
        self.text = []
        if self.open is None:
            if local == "StandTechnischeDatum":
                self.stand = text[:10]
            return
        if local == self.open.kind:
            self.ready.append(self.open)
            self.open = None
        elif local == "LinearRing":
            self._end_ring()
        elif local in {"pos", "posList"}:
            self._end_positions(text)
        elif text:
            key = self.names[-1] if local.endswith(_SUFFIX) else local
            # Some deliveries write ids with their domain: NL.IMBAG.Pand.0200100000000001.
            value = text.rpartition(".")[2] if text.startswith("NL.IMBAG.") else text
            self.open.values.setdefault(key, []).append(value)

    def _end_ring(self) -> None:
        if self.open is None or not self.open.polygons:
            return
        polygon = self.open.polygons[-1]
        if "exterior" in self.names:
            polygon.insert(0, self.ring)
        else:
            polygon.append(self.ring)

    def _end_positions(self, text: str) -> None:
        numbers = [float(piece) for piece in text.split()]
        if not all(map(math.isfinite, numbers)):
            raise ValueError(text)
        pairs = list(zip(numbers[:: self.dimension], numbers[1 :: self.dimension], strict=True))
        if "LinearRing" in self.names:
            self.ring += pairs
        elif self.open is not None and pairs:
            self.open.point = pairs[0]
