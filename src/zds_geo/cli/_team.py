"""``zds team``."""

from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.cli._face import Face
from zds_geo.cli._help import Command, Group

if TYPE_CHECKING:
    from zds_geo.app.divide_team import Area, TeamDivision

team = typer.Typer(cls=Group, help="help.team", no_args_is_help=True)

STREETS_SHOWN = 4
OFF_SHOWN = 0.05


@team.command("divide", cls=Command, help="help.team.divide")
def divide(
    ctx: typer.Context,
    buurt: Annotated[
        list[str] | None, typer.Option("--buurt", metavar="CODE", help="help.team.buurt")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="help.team.dry_run")] = False,
    accept: Annotated[bool, typer.Option("--accept-changes", help="help.team.accept")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="help.seed")] = 1,
) -> None:
    from dataclasses import asdict

    from zds_geo.app.divide_team import divide_team

    face: Face = ctx.obj
    with face.progress() as progress:
        found = divide_team(
            face.open(), now=face.now, seed=seed, buurten=tuple(buurt or ()), dry_run=dry_run,
            accept_changes=accept, lang=face.lang, progress=progress,
        )  # fmt: skip
    _show(face, found, dry_run=dry_run)
    face.data({**asdict(found), "dry_run": dry_run})


@team.command("rollback", cls=Command, help="help.team.rollback")
def rollback(ctx: typer.Context) -> None:
    from zds_geo.app.divide_team import rollback_team

    face: Face = ctx.obj
    n = rollback_team(face.open(), now=face.now)
    face.print("team.rolled_back", n=n)
    face.data({"doors": n})


def _show(face: Face, found: "TeamDivision", *, dry_run: bool) -> None:
    for group in found.groups:
        doors = sum(a.doors for a in group.areas)
        face.print("team.group", names=", ".join(group.names), n=len(group.areas), doors=doors)
        for area in group.areas:
            _show_area(face, area, first=found.first)
    if found.without_shifts:
        face.print("team.idle", who=", ".join(found.without_shifts))
    face.print("team.note")
    if dry_run:
        face.print("team.dry", moved=found.moved)
    elif not found.stored:
        face.print("team.same")
    elif found.first:
        face.print("team.kept_first")
    else:
        face.print("team.kept", moved=found.moved)
    face.print("team.map", path=found.path)


def _show_area(face: Face, area: "Area", *, first: bool) -> None:
    if not area.doors:
        face.print("team.empty", who=area.assistant_id)
        return
    weeks = ""
    if area.weeks is not None:
        number = face.fact(area.weeks, ".1f")
        weeks = face.say("team.weeks", weeks=number)
    line = face.say(
        "team.area", who=area.assistant_id, doors=area.doors, hours=round(area.minutes / 60),
        weeks=weeks,
    )  # fmt: skip
    moves = "" if first else face.say("team.moves", joined=area.joined, left=area.left)
    face.write(line + moves)
    shown = ", ".join(area.streets[:STREETS_SHOWN])
    more = len(area.streets) - STREETS_SHOWN
    if more > 0:
        face.print("team.streets_more", streets=shown, n=more)
    else:
        face.print("team.streets", streets=shown)
    if area.pieces > 1:
        face.print("team.pieces", n=area.pieces)
    if abs(area.off) > OFF_SHOWN:
        key = "team.more" if area.off > 0 else "team.less"
        face.print("team.off", percent=round(100 * abs(area.off)), more=face.say(key))
