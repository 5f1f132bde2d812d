"""The list of the walking sheet: doors in walking order, divided over pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.texts import say
from zds_geo.outputs.font import text_width
from zds_geo.outputs.round_map import on_request

if TYPE_CHECKING:
    from zds_geo.core.model import Round, RoundDoor, RoundStop

BODY_PT: Final = 12
BIG_PT: Final = 16
PAGE_MM: Final = 224.0  # for rows on one page, below the names of the boxes and above the notes
PITCHES_MM: Final = {BODY_PT: (7.6, 7.0, 6.5, 6.0, 5.6, 5.3), BIG_PT: (8.2, 7.6)}
ENTRANCE_DOORS: Final = 4  # so many doors behind one entrance get a heading of their own
TO_AND_FRO: Final = 2  # a side of so few doors is no side of its own
BOARD_DOORS: Final = 8  # so many stand in two columns, as on a bell board
_BOARD_ROWS: Final = 3  # a piece of a bell board is at least so high
_NUMBER_MM: Final = 33.0
_BOARD_NUMBER_MM: Final = 21.8
_PT_MM: Final = 0.3528


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One door: line, house number and its letter size, a note, and whether it shares its stop."""

    line: int
    label: str
    size: float
    note: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of the list: ``street``, ``entrance``, ``row``, ``board``, ``pause`` or
    ``end``.

    ``more`` is the text at the right (minutes, number of doors); ``cells`` one door of a row, or
    those of a board in bell order; ``rows`` its height in rows.
    """

    kind: str
    text: str = ""
    more: str = ""
    cells: tuple[Cell, ...] = ()
    rows: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetList:
    """The pages of a list, and the height of a row (mm)."""

    pages: tuple[tuple[Block, ...], ...]
    pitch: float

    def as_data(self) -> list[list[dict[str, Any]]]:
        """Lay it out for the template."""
        return [[_block_data(block) for block in page] for page in self.pages]


def lay_out_list(planned: Round, *, size_pt: int = BODY_PT, lang: str = "nl") -> SheetList:
    """Divide the doors of a round over pages: as few as can be, with rows as high as they allow.

    Parameters
    ----------
    planned : Round
        The round.
    size_pt : int
        12 or 16.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    SheetList
        Every line once, in walking order.
    """
    units = list(_units(planned, size_pt=size_pt, lang=lang))
    pitches = PITCHES_MM[size_pt]
    fewest = len(_fill(units, PAGE_MM / pitches[-1], lang))
    for pitch in pitches:
        pages = _fill(units, PAGE_MM / pitch, lang)
        if len(pages) == fewest:
            break
    return SheetList(pages=tuple(tuple(p) for p in pages), pitch=pitch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Doors that stay together where they can, with the headings above them."""

    street: Block
    first_of_street: bool
    entrance: Block | None
    first_of_entrance: bool
    body: Block


def _band(block: Block) -> _Unit:
    """Give a band by itself: a break, or the way back."""
    return _Unit(
        street=Block(kind="street"), first_of_street=False, entrance=None, first_of_entrance=False,
        body=block,
    )  # fmt: skip


def _pause(planned: Round, after_line: int, lang: str) -> Iterator[_Unit]:
    pause = planned.pause
    if pause is None or pause.after_line != after_line:
        return
    key = "sheet.pause_at" if pause.label else "sheet.pause"
    text = say(key, lang=lang, minutes=round(pause.length_s / 60), place=pause.label)
    yield _band(Block(kind="pause", text=text, more=_after(pause.at_s, lang)))


def _units(planned: Round, *, size_pt: int, lang: str) -> Iterator[_Unit]:
    yield from _pause(planned, 0, lang)
    for group in _groups(planned.stops):
        side = side_name([d.label for s in group for d in s.doors], lang)
        both = side or (say("sheet.both", lang=lang) if len({_key(s) for s in group}) > 1 else "")
        name = f"{group[0].street} · {both}" if both else group[0].street
        first = True
        for stop in group:
            street = Block(kind="street", text=name, more=_after(stop.arrive_s, lang), rows=1.12)
            entrance = _entrance(stop, lang) if len(stop.doors) >= ENTRANCE_DOORS else None
            for number, body in enumerate(_bodies(stop, size_pt=size_pt, lang=lang)):
                yield _Unit(
                    street=street, first_of_street=first, entrance=entrance,
                    first_of_entrance=number == 0, body=body,
                )  # fmt: skip
                first = False
            yield from _pause(planned, stop.doors[-1].line, lang)
    seconds = max(
        planned.walk_s + planned.service_s + planned.pause_s,
        *(s.arrive_s + s.service_s for s in planned.stops),
        0,
    )
    end = Block(kind="end", text=say("sheet.back", lang=lang, place=planned.end.label),
                more=_after(seconds, lang))  # fmt: skip
    yield _band(end)


def _groups(stops: Sequence[RoundStop]) -> list[list[RoundStop]]:
    """Group stops that follow each other on one side of one street.

    Where one crosses to and fro (a side of one or two doors), the two sides are one group.
    """
    groups: list[list[RoundStop]] = []
    for stop in stops:
        if groups and _key(groups[-1][-1]) == _key(stop):
            groups[-1].append(stop)
        else:
            groups.append([stop])
    joined: list[list[RoundStop]] = []
    for group in groups:
        before = joined[-1] if joined else []
        same = bool(before) and before[0].street == group[0].street
        if same and min(_last_side(before), _n_doors(group)) <= TO_AND_FRO:
            joined[-1] = before + group
        else:
            joined.append(group)
    return joined


def _n_doors(stops: Sequence[RoundStop]) -> int:
    return sum(len(s.doors) for s in stops)


def _last_side(stops: Sequence[RoundStop]) -> int:
    """Count the doors since one last crossed the street."""
    count = 0
    for stop in reversed(stops):
        if _key(stop) != _key(stops[-1]):
            break
        count += len(stop.doors)
    return count


def _key(stop: RoundStop) -> tuple[str, str]:
    """Tell street and side; pieces of one street with numbers of one parity are one side."""
    return stop.street, side_name([d.label for d in stop.doors], "nl") or stop.street_side_id


def side_name(labels: Sequence[str], lang: str) -> str:
    """Name the side of a street when all its numbers are even, or all odd.

    Parameters
    ----------
    labels : sequence of str
        House numbers as people write them.
    lang : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        Empty where both occur.

    Examples
    --------
    >>> side_name(["12A", "14-2"], "nl"), side_name(["1", "2"], "nl")
    ('even kant', '')
    """
    numbers = [int("".join(c for c in label.split("-")[0] if c.isdigit())) for label in labels]
    parities = {n % 2 for n in numbers}
    if len(parities) != 1:
        return ""
    return say("outputs.even" if parities == {0} else "outputs.odd", lang=lang)


def _after(seconds: int, lang: str) -> str:
    return say("sheet.after", lang=lang, minutes=round(seconds / 60))


def _entrance(stop: RoundStop, lang: str) -> Block:
    first, last = stop.doors[0].label, stop.doors[-1].label
    return Block(
        kind="entrance",
        text=say("sheet.entrance", lang=lang, first=first, last=last),
        more=say("sheet.entrance_doors", lang=lang, n=len(stop.doors)),
    )


def _bodies(stop: RoundStop, *, size_pt: int, lang: str) -> Iterator[Block]:
    """Give the rows of a stop, or its bell board."""
    n = len(stop.doors)
    if n >= BOARD_DOORS and size_pt == BODY_PT:
        cells = [_cell(d, room=_BOARD_NUMBER_MM, size_pt=size_pt, lang=lang) for d in stop.doors]
        if all(cell.size >= size_pt for cell in cells):
            yield _board(cells)
            return
    for door in stop.doors:
        cell = _cell(door, room=_NUMBER_MM, size_pt=size_pt, lang=lang)
        yield Block(
            kind="row", cells=(replace(cell, shared=n > 1),), rows=2.0 if cell.note else 1.0
        )


def _board(cells: Sequence[Cell]) -> Block:
    half = (len(cells) + 1) // 2
    columns = (cells[:half], cells[half:])
    heights = [sum(2 if c.note else 1 for c in column) for column in columns]
    return Block(kind="board", cells=tuple(cells), rows=1.0 + max(heights))


def _cell(door: RoundDoor, *, room: float, size_pt: int, lang: str) -> Cell:
    large = size_pt + 4.0
    width = text_width(door.label, large * _PT_MM, weight=700)
    note = on_request(door.come_back_window, lang) if door.reason == "reason.on_request" else ""
    return Cell(
        line=door.line, label=door.label, note=note,
        size=round(large * min(1.0, room / max(width, 1.0)), 1),
    )  # fmt: skip


def _fill(units: Sequence[_Unit], room: float, lang: str) -> list[list[Block]]:
    """Fill pages of so many rows; headings come again where a page begins below them."""
    pages: list[list[Block]] = [[]]
    left = room
    queue = list(units)
    while queue:
        unit = queue.pop(0)
        heads = _heads(unit, fresh=not pages[-1], lang=lang)
        need = sum(b.rows for b in heads) + unit.body.rows
        if need <= left + 1e-9:
            pages[-1] += [*heads, unit.body]
            left -= need
            continue
        parts = _cut(unit.body, left - sum(b.rows for b in heads))
        if parts is None and not pages[-1]:
            parts = _cut(unit.body, room - sum(b.rows for b in heads))
        if parts is not None:
            pages[-1] += [*heads, parts[0]]
            unit = replace(unit, body=parts[1], first_of_street=False, first_of_entrance=False)
        queue.insert(0, unit)
        pages.append([])
        left = room
    return pages


def _heads(unit: _Unit, *, fresh: bool, lang: str) -> list[Block]:
    if unit.body.kind in {"end", "pause"}:
        return []
    again = say("sheet.again", lang=lang)
    heads = []
    if unit.first_of_street or fresh:
        street = unit.street
        heads.append(street if unit.first_of_street else _again(street, again))
    if unit.entrance is not None and (unit.first_of_entrance or fresh):
        entrance = unit.entrance
        heads.append(entrance if unit.first_of_entrance else _again(entrance, again))
    return heads


def _again(block: Block, word: str) -> Block:
    return replace(block, text=f"{block.text} {word}")


def _cut(block: Block, rows: float) -> tuple[Block, Block] | None:
    """Cut a bell board in two, the first of at most so many rows; None where that is little."""
    if block.kind != "board" or rows < 1 + _BOARD_ROWS:
        return None
    for n in range(len(block.cells) - 1, 2 * _BOARD_ROWS - 1, -1):
        head, tail = block.cells[:n], block.cells[n:]
        if n % 2 == 0 and _board(head).rows <= rows:
            return _board(head), _board(tail)
    return None


def _block_data(block: Block) -> dict[str, Any]:
    data = asdict(block)
    if block.kind == "board":
        half = (len(block.cells) + 1) // 2
        data["columns"] = [data["cells"][:half], data["cells"][half:]]
    return data
