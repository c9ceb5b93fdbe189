"""One speaker heard in several languages at once, for as long as it isn't known which one they speak.

Each language has a recognizer of its own, and all are fed the same. Of what they make of an utterance the best is told, as a
final; there are no partials, since what the others make of it isn't known yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Listening, Recognizer
from gateway.tasks import TaskSet
from speech.frames import FRAME_MS
from speech.streams import closing

log = structlog.get_logger(__name__)

Worth = Callable[[str, str], int]
"""How much words are worth in a language, (locale, text): more than another's, whatever the recognizers believe of them."""


class Tongue(NamedTuple):
    """A language, and by what it is understood."""

    locale: str
    recognizer: Recognizer
    hints: Hints


class Several:
    """A ``gateway.ports.Recognizer`` of one speaker; the ``locale`` and ``hints`` that it is given are those of its ``tongues``.

    ``language``: in which the words were that were told last.
    """

    def __init__(self, tongues: Sequence[Tongue], *, worth: Worth) -> None:
        self._tongues = tongues
        self._worth = worth
        self.language = tongues[0].locale

    async def listen(self, *, locale: str, hints: Hints) -> Listening:
        opened = await asyncio.gather(*(_open(one) for one in self._tongues))
        heard = {one.locale: listening for one, listening in zip(self._tongues, opened, strict=True) if listening}
        if not heard:
            raise SpeechUnavailable("None of the languages can be understood.")
        return _Hearing(heard, self._best)

    def _best(self, finals: dict[str, Heard]) -> Heard:
        """Of the finals of one utterance, by language."""

        def value(language: str) -> tuple[bool, int, float]:
            said = finals[language]
            return bool(said.text), self._worth(language, said.text) if said.text else 0, said.confidence

        language = max(finals, key=value)
        if finals[language].text:
            self.language = language
        return finals[language]

    async def aclose(self) -> None:
        """The recognizers are others', too."""


async def _open(tongue: Tongue) -> Listening | None:
    try:
        return await tongue.recognizer.listen(locale=tongue.locale, hints=tongue.hints)
    except SpeechUnavailable as error:
        log.warning("language_unheard", locale=tongue.locale, why=str(error))
        return None


@dataclass(slots=True)
class _Utterance:
    """What was fed from ``since`` to ``until``, and what was made of it."""

    since: int
    until: int
    finals: dict[str, Heard] = field(default_factory=dict)


class _Hearing:
    """A ``gateway.ports.Listening``: utterances are told in order, each once, when every language that is still heard has told its own
    final."""

    def __init__(self, heard: dict[str, Listening], best: Callable[[dict[str, Heard]], Heard]) -> None:
        self._heard = heard
        self._best = best
        self._living = set(heard)
        self._fed = self._since = 0
        self._waiting: list[_Utterance] = []
        self._said: dict[str, Heard] = {}
        """What a recognizer ended by itself in the utterance that goes on."""
        self._told: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._tasks = TaskSet("several")
        for locale, listening in heard.items():
            self._tasks.start(self._read(locale, listening), name=locale)

    def feed(self, frame: bytes) -> None:
        self._fed += FRAME_MS
        for listening in self._heard.values():
            listening.feed(frame)

    def finalize(self) -> None:
        self._waiting.append(_Utterance(self._since, self._fed))
        self._since = self._fed
        for listening in self._heard.values():
            listening.finalize()

    async def heard(self) -> AsyncIterator[Heard]:
        while (told := await self._told.get()) is not None:
            yield told
        raise SpeechUnavailable("Nothing is understood any more, in no language.")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        for listening in self._heard.values():
            await listening.aclose()

    async def _read(self, locale: str, listening: Listening) -> None:
        try:
            async with closing(listening.heard()) as told:
                async for heard in told:
                    if heard.final:
                        self._take(locale, heard)
        except SpeechUnavailable as error:
            log.warning("language_unheard", locale=locale, why=str(error))
        finally:
            self._living.discard(locale)
            self._tell()

    def _take(self, locale: str, final: Heard) -> None:
        """What belongs to none that is waited for is of the one that goes on, or comes too late."""
        for one in self._waiting:
            if one.since <= final.since < max(one.until, one.since + 1):
                before = self._said.pop(locale, None)
                one.finals[locale] = _joined(before, final, one.since)
                self._tell()
                return
        if final.since >= self._since and final.text:
            self._said[locale] = _joined(self._said.get(locale), final, self._since)

    def _tell(self) -> None:
        while self._waiting and (self._waiting[0].finals.keys() >= self._living or not self._living):
            one = self._waiting.pop(0)
            empty = Heard(text="", since=one.since, final=True)
            self._told.put_nowait(self._best(one.finals) if one.finals else empty)
        if not self._living:
            self._told.put_nowait(None)


def _joined(before: Heard | None, final: Heard, since: int) -> Heard:
    """Two finals of one utterance as one: it is as sure as what is less so."""
    if before is None:
        return Heard(text=final.text, since=since, final=True, confidence=final.confidence, words=final.words)
    text = f"{before.text} {final.text}".strip()
    sure = min(before.confidence, final.confidence) if final.text else before.confidence
    return Heard(text=text, since=since, final=True, confidence=sure, words=(*before.words, *final.words))
