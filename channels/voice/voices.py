"""In which voice a call speaks, and by what it understands: the engines that its inbox chose, put in an order for each call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import structlog

from channels.voice.cues import Settings as TurnSettings
from channels.voice.hearing import Recognition
from channels.voice.line import Parts
from gateway.errors import SpeechUnavailable
from gateway.model.rules import CallSettings, Speaker
from gateway.ports import Recognizer, Synthesizer, Vocabulary
from gateway.settings import Settings
from speech.activity import Activities
from speech.cache import Cached
from speech.catalogue import START_HEARS, START_SPEAKS
from speech.making import Engines
from speech.models import FOLDER
from speech.order import Bench, Limits, Placed, RecognizerInOrder, SynthesizerInOrder

log = structlog.get_logger(__name__)

Changes: TypeAlias = Callable[[Literal["recognizer", "synthesizer"], str], None]

PATIENT = TurnSettings(wait_words=4_000, doubt=3_000)
"""Of turns whose recognizer tells nothing before it has computed."""

READY_WITHIN = 12.0
"""Seconds for which a caller's first words are not asked for, because nobody would understand them yet."""
FILES = Limits(open=60.0, final=60.0)


class Voice(NamedTuple):
    """What one call speaks and hears with."""

    parts: Parts
    recognition: Recognition | None
    voice: str = ""
    rate: float = 1.0


class Voices:
    """The engines of a node: ``engines``, which inboxes choose by name, and those for inboxes that choose none. ``recognizers`` may be
    none: then callers are answered by keys, and by people."""

    def __init__(
        self,
        *,
        synthesizers: Sequence[Placed[Synthesizer]],
        recognizers: Sequence[Placed[Recognizer]],
        activities: Activities,
        vocabulary: Vocabulary,
        engines: Engines | None = None,
    ) -> None:
        self._synthesizers = synthesizers
        self._recognizers = recognizers
        self._activities = activities
        self._vocabulary = vocabulary
        self._engines = engines
        self._bench = Bench()
        self._bench_of_files = Bench()
        self._prepared: dict[tuple[str, str, str], str] = {}
        """The version of the phrases that a recognizer knows, by business, language and its name …"""
        self._learning: dict[tuple[str, str, str], asyncio.Lock] = {}
        """… and whether it is learning them."""
        self._spoken: dict[tuple[str, str], tuple[object, ...]] = {}
        """What was spoken beforehand, in which voice, by business and language."""

    def of(self, business: str, locale: str, settings: CallSettings, *, changed: Changes) -> Voice:
        """The voice of a call of a business, in a language. ``changed`` is told when another engine is at work."""
        hints = self._vocabulary.hints(business, locale)
        recognizers = self._hear(settings.recognizers.get(locale, ()))
        speakers = settings.speakers.get(locale, ())
        synthesizers = self._speak(speakers)
        parts = Parts(
            synthesizer=SynthesizerInOrder(
                synthesizers, bench=self._bench, changed=lambda engine: changed("synthesizer", engine)
            ),
            activities=self._activities,
            means=lambda text: self._vocabulary.means(business, text, locale),
            settings=PATIENT if recognizers and self._is_late(recognizers[0].name) else TurnSettings(),
        )
        recognition = None
        if recognizers:
            recognizer = RecognizerInOrder(
                recognizers, bench=self._bench, changed=lambda engine: changed("recognizer", engine)
            )
            recognition = Recognition(recognizer=recognizer, locale=locale, hints=hints)
        first = next((one for one in speakers if one.name == synthesizers[0].name), None)
        return Voice(parts, recognition, first.voice, first.rate) if first is not None else Voice(parts, recognition)

    def alone(self, speaker: Speaker) -> Synthesizer:
        """One engine, without whoever would stand in for it. Raises ``SpeechUnavailable``."""
        there = {placed.name: placed for placed in self._synthesizers}
        found = self._engines.synthesizer(speaker.name) if self._engines is not None else there.get(speaker.name)
        if found is None:
            raise SpeechUnavailable("It isn't set up here.")
        return found.engine

    def of_files(self, business: str, locale: str, recognizers: Sequence[str] = ()) -> Recognition | None:
        """By what recordings are understood: they may take their time, and what they fail at is no reason to change the engine of
        a call."""
        patient = [Placed(name=one.name, engine=one.engine, limits=FILES) for one in self._hear(recognizers)]
        if not patient:
            return None
        recognizer = RecognizerInOrder(patient, bench=self._bench_of_files)
        hints = self._vocabulary.hints(business, locale)
        return Recognition(recognizer=recognizer, locale=locale, hints=hints)

    async def prepare(self, business: str, locale: str, recognizers: Sequence[str] = ()) -> None:
        """Has the recognizers learn what the bot knows by now, so that the first word of a call waits for nothing. Services have nothing
        to learn, and would be paid for it."""
        for placed in self._hear(recognizers):
            await self._learn(business, locale, placed)

    async def get_ready(self, business: str, locale: str, recognizers: Sequence[str] = ()) -> None:
        """As ``prepare``, of the first recognizer, which is waited for ``READY_WITHIN`` at most."""
        for placed in self._hear(recognizers)[:1]:
            try:
                async with asyncio.timeout(READY_WITHIN):
                    await self._learn(business, locale, placed)
            except TimeoutError:
                log.warning("recognizer_unprepared", engine=placed.name, locale=locale, why="it takes too long")

    async def _learn(self, business: str, locale: str, placed: Placed[Recognizer]) -> None:
        if self._is_service(placed.name):
            return
        known = (business, locale, placed.name)
        async with self._learning.setdefault(known, asyncio.Lock()):
            hints = self._vocabulary.hints(business, locale)
            if self._prepared.get(known) == hints.version:
                return
            try:
                listening = await placed.engine.listen(locale=locale, hints=hints)
            except SpeechUnavailable as error:
                log.warning("recognizer_unprepared", engine=placed.name, locale=locale, why=str(error))
            else:
                self._prepared[known] = hints.version
                await listening.aclose()

    async def learn(self, business: str) -> None:
        """What was prepared for a business is prepared anew for what its bot knows now."""
        for its, locale, name in list(self._prepared):
            if its == business:
                await self.prepare(business, locale, (name,))

    async def speak_before(self, business: str, texts: Sequence[str], *, locale: str, settings: CallSettings) -> None:
        """Has the first speaker of an order say ``texts`` to nobody, so that they are there at once when somebody calls: once each."""
        speakers = settings.speakers.get(locale, ())
        first = self._speak(speakers)[0]
        chosen = next((one for one in speakers if one.name == first.name), None)
        voice, rate = (chosen.voice, chosen.rate) if chosen is not None else ("", 1.0)
        asked = (first.name, voice, rate, *texts)
        if isinstance(first.engine, Cached) and self._spoken.get((business, locale)) != asked:
            self._spoken[business, locale] = asked
            await first.engine.warm_up(texts, locale=locale, voice=voice or first.voice, rate=rate)

    async def aclose(self) -> None:
        for speaks in self._synthesizers:
            await speaks.engine.aclose()
        for hears in self._recognizers:
            await hears.engine.aclose()
        if self._engines is not None:
            await self._engines.aclose()

    def _hear(self, names: Sequence[str]) -> Sequence[Placed[Recognizer]]:
        """In the order in which they were chosen."""
        if self._engines is None:
            return self._recognizers
        found = [placed for name in names if (placed := self._engines.recognizer(name)) is not None]
        return found or self._recognizers

    def _speak(self, speakers: Sequence[Speaker]) -> Sequence[Placed[Synthesizer]]:
        """In the order in which they were chosen. At the end stand those that are always there: a call in which nothing is said is worse
        than any voice."""
        if self._engines is None:
            return self._synthesizers
        found = [placed for one in speakers if (placed := self._engines.synthesizer(one.name, one.voice)) is not None]
        names = {placed.name for placed in found}
        return [*found, *(placed for placed in self._synthesizers if placed.name not in names)]

    def _is_late(self, name: str) -> bool:
        return self._engines is not None and name in self._engines.known and self._engines.known[name].late

    def _is_service(self, name: str) -> bool:
        return self._engines is not None and name in self._engines.known and self._engines.known[name].service


def voices(vocabulary: Vocabulary, settings: Settings) -> Voices:
    """The engines of the settings, and those that work at once, with nothing to download."""
    from speech.activity import Silero

    engines = Engines(settings.speech, Path(settings.data) / FOLDER)
    speaks, hears = engines.synthesizer(START_SPEAKS), engines.recognizer(START_HEARS)
    assert speaks is not None and hears is not None
    return Voices(
        synthesizers=[speaks], recognizers=[hears], activities=Silero(), vocabulary=vocabulary, engines=engines
    )  # fmt: skip
