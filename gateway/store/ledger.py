"""The ledger: one line for each request of a customer, which must have a named ending."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, func, select, update

from gateway.store.schema import requests
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_OPEN = Query(lambda insert: insert(requests).on_conflict_do_nothing())
_END = Query(
    update(requests)
    .where(
        requests.c.business_id == _business,
        requests.c.conversation_id == bindparam("conversation"),
        requests.c.opened_seq == bindparam("opened"),
        requests.c.ending == "",
    )
    .values(ending=bindparam("new_ending"), reason=bindparam("new_reason"), ended_at=bindparam("now"))
)
_latest = (
    requests.c.business_id == _business,
    requests.c.conversation_id == bindparam("conversation"),
    requests.c.opened_seq
    == select(func.max(requests.c.opened_seq))
    .where(requests.c.business_id == _business, requests.c.conversation_id == bindparam("conversation"))
    .scalar_subquery(),
)
_HAND = Query(update(requests).where(*_latest, requests.c.handed_at.is_(None)).values(handed_at=bindparam("now")))
_RATE = Query(update(requests).where(*_latest).values(score=bindparam("new_score")))
_READ = Query(
    select(requests.c.opened_seq, requests.c.opened_at, requests.c.ending, requests.c.reason, requests.c.ended_at)
    .where(requests.c.business_id == _business, requests.c.conversation_id == bindparam("conversation_id"))
    .order_by(requests.c.opened_seq)
)


class Request(NamedTuple):
    """A line of the ledger; ``ending`` is empty while it is open."""

    opened_seq: int
    opened_at: int
    ending: str
    reason: str
    ended_at: int | None


def open_request(tx: Tx, conversation: str, *, opened_seq: int, now: int) -> None:
    tx.execute(
        _OPEN, conversation_id=conversation, opened_seq=opened_seq, opened_at=now, ending="", reason="",
        ended_at=None, handed_at=None, score=0, waited=None,
    )  # fmt: skip


def end_request(tx: Tx, conversation: str, *, opened_seq: int, ending: str, reason: str, now: int) -> None:
    tx.execute(_END, conversation=conversation, opened=opened_seq, new_ending=ending, new_reason=reason, now=now)


def hand_request(tx: Tx, conversation: str, *, now: int) -> None:
    """People were asked for; the first time counts."""
    tx.execute(_HAND, conversation=conversation, now=now)


def rate_request(tx: Tx, conversation: str, score: int) -> None:
    """The customer's judgement of the latest request."""
    tx.execute(_RATE, conversation=conversation, new_score=score)


def read_requests(tx: Tx, conversation: str) -> list[Request]:
    return [Request(*row) for row in tx.all(_READ, conversation_id=conversation)]
