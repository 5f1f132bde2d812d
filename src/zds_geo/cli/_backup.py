"""``zds backup``, ``zds backup key`` and ``zds restore``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.cli._face import Face
from zds_geo.cli._help import Command, Group
from zds_geo.core.errors import UsageError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.app.restore import RestoreResult

backup = typer.Typer(cls=Group, help="help.backup", invoke_without_command=True)

_TRIES = 5  # for each line of a typed key


@backup.callback()
def make(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="MAP", help="help.backup.out")
    ] = None,
) -> None:
    if ctx.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    from zds_geo.app.back_up import back_up

    face: Face = ctx.obj
    made = back_up(face.open(), now=face.now, folder=out)
    face.print(
        "backup.done", path=made.path, size=size(made.n_bytes, face.lang), knocks=made.n_knocks,
        refused=made.n_refused, number=made.key_number,
    )  # fmt: skip
    if made.not_noted:
        face.print("backup.not_noted", fault=made.not_noted)
    if made.removed:
        face.print("backup.removed", n=len(made.removed))
    if out is None:
        face.print("backup.also_stick")
    if not made.sheet_made:
        face.print("backup.print_sheet")
    face.data(asdict(made))


@backup.command("key", cls=Command, help="help.backup.key")
def key(
    ctx: typer.Context,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="PDF", help="help.backup.sheet")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="help.backup.new")] = False,
) -> None:
    from zds_geo.app.back_up import find_keys, make_key_sheet, renew_key

    face: Face = ctx.obj
    workspace = face.open()
    if new:
        face.print("backup.key_renewed", number=renew_key(workspace, now=face.now).number)
    if sheet is not None:
        made = make_key_sheet(workspace, sheet, now=face.now, lang=face.lang)
        face.print("backup.sheet_done", number=made.number, path=sheet)
    found = next(iter(find_keys(workspace.root).values()), None)
    if found is None:
        face.print("backup.key_none")
    elif sheet is None:
        face.print(
            "backup.key_state", number=found.number, made=found.made_on,
            sheet=found.sheet_on or face.say("backup.never"),
        )  # fmt: skip
        if found.sheet_on is None:
            face.print("backup.print_sheet")
    face.data({"key": found.number if found else None, "sheet": sheet, "new": new})


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="BESTAND", help="help.restore.file")],
    key_sheet: Annotated[bool, typer.Option("--key-sheet", help="help.restore.key_sheet")] = False,
    drill: Annotated[bool, typer.Option("--drill", help="help.restore.drill")] = False,
    settings: Annotated[bool, typer.Option("--settings", help="help.restore.settings")] = False,
) -> None:
    from dataclasses import asdict

    from zds_geo.app.restore import find_secret
    from zds_geo.app.restore import restore as put_back

    face: Face = ctx.obj
    secret = None if key_sheet else find_secret(face.root, file)
    if secret is None:
        secret = _ask_key(face, file)
    done = put_back(
        face.root, file, secret=secret, now=face.now, drill=drill, take_settings=settings
    )
    _show(face, done)
    face.data(asdict(done))


def _ask_key(face: Face, file: Path) -> bytes:
    """Ask the key line by line; each line is checked at once."""
    from zds_geo.store import key_lines, read_header, read_key_line, read_key_lines

    number = read_header(file).key_number
    n_lines = len(key_lines(bytes(20)))
    _tell(face.say("backup.ask_key", number=number) + "\n")
    lines = []
    for line in range(1, n_lines + 1):
        for left in reversed(range(_TRIES)):
            _tell(face.say("backup.ask_line", line=line))
            typed = sys.stdin.readline()
            if not typed:
                _tell("\n")
                raise UsageError("backup.no_key", number=number)
            try:
                read_key_line(typed, line=line)
                break
            except UsageError as fault:
                if not left:
                    raise
                _tell(fault.sentence(face.lang) + "\n")
        lines.append(typed)
    return read_key_lines(lines)


def _tell(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _show(face: Face, done: "RestoreResult") -> None:
    made = f"{done.made_at.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
    key = "restore.drill_done" if done.drill else "restore.done"
    face.print(key, made=made, knocks=done.n_knocks, refused=done.n_refused)
    if done.n_erasures:
        face.print("restore.erased", n=done.n_erasures)
    if done.drill:
        return
    if done.aside is not None:
        face.print("restore.aside", path=done.aside)
    if done.settings_aside is not None:
        face.print("restore.settings_aside", path=done.settings_aside)
    else:
        face.print("restore.settings" if done.settings_from_backup else "restore.settings_kept")
    face.print("restore.next", made=made)
    if not done.has_places:
        face.print("restore.next_places")


def size(n_bytes: int, lang: str) -> str:
    """Write a size as people do: kB below one MB."""
    if n_bytes < 1_000_000:
        return f"{max(1, round(n_bytes / 1000))} kB"
    text = f"{n_bytes / 1_000_000:.1f} MB"
    return text.replace(".", ",") if lang == "nl" else text
