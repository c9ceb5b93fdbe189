"""A call in the log, in the ledger, and what becomes of it when its node is gone."""

from __future__ import annotations

from msgspec.structs import replace

from gateway.dispatcher.legs import LEG_LIVES, KeepLegs
from gateway.model import commands as c
from gateway.model.events import BotMessage, CallEnded, Speech
from gateway.model.state import Status
from gateway.ports import Receipt
from tests.support.clock import SECOND
from tests.support_edge.bench import OLGA, Bench
from tests.support_edge.checks import check_gapless, tags

LIVES = LEG_LIVES // SECOND


async def call(bench: Bench, leg: str = "leg-1") -> str:
    return (await bench.say("", call=leg)).conversation


async def speak(bench: Bench, text: str, leg: str = "leg-1") -> Receipt:
    said = bench.inbound(text, at_once=True, speech=Speech(leg=leg, since=0, until=900, confidence=0.9))
    return await bench.dispatcher.receive(replace(said, channel="voice"))


async def keep(bench: Bench, *legs: str) -> list[str]:
    return await bench.store.write(bench.place.business, KeepLegs(legs))


async def test_a_call_is_a_request_before_a_word_is_said(bench: Bench) -> None:
    conversation = await call(bench)
    assert tags(await bench.log(conversation)) == ["conversation_started", "call_started"]
    (request,) = await bench.requests(conversation)
    assert request.ending == ""
    await speak(bench, "Where is it?")
    await bench.logged(conversation, "bot_message")
    assert len(await bench.requests(conversation)) == 1


async def test_what_is_said_is_answered_at_once_and_by_voice(bench: Bench) -> None:
    conversation = await call(bench)
    await speak(bench, "Where is it?")
    entries = await bench.logged(conversation, "bot_message")
    (asked,) = bench.engine.requests
    assert asked.channel == "voice"
    answer = entries[-1].event
    assert isinstance(answer, BotMessage) and answer.endpoint.channel == "voice"
    check_gapless(entries)


async def test_a_call_joins_the_chat_before_it(bench: Bench) -> None:
    conversation = (await bench.say("Hello")).conversation
    assert await call(bench) == conversation
    await bench.do(conversation, c.EndCall(leg="leg-1", why="hung_up"))
    assert (await bench.state(conversation)).endpoint.channel == bench.place.channel


async def test_the_same_call_is_begun_once(bench: Bench) -> None:
    item = bench.inbound("", call="leg-1")
    first, again = await bench.dispatcher.receive(item), await bench.dispatcher.receive(item)
    assert again.repeated and again.seq == first.seq
    assert tags(await bench.log(first.conversation)).count("call_started") == 1


async def test_a_leg_whose_node_is_gone_is_ended(bench: Bench) -> None:
    conversation = await call(bench)
    await bench.do(conversation, c.RequestHandoff(reason="customer_asked", by="customer"))
    await bench.advance(LIVES - 1)
    await bench.quiet()
    assert (await bench.state(conversation)).legs
    await bench.advance(2)
    entries = await bench.logged(conversation, "call_ended")
    assert entries[-1].event == CallEnded(leg="leg-1", why="lost")
    state = await bench.state(conversation)
    assert (state.status, state.legs) == (Status.QUEUED, ())
    (request,) = await bench.requests(conversation)
    assert request.ending == "", "whoever can be reached on the page is still waited for"


async def test_a_leg_lives_as_long_as_its_node_says_so(bench: Bench) -> None:
    conversation = await call(bench)
    for _ in range(5):
        await bench.advance(LIVES - 1)
        assert await keep(bench, "leg-1") == []
    await bench.quiet()
    assert (await bench.state(conversation)).legs


async def test_a_node_is_told_which_of_its_legs_have_ended(bench: Bench) -> None:
    conversation = await call(bench)
    await bench.do(conversation, c.EndCall(leg="leg-1", why="over"))
    assert await keep(bench, "leg-1", "leg-2") == ["leg-1", "leg-2"]


async def test_last_words_after_the_end_are_kept_and_answered_in_writing(bench: Bench) -> None:
    conversation = await call(bench)
    await bench.do(conversation, c.EndCall(leg="leg-1", why="lost"))
    await speak(bench, "Hello?")
    entries = await bench.logged(conversation, "bot_message")
    answer = entries[-1].event
    assert isinstance(answer, BotMessage) and answer.endpoint.channel == bench.place.channel


async def test_whoever_is_taken_over_speaks_to_people(bench: Bench) -> None:
    conversation = await call(bench)
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.do(conversation, c.AnswerCall(leg="leg-1", operator=OLGA))
    await speak(bench, "Is anybody there?")
    await bench.quiet()
    assert bench.engine.requests == []
