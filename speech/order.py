"""Engines in an order: where one fails or hangs, the next one works, and the failed one rests before it is tried again.

An order is made for each call, of engines and a ``Bench`` that all calls of a node share; so each call hears of its own changes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from gateway.errors import SpeechUnavailable
from gateway.metrics import SPEECH_FAILURES, one_of
from gateway.ports import Heard, Hints, Listening, Recognizer, Synthesizer
from speech.streams import closing

log = structlog.get_logger(__name__)

Changed = Callable[[str], None]
"""Told the engine that works from now on, and "" where none does."""

Engine = TypeVar("Engine", Recognizer, Synthesizer)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long an engine is waited for, in seconds."""

    open: float = 3.0
    """Until it listens."""
    final: float = 2.5
    """Until it tells a final that it was asked for. A call's turns wait for 1.5 s at the most (``cues.Settings.wait_words``)."""
    first: float = 2.0
    """Until a text begins to sound."""
    next: float = 2.0
    """Until its sound goes on."""


@dataclass(frozen=True, kw_only=True)
class Placed(Generic[Engine]):
    """An engine in an order. ``voice``: in which it speaks where it stands in for another one, "" for its usual one."""

    name: str
    engine: Engine
    voice: str = ""
    limits: Limits = field(default_factory=Limits)


class Bench:
    """Which engines failed lately, by the language in which they did. One that fails again rests twice as long."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, first: float = 30.0, longest: float = 600.0
    ) -> None:
        self._clock = clock
        self._first = first
        self._longest = longest
        self._rests: dict[tuple[str, str], tuple[float, float]] = {}
        """When a rest ends, and how long it was."""

    def failed(self, name: str, locale: str) -> None:
        _, before = self._rests.get((name, locale), (0.0, 0.0))
        rest = min(self._longest, 2 * before or self._first)
        self._rests[name, locale] = (self._clock() + rest, rest)

    def worked(self, name: str, locale: str) -> None:
        self._rests.pop((name, locale), None)

    def order(self, engines: Sequence[Placed[Engine]], locale: str) -> list[Placed[Engine]]:
        """As they stand, those that rest at the end: one that may fail is better than none."""
        now = self._clock()

        def rested(placed: Placed[Engine]) -> float:
            until, _ = self._rests.get((placed.name, locale), (0.0, 0.0))
            return max(0.0, until - now)

        return sorted(engines, key=rested)


class _Order(Generic[Engine]):
    def __init__(self, engines: Sequence[Placed[Engine]], *, bench: Bench, changed: Changed = lambda _: None) -> None:
        self._engines: tuple[Placed[Engine], ...] = tuple(engines)
        self._bench = bench
        self._changed = changed
        self._now: str | None = None

    async def aclose(self) -> None:
        """The engines are others' too: whoever made them closes them."""

    def _works(self, name: str) -> None:
        if name != self._now:
            self._now = name
            self._changed(name)

    def _failed(self, placed: Placed[Engine], locale: str, error: Exception) -> None:
        self._bench.failed(placed.name, locale)
        one_of(SPEECH_FAILURES, placed.name).inc()
        log.warning("speech_engine_failed", engine=placed.name, locale=locale, why=str(error) or type(error).__name__)
        if not isinstance(error, SpeechUnavailable | TimeoutError):
            log.error("speech_engine_broken", engine=placed.name, exc_info=error)


class SynthesizerInOrder(_Order[Synthesizer]):
    """A ``Synthesizer`` of several. Where one fails before it made a sound, the next one speaks; where it breaks off, that is told,
    and the next one will be asked."""

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        """As ``Synthesizer``. ``voice`` is one of the first engine's; others speak in the voice that their place says."""
        for placed in self._bench.order(self._engines, locale):
            began = False
            limits = placed.limits
            its_voice = voice if voice and placed is self._engines[0] else placed.voice
            try:
                async with closing(placed.engine.speak(text, locale=locale, voice=its_voice, rate=rate)) as sound:
                    while (frame := await _next(sound, limits.next if began else limits.first)) is not None:
                        began = True
                        self._works(placed.name)
                        yield frame
            except Exception as error:
                self._failed(placed, locale, error)
                if began:
                    raise SpeechUnavailable(f"{placed.name} broke off.") from error
            else:
                self._bench.worked(placed.name, locale)
                return
        self._works("")
        raise SpeechUnavailable("No engine speaks.")


async def _next(sound: AsyncIterator[bytes], within: float) -> bytes | None:
    async with asyncio.timeout(within):
        return await anext(sound, None)


class RecognizerInOrder(_Order[Recognizer]):
    """A ``Recognizer`` of several. Where the one that listens fails or keeps a final to itself, ``heard`` says so: listen again, and
    the next one does."""

    async def listen(self, *, locale: str, hints: Hints) -> Listening:
        """As ``Recognizer``."""
        for placed in self._bench.order(self._engines, locale):
            try:
                async with asyncio.timeout(placed.limits.open):
                    listening = await placed.engine.listen(locale=locale, hints=hints)
            except Exception as error:
                self._failed(placed, locale, error)
                continue
            self._works(placed.name)
            return _Watched(listening, self, placed, locale)
        self._works("")
        raise SpeechUnavailable("No engine listens.")

    def worked(self, placed: Placed[Recognizer], locale: str) -> None:
        self._bench.worked(placed.name, locale)

    def failed(self, placed: Placed[Recognizer], locale: str, error: Exception) -> None:
        self._failed(placed, locale, error)


class _Watched:
    """A ``Listening`` whose finals come in time, or it fails."""

    def __init__(self, listening: Listening, order: RecognizerInOrder, placed: Placed[Recognizer], locale: str) -> None:
        self._listening = listening
        self._order = order
        self._placed = placed
        self._locale = locale
        self._due: float | None = None
        self._patience: asyncio.Timeout | None = None
        self._closed = False

    def feed(self, frame: bytes) -> None:
        self._listening.feed(frame)

    def finalize(self) -> None:
        self._listening.finalize()
        if self._due is None:
            self._due = asyncio.get_running_loop().time() + self._placed.limits.final
            if self._patience is not None:
                self._patience.reschedule(self._due)

    async def heard(self) -> AsyncIterator[Heard]:
        async with closing(self._listening.heard()) as told:
            while True:
                try:
                    one = await self._next(told)
                except Exception as error:
                    self._order.failed(self._placed, self._locale, error)
                    raise SpeechUnavailable(f"{self._placed.name} listens no more.") from error
                if one is None:
                    return
                if one.final:
                    self._due = None
                    self._order.worked(self._placed, self._locale)
                yield one

    async def aclose(self) -> None:
        self._closed = True
        await self._listening.aclose()

    async def _next(self, told: AsyncIterator[Heard]) -> Heard | None:
        try:
            async with asyncio.timeout_at(self._due) as self._patience:
                one = await anext(told, None)
        finally:
            self._patience = None
        if one is None and not self._closed:
            raise SpeechUnavailable("It ended by itself.")
        return one
