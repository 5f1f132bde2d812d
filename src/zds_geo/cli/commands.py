"""The tree of commands; help texts are catalogue keys, translated when the tree is built."""

from pathlib import Path
from typing import Annotated

import typer

from zds_geo.cli import _fixes, _knocks, _places, _plan, _register, _rhythm, _team
from zds_geo.cli._face import Face, read_date
from zds_geo.cli._help import Command, Group

app = typer.Typer(
    cls=Group,
    help="help.zds",
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)
_places.places.add_typer(_fixes.fix, name="fix")
app.add_typer(_places.places, name="places")
app.add_typer(_places.doors, name="doors")
app.add_typer(_plan.plan, name="plan")
app.add_typer(_rhythm.cycle, name="cycle")
app.add_typer(_rhythm.shift, name="shift")
app.add_typer(_team.team, name="team")
app.add_typer(_knocks.knocks, name="knocks")
app.add_typer(_knocks.register, name="do-not-knock")
app.add_typer(_register.sheets, name="sheets")
app.command("incident", cls=Command, help="help.incident")(_register.incident)
app.command("documents", cls=Command, help="help.documents")(_register.documents)


@app.callback()
def root(ctx: typer.Context) -> None:  # noqa: D103  (its help is the catalogue's help.zds)
    if ctx.invoked_subcommand is None:
        face: Face = ctx.obj
        face.print("menu")


@app.command("init", cls=Command, help="help.init")
def init(  # noqa: D103
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="MAP", help="help.init.folder")],
    example: Annotated[bool, typer.Option("--example", help="help.init.example")] = False,
    area: Annotated[str, typer.Option("--area", help="help.init.area")] = "",
    gemeente: Annotated[str, typer.Option("--gemeente", help="help.init.gemeente")] = "",
    wijk: Annotated[list[str] | None, typer.Option("--wijk", help="help.init.wijk")] = None,
    buurt: Annotated[list[str] | None, typer.Option("--buurt", help="help.init.buurt")] = None,
    seed: Annotated[int, typer.Option("--seed", help="help.seed")] = 1,
) -> None:
    from zds_geo.app.make_example import make_example
    from zds_geo.app.make_workspace import AreaChoice, make_workspace

    face: Face = ctx.obj
    if example:
        with face.progress() as progress:
            _, result = make_example(folder, now=face.now, seed=seed, progress=progress)
        face.print("init.example_done", folder=folder, n=result.report.kept)
    else:
        choice = AreaChoice(
            area=area, gemeente=gemeente, wijken=tuple(wijk or ()), buurten=tuple(buurt or ())
        )
        made = make_workspace(folder, choice, now=face.now)
        face.print("init.done", folder=folder, area=made.settings.area.name)
        face.print("init.privacy")
    face.data({"workspace": folder, "example": example})


@app.command("heatmap", cls=Command, help="help.heatmap")
def heatmap(ctx: typer.Context) -> None:  # noqa: D103
    from zds_geo.app.show_coverage import draw_coverage

    face: Face = ctx.obj
    path = draw_coverage(face.open(), now=face.now, lang=face.lang)
    face.print("heatmap.done", path=path)
    face.data({"heatmap": path})


@app.command("coverage", cls=Command, help="help.coverage")
def coverage(  # noqa: D103
    ctx: typer.Context,
    by: Annotated[str, typer.Option("--by", help="help.coverage.by")] = "buurt",
    forecast: Annotated[bool, typer.Option("--forecast", help="help.coverage.forecast")] = False,
) -> None:
    from zds_geo.app.show_coverage import measure
    from zds_geo.cli._show import coverage_as_data, show_coverage

    face: Face = ctx.obj
    if forecast:
        from zds_geo.app.show_forecast import look_ahead
        from zds_geo.cli._show import outlook_as_data, show_outlook

        outlook = look_ahead(face.open(), now=face.now)
        show_outlook(face, outlook)
        face.data(outlook_as_data(outlook))
        return
    result = measure(face.open(), by=by, now=face.now)
    show_coverage(face, result)
    face.data(coverage_as_data(result))


@app.command("simulate", cls=Command, help="help.simulate")
def simulate(  # noqa: D103
    ctx: typer.Context,
    world: Annotated[
        str, typer.Option("--world", metavar="WERELD", help="help.simulate.world")
    ] = "gewoon",
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=260, help="help.simulate.weeks")] = 26,
    seed: Annotated[int, typer.Option("--seed", help="help.seed")] = 1,
) -> None:
    from zds_geo.app.show_simulation import simulate_season
    from zds_geo.cli._show import show_simulation, simulation_as_data

    face: Face = ctx.obj
    with face.progress() as progress:
        found = simulate_season(
            face.open(), world=world, weeks=weeks, seed=seed, now=face.now, progress=progress
        )
    show_simulation(face, found, world=world)
    face.data(simulation_as_data(found, world=world, seed=seed))


@app.command("export", cls=Command, help="help.export")
def export(  # noqa: D103
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="SOORT", help="help.export.kind")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PAD", help="help.export.out")
    ] = None,
    date: Annotated[str, typer.Option("--date", metavar="DATUM", help="help.export.date")] = "",
) -> None:
    from zds_geo.app.export import export as write

    face: Face = ctx.obj
    on = read_date(date) if date else None
    written = write(face.open(), kind, on=on, path=out, now=face.now)
    for path in written:
        face.print("export.done", path=path)
    face.data({"files": written})


@app.command("doctor", cls=Command, help="help.doctor")
def doctor(ctx: typer.Context) -> None:  # noqa: D103
    from zds_geo.app.check_health import check_health

    face: Face = ctx.obj
    findings = check_health(face.open(), now=face.now)
    for finding in findings:
        mark = "goed " if finding.good else "LET OP"
        face.write(f"[{mark.strip():^6}] {face.say(finding.key, **finding.facts)}")
    face.data({"findings": [{"good": f.good, "key": f.key, "facts": f.facts} for f in findings]})
    if not all(f.good for f in findings):
        raise typer.Exit(1)
