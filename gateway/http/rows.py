"""The live list: rows that changed, gathered for a moment, encoded once for all consoles of a business."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import NamedTuple

import msgspec

from gateway.dispatcher.following import Sink
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.units import Committed
from gateway.model.state import Conversation
from gateway.store import lists, log
from gateway.store.lists import ContactName, Counts, Row
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

GATHER = 0.1
"""Seconds for which changes are gathered."""
REMEMBERED = 10_000


class RowsFrame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="row"):
    rows: tuple[Row, ...]
    counts: Counts | None = None


class _Known(NamedTuple):
    """What a row needs beside the state."""

    contact: ContactName
    read: int


class Console(NamedTuple):
    """A console that wants rows."""

    sink: Sink
    operator: str


class _Feed:
    """One business on this node. ``outdated``: conversations of which more than the state may have changed; a commit
    that follows at once must not hide it."""

    def __init__(self) -> None:
        self.consoles: set[Console] = set()
        self.changed: dict[str, Conversation | None] = {}
        self.outdated: set[str] = set()
        self.sending = asyncio.Lock()
        self.recount = False
        self.scheduled = False


class Rows:
    """The rows of all businesses whose consoles are open on this node."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._feeds: dict[str, _Feed] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._tasks = TaskSet("rows")
        self._encoder = msgspec.json.Encoder()
        hub.watch_rows(self._changed)

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def watch(self, business: str, console: Console) -> None:
        self._feeds.setdefault(business, _Feed()).consoles.add(console)

    def unwatch(self, business: str, console: Console) -> None:
        feed = self._feeds.get(business)
        if feed is not None:
            feed.consoles.discard(console)
            if not feed.consoles:
                del self._feeds[business]

    def watched(self, business: str) -> bool:
        """Whether a console of the business is open on this node."""
        return business in self._feeds

    def read(self, business: str, conversation: str) -> None:
        """People have read on: its row shows it."""
        self._changed(business, conversation, None)

    def _changed(self, business: str, conversation: str, committed: Committed | None) -> None:
        if committed is None:
            self._known.pop(conversation, None)
        feed = self._feeds.get(business)
        if feed is None:
            return
        feed.changed[conversation] = committed.state if committed is not None else None
        if committed is None:
            feed.outdated.add(conversation)
        if committed is None or _moved(committed):
            feed.recount = True
        if not feed.scheduled:
            feed.scheduled = True
            asyncio.get_running_loop().call_later(GATHER, self._flush, business, feed)

    def _flush(self, business: str, feed: _Feed) -> None:
        self._tasks.start(self._send_in_turn(business, feed), name="flush")

    async def _send_in_turn(self, business: str, feed: _Feed) -> None:
        async with feed.sending:  # what was read earlier is neither told nor remembered later
            await self._send(business, feed)

    async def _send(self, business: str, feed: _Feed) -> None:
        changed, feed.changed = feed.changed, {}
        outdated, feed.outdated = feed.outdated, set()
        recount, feed.recount, feed.scheduled = feed.recount, False, False
        missing = [c for c in changed if c in outdated or c not in self._known]
        tallies: dict[tuple[str, str], int] = {}
        if missing or recount:

            def unit(tx: Tx, now: int) -> tuple[dict[str, tuple[Conversation, _Known]], dict[tuple[str, str], int]]:
                return _look_up(tx, missing), lists.tally(tx) if recount else {}

            found, tallies = await self._store.read(business, unit)
            for conversation, (state, known) in found.items():
                self._remember(conversation, known)
                if changed[conversation] is None:
                    changed[conversation] = state
        rows = tuple(
            lists.row_of(state, self._known[conversation].contact, self._known[conversation].read)
            for conversation, state in changed.items()
            if state is not None and conversation in self._known
        )
        shared = self._encoder.encode(RowsFrame(rows=rows))
        for console in list(feed.consoles):
            console.sink.send(shared)
            if recount:
                counts = lists.counts_of(tallies, operator=console.operator)
                console.sink.send(self._encoder.encode(RowsFrame(rows=(), counts=counts)))

    def _remember(self, conversation: str, known: _Known) -> None:
        self._known[conversation] = known
        self._known.move_to_end(conversation)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _moved(committed: Committed) -> bool:
    """The commit changed which views the conversation belongs to."""
    before, state = committed.before, committed.state
    return before is None or before.status is not state.status or before.owner != state.owner


def _look_up(tx: Tx, conversations: list[str]) -> dict[str, tuple[Conversation, _Known]]:
    found = {}
    for conversation in conversations:
        state = log.peek(tx, conversation)
        if state is not None:
            read = lists.marks(tx, conversation).get("people", 0)
            found[conversation] = (state, _Known(lists.contact_name(tx, state.contact), read))
    return found
