"""The files of ``zds export`` that hold tables and layers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app import _export_tables as tables
from zds_geo.app.import_places import read_credits
from zds_geo.app.read_rounds import read_rounds
from zds_geo.app.workspace import Workspace, open_store
from zds_geo.app.write_outputs import TABLE
from zds_geo.core.errors import NotFoundError
from zds_geo.core.model import Credit, Round
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import pandas as pd

ROUNDS, STREETS, COVERAGE, ROSTER = "rounds", "streets", "coverage", "roster"
_NAMES: Final = {STREETS: "straten", COVERAGE: "dekking", ROUNDS: TABLE, ROSTER: "rooster"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One export as asked; ``whole`` when nothing in particular was asked of a file for all."""

    workspace: Workspace
    kind: str
    what: tuple[str, ...]
    whole: bool
    on: date | None
    path: Path | None
    now: datetime
    assistants: tuple[str, ...]
    weeks: int
    excel: bool
    lang: str

    @property
    def today(self) -> date:
        """Give the local date."""
        return self.now.astimezone(AMSTERDAM).date()

    def credits(self) -> tuple[Credit, ...]:
        """Give the credits; none before addresses were imported (a roster needs none)."""
        return read_credits(self.workspace) if self.workspace.places_path.is_file() else ()

    def target(self, name: str) -> Path:
        """Give the file to write, in a folder that exists."""
        path = self.path or self.workspace.maps_path / f"{name}.{self.kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def export_geojson(wish: Wish) -> list[Path]:
    """Write streets, buurten or rounds as GeoJSON.

    Parameters
    ----------
    wish : Wish
        What was asked.

    Returns
    -------
    list of Path
        What was written.
    """
    from zds_geo.outputs import round_lines, round_points, write_geojson

    what = wish.what[0]
    more = []
    if what == ROUNDS:
        rounds = rounds_of(wish)
        frame, more = round_lines(rounds), [round_points(rounds, wish.lang)]
        name = f"{rounds[0].date.isoformat()}/{_NAMES[ROUNDS]}"
    elif what == COVERAGE:
        frame, name = tables.gather_buurten(wish.workspace, now=wish.now).reset_index(), "buurten"
    else:
        frame, name = tables.gather_streets(wish.workspace, now=wish.now), _NAMES[COVERAGE]
    target = wish.target(name)
    write_geojson(
        frame, target, credits=wish.credits(), more=more, as_of=wish.today, internal=True,
        lang=wish.lang,
    )  # fmt: skip
    return [target]


def export_csv(wish: Wish) -> list[Path]:
    """Write one table as CSV.

    Parameters
    ----------
    wish : Wish
        What was asked.

    Returns
    -------
    list of Path
        What was written.
    """
    from zds_geo.outputs import write_csv

    what = wish.what[0]
    table = _table(wish, what)
    if wish.excel:
        table = _for_excel(table)
    name = _NAMES[what]
    if what == ROUNDS:
        name = f"{table['date'].iloc[0].isoformat()}/{name}"
    target = wish.target(name)
    write_csv(
        table, target, credits=wish.credits(), as_of=wish.today, internal=True, lang=wish.lang,
        excel=wish.excel,
    )  # fmt: skip
    return [target]


def _for_excel(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a spreadsheet spoils: ids would be rounded, and house number 12-3 a date."""
    left = table.drop(columns=["door_id", "piece_id"], errors="ignore")
    if "number" in left:
        at = int(left.columns.get_loc("street"))
        left.insert(at, "address", left["street"] + " " + left["number"])
        left = left.drop(columns=["street", "number"])
    return left


def export_xlsx(wish: Wish) -> list[Path]:
    """Write one table, or all there are, as a workbook.

    Parameters
    ----------
    wish : Wish
        What was asked.

    Returns
    -------
    list of Path
        What was written.
    """
    from zds_geo.outputs import column_name, source_line, write_workbook

    line = source_line(wish.credits(), wish.lang, as_of=wish.today, internal=True)
    area = wish.workspace.settings.area.name
    pages = {}
    for what in wish.what:
        try:
            table = _table(wish, what)
        except NotFoundError:
            if not wish.whole:
                raise
            continue
        if (
            not wish.whole
        ):  # one page, so that it can be read back; like a CSV, each row says whence
            table["bron"] = line
        table = table.rename(columns={c: column_name(c, wish.lang) for c in table.columns})
        pages[say(f"export.page.{what}", lang=wish.lang)] = table
    about = [line]
    if wish.whole:
        about += [
            say("export.about_area", lang=wish.lang, area=area),
            say("coverage.note", lang=wish.lang),
            say("export.about_lines", lang=wish.lang),
            say("export.about_small", lang=wish.lang),
        ]
    target = wish.target("overzicht" if wish.whole else _NAMES[wish.what[0]])
    write_workbook(
        target, pages, title=say("export.title", lang=wish.lang, area=area), about=about,
        lang=wish.lang,
    )  # fmt: skip
    return [target]


def _table(wish: Wish, what: str) -> pd.DataFrame:
    from zds_geo.outputs import round_table

    if what == ROUNDS:
        return round_table(rounds_of(wish), wish.lang)
    if what == STREETS:
        pieces = tables.gather_streets(wish.workspace, now=wish.now)
        return pieces.drop(columns="geometry").reset_index()
    if what == COVERAGE:
        return tables.gather_coverage(wish.workspace, now=wish.now).reset_index()
    first = wish.today if wish.whole else wish.on or wish.today
    roster = tables.gather_roster(
        wish.workspace, first=first, weeks=wish.weeks, assistants=wish.assistants, now=wish.now,
        lang=wish.lang,
    )  # fmt: skip
    require_shifts(wish, roster)
    return roster


def export_gpkg(wish: Wish) -> list[Path]:
    """Write one layer, or all there are, as a GeoPackage.

    Parameters
    ----------
    wish : Wish
        What was asked.

    Returns
    -------
    list of Path
        What was written.
    """
    import pandas as pd

    from zds_geo.outputs import round_lines, round_points, source_line
    from zds_geo.store import write_layers

    layers = {}
    if STREETS in wish.what:
        pieces = tables.gather_streets(wish.workspace, now=wish.now)
        pieces["last_tried_on"] = [None if pd.isna(d) else str(d) for d in pieces["last_tried_on"]]
        layers["street_sides"] = pieces
    if COVERAGE in wish.what:
        buurten = tables.gather_buurten(wish.workspace, now=wish.now)
        layers["buurten"] = buurten.drop(columns="last_tried_on")
    if ROUNDS in wish.what:
        try:
            rounds = rounds_of(wish)
        except NotFoundError:
            if not wish.whole:
                raise
        else:
            layers["rounds"] = round_lines(rounds)
            layers["stops"] = round_points(rounds, wish.lang)
    line = source_line(wish.credits(), wish.lang, as_of=wish.today, internal=True)
    about = pd.DataFrame({"bron": [line], "stand": [wish.today.isoformat()]})
    target = wish.target("overzicht" if wish.whole else _NAMES[wish.what[0]])
    write_layers(target, layers, tables={"bron": about})
    return [target]


def require_shifts(wish: Wish, shifts: pd.DataFrame) -> None:
    """Refuse a roster without shifts.

    Parameters
    ----------
    wish : Wish
        What was asked.
    shifts : DataFrame
        What was found.

    Raises
    ------
    NotFoundError
        If there are none.
    """
    if shifts.empty:
        raise NotFoundError("export.no_shifts", date=wish.on or wish.today, weeks=wish.weeks)


def rounds_of(wish: Wish) -> list[Round]:
    """Read the rounds that were asked for, without doors that refused since.

    Parameters
    ----------
    wish : Wish
        What was asked.

    Returns
    -------
    list of Round
        By code.

    Raises
    ------
    NotFoundError
        If there are none.
    """
    found = read_rounds(wish.workspace, on=wish.on, now=wish.now)
    if wish.assistants:
        found = [r for r in found if r.assistant_id in wish.assistants]
    with open_store(wish.workspace, now=wish.now) as store:
        left = tables.leave_out_refused(found, store)
    left = [r for r in left if r.stops]
    if not left:
        if not found:
            raise NotFoundError("export.not_theirs", who=", ".join(wish.assistants))
        raise NotFoundError("export.nothing_left")
    return left
