"""``zds init``: make a workspace for an area, or for the invented example quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from zds_geo.app.settings import FILE_NAME
from zds_geo.app.workspace import Workspace, open_store, open_workspace
from zds_geo.core.errors import SettingsError, UsageError
from zds_geo.core.ids import BUURT_CODE, GEMEENTE_CODE, WIJK_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaChoice:
    """What the user chose at init: a shipped area, or codes and names; ``name`` as on pages."""

    name: str = ""
    area: str = ""
    gemeente: str = ""
    wijken: Sequence[str] = ()
    buurten: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The filled-in parts of the template; examples in comments by default."""

    meeting_points: str = (
        '# [[meeting_points]]\n# id = "honk"\n# label = "Het Honk"\n# lon = 5.9651\n# lat = 52.2077'
    )
    assistants: str = (
        '# [[assistants]]\n# id = "a01"\n# buurt_codes = ["BU02000401"]\n# start = "honk"'
    )
    shifts: str = (
        '# [[shifts]]\n# assistant = "a01"\n# days = ["ma", "di", "do"]\n'
        '# from = "13:00"\n# to = "16:00"'
    )
    cycle: str = "# started_on = 2026-11-02\n# weeks = 26"
    cards: str = '# organisation = "Bewonerscoöperatie Zuid"\n# telephone = "055 000 00 00"'


def make_workspace(
    folder: Path, choice: AreaChoice, *, now: datetime, roster: Roster | None = None
) -> Workspace:
    """Make a workspace folder with a commented ``zds.toml`` and an empty history.

    Parameters
    ----------
    folder : Path
        New or existing folder without a ``zds.toml``.
    choice : AreaChoice
        The area.
    now : datetime
        Aware; recorded with the empty history.
    roster : Roster, optional
        Meeting points, assistants and shifts already known.

    Returns
    -------
    Workspace
        Opened.

    Raises
    ------
    SettingsError
        If the folder is a workspace already, or cannot be one.
    UsageError
        If no area was chosen or a name is not known.
    """
    area_text = _area_text(choice)
    settings_file = folder / FILE_NAME
    if settings_file.exists():
        raise SettingsError("workspace.exists", path=folder)
    try:
        for part in (folder, folder / "data", folder / "maps"):
            part.mkdir(parents=True, exist_ok=True)
        settings_file.write_text(
            _fill(area_text, roster or Roster()), encoding="utf-8", newline="\n"
        )
    except OSError:
        raise SettingsError("workspace.not_empty", path=folder) from None
    workspace = open_workspace(folder)
    with open_store(workspace, now=now):
        pass
    return workspace


def _fill(area_text: str, roster: Roster) -> str:
    template = files("zds_geo.app").joinpath("zds_template.toml").read_text(encoding="utf-8")
    filled = template
    for name, text in (
        ("area", area_text),
        ("cycle", roster.cycle),
        ("meeting_points", roster.meeting_points),
        ("assistants", roster.assistants),
        ("shifts", roster.shifts),
        ("cards", roster.cards),
    ):
        filled = filled.replace("{" + name + "}", text)
    return filled


def _area_text(choice: AreaChoice) -> str:
    if choice.area:
        return _shipped_area_text(choice)
    buurt_codes = [b for b in choice.buurten if BUURT_CODE.fullmatch(b)]
    buurt_names = [b for b in choice.buurten if not BUURT_CODE.fullmatch(b)]
    wijk_codes = [w for w in choice.wijken if WIJK_CODE.fullmatch(w)]
    if len(wijk_codes) != len(choice.wijken):
        raise UsageError(
            "init.wijk_code", got=next(w for w in choice.wijken if w not in wijk_codes)
        )
    if not (choice.buurten or choice.wijken or choice.gemeente):
        raise UsageError("init.no_area")
    name = choice.name or choice.gemeente or ", ".join([*choice.buurten, *choice.wijken])
    lines = [f"name = {_quoted(name)}"]
    if buurt_codes:
        lines.append(f"buurt_codes = {_quoted_list(buurt_codes)}")
    if buurt_names:
        lines.append(f"buurt_names = {_quoted_list(buurt_names)}")
    if wijk_codes:
        lines.append(f"wijk_codes = {_quoted_list(wijk_codes)}")
    if choice.gemeente:
        key = "gemeente_code" if GEMEENTE_CODE.fullmatch(choice.gemeente) else "gemeente_name"
        lines.append(f"{key} = {_quoted(choice.gemeente)}")
    return "\n".join(lines)


def _shipped_area_text(choice: AreaChoice) -> str:
    from zds_geo.sources import find_area

    area = find_area(choice.area)
    chosen = set(choice.wijken) or set(area.default_groups)
    known = {group.wijk_code for group in area.groups}
    unknown = sorted(chosen - known)
    if unknown:
        raise UsageError("init.unknown_wijk", got=unknown[0], known=", ".join(sorted(known)))
    lines = [
        f"name = {_quoted(area.name)}",
        "# Haal een buurt weg met een # ervoor. Controleer de codes in de CBS-kaart die u inleest.",
        "buurt_codes = [",
    ]
    for group in area.groups:
        mark = "" if group.wijk_code in chosen else "# "
        lines.append(f"    # {group.wijk_code} {group.wijk_naam}: {group.inhabitants} inwoners")
        lines += [f'    {mark}"{code}",  # {name}' for code, name in group.buurten]
    lines.append("]")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        raise UsageError("init.bad_name", got=repr(text))
    return f'"{escaped}"'


def _quoted_list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(_quoted(t) for t in texts) + "]"
