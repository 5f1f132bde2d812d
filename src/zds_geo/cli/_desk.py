"""The coordinator's desk: bare ``zds`` as a short menu, one question at a time."""

from collections.abc import Callable
from datetime import date, time, timedelta

from zds_geo.app.calendar import shifts_on
from zds_geo.app.enter_sheet import Sheet, open_sheet, read_typed, store_sheet
from zds_geo.app.keep_cycle import read_shift_changes
from zds_geo.app.sheet_windows import Walked, clock
from zds_geo.app.workspace import open_store
from zds_geo.cli._ask import ask, ask_lines, ask_until, ask_yes
from zds_geo.cli._face import Face, read_clock, read_date
from zds_geo.cli._read_back import show_entered, show_read_back
from zds_geo.cli._show import day_name
from zds_geo.core.errors import UsageError, ZdsGeoError
from zds_geo.core.windows import AMSTERDAM

Do = Callable[..., None]
MOST_SHOWN = 12  # sheets that are still out


def show_menu(face: Face, *, do: Do, with_backup: bool) -> None:
    """Show the menu until somebody stops.

    Parameters
    ----------
    face : Face
        Of somebody at a keyboard.
    do : callable
        Runs a command as if it was typed.
    with_backup : bool
        Whether there is a command to make a back-up.
    """
    steps: list[tuple[str, Callable[[], None]]] = [
        ("plan", lambda: _plan(face, do)),
        ("enter", lambda: _enter(face)),
        ("sick", lambda: _sick(face, do)),
        ("map", lambda: do("heatmap")),
    ]
    if with_backup:
        steps.append(("backup", lambda: do("backup")))
    while True:
        face.print("desk.head")
        for number, (name, _) in enumerate(steps, start=1):
            face.write(f"  {number}  {face.say(f'desk.{name}')}")
        face.write(f"  {len(steps) + 1}  {face.say('desk.stop')}\n")
        chosen = ask_until(face, "desk.choose", lambda text: _choice(face, text, steps))
        if chosen is None:
            return
        try:
            chosen()
        except ZdsGeoError as fault:
            face.write(fault.sentence(face.lang))
        face.write("")


def _choice(
    face: Face, text: str, steps: list[tuple[str, Callable[[], None]]]
) -> Callable[[], None] | None:
    word = text.casefold()
    last = len(steps) + 1
    if word in {str(last), "stop", "stoppen", "q", "quit"}:
        return None
    for number, (name, step) in enumerate(steps, start=1):
        if word in {str(number), face.say(f"desk.{name}").split()[0].casefold()}:
            return step
    raise UsageError("desk.unknown", got=text[:40], n=last)


def _plan(face: Face, do: Do) -> None:
    day = ask_until(face, "desk.plan_date", _optional_date)
    do("plan", *(() if day is None else ("--date", day.isoformat())))


def _optional_date(text: str) -> date | None:
    return read_date(text) if text else None


def _optional_clock(text: str) -> time | None:
    return read_clock(text) if text else None


def _enter(face: Face) -> None:
    workspace = face.open()
    with open_store(workspace, now=face.now) as store:
        rounds = store.read_rounds(open_only=True)
    if len(rounds):
        face.print("desk.open_sheets")
        for row in rounds.head(MOST_SHOWN).itertuples():
            face.write(f"    {row.code}   {day_name(face, row.date)}")
    sheet = ask_until(
        face, "desk.code", lambda text: open_sheet(workspace, text, now=face.now) if text else None
    )
    if sheet is not None:
        enter_by_asking(face, sheet.code, walked=None)


def enter_by_asking(face: Face, code: str, *, walked: Walked | None) -> None:
    """Ask what a sheet says, read it back, and store it only after a yes.

    Parameters
    ----------
    face : Face
        Of somebody at a keyboard.
    code : str
        The code on the sheet.
    walked : Walked or None
        When, where it is known already.
    """
    workspace = face.open()
    sheet = open_sheet(workspace, code, now=face.now)
    when = walked or _ask_walked(face, sheet)
    text = ask(face, "desk.lines", n=len(sheet.labels)) or ask_lines(face, sheet)
    while True:
        try:
            read = read_typed(workspace, code, text, walked=when, now=face.now)
            break
        except UsageError as fault:
            face.write(f"  {fault.sentence(face.lang)}")
            text = ask(face, "desk.again")
            if not text:
                face.print("desk.nothing_stored")
                return
    face.write("")
    show_read_back(face, read)
    face.write("")
    if not ask_yes(face, "desk.right"):
        face.print("desk.nothing_stored")
        return
    entered = store_sheet(workspace, read, now=face.now)
    show_entered(face, entered, again=False)


def _ask_walked(face: Face, sheet: Sheet) -> Walked:
    planned = sheet.planned
    begin, end = (t.astimezone(AMSTERDAM) for t in (planned.start_at, planned.end_at))
    day = ask_until(face, "desk.walked_on", _optional_date, day=day_name(face, planned.date))
    starts = ask_until(face, "desk.walked_from", _optional_clock, at=clock(begin.time()))
    ends = None
    if starts is not None:
        ends = ask_until(face, "desk.walked_to", _optional_clock, at=clock(end.time()))
    return Walked(on=day or planned.date, starts=starts, ends=ends)


def _sick(face: Face, do: Do) -> None:
    workspace = face.open()
    tomorrow = face.now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    day = ask_until(face, "desk.sick_date", _optional_date, day=day_name(face, tomorrow))
    on = day or tomorrow
    with open_store(workspace, now=face.now) as store:
        shifts = shifts_on(workspace.settings, on, changes=read_shift_changes(store))
    names = sorted({s.assistant_id for s in shifts})
    if not names:
        face.print("desk.nobody", day=day_name(face, on))
        return
    for number, name in enumerate(names, start=1):
        times = ", ".join(
            f"{clock(s.start_at.time())}-{clock(s.end_at.time())}"
            for s in shifts
            if s.assistant_id == name
        )
        face.write(f"  {number}  {name}   {times}")

    def who(text: str) -> str:
        if text in names:
            return text
        if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(names):
            return names[int(text) - 1]
        raise UsageError("desk.unknown", got=text[:40], n=len(names))

    name = ask_until(face, "desk.sick_who", who)
    if not ask_yes(face, "desk.sick_sure", who=name, day=day_name(face, on)):
        face.print("desk.nothing_stored")
        return
    do("shift", "cancel", name, "--date", on.isoformat())
