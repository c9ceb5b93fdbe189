"""Pushed deliveries: one row a provider call, in order and held per endpoint.

``status``: queued, sending, sent, retry (nothing was delivered), uncertain (nobody knows), dead.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, case, delete, func, or_, select, update

from gateway.store.schema import deliveries, events, identities
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_PUT = Query(lambda insert: insert(deliveries).on_conflict_do_nothing())
_NEXT = Query(
    select(
        deliveries.c.conversation_id, deliveries.c.seq, deliveries.c.part, deliveries.c.inbox_id,
        deliveries.c.identity_id, deliveries.c.channel, deliveries.c.status, deliveries.c.attempts,
        identities.c.address, events.c.body, deliveries.c.at,
    )
    .join(
        identities,
        (identities.c.business_id == deliveries.c.business_id) & (identities.c.id == deliveries.c.identity_id),
    )
    .join(
        events,
        (events.c.business_id == deliveries.c.business_id)
        & (events.c.conversation_id == deliveries.c.conversation_id)
        & (events.c.seq == deliveries.c.seq),
    )
    .where(
        deliveries.c.business_id == _business,
        deliveries.c.identity_id == bindparam("identity_id"),
        or_(*(deliveries.c.status == status for status in ("queued", "sending", "retry", "uncertain"))),
    )
    # Of one conversation as the log has them, whatever the clock said; of several, the one that waits for longest.
    .order_by(
        func.min(deliveries.c.at).over(partition_by=deliveries.c.conversation_id), deliveries.c.conversation_id,
        deliveries.c.seq, deliveries.c.part,
    )
    .limit(1)
)  # fmt: skip
_PART = (
    deliveries.c.business_id == _business,
    deliveries.c.conversation_id == bindparam("conversation"),
    deliveries.c.seq == bindparam("at_seq"),
    deliveries.c.part == bindparam("at_part"),
)
_SET = Query(
    update(deliveries)
    .where(*_PART)
    .values(
        status=bindparam("new_status"), attempts=bindparam("new_attempts"), error=bindparam("new_error"),
        provider_id="", updated_at=bindparam("now"),
    )
)  # fmt: skip
_NOTE_SENT = Query(
    update(deliveries)
    .where(*_PART)
    .values(
        status="sent", error="", provider_id=bindparam("new_provider_id"), updated_at=bindparam("now"),
        attempts=case(
            (deliveries.c.attempts > bindparam("new_attempts"), deliveries.c.attempts), else_=bindparam("new_attempts")
        ),
    )
)  # fmt: skip
_STATUS = Query(
    select(deliveries.c.seq, deliveries.c.part, deliveries.c.status, deliveries.c.attempts, deliveries.c.error)
    .where(deliveries.c.business_id == _business, deliveries.c.conversation_id == bindparam("conversation_id"))
    .order_by(deliveries.c.seq, deliveries.c.part)
)
_DROP = Query(
    delete(deliveries).where(
        deliveries.c.business_id == _business, deliveries.c.conversation_id == bindparam("conversation_id")
    )
)
_REPLAY = Query(
    update(deliveries)
    .where(
        deliveries.c.business_id == _business,
        deliveries.c.conversation_id == bindparam("conversation"),
        deliveries.c.seq == bindparam("at_seq"),
        deliveries.c.status == "dead",
    )
    .values(status=bindparam("new_status"), attempts=0, error="", at=bindparam("now"), updated_at=bindparam("now"))
    .returning(deliveries.c.identity_id)
)


class Delivery(NamedTuple):
    """A part that is to be sent. ``status`` "sending": a node died (or was cut off) between commit and answer.

    ``attempts``: calls so far, but for those that the provider put off. ``at``: when it was written or replayed.
    """

    conversation: str
    seq: int
    part: int
    inbox: str
    identity: str
    channel: str
    status: str
    attempts: int
    address: str
    body: str
    at: int


class DeliveryStatus(NamedTuple):
    seq: int
    part: int
    status: str
    attempts: int
    error: str


def put(
    tx: Tx, conversation: str, seq: int, *, inbox: str, identity: str, channel: str, now: int, part: int = 0
) -> None:  # fmt: skip
    tx.execute(
        _PUT, conversation_id=conversation, seq=seq, part=part, inbox_id=inbox, identity_id=identity, channel=channel,
        status="queued", attempts=0, provider_id="", error="", at=now, updated_at=now,
    )  # fmt: skip


def next_for(tx: Tx, identity: str) -> Delivery | None:
    """The oldest part that this endpoint still waits for; what stands behind it waits with it."""
    row = tx.one(_NEXT, identity_id=identity)
    return Delivery(*row) if row else None


def set_status(
    tx: Tx, delivery: Delivery, status: str, *, now: int, attempts: int, error: str = ""
) -> None:  # fmt: skip
    tx.execute(
        _SET, conversation=delivery.conversation, at_seq=delivery.seq, at_part=delivery.part, new_status=status,
        new_attempts=attempts, new_error=error, now=now,
    )  # fmt: skip


def note_sent(tx: Tx, delivery: Delivery, *, now: int, provider_id: str) -> None:
    """It is sent, whoever sends it just now, too: of calls that another node has begun meanwhile none is forgotten."""
    tx.execute(
        _NOTE_SENT, conversation=delivery.conversation, at_seq=delivery.seq, at_part=delivery.part, now=now,
        new_attempts=delivery.attempts + 1, new_provider_id=provider_id,
    )  # fmt: skip


def statuses(tx: Tx, conversation: str) -> list[DeliveryStatus]:
    return [DeliveryStatus(*row) for row in tx.all(_STATUS, conversation_id=conversation)]


def drop(tx: Tx, conversation: str) -> None:
    """Forgets a conversation's deliveries, sent ones and waiting ones (erasure only)."""
    tx.execute(_DROP, conversation_id=conversation)


def replay(tx: Tx, conversation: str, seq: int, *, now: int) -> str | None:
    """Queues dead parts of a message again, as if written now; the endpoint's identity, or ``None`` where none was dead."""
    row = tx.one(_REPLAY, conversation=conversation, at_seq=seq, new_status="queued", now=now)
    return row[0] if row else None
