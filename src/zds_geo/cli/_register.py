"""``zds documents``, ``zds sheets``, ``zds incident``; the banner of what is not yet given."""

import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.app.workspace import Workspace
from zds_geo.cli._face import Face
from zds_geo.cli._help import Command, Group
from zds_geo.core.errors import UsageError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.app.show_incident import LaptopIncident, SheetIncident
    from zds_geo.store import Sheet

sheets = typer.Typer(cls=Group, help="help.sheets", invoke_without_command=True)

Code = Annotated[str, typer.Argument(metavar="CODE", help="help.sheets.code")]


def open_with_banner(face: Face) -> Workspace:
    """Open the workspace, and say which dates are not given yet; not for the invented example."""
    workspace = face.open()
    if face.as_json or workspace.settings.area.is_invented:
        return workspace
    today = face.now.astimezone(AMSTERDAM).date()
    privacy = workspace.settings.privacy
    given = {"dpia_on": privacy.dpia_on, "consent_on": privacy.consent_on}
    missing = [face.say(f"banner.{k}") for k, day in given.items() if day is None or day > today]
    if missing:
        names = face.say("banner.and").join(missing)
        sys.stderr.write(face.say("banner.privacy", missing=names) + "\n")
    return workspace


def documents(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="MAP", help="help.documents.out")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="help.documents.again")] = False,
) -> None:
    from zds_geo.app.write_documents import write_documents

    face: Face = ctx.obj
    written = write_documents(face.open(), folder=out, again=again, now=face.now)
    face.print("documents.done", folder=written[0].pdf_path.parent)
    for one in written:
        key = "documents.line_yours" if one.yours else "documents.line"
        face.print(key, name=one.pdf_path.name, n=one.n_open)
    for one in written:
        if one.old_path is not None:
            face.print("documents.kept_old", path=one.old_path)
    face.data({"documents": [asdict(one) for one in written]})


@sheets.callback()
def list_(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="help.sheets.all")] = False,
) -> None:
    if ctx.invoked_subcommand is not None:
        return
    from zds_geo.app.keep_sheets import list_sheets

    face: Face = ctx.obj
    found = list_sheets(face.open(), now=face.now, everything=everything)
    if found.out:
        face.print("sheets.out", n=len(found.out))
        _show(face, found.out)
    else:
        face.print("sheets.empty")
    if found.back:
        face.print("sheets.all" if everything else "sheets.recent", n=len(found.back))
        _show(face, found.back)
    if found.out:
        face.print("sheets.hint")
    face.data({"out": [_data(s) for s in found.out], "back": [_data(s) for s in found.back]})


def _show(face: Face, rows: "tuple[Sheet, ...]") -> None:
    face.print("sheets.head")
    for sheet in rows:
        face.write(
            f"  {sheet.code:<14}  {_day(sheet.on)}  {sheet.assistant_id or '-':<8}  "
            f"{_day(sheet.printed_on)}  {status_text(face, sheet)}"
        )


def _day(day: date | None) -> str:
    return "-" if day is None else f"{day:%d-%m-%Y}"


def _data(sheet: "Sheet") -> dict[str, object]:
    return {
        "code": sheet.code, "date": sheet.on, "assistant_id": sheet.assistant_id,
        "printed_on": sheet.printed_on, "status": sheet.status.value, "back_on": sheet.back_on,
    }  # fmt: skip


def status_text(face: Face, sheet: "Sheet") -> str:
    """Say where a sheet is."""
    from zds_geo.app.keep_sheets import days_late

    late = days_late(sheet, now=face.now)
    if late:
        return face.say("sheets.status.late", days=late)
    name = sheet.status.value
    if name == "returned" and sheet.round_open:
        name = "to_enter"
    return face.say(f"sheets.status.{name}", date=_day(sheet.back_on))


@sheets.command("back", cls=Command, help="help.sheets.back")
def back(
    ctx: typer.Context,
    code: Code,
    destroyed: Annotated[bool, typer.Option("--destroyed", help="help.sheets.destroyed")] = False,
) -> None:
    _move(ctx.obj, code, "destroyed" if destroyed else "returned")


@sheets.command("lost", cls=Command, help="help.sheets.lost")
def lost(ctx: typer.Context, code: Code) -> None:
    _move(ctx.obj, code, "lost")


def _move(face: Face, code: str, where: str) -> None:
    from zds_geo.app.keep_sheets import move_sheet
    from zds_geo.store import SheetStatus

    before = move_sheet(face.open(), code, SheetStatus(where), now=face.now)
    key = {"returned": "back", "destroyed": "destroyed", "lost": "lost"}[where]
    if where == "returned" and before.round_open:
        key = "back_to_enter"
    face.print(f"sheets.{key}", code=before.code)
    if where != "returned" and before.round_open:
        face.print("sheets.doors_free")
    face.data({"code": before.code, "status": where})


def incident(
    ctx: typer.Context,
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="help.incident.code")] = None,
    laptop: Annotated[bool, typer.Option("--laptop", help="help.incident.laptop")] = False,
) -> None:
    from zds_geo.app.show_incident import laptop_incident, sheet_incident

    face: Face = ctx.obj
    if bool(code) == laptop:
        raise UsageError("incident.which")
    if laptop:
        whole = laptop_incident(face.open(), now=face.now)
        _show_laptop(face, whole)
        face.data(asdict(whole))
        return
    found = sheet_incident(face.open(), code or "", now=face.now)
    _show_sheet(face, found)
    face.data(
        {
            "code": found.code,
            "date": found.on,
            "status": found.sheet.status.value if found.sheet else "",
            "doors": [asdict(d) for d in found.doors],
            "on_request": found.n_back,
            "gone": found.gone,
            "report_before": found.report_before,
        }
    )


def _show_sheet(face: Face, found: "SheetIncident") -> None:
    from zds_geo.store import read_data_catalogue

    face.print("incident.intern")
    if found.gone:
        days = read_data_catalogue().retention["routes"].default_days
        face.print("incident.gone", code=found.code, days=days)
    else:
        face.print("incident.sheet", code=found.code, date=_day(found.on), n=len(found.doors))
    if found.sheet is not None:
        face.print("incident.sheet_status", status=status_text(face, found.sheet))
    streets: dict[str, list[str]] = {}
    for door in found.doors:
        streets.setdefault(door.street, []).append(door.number)
    for street, numbers in streets.items():
        if street:
            face.print("incident.street", street=street, numbers=", ".join(numbers))
    if "" in streets:
        face.print("incident.unknown", n=len(streets[""]))
    if found.n_back:
        face.print("incident.back", n=found.n_back)
    face.print("incident.held")
    _steps(face, "sheet", 5, found.report_before, code=found.code)


def _show_laptop(face: Face, found: "LaptopIncident") -> None:
    face.print("incident.intern")
    if found.n_knocks:
        face.print(
            "incident.laptop", n=found.n_knocks, doors=found.n_doors,
            first=_day(found.first), last=_day(found.last),
        )  # fmt: skip
        face.print("incident.laptop_head")
    else:
        face.print("incident.laptop_none")
    for row in found.buurten:
        name = f"{row.code} {row.name}".strip() or face.say("incident.elsewhere")
        doors, knocks = (str(n) if n is not None else "< 5" for n in (row.doors, row.knocks))
        if row.knocks is None:
            knocks = ""
        face.write(f"  {name[:40]:<40} {doors:>6} {knocks:>8}  {_day(row.first)}  {_day(row.last)}")
    face.print("incident.laptop_more")
    if found.sheets_out:
        face.print("incident.open_sheets", codes=", ".join(found.sheets_out))
    else:
        face.print("incident.no_open_sheets")
    face.print("incident.laptop_other")
    _steps(face, "laptop", 6, found.report_before)


def _steps(face: Face, kind: str, count: int, report_before: datetime, **facts: object) -> None:
    from zds_geo.app.show_incident import deadline_local

    face.write("")
    face.print("incident.todo")
    for n in range(1, count + 1):
        face.print("incident.step", n=n, what=face.say(f"incident.{kind}.{n}", **facts))
    face.print("incident.deadline", until=deadline_local(report_before))
    face.print("incident.runbook")
