"""The node of ``benchmarks.voice``: the product as it is, with the example business and its trained bot, whose calls have stub
engines or, with ``local``, pocketsphinx and espeak-ng. It notes when its lines decide, and speaks JSON lines."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

import channels.voice.call
from benchmarks.node import sign_in
from benchmarks.voice_caller import LOUD
from benchmarks.voice_stubs import StubRecognizer, StubSynthesizer
from channels.voice.cues import Output, Pause, Stop
from channels.voice.line import Line, Parts
from channels.voice.line_events import LineEvent, Said, Tell
from channels.voice.mixer import SILENCE, Frame, peak
from channels.voice.player import Prompt
from channels.voice.voices import Voices
from gateway.app import Switchboard, open_store
from gateway.demo import Demo
from gateway.logs import set_up
from gateway.ports import Vocabulary
from gateway.process import settle
from gateway.settings import Settings
from gateway.store.opening import open_folder
from speech.activity import Silero
from speech.order import Placed

PAUSE_MS = 200
NOTES: list[tuple[str, str, int]] = []
"""Call, what, when (``time.monotonic_ns``, one clock for all processes)."""


class WatchedLine(Line):
    """A line that notes when it decides."""

    def __init__(self, name: str, parts: Parts, *, tell: Tell) -> None:
        def told(event: LineEvent) -> None:
            if isinstance(event, Said):
                self._note("said")
            tell(event)

        super().__init__(name, parts, tell=told)
        self.tap = self._listen
        self._heard = self._spoke = 0
        self._heard_at = time.monotonic_ns()

    def say(self, prompt: Prompt) -> None:
        self._note("say")
        super().say(prompt)

    def _act(self, output: Output) -> None:
        if isinstance(output, Pause | Stop):
            self._note("decided")
        super()._act(output)

    def _listen(self, at: int, heard: Frame | None, given: Frame) -> None:
        """Notes the last loud frame of the caller's before a pause, once the pause is long enough, and the first that they are given after one."""
        if given is not SILENCE and peak(given) >= LOUD:
            if at - self._spoke > PAUSE_MS:
                self._note("sounds")
            self._spoke = at
        if heard is not None and peak(heard) >= LOUD:
            self._heard, self._heard_at = at, time.monotonic_ns()
        elif at - self._heard == PAUSE_MS:
            NOTES.append((self.name, "quiet", self._heard_at))

    def _note(self, what: str) -> None:
        NOTES.append((self.name, what, time.monotonic_ns()))


def stub_voices(vocabulary: Vocabulary) -> Voices:
    return Voices(
        synthesizers=[Placed(name="stub", engine=StubSynthesizer())],
        recognizers=[Placed(name="stub", engine=StubRecognizer())],
        activities=Silero(),
        vocabulary=vocabulary,
    )


async def serve(node: Switchboard) -> None:
    """Answers commands until the other end goes."""
    reader = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        ticker = node.calls._calls._ticker if node.calls._calls is not None else None
        notes, NOTES[:] = list(NOTES), []
        said: dict[str, Any] = {"notes": notes, "left_out": 0 if ticker is None else ticker.left_out}
        print(json.dumps(said), flush=True)


async def main(data: Path, engines: str) -> None:
    setattr(channels.voice.call, "Line", WatchedLine)  # noqa: B010 - it is another module's
    settings = Settings(
        data=str(data), port=0, burst_pause=0.0, frames_per_second=1e6, sockets_per_minute=1e6,
        sign_ins_per_minute=1e6,
        call_addresses=("127.0.0.1",),
    )  # fmt: skip
    set_up(level="warning", style="console")
    with open_folder(data) as folder:
        node = Switchboard(settings, folder, open_store(settings, folder))
        if engines == "stub":
            node.calls.make_voices = stub_voices
        demo = Demo(node)
        await node.start()
        settle()
        await demo.load()
        if await demo.needs_training():
            await demo.train()
        [cookie] = await node.store.write("", lambda tx, now: sign_in(demo.business, operators=1, now=now, tx=tx))
        facts = {"url": node.url, "inbox": demo.inbox, "business": demo.business, "session": cookie}
        print(json.dumps(facts), flush=True)
        await serve(node)
        await node.drain()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), sys.argv[2]))
