"""The courier: sends what is pushed, in order and held per endpoint, and never says "sent" of what wasn't.

``queued → sending → sent | retry | uncertain | dead``. ``sending`` is committed before the bytes leave. A definite
refusal is dead, told in the thread, and lets the next pass; ``RetryLater`` holds this endpoint alone; a timeout after
the bytes left is uncertain and sent again, since a text twice is better than a text lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from gateway.dispatcher import Dispatcher
from gateway.errors import (
    ContactUnreachable,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    NotPossible,
    RetryLater,
)
from gateway.metrics import DELIVERIES
from gateway.model import commands as c
from gateway.model.events import Attachment, BotMessage, Button, Endpoint, OperatorMessage, SystemNotice, decode_event
from gateway.ports import Capabilities, Channel, OutboundPart
from gateway.store import deliveries, due
from gateway.store.deliveries import Delivery
from gateway.store.sql import Tx

log = structlog.get_logger(__name__)

SEND_TIMEOUT = 25.0
MAX_ATTEMPTS = 8
MAX_BACKOFF = 300.0


FileLink = Callable[[str, str, str], str]
"""The whole address of a file, for one reader: (business, file, identity)."""


class Courier:
    """Sends for the channels of ``channels``, by name. ``link``: where a channel can't send files, what it says instead;
    without it they are only named."""

    def __init__(
        self, dispatcher: Dispatcher, channels: Mapping[str, Channel], *, clock: Callable[[], int],
        link: FileLink | None = None,
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._store = dispatcher.store
        self._channels = channels
        self._clock = clock
        self._link = link

    async def claimed(self, row: due.Due) -> None:
        """Works through one endpoint's queue until it is empty or must wait."""
        while True:
            delivery = await self._next(row)
            if delivery is None:
                return
            channel = self._channels.get(delivery.channel)
            if channel is None:
                await self._hold(row, delivery, "retry", after=60.0, error="this node has no such channel")
                return
            if not await self._send(row, delivery, channel):
                return

    async def _next(self, row: due.Due) -> Delivery | None:
        """The next part, marked ``sending`` before it leaves; ``None`` (and the row is gone) where nothing waits."""

        def unit(tx: Tx, now: int) -> Delivery | None:
            # First the lock, then the look: who writes a delivery meanwhile holds the row (see ``due.poke``).
            if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + 60_000_000):
                return None  # another node took the endpoint over
            delivery = deliveries.next_for(tx, row.subject)
            if delivery is None:
                due.finish(tx, row.kind, row.subject, fence=row.fence)
            else:
                deliveries.set_status(tx, delivery, "sending", now=now, attempts=delivery.attempts + 1)
            return delivery

        return await self._store.write(row.business, unit, key=row.subject)

    async def _send(self, row: due.Due, delivery: Delivery, channel: Channel) -> bool:
        """One provider call; ``False`` where the endpoint must wait."""
        try:
            part = outbound(row.business, delivery, channel.capabilities, link=self._link)
            async with asyncio.timeout(SEND_TIMEOUT):
                provider_id = await channel.send(part)
        except RetryLater as error:
            return await self._hold(row, delivery, "retry", after=error.after, error=str(error))
        except DeliveryRefused as error:
            await self._dead(row.business, delivery, str(error), unreachable=isinstance(error, ContactUnreachable))
            return True
        except (TimeoutError, DeliveryUncertain) as error:
            return await self._uncertain(row, delivery, str(error) or "no answer in time")
        except DeliveryError as error:
            return await self._hold(row, delivery, "retry", after=_backoff(delivery.attempts), error=str(error))
        except Exception as error:
            log.exception("channel_failed", channel=delivery.channel)
            return await self._uncertain(row, delivery, type(error).__name__)
        DELIVERIES.labels(delivery.channel, "sent").inc()
        await self._set(row.business, delivery, "sent", provider_id=provider_id)
        return True

    async def _uncertain(self, row: due.Due, delivery: Delivery, error: str) -> bool:
        if delivery.attempts + 1 >= MAX_ATTEMPTS:
            await self._dead(row.business, delivery, error, unreachable=False)
            return True
        DELIVERIES.labels(delivery.channel, "uncertain").inc()
        return await self._hold(row, delivery, "retry", after=_backoff(delivery.attempts), error=f"uncertain: {error}")

    async def _hold(self, row: due.Due, delivery: Delivery, status: str, *, after: float, error: str) -> bool:
        """This endpoint waits; others flow. Always ``False``."""

        def unit(tx: Tx, now: int) -> int:
            deliveries.set_status(tx, delivery, status, now=now, attempts=delivery.attempts + 1, error=error[:500])
            due_at = now + int(after * 1e6)
            due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=0)
            return due_at

        DELIVERIES.labels(delivery.channel, "retry").inc()
        self._dispatcher.due_at(await self._store.write(row.business, unit, key=row.subject))
        return False

    async def _dead(self, business: str, delivery: Delivery, error: str, *, unreachable: bool) -> None:
        DELIVERIES.labels(delivery.channel, "dead").inc()
        log.warning("delivery_dead", conversation=delivery.conversation, seq=delivery.seq, error=error)
        await self._set(business, delivery, "dead", error=error)
        reason = "unreachable" if unreachable else error
        try:
            await self._dispatcher.submit(
                business, delivery.conversation, c.ReportFailure(seq=delivery.seq, part=delivery.part, reason=reason)
            )
        except NotPossible:
            log.info("delivery_failure_untold", conversation=delivery.conversation)

    async def _set(
        self, business: str, delivery: Delivery, status: str, *, provider_id: str = "", error: str = ""
    ) -> None:  # fmt: skip
        def unit(tx: Tx, now: int) -> None:
            deliveries.set_status(
                tx, delivery, status, now=now, attempts=delivery.attempts + 1, provider_id=provider_id,
                error=error[:500],
            )  # fmt: skip

        await self._store.write(business, unit, key=delivery.identity)


def _backoff(attempts: int) -> float:
    return float(min(MAX_BACKOFF, 2.0**attempts))


def outbound(
    business: str, delivery: Delivery, capabilities: Capabilities, *, link: FileLink | None = None
) -> OutboundPart:  # fmt: skip
    """The provider call of a delivery, degraded to what the channel can show."""
    event = decode_event(delivery.body)
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    text = ""
    if isinstance(event, BotMessage | SystemNotice):
        text, buttons = event.text, event.buttons
    elif isinstance(event, OperatorMessage):
        text, files = event.text, event.files
    if files and not capabilities.files:
        lines = [f"{f.name}: {link(business, f.id, delivery.identity)}" if link else f.name for f in files]
        text, files = "\n".join([text, *lines] if text else lines), ()
    if buttons and not capabilities.buttons:
        text = "\n".join([text, *(f"{number}. {button.title}" for number, button in enumerate(buttons, 1))])
        buttons = ()
    return OutboundPart(
        business=business,
        endpoint=Endpoint(inbox=delivery.inbox, identity=delivery.identity, channel=delivery.channel),
        address=delivery.address,
        key=f"{delivery.conversation}:{delivery.seq}:{delivery.part}",
        seq=delivery.seq,
        part=delivery.part,
        text=text[: capabilities.text_limit],
        buttons=buttons,
        files=files,
    )
