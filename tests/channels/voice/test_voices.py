"""Which engines a call has: what its inbox chose, in that order, and what is always there."""

from __future__ import annotations

import array
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.voice.opening import opening
from channels.voice.voices import PATIENT, Voices
from gateway.model.rules import CallSettings, Speaker
from gateway.phrases import CataloguePhrases
from gateway.ports import Hints
from gateway.settings import SpeechEngine
from speech.making import Engines
from speech.order import Placed
from tests.channels.voice.test_calls import Typist
from tests.channels.voice.virtual_line import Loudness, StubSynthesizer
from tests.speech.engines import FIRST, spoken
from tests.support_edge.speech.deepgram import DeepgramDouble, deepgram_double
from tests.support_edge.speech.openai import OpenAIDouble, openai_double
from tests.support_edge.speech.service import KEY


class Knowing:
    """A ``Vocabulary`` of nothing, in a ``version``."""

    def __init__(self) -> None:
        self.version = "1"

    def hints(self, business: str, locale: str) -> Hints:
        return Hints(version=self.version)

    def means(self, business: str, text: str, locale: str) -> bool:
        return False


class Lab:
    def __init__(self, deepgram: DeepgramDouble, openai: OpenAIDouble, folder: Path) -> None:
        self.deepgram, self.openai = deepgram, openai
        self.typist, self.speaker = Typist(), StubSynthesizer()
        self.changes: list[tuple[str, str]] = []
        self.knows = Knowing()
        tables = {
            "live": SpeechEngine(kind="deepgram", url=deepgram.url, key=KEY),
            "cloud": SpeechEngine(kind="openai", url=openai.url, key=KEY, model="whisper-1", voice_model="tts-1"),
        }
        self.voices = Voices(
            synthesizers=[Placed(name="start-speaks", engine=self.speaker)],
            recognizers=[Placed(name="start-hears", engine=self.typist)],
            activities=Loudness(), vocabulary=self.knows, engines=Engines(tables, folder),
        )  # fmt: skip

    async def hear(self, settings: CallSettings) -> str:
        voice = self.voices.of("b", "en", settings, changed=lambda part, name: self.changes.append((part, name)))
        assert voice.recognition is not None
        listening = await voice.recognition.recognizer.listen(locale="en", hints=Hints())
        for frame in spoken(FIRST):
            listening.feed(frame)
        listening.finalize()
        final = await anext(one async for one in listening.heard() if one.final)
        await listening.aclose()
        return final.text

    async def say(self, settings: CallSettings) -> list[bytes]:
        voice = self.voices.of("b", "en", settings, changed=lambda part, name: self.changes.append((part, name)))
        parts = voice.parts
        return [
            frame async for frame in parts.synthesizer.speak("Hello", locale="en", voice=voice.voice, rate=voice.rate)
        ]


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with deepgram_double() as deepgram, openai_double() as openai:
        made = Lab(deepgram, openai, tmp_path)
        yield made
        await made.voices.aclose()


LIVE = CallSettings(
    recognizers={"en": ("live", "cloud")}, speakers={"en": (Speaker(name="cloud", voice="nova", rate=1.5),)}
)


async def test_call_has_the_engines_that_its_inbox_chose(lab: Lab) -> None:
    lab.deepgram.says = [FIRST]
    assert await lab.hear(LIVE) == FIRST
    assert max(abs(sample) for frame in await lab.say(LIVE) for sample in array.array("h", frame)) > 1_000
    assert lab.changes == [("recognizer", "live"), ("synthesizer", "cloud")]
    voice = lab.voices.of("b", "en", LIVE, changed=lambda part, name: None)
    assert (voice.voice, voice.rate) == ("nova", 1.5)


async def test_next_one_works_where_one_fails(lab: Lab) -> None:
    lab.deepgram.status, lab.openai.says = 500, [FIRST]
    assert await lab.hear(LIVE) == FIRST
    assert lab.changes == [("recognizer", "cloud")]


async def test_something_is_said_though_no_chosen_engine_speaks(lab: Lab) -> None:
    lab.openai.status = 429
    assert await lab.say(LIVE)
    assert lab.changes == [("synthesizer", "start-speaks")]


@pytest.mark.parametrize(
    "settings",
    [
        CallSettings(),
        CallSettings(recognizers={"ru": ("live",)}, speakers={"ru": (Speaker(name="cloud"),)}),
        CallSettings(recognizers={"en": ("gone",)}, speakers={"en": (Speaker(name="gone"),)}),
    ],
)
async def test_call_whose_inbox_chose_none_that_is_there_has_the_start(lab: Lab, settings: CallSettings) -> None:
    lab.typist.hears.append("from the typist")
    assert await lab.hear(settings) == "from the typist"
    assert await lab.say(settings)
    assert lab.changes == [("recognizer", "start-hears"), ("synthesizer", "start-speaks")]


async def test_turns_wait_longer_for_a_recognizer_that_tells_nothing_before(lab: Lab) -> None:
    def settings(*names: str) -> object:
        chosen = CallSettings(recognizers={"en": names})
        return lab.voices.of("b", "en", chosen, changed=lambda part, name: None).parts.settings

    assert settings("cloud", "live") == PATIENT != settings("live", "cloud")


async def test_engines_here_are_prepared_and_services_are_not(lab: Lab) -> None:
    await lab.voices.prepare("b", "en", ("live", "cloud"))
    assert lab.deepgram.asked == 0
    for _ in range(2):
        await lab.voices.prepare("b", "en")
    assert len(lab.typist.hints) == 1


async def test_what_a_bot_was_taught_meanwhile_is_learned_before_the_next_call(lab: Lab) -> None:
    await lab.voices.prepare("b", "en")
    await lab.voices.learn("b")
    assert len(lab.typist.hints) == 1  # nothing is new
    lab.knows.version = "2"
    await lab.voices.learn("another")
    assert len(lab.typist.hints) == 1
    await lab.voices.learn("b")
    assert [one.version for one in lab.typist.hints] == ["1", "2"]


async def test_what_everybody_is_told_is_spoken_once_and_before(lab: Lab) -> None:
    for _ in range(2):
        await lab.voices.speak_before("b", ("Hello", "One moment"), locale="en", settings=LIVE)
    asked = lab.openai.asked
    assert asked == 2
    assert await lab.say(LIVE) and lab.openai.asked == asked
    await lab.voices.speak_before("b", ("Good evening",), locale="en", settings=LIVE)
    assert lab.openai.asked == asked + 1


async def test_what_cannot_be_spoken_before_is_no_fault(lab: Lab) -> None:
    lab.openai.status = 500
    await lab.voices.speak_before("b", ("Hello",), locale="en", settings=LIVE)
    assert await lab.say(LIVE)


def test_opening_is_the_greeting_the_notice_and_what_comes_soon() -> None:
    settings = CallSettings(notice={"en": "This call is recorded."})
    texts = opening(settings, CataloguePhrases(), "en", name="Lantern")
    assert texts[:2] == ("Hello, this is Lantern.", "How can I help you?")
    assert "This call is recorded." in texts and "One moment, please." in texts and len(set(texts)) == len(texts)
    own = opening(
        CallSettings(greeting={"en": "Lantern here, good to hear you!"}), CataloguePhrases(), "en", name="Lantern"
    )
    assert own[0] == "Lantern here, good to hear you!"
