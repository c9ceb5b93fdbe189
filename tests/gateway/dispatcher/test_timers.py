"""What time does: reopening, a snooze that runs out, silence, and the ledger that notes every ending."""

from __future__ import annotations

import pytest

from gateway.model import commands as c
from gateway.model.events import Reopened, Resolved
from gateway.model.state import Status
from tests.support.clock import SECOND
from tests.support_edge.bench import OLGA, PAVEL, Bench
from tests.support_edge.checks import check_gapless, tags

HOUR = 3600


async def taken(bench: Bench) -> tuple[str, int]:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    return conversation, (await bench.state(conversation)).floor_seq


async def resolve(bench: Bench, conversation: str) -> None:
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.Resolve(operator=OLGA, floor_seq=floor, override=True))


async def snoozed(bench: Bench, seconds: float) -> str:
    conversation, floor = await taken(bench)
    until = bench.times.clock() + int(seconds * SECOND)
    await bench.do(conversation, c.Snooze(operator=OLGA, floor_seq=floor, until=until))
    return conversation


async def test_customer_who_writes_within_the_window_opens_the_same_conversation(bench: Bench) -> None:
    conversation, _ = await taken(bench)
    await resolve(bench, conversation)
    await bench.advance(24 * HOUR)
    receipt = await bench.say("one more thing")
    assert receipt.conversation == conversation
    entries = await bench.log(conversation)
    assert tags(entries)[-2:] == ["reopened", "customer_message"]
    assert entries[-2].event == Reopened(to="owner", owner=OLGA)


async def test_customer_who_writes_after_the_window_begins_a_new_conversation(bench: Bench) -> None:
    conversation, _ = await taken(bench)
    await resolve(bench, conversation)
    before = await bench.log(conversation)
    await bench.advance(24 * HOUR + 1)
    receipt = await bench.say("another matter")
    assert receipt.conversation != conversation
    assert await bench.log(conversation) == before
    again = await bench.say("still the same matter")
    assert again.conversation == receipt.conversation
    assert len(await bench.requests(receipt.conversation)) == 1


async def test_snooze_that_runs_out_gives_it_back_to_its_owner(bench: Bench) -> None:
    conversation = await snoozed(bench, HOUR)
    await bench.advance(HOUR - 1)
    await bench.quiet()
    assert (await bench.state(conversation)).status is Status.SNOOZED
    await bench.advance(1)
    entries = await bench.logged(conversation, "reopened")
    assert entries[-1].event == Reopened(to="owner", owner=OLGA)
    state = await bench.state(conversation)
    assert (state.status, state.owner) == (Status.OPEN, OLGA)


async def test_customer_ends_a_snooze_and_its_timer_wakes_nothing_later(bench: Bench) -> None:
    conversation = await snoozed(bench, HOUR)
    await bench.say("I am back")
    assert (await bench.state(conversation)).status is Status.OPEN
    await bench.advance(2 * HOUR)
    await bench.quiet()
    assert tags(await bench.log(conversation)).count("reopened") == 1


async def test_second_snooze_moves_the_timer(bench: Bench) -> None:
    conversation = await snoozed(bench, HOUR)
    await bench.do(conversation, c.Take(operator=PAVEL))
    floor = (await bench.state(conversation)).floor_seq
    until = bench.times.clock() + 3 * HOUR * SECOND
    await bench.do(conversation, c.Snooze(operator=PAVEL, floor_seq=floor, until=until))
    await bench.advance(2 * HOUR)
    await bench.quiet()
    assert (await bench.state(conversation)).status is Status.SNOOZED
    await bench.advance(1 * HOUR)
    entries = await bench.logged(conversation, "reopened")
    assert entries[-1].event == Reopened(to="owner", owner=PAVEL)


async def test_taken_out_of_a_snooze_its_timer_wakes_nothing(bench: Bench) -> None:
    conversation = await snoozed(bench, HOUR)
    await bench.do(conversation, c.Take(operator=PAVEL))
    await bench.advance(2 * HOUR)
    await bench.quiet()
    assert tags(await bench.log(conversation))[-1] == "taken"


async def test_bots_conversation_ends_after_a_long_silence(bench: Bench) -> None:
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await bench.logged(conversation, "bot_message")
    await bench.advance(24 * HOUR - 1)
    await bench.quiet()
    assert (await bench.state(conversation)).status is Status.PENDING
    await bench.advance(1)
    entries = await bench.logged(conversation, "resolved")
    assert Resolved(by="system", ending="answered", reason="silent") in [entry.event for entry in entries]


async def test_silence_is_counted_from_the_last_word(bench: Bench) -> None:
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await bench.logged(conversation, "bot_message")
    await bench.advance(20 * HOUR)
    await bench.say("More", choice="/more")
    await bench.logged(conversation, "bot_message", times=2)
    await bench.advance(20 * HOUR)
    await bench.quiet()
    assert (await bench.state(conversation)).status is Status.PENDING
    await bench.advance(4 * HOUR)
    await bench.logged(conversation, "resolved")


@pytest.mark.parametrize("status", [Status.QUEUED, Status.OPEN, Status.SNOOZED])
async def test_silence_ends_nothing_that_people_must_end(bench: Bench, status: Status) -> None:
    match status:
        case Status.QUEUED:
            conversation = (await bench.say("A person", choice="/switchboard.operator")).conversation
        case Status.OPEN:
            conversation, _ = await taken(bench)
        case _:
            conversation = await snoozed(bench, 100 * 24 * HOUR)
    for _ in range(5):
        await bench.advance(30 * HOUR)
        await bench.quiet()
    assert (await bench.state(conversation)).status is status
    check_gapless(await bench.log(conversation))


async def test_ledger_has_one_open_line_while_a_request_lasts(bench: Bench) -> None:
    conversation, _ = await taken(bench)
    await bench.say("more")
    (line,) = await bench.requests(conversation)
    assert (line.opened_seq, line.ending, line.ended_at) == (1, "", None)


async def test_ledger_names_the_ending(bench: Bench) -> None:
    conversation, _ = await taken(bench)
    await bench.advance(60)
    await resolve(bench, conversation)
    (line,) = await bench.requests(conversation)
    assert (line.ending, line.ended_at) == ("answered", bench.times.clock())


async def test_customer_who_gives_up_is_a_lost_request_with_its_reason(bench: Bench) -> None:
    conversation = (await bench.say("A person", choice="/switchboard.operator")).conversation
    await bench.do(conversation, c.Leave(reason="waited_too_long"))
    (line,) = await bench.requests(conversation)
    assert (line.ending, line.reason) == ("lost", "waited_too_long")


async def test_reopened_conversation_is_a_new_line_and_the_old_one_keeps_its_ending(bench: Bench) -> None:
    conversation, _ = await taken(bench)
    await resolve(bench, conversation)
    await bench.say("one more thing")
    first, second = await bench.requests(conversation)
    reopened = next(e.seq for e in await bench.log(conversation) if isinstance(e.event, Reopened))
    assert (first.ending, second.opened_seq, second.ending) == ("answered", reopened, "")
    await resolve(bench, conversation)
    assert [line.ending for line in await bench.requests(conversation)] == ["answered", "answered"]


async def test_snooze_neither_ends_nor_opens_a_request(bench: Bench) -> None:
    conversation = await snoozed(bench, HOUR)
    await bench.advance(HOUR)
    await bench.logged(conversation, "reopened")
    (line,) = await bench.requests(conversation)
    assert line.ending == ""
    await resolve(bench, conversation)
    (line,) = await bench.requests(conversation)
    assert line.ending == "answered"


async def test_more_time_after_a_talk_moves_its_end_on_every_node(bench: Bench) -> None:
    conversation, floor = await taken(bench)
    await bench.do(conversation, c.Resolve(operator=OLGA, floor_seq=floor, wrap_up=True))
    other = bench.node("node-b")
    other.start({})
    floor = (await bench.state(conversation)).floor_seq
    await bench.advance(50)
    await bench.do(conversation, c.ExtendWrapUp(operator=OLGA, floor_seq=floor))
    await bench.advance(69)
    other.due_at(1)
    await bench.quiet()
    assert (await bench.state(conversation)).status is Status.WRAP_UP
    await bench.advance(1)
    other.due_at(1)
    entries = await bench.logged(conversation, "resolved")
    await other.drain(within=0.2)
    check_gapless(entries)
    assert tags(entries).count("resolved") == 1


async def test_customer_who_writes_in_the_time_after_a_talk_takes_its_end_away(bench: Bench) -> None:
    conversation, floor = await taken(bench)
    await bench.do(conversation, c.Resolve(operator=OLGA, floor_seq=floor, wrap_up=True))
    await bench.say("one more thing")
    await bench.advance(120)
    await bench.quiet()
    state = await bench.state(conversation)
    assert (state.status, state.owner, state.wrap_up) == (Status.OPEN, OLGA, None)
