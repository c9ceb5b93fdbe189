"""Engines in an order: the next one works where one fails or hangs, and the failed one rests."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Listening, Recognizer, Synthesizer
from speech.order import Bench, Limits, Placed, RecognizerInOrder, SynthesizerInOrder
from speech.sound import FRAME_BYTES
from tests.channels.voice.virtual_line import StubRecognizer, StubSynthesizer, frames_of, run

HELLO = "Hello there"
SOUND = (4_000).to_bytes(2, "little") * (FRAME_BYTES // 2)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def speakers(**engines: Synthesizer) -> list[Placed[Synthesizer]]:
    return [Placed(name=name, engine=engine) for name, engine in engines.items()]


def listeners(**engines: Recognizer) -> list[Placed[Recognizer]]:
    return [Placed(name=name, engine=engine) for name, engine in engines.items()]


async def spoken(order: Synthesizer, text: str = HELLO, *, voice: str = "") -> int:
    return len([frame async for frame in order.speak(text, locale="en", voice=voice)])


# The bench.


def test_an_engine_that_failed_goes_to_the_end_until_it_has_rested() -> None:
    clock = Clock()
    bench, engines = Bench(clock=clock, first=30), speakers(a=StubSynthesizer(), b=StubSynthesizer())
    bench.failed("a", "en")
    assert [one.name for one in bench.order(engines, "en")] == ["b", "a"]
    assert [one.name for one in bench.order(engines, "ru")] == ["a", "b"]
    clock.now = 31
    assert [one.name for one in bench.order(engines, "en")] == ["a", "b"]


def test_who_fails_again_rests_longer_within_a_bound() -> None:
    clock = Clock()
    bench, engines = Bench(clock=clock, first=30, longest=100), speakers(a=StubSynthesizer(), b=StubSynthesizer())
    for rest in (30, 60, 100, 100):
        bench.failed("a", "en")
        clock.now += rest - 1
        assert bench.order(engines, "en")[0].name == "b"
        clock.now += 2
        assert bench.order(engines, "en")[0].name == "a"
    bench.worked("a", "en")
    bench.failed("a", "en")
    clock.now += 31
    assert bench.order(engines, "en")[0].name == "a"


def test_where_all_have_failed_the_first_to_have_rested_is_tried() -> None:
    clock = Clock()
    bench, engines = Bench(clock=clock), speakers(a=StubSynthesizer(), b=StubSynthesizer())
    bench.failed("b", "en")
    clock.now += 5
    bench.failed("a", "en")
    assert [one.name for one in bench.order(engines, "en")] == ["b", "a"]


# Speaking.


@pytest.mark.parametrize("broken", [StubSynthesizer(fails_at=0), StubSynthesizer(hangs_at=0)], ids=["fails", "hangs"])
def test_the_next_one_speaks_where_one_makes_no_sound(broken: StubSynthesizer) -> None:
    async def work() -> tuple[int, float, list[str]]:
        changes: list[str] = []
        order = SynthesizerInOrder(
            speakers(a=broken, b=StubSynthesizer()), bench=Bench(clock=Clock()), changed=changes.append
        )
        frames = await spoken(order)
        return frames, asyncio.get_running_loop().time(), changes

    frames, took, changes = run(work())
    assert frames == frames_of(HELLO)
    assert took <= Limits().first + 0.1
    assert changes == ["b"] and broken.speaking == 0


@pytest.mark.parametrize("broken", [StubSynthesizer(fails_at=5), StubSynthesizer(hangs_at=5)], ids=["fails", "hangs"])
def test_sound_that_breaks_off_is_told_and_the_next_one_is_asked_then(broken: StubSynthesizer) -> None:
    async def work() -> int:
        order = SynthesizerInOrder(speakers(a=broken, b=StubSynthesizer()), bench=Bench(clock=Clock()))
        with pytest.raises(SpeechUnavailable, match="a broke off"):
            await spoken(order)
        return await spoken(order)

    assert run(work()) == frames_of(HELLO)


def test_a_bug_in_an_engine_is_a_failure_of_it() -> None:
    class Broken(StubSynthesizer):
        async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0):  # type: ignore[no-untyped-def]
            yield bytes(1 // len(text[:0]))

    order = SynthesizerInOrder(speakers(a=Broken(), b=StubSynthesizer()), bench=Bench(clock=Clock()))
    assert run(spoken(order)) == frames_of(HELLO)


def test_where_none_speaks_that_is_told() -> None:
    changes: list[str] = []
    broken = StubSynthesizer(fails_at=0)
    order = SynthesizerInOrder(speakers(a=broken, b=broken), bench=Bench(clock=Clock()), changed=changes.append)
    with pytest.raises(SpeechUnavailable):
        run(spoken(order))
    assert changes == [""]


def test_a_voice_is_the_first_engines_and_others_have_their_own() -> None:
    class Voiced(StubSynthesizer):
        async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0):  # type: ignore[no-untyped-def]
            self.said.append(voice)
            if self.fails_at == 0:
                raise SpeechUnavailable
            yield SOUND

    first, second = Voiced(fails_at=0), Voiced()
    engines: list[Placed[Synthesizer]] = [
        Placed(name="a", engine=first),
        Placed(name="b", engine=second, voice="ru+f2"),
    ]
    run(spoken(SynthesizerInOrder(engines, bench=Bench(clock=Clock())), voice="alena"))
    assert (first.said, second.said) == (["alena"], ["ru+f2"])


# Listening.


async def listened(order: RecognizerInOrder, ms: int) -> tuple[Listening, list[Heard]]:
    """So much voice, then the final."""
    listening = await order.listen(locale="en", hints=Hints())
    for _ in range(ms // 20):
        listening.feed(SOUND)
    listening.finalize()
    heard: list[Heard] = []
    try:
        async for one in listening.heard():
            heard.append(one)
            if one.final:
                break
    finally:
        await listening.aclose()
    return listening, heard


def test_the_next_one_listens_where_one_refuses() -> None:
    changes: list[str] = []
    second = StubRecognizer(["yes please"])
    order = RecognizerInOrder(
        listeners(a=StubRecognizer(refuses=True), b=second), bench=Bench(clock=Clock()), changed=changes.append
    )
    _, heard = run(listened(order, 600))
    assert heard[-1].text == "yes please" and changes == ["b"] and second.listening == 0


def test_the_next_one_listens_where_one_does_not_open() -> None:
    order = RecognizerInOrder(
        listeners(a=StubRecognizer(opens=3_600), b=StubRecognizer(["yes"])), bench=Bench(clock=Clock())
    )
    _, heard = run(listened(order, 300))
    assert heard[-1].text == "yes"


@pytest.mark.parametrize(
    "broken", [StubRecognizer(["yes"], finals=False), StubRecognizer(["yes"], fails_after=100)], ids=["hangs", "fails"]
)
def test_who_keeps_a_final_or_fails_rests_and_the_next_one_is_asked(broken: StubRecognizer) -> None:
    async def work() -> tuple[str, float]:
        order = RecognizerInOrder(listeners(a=broken, b=StubRecognizer(["yes"])), bench=Bench(clock=Clock()))
        with pytest.raises(SpeechUnavailable, match="a listens no more"):
            await listened(order, 300)
        took = asyncio.get_running_loop().time()
        _, heard = await listened(order, 300)
        return heard[-1].text, took

    text, took = run(work())
    assert text == "yes"
    assert took <= Limits().final + 0.1
    assert broken.listening == 0


def test_a_final_asked_for_while_it_is_read_is_waited_for_no_longer() -> None:
    async def work() -> float:
        order = RecognizerInOrder(listeners(a=StubRecognizer(["yes"], finals=False)), bench=Bench(clock=Clock()))
        listening = await order.listen(locale="en", hints=Hints())
        asyncio.get_running_loop().call_later(10, listening.finalize)
        with pytest.raises(SpeechUnavailable):
            [one async for one in listening.heard()]
        await listening.aclose()
        return asyncio.get_running_loop().time()

    assert 12.4 < run(work()) < 12.6


def test_silence_is_no_hang() -> None:
    async def work() -> list[Heard]:
        order = RecognizerInOrder(listeners(a=StubRecognizer(["yes"])), bench=Bench(clock=Clock()))
        listening = await order.listen(locale="en", hints=Hints())
        loop = asyncio.get_running_loop()

        def feed() -> None:
            for _ in range(15):
                listening.feed(SOUND)

        loop.call_later(600, feed)
        loop.call_later(601, listening.finalize)
        heard: list[Heard] = []
        async for one in listening.heard():
            heard.append(one)
            if one.final:
                break
        await listening.aclose()
        return heard

    assert [one.text for one in run(work())] == ["yes", "yes"]


def test_a_slow_engine_may_be_given_more_time_at_its_place() -> None:
    async def work() -> str:
        slow: Recognizer = StubRecognizer(["yes"], lag=4.0)
        placed = Placed(name="slow", engine=slow, limits=Limits(final=5.0))
        _, heard = await listened(RecognizerInOrder([placed], bench=Bench(clock=Clock())), 300)
        return heard[-1].text

    assert run(work()) == "yes"
