"""The courier: sends what is pushed, in order and held per endpoint, and never says "sent" of what wasn't.

``queued → sending → sent | retry | uncertain | dead``. ``sending`` is committed before the bytes leave. A definite
refusal is dead, told in the thread, and lets the next pass; ``RetryLater`` holds this endpoint alone, for a day at
most; a timeout after the bytes left is uncertain and sent again, since a text twice is better than a text lost (but not
a text eight times: where the provider can't drop a repeat, ``MAX_UNCERTAIN`` calls are all). Nothing is tried for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple

import structlog

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.consequences import DELIVERY
from gateway.dispatcher.outgoing import FileLink, call_of, note_sent
from gateway.dispatcher.units import UNREACHABLE, FailDelivery
from gateway.errors import ContactUnreachable, DeliveryError, DeliveryRefused, DeliveryUncertain, RetryLater
from gateway.faults import Fault
from gateway.faults import delivery as faults
from gateway.metrics import DELIVERIES
from gateway.ports import Channel, OutboundPart, Sent
from gateway.store import deliveries, due
from gateway.store.deliveries import Delivery
from gateway.store.sql import Tx
from gateway.tracing import step

log = structlog.get_logger(__name__)

LEASE = 20_000_000
"""Microseconds for which an endpoint is ours, and longer while a call takes longer: another node sends after that what was under way."""
SEND_TIMEOUT = 25.0
MAX_ATTEMPTS = 8
"""Calls that fail before a part is dead."""
MAX_UNCERTAIN = 3
"""As ``MAX_ATTEMPTS``, where each call may have delivered the part and the provider can't tell a repeat."""
MAX_BACKOFF = 300.0
LONGEST_SAID = 400
"""Characters of a provider's words that are kept."""
MAX_WAIT = 24 * 3600 * 1_000_000
"""Microseconds for which a provider may put a part off."""


class Call(NamedTuple):
    """A row and the call that it stands for: ``None`` where there is nothing to do, or why it can't be made."""

    delivery: Delivery
    part: OutboundPart | DeliveryRefused | None


class Courier:
    """Sends for the channels of ``channels``, by name. ``link``: where a channel can't send files, what it says instead;
    without it they are only named. ``lease``: in place of ``LEASE``, ``timeout``: seconds for a call, in place of ``SEND_TIMEOUT``; set
    before the first is claimed."""

    def __init__(
        self, dispatcher: Dispatcher, channels: Mapping[str, Channel], *, clock: Callable[[], int],
        link: FileLink | None = None,
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._store = dispatcher.store
        self._channels = channels
        self._clock = clock
        self._link = link
        self.lease = LEASE
        self.timeout = SEND_TIMEOUT

    async def claimed(self, row: due.Due) -> None:
        """Works through one endpoint's queue until it is empty or must wait."""
        while True:
            call = await self._next(row)
            if call is None:
                return
            delivery = call.delivery
            channel = self._channels.get(delivery.channel)
            if call.part is None:
                passed = await self._set(row.business, delivery)
            elif channel is None:
                passed = await self._wait(row, delivery, after=60.0, fault=faults.NO_CHANNEL(channel=delivery.channel))
            elif delivery.status in ("sending", "uncertain") and delivery.attempts >= _calls(channel):
                passed = await self._dead(row, delivery, faults.UNCERTAIN())
            else:
                passed = await self._send(row, call, channel)
            if not passed:
                return

    async def _next(self, row: due.Due) -> Call | None:
        """The next part, marked ``sending`` before it leaves; ``None`` (and the row is gone) where nothing waits."""

        def unit(tx: Tx, now: int) -> Call | None:
            # First the lock, then the look: who writes a delivery meanwhile holds the row (see ``due.poke``).
            if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + self.lease):
                return None  # another node took the endpoint over
            delivery = deliveries.next_for(tx, row.subject)
            if delivery is None:
                due.finish(tx, row.kind, row.subject, fence=row.fence)
                return None
            deliveries.set_status(tx, delivery, "sending", now=now, attempts=delivery.attempts + 1)
            return Call(delivery, self._part(tx, delivery))

        return await self._store.write(row.business, unit, key=row.subject)

    def _part(self, tx: Tx, delivery: Delivery) -> OutboundPart | DeliveryRefused | None:
        channel = self._channels.get(delivery.channel)
        if channel is None:
            return DeliveryRefused(faults.NO_CHANNEL(channel=delivery.channel))
        try:
            return call_of(tx, delivery, channel.capabilities, link=self._link)
        except DeliveryRefused as refused:
            return refused

    async def _send(self, row: due.Due, call: Call, channel: Channel) -> bool:
        """One provider call; ``False`` where the endpoint must wait."""
        delivery, part = call
        try:
            if part is None or isinstance(part, DeliveryRefused):
                raise part or DeliveryRefused(faults.OTHER_PARTS())
            with step("deliver", business=row.business, channel=delivery.channel, part=delivery.part) as done:
                done.of(delivery.conversation, seq=delivery.seq, attempts=delivery.attempts + 1)
                async with asyncio.timeout(self.timeout):
                    with self._held(row):
                        sent = await channel.send(part)
        except RetryLater as error:
            said = error.said[:LONGEST_SAID]
            fault = faults.PUT_OFF(said=said) if said else faults.PUT_OFF_SILENTLY()
            return await self._wait(row, delivery, after=error.after, fault=fault)
        except ContactUnreachable:
            return await self._dead(row, delivery, faults.UNREACHABLE(), reason=UNREACHABLE)
        except DeliveryRefused as error:
            fault = error.fault or faults.REFUSED(said=_said(error))
            return await self._dead(row, delivery, fault, reason=str(error))
        except (TimeoutError, DeliveryUncertain):
            return await self._again(row, delivery, "uncertain", calls=_calls(channel), fault=faults.NO_ANSWER())
        except DeliveryError as error:
            return await self._again(
                row, delivery, "retry", calls=MAX_ATTEMPTS, fault=faults.NOT_REACHED(said=_said(error))
            )
        except Exception as error:
            log.exception("channel_failed", channel=delivery.channel)
            fault = faults.CHANNEL_FAILED(channel=delivery.channel, error=type(error).__name__)
            return await self._again(row, delivery, "uncertain", calls=_calls(channel), fault=fault)
        DELIVERIES.labels(delivery.channel, "sent").inc()
        return await self._set(row.business, delivery, part, sent)

    def _held(self, row: due.Due) -> AbstractContextManager[None]:
        return self._dispatcher.held(row.business, DELIVERY, row.subject, fence=row.fence, lease=self.lease)

    async def _again(
        self, row: due.Due, delivery: Delivery, status: Literal["retry", "uncertain"], *, calls: int, fault: Fault
    ) -> bool:
        """The same part once more, later and later, ``calls`` times in all; then it is dead."""
        attempts = delivery.attempts + 1
        if attempts >= calls:
            return await self._dead(row, delivery, fault)
        return await self._hold(
            row,
            delivery._replace(status=status, attempts=attempts),
            after=_backoff(delivery.attempts),
            error=fault.text,
        )

    async def _wait(self, row: due.Due, delivery: Delivery, *, after: float, fault: Fault) -> bool:
        """The provider put it off: that is no attempt, and goes on for ``MAX_WAIT`` at most; then it failed by ``fault``."""
        left = delivery.at + MAX_WAIT - self._clock()
        if left <= 0:
            return await self._dead(row, delivery, fault)
        return await self._hold(row, delivery._replace(status="retry"), after=min(after, left / 1e6), error=fault.text)

    async def _hold(self, row: due.Due, delivery: Delivery, *, after: float, error: str) -> bool:
        """This endpoint waits, with ``delivery`` as it is to be stored; others flow. Always ``False``.

        What another node has taken over by now is its own to tell: it may have sent the part long since.
        """

        def unit(tx: Tx, now: int) -> int:
            due_at = now + int(after * 1e6)
            if due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=0):
                deliveries.set_status(
                    tx, delivery, delivery.status, now=now, attempts=delivery.attempts, error=error[:500]
                )  # fmt: skip
            return due_at

        DELIVERIES.labels(delivery.channel, delivery.status).inc()
        self._dispatcher.due_at(await self._store.write(row.business, unit, key=row.subject))
        return False

    async def _dead(self, row: due.Due, delivery: Delivery, fault: Fault, *, reason: str = "") -> bool:
        """Given up, and told in the thread; the next may pass. Always ``True``."""
        DELIVERIES.labels(delivery.channel, "dead").inc()
        log.warning("delivery_dead", conversation=delivery.conversation, seq=delivery.seq, error=fault.text)
        unit = FailDelivery(delivery, fault, reason or fault.text, self._dispatcher.policy, row, self.lease)
        await self._dispatcher.commit(row.business, unit, key=delivery.conversation)
        return True

    async def _set(
        self, business: str, delivery: Delivery, part: OutboundPart | None = None, sent: Sent | None = None
    ) -> bool:  # fmt: skip
        """It was sent, or there was nothing to send. Always ``True``."""
        ids = sent.ids if sent is not None else ()

        def unit(tx: Tx, now: int) -> None:
            if part is not None:
                note_sent(tx, delivery, part, ids)
            deliveries.note_sent(tx, delivery, now=now, provider_id=ids[0] if ids else "")

        await self._store.write(business, unit, key=delivery.identity)
        return True


def _backoff(attempts: int) -> float:
    return float(min(MAX_BACKOFF, 2.0**attempts))


def _said(error: DeliveryError) -> str:
    """The provider's words, as far as they are kept."""
    return str(error)[:LONGEST_SAID]


def _calls(channel: Channel) -> int:
    """How often a part may leave of which nobody knows whether it arrived."""
    return MAX_ATTEMPTS if channel.capabilities.idempotent else MAX_UNCERTAIN
