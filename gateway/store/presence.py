"""Whether people take conversations, as they chose it. It belongs to the account and is kept with its history; whether
somebody is there at all is live, and not here."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import bindparam, select

from gateway.store.schema import presences
from gateway.store.sql import Query, Tx

State = Literal["online", "busy", "away"]
USUAL: State = "online"
"""Of who never chose."""

_p = presences.c
_CHOOSE = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["account_id", "at"], set_={"state": statement.excluded.state}
        )
    )(insert(presences))
)
_HISTORY = Query(
    select(_p.at, _p.state)
    .where(_p.account_id == bindparam("account_id"))
    .order_by(_p.at.desc())
    .limit(bindparam("limit"))
)  # fmt: skip


class Chosen(NamedTuple):
    """``since``: the instant of the choice; 0 for who never made one."""

    since: int
    state: State


def chosen(tx: Tx, account: str) -> Chosen:
    """What the account chose last."""
    return next(iter(history(tx, account, limit=1)), Chosen(0, USUAL))


def choose(tx: Tx, account: str, state: State, *, now: int) -> Chosen:
    """Notes a choice; the same again changes nothing."""
    before = chosen(tx, account)
    if before.state == state:
        return before
    after = Chosen(max(now, before.since + 1), state)
    tx.execute(_CHOOSE, account_id=account, at=after.since, state=state)
    return after


def history(tx: Tx, account: str, *, limit: int) -> list[Chosen]:
    """The choices, the latest first."""
    return [Chosen(*row) for row in tx.all(_HISTORY, account_id=account, limit=limit)]
