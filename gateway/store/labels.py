"""Which conversations have which labels; the truth is in their logs."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BindParameter, bindparam, delete, func, select

from gateway.store import configuration
from gateway.store.schema import conversation_labels
from gateway.store.sql import Query, Tx

LABEL = "label"
"""The kind of configuration."""

_business: BindParameter[str] = bindparam("business_id")
_PUT = Query(lambda insert: insert(conversation_labels).on_conflict_do_nothing())
_TAKE = Query(
    delete(conversation_labels).where(
        conversation_labels.c.business_id == _business,
        conversation_labels.c.label_id == bindparam("label"),
        conversation_labels.c.conversation_id == bindparam("conversation"),
    )
)
_COUNT = Query(
    select(func.count()).where(
        conversation_labels.c.business_id == _business, conversation_labels.c.label_id == bindparam("label")
    )
)


def change(tx: Tx, conversation: str, *, added: Iterable[str], removed: Iterable[str]) -> None:
    for label in added:
        tx.execute(_PUT, label_id=label, conversation_id=conversation)
    for label in removed:
        tx.execute(_TAKE, label=label, conversation=conversation)


def count(tx: Tx, label: str) -> int:
    """How many conversations have it."""
    row = tx.one(_COUNT, label=label)
    return int(row[0]) if row else 0


def unknown(tx: Tx, labels: Iterable[str]) -> list[str]:
    """Those of ``labels`` that the business doesn't have."""
    known = {item.id for item in configuration.read(tx, LABEL)}
    return [label for label in labels if label not in known]
