"""Whoever is blocked: nothing of theirs is taken, on no way that they come by, until it is lifted or over."""

from __future__ import annotations

import pytest

from gateway.dispatcher.blocking import Block, Unblock
from gateway.dispatcher.merging import Merge, Undo
from gateway.errors import Blocked, NotPossible
from gateway.model import commands as c
from gateway.model.events import Resolved, SystemNotice
from gateway.model.state import Status
from gateway.ports import Opened, Reacted
from gateway.store import audit, blocks, contacts
from gateway.store.audit import Actor
from gateway.store.inbound import Claim
from gateway.store.sql import Tx
from tests.gateway.dispatcher.test_linking import address, dues, link, sign_in
from tests.support_edge.bench import OLGA, Bench
from tests.support_edge.checks import tags

SARA = Actor("sara", "Sara")
HOUR = 3600 * 1_000_000


async def contact(bench: Bench, name: str) -> str:
    return (await address(bench, name)).contact


async def block(bench: Bench, name: str, *, until: int = blocks.FOREVER) -> None:
    unit = Block(await contact(bench, name), until, "spam", "again and again", SARA, bench.dispatcher.policy)
    await bench.dispatcher.commit_all(bench.place.business, unit, key=name)


async def standing(bench: Bench, name: str) -> blocks.Standing | None:
    one = await contact(bench, name)
    return await bench.store.read(bench.place.business, lambda tx, now: blocks.standing(tx, one, now=now))


async def test_an_open_conversation_ends_as_declined_and_the_customer_is_told(bench: Bench) -> None:
    talk = (await bench.say(address="ann")).conversation
    await bench.do(talk, c.RequestHandoff(reason="customer_asked", by="customer"))
    await bench.do(talk, c.MakeOffer(operator=OLGA, expires_at=1))

    await block(bench, "ann")

    *_, offer, notice, end = (entry.event for entry in await bench.log(talk))
    assert offer.__class__.__name__ == "OfferEnded"
    assert isinstance(notice, SystemNotice) and notice.notice == "blocked"
    assert end == Resolved(by="system", ending="declined", reason="blocked")
    assert [(one.ending, one.reason) for one in await bench.requests(talk)] == [("declined", "blocked")]
    assert "turn" not in await dues(bench, talk)


async def test_what_a_blocked_customer_says_is_counted_and_kept_nowhere(bench: Bench) -> None:
    talk = (await bench.say(address="ann")).conversation
    await block(bench, "ann")
    before = await bench.log(talk)

    receipts = [await bench.say(f"Let me in {number}", address="ann") for number in range(3)]

    assert [(one.conversation, one.seq, one.refused) for one in receipts] == [("", 0, 1), ("", 0, 2), ("", 0, 3)]
    assert all(one.blocked_until == blocks.FOREVER for one in receipts)
    assert await bench.log(talk) == before
    held = await standing(bench, "ann")
    assert held is not None and (held.refused, held.block.reason, held.block.name) == (3, "spam", "Sara")
    assert (await bench.say(address="ben")).conversation


async def test_nor_is_anything_else_of_theirs_taken(bench: Bench) -> None:
    talk = (await bench.say(address="ann")).conversation
    await block(bench, "ann")
    before = await bench.log(talk)
    of_ann = {"business": bench.place.business, "inbox": bench.place.inbox, "channel": "webchat", "address": "ann"}

    for arrival in (Opened(**of_ann, key="o"), Reacted(**of_ann, key="r", message="1", emoji=("👍",))):
        assert (await bench.dispatcher.arrive(arrival)).refused
    claim = Claim(bench.place.inbox, "ann", "act", "digest")
    with pytest.raises(Blocked):
        await bench.dispatcher.act(bench.place.business, talk, c.LeaveDetails(kind="phone", value="+1"), claim=claim)

    assert await bench.log(talk) == before


async def test_a_block_ends_by_itself_when_its_time_is_over(bench: Bench) -> None:
    await bench.say(address="ann")
    await block(bench, "ann", until=bench.times.clock() + HOUR)
    assert (await bench.say(address="ann")).blocked_until
    await bench.advance(3601)
    assert (await bench.say("I am back", address="ann")).conversation
    assert await standing(bench, "ann") is None


async def test_whoever_is_unblocked_writes_again_and_both_are_noted(bench: Bench) -> None:
    await bench.say(address="ann")
    await block(bench, "ann")
    unit = Unblock(await contact(bench, "ann"), SARA)
    await bench.store.write(bench.place.business, unit)

    assert (await bench.say(address="ann")).conversation
    with pytest.raises(NotPossible):
        await bench.store.write(bench.place.business, unit)
    lines = await bench.store.read(bench.place.business, lambda tx, now: audit.page(tx, limit=5))
    assert {(line.action, line.kind, line.name) for line in lines} == {
        ("unblocked", "contact", ""), ("blocked", "contact", ""),
    }  # fmt: skip


async def test_a_block_holds_on_all_ways_of_a_person_and_with_each_part_when_they_are_parted(bench: Bench) -> None:
    first = (await bench.say(address="ann")).conversation
    await bench.say(address="ben")
    await link(bench, "ben", first)
    await block(bench, "ben")

    for name in ("ann", "ben"):
        assert (await bench.say(address=name)).refused
    await bench.dispatcher.commit_all(
        bench.place.business, Undo(await contact(bench, "ben"), SARA, bench.dispatcher.policy), key="ben"
    )
    for name in ("ann", "ben"):
        assert (await bench.say(address=name)).refused


async def test_a_blocked_person_is_one_only_with_another_who_is(bench: Bench) -> None:
    for name in ("ann", "ben"):
        await bench.say(address=name)
    await block(bench, "ann")
    unit = Merge(await contact(bench, "ann"), await contact(bench, "ben"), SARA)
    with pytest.raises(NotPossible) as refused:
        await bench.dispatcher.commit_all(bench.place.business, unit, key="ann")
    assert refused.value.fault is not None and refused.value.fault.code == "contacts_blocked"

    await block(bench, "ben", until=bench.times.clock() + HOUR)
    await bench.dispatcher.commit_all(bench.place.business, unit, key="ann")

    assert (await bench.say(address="ben")).blocked_until == blocks.FOREVER


async def test_a_blocked_user_gets_nothing_of_what_they_said_as_a_stranger(bench: Bench) -> None:
    await bench.say(address="u:ann")
    await block(bench, "u:ann")
    talk = (await bench.say(address="visitor")).conversation
    assert await sign_in(bench, "visitor") == ((), ())
    assert (await bench.state(talk)).status is Status.PENDING
    assert (await bench.say(address="u:ann")).refused


async def test_an_erased_person_was_never_blocked(bench: Bench) -> None:
    await bench.say(address="ann")
    await block(bench, "ann")
    one = await contact(bench, "ann")
    await bench.erasures.ask(bench.place.business, one, by="sara")

    def left(tx: Tx, now: int) -> tuple[int, str]:
        found = contacts.read(tx, one)
        assert found is not None
        return found.blocked_until, found.block

    assert await bench.store.read(bench.place.business, left) == (0, "")
    assert tags(await bench.log((await bench.say(address="ann")).conversation))[0] == "conversation_started"
