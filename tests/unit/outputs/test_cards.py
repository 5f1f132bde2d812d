"""Letter-box cards: the team's own words, four a page, and nothing of the door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from zds_geo.core.errors import OutputError
from zds_geo.core.texts import say
from zds_geo.outputs import CardTexts, write_cards

DAY = date(2026, 11, 22)
TEXTS = CardTexts(
    organisation="Jan & Co <b>", telephone="055 000 00 00",
    **{n: say(f"cards.{n}", organisation="Jan & Co <b>") for n in
       ("head", "who", "why", "text_1", "text_2", "text_3", "object")},
)  # fmt: skip


def pages_of(path: Path) -> list[str]:
    return [
        " ".join(page.get_textpage().get_text_range().split())
        for page in pypdfium2.PdfDocument(path)
    ]


def test_each_page_has_four_cards_of_one_time(tmp_path: Path) -> None:
    write_cards(TEXTS, tmp_path / "a.pdf", day=DAY)
    pages = pages_of(tmp_path / "a.pdf")
    assert len(pages) == 3
    for page, own in zip(pages, (TEXTS.text_1, TEXTS.text_2, TEXTS.text_3), strict=True):
        for text in (own, TEXTS.telephone, "Jan & Co <b>", TEXTS.why, TEXTS.object):
            assert page.count(text) >= 4, text


@pytest.mark.req("P16")
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_card_says_who_why_and_how_to_stop_and_names_no_door(tmp_path: Path, lang: str) -> None:
    names = ("head", "who", "why", "text_1", "text_2", "text_3", "object")
    usual = {n: say(f"cards.{n}", lang=lang, organisation="Wij") for n in names}
    texts = CardTexts(organisation="Wij", telephone="055", **usual)
    write_cards(texts, tmp_path / "a.pdf", day=DAY, lang=lang)
    text = " ".join(pages_of(tmp_path / "a.pdf"))
    for word in ("2026", "november", "MEREL", "dagdeel", "middag"):
        assert word not in text
    stop = "bellen we niet meer bij u aan" if lang == "nl" else "we will not ring again"
    assert stop in text


@pytest.mark.parametrize(
    "name", ["who", "why", "text_1", "text_2", "text_3", "object", "telephone"]
)
def test_a_text_that_does_not_fit_is_named(tmp_path: Path, name: str) -> None:
    long = replace(TEXTS, **{name: "veel te lang " * 90})
    with pytest.raises(OutputError, match=name):
        write_cards(long, tmp_path / "a.pdf", day=DAY)
    assert not (tmp_path / "a.pdf").exists()


def test_the_same_words_and_day_give_the_same_bytes_without_an_author(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_cards(TEXTS, tmp_path / name, day=DAY)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    meta = pypdf.PdfReader(tmp_path / "a.pdf").metadata
    assert meta is not None
    assert not meta.author
