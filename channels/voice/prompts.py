"""The sound of prompts: made by a synthesizer while it is played, a sentence ahead of the caller's ear."""

from __future__ import annotations

import asyncio

import numpy as np
import structlog

from channels.voice.mixer import FRAME, Frame
from channels.voice.player import Player, Sentence
from gateway.errors import SpeechUnavailable
from gateway.ports import Synthesizer
from gateway.tasks import TaskSet
from speech.streams import closing

log = structlog.get_logger(__name__)

TRIES = 2
"""A sentence that an engine left unfinished is begun anew once; by another engine, where there is one (``speech.order``)."""
PATIENCE = 10.0
"""Seconds without half a second of sound after which a synthesizer that has no bound of its own is given up."""
AT_ONCE = 25
"""So many frames are taken before others have their turn: a phrase that is known already comes all at once."""
LONGEST = 3_000
"""Frames of one sentence (a minute); what goes on is cut."""


class Maker:
    """Makes the sentences that a player wants, one at a time. ``wake`` it whenever what is wanted may have changed."""

    def __init__(self, synthesizer: Synthesizer, player: Player, tasks: TaskSet) -> None:
        self._synthesizer = synthesizer
        self._player = player
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._sentence: Sentence | None = None

    def wake(self) -> None:
        if self._sentence is not None and not self._player.has(self._sentence):
            self._end()
        if self._task is None and (wanted := self._player.wanted()) is not None:
            self._sentence = wanted
            self._task = self._tasks.start(self._make(wanted), name="speak")

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self._sentence = None

    async def _make(self, sentence: Sentence) -> None:
        for _ in range(TRIES):
            if await self._spoken(sentence):
                sentence.made = True
                break
        else:
            self._player.give_up(sentence.prompt)
        self._task = self._sentence = None
        self.wake()

    async def _spoken(self, sentence: Sentence) -> bool:
        try:
            async with asyncio.timeout(PATIENCE) as patience:
                await self._speak(sentence, patience)
        except (SpeechUnavailable, TimeoutError) as error:
            log.warning("prompt_not_spoken", prompt=sentence.prompt.id, why=str(error) or "it hangs")
            return False
        except Exception:
            log.exception("prompt_failed", prompt=sentence.prompt.id)
            return False
        return True

    async def _speak(self, sentence: Sentence, patience: asyncio.Timeout) -> None:
        prompt, loop = sentence.prompt, asyncio.get_running_loop()
        told = self._synthesizer.speak(sentence.text, locale=prompt.locale, voice=prompt.voice, rate=prompt.rate)
        async with closing(told) as sound:
            async for frame in sound:
                sentence.frames.append(_frame(frame))
                if len(sentence.frames) >= LONGEST:
                    return
                if len(sentence.frames) % AT_ONCE == 0:
                    await asyncio.sleep(0)
                    patience.reschedule(loop.time() + PATIENCE)


def _frame(sound: bytes) -> Frame:
    """Sound of an engine as the mixer wants it."""
    frame = np.frombuffer(sound, dtype=np.int16)
    return frame if len(frame) == FRAME else np.resize(np.append(frame, np.zeros(FRAME, np.int16)), FRAME)
