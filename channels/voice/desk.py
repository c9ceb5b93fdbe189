"""The calls of a node, before there are any: what calls need is imported and made when the first one comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from channels.voice.elsewhere import Elsewhere
from gateway.cluster.asks import Asks
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.hub import Hub
from gateway.errors import NotFound, NotPossible
from gateway.files import Files
from gateway.model.events import Person
from gateway.model.rules import CallSettings, Speaker
from gateway.ports import Caller, Inbound, Phrases, Receipt, Vocabulary, Words
from gateway.settings import Settings
from gateway.store.store import Store
from gateway.tasks import TaskSet

if TYPE_CHECKING:
    from channels.voice.calls import Calls
    from channels.voice.recordings import Recordings
    from channels.voice.voices import Voices

LARGEST_RECORDING = 512 * 1024 * 1024
"""Bytes: a day of talk."""


class CallDesk:
    """A ``gateway.ports.Calls``, and a ``gateway.ports.Transcriber``, ``Narrator`` and ``Samples`` by the same engines."""

    def __init__(
        self, store: Store, dispatcher: Dispatcher, hub: Hub, asks: Asks, *, phrases: Phrases, vocabulary: Vocabulary, settings: Settings,
        files: Files, folder: Path,
    ) -> None:  # fmt: skip
        self._store = store
        self._dispatcher = dispatcher
        self._hub = hub
        self._phrases = phrases
        self._vocabulary = vocabulary
        self._settings = settings
        self._files = Files(store, files.objects, limit=LARGEST_RECORDING)
        self._folder = folder
        self._recordings: Recordings | None = None
        self._calls: Calls | None = None
        self._opening = asyncio.Lock()
        self._tasks = TaskSet("desk")
        self._asks = asks
        self._elsewhere = Elsewhere(store, asks, self._opened)
        self.make_voices: Callable[[Vocabulary], Voices] | None = None
        """Other engines than those of the settings."""

    def start(self) -> None:
        """What a killed process left of its recordings is kept."""
        if self._folder.is_dir():
            self._keeper()

    def _keeper(self) -> Recordings:
        from channels.voice.recordings import Recordings

        if self._recordings is None:
            self._recordings = Recordings(self._dispatcher, self._files, self._folder)
            self._recordings.start()
        return self._recordings

    def expect(self, business: str, locale: str, settings: CallSettings) -> None:
        self._tasks.start(self._expect(business, locale, settings), name="expect")

    async def _expect(self, business: str, locale: str, settings: CallSettings) -> None:
        (await self._open_up()).expect(business, locale, settings)

    def learned(self, business: str) -> None:
        """The bot of a business knows other phrases: whoever was prepared for its calls learns them before the next one."""
        if self._calls is not None:
            self._calls.learned(business)

    async def begin(self, call: Inbound) -> tuple[Receipt, str]:
        return await (await self._open_up()).begin(call)

    async def connect(self, business: str, leg: str, sdp: str, *, party: Caller | Person) -> str:
        if self._has(leg):
            return await self._opened().connect(business, leg, sdp, party=party)
        return await self._elsewhere.connect(business, leg, sdp, party=party)

    async def press(self, business: str, leg: str, key: str, *, caller: Caller) -> None:
        if self._has(leg):
            await self._opened().press(business, leg, key, caller=caller)
        else:
            await self._elsewhere.press(business, leg, key, caller=caller)

    def _has(self, leg: str) -> bool:
        return self._calls is not None and self._calls.has(leg)

    async def transcribe(self, business: str, file: bytes, *, locale: str, recognizers: Sequence[str] = ()) -> Words:
        from channels.voice.messages import transcribe

        recognition = await (await self._open_up()).of_files(business, locale, recognizers)
        if recognition is None:
            raise NotPossible("Nothing here understands speech.")
        return await transcribe(file, recognition)

    async def narrate(self, business: str, text: str, *, locale: str, speakers: Sequence[Speaker] = ()) -> bytes:
        from channels.voice.messages import narrate

        return await narrate(text, await (await self._open_up()).voice_of(business, locale, speakers), locale=locale)

    async def sample(self, text: str, *, locale: str, speaker: Speaker) -> bytes:
        from channels.voice.messages import sample

        synthesizer = await (await self._open_up()).alone(speaker)
        return await sample(text, synthesizer, locale=locale, voice=speaker.voice, rate=speaker.rate)

    @property
    def count(self) -> int:
        """How many calls this node has."""
        return self._calls.count if self._calls is not None else 0

    async def drain(self) -> None:
        """No new calls; callers are told that this node stops, and their legs end."""
        if self._calls is not None:
            await self._calls.drain()

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        if self._calls is not None:
            await self._calls.aclose()
        if self._recordings is not None:
            await self._recordings.aclose()

    def _opened(self) -> Calls:
        if self._calls is None:
            raise NotFound("There is no such call.")
        return self._calls

    async def _open_up(self) -> Calls:
        """What calls are made of takes a while to import, which is no reason for a page to wait for its welcome."""
        async with self._opening:
            if self._calls is None:
                await asyncio.to_thread(_import)
                self._calls = self._open()
                self._calls.start()
        return self._calls

    def _open(self) -> Calls:
        from channels.voice.calls import Calls
        from channels.voice.reach import places_of
        from channels.voice.sounds import Shelf
        from channels.voice.voices import voices
        from channels.voice.webrtc import Settings as Terms
        from channels.voice.webrtc import WebRtc

        return Calls(
            self._store, self._dispatcher, self._hub, phrases=self._phrases,
            voices=partial(self.make_voices or partial(voices, settings=self._settings), self._vocabulary),
            drain_seconds=self._settings.drain_seconds, is_elsewhere=self._asks.reaches,
            webrtc=lambda: WebRtc(Terms(places=places_of(self._settings))), recordings=self._keeper(),
            shelf=Shelf(self._files),
        )  # fmt: skip


def _import() -> None:
    for name in ("calls", "voices", "webrtc"):
        import_module(f"channels.voice.{name}")
    import_module("speech.activity")
