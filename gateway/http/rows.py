"""The live list: rows that changed, gathered for a moment, encoded once, and told to the consoles that they concern.

A console is told of what stands, or stood a moment ago, in its view or among its operator's own; of what it follows;
and of whoever joins or leaves the queue, for that calls people whatever they look at.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from gateway.dispatcher.following import Sink
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.units import Committed
from gateway.errors import StorageUnavailable
from gateway.http.access import mention_topic
from gateway.model.events import NoteAdded
from gateway.model.state import Conversation, Status
from gateway.ports import Signal
from gateway.store import lists
from gateway.store.lists import ContactName, Counts, View
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

GATHER = 0.1
"""Seconds for which changes are gathered."""
LATER = 1.0
"""Seconds after which is tried again what the database didn't tell."""
REMEMBERED = 10_000

T = TypeVar("T")


class RowsFrame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="row"):
    rows: tuple[msgspec.Raw, ...]
    counts: Counts | None = None


class RowsSink(Sink, Protocol):
    """A console's queue, where a frame may wait for company."""

    def send_along(self, frame: bytes) -> None: ...


class _Known(NamedTuple):
    """What a row needs beside the state."""

    contact: ContactName
    read: int


class Stand(NamedTuple):
    """Whose a conversation is and how it stands: that says in which lists it is. ``beside``: who was asked to join it, or did."""

    status: Status
    owner: str
    beside: tuple[str, ...] = ()
    promised: bool = False


@dataclass(eq=False, slots=True)
class Console:
    """A console that wants rows."""

    sink: RowsSink
    operator: str
    view: View = "unassigned"


@dataclass(slots=True)
class _Change:
    """What became of a conversation while changes were gathered. ``stood``: how it stood meanwhile, the end left out;
    ``outdated``: more than the state may have changed, and a commit that follows at once must not hide it."""

    state: Conversation | None = None
    stood: set[Stand | None] = field(default_factory=set)
    outdated: bool = False


class _Feed:
    """One business on this node."""

    def __init__(self) -> None:
        self.consoles: set[Console] = set()
        self.by_operator: dict[str, set[Console]] = {}
        self.by_view: dict[str, set[Console]] = {}
        self.by_conversation: dict[str, set[Console]] = {}
        self.changed: dict[str, _Change] = {}
        self.sending = asyncio.Lock()
        self.recount = False
        self.scheduled = False

    def concerned(self, conversation: str, stands: Iterable[Stand | None]) -> set[Console]:
        """The consoles that a change concerns; ``None`` among its stands: nobody knows how it stood."""
        found = set(self.by_conversation.get(conversation, ()))
        for stand in stands:
            if stand is None or stand.status is Status.QUEUED:
                return self.consoles
            view = "resolved" if stand.status is Status.RESOLVED else "all"
            found.update(self.by_operator.get(stand.owner, ()), self.by_view.get(view, ()))
            if stand.promised:
                found.update(self.by_view.get("callbacks", ()))
            for account in stand.beside:
                found.update(self.by_operator.get(account, ()))
        return found


class Rows:
    """The rows of all businesses whose consoles are open on this node."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._feeds: dict[str, _Feed] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._told: OrderedDict[str, Stand] = OrderedDict()
        self._tasks = TaskSet("rows")
        self._encoder = msgspec.json.Encoder()
        hub.watch_rows(self._changed)

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def watch(self, business: str, console: Console) -> None:
        feed = self._feeds.setdefault(business, _Feed())
        feed.consoles.add(console)
        feed.by_operator.setdefault(console.operator, set()).add(console)
        feed.by_view.setdefault(console.view, set()).add(console)

    def unwatch(self, business: str, console: Console) -> None:
        feed = self._feeds.get(business)
        if feed is None:
            return
        feed.consoles.discard(console)
        _discard(feed.by_operator, console.operator, console)
        _discard(feed.by_view, console.view, console)
        if not feed.consoles:
            del self._feeds[business]

    def show(self, business: str, console: Console, view: View) -> None:
        """The console shows another view."""
        feed = self._feeds.get(business)
        if feed is None or console not in feed.consoles:
            return
        _discard(feed.by_view, console.view, console)
        console.view = view
        feed.by_view.setdefault(view, set()).add(console)

    def follow(self, business: str, console: Console, conversation: str) -> None:
        """The console has a conversation open, whatever list it stands in."""
        if (feed := self._feeds.get(business)) is not None:
            feed.by_conversation.setdefault(conversation, set()).add(console)

    def unfollow(self, business: str, console: Console, conversation: str) -> None:
        if (feed := self._feeds.get(business)) is not None:
            _discard(feed.by_conversation, conversation, console)

    async def tell_joined(self, business: str, console: Console) -> None:
        """What its operator was asked to join, or did: in no list of theirs, and told at their console's begin."""
        found = await self._store.read(business, lambda tx, now: lists.read_invited(tx, console.operator))
        if found:
            rows = tuple(msgspec.Raw(self._encoder.encode(row)) for row in found)
            console.sink.send(self._encoder.encode(RowsFrame(rows=rows)))

    def read(self, business: str, conversation: str) -> None:
        """People have read on: its row shows it."""
        self._changed(business, conversation, None)

    def _changed(self, business: str, conversation: str, committed: Committed | None) -> None:
        if committed is None:
            self._known.pop(conversation, None)
        else:
            self._mention(business, conversation, committed)
        feed = self._feeds.get(business)
        if feed is None:
            return
        change = feed.changed.setdefault(conversation, _Change())
        if committed is None:
            change.state, change.outdated = None, True
            change.stood.add(self._told.get(conversation))
        else:
            change.state = committed.state
            if committed.before is not None:
                change.stood.add(_stand(committed.before))
        if committed is None or _moved(committed):
            feed.recount = True
        if not feed.scheduled:
            feed.scheduled = True
            asyncio.get_running_loop().call_later(GATHER, self._flush, business, feed)

    def _mention(self, business: str, conversation: str, committed: Committed) -> None:
        """Calls colleagues whom a note names, whatever node their consoles are on."""
        for entry in committed.entries:
            event = entry.event
            if isinstance(event, NoteAdded) and event.mentions:
                body: dict[str, str | int | bool] = {"conversation": conversation, "seq": entry.seq, "by": event.name}
                for account in event.mentions:
                    topic = mention_topic(business, account)
                    self._hub.signal(
                        Signal(business=business, conversation=topic, kind="mention", who=event.operator, body=body)
                    )

    def _flush(self, business: str, feed: _Feed) -> None:
        self._tasks.start(self._send_in_turn(business, feed), name="flush")

    async def _send_in_turn(self, business: str, feed: _Feed) -> None:
        async with feed.sending:  # what was read earlier is neither told nor remembered later
            await self._send(business, feed)

    async def _send(self, business: str, feed: _Feed) -> None:
        changed, feed.changed = feed.changed, {}
        recount, feed.recount, feed.scheduled = feed.recount, False, False
        missing = [name for name, change in changed.items() if change.outdated or name not in self._known]
        tally = lists.Tally({}, 0)
        if missing or recount:

            def unit(tx: Tx, now: int) -> tuple[list[lists.Shown], lists.Tally]:
                return lists.read_shown(tx, missing) if missing else [], lists.tally(tx) if recount else tally

            try:
                found, tally = await self._store.read(business, unit)
            except StorageUnavailable:
                self._put_back(business, feed, changed, recount=recount)
                raise
            for state, contact, read in found:
                _remember(self._known, state.id, _Known(contact, read))
                if changed[state.id].state is None:
                    changed[state.id].state = state
        for console, rows in self._shared_out(feed, changed).items():
            frame = self._encoder.encode(RowsFrame(rows=tuple(rows)))
            if recount:
                console.sink.send(frame)
            else:  # a word more in a row that stands where it stood
                console.sink.send_along(frame)
        if recount:
            for console in list(feed.consoles):
                counts = lists.counts_of(tally, operator=console.operator)
                console.sink.send(self._encoder.encode(RowsFrame(rows=(), counts=counts)))

    def _put_back(self, business: str, feed: _Feed, changed: dict[str, _Change], *, recount: bool) -> None:
        """What couldn't be read now is told later, with what has changed meanwhile."""
        for conversation, change in changed.items():
            later = feed.changed.setdefault(conversation, change)
            if later is not change:
                later.stood |= change.stood
                later.outdated = later.outdated or change.outdated
        feed.recount = feed.recount or recount
        if not feed.scheduled:
            feed.scheduled = True
            asyncio.get_running_loop().call_later(LATER, self._flush, business, feed)

    def _shared_out(self, feed: _Feed, changed: dict[str, _Change]) -> dict[Console, list[msgspec.Raw]]:
        """Which rows each console is told, each encoded once."""
        shares: dict[Console, list[msgspec.Raw]] = {}
        for conversation, change in changed.items():
            state, known = change.state, self._known.get(conversation)
            if state is None or known is None:
                continue
            stand = _stand(state)
            _remember(self._told, conversation, stand)
            concerned = feed.concerned(conversation, {*change.stood, stand})
            if concerned:
                row = msgspec.Raw(self._encoder.encode(lists.row_of(state, known.contact, known.read)))
                for console in concerned:
                    shares.setdefault(console, []).append(row)
        return shares


def _remember(known: OrderedDict[str, T], conversation: str, value: T) -> None:
    known[conversation] = value
    known.move_to_end(conversation)
    while len(known) > REMEMBERED:
        known.popitem(last=False)


def _discard(consoles: dict[str, set[Console]], key: str, console: Console) -> None:
    held = consoles.get(key)
    if held is not None:
        held.discard(console)
        if not held:
            del consoles[key]


def _stand(state: Conversation) -> Stand:
    beside = tuple(one.id for one in (*state.rung, *state.beside))
    return Stand(state.status, state.owner.id if state.owner else "", beside, state.callback is not None)


def _moved(committed: Committed) -> bool:
    """The commit changed which views the conversation belongs to."""
    before, state = committed.before, committed.state
    return before is None or _stand(before) != _stand(state)
