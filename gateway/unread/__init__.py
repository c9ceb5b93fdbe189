"""Answers that their customer didn't read on the page go out another way: quoted in one letter, or told by a short message, with a
link back. Read from the log when it leaves, so that what was read, changed or erased meanwhile isn't in it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
import structlog

from gateway.dispatcher import Committed, Dispatcher
from gateway.dispatcher.policy import MINUTE
from gateway.dispatcher.setup import UNREAD, UnreadWays
from gateway.dispatcher.units import commit
from gateway.dispatcher.unread import unread_of
from gateway.errors import DeliveryRefused, DeliveryUncertain, RetryLater
from gateway.faults import Fault, delivery
from gateway.faults import webhooks as calls
from gateway.model import commands as c
from gateway.model.events import Entry
from gateway.model.state import Conversation
from gateway.model.unread import goes_out_at
from gateway.ports import Notifier
from gateway.store import directory, due, log, webhook_calls
from gateway.store.sql import Tx
from gateway.unread.letter import Words, letter_of, short_of
from gateway.unread.reaching import Reach, reach_of
from gateway.unread.sms import SMS, SMS_TEST, ShortMessage, Sms, sender_of
from gateway.unread.stopping import stop_path
from gateway.unread.way_back import WayBack, way_back
from gateway.vault import Vault
from gateway.webhooks.posting import PAUSES, Outcome

__all__ = ["SMS_TEST", "Sms", "Unread"]

logger = structlog.get_logger(__name__)

SECOND = 1_000_000
MAX_ATTEMPTS = 6
"""Of a letter. A letter twice is better than none, and six times is enough."""
LEASE = 90 * SECOND
LINK = "letters:link"


class _Job(msgspec.Struct, frozen=True):
    """``call``: the one that tells of it by a short message, "" before the first try."""

    call: str = ""


class Errand(NamedTuple):
    """What one try has to do. ``since``, ``upto``: of which answers it tells. ``short``: what goes out as a short message."""

    reach: Reach
    since: int
    upto: int
    name: str
    subject: str
    text: str
    stop: str
    call: str = ""
    tried: int = 0
    short: ShortMessage | None = None
    ways: UnreadWays = UnreadWays()
    secret: str = ""


class Result(NamedTuple):
    """What came of a try. ``fault``: why it is over without success; ``after``: seconds until the next one, ``None``: it is
    over."""

    fault: Fault | None = None
    after: float | None = None


class Unread:
    """The handler of due rows ``unread``. ``url``: where this node is reached."""

    def __init__(
        self, dispatcher: Dispatcher, notifier: Notifier, vault: Vault, sms: Sms, *, url: Callable[[], str]
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._notifier = notifier
        self._vault = vault
        self._sms = sms
        self._url = url

    async def claimed(self, row: due.Due) -> None:
        """One look, and one try where there is something to say."""
        look = Look(row, self._dispatcher, self._vault, self._url())
        found = await self._dispatcher.store.write(row.business, look, key=row.subject)
        if isinstance(found, int):
            self._dispatcher.due_at(found)
        if not isinstance(found, Errand):
            return
        result = await (self._mail(found, row.attempts) if found.short is None else self._call(row, found, found.short))
        await self._note(row, found, result)

    async def _mail(self, errand: Errand, attempts: int) -> Result:
        try:
            await self._notifier.send(
                errand.reach.to, subject=errand.subject, text=errand.text, name=errand.name, stop=errand.stop
            )
        except DeliveryRefused as error:
            return Result(delivery.MAIL_REFUSED(said=str(error)))
        except (RetryLater, DeliveryUncertain) as error:
            if attempts < MAX_ATTEMPTS:
                after = error.after if isinstance(error, RetryLater) else 60.0
                return Result(after=after * 2.0 ** (attempts - 1))
            uncertain = isinstance(error, DeliveryUncertain)
            return Result(delivery.MAIL_UNCERTAIN() if uncertain else delivery.MAIL_NOT_REACHED(said=str(error)))
        return Result()

    async def _call(self, row: due.Due, errand: Errand, message: ShortMessage) -> Result:
        outcome = await self._sms.post(message, call=errand.call, ways=errand.ways, secret=errand.secret)
        attempts = errand.tried + 1
        over = outcome.done or not outcome.again or attempts > len(PAUSES)
        await self._note_call(row, errand, outcome, attempts=attempts, over=over)
        if not over:
            return Result(after=max(PAUSES[attempts - 1], outcome.after))
        return Result(_for_thread(outcome.answer) if isinstance(outcome.answer, Fault) else None)

    async def _note_call(self, row: due.Due, errand: Errand, outcome: Outcome, *, attempts: int, over: bool) -> None:
        status: webhook_calls.CallStatus = "done" if outcome.done else "failed" if over else "waiting"

        def unit(tx: Tx, now: int) -> None:
            webhook_calls.set_status(tx, errand.call, status, attempts=attempts, answer=outcome.answer, now=now)

        await self._dispatcher.store.write(row.business, unit, key=row.subject)

    async def _note(self, row: due.Due, errand: Errand, result: Result) -> None:
        if result.after is not None:
            wait = int(result.after * SECOND)

            def later(tx: Tx, now: int) -> int:
                due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=now + wait, attempts=row.attempts)
                return now + wait

            self._dispatcher.due_at(await self._dispatcher.store.write(row.business, later, key=row.subject))
            return
        if result.fault is not None:
            logger.warning("unread_not_sent", conversation=row.subject, way=errand.reach.way, fault=result.fault.code)
        await self._dispatcher.commit(row.business, Told(row, errand, result.fault, self._dispatcher), key=row.subject)


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be done for a conversation's unread answers: an ``Errand``; the instant until which to wait; or ``None``, and the
    row is gone."""

    row: due.Due
    dispatcher: Dispatcher
    vault: Vault
    url: str

    def __call__(self, tx: Tx, now: int) -> Errand | int | None:
        row, policy = self.row, self.dispatcher.policy
        state = log.load(tx, row.subject)
        if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + LEASE):
            return None
        answers = unread_of(tx, state, policy) if state is not None else []
        after = policy.set_ups.of(tx, now).waiting.unread_after * MINUTE
        business = directory.read_business(tx, tx.business)
        reach = reach_of(tx, state, policy, now=now) if state is not None and answers and after else None
        if state is None or reach is None or business is None:
            self._settle(tx, now)
            return None
        due_at = goes_out_at(answers, after=after)
        if due_at > now:
            due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=due_at, attempts=0)
            return due_at
        return self._errand(tx, state, answers, reach=reach, business=business, now=now)

    def _settle(self, tx: Tx, now: int) -> None:
        """Nothing is to be said any more."""
        job = self._job
        if job.call and (call := webhook_calls.find(tx, job.call)) is not None and call.status == "waiting":
            webhook_calls.set_status(
                tx, call.id, "failed", attempts=call.attempts, answer=calls.NOT_NEEDED(), now=now
            )  # fmt: skip
        due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence)

    @property
    def _job(self) -> _Job:
        return msgspec.json.decode(self.row.payload, type=_Job)

    def _errand(
        self, tx: Tx, state: Conversation, answers: list[Entry], *, reach: Reach, business: directory.Business, now: int
    ) -> Errand:  # fmt: skip
        policy = self.dispatcher.policy
        words = Words(
            business.named(state.locale), state.locale, zoneinfo.ZoneInfo(business.timezone), policy.phrases
        )  # fmt: skip
        since, upto = answers[0].seq, answers[-1].seq
        back = way_back(
            tx, state, since=since, sign=lambda body: self.vault.sign(body, purpose=LINK),
            own=_origin_of(self.url), now=now,
        )  # fmt: skip
        if reach.way == "sms":
            return self._short(tx, state, answers, reach=reach, back=back, words=words, now=now)
        stop = self.url + stop_path(self.vault, tx.business, reach.to, locale=state.locale)
        text = letter_of(answers, back, stop=stop, words=words)
        return Errand(reach, since, upto, words.business, words.say("unread.subject"), text, stop)

    def _short(
        self, tx: Tx, state: Conversation, answers: list[Entry], *, reach: Reach, back: WayBack, words: Words, now: int
    ) -> Errand:  # fmt: skip
        since, upto = answers[0].seq, answers[-1].seq
        job = self._job
        call = webhook_calls.find(tx, job.call) if job.call else None
        name = call.id if call is not None else webhook_calls.add(
            tx, UNREAD, event=SMS, conversation=state.id, seq=upto, now=now
        )  # fmt: skip
        payload = msgspec.json.encode(_Job(call=name)).decode()
        due.carry(tx, self.row.kind, self.row.subject, fence=self.row.fence, payload=payload, until=now + LEASE)
        text = short_of(answers, back, words=words)
        ways, secret = sender_of(tx)
        short = ShortMessage(
            type=SMS, timestamp=now, business=tx.business, to=reach.to, text=text, link=back.url,
            conversation=state.id, seq=upto,
        )  # fmt: skip
        tried = call.attempts if call is not None else 0
        return Errand(reach, since, upto, words.business, "", text, "", name, tried, short, ways, secret)


@dataclass(frozen=True, slots=True)
class Told:
    """The thread hears what became of it. What was answered meanwhile waits for its own time."""

    row: due.Due
    errand: Errand
    fault: Fault | None
    dispatcher: Dispatcher

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        row, policy, errand = self.row, self.dispatcher.policy, self.errand
        state = log.load(tx, row.subject)
        if not due.finish(tx, row.kind, row.subject, fence=row.fence) or state is None:
            return None
        draft = log.Draft(state.id, state, now=now)
        draft.apply(
            c.ForwardAnswers(
                way=errand.reach.way, address=errand.reach.to, since=errand.since, upto=errand.upto, fault=self.fault
            )
        )  # fmt: skip
        committed = commit(tx, draft, policy)
        answers = unread_of(tx, committed.state, policy)
        after = policy.set_ups.of(tx, now).waiting.unread_after * MINUTE
        if answers and after:
            due.put(tx, row.kind, row.subject, due_at=goes_out_at(answers, after=after))
        return committed


def _for_thread(fault: Fault) -> Fault:
    """Operators read that it wasn't taken; why a call fails is for whoever set it up, beside the call."""
    answered = fault.code in (calls.STATUS.code, calls.ANSWERED.code)
    return delivery.SMS_ANSWERED(said=fault.text) if answered else delivery.SMS_NOT_TAKEN()


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
