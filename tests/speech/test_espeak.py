"""espeak-ng speaks: the real program, and one that hangs."""

from __future__ import annotations

import array
import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import SpeechUnavailable
from speech.espeak import Espeak
from speech.sound import FRAME_BYTES, FRAME_MS
from tests.support_edge.waiting import until

TEXTS = {"ru": "Здравствуйте, чем помочь?", "en": "Hello, how can I help you?"}


@pytest.fixture
async def engine() -> AsyncIterator[Espeak]:
    made = Espeak()
    yield made
    await made.aclose()


async def said(engine: Espeak, text: str, *, locale: str = "en", rate: float = 1.0) -> list[bytes]:
    return [frame async for frame in engine.speak(text, locale=locale, rate=rate)]


def loudest(frames: list[bytes]) -> int:
    return max(abs(sample) for frame in frames for sample in array.array("h", frame))


@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_text_becomes_whole_frames_of_sound(engine: Espeak, locale: str) -> None:
    frames = await said(engine, TEXTS[locale], locale=locale)
    assert {len(frame) for frame in frames} == {FRAME_BYTES}
    assert 1_000 < len(frames) * FRAME_MS < 4_000
    assert loudest(frames) > 3_000


async def test_twice_as_fast_takes_about_half_the_time(engine: Espeak) -> None:
    usual, fast = await said(engine, TEXTS["en"]), await said(engine, TEXTS["en"], rate=2.0)
    assert 0.4 < len(fast) / len(usual) < 0.7


async def test_program_whose_sound_nobody_takes_any_more_is_ended(engine: Espeak) -> None:
    speaking = engine.speak("One sentence after another. " * 100, locale="en")
    await anext(speaking)
    (process,) = engine._running
    assert process.stdout is not None
    await until(lambda: process.stdout._paused)  # type: ignore[union-attr]
    async with asyncio.timeout(20):
        await speaking.aclose()  # type: ignore[attr-defined]
    assert process.returncode is not None and not engine._running


async def test_who_stops_listening_ends_the_program(engine: Espeak) -> None:
    speaking = engine.speak("One sentence after another. " * 100, locale="en")
    await anext(speaking)
    (process,) = engine._running
    await speaking.aclose()  # type: ignore[attr-defined]
    assert process.returncode is not None and engine._running == set()


async def test_nothing_to_say_is_no_sound(engine: Espeak) -> None:
    assert all(not any(frame) for frame in await said(engine, "  "))


async def test_text_is_never_an_option_of_the_program(engine: Espeak, tmp_path: Path) -> None:
    made = tmp_path / "made.wav"
    assert loudest(await said(engine, f"-w {made}")) > 1_000
    assert not made.exists()


@pytest.mark.parametrize("voice", ["xx", "../../etc/passwd", "en -w /tmp/x", ""])
async def test_voice_that_there_is_not_says_so(engine: Espeak, voice: str) -> None:
    with pytest.raises(SpeechUnavailable, match="espeak-ng"):
        await said(engine, "Hello", locale=voice)


async def test_program_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(SpeechUnavailable, match="apt install espeak-ng"):
        await said(Espeak(program="no-such-program"), "Hello")


async def test_program_that_hangs_is_given_up(tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o700)
    engine = Espeak(program=os.fspath(hangs), hang=0.2)
    with pytest.raises(SpeechUnavailable, match="hangs"):
        await said(engine, "Hello")
    assert engine._running == set()
