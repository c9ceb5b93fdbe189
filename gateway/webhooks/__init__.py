"""Webhooks: tells a business's own systems what happens, signed, again and again until they took it.

Each call is a due row of its own, written with its event. What is sent is read from the log when it leaves, as a
supervisor sees it. The wire is that of Standard Webhooks (standardwebhooks.com): id, timestamp and signature in
headers, the event as JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import structlog

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.setup import WEBHOOK
from gateway.faults import webhooks as faults
from gateway.model.events import Entry
from gateway.model.visible import Audience, visible_entry
from gateway.store import configuration, due, log, webhook_calls
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from gateway.store.webhook_calls import CallStatus, WebhookCall
from gateway.vault import SecretUnreadable, Vault
from gateway.webhooks.guard import Guard
from gateway.webhooks.posting import PAUSES, Outcome, Poster
from gateway.webhooks.signing import headers_of, unseal

logger = structlog.get_logger(__name__)

SECOND = 1_000_000
HANDOFF = "handoff_requested"

ReadCard = Callable[[Tx, str], msgspec.Struct | None]
"""The context card of a conversation, as a supervisor sees it."""


class Target(msgspec.Struct, frozen=True):
    """What of a webhook matters here."""

    url: str
    active: bool = True


class _Work(NamedTuple):
    call: WebhookCall
    item: Item
    entry: Entry | None
    card: msgspec.Struct | None = None


class Webhooks:
    """The handler of due rows ``webhook``. ``card`` is what goes along with a handoff."""

    def __init__(
        self, dispatcher: Dispatcher, vault: Vault, guard: Guard, *, clock: Callable[[], int], card: ReadCard
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._store = dispatcher.store
        self._vault = vault
        self._poster = Poster(guard, agent="Switchboard-Webhooks")
        self._clock = clock
        self._card = card

    async def aclose(self) -> None:
        await self._poster.aclose()

    async def claimed(self, row: due.Due) -> None:
        """One try of one call."""
        work = await self._look(row)
        if work is None:
            return
        outcome = await self._try(row.business, work)
        await self._note(row, work.call, outcome)

    async def _look(self, row: due.Due) -> _Work | None:
        """What is to be done; ``None`` (and the row is gone) where nothing is any more."""

        def unit(tx: Tx, now: int) -> _Work | None:
            if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + 60 * SECOND):
                return None  # another node has it
            call = webhook_calls.find(tx, row.subject)
            item = configuration.find(tx, WEBHOOK, call.webhook) if call is not None else None
            if call is None or item is None:
                due.finish(tx, row.kind, row.subject, fence=row.fence)
                if call is not None:
                    webhook_calls.set_status(
                        tx, call.id, "failed", attempts=call.attempts, answer=faults.REMOVED(), now=now
                    )
                return None
            found = log.entries(tx, call.conversation, after=call.seq - 1, limit=1) if call.conversation else []
            card = self._card(tx, call.conversation) if found and call.event == HANDOFF else None
            return _Work(call, item, found[0] if found else None, card)

        return await self._store.write(row.business, unit, key=row.subject)

    async def _try(self, business: str, work: _Work) -> Outcome:
        target = msgspec.json.decode(work.item.body, type=Target)
        if not target.active:
            return Outcome(faults.TURNED_OFF(), again=False)
        if not work.item.secret:
            return Outcome(faults.NO_SECRET())
        try:
            secret = unseal(self._vault, work.item.id, work.item.secret)
        except SecretUnreadable:
            return Outcome(faults.SECRET_UNREADABLE(), again=False)
        body = msgspec.json.encode(_payload(business, work))
        headers = headers_of(work.call.id, body, secret=secret, now=self._clock())
        return await self._poster.post(target.url, body, headers)

    async def _note(self, row: due.Due, call: WebhookCall, outcome: Outcome) -> None:
        attempts = call.attempts + 1
        over = outcome.done or not outcome.again or attempts > len(PAUSES)
        status: CallStatus = "done" if outcome.done else "failed" if over else "waiting"

        def unit(tx: Tx, now: int) -> int | None:
            webhook_calls.set_status(tx, call.id, status, attempts=attempts, answer=outcome.answer, now=now)
            if over:
                due.finish(tx, row.kind, row.subject, fence=row.fence)
                return None
            due_at = now + int(max(PAUSES[attempts - 1], outcome.after) * SECOND)
            due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=0)
            return due_at

        due_at = await self._store.write(row.business, unit, key=row.subject)
        if due_at is not None:
            self._dispatcher.due_at(due_at)
        if status == "failed":
            logger.warning("webhook_failed", webhook=call.webhook, call=call.id, attempts=attempts)


def _payload(business: str, work: _Work) -> dict[str, Any]:
    """``data`` is the event as a supervisor sees it; null for a ping, and for what is gone meanwhile. A handoff brings the
    context card as it is by now."""
    call, entry = work.call, work.entry
    shown = visible_entry(entry, Audience.SUPERVISOR) if entry is not None else None
    return {
        "type": call.event,
        "timestamp": entry.at if entry is not None else call.created_at,
        "business": business,
        "conversation": call.conversation or None,
        "seq": call.seq or None,
        "data": shown.event if shown is not None else None,
    } | ({"card": work.card} if work.card is not None else {})
