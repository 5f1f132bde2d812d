"""``zds knocks`` and ``zds do-not-knock``."""

from dataclasses import replace
from datetime import date as Day  # noqa: N812  (date is an option here)
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zds_geo.app.sheet_entry import Entry, read_outcome
from zds_geo.app.sheet_windows import Walked
from zds_geo.cli._face import Face, read_clock, read_date
from zds_geo.cli._help import Address, Command, Group
from zds_geo.cli._register import open_with_banner
from zds_geo.core.errors import UsageError, ZdsGeoError
from zds_geo.core.outcomes import Outcome, Source
from zds_geo.core.windows import AMSTERDAM, WindowScheme, day_text, local_instant

if TYPE_CHECKING:
    from zds_geo.store import RecordResult

knocks = typer.Typer(cls=Group, help="help.knocks", no_args_is_help=True)
register = typer.Typer(cls=Group, help="help.register", no_args_is_help=True)

Door = Annotated[str, typer.Argument(metavar="ADRES", help="help.door")]
When = Annotated[str, typer.Option("--date", metavar="DATUM", help="help.date")]


def _show(face: Face, result: "RecordResult") -> None:
    face.print(
        "knocks.recorded",
        stored=len(result.stored),
        duplicate=len(result.duplicate),
        conflict=len(result.conflict),
        expired=len(result.expired),
    )
    if result.stored:
        face.print("knocks.batch", batch=result.batch_id)
    face.data(
        {
            "batch": result.batch_id,
            "stored": len(result.stored),
            "duplicate": len(result.duplicate),
            "conflict": list(result.conflict),
            "expired": len(result.expired),
        }
    )


@knocks.command("enter", cls=Command, help="help.knocks.enter")
def enter(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="help.knocks.code")],
    lines: Annotated[
        list[str] | None, typer.Argument(metavar="[REGELS]", help="help.knocks.lines")
    ] = None,
    date: Annotated[str, typer.Option("--date", metavar="DATUM", help="help.knocks.walked")] = "",
    starts: Annotated[str, typer.Option("--from", metavar="TIJD", help="help.knocks.from")] = "",
    ends: Annotated[str, typer.Option("--to", metavar="TIJD", help="help.knocks.to")] = "",
) -> None:
    from zds_geo.app.enter_sheet import enter_sheet, open_sheet
    from zds_geo.cli._ask import can_ask
    from zds_geo.cli._read_back import entered_as_data, show_entered

    face: Face = ctx.obj
    workspace = open_with_banner(face)
    walked = None
    if date or starts or ends:
        planned = open_sheet(workspace, code, now=face.now).planned.date
        walked = Walked(
            on=read_date(date) if date else planned,
            starts=read_clock(starts) if starts else None,
            ends=read_clock(ends) if ends else None,
        )
    if not lines:
        if face.as_json or not can_ask():
            raise UsageError("entry.empty")
        from zds_geo.cli._desk import enter_by_asking

        enter_by_asking(face, code, walked=walked)
        return
    entered = enter_sheet(workspace, code, " ".join(lines), walked=walked, now=face.now)
    show_entered(face, entered)
    face.data(entered_as_data(entered))


@knocks.command("add", cls=Command, help="help.knocks.add")
def add(
    ctx: typer.Context,
    door: Door,
    outcome: Annotated[list[str], typer.Argument(metavar="UITKOMST", help="help.knocks.outcome")],
    date: When = "",
    window: Annotated[
        str, typer.Option("--window", metavar="TIJDVAK", help="help.knocks.window")
    ] = "",
    back: Annotated[str, typer.Option("--back", metavar="TIJDVAK", help="help.knocks.back")] = "",
    assistant: Annotated[
        str, typer.Option("--assistant", metavar="ID", help="help.knocks.assistant")
    ] = "",
    elsewhere: Annotated[bool, typer.Option("--elsewhere", help="help.knocks.elsewhere")] = False,
) -> None:
    from zds_geo.app.record_knocks import add_knock
    from zds_geo.cli._read_back import outcome_text
    from zds_geo.cli._show import day_name

    face: Face = ctx.obj
    workspace = open_with_banner(face)
    day = read_date(date) if date else face.now.astimezone(AMSTERDAM).date()
    door, entry = read_words([door, *outcome], workspace.settings.windows, day, back=back)
    if not window and not elsewhere:
        if date:
            raise UsageError(
                "knocks.window_needed", known=", ".join(workspace.settings.windows.names)
            )
        found = workspace.settings.windows.window_at(
            local_instant(day, face.now.astimezone(AMSTERDAM).time().replace(tzinfo=None))
        )
        if found is None:
            raise UsageError("knocks.no_window", got=day_text(day))
        window = found.name
    result = add_knock(
        workspace,
        door,
        entry.outcome,
        on=day,
        window=window,
        source=Source.ELSEWHERE if elsewhere else Source.PAPER,
        come_back_window=entry.come_back_window,
        come_back_from=entry.come_back_from,
        come_back_until=entry.come_back_until,
        assistant=assistant,
        now=face.now,
    )
    face.print(
        "entry.added",
        door=door,
        outcome=outcome_text(face, entry),
        day=day_name(face, day),
        window=window or face.say("entry.elsewhere_word"),
    )
    _show(face, result)


def read_words(words: list[str], windows: WindowScheme, on: Day, *, back: str) -> tuple[str, Entry]:
    """Read an address and an outcome, also where nobody put quotes around the address.

    What can be split in two ways is asked back: an addition is not a slip of the pen.
    """
    whole = " " in words[0]  # in quotes
    faults, found = [], []
    for n in range(1, 2 if whole else len(words)):
        try:
            entry = _read_outcome(" ".join(words[n:]), windows, on, back=back)
        except ZdsGeoError as fault:
            faults.append(fault)
        else:
            found.append((" ".join(words[:n]), entry))
    if len(found) > 1:
        raise UsageError("knocks.quotes", got=" ".join(words))
    if found:
        return found[0]
    half = (fault for fault in faults if fault.key != "entry.unknown")  # an outcome, but not clear
    raise next(half, faults[-1])


def _read_outcome(text: str, windows: WindowScheme, on: Day, *, back: str) -> Entry:
    """Read a code, a stored value or what people say, with its appointment."""
    if text.strip().casefold() in set(Outcome):
        entry = Entry(line=0, outcome=Outcome(text.strip().casefold()))
    else:
        entry = read_outcome(text, windows=windows, on=on)
    if not back:
        return entry
    if entry.outcome is not Outcome.COME_BACK or entry.come_back_window:
        raise UsageError("entry.back_option")
    return replace(entry, come_back_window=windows.get(back).name)


@knocks.command("undo", cls=Command, help="help.knocks.undo")
def undo(
    ctx: typer.Context,
    batch: Annotated[str, typer.Argument(metavar="INVOER", help="help.knocks.batch")],
) -> None:
    from zds_geo.app.record_knocks import undo_batch

    face: Face = ctx.obj
    count = undo_batch(face.open(), batch, now=face.now)
    face.print("knocks.undone", batch=batch, n=count)
    face.data({"batch": batch, "undone": count})


@knocks.command("import", cls=Command, help="help.knocks.import")
def import_(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="BESTAND", help="help.knocks.file")],
) -> None:
    from zds_geo.app.record_knocks import import_knocks
    from zds_geo.app.sheet_form import import_form, is_form
    from zds_geo.cli._read_back import entered_as_data, show_entered

    face: Face = ctx.obj
    if not is_form(path):
        _show(face, import_knocks(open_with_banner(face), path, now=face.now))
        return
    entered = import_form(face.open(), path, now=face.now)
    for one in entered:
        show_entered(face, one)
    face.data({"sheets": [entered_as_data(one) for one in entered]})


@knocks.command("sheet", cls=Command, help="help.knocks.sheet")
def sheet(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="help.knocks.code")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="BESTAND", help="help.knocks.sheet_out")
    ] = None,
) -> None:
    from zds_geo.app.sheet_form import write_form

    face: Face = ctx.obj
    path = write_form(face.open(), code, out=out, now=face.now)
    face.print("form.done", path=path, name=path.name)
    face.data({"file": path})


@knocks.command("export", cls=Command, help="help.knocks.export")
def export(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="BESTAND", help="help.knocks.file")],
) -> None:
    from zds_geo.app.record_knocks import export_knocks

    face: Face = ctx.obj
    count = export_knocks(face.open(), path, now=face.now)
    face.print("knocks.exported", path=path, n=count)
    face.data({"file": path, "knocks": count})


@register.command("add", cls=Command, help="help.register.add")
def register_add(ctx: typer.Context, address: Address, date: When = "") -> None:
    from zds_geo.app.record_knocks import set_do_not_knock

    face: Face = ctx.obj
    day = read_date(date) if date else face.now.astimezone(AMSTERDAM).date()
    door_id = set_do_not_knock(face.open(), " ".join(address), on=day, now=face.now)
    face.print("register.added")
    face.data({"door_id": door_id, "since": day})


@register.command("withdraw", cls=Command, help="help.register.withdraw")
def register_withdraw(ctx: typer.Context, address: Address, date: When = "") -> None:
    from zds_geo.app.record_knocks import withdraw_do_not_knock

    face: Face = ctx.obj
    day = read_date(date) if date else face.now.astimezone(AMSTERDAM).date()
    door_id = withdraw_do_not_knock(face.open(), " ".join(address), on=day, now=face.now)
    face.print("register.withdrawn")
    face.data({"door_id": door_id, "withdrawn_on": day})
