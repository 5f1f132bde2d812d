"""Groups of lines with their outcome, read from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from zds_geo.app._sheet_dates import Back, BackReader
from zds_geo.app._sheet_tokens import split_tokens
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
_OPENING: Final = frozenset({":", "=", ")", "-", ">", "is", "was", "waren", "zijn", "dan"})
EXCEPT: Final = frozenset({"behalve", "uitgezonderd", "maar"})
_SHOWN: Final = 60  # characters of a piece in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An outcome with its appointment; outcome None is "not done"."""

    outcome: Outcome | None
    back: Back = field(default_factory=Back)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some lines as typed; ``rest`` takes what nobody else names."""

    piece: str
    lines: tuple[int, ...] = ()
    rest: bool = False


def codes() -> str:
    """Give the short codes, to show.

    Returns
    -------
    str
        Joined by commas.
    """
    return ", ".join(SHORT_CODES)


def read_alone(text: str, *, windows: WindowScheme, on: date) -> Said | None:
    """Read a text that is one outcome and nothing else.

    Parameters
    ----------
    text : str
        As from ``clean``.
    windows : WindowScheme
        Names that may follow ``kt``.
    on : date
        The date of the knock.

    Returns
    -------
    Said or None
        None where it is more than one outcome, or none.

    Raises
    ------
    UsageError
        If a phrase is not known or not clear.
    """
    tokens = split_tokens(text)
    if not tokens or tokens[0].kind == "number" or any(t.kind == "sep" for t in tokens):
        return None
    reader = SheetReader(text, n_lines=0, windows=windows, on=on)
    said, at = reader.phrase(0)
    return said if at == len(tokens) else None


class SheetReader:
    """Reads groups of lines with their outcome from left to right."""

    def __init__(self, text: str, *, n_lines: int, windows: WindowScheme, on: date) -> None:
        self.text, self.n_lines = text, n_lines
        self.tokens = split_tokens(text)
        self.backs = BackReader(self.tokens, windows=windows, on=on, n_lines=n_lines)
        self.groups: list[tuple[Lines, Said]] = []

    def read(self) -> list[tuple[Lines, Said]]:
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
        return (word == "de" and self._starts_lines(at + 1)) or self._rest_length(at)[0] > 0

    def _lines_first(self, at: int) -> None:
        before: Said | None = None
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
            if (everything or lines.rest) and self._word(self._skip(at)) in EXCEPT:
                lines = Lines(piece=lines.piece, rest=True)
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

    def _selector(self, at: int) -> tuple[Lines, int, bool]:
        """Read lines: numbers, ranges, "vanaf 7", "eerste 4", "rest", "alles"."""
        begin = at
        if self._word(at) == "de" and not self._rest_length(at)[0]:
            at += 1
        length, everything = self._rest_length(at)
        if length:
            at += length
            piece = self._typed(begin, at)
            every = tuple(range(1, self.n_lines + 1))
            lines = Lines(piece=piece, lines=every if everything else (), rest=not everything)
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
            if (
                len(numbers) > 1
                and self._kind(at) == "sep"
                and self._word(following) == str(numbers[-1] + 1)
            ):
                # "1-4, 5 g": who means 1-5 writes that, so the outcome of 1-4 was forgotten.
                raise UsageError("entry.no_outcome", got=self._typed(begin, at))
            at = following
        return Lines(piece=self._typed(begin, at), lines=tuple(found)), at, False

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
        self, at: int, *, before: Said | None = None, bare: bool = False
    ) -> tuple[Said, int]:
        """Read one outcome from a token on.

        Parameters
        ----------
        at : int
            Place of the first token.
        before : Said, optional
            The outcome before it, which "ook" repeats.
        bare : bool
            Lines follow, so that a number is no date.

        Returns
        -------
        Said, int
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
            return Said(outcome=None), end
        if isinstance(meaning, Outcome):
            return Said(outcome=meaning), end
        raise UsageError(
            "entry.unclear" if is_unclear(words) else "entry.unknown", got=words, codes=codes()
        )

    def _ends_phrase(self, at: int, begin: int) -> bool:
        if at > begin and self._word(at) in EXCEPT and self._starts_lines(at + 1):
            return True
        return at > begin and self._starts_lines(at)

    def _over_comma(self, at: int, end: int) -> tuple[Said, int] | None:
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
            return Said(outcome=meaning), last
        return None

    def _come_back(self, at: int, end: int, *, bare: bool) -> tuple[Said, int] | None:
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

    def _came(self, at: int, back: Back, after: int, *, bare: bool) -> tuple[Said, int]:
        if bare and (back.starts or back.until):
            raise UsageError("entry.back_first", got=self._typed(at, after))
        while self._word(after) in {":", "="} and bare:
            after += 1
        ends = self._kind(after) in {"sep", "end"} or self._starts_lines(after)
        ends |= self._word(after) in _AND | EXCEPT and self._starts_lines(after + 1)
        if not ends:
            raise UsageError("entry.back_unknown", got=self._typed(at, after + 1))
        return Said(outcome=Outcome.COME_BACK, back=back), after
