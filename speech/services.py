"""What adapters of speech services have in common: what is told of one speaker, frames of a text's sound, and what refusals mean.

Nothing of a key or of what was said stands in an error: it is logged.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard
from speech.frames import Framer
from speech.sound import Resampler

PIECE_FRAMES = 5
"""Frames of one message: a tenth of a second, as services like it."""
LATE_MS = 15_000
"""Of sound that waits for a service; with more, it can't keep up. Who comes after an engine that failed is given 10 s at once."""
OPEN = 2.5
"""Seconds for a connection: an order of engines waits for three."""
SEND = 5.0
"""Seconds for one message to leave."""
FIRST, NEXT = 5.0, 5.0
"""Seconds until a text begins to sound, and until its sound goes on, where no order of engines is less patient."""
_FINALS = 100
"""Utterances that may wait for whoever reads them."""
_CODE = re.compile(r"[A-Za-z0-9_-]{1,60}")
_ADVICE = {
    401: "doesn't take the key: look at `key` in its table",
    402: "has no credit left: pay there, or choose another engine",
    403: "doesn't allow that to this key: look at its rights there",
    404: "knows no such address or model: look at `url` and `model` in its table",
    413: "finds this too long",
    429: "has had enough of us for now: its quota or rate is used up",
}


def session() -> aiohttp.ClientSession:
    """One that keeps no cookies and asks no proxy of the environment."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


def refused(name: str, status: int, code: str = "") -> SpeechUnavailable:
    """What to do about an answer that is a refusal. ``code``: the service's own, left out where it is more than a code."""
    if status in _ADVICE:
        why = _ADVICE[status]
    elif 400 <= status < 500:
        why = "doesn't accept what it was asked: look at `model`, `voice` and the language"
    else:
        why = "is out of order"
    own = f", {code}" if _CODE.fullmatch(code) else ""
    return SpeechUnavailable(f"{name} {why} ({status}{own}).")


@contextmanager
def reaching(name: str) -> Iterator[None]:
    """Around what asks a service: time that ran out and lines that broke are told as ``SpeechUnavailable``."""
    try:
        yield
    except TimeoutError as error:
        raise SpeechUnavailable(f"{name} hangs.") from error
    except aiohttp.ClientConnectorError as error:
        raise SpeechUnavailable(f"{name} can't be reached: look at `url` and at the network.") from error
    except aiohttp.ClientError as error:
        raise SpeechUnavailable(f"{name} broke off ({type(error).__name__}).") from error


class Told:
    """What is told of one speaker, for one reader; of partials that nobody read yet, the last."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._heard: deque[Heard] = deque()
        self._news = asyncio.Event()
        self._error: SpeechUnavailable | None = None
        self._closed = False

    @property
    def lives(self) -> bool:
        return not self._closed and self._error is None

    def tell(self, heard: Heard) -> None:
        if not self.lives:
            return
        last = self._heard[-1] if self._heard else None
        if last is not None and not last.final and last.since == heard.since:
            self._heard.pop()
        self._heard.append(heard)
        if len(self._heard) > _FINALS:
            self.fail(SpeechUnavailable(f"Nobody reads what {self._name} understands."))
        self._news.set()

    def fail(self, error: SpeechUnavailable) -> None:
        """After what was told already comes nothing but ``error``."""
        if self.lives:
            self._error = error
            self._news.set()

    def close(self) -> None:
        """Nothing more is told, not even what waits."""
        self._closed = True
        self._heard.clear()
        self._news.set()

    async def heard(self) -> AsyncIterator[Heard]:
        """As ``gateway.ports.Listening``."""
        while not self._closed:
            if self._heard:
                yield self._heard.popleft()
            elif self._error is not None:
                raise self._error
            else:
                self._news.clear()
                await self._news.wait()


async def framed(pieces: AsyncIterator[bytes], rate: int) -> AsyncIterator[bytes]:
    """Frames of sound that comes in any pieces, mono int16 at ``rate``."""
    resampler, framer = Resampler(rate), Framer()
    async for piece in pieces:
        for frame in framer.feed(resampler.feed(piece)):
            yield frame
    for frame in (*framer.feed(resampler.end()), *framer.end()):
        yield frame


def speed(rate: float) -> float:
    """As ``Synthesizer`` bounds it."""
    return min(max(rate, 0.5), 2.0)
