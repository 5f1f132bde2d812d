"""Pages inside a notebook: the file itself, shut in a frame that can reach nothing."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PageView:
    """A page that a notebook shows in place."""

    path: Path
    height: int

    def _repr_html_(self) -> str:
        """Give the page in a frame of its own: its scripts reach no notebook and no network."""
        page = escape(self.path.read_text(encoding="utf-8"), quote=True)
        title = escape(self.path.name, quote=True)
        return (
            f'<iframe sandbox="allow-scripts" title="{title}" width="100%" '
            f'height="{self.height}" srcdoc="{page}"></iframe>'
        )


def show_page(path: Path, *, height: int = 620) -> PageView:
    """Show a page that was written to disk (a map, the board's page) inside a notebook.

    Parameters
    ----------
    path : Path
        An ``.html`` that a use case wrote.
    height : int
        Height of the frame in pixels.

    Returns
    -------
    PageView
        As the last line of a cell it is drawn.
    """
    return PageView(Path(path), height)
