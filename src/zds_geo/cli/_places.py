"""``zds places`` and ``zds doors``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.cli._face import Face
from zds_geo.cli._help import Command, Group

if TYPE_CHECKING:
    from zds_geo.app.import_places import ImportResult

places = typer.Typer(cls=Group, help="help.places", no_args_is_help=True)
doors = typer.Typer(cls=Group, help="help.doors", no_args_is_help=True)


@places.command("import", cls=Command, help="help.places.import")
def import_(
    ctx: typer.Context,
    addresses: Annotated[
        Path, typer.Option("--addresses", metavar="BESTAND", help="help.places.addresses")
    ],
    buurten: Annotated[
        Path, typer.Option("--buurten", metavar="BESTAND", help="help.places.buurten")
    ],
    streets: Annotated[
        Path, typer.Option("--streets", metavar="BESTAND", help="help.places.streets")
    ],
    accept: Annotated[bool, typer.Option("--accept-changes", help="help.places.accept")] = False,
) -> None:
    from zds_geo.app.import_places import import_places
    from zds_geo.app.prepare_search import prepare_search

    face: Face = ctx.obj
    with face.progress() as progress:
        result = import_places(
            face.open(), addresses=addresses, buurten=buurten, streets=streets, now=face.now,
            accept_changes=accept, progress=progress,
        )  # fmt: skip
        fault = prepare_search(progress)
    _show(face, result, fault)


@places.command("fetch", cls=Command, help="help.places.fetch")
def fetch(
    ctx: typer.Context,
    again: Annotated[bool, typer.Option("--again", help="help.places.again")] = False,
    accept: Annotated[bool, typer.Option("--accept-changes", help="help.places.accept")] = False,
) -> None:
    from zds_geo.app.fetch_places import fetch_places
    from zds_geo.app.import_places import import_places
    from zds_geo.app.prepare_search import prepare_search

    face: Face = ctx.obj
    workspace = face.open()
    with face.progress() as progress:
        files = fetch_places(workspace, now=face.now, again=again, progress=progress)
        result = import_places(
            workspace, addresses=files.addresses, buurten=files.buurten, streets=files.streets,
            now=face.now, accept_changes=accept, progress=progress,
        )  # fmt: skip
        fault = prepare_search(progress)
    _show(face, result, fault)


def _show(face: Face, result: "ImportResult", fault: str) -> None:
    from zds_geo.cli._show import import_as_data, show_import

    show_import(face, result)
    if fault:
        face.print("doctor.search", fault=fault)
    face.data(import_as_data(result))


@places.command("rollback", cls=Command, help="help.places.rollback")
def rollback(ctx: typer.Context) -> None:
    from zds_geo.app.import_places import rollback_places

    face: Face = ctx.obj
    before, after = rollback_places(face.open(), now=face.now)
    face.print("places.rolled_back", before=before, after=after)
    face.data({"doors_before": before, "doors_after": after})


@places.command("report", cls=Command, help="help.places.report")
def report(ctx: typer.Context) -> None:
    from zds_geo.store import read_table

    face: Face = ctx.obj
    rows = read_table(face.open().require_places(), "left_out")
    for row in rows.itertuples():
        reason = face.say(str(row.reason))
        face.write(f"{row.row}\t{row.label}\t{reason}\t{row.merged_into}")
    face.data({"left_out": rows.to_dict("records")})


@places.command("match", cls=Command, help="help.places.match")
def match(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="BESTAND", help="help.places.list")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="BESTAND", help="help.places.out")
    ] = None,
) -> None:
    from zds_geo.app.match_list import match_own_list

    face: Face = ctx.obj
    found = match_own_list(face.open(), path, out=out)
    face.print("match.counts", **found.counts)
    for result in ("doubtful", "unknown"):
        rows = found.matches.loc[found.matches["result"] == result]
        if len(rows):
            face.print(f"match.{result}")
        for row in rows.itertuples():
            which = ", ".join(found.labels[i] for i in str(row.candidates).split())
            face.write(f"  {row.Index}\t{row.label}\t{face.say(str(row.reason))}\t{which}")
    if out is not None:
        face.print("match.written", path=out)
    face.data({"counts": found.counts, "rows": found.matches.reset_index().to_dict("records")})


@doors.command("find", cls=Command, help="help.doors.find")
def find(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEKST", help="help.doors.text")],
) -> None:
    from zds_geo.app.find_doors import door_address, find_doors
    from zds_geo.core.errors import NotFoundError

    face: Face = ctx.obj
    wanted = " ".join(text)
    found = find_doors(face.open(), wanted)
    if found.empty:
        raise NotFoundError("doors.none", got=wanted)
    rows = []
    for row in found.itertuples():
        label = door_address(row)
        face.write(f"{label:<40} {row.postcode:<8} {row.buurt_code:<11} {row.Index}")
        rows.append(
            {
                "door_id": row.Index,
                "label": label,
                "postcode": row.postcode,
                "buurt_code": row.buurt_code,
            }
        )
    face.data({"doors": rows})
