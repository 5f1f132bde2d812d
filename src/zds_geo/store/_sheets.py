"""What was entered from a sheet before, so that nothing is entered twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from zds_geo.store._database import Database
from zds_geo.store.schema import BATCH, BATCH_KNOCK, KNOCK

_CHUNK: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKnock:
    """A knock that counts, and the batch it came in."""

    knock_id: str
    door_id: str
    knocked_on: date
    window: str
    outcome: str
    back: tuple[str, str, str]  # window, from, until of an appointment; ISO dates or empty
    batch_id: str


class SheetLog(Database):
    """Knocks by the batch they came in."""

    def sheet_knocks(self, label: str) -> list[StoredKnock]:
        """List the knocks that count of all batches with a label.

        Parameters
        ----------
        label : str
            A round's code.

        Returns
        -------
        list of StoredKnock
            In order of batch and id.
        """
        query = (
            sa.select(KNOCK, BATCH.c.batch_id)
            .join(BATCH_KNOCK, BATCH_KNOCK.c.knock_id == KNOCK.c.knock_id)
            .join(BATCH, BATCH.c.batch_id == BATCH_KNOCK.c.batch_id)
            .where(BATCH.c.label == label, BATCH.c.undone_at.is_(None))
            .order_by(BATCH.c.batch_id, KNOCK.c.knock_id)
        )
        with self._transaction(writes=False) as connection:
            return [
                StoredKnock(
                    knock_id=row["knock_id"], door_id=row["door_id"],
                    knocked_on=date.fromisoformat(row["knocked_on"]), window=row["window"],
                    outcome=row["outcome"], batch_id=row["batch_id"],
                    back=(
                        row["come_back_window"], row["come_back_from"] or "",
                        row["come_back_until"] or "",
                    ),
                )
                for row in connection.execute(query).mappings()
            ]  # fmt: skip

    def undone_knocks(self, knock_ids: Sequence[str]) -> frozenset[str]:
        """Tell which of these ids are taken by knocks that were undone.

        Parameters
        ----------
        knock_ids : sequence of str
            Ids.

        Returns
        -------
        frozenset of str
            Those in the log of which no batch counts any more.
        """
        found: set[str] = set()
        row = BATCH_KNOCK.c
        with self._transaction(writes=False) as connection:
            for start in range(0, len(knock_ids), _CHUNK):
                part = list(knock_ids[start : start + _CHUNK])
                query = (
                    sa.select(row.knock_id, BATCH.c.undone_at)
                    .join(BATCH, BATCH.c.batch_id == row.batch_id)
                    .where(row.knock_id.in_(part))
                )
                known: dict[str, bool] = {}
                for knock_id, undone_at in connection.execute(query):
                    known[knock_id] = known.get(knock_id, False) or undone_at is None
                found.update(knock_id for knock_id, live in known.items() if not live)
        return frozenset(found)
