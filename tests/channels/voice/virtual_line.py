"""A line in virtual time: carriers that play made sounds, and engines that obey a script, are slow, hang or fail."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from channels.voice.cues import FRAME_MS, Settings
from channels.voice.hearing import Recognition
from channels.voice.line import CALLER, Line, Parts
from channels.voice.line_events import Caption, CarrierChanged, LineEvent, PromptBegan, PromptHeard, Said
from channels.voice.mixer import FRAME, SILENCE, Frame, Row
from channels.voice.player import Prompt
from channels.voice.seats import Place
from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Listening, Recognizer, Synthesizer
from speech.activity import Activities, VoiceActivity, is_quiet

T = TypeVar("T")
Event = TypeVar("Event", bound=LineEvent)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time goes only by waiting: a wait of an hour takes none."""

    def __init__(self) -> None:
        super().__init__(_NoWait(self))
        self.virtual = 0.0

    def time(self) -> float:
        return self.virtual


class _NoWait(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("Nothing will ever happen any more.")
        self._loop.virtual += max(0.0, timeout)
        return super().select(0)


def run(work: Coroutine[Any, Any, T]) -> T:
    """In virtual time, on this thread."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


# Carriers.


@dataclass
class StubCarrier:
    """``plays`` what is put into it and keeps what it was given."""

    plays: list[Frame] = field(default_factory=list)
    given: list[Frame] = field(default_factory=list)
    closed: bool = False
    echo: float = 0.0
    """How much of what was given 100 ms ago comes back."""
    waiting: int = 0
    """How many frames have come before they are taken."""

    def take(self, at: int) -> Frame | None:
        own = self.plays.pop(0) if self.plays else None
        if not self.echo or len(self.given) < 5:
            return own
        back = self.given[-5].astype(np.float32) * self.echo + (0 if own is None else own)
        mixed: Frame = np.clip(back, -32_767, 32_767).astype(np.int16)
        return mixed

    def ahead(self) -> Sequence[Frame]:
        return self.plays[: self.waiting]

    def give(self, frame: Frame) -> None:
        assert not self.closed
        self.given.append(frame)

    async def aclose(self) -> None:
        self.closed = True


# Engines.


class Loudness:
    """Voice activity for sounds that are either voice or nothing."""

    def stream(self) -> VoiceActivity:
        return _Loud()


class _Loud:
    def feed(self, frame: Frame | None) -> None:
        self._told = 0.02 if frame is None or is_quiet(frame) else 0.95

    def probability(self) -> float:
        return self._told

    def ahead(self, frames: Sequence[Frame | None]) -> list[float]:
        other = _Loud()
        told = []
        for frame in frames:
            other.feed(frame)
            told.append(other.probability())
        return told


@dataclass
class StubSynthesizer:
    """A tone for each text, 50 ms a character. ``first``, ``each``: seconds until the first frame, and between two."""

    first: float = 0.0
    each: float = 0.0
    fails_at: int | None = None
    """The frame before which it fails …"""
    hangs_at: int | None = None
    """… or hangs."""
    said: list[str] = field(default_factory=list)
    speaking: int = 0
    level: int = 3_000

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        self.said.append(text)
        self.speaking += 1
        try:
            await asyncio.sleep(self.first)
            for index in range(frames_of(text)):
                if index == self.fails_at:
                    raise SpeechUnavailable("It fails.")
                if index == self.hangs_at:
                    await asyncio.sleep(3_600)
                if self.each:
                    await asyncio.sleep(self.each)
                yield np.full(FRAME, self.level, dtype=np.int16).tobytes()
        finally:
            self.speaking -= 1

    async def aclose(self) -> None:
        return None


def frames_of(text: str) -> int:
    return max(1, len(text) * 50 // FRAME_MS)


@dataclass
class StubRecognizer:
    """Tells the scripts in order, an utterance each, a word for every ``word`` ms of sound that was fed; then the final, ``lag``
    seconds after it was asked for."""

    scripts: list[str] = field(default_factory=list)
    word: int = 300
    lag: float = 0.04
    opens: float = 0.0
    finals: bool = True
    partials: bool = True
    fails_after: int | None = None
    """Milliseconds of sound after which it fails."""
    refuses: bool = False
    fed: int = 0
    listened: int = 0
    listening: int = 0

    async def listen(self, *, locale: str, hints: Hints) -> Listening:
        await asyncio.sleep(self.opens)
        if self.refuses:
            raise SpeechUnavailable("It refuses.")
        self.listened += 1
        self.listening += 1
        return _StubListening(self)

    async def aclose(self) -> None:
        return None


class _StubListening:
    def __init__(self, recognizer: StubRecognizer) -> None:
        self._of = recognizer
        self._told: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._script = recognizer.scripts[0].split() if recognizer.scripts else []
        self._fed = self._since = self._sounded = self._words = 0

    def feed(self, frame: bytes) -> None:
        self._fed += FRAME_MS
        self._of.fed += FRAME_MS
        if self._of.fails_after is not None and self._fed >= self._of.fails_after:
            self._told.put_nowait(None)
            return
        if not any(frame):
            return
        self._sounded += FRAME_MS
        words = min(len(self._script), self._sounded // self._of.word)
        if words > self._words and self._of.partials:
            self._told.put_nowait(Heard(text=" ".join(self._script[:words]), since=self._since))
        self._words = words

    def finalize(self) -> None:
        text = " ".join(self._script[: self._words])
        if self._words and self._of.scripts:
            self._of.scripts.pop(0)
        self._script = self._of.scripts[0].split() if self._of.scripts else []
        if self._of.finals:
            asyncio.get_running_loop().call_later(
                self._of.lag, self._told.put_nowait, Heard(text=text, since=self._since, final=True)
            )
        self._since, self._sounded, self._words = self._fed, 0, 0

    async def heard(self) -> AsyncIterator[Heard]:
        while (one := await self._told.get()) is not None:
            yield one
        raise SpeechUnavailable("It fails.")

    async def aclose(self) -> None:
        self._of.listening -= 1


# The line.


class VirtualCall:
    """A line with a caller who is connected; ``events`` with the instants at which they were told."""

    def __init__(
        self,
        *,
        recognizer: Recognizer | None = None,
        synthesizer: Synthesizer | None = None,
        activities: Activities | None = None,
        means: Callable[[str], bool] = lambda text: False,
        settings: Settings | None = None,
    ) -> None:
        self.at = 0
        self.events: list[tuple[int, LineEvent]] = []
        self.named: list[str] = []
        """The prompts that were given to it."""
        self.engines: list[str] = []
        """Those at work, one after another, where the test has an order of them."""
        self.synthesizer = synthesizer or StubSynthesizer()
        parts = Parts(
            synthesizer=self.synthesizer,
            activities=activities or Loudness(),
            means=means,
            settings=settings or Settings(),
        )
        self.line = Line("test", parts, tell=self._told)
        self.line.change({CALLER: Row(), "operator": Row()})
        self.line.understand(CALLER, None if recognizer is None else recognition(recognizer))
        self.line.mind()
        self.carrier = StubCarrier()
        self.place = self.connect(self.carrier)

    def _told(self, event: LineEvent) -> None:
        self.events.append((self.at, event))

    def connect(self, carrier: StubCarrier, who: str = CALLER) -> Place:
        place = self.line.place(who)
        self.line.seat(place, carrier)
        place.connected()
        return place

    async def go(self, ms: int) -> VirtualCall:
        for _ in range(ms // FRAME_MS):
            await asyncio.sleep(FRAME_MS / 1000)
            self.at += FRAME_MS
            self.line.step(self.at)
        return self

    async def sound(self, frames: Sequence[Frame]) -> VirtualCall:
        """The caller sounds so."""
        self.carrier.plays.extend(frames)
        return await self.go(FRAME_MS * len(frames))

    async def voice(self, ms: int) -> VirtualCall:
        return await self.sound(voice(ms))

    def say(self, name: str, text: str, *, protected: bool = False, keys: int = 0) -> None:
        self.named.append(name)
        self.line.say(Prompt(id=name, text=text, locale="en", protected=protected, keys=keys))

    # What came of it.

    def told(self, kind: type[Event]) -> list[Event]:
        return [one for _, one in self.events if isinstance(one, kind)]

    def when(self, kind: type[LineEvent]) -> int:
        """When the last of them was told."""
        return max(at for at, one in self.events if isinstance(one, kind))

    @property
    def said(self) -> list[str]:
        return [one.text for one in self.told(Said)]

    def heard(self, name: str) -> PromptHeard:
        (one,) = (one for one in self.told(PromptHeard) if one.prompt == name)
        return one

    @property
    def besides(self) -> list[LineEvent]:
        """All but what always is told."""
        usual = Caption | CarrierChanged | PromptBegan | PromptHeard
        return [one for _, one in self.events if not isinstance(one, usual)]


def recognition(recognizer: Recognizer, locale: str = "en") -> Recognition:
    return Recognition(recognizer=recognizer, locale=locale)


def voice(ms: int, level: int = 4_000) -> list[Frame]:
    return [np.full(FRAME, level, dtype=np.int16)] * (ms // FRAME_MS)


def sounded(frames: Iterable[Frame]) -> list[bool]:
    """Whether each frame is more than silence and the end of a fading sound."""
    return [frame is not SILENCE and not is_quiet(frame) for frame in frames]
