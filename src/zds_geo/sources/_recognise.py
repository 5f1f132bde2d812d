"""What kind of file is this? Decided by its first bytes and columns, never by its name."""

from __future__ import annotations

import bz2
import hashlib
import zipfile
from pathlib import Path
from typing import Final

from zds_geo.core.errors import SourceError
from zds_geo.sources._bag_extract import is_member

OSM: Final = "osm"
GEOJSON: Final = "geojson"
GEOPACKAGE: Final = "gpkg"
TABLE: Final = "csv"
EXTRACT: Final = "bag-extract"
ZIP: Final = "zip/xlsx"
_HEAD: Final = 4096


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file, read in pieces.

    Parameters
    ----------
    path : Path
        An existing file, or a folder: then of the names and sums of its files.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    if path.is_dir():
        lines = [f"{sha256_of(f)}  {f.name}" for f in sorted(path.iterdir()) if f.is_file()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
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
        ``osm`` (pbf, xml, or xml in bz2), ``geojson`` (also a folder of them), ``gpkg``, ``csv`` or
        ``bag-extract`` (XML members in a folder or zip).

    Raises
    ------
    SourceError
        If the file is missing, empty, or something else; the sentence says what it looks like.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except IsADirectoryError:
        return _by_names(path)
    except OSError:
        raise SourceError("sources.no_file", path=path) from None
    if not head:
        raise SourceError("sources.empty", path=path.name)
    kind = _by_magic(head) or _by_text(head)
    if kind == ZIP and _has_extract(path):
        return EXTRACT
    if kind in {OSM, GEOJSON, GEOPACKAGE, TABLE}:
        return kind
    raise SourceError("sources.unknown", path=path.name, looks=kind)


def _by_names(path: Path) -> str:
    names = sorted(entry.name for entry in path.iterdir())
    if any(is_member(name) for name in names):
        return EXTRACT
    if any(name.endswith(".geojson") for name in names):
        return GEOJSON
    raise SourceError("sources.folder", path=path)


def _has_extract(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.rpartition("/")[2] for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError):
        return False
    return any(is_member(n) or (n[:4].isdigit() and n.endswith(".zip")) for n in names)


def _by_magic(head: bytes) -> str:
    if head.startswith(b"SQLite format 3\0"):
        return GEOPACKAGE
    if b"OSMHeader" in head[:64]:
        return OSM
    if head.startswith(b"BZh"):
        return OSM if _bz2_is_osm(head) else "bz2"
    for magic, looks in (
        (b"PK\x03\x04", ZIP),
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
    return "text"
