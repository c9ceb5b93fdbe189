"""Our side of one stream of an engine's process: a speaker who is understood, or a text on its way to sound."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

import msgspec

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard
from speech.frames import FRAME_BYTES, FRAME_MS
from speech.wire import Answered, Asked, Broke, Close, Finalize, Listen, More, Sound, Speak, Spoken, Told, Took

_FRAMES = 5
"""Frames of one message: a tenth of a second, so that 40 speakers don't cost 2,000 messages a second."""
_FINALS = 100
"""Utterances that may wait for whoever reads them."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long an engine may take, in seconds. ``hang``: for one piece of work; ``load``: until it has begun with a stream;
    ``late``: of sound that waits for it."""

    hang: float = 5.0
    load: float = 60.0
    late: float = 10.0


class Line:
    """A stream, as long as its process lives. ``write`` takes what is asked and returns at once; ``left`` hears of its end."""

    def __init__(
        self,
        first: Listen | Speak,
        *,
        name: str,
        patience: Patience,
        write: Callable[[Asked], None],
        left: Callable[[], None],
    ) -> None:
        self.number = first.number
        self._name = name
        self._patience = patience
        self._write = write
        self._left = left
        self._owed: deque[int] = deque()  # of each message that isn't taken yet, the bytes of its sound
        self._behind = 0
        self._since: float | None = None
        self._begun = False
        self._closed = False
        self._error: SpeechUnavailable | None = None
        self._news = asyncio.Event()
        self._ask(first)

    def answered(self, answer: Answered, now: float) -> None:
        """What the process says of this stream, at ``now`` on the loop's clock."""
        self._since = now
        if isinstance(answer, Broke):
            self.fail(SpeechUnavailable(answer.why))
        elif isinstance(answer, Took) and self._owed:
            self._behind -= self._owed.popleft()
        self._begun = True
        self._news.set()

    def overdue(self, now: float) -> bool:
        """Whether the process owes this stream an answer for too long."""
        if not self._owed or not self._live:
            return False
        if self._since is None:
            self._since = now
        return now - self._since > (self._patience.hang if self._begun else self._patience.load)

    def fail(self, error: SpeechUnavailable) -> None:
        """There is nothing more to come but ``error``."""
        if self._live:
            self._error = error
            self._owed.clear()
            self._news.set()

    def close(self) -> None:
        """Nobody is there any more; may be called again."""
        if not self._closed:
            self._closed = True
            self._write(Close(self.number))
            self._news.set()
            self._left()

    @property
    def _live(self) -> bool:
        return not self._closed and self._error is None

    def _ask(self, asked: Asked, *, size: int = 0) -> None:
        if not self._owed:
            self._since = None
        self._owed.append(size)
        self._behind += size
        self._write(asked)

    async def _wait(self) -> None:
        """For news."""
        self._news.clear()
        await self._news.wait()


class Hearing(Line):
    """A ``gateway.ports.Listening``."""

    def __init__(
        self, first: Listen, *, name: str, patience: Patience, write: Callable[[Asked], None], left: Callable[[], None]
    ) -> None:
        super().__init__(first, name=name, patience=patience, write=write, left=left)
        self._sound = bytearray()
        self._heard: deque[Heard] = deque()

    async def ready(self) -> None:
        """Until the engine has begun; raises ``SpeechUnavailable``."""
        while not self._begun and self._live:
            await self._wait()
        if self._error is not None:
            raise self._error

    def feed(self, frame: bytes) -> None:
        """As ``Listening``."""
        if self._live:
            self._sound += frame
            if len(self._sound) >= _FRAMES * FRAME_BYTES:
                self._flush()

    def finalize(self) -> None:
        """As ``Listening``."""
        self._flush()
        if self._live:
            self._ask(Finalize(self.number))

    async def heard(self) -> AsyncIterator[Heard]:
        """As ``Listening``."""
        while self._heard or not self._closed:
            if self._heard:
                yield self._heard.popleft()
            elif self._error is not None:
                raise self._error
            else:
                await self._wait()

    async def aclose(self) -> None:
        """As ``Listening``."""
        self.close()

    def answered(self, answer: Answered, now: float) -> None:
        if isinstance(answer, Told):
            self._keep(answer.heard)
        super().answered(answer, now)

    def _keep(self, heard: Heard) -> None:
        last = self._heard[-1] if self._heard else None
        if last is not None and not last.final and last.since == heard.since:
            self._heard.pop()  # nobody needs what was believed before
        self._heard.append(heard)
        if len(self._heard) > _FINALS:
            self.fail(SpeechUnavailable(f"Nobody reads what {self._name} understands."))

    def _flush(self) -> None:
        if not self._sound or not self._live:
            return
        sound = bytes(self._sound)
        self._sound.clear()
        late = self._patience.late
        if (self._behind + len(sound)) // FRAME_BYTES * FRAME_MS > late * 1000:
            self.fail(SpeechUnavailable(f"{self._name} can't keep up: it is {late:g} s behind."))
        else:
            self._ask(Sound(self.number, sound), size=len(sound))


class Speaking(Line):
    """A text on its way to sound."""

    def __init__(
        self, first: Speak, *, name: str, patience: Patience, write: Callable[[Asked], None], left: Callable[[], None]
    ) -> None:
        super().__init__(first, name=name, patience=patience, write=write, left=left)
        self._pieces: deque[bytes] = deque()

    async def frames(self) -> AsyncIterator[bytes]:
        """Frame by frame; raises ``SpeechUnavailable``."""
        while self._pieces or (self._owed and not self._closed) or self._error is not None:
            if self._pieces:
                piece = self._pieces.popleft()
                for at in range(0, len(piece), FRAME_BYTES):
                    yield piece[at : at + FRAME_BYTES]
                self._write(More(self.number))
            elif self._error is not None:
                raise self._error
            else:
                await self._wait()

    def answered(self, answer: Answered, now: float) -> None:
        if isinstance(answer, Spoken):
            self._pieces.append(answer.sound)
        super().answered(answer, now)

    def overdue(self, now: float) -> bool:
        """As ``Line``; as long as sound waits for whoever listens, the process may wait, too."""
        if self._pieces:
            self._since = now
        return super().overdue(now)
