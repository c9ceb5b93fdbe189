"""The sound of recorded calls on its way to disk: what the caller sounded and what they were given, side by side.

``Track.tap`` is called with each frame and returns at once; one thread a node writes what has gathered. What it has written survives
the process: a file is locked for as long as it is written, so that whoever finds one without a lock knows that its writer is gone.
"""

from __future__ import annotations

import fcntl
import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
import structlog

from channels.voice.mixer import SILENCE, Frame
from speech.frames import FRAME_BYTES, FRAME_MS

log = structlog.get_logger(__name__)

GATHER = 25
"""Frames that go to the thread in one go: what a crash may lose (0.5 s)."""
MOST_BEHIND = 120
"""Pieces of a call that may wait for the disk (a minute); then its recording ends."""
LONGEST = 4 * 3600 * 1000 // FRAME_MS
"""Frames of one recording."""
SOUND, ABOUT = ".pcm", ".json"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a recording. ``since``: milliseconds of the leg before it; ``whole``: it ended with its call."""

    business: str
    conversation: str
    leg: str
    since: int = 0
    whole: bool = False


class Track:
    """One call's recording. Everything returns at once, on the event loop."""

    def __init__(self, about: About, folder: Path, put: Callable[[Callable[[], None]], None]) -> None:
        self.about = about
        self._path = folder / about.leg
        self._put = put
        self._rests = True
        self._gathered: list[Frame] = []
        self._frames = self._at = 0
        self._behind = 0
        self._file: IO[bytes] | None = None
        self._broken = False
        self._ended = False

    def rest(self, rests: bool) -> None:
        """While it rests silence is kept in place of both sides, so that what follows stays where it was said."""
        self._rests = rests

    def tap(self, at: int, caller: Frame | None, given: Frame) -> None:
        """As ``line.Tap``. Ticks that were left out are silence, so that what follows stays where it was said."""
        if self._broken or self._ended:
            return
        if not self._frames:
            self.about = msgspec.structs.replace(self.about, since=max(0, at - FRAME_MS))
            self._put(self._open)
            self._at = at - FRAME_MS
        left_out = min(
            MOST_BEHIND * GATHER, max(0, round((at - self._at) / FRAME_MS) - 1)
        )  # after a minute its leg is over
        self._gathered += [SILENCE] * (2 * left_out)
        self._at = at
        self._frames += 1 + left_out
        sides = (SILENCE, SILENCE) if self._rests else (SILENCE if caller is None else caller, given)
        self._gathered += sides
        if len(self._gathered) >= 2 * GATHER:
            self._pass_on()
        if self._behind > MOST_BEHIND or self._frames >= LONGEST:
            log.error("recording_broken", leg=self.about.leg, behind=self._behind)
            self._broken = True

    def end(self, then: Callable[[], None]) -> None:
        """``then`` is called in the thread, once all of it is on disk."""
        if self._ended:
            return
        self._ended = True
        if self._gathered and not self._broken:
            self._pass_on()
        self._put(lambda: self._close(then))

    def _pass_on(self) -> None:
        frames, self._gathered = self._gathered, []
        self._behind += 1
        self._put(lambda: self._write(frames))

    # In the thread.

    def _open(self) -> None:
        try:
            self._file = self._path.with_suffix(SOUND).open("xb", buffering=0)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._note(self.about)
        except OSError as error:
            self._fail(error)

    def _write(self, frames: list[Frame]) -> None:
        self._behind -= 1
        if self._file is None or self._broken:
            return
        sides = np.concatenate(frames[::2]), np.concatenate(frames[1::2])
        try:
            self._write_all(np.stack(sides, axis=1).astype("<i2").tobytes())
        except OSError as error:
            self._fail(error)

    def _write_all(self, sound: bytes) -> None:
        assert self._file is not None
        left = memoryview(sound)
        while left:
            left = left[self._file.write(left) or 0 :]

    def _close(self, then: Callable[[], None]) -> None:
        try:
            if self._file is not None:
                if not self._broken:
                    self._note(msgspec.structs.replace(self.about, whole=True))
                self._file.close()
        except OSError as error:
            self._fail(error)
        then()

    def _note(self, about: About) -> None:
        """Whole or not at all."""
        new = self._path.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(about))
        os.replace(new, self._path.with_suffix(ABOUT))

    def _fail(self, error: OSError) -> None:
        """The disk is full, or gone: what is there stays, and the call goes on."""
        self._broken = True
        log.error("recording_failed", leg=self.about.leg, error=str(error))


class Writer:
    """The thread that writes the recordings of a node into ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def begin(self, about: About) -> Track:
        if self._thread is None:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
            self._thread.start()
        return Track(about, self.folder, self._jobs.put)

    def close(self) -> None:
        """Once all that was put is written."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(timeout=5)
            self._thread = None

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("recorder_failed")


def left_behind(folder: Path) -> list[Path]:
    """The sounds in a folder that nobody writes any more."""
    return [path for path in sorted(folder.glob(f"*{SOUND}")) if _is_free(path)] if folder.is_dir() else []


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
    except OSError:
        return False


def read_about(path: Path) -> About | None:
    """What stands beside a sound; None: its writer died before it said so."""
    try:
        return msgspec.json.decode(path.with_suffix(ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError):
        return None


def seconds_of(path: Path) -> float:
    return path.stat().st_size / (2 * FRAME_BYTES) * FRAME_MS / 1000
