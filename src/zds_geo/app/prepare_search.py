"""Preparing the search on this computer, so that nobody waits for it at the first round."""

from __future__ import annotations

from zds_geo.app.workspace import Progress, no_progress


def prepare_search(progress: Progress = no_progress) -> str:
    """Compile the search for rounds, once for this computer (about fifteen seconds).

    Parameters
    ----------
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    str
        What is wrong with the search; empty when it runs.
    """
    from zds_geo.planner import search_fault

    progress("search.progress", 0, 1)
    fault = search_fault()
    progress("search.progress", 1, 1)
    return fault
