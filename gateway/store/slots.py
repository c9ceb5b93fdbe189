"""An operator's slot: what routing must know of an account beside what it carries, over all businesses.

What somebody carries is never counted up and down: it is read from the conversations that are theirs (``carried``), so it
can't go wrong. The slot's row is what two nodes that want to give them something at once have to lock. Programs that take conversations by
the API have one, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, select, text, update

from gateway.store.schema import slots
from gateway.store.sql import Query, Tx

_s = slots.c
_ADD = Query(lambda insert: insert(slots).on_conflict_do_nothing(index_elements=["account_id"]))
_LOCK = Query(select(_s.idle_since, _s.missed).where(_s.account_id == bindparam("account")).with_for_update())
_ENDED = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["account_id"], set_={"idle_since": statement.excluded.idle_since}
        )
    )(insert(slots))
)
_GOT = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["account_id"], set_={"idle_since": statement.excluded.idle_since, "missed": 0}
        )
    )(insert(slots))
)
_MISSED = Query(update(slots).where(_s.account_id == bindparam("account")).values(missed=bindparam("new_missed")))
_columns = "SELECT account_id, idle_since, missed FROM slots WHERE account_id IN"
_READ = Query(
    text(f"{_columns} (SELECT value FROM json_each(:accounts))"),
    postgresql=text(f"{_columns} (SELECT json_array_elements_text(CAST(:accounts AS json)))"),
)


class Slot(NamedTuple):
    """``idle_since``: when they last got or ended a conversation, in microseconds. ``missed``: offers that passed in a row."""

    idle_since: int = 0
    missed: int = 0


def lock(tx: Tx, account: str) -> Slot:
    """The slot, locked until the end of the transaction."""
    tx.execute(_ADD, account_id=account, idle_since=0, missed=0)
    row = tx.one(_LOCK, account=account)
    assert row is not None
    return Slot(*row)


def read(tx: Tx, accounts: Iterable[str]) -> dict[str, Slot]:
    """The slots of those who have one."""
    wanted = json.dumps(sorted(accounts))
    return {account: Slot(*rest) for account, *rest in tx.all(_READ, accounts=wanted)}


def got(tx: Tx, account: str, *, now: int) -> None:
    """They have got a conversation: they are there, whatever they let pass before."""
    tx.execute(_GOT, account_id=account, idle_since=now, missed=0)


def ended(tx: Tx, account: str, *, now: int) -> None:
    """They have one less."""
    tx.execute(_ENDED, account_id=account, idle_since=now, missed=0)


def note_missed(tx: Tx, account: str, missed: int) -> None:
    """So many offers have passed in a row. The slot must be locked."""
    tx.execute(_MISSED, account=account, new_missed=missed)
