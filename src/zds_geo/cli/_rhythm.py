"""``zds cycle`` and ``zds shift``."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from zds_geo.app.settings import LONGEST_CYCLE
from zds_geo.cli._face import Face, read_clock, read_date
from zds_geo.cli._help import Command, Group
from zds_geo.core.errors import SourceError
from zds_geo.core.windows import AMSTERDAM

cycle = typer.Typer(cls=Group, help="help.cycle", no_args_is_help=True)
shift = typer.Typer(cls=Group, help="help.shift", no_args_is_help=True)

When = Annotated[str, typer.Option("--date", metavar="DATUM", help="help.date")]
Who = Annotated[str, typer.Argument(metavar="ID", help="help.shift.assistant")]


def _day(face: Face, text: str) -> date:
    return read_date(text) if text else face.now.astimezone(AMSTERDAM).date()


@cycle.command("start", cls=Command, help="help.cycle.start")
def start(
    ctx: typer.Context,
    date: When = "",
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=1, max=LONGEST_CYCLE, help="help.cycle.weeks")
    ] = None,
) -> None:
    from zds_geo.app.keep_cycle import start_cycle

    face: Face = ctx.obj
    made = start_cycle(face.open(), on=_day(face, date), weeks=weeks, now=face.now)
    if made.weeks is None:
        key = "cycle.started_never" if made.never else "cycle.started_open"
        face.print(key, date=made.started_on)
    elif weeks is None:
        face.print("cycle.started_proposed", date=made.started_on, weeks=made.weeks)
    else:
        face.print("cycle.started", date=made.started_on, weeks=made.weeks)
    face.data({"started_on": made.started_on, "weeks": made.weeks})


@cycle.command("close", cls=Command, help="help.cycle.close")
def close(ctx: typer.Context, date: When = "") -> None:
    from zds_geo.app.keep_cycle import close_cycle

    face: Face = ctx.obj
    day = _day(face, date)
    closed = close_cycle(face.open(), on=day, now=face.now)
    face.print("cycle.closed", date=day, started=closed.started_on)
    face.data({"started_on": closed.started_on, "closed_on": day})


@shift.command("cancel", cls=Command, help="help.shift.cancel")
def cancel(
    ctx: typer.Context,
    assistant: Who,
    date: Annotated[str, typer.Option("--date", metavar="DATUM", help="help.date")],
) -> None:
    from zds_geo.app.keep_cycle import change_shift

    face: Face = ctx.obj
    day = read_date(date)
    cancelled = change_shift(
        face.open(), assistant, on=day, cancelled=True, starts=None, ends=None, now=face.now
    )
    for who in cancelled.assistants:
        face.print("shift.cancelled", who=who, date=day)
    for code in cancelled.replaced:
        face.print("plan.replaced", code=code)
    face.data({**asdict(cancelled), "date": day, "cancelled": True})


@shift.command("change", cls=Command, help="help.shift.change")
def change(
    ctx: typer.Context,
    assistant: Who,
    date: Annotated[str, typer.Option("--date", metavar="DATUM", help="help.date")],
    starts: Annotated[str, typer.Option("--from", metavar="TIJD", help="help.shift.from")] = "",
    ends: Annotated[str, typer.Option("--to", metavar="TIJD", help="help.shift.to")] = "",
) -> None:
    from zds_geo.app.keep_cycle import change_shift

    face: Face = ctx.obj
    day = read_date(date)
    changed = change_shift(
        face.open(),
        assistant,
        on=day,
        cancelled=False,
        starts=read_clock(starts) if starts else None,
        ends=read_clock(ends) if ends else None,
        now=face.now,
    )
    for who in changed.assistants:
        face.print("shift.changed", who=who, date=day)
    face.data({**asdict(changed), "date": day, "from": starts, "to": ends})


@shift.command("import", cls=Command, help="help.shift.import")
def take_over(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="BESTAND", help="help.shift.file")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="help.shift.dry_run")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="help.shift.partial")] = False,
) -> None:
    from zds_geo.app.import_roster import import_roster
    from zds_geo.cli._show_roster import roster_as_data, show_roster

    face: Face = ctx.obj
    found = import_roster(face.open(), file, now=face.now, dry_run=dry_run, partial=partial)
    show_roster(face, found, name=file.name, dry_run=dry_run)
    face.data(roster_as_data(face, found))
    if found.faults and not partial and not dry_run:
        raise SourceError("roster.not_taken", path=file.name, n=len(found.faults))
