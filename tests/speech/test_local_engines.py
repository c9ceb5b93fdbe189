"""Vosk and faster-whisper against strict doubles of their packages; Piper with the real runtime and a tiny voice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints
from speech.engine import Ear, Engine
from speech.frames import FRAME_BYTES
from speech.piper import Piper, piper, sentences, sounds
from speech.vosk import Vosk
from speech.whisper import Whisper, names_in
from tests.speech.onnx import SOUNDS, write_voice

VOICE = b"\1\1" * (FRAME_BYTES // 2)
SILENCE = bytes(FRAME_BYTES)


@pytest.fixture
def doubles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "doubles"))
    for name in ("vosk", "faster_whisper"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in ("vosk", "faster_whisper"):
        sys.modules.pop(name, None)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("vosk", "faster_whisper"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "vosk" / "vosk-model-small-en-us-0.15" / "am").mkdir(parents=True)
    (tmp_path / "vosk" / "vosk-model-small-en-us-0.15" / "am" / "final.mdl").touch()
    (tmp_path / "whisper" / "whisper-tiny").mkdir(parents=True)
    (tmp_path / "whisper" / "whisper-tiny" / "model.bin").touch()
    return tmp_path


def fed(ear: Ear, *frames: bytes) -> list[Heard]:
    """What is told meanwhile, five frames at a time as they come from a line."""
    told: list[Heard] = []
    for at in range(0, len(frames), 5):
        told += ear.feed(b"".join(frames[at : at + 5]))
    return told


def final(ear: Ear) -> Heard:
    (heard,) = ear.finalize()
    assert heard.final
    return heard


@pytest.mark.usefixtures("doubles")
def test_vosk_tells_partials_and_a_final_with_words_and_times(models: Path) -> None:
    ear = Vosk(models).listen("en-US", Hints())
    partials = fed(ear, *[SILENCE] * 10, *[VOICE] * 50)
    assert [one.text for one in partials] == ["word", "word word", "word word word"]
    assert not any(one.final for one in partials)
    heard = final(ear)
    assert (heard.text, heard.since, heard.confidence) == ("word word word", 0, 0.75)
    assert [(word.since, word.until) for word in heard.words] == [(200, 600), (600, 1000), (1000, 1400)]
    ear.close()


@pytest.mark.usefixtures("doubles")
def test_pause_that_vosk_takes_for_an_end_parts_no_utterance(models: Path) -> None:
    ear = Vosk(models).listen("en", Hints())
    partials = fed(ear, *[VOICE] * 20, *[SILENCE] * 40, *[VOICE] * 20)
    assert partials[-1].text == "word word" and {one.since for one in partials} == {0}
    assert final(ear).text == "word word"
    fed(ear, *[VOICE] * 20)
    assert (heard := final(ear)).since == 1_600 and heard.text == "word"


@pytest.mark.usefixtures("doubles")
def test_silence_is_a_final_without_text(models: Path) -> None:
    engines: list[Engine] = [Vosk(models), Whisper(models, 1)]
    for made in engines:
        ear = made.listen("en", Hints())
        assert fed(ear, *[SILENCE] * 100) == []
        assert (heard := final(ear)).text == "" and heard.words == () and heard.confidence == 1.0


@pytest.mark.usefixtures("doubles")
def test_whisper_understands_an_utterance_at_its_end_and_tells_partials_each_second(models: Path) -> None:
    ear = Whisper(models, 1).listen("ru-RU", Hints())
    partials = fed(ear, *[VOICE] * 110)
    assert [one.text for one in partials] == ["1.0 seconds", "2.0 seconds"]
    heard = final(ear)
    assert heard.text == "2.2 seconds" and 0.7 < heard.confidence < 0.9
    assert type(heard.words[0].confidence) is float and heard.words[0].until == 2_200
    fed(ear, *[VOICE] * 10)
    assert (second := final(ear)).since == 2_200 and second.text == "0.2 seconds" and second.words[0].since == 2_200


@pytest.mark.usefixtures("doubles")
def test_whisper_takes_an_endless_utterance_in_pieces(models: Path) -> None:
    ear = Whisper(models, 1).listen("en", Hints())
    fed(ear, *[VOICE] * 3_050)
    assert len(ear._sound) <= 60 * 50 * FRAME_BYTES
    assert final(ear).text == "60.0 seconds 1.0 seconds"


@pytest.mark.usefixtures("doubles")
def test_whisper_is_told_the_names_that_a_business_uses(models: Path) -> None:
    phrases = ("What's in Spark?", "Is Lantern down", "I'd like a plan", "So I'm moving to Moscow", "what is in Spark")
    assert names_in(phrases) == "Spark, Lantern, Moscow"
    assert len(names_in(tuple(f"the Name{number}" for number in range(500)))) <= 200
    ear = Whisper(models, 1).listen("en", Hints(version="1", phrases=phrases))
    fed(ear, *[VOICE] * 10)
    assert final(ear).text.endswith("of Spark, Lantern, Moscow")


@pytest.mark.usefixtures("absent")
def test_package_that_is_not_installed_says_how_to_get_it(models: Path) -> None:
    with pytest.raises(SpeechUnavailable, match=r"pip install 'switchboard\[vosk\]'"):
        Vosk(models).listen("en", Hints())
    with pytest.raises(SpeechUnavailable, match=r"pip install 'switchboard\[whisper\]'"):
        Whisper(models, 1).listen("en", Hints())


@pytest.mark.usefixtures("doubles")
def test_missing_model_says_what_to_do(tmp_path: Path, models: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="speech list"):
        Vosk(models).listen("ru", Hints())
    with pytest.raises(SpeechUnavailable, match="speech list"):
        Whisper(tmp_path / "none", 1).listen("en", Hints())
    with pytest.raises(SpeechUnavailable, match="speech list"):
        list(Piper(models, 1).speak("Hello", locale="en", voice="", rate=1.0))


@pytest.mark.usefixtures("doubles")
def test_broken_model_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "vosk" / "vosk-model-en-us-0.22").mkdir(parents=True)
    (tmp_path / "whisper" / "whisper-base").mkdir(parents=True)
    (write_voice(tmp_path) / "en_US-toy-medium.onnx").write_bytes(b"half of it")
    with pytest.raises(SpeechUnavailable, match="delete it and download it again"):
        Vosk(tmp_path).listen("en", Hints())
    with pytest.raises(SpeechUnavailable, match="delete it and download it again"):
        Whisper(tmp_path, 1).listen("en", Hints())
    with pytest.raises(SpeechUnavailable, match="delete it and download it again"):
        list(Piper(tmp_path, 1).speak("Hello", locale="en", voice="", rate=1.0))


@pytest.mark.usefixtures("doubles")
def test_language_that_whisper_doesnt_know_is_told(models: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="'tlh'"):
        Whisper(models, 1).listen("tlh", Hints())


def test_sentence_becomes_the_sounds_that_the_network_was_taught() -> None:
    assert sounds("Hello there, how are you?", "en-us") == "həlˈoʊ ðˈɛɹ, hˈaʊ ɑːɹ juː?"
    assert sounds("В 3 часа — приходите!", "ru").endswith("!") and "," in sounds("В 3 часа — приходите!", "ru")
    assert sounds("…", "en-us") == ""


def test_long_text_is_spoken_sentence_by_sentence() -> None:
    assert list(sentences("One. Two! Three?\nFour")) == ["One.", "Two!", "Three?", "Four"]
    pieces = list(sentences("a word, " * 60))
    assert len(pieces) > 1 and max(map(len, pieces)) <= 240


def test_voice_runs_on_the_numbers_of_its_sounds(tmp_path: Path) -> None:
    write_voice(tmp_path)
    voice = Piper(tmp_path, 1)._loaded(tmp_path / "piper" / "en_US-toy-medium")
    assert voice._numbers("həl") == [1, 0, 20, 0, 59, 0, 24, 0, 2]
    assert voice._numbers("Ж") == []
    wave = np.frombuffer(voice._made([SOUNDS["h"][0], SOUNDS["ʊ"][0]], 1.0), dtype="<i2")
    assert wave.tolist() == [round(32767 * 0.2 - 0.5), 32767] * 100


async def test_piper_speaks_in_frames_from_a_process_of_its_own(tmp_path: Path) -> None:
    write_voice(tmp_path)
    write_voice(tmp_path, "en_US-many-medium", speakers=3)
    pool = piper(tmp_path)
    try:
        for voice in ("en_US-toy-medium", "en_US-many-medium"):
            frames = [frame async for frame in pool.speak("Hello. Hello.", locale="en", voice=voice)]
            assert frames and {len(frame) for frame in frames} == {FRAME_BYTES} and any(any(frame) for frame in frames)
        assert [frame async for frame in pool.speak("…", locale="en")] == []
        with pytest.raises(SpeechUnavailable, match=r"no voice '\.\./secret'"):
            [frame async for frame in pool.speak("Hello", locale="en", voice="../secret")]
        with pytest.raises(SpeechUnavailable, match="doesn't listen"):
            await pool.listen(locale="en", hints=Hints())
    finally:
        await pool.aclose()


def test_voice_that_reads_letters_is_refused(tmp_path: Path) -> None:
    write_voice(tmp_path, phoneme_type="text")
    with pytest.raises(SpeechUnavailable, match="reads letters"):
        list(Piper(tmp_path, 1).speak("Hello", locale="en", voice="", rate=1.0))
