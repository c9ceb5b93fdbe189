"""A business whose people are called by Web Push, and whose time is in the test's hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.alerting import ALERT
from gateway.model import commands as c
from gateway.model.events import Person
from gateway.model.state import Conversation
from gateway.ports import Inbound
from gateway.store import accounts, directory, log, presence, push_subscriptions, sessions
from gateway.store.push_subscriptions import Subscription
from gateway.store.schema import due as rows
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from gateway.store.tokens import hash_token
from gateway.vault import Vault
from gateway.webhooks.guard import Guard
from gateway.webpush import AGAIN, PUSH, Pushes
from gateway.webpush.address import Address, Keys, seal
from gateway.webpush.service import PushService
from gateway.webpush.vapid import Vapid
from tests.support.stores import Place
from tests.support_edge.bench import policy_of
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.push_service import Push, PushServer, Subscriber
from tests.support_edge.times import Times
from tests.support_edge.waiting import until_async

_LEFT = Query(
    select(rows.c.kind, rows.c.due_at, rows.c.lease_until).where(rows.c.business_id == bindparam("business_id"))
)
KINDS = (ALERT, AGAIN, PUSH)


@dataclass
class Node:
    """What of a node calls people."""

    dispatcher: Dispatcher
    service: PushService

    async def stop(self) -> None:
        await self.dispatcher.drain(within=5)
        await self.service.aclose()


@dataclass
class Desk:
    """``nodes``: those that are up."""

    store: Store
    place: Place
    times: Times
    service: PushServer
    vault: Vault = field(default_factory=lambda: Vault(b"k" * 32))
    nodes: list[Node] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    said: int = 0

    def start(self) -> Node:
        """Another node on the same database."""
        vapid = Vapid(self.store, self.vault, contact="mailto:chat@example.com")
        sending = PushService(vapid, Guard(("127.0.0.0/8",)), clock=self.times.clock)
        policy = policy_of(f"node-{len(self.nodes)}")
        dispatcher = Dispatcher(self.store, ScriptedEngine(), policy, clock=self.times.clock, on_commit=lambda _: None)
        pushes = Pushes(dispatcher, self.vault, sending, clock=self.times.clock)
        dispatcher.start({ALERT: pushes.alert, AGAIN: pushes.again, PUSH: pushes.claimed})
        self.nodes.append(Node(dispatcher, sending))
        return self.nodes[-1]

    async def told(self, who: str, *, repeats: bool = True) -> Subscriber:
        """A browser of ``who``, who works here, is told from now on."""
        browser = self.service.subscribe()
        if who not in self.people:
            self.people[who] = await self._hire(who)
        account, token = self.people[who].id, f"{who}-{browser.endpoint}"
        session = hash_token(token)
        address = Address(endpoint=browser.endpoint, keys=Keys(**browser.body["keys"]))
        one = Subscription(session, account, "en", seal(self.vault, session, address), repeats)

        def unit(tx: Tx, now: int) -> None:
            sessions.open_session(tx, account, token=token, now=now, lifetime=24 * 3600 * 1_000_000)
            push_subscriptions.put(tx, one, endpoint=address.digest, now=now)

        await self.store.write("", unit)
        return browser

    async def _hire(self, who: str) -> Person:
        def unit(tx: Tx, now: int) -> Person:
            made = accounts.add_account(tx, email=f"{who}@shop.example", name=who.title(), now=now)
            scoped = tx.for_business(self.place.business)
            directory.add_operator(scoped, made.id, role="operator", name=who.title(), now=now)
            return Person(id=made.id, name=who.title())

        return await self.store.write("", unit)

    async def says(self, text: str = "", *, choice: str = "", who: str = "ann") -> str:
        """The customer; the conversation."""
        self.said += 1
        item = Inbound(
            business=self.place.business, inbox=self.place.inbox, channel=self.place.channel, address=who,
            key=f"key-{self.said}", scope=who, text=text or "A person, please", choice=choice,
        )  # fmt: skip
        return (await self.nodes[-1].dispatcher.receive(item)).conversation

    async def queued(self, who: str = "ann") -> str:
        return await self.says(choice="/switchboard.operator", who=who)

    async def do(self, conversation: str, command: c.AnyCommand) -> None:
        await self.nodes[-1].dispatcher.submit(self.place.business, conversation, command)

    async def chooses(self, who: str, state: presence.State) -> None:
        account = self.people[who].id
        await self.store.write("", lambda tx, now: presence.choose(tx, account, state, now=now))

    async def state(self, conversation: str) -> Conversation:
        state = await self.store.read(self.place.business, lambda tx, now: log.peek(tx, conversation))
        assert state is not None
        return state

    async def passes(self, seconds: float) -> list[Push]:
        """So much time; what came to browsers in it."""
        before = len(self.service.pushes)
        await self.times.advance(seconds)
        for node in self.nodes:
            node.dispatcher.due_at(1)
        await until_async(self._idle, what="whatever is due to be done")
        return self.service.pushes[before:]

    async def left(self) -> list[str]:
        """The kinds of due rows that call people."""
        found = await self.store.read(self.place.business, lambda tx, now: tx.all(_LEFT))
        return sorted(kind for kind, _, _ in found if kind in KINDS)

    async def _idle(self) -> bool:
        now = self.times.clock()
        found = await self.store.read(self.place.business, lambda tx, at: tx.all(_LEFT))
        return not any(kind in KINDS and (due_at <= now or lease) for kind, due_at, lease in found)

    async def stop(self) -> None:
        await asyncio.gather(*(node.stop() for node in self.nodes))
        self.nodes.clear()
