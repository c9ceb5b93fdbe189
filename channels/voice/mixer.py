"""The mixer of one call: who hears whom, 20 ms at a time.

A *row* is somebody or something in the call: the caller, the operator, a prompt, music, a second listener. Each row that
listens hears the sum of all others that it may hear, and never itself. Who is there, how loud and for whom is one
table, changed in one step: a takeover is another table for the next frame. Whatever changes, changes over that frame, and
a sound that breaks off fades from where it was, so that nothing clicks.

A frame is 20 ms of 16 kHz mono sound: ``FRAME`` samples of int16. Frames are never changed once made, neither those
that come in nor those that go out: the same one may go to many.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

FRAME = 320
EDGE = 80
"""So many samples (5 ms) a sound takes to come in, when it wasn't there in the frame before."""

Frame = NDArray[np.int16]
Sum = NDArray[np.float32]

SILENCE: Frame = np.zeros(FRAME, dtype=np.int16)
SILENCE.flags.writeable = False
"""What a listener is given who hears nothing; it is always this very object."""

_RISE: Sum = (np.arange(1, FRAME + 1, dtype=np.float32) / FRAME).astype(np.float32)
_FALL: Sum = (1 - _RISE).astype(np.float32)
_COME_IN: Sum = np.ones(FRAME, dtype=np.float32)
_COME_IN[:EDGE] = np.arange(1, EDGE + 1, dtype=np.float32) / EDGE


class Row(msgspec.Struct, frozen=True):
    """What a row is to the others.

    ``heard_by`` names the rows that may hear it, all where it is None: a coach is heard by ``{"operator"}``, a monitor
    and whoever is muted by nobody. ``gain`` is what its samples are multiplied by, for everybody.
    """

    listens: bool = True
    heard_by: frozenset[str] | None = None
    gain: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.gain <= 8:
            raise ValueError("A gain lies between 0 and 8.")


Rows = Mapping[str, Row]
Gains = dict[str, dict[str, float]]
"""How loud each listener hears each of the others; those that aren't heard are not in it."""


class Mixer:
    """The mixer of one call. ``change`` says who hears whom from the next frame on; ``mix`` makes a frame."""

    def __init__(self, rows: Rows) -> None:
        self._gains: Gains = _gains(rows)
        self._before = self._gains
        self._last: dict[str, int] = {}
        """The last sample of every row that sounded in the frame before."""

    def change(self, rows: Rows) -> None:
        """Sets the whole table, in one step. Two changes between two frames are one: the later."""
        self._gains = _gains(rows)

    def mix(self, frames: Mapping[str, Frame]) -> dict[str, Frame]:
        """What each listener hears of the rows' frames; a row without a frame is silent. A frame of a row that the
        last change took out is still asked for once, and fades; without it, its last sample does."""
        sounds = {name: self._come_in(name, frame) for name, frame in frames.items()}
        for name, last in self._last.items():
            if name not in frames and last != 0:
                sounds[name] = last * _FALL
        heard = {listener: self._heard(listener, sounds) for listener in self._gains}
        self._last = {name: int(frame[-1]) for name, frame in frames.items()}
        self._before = self._gains
        return heard

    def _come_in(self, name: str, frame: Frame) -> Frame | Sum:
        return frame if name in self._last else frame * _COME_IN

    def _heard(self, listener: str, sounds: Mapping[str, Frame | Sum]) -> Frame:
        now = self._gains[listener]
        before = now if self._before is self._gains else self._before.get(listener, {})
        parts = [
            _at_gain(sounds[source], before.get(source, 0.0), now.get(source, 0.0))
            for source in {**before, **now}
            if source in sounds
        ]
        if not parts:
            return SILENCE
        if len(parts) == 1 and parts[0].dtype == np.int16:
            return parts[0].astype(np.int16, copy=False)
        return _sum(parts)


def _at_gain(sound: Frame | Sum, before: float, now: float) -> Frame | Sum:
    """A sound whose gain goes over the frame from what it was to what it is."""
    if before == now:
        return sound if now == 1.0 else sound * np.float32(now)
    return sound * (np.float32(before) + np.float32(now - before) * _RISE)


def _sum(parts: list[Frame | Sum]) -> Frame:
    """The sum of sounds, where too loud at its loudest; in place, since this is most of a call's work."""
    total = parts[0].astype(np.float32)
    for part in parts[1:]:
        total += part
    np.rint(total, out=total)
    np.minimum(total, 32_767, out=total)
    np.maximum(total, -32_768, out=total)
    return total.astype(np.int16)


def _gains(rows: Rows) -> Gains:
    return {
        listener: {
            source: row.gain
            for source, row in rows.items()
            if source != listener and row.gain > 0 and (row.heard_by is None or listener in row.heard_by)
        }
        for listener, own in rows.items()
        if own.listens
    }


def peak(frame: Frame) -> int:
    """How loud its loudest sample is, 0 to 32768."""
    return max(int(frame.max()), -int(frame.min()))
