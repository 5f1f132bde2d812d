"""Weekly shifts written into ``zds.toml``: its own part, between two marks; the rest as it was."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Final

from zds_geo.app.read_settings import read_settings
from zds_geo.app.settings import Settings, ShiftRule
from zds_geo.core.errors import OutputError, SettingsError
from zds_geo.core.texts import say
from zds_geo.core.windows import WEEKDAYS

BEGIN: Final = "# >>> zds shift import >>>"
END: Final = "# <<< zds shift import <<<"
_SHIFT: Final = re.compile(r"^\s*\[\[\s*shifts\s*\]\]\s*(#.*)?$")
_TABLE: Final = re.compile(r"^\s*\[")

WeeklyShift = tuple[str, int, time, time]  # assistant, weekday, starts, ends


def weekly_shifts(rules: Iterable[ShiftRule]) -> set[WeeklyShift]:
    """Give the shifts on fixed weekdays.

    Parameters
    ----------
    rules : iterable of ShiftRule
        Of ``zds.toml``.

    Returns
    -------
    set of (assistant, weekday, starts, ends)
        One for each weekday.
    """
    return {(r.assistant, d, r.starts, r.ends) for r in rules for d in r.weekdays}


def rewrite_weekly(
    text: str, shifts: Collection[WeeklyShift], *, named: Collection[str], on: date
) -> str:
    """Put weekly shifts into the text of ``zds.toml``.

    Parameters
    ----------
    text : str
        The file.
    shifts : collection of WeeklyShift
        All weekly shifts of the assistants that are named.
    named : collection of str
        Whose weekly shifts these replace; those of others stay where they are.
    on : date
        For the remark at what is replaced.

    Returns
    -------
    str
        What was written by hand is commented out, not removed; what an earlier import wrote is
        written anew.

    Raises
    ------
    SettingsError
        If the shifts in the file cannot be told apart.
    """
    lines = text.split("\n")
    kept, block, at = _without_block(lines)
    ours = {s for s in _parse(block) if s[0] not in named} | set(shifts)
    at = _comment_out(kept, named, at=at, on=on)
    made = _block(ours) if ours else []
    return "\n".join([*kept[:at], *made, *kept[at:]])


def _without_block(lines: list[str]) -> tuple[list[str], list[str], int | None]:
    """Take out what an earlier import wrote; gives where it stood."""
    marks = [n for n, line in enumerate(lines) if line.strip() in {BEGIN, END}]
    if not marks:
        return list(lines), [], None
    begin, end = marks[0], marks[-1]
    if len(marks) != 2 or lines[begin].strip() != BEGIN:
        raise SettingsError("roster.marks")
    after = end + 2 if lines[end + 1 : end + 2] == [""] else end + 1
    return lines[:begin] + lines[after:], lines[begin : end + 1], begin


def _parse(block: list[str]) -> set[WeeklyShift]:
    tables = tomllib.loads("\n".join(block)).get("shifts", [])
    try:
        return {
            (t["assistant"], WEEKDAYS.index(d), _clock(t["from"]), _clock(t["to"]))
            for t in tables
            for d in t["days"]
        }
    except (KeyError, ValueError):
        raise SettingsError("roster.marks") from None


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _comment_out(lines: list[str], named: Collection[str], *, at: int | None, on: date) -> int:
    """Comment out weekly shifts written by hand; gives where ours are to stand."""
    remark = "# " + say("roster.replaced_here", date=on)
    heads = [n for n, line in enumerate(lines) if _SHIFT.match(line)]
    first = heads[0] if heads else None
    for head in reversed(heads):
        end = head + 1
        while end < len(lines) and not _TABLE.match(lines[end]) and not lines[end].startswith("#"):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        table = _one_shift(lines[head:end])
        if table.get("assistant") not in named or not table.get("days"):
            continue
        if table.get("dates"):
            raise SettingsError("roster.mixed", who=table["assistant"])
        lines[head:end] = [remark, *(f"# {line}" for line in lines[head:end])]
        if at is not None and head < at:
            at += 1
    if at is not None:
        return at
    if first is not None:
        return first
    if lines and lines[-1].strip():
        lines.append("")
    return len(lines)


def _one_shift(lines: list[str]) -> dict[str, object]:
    try:
        found: dict[str, object] = tomllib.loads("\n".join(lines))["shifts"][0]
    except (tomllib.TOMLDecodeError, KeyError, IndexError):
        raise SettingsError("roster.marks") from None
    return found


def _block(shifts: Collection[WeeklyShift]) -> list[str]:
    grouped: dict[tuple[str, time, time], list[int]] = {}
    for who, day, starts, ends in sorted(shifts):
        grouped.setdefault((who, starts, ends), []).append(day)
    made = [BEGIN, "# " + say("roster.block")]
    for (who, starts, ends), days in sorted(grouped.items(), key=lambda g: (g[0][0], g[1], g[0])):
        quoted = who.replace("\\", "\\\\").replace('"', '\\"')
        names = ", ".join(f'"{WEEKDAYS[d]}"' for d in days)
        made += [
            "[[shifts]]", f'assistant = "{quoted}"', f"days = [{names}]",
            f'from = "{starts:%H:%M}"', f'to = "{ends:%H:%M}"', "",
        ]  # fmt: skip
    return [*made[:-1], END, ""]


class NewSettings:
    """A changed ``zds.toml`` that lies ready beside the old one.

    Parameters
    ----------
    path : Path
        ``zds.toml``.
    before : Settings
        As read from it.
    shifts : collection of WeeklyShift
        All weekly shifts of the assistants that are named.
    named : collection of str
        Whose weekly shifts are replaced.
    on : date
        Today.

    Raises
    ------
    SettingsError
        If the new file would say anything else than it should; the old one is untouched.
    OutputError
        If it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        before: Settings,
        *,
        shifts: Collection[WeeklyShift],
        named: Collection[str],
        on: date,
    ) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            raw = path.read_bytes()
            ending = "\r\n" if b"\r\n" in raw else "\n"
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
            text = rewrite_weekly(text, shifts, named=named, on=on).replace("\n", ending)
            mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
            shutil.copyfile(path, self._fresh)
            shutil.copymode(path, self._fresh)
            self._fresh.write_bytes(mark + text.encode("utf-8"))
            self.settings = read_settings(self._fresh)
        except OSError as fault:
            self.drop()
            raise OutputError("output.cannot_write", path=path, fault=fault.strerror) from None
        except SettingsError:
            self.drop()
            raise
        self._check(before, shifts, named=named)

    def _check(
        self, before: Settings, shifts: Collection[WeeklyShift], *, named: Collection[str]
    ) -> None:
        """Refuse a file that says anything else than the old one, but for these shifts."""
        others = {s for s in weekly_shifts(before.shifts) if s[0] not in named}
        same_rest = replace(self.settings, shifts=()) == replace(before, shifts=())
        same_dates = _dated(self.settings.shifts) == _dated(before.shifts)
        if (
            not same_rest
            or not same_dates
            or (weekly_shifts(self.settings.shifts) != others | set(shifts))
        ):
            self.drop()
            raise SettingsError("roster.marks")

    def put_in_place(self) -> Path:
        """Let it take the place of the old one.

        Returns
        -------
        Path
            A copy of the old one; an earlier copy is never overwritten.
        """
        spare = self._path.with_name(f"{self._path.name}.vorige")
        n = 1
        while spare.exists():
            n += 1
            spare = self._path.with_name(f"{self._path.name}.vorige-{n}")
        try:
            shutil.copy2(self._path, spare)
            self._fresh.replace(self._path)
        except OSError as fault:
            self.drop()
            raise OutputError(
                "output.cannot_write", path=self._path, fault=fault.strerror
            ) from None
        return spare

    def drop(self) -> None:
        """Take it away again."""
        self._fresh.unlink(missing_ok=True)


def _dated(rules: Sequence[ShiftRule]) -> Counter[tuple[str, date, time, time]]:
    return Counter((r.assistant, d, r.starts, r.ends) for r in rules for d in r.dates)
