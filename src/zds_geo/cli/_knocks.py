"""``zds knocks`` and ``zds do-not-knock``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.cli._face import Face, read_clock, read_date
from zds_geo.cli._help import Command, Group
from zds_geo.cli._register import open_with_banner
from zds_geo.core.errors import UsageError
from zds_geo.core.outcomes import SHORT_CODES, Outcome, Source
from zds_geo.core.windows import AMSTERDAM, local_instant

if TYPE_CHECKING:
    from zds_geo.store import RecordResult

knocks = typer.Typer(cls=Group, help="help.knocks", no_args_is_help=True)
register = typer.Typer(cls=Group, help="help.register", no_args_is_help=True)

Door = Annotated[str, typer.Argument(metavar="ADRES", help="help.door")]
When = Annotated[str, typer.Option("--date", metavar="DATUM", help="help.date")]


def _show(face: Face, result: "RecordResult") -> None:
    face.print(
        "knocks.recorded",
        stored=len(result.stored),
        duplicate=len(result.duplicate),
        conflict=len(result.conflict),
        expired=len(result.expired),
    )
    if result.stored:
        face.print("knocks.batch", batch=result.batch_id)
    face.data(
        {
            "batch": result.batch_id,
            "stored": len(result.stored),
            "duplicate": len(result.duplicate),
            "conflict": list(result.conflict),
            "expired": len(result.expired),
        }
    )


@knocks.command("enter", cls=Command, help="help.knocks.enter")
def enter(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="help.knocks.code")],
    lines: Annotated[list[str], typer.Argument(metavar="REGELS", help="help.knocks.lines")],
    date: When = "",
    starts: Annotated[str, typer.Option("--from", metavar="TIJD", help="help.knocks.from")] = "",
    ends: Annotated[str, typer.Option("--to", metavar="TIJD", help="help.knocks.to")] = "",
) -> None:
    from zds_geo.app.record_knocks import Walked, enter_sheet

    face: Face = ctx.obj
    walked = None
    if date or starts:
        if not date:
            raise UsageError("knocks.date_needed")
        walked = Walked(
            on=read_date(date),
            starts=read_clock(starts) if starts else None,
            ends=read_clock(ends) if ends else None,
        )
    text = " ".join(lines)
    _show(face, enter_sheet(open_with_banner(face), code, text, walked=walked, now=face.now))


@knocks.command("add", cls=Command, help="help.knocks.add")
def add(
    ctx: typer.Context,
    door: Door,
    outcome: Annotated[str, typer.Argument(metavar="UITKOMST", help="help.knocks.outcome")],
    date: When = "",
    window: Annotated[
        str, typer.Option("--window", metavar="TIJDVAK", help="help.knocks.window")
    ] = "",
    back: Annotated[str, typer.Option("--back", metavar="TIJDVAK", help="help.knocks.back")] = "",
    elsewhere: Annotated[bool, typer.Option("--elsewhere", help="help.knocks.elsewhere")] = False,
) -> None:
    from zds_geo.app.record_knocks import add_knock

    face: Face = ctx.obj
    workspace = open_with_banner(face)
    day = read_date(date) if date else face.now.astimezone(AMSTERDAM).date()
    if not window and not elsewhere:
        if date:
            raise UsageError(
                "knocks.window_needed", known=", ".join(workspace.settings.windows.names)
            )
        found = workspace.settings.windows.window_at(
            local_instant(day, face.now.astimezone(AMSTERDAM).time().replace(tzinfo=None))
        )
        if found is None:
            raise UsageError("knocks.no_window", got=day)
        window = found.name
    result = add_knock(
        workspace,
        door,
        _read_outcome(outcome),
        on=day,
        window=window,
        source=Source.ELSEWHERE if elsewhere else Source.PAPER,
        come_back_window=back,
        now=face.now,
    )
    _show(face, result)


def _read_outcome(text: str) -> Outcome:
    wanted = text.strip().casefold()
    if wanted in SHORT_CODES:
        return SHORT_CODES[wanted]
    if wanted in set(Outcome):
        return Outcome(wanted)
    known = ", ".join([*SHORT_CODES, *Outcome])
    raise UsageError("cli.error.outcome", got=text, known=known)


@knocks.command("undo", cls=Command, help="help.knocks.undo")
def undo(
    ctx: typer.Context,
    batch: Annotated[str, typer.Argument(metavar="INVOER", help="help.knocks.batch")],
) -> None:
    from zds_geo.app.record_knocks import undo_batch

    face: Face = ctx.obj
    count = undo_batch(face.open(), batch, now=face.now)
    face.print("knocks.undone", batch=batch, n=count)
    face.data({"batch": batch, "undone": count})


@knocks.command("import", cls=Command, help="help.knocks.import")
def import_(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="BESTAND", help="help.knocks.file")],
) -> None:
    from zds_geo.app.record_knocks import import_knocks

    face: Face = ctx.obj
    _show(face, import_knocks(open_with_banner(face), path, now=face.now))


@knocks.command("export", cls=Command, help="help.knocks.export")
def export(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="BESTAND", help="help.knocks.file")],
) -> None:
    from zds_geo.app.record_knocks import export_knocks

    face: Face = ctx.obj
    count = export_knocks(face.open(), path, now=face.now)
    face.print("knocks.exported", path=path, n=count)
    face.data({"file": path, "knocks": count})


@register.command("add", cls=Command, help="help.register.add")
def register_add(ctx: typer.Context, door: Door, date: When = "") -> None:
    from zds_geo.app.record_knocks import set_do_not_knock

    face: Face = ctx.obj
    day = read_date(date) if date else face.now.astimezone(AMSTERDAM).date()
    door_id = set_do_not_knock(face.open(), door, on=day, now=face.now)
    face.print("register.added")
    face.data({"door_id": door_id, "since": day})


@register.command("withdraw", cls=Command, help="help.register.withdraw")
def register_withdraw(ctx: typer.Context, door: Door, date: When = "") -> None:
    from zds_geo.app.record_knocks import withdraw_do_not_knock

    face: Face = ctx.obj
    day = read_date(date) if date else face.now.astimezone(AMSTERDAM).date()
    door_id = withdraw_do_not_knock(face.open(), door, on=day, now=face.now)
    face.print("register.withdrawn")
    face.data({"door_id": door_id, "withdrawn_on": day})
