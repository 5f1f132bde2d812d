"""The tree of commands; help texts are catalogue keys, translated when the tree is built."""

from pathlib import Path
from typing import Annotated, Any

import typer

from zds_geo.app.settings import FILE_NAME
from zds_geo.cli import (
    _backup,
    _export,
    _fixes,
    _history,
    _knocks,
    _places,
    _plan,
    _privacy,
    _register,
    _report,
    _rhythm,
    _team,
)
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
_privacy.add_commands(app)
app.add_typer(_history.history, name="history")
app.add_typer(_backup.backup, name="backup")
app.command("restore", cls=Command, help="help.restore")(_backup.restore)
app.add_typer(_register.sheets, name="sheets")
app.command("incident", cls=Command, help="help.incident")(_register.incident)
app.command("documents", cls=Command, help="help.documents")(_register.documents)


@app.callback()
def root(ctx: typer.Context) -> None:  # noqa: D103  (its help is the catalogue's help.zds)
    if ctx.invoked_subcommand is not None:
        return
    from zds_geo.cli._ask import can_ask
    from zds_geo.cli._desk import show_menu

    face: Face = ctx.obj
    if face.as_json or not can_ask() or not (face.root / FILE_NAME).is_file():
        face.print("menu")
        return
    command: Any = ctx.command

    def do(*words: str) -> None:
        command.main(args=list(words), prog_name="zds", standalone_mode=False, obj=face)

    show_menu(face, do=do, with_backup="backup" in command.commands)


@app.command("init", cls=Command, help="help.init")
def init(  # noqa: D103
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="MAP", help="help.init.folder")],
    example: Annotated[bool, typer.Option("--example", help="help.init.example")] = False,
    area: Annotated[str, typer.Option("--area", help="help.init.area")] = "",
    gemeente: Annotated[str, typer.Option("--gemeente", help="help.init.gemeente")] = "",
    wijk: Annotated[list[str] | None, typer.Option("--wijk", help="help.init.wijk")] = None,
    buurt: Annotated[list[str] | None, typer.Option("--buurt", help="help.init.buurt")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="help.seed")] = 1,
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
def heatmap(  # noqa: D103
    ctx: typer.Context,
    public: Annotated[bool, typer.Option("--public", help="help.heatmap.public")] = False,
    pdf: Annotated[str, typer.Option("--pdf", metavar="PAPIER", help="help.heatmap.pdf")] = "",
    geojson: Annotated[bool, typer.Option("--geojson", help="help.heatmap.geojson")] = False,
    gpkg: Annotated[bool, typer.Option("--gpkg", help="help.heatmap.gpkg")] = False,
) -> None:
    face: Face = ctx.obj
    if pdf or geojson or gpkg:
        from zds_geo.app.heat_files import write_heat_files

        paths = write_heat_files(
            face.open(), paper=pdf.lower(), geojson=geojson, gpkg=gpkg, public=public,
            now=face.now, lang=face.lang,
        )  # fmt: skip
    elif public:
        from zds_geo.app.publish_map import draw_public

        paths = [draw_public(face.open(), now=face.now, lang=face.lang)]
    else:
        from zds_geo.app.show_coverage import draw_coverage

        paths = [draw_coverage(face.open(), now=face.now, lang=face.lang)]
    for path in paths:
        face.print("heatmap.public_done" if public else "heatmap.done", path=path)
    face.data({"heatmap": paths[-1], "files": paths})


app.command("report", cls=Command, help="help.report")(_report.report)


@app.command("coverage", cls=Command, help="help.coverage")
def coverage(  # noqa: D103
    ctx: typer.Context,
    by: Annotated[str, typer.Option("--by", help="help.coverage.by")] = "buurt",
    forecast: Annotated[bool, typer.Option("--forecast", help="help.coverage.forecast")] = False,
    learned: Annotated[bool, typer.Option("--learned", help="help.coverage.learned")] = False,
    since: Annotated[str, typer.Option("--from", metavar="DATUM", help="help.coverage.from")] = "",
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
    if learned:
        from zds_geo.app.show_learning import check_learning
        from zds_geo.cli._show import learning_as_data, show_learning

        learning = check_learning(face.open(), now=face.now)
        show_learning(face, learning)
        face.data(learning_as_data(learning))
        return
    first = read_date(since) if since else None
    result = measure(face.open(), by=by, now=face.now, since=first)
    show_coverage(face, result)
    face.data(coverage_as_data(result))


@app.command("simulate", cls=Command, help="help.simulate")
def simulate(  # noqa: D103
    ctx: typer.Context,
    world: Annotated[
        str, typer.Option("--world", metavar="WERELD", help="help.simulate.world")
    ] = "gewoon",
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=260, help="help.simulate.weeks")] = 26,
    seed: Annotated[int, typer.Option("--seed", min=0, help="help.seed")] = 1,
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


app.command("export", cls=Command, help="help.export")(_export.export)


@app.command("cards", cls=Command, help="help.cards")
def cards(  # noqa: D103
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", metavar="PAD", help="help.cards.out")] = None,
) -> None:
    from zds_geo.app.make_cards import make_cards

    face: Face = ctx.obj
    path = make_cards(face.open(), now=face.now, path=out, lang=face.lang)
    face.print("cards.done", path=path)
    face.data({"cards": path})


@app.command("doctor", cls=Command, help="help.doctor")
def doctor(ctx: typer.Context) -> None:  # noqa: D103
    from dataclasses import asdict

    from zds_geo.app.check_health import check_health

    face: Face = ctx.obj
    findings = check_health(face.open(), now=face.now)
    for finding in findings:
        mark = face.say("doctor.mark.good" if finding.good else "doctor.mark.mind")
        if not finding.sure:
            mark = "?"
        face.write(f"[{mark:^6}] {face.say(finding.key, **finding.facts)}")
    face.data({"findings": [asdict(f) for f in findings]})
    if not all(f.good for f in findings):
        raise typer.Exit(1)
