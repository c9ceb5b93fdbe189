"""Links, sign-ins and inputs of the same few people at once, from two nodes: whatever the order, nothing is lost."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dispatcher.continuing import OpenAtPage
from gateway.dispatcher.linking import Link, SignIn
from gateway.dispatcher.units import Receive
from gateway.errors import LinkOver, NotFound, NotPossible
from gateway.model.events import Entry
from gateway.model.state import Conversation, Status
from gateway.ports import Inbound, Profile, Receipt
from gateway.store import contacts, inbound, links, log
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.stores import Database, Place, make_place
from tests.support_edge.bench import policy_of
from tests.support_edge.checks import check_gapless

PEOPLE = 4
USER = Profile(name="Ann Example")
_number = itertools.count()
steps = st.lists(
    st.tuples(st.sampled_from(["link", "sign in", "say", "say", "say"]), *[st.integers(0, PEOPLE - 1)] * 2),
    min_size=3,
    max_size=16,
)


@dataclass
class Crowd:
    """Four people who have said something, on one database that two nodes share."""

    stores: tuple[Store, Store]
    place: Place
    said: list[tuple[str, Receipt]] = field(default_factory=list)
    talks: list[str] = field(default_factory=list)
    identities: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._name = f"crowd {next(_number)}"
        self._keys = itertools.count()

    async def begin(self) -> None:
        for who in range(PEOPLE):
            self.talks.append((await self.say(who, node=0)).conversation)

        def unit(tx: Tx, now: int) -> list[str]:
            found = [inbound.find_identity(tx, self.place.inbox, self.address(who)) for who in range(PEOPLE)]
            return [identity.id for identity in found if identity is not None]

        self.identities = await self.stores[0].read(self.place.business, unit)

    def address(self, who: int) -> str:
        return f"{self._name}, person {who}"

    async def say(self, who: int, *, node: int) -> Receipt:
        key = f"{self._name} {next(self._keys)}"
        item = Inbound(
            business=self.place.business, inbox=self.place.inbox, channel="webchat", address=self.address(who),
            key=key, scope=self.address(who), text=key,
        )  # fmt: skip
        receipt = (await self.stores[node].write(item.business, Receive(item, policy_of()), key=item.address)).receipt
        self.said.append((key, receipt))
        return receipt

    async def do(self, what: str, who: int, whom: int, *, node: int) -> None:
        """One step; a link may find its person signed in by another address, or its two to be different users."""
        if what == "say":
            await self.say(who, node=node)
            return
        unit = Link(self.identities[who], self.talks[whom], policy_of())
        user = SignIn(self.place.inbox, self.address(who), f"{self._name}, user {whom % 2}", USER, policy_of())
        try:
            await self.stores[node].write(
                self.place.business, unit if what == "link" else user, key=self.identities[who]
            )
        except (NotFound, NotPossible):
            assert what == "link"

    async def check(self) -> None:
        """Every input stands where its receipt says; nobody speaks in two unfinished conversations; what ended in
        favour of another is over; and there is no circle of merges."""

        def unit(tx: Tx, now: int) -> tuple[dict[str, list[Entry]], list[Conversation]]:
            names = {receipt.conversation for _, receipt in self.said}
            states = [state for name in names if (state := log.peek(tx, name)) is not None]
            for state in states:
                assert contacts.root(tx, state.contact) is not None
            return {name: log.read_all(tx, name) for name in names}, states

        logs, states = await self.stores[0].read(self.place.business, unit)
        for entries in logs.values():
            check_gapless(entries)
        for text, receipt in self.said:
            assert getattr(logs[receipt.conversation][receipt.seq - 1].event, "text", None) == text
        open_talks = [state for state in states if state.status is not Status.RESOLVED]
        speakers = [endpoint.identity for state in open_talks for endpoint in state.channels]
        assert len(speakers) == len(set(speakers))
        assert not any(state.continued_in for state in open_talks)


@settings(max_examples=25)
@given(steps)
async def test_no_order_of_links_and_inputs_loses_anything(
    database: Database, clock: VirtualClock, steps: list[tuple[str, int, int]]
) -> None:
    async with database.opened(clock, writers=2) as one, database.opened(clock, writers=2) as two:
        slug = f"crowd-{next(_number)}"
        crowd = Crowd((one, two), await make_place(one, slug))
        await crowd.begin()
        clock.advance(1)
        await asyncio.gather(*(crowd.do(*step, node=number % 2) for number, step in enumerate(steps)))
        await crowd.check()


async def test_two_links_that_cross_leave_one_conversation(database: Database, clock: VirtualClock) -> None:
    async with database.opened(clock) as one, database.opened(clock) as two:
        crowd = Crowd((one, two), await make_place(one))
        await crowd.begin()
        await asyncio.gather(crowd.do("link", 0, 1, node=0), crowd.do("link", 1, 0, node=1))
        receipts = [await crowd.say(who, node=who) for who in (0, 1)]
        assert receipts[0].conversation == receipts[1].conversation
        await crowd.check()


async def test_link_that_two_open_at_once_leads_one_of_them(database: Database, clock: VirtualClock) -> None:
    async with database.opened(clock) as one, database.opened(clock) as two:
        crowd = Crowd((one, two), await make_place(one))
        await crowd.begin()
        business, inbox, talk = crowd.place.business, crowd.place.inbox, crowd.talks[0]
        minted = await one.write(business, lambda tx, now: links.mint(tx, talk, inbox, now=now))

        async def opens(visitor: str, *, store: Store) -> str:
            unit = OpenAtPage(inbox, visitor, "here", minted.token, None, policy_of())
            try:
                return (await store.write(business, unit, key=visitor)).conversation
            except LinkOver:
                return "over"

        opened = await asyncio.gather(opens("v:ann", store=one), opens("v:mallory", store=two))

        assert sorted(opened) == sorted([talk, "over"])
        loser = "v:ann" if opened[0] == "over" else "v:mallory"
        assert await one.read(business, lambda tx, now: inbound.find_identity(tx, inbox, loser)) is None
        await crowd.check()
