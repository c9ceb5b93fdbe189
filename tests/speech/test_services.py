"""Services that refuse, hang, break off or were set up wrongly: what is said then, and that nothing of a key or of a talk is in it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Recognizer, Synthesizer
from speech.deepgram import Deepgram
from speech.openai import OpenAI
from speech.services import LATE_MS
from speech.streams import closing
from speech.yandex import Yandex
from tests.speech.engines import FIRST, SILENCE, Ears, Mouth, ears, mouth, spoken
from tests.support_edge.speech.deepgram import DeepgramDouble, deepgram_double
from tests.support_edge.speech.openai import OpenAIDouble, openai_double
from tests.support_edge.speech.service import KEY
from tests.support_edge.speech.yandex import YandexDouble, yandex_double
from tests.support_edge.waiting import until

NOTHING = Hints()
NAMES = Hints(version="1", phrases=("What's in Spark?", "I'm moving to Moscow"))
NOWHERE = "http://127.0.0.1:9"
"""Discard: nobody listens there."""


@pytest.fixture(params=["openai", "deepgram", "yandex"])
async def lab(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ears]:
    async with ears(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=["openai", "yandex"])
async def voice(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Mouth]:
    async with mouth(request.param, tmp_path) as made:
        yield made


async def understood(engine: Recognizer, *, locale: str = "en", hints: Hints = NOTHING, text: str = FIRST) -> Heard:
    listening = await engine.listen(locale=locale, hints=hints)
    try:
        for frame in spoken(text):
            listening.feed(frame)
        listening.finalize()
        async with asyncio.timeout(30), closing(listening.heard()) as told:
            return await anext(one async for one in told if one.final)
    finally:
        await listening.aclose()


async def said(engine: Synthesizer, text: str = FIRST, *, locale: str = "en", voice: str = "") -> list[bytes]:
    async with asyncio.timeout(30):
        return [frame async for frame in engine.speak(text, locale=locale, voice=voice)]


async def fails(work: Callable[[], object]) -> str:
    with pytest.raises(SpeechUnavailable) as told:
        await work()  # type: ignore[misc]
    text = str(told.value)
    assert KEY not in text and "secret words" not in text and FIRST not in text, "it is logged"
    return text


@pytest.mark.parametrize(
    ("status", "told"), [(429, "quota or rate is used up"), (500, "is out of order"), (403, "rights")]
)
async def test_refusal_says_what_to_do(lab: Ears, status: int, told: str) -> None:
    assert lab.service is not None
    lab.service.status = status
    said = await fails(lambda: understood(lab.engine))
    assert told in said or (status == 500 and "broke off (INTERNAL)" in said)


@pytest.mark.parametrize(
    ("status", "told"), [(429, "quota or rate is used up"), (500, "is out of order"), (402, "credit")]
)
async def test_refusal_to_speak_says_what_to_do(voice: Mouth, status: int, told: str) -> None:
    assert voice.service is not None
    voice.service.status = status
    assert told in await fails(lambda: said(voice.engine))


async def test_wrong_key_says_where_it_stands() -> None:
    async with openai_double() as openai, deepgram_double() as deepgram, yandex_double() as yandex:
        recognizers: list[Recognizer] = [
            OpenAI(url=openai.url, key="wrong", model="whisper-1"), Deepgram(url=deepgram.url, key="wrong"),
            Yandex(key="wrong", stt=yandex.stt, tts=yandex.url, plain=True),
        ]  # fmt: skip
        for engine in recognizers:
            assert "look at `key` in its table (401" in await fails(lambda engine=engine: understood(engine))  # type: ignore[misc]
            await engine.aclose()
        synthesizers: list[Synthesizer] = [
            OpenAI(url=openai.url, voice_model="tts-1"), Yandex(key="wrong", stt=yandex.stt, tts=yandex.url, plain=True)
        ]  # fmt: skip
        for speaker in synthesizers:
            assert "look at `key` in its table (401" in await fails(lambda speaker=speaker: said(speaker))  # type: ignore[misc]
            await speaker.aclose()


async def test_service_that_is_not_there_is_told_within_seconds() -> None:
    engines: list[Recognizer] = [
        OpenAI(url=NOWHERE, model="whisper-1"), Deepgram(url=NOWHERE, key=KEY), Yandex(key=KEY, stt="127.0.0.1:9", plain=True),
    ]  # fmt: skip
    for engine in engines:
        assert "can't be reached" in await fails(lambda engine=engine: understood(engine))  # type: ignore[misc]
        await engine.aclose()
    speaker = OpenAI(url=NOWHERE, voice_model="tts-1")
    assert "can't be reached" in await fails(lambda: said(speaker))
    await speaker.aclose()


async def test_service_that_breaks_off_is_told(lab: Ears) -> None:
    assert lab.service is not None
    lab.service.breaks = True
    assert "broke off" in await fails(lambda: understood(lab.engine))


async def test_service_that_breaks_off_while_it_speaks_is_told(voice: Mouth) -> None:
    assert voice.service is not None
    voice.service.breaks = True
    assert "broke off" in await fails(lambda: said(voice.engine, "One sentence after another. " * 8))


async def test_service_that_hangs_is_given_up() -> None:
    async with openai_double() as openai, deepgram_double() as deepgram, yandex_double() as yandex:
        openai.hangs = deepgram.hangs = yandex.hangs = True
        engines: list[Recognizer] = [
            OpenAI(url=openai.url, key=KEY, model="whisper-1", answer=0.1), Deepgram(url=deepgram.url, key=KEY, settle=0.1),
            Yandex(key=KEY, stt=yandex.stt, plain=True, answer=0.1),
        ]  # fmt: skip
        for engine in engines:
            assert "hangs" in await fails(lambda engine=engine: understood(engine, text=FIRST * 2))  # type: ignore[misc]
            await engine.aclose()


async def test_sound_that_the_service_does_not_take_is_not_kept_for_ever(lab: Ears) -> None:
    listening = await lab.engine.listen(locale="en", hints=NOTHING)
    if isinstance(lab.engine, OpenAI):
        for _ in range(10):  # it has no stream: what waits are utterances
            for _ in range(10):
                listening.feed(SILENCE)
            listening.finalize()
    else:
        for _ in range(2 * LATE_MS // 20):
            listening.feed(SILENCE)
    with pytest.raises(SpeechUnavailable, match="can't keep up"):
        async with asyncio.timeout(10):
            [one async for one in listening.heard()]
    await listening.aclose()


async def test_finals_that_nobody_reads_end_the_stream(lab: Ears) -> None:
    listening = await lab.engine.listen(locale="en", hints=NOTHING)
    for _ in range(300):
        listening.finalize()
        await asyncio.sleep(0)
    with pytest.raises(SpeechUnavailable, match=r"Nobody reads|can't keep up"):
        async with asyncio.timeout(10):
            [one async for one in listening.heard()]
    await listening.aclose()


# --- OpenAI's audio API ---


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIDouble]:
    async with openai_double() as double:
        yield double


@pytest.mark.parametrize(("model", "confidence", "words"), [("whisper-1", 0.81, 4), ("gpt-4o-transcribe", 0.8, 0)])
async def test_models_tell_in_their_ways_how_sure_they_are(
    openai: OpenAIDouble, model: str, confidence: float, words: int
) -> None:
    openai.says = [FIRST]
    engine = OpenAI(url=openai.url, key=KEY, model=model)
    heard = await understood(engine, hints=NAMES)
    assert (heard.text, round(heard.confidence, 2), len(heard.words)) == (FIRST, confidence, words)
    assert openai.prompts == ["Spark, Moscow"] and not openai.problems
    await engine.aclose()


async def test_endless_utterance_is_understood_in_pieces(openai: OpenAIDouble) -> None:
    openai.says = ["one", "two"]
    engine = OpenAI(url=openai.url, key=KEY, model="whisper-1")
    listening = await engine.listen(locale="en", hints=NOTHING)
    for _ in range(40):
        for frame in spoken(FIRST):
            listening.feed(frame)
    listening.finalize()
    async with asyncio.timeout(30):
        heard = await anext(one async for one in listening.heard() if one.final)
    assert heard.text == "one two" and heard.since == 0 and len(openai.heard) == 2
    assert len(openai.heard[0]) == 60 * 32_000 and heard.words[-1].since == 60_000
    await engine.aclose()


@pytest.mark.parametrize("answer", [b"", b"[]", b"<html>", b'{"words": 1}', b'{"text": 7}', b"x" * 2_000_000])
async def test_answer_that_is_none_is_told(openai: OpenAIDouble, answer: bytes) -> None:
    openai.answer = answer
    engine = OpenAI(url=openai.url, key=KEY, model="whisper-1")
    assert await fails(lambda: understood(engine))
    await engine.aclose()


async def test_model_or_voice_that_the_server_lacks_is_told(openai: OpenAIDouble) -> None:
    engine = OpenAI(url=openai.url, key=KEY, model="whisper-9", voice_model="tts-1")
    assert "look at `url` and `model` in its table (404, model_not_found)" in await fails(lambda: understood(engine))
    assert "`voice`" in await fails(lambda: said(engine, voice="nobody's"))
    await engine.aclose()


async def test_sound_in_another_form_is_refused(openai: OpenAIDouble) -> None:
    openai.content_type = "audio/mpeg"
    engine = OpenAI(url=openai.url, key=KEY, voice_model="tts-1")
    assert "audio/mpeg in place of raw sound" in await fails(lambda: said(engine))
    await engine.aclose()


async def test_server_without_a_model_for_it_neither_listens_nor_speaks() -> None:
    engine = OpenAI(url=NOWHERE)
    assert "`model`" in await fails(lambda: engine.listen(locale="en", hints=NOTHING))
    assert "`voice_model`" in await fails(lambda: said(engine))
    await engine.aclose()


# --- Deepgram ---


@pytest.fixture
async def deepgram() -> AsyncIterator[DeepgramDouble]:
    async with deepgram_double() as double:
        yield double


@pytest.mark.parametrize("model", ["nova-3", "nova-2"])
async def test_names_of_the_business_are_told_as_the_model_takes_them(deepgram: DeepgramDouble, model: str) -> None:
    deepgram.says = [FIRST]
    engine = Deepgram(url=deepgram.url, key=KEY, model=model, opt_out=model == "nova-3")
    assert (await understood(engine, hints=NAMES)).text == FIRST
    assert deepgram.terms == ["Spark", "Moscow"] and not deepgram.problems
    assert deepgram.opted_out == (model == "nova-3")
    await engine.aclose()


async def test_words_that_are_sure_in_the_midst_are_kept_for_the_final(deepgram: DeepgramDouble) -> None:
    deepgram.says, deepgram.cuts = [FIRST], 600
    engine = Deepgram(url=deepgram.url, key=KEY)
    heard = await understood(engine)
    assert heard.text == FIRST and len(heard.words) == 4 and heard.since == 0
    assert [word.since for word in heard.words] == sorted(word.since for word in heard.words)
    await engine.aclose()


async def test_end_that_is_not_confirmed_is_told_all_the_same(deepgram: DeepgramDouble) -> None:
    deepgram.says, deepgram.confirms = [FIRST], False
    engine = Deepgram(url=deepgram.url, key=KEY, settle=30)
    assert (await understood(engine)).text == FIRST
    listening = await engine.listen(locale="en", hints=NOTHING)
    for _ in range(6):  # too little to be confirmed
        listening.feed(SILENCE)
    listening.finalize()
    listening._settle(1)
    async with asyncio.timeout(10):
        assert (await anext(listening.heard())).text == ""
    await engine.aclose()


async def test_connection_that_ends_in_silence_is_opened_anew_by_the_next_word(deepgram: DeepgramDouble) -> None:
    deepgram.says, deepgram.idle = [FIRST, FIRST], 0.05
    engine = Deepgram(url=deepgram.url, key=KEY, alive=60)
    listening = await engine.listen(locale="en", hints=NOTHING)
    finals = aiter(one async for one in listening.heard() if one.final)
    took = 0
    for _ in range(2):
        for frame in spoken(FIRST):
            listening.feed(frame)
        listening.finalize()
        async with asyncio.timeout(10):
            heard = await anext(finals)
            assert (heard.text, heard.since) == (FIRST, took) and took <= heard.words[0].since
            took += len(spoken(FIRST)) * 20
            await until(lambda: deepgram.sockets[-1].closed)
    assert deepgram.asked == 2
    await engine.aclose()


async def test_farewell_is_said(deepgram: DeepgramDouble) -> None:
    engine = Deepgram(url=deepgram.url, key=KEY)
    listening = await engine.listen(locale="en", hints=NOTHING)
    await listening.aclose()
    async with asyncio.timeout(10):
        await deepgram.gone.wait()
    assert deepgram.farewells == 1 and not deepgram.problems
    await engine.aclose()


async def test_language_that_the_model_lacks_is_told(deepgram: DeepgramDouble) -> None:
    engine = Deepgram(url=deepgram.url, key=KEY)
    assert "the language (400, no_such_model_language_combination)" in await fails(
        lambda: engine.listen(locale="ka", hints=NOTHING)
    )
    await engine.aclose()


# --- SpeechKit ---


@pytest.fixture
async def yandex() -> AsyncIterator[YandexDouble]:
    async with yandex_double() as double:
        yield double


@pytest.mark.parametrize("late", [False, True])
async def test_final_is_the_polished_one_and_each_utterance_a_session(yandex: YandexDouble, late: bool) -> None:
    yandex.says, yandex.late = ["Соедините с оператором.", "Спасибо!"], late
    engine = Yandex(key=KEY, stt=yandex.stt, plain=True)
    listening = await engine.listen(locale="ru", hints=NOTHING)
    finals = aiter(one async for one in listening.heard() if one.final)
    texts = []
    for _ in range(2):
        for frame in spoken(FIRST):
            listening.feed(frame)
        listening.finalize()
        async with asyncio.timeout(10):
            texts.append((await anext(finals)).text)
    assert texts == ["Соедините с оператором.", "Спасибо!"] and yandex.sessions == 2
    await engine.aclose()


async def test_who_closes_in_the_midst_ends_the_session(yandex: YandexDouble) -> None:
    engine = Yandex(key=KEY, stt=yandex.stt, plain=True, alive=0.02)
    listening = await engine.listen(locale="ru", hints=NOTHING)
    for frame in spoken(FIRST):
        listening.feed(frame)
    async with asyncio.timeout(10):
        await yandex.alive.wait()
        await listening.aclose()
        await yandex.gone.wait()
    await engine.aclose()


async def test_long_text_may_be_cut_by_the_service_itself(yandex: YandexDouble) -> None:
    engine = Yandex(key=KEY, tts=yandex.url)
    assert await said(engine, "Предложение. " * 40, locale="ru") and not yandex.problems
    await engine.aclose()


async def test_language_without_a_voice_is_told() -> None:
    engine = Yandex(key=KEY)
    assert "no voice for 'fr'" in await fails(lambda: said(engine, locale="fr"))
    await engine.aclose()


async def test_recognition_without_its_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    monkeypatch.setitem(sys.modules, "grpc.aio", None)
    engine = Yandex(key=KEY)
    assert "pip install 'switchboard[yandex]'" in await fails(lambda: engine.listen(locale="ru", hints=NOTHING))
    await engine.aclose()


async def test_folder_and_short_lived_tokens_are_told_as_documented(yandex: YandexDouble) -> None:
    engine = Yandex(key="t1.short", folder="b1g", stt=yandex.stt, plain=True)
    assert engine._rights() == {"Authorization": "Bearer t1.short", "x-folder-id": "b1g"}
    await engine.aclose()
