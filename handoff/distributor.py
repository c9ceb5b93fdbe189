"""The distributor: makes the passes of routing, for whoever's due row ``route`` this node has claimed.

A pass ends the offers that ran out, reads the queues of all businesses that share operators, and makes the offers that
``routing.assign`` decides. Each offer is a unit of its own, behind the lock of the conversation and of the operator's slot,
so a pass that another node makes at the same moment gives nobody anything twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import structlog

from gateway.dispatcher import Committed, Dispatcher, Policy
from gateway.dispatcher.addressing import with_faces
from gateway.dispatcher.routing import QUEUE, ROUTE, presence_of
from gateway.dispatcher.units import commit
from gateway.model import commands as c
from gateway.model.events import Person
from gateway.model.rules import REACHES
from gateway.model.state import Status
from gateway.store import directory, due, log, presence, slots
from gateway.store.due import Due
from gateway.store.sql import Tx
from handoff import reading
from handoff.reading import Pending, Setting, Snapshot
from handoff.routing import SECOND, Offer, assign, next_change, passage_of, room_for

logger = structlog.get_logger(__name__)

LOOK_EVERY = 15 * SECOND
"""Microseconds between two passes while somebody waits, at most: a chat that came to rest leaves room, and says so to nobody."""
TRIES = 5
"""Looks of one pass: what a look saw may be over before it is acted on, and then its next instant is worth nothing."""
ANSWERED = 2 * SECOND
"""Microseconds in which other nodes say who is there."""


class Presences(Protocol):
    """Who is there, as the distributor asks it."""

    def is_live(self, account: str, businesses: Sequence[str]) -> bool: ...

    def knows(self, businesses: Iterable[str]) -> bool: ...

    def tell(self, account: str, chosen: presence.Chosen, memberships: Sequence[directory.Membership]) -> None: ...


class Distributor:
    """The handler of due rows ``route``."""

    def __init__(self, dispatcher: Dispatcher, presences: Presences) -> None:
        self._dispatcher = dispatcher
        self._presences = presences

    async def claimed(self, row: Due) -> None:
        """Makes a pass, and says when to look again."""
        again = await self.look(row.business)

        def unit(tx: Tx, now: int) -> None:
            if again is None:
                due.finish(tx, ROUTE, QUEUE, fence=row.fence)
            else:
                due.delay(tx, ROUTE, QUEUE, fence=row.fence, due_at=again, attempts=0)

        await self._dispatcher.store.write(row.business, unit, key=row.subject)
        if again is not None:
            self._dispatcher.due_at(again)

    async def look(self, business: str) -> int | None:
        """A pass over the queue of ``business`` and of those that share operators with it; when to look again, if anybody
        waits."""
        for _ in range(TRIES):
            found = await self._read(business)
            if not self._presences.knows(found.settings):
                return self._dispatcher.clock() + ANSWERED
            ended = [one for one in found.pending if one.expires_at <= self._dispatcher.clock()]
            for pending in ended:
                await self._expire(pending, found.settings[pending.business])
            if ended:
                continue
            now = self._dispatcher.clock()
            made = assign(found.queue, found.operators, {name: one.desk for name, one in found.settings.items()}, now)
            given = [offer for offer in made.offers if await self._give(offer, found)]
            if len(given) == len(made.offers):
                return _again(found, given, now)
        return self._dispatcher.clock() + SECOND

    async def _read(self, business: str) -> Snapshot:
        set_ups, live = self._dispatcher.policy.set_ups, self._presences.is_live

        def unit(tx: Tx, now: int) -> Snapshot:
            return reading.snapshot(tx, now, set_ups=set_ups, live=live)

        return await self._dispatcher.store.read(business, unit)

    async def _expire(self, pending: Pending, setting: Setting) -> None:
        unit = _Expire(pending, setting.rules.missed_limit, self._dispatcher.policy)
        done = await self._dispatcher.commit_all(pending.business, unit, key=pending.conversation)
        if done.away is not None:
            logger.info("set_away", account=pending.operator)
            self._presences.tell(pending.operator, done.away, done.memberships)

    async def _give(self, offer: Offer, found: Snapshot) -> bool:
        name = found.names.get((offer.business, offer.operator), "")
        unit = _Give(offer, Person(id=offer.operator, name=name), found.settings, self._dispatcher.policy)
        return await self._dispatcher.commit(offer.business, unit, key=offer.conversation) is not None


def _again(found: Snapshot, given: Sequence[Offer], now: int) -> int | None:
    """When the next pass is due: as time goes on for somebody, an offer runs out, or just to look."""
    desks = {name: one.desk for name, one in found.settings.items()}
    theirs = {offer.conversation for offer in given}
    waiting = [one for one in found.queue if one.id not in theirs]
    instants = [*found.opens_at, *(one.expires_at for one in found.pending)]
    instants += [
        now + found.settings[one.business].rules.offer_seconds * SECOND for one in given if one.mode == "offer"
    ]
    if waiting:
        change = next_change(waiting, desks, now)
        instants += [now + LOOK_EVERY, *([change] if change is not None else ())]
    return min(instants, default=None)


@dataclass(frozen=True, slots=True)
class _Give:
    """An offer, made; or a conversation given at once. Nothing where it is somebody's by now, or they can't any more."""

    offer: Offer
    operator: Person
    settings: Mapping[str, Setting]
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.offer.conversation)
        if state is None or state.status is not Status.QUEUED or state.offer is not None:
            return None
        slots.lock(tx, self.operator.id)
        if not self._fits(tx, channel=state.endpoint.channel, now=now):
            return None
        draft = log.Draft(state.id, state, now=now)
        expires_at = now + self.settings[self.offer.business].rules.offer_seconds * SECOND
        draft.apply(with_faces(tx, c.MakeOffer(operator=self.operator, expires_at=expires_at)))
        if self.offer.mode == "auto_accept":
            draft.apply(with_faces(tx, c.AcceptOffer(operator=self.operator)))
        return commit(tx, draft, self.policy)

    def _fits(self, tx: Tx, *, channel: str, now: int) -> bool:
        """Whether they still take it, and have the room, by what others have committed meanwhile."""
        load, offered = reading.load(tx, self.operator.id, self.settings)
        state = presence_of(tx, self.operator.id, now=now)
        room = room_for(self.settings[self.offer.business].desk, channel, load=load)
        return not offered and passage_of(channel) in REACHES[state] and room is not None


class _Expired(NamedTuple):
    """``away``: what was chosen for the operator who let it pass."""

    commits: tuple[Committed, ...] = ()
    away: presence.Chosen | None = None
    memberships: tuple[directory.Membership, ...] = ()


@dataclass(frozen=True, slots=True)
class _Expire:
    """An offer that ran out. Who lets too many pass isn't there, whatever they chose."""

    pending: Pending
    limit: int
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> _Expired:
        state = log.load(tx, self.pending.conversation)
        offer = state.offer if state is not None else None
        if state is None or offer is None or offer.operator.id != self.pending.operator or offer.expires_at > now:
            return _Expired()
        account = offer.operator.id
        missed = slots.lock(tx, account).missed + 1
        draft = log.Draft(state.id, state, now=now)
        draft.apply(c.EndOffer(operator=offer.operator, reason="expired"))
        commits = (commit(tx, draft, self.policy),)
        sent = bool(self.limit) and missed >= self.limit
        slots.note_missed(tx, account, 0 if sent else missed)
        if not sent:
            return _Expired(commits)
        away = presence.choose(tx, account, "away", now=now, reason=presence.MISSED)
        return _Expired(commits, away, tuple(directory.memberships(tx, account)))
