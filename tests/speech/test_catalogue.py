"""Which engines there are, what each can do, and that each is made as its table says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.ports import Hints
from gateway.settings import SpeechEngine
from speech import catalogue
from speech.making import Engines
from tests.support_edge.speech.openai import openai_double
from tests.support_edge.speech.service import KEY

CLOUD = SpeechEngine(
    kind="openai", url="https://speech.example.com/v1", key=KEY, model="whisper-1", voice_model="tts-1", voice="nova"
)
LIVE = SpeechEngine(kind="deepgram", key=KEY, languages=("en", "ru"))
KIT = SpeechEngine(kind="yandex", key=KEY, folder="b1g", voice="marina")
HERE = {kind: SpeechEngine(kind=kind) for kind in ("vosk", "whisper", "piper")}


def models(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
    return folder


def test_start_engines_are_always_there(tmp_path: Path) -> None:
    known = catalogue.known({}, tmp_path)
    assert list(known) == ["pocketsphinx", "espeak-ng"] and all(one.start for one in known.values())
    hears, speaks = known.values()
    assert (hears.hears, hears.speaks, hears.languages) == (True, False, ("en", "ru"))
    assert (speaks.hears, speaks.speaks, speaks.lacks) == (False, True, "")
    assert hears.knows("ru") and not hears.knows("de") and speaks.knows("de")


def test_engine_does_what_its_table_has_models_for(tmp_path: Path) -> None:
    hears = SpeechEngine(kind="openai", url=CLOUD.url, model="whisper-1")
    speaks = SpeechEngine(kind="openai", url=CLOUD.url, voice_model="tts-1")
    known = catalogue.known({"cloud": CLOUD, "hears": hears, "speaks": speaks, "live": LIVE, "kit": KIT}, tmp_path)
    can = {name: (one.hears, one.speaks) for name, one in known.items() if not one.start}
    assert can == {
        "cloud": (True, True), "hears": (True, False), "speaks": (False, True), "live": (True, False), "kit": (True, True)
    }  # fmt: skip
    assert all(known[name].service for name in can)
    assert known["cloud"].late and not known["live"].late
    assert known["cloud"].voices == ("nova",) and "alena" in known["kit"].voices and "marina" in known["kit"].voices
    assert known["live"].languages == ("en", "ru") and {"ru", "en", "kk"} <= set(known["kit"].languages)


def test_engines_here_speak_and_understand_what_their_models_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "doubles"))
    assert {one.lacks for one in catalogue.known(HERE, tmp_path).values() if not one.start} == {"model"}
    models(
        tmp_path, "vosk/vosk-model-small-ru-0.22", "vosk/vosk-model-small-en-us-0.15", "whisper/whisper-tiny", "piper/ru_RU-irina-medium"
    )  # fmt: skip
    known = catalogue.known(HERE, tmp_path)
    assert not any(one.lacks for one in known.values()) and not any(one.service for one in known.values())
    assert known["vosk"].languages == ("en", "ru") and known["whisper"].languages == ()
    assert (known["piper"].hears, known["piper"].voices) == (False, ("ru_RU-irina-medium",))


def test_package_that_is_not_installed_is_told(tmp_path: Path) -> None:
    import importlib.util

    lacks = catalogue.known(HERE, models(tmp_path, "vosk/vosk-model-small-ru-0.22"))["vosk"].lacks
    assert lacks == ("" if importlib.util.find_spec("vosk") else "package")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (CLOUD, {"_url": "https://speech.example.com/v1", "_model": "whisper-1", "_voice_model": "tts-1", "_voice": "nova"}),
        (LIVE, {"_url": "wss://api.deepgram.com/v1/listen", "_model": "nova-3", "_key": KEY}),
        (SpeechEngine(kind="deepgram", key=KEY, url="http://127.0.0.1:8080/v1/"), {"_url": "ws://127.0.0.1:8080/v1/listen"}),
        (KIT, {"_stt": "stt.api.cloud.yandex.net:443", "_tts": "https://tts.api.cloud.yandex.net", "_folder": "b1g", "model": "general"}),
        (
            SpeechEngine(kind="yandex", key=KEY, url="https://api.ml.yandexcloud.kz"),
            {"_stt": "stt.api.ml.yandexcloud.kz:443", "_tts": "https://tts.api.ml.yandexcloud.kz"},
        ),
    ],
)  # fmt: skip
async def test_service_is_made_as_its_table_says(tmp_path: Path, table: SpeechEngine, expected: dict[str, Any]) -> None:
    engines = Engines({"own": table}, tmp_path)
    placed = engines.recognizer("own")
    assert placed is not None and placed.name == "own"
    assert {name: getattr(placed.engine, name) for name in expected} == expected
    assert placed.engine is engines.recognizer("own").engine  # type: ignore[union-attr]
    await engines.aclose()


async def test_engines_that_are_not_there_or_cannot_are_none(tmp_path: Path) -> None:
    engines = Engines({"live": LIVE, **HERE}, tmp_path)
    assert engines.recognizer("gone") is None and engines.synthesizer("gone") is None
    assert engines.synthesizer("live") is None and engines.recognizer("piper") is None
    for name in ("vosk", "whisper", "pocketsphinx"):
        assert engines.recognizer(name) is not None
    assert engines.synthesizer("piper") is not None and engines.synthesizer("espeak-ng") is not None
    await engines.aclose()


async def test_one_engine_both_hears_and_speaks_and_what_it_said_is_kept(tmp_path: Path) -> None:
    async with openai_double() as double:
        table = SpeechEngine(kind="openai", url=double.url, key=KEY, model="whisper-1", voice_model="tts-1")
        engines = Engines({"cloud": table}, tmp_path)
        speaks, hears = engines.synthesizer("cloud", "nova"), engines.recognizer("cloud")
        assert speaks is not None and hears is not None and speaks.voice == "nova"
        assert hears.limits.final > 5
        for _ in range(2):
            assert [frame async for frame in speaks.engine.speak("Hello", locale="en", voice="nova")]
        assert double.asked == 1
        await (await hears.engine.listen(locale="en", hints=Hints())).aclose()
        await engines.aclose()
