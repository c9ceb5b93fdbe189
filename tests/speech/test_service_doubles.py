"""The doubles of speech services refuse what the services' documentation says that they refuse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp
import grpc
import pytest

from speech.speechkit import METHOD, made
from speech.wav import wav
from tests.speech.engines import FIRST, spoken
from tests.support_edge.speech.deepgram import deepgram_double
from tests.support_edge.speech.openai import openai_double
from tests.support_edge.speech.service import KEY
from tests.support_edge.speech.yandex import YandexDouble, yandex_double

SOUND = wav(b"".join(spoken(FIRST)))
FORM = {"model": "whisper-1", "response_format": "json"}
TEXT = {"model": "tts-1", "input": "Hello", "voice": "nova", "response_format": "pcm"}
LISTEN = {"model": "nova-3", "language": "en", "encoding": "linear16", "sample_rate": "16000"}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def form(fields: dict[str, str], sound: bytes | None = SOUND, *, filename: str = "speech.wav") -> aiohttp.FormData:
    made = aiohttp.FormData(default_to_multipart=True)
    if sound is not None:
        made.add_field("file", sound, filename=filename, content_type="audio/wav")
    for name, value in fields.items():
        made.add_field(name, value)
    return made


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (FORM | {"model": "whisper-9"}, "model_not_found"),
        (FORM | {"modle": "x"}, "unknown_parameter_modle"),
        (FORM | {"language": "tlh"}, "unsupported_language"),
        (FORM | {"response_format": "xml"}, "unsupported_format"),
        (FORM | {"include[]": "logprobs"}, "unsupported_include"),
        (FORM | {"timestamp_granularities[]": "word"}, "unsupported_granularities"),
        ({"model": "gpt-4o-transcribe", "response_format": "verbose_json"}, "unsupported_format"),
    ],
)
async def test_openai_refuses_wrong_transcriptions(
    http: aiohttp.ClientSession, fields: dict[str, str], code: str
) -> None:
    async with openai_double() as double:
        rights = {"Authorization": f"Bearer {KEY}"}
        async with http.post(double.url + "/audio/transcriptions", data=form(fields), headers=rights) as response:
            assert response.status >= 400 and (await response.json())["error"]["code"] == code


@pytest.mark.parametrize(
    ("sound", "filename"),
    [(None, ""), (b"no sound", "speech.wav"), (SOUND, "speech.exe"), (wav(bytes(100)), "speech.wav")],
)
async def test_openai_refuses_what_is_no_sound(http: aiohttp.ClientSession, sound: bytes | None, filename: str) -> None:
    async with openai_double() as double:
        data, rights = form(FORM, sound, filename=filename), {"Authorization": f"Bearer {KEY}"}
        async with http.post(double.url + "/audio/transcriptions", data=data, headers=rights) as response:
            assert response.status == 400


@pytest.mark.parametrize(
    ("change", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"Authorization": "Bearer other"}, 401),
        ({}, {"Content-Type": "text/plain"}, 400),
        ({"voice": "nobody"}, {}, 400),
        ({"speed": 9}, {}, 400),
        ({"input": ""}, {}, 400),
        ({"input": "x" * 5000}, {}, 400),
        ({"model": "tts-9"}, {}, 404),
        ({"sped": 1}, {}, 400),
    ],
)
async def test_openai_refuses_wrong_texts(
    http: aiohttp.ClientSession, change: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    async with openai_double() as double:
        rights = {"Authorization": f"Bearer {KEY}"} | headers
        async with http.post(double.url + "/audio/speech", json=TEXT | change, headers=rights) as response:
            assert response.status == status


@pytest.mark.parametrize(
    ("change", "rights", "status"),
    [
        ({}, f"Token {KEY}", 101),
        ({}, f"Bearer {KEY}", 401),
        ({}, "", 401),
        ({"langauge": "en"}, f"Token {KEY}", 400),
        ({"language": "tlh"}, f"Token {KEY}", 400),
        ({"encoding": "mp3"}, f"Token {KEY}", 400),
        ({"punctuate": "yes"}, f"Token {KEY}", 400),
        ({"keywords": "Spark"}, f"Token {KEY}", 400),
        ({"keyterm": "Spark", "model": "nova-2"}, f"Token {KEY}", 400),
    ],
)
async def test_deepgram_refuses_wrong_streams(
    http: aiohttp.ClientSession, change: dict[str, str], rights: str, status: int
) -> None:
    async with deepgram_double() as double:
        url, headers = double.url.replace("http", "ws") + "/listen", {"Authorization": rights}
        if status == 101:
            await (await http.ws_connect(url, params=LISTEN | change, headers=headers)).close()
            return
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(url, params=LISTEN | change, headers=headers)
        assert refused.value.status == status and refused.value.headers["dg-error"]  # type: ignore[index]


@pytest.mark.parametrize("wrong", ["nothing", b"odd", b"", '{"type":"Stop"}', "[]"])
async def test_deepgram_ends_connections_that_say_wrong_things(http: aiohttp.ClientSession, wrong: str | bytes) -> None:
    async with deepgram_double() as double:
        url, headers = double.url.replace("http", "ws") + "/listen", {"Authorization": f"Token {KEY}"}
        socket = await http.ws_connect(url, params=LISTEN, headers=headers)
        await (socket.send_bytes(wrong) if isinstance(wrong, bytes) else socket.send_str(wrong))
        await socket.receive(timeout=10)
        assert socket.close_code == 1008 and double.problems


async def test_deepgram_ends_connections_that_are_silent(http: aiohttp.ClientSession) -> None:
    async with deepgram_double() as double:
        double.idle = 0.05
        url, headers = double.url.replace("http", "ws") + "/listen", {"Authorization": f"Token {KEY}"}
        socket = await http.ws_connect(url, params=LISTEN, headers=headers)
        await socket.receive(timeout=10)
        assert socket.close_code == 1011


def options(**change: Any) -> Any:
    audio = {"audio_encoding": 1, "sample_rate_hertz": 16_000, "audio_channel_count": 1} | change.get("audio", {})
    model = {
        "model": change.get("model", "general"), "audio_format": {"raw_audio": audio},
        "language_restriction": {"restriction_type": 1, "language_code": [change.get("language", "ru-RU")]},
    }  # fmt: skip
    eou: dict[str, Any] = {"external_classifier": {}} if change.get("external", True) else {}
    return made["StreamingRequest"](session_options={"recognition_model": model, "eou_classifier": eou})


CHUNK = made["StreamingRequest"](chunk={"data": bytes(3_200)})


async def asked(double: YandexDouble, requests: list[Any], *, key: str = KEY) -> str:
    """The name of the code with which a session ends."""
    async with grpc.aio.insecure_channel(double.stt) as channel:
        recognize = channel.stream_stream(
            METHOD,
            request_serializer=made["StreamingRequest"].SerializeToString,
            response_deserializer=made["StreamingResponse"].FromString,
        )
        call = recognize(iter(requests), metadata=(("authorization", f"Api-Key {key}"),))
        with suppress(grpc.aio.AioRpcError):
            async with asyncio.timeout(10):
                [answer async for answer in call]
        return str((await call.code()).name)


@pytest.mark.parametrize(
    ("requests", "code"),
    [
        ([options(), CHUNK, made["StreamingRequest"](eou={})], "OK"),
        ([CHUNK], "INVALID_ARGUMENT"),
        ([options(), options()], "INVALID_ARGUMENT"),
        ([options(model="best")], "INVALID_ARGUMENT"),
        ([options(language="tlh")], "INVALID_ARGUMENT"),
        ([options(audio={"sample_rate_hertz": 44_100})], "INVALID_ARGUMENT"),
        ([options(external=False)], "INVALID_ARGUMENT"),
        ([options(), made["StreamingRequest"](chunk={"data": b"odd"})], "INVALID_ARGUMENT"),
        ([options(), *[made["StreamingRequest"](chunk={"data": bytes(1_000_000)})] * 10], "INVALID_ARGUMENT"),
    ],
)
async def test_speechkit_refuses_wrong_sessions(requests: list[Any], code: str) -> None:
    async with yandex_double() as double:
        assert await asked(double, requests) == code
        # Nothing is on its way: of what it can no longer write grpcio makes INTERNAL, before it has read why.
        assert await asked(double, [], key="other") == "UNAUTHENTICATED"


BODY: dict[str, Any] = {
    "text": "Hello", "hints": [{"voice": "alena"}],
    "outputAudioSpec": {"rawAudio": {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": "16000"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "rights", "status"),
    [
        ({}, f"Api-Key {KEY}", 200),
        ({}, f"Bearer {KEY}", 401),
        ({"text": "x" * 251}, f"Api-Key {KEY}", 400),
        ({"text": "x" * 251, "unsafeMode": True}, f"Api-Key {KEY}", 200),
        ({"hints": [{"voice": "alena", "speed": "1"}]}, f"Api-Key {KEY}", 400),
        ({"hints": [{"voice": "nobody"}]}, f"Api-Key {KEY}", 400),
        ({"txt": "x"}, f"Api-Key {KEY}", 400),
    ],
)
async def test_speechkit_refuses_wrong_texts(
    http: aiohttp.ClientSession, change: dict[str, Any], rights: str, status: int
) -> None:
    async with yandex_double() as double:
        url, headers = double.url + "/tts/v3/utteranceSynthesis", {"Authorization": rights}
        async with http.post(url, json=BODY | change, headers=headers) as response:
            assert response.status == status
