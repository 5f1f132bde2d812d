"""A sealed file: a backup that only its key opens, and that shows every change.

Layout, all numbers big endian::

    8 bytes   "ZDSBACK" and a line feed
    2 bytes   version of the format: 1
    4 bytes   length of the header
    n bytes   header: JSON, UTF-8; nothing about homes or people
    4 bytes   CRC-32 of all bytes before it
    …         pieces of 65,536 bytes (the last may be shorter), each with a tag of 16 bytes

Each piece is AES-256-GCM. Its key is HKDF-SHA256 of the secret with the salt of the header, so
every file has a key of its own; its nonce is the number of the piece (11 bytes) and 1 for the last
piece, else 0; what is authenticated with it is all that stands before the pieces. So pieces that
are missing, changed, swapped or of another file do not open, nor does a file with a changed header
(the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizár 2015). Later versions keep the
layout up to the CRC.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from zds_geo.core.errors import StoreError
from zds_geo.store.backup_key import number_of

MAGIC: Final = b"ZDSBACK\n"
VERSION: Final = 1
PIECE: Final = 65_536
_TAG: Final = 16
_FIXED: Final = struct.Struct(">8sHI")
_MOST_HEADER: Final = 65_536
_INFO: Final = b"zds_geo backup 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedHeader:
    """What anybody may read of a backup: when it was made, with which key, how large it is."""

    made_at: datetime
    key_number: str
    schema: str
    salt: bytes
    n_bytes: int  # before sealing
    audit: tuple[int, str] | None = None  # last row of the audit log inside; older files: none


def write_sealed(
    path: Path,
    content: bytes,
    *,
    secret: bytes,
    made_at: datetime,
    schema: str,
    audit: tuple[int, str] | None = None,
) -> None:
    """Seal content into a new file and let it reach the disk.

    Parameters
    ----------
    path : Path
        Must not exist; only its owner may read it.
    content : bytes
        What to keep.
    secret : bytes
        Of the key.
    made_at : datetime
        Aware.
    schema : str
        Version of the history inside.
    audit : tuple of (int, str), optional
        Number and hash of the last row of its audit log, to hold a later log against.

    Raises
    ------
    OSError
        If it cannot be written (disk full, no permission).
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = os.urandom(32)
    header: dict[str, object] = {
        "made_at": made_at.isoformat(timespec="seconds"),
        "key": number_of(secret),
        "schema": schema,
        "salt": salt.hex(),
        "bytes": len(content),
    }
    if audit is not None:
        header["audit"] = list(audit)
    head = _write_head(header)
    cipher = AESGCM(_file_key(secret, salt))
    n = _n_pieces(len(content))
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
        stream.write(head)
        for i in range(n):
            piece = content[i * PIECE : (i + 1) * PIECE]
            stream.write(cipher.encrypt(_nonce(i, last=i == n - 1), piece, head))
        stream.flush()
        os.fsync(stream.fileno())


def read_header(path: Path) -> SealedHeader:
    """Read what anybody may read of a backup.

    Parameters
    ----------
    path : Path
        A sealed file.

    Returns
    -------
    SealedHeader
        Not proved yet: that takes the key.

    Raises
    ------
    StoreError
        If it cannot be read, is no backup, is damaged or was made by a newer version.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_FIXED.size + _MOST_HEADER + 4)
    except OSError as fault:
        raise StoreError("backup.unread", path=path, fault=fault.strerror) from None
    return _read_head(head, path)[0]


def read_sealed(path: Path, *, secret: bytes) -> tuple[SealedHeader, bytes]:
    """Open a sealed file whole.

    Parameters
    ----------
    path : Path
        A sealed file.
    secret : bytes
        Of its key.

    Returns
    -------
    tuple of SealedHeader and bytes
        Proved: exactly what was sealed.

    Raises
    ------
    StoreError
        If the key is another, or the file is half, damaged, newer or no backup.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        whole = path.read_bytes()
    except OSError as fault:
        raise StoreError("backup.unread", path=path, fault=fault.strerror) from None
    header, end = _read_head(whole, path)
    if header.key_number != number_of(secret):
        raise StoreError(
            "backup.wrong_key", path=path, expected=header.key_number, got=number_of(secret)
        )
    n = _n_pieces(header.n_bytes)
    expected = end + header.n_bytes + n * _TAG
    if len(whole) < expected:
        raise StoreError("backup.half", path=path, got=len(whole), expected=expected)
    head, cipher = whole[:end], AESGCM(_file_key(secret, header.salt))
    content = bytearray()
    try:
        for i in range(n):
            start = end + i * (PIECE + _TAG)
            last = i == n - 1
            piece = whole[start:] if last else whole[start : start + PIECE + _TAG]
            content += cipher.decrypt(_nonce(i, last=last), piece, head)
    except InvalidTag:
        raise StoreError("backup.damaged", path=path) from None
    return header, bytes(content)


def _n_pieces(n_bytes: int) -> int:
    return max(1, -(-n_bytes // PIECE))


def _nonce(piece: int, *, last: bool) -> bytes:
    return piece.to_bytes(11, "big") + (b"\1" if last else b"\0")


def _file_key(secret: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=_INFO).derive(secret)


def _write_head(header: dict[str, object]) -> bytes:
    text = json.dumps(header).encode()
    head = _FIXED.pack(MAGIC, VERSION, len(text)) + text
    return head + zlib.crc32(head).to_bytes(4, "big")


def _audit_of(table: dict[str, Any]) -> tuple[int, str] | None:
    if "audit" not in table:
        return None
    seq, sealed = table["audit"]
    return int(seq), str(sealed)


def _read_head(whole: bytes, path: Path) -> tuple[SealedHeader, int]:
    """Read the header and where the pieces begin."""
    if not whole.startswith(MAGIC):
        raise StoreError("backup.not_one", path=path)
    if len(whole) < _FIXED.size:
        raise StoreError("backup.half", path=path, got=len(whole), expected="?")
    _, version, length = _FIXED.unpack_from(whole)
    end = _FIXED.size + length + 4
    if length > _MOST_HEADER:
        raise StoreError("backup.damaged", path=path)
    if len(whole) < end:
        raise StoreError("backup.half", path=path, got=len(whole), expected="?")
    if zlib.crc32(whole[: end - 4]) != int.from_bytes(whole[end - 4 : end], "big"):
        raise StoreError("backup.damaged", path=path)
    if version > VERSION:
        raise StoreError("backup.newer", path=path, version=version)
    try:
        table = json.loads(whole[_FIXED.size : end - 4])
        made_at = datetime.fromisoformat(table["made_at"])
        header = SealedHeader(
            made_at=made_at,
            key_number=str(table["key"]),
            schema=str(table["schema"]),
            salt=bytes.fromhex(table["salt"]),
            n_bytes=int(table["bytes"]),
            audit=_audit_of(table),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise StoreError("backup.damaged", path=path) from None
    if made_at.tzinfo is None or header.n_bytes < 0:
        raise StoreError("backup.damaged", path=path)
    return header, end
