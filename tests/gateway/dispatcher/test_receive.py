"""What ``receive`` promises: stored once, in one conversation, whatever arrives twice or at once."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import Draining, IdReused, NotFound, Refused, StorageUnavailable
from gateway.model import commands as c
from gateway.model.events import CustomerMessage
from gateway.store.inbound import Claim
from gateway.store.store import PATIENCE
from tests.support.gates import busy_writer, handed_over
from tests.support_edge.bench import OLGA, PAVEL, Bench
from tests.support_edge.checks import check_gapless, inputs, tags, texts


async def test_input_that_arrives_again_is_stored_once_and_gets_the_first_receipt(bench: Bench) -> None:
    first = await bench.say("Hello", key="k")
    again = [await bench.say("Hello", key="k") for _ in range(5)]
    assert not first.repeated
    assert all((r.conversation, r.seq, r.repeated) == (first.conversation, first.seq, True) for r in again)
    assert inputs(await bench.log(first.conversation)) == [first.seq]


async def test_same_input_many_times_at_once_is_stored_once(bench: Bench) -> None:
    receipts = await asyncio.gather(*(bench.say("Hello", key="k") for _ in range(20)))
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert len({(receipt.conversation, receipt.seq) for receipt in receipts}) == 1
    assert len(inputs(await bench.log(receipts[0].conversation))) == 1


async def test_known_id_with_another_body_is_refused_and_nothing_is_stored(bench: Bench) -> None:
    first = await bench.say("Hello", key="k")
    with pytest.raises(IdReused):
        await bench.say("Goodbye", key="k")
    with pytest.raises(IdReused):
        await bench.say("Hello", key="k", choice="/plans")
    assert texts(await bench.log(first.conversation)) == ["Hello"]


async def test_an_id_is_the_clients_own_and_means_nothing_to_others(bench: Bench) -> None:
    ann = await bench.say("From Ann", key="k", address="ann")
    ben = await bench.say("From Ben", key="k", address="ben")
    assert ann.conversation != ben.conversation and not ben.repeated


async def test_repeat_after_the_conversation_moved_on_still_gets_its_first_receipt(bench: Bench) -> None:
    first = await bench.say("Hello", key="k")
    await bench.do(first.conversation, c.Take(operator=OLGA))
    floor = (await bench.state(first.conversation)).floor_seq
    await bench.do(first.conversation, c.Resolve(operator=OLGA, floor_seq=floor))
    before = await bench.log(first.conversation)
    again = await bench.say("Hello", key="k")
    assert (again.conversation, again.seq, again.repeated) == (first.conversation, first.seq, True)
    assert await bench.log(first.conversation) == before


async def test_database_that_says_nothing_is_told_in_time_and_the_input_may_come_again(bench: Bench) -> None:
    async with busy_writer(bench.store):
        waiting = asyncio.create_task(bench.say("Hello", key="k"))
        await handed_over()
        await bench.times.advance(PATIENCE + 1)
        with pytest.raises(StorageUnavailable):
            await waiting
    again = await bench.say("Hello", key="k")
    assert again.repeated and inputs(await bench.log(again.conversation)) == [again.seq]


async def test_two_first_messages_at_once_make_one_conversation(bench: Bench) -> None:
    receipts = await asyncio.gather(*(bench.say(f"text {number}") for number in range(10)))
    assert len({receipt.conversation for receipt in receipts}) == 1
    entries = await bench.log(receipts[0].conversation)
    check_gapless(entries)
    assert tags(entries).count("conversation_started") == 1
    assert sorted(texts(entries)[:10]) == sorted(f"text {number}" for number in range(10))


async def test_receipt_names_the_seq_at_which_the_input_stands(bench: Bench) -> None:
    receipts = {text: await bench.say(text) for text in ("one", "two", "three")}
    entries = await bench.log(receipts["one"].conversation)
    for text, receipt in receipts.items():
        event = entries[receipt.seq - 1].event
        assert isinstance(event, CustomerMessage) and event.text == text


async def test_followers_are_told_each_commit_once_and_in_order(bench: Bench) -> None:
    receipts = await asyncio.gather(*(bench.say(f"text {number}") for number in range(10)))
    told = [entry for committed in bench.commits for entry in committed.entries]
    assert told[:11] == (await bench.log(receipts[0].conversation))[:11]


async def test_caller_who_gives_up_waiting_does_not_undo_what_was_stored(bench: Bench) -> None:
    waiting = asyncio.create_task(bench.say("Hello", key="k"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    again = await bench.say("Hello", key="k")
    assert again.repeated
    assert tags([entry for committed in bench.commits for entry in committed.entries]).count("customer_message") == 1


async def test_command_with_an_id_runs_once(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    claim = Claim("operator", OLGA.id, "c1", "digest")
    reply = c.SendReply(operator=OLGA, text="Hi", floor_seq=floor, client_id="c1")
    submit = bench.dispatcher.submit
    receipts = await asyncio.gather(
        *(submit(bench.place.business, conversation, reply, claim=claim) for _ in range(10))
    )
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert len({receipt.seq for receipt in receipts}) == 1
    assert texts(await bench.log(conversation)).count("Hi") == 1
    with pytest.raises(IdReused):
        await submit(bench.place.business, conversation, reply, claim=claim._replace(digest="another"))


async def test_command_that_its_first_arrival_made_impossible_gets_the_first_receipt(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    claim = Claim("operator", OLGA.id, "c1", "digest")
    resolve = c.Resolve(operator=OLGA, floor_seq=floor)
    first = await bench.dispatcher.submit(bench.place.business, conversation, resolve, claim=claim)
    before = await bench.log(conversation)
    again = await bench.dispatcher.submit(bench.place.business, conversation, resolve, claim=claim)
    assert (again.seq, again.repeated) == (first.seq, True)
    assert await bench.log(conversation) == before
    with pytest.raises(Refused) as refused:
        await bench.dispatcher.submit(bench.place.business, conversation, resolve)
    assert refused.value.status == 409


async def test_command_to_a_conversation_of_another_business_finds_nothing(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    for business, name in (("another-business", conversation), (bench.place.business, "no-such-conversation")):
        with pytest.raises(NotFound, match="There is no such conversation"):
            await bench.dispatcher.submit(business, name, c.Take(operator=PAVEL))


async def test_draining_dispatcher_takes_nothing_in(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.dispatcher.drain(within=0.2)
    with pytest.raises(Draining):
        await bench.say("too late")
    with pytest.raises(Draining):
        await bench.do(conversation, c.Take(operator=OLGA))
    assert texts(await bench.log(conversation)) == ["Hello"]
