"""What somebody typed from a sheet, line by line: forgiving to people, never silently wrong.

Either every piece is understood in one way only, or the whole is refused with one sentence that
names the piece. The forms are ``lines outcome`` (``1-4 nt, 5 g``) and ``outcome lines``
(``nt: 1-4``); a text keeps to the form it begins with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from zds_geo.app._sheet_addresses import take_addresses
from zds_geo.app._sheet_reader import Lines, Said, SheetReader, codes, read_alone
from zds_geo.app._sheet_tokens import clean
from zds_geo.core.errors import UsageError
from zds_geo.core.outcomes import Outcome
from zds_geo.core.windows import WindowScheme

MOST_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a sheet says of one line, or of one address when ``line`` is 0."""

    line: int
    outcome: Outcome
    come_back_window: str = ""
    come_back_from: date | None = None
    come_back_until: date | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A typed sheet: what was done, lines said not to be done, and lines that were not named."""

    entries: tuple[Entry, ...]
    not_done: tuple[int, ...]
    unnamed: tuple[int, ...]


def read_sheet(text: str, *, n_lines: int, windows: WindowScheme, on: date) -> Typed:
    """Read what somebody typed from a sheet.

    Parameters
    ----------
    text : str
        Such as ``1-4 nt, 5 g, 6 kt avond, rest niet gedaan``, or ``Dorpsstraat 12 nt``.
    n_lines : int
        Number of lines on the sheet.
    windows : WindowScheme
        Names that may follow ``kt``.
    on : date
        The date that was walked: ``kt za`` is the first Saturday after it.

    Returns
    -------
    Typed
        Entries by line, then by address. Lines that nobody named are listed: they were not done.

    Raises
    ------
    UsageError
        Naming the piece that is not understood, not clear, not on the sheet or there twice.

    Examples
    --------
    >>> from zds_geo.core.windows import DEFAULT_WINDOWS
    >>> typed = read_sheet(
    ...     "1-2 nt, 3 g", n_lines=4, windows=DEFAULT_WINDOWS, on=date(2026, 11, 23)
    ... )
    >>> [e.outcome.value for e in typed.entries], typed.unnamed
    (['not_home', 'not_home', 'talked'], (4,))
    """
    if len(text) > MOST_CHARACTERS:
        raise UsageError("entry.long", n=MOST_CHARACTERS)
    cleaned = clean(text)
    rest, addresses = take_addresses(cleaned, windows=windows, on=on)
    reader = SheetReader(rest, n_lines=n_lines, windows=windows, on=on)
    groups = reader.read() if rest.strip(" ,;.\n") else []
    if not groups and not addresses:
        raise UsageError("entry.empty")
    lines = _lay_out(groups, n_lines)
    entries = [_entry(said, line=line) for line, said in sorted(lines.items()) if said.outcome]
    entries += [_entry(said, line=0, address=where) for where, said in addresses]
    return Typed(
        entries=tuple(entries),
        not_done=tuple(sorted(n for n, said in lines.items() if said.outcome is None)),
        unnamed=tuple(n for n in range(1, n_lines + 1) if n not in lines),
    )


def read_outcome(text: str, *, windows: WindowScheme, on: date) -> Entry:
    """Read one outcome: ``nt``, ``gesproken`` or ``kt avond vanaf 12 december``.

    Parameters
    ----------
    text : str
        An outcome, with an appointment where it is ``kt``.
    windows : WindowScheme
        Names that may follow ``kt``.
    on : date
        The date of the knock.

    Returns
    -------
    Entry
        With line 0.

    Raises
    ------
    UsageError
        If it is not one outcome.
    """
    said = read_alone(clean(text), windows=windows, on=on)
    if said is None or said.outcome is None:
        raise UsageError("entry.unknown", got=text.strip(), codes=codes())
    return _entry(said, line=0)


def _entry(said: Said, *, line: int, address: str = "") -> Entry:
    if said.outcome is None:
        raise UsageError("entry.no_outcome", got=address or line)
    return Entry(
        line=line, address=address, outcome=said.outcome, come_back_window=said.back.window,
        come_back_from=said.back.starts, come_back_until=said.back.until,
    )  # fmt: skip


def _lay_out(groups: Sequence[tuple[Lines, Said]], n_lines: int) -> dict[int, Said]:
    """Give each line its outcome; the rest comes last, wherever it stands."""
    found: dict[int, Said] = {}
    rests = [group for group in groups if group[0].rest]
    if len(rests) > 1:
        raise UsageError("entry.rest_twice", got=rests[1][0].piece)
    for lines, said in (g for g in groups if not g[0].rest):
        for line in lines.lines:
            if not 1 <= line <= n_lines:
                raise UsageError("knocks.no_line", got=lines.piece, n=n_lines)
            if line in found:
                raise UsageError("knocks.line_twice", line=line)
            found[line] = said
    for _, said in rests:
        found |= {n: said for n in range(1, n_lines + 1) if n not in found}
    return found
