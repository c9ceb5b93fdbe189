"""Web Push: calls people whose console is closed.

A due row ``alert`` is written with what calls (``dispatcher/alerting``). When it is due it becomes a row ``push`` for
each browser that it concerns; each of these is sent, and tried again, by itself. Who is called is judged at both.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import structlog

from gateway.dispatcher import Dispatcher
from gateway.errors import ContactUnreachable, DeliveryRefused, RetryLater
from gateway.store import due, push_subscriptions
from gateway.store.sql import Tx
from gateway.vault import SecretUnreadable, Vault
from gateway.webpush.address import Address, unseal
from gateway.webpush.calls import Calls, Notice
from gateway.webpush.service import Message, PushService
from gateway.webpush.words import say

logger = structlog.get_logger(__name__)

PUSH = "push"
"""The kind of due rows; their subject is ``session:tag``: a later call about the same takes an earlier one's place."""
SECOND = 1_000_000
LEASE = 60 * SECOND
PAUSES = (5, 30, 120, 600)
"""Seconds after each try that failed; after the last of them it is given up."""
WORTH = 3600
"""Seconds after which nobody wants to hear of it any more."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a row ``push`` is about. ``note``: the ``seq`` of the note that names somebody, or 0."""

    session: str
    conversation: str
    note: int
    until: int


class Pushes:
    """The handlers of due rows ``alert`` and ``push``, and whoever wants to send one at once."""

    def __init__(
        self, dispatcher: Dispatcher, vault: Vault, service: PushService, *, clock: Callable[[], int]
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._store = dispatcher.store
        self._vault = vault
        self._service = service
        self._clock = clock

    async def alert(self, row: due.Due) -> None:
        """Whom does it concern by now? A row for each of their browsers."""
        conversation, _, note = row.subject.partition(":")

        def unit(tx: Tx, now: int) -> int:
            if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + LEASE):
                return 0  # another node has it
            if now >= row.due_at + WORTH * SECOND:  # nobody could do it for so long that nobody cares any more
                due.finish(tx, row.kind, row.subject, fence=row.fence)
                return 0
            calls, written = Calls(tx, conversation, note=int(note or 0)), 0
            for one in push_subscriptions.of_business(tx, now=now):
                if calls.concern(one.account):
                    job = Job(
                        session=one.session, conversation=conversation, note=calls.note, until=now + WORTH * SECOND
                    )
                    payload = msgspec.json.encode(job).decode()
                    due.reset(tx, PUSH, f"{one.session}:{row.subject}", due_at=now, payload=payload)
                    written += 1
            due.finish(tx, row.kind, row.subject, fence=row.fence)
            return written

        if await self._store.write(row.business, unit, key=conversation):
            self._dispatcher.due_at(self._clock())

    async def claimed(self, row: due.Due) -> None:
        """One try of one push."""
        job = msgspec.json.decode(row.payload, type=Job)
        found = await self._look(row, job)
        if found is None:
            return
        address, notice = found
        try:
            await self._service.send(address, _message(notice, until=job.until, now=self._clock()))
        except ContactUnreachable:
            await self._forget(job.session, address)
            await self._finish(row)
        except RetryLater as error:
            await self._later(row, job, error)
        except DeliveryRefused as error:
            logger.warning("push_refused", error=str(error))
            await self._finish(row)
        else:
            await self._finish(row)

    async def send_test(self, subscription: push_subscriptions.Subscription) -> None:
        """One to this browser, at once. Raises what ``PushService.send`` raises; whoever is gone is forgotten."""
        notice = Notice(
            kind="test", account=subscription.account, tag="test", title=say("test.title", subscription.locale),
            body=say("test.body", subscription.locale),
        )  # fmt: skip
        address = unseal(self._vault, subscription.session, subscription.sealed)
        now = self._clock()
        try:
            await self._service.send(address, _message(notice, until=now + 60 * SECOND, now=now))
        except ContactUnreachable:
            await self._forget(subscription.session, address)
            raise

    async def _forget(self, session: str, address: Address) -> None:
        """The push service knows this browser no more."""
        endpoint = address.digest
        await self._store.write("", lambda tx, now: push_subscriptions.forget(tx, session, endpoint=endpoint))

    async def _look(self, row: due.Due, job: Job) -> tuple[Address, Notice] | None:
        """Where to and what; ``None`` (and the row is gone) where nobody is called any more."""

        def unit(tx: Tx, now: int) -> tuple[Address, Notice] | None:
            if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + LEASE):
                return None
            one = push_subscriptions.find(tx, job.session, now=now) if now < job.until else None
            notice = Calls(tx, job.conversation, note=job.note).notice(one.account, one.locale) if one else None
            if one is None or notice is None:
                due.finish(tx, row.kind, row.subject, fence=row.fence)
                return None
            try:
                return unseal(self._vault, one.session, one.sealed), notice
            except SecretUnreadable:
                push_subscriptions.remove(tx, one.session)
                due.finish(tx, row.kind, row.subject, fence=row.fence)
                return None

        return await self._store.write(row.business, unit, key=row.subject)

    async def _later(self, row: due.Due, job: Job, error: RetryLater) -> None:
        def unit(tx: Tx, now: int) -> int | None:
            over = row.attempts > len(PAUSES)
            due_at = now if over else now + int(max(PAUSES[row.attempts - 1], error.after) * SECOND)
            if over or due_at >= job.until:
                due.finish(tx, row.kind, row.subject, fence=row.fence)
                return None
            due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=row.attempts)
            return due_at

        due_at = await self._store.write(row.business, unit, key=row.subject)
        if due_at is None:
            logger.warning("push_given_up", attempts=row.attempts, error=str(error))
        else:
            self._dispatcher.due_at(due_at)

    async def _finish(self, row: due.Due) -> None:
        def unit(tx: Tx, now: int) -> bool:
            return due.finish(tx, row.kind, row.subject, fence=row.fence)

        await self._store.write(row.business, unit, key=row.subject)


def _message(notice: Notice, *, until: int, now: int) -> Message:
    return Message(msgspec.json.encode(notice), ttl=max(0, (until - now) // SECOND), about=notice.tag)
