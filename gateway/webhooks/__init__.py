"""Webhooks: tells a business's own systems what happens, signed, again and again until they took it.

Each call is a due row of its own, written with its event. What is sent is read from the log when it leaves, as a
supervisor sees it. The wire is that of Standard Webhooks (standardwebhooks.com): id, timestamp and signature in
headers, the event as JSON.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urljoin

import aiohttp
import msgspec
import structlog

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.setup import WEBHOOK
from gateway.faults import Fault
from gateway.faults import webhooks as faults
from gateway.model.events import Entry
from gateway.model.visible import Audience, visible_entry
from gateway.store import configuration, due, log, webhook_calls
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from gateway.store.webhook_calls import CallStatus, WebhookCall
from gateway.vault import SecretUnreadable, Vault
from gateway.webhooks.guard import AddressRefused, Guard, refusal_of
from gateway.webhooks.signing import headers_of, unseal

logger = structlog.get_logger(__name__)

SECOND = 1_000_000
PAUSES = (5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600, 24 * 3600)
"""Seconds after each try that failed; after the last of them it is given up."""
WITHIN = 10.0
"""Seconds for one try."""
MAX_REDIRECTS = 3
LONGEST_ANSWER = 300
"""Characters of an answer that are kept."""
LONGEST_WAIT = 3600.0
"""Seconds for which a receiver may put us off."""
GONE = 410
HANDOFF = "handoff_requested"

ReadCard = Callable[[Tx, str], msgspec.Struct | None]
"""The context card of a conversation, as a supervisor sees it."""


class Target(msgspec.Struct, frozen=True):
    """What of a webhook matters here."""

    url: str
    active: bool = True


class Outcome(NamedTuple):
    """What came of a try: a fault where it failed. ``again``: it is worth another one; ``after``: not before so many
    seconds."""

    answer: str | Fault
    again: bool = True
    after: float = 0.0

    @property
    def done(self) -> bool:
        return not isinstance(self.answer, Fault)


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
        self._guard = guard
        self._clock = clock
        self._card = card
        self._http: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.close()

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
        try:
            async with asyncio.timeout(WITHIN):
                return await self._post(target.url, body, headers)
        except AddressRefused as error:
            return Outcome(faults.INSIDE(host=error.host), again=False)
        except TimeoutError:
            return Outcome(faults.NO_ANSWER(seconds=round(WITHIN)))
        except aiohttp.ClientError as error:
            refused = refusal_of(error)
            if refused is not None:
                return Outcome(faults.INSIDE(host=refused.host), again=False)
            return Outcome(_unreached(error))

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """Each hop's address is judged anew, by what its name resolves to at the moment of the connection."""
        if self._http is None:
            self._http = self._guard.session("Switchboard-Webhooks")
        for _ in range(MAX_REDIRECTS + 1):
            self._guard.check_url(url)
            async with self._http.post(url, data=body, headers=headers, allow_redirects=False) as response:
                if response.status not in (307, 308):
                    return await _judge(response)
                url = urljoin(url, response.headers.get("Location", ""))
        return Outcome(faults.REDIRECTIONS(most=MAX_REDIRECTS), again=False)

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


def _unreached(error: aiohttp.ClientError) -> Fault:
    """Why there was no connection; the client's own words may hold the address, its types don't."""
    kind = type(error).__name__
    match error:
        case aiohttp.ClientConnectorDNSError():
            return faults.NO_SUCH_NAME(error=kind)
        case aiohttp.ClientSSLError():
            return faults.NOT_SECURE(error=kind)
        case _:
            return faults.NOT_REACHED(error=kind)


async def _judge(response: aiohttp.ClientResponse) -> Outcome:
    text = (await response.content.read(4 * LONGEST_ANSWER)).decode("utf-8", "replace").strip()
    status = response.status
    if 200 <= status < 300:
        return Outcome(f"HTTP {status}")
    said = text[:LONGEST_ANSWER]
    fault = faults.ANSWERED(status=status, said=said) if said else faults.STATUS(status=status)
    if status == GONE:
        return Outcome(fault, again=False)
    return Outcome(fault, after=retry_after(response.headers.get("Retry-After", "")))


def retry_after(text: str) -> float:
    """Seconds, where the receiver gives them so (RFC 9110, 10.2.3); its dates are left to our own pauses."""
    return min(LONGEST_WAIT, float(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0


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
