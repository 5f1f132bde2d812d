"""A small gallery of what comes out, made from the invented example quarter, into ``maps/gallery``.

Pictures of pages, a list of what they show (``gallery.json``) and ``maps/README.md``. The list
holds the words of each page, so that a test can tell whether the gallery still fits the program.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zds_geo.app.enter_sheet import enter_sheet
from zds_geo.app.plan_day import plan_day
from zds_geo.app.sheet_windows import Walked
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.cli import run
from zds_geo.contact import QUARTER, People
from zds_geo.core.model import Round
from zds_geo.core.outcomes import SHORT_CODES
from zds_geo.core.windows import AMSTERDAM
from zds_geo.store import read_layer

MAPS = Path(__file__).resolve().parent.parent / "maps"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)  # that of the demo
WALKED = (1, 4, 6)  # days after NOW on which the example's roster has shifts
DPI, COLOURS = 110, 64
PDF_DPI = 72
HEAD = """# Wat eruit komt

Plaatjes uit de **verzonnen** voorbeeldwijk, gemaakt door `make demo`. Geen straat, huis of cijfer
hierin bestaat. De hele werkmap van het voorbeeld, met de bladen en de kaarten zelf, zet `make demo`
in `voorbeeldwijk/`; die map staat niet in git.

*Pictures of the invented example quarter, made by `make demo`; nothing in them exists.*
"""


def main() -> int:
    """Make the gallery from the demo's workspace."""
    made = make_gallery(MAPS / "voorbeeldwijk", MAPS)
    sys.stdout.write("\n".join(str(path) for path in made) + "\n")
    return 0


def make_gallery(root: Path, maps: Path) -> list[Path]:
    """Make the pictures, their list and the README.

    Parameters
    ----------
    root : Path
        Workspace of the example quarter with the rounds of tomorrow; it stays as it is.
    maps : Path
        Folder that gets ``gallery/`` and ``README.md``.

    Returns
    -------
    list of Path
        What was written; the same bytes for the same workspace and libraries.
    """
    folder = maps / "gallery"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with TemporaryDirectory() as temporary:
        copy = Path(temporary) / "week"
        shutil.copytree(root, copy)
        pages = _list_pages(root, copy)
        shown = [_draw(folder, name, **page) for name, page in pages.items()]
    text = json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
    (folder / "gallery.json").write_text(text, encoding="utf-8", newline="\n")
    parts = [
        f"## {page['title']}\n\n![{page['title']}](gallery/{page['file']})\n" for page in shown
    ]
    readme = maps / "README.md"
    readme.write_text("\n".join([HEAD, *parts]), encoding="utf-8", newline="\n")
    return [*(folder / str(page["file"]) for page in shown), folder / "gallery.json", readme]


def _list_pages(root: Path, copy: Path) -> dict[str, dict[str, Any]]:
    """List name → source, page and title; what this version cannot make is left out."""
    days = sorted(p.parent for p in (root / "maps").glob("*/plan.json"))
    rounds = json.loads((days[-1] / "plan.json").read_text("utf-8"))["rounds"]
    sheet = days[-1] / f"{max(rounds, key=lambda r: len(r['stops']))['round_id']}.pdf"
    found: dict[str, dict[str, Any]] = {
        "blad-kaart": {"source": sheet, "title": "Het blad: de kaart van een ronde"},
        "blad-lijst": {"source": sheet, "page": 1, "title": "Het blad: de lijst om in te vullen"},
    }
    overview = days[-1] / "overzicht.pdf"
    if overview.is_file():
        found["overzicht"] = {"source": overview, "title": "Het overzicht van de dag"}
    monday = NOW + timedelta(days=8)
    walk_a_week(open_workspace(copy))
    for name, title, *command in (
        ("kaart-intern", "Straten die nog wachten, voor de coördinator", "heatmap", "--pdf", "a4"),
        ("kaart-openbaar", "Straten die nog wachten, om op te hangen",
         "heatmap", "--public", "--pdf", "a4"),
        ("verslag", "Het verslag voor het bestuur", "report"),
    ):  # fmt: skip
        source = _run(copy, command, now=monday)
        if source is not None:
            found[name] = {"source": source, "title": title}
    return found


def _run(root: Path, command: list[str], *, now: datetime) -> Path | None:
    """Run a command and give the PDF it wrote; None where this version does not know it."""
    answer = io.StringIO()
    words = [*command, "--json", "--workspace", str(root), "--now", now.isoformat()]
    with redirect_stdout(answer), redirect_stderr(io.StringIO()):
        if run(words) != 0:
            return None
    said = json.loads(answer.getvalue())
    files = [*said.get("files", []), said.get("file", "")]
    pdfs = [Path(str(f)) for f in files if str(f).endswith(".pdf")]
    return pdfs[0] if pdfs else None


def walk_a_week(workspace: Workspace) -> int:
    """Walk the rounds of the coming week: plan each day, let invented residents answer, enter.

    Parameters
    ----------
    workspace : Workspace
        Of the example quarter; it changes.

    Returns
    -------
    int
        Number of sheets entered.
    """
    doors = read_layer(workspace.require_places(), "doors").sort_index()
    people = People(doors, QUARTER, seed=1, windows=workspace.settings.windows)
    codes = {outcome: code for code, outcome in SHORT_CODES.items()}
    entered = 0
    for days in WALKED:
        on = NOW + timedelta(days=days)
        plan = plan_day(workspace, now=on - timedelta(hours=12), seed=1, on=on.date(), write=False)
        for planned in plan.plan.rounds:
            said = _answers(planned, people, codes)
            walked = Walked(on=planned.date)
            enter_sheet(
                workspace, planned.round_id, said, walked=walked, now=on + timedelta(hours=3)
            )
            entered += 1
    with open_store(workspace, now=NOW + timedelta(days=7)) as store:
        done = store.read_rounds()
    return min(entered, int((done["status"] == "entered").sum()))


def _answers(planned: Round, people: People, codes: dict[Any, str]) -> str:
    said = []
    for stop in planned.stops:
        for door in stop.doors:
            outcome = people.answer(door.door_id, window=planned.window, on=planned.date)
            said.append(f"{door.line} {codes[outcome]}")
    return ", ".join(said)


def _draw(folder: Path, name: str, *, source: Path, title: str, page: int = 0) -> dict[str, Any]:
    """Draw one page of a PDF as a PNG, and say what is on it."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(source)
    leaf = pdf[min(page, len(pdf) - 1)]
    picture = leaf.render(scale=DPI / PDF_DPI).to_pil().convert("RGB")
    words = " ".join(leaf.get_textpage().get_text_range().split())
    file = folder / f"{name}.png"
    # One palette without dithering: small, and the same bytes every time.
    picture.quantize(COLOURS, dither=0).save(file, optimize=True)
    pdf.close()
    return {
        "file": file.name,
        "title": title,
        "width": picture.width,
        "height": picture.height,
        "words": hashlib.sha256(words.encode()).hexdigest(),
    }


if __name__ == "__main__":
    sys.exit(main())
