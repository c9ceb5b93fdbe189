"""The index follows the log: after the commits, gathered for a second, in units of its own.

No message waits for it, and under load it comes later: it takes so many entries a second and no more. What a node that
died left behind is found at the start and every ten minutes.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import NamedTuple

import structlog

from gateway.dispatcher.hub import Hub
from gateway.dispatcher.units import Committed
from gateway.model.events import ChannelJoined
from gateway.model.findable import findable
from gateway.store import contacts, directory, log, search
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

logger = structlog.get_logger(__name__)

GATHER = 1.0
"""Seconds for which changes are gathered."""
MOST = 500
"""Entries that are indexed in one go, which is once in ``GATHER``."""
PORTION = 20
"""Conversations that are written in one unit, so that no message waits behind many."""
LOOK_EVERY = 600.0


class _Read(NamedTuple):
    """What a conversation's log holds behind its mark."""

    conversation: str
    contact: str
    known: search.Mark
    upto: int
    is_whole: bool
    texts: list[search.Text]


class Indexer:
    """Indexes what is committed on this node, and what nobody else did."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self.most = MOST
        self._store = store
        self._waiting: dict[tuple[str, str], bool] = {}
        self._news = asyncio.Event()
        self._tasks = TaskSet("index")
        hub.watch_rows(self._changed)
        hub.watch_erasures(self._erased)

    def start(self) -> None:
        self._tasks.start(self._follow(), name="follow")
        self._tasks.start(self._look(), name="look")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    def _changed(self, business: str, conversation: str, committed: Committed | None) -> None:
        """What another node commits, it indexes. A beginning, or a channel that joins, may tell who somebody is."""
        if committed is None:
            return
        joins = any(isinstance(entry.event, ChannelJoined) for entry in committed.entries)
        self._wait(business, conversation, beside=joins or committed.before is None)

    def _erased(self, business: str, conversation: str) -> None:
        """What is left of it is read anew."""
        self._wait(business, conversation, beside=True)

    def _wait(self, business: str, conversation: str, *, beside: bool) -> None:
        waiting = self._waiting
        waiting[business, conversation] = beside or waiting.get((business, conversation), False)
        self._news.set()

    async def _follow(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER)
            try:
                await self.index_some()
            except Exception as error:
                logger.warning("not_indexed", error=str(error))

    async def _look(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                logger.warning("index_not_checked", error=str(error))
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Finds what is not indexed, in every business."""
        for business in await self._store.read("", lambda tx, now: directory.read_businesses(tx)):
            after = ""
            while names := await self._behind(business.id, after):
                for name in names:
                    self._wait(business.id, name, beside=True)
                after = names[-1]

    async def _behind(self, business: str, after: str) -> list[str]:
        return await self._store.read(business, lambda tx, now: search.behind(tx, after=after))

    async def index_some(self) -> None:
        """Indexes what waits, at most ``most`` entries of it; the rest goes on waiting."""
        left = self.most
        while self._waiting and left > 0:
            business = next(iter(self._waiting))[0]
            names = list(islice((name for where, name in self._waiting if where == business), min(left, PORTION)))
            beside = {name: self._waiting.pop((business, name)) for name in names}
            try:
                left -= await self._index(business, beside, most=left)
            except BaseException:
                for name in names:
                    self._wait(business, name, beside=True)
                raise
        if not self._waiting:
            self._news.clear()

    async def _index(self, business: str, beside: dict[str, bool], *, most: int) -> int:
        """Reads, makes stems and writes, each where it belongs; how many entries that were."""

        def read(tx: Tx, now: int) -> list[_Read]:
            found, left = [], most
            for stand in search.stands(tx, beside):
                found.append(one := _read(tx, stand, most=max(1, left)))
                left -= one.upto - one.known.seq
            return found

        found = await self._store.read(business, read)

        def write(tx: Tx, now: int) -> set[str]:
            return {one.conversation for one in found if not _write(tx, one, beside=beside[one.conversation])}

        again = await self._store.write(business, write, key="search") if found else set()
        for name in again | {one.conversation for one in found if not one.is_whole}:
            self._wait(business, name, beside=name in again)
        return sum(max(1, one.upto - one.known.seq) for one in found) or len(beside)


def _read(tx: Tx, stand: search.Stand, *, most: int) -> _Read:
    conversation, contact, seq, known = stand
    entries = log.entries(tx, conversation, after=known.seq, limit=most) if seq > known.seq else []
    texts = [
        search.Text(entry.seq, entry.at, stems)
        for entry in entries
        if (said := findable(entry.event)) and (stems := search.stems_of(said))
    ]
    upto = entries[-1].seq if entries else known.seq
    return _Read(conversation, contact, known, upto, upto >= seq, texts)


def _write(tx: Tx, one: _Read, *, beside: bool) -> bool:
    """``beside``: also who the contact is. ``False`` where the mark moved while the log was read: it is read again."""
    if beside:
        for name in contacts.family(tx, one.contact):
            search.name_contact(tx, name)
    if one.upto == one.known.seq:
        return True
    return search.add(tx, one.conversation, one.texts, known=one.known, upto=one.upto)
