"""What somebody typed from a sheet, line by line: forgiving to people, never silently wrong.

Either every piece is understood in one way only, or the whole is refused with one sentence that
names the piece. The forms are ``lines outcome`` (``1-4 nt, 5 g``) and ``outcome lines``
(``nt: 1-4``); a text keeps to the form it begins with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from zds_geo.app._sheet_dates import Back, BackReader
from zds_geo.app._sheet_tokens import Token, clean, split_tokens
from zds_geo.app._sheet_words import (
    ALL,
    LINE_WORDS,
    NOT_DONE,
    REST,
    SAME,
    is_unclear,
    read_exactly,
    read_phrase,
)
from zds_geo.core.errors import UsageError
from zds_geo.core.outcomes import SHORT_CODES, Outcome
from zds_geo.core.windows import WindowScheme

_AND: Final = frozenset({"en", "&", "+", "and"})
_OPENING: Final = frozenset({":", "=", ")", "-", ">", "is", "was", "waren", "zijn", "dan", "->"})
_EXCEPT: Final = frozenset({"behalve", "uitgezonderd", "maar"})
_ADDRESS: Final = re.compile(r"\b(\d{1,5})(?=\D|$)")
_SUFFIX: Final = re.compile(r"\s[a-z][a-z0-9]{0,5}\b|\s?-\s?[a-z0-9]{1,6}\b|[a-z][a-z0-9]{0,5}\b")
_SHOWN: Final = 60  # characters of a piece in a sentence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An outcome with its appointment; outcome None is "not done"."""

    outcome: Outcome | None
    back: Back = Back()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """Some lines as typed; ``rest`` takes what nobody else names."""

    piece: str
    lines: tuple[int, ...] = ()
    rest: bool = False


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
    rest, addresses = _take_addresses(cleaned, windows=windows, on=on)
    reader = _SheetReader(rest, n_lines=n_lines, windows=windows, on=on)
    groups = reader.read() if rest.strip(" ,;.\n") else []
    if not groups and not addresses:
        raise UsageError("entry.empty")
    lines = _lay_out(groups, n_lines)
    entries = [_entry(said, line=line) for line, said in sorted(lines.items()) if said.outcome]
    return Typed(
        entries=(*entries, *addresses),
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
    said = _read_alone(clean(text), windows=windows, on=on)
    if said is None or said.outcome is None:
        raise UsageError("entry.unknown", got=text.strip(), codes=codes())
    return _entry(said, line=0)


def codes() -> str:
    """Give the short codes, to show."""
    return ", ".join(SHORT_CODES)


def _entry(said: _Said, *, line: int, address: str = "") -> Entry:
    if said.outcome is None:
        raise UsageError("entry.no_outcome", got=address or line)
    return Entry(
        line=line, address=address, outcome=said.outcome, come_back_window=said.back.window,
        come_back_from=said.back.starts, come_back_until=said.back.until,
    )  # fmt: skip


def _lay_out(groups: Sequence[tuple[_Lines, _Said]], n_lines: int) -> dict[int, _Said]:
    """Give each line its outcome; the rest comes last, wherever it stands."""
    found: dict[int, _Said] = {}
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


def _read_alone(text: str, *, windows: WindowScheme, on: date) -> _Said | None:
    """Read a text that is one outcome and nothing else; None where it is not."""
    tokens = split_tokens(text)
    if not tokens or tokens[0].kind == "number" or any(t.kind == "sep" for t in tokens):
        return None
    reader = _SheetReader(text, n_lines=0, windows=windows, on=on)
    said, at = reader.phrase(0)
    return said if at == len(tokens) else None


def _take_addresses(text: str, *, windows: WindowScheme, on: date) -> tuple[str, list[Entry]]:
    """Take the pieces that name a street and a number out of a text."""
    left: list[str] = []
    found: list[Entry] = []
    for piece in re.split(r"([,;\n]+)", text):
        entry = _read_address(piece.strip(" ."), windows=windows, on=on)
        if entry is not None:
            found.append(entry)
        elif found and re.match(r"\s*\d", piece):
            # After a street a bare number may be a line, or a number in that street.
            raise UsageError("entry.after_address", got=piece.strip(), address=found[-1].address)
        else:
            left.append(piece)
    return "".join(left), found


def _read_address(piece: str, *, windows: WindowScheme, on: date) -> Entry | None:
    """Read ``Dorpsstraat 12 nt``; None where the piece names no street."""
    if not re.match(r"['a-zà-ÿ]", piece) or _is_no_street(piece):
        return None
    fault: UsageError | None = None
    for match in _ADDRESS.finditer(piece):
        street = piece[: match.start()].strip(" ,")
        if len(street) < 3:
            continue
        for suffix in ("", *_suffixes(piece[match.end() :])):
            end = match.end() + len(suffix)
            what = piece[end:].lstrip(" :=")
            apart = piece[end : end + 1] in {" ", ":", "="}
            if what.startswith("- "):
                what = what[2:].lstrip()
            if not (apart and what):
                continue
            try:
                said = _read_alone(what, windows=windows, on=on)
            except UsageError as wrong:
                fault = fault or wrong
                continue
            if said is not None and said.outcome is not None:
                number = match[1] + re.sub(r"\s", "", suffix)
                return _entry(said, line=0, address=f"{street} {number}")
    if fault is not None:
        raise fault
    if re.fullmatch(r"[^0-9]{3,}[0-9]{1,5}(?:\s?-?\s?[a-z0-9]{1,6})?", piece):
        raise UsageError("entry.no_outcome", got=piece)
    return None


def _suffixes(tail: str) -> list[str]:
    """List the endings a house number may have: ``a``, ``-2``, `` a``, ``a-2``."""
    first = _SUFFIX.match(tail)
    if first is None:
        return []
    second = _SUFFIX.match(tail[first.end() :])
    return [first[0], first[0] + second[0]] if second else [first[0]]


def _is_no_street(piece: str) -> bool:
    """Tell whether a piece begins as lines, or as an outcome with its lines."""
    head = re.match(r"[^\d]*", piece)
    words = (head[0] if head else "").strip(" :=-(")
    first = words.split(" ")[0]
    if first in LINE_WORDS | REST | ALL | _EXCEPT | _AND | {"vanaf", "t/m", "eerste", "laatste"}:
        return True
    if read_phrase(words) is not None or is_unclear(words):
        return True
    return any(
        read_exactly(" ".join(words.split()[:n])) is Outcome.COME_BACK
        for n in range(1, len(words.split()) + 1)
    )


class _SheetReader:
    """Reads groups of lines with their outcome from left to right."""

    def __init__(self, text: str, *, n_lines: int, windows: WindowScheme, on: date) -> None:
        self.text, self.n_lines = text, n_lines
        self.tokens = split_tokens(text)
        self.backs = BackReader(self.tokens, windows=windows, on=on, n_lines=n_lines)
        self.groups: list[tuple[_Lines, _Said]] = []

    def read(self) -> list[tuple[_Lines, _Said]]:
        """Read everything."""
        at = self._skip(0)
        if at >= len(self.tokens):
            return []
        if self._starts_lines(at):
            self._lines_first(at)
        else:
            self._outcome_first(at)
        return self.groups

    def _word(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def _kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else "end"

    def _typed(self, begin: int, end: int) -> str:
        if begin >= len(self.tokens):
            return ""
        last = self.tokens[max(min(end, len(self.tokens)) - 1, begin)]
        found = re.sub(r"\s+", " ", self.text[self.tokens[begin].begin : last.end]).strip()
        return found if len(found) <= _SHOWN else found[:_SHOWN] + "…"

    def _skip(self, at: int) -> int:
        while self._kind(at) == "sep" or (self._word(at) in _AND and self._starts_lines(at + 1)):
            at += 1
        return at

    def _rest_length(self, at: int) -> tuple[int, bool]:
        """Give how many words say "the rest" or "all" here, and whether it is "all"."""
        for length in (3, 2, 1):
            words = " ".join(self._word(at + n) for n in range(length))
            if all(self._kind(at + n) == "word" for n in range(length)) and words in REST | ALL:
                return length, words in ALL
        return 0, False

    def _starts_lines(self, at: int) -> bool:
        word, following = self._word(at), self._kind(at + 1)
        if self._kind(at) == "number" or word in LINE_WORDS:
            return True
        if word in {"vanaf", "t/m", "eerste", "laatste"} and following == "number":
            return True
        return word == "de" and self._starts_lines(at + 1) or self._rest_length(at)[0] > 0

    def _lines_first(self, at: int) -> None:
        before: _Said | None = None
        while at < len(self.tokens):
            begin = at
            lines, at, everything = self._selector(at)
            while self._word(at) in _OPENING or self._kind(at) == "sep":
                if self._kind(at) == "sep" and self._starts_lines(at + 1):
                    break
                if self._word(at) == "-" and self._kind(at + 1) in {"sep", "end"}:
                    break
                at += 1
            if self._kind(at) == "end" or self._starts_lines(at) or self._kind(at) == "sep":
                raise UsageError("entry.no_outcome", got=self._typed(begin, at))
            said, at = self.phrase(at, before=before)
            if (everything or lines.rest) and self._word(self._skip(at)) in _EXCEPT:
                lines = _Lines(piece=lines.piece, rest=True)
                at = self._skip(at) + 1
            self.groups.append((lines, said))
            before = said
            at = self._next_group(at)

    def _next_group(self, at: int) -> int:
        """Go to the next lines; what stands between and names no line is refused."""
        at = self._skip(at)
        if at < len(self.tokens) and not self._starts_lines(at):
            end = at
            while self._kind(end) not in {"sep", "end"}:
                end += 1
            raise UsageError("entry.no_line", got=self._typed(at, end))
        return at

    def _outcome_first(self, at: int) -> None:
        while at < len(self.tokens):
            if self._rest_length(at)[0]:
                begin = at
                lines, at, _ = self._selector(at)
                if self._kind(at) in {"sep", "end"}:
                    raise UsageError("entry.no_outcome", got=self._typed(begin, at))
                said, at = self.phrase(at)
            else:
                begin = at
                said, at = self.phrase(at, bare=True)
                while self._word(at) in _OPENING or self._kind(at) == "sep":
                    at += 1
                if not self._starts_lines(at) or self._rest_length(at)[0]:
                    raise UsageError("entry.no_line", got=self._typed(begin, at).strip(" ,;:="))
                lines, at, _ = self._selector(at)
            self.groups.append((lines, said))
            at = self._skip(at)

    def _selector(self, at: int) -> tuple[_Lines, int, bool]:
        """Read lines: numbers, ranges, "vanaf 7", "eerste 4", "rest", "alles"."""
        begin = at
        if self._word(at) == "de" and not self._rest_length(at)[0]:
            at += 1
        length, everything = self._rest_length(at)
        if length:
            at += length
            piece = self._typed(begin, at)
            every = tuple(range(1, self.n_lines + 1))
            lines = _Lines(piece=piece, lines=every if everything else (), rest=not everything)
            return lines, at, everything
        found: list[int] = []
        while True:
            numbers, at = self._some(at)
            found += numbers
            following = at
            while self._kind(following) == "sep" or self._word(following) in _AND:
                following += 1
            if not self._starts_lines(following) or self._rest_length(following)[0]:
                break
            if self._word(following) == "de":
                break
            if len(numbers) > 1 and self._kind(at) == "sep" and self._word(following) == str(
                numbers[-1] + 1
            ):
                # "1-4, 5 g": who means 1-5 writes that, so the outcome of 1-4 was forgotten.
                raise UsageError("entry.no_outcome", got=self._typed(begin, at))
            at = following
        return _Lines(piece=self._typed(begin, at), lines=tuple(found)), at, False

    def _some(self, at: int) -> tuple[list[int], int]:
        begin = at
        while self._word(at) in LINE_WORDS or self._word(at) == ":":
            at += 1
        word = self._word(at)
        if word in {"vanaf", "t/m", "eerste", "laatste"}:
            number = self._number(at + 1)
            spans = {
                "vanaf": (number, self.n_lines),
                "t/m": (1, number),
                "eerste": (1, number),
                "laatste": (self.n_lines - number + 1, self.n_lines),
            }
            if not 1 <= number <= self.n_lines:
                raise UsageError("knocks.no_line", got=self._typed(begin, at + 2), n=self.n_lines)
            low, high = spans[word]
            return list(range(low, high + 1)), at + 2
        low, at = self._number(at), at + 1
        if self._word(at) == "en" and self._word(at + 1) in {"verder", "hoger", "later"}:
            at += 2
            return self._span(low, self.n_lines, self._typed(begin, at)), at
        if self._word(at) == "ev":
            return self._span(low, self.n_lines, self._typed(begin, at + 1)), at + 1
        if self._word(at) in {"-", "t/m", "tot"} and self._kind(at + 1) == "number":
            high = self._number(at + 1)
            at += 2
            return self._span(low, high, self._typed(begin, at)), at
        return [low], at

    def _number(self, at: int) -> int:
        if self._kind(at) != "number" or len(self._word(at)) > 6:
            raise UsageError("entry.unknown", got=self._typed(at, at + 1), codes=codes())
        return int(self._word(at))

    def _span(self, low: int, high: int, piece: str) -> list[int]:
        if low > high:
            raise UsageError("entry.backwards", got=piece)
        if not 1 <= low <= high <= self.n_lines:
            raise UsageError("knocks.no_line", got=piece, n=self.n_lines)
        return list(range(low, high + 1))

    def phrase(
        self, at: int, *, before: _Said | None = None, bare: bool = False
    ) -> tuple[_Said, int]:
        """Read one outcome from a token on.

        Parameters
        ----------
        at : int
            Place of the first token.
        before : _Said, optional
            The outcome before it, which "ook" repeats.
        bare : bool
            Lines follow, so that a number is no date.

        Returns
        -------
        _Said, int
            The outcome, and the place of the first token after it.
        """
        end = at
        while self._kind(end) in {"word", "mark"} and not self._ends_phrase(end, at):
            end += 1
        while end > at + 1 and (self._word(end - 1) in _AND or self._word(end - 1) in {":", "="}):
            end -= 1
        came = self._come_back(at, end, bare=bare)
        if came is not None:
            return came
        longer = self._over_comma(at, end)
        if longer is not None:
            return longer
        words = self._typed(at, end) if end > at else self._typed(at, at + 1)
        meaning = read_phrase(words) if end > at else None
        if meaning == SAME and before is not None:
            return before, end
        if meaning == NOT_DONE:
            return _Said(outcome=None), end
        if isinstance(meaning, Outcome):
            return _Said(outcome=meaning), end
        raise UsageError(
            "entry.unclear" if is_unclear(words) else "entry.unknown", got=words, codes=codes()
        )

    def _ends_phrase(self, at: int, begin: int) -> bool:
        if at > begin and self._word(at) in _EXCEPT and self._starts_lines(at + 1):
            return True
        return at > begin and self._starts_lines(at)

    def _over_comma(self, at: int, end: int) -> tuple[_Said, int] | None:
        """Read an outcome with a comma inside: "wel iemand, geen gesprek"."""
        if self._kind(end) != "sep" or self._word(end) != ",":
            return None
        last = end + 1
        while self._kind(last) == "word" and not self._starts_lines(last):
            last += 1
        if last == end + 1:
            return None
        whole = f"{self._typed(at, end)} {self._typed(end + 1, last)}"
        meaning = read_exactly(whole)
        if isinstance(meaning, Outcome) and self._kind(last) in {"sep", "end", "number"}:
            return _Said(outcome=meaning), last
        return None

    def _come_back(self, at: int, end: int, *, bare: bool) -> tuple[_Said, int] | None:
        """Read "kom terug" with its appointment; None where it is something else."""
        words = [self._word(n) for n in range(at, end)]
        split = next(
            (
                n
                for n in range(len(words), 0, -1)
                if read_phrase(" ".join(words[:n])) is Outcome.COME_BACK
            ),
            0,
        )
        if split:
            back, after = self.backs.read(at + split)
            return self._came(at, back, after, bare=bare)
        if words[:1] in (["kom"], ["komen"]) and "terug" in words:  # kom 's avonds terug
            back, after = self.backs.read(at + 1)
            if self._word(after) == "terug":
                return self._came(at, back, after + 1, bare=bare)
        return None

    def _came(self, at: int, back: Back, after: int, *, bare: bool) -> tuple[_Said, int]:
        if bare and (back.starts or back.until):
            raise UsageError("entry.back_first", got=self._typed(at, after))
        while self._word(after) in {":", "="} and bare:
            after += 1
        ends = self._kind(after) in {"sep", "end"} or self._starts_lines(after)
        ends |= self._word(after) in _AND | _EXCEPT and self._starts_lines(after + 1)
        if not ends:
            raise UsageError("entry.back_unknown", got=self._typed(at, after + 1))
        return _Said(outcome=Outcome.COME_BACK, back=back), after
