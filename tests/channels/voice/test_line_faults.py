"""An engine that hangs or fails costs one turn at the most; the call goes on and says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.voice.cues import NoMatch, Person
from channels.voice.line import CALLER
from channels.voice.line_events import PromptBegan, Said
from speech.order import Bench, Placed, RecognizerInOrder, SynthesizerInOrder
from tests.channels.voice.virtual_line import (
    StubCarrier,
    StubRecognizer,
    StubSynthesizer,
    VirtualCall,
    frames_of,
    recognition,
    run,
    sounded,
)

ORDER = "where is my order"
ANSWER = "We are open from nine to six."


def with_recognizers(*engines: StubRecognizer) -> VirtualCall:
    """A call that is understood by several in their order."""
    call = VirtualCall(means=lambda text: text == ORDER)
    placed = [Placed(name=f"engine-{index}", engine=engine) for index, engine in enumerate(engines, start=1)]
    order = RecognizerInOrder(placed, bench=Bench(), changed=call.engines.append)
    call.line.understand(CALLER, recognition(order))
    return call


def with_synthesizers(*engines: StubSynthesizer) -> VirtualCall:
    placed = [Placed(name=f"engine-{index}", engine=engine) for index, engine in enumerate(engines, start=1)]
    works: list[str] = []
    call = VirtualCall(synthesizer=SynthesizerInOrder(placed, bench=Bench(), changed=works.append))
    call.engines = works
    return call


async def a_turn(call: VirtualCall) -> VirtualCall:
    await call.voice(1_200)
    return await call.go(3_000)


# Recognizers.


def test_a_recognizer_that_hangs_costs_one_turn() -> None:
    async def call() -> VirtualCall:
        deaf = StubRecognizer([ORDER], finals=False, partials=False)
        call = with_recognizers(deaf, StubRecognizer([ORDER]))
        await call.go(100)
        await a_turn(call)
        await a_turn(call)
        return call

    done = run(call())
    assert done.besides == [NoMatch(1), Said(who=CALLER, text=ORDER, since=4_300, until=5_500)]
    assert done.engines == ["engine-1", "engine-2"]


def test_a_recognizer_that_fails_in_the_midst_costs_nothing() -> None:
    async def call() -> VirtualCall:
        call = with_recognizers(StubRecognizer([ORDER], fails_after=700), StubRecognizer([ORDER]))
        await call.go(100)
        return await a_turn(call)

    assert run(call()).said == [ORDER]


def test_a_recognizer_that_does_not_open_costs_nothing_while_the_caller_is_greeted() -> None:
    async def call() -> VirtualCall:
        call = with_recognizers(StubRecognizer([ORDER], opens=3_600), StubRecognizer([ORDER]))
        await call.go(4_000)
        return await a_turn(call)

    assert run(call()).said == [ORDER]


def test_what_is_said_while_a_recognizer_opens_is_understood() -> None:
    async def call() -> VirtualCall:
        call = with_recognizers(StubRecognizer([ORDER], opens=1.0))
        return await a_turn(call)

    assert run(call()).said == [ORDER]


def test_without_any_recognizer_a_person_is_called() -> None:
    async def call() -> VirtualCall:
        call = with_recognizers(StubRecognizer(refuses=True))
        for _ in range(3):
            await a_turn(call)
        return call

    done = run(call())
    assert done.besides == [NoMatch(1), NoMatch(2), Person("no_match")]
    assert done.engines[0] == ""


def test_a_recognizer_that_comes_back_is_used_again() -> None:
    async def call() -> VirtualCall:
        engine = StubRecognizer([ORDER], refuses=True)
        call = with_recognizers(engine)
        await call.go(5_000)
        engine.refuses = False
        await call.go(10_000)
        return await a_turn(call)

    assert run(call()).said == [ORDER]


@pytest.mark.parametrize("pause", [2_000, 2_500, 3_000])
def test_what_is_said_while_a_hanging_recognizer_is_given_up_is_understood(pause: int) -> None:
    async def call() -> VirtualCall:
        deaf = StubRecognizer([ORDER], finals=False, partials=False)
        call = with_recognizers(deaf, StubRecognizer([ORDER]))
        await call.voice(1_000)
        await call.go(pause)
        return await a_turn(call)

    assert run(call()).said == [ORDER]


def test_a_refusing_recognizer_is_not_asked_over_and_over() -> None:
    asked: list[int] = []

    class Refusing(StubRecognizer):
        async def listen(self, **told: object):  # type: ignore[no-untyped-def]
            asked.append(1)
            raise ZeroDivisionError

    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=Refusing())
        return await call.go(60_000)

    run(call())
    assert len(asked) <= 6


def test_a_meaning_that_raises_is_no_end_of_the_call() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]), means=lambda text: bool(1 / 0))
        return await a_turn(call)

    assert run(call()).said == [ORDER]


# Synthesizers.


def test_the_next_synthesizer_speaks_where_one_hangs() -> None:
    async def call() -> VirtualCall:
        call = with_synthesizers(StubSynthesizer(hangs_at=0), StubSynthesizer())
        call.say("answer", ANSWER)
        return await call.go(6_000)

    done = run(call())
    assert done.heard("answer").ended == "whole"
    assert done.when(PromptBegan) <= 2_100
    assert done.engines == ["engine-2"]


@pytest.mark.parametrize("broken", [StubSynthesizer(fails_at=20), StubSynthesizer(hangs_at=20)], ids=["fails", "hangs"])
def test_a_sentence_that_breaks_off_is_said_anew_by_the_next_one(broken: StubSynthesizer) -> None:
    async def call() -> VirtualCall:
        call = with_synthesizers(broken, StubSynthesizer())
        call.say("answer", ANSWER)
        return await call.go(8_000)

    done = run(call())
    assert done.heard("answer").ended == "whole"
    assert 20 + frames_of(ANSWER) <= sum(sounded(done.carrier.given)) <= 24 + frames_of(ANSWER)


def test_a_prompt_that_none_can_speak_is_given_up_and_the_next_one_follows() -> None:
    class Picky(StubSynthesizer):
        def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
            self.fails_at = 0 if text == ANSWER else None
            return super().speak(text, locale=locale, voice=voice, rate=rate)

    async def call() -> VirtualCall:
        call = VirtualCall(synthesizer=Picky())
        call.say("first", ANSWER)
        call.say("second", "Something else to say.")
        return await call.go(4_000)

    done = run(call())
    assert [done.heard(name).ended for name in ("first", "second")] == ["failed", "whole"]
    assert done.heard("first").characters == 0


def test_a_bare_synthesizer_that_hangs_is_given_up() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(synthesizer=StubSynthesizer(hangs_at=5))
        call.say("answer", ANSWER)
        return await call.go(25_000)

    heard = run(call()).heard("answer")
    assert heard.ended == "failed" and heard.characters < 10


# Carriers.


def test_a_carrier_that_does_not_close_holds_nobody_up() -> None:
    class Hanging(StubCarrier):
        async def aclose(self) -> None:
            await asyncio.sleep(3_600)

    async def call() -> VirtualCall:
        call = VirtualCall()
        call.connect(Hanging())
        await call.go(100)
        await call.line.aclose()
        return call

    run(call())
