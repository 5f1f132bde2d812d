"""``zds history import``, and the lists of ``zds do-not-knock``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.cli._face import Face
from zds_geo.cli._help import Command, Group
from zds_geo.cli._knocks import register
from zds_geo.core.errors import UsageError

if TYPE_CHECKING:
    from zds_geo.app.import_history import HistoryImport

history = typer.Typer(cls=Group, help="help.history", no_args_is_help=True)

ListFile = Annotated[Path, typer.Argument(metavar="BESTAND", help="help.history.file")]
MOST_SHOWN = 8


@history.callback()
def root() -> None:
    pass


@history.command("import", cls=Command, help="help.history.import")
def import_(
    ctx: typer.Context,
    path: ListFile,
    all_talked: Annotated[
        bool, typer.Option("--all-talked", help="help.history.all_talked")
    ] = False,
    refused: Annotated[
        Path | None, typer.Option("--do-not-knock", metavar="BESTAND", help="help.history.register")
    ] = None,
    no_refused: Annotated[
        bool, typer.Option("--no-do-not-knock-list", help="help.history.no_register")
    ] = False,
) -> None:
    from zds_geo.app.import_history import import_history, import_register, note_no_register

    face: Face = ctx.obj
    workspace = face.open()
    if refused is not None and no_refused:
        raise UsageError("history.both")
    content: dict[str, object] = {}
    if refused is not None:
        listed = import_register(workspace, refused, now=face.now)
        _show_register(face, listed)
        content["do_not_knock"] = _as_data(listed)
    if no_refused:
        note_no_register(workspace, now=face.now)
        face.print("register.none")
    found = import_history(workspace, path, all_talked=all_talked, now=face.now)
    _show_rows(face, found)
    face.print("history.doors", n=found.doors)
    if not found.has_register:
        face.print("history.register_first")
    face.data({**_as_data(found), **content})


def _show_rows(face: Face, found: "HistoryImport") -> None:
    named = ", ".join(
        f"{face.say(f'history.column.{ours}')} = {theirs}" for ours, theirs in found.columns.items()
    )
    face.print("history.recognised", columns=named)
    for name, n in found.counts.items():
        if n or name == "rows":
            face.print(f"history.counts.{name}", n=n)
    for row in found.to_mend[:MOST_SHOWN]:
        which = f" ({', '.join(row.candidates[:5])})" if row.candidates else ""
        face.write(f"    {row.row}: {row.label}: {face.say(row.why)}{which}")
    if len(found.to_mend) > MOST_SHOWN:
        face.write("    …")
    if found.mend_path is not None:
        face.print("history.mend", path=found.mend_path)


def _show_register(face: Face, found: "HistoryImport") -> None:
    _show_rows(face, found)
    face.print("register.imported", n=found.doors)
    if found.to_mend:
        face.print("register.incomplete", n=len(found.to_mend))
    else:
        face.print("register.complete")


def _as_data(found: "HistoryImport") -> dict[str, object]:
    return {
        "columns": found.columns,
        "counts": found.counts,
        "doors": found.doors,
        "to_mend": [{"row": r.row, "why": r.why} for r in found.to_mend],
        "mend_file": found.mend_path,
    }


@register.command("import", cls=Command, help="help.register.import")
def register_import(ctx: typer.Context, path: ListFile) -> None:
    from zds_geo.app.import_history import import_register

    face: Face = ctx.obj
    found = import_register(face.open(), path, now=face.now)
    _show_register(face, found)
    face.data(_as_data(found))


@register.command("none", cls=Command, help="help.register.none")
def register_none(ctx: typer.Context) -> None:
    from zds_geo.app.import_history import note_no_register

    face: Face = ctx.obj
    note_no_register(face.open(), now=face.now)
    face.print("register.none")
    face.data({"list": "none"})
