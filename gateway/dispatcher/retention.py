"""Retention: what was said is emptied so many days after a conversation's end, where the business set that.

One due row a business looks every hour. It carries how far it has come: conversations are emptied in the order of their
last change, and one that opens again changes anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import structlog

from gateway.dispatcher.erasing import ask_emptying
from gateway.dispatcher.policy import HOUR
from gateway.store import audit, configuration, due, files, lists, unanswered, webhook_calls
from gateway.store.sql import Tx

if TYPE_CHECKING:
    from gateway.dispatcher import Dispatcher

log = structlog.get_logger(__name__)

RETENTION = "retention"
"""The kind of configuration, and of due rows."""
DAY = 24 * HOUR
PAGE = 200
"""Conversations of one look."""
CALLS_KEPT = 30 * DAY
"""What came of a webhook's call is of no use after a month."""


class Kept(msgspec.Struct, frozen=True):
    """What of the set-up matters here: days, 0 without limit."""

    conversation_days: int = 0
    audit_days: int = 0
    recording_days: int = 0


class Progress(msgspec.Struct, frozen=True):
    """Conversations last changed until then (µs), and that one, are done."""

    at: int = 0
    conversation: str = ""


def begin(tx: Tx, now: int) -> None:
    """The business set how long it keeps things: looked after from now on."""
    due.put(tx, RETENTION, tx.business, due_at=now)


class Retention:
    """The handler of due rows ``retention``."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def claimed(self, row: due.Due) -> None:
        """One look; a full page is followed by another at once."""

        def unit(tx: Tx, now: int) -> int:
            return look(tx, row, now=now)

        emptied = await self._dispatcher.store.write(row.business, unit, key=row.subject)
        self._dispatcher.due_at(1)
        if emptied:
            log.info("retention", business=row.business, conversations=emptied)


def look(tx: Tx, row: due.Due, *, now: int) -> int:
    """Has what is old enough emptied; how many conversations."""
    item = configuration.find(tx, RETENTION, RETENTION)
    kept = msgspec.json.decode(item.body, type=Kept) if item is not None else Kept()
    done = msgspec.json.decode(row.payload, type=Progress)
    found: list[tuple[str, int]] = []
    if kept.conversation_days:
        before = now - kept.conversation_days * DAY
        unanswered.forget(tx, before=before)
        found = lists.resolved_between(tx, (done.at, done.conversation), before, limit=PAGE)
        for conversation, at in found:
            ask_emptying(tx, conversation, by="retention", now=now)
            done = Progress(at, conversation)
    if kept.recording_days:
        files.drop_recordings(tx, before=now - kept.recording_days * DAY)
    if kept.audit_days:
        audit.forget(tx, before=now - kept.audit_days * DAY)
    webhook_calls.forget(tx, before=now - CALLS_KEPT)
    payload = msgspec.json.encode(done).decode()
    if due.carry(tx, row.kind, row.subject, fence=row.fence, payload=payload, until=now):
        due_at = now if len(found) == PAGE else now + HOUR
        due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=0)
    return len(found)
