"""The queue as those see it who stand in it: who waits since when, and how long people had others lately."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, func, select, text, update

from gateway.model.standing import Place, Standing, standings
from gateway.model.state import Status
from gateway.store.schema import CARRIED, conversations, requests
from gateway.store.sql import Query, Tx

LONGEST = 1000
"""Places that are told; whoever stands further back hears no number."""
RECENT = 50
"""Requests that say how long one is served."""

_business: BindParameter[str] = bindparam("business_id")
_QUEUE = Query(
    select(conversations.c.id, conversations.c.waiting_since)
    .where(conversations.c.business_id == _business, conversations.c.status == Status.QUEUED.value)
    .order_by(conversations.c.waiting_since, conversations.c.id)
    .limit(LONGEST)
)
_HANDLED = Query(
    select(requests.c.ended_at - requests.c.handed_at - requests.c.waited)
    .where(requests.c.business_id == _business, requests.c.waited.is_not(None), requests.c.ended_at.is_not(None))
    .order_by(requests.c.opened_at.desc())
    .limit(RECENT)
)
_SERVED = Query(select(func.count()).where(conversations.c.business_id == _business, text(CARRIED)))
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


def queue(tx: Tx) -> list[Place]:
    """Who waits for a person, the longest first."""
    return [Place(conversation, since or 0) for conversation, since in tx.all(_QUEUE)]


def recently_handled(tx: Tx) -> list[int]:
    """How long people had the latest requests, in microseconds, from their coming to the end; no particular order."""
    return [took for (took,) in tx.all(_HANDLED) if took > 0]


def served(tx: Tx) -> int:
    """How many conversations people have now."""
    row = tx.one(_SERVED)
    return row[0] if row else 0


def standings_of(tx: Tx, places: Sequence[Place], *, now: int) -> dict[str, Standing]:
    """Where these stand who wait for a person, as they are told."""
    return standings(places, recently_handled(tx), serving=served(tx), now=now)


def note_wait(tx: Tx, conversation: str, *, opened_seq: int, waited: int) -> None:
    """A person has come to a request's customer for the first time."""
    tx.execute(_NOTE, conversation=conversation, opened=opened_seq, new_waited=waited)
