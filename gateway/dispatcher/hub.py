"""The hub: who follows which log on this node, and what they are sent.

A follower misses nothing: it subscribes first, then reads, and drops what it got twice. A gap (another node wrote, a
hint was lost) is read once per node, whoever follows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

import msgspec
import structlog

from gateway.cluster.bus import Bus
from gateway.dispatcher.following import (
    NO_NEWS,
    FollowersSink,
    Frame,
    News,
    Subscription,
    Topic,
    caught_up_frame,
    decode_news,
    encode_news,
    resync_frame,
)
from gateway.dispatcher.tails import Tail, read_tail
from gateway.dispatcher.units import Committed
from gateway.metrics import GAPS
from gateway.model.events import Entry
from gateway.model.visible import Audience
from gateway.ports import Hint, Signal
from gateway.store import log as stored_log
from gateway.store.contacts import Address
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

HEADS_EVERY = 15.0
HEADS_IN_DOUBT = 1.0
DOUBT_NOTED = 0.25
"""Seconds between two questions whether hints are in doubt: fewer than the bus takes to be sure again."""
PAGE = 200


class RowsListener(Protocol):
    """Is told that a conversation's list row changed (a console)."""

    def __call__(self, business: str, conversation: str, committed: Committed | None) -> None: ...


class Joined(Protocol):
    """What a unit did that brought identities into one conversation."""

    @property
    def commits(self) -> tuple[Committed, ...]: ...

    @property
    def moved(self) -> tuple[Address, ...]: ...


def identity_topic(inbox: str, address: str) -> str:
    """Where the sockets of an identity are told which conversation is theirs."""
    return f"identity:{inbox}:{address}"


class Hub:
    """All followers of a node."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._topics: dict[str, Topic] = {}
        self._rows: set[RowsListener] = set()
        self._erasures: set[Callable[[str, str], None]] = set()
        self._signals: dict[str, list[Callable[[Signal], None]]] = {}
        self._own_signals: list[Callable[[Signal], None]] = []
        self._tasks = TaskSet("hub")

    def start(self) -> None:
        self._tasks.start(self._watch_heads(), name="heads")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    # --- what happened ---

    def committed(self, committed: Committed) -> None:
        """A local commit: its followers here and the other nodes are told."""
        state, news = committed.state, News(committed.entries, committed.bodies)
        others = encode_news(news) if self._bus.reaches else NO_NEWS
        self._bus.publish(Hint(business=committed.business, conversation=state.id, seq=state.seq, news=others))
        topic = self._topics.get(state.id)
        if topic is not None:
            self._advance(topic, news)
        for listener in self._rows:
            listener(committed.business, state.id, committed)

    def heard(self, message: Hint | Signal) -> None:
        """Another node told something."""
        if isinstance(message, Signal):
            self._signal_here(message)
            return
        topic = self._topics.get(message.conversation)
        if message.anew:
            self._read_anew(message.conversation)
        elif topic is not None:
            news = _news_of(message)
            if news is not None:
                self._advance(topic, news)
            else:
                self._reached(topic, message.seq)
        for listener in self._rows:
            listener(message.business, message.conversation, None)

    def touch(self, business: str, conversation: str) -> None:
        """What stands beside a log has changed (whose it is): its row is read anew, here and on other nodes."""
        self._bus.publish(Hint(business=business, conversation=conversation, seq=0))
        for listener in self._rows:
            listener(business, conversation, None)

    def erased(self, business: str, conversation: str) -> None:
        """What a log held was erased: its followers forget it and read it anew, here and on other nodes."""
        self._bus.publish(Hint(business=business, conversation=conversation, seq=0, anew=True))
        self._read_anew(conversation)
        for listener in self._rows:
            listener(business, conversation, None)
        for told in self._erasures:
            told(business, conversation)

    def moved(self, business: str, identities: Iterable[Address]) -> None:
        """Tells the sockets of identities which conversation is theirs now ("" for none)."""
        for one in identities:
            topic = identity_topic(one.inbox, one.address)
            body: dict[str, str | int | bool] = {"conversation": one.conversation}
            self.signal(Signal(business=business, conversation=topic, kind="presence", who="customer", body=body))

    def joined(self, business: str, done: Joined) -> None:
        """Two contacts became one: their rows may show another name, and sockets another conversation."""
        for committed in done.commits:
            self.touch(business, committed.state.id)
        self.moved(business, done.moved)

    def signal(self, signal: Signal) -> None:
        """Tells what is live, here and on other nodes; it may be lost."""
        self._bus.publish(signal)
        for told in self._own_signals:
            told(signal)
        self._signal_here(signal)

    def signal_here(self, signal: Signal) -> None:
        """As ``signal``, for what every node finds out by itself."""
        self._signal_here(signal)

    @property
    def doubtful(self) -> bool:
        """Whether what other nodes say probably doesn't reach this one."""
        return self._bus.doubtful

    @property
    def has_peers(self) -> bool:
        """Whether there may be other nodes that can be asked."""
        return self._bus.reaches

    def is_watched(self, conversation: str) -> bool:
        """Whether anybody on this node listens to a conversation's signals."""
        return conversation in self._signals

    def _signal_here(self, signal: Signal) -> None:
        for listener in self._signals.get(signal.conversation, ()):
            listener(signal)

    # --- who follows ---

    async def follow(
        self, business: str, conversation: str, *, audience: Audience, sink: FollowersSink, last: tuple[int, str] = (0, ""),
        tail: int = 0,
    ) -> Subscription:  # fmt: skip
        """Sends everything behind ``last`` (seq, event id) and from then on what comes.

        A ``last`` that isn't in this log (a restored backup, another conversation) gets a resync and the whole log.
        Whoever is more than ``tail`` entries behind gets that many and the state instead; 0: never.
        """
        topic = self._topics.get(conversation)
        if topic is None:
            topic = self._topics[conversation] = Topic(business, conversation)
        subscription = Subscription(sink, audience)
        topic.subscriptions.add(subscription)
        try:
            await self._replay(topic, subscription, last, tail=tail)
        except BaseException:
            self.unfollow(conversation, subscription)
            raise
        held, subscription.held = subscription.held or [], None
        if subscription.outdated:
            self._restart(topic, subscription)
        if topic.again:
            self._fill(topic)
        if not all([subscription.take(frame) for frame in held]):
            self._fill(topic)
        return subscription

    def unfollow(self, conversation: str, subscription: Subscription) -> None:
        topic = self._topics.get(conversation)
        if topic is None:
            return
        topic.subscriptions.discard(subscription)
        if not topic.subscriptions:
            del self._topics[conversation]

    def watch_rows(self, listener: RowsListener) -> Callable[[], None]:
        """Tells ``listener`` of every conversation that changes; returns how to stop it."""
        self._rows.add(listener)
        return lambda: self._rows.discard(listener)

    def watch_erasures(self, listener: Callable[[str, str], None]) -> None:
        """Tells ``listener`` of every conversation (business, id) that this node has erased words of."""
        self._erasures.add(listener)

    def watch_own_signals(self, listener: Callable[[Signal], None]) -> None:
        """Tells ``listener`` of every signal that comes from this node, of any conversation."""
        self._own_signals.append(listener)

    def watch_signals(self, conversation: str, listener: Callable[[Signal], None]) -> Callable[[], None]:
        """Tells ``listener`` of a conversation's signals; returns how to stop it."""
        self._signals.setdefault(conversation, []).append(listener)
        return partial(self._unwatch_signals, conversation, listener)

    def _unwatch_signals(self, conversation: str, listener: Callable[[Signal], None]) -> None:
        listeners = self._signals.get(conversation, [])
        if listener in listeners:
            listeners.remove(listener)
        if not listeners:
            self._signals.pop(conversation, None)

    # --- reading ---

    async def _replay(self, topic: Topic, subscription: Subscription, last: tuple[int, str], *, tail: int) -> None:
        conversation, (after, event_id) = topic.conversation, last

        def unit(tx: Tx, now: int) -> tuple[bool, Tail | None, list[Entry]]:
            known = not after or stored_log.event_id(tx, conversation, after) == event_id
            begin = after if known else 0
            state = stored_log.peek(tx, conversation) if tail else None
            if state is not None and state.seq - begin > tail:
                return known, read_tail(tx, state, limit=tail), []
            return known, None, stored_log.entries(tx, conversation, after=begin, limit=PAGE)

        known, end, page = await self._store.read(topic.business, unit)
        if end is not None:
            subscription.at = end.page[-1].seq
            self._note_head(topic, end.page[-1].seq, end.page[-1].id)
            subscription.sink.send(end.frame(subscription.audience))
            return
        if not known:
            after = 0
            subscription.sink.send(resync_frame(conversation))
        subscription.at = after
        if after:
            self._note_head(topic, after, event_id)
        if not page:  # nothing new: said, so that a client knows that it has caught up
            subscription.sink.send(caught_up_frame(conversation, through=after))
        while page:
            self._note_head(topic, page[-1].seq, page[-1].id)
            for piece in News(page).pieces(conversation, subscription.audience):
                # A log that is larger than a socket's queue would never come through, however often its reader came back.
                await subscription.sink.room()
                if subscription.outdated:
                    return
                subscription.at = piece.through
                subscription.sink.send(piece.body)
            page = await self._read(topic, subscription.at) if len(page) == PAGE else []

    async def _read(self, topic: Topic, after: int) -> list[Entry]:
        conversation = topic.conversation
        return await self._store.read(
            topic.business, lambda tx, now: stored_log.entries(tx, conversation, after=after, limit=PAGE)
        )

    def _advance(self, topic: Topic, news: News) -> None:
        """Sends new entries to a topic's followers, or has the gap before them read."""
        if not news.entries:
            return
        first, through = news.entries[0].seq, news.entries[-1].seq
        self._note_head(topic, through, news.entries[-1].id)
        frames: dict[tuple[Audience, int], Frame] = {}
        gap = False
        for subscription in topic.subscriptions:
            audience = subscription.audience
            # A page that was read for those who are behind: who has some of it already gets the rest alone.
            start = first if subscription.held is not None else max(first, subscription.at + 1)
            if start > through:
                continue
            if (frame := frames.get((audience, start))) is None:
                frame = frames[audience, start] = news.frame(topic.conversation, audience, start=start)
            gap = not subscription.take(frame) or gap
        if gap:
            self._fill(topic)

    def _reached(self, topic: Topic, seq: int) -> None:
        """The log has reached ``seq``: reads what its followers don't have."""
        at = topic.at
        if at is None:
            topic.again = True
        elif seq > at:
            self._fill(topic)

    def _note_head(self, topic: Topic, seq: int, event_id: str) -> None:
        """Another id at the same place: another node erased the log, and could not tell us."""
        if seq == topic.head[0] and event_id != topic.head[1]:
            self._read_anew(topic.conversation)
        if seq >= topic.head[0]:
            topic.head = (seq, event_id)

    def _read_anew(self, conversation: str) -> None:
        topic = self._topics.get(conversation)
        if topic is None:
            return
        topic.head = (0, "")
        topic.erasures += 1
        for subscription in topic.subscriptions:
            if subscription.held is not None:
                subscription.outdated = True
                subscription.held.clear()
            else:
                self._restart(topic, subscription)

    def _restart(self, topic: Topic, subscription: Subscription) -> None:
        subscription.at, subscription.outdated = 0, False
        subscription.sink.send(resync_frame(topic.conversation))
        self._fill(topic)

    def _fill(self, topic: Topic) -> None:
        topic.again = True
        if not topic.filling:
            topic.filling = True
            GAPS.inc()
            self._tasks.start(self._fill_gap(topic), name=f"fill:{topic.conversation}")

    async def _read_behind(self, topic: Topic, after: int) -> list[Entry] | None:
        """The next page; ``None`` where what was sent before it isn't in the log any more (another node erased it)."""
        conversation, (seq, event_id) = topic.conversation, topic.head

        def unit(tx: Tx, now: int) -> list[Entry] | None:
            if seq and stored_log.event_id(tx, conversation, seq) != event_id:
                return None
            return stored_log.entries(tx, conversation, after=after, limit=PAGE)

        return await self._store.read(topic.business, unit)

    async def _fill_gap(self, topic: Topic) -> None:
        try:
            while topic.again and (at := topic.at) is not None:
                topic.again = False
                erasures = topic.erasures
                page = await self._read_behind(topic, at)
                if topic.erasures != erasures:
                    topic.again = True
                    continue
                if page is None:
                    self._read_anew(topic.conversation)
                    continue
                self._advance(topic, News(page))
                topic.again = topic.again or len(page) == PAGE
        finally:
            topic.filling = False

    async def _watch_heads(self) -> None:
        """Looks at the heads of what is followed: the net under hints that were lost. In doubt each second, and once more when the
        doubt is over."""
        loop = asyncio.get_running_loop()
        looked, doubted = loop.time(), False
        while True:
            await asyncio.sleep(DOUBT_NOTED)
            doubts = self._bus.doubtful
            doubted = doubted or doubts
            if loop.time() - looked < (HEADS_IN_DOUBT if doubted else HEADS_EVERY):
                continue
            looked, doubted = loop.time(), doubts
            try:
                await self.check_heads()
            except Exception as error:
                log.warning("heads_unread", error=str(error))

    async def check_heads(self) -> None:
        """Reads what followed logs have grown by without our knowing."""
        by_business: dict[str, list[Topic]] = {}
        for topic in self._topics.values():
            by_business.setdefault(topic.business, []).append(topic)
        for business, topics in by_business.items():
            names = [topic.conversation for topic in topics]
            heads = await self._store.read(business, lambda tx, now, names=names: stored_log.heads(tx, names))  # type: ignore[misc]
            for topic in topics:
                head = heads.get(topic.conversation, (0, ""))
                if topic.head[0] == head[0]:
                    self._note_head(topic, *head)
                self._reached(topic, head[0])


def _news_of(hint: Hint) -> News | None:
    """What it tells of the log; nothing where it can't be read, or ends elsewhere than it says: the log can."""
    try:
        news = decode_news(hint.news)
    except msgspec.MsgspecError:
        log.warning("hint_unread", conversation=hint.conversation)
        return None
    return news if news is not None and news.entries[-1].seq == hint.seq else None
