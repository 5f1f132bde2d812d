"""A list of the user's own, as people keep it."""

from __future__ import annotations

from pathlib import Path

import pytest

from zds_geo.core.errors import SourceError
from zds_geo.core.frames import OWN_LIST, require
from zds_geo.sources import read_own_list


def one(folder: Path, text: str, encoding: str = "utf-8") -> dict[str, object]:
    path = folder / "lijst.csv"
    path.write_bytes(text.encode(encoding))
    rows = read_own_list(path)
    require(rows, OWN_LIST)
    assert len(rows) == 1
    return dict(rows.iloc[0])


@pytest.mark.parametrize(
    "text",
    [
        "postcode;huisnummer;huisletter;toevoeging\n7331 zz;12;a;2\n",
        "Postcode,Huisnummer,Letter,Toev.\n7331ZZ,12,A,2\n",
        "postcode;huisnummer\n7331 ZZ;12A-2\n",
        "pc,nr\n7331zz,12 a 2\n",
        "PC;Huis nr.;Huisletter;Huisnummer toevoeging\n7331ZZ;12.0;A;2\n",
    ],
)
def test_postcode_and_number_in_every_shape(tmp_path: Path, text: str) -> None:
    row = one(tmp_path, text)
    assert (row["postcode"], row["huisnummer"]) == ("7331ZZ", 12)
    assert (row["huisletter"], row["toevoeging"]) == ("A", "2")


@pytest.mark.parametrize(
    ("address", "street", "number"),
    [
        ("Merelstraat 12", "Merelstraat", 12),
        ("Merelstraat 12A-2", "Merelstraat", 12),
        ("Merelstraat 12 - 2", "Merelstraat", 12),
        ("1e Dwarsstraat 5", "1e Dwarsstraat", 5),
        ("Plein 1940 12 A", "Plein 1940", 12),
        ("Burg. de Vriesstraat, 7 bis", "Burg. de Vriesstraat", 7),
        ("Merelstraat", "", 0),
    ],
)
def test_street_and_number_in_one_cell(
    tmp_path: Path, address: str, street: str, number: int
) -> None:
    row = one(tmp_path, f'adres;plaats\n"{address}";Kampen\n')
    assert (row["straat"], row["huisnummer"]) == (street, number)
    assert row["woonplaats"] == "Kampen"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    row = one(tmp_path, "straat;nummer\nCuraçaostraat;3\n", encoding)
    assert row["straat"] == "Curaçaostraat"


def test_empty_lines_are_skipped_and_bad_numbers_kept(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("postcode;huisnummer\n\n;\n7331ZZ;zes\n7331ZZ;6\n")
    rows = read_own_list(path)
    assert rows["huisnummer"].to_dict() == {"regel 4": 0, "regel 5": 6}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"postcode;naam\n7331ZZ;x\n", "mist kolommen"),
        (b"postcode;huisnummer\n", "is leeg"),
        (b"postcode;huisnummer\n7331ZZ;1;2\n", "cellen"),
        (b"%PDF-1.7\n", "lijkt op: pdf"),
        (b"PK\x03\x04half", "zip die beschadigd"),
        (b"", "is leeg"),
        (b"SQLite format 3\0", "lijkt op: gpkg"),
    ],
)
def test_a_wrong_list_gets_one_sentence(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "lijst.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_own_list(path)
    assert word in caught.value.sentence("nl")
