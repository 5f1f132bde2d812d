"""Write what a plan looks like: ``plan.json``, a sheet and a map for each round, an overview."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zds_geo.app.import_places import read_credits
from zds_geo.app.workspace import Progress, Workspace, no_progress
from zds_geo.core.errors import OutputError
from zds_geo.core.model import Plan
from zds_geo.core.texts import say

if TYPE_CHECKING:
    from zds_geo.core.model import Credit
    from zds_geo.outputs import MapLayers, Packet

PLAN: Final = "plan.json"
TABLE: Final = "rondes"  # the rounds of a day as tables, by zds export
OVERVIEW: Final = "overzicht.pdf"
TOGETHER: Final = "printen.pdf"  # all sheets of a day, each on paper of its own


def read_map_layers(workspace: Workspace) -> MapLayers:
    """Read the background of maps from the places file.

    Parameters
    ----------
    workspace : Workspace
        With imported places.

    Returns
    -------
    MapLayers
        Streets, panden, water and buurten, EPSG:28992.
    """
    from zds_geo.outputs import MapLayers
    from zds_geo.store import read_layer

    path = workspace.require_places()
    return MapLayers(
        edges=read_layer(path, "edges"),
        panden=read_layer(path, "panden"),
        water=read_layer(path, "water"),
        buurten=read_layer(path, "buurten"),
    )


def write_outputs(
    workspace: Workspace, plan: Plan, *, folder: Path, progress: Progress = no_progress
) -> tuple[Path, ...]:
    """Write plan.json, a sheet (PDF) and a map (HTML) for each round, and the day as a whole.

    Parameters
    ----------
    workspace : Workspace
        For the background, the credits and who reads large letters.
    plan : Plan
        The rounds.
    folder : Path
        ``maps/<date>``; made when it is not there.
    progress : callable, optional
        Called with (label, done, total).

    Returns
    -------
    tuple of Path
        In the order written: ``plan.json`` first, then the rounds, then ``overzicht.pdf`` for the
        coordinator and, of several rounds, ``printen.pdf`` with all sheets.

    Raises
    ------
    OutputError
        If the folder or a file cannot be written.
    """
    from zds_geo.outputs import draw_round_map, make_packet, write_packets, write_plan_json

    credits = read_credits(workspace)
    layers = read_map_layers(workspace)
    large = {a.id for a in workspace.settings.assistants if a.large_print}
    packets = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder / PLAN]
        write_plan_json(plan, written[0])
        for done, planned in enumerate(plan.rounds):
            progress("plan.drawing", done, len(plan.rounds))
            sheet = folder / f"{planned.round_id}.pdf"
            page = folder / f"{planned.round_id}.html"
            packet = make_packet(planned, layers, big=planned.assistant_id in large)
            write_packets([packet], sheet, layers=layers, credits=credits)
            draw_round_map(planned, page, layers=layers, credits=credits)
            packets.append(packet)
            written += [sheet, page]
        written += _write_day(plan, packets, folder, layers=layers, credits=credits)
        progress("plan.drawing", len(plan.rounds), len(plan.rounds))
    except OSError as fault:
        raise OutputError("output.cannot_write", path=folder, fault=fault.strerror) from None
    return tuple(written)


def _write_day(
    plan: Plan,
    packets: Sequence[Packet],
    folder: Path,
    *,
    layers: MapLayers,
    credits: Sequence[Credit],
) -> list[Path]:
    """Write the overview, and all sheets in one file where there are several."""
    from zds_geo.outputs import write_overview, write_packets

    overview, together = folder / OVERVIEW, folder / TOGETHER
    pages = {p.planned.round_id: p.n_pages for p in packets}
    write_overview(plan, overview, buurten=layers.buurten, n_pages=pages, credits=credits)
    if len(packets) < 2:
        together.unlink(missing_ok=True)
        return [overview]
    write_packets(packets, together, layers=layers, credits=credits)
    return [overview, together]


def take_out_rounds(folder: Path, codes: Sequence[str], *, uncounted: Collection[str]) -> None:
    """Remove what shows rounds that no longer hold, and take them out of ``plan.json``.

    The overview and the sheets in one file go; planning again makes them. Their doors count in
    the plan as doors without a shift.

    Parameters
    ----------
    folder : Path
        ``maps/<date>``.
    codes : sequence of str
        Codes of these rounds.
    uncounted : collection of str
        Doors where one may not ring: no plan counts them (P07).

    Raises
    ------
    OutputError
        If ``plan.json`` cannot be read, or a file cannot be written or removed.
    """
    from zds_geo.outputs import write_plan_content

    if not codes:
        return
    path = folder / PLAN
    try:
        remove_outputs(folder, codes)
        for name in (OVERVIEW, TOGETHER):
            (folder / name).unlink(missing_ok=True)
        if path.exists():
            write_plan_content(_without_rounds(path, codes, uncounted=uncounted), path)
    except OSError as fault:
        raise OutputError("output.cannot_write", path=folder, fault=fault.strerror) from None


def _without_rounds(
    path: Path, codes: Sequence[str], *, uncounted: Collection[str]
) -> dict[str, Any]:
    try:
        plan: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        gone = [r for r in plan["rounds"] if r["round_id"] in codes]
        doors = {d["door_id"] for r in gone for s in r["stops"] for d in s["doors"]}
        skipped = dict(plan["skipped"])
    except (ValueError, KeyError, TypeError):
        raise OutputError("shift.plan_unread", path=path) from None
    reason = say("not_now.other_buurt")
    skipped[reason] = skipped.get(reason, 0) + len(doors - set(uncounted))
    return {**plan, "rounds": [r for r in plan["rounds"] if r not in gone], "skipped": skipped}


def remove_outputs(folder: Path, codes: Sequence[str]) -> None:
    """Remove sheets and maps of rounds that were replaced, and the tables of that day.

    Parameters
    ----------
    folder : Path
        ``maps/<date>``.
    codes : sequence of str
        Codes of rounds that no longer hold.
    """
    for code in codes:
        for ending in ("pdf", "html", "gpx", "kml"):
            (folder / f"{code}.{ending}").unlink(missing_ok=True)
    if codes and folder.is_dir():  # they name the doors of all rounds
        for path in folder.glob(f"{TABLE}.*"):
            path.unlink()
