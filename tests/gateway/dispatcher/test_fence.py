"""The fence: a turn that comes too late says nothing, and a screen that is out of date gets a conflict."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import NotOwner, Refused, StaleFloor, TakenBy
from gateway.model import commands as c
from gateway.model.events import BotTurnDropped, Person, Taken
from gateway.model.state import Status
from tests.support_edge.bench import OLGA, PAVEL, Bench
from tests.support_edge.checks import check_gapless, check_turns, tags, texts
from tests.support_edge.waiting import until

LATE: list[c.AnyCommand] = [
    c.Take(operator=OLGA),
    c.AskForPerson(),
    c.RequestHandoff(reason="operator_decided", by="operator"),
    c.Leave(reason="left"),
]


@pytest.mark.parametrize("command", LATE, ids=lambda command: type(command).__name__)
async def test_turn_is_dropped_when_the_bot_lost_the_floor_meanwhile(bench: Bench, command: c.AnyCommand) -> None:
    bench.engine.hold()
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await until(lambda: len(bench.engine.requests) == 1)
    await bench.do(conversation, command)
    bench.engine.release()
    entries = await bench.logged(conversation, "bot_turn_dropped")
    assert entries[-1].event == BotTurnDropped(upto=2, reason="floor_changed")
    assert not {"bot_turn", "bot_message"} & set(tags(entries))


async def test_turn_that_waits_out_its_pause_is_not_made_when_people_took_over(bench: Bench) -> None:
    conversation = (await bench.say("no internet")).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.advance(1)
    await bench.quiet()
    assert bench.engine.requests == []
    assert tags(await bench.log(conversation)) == ["conversation_started", "customer_message", "taken"]


async def test_bot_that_gets_the_floor_back_answers_only_what_nobody_answered(bench: Bench) -> None:
    conversation = (await bench.say("answered by Olga")).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.SendReply(operator=OLGA, text="There you are", floor_seq=floor))
    await bench.do(conversation, c.ReturnToBot(operator=OLGA, floor_seq=floor))
    await bench.say("for the bot")
    await bench.advance(1)
    await bench.logged(conversation, "bot_message")
    assert bench.engine.heard == [["for the bot"]]


async def test_bot_is_not_asked_when_everything_was_answered_by_people(bench: Bench) -> None:
    conversation = (await bench.say("answered by Olga")).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.SendReply(operator=OLGA, text="There you are", floor_seq=floor))
    await bench.do(conversation, c.ReturnToBot(operator=OLGA, floor_seq=floor))
    await bench.advance(1)
    await bench.quiet()
    assert bench.engine.requests == []
    assert "bot_turn_dropped" not in tags(await bench.log(conversation))


async def test_bot_answers_what_waits_when_people_give_the_floor_back(bench: Bench) -> None:
    conversation = (await bench.say("first")).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.say("second")
    await bench.advance(1)
    await bench.quiet()
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.ReturnToBot(operator=OLGA, floor_seq=floor))
    await bench.advance(1)
    entries = await bench.logged(conversation, "bot_message")
    check_turns(entries)
    assert bench.engine.heard == [["first", "second"]]


async def test_turn_is_dropped_when_the_floor_went_to_people_and_came_back(bench: Bench) -> None:
    bench.engine.hold()
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await until(lambda: len(bench.engine.requests) == 1)
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.ReturnToBot(operator=OLGA, floor_seq=floor))
    bench.engine.release()
    await bench.logged(conversation, "bot_turn_dropped")
    await bench.advance(1)
    entries = await bench.logged(conversation, "bot_message")
    check_turns(entries)
    assert texts(entries).count("You said: /plans") == 1


async def test_of_two_who_take_at_once_one_gets_it_and_the_other_learns_who(bench: Bench) -> None:
    for number in range(5):
        conversation = (await bench.say(address=f"visitor {number}")).conversation
        results = await asyncio.gather(
            *(bench.do(conversation, c.Take(operator=who)) for who in (OLGA, PAVEL)), return_exceptions=True
        )
        entries = await bench.log(conversation)
        (taken,) = [entry.event for entry in entries if isinstance(entry.event, Taken)]
        (refusal,) = [result for result in results if isinstance(result, BaseException)]
        assert isinstance(refusal, TakenBy) and refusal.fields["owner"] == taken.operator.name


async def test_reply_from_a_stale_screen_is_a_conflict_and_not_a_second_voice(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    stale = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.Transfer(operator=OLGA, floor_seq=stale, to=PAVEL))
    await bench.do(conversation, c.Transfer(operator=PAVEL, floor_seq=stale + 2, to=OLGA))
    with pytest.raises(StaleFloor):
        await bench.do(conversation, c.SendReply(operator=OLGA, text="late", floor_seq=stale))
    with pytest.raises(NotOwner):
        await bench.do(conversation, c.SendReply(operator=PAVEL, text="not mine", floor_seq=stale + 4))
    assert not {"late", "not mine"} & set(texts(await bench.log(conversation)))


async def test_refused_command_leaves_no_trace(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    before = await bench.log(conversation)
    refused: list[c.AnyCommand] = [
        c.SendReply(operator=OLGA, text="no", floor_seq=1), c.ReturnToBot(operator=OLGA, floor_seq=1),
        c.Resolve(operator=OLGA, floor_seq=1), c.Snooze(operator=OLGA, floor_seq=1, until=1),
        c.AcceptOffer(operator=OLGA), c.Wake(), c.Transfer(operator=OLGA, floor_seq=1),
    ]  # fmt: skip
    for command in refused:
        with pytest.raises(Refused):
            await bench.do(conversation, command)
    assert await bench.log(conversation) == before
    assert (await bench.state(conversation)).status is Status.PENDING


async def test_racing_writers_leave_a_whole_log(bench: Bench) -> None:
    conversation = (await bench.say()).conversation

    async def customer() -> None:
        for number in range(20):
            await bench.say(f"line {number}", choice="/x" if number % 3 else "")

    async def desk(who: Person) -> None:
        for _ in range(20):
            state = await bench.state(conversation)
            for command in (
                c.Take(operator=who),
                c.SendReply(operator=who, text="hello", floor_seq=state.floor_seq),
                c.ReturnToBot(operator=who, floor_seq=state.floor_seq),
            ):
                try:
                    await bench.do(conversation, command)
                except Refused:
                    continue

    await asyncio.gather(customer(), desk(OLGA), desk(PAVEL))
    check_gapless(await bench.log(conversation))
