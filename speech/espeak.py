"""espeak-ng: speaks at once, in many languages, with nothing to download; a robot's voice. It is a start.

It is under the GPL and stays a program of its own: we write to it and read what it says (``man espeak-ng``).
"""

from __future__ import annotations

import asyncio
import re
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress

from gateway.errors import SpeechUnavailable
from speech.sound import Framer, Resampler

WORDS_A_MINUTE = 165
LONGEST = 4000
"""Letters of one text."""
HEADER = 44
"""Bytes of the WAV header; samples a second stand at 24 (RIFF, "fmt " chunk)."""
_VOICE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,12})*(?:\+[A-Za-z0-9_-]{1,20})?")


class Espeak:
    """A ``Synthesizer``. ``hang``: seconds without a sound after which the program is given up."""

    def __init__(self, *, program: str = "espeak-ng", hang: float = 5.0) -> None:
        self._program = program
        self._hang = hang
        self._running: set[Process] = set()

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        """As ``Synthesizer``."""
        process = await self._start(voice or locale, rate)
        try:
            async for frame in self._frames(process, text[:LONGEST]):
                yield frame
        finally:
            await self._end(process)

    async def aclose(self) -> None:
        for process in list(self._running):
            await self._end(process)

    async def _start(self, voice: str, rate: float) -> Process:
        if not _VOICE.fullmatch(voice):
            raise SpeechUnavailable(f"espeak-ng has no voice {voice!r}. `espeak-ng --voices` lists them.")
        speed = str(round(WORDS_A_MINUTE * min(max(rate, 0.5), 2.0)))
        told = (self._program, "-v", voice, "-s", speed, "-b", "1", "-z", "--stdin", "--stdout")
        try:
            process = await asyncio.create_subprocess_exec(*told, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        except OSError as error:
            raise SpeechUnavailable("espeak-ng is not installed: apt install espeak-ng") from error
        self._running.add(process)
        return process

    async def _frames(self, process: Process, text: str) -> AsyncIterator[bytes]:
        assert process.stdin is not None and process.stdout is not None
        with suppress(ConnectionError):  # it ended already: its code tells why
            process.stdin.write(text.encode())
            process.stdin.close()
        header = await self._read(process, HEADER)
        if len(header) < HEADER:
            raise SpeechUnavailable(f"espeak-ng said nothing (exit code {await process.wait()}).")
        resampler, framer = Resampler(int.from_bytes(header[24:28], "little")), Framer()
        while sound := await self._read(process, 0):
            for frame in framer.feed(resampler.feed(sound)):
                yield frame
        for frame in (*framer.feed(resampler.end()), *framer.end()):
            yield frame

    async def _read(self, process: Process, exactly: int) -> bytes:
        """So many bytes, or fewer at the end; 0: what is there, "" at the end."""
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._hang):
                return await (process.stdout.readexactly(exactly) if exactly else process.stdout.read(8192))
        except asyncio.IncompleteReadError as error:
            return error.partial
        except TimeoutError as error:
            raise SpeechUnavailable(f"espeak-ng hangs: no sound for {self._hang:g} s.") from error

    async def _end(self, process: Process) -> None:
        assert process.stdout is not None
        if process.stdout.at_eof():  # it ends by itself; a signal would take its exit code from whoever waits for it
            with suppress(TimeoutError):
                async with asyncio.timeout(self._hang):
                    await process.wait()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        while await process.stdout.read(8192):
            pass  # what nobody wants any more; a pipe that is full and paused would keep the program from being seen to end
        await process.wait()
        self._running.discard(process)
