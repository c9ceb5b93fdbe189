"""In which voice a call speaks, and by what it understands: the engines of a node, put in an order for each call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias

import structlog

from channels.voice.hearing import Recognition
from channels.voice.line import Parts
from gateway.errors import SpeechUnavailable
from gateway.ports import Hints, Recognizer, Synthesizer, Vocabulary
from speech.activity import Activities
from speech.order import Bench, Limits, Placed, RecognizerInOrder, SynthesizerInOrder

log = structlog.get_logger(__name__)


Changes: TypeAlias = Callable[[Literal["recognizer", "synthesizer"], str], None]


FILES = Limits(open=60.0, final=60.0)


class Voice(NamedTuple):
    """What one call speaks and hears with."""

    parts: Parts
    recognition: Recognition | None
    voice: str = ""
    rate: float = 1.0


class Voices:
    """The engines of a node. ``recognizers`` may be none: then callers are answered by keys, and by people."""

    def __init__(
        self,
        *,
        synthesizers: Sequence[Placed[Synthesizer]],
        recognizers: Sequence[Placed[Recognizer]],
        activities: Activities,
        vocabulary: Vocabulary,
    ) -> None:
        self._synthesizers = synthesizers
        self._recognizers = recognizers
        self._activities = activities
        self._vocabulary = vocabulary
        self._bench = Bench()
        self._bench_of_files = Bench()
        self._prepared: set[tuple[str, str, str]] = set()

    def of(self, business: str, locale: str, *, changed: Changes) -> Voice:
        """The voice of a call of a business, in a language. ``changed`` is told when another engine is at work."""
        hints = self._vocabulary.hints(business, locale)
        parts = Parts(
            synthesizer=SynthesizerInOrder(
                self._synthesizers, bench=self._bench, changed=lambda engine: changed("synthesizer", engine)
            ),
            activities=self._activities,
            means=lambda text: self._vocabulary.means(business, text, locale),
        )
        return Voice(parts, self._recognition(locale, hints, changed))

    def of_files(self, business: str, locale: str) -> Recognition | None:
        """By what recordings are understood: they may take their time, and what they fail at is no reason to change the engine of
        a call."""
        if not self._recognizers:
            return None
        patient = [Placed(name=one.name, engine=one.engine, limits=FILES) for one in self._recognizers]
        recognizer = RecognizerInOrder(patient, bench=self._bench_of_files)
        hints = self._vocabulary.hints(business, locale)
        return Recognition(recognizer=recognizer, locale=locale, hints=hints)

    async def prepare(self, business: str, locale: str) -> None:
        """Has the recognizers learn what the bot knows by now, so that the first word of a call waits for nothing."""
        hints = self._vocabulary.hints(business, locale)
        known = (business, locale, hints.version)
        if known in self._prepared:
            return
        self._prepared.add(known)
        for placed in self._recognizers:
            try:
                listening = await placed.engine.listen(locale=locale, hints=hints)
            except SpeechUnavailable as error:
                self._prepared.discard(known)
                log.warning("recognizer_unprepared", engine=placed.name, locale=locale, why=str(error))
            else:
                await listening.aclose()

    def _recognition(self, locale: str, hints: Hints, changed: Changes) -> Recognition | None:
        if not self._recognizers:
            return None
        recognizer = RecognizerInOrder(
            self._recognizers, bench=self._bench, changed=lambda engine: changed("recognizer", engine)
        )
        return Recognition(recognizer=recognizer, locale=locale, hints=hints)

    async def aclose(self) -> None:
        for speaks in self._synthesizers:
            await speaks.engine.aclose()
        for hears in self._recognizers:
            await hears.engine.aclose()


def voices(vocabulary: Vocabulary) -> Voices:
    """The engines that work at once, with nothing to download."""
    from speech.activity import Silero
    from speech.cache import Cached, SpeechCache
    from speech.espeak import Espeak
    from speech.sphinx import sphinx

    spoken = Cached(Espeak(), key="espeak-ng", cache=SpeechCache())
    return Voices(
        synthesizers=[Placed(name="espeak-ng", engine=spoken)],
        recognizers=[Placed(name="pocketsphinx", engine=sphinx())],
        activities=Silero(),
        vocabulary=vocabulary,
    )
