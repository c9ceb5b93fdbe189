"""Stints: who had a conversation from when until when. One line each time that somebody gets one, and for each offer that they
let pass; what people's own figures are made of. A line holds nothing of the customer's."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, func, select, update

from gateway.store.schema import stints
from gateway.store.sql import Query, Tx

Ending = Literal["resolved", "transferred", "returned", "snoozed", "lost", "missed"]
MOST = 5_000
"""Lines of one person's day that are read, at most."""

_business: BindParameter[str] = bindparam("business_id")
_s = stints.c
_BEGIN = Query(lambda insert: insert(stints).on_conflict_do_nothing())
_latest = (
    select(func.max(_s.began_seq))
    .where(_s.business_id == _business, _s.conversation_id == bindparam("conversation"), _s.ending != "missed")
    .scalar_subquery()
)
_this = (_s.business_id == _business, _s.conversation_id == bindparam("conversation"), _s.began_seq == _latest)
_REPLIED = Query(
    update(stints)
    .where(*_this, _s.account_id == bindparam("account"), _s.replied_at.is_(None), _s.ended_at.is_(None))
    .values(replied_at=bindparam("now"))
)
_END = Query(
    update(stints)
    .where(*_this, _s.ended_at.is_(None))
    .values(ended_at=bindparam("now"), ending=bindparam("new_ending"))
)
_RATE = Query(update(stints).where(*_this).values(score=bindparam("new_score")))
_columns = (_s.began_at, _s.replied_at, _s.ended_at, _s.ending, _s.score)
_own = (_s.business_id == _business, _s.account_id == bindparam("account"))
_BEGAN = Query(
    select(*_columns).where(*_own, _s.began_at >= bindparam("first"), _s.began_at < bindparam("last")).limit(MOST)
)
_ENDED = Query(
    select(*_columns).where(*_own, _s.ended_at >= bindparam("first"), _s.ended_at < bindparam("last")).limit(MOST)
)


class Stint(NamedTuple):
    """``replied_at``: of the first message of theirs; ``score``: 1 to 5, 0 for none."""

    began_at: int
    replied_at: int | None
    ended_at: int | None
    ending: str
    score: int


def begin(tx: Tx, conversation: str, account: str, *, seq: int, now: int) -> None:
    _add(tx, conversation, account, seq=seq, now=now, ended_at=None, ending="")


def missed(tx: Tx, conversation: str, account: str, *, seq: int, now: int) -> None:
    """An offer passed by."""
    _add(tx, conversation, account, seq=seq, now=now, ended_at=now, ending="missed")


def _add(tx: Tx, conversation: str, account: str, *, seq: int, now: int, ended_at: int | None, ending: str) -> None:
    tx.execute(
        _BEGIN, conversation_id=conversation, began_seq=seq, account_id=account, began_at=now, replied_at=None,
        ended_at=ended_at, ending=ending, score=0,
    )  # fmt: skip


def replied(tx: Tx, conversation: str, account: str, *, now: int) -> None:
    tx.execute(_REPLIED, conversation=conversation, account=account, now=now)


def end(tx: Tx, conversation: str, ending: Ending, *, now: int) -> None:
    tx.execute(_END, conversation=conversation, new_ending=ending, now=now)


def rate(tx: Tx, conversation: str, score: int) -> None:
    """A rating is of who had it last."""
    tx.execute(_RATE, conversation=conversation, new_score=score)


def began(tx: Tx, account: str, *, first: int, last: int) -> list[Stint]:
    """Those of an account that began in ``[first, last)``."""
    return [Stint(*row) for row in tx.all(_BEGAN, account=account, first=first, last=last)]


def ended(tx: Tx, account: str, *, first: int, last: int) -> list[Stint]:
    """Those of an account that ended in ``[first, last)``."""
    return [Stint(*row) for row in tx.all(_ENDED, account=account, first=first, last=last)]
