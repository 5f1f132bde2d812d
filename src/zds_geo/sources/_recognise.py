"""What kind of file is this? Decided by its first bytes and columns, never by its name."""

from __future__ import annotations

import bz2
import hashlib
from pathlib import Path
from typing import Final

from zds_geo.core.errors import SourceError
from zds_geo.sources._bag_extract import find_members, is_extract
from zds_geo.sources._bag_features import find_collections
from zds_geo.sources._zipped import head_of, is_zip, open_zip

OSM: Final = "osm"
GEOJSON: Final = "geojson"
GEOPACKAGE: Final = "gpkg"
TABLE: Final = "csv"
TEXT: Final = "text"
BAG_FEATURES: Final = "bag-geojson"  # a folder of saved collections
BAG_EXTRACT: Final = "bag-extract"  # a folder, a zip, or a zip of zips
ZIPPED_GEOPACKAGE: Final = "zip met gpkg"
KNOWN: Final = frozenset(
    {OSM, GEOJSON, GEOPACKAGE, TABLE, BAG_FEATURES, BAG_EXTRACT, ZIPPED_GEOPACKAGE}
)
_HEAD: Final = 4096
SQLITE: Final = b"SQLite format 3\0"


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, read in pieces.

    Parameters
    ----------
    path : Path
        An existing file; or a folder: then over the names and digests of its files.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    if path.is_dir():
        parts = [f"{sha256_of(p)}  {p.name}" for p in sorted(path.iterdir()) if p.is_file()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def recognise(path: Path) -> str:
    """Tell what kind of file this is.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        ``osm`` (pbf, xml, or xml in bz2), ``geojson``, ``gpkg``, ``csv``, ``bag-geojson`` (a
        folder), ``bag-extract`` (a folder or a zip) or ``zip met gpkg``.

    Raises
    ------
    SourceError
        If the file is missing, empty, or something else; the sentence says what it looks like.
    """
    kind = look_at(path)
    if kind in KNOWN:
        return kind
    raise SourceError("sources.unknown", path=path.name, looks=kind)


def look_at(path: Path) -> str:
    """Tell what a file looks like, also when no reader takes it.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        As ``recognise``, or another word such as ``text``, ``xlsx`` or ``pdf``.

    Raises
    ------
    SourceError
        If the file is missing, empty or damaged, a strange folder, or one part of an extract.
    """
    if path.is_dir():
        return _of_folder(path)
    try:
        if not path.is_file():  # a pipe or a device would be waited for
            raise FileNotFoundError(path)
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        raise SourceError("sources.no_file", path=path) from None
    if not head:
        raise SourceError("sources.empty", path=path.name)
    kind = _of_zip(path) if is_zip(head) else _by_magic(head) or _by_text(head)
    if kind == "xml" and is_extract(head):
        raise SourceError("sources.extract_part", path=path.name)
    return kind


def _of_folder(path: Path) -> str:
    if find_collections(path):
        return BAG_FEATURES
    if find_members(path):
        return BAG_EXTRACT
    raise SourceError("sources.folder", path=path)


def _of_zip(path: Path) -> str:
    """Tell what a zip holds by how its members begin."""
    with open_zip(path) as opened:
        for member in opened.infolist():
            if member.filename == "[Content_Types].xml":
                return "xlsx"
            head = b"" if member.is_dir() else head_of(opened, member)
            if head.startswith(SQLITE):
                return ZIPPED_GEOPACKAGE
            if is_extract(head) or (is_zip(head) and b".xml" in head[30:256].lower()):
                return BAG_EXTRACT
    return "zip"


def _by_magic(head: bytes) -> str:
    if head.startswith(SQLITE):
        return GEOPACKAGE
    if b"OSMHeader" in head[:64]:
        return OSM
    if head.startswith(b"BZh"):
        return OSM if _bz2_is_osm(head) else "bz2"
    for magic, looks in (
        (b"%PDF", "pdf"),
        (b"\x1f\x8b", "gzip"),
        (b"\xd0\xcf\x11\xe0", "xls"),
        (b"\x89PNG", "png"),
    ):
        if head.startswith(magic):
            return looks
    return ""


def _bz2_is_osm(head: bytes) -> bool:
    try:
        start = bz2.BZ2Decompressor().decompress(head, max_length=_HEAD)
    except OSError:
        return False
    # A first block longer than what was read gives nothing yet: reading it will tell.
    return not start or b"<osm" in start


def _by_text(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    low = text[:512].lower()
    if b"<osm" in low:
        return OSM
    if low.startswith((b"<!doctype html", b"<html")):
        return "html"
    if low.startswith(b"<"):
        return "xml"
    if text.startswith(b"{"):
        return GEOJSON
    if b"\0" in head:
        return "binary"
    first = text.splitlines()[0] if text.splitlines() else b""
    if first.count(b",") >= 2 or first.count(b";") >= 2:
        return TABLE
    return TEXT
