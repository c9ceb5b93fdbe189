"""Voice activity on real sounds, by every adapter."""

from __future__ import annotations

import numpy as np
import pytest

from channels.voice.mixer import Frame
from speech.activity import FORGET, MOST_AT_ONCE, Activities, Silero, VoiceActivity, WebRtc
from tests.channels.voice import sounds
from tests.channels.voice.sounds import Wave

VOICE = 0.6
TEXTS = {"en": "Where is my order? I bought a lamp yesterday.", "ru": "Где мой заказ? Я купил лампу вчера вечером."}


@pytest.fixture(params=["silero", "webrtc"])
def activity(request: pytest.FixtureRequest) -> VoiceActivity:
    models: dict[str, Activities] = {"silero": Silero(), "webrtc": WebRtc()}
    return models[request.param].stream()


@pytest.fixture
def silero() -> VoiceActivity:
    return Silero().stream()


def heard(activity: VoiceActivity, frame: Frame | None) -> float:
    activity.feed(frame)
    return activity.probability()


def told(activity: VoiceActivity, *parts: Wave) -> list[float]:
    return [heard(activity, frame) for part in parts for frame in sounds.frames(part)]


def share(probabilities: list[float], *, above: float = VOICE) -> float:
    return sum(one >= above for one in probabilities) / max(1, len(probabilities))


def longest(probabilities: list[float]) -> int:
    """Milliseconds of the longest voice."""
    runs = "".join("v" if one >= VOICE else " " for one in probabilities).split()
    return 20 * max(map(len, runs), default=0)


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_speech_is_voice_from_its_begin_to_its_end(activity: VoiceActivity, locale: str) -> None:
    before = told(activity, sounds.silence(500))
    speech = told(activity, sounds.speech(TEXTS[locale], locale))
    after = told(activity, sounds.silence(600))
    assert share(before) == 0
    assert share(speech) > 0.75  # there is a pause between its sentences
    assert share(speech[:8]) > 0
    assert share(after[8:]) == 0


def test_silence_is_no_voice(activity: VoiceActivity) -> None:
    assert told(activity, sounds.silence(3_000)) == [0.0] * 150


def test_a_frame_that_did_not_come_is_silence(activity: VoiceActivity) -> None:
    told(activity, sounds.speech(TEXTS["en"]))
    assert [heard(activity, None) for _ in range(40)][-1] < 0.1


@pytest.mark.parametrize("decibels", [20, 10])
def test_speech_in_noise_is_voice_and_the_noise_is_not(activity: VoiceActivity, decibels: float) -> None:
    sound = sounds.in_noise(np.concatenate([sounds.silence(1_000), sounds.speech(TEXTS["en"])]), decibels)
    probabilities = told(activity, sound)
    assert share(probabilities[10:48]) < 0.1
    assert share(probabilities[50:]) > 0.8


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_silero_hears_speech_in_loud_noise(silero: VoiceActivity, locale: str) -> None:
    sound = sounds.in_noise(np.concatenate([sounds.silence(1_000), sounds.speech(TEXTS[locale], locale)]), 5)
    probabilities = told(silero, sound)
    assert share(probabilities[:50]) == 0
    assert share(probabilities[50:]) > 0.8


@pytest.mark.parametrize(
    "sound", [sounds.noise(3_000, 1_500), sounds.tones(3_000), sounds.cough()], ids=["noise", "music", "cough"]
)
def test_silero_takes_nothing_for_voice_that_is_none(silero: VoiceActivity, sound: Wave) -> None:
    assert longest(told(silero, sounds.silence(200), sound)) < 60


def test_webrtc_takes_a_cough_for_voice() -> None:
    """Why it is the light choice and not the usual one."""
    assert longest(told(WebRtc().stream(), sounds.silence(200), sounds.cough())) >= 60


def test_quiet_speech_is_voice_too(activity: VoiceActivity) -> None:
    quiet = sounds.at_level(sounds.speech(TEXTS["en"]), 250)
    assert share(told(activity, sounds.silence(200), quiet)[12:]) > 0.6


def test_what_was_said_long_ago_does_not_count(silero: VoiceActivity) -> None:
    first = told(silero, sounds.speech(TEXTS["en"]))
    told(silero, sounds.silence(20 * FORGET))
    assert told(silero, sounds.speech(TEXTS["en"])) == first


def test_what_is_told_ahead_is_what_is_told_later_and_changes_nothing() -> None:
    frames = sounds.frames(sounds.speech(TEXTS["en"]))
    model = Silero()
    looking, other = model.stream(), model.stream()
    usual = [heard(other, frame) for frame in frames]
    for at, frame in enumerate(frames):
        assert looking.ahead(frames[at : at + 3]) == pytest.approx(usual[at : at + 3], abs=1e-4)
        assert heard(looking, frame) == pytest.approx(usual[at], abs=1e-4)
    assert WebRtc().stream().ahead(frames[:3]) == [], "it can't be set back"


def test_streams_do_not_know_of_one_another() -> None:
    """Whether their windows are looked at one by one or together."""
    model = Silero()
    speech, noise = sounds.frames(sounds.speech(TEXTS["ru"], "ru")), sounds.frames(sounds.noise(5_000, 1_500))
    alone = [heard(stream, frame) for stream in [model.stream()] for frame in speech]
    one, other = model.stream(), model.stream()
    together = []
    for here, there in zip(speech, noise, strict=False):
        one.feed(here)
        other.feed(there)
        together.append(one.probability())
        assert other.probability() < 0.3
    assert together == pytest.approx(alone[: len(together)], abs=0.001)


def test_many_streams_are_looked_at_together_in_bounded_numbers() -> None:
    model = Silero()
    streams = [model.stream() for _ in range(3 * MOST_AT_ONCE + 5)]
    speech = sounds.frames(sounds.speech(TEXTS["en"]))
    for frame in speech[:20]:
        for stream in streams:
            stream.feed(frame)
    assert {round(stream.probability(), 3) for stream in streams} == {round(streams[0].probability(), 3)}
