"""Web Push: calls people whose console is closed.

A due row ``alert`` is written with what calls (``dispatcher/alerting``). When it is due it becomes a row ``push`` for
each browser that it concerns; each of these is sent, and tried again, by itself. A row ``alert_again`` does the same
every half minute for as long as the conversation calls somebody, a few times. Who is called is judged at each of them.
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
AGAIN = "alert_again"
"""The kind of due rows that call once more; their subject is a conversation."""
SECOND = 1_000_000
EVERY = 30 * SECOND
"""Between a call and its repeat; and of all that waits a browser hears one repeat in each such while."""
TIMES = 10
"""How often a call is repeated: then five minutes are over, and whoever has the browser doesn't want to hear more."""
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


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """What a row ``alert_again`` is about. ``left``: how often it is to come after this. ``until``: of the first call,
    so that what a push service keeps is no longer worth anything by then, however often it was repeated."""

    left: int
    until: int


class Pushes:
    """The handlers of due rows ``alert``, ``alert_again`` and ``push``, and whoever wants to send one at once."""

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
            calls, until = Calls(tx, conversation, note=int(note or 0)), now + WORTH * SECOND
            called = [one for one in push_subscriptions.of_business(tx, now=now) if calls.concern(one.account)]
            if not calls.note and any(one.repeats for one in called):
                _call_again(tx, conversation, Repeat(left=TIMES - 1, until=until), now=now)
            for one in called:
                subject, payload = f"{one.session}:{row.subject}", _job(one, calls, until=until)
                due.reset(tx, PUSH, subject, due_at=now, payload=payload)
            push_subscriptions.note_told(tx, called, now=now)
            due.finish(tx, row.kind, row.subject, fence=row.fence)
            return len(called)

        if await self._store.write(row.business, unit, key=conversation):
            self._dispatcher.due_at(self._clock())

    async def again(self, row: due.Due) -> None:
        """Whom does it still concern? Once more for each of their browsers that wants it so."""
        conversation, repeat = row.subject, msgspec.json.decode(row.payload, type=Repeat)

        def unit(tx: Tx, now: int) -> int:
            if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + LEASE):
                return 0  # another node has it, or it calls anew meanwhile
            calls = Calls(tx, conversation, note=0)
            known = push_subscriptions.of_business(tx, now=now) if now < repeat.until else []
            called = [one for one in known if one.repeats and calls.concern(one.account)]
            told = [one for one in called if now - one.told_at >= EVERY]
            if called and repeat.left > 0:
                _call_again(tx, conversation, msgspec.structs.replace(repeat, left=repeat.left - 1), now=now)
            else:
                due.finish(tx, row.kind, row.subject, fence=row.fence)
            for one in told:
                # What waits for its next try stays where it is: the service asked for that pause, or is away.
                subject, payload = f"{one.session}:{conversation}", _job(one, calls, until=repeat.until)
                due.put(tx, PUSH, subject, due_at=now, payload=payload)
            push_subscriptions.note_told(tx, told, now=now)
            return len(told)

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


def _job(one: push_subscriptions.Subscription, calls: Calls, *, until: int) -> str:
    job = Job(session=one.session, conversation=calls.conversation, note=calls.note, until=until)
    return msgspec.json.encode(job).decode()


def _call_again(tx: Tx, conversation: str, repeat: Repeat, *, now: int) -> None:
    """Written before the pushes: whoever writes these for a conversation holds this row first."""
    due.reset(tx, AGAIN, conversation, due_at=now + EVERY, payload=msgspec.json.encode(repeat).decode())


def _message(notice: Notice, *, until: int, now: int) -> Message:
    return Message(msgspec.json.encode(notice), ttl=max(0, (until - now) // SECOND), about=notice.tag)
