"""``zds plan`` and what belongs to it."""

from typing import Annotated

import typer

from zds_geo.cli._face import Face, read_date
from zds_geo.cli._help import Command, Group
from zds_geo.cli._register import open_with_banner
from zds_geo.core.errors import UsageError

plan = typer.Typer(cls=Group, help="help.plan", invoke_without_command=True)

When = Annotated[str, typer.Option("--date", metavar="DATUM", help="help.plan.date")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="help.seed")]


@plan.callback()
def make(
    ctx: typer.Context,
    date: When = "",
    assistant: Annotated[
        list[str] | None, typer.Option("--assistant", metavar="ID", help="help.plan.assistant")
    ] = None,
    seed: Seed = 1,
    again: Annotated[bool, typer.Option("--again", help="help.plan.again")] = False,
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=1, max=104, help="help.plan.weeks")
    ] = None,
) -> None:
    if ctx.invoked_subcommand is not None:
        return
    face: Face = ctx.obj
    if weeks is not None:
        if date or assistant:
            raise UsageError("weeks.with_date")
        _plan_weeks(face, weeks=weeks, seed=seed)
        return
    from zds_geo.app.plan_day import plan_day
    from zds_geo.cli._show import plan_as_data, show_plan

    workspace = open_with_banner(face)
    with face.progress() as progress:
        result = plan_day(
            workspace,
            now=face.now,
            seed=seed,
            on=read_date(date) if date else None,
            assistants=tuple(assistant or ()),
            again=again,
            progress=progress,
        )
    show_plan(face, result)
    face.data(plan_as_data(result))


def _plan_weeks(face: Face, *, weeks: int, seed: int) -> None:
    from zds_geo.app.plan_weeks import plan_weeks
    from zds_geo.cli._weeks import calendar_as_data, show_calendar

    with face.progress() as progress:
        found = plan_weeks(face.open(), weeks=weeks, now=face.now, seed=seed, progress=progress)
    show_calendar(face, found)
    face.data(calendar_as_data(found))


@plan.command("explain", cls=Command, help="help.plan.explain")
def explain(
    ctx: typer.Context,
    door: Annotated[list[str], typer.Argument(metavar="ADRES", help="help.plan.explain.door")],
    date: Annotated[
        str, typer.Option("--date", metavar="DATUM", help="help.plan.explain.date")
    ] = "",
    seed: Seed = 1,
) -> None:
    from zds_geo.app.explain_door import explain_doors
    from zds_geo.cli._show_rounds import explained_as_data, show_explained

    face: Face = ctx.obj
    on, explained = explain_doors(
        face.open(), " ".join(door), on=read_date(date) if date else None, seed=seed, now=face.now
    )
    show_explained(face, on, explained)
    face.data(explained_as_data(on, explained))


@plan.command("rest", cls=Command, help="help.plan.rest")
def rest(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="help.plan.rest.code")],
    minutes: Annotated[int, typer.Option("--minutes", min=1, help="help.plan.rest.minutes")],
    after: Annotated[int, typer.Option("--after", min=0, help="help.plan.rest.after")] = 0,
) -> None:
    from zds_geo.app.rest_of_round import rest_of_round
    from zds_geo.cli._show_rounds import rest_as_data, show_rest

    face: Face = ctx.obj
    found = rest_of_round(face.open(), code, after=after, minutes=minutes, now=face.now)
    show_rest(face, found)
    face.data(rest_as_data(found))
