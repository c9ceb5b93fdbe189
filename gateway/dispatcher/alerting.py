"""People are called away from the console: the due rows that do it, written with what calls them.

Nothing is written for a business where nobody asked to be told. Whom a row calls is looked at when it is due.
"""

from __future__ import annotations

from gateway.dispatcher.policy import Policy
from gateway.model.alerts import may_call, notes
from gateway.store import due
from gateway.store.log import Draft
from gateway.store.sql import Tx

ALERT = "alert"
"""The kind of due rows; their subject is a conversation, or ``conversation:seq`` of a note."""
PAUSE = 2_000_000
"""Microseconds in which a burst becomes one call, and whoever looks at it already has read it."""


def plan_alerts(tx: Tx, draft: Draft, policy: Policy) -> None:
    """Writes what calls people to a conversation, in the transaction that appends to it."""
    if not policy.set_ups.of(tx, draft.now).reached:
        return
    assert draft.state is not None
    if may_call(draft.before, draft.state, draft.entries):
        due.poke(tx, ALERT, draft.conversation, due_at=draft.now + PAUSE)
    for seq in notes(draft.entries):
        due.put(tx, ALERT, f"{draft.conversation}:{seq}", due_at=draft.now + PAUSE)
