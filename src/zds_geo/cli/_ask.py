"""Questions to somebody at a keyboard."""

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from zds_geo.app.enter_sheet import Sheet
from zds_geo.app.sheet_entry import read_outcome
from zds_geo.cli._face import Face
from zds_geo.core.errors import UsageError, ZdsGeoError

T = TypeVar("T")
MOST_TRIES = 20  # somebody who holds a key down is not asked for ever


def can_ask() -> bool:
    """Tell whether somebody sits at the keyboard and sees the answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(face: Face, key: str, **facts: object) -> str:
    """Ask one thing; the end of the input stops the program as Ctrl-C does."""
    try:
        return input(face.say(key, **facts)).strip()
    except EOFError:
        raise KeyboardInterrupt from None


def ask_until(face: Face, key: str, read: Callable[[str], T], **facts: object) -> T:
    """Ask until the answer is understood; what is wrong is said each time."""
    for _ in range(MOST_TRIES):
        answer = ask(face, key, **facts)
        try:
            return read(answer)
        except ZdsGeoError as fault:
            face.write(f"  {fault.sentence(face.lang)}")
    raise UsageError("ask.too_often")


def ask_yes(face: Face, key: str, **facts: object) -> bool:
    """Ask a yes or a no; nothing else counts as yes."""

    def read(answer: str) -> bool:
        word = answer.casefold()
        if word in {"j", "ja", "y", "yes"}:
            return True
        if word in {"n", "nee", "no"}:
            return False
        raise UsageError("ask.yes_or_no")

    return ask_until(face, key, read, **facts)


def ask_lines(face: Face, sheet: Sheet) -> str:
    """Ask a sheet line by line; what comes back is the same text that one may type at once.

    Notes
    -----
    An empty answer is "not done", ``<`` goes one line back, ``stop`` leaves the rest undone.
    """
    windows = face.open().settings.windows
    labels = sheet.labels
    said: dict[int, str] = {}
    face.print("ask.lines_help")
    order: Sequence[int] = sorted(labels)
    at = 0
    while at < len(order):
        line = order[at]
        street, label = labels[line]
        answer = ask(face, "ask.line", line=line, street=street, label=label)
        if answer == "<":
            at = max(at - 1, 0)
            continue
        if answer.casefold() in {"stop", "klaar", "q"}:
            break
        if answer in {"", "-", "ng"}:
            said.pop(line, None)
        else:
            try:
                read_outcome(answer, windows=windows, on=sheet.planned.date)
            except ZdsGeoError as fault:
                face.write(f"  {fault.sentence(face.lang)}")
                continue
            said[line] = answer
        at += 1
    done = [f"{n} {answer}" for n, answer in sorted(said.items())]
    return "\n".join([*done, "rest niet gedaan"])
