"""Timers of conversations: a snooze or the time after a talk that runs out, a wait that gets long, a silence that ends what goes
on no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from gateway.dispatcher.consulting import Rung
from gateway.dispatcher.legs import Whose
from gateway.dispatcher.policy import MINUTE, SECOND, Policy
from gateway.dispatcher.routing import comes_back, look_again
from gateway.dispatcher.units import Committed, circumstances_of, commit
from gateway.dispatcher.waiting import PATIENCE, Waiter
from gateway.model import commands as c
from gateway.model.fold import SILENT
from gateway.model.rules import WaitingRules
from gateway.model.state import Conversation, Status
from gateway.store import due, lists, log
from gateway.store.sql import Tx

if TYPE_CHECKING:
    from gateway.dispatcher import Dispatcher


@dataclass(frozen=True, slots=True)
class _Wake:
    row: due.Due
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.row.subject)
        if not due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence):
            return None
        if state is None or state.status is not Status.SNOOZED:
            return None
        draft = log.Draft(state.id, state, now=now)
        draft.apply(c.Wake(), comes_back(tx, state, self.policy))
        return commit(tx, draft, self.policy)


@dataclass(frozen=True, slots=True)
class _WrapUp:
    """The owner's time after a talk is over, and they can be offered more, whether they have ended it or must yet."""

    row: due.Due
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.row.subject)
        if not due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence):
            return None
        if state is None or state.owner is None or state.wrap_up is None:
            return None
        draft = log.Draft(state.id, state, now=now)
        draft.apply(c.EndWrapUp())
        if not draft.entries:
            look_again(tx, state.owner.id, now=now)
            return None
        return commit(tx, draft, self.policy)


@dataclass(frozen=True, slots=True)
class _Idle:
    """The bot's conversation ends after a long silence; with people it is theirs to end."""

    row: due.Due
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.row.subject)
        if state is None or state.status is Status.RESOLVED:
            due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence)
            return None
        silent_at = state.updated_at + self.policy.idle_after
        if state.status is not Status.PENDING or state.unanswered or silent_at > now:
            due_at = max(silent_at, now + self.policy.idle_after // 24)
            due.delay(tx, self.row.kind, self.row.subject, fence=self.row.fence, due_at=due_at, attempts=0)
            return None
        due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence)
        draft = log.Draft(state.id, state, now=now)
        draft.apply(c.Close(ending="answered", reason="silent"))
        return commit(tx, draft, self.policy)


class _Offered(msgspec.Struct, frozen=True):
    """The ``seq`` of the notice that offered a callback; 0: none yet."""

    seq: int = 0


@dataclass(frozen=True, slots=True)
class _Patience:
    """Somebody waits in the queue for long: they are offered a callback, and called back unasked where they went away before
    they read that."""

    row: due.Due
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.row.subject)
        if state is None or state.status is not Status.QUEUED:
            self._finish(tx)
            return None
        if state.offer is not None:  # somebody may be with them in a moment
            self._again(tx, now + 15 * SECOND)
            return None
        draft = log.Draft(state.id, state, now=now)
        waiter = Waiter(tx, draft, self.policy)
        offered = msgspec.json.decode(self.row.payload, type=_Offered).seq
        if not offered:
            self._watch(tx, waiter, waiter.offer_callback())
        elif lists.marks(tx, state.id).get("customer", 0) >= offered or not waiter.miss():
            self._again(
                tx, now + waiter.rules.missed_after * SECOND
            )  # they were here after it, or nothing reaches them
        return commit(tx, draft, self.policy)

    def _watch(self, tx: Tx, waiter: Waiter, seq: int) -> None:
        """Whether they read the offer is looked at where that is known: on a page."""
        self._finish(tx)
        after = waiter.rules.missed_after
        if after and waiter.state.endpoint.channel not in self.policy.pushed:
            due_at = waiter.draft.now + after * SECOND
            payload = msgspec.json.encode(_Offered(seq=seq)).decode()
            due.put(tx, PATIENCE, self.row.subject, due_at=due_at, payload=payload)

    def _again(self, tx: Tx, due_at: int) -> None:
        due.delay(tx, self.row.kind, self.row.subject, fence=self.row.fence, due_at=due_at, attempts=0)

    def _finish(self, tx: Tx) -> None:
        due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence)


@dataclass(frozen=True, slots=True)
class _Silence:
    """A customer whom people answered says nothing any more: reminded once, then the conversation ends."""

    row: due.Due
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.row.subject)
        rules = self.policy.set_ups.of(tx, now).waiting
        if state is None or state.status is not Status.OPEN or not (rules.remind_after or rules.close_after):
            due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence)
            return None
        due_at, over = self._next(state, rules, now)
        if due_at > now:
            self._look_at(tx, due_at)
            return None
        draft = log.Draft(state.id, state, now=now)
        say = self.policy.phrases.say
        if over:
            due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence)
            draft.apply(c.Notify(notice="closed_silent", text=say("closed_silent", state.locale)))
            draft.apply(c.Close(ending="answered", reason="silent"))
        else:
            draft.apply(c.Notify(notice=SILENT, text=say("silent", state.locale)))
            self._look_at(tx, now + (rules.close_after or rules.remind_after) * MINUTE)
        return commit(tx, draft, self.policy)

    def _look_at(self, tx: Tx, due_at: int) -> None:
        due.delay(tx, self.row.kind, self.row.subject, fence=self.row.fence, due_at=due_at, attempts=0)

    def _next(self, state: Conversation, rules: WaitingRules, now: int) -> tuple[int, bool]:
        """When something is to be done, and whether that is the end. Nothing, while it is us who are waited for."""
        said = state.preview
        if state.waiting_since is not None or said is None or said.author != "operator":
            return now + (rules.remind_after or rules.close_after) * MINUTE, False
        if not rules.remind_after:
            return said.at + rules.close_after * MINUTE, True
        if not state.reminded_at:
            return said.at + rules.remind_after * MINUTE, False
        if not rules.close_after:
            return now + rules.remind_after * MINUTE, False
        return state.reminded_at + rules.close_after * MINUTE, True


@dataclass(frozen=True, slots=True)
class _LoseLeg:
    """The node that had a call's sound is gone, and the call with it."""

    row: due.Due
    conversation: str
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        if not due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence):
            return None  # it has given a sign of life just now
        state = log.load(tx, self.conversation)
        if state is None or state.leg(self.row.subject) is None:
            return None
        draft = log.Draft(state.id, state, now=now)
        end = c.EndCall(leg=self.row.subject, why="lost")
        draft.apply(end, circumstances_of(tx, state, end, self.policy, now=now))
        return commit(tx, draft, self.policy)


@dataclass(frozen=True, slots=True)
class _EndRing:
    """Nobody came who was asked about a caller."""

    row: due.Due
    conversation: str
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.conversation)
        if not due.finish(tx, self.row.kind, self.row.subject, fence=self.row.fence) or state is None:
            return None
        draft = log.Draft(state.id, state, now=now)
        draft.apply(c.EndConsult(leg=self.row.subject))
        return commit(tx, draft, self.policy) if draft.entries else None


class Timers:
    """Handlers of the due kinds ``wake``, ``wrap_up``, ``idle``, ``patience``, ``silence``, ``leg`` and ``consult``."""

    def __init__(self, dispatcher: Dispatcher, policy: Policy) -> None:
        self._dispatcher = dispatcher
        self._policy = policy

    async def wake(self, row: due.Due) -> None:
        await self._dispatcher.commit(row.business, _Wake(row, self._policy), key=row.subject)

    async def wrap_up(self, row: due.Due) -> None:
        await self._dispatcher.commit(row.business, _WrapUp(row, self._policy), key=row.subject)
        self._dispatcher.due_at(self._dispatcher.clock())

    async def idle(self, row: due.Due) -> None:
        await self._dispatcher.commit(row.business, _Idle(row, self._policy), key=row.subject)

    async def patience(self, row: due.Due) -> None:
        await self._dispatcher.commit(row.business, _Patience(row, self._policy), key=row.subject)

    async def silence(self, row: due.Due) -> None:
        await self._dispatcher.commit(row.business, _Silence(row, self._policy), key=row.subject)

    async def leg(self, row: due.Due) -> None:
        conversation = msgspec.json.decode(row.payload, type=Whose).conversation
        unit = _LoseLeg(row, conversation, self._policy)
        await self._dispatcher.commit(row.business, unit, key=conversation)

    async def consult(self, row: due.Due) -> None:
        conversation = msgspec.json.decode(row.payload, type=Rung).conversation
        await self._dispatcher.commit(row.business, _EndRing(row, conversation, self._policy), key=conversation)
