"""Timers of conversations: a snooze or the time after a talk that runs out, a silence that ends the bot's conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.dispatcher.policy import Policy
from gateway.dispatcher.routing import comes_back, look_again
from gateway.dispatcher.units import Committed, commit
from gateway.model import commands as c
from gateway.model.state import Status
from gateway.store import due, log
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


class Timers:
    """Handlers of the due kinds ``wake``, ``wrap_up`` and ``idle``."""

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
