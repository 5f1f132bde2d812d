"""The sealed file and its key: only the key opens it, and every change shows."""

from __future__ import annotations

import itertools
import json
import struct
import zlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from zds_geo.core.errors import StoreError, UsageError
from zds_geo.store import (
    BackupKey,
    key_lines,
    make_key,
    read_header,
    read_key,
    read_key_line,
    read_key_lines,
    write_key,
)
from zds_geo.store._sealed import PIECE, read_sealed, write_sealed
from zds_geo.store.backup_key import ALPHABET

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = bytes(range(20))
TAG = 16


def seal(path: Path, content: bytes, secret: bytes = SECRET) -> Path:
    path.unlink(missing_ok=True)
    write_sealed(path, content, secret=secret, made_at=NOW, schema="0003")
    return path


def opens(path: Path, whole: bytes) -> bool:
    path.write_bytes(whole)
    try:
        read_sealed(path, secret=SECRET)
    except StoreError:
        return False
    return True


@pytest.mark.req("R08")
@pytest.mark.parametrize("n", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5])
def test_what_is_sealed_comes_back_whatever_its_size(tmp_path: Path, n: int) -> None:
    content = bytes(i % 251 for i in range(n))
    header, back = read_sealed(seal(tmp_path / "a", content), secret=SECRET)
    assert back == content
    assert header.made_at == NOW


@pytest.mark.req("R08")
def test_every_flipped_byte_shows(tmp_path: Path) -> None:
    whole = seal(tmp_path / "a", b"twaalf deuren").read_bytes()
    assert opens(tmp_path / "b", whole)
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 0x10
        assert not opens(tmp_path / "b", bytes(changed)), at


@pytest.mark.req("R08")
def test_every_cut_shows_and_says_half(tmp_path: Path) -> None:
    whole = seal(tmp_path / "a", b"twaalf deuren").read_bytes()
    for length in range(len(whole)):
        assert not opens(tmp_path / "b", whole[:length]), length
    with pytest.raises(StoreError) as fault:
        read_sealed(tmp_path / "b", secret=SECRET)
    assert fault.value.key == "backup.half"


@pytest.mark.req("R08")
def test_pieces_that_are_swapped_dropped_or_of_another_file_do_not_open(tmp_path: Path) -> None:
    content = bytes(PIECE) + b"\1" * PIECE + b"\2" * PIECE
    whole = seal(tmp_path / "a", content).read_bytes()
    other = seal(tmp_path / "o", content).read_bytes()
    step = PIECE + TAG
    start = len(whole) - 3 * step
    head, pieces = whole[:start], [whole[start + i * step :][:step] for i in range(3)]
    for order in itertools.permutations(range(3)):
        fits = opens(tmp_path / "b", head + b"".join(pieces[i] for i in order))
        assert fits == (order == (0, 1, 2))
    assert not opens(tmp_path / "b", head + pieces[0] + pieces[1])
    assert not opens(tmp_path / "b", whole + b"\0")
    assert not opens(tmp_path / "b", other[: start + step] + whole[start + step :])


@pytest.mark.req("R08")
def test_the_header_is_proved_with_the_content(tmp_path: Path) -> None:
    whole = seal(tmp_path / "a", b"twaalf deuren").read_bytes()
    length = struct.unpack_from(">8sHI", whole)[2]
    header = json.loads(whole[14 : 14 + length])
    header["made_at"] = "2031-01-01T00:00:00+00:00"  # to be kept for ever
    text = json.dumps(header).encode()
    head = struct.pack(">8sHI", whole[:8], 1, len(text)) + text
    forged = head + zlib.crc32(head).to_bytes(4, "big") + whole[18 + length :]
    (tmp_path / "b").write_bytes(forged)
    assert read_header(tmp_path / "b").made_at.year == 2031
    assert not opens(tmp_path / "b", forged)


@pytest.mark.req("R08")
def test_a_newer_format_and_another_key_are_named(tmp_path: Path) -> None:
    whole = seal(tmp_path / "a", b"x").read_bytes()
    length = struct.unpack_from(">8sHI", whole)[2]
    head = whole[:8] + b"\0\2" + whole[10 : 14 + length]
    (tmp_path / "b").write_bytes(head + zlib.crc32(head).to_bytes(4, "big") + whole[18 + length :])
    with pytest.raises(StoreError) as newer:
        read_sealed(tmp_path / "b", secret=SECRET)
    assert newer.value.key == "backup.newer"
    with pytest.raises(StoreError) as other:
        read_sealed(tmp_path / "a", secret=bytes(20))
    assert other.value.key == "backup.wrong_key"


@pytest.mark.req("R08")
def test_the_same_content_is_never_sealed_to_the_same_bytes(tmp_path: Path) -> None:
    content = b"0402100001234567" * 50
    first, second = (seal(tmp_path / n, content).read_bytes() for n in "ab")
    assert first[-200:] != second[-200:]
    assert b"0402100001234567" not in first
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_a_typed_key_reads_back_in_small_letters_and_with_lookalikes() -> None:
    for n in range(50):
        secret = bytes((n * 37 + i * 11) % 256 for i in range(20))
        lines = key_lines(secret)
        typed = [
            line.lower().replace("0", "o").replace("1", "l").replace(" ", "") for line in lines
        ]
        assert read_key_lines(typed) == secret


def test_every_wrong_sign_and_every_swap_in_a_line_shows() -> None:
    for number, line in enumerate(key_lines(bytes(range(100, 120))), start=1):
        text = line.replace(" ", "")
        for at, sign in itertools.product(range(len(text)), ALPHABET):
            wrong = text[:at] + sign + text[at + 1 :]
            if wrong != text:
                with pytest.raises(UsageError):
                    read_key_line(wrong, line=number)
        for at in range(7):
            wrong = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
            if wrong != text:
                with pytest.raises(UsageError):
                    read_key_line(wrong, line=number)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("0000 0000 0", "backup.key_length"),
        ("", "backup.key_length"),
        ("UUUU 0000 01", "backup.key_sign"),
        ("0000 0000 ✓1", "backup.key_sign"),
        ("0000 0000 02", "backup.key_other_line"),
        ("0000 0000 0Z", "backup.key_typo"),
    ],
)
def test_a_wrong_line_is_named_for_what_it_is(typed: str, key: str) -> None:
    with pytest.raises(UsageError) as fault:
        read_key_line(typed, line=1)
    assert fault.value.key == key


def test_keys_differ_and_their_number_tells_them_apart() -> None:
    keys = [make_key(on=NOW.date()) for _ in range(100)]
    assert len({key.secret for key in keys}) == 100
    assert len({key.number for key in keys}) >= 99


@pytest.mark.req("R08")
def test_the_key_file_is_private_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "reservekopie.sleutel"
    assert read_key(path) is None
    for key in (
        BackupKey(secret=SECRET, made_on=date(2026, 11, 1)),
        BackupKey(secret=SECRET, made_on=date(2026, 11, 1), elsewhere_on=date(2026, 11, 3)),
    ):
        write_key(key, path)
        assert read_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    ["", "regels = 3", "regels = []\ngemaakt = 2026-11-01", "\x00", "regels = ['0000 0000 01']"],
)
def test_a_broken_key_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "k").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError) as fault:
        read_key(tmp_path / "k")
    assert fault.value.key == "backup.key_broken"
