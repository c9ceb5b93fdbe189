"""What calls play in place of a voice: a business's own sounds, ready in memory before they are wanted.

``Shelf`` is a node's: the sounds that calls used last, as frames. ``CallSounds`` is what one call has of them. Nothing is read while
somebody waits for it: what isn't there is spoken by the voice, and said so in the log.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import structlog

from channels.voice.mixer import FRAME, Frame
from gateway.errors import SwitchboardError
from gateway.files import Files
from gateway.model.prompts import MUSIC
from gateway.model.rules import CallSettings
from gateway.store.sounds import Sound, by_name, key_of
from gateway.tasks import TaskSet
from speech.wav import sound_of

log = structlog.get_logger(__name__)

Frames = tuple[Frame, ...]
MOST = 96 * 1024 * 1024
"""Bytes of sound that a node keeps ready: some fifty minutes."""
OF_A_CALL = 24 * 1024 * 1024
"""Bytes of the bot's answers that are got ready for one call: some twelve minutes."""
LONGEST_ANSWER = 120_000
"""Milliseconds; what lasts longer is music, and no answer."""
WITHIN = 1.5
"""Seconds for which a call waits for the sounds of its settings before it begins: it is being connected meanwhile."""


class Shelf:
    """The sounds that a node has ready, by their objects, which never change."""

    def __init__(self, files: Files, *, most: int = MOST) -> None:
        self._files = files
        self._most = most
        self._ready: OrderedDict[str, Frames] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._coming: dict[str, asyncio.Task[None]] = {}
        self._tasks = TaskSet("sounds")

    def get(self, sound: Sound) -> Frames:
        """Its frames; none where it isn't ready."""
        frames = self._ready.get(sound.object)
        if frames is None:
            return ()
        self._ready.move_to_end(sound.object)
        return frames

    def want(self, sounds: Iterable[Sound]) -> None:
        """Gets them ready in the background."""
        wanted = [one for one in sounds if one.object not in self._ready and one.object not in self._coming]
        for one in wanted:
            self._coming[one.object] = self._tasks.start(self._bring(one), name="bring")

    async def ready(self, sounds: Sequence[Sound], *, within: float) -> None:
        """Waits for them, but not longer than ``within`` seconds."""
        self.want(sounds)
        coming = [task for one in sounds if (task := self._coming.get(one.object)) is not None]
        if coming:
            await asyncio.wait(coming, timeout=within)

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    async def _bring(self, sound: Sound) -> None:
        try:
            file = b"".join([bytes(piece) async for piece in await self._files.read(sound.object)])
            self._keep(sound.object, await asyncio.to_thread(_frames, file), len(file))
        except SwitchboardError as error:
            log.warning("sound_unread", sound=sound.id, why=str(error))
        finally:
            self._coming.pop(sound.object, None)

    def _keep(self, place: str, frames: Frames, size: int) -> None:
        self._ready[place], self._sizes[place] = frames, size
        while sum(self._sizes.values()) > self._most and len(self._ready) > 1:
            oldest, _ = self._ready.popitem(last=False)
            del self._sizes[oldest]


class CallSounds:
    """A call's. What it may play of the inbox's settings, and of the bot's answers, it keeps for as long as it lasts."""

    def __init__(self, known: Iterable[Sound], settings: CallSettings, shelf: Shelf | None, *, leg: str) -> None:
        self._known: Mapping[str, Sound] = by_name(known)
        self._chosen = settings.sounds
        self._shelf = shelf
        self._leg = leg
        self._held: dict[str, Frames] = {}
        self._told: set[tuple[str, str]] = set()

    async def prepare(self, locale: str, *others: str) -> None:
        """Waits a moment for what the settings name in the caller's language; the rest comes while the call begins, with that of the
        languages that they may change to."""
        if self._shelf is None or not self._known:
            return
        first = [*self._of_settings(self._chosen.get(locale, {}))]
        await self._shelf.ready([one for _, one in sorted(first, key=_later)], within=WITHIN)
        for chosen in self._chosen.values():
            self._shelf.want(one for _, one in self._of_settings(chosen))
        self._shelf.want(self._of_answers({locale, *others}))

    def prompt(self, key: str, locale: str) -> Frames:
        """What is played in place of a sentence of ours; none: the voice says it."""
        name = self._chosen.get(locale, {}).get(key, "")
        return self.named(name, locale) if name else ()

    def named(self, name: str, locale: str) -> Frames:
        """The sound of that name, where it can be heard by who speaks ``locale``."""
        sound = self._known.get(key_of(name))
        if sound is None:
            return self._missed(name, "missing")
        if not sound.speaks(locale):
            return self._missed(name, "other_language")
        held = self._held.get(sound.object) or (self._shelf.get(sound) if self._shelf is not None else ())
        if not held:
            if self._shelf is not None:
                self._shelf.want((sound,))
            return self._missed(name, "not_ready")
        self._held[sound.object] = held
        return held

    def _missed(self, name: str, why: str) -> Frames:
        if (name, why) not in self._told:
            self._told.add((name, why))
            log.warning("sound_not_played", leg=self._leg, sound=name, why=why)
        return ()

    def _of_settings(self, chosen: Mapping[str, str]) -> Iterator[tuple[str, Sound]]:
        for prompt, name in chosen.items():
            sound = self._known.get(key_of(name))
            if sound is not None:
                yield prompt, sound

    def _of_answers(self, locales: Collection[str]) -> Iterator[Sound]:
        """As many as there is room for: which of them the bot names, its content alone knows."""
        room = OF_A_CALL
        for sound in {one.id: one for one in self._known.values()}.values():
            if any(map(sound.speaks, locales)) and sound.milliseconds <= LONGEST_ANSWER and sound.size <= room:
                room -= sound.size
                yield sound


def _later(one: tuple[str, Sound]) -> bool:
    """Music is large, and not wanted at once."""
    return one[0] in MUSIC


def _frames(file: bytes) -> Frames:
    samples = np.frombuffer(sound_of(file), dtype=np.int16)
    return tuple(samples[at : at + FRAME] for at in range(0, len(samples) - FRAME + 1, FRAME))
