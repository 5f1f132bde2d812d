"""``zds report``: the board's page."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from zds_geo.cli._face import Face, read_date


def report(
    ctx: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DATUM", help="help.report.from")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATUM", help="help.report.to")] = "",
    cycle: Annotated[bool, typer.Option("--cycle", help="help.report.cycle")] = False,
    html: Annotated[bool, typer.Option("--html", help="help.report.html")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PAD", help="help.report.out")
    ] = None,
) -> None:
    """Make the board's page, write it, and say where it is."""
    from zds_geo.app.make_report import draw_report, make_report, report_path
    from zds_geo.core.errors import UsageError

    face: Face = ctx.obj
    if cycle and (first or until):
        raise UsageError("report.both")
    workspace = face.open()
    made = make_report(
        workspace,
        now=face.now,
        first=read_date(first) if first else None,
        until=read_date(until) if until else None,
    )
    path = out or report_path(workspace, made, html=html)
    draw_report(workspace, made, path=path, lang=face.lang)
    face.print("report.done", path=path)
    face.data(report_as_data(made, path=path))


def report_as_data(made: Any, *, path: Path) -> Mapping[str, object]:
    """Lay a report out for a program: the same numbers as on the page, hidden where they are."""
    from zds_geo.outputs.report_text import trace_commands

    def row(one: Any) -> dict[str, object]:
        shown = {
            c: cell.text if cell.value is None else cell.value for c, cell in one.cells.items()
        }
        return {"name": one.name, "n_doors": one.n_doors, **shown}

    arrange = made.arrange
    return {
        "file": path,
        "area": made.area,
        "from": made.first,
        "to": made.until,
        "is_cycle": made.is_cycle,
        "rows": [row(r) for r in made.rows],
        "small_buurten": made.joined,
        "total": row(made.total),
        "not_staffed": list(made.not_staffed),
        "hard_blocks": [asdict(b) for b in made.blocks],
        "hard_blocks_more": made.blocks_more,
        "to_arrange": arrange.text if arrange.value is None else arrange.value,
        "hours": made.hours if made.n_people_ok else None,
        "rounds": made.n_rounds,
        "promise": None if made.promise is None else asdict(made.promise),
        "commands": trace_commands(made),
    }
