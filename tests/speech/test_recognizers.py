"""What holds of every recognizer (``gateway.ports.Listening``): the real ones, and services over their doubles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Listening
from speech.frames import FRAME_MS
from speech.streams import closing
from tests.speech.engines import FIRST, RECOGNIZERS, SECOND, SILENCE, Ears, ears, spoken


@pytest.fixture(params=RECOGNIZERS)
async def lab(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ears]:
    async with ears(request.param, tmp_path) as made:
        yield made


async def listen(lab: Ears) -> Listening:
    return await lab.engine.listen(locale="en", hints=lab.hints)


async def until_finals(listening: Listening, count: int = 1) -> list[Heard]:
    """All that is told, to the ``count``-th final."""
    told: list[Heard] = []
    async with asyncio.timeout(60), closing(listening.heard()) as heard:
        async for one in heard:
            told.append(one)
            count -= one.final
            if not count:
                break
    return told


def say(listening: Listening, text: str) -> int:
    """Milliseconds that it took."""
    sound = spoken(text)
    for frame in sound:
        listening.feed(frame)
    return len(sound) * FRAME_MS


def is_understood(lab: Ears, heard: Heard, text: str) -> bool:
    bare = heard.text.lower().strip(".!?")
    return bare == text if lab.exact else bool(bare)


async def test_utterance_is_understood_when_it_is_ended(lab: Ears) -> None:
    lab.hear(FIRST)
    listening = await listen(lab)
    say(listening, FIRST)
    listening.finalize()
    (*partials, final) = await until_finals(listening)
    assert is_understood(lab, final, FIRST) and final.since == 0 and 0 < final.confidence <= 1
    assert not any(one.final for one in partials) and {one.since for one in partials} <= {0}
    assert lab.service is None or not lab.service.problems


async def test_next_utterance_begins_where_the_one_before_ended(lab: Ears) -> None:
    lab.hear(FIRST, SECOND)
    listening = await listen(lab)
    took = say(listening, FIRST)
    listening.finalize()
    say(listening, SECOND)
    listening.finalize()
    told = await until_finals(listening, 2)
    first, second = [one for one in told if one.final]
    assert is_understood(lab, first, FIRST) and is_understood(lab, second, SECOND)
    assert (first.since, second.since) == (0, took)
    assert {one.since for one in told[: told.index(first)]} <= {0}
    assert {one.since for one in told[told.index(first) + 1 :]} == {took}


async def test_words_have_their_times_in_what_was_fed(lab: Ears) -> None:
    lab.hear(FIRST, SECOND)
    listening = await listen(lab)
    begun = say(listening, FIRST)
    listening.finalize()
    ended = begun + say(listening, SECOND)
    listening.finalize()
    *_, second = await until_finals(listening, 2)
    times = [instant for word in second.words for instant in (word.since, word.until)]
    assert times and times == sorted(times) and begun <= times[0] and times[-1] <= ended + FRAME_MS


async def test_each_end_has_its_final_also_where_nothing_was_said(lab: Ears) -> None:
    lab.hear(FIRST)
    listening = await listen(lab)
    listening.finalize()
    for _ in range(40):
        listening.feed(SILENCE)
    listening.finalize()
    say(listening, FIRST)
    listening.finalize()
    finals = [one for one in await until_finals(listening, 3) if one.final]
    assert [one.text for one in finals[:2]] == ["", ""] and is_understood(lab, finals[2], FIRST)
    assert [one.since for one in finals] == [0, 0, 40 * FRAME_MS]


async def test_pause_in_feeding_ends_nothing(lab: Ears) -> None:
    lab.hear(FIRST)
    listening = await listen(lab)
    sound = spoken(FIRST)
    for frame in sound[: len(sound) // 2]:
        listening.feed(frame)
    if lab.service is not None and not hasattr(lab.service, "prompts"):  # what has a connection keeps it alive
        for _ in range(3):
            lab.service.alive.clear()
            async with asyncio.timeout(10):
                await lab.service.alive.wait()
    for frame in sound[len(sound) // 2 :]:
        listening.feed(frame)
    listening.finalize()
    told = await until_finals(listening)
    assert [one.final for one in told].count(True) == 1 and is_understood(lab, told[-1], FIRST)
    assert all(0 <= word.since <= word.until <= len(sound) * FRAME_MS for word in told[-1].words)


async def test_closed_stream_ends_its_reader_at_once_and_takes_no_more(lab: Ears) -> None:
    lab.hear(FIRST)
    listening = await listen(lab)
    reader = asyncio.create_task(anext(listening.heard(), None))
    listening.feed(SILENCE)
    await listening.aclose()
    await listening.aclose()
    listening.feed(SILENCE)
    listening.finalize()
    async with asyncio.timeout(10):
        assert await reader is None


async def test_speakers_at_the_same_time_are_not_mixed_up(lab: Ears) -> None:
    lab.hear(FIRST)
    one, other = await listen(lab), await listen(lab)
    say(one, FIRST)
    for _ in range(20):
        other.feed(SILENCE)
    one.finalize()
    assert is_understood(lab, (await until_finals(one))[-1], FIRST)
    other.finalize()
    assert (await until_finals(other))[-1].text == ""


async def test_unknown_language_is_told(lab: Ears) -> None:
    with pytest.raises(SpeechUnavailable):
        listening = await lab.engine.listen(locale="tlh", hints=lab.hints)
        say(listening, FIRST)
        listening.finalize()
        await until_finals(listening)
