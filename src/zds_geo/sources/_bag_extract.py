"""BAG 2.0 extract: XML members in a folder, a zip, or zips in a zip; current records only."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from xml.parsers import expat

from zds_geo.core.errors import SourceError
from zds_geo.sources._bag_files import CREDIT
from zds_geo.sources._normal import RAW_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

OBJECTS: Final = {
    "Verblijfsobject": "verblijfsobject", "Ligplaats": "ligplaats", "Standplaats": "standplaats",
}  # fmt: skip
READ: Final = frozenset({*OBJECTS, "Nummeraanduiding", "OpenbareRuimte", "Woonplaats"})
# An id stands in the element itself, or in a reference to another object.
REFS: Final = {
    "NummeraanduidingRef": "number", "OpenbareRuimteRef": "street", "WoonplaatsRef": "town",
    "PandRef": "pand",
}  # fmt: skip
MOST_UNPACKED: Final = 400 * 1024**3  # the whole country is about 100 GB unpacked
MOST_RATIO: Final = 400  # XML packs about 30 to 1
DEEPEST: Final = 2
_PIECE: Final = 1 << 20


def read_extract_rows(path: Path, *, today: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the current homes of a BAG 2.0 extract.

    Parameters
    ----------
    path : Path
        Folder of XML members, zip of them, or zip of such zips.
    today : str
        ISO date; a record that begins later is not current. Empty: the date of the extract.

    Returns
    -------
    rows : DataFrame
        Columns RAW_COLUMNS, all text.
    facts : dict
        Format, licence, credit, data date, and ``not_current`` and ``side_addresses`` (counts).

    Raises
    ------
    SourceError
        If a member is broken, declares entities, or unpacks to far more than it should.
    """
    import pandas as pd

    found = _Objects(today)
    try:
        for name, stream in _members(path):
            found.read(name, stream)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as fault:
        raise SourceError("sources.broken_extract", path=path.name) from fault
    rows = found.rows()
    if not rows:
        raise SourceError("sources.no_extract", path=path.name)
    facts = {
        **CREDIT, "format": "bag-extract", "data_date": found.date,
        "not_current": str(found.not_current), "side_addresses": str(found.side_addresses),
    }  # fmt: skip
    return pd.DataFrame(rows, columns=list(RAW_COLUMNS), dtype="str"), facts


def is_member(name: str) -> bool:
    """Tell whether a file name is that of an extract member, such as ``0221VBO…-000001.xml``.

    Parameters
    ----------
    name : str
        Name without folders.

    Returns
    -------
    bool
        True for the object types that are read.
    """
    kinds = ("VBO", "LIG", "STA", "NUM", "OPR", "WPL")
    return name.lower().endswith(".xml") and name[:4].isdigit() and name[4:7] in kinds


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if is_member(file.name):
                with file.open("rb") as stream:
                    yield file.name, stream
        return
    with zipfile.ZipFile(path) as archive:
        yield from _zipped(archive, depth=1, path=path)


def _zipped(archive: zipfile.ZipFile, *, depth: int, path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Go through a zip; names of members are never used as paths."""
    for info in sorted(archive.infolist(), key=lambda i: i.filename):
        name = info.filename.rpartition("/")[2]
        huge = info.file_size > MOST_UNPACKED
        if huge or info.file_size > MOST_RATIO * max(info.compress_size, 1024):
            raise SourceError("sources.bomb", path=path.name)
        if is_member(name):
            with archive.open(info) as stream:
                yield name, stream
        elif name.lower().endswith(".zip") and depth < DEEPEST:
            with _inner(archive, info) as inner:
                yield from _zipped(inner, depth=depth + 1, path=path)


@contextmanager
def _inner(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[zipfile.ZipFile]:
    with archive.open(info) as stream:
        inner = stream if stream.seekable() else io.BytesIO(stream.read())
        with zipfile.ZipFile(inner) as opened:
            yield opened


class _Objects:
    """Current records by id, filled by a streaming parser that refuses entities."""

    def __init__(self, today: str) -> None:
        self.today = today
        self.date = ""
        self.not_current = 0
        self.side_addresses = 0
        self.of: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in READ}
        self.dropped: Counter[str] = Counter()

    def read(self, name: str, stream: IO[bytes]) -> None:
        """Read one member."""
        handler = _Handler(self._keep, self._set_date)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text
        parser.EntityDeclHandler = _refuse
        parser.DefaultHandler = None
        try:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, _EntityError) as fault:
            raise SourceError("sources.broken_extract", path=name) from fault

    def _set_date(self, text: str) -> None:
        self.date = max(self.date, text)
        self.today = self.today or text

    def _keep(self, kind: str, record: dict[str, Any]) -> None:
        ended = record.get("end") or record.get("inactive")
        if ended or (self.today and record.get("begin", "") > self.today):
            self.not_current += 1
            return
        known = self.of[kind].get(record.get("id", ""))
        if known is None or known.get("seq", 0) <= record.get("seq", 0):
            self.of[kind][record.get("id", "")] = record
        self.side_addresses += len(record.get("number_refs", [])) - bool(record.get("number"))

    def rows(self) -> list[dict[str, str]]:
        """Join objects to their main address, its street and its town."""
        found = []
        for kind, ours in OBJECTS.items():
            for object_id, record in sorted(self.of[kind].items()):
                number = self.of["Nummeraanduiding"].get(record.get("number", ""), {})
                street = self.of["OpenbareRuimte"].get(number.get("street", ""), {})
                town_id = number.get("town") or street.get("town", "")
                town = self.of["Woonplaats"].get(town_id, {})
                x, y = record.get("at", ("", ""))
                row = dict.fromkeys(RAW_COLUMNS, "") | {
                    "row": f"{ours} {object_id}", "object_id": object_id,
                    "number_id": record.get("number", ""),
                    "openbare_ruimte_id": number.get("street", ""),
                    "straat": street.get("naam", ""), "huisnummer": number.get("huisnummer", ""),
                    "huisletter": number.get("huisletter", ""),
                    "toevoeging": number.get("huisnummertoevoeging", ""),
                    "postcode": number.get("postcode", ""), "woonplaats": town.get("naam", ""),
                    "kind": ours, "status": record.get("status", ""),
                    "gebruiksdoel": ",".join(record.get("uses", [])),
                    "pand_id": min(record.get("panden", []), default=""), "x": x, "y": y,
                }  # fmt: skip
                found.append(row)
        return found


class _EntityError(Exception):
    """The XML declares entities: no extract does."""


def _refuse(*_: Any) -> None:
    raise _EntityError


class _Handler:
    """SAX callbacks: from elements to plain records."""

    def __init__(
        self, keep: Callable[[str, dict[str, Any]], None], date: Callable[[str], None]
    ) -> None:
        self._keep, self._date = keep, date
        self._kind = ""
        self._record: dict[str, Any] = {}
        self._text: list[str] = []
        self._side = False
        self._place: list[str] = []

    def start(self, name: str, _: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._text = []
        if not self._kind and local in READ:
            self._kind, self._record, self._place = local, {}, []
        elif local == "heeftAlsNevenadres":
            self._side = True

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        text = "".join(self._text).strip()
        self._text = []
        if local == "StandTechnischeDatum":
            self._date(text)
        if not self._kind:
            return
        if local == self._kind:
            self._finish()
        elif local == "heeftAlsNevenadres":
            self._side = False
        else:
            self._take(local, text)

    def _finish(self) -> None:
        if self._place:
            self._record["at"] = _middle(self._place)
        self._keep(self._kind, self._record)
        self._kind = ""

    def _take(self, local: str, text: str) -> None:
        record = self._record
        if local in {"pos", "posList"}:
            self._place.append(text)
        elif local in REFS:
            value = text.rpartition(".")[2]
            if local == "NummeraanduidingRef":
                record.setdefault("number_refs", []).append(value)
            if local == "PandRef":
                record.setdefault("panden", []).append(value)
            elif not (local == "NummeraanduidingRef" and self._side):
                record[REFS[local]] = value
        elif local == "identificatie":
            record["id"] = text.rpartition(".")[2]
        elif local == "gebruiksdoel":
            record.setdefault("uses", []).append(text)
        elif local == "voorkomenidentificatie":
            record["seq"] = int(text) if text.isdigit() else 0
        elif local in {"eindGeldigheid", "beginGeldigheid"}:
            record["end" if local[0] == "e" else "begin"] = text[:10]
        elif local in {"tijdstipInactief", "tijdstipInactiefLV", "tijdstipNietBagLV"}:
            record["inactive"] = text
        elif local in {"naam", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode",
                       "status"}:  # fmt: skip
            record.setdefault(local, text)


def _middle(places: list[str]) -> tuple[str, str]:
    """Give a point: the only one, else one inside the surface (first ring)."""
    numbers = [float(n) for n in places[0].split()]
    points = [(numbers[i], numbers[i + 1]) for i in range(0, len(numbers) - 1, _step(numbers))]
    if len(points) < 3:
        return repr(points[0][0]), repr(points[0][1])
    import shapely

    inside = shapely.Polygon(points).representative_point()
    return repr(inside.x), repr(inside.y)


def _step(numbers: list[float]) -> int:
    """The extract gives three coordinates a point (height 0), or two."""
    heights = numbers[2::3]
    return 3 if len(numbers) % 3 == 0 and not any(heights) else 2
