"""Recordings of calls become files: encoded, put into the file store, and told in their logs, in that order.

Each step may be done twice: the file's id follows from the leg, so that a second time finds it there. What a killed process left in
the folder becomes a file as far as it goes, by whoever serves from that folder next.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from channels.voice.recorder import ABOUT, SOUND, About, Track, Writer, left_behind, read_about, seconds_of
from gateway.dispatcher import Committed, Dispatcher
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import commit
from gateway.files import PIECE, Files, Put
from gateway.model import commands as c
from gateway.model.events import Redacted
from gateway.store import files, log
from gateway.store.files import RECORDING
from gateway.store.sql import Tx
from gateway.tasks import TaskSet
from speech.encoding import encode

logger = structlog.get_logger(__name__)

LOOK_EVERY = 60.0
"""Seconds between two looks for what was left."""
GIVE_UP = 10
"""Tries, after which what can't be encoded is left alone until the next start."""
LAST = 3.0
"""Seconds that this node has for it when it stops."""
CODED = ".ogg"


def file_of(leg: str) -> str:
    """The id of a leg's recording."""
    return hashlib.blake2b(f"recording {leg}".encode(), digest_size=13).hexdigest()


@dataclass(frozen=True, slots=True)
class Keep:
    """The row, and what the log tells. Nothing where it is there already, or the conversation was emptied meanwhile."""

    about: About
    put: Put
    seconds: int
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        about, file = self.about, file_of(self.about.leg)
        state = log.load(tx, about.conversation)
        first = log.entries_at(tx, about.conversation, [1])
        if state is None or files.find(tx, file) is not None or any(isinstance(one.event, Redacted) for one in first):
            return None
        draft = log.Draft(state.id, state, now=now)
        told = c.KeepRecording(
            leg=about.leg, file=file, seconds=self.seconds, since=about.since, broken=not about.whole
        )  # fmt: skip
        draft.apply(told)
        stored = self.put.stored(file, by=RECORDING, conversation=state.id, seq=draft.entries[-1].seq)
        files.add(tx, stored, now=now)
        return commit(tx, draft, self.policy)


class Recordings:
    """All of a node, in ``folder``. ``start`` it in the loop; ``aclose`` writes what is under way and leaves the rest for the next
    start."""

    def __init__(self, dispatcher: Dispatcher, stored: Files, folder: Path) -> None:
        self._dispatcher = dispatcher
        self._files = stored
        self._writer = Writer(folder)
        self._tasks = TaskSet("recordings")
        self._news = asyncio.Event()
        self._failed: dict[Path, int] = {}

    def start(self) -> None:
        self._tasks.start(self._look(), name="look")

    def begin(self, about: About) -> Track:
        return self._writer.begin(about)

    def end(self, track: Track) -> None:
        """The call is over: its file follows."""
        loop = asyncio.get_running_loop()

        def written() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._news.set)

        track.end(written)

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        await asyncio.to_thread(self._writer.close)
        try:
            async with asyncio.timeout(LAST):
                await self.keep_all()
        except TimeoutError:
            logger.info("recordings_left", folder=str(self._writer.folder))

    async def _look(self) -> None:
        while True:
            self._news.clear()
            try:
                await self.keep_all()
            except Exception as error:
                logger.warning("recordings_unkept", error=repr(error))
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def keep_all(self) -> None:
        """Everything that nobody writes any more, one after another."""
        for sound in await asyncio.to_thread(left_behind, self._writer.folder):
            if self._failed.get(sound, 0) >= GIVE_UP:
                continue
            try:
                await self._keep(sound)
                self._failed.pop(sound, None)
            except Exception as error:
                self._failed[sound] = self._failed.get(sound, 0) + 1
                logger.warning("recording_waits", leg=sound.stem, error=repr(error))

    async def _keep(self, sound: Path) -> None:
        about, seconds = await asyncio.to_thread(lambda: (read_about(sound), seconds_of(sound)))
        if about is None or seconds < 1:
            logger.info("recording_empty", leg=sound.stem)
        else:
            coded = sound.with_suffix(CODED)
            await encode(sound, coded)
            put = await self._files.put(about.business, _read(coded), name="call.ogg")
            unit = Keep(about, put, round(seconds), self._dispatcher.policy)
            if await self._dispatcher.commit(about.business, unit, key=about.conversation) is None:
                await self._files.delete(put.object)
        for suffix in (CODED, ABOUT, SOUND):  # the sound last: as long as it is there, all is done again
            await asyncio.to_thread(sound.with_suffix(suffix).unlink, missing_ok=True)


async def _read(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        file.close()
