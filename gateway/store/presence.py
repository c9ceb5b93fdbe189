"""Whether people take conversations, as they chose it. It belongs to the account and is kept with its history; whether
somebody is there at all is live, and not here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, select, text

from gateway.store.schema import presences
from gateway.store.sql import Query, Tx

State = Literal["online", "busy", "away"]
MISSED = "missed"
"""Why somebody is away whom nobody reached with offers; every other reason is in people's own words."""
USUAL: State = "online"
"""Of who never chose."""

_p = presences.c
_CHOOSE = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["account_id", "at"],
            set_={"state": statement.excluded.state, "reason": statement.excluded.reason},
        )
    )(insert(presences))
)
_HISTORY = Query(
    select(_p.at, _p.state, _p.reason)
    .where(_p.account_id == bindparam("account_id"))
    .order_by(_p.at.desc())
    .limit(bindparam("limit"))
)  # fmt: skip

_latest = """
SELECT p.account_id, p.at, p.state, p.reason FROM presences p JOIN (
  SELECT account_id, max(at) AS at FROM presences WHERE account_id IN ({accounts}) GROUP BY account_id
) l ON l.account_id = p.account_id AND l.at = p.at
"""
_LATEST = Query(
    text(_latest.format(accounts="SELECT value FROM json_each(:accounts)")),
    postgresql=text(_latest.format(accounts="SELECT json_array_elements_text(CAST(:accounts AS json))")),
)


class Chosen(NamedTuple):
    """``since``: the instant of the choice; 0 for who never made one. ``reason``: of a break, or ``MISSED``."""

    since: int
    state: State
    reason: str = ""


NEVER = Chosen(0, USUAL)


def chosen(tx: Tx, account: str) -> Chosen:
    """What the account chose last."""
    return next(iter(history(tx, account, limit=1)), NEVER)


def latest(tx: Tx, accounts: Iterable[str]) -> dict[str, Chosen]:
    """What each of them chose last; who never chose is left out."""
    found = tx.all(_LATEST, accounts=json.dumps(sorted(accounts)))
    return {account: Chosen(*rest) for account, *rest in found}


def choose(tx: Tx, account: str, state: State, *, now: int, reason: str = "") -> Chosen:
    """Notes a choice; the same again changes nothing."""
    before = chosen(tx, account)
    if (before.state, before.reason) == (state, reason):
        return before
    after = Chosen(max(now, before.since + 1), state, reason)
    tx.execute(_CHOOSE, account_id=account, at=after.since, state=state, reason=reason)
    return after


def history(tx: Tx, account: str, *, limit: int) -> list[Chosen]:
    """The choices, the latest first."""
    return [Chosen(*row) for row in tx.all(_HISTORY, account_id=account, limit=limit)]
