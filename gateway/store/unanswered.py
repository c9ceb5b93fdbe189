"""What people asked and no article answered: each question once, how often, and when last. Nobody is named."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, func, select

from gateway.store.schema import unanswered
from gateway.store.sql import Query, Tx

MOST = 500
"""Questions of a business that are kept; the ones that were asked longest ago make room."""
Origin = Literal["page", "console", "bot"]

_c = unanswered.c
_business: BindParameter[str] = bindparam("business_id")
_mine = _c.business_id == _business
_NOTE = Query(
    lambda insert: insert(unanswered).on_conflict_do_update(
        index_elements=["business_id", "locale", "question"],
        set_={"times": _c.times + 1, "asked_at": bindparam("now"), "origin": bindparam("by")},
    )
)
_COUNT = Query(select(func.count()).where(_mine))
_OLDEST = Query(
    select(_c.locale, _c.question).where(_mine).order_by(_c.asked_at, _c.locale, _c.question).limit(bindparam("few"))
)
_REMOVE = Query(
    delete(unanswered).where(_mine, _c.locale == bindparam("of_locale"), _c.question == bindparam("of_question"))
)
_EMPTY = Query(delete(unanswered).where(_mine))
_FORGET = Query(delete(unanswered).where(_mine, _c.asked_at < bindparam("before_at")))
_READ = Query(
    select(_c.locale, _c.question, _c.times, _c.asked_at, _c.origin)
    .where(_mine)
    .order_by(_c.times.desc(), _c.asked_at.desc(), _c.question)
    .limit(MOST)
)


class Unanswered(NamedTuple):
    """``origin``: where it was asked last."""

    locale: str
    question: str
    times: int
    asked_at: int
    origin: Origin


def note(tx: Tx, locale: str, question: str, *, origin: Origin, now: int) -> None:
    """Counts a question, which holds nothing of a person (``knowledge.asking``)."""
    tx.execute(_NOTE, locale=locale, question=question, times=1, asked_at=now, origin=origin, now=now, by=origin)
    row = tx.one(_COUNT)
    spare = (row[0] if row else 0) - MOST
    for old_locale, old in tx.all(_OLDEST, few=spare) if spare > 0 else ():
        tx.execute(_REMOVE, of_locale=old_locale, of_question=old)


def read(tx: Tx) -> list[Unanswered]:
    """What was asked most often first."""
    return [Unanswered(*row) for row in tx.all(_READ)]


def remove(tx: Tx, locale: str, question: str) -> bool:
    return bool(tx.execute(_REMOVE, of_locale=locale, of_question=question))


def empty(tx: Tx) -> None:
    tx.execute(_EMPTY)


def forget(tx: Tx, *, before: int) -> int:
    """Deletes what nobody asked since an instant; how many."""
    return tx.execute(_FORGET, before_at=before)
