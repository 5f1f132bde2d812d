"""A new delivery against the one before: checks, lineage, and doors that went missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from zds_geo.app._field import LAYERS, MISSING, PROOF_TABLE, read_delivered
from zds_geo.app.workspace import Workspace
from zds_geo.core.errors import PlacesError
from zds_geo.core.ids import DOOR_ID

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.places import Changes
    from zds_geo.sources import Proof
    from zds_geo.store import HistoryStore

MOST_RETIRED: Final = 50
MOST_RETIRED_SHARE: Final = 0.01
LEAST_SHARE: Final = 0.95  # of rows and edges, against the previous places (R07)
FEWEST_IN_BUURT: Final = 5  # so many homes do not leave a buurt at once
RD_BOX: Final = (0.0, 300_000.0, 300_000.0, 625_000.0)  # x and y of the Netherlands


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Layers as delivered with ``missing_doors``; ``changes`` is None the first time."""

    layers: dict[str, gpd.GeoDataFrame]
    changes: Changes | None


def require_whole(workspace: Workspace, proofs: Sequence[Proof]) -> None:
    """Stop at a file that looks like a damaged copy of the one before (S09).

    Parameters
    ----------
    workspace : Workspace
        With or without places of before; another area has other files and is not compared.
    proofs : sequence of Proof
        Of the files of this delivery.

    Raises
    ------
    PlacesError
        Naming the file; nothing has changed.
    """
    from zds_geo.sources import Proof, why_doubtful
    from zds_geo.store import list_layers, read_table

    path = workspace.places_path
    if not path.is_file() or PROOF_TABLE not in list_layers(path):
        return
    rows = read_table(path, PROOF_TABLE).to_dict("records")
    before = {
        str(row["kind"]): Proof(
            **{str(k): v for k, v in row.items() if k != "checked"}, checked=bool(row["checked"])
        )
        for row in rows
    }
    for proof in proofs:
        earlier = before.get(proof.kind)
        why = why_doubtful(proof, earlier) if earlier is not None else ""
        if earlier is not None and why:
            raise PlacesError(why, path=proof.file, n=proof.n_bytes, before=earlier.n_bytes)


def take_delivery(
    workspace: Workspace,
    store: HistoryStore,
    layers: dict[str, gpd.GeoDataFrame],
    *,
    on: date,
    accept: bool,
) -> Delivery:
    """Check a delivery against the one before, and write down which home became which.

    Parameters
    ----------
    workspace : Workspace
        With or without places of before.
    store : HistoryStore
        Gets lineage and the doors that are missing.
    layers : dict of str to GeoDataFrame
        As built from the delivery.
    on : date
        Date that changes get.
    accept : bool
        Go on where the delivery is suspicious.

    Returns
    -------
    Delivery
        To be written.

    Raises
    ------
    PlacesError
        If the delivery is broken, or suspicious and not accepted; nothing was written then.
    """
    from zds_geo.places import compare_doors, remember_missing

    _require_sound(layers["doors"])
    if not workspace.places_path.is_file():
        return Delivery(layers=layers, changes=None)
    was = read_delivered(workspace.places_path)
    # A buurt that left the area on purpose is no loss.
    in_area = was["doors"]["buurt_code"].isin(layers["buurten"].index)
    before = _with_covered(workspace, store, was["doors"].loc[in_area], after=layers["doors"])
    missing = was.get(MISSING, before.iloc[:0])
    changes = compare_doors(
        before, layers["doors"], known_gone=frozenset(store.missing_doors()), missing=missing
    )
    if not accept:
        _stop_if_suspicious(before, layers, changes)
        if in_area.all():
            _stop_if_fewer_streets(was["edges"], layers["edges"])
    store.add_lineage(changes.lineage, on=on)
    store.note_delivery(gone=changes.gone, present=set(layers["doors"].index), on=on)
    gone = remember_missing(before, layers["doors"], missing=missing, changes=changes)
    spare = {MISSING: gone} if len(gone) else {}
    return Delivery(layers={**{n: layers[n] for n in LAYERS}, **spare}, changes=changes)


def _with_covered(
    workspace: Workspace, store: HistoryStore, before: gpd.GeoDataFrame, *, after: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Set homes that the team added beside those of before, once a delivery has them."""
    import pandas as pd

    from zds_geo.places import covered_additions
    from zds_geo.store import read_layer

    fixes = store.list_fixes()
    covered = set(covered_additions(after, fixes))
    if not covered:
        return before
    ids = {f.door_id for f in fixes if f.fix_id in covered} - set(before.index)
    added = read_layer(workspace.places_path, "doors")
    added = added.loc[added.index.isin(ids)]
    return before if added.empty else pd.concat([before, added])


def _require_sound(doors: gpd.GeoDataFrame) -> None:
    wrong = [str(d) for d in doors.index if not DOOR_ID.fullmatch(str(d))]
    if wrong:
        raise PlacesError("import.bad_id", got=wrong[0], n=len(wrong))
    x0, y0, x1, y1 = RD_BOX
    outside = ~(doors.geometry.x.between(x0, x1) & doors.geometry.y.between(y0, y1))
    if outside.any():
        raise PlacesError("import.outside", n=int(outside.sum()))


def _stop_if_suspicious(
    before: gpd.GeoDataFrame, layers: dict[str, gpd.GeoDataFrame], changes: Changes
) -> None:
    doors = layers["doors"]
    lost = set(changes.gone) - {n.old_door_id for n in changes.lineage if n.kind != "unsure"}
    most = min(MOST_RETIRED, MOST_RETIRED_SHARE * len(before))
    if len(lost) > max(most, 1):
        raise PlacesError("import.many_gone", gone=len(lost), n=len(before))
    if len(doors) < LEAST_SHARE * len(before):
        raise PlacesError("import.fewer_doors", n=len(doors), before=len(before))
    counts: pd.Series[int] = before["buurt_code"].value_counts()
    empty = sorted(set(counts.index[counts >= FEWEST_IN_BUURT]) - set(doors["buurt_code"]))
    if empty:
        raise PlacesError("import.empty_buurt", code=empty[0], before=int(counts[empty[0]]))


def _stop_if_fewer_streets(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> None:
    if len(after) < LEAST_SHARE * len(before):
        raise PlacesError("import.fewer_edges", n=len(after), before=len(before))
