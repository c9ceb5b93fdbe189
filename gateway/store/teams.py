"""Which conversations are a team's."""

from __future__ import annotations

from sqlalchemy import text

from gateway.model.state import Status
from gateway.store.sql import Query, Tx

_COUNT = Query(
    text(
        "SELECT count(*) FROM conversations WHERE business_id = :business_id AND status <> :over"
        " AND json_extract(state, '$.team') = :team"
    ),
    postgresql=text(
        "SELECT count(*) FROM conversations WHERE business_id = :business_id AND status <> :over"
        " AND CAST(state AS json) ->> 'team' = :team"
    ),
)


def unresolved(tx: Tx, team: str) -> int:
    """How many of its conversations aren't resolved yet."""
    row = tx.one(_COUNT, over=Status.RESOLVED.value, team=team)
    return int(row[0]) if row else 0
