"""The key of the backups: a secret, the lines people type, and the file it lives in."""

from __future__ import annotations

import hashlib
import os
import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from zds_geo.core.errors import StoreError, UsageError

# Crockford's base32: no I, L, O or U; what looks like 1 or 0 is read as 1 or 0.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES: Final = str.maketrans("OIL", "011")
N_LINES: Final = 4
_DATA: Final = 8  # signs of a line that carry the secret: 4 × 8 × 5 = 160 bits
_CHECK: Final = 2
# The largest prime below 32²: every single wrong sign and every swap of neighbours shows.
_PRIME: Final = 1021
_BYTES: Final = N_LINES * _DATA * 5 // 8

_WORDS: Final = ("gemaakt", "blad", "elders")  # in the file, as the fields of the key
_HEAD: Final = """\
# De sleutel van de reservekopieën van deze werkmap. Wie hem heeft, kan ze openen.
# Niet mailen, niet kopiëren. Print hem met: zds backup key --sheet sleutelblad.pdf
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupKey:
    """A secret of 20 bytes, and what doctor wants to know of its use.

    ``sheet_on``: when its sheet was last made; ``elsewhere_on``: when a backup was last written
    outside the workspace.
    """

    secret: bytes
    made_on: date
    sheet_on: date | None = None
    elsewhere_on: date | None = None

    @property
    def number(self) -> str:
        """Four signs that tell which key this is; nothing of the secret follows from them."""
        return number_of(self.secret)


def number_of(secret: bytes) -> str:
    """Give the number of a secret.

    Parameters
    ----------
    secret : bytes
        20 bytes.

    Returns
    -------
    str
        Four signs, as on the sheet and in every backup.
    """
    digest = hashlib.sha256(b"zds_geo backup key number" + secret).digest()
    return _signs(int.from_bytes(digest[:3], "big") % 32**4, 4)


def make_key(*, on: date) -> BackupKey:
    """Make a new key from the randomness of the system.

    Parameters
    ----------
    on : date
        Today.

    Returns
    -------
    BackupKey
        Never made before, nor again.
    """
    return BackupKey(secret=secrets.token_bytes(_BYTES), made_on=on)


def key_lines(secret: bytes) -> tuple[str, ...]:
    """Write a secret as lines that people can type.

    Parameters
    ----------
    secret : bytes
        20 bytes.

    Returns
    -------
    tuple of str
        Four lines of eight signs and two that check them.

    Examples
    --------
    >>> key_lines(bytes(20))[0]
    '0000 0000 01'
    """
    whole = _signs(int.from_bytes(secret, "big"), N_LINES * _DATA)
    lines = []
    for n in range(N_LINES):
        part = whole[n * _DATA : (n + 1) * _DATA]
        lines.append(f"{part[:4]} {part[4:]} {_check(part, n)}")
    return tuple(lines)


def read_key_line(text: str, *, line: int) -> str:
    """Read one typed line.

    Parameters
    ----------
    text : str
        As typed: small letters, spaces and dashes are fine.
    line : int
        Which line of the sheet, from 1.

    Returns
    -------
    str
        Its eight signs.

    Raises
    ------
    UsageError
        If a sign is missing, unknown or wrong, or it is another line of the sheet.
    """
    typed = "".join(c for c in text.upper() if not c.isspace() and c not in "-.·").translate(
        _LOOKALIKES
    )
    strange = [c for c in typed if c not in ALPHABET]
    if strange:
        raise UsageError("backup.key_sign", line=line, got=strange[0])
    if len(typed) != _DATA + _CHECK:
        raise UsageError("backup.key_length", line=line, n=_DATA + _CHECK, got=len(typed))
    part, check = typed[:_DATA], typed[_DATA:]
    if _check(part, line - 1) == check:
        return part
    fits = [n for n in range(N_LINES) if _check(part, n) == check]
    if fits:
        raise UsageError("backup.key_other_line", line=line, got=fits[0] + 1)
    raise UsageError("backup.key_typo", line=line)


def read_key_lines(lines: Sequence[str]) -> bytes:
    """Read a secret from its typed lines.

    Parameters
    ----------
    lines : sequence of str
        Four, in order.

    Returns
    -------
    bytes
        The secret.

    Raises
    ------
    UsageError
        If a line is wrong, or there are not four.
    """
    if len(lines) != N_LINES:
        raise UsageError("backup.key_lines", n=N_LINES, got=len(lines))
    number = 0
    for n, text in enumerate(lines, start=1):
        for sign in read_key_line(text, line=n):
            number = number * 32 + ALPHABET.index(sign)
    return number.to_bytes(_BYTES, "big")


def read_key(path: Path) -> BackupKey | None:
    """Read the key file.

    Parameters
    ----------
    path : Path
        Its place.

    Returns
    -------
    BackupKey or None
        None where there is no file.

    Raises
    ------
    StoreError
        If it cannot be read or is not as it was written.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        secret = read_key_lines([str(line) for line in table["regels"]])
        days = [table[_WORDS[0]], *(table.get(word) for word in _WORDS[1:])]
        if any(type(day) is not date for day in days if day is not None):
            raise ValueError("date")
        return BackupKey(secret=secret, made_on=days[0], sheet_on=days[1], elsewhere_on=days[2])
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise StoreError("backup.key_unread", path=path, fault=fault.strerror) from None
    except (ValueError, KeyError, TypeError, UsageError):
        raise StoreError("backup.key_broken", path=path) from None


def write_key(key: BackupKey, path: Path) -> None:
    """Write the key file, readable by its owner alone.

    Parameters
    ----------
    key : BackupKey
        The key.
    path : Path
        Its place.

    Raises
    ------
    StoreError
        If it cannot be written; what was there is still there.
    """
    lines = ",\n".join(f'  "{line}"' for line in key_lines(key.secret))
    days = zip(_WORDS, (key.made_on, key.sheet_on, key.elsewhere_on), strict=True)
    dates = "".join(f"{word} = {day.isoformat()}\n" for word, day in days if day)
    write_private(path, f"{_HEAD}regels = [\n{lines},\n]\n{dates}".encode())


def write_private(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all, readable by its owner alone.

    Parameters
    ----------
    path : Path
        File to write.
    content : bytes
        All of it.

    Raises
    ------
    StoreError
        If it cannot be written; what was there is still there.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as fault:
        remove_quietly(part)
        raise StoreError("store.cannot_write", path=path, fault=fault.strerror) from None


def remove_quietly(path: Path) -> None:
    """Remove a left-over; where even that is impossible it stays.

    Parameters
    ----------
    path : Path
        A file, there or not.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def sync_folder(folder: Path) -> None:
    """Let a rename reach the disk, where the system can be asked to.

    Parameters
    ----------
    folder : Path
        In which was renamed.
    """
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _signs(number: int, n: int) -> str:
    signs = ""
    for _ in range(n):
        number, digit = divmod(number, 32)
        signs = ALPHABET[digit] + signs
    return signs


def _check(part: str, line: int) -> str:
    number = 0
    for sign in part:
        number = number * 32 + ALPHABET.index(sign)
    return _signs((number * 32 + line + 1) % _PRIME, _CHECK)
