"""Who is gone for good: their conversations go to somebody else, and their customers are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec
import structlog

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.absence import ABSENT
from gateway.errors import Refused
from gateway.model import commands as c
from gateway.model.events import Person
from gateway.store import carried, directory, due, push_subscriptions
from gateway.store.carried import Held
from gateway.store.due import Due
from gateway.store.sql import Tx
from handoff import reading
from handoff.routing import SECOND

logger = structlog.get_logger(__name__)

AGAIN = 5 * SECOND
"""Microseconds until the next look where nobody knows whether they are there."""
LOOK_EVERY = 30 * SECOND
"""Microseconds between looks at what somebody who is gone may keep for now."""


class Presences(Protocol):
    """Who is there, as an absence asks it."""

    def is_live(self, account: str, businesses: Sequence[str]) -> bool: ...

    def is_gone(self, account: str, businesses: Sequence[str]) -> bool: ...


class _Note(msgspec.Struct, frozen=True):
    """``since``: when their last console closed, as far as is known."""

    since: int = 0


class _Seen(NamedTuple):
    """``places``: where they work; none for programs, and for who has left. ``reached``: a browser of theirs is told while
    the console is closed."""

    name: str
    places: list[str]
    grace: int
    reached: bool
    held: list[Held]


class Absences:
    """The handler of due rows ``absent``.

    Nothing is taken before the grace time is over, and then only what a customer waits for, or what is left to wrap up:
    whoever waits for nothing is told nothing. Who is told while their console is closed has the grace time from the
    customer's message on.
    """

    def __init__(self, dispatcher: Dispatcher, presences: Presences) -> None:
        self._dispatcher = dispatcher
        self._presences = presences

    async def claimed(self, row: Due) -> None:
        """Looks whether they are gone for longer than the business lets them; if so, what they have is queued again."""
        seen = await self._dispatcher.store.read(row.business, lambda tx, now: _see(tx, row, now))
        again = self._again(row, seen)
        if again is None:
            again = await self._lose(row, seen)
        if again:
            await self._delay(row, again)
        else:
            await self._dispatcher.store.write(row.business, lambda tx, now: _over(tx, row), key=row.subject)

    def _again(self, row: Due, seen: _Seen) -> int | None:
        """When to look again; 0: there is nothing to look for; ``None``: they are gone."""
        now = self._dispatcher.clock()
        if not seen.held or not seen.places or self._presences.is_live(row.subject, seen.places):
            return 0
        since = msgspec.json.decode(row.payload, type=_Note).since
        if now < since + seen.grace:
            return since + seen.grace
        return None if self._presences.is_gone(row.subject, seen.places) else now + AGAIN

    async def _lose(self, row: Due, seen: _Seen) -> int:
        """Gives away what they can't keep; when to look at the rest, 0 where nothing is left."""
        now, again, person = self._dispatcher.clock(), 0, Person(id=row.subject, name=seen.name)
        for held in seen.held:
            if held.owned and held.talking and not _waits_too_long(held, seen, now):
                again = now + LOOK_EVERY
                continue
            command: c.AnyCommand = c.LoseOwner(operator=person, reason="lost")
            if not held.owned:
                command = c.EndOffer(operator=person, reason="withdrawn")
            try:
                await self._dispatcher.submit(row.business, held.conversation, command)
            except Refused:
                continue  # it is somebody else's by now
            logger.info("conversation_requeued", account=row.subject, conversation=held.conversation)
        return again

    async def _delay(self, row: Due, due_at: int) -> None:
        def unit(tx: Tx, now: int) -> None:
            due.delay(tx, ABSENT, row.subject, fence=row.fence, due_at=due_at, attempts=0)

        await self._dispatcher.store.write(row.business, unit, key=row.subject)
        self._dispatcher.due_at(due_at)


def _waits_too_long(held: Held, seen: _Seen, now: int) -> bool:
    if held.waiting_since is None:
        return False
    return not seen.reached or now >= held.waiting_since + seen.grace


def _see(tx: Tx, row: Due, now: int) -> _Seen:
    account = row.subject
    memberships = directory.memberships(tx, account)
    return _Seen(
        name=next((one.name for one in memberships if one.business == row.business), ""),
        places=[one.business for one in memberships],
        grace=reading.read_rules(tx).grace_seconds * SECOND,
        reached=push_subscriptions.others(tx, account, session="", now=now) > 0,
        held=carried.held(tx, account),
    )


def _over(tx: Tx, row: Due) -> None:
    due.finish(tx, ABSENT, row.subject, fence=row.fence)
