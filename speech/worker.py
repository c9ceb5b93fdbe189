"""A process in which a speech engine computes: ``python -m speech.worker MODULE OPTIONS``.

Engines hold the interpreter's lock for tens of milliseconds, in which no call could get its next frame. Here they may.
Each stream has a thread of its own; what it is asked is done in order. The end of the input ends the process at once.
"""

from __future__ import annotations

import importlib
import os
import queue
import signal
import sys
import threading
from typing import BinaryIO

import msgspec

from gateway.beside import end_with_parent
from gateway.errors import SpeechUnavailable
from speech.engine import Ear, Engine
from speech.frames import FRAME_BYTES, Framer
from speech.wire import (
    AHEAD,
    Answered,
    Asked,
    Broke,
    Close,
    Finalize,
    Listen,
    More,
    Sound,
    Speak,
    Spoken,
    Told,
    Took,
    Unpacker,
    pack,
)

_PIECE = 64 * 1024
_MOST = 25 * FRAME_BYTES
"""Bytes of sound in one message: half a second."""


class Output:
    """Where answers go, from many threads."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._lock = threading.Lock()

    def write(self, answer: Answered) -> None:
        told = memoryview(pack(answer))
        with self._lock:
            while told:
                told = told[os.write(self._to, told) :]


class Stream(threading.Thread):
    """One stream, from ``Listen`` or ``Speak`` to ``Close`` or until it breaks."""

    def __init__(self, number: int, engine: Engine, output: Output) -> None:
        super().__init__(daemon=True)
        self._number = number
        self._engine = engine
        self._output = output
        self._asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
        self._credit = threading.Semaphore(AHEAD)
        self._closed = False
        self._ear: Ear | None = None

    def ask(self, asked: Asked) -> None:
        """Whoever asks keeps what waits within bounds (``speech.pool``)."""
        if isinstance(asked, More):
            self._credit.release()
            return
        if isinstance(asked, Close):
            self._closed = True
            self._credit.release()
        self._asked.put(asked)

    def run(self) -> None:
        try:
            while not self._closed and not isinstance(asked := self._asked.get(), Close):
                self._do(asked)
                self._output.write(Took(self._number))
        except SpeechUnavailable as error:
            self._output.write(Broke(self._number, str(error)))
        except Exception as error:
            self._output.write(Broke(self._number, f"The speech engine failed: {type(error).__name__}: {error}"))
        finally:
            if self._ear is not None:
                self._ear.close()

    def _do(self, asked: Asked) -> None:
        match asked:
            case Listen():
                self._ear = self._engine.listen(asked.locale, asked.hints)
            case Sound() if self._ear is not None:
                for heard in self._ear.feed(asked.sound):
                    self._output.write(Told(self._number, heard))
            case Finalize() if self._ear is not None:
                for heard in self._ear.finalize():
                    self._output.write(Told(self._number, heard))
            case Speak():
                self._speak(asked)
            case _:
                raise SpeechUnavailable("A stream was asked out of order.")

    def _speak(self, asked: Speak) -> None:
        framer = Framer()
        made = self._engine.speak(asked.text, locale=asked.locale, voice=asked.voice, rate=asked.rate)
        for sound in made:
            self._tell(framer.feed(sound))
            if self._closed:
                return
        self._tell(framer.end())

    def _tell(self, frames: list[bytes]) -> None:
        sound = b"".join(frames)
        for at in range(0, len(sound), _MOST):
            self._credit.acquire()
            if self._closed:
                return
            self._output.write(Spoken(self._number, sound[at : at + _MOST]))


def serve(engine: Engine, asked: BinaryIO, output: Output) -> None:
    """Until the input ends."""
    unpacker = Unpacker(Asked)
    streams: dict[int, Stream] = {}
    while piece := asked.read1(_PIECE):  # type: ignore[attr-defined]
        for message in unpacker.feed(piece):
            if isinstance(message, Listen | Speak):
                streams[message.number] = Stream(message.number, engine, output)
                streams[message.number].start()
            if (stream := streams.get(message.number)) is not None:
                stream.ask(message)
            if isinstance(message, Close):
                streams.pop(message.number, None)


def main() -> None:
    """The process's whole life."""
    end_with_parent()
    # A terminal and systemd signal all of us; calls end first, and this process with the one that has them.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # Whatever a library prints goes beside the answers.
    answers = os.dup(1)
    os.dup2(2, 1)
    module, options = sys.argv[1], msgspec.json.decode(sys.argv[2].encode(), type=dict[str, str | int | float | bool])
    engine: Engine = importlib.import_module(module).engine(**options)
    serve(engine, sys.stdin.buffer, Output(answers))
    # Threads may still be in the middle of something that nobody waits for.
    os._exit(0)


if __name__ == "__main__":
    main()
