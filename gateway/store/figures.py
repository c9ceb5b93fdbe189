"""Figures of a business: what came in, who answered it, how it ended. From the ledger of requests."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, BindParameter, ColumnElement, and_, bindparam, case, func, literal_column, select

from gateway.store.schema import requests
from gateway.store.sql import Query, Tx

DAY = 24 * 3600 * 1_000_000
TRIAL = "test"
"""Why a request ended that nobody really made."""

_business: BindParameter[str] = bindparam("business_id")
_day = ((requests.c.opened_at - bindparam("first", type_=BigInteger)) // bindparam("length", type_=BigInteger)).label(
    "day"
)
_by_day: ColumnElement[int] = literal_column(
    "day"
)  # by its name: PostgreSQL takes two parameters of one value for two values
_over = requests.c.ending != ""
_handed = requests.c.handed_at.is_not(None)
_rated = requests.c.score > 0


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((which, 1), else_=0))


_BY_DAY = Query(
    select(
        _day,
        func.count(),
        _count(~_over),
        _count(and_(_over, ~_handed)),
        _count(_handed),
        _count(requests.c.ending == "lost"),
        func.avg(case((_over, requests.c.ended_at - requests.c.opened_at))),
        _count(_rated),
        func.avg(case((_rated, requests.c.score))),
    )
    .where(
        requests.c.business_id == _business,
        requests.c.opened_at >= bindparam("first"),
        requests.c.opened_at < bindparam("last"),
        requests.c.reason != TRIAL,
    )
    .group_by(_by_day)
    .order_by(_by_day)
)


class Day(NamedTuple):
    """Requests by the number of the day on which they came. ``contained``: ended without people being asked for.
    ``took``: µs from begin to end, on average. ``score``: 1 to 5, on average of ``rated``."""

    number: int
    requests: int
    open: int
    contained: int
    handed_over: int
    lost: int
    took: float | None
    rated: int
    score: float | None


def by_day(tx: Tx, *, first: int, last: int) -> dict[int, Day]:
    """Days behind ``first`` with any request, by their number."""
    found: dict[int, Day] = {}
    for day, total, still, contained, handed, lost, took, rated, score in tx.all(
        _BY_DAY, first=first, last=last, length=DAY
    ):
        found[int(day)] = Day(
            int(day), int(total), int(still), int(contained), int(handed), int(lost),
            float(took) if took is not None else None, int(rated), float(score) if score is not None else None,
        )  # fmt: skip
    return found
