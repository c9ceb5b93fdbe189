"""A recording is understood by the engines of the calls, an utterance at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from channels.voice.hearing import Recognition
from channels.voice.messages import transcribe
from gateway.errors import Invalid, SpeechUnavailable
from gateway.ports import Heard, Hints, Words
from speech.frames import FRAME_BYTES, FRAME_MS, RATE
from speech.order import Bench, Limits, Placed, RecognizerInOrder
from speech.sphinx import sphinx
from tests.support.voices import Sound, ogg, speech

QUIET = np.zeros(RATE * 3 // 2, dtype=np.int16)
LATE_MS = 10_000
"""Of sound that engines let wait for them."""


class Counting:
    """A recognizer that tells how long each utterance was, and refuses to be fed more than it can hold."""

    def __init__(self, *, fails: Callable[[int], bool] = lambda number: False, sure: float = 0.9) -> None:
        self.utterances = 0
        self.opened = 0
        self._fails = fails
        self._sure = sure

    async def listen(self, *, locale: str, hints: Hints) -> _Ear:
        self.opened += 1
        return _Ear(self, self._sure)

    def ended(self) -> bool:
        self.utterances += 1
        return not self._fails(self.utterances)

    async def aclose(self) -> None:
        pass


class _Ear:
    def __init__(self, recognizer: Counting, sure: float) -> None:
        self._recognizer = recognizer
        self._sure = sure
        self._told: asyncio.Queue[Heard | Exception] = asyncio.Queue()
        self._fed = self._since = 0

    def feed(self, frame: bytes) -> None:
        assert len(frame) == FRAME_BYTES
        self._fed += FRAME_MS
        assert self._fed - self._since <= LATE_MS

    def finalize(self) -> None:
        seconds = (self._fed - self._since) / 1000
        said = Heard(text=f"{seconds:.0f} seconds.", since=self._since, final=True, confidence=self._sure)
        self._told.put_nowait(said if self._recognizer.ended() else SpeechUnavailable("It broke."))
        self._since = self._fed

    async def heard(self) -> AsyncIterator[Heard]:
        while True:
            told = await self._told.get()
            if isinstance(told, Exception):
                raise told
            yield told

    async def aclose(self) -> None:
        pass


def by(*engines: Counting) -> Recognition:
    placed = [Placed(name=str(n), engine=one, limits=Limits(final=30)) for n, one in enumerate(engines)]
    return Recognition(recognizer=RecognizerInOrder(placed, bench=Bench()), locale="en")


def tone(seconds: float) -> Sound:
    wave: Sound = (9000 * np.sin(np.arange(int(seconds * RATE)) * 0.3)).astype(np.int16)
    return wave


SAID = np.concatenate([QUIET, tone(2), QUIET, tone(4), QUIET])


async def test_utterances_are_told_in_order() -> None:
    engine = Counting()
    words = await transcribe(ogg(SAID), by(engine))
    assert words == Words(text="3 seconds. 5 seconds.", language="en", confidence=words.confidence, sure=True)
    assert words.confidence == pytest.approx(0.9)
    assert (engine.opened, engine.utterances) == (1, 2)


async def test_a_long_talk_is_never_more_than_an_engine_can_hold() -> None:
    engine = Counting()
    words = await transcribe(ogg(tone(40)), by(engine))
    assert engine.utterances >= 5 and words.text.count("seconds") == engine.utterances


async def test_where_an_engine_breaks_the_next_one_goes_on() -> None:
    broken, other = Counting(fails=lambda number: number == 2), Counting()
    words = await transcribe(ogg(SAID), by(broken, other))
    assert words.text == "3 seconds. 5 seconds."
    assert (broken.utterances, other.utterances) == (2, 1)


async def test_where_all_break_it_is_told() -> None:
    with pytest.raises(SpeechUnavailable):
        await transcribe(ogg(SAID), by(Counting(fails=lambda number: True)))


async def test_it_is_told_how_sure_they_are() -> None:
    words = await transcribe(ogg(SAID), by(Counting(sure=0.2)))
    assert not words.sure and words.confidence == pytest.approx(0.2)


async def test_silence_is_nothing_said() -> None:
    engine = Counting()
    words = await transcribe(ogg(QUIET), by(engine))
    assert (words.text, words.sure, engine.opened) == ("", True, 0)


async def test_what_is_no_sound_reaches_no_engine() -> None:
    engine = Counting()
    with pytest.raises(Invalid):
        await transcribe(b"OggS" + bytes(500), by(engine))
    assert engine.opened == 0


async def test_pocketsphinx_understands_a_voice_message() -> None:
    engine = sphinx()
    hints = Hints(version="1", phrases=("are you open on Sunday", "slow internet", "I moved", "reset password"))
    order = RecognizerInOrder([Placed(name="s", engine=engine, limits=Limits(open=60, final=60))], bench=Bench())
    said = np.concatenate([QUIET, speech("are you open on Sunday", "en-us"), QUIET])
    try:
        words = await transcribe(ogg(said), Recognition(recognizer=order, locale="en", hints=hints))
    finally:
        await engine.aclose()
    assert words.text.lower().rstrip("?.") == "are you open on sunday" and words.sure
