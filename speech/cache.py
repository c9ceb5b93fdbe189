"""What was said before needn't be made again: frequent phrases are synthesized once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog

from gateway.errors import SpeechUnavailable
from gateway.ports import Synthesizer
from gateway.tasks import TaskSet
from speech.streams import closing

log = structlog.get_logger(__name__)

MOST_BYTES = 64 * 2**20
"""Half an hour and more of speech."""
LONGEST_BYTES = 2**20
"""A text whose sound is longer (33 s) isn't kept."""

Key: TypeAlias = tuple[str, str, str, float, str]
"""Engine, voice, locale, rate, text."""


class SpeechCache:
    """Finished texts of all calls and engines of a node, the least lately said of which go first."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Key, tuple[bytes, ...]] = OrderedDict()
        self.size = 0
        """Bytes that are kept."""

    def get(self, key: Key) -> tuple[bytes, ...] | None:
        frames = self._kept.get(key)
        if frames is not None:
            self._kept.move_to_end(key)
        return frames

    def put(self, key: Key, frames: Iterable[bytes]) -> None:
        whole = tuple(frames)
        size = sum(map(len, whole))
        if key in self._kept or size > min(LONGEST_BYTES, self._most):
            return
        self._kept[key] = whole
        self.size += size
        while self.size > self._most:
            _, gone = self._kept.popitem(last=False)
            self.size -= sum(map(len, gone))


@dataclass(eq=False)
class _Making:
    """A text that is being spoken for the first time, for all who want it at once."""

    frames: list[bytes] = field(default_factory=list)
    listeners: int = 0
    ended: bool = False
    error: str | None = "It was ended."
    """Why its sound isn't whole."""
    more: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        told, self.more = self.more, asyncio.Event()
        told.set()


class Cached:
    """A ``Synthesizer`` that has what it said before at once, and makes what many want at the same time once.

    ``key`` names the engine and whatever of its settings changes how it sounds. Put it around each engine of an order, not around
    the order: a phrase that the second engine spoke for a while would keep its voice.
    """

    def __init__(self, engine: Synthesizer, *, key: str, cache: SpeechCache) -> None:
        self._engine = engine
        self._key = key
        self._cache = cache
        self._making: dict[Key, _Making] = {}
        self._tasks = TaskSet(f"speech.{key}")

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        """As ``Synthesizer``."""
        key = (self._key, voice, locale, rate, text)
        frames = self._cache.get(key)
        if frames is not None:
            for frame in frames:
                yield frame
            return
        async with closing(self._listen(key)) as making:
            async for frame in making:
                yield frame

    async def warm_up(self, texts: Iterable[str], *, locale: str, voice: str = "", rate: float = 1.0) -> int:
        """Speaks ``texts`` to nobody, one after another; how many of them stand ready. Where the engine fails, the rest is left."""
        ready = 0
        for text in texts:
            try:
                async with closing(self.speak(text, locale=locale, voice=voice, rate=rate)) as sound:
                    async for _ in sound:
                        pass
            except SpeechUnavailable as error:
                log.warning("warm_up_failed", engine=self._key, why=str(error))
                break
            ready += self._cache.get((self._key, voice, locale, rate, text)) is not None
        return ready

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        await self._engine.aclose()

    async def _listen(self, key: Key) -> AsyncIterator[bytes]:
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = _Making()
            making.task = self._tasks.start(self._make(key, making), name="make")
        making.listeners += 1
        try:
            at = 0
            while True:
                more = making.more
                for frame in making.frames[at:]:
                    at += 1
                    yield frame
                if at < len(making.frames):
                    continue
                if not making.ended:
                    await more.wait()
                elif making.error is None:
                    return
                else:
                    raise SpeechUnavailable(making.error)
        finally:
            making.listeners -= 1
            if not making.listeners and not making.ended and making.task is not None:
                making.task.cancel()  # nobody wants it any more
                self._making.pop(key, None)

    async def _make(self, key: Key, making: _Making) -> None:
        engine, voice, locale, rate, text = key
        try:
            async with closing(self._engine.speak(text, locale=locale, voice=voice, rate=rate)) as sound:
                async for frame in sound:
                    making.frames.append(frame)
                    making.tell()
            self._cache.put(key, making.frames)
            making.error = None
        except SpeechUnavailable as error:
            making.error = str(error)
        except Exception:
            log.exception("speech_engine_failed", engine=engine)
        finally:
            making.ended = True
            if self._making.get(key) is making:
                del self._making[key]
            making.tell()
