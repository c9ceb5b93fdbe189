"""The speech engines of a node, by the names that inboxes choose them by; each is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog

from gateway.ports import Recognizer, Synthesizer
from gateway.settings import SpeechEngine
from speech.cache import Cached, SpeechCache
from speech.catalogue import START_HEARS, START_SPEAKS, Known, known
from speech.order import Limits, Placed

log = structlog.get_logger(__name__)

LATE = Limits(final=8.0)
"""Of engines that compute when an utterance has ended."""


class Engines:
    """``folder``: that of the models."""

    def __init__(self, tables: Mapping[str, SpeechEngine], folder: Path) -> None:
        self.known = known(tables, folder)
        self._tables = tables
        self._folder = folder
        self._cache = SpeechCache()
        self._made: dict[str, Any] = {}
        self._spoken: dict[str, Synthesizer] = {}

    def recognizer(self, name: str) -> Placed[Recognizer] | None:
        """None where there is none of this name (any more)."""
        one = self._find(name)
        if one is None or not one.hears:
            return None
        return Placed(name=name, engine=self._engine(one), limits=LATE if one.late else Limits())

    def synthesizer(self, name: str, voice: str = "") -> Placed[Synthesizer] | None:
        """As ``recognizer``."""
        one = self._find(name)
        if one is None or not one.speaks:
            return None
        if name not in self._spoken:
            self._spoken[name] = Cached(self._engine(one), key=name, cache=self._cache)
        return Placed(name=name, engine=self._spoken[name], voice=voice)

    async def aclose(self) -> None:
        for name, engine in self._made.items():
            await self._spoken.get(name, engine).aclose()

    def _find(self, name: str) -> Known | None:
        one = self.known.get(name)
        if one is None:
            log.warning("speech_engine_gone", engine=name)
        return one

    def _engine(self, one: Known) -> Any:
        if one.name not in self._made:
            self._made[one.name] = self._make(one)
        return self._made[one.name]

    def _make(self, one: Known) -> Any:
        if one.name == START_HEARS:
            from speech.sphinx import sphinx

            return sphinx()
        if one.name == START_SPEAKS:
            from speech.espeak import Espeak

            return Espeak()
        return made(one.name, self._tables[one.name], self._folder)


def made(name: str, table: SpeechEngine, folder: Path) -> Any:
    """The engine of a table: a ``Recognizer``, a ``Synthesizer`` or both (``speech.catalogue``)."""
    match table.kind:
        case "openai":
            from speech.openai import OpenAI

            return OpenAI(
                url=table.url, key=table.key, model=table.model, voice_model=table.voice_model, voice=table.voice or "alloy",
                rate=table.rate, name=name,
            )  # fmt: skip
        case "deepgram":
            from speech import deepgram

            url, model = table.url or deepgram.URL, table.model or deepgram.MODEL
            return deepgram.Deepgram(key=table.key, url=url, model=model, opt_out=table.opt_out, name=name)
        case "yandex":
            return _yandex(name, table)
        case "vosk":
            from speech.vosk import vosk

            return vosk(folder)
        case "whisper":
            from speech.whisper import whisper

            return whisper(folder)
        case "piper":
            from speech.piper import piper

            return piper(folder)


def _yandex(name: str, table: SpeechEngine) -> Any:
    """``url`` is the domain below which both services are: https://api.cloud.yandex.net."""
    from speech import yandex

    domain = urlsplit(table.url).netloc
    stt, tts = (f"stt.{domain}:443", f"https://tts.{domain}") if domain else (yandex.STT, yandex.TTS)
    return yandex.Yandex(
        key=table.key, folder=table.folder, model=table.model or "general", voice=table.voice, stt=stt, tts=tts, name=name
    )  # fmt: skip
