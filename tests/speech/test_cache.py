"""Frequent phrases are synthesized once."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import SpeechUnavailable
from speech.cache import Cached, SpeechCache
from tests.channels.voice.virtual_line import StubSynthesizer, frames_of, run

HELLO = "Hello there"


async def spoken(engine: Cached, text: str = HELLO, *, rate: float = 1.0) -> list[bytes]:
    return [frame async for frame in engine.speak(text, locale="en", rate=rate)]


def cached(engine: StubSynthesizer, cache: SpeechCache | None = None, key: str = "stub") -> Cached:
    return Cached(engine, key=key, cache=cache or SpeechCache())


def test_what_was_said_before_is_not_made_again() -> None:
    async def work() -> StubSynthesizer:
        engine = StubSynthesizer(first=0.5)
        speaker = cached(engine)
        first = await spoken(speaker)
        before = asyncio.get_running_loop().time()
        assert await spoken(speaker) == first
        assert asyncio.get_running_loop().time() == before
        await speaker.aclose()
        return engine

    assert run(work()).said == [HELLO]


def test_another_rate_or_engine_sounds_otherwise() -> None:
    async def work() -> tuple[list[str], list[str]]:
        cache, one, other = SpeechCache(), StubSynthesizer(), StubSynthesizer()
        await spoken(cached(one, cache, "one"))
        await spoken(cached(one, cache, "one"), rate=1.5)
        await spoken(cached(other, cache, "other"))
        return one.said, other.said

    assert run(work()) == ([HELLO, HELLO], [HELLO])


def test_many_who_want_the_same_at_once_hear_one_making() -> None:
    async def work() -> tuple[StubSynthesizer, list[list[bytes]]]:
        engine = StubSynthesizer(first=0.2, each=0.01)
        speaker = cached(engine)

        async def late() -> list[bytes]:
            await asyncio.sleep(0.25)
            return await spoken(speaker)

        return engine, list(await asyncio.gather(spoken(speaker), spoken(speaker), late()))

    engine, heard = run(work())
    assert engine.said == [HELLO]
    assert {len(frames) for frames in heard} == {frames_of(HELLO)}


def test_sound_comes_as_it_is_made() -> None:
    async def work() -> float:
        speaker = cached(StubSynthesizer(first=0.1, each=1.0))
        stream = speaker.speak(HELLO, locale="en")
        await anext(stream)
        took = asyncio.get_running_loop().time()
        await stream.aclose()  # type: ignore[attr-defined]
        return took

    assert run(work()) < 1.2


def test_what_nobody_wants_any_more_is_not_made() -> None:
    async def work() -> tuple[int, int]:
        engine = StubSynthesizer(each=0.1)
        speaker = cached(engine)
        one, other = speaker.speak(HELLO, locale="en"), speaker.speak(HELLO, locale="en")
        await anext(one)
        await anext(other)
        await one.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0)
        still = engine.speaking
        await other.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
        return still, engine.speaking

    assert run(work()) == (1, 0)


def test_a_failure_is_told_to_all_and_kept_for_nobody() -> None:
    async def work() -> StubSynthesizer:
        engine = StubSynthesizer(fails_at=5, each=0.01)
        speaker = cached(engine)
        told = await asyncio.gather(spoken(speaker), spoken(speaker), return_exceptions=True)
        assert [type(one) for one in told] == [SpeechUnavailable] * 2
        engine.fails_at = None
        assert len(await spoken(speaker)) == frames_of(HELLO)
        return engine

    assert run(work()).said == [HELLO, HELLO]


def test_the_cache_is_bounded_and_loses_what_was_said_least_lately() -> None:
    cache = SpeechCache(most_bytes=1_000)
    for name in ("a", "b", "c"):
        cache.put(("e", "", "en", 1.0, name), [bytes(300)])
    cache.get(("e", "", "en", 1.0, "a"))
    cache.put(("e", "", "en", 1.0, "d"), [bytes(300)])
    kept = [name for name in "abcd" if cache.get(("e", "", "en", 1.0, name))]
    assert kept == ["a", "c", "d"] and cache.size == 900
    cache.put(("e", "", "en", 1.0, "long"), [bytes(2_000)])
    assert cache.size == 900


def test_phrases_stand_ready_after_a_warm_up() -> None:
    async def work() -> tuple[int, list[str]]:
        engine = StubSynthesizer()
        speaker = cached(engine)
        ready = await speaker.warm_up([HELLO, "Goodbye", HELLO], locale="en")
        await spoken(speaker, "Goodbye")
        return ready, engine.said

    assert run(work()) == (3, [HELLO, "Goodbye"])


def test_a_warm_up_leaves_an_engine_that_fails() -> None:
    async def work() -> tuple[int, list[str]]:
        engine = StubSynthesizer(fails_at=0)
        return await cached(engine).warm_up([HELLO, "Goodbye"], locale="en"), engine.said

    assert run(work()) == (0, [HELLO])


def test_who_listens_while_it_is_closed_is_told() -> None:
    async def work() -> None:
        speaker = cached(StubSynthesizer(each=0.1))
        listener = asyncio.create_task(spoken(speaker))
        await asyncio.sleep(0.15)
        await speaker.aclose()
        with pytest.raises(SpeechUnavailable):
            await listener

    run(work())
