"""What holds of every synthesizer (``gateway.ports.Synthesizer``): the real ones, and services over their doubles."""

from __future__ import annotations

import array
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import SpeechUnavailable
from speech.frames import FRAME_BYTES
from tests.speech.engines import SYNTHESIZERS, Mouth, mouth

TEXT = "Hello, hello."
LONG = "Hello, how can I help you? We are open from nine to six, on Sundays until four."


@pytest.fixture(params=SYNTHESIZERS)
async def lab(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Mouth]:
    async with mouth(request.param, tmp_path) as made:
        yield made


async def said(lab: Mouth, text: str = TEXT, *, voice: str = "", rate: float = 1.0) -> list[bytes]:
    async with asyncio.timeout(60):
        return [frame async for frame in lab.engine.speak(text, locale="en", voice=voice, rate=rate)]


async def test_text_becomes_whole_frames_of_sound(lab: Mouth) -> None:
    frames = await said(lab)
    assert frames and {len(frame) for frame in frames} == {FRAME_BYTES}
    assert max(abs(sample) for frame in frames for sample in array.array("h", frame)) > 1_000
    assert lab.service is None or not lab.service.problems


async def test_twice_as_fast_takes_about_half_the_time(lab: Mouth) -> None:
    usual, fast = await said(lab, LONG), await said(lab, LONG, rate=2.0)
    lengthens = (
        lab.voice != "en_US-toy-medium"
    )  # whose network gives back its numbers, whatever the length that it is told
    assert not lengthens or 0.4 < len(fast) / len(usual) < 0.7


async def test_voice_is_chosen_by_its_name(lab: Mouth) -> None:
    assert await said(lab, voice=lab.voice)
    with pytest.raises(SpeechUnavailable):
        await said(lab, voice="nobody's")


async def test_who_stops_listening_ends_the_work(lab: Mouth) -> None:
    if lab.service is not None:
        lab.service.hangs = True
    speaking = lab.engine.speak("One sentence after another. " * 8, locale="en")
    async with asyncio.timeout(30):
        assert len(await anext(speaking)) == FRAME_BYTES
        await speaking.aclose()  # type: ignore[attr-defined]
        if lab.service is not None:
            await lab.service.gone.wait()


async def test_many_texts_at_once_are_not_mixed_up(lab: Mouth) -> None:
    short, long = await said(lab, "Hello."), await said(lab, "Hello, hello, hello, hello.")
    both = await asyncio.gather(said(lab, "Hello."), said(lab, "Hello, hello, hello, hello."))
    assert [len(one) for one in both] == [len(short), len(long)] and len(short) < len(long)
