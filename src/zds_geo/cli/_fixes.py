"""``zds places fix``."""

from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.cli._face import Face, read_date
from zds_geo.cli._help import Address, Command, Group
from zds_geo.core.errors import UsageError

if TYPE_CHECKING:
    from zds_geo.app.fix_places import FixWords, LonLat
    from zds_geo.core.model import FieldFix

fix = typer.Typer(cls=Group, help="help.fix", no_args_is_help=True)

Lon = Annotated[float | None, typer.Option("--lon", metavar="GRADEN", help="help.fix.lon")]
Lat = Annotated[float | None, typer.Option("--lat", metavar="GRADEN", help="help.fix.lat")]
Until = Annotated[str, typer.Option("--until", metavar="DATUM", help="help.fix.until")]


def _point(lon: float | None, lat: float | None) -> "LonLat | None":
    if (lon is None) != (lat is None):
        raise UsageError("fix.no_point")
    return None if lon is None or lat is None else (lon, lat)


def _keep(ctx: typer.Context, kind: str, words: "FixWords", until: str) -> None:
    from dataclasses import replace

    from zds_geo.app.fix_places import add_fix
    from zds_geo.core.model import FixKind

    face: Face = ctx.obj
    last = read_date(until) if until else None
    made = add_fix(face.open(), FixKind(kind), replace(words, until=last), now=face.now)
    face.print(f"fix.done.{made.kind.value}", fix_id=made.fix_id)
    face.data(_as_data(made))


def _as_data(made: "FieldFix") -> dict[str, object]:
    from dataclasses import asdict

    return {k: v for k, v in asdict(made).items() if v not in {"", None}}


@fix.command("add", cls=Command, help="help.fix.add")
def add(
    ctx: typer.Context,
    street: Annotated[str, typer.Argument(metavar="STRAAT", help="help.fix.street")],
    number: Annotated[str, typer.Argument(metavar="NUMMER", help="help.fix.number")],
    near: Annotated[str, typer.Option("--near", metavar="ADRES", help="help.fix.near")] = "",
    lon: Lon = None,
    lat: Lat = None,
    until: Until = "",
) -> None:
    from zds_geo.app.fix_places import FixWords

    words = FixWords(street=street, number=number, near=near, at=_point(lon, lat))
    _keep(ctx, "add_door", words, until)


@fix.command("hide", cls=Command, help="help.fix.hide")
def hide(ctx: typer.Context, address: Address, until: Until = "") -> None:
    from zds_geo.app.fix_places import FixWords

    _keep(ctx, "hide_door", FixWords(door=" ".join(address)), until)


@fix.command("move-entrance", cls=Command, help="help.fix.move")
def move_entrance(
    ctx: typer.Context, address: Address, lon: Lon = None, lat: Lat = None, until: Until = ""
) -> None:
    from zds_geo.app.fix_places import FixWords

    _keep(ctx, "move_entrance", FixWords(door=" ".join(address), at=_point(lon, lat)), until)


@fix.command("close-path", cls=Command, help="help.fix.close")
def close_path(ctx: typer.Context, lon: Lon = None, lat: Lat = None, until: Until = "") -> None:
    from zds_geo.app.fix_places import FixWords

    _keep(ctx, "close_path", FixWords(at=_point(lon, lat)), until)


@fix.command("add-crossing", cls=Command, help="help.fix.crossing")
def add_crossing(
    ctx: typer.Context,
    lon: Lon = None,
    lat: Lat = None,
    to_lon: Annotated[
        float | None, typer.Option("--to-lon", metavar="GRADEN", help="help.fix.to_lon")
    ] = None,
    to_lat: Annotated[
        float | None, typer.Option("--to-lat", metavar="GRADEN", help="help.fix.to_lat")
    ] = None,
    until: Until = "",
) -> None:
    from zds_geo.app.fix_places import FixWords

    _keep(ctx, "add_crossing", FixWords(at=_point(lon, lat), to=_point(to_lon, to_lat)), until)


@fix.command("list", cls=Command, help="help.fix.list")
def list_(ctx: typer.Context) -> None:
    from zds_geo.app.fix_places import list_fixes

    face: Face = ctx.obj
    found = list_fixes(face.open(), now=face.now)
    if not found:
        face.print("fix.none")
    for one, fits in found:
        what = " ".join(t for t in (one.street, one.number) if t) or one.door_id or one.edge_id
        state = face.say("fix.fits" if fits else "fix.fits_not")
        kind = face.say(f"fix.kind.{one.kind.value}")
        face.write(
            f"{one.fix_id:>4}  {kind:<22} {what:<32} {face.fact(one.since, '<10')}"
            f"  {face.fact(one.until or '', '<10')}  {state}"
        )
    face.data({"fixes": [{**_as_data(one), "fits": fits} for one, fits in found]})


@fix.command("remove", cls=Command, help="help.fix.remove")
def remove(
    ctx: typer.Context,
    fix_id: Annotated[int, typer.Argument(metavar="NUMMER", help="help.fix.id")],
) -> None:
    from zds_geo.app.fix_places import remove_fix

    face: Face = ctx.obj
    remove_fix(face.open(), fix_id, now=face.now)
    face.print("fix.removed", fix_id=fix_id)
    face.data({"removed": fix_id})
