"""Databases to test on, and what stands in them before a test begins."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gateway.model import commands as c
from gateway.model.events import Endpoint
from gateway.model.ids import new_id
from gateway.model.state import Conversation
from gateway.store import accounts, directory, inbound, log
from gateway.store.opening import open_folder, open_postgresql
from gateway.store.sql import Tx
from gateway.store.sqlite import SqliteConnection, SqliteReader
from gateway.store.store import Clock, Store
from gateway.store.writer import Connection

Kind = Literal["sqlite", "postgresql"]
Wrap = Callable[[Callable[[], Connection]], Callable[[], Connection]]


@dataclass(frozen=True)
class Database:
    """A migrated, empty database. ``location``: the file's path or the server's URL."""

    kind: Kind
    location: str

    def open(self, clock: Clock, *, wrap: Wrap = lambda open_connection: open_connection, writers: int = 1) -> Store:
        """A store over it. ``wrap`` may put something between the writer and its real connections."""
        if self.kind == "sqlite":
            path = Path(self.location)
            return Store(
                "sqlite",
                connections=wrap(lambda: SqliteConnection(path, clock)),
                readers=lambda: SqliteReader(path, clock),
                writers=writers,
            )
        store = open_postgresql(self.location, clock=clock, writers=writers)
        store._connections = wrap(store._connections)
        store.patience = None  # tests let the loop's clock jump
        return store

    @asynccontextmanager
    async def opened(
        self, clock: Clock, *, wrap: Wrap = lambda open_connection: open_connection, writers: int = 1
    ) -> AsyncIterator[Store]:
        """As ``open``, started, and closed at the end."""
        store = self.open(clock, wrap=wrap, writers=writers)
        await store.start()
        try:
            yield store
        finally:
            await store.aclose()


def copy_sqlite(template: Path, folder: Path) -> Database:
    """A database of its own from a migrated file."""
    with open_folder(folder) as held:
        shutil.copyfile(template, held.database)
        return Database("sqlite", str(held.database))


@dataclass(frozen=True)
class Place:
    """A business with one inbox."""

    business: str
    inbox: str
    channel: str = "webchat"

    def endpoint(self, identity: str) -> Endpoint:
        return Endpoint(inbox=self.inbox, identity=identity, channel=self.channel)


async def make_place(store: Store, slug: str = "lantern") -> Place:
    """An organization (if there is none), a business and an inbox."""

    def unit(tx: Tx, now: int) -> Place:
        organization = accounts.ensure_organization(tx, "Organization", now=now)
        business = directory.add_business(tx, organization, slug=slug, name=slug.title(), locales=("en",), now=now)
        scoped = tx.for_business(business.id)
        inbox = directory.add_inbox(scoped, channel="webchat", name="Web", settings=directory.InboxSettings(), now=now)
        return Place(business.id, inbox.id)

    return await store.write("", unit)


@dataclass(frozen=True)
class Begin:
    """A unit: the first input of ``address`` makes a conversation; its state."""

    place: Place
    address: str = "ann"
    text: str = "Hello"

    def __call__(self, tx: Tx, now: int) -> Conversation:
        identity = inbound.lock_identity(tx, self.place.inbox, self.address, now=now, name=self.address.title())
        endpoint = self.place.endpoint(identity.id)
        draft = log.Draft(new_id(now), None, now=now)
        draft.apply(c.Start(contact=identity.contact, endpoint=endpoint, locale="en"))
        draft.apply(c.Say(text=self.text, endpoint=endpoint))
        log.save(tx, draft)
        inbound.point_identity(tx, identity.id, draft.conversation)
        assert draft.state is not None
        return draft.state


@dataclass(frozen=True)
class Apply:
    """A unit: commands on a conversation, in order; its state after them."""

    conversation: str
    commands: tuple[c.AnyCommand, ...]

    def __call__(self, tx: Tx, now: int) -> Conversation:
        draft = log.Draft(self.conversation, log.load(tx, self.conversation), now=now)
        for command in self.commands:
            draft.apply(command)
        log.save(tx, draft)
        assert draft.state is not None
        return draft.state


def apply(conversation: str, *commands: c.AnyCommand) -> Apply:
    return Apply(conversation, commands)
