"""The line with Silero on real sounds: speech, noise, pauses, talk-over, echo, coughs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from channels.voice.cues import NoMatch
from channels.voice.line_events import PromptHeard, Said
from gateway.ports import Synthesizer
from speech.activity import Silero
from speech.cache import Cached, SpeechCache
from speech.espeak import Espeak
from speech.order import Bench, Placed, SynthesizerInOrder
from speech.sound import RATE
from tests.channels.voice import sounds
from tests.channels.voice.sounds import Wave
from tests.channels.voice.virtual_line import StubRecognizer, StubSynthesizer, VirtualCall, run, sounded

HOURS = "We are open from nine to six on every day of the week. On Sundays we are closed, but you can write to us at any time."
ORDER = "where is my order"


class Speaking(StubSynthesizer):
    """With the voice of espeak-ng, at once."""

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        for frame in sounds.frames(sounds.speech(text, locale)):
            yield frame.tobytes()


def real_call(script: str = "", *, word: int = 200) -> VirtualCall:
    recognizer = StubRecognizer([script] if script else [], word=word)
    return VirtualCall(
        recognizer=recognizer, synthesizer=Speaking(), activities=Silero(), means=lambda text: text == ORDER
    )


def length(sound: Wave) -> int:
    return 1_000 * len(sound) // RATE


async def hear(call: VirtualCall, *parts: Wave) -> VirtualCall:
    return await call.sound(sounds.frames(np.concatenate(parts)))


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_a_question_ends_soon_after_its_last_sound(locale: str) -> None:
    question = sounds.speech({"en": "Where is my order?", "ru": "Где же мой заказ?"}[locale], locale)

    async def call() -> VirtualCall:
        call = real_call(ORDER)
        await call.go(400)
        return await hear(call, question, sounds.silence(1_000))

    done = run(call())
    (said,) = done.told(Said)
    spoken = 400 + length(question)
    assert said.text == ORDER
    assert 400 <= said.since <= 540 and abs(said.until - spoken) <= 60
    assert done.when(Said) - spoken <= 300 + 60


@pytest.mark.parametrize("decibels", [20, 10])
def test_a_question_in_noise_ends_too(decibels: float) -> None:
    question = sounds.speech("Where is my order?")

    async def call() -> VirtualCall:
        call = real_call(ORDER)
        sound = np.concatenate([sounds.silence(1_000), question, sounds.silence(2_000)])
        return await hear(call, sounds.in_noise(sound, decibels))

    done = run(call())
    assert done.said == [ORDER]
    assert done.when(Said) - 1_000 - length(question) <= 300 + 300


def test_long_pauses_are_no_ends() -> None:
    parts = ["I bought a lamp last week", "and now it does not work any more"]
    first, second = map(sounds.speech, parts)

    async def call() -> VirtualCall:
        call = real_call("I bought a lamp and now it is broken", word=300)
        return await hear(call, first, sounds.silence(500), second, sounds.silence(1_500))

    done = run(call())
    assert len(done.said) == 1
    assert abs(done.told(Said)[0].until - length(first) - 500 - length(second)) <= 100


@pytest.mark.parametrize(
    "text",
    [
        "No, wait, I want something else",
        "Stop, that is not what I asked for",
        "Сколько стоит интернет?",
        "Что это значит?",
    ],
    ids=["hard", "soft", "hard-ru", "soft-ru"],
)
@pytest.mark.parametrize(("waiting", "within"), [(0, 200), (1, 180)])
def test_talking_over_a_prompt_silences_it(text: str, waiting: int, within: int) -> None:
    """What waits in a jitter buffer counts; "Ско-лько" begins with a sound that stands alone."""
    locale = "en" if text.isascii() else "ru"

    async def call() -> tuple[VirtualCall, int]:
        call = real_call("no wait", word=350)
        call.carrier.waiting = waiting
        call.say("hours", HOURS)
        await call.go(1_500)
        assert sounded(call.carrier.given)[-1]
        await hear(call, sounds.speech(text, locale), sounds.silence(2_500))
        return call, sounded(call.carrier.given)[75:].index(False) * 20

    done, silent = run(call())
    assert silent <= within
    assert done.heard("hours").ended == "stopped"
    assert done.said == ["no wait"]
    heard = done.heard("hours").characters
    assert 5 <= heard <= 45


@pytest.mark.parametrize(
    "sound", [sounds.cough(), sounds.noise(1_500, 1_500), sounds.tones(1_500)], ids=["cough", "noise", "music"]
)
def test_what_is_no_voice_interrupts_nothing(sound: Wave) -> None:
    async def call() -> VirtualCall:
        call = real_call()
        call.say("hours", HOURS)
        await call.go(1_000)
        await hear(call, sound)
        return await call.go(9_000)

    done = run(call())
    assert done.heard("hours").ended == "whole" and done.besides[:1] != [NoMatch(1)]


def test_an_uh_huh_pauses_at_most_and_the_prompt_goes_on() -> None:
    async def call() -> VirtualCall:
        call = real_call("uh-huh", word=100)
        call.say("hours", HOURS)
        await call.go(1_500)
        await hear(call, sounds.speech("Uh-huh"))
        return await call.go(10_000)

    done = run(call())
    assert done.heard("hours").ended == "whole" and done.said == []


@pytest.mark.parametrize("decibels", [-50, -40, -30])
def test_what_echo_cancelling_leaves_of_a_prompt_does_not_interrupt_it(decibels: float) -> None:
    async def call() -> VirtualCall:
        call = real_call("we are open")
        call.carrier.echo = 10 ** (decibels / 20)
        call.say("hours", HOURS)
        return await call.go(10_000)

    done = run(call())
    assert done.heard("hours").ended == "whole"
    heard = sounded(done.carrier.given)
    assert heard.count(True) <= len(sounds.frames(sounds.speech(HOURS))) + 20


def test_loud_echo_makes_a_prompt_stutter_twice_and_no_more() -> None:
    async def call() -> VirtualCall:
        call = real_call()
        call.carrier.echo = 0.5
        call.say("hours", HOURS)
        return await call.go(14_000)

    assert run(call()).heard("hours").ended == "whole"


def test_a_caller_who_speaks_softly_interrupts_too() -> None:
    soft = sounds.at_level(sounds.speech("No, wait, I want something else"), 350)

    async def call() -> VirtualCall:
        call = real_call("no wait", word=350)
        call.say("hours", HOURS)
        await call.go(1_500)
        await hear(call, soft)
        return await call.go(2_000)

    assert run(call()).heard("hours").ended == "stopped"


async def test_espeak_speaks_through_a_line_and_repeats_itself_from_memory() -> None:
    """The real program, which takes the time that it takes: the line is stepped whenever it has nothing to wait for."""
    cache, engine = SpeechCache(), Espeak()
    voices: list[Placed[Synthesizer]] = [Placed(name="espeak", engine=Cached(engine, key="espeak", cache=cache))]
    call = VirtualCall(synthesizer=SynthesizerInOrder(voices, bench=Bench()))
    for name in ("first", "second"):
        call.say(name, "We are open from nine to six. On Sundays we are closed.")
        while not any(one.prompt == name for one in call.told(PromptHeard)):
            call.at += 20
            call.line.step(call.at)
            await asyncio.sleep(0)
        assert call.heard(name).ended == "whole"
        assert engine._running == set()
    heard = np.concatenate([frame for frame in call.carrier.given])
    assert np.abs(heard).max() > 3_000 and cache.size > 0
    await call.line.aclose()
