"""The workspace: one folder with ``zds.toml``, ``places.gpkg``, ``knocks.sqlite`` and ``maps/``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.app.read_settings import read_settings
from zds_geo.app.settings import FILE_NAME, Settings
from zds_geo.core.errors import PlacesError

if TYPE_CHECKING:
    from zds_geo.store import HistoryStore

Progress = Callable[[str, int, int | None], None]


def no_progress(label: str, done: int, total: int | None) -> None:
    """Show nothing: the default of every use case that can report progress.

    Parameters
    ----------
    label : str
        Catalogue key of the work.
    done : int
        Steps done.
    total : int or None
        All steps, where known.
    """


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened workspace: its folder and its settings."""

    root: Path
    settings: Settings

    @property
    def places_path(self) -> Path:
        """The file with doors and streets."""
        return self.root / "places.gpkg"

    @property
    def maps_path(self) -> Path:
        """The folder of outputs."""
        return self.root / "maps"

    @property
    def history_location(self) -> Path | str:
        """File or URL of the knock history."""
        location = self.settings.history
        return location if "://" in location else self.root / location

    def require_places(self) -> Path:
        """Give the places file, or say what to do when it is not there."""
        if not self.places_path.is_file():
            raise PlacesError("workspace.no_places", path=self.root)
        return self.places_path


def open_workspace(path: Path | str) -> Workspace:
    """Open a workspace folder.

    Parameters
    ----------
    path : Path or str
        Folder with a ``zds.toml``.

    Returns
    -------
    Workspace
        Folder and checked settings; no data file is opened yet.

    Raises
    ------
    SettingsError
        If there is no ``zds.toml`` or it is not right.
    """
    root = Path(path)
    return Workspace(root, read_settings(root / FILE_NAME))


def open_store(workspace: Workspace, *, now: datetime) -> HistoryStore:
    """Open the knock history of a workspace, making it when it is not there yet.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    now : datetime
        Aware.

    Returns
    -------
    HistoryStore
        Open; use it in a ``with`` statement. What is past its retention is forgotten, once a day
        (P04); a clock that jumps more than a week ahead waits for ``zds prune``.
    """
    from zds_geo.app.forget import prune_when_due
    from zds_geo.store import open_history

    store = open_history(
        workspace.history_location, now=now, create=True, retention=workspace.settings.retention
    )
    prune_when_due(workspace, store, now=now)
    store.forget_sheet_people(now=now)
    return store
