"""The processes of one speech engine: begun when they are needed, kept warm, ended when nobody needs them.

A process that dies or hangs takes its streams with it (``SpeechUnavailable``); the next stream gets another one.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

import msgspec
import structlog

from gateway import beside
from gateway.errors import SpeechUnavailable
from gateway.ports import Hints
from gateway.tasks import TaskSet
from speech.line import Hearing, Line, Patience, Speaking
from speech.wire import Answered, Asked, Listen, Speak, Unpacker, pack

_PIECE = 64 * 1024
_SAID = 2_000
"""Letters kept of what a process writes beside its answers."""
LONGEST = 4000
"""Letters of a text that is spoken."""
PHRASES, _PHRASE = 5_000, 200
"""Hints that a process is told, and letters of one."""
_LAST = 1.0
"""Seconds in which a process ends that has said its last."""
_LOOKS = 4
"""How often a hang is looked for while it could become one."""

log = structlog.get_logger(__name__)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How an engine runs. ``name``: as people know it. ``module``: has the function ``engine``, called with ``options``
    (``speech.engine``). ``processes``: at most so many; ``streams``: with so many another process is begun. ``idle``:
    seconds after which one that nobody uses ends."""

    name: str
    module: str
    options: Mapping[str, str | int | float | bool] = {}
    environment: Mapping[str, str] = {}
    processes: int = os.cpu_count() or 1
    streams: int = 8
    idle: float = 300.0
    patience: Patience = Patience()


class Beside:
    """One process with its streams."""

    def __init__(self, plan: Plan, process: Process, tasks: TaskSet) -> None:
        self.plan = plan
        self.lines: dict[int, Line] = {}
        self._process = process
        self._input = process.stdin
        self._said = b""
        self._rest: asyncio.TimerHandle | None = None
        self._over = self._killed = False
        self._reading = tasks.start(self._read(), name="answers")
        tasks.start(self._listen(), name="said")
        tasks.start(self._watch(), name="watch")

    @property
    def lives(self) -> bool:
        """It takes streams."""
        return not self._over

    def write(self, asked: Asked) -> None:
        """Returns at once. What may wait here is bounded by each line."""
        if self._input is not None and not self._input.is_closing():
            self._input.write(pack(asked))

    def leave(self, number: int) -> None:
        """The stream is over; without any, the process ends after a while."""
        self.lines.pop(number, None)
        if not self.lines:
            self._rest = asyncio.get_running_loop().call_later(self.plan.idle, self.kill)

    def join(self, line: Line) -> None:
        self.lines[line.number] = line
        if self._rest is not None:
            self._rest.cancel()

    def kill(self) -> None:
        """Once: what is dead must not be signalled again, for that takes its exit code from whoever waits for it."""
        self._over = True
        if not self._killed:
            self._killed = True
            with suppress(ProcessLookupError):
                self._process.kill()

    async def end(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self.kill()
        await asyncio.shield(self._process.wait())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        unpacker, loop = Unpacker(Answered), asyncio.get_running_loop()
        try:
            while piece := await self._process.stdout.read(_PIECE):
                for answer in unpacker.feed(piece):
                    if (line := self.lines.get(answer.number)) is not None:
                        line.answered(answer, loop.time())
        except (ValueError, msgspec.MsgspecError):
            log.error("speech_process_garbled", engine=self.plan.name)
            self.kill()
        await self._fail()

    async def _fail(self) -> None:
        """All that are left hear that the process is gone."""
        self._over = True
        try:
            async with asyncio.timeout(_LAST):
                code = await self._process.wait()
        except TimeoutError:  # it only closed its output
            self.kill()
            code = await self._process.wait()
        self._killed = True  # there is nothing left to kill
        if not self.lines:
            return
        said = self._said.decode(errors="replace").strip().splitlines()[-1:]
        log.error("speech_process_ended", engine=self.plan.name, code=code, said=said[0][:300] if said else "")
        for line in list(self.lines.values()):
            line.fail(SpeechUnavailable(f"{self.plan.name} broke down (exit code {code})."))

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while piece := await self._process.stderr.read(_PIECE):
            self._said = (self._said + piece)[-_SAID:]

    async def _watch(self) -> None:
        """Ends a process that hangs."""
        patience, loop = self.plan.patience, asyncio.get_running_loop()
        while not self._reading.done():
            await asyncio.wait((self._reading,), timeout=min(patience.hang, patience.load) / _LOOKS)
            if any([line.overdue(loop.time()) for line in self.lines.values()]):
                log.error("speech_process_hangs", engine=self.plan.name)
                for line in list(self.lines.values()):
                    line.fail(SpeechUnavailable(f"{self.plan.name} hangs."))
                self.kill()


class Pool:
    """A ``gateway.ports.Recognizer`` and ``Synthesizer`` by an engine that computes in processes of its own."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._tasks = TaskSet(f"speech.{plan.module}")
        self._processes: list[Beside] = []
        self._starting = asyncio.Lock()
        self._numbers = 0
        self._closed = False

    async def listen(self, *, locale: str, hints: Hints) -> Hearing:
        """As ``Recognizer``. A language model that isn't there yet is built meanwhile."""
        self._numbers += 1
        first = Listen(self._numbers, locale, _bounded(hints))
        process = await self._process()
        line = Hearing(
            first,
            name=self._plan.name,
            patience=self._plan.patience,
            write=process.write,
            left=lambda: process.leave(first.number),
        )
        process.join(line)
        try:
            await line.ready()
        except BaseException:
            line.close()
            raise
        return line

    async def prepare(self, *, locale: str, hints: Hints) -> None:
        """Has what a caller in ``locale`` needs loaded and built, so that the first one doesn't wait."""
        (await self.listen(locale=locale, hints=hints)).close()

    async def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        """As ``Synthesizer``."""
        self._numbers += 1
        first = Speak(self._numbers, text[:LONGEST], locale, voice, min(max(rate, 0.5), 2.0))
        process = await self._process()
        line = Speaking(
            first,
            name=self._plan.name,
            patience=self._plan.patience,
            write=process.write,
            left=lambda: process.leave(first.number),
        )
        process.join(line)
        try:
            async for frame in line.frames():
                yield frame
        finally:
            line.close()

    async def aclose(self) -> None:
        """Ends all processes; who still listens hears no more."""
        self._closed = True
        for process in self._processes:
            for line in list(process.lines.values()):
                line.close()
            await process.end()
        await self._tasks.finish(within=1.0)

    async def _process(self) -> Beside:
        """The one with the fewest streams; another one where all have many."""
        async with self._starting:
            self._processes = [process for process in self._processes if process.lives]
            least = min(self._processes, key=lambda process: len(process.lines), default=None)
            if least is not None and (
                len(least.lines) < self._plan.streams or len(self._processes) >= self._plan.processes
            ):
                return least
            if self._closed:
                raise SpeechUnavailable(f"{self._plan.name} is being shut down.")
            options = msgspec.json.encode(dict(self._plan.options)).decode()
            try:
                process = await beside.start(
                    "speech.worker", self._plan.module, options, stdin=PIPE, **self._plan.environment
                )
            except OSError as error:
                raise SpeechUnavailable(f"{self._plan.name} can't be started: {error}") from error
            self._processes.append(Beside(self._plan, process, self._tasks))
            return self._processes[-1]


def _bounded(hints: Hints) -> Hints:
    if len(hints.phrases) <= PHRASES and all(len(phrase) <= _PHRASE for phrase in hints.phrases):
        return hints
    return Hints(version=hints.version, phrases=tuple(phrase[:_PHRASE] for phrase in hints.phrases[:PHRASES]))
