"""The overview of a day: every round and every shift without one, for the coordinator only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import pypdf
import pypdfium2
import pytest

from zds_geo.core.crs import RD
from zds_geo.core.model import Plan, UnservedShift
from zds_geo.outputs import write_overview

from .test_sheet_list import made
from .worlds import CREDIT, START

BUURTEN = gpd.GeoDataFrame(
    {"buurt_naam": ["Het <b>Veld</b>"]}, index=["BU99990101"],
    geometry=gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 1 0, 1 1, 0 0))"], index=["BU99990101"]),
    crs=RD,
)  # fmt: skip


def day_of(*codes: str, unserved: int = 0) -> Plan:
    rounds = [
        replace(
            made(*[("Geheimlaan", [str(2 * i + 1)]) for i in range(n + 1)]),
            round_id=code, assistant_id=f"a{n:02d}", length_m=1000 + 300 * n,
            walk_s=600, service_s=1200 * (n + 1),
        )
        for n, code in enumerate(codes)
    ]  # fmt: skip
    without = tuple(
        UnservedShift(
            assistant_id=f"b{n:02d}", start_at=START, end_at=START + timedelta(hours=2),
            window="middag", why="unserved.no_doors",
        )
        for n in range(unserved)
    )  # fmt: skip
    return Plan(
        date=START.date(), area="Kampen", seed=1, inputs={}, rounds=tuple(rounds),
        unserved_shifts=without,
    )  # fmt: skip


def written(plan: Plan, path: Path) -> str:
    pages = {r.round_id: 3 for r in plan.rounds}
    write_overview(plan, path, buurten=BUURTEN, n_pages=pages, credits=[CREDIT])
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r", "")


def test_a_row_tells_code_who_hours_buurt_start_doors_minutes_and_km(tmp_path: Path) -> None:
    text = written(day_of("MEREL-23", "UIL-52"), tmp_path / "a.pdf")
    row = text[text.index("UIL-52") : text.index("samen")]
    words = ["UIL-52", "a01", "13:30–16:30", "Het", "<b>Veld</b>", "Het", "Honk"]
    assert row.split() == [*words, "2", "50", "1,3", "3"]
    total = text[text.index("samen (2)") :].split()
    assert total[:6] == ["samen", "(2)", "3", "80", "2,3", "6"]
    assert text.count("INTERN") == 1
    assert "Elke dienst heeft een ronde." in text


def test_shifts_without_a_round_are_named_with_the_reason(tmp_path: Path) -> None:
    text = written(day_of(unserved=2), tmp_path / "a.pdf")
    assert "Geen rondes op deze dag." in text
    assert "b01" in text
    assert text.count("geen deur aan de beurt") == 2


@pytest.mark.req("P12")
def test_the_overview_holds_no_door_street_or_pace(tmp_path: Path) -> None:
    text = written(day_of("MEREL-23", "UIL-52"), tmp_path / "a.pdf")
    for word in ("Geheimlaan", "0166010000", "reden", "per uur", "kans"):
        assert word not in text


def test_many_rounds_run_on_over_pages_with_the_header_again(tmp_path: Path) -> None:
    text = written(day_of(*[f"MEREL-{n}" for n in range(10, 50)]), tmp_path / "a.pdf")
    reader = pypdf.PdfReader(tmp_path / "a.pdf")
    assert len(reader.pages) > 1
    assert all(f"MEREL-{n}" in text for n in range(10, 50))
    assert "startpunt" in reader.pages[1].extract_text()
    assert not (reader.metadata and reader.metadata.author)
