"""Zips, with care: names of members are never paths, and what unpacks too large is refused.

Python's ``zipfile`` never gives more bytes than the size a member declares, and checks its CRC at
the end; so limits on the declared sizes hold for what is really read.
"""

from __future__ import annotations

import io
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final

from zds_geo.core.errors import SourceError

# Deflated XML of the BAG packs about 1 : 30; deflate cannot pass 1 : 1032 (zlib's manual).
MOST_RATIO: Final = 200
RATIO_FROM: Final = 1_000_000  # bytes; a smaller member may pack as it likes
MOST_STREAMED: Final = 250 * 10**9  # bytes; the whole country's extract unpacks to about 100 GB
MOST_ASIDE: Final = 4 * 10**9  # bytes; what has to be put aside in a file of its own
MOST_MEMBERS: Final = 100_000
MOST_DEPTH: Final = 2  # a zip, and zips in it
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# NotImplementedError: zipfile's word for a version or flag it does not know, as in a damaged zip.
_FAULTS: Final = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError)
_END: Final = struct.Struct("<4s4H2LH")  # end of central directory (APPNOTE 4.3.16)
_END_MARK: Final = b"PK\x05\x06"
_MANY: Final = 0xFFFF  # the count stands elsewhere (zip64)
_HEAD: Final = 4096
_IN_MEMORY: Final = 32_000_000  # bytes of a zip in a zip held in memory before a file takes over
# Parts of the extract that hold nothing current: skipped unread.
_NOT_CURRENT: Final = re.compile(r"^\d{4}(Inactief|InOnderzoek|NietBag)", re.IGNORECASE)


@contextmanager
def open_zip(path: Path, stream: IO[bytes] | None = None) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose members may safely be read.

    Parameters
    ----------
    path : Path
        The file; also its name in messages.
    stream : file, optional
        A zip inside the zip ``path``.

    Yields
    ------
    ZipFile
        Within every limit of this module.

    Raises
    ------
    SourceError
        If it is cut off, damaged, locked, or unpacks too large; also while it is being read.
    """
    try:
        with _open(path, stream) as opened:
            _check_complete(opened)
            _check(path, opened.infolist())
            yield opened
    except _FAULTS as fault:
        raise SourceError("sources.broken_zip", path=path.name) from fault


class _Zip(zipfile.ZipFile):
    """A zip whose damaged local headers are a fault of the zip, in their names too."""

    def open(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        """Open a member; see ``zipfile``."""
        try:
            return super().open(*args, **kwargs)
        except UnicodeDecodeError as fault:
            raise zipfile.BadZipFile(str(fault)) from fault


def _open(path: Path, stream: IO[bytes] | None) -> zipfile.ZipFile:
    try:
        return _Zip(stream or path)
    except (OSError, ValueError) as fault:  # a damaged directory points outside the file
        raise zipfile.BadZipFile(path.name) from fault


def _check_complete(opened: zipfile.ZipFile) -> None:
    """Refuse a zip whose directory and end do not agree, or that points before its beginning.

    ``zipfile`` does not count: one damaged length makes it pass over members in silence.
    """
    file = opened.fp
    if file is None:
        raise zipfile.BadZipFile
    file.seek(-_END.size - len(opened.comment), io.SEEK_END)
    mark, _, _, _, count, _, _, _ = _END.unpack(file.read(_END.size))
    if mark != _END_MARK or count not in {_MANY, len(opened.infolist())}:
        raise zipfile.BadZipFile
    if any(member.header_offset < 0 for member in opened.infolist()):
        raise zipfile.BadZipFile


def _check(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if any(m.flag_bits & 1 or m.compress_type not in _METHODS for m in members):
        raise SourceError("sources.locked_zip", path=path.name)
    too_dense = any(
        m.file_size > RATIO_FROM and m.file_size > MOST_RATIO * max(m.compress_size, 1)
        for m in members
    )
    if (
        too_dense
        or len(members) > MOST_MEMBERS
        or sum(m.file_size for m in members) > MOST_STREAMED
    ):
        raise SourceError("sources.zip_bomb", path=path.name)


def head_of(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read the first bytes of a member.

    Parameters
    ----------
    opened : ZipFile
        From ``open_zip``.
    member : ZipInfo
        One of its members.

    Returns
    -------
    bytes
        At most 4,096.
    """
    with opened.open(member) as stream:
        return stream.read(_HEAD)


def is_zip(head: bytes) -> bool:
    """Tell whether a file that begins so is a zip.

    Parameters
    ----------
    head : bytes
        Its first bytes.

    Returns
    -------
    bool
        True for a zip.
    """
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


@contextmanager
def open_members(path: Path) -> Iterator[list[tuple[zipfile.ZipFile, zipfile.ZipInfo]]]:
    """Open a zip, or a zip of zips, and list every member that is not a zip.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    list of (ZipFile, ZipInfo)
        To be opened with ``ZipFile.open`` while the context lasts; in the order of the file.

    Raises
    ------
    SourceError
        As ``open_zip``; also when zips are nested deeper than two.
    """
    with ExitStack() as stack:
        yield _members(path, stack.enter_context(open_zip(path)), stack=stack, depth=1)


def _members(
    path: Path, opened: zipfile.ZipFile, *, stack: ExitStack, depth: int
) -> list[tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    found: list[tuple[zipfile.ZipFile, zipfile.ZipInfo]] = []
    for member in sorted(opened.infolist(), key=lambda m: m.header_offset):
        if member.is_dir() or _NOT_CURRENT.match(member.filename.rpartition("/")[2]):
            continue
        if not is_zip(head_of(opened, member)):
            found.append((opened, member))
            continue
        if depth == MOST_DEPTH:
            raise SourceError("sources.zip_deep", path=path.name)
        aside = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (stack closes it)
        stack.enter_context(aside)
        _copy(path, opened, member=member, target=aside)
        inner = stack.enter_context(open_zip(path, aside))
        found += _members(path, inner, stack=stack, depth=depth + 1)
    return found


def _copy(
    path: Path, opened: zipfile.ZipFile, *, member: zipfile.ZipInfo, target: IO[bytes]
) -> None:
    if member.file_size > MOST_ASIDE:
        raise SourceError("sources.zip_bomb", path=path.name)
    with opened.open(member) as stream:
        shutil.copyfileobj(stream, target, 1 << 20)
    target.seek(0)


@contextmanager
def put_aside(path: Path, *, begins: bytes) -> Iterator[tuple[Path, str]]:
    """Unpack the one member that begins with certain bytes into a file named after the zip.

    Parameters
    ----------
    path : Path
        A zip.
    begins : bytes
        The first bytes of the wanted member.

    Yields
    ------
    file : Path
        The unpacked member; gone when the context ends.
    name : str
        What the zip calls it; text, never a path.

    Raises
    ------
    SourceError
        As ``open_zip``; also when there is no such member, or more than one.
    """
    with tempfile.TemporaryDirectory(prefix="zds") as folder, open_zip(path) as opened:
        wanted = [
            m for m in opened.infolist() if not m.is_dir() and head_of(opened, m).startswith(begins)
        ]
        if len(wanted) != 1:
            raise SourceError("sources.zip_members", path=path.name, n=len(wanted))
        target = Path(folder) / f"{path.stem}.gpkg"
        with target.open("wb") as stream:
            _copy(path, opened, member=wanted[0], target=stream)
        yield target, wanted[0].filename
