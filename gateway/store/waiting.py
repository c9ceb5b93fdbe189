"""The queue as those see it who stand in it: who waits since when, and how long others waited lately."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, select, update

from gateway.model.state import Status
from gateway.store.schema import conversations, requests
from gateway.store.sql import Query, Tx

LONGEST = 1000
"""Places that are told; whoever stands further back hears no number."""
RECENT = 50
"""Requests that say how long one waits."""

_business: BindParameter[str] = bindparam("business_id")
_QUEUE = Query(
    select(conversations.c.id, conversations.c.waiting_since)
    .where(conversations.c.business_id == _business, conversations.c.status == Status.QUEUED.value)
    .order_by(conversations.c.waiting_since, conversations.c.id)
    .limit(LONGEST)
)
_WAITS = Query(
    select(requests.c.waited)
    .where(requests.c.business_id == _business, requests.c.waited.is_not(None))
    .order_by(requests.c.opened_at.desc())
    .limit(RECENT)
)
_NOTE = Query(
    update(requests)
    .where(
        requests.c.business_id == _business,
        requests.c.conversation_id == bindparam("conversation"),
        requests.c.opened_seq == bindparam("opened"),
        requests.c.waited.is_(None),
    )
    .values(waited=bindparam("new_waited"))
)


class Place(NamedTuple):
    """A conversation in the queue; ``since`` in microseconds."""

    conversation: str
    since: int


def queue(tx: Tx) -> list[Place]:
    """Who waits for a person, the longest first."""
    return [Place(conversation, since or 0) for conversation, since in tx.all(_QUEUE)]


def recent_waits(tx: Tx) -> list[int]:
    """How long the customers of the latest requests waited for a person, in microseconds; no particular order."""
    return [waited for (waited,) in tx.all(_WAITS)]


def note_wait(tx: Tx, conversation: str, *, opened_seq: int, waited: int) -> None:
    """A person has come to a request's customer for the first time."""
    tx.execute(_NOTE, conversation=conversation, opened=opened_seq, new_waited=waited)
