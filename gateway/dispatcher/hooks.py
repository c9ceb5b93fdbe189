"""Which events a business's webhooks want, and the calls that an append brings with it."""

from __future__ import annotations

import msgspec

from gateway.model.events import Entry, tag_of
from gateway.store import configuration, due, webhook_calls
from gateway.store.sql import Tx

WEBHOOK = "webhook"
"""The kind of configuration, and of due rows."""
KNOWN_FOR = 5_000_000
"""Microseconds after which another node's change is seen."""


class Wanted(msgspec.Struct, frozen=True):
    """What of a webhook matters here."""

    events: tuple[str, ...] = ()
    active: bool = True


class Hooks:
    """What each business's webhooks want, looked up at most every five seconds; own changes are seen at once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, dict[str, tuple[str, ...]]]] = {}

    def forget(self, business: str) -> None:
        """Its webhooks have changed."""
        self._known.pop(business, None)

    def plan(self, tx: Tx, conversation: str, entries: list[Entry], *, now: int) -> None:
        """Writes the calls of these entries, in the transaction that appends them."""
        wanted = self._wanted(tx, now)
        if not wanted:
            return
        for entry in entries:
            tag = tag_of(entry.event)
            for webhook in wanted.get(tag, ()):
                call(tx, webhook, event=tag, conversation=conversation, seq=entry.seq, now=now)

    def _wanted(self, tx: Tx, now: int) -> dict[str, tuple[str, ...]]:
        known = self._known.get(tx.business)
        if known is not None and now - known[0] < KNOWN_FOR:
            return known[1]
        found: dict[str, tuple[str, ...]] = {}
        for item in configuration.read(tx, WEBHOOK):
            wants = msgspec.json.decode(item.body, type=Wanted)
            for tag in wants.events if wants.active else ():
                found[tag] = (*found.get(tag, ()), item.id)
        self._known[tx.business] = (now, found)
        return found


def call(tx: Tx, webhook: str, *, event: str, conversation: str, seq: int, now: int) -> str:
    """A call and the due row that makes it; its id."""
    made = webhook_calls.add(tx, webhook, event=event, conversation=conversation, seq=seq, now=now)
    due.put(tx, WEBHOOK, made, due_at=now)
    return made
