"""What of their other businesses calls an operator whose console shows one of them.

A console is told, for each of the others, all that wants its operator now: what is offered to them, who asks them to join,
which of their own customers wait, whom they may pick from a queue. It replaces what was told of that business before, so a
lost word mends itself with the next one; each business is looked at anew every minute, too. Every look is a unit that is
scoped by the business and asks first whether they still work there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from gateway.dispatcher.following import Sink
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.setup import SetUps
from gateway.dispatcher.units import Committed
from gateway.errors import Refused
from gateway.http.access import set_up_topic
from gateway.model.alerts import ANSWER
from gateway.model.state import Conversation, Status
from gateway.ports import Signal
from gateway.store import directory, lists, log
from gateway.store.lists import Row
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

GATHER = 0.1
"""Seconds for which changes of a business are gathered."""
LOOK_EVERY = 60.0
"""Seconds between looks at every business whose people sit at others: what tells of a change may be lost."""
LARGEST = 200
"""Businesses beside the open one that a console is told of, at most."""
MOST = 30
"""Rows of each sort that are told of a business."""
MOST_QUEUED = 10
"""Rows of its queue, the longest wait first; of more only their number is told."""
COUNTED = 100
"""Conversations of a queue that are counted."""

_encoder = msgspec.json.Encoder()


class OtherBusiness(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    color: str


class ElsewhereFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="elsewhere"):
    """All that calls them at ``business``. ``waiting``: how many of their own customers wait for an answer; ``queued``: how
    many people wait whom they may take themselves, counted up to ``COUNTED``."""

    business: OtherBusiness
    rows: tuple[Row, ...]
    waiting: int
    queued: int


class Queue(NamedTuple):
    """Who waits at a business where people pick for themselves."""

    rows: tuple[Row, ...] = ()
    number: int = 0


class Own(NamedTuple):
    """What one operator has to do with a business: offered to them, where they are asked to join, their own."""

    offered: Sequence[Row] = ()
    invited: Sequence[Row] = ()
    own: Sequence[Row] = ()


def composed(business: OtherBusiness, own: Own, queue: Queue) -> ElsewhereFrame:
    """What is told, the most pressing first: the offer that ends first, then who asks, then who waits longest."""
    offered = sorted(own.offered, key=lambda row: row.offer.expires_at if row.offer else 0)
    waiting = [row for row in own.own if row.waiting_since is not None and row.unread]
    found = {row.conversation: row for row in (*offered, *own.invited[:MOST], *waiting[:MOST], *queue.rows)}
    return ElsewhereFrame(business=business, rows=tuple(found.values()), waiting=len(waiting), queued=queue.number)


def concerns(state: Conversation, account: str) -> bool:
    """Whether a change of the conversation may be news for somebody who sits elsewhere."""
    if state.status is Status.QUEUED:
        return True
    owner = state.owner is not None and state.owner.id == account
    return owner or any(one.id == account for one in state.rung)


@dataclass(eq=False, slots=True)
class Onlooker:
    """A console as its operator's other businesses know it. ``told``: the last word of each."""

    sink: Sink
    account: str
    locale: str
    businesses: tuple[str, ...]
    told: dict[str, bytes] = field(default_factory=dict)
    shown: dict[str, frozenset[str]] = field(default_factory=dict)


class _Feed:
    """One business on this node, as consoles of others watch it."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self.onlookers: set[Onlooker] = set()
        self.changed: dict[str, Conversation | None] = {}
        self.everybody = False
        self.scheduled = False
        self.sending = asyncio.Lock()
        self.stop = stop


class _Seen(NamedTuple):
    onlooker: Onlooker
    frame: ElsewhereFrame


class Elsewhere:
    """All businesses that consoles of this node are told of beside the one they show."""

    def __init__(self, store: Store, hub: Hub, set_ups: SetUps) -> None:
        self._store = store
        self._hub = hub
        self._set_ups = set_ups
        self._feeds: dict[str, _Feed] = {}
        self._tasks = TaskSet("elsewhere")
        hub.watch_rows(self._changed)

    def start(self) -> None:
        self._tasks.start(self._keep_looking(), name="look")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    async def watch(self, onlooker: Onlooker) -> None:
        """Tells how it stands at each of its businesses, and from then on what changes."""
        for business in onlooker.businesses[:LARGEST]:
            feed = self._feeds.get(business)
            if feed is None:
                stop = self._hub.watch_signals(set_up_topic(business), self._set_up)
                feed = self._feeds[business] = _Feed(stop)
            feed.onlookers.add(onlooker)
        for business in onlooker.businesses[:LARGEST]:
            feed = self._feeds[business]
            async with feed.sending:
                self._tell(business, await self._read(business, [onlooker]))

    def unwatch(self, onlooker: Onlooker) -> None:
        for business in onlooker.businesses:
            feed = self._feeds.get(business)
            if feed is None:
                continue
            feed.onlookers.discard(onlooker)
            if not feed.onlookers:
                feed.stop()
                del self._feeds[business]

    def read(self, business: str, conversation: str) -> None:
        """People have read on."""
        self._changed(business, conversation, None)

    async def look(self) -> None:
        """Looks at every business anew."""
        for business, feed in list(self._feeds.items()):
            feed.everybody = True
            await self._send(business, feed)

    # --- what changed ---

    def _changed(self, business: str, conversation: str, committed: Committed | None) -> None:
        feed = self._feeds.get(business)
        if feed is not None:
            feed.changed[conversation] = committed.state if committed is not None else None
            self._schedule(business, feed)

    def _set_up(self, signal: Signal) -> None:
        feed = self._feeds.get(signal.business)
        if feed is not None:
            self._set_ups.forget(signal.business)
            feed.everybody = True
            self._schedule(signal.business, feed)

    def _schedule(self, business: str, feed: _Feed) -> None:
        if not feed.scheduled:
            feed.scheduled = True
            asyncio.get_running_loop().call_later(GATHER, self._flush, business, feed)

    def _flush(self, business: str, feed: _Feed) -> None:
        self._tasks.start(self._send(business, feed), name="flush")

    async def _send(self, business: str, feed: _Feed) -> None:
        async with feed.sending:  # what was read earlier is not told later
            changed, feed.changed = feed.changed, {}
            everybody, feed.everybody, feed.scheduled = feed.everybody, False, False
            onlookers = list(feed.onlookers)
            if onlookers:
                self._tell(business, await self._read(business, onlookers, None if everybody else changed))

    # --- what is told ---

    async def _read(
        self, business: str, onlookers: Sequence[Onlooker], changed: Mapping[str, Conversation | None] | None = None
    ) -> list[_Seen]:
        """What those are told whom a change may concern; everybody, where it isn't known what changed."""
        shown = {one: one.shown.get(business, frozenset()) for one in onlookers}

        def unit(tx: Tx, now: int) -> list[_Seen]:
            concerned = onlookers if changed is None else _concerned(tx, changed, shown)
            return [*self._look_up(tx, concerned, now)] if concerned else []

        return await self._store.read(business, unit)

    def _look_up(self, tx: Tx, onlookers: Sequence[Onlooker], now: int) -> Iterable[_Seen]:
        found = directory.read_business(tx, tx.business)
        queue = _queue(tx, self._set_ups, now)
        for one in onlookers:
            member = directory.membership(tx, one.account)
            name = found.named(one.locale) if found is not None else ""
            face = OtherBusiness(id=tx.business, name=name, color=found.color if found is not None else "")
            if member is None or member.role not in ANSWER:
                yield _Seen(one, composed(face, Own(), Queue()))
            else:
                yield _Seen(one, composed(face, _own(tx, one.account), queue))

    def _tell(self, business: str, seen: Iterable[_Seen]) -> None:
        for onlooker, frame in seen:
            body = _encoder.encode(frame)
            if onlooker.told.get(business) != body:
                onlooker.told[business] = body
                onlooker.shown[business] = frozenset(row.conversation for row in frame.rows)
                onlooker.sink.send(body)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except Refused:
                continue  # the database is away: the next look has it


def _concerned(
    tx: Tx, changed: Mapping[str, Conversation | None], shown: Mapping[Onlooker, frozenset[str]]
) -> list[Onlooker]:  # fmt: skip
    found = [state if state is not None else log.peek(tx, name) for name, state in changed.items()]
    states = [state for state in found if state is not None]
    return [
        one
        for one, rows in shown.items()
        if not rows.isdisjoint(changed) or any(concerns(state, one.account) for state in states)
    ]


def _own(tx: Tx, account: str) -> Own:
    return Own(
        offered=lists.read_offered(tx, account, limit=MOST),
        invited=[
            row for row in lists.read_invited(tx, account) if row.status is Status.OPEN and account in row.invited
        ],
        own=lists.read_rows(tx, "mine", operator=account, limit=COUNTED),
    )


def _queue(tx: Tx, set_ups: SetUps, now: int) -> Queue:
    known = set_ups.of(tx, now)
    rows = [
        row
        for row in lists.read_rows(tx, "unassigned", operator="", limit=COUNTED)
        if row.offer is None and known.is_picked(row.team)
    ]
    return Queue(tuple(rows[:MOST_QUEUED]), len(rows))
