"""``zds cards``: cards for the letter box, "wij waren bij u", in the team's own words."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import OutputError, SettingsError
from zds_geo.core.texts import say
from zds_geo.core.windows import AMSTERDAM

FILE_NAME: Final = "kaartjes.pdf"
NEEDED: Final = ("organisation", "telephone")


def make_cards(
    workspace: Workspace, *, now: datetime, path: Path | None = None, lang: str = "nl"
) -> Path:
    """Write cards to print and cut: four a page, one page for each of three times.

    Parameters
    ----------
    workspace : Workspace
        With ``[cards]`` in its settings; usual wording for what it leaves out.
    now : datetime
        Aware.
    path : Path, optional
        PDF to write; ``maps/kaartjes.pdf`` by default.
    lang : str
        Of the usual wording: ``nl`` or ``en``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SettingsError
        If the settings do not say who we are and where people can call.
    OutputError
        If a text is too long for a card, or the file cannot be written.
    """
    from zds_geo.outputs import CardTexts, write_cards

    own = {name: text for name, text in asdict(workspace.settings.cards).items() if text}
    missing = [name for name in NEEDED if name not in own]
    if missing:
        raise SettingsError("cards.not_filled", missing=", ".join(missing))
    usual = {
        name: say(f"cards.{name}", lang=lang, organisation=own["organisation"])
        for name in asdict(workspace.settings.cards)
        if name not in NEEDED
    }
    target = path or workspace.maps_path / FILE_NAME
    if path is None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise OutputError("output.cannot_write", path=target, fault=fault.strerror) from None
    day = now.astimezone(AMSTERDAM).date()
    write_cards(CardTexts(**(usual | own)), target, day=day, lang=lang)
    return target
