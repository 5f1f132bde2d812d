"""``zds heatmap --pdf --geojson --gpkg``: the same maps for the wall and for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zds_geo.app.import_places import read_credits
from zds_geo.app.publish_map import measure_public
from zds_geo.app.show_coverage import measure_pieces
from zds_geo.app.workspace import Workspace
from zds_geo.app.write_outputs import read_map_layers
from zds_geo.core.errors import OutputError, UsageError
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    import geopandas as gpd

PAPERS: Final = ("a3", "a4")
LAYER: Final = "straten"
_INTERNAL: Final = (
    "straat", "buurt_code", "n_doors", "tried", "opened", "talked", "reached", "never_tried",
    "in_vain", "last_tried_on", "class", "class_text", "fade",
)  # fmt: skip
_PUBLIC: Final = ("straat", "class", "class_text")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """What is drawn: pieces with ``class`` and ``fade``, and where the files go."""

    table: gpd.GeoDataFrame
    as_of: date
    stem: Path
    texts: list[str]
    columns: tuple[str, ...]
    note: str = ""


def write_heat_files(
    workspace: Workspace,
    *,
    paper: str = "",
    geojson: bool = False,
    gpkg: bool = False,
    public: bool = False,
    now: datetime,
    lang: str = "nl",
) -> list[Path]:
    """Write the heatmap as PDF, GeoJSON or GeoPackage, the last two with a QGIS style.

    Parameters
    ----------
    workspace : Workspace
        With imported places.
    paper : str
        ``a3`` or ``a4`` for a PDF; empty for none.
    geojson, gpkg : bool
        Which files for other programs.
    public : bool
        True: the map that anyone may see, without counts.
    now : datetime
        Aware.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    list of Path
        What was written, in ``maps/<date>``.

    Raises
    ------
    UsageError
        If the paper is another word.
    OutputError
        If a file cannot be written.
    """
    if paper and paper not in PAPERS:
        raise UsageError("heat.paper", got=paper, known=", ".join(PAPERS))
    picture = (_public if public else _internal)(workspace, now=now, lang=lang)
    try:
        picture.stem.parent.mkdir(parents=True, exist_ok=True)
        written = []
        if paper:
            written += [_write_pdf(workspace, picture, paper=paper, public=public, lang=lang)]
        if geojson or gpkg:
            written += _write_data(workspace, picture, geojson=geojson, gpkg=gpkg, lang=lang)
    except OSError as fault:
        raise OutputError(
            "output.cannot_write", path=picture.stem.parent, fault=fault.strerror
        ) from None
    return written


def _internal(workspace: Workspace, *, now: datetime, lang: str) -> _Picture:
    from zds_geo.outputs import class_texts, classify_pieces

    today = now.astimezone(AMSTERDAM).date()
    table = classify_pieces(measure_pieces(workspace, now=now), as_of=today)
    return _Picture(
        table=table.assign(**{"class": table["class_reached"]}),
        as_of=today,
        stem=workspace.maps_path / today.isoformat() / "kaart-onbereikt",
        texts=class_texts("reached", lang),
        columns=_INTERNAL,
    )


def _public(workspace: Workspace, *, now: datetime, lang: str) -> _Picture:
    from zds_geo.outputs import class_texts

    figures = measure_public(workspace, now=now)
    return _Picture(
        table=figures.pieces.assign(fade=0),
        note=say(f"heat.public_scope_{figures.scope}", lang=lang),
        as_of=figures.as_of,
        stem=workspace.maps_path / figures.as_of.isoformat() / "kaart-publiek",
        texts=class_texts("talked", lang, public=True),
        columns=_PUBLIC,
    )


def _write_pdf(
    workspace: Workspace, picture: _Picture, *, paper: str, public: bool, lang: str
) -> Path:
    from zds_geo.outputs import write_wall_map

    path = picture.stem.with_name(f"{picture.stem.name}-{paper}.pdf")
    write_wall_map(
        picture.table, path, paper=paper, layers=read_map_layers(workspace), public=public,
        credits=read_credits(workspace), as_of=picture.as_of, note=picture.note,
        lang=lang,
    )  # fmt: skip
    return path


def _write_data(
    workspace: Workspace, picture: _Picture, *, geojson: bool, gpkg: bool, lang: str
) -> list[Path]:
    """Write the pieces with their style; only the columns that may be on this map."""
    from zds_geo.outputs import make_qgis_style, source_line, write_geojson
    from zds_geo.store import write_map_file

    credits = read_credits(workspace)
    table = picture.table.copy()
    table["class_text"] = [picture.texts[int(c)] for c in table["class"]]
    table = table.sort_values(["straat", "class"], kind="stable").reset_index(drop=True)
    frame = table[[*picture.columns, "geometry"]].copy()
    if "last_tried_on" in frame:
        frame["last_tried_on"] = [
            d.isoformat() if isinstance(d, date) and d == d else ""  # noqa: PLR0124
            for d in frame["last_tried_on"]
        ]
        frame["mark"] = say("outputs.internal", lang=lang)
    if picture.note:
        frame["note"] = picture.note
    frame["as_of"] = picture.as_of.isoformat()
    style = make_qgis_style(picture.texts, fading="fade" in frame)
    written = [picture.stem.with_suffix(".qml")]
    written[0].write_text(style, encoding="utf-8", newline="\n")
    if geojson:
        written.append(picture.stem.with_suffix(".geojson"))
        write_geojson(frame, written[-1], credits=credits)
    if gpkg:
        written.append(picture.stem.with_suffix(".gpkg"))
        frame["credits"] = source_line(credits, lang)
        write_map_file(written[-1], frame, layer=LAYER, style=style, as_of=picture.as_of)
    return written
