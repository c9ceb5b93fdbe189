"""The engine over servers that fail in the middle of a turn; and how that is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.choosing import ChosenEngine
from bot.embedded import EmbeddedEngine
from bot.rasa.engine import RasaEngine
from bot.rasa.errors import RasaAnswerUnfit, RasaError
from gateway.settings import RasaServers
from tests.bot.rasa.double import TOKEN, Clock, Fault, RasaDouble, answers, breaks_off, serving, tells
from tests.bot.talking import Talk

FAULTS: dict[str, Fault] = {
    "html": answers("<p>hello</p>", kind="text/html"),
    "error": answers(b"", status=500),
    "broken off": breaks_off,
    "wrong types": tells({"events": 3, "intents": 3, "version": 3}),
}
CALLS = ("/conversations/", "/webhooks/rest/webhook", "/status", "/domain", "/version")


@pytest.fixture
async def double() -> AsyncIterator[RasaDouble]:
    async with serving() as running:
        yield running


async def slug_of(business: str) -> str:
    return {"b": "lantern", "other": "salon"}[business]


def engine_of(*doubles: RasaDouble, clock: Clock | None = None) -> RasaEngine:
    servers = RasaServers(urls=tuple(one.url for one in doubles), token=TOKEN)
    return RasaEngine({"lantern": servers}, slug_of=slug_of, clock=clock or Clock(), now=lambda: 3.0)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", CALLS)
async def test_turn_that_a_server_spoils_is_made_again_and_answered(double: RasaDouble, path: str, fault: str) -> None:
    engine = engine_of(double)
    customer = Talk(engine, "b", "c", locale="en")
    spoiled = double.spoil(path, FAULTS[fault])
    inputs = customer.write("hello")
    with pytest.raises(RasaError):
        await engine.turn(customer.request(inputs))
    spoiled.clear()
    result = await customer.answer(inputs)
    assert [reply.text for reply in result.replies] == ["Hello."]
    assert [one for one in double.events["c"] if one["event"] == "user"][-1]["text"] == "hello"
    await engine.aclose()


async def test_server_that_takes_the_words_and_does_nothing_is_unfit(double: RasaDouble) -> None:
    engine = engine_of(double)
    double.spoil("/webhooks", tells([]))
    with pytest.raises(RasaAnswerUnfit):
        await Talk(engine, "b", "c").say("hello")
    await engine.aclose()


async def test_other_server_takes_over_in_the_same_turn_and_keeps_the_floor() -> None:
    async with serving() as one, serving() as two:
        engine = engine_of(one, two)
        customer = Talk(engine, "b", "c", locale="en")
        await customer.say("hello")
        assert two.asked == []
        spoiled = one.spoil("/", answers(b"", status=503))
        result = await customer.say("hello again")
        assert [reply.text for reply in result.replies] == ["Hello."]
        told = [event["text"] for event in two.events["c"] if event["event"] in ("user", "bot")]
        assert told[:3] == ["hello", "Hello.", "hello again"], "it was told what the other one had heard"
        spoiled.clear()
        before = len(one.asked)
        await customer.say("and again")
        assert len(one.asked) == before, "who answered last goes on, since its tracker is at hand"
        await engine.aclose()


async def test_people_are_called_at_once_while_every_server_is_given_up() -> None:
    clock = Clock()
    async with serving() as one, serving() as two:
        engine = engine_of(one, two, clock=clock)
        spoiled = [double.spoil("/", answers(b"", status=503)) for double in (one, two)]
        customer = Talk(engine, "b", "c", locale="en")
        inputs = customer.write("hello")
        for _ in range(3):
            with pytest.raises(RasaError):
                await engine.turn(customer.request(inputs))
        asked = len(one.asked) + len(two.asked)
        result = await engine.turn(customer.request(inputs))
        assert result.handoff is not None and result.handoff.cause == "engine_failed" and result.replies
        assert len(one.asked) + len(two.asked) == asked, "nobody waits for what is known to be down"
        assert len(engine.degraded()) == 2
        for one_spoiled in spoiled:
            one_spoiled.clear()
        clock.now += 6
        result = await customer.answer(inputs)
        assert [reply.text for reply in result.replies] == ["Hello."]
        await engine.aclose()


async def test_servers_that_are_down_are_told_without_any_customer_and_without_the_token() -> None:
    async with serving() as one, serving() as two:
        engine = engine_of(one, two)
        engine.start()
        await engine.look()
        assert engine.degraded() == []
        spoiled = two.spoil("/status", answers(b"", status=503))
        await engine.look()
        assert engine.degraded() == [f"rasa lantern: {two.url} answered 503."]
        spoiled.clear()
        await engine.look()
        assert engine.degraded() == []
        await engine.aclose()


async def test_model_that_was_replaced_elsewhere_is_noticed(double: RasaDouble) -> None:
    engine = engine_of(double)
    customer = Talk(engine, "b", "c", locale="en")
    assert (await customer.say("hello")).version == "model-1"
    double.model = "model-2"
    assert (await customer.say("hello")).version == "model-2"
    before = double.asked.count("GET /domain")
    await customer.say("hello")
    await customer.say("hello")
    assert double.asked.count("GET /domain") == before + 1, "its domain is asked for once"
    await engine.aclose()


async def test_businesses_without_servers_are_answered_by_the_embedded_engine(double: RasaDouble) -> None:
    engine = ChosenEngine(EmbeddedEngine(), engine_of(double))
    assert (await Talk(engine, "b", "c", locale="en").say("hello")).version == "model-1"
    result = await Talk(engine, "other", "d", locale="en").say("hello")
    assert result.handoff is not None and result.version == "", "it has no trained bot here"
    assert "d" not in double.events
    await engine.aclose()
