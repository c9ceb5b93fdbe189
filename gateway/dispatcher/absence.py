"""Operators whose consoles are gone: looked at after a grace time, whichever node knows of it then.

A due row ``absent`` for each business and account is written when the last console that a node knows of closes; a node that
starts writes one for everybody who has something open, for who was there when the last node died is told by nobody. Whether
they are there by then, whoever claims the row finds out.
"""

from __future__ import annotations

from gateway.dispatcher.policy import Policy
from gateway.model.state import Conversation
from gateway.store import carried, directory, due
from gateway.store.sql import Tx

ABSENT = "absent"
"""The kind of due rows; their subject is an account."""
FIRST_LOOK = 20_000_000
"""Microseconds after which an absence is looked at first: a reload is none. How long it may last, the business says."""


def note_absent(tx: Tx, account: str, *, now: int) -> None:
    """Their last console has closed, as far as this node knows: looked at wherever they have something."""
    for one in directory.memberships(tx, account):
        scoped = tx.for_business(one.business)
        if carried.carried(scoped, account):
            due.reset(scoped, ABSENT, account, due_at=now + FIRST_LOOK, payload=f'{{"since": {now}}}')
    tx.for_business(tx.business)


def note_waiting(tx: Tx, before: Conversation | None, after: Conversation, policy: Policy, *, now: int) -> bool:
    """A customer waits for somebody who is not there: looked at now, not at the next look."""
    begins = after.waiting_since is not None and (before is None or before.waiting_since is None)
    if not begins or after.owner is None or policy.there(tx.business, after.owner.id):
        return False
    return due.hasten(tx, ABSENT, after.owner.id, due_at=now)


def note_everybody(tx: Tx, now: int) -> None:
    """Nobody knows who is there: everybody who has something open is looked for."""
    for business, account in carried.everybody(tx):
        due.put(tx.for_business(business), ABSENT, account, due_at=now + FIRST_LOOK, payload=f'{{"since": {now}}}')
