"""``zds export``."""

from pathlib import Path
from typing import Annotated

import typer

from zds_geo.cli._face import Face, read_date

INTERNAL = frozenset({"geojson", "gpkg", "csv", "xlsx"})  # files that stay with the coordinator


def export(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="SOORT", help="help.export.kind")],
    what: Annotated[str, typer.Option("--what", metavar="WAT", help="help.export.what")] = "",
    date: Annotated[str, typer.Option("--date", metavar="DATUM", help="help.export.date")] = "",
    assistant: Annotated[
        list[str] | None, typer.Option("--assistant", metavar="ID", help="help.export.assistant")
    ] = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=52, help="help.export.weeks")] = 8,
    excel: Annotated[bool, typer.Option("--excel", help="help.export.excel")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PAD", help="help.export.out")
    ] = None,
) -> None:
    """Write rounds, streets, coverage or roster for other programs."""
    from zds_geo.app.export import export as write

    face: Face = ctx.obj
    written = write(
        face.open(),
        kind,
        what=what,
        on=read_date(date) if date else None,
        assistants=tuple(assistant or ()),
        weeks=weeks,
        excel=excel,
        path=out,
        now=face.now,
        lang=face.lang,
    )
    for path in written:
        face.print("export.done", path=path)
    if kind in INTERNAL:
        face.print("export.internal")
    elif kind == "ics":
        face.print("export.ics.note")
    face.data({"files": written})
