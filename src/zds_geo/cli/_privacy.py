"""``zds prune``, ``zds inzage``, ``zds forget`` and ``zds door new-residents``."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.cli._face import Face
from zds_geo.cli._help import Address, Command, Group
from zds_geo.core.errors import OutputError

if TYPE_CHECKING:
    from zds_geo.app.forget import Erased

door = typer.Typer(cls=Group, help="help.door_group", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    app.command("prune", cls=Command, help="help.prune")(prune)
    app.command("inzage", cls=Command, help="help.inzage")(inzage)
    app.command("forget", cls=Command, help="help.forget")(forget)
    app.add_typer(door, name="door")


def prune(
    ctx: typer.Context,
    confirm: Annotated[bool, typer.Option("--confirm", help="help.prune.confirm")] = False,
) -> None:
    from zds_geo.app.forget import prune as forget_on_time

    face: Face = ctx.obj
    found = forget_on_time(face.open(), now=face.now, confirmed=confirm)
    report = found.report
    if report.knocks or report.routes or report.details or found.folders:
        face.print(
            "prune.done", knocks=report.knocks, doors=report.doors, routes=report.routes,
            folders=found.folders,
        )  # fmt: skip
    else:
        face.print("prune.nothing")
    face.data(
        {
            "knocks": report.knocks, "doors": report.doors, "routes": report.routes,
            "details": report.details, "folders": found.folders,
        }
    )  # fmt: skip


def inzage(
    ctx: typer.Context,
    address: Address,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="BESTAND", help="help.inzage.out")
    ] = None,
) -> None:
    from zds_geo.app.forget import read_record
    from zds_geo.app.tell_record import record_as_data, tell_record

    face: Face = ctx.obj
    workspace = face.open()
    record = read_record(workspace, " ".join(address), now=face.now)
    text = tell_record(workspace, record, now=face.now, lang=face.lang)
    if out is not None:
        try:
            out.touch(mode=0o600)
            out.write_text(text, encoding="utf-8", newline="\n")
        except OSError as fault:
            raise OutputError("output.cannot_write", path=out, fault=fault.strerror) from None
        face.print("inzage.done", path=out)
    else:
        face.write(text)
    face.print("inzage.note")
    face.data(record_as_data(record))


def forget(ctx: typer.Context, address: Address) -> None:
    from zds_geo.app.forget import forget_door

    face: Face = ctx.obj
    workspace = face.open()
    erased = forget_door(workspace, " ".join(address), now=face.now)
    face.print("forget.done", n=erased.knocks)
    _show_rest(face, erased)
    face.print("forget.backups", days=workspace.settings.retention.backups_days)
    if erased.refused:
        face.print("forget.register")
    face.data(asdict(erased))


def _show_rest(face: Face, erased: "Erased") -> None:
    for code in erased.sheets:
        face.print("forget.sheets", code=code)
    if erased.exports:
        names = ", ".join(str(path) for path in erased.exports)
        face.print("forget.exports", names=names)


@door.command("new-residents", cls=Command, help="help.door_group.new")
def new_residents(ctx: typer.Context, address: Address) -> None:
    from zds_geo.app.forget import forget_door

    face: Face = ctx.obj
    workspace = face.open()
    erased = forget_door(workspace, " ".join(address), now=face.now, moved=True)
    face.print("newcomers.done", n=erased.knocks)
    _show_rest(face, erased)
    if erased.refused:
        face.print("newcomers.register")
    face.data(asdict(erased))
