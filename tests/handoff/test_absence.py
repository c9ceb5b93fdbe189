"""An operator whose console is gone: a grace time, then somebody else; and who is told elsewhere keeps what is theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.absence import ABSENT, note_absent, note_everybody
from gateway.dispatcher.dues import Handler
from gateway.model import commands as c
from gateway.model.events import Person
from gateway.model.state import Conversation, Status
from gateway.store import accounts, directory, push_subscriptions, sessions
from gateway.store.push_subscriptions import Subscription
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.tokens import hash_token
from handoff import Absences
from tests.support.stores import Place
from tests.support_edge.bench import Bench, on_bench
from tests.support_edge.checks import tags
from tests.support_edge.times import Times
from tests.support_edge.waiting import until_async


@dataclass
class Present:
    """Who is there, as the test says; ``known``: that is certain."""

    live: set[str] = field(default_factory=set)
    known: bool = True

    def is_live(self, account: str, businesses: Sequence[str]) -> bool:
        return account in self.live

    def is_gone(self, account: str, businesses: Sequence[str]) -> bool:
        return self.known and account not in self.live


@dataclass
class Desk:
    """Olga, who works here and has something open."""

    bench: Bench
    present: Present
    olga: Person

    async def open(self, address: str = "ann") -> str:
        conversation = (await self.bench.say(address=address)).conversation
        await self.bench.do(conversation, c.Take(operator=self.olga))
        return conversation

    async def answer(self, conversation: str) -> None:
        floor_seq = (await self.bench.state(conversation)).floor_seq
        await self.bench.do(conversation, c.SendReply(operator=self.olga, text="Hello", floor_seq=floor_seq))

    async def leave(self) -> None:
        """Her last console closes."""
        self.present.live.discard(self.olga.id)
        unit = lambda tx, now: note_absent(tx, self.olga.id, now=now)  # noqa: E731
        await self.bench.store.write(self.bench.place.business, unit)

    async def is_told_elsewhere(self) -> None:
        def unit(tx: Tx, now: int) -> None:
            sessions.open_session(tx, self.olga.id, token="browser", now=now, lifetime=10**12)
            session = hash_token("browser")
            one = Subscription(session=session, account=self.olga.id, locale="en", sealed="sealed")
            push_subscriptions.put(tx, one, endpoint="somewhere", now=now)

        await self.bench.store.write("", unit)

    async def requeued(self, conversation: str) -> Conversation:
        async def is_so() -> bool:
            return (await self.bench.state(conversation)).status is Status.QUEUED

        await until_async(is_so, what="it is queued again")
        return await self.bench.state(conversation)

    async def still_hers(self, conversation: str) -> bool:
        await self.bench.quiet()
        return (await self.bench.state(conversation)).owner is not None


@pytest.fixture
async def desk(store: Store, place: Place, times: Times) -> AsyncIterator[Desk]:
    present = Present()

    def handling(dispatcher: Dispatcher) -> dict[str, Handler]:
        return {ABSENT: Absences(dispatcher, present).claimed}

    def hire(tx: Tx, now: int) -> str:
        account = accounts.add_account(tx, email="olga@example.com", name="Olga", now=now, password_hash="")
        directory.add_operator(tx.for_business(place.business), account.id, role="operator", name="Olga", now=now)
        return account.id

    def there(business: str, account: str) -> bool:
        return account in present.live

    async with on_bench(store, place, times, handling=handling, there=there) as bench:
        account = await store.write("", hire)
        present.live.add(account)
        yield Desk(bench, present, Person(id=account, name="Olga"))


async def test_what_she_has_is_queued_again_after_the_grace_time_and_the_customer_is_told(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.leave()
    await desk.bench.advance(89)
    assert await desk.still_hers(conversation)
    await desk.bench.advance(1)
    state = await desk.requeued(conversation)
    assert (state.reason, list(state.passed)) == ("owner_lost", [desk.olga.id])
    entries = await desk.bench.log(conversation)
    assert tags(entries)[-2:] == ["owner_lost", "system_notice"]
    assert tags(entries).count("owner_lost") == 1


async def test_who_reloads_loses_nothing(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.leave()
    await desk.bench.advance(30)
    desk.present.live.add(desk.olga.id)
    await desk.bench.advance(600)
    assert await desk.still_hers(conversation)


async def test_grace_begins_anew_with_each_absence(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.leave()
    await desk.bench.advance(80)
    desk.present.live.add(desk.olga.id)
    await desk.leave()
    await desk.bench.advance(80)
    assert await desk.still_hers(conversation)
    await desk.bench.advance(10)
    await desk.requeued(conversation)


async def test_what_nobody_knows_takes_nothing_from_anybody(desk: Desk) -> None:
    """Redis is away, or another node hasn't answered yet."""
    conversation = await desk.open()
    desk.present.known = False
    await desk.leave()
    await desk.bench.advance(300)
    assert await desk.still_hers(conversation)
    desk.present.known = True
    await desk.bench.advance(5)
    await desk.requeued(conversation)


async def test_after_the_death_of_all_nodes_everybody_is_looked_for(desk: Desk) -> None:
    conversation = await desk.open()
    desk.present.live.clear()  # and nobody could say so
    await desk.bench.store.write("", note_everybody)
    await desk.bench.advance(90)
    await desk.requeued(conversation)


async def test_offer_to_somebody_who_is_gone_is_withdrawn(desk: Desk) -> None:
    conversation = (await desk.bench.say()).conversation
    await desk.bench.do(conversation, c.RequestHandoff(reason="customer_asked", by="customer"))
    expires_at = desk.bench.times.clock() + 10**9
    await desk.bench.do(conversation, c.MakeOffer(operator=desk.olga, expires_at=expires_at))
    await desk.leave()
    await desk.bench.advance(90)
    entries = await desk.bench.logged(conversation, "offer_ended")
    assert entries[-1].event.reason == "withdrawn"  # type: ignore[union-attr]


async def test_what_nobody_waits_for_is_kept_until_the_customer_writes_and_then_given_away_at_once(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.answer(conversation)
    await desk.leave()
    await desk.bench.advance(600)
    assert await desk.still_hers(conversation)
    await desk.bench.say("One more thing")
    await desk.requeued(conversation)


async def test_what_is_left_to_wrap_up_ends_without_her(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.answer(conversation)
    floor_seq = (await desk.bench.state(conversation)).floor_seq
    await desk.bench.do(conversation, c.Resolve(operator=desk.olga, floor_seq=floor_seq, wrap_up=True))
    await desk.leave()
    await desk.bench.advance(90)
    await desk.bench.logged(conversation, "resolved")


async def test_who_is_told_while_the_console_is_closed_keeps_it_until_the_customer_waits_too_long(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.answer(conversation)
    await desk.is_told_elsewhere()
    await desk.leave()
    await desk.bench.advance(3600)
    assert await desk.still_hers(conversation)
    await desk.bench.say("Are you there?")
    await desk.bench.advance(60)
    assert await desk.still_hers(conversation)
    for _ in range(3):
        await desk.bench.advance(30)
        await desk.bench.quiet()
    await desk.requeued(conversation)


async def test_program_that_took_a_conversation_is_never_gone(desk: Desk) -> None:
    conversation = (await desk.bench.say(address="ben")).conversation
    await desk.bench.do(conversation, c.Take(operator=Person(id="program", name="Program")))
    await desk.bench.store.write("", note_everybody)
    await desk.bench.advance(600)
    assert await desk.still_hers(conversation)
