"""Is a file whole? What its publisher says of it, what it says itself, what came before (S09)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zds_geo.core.errors import SourceError
from zds_geo.sources._recognise import sha256_of
from zds_geo.sources._zipped import is_zip

SUFFIXES: Final = ("sha256", "md5")  # beside the file, as Geofabrik and others publish them
BOOK: Final = "sources.json"  # written by ``zds places fetch``
_PIECE: Final = 4_096  # bytes; large files have larger pieces, at most about a thousand
_MOST_HEADER: Final = 65_536  # bytes (PBF Format)
_MOST_PIECES: Final = 1_000
_LEAST_SHARE: Final = 0.98
_FEW_PIECES: Final = 0.1
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known of the wholeness of one file or folder.

    ``checked``: a checksum fits, or the format carries its own (zip, bz2). ``n_parts``: blocks of
    a pbf, else 0. ``pieces``: digests of equal pieces of ``piece`` bytes, in order.
    """

    kind: str
    file: str
    n_bytes: int
    n_parts: int
    checked: bool
    piece: int
    pieces: str


def prove(path: Path, *, kind: str) -> Proof:
    """Check a file against its checksum, and write down what later deliveries are set beside.

    Parameters
    ----------
    path : Path
        A file, or a folder of files.
    kind : str
        ``addresses``, ``buurten`` or ``streets``.

    Returns
    -------
    Proof
        Not checked where nobody gave a checksum.

    Raises
    ------
    SourceError
        If the file is not there, or a checksum beside it does not fit.
    """
    if not (path.is_file() or path.is_dir()):
        raise SourceError("sources.no_file", path=path)
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    n_bytes = sum(file.stat().st_size for file in files)
    piece = _PIECE
    while n_bytes > piece * _MOST_PIECES:
        piece *= 2
    return Proof(
        kind=kind,
        file=path.name,
        n_bytes=n_bytes,
        n_parts=sum(_count_blocks(file) for file in files),
        checked=_fits_checksum(path) or all(_checks_itself(file) for file in files),
        piece=piece,
        pieces=_pieces(files, piece),
    )


def why_doubtful(now: Proof, before: Proof) -> str:
    """Tell why a file looks like a damaged delivery.

    Parameters
    ----------
    now, before : Proof
        Of this delivery, and of the one before, of one kind and area.

    Returns
    -------
    str
        Catalogue key of the reason; empty when nothing is wrong.
    """
    if now.checked:
        return ""
    if now.piece == before.piece:
        new, old = (text.split() for text in (now.pieces, before.pieces))
        same = sum(a == b for a, b in zip(new, old, strict=False))
        if now.n_bytes < before.n_bytes and same >= max(len(new) - 1, 1):
            return "import.cut_copy"
        different = len(new) - same
        few = 0 < different <= max(1, _FEW_PIECES * len(new))
        if now.n_bytes == before.n_bytes and few and (same or now.file == before.file):
            return "import.flipped_copy"
    if now.n_parts < before.n_parts or now.n_bytes < _LEAST_SHARE * before.n_bytes:
        return "import.smaller_file"
    return ""


def _pieces(files: list[Path], piece: int) -> str:
    digests = []
    for file in files:
        with file.open("rb") as stream:
            while data := stream.read(piece):
                digests.append(hashlib.sha256(data).hexdigest()[:_DIGITS])
    return " ".join(digests)


def _fits_checksum(path: Path) -> bool:
    for name in SUFFIXES:
        beside = path.with_name(f"{path.name}.{name}")
        if path.is_file() and beside.is_file():
            wanted = beside.read_text(encoding="utf-8", errors="replace").split()
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, name).hexdigest()
            if not wanted or wanted[0].casefold() != found:
                raise SourceError("sources.checksum", path=path.name, beside=beside.name)
            return True
    return _fits_book(path)


def _fits_book(path: Path) -> bool:
    """Tell whether ``zds places fetch`` wrote down this file; a folder must be there whole."""
    book = (path.parent if path.is_file() or not (path / BOOK).is_file() else path) / BOOK
    if not book.is_file():
        return False
    try:
        entries = dict(json.loads(book.read_text(encoding="utf-8")).get("files", {})).values()
        known = {book.parent / str(entry["file"]): str(entry["sha256"]) for entry in entries}
    except (ValueError, AttributeError, TypeError, KeyError) as fault:
        raise SourceError("sources.checksum", path=path.name, beside=BOOK) from fault
    mine = {f: digest for f, digest in known.items() if path in {f, f.parent}}
    for file, digest in mine.items():
        if not file.is_file() or sha256_of(file) != digest:
            raise SourceError("sources.checksum", path=file.name, beside=BOOK)
    files = [path] if path.is_file() else [p for p in path.iterdir() if p.is_file()]
    return bool(files) and set(files) <= set(mine)


def _checks_itself(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(4)
    return is_zip(head) or head.startswith(b"BZh")


def _count_blocks(path: Path) -> int:
    """Count the blocks of a pbf by their headers (OSM wiki, PBF Format); 0 for other files."""
    size, n, at = path.stat().st_size, 0, 0
    with path.open("rb") as stream:
        if b"OSMHeader" not in stream.read(64):
            return 0
        while at < size:
            stream.seek(at)
            length = int.from_bytes(stream.read(4), "big")
            header = stream.read(length) if length <= _MOST_HEADER else b""
            body = _body_size(header)
            if not body:
                return n  # broken: reading it will tell
            at, n = at + 4 + length + body, n + 1
    return n


def _body_size(header: bytes) -> int:
    """Give field 3 (datasize) of a BlobHeader; 0 when it is not to be found."""
    at = 0
    while at < len(header):
        key, at = header[at], at + 1
        value, shift = 0, 0
        while at < len(header):
            value |= (header[at] & 127) << shift
            shift, at = shift + 7, at + 1
            if header[at - 1] < 128:
                break
        if key == 0x18:
            return value
        if key & 7 == 2:
            at += value
    return 0
