"""Voice activity: how probably each frame of a stream is voice.

``Silero`` is the usual one, ``WebRtc`` the light one: nearly free, and of no use where it is loud. A stream holds the state of one
speaker; a model is loaded once and serves all streams. What is fed by all calls before the first of them asks is looked at together,
which takes half the time. Nothing quiet is voice: most of a call's frames are digital silence, since browsers and telephones suppress
what isn't voice, and the tail that the model gives to a word is cut off by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from speech.frames import FRAME, RATE

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL = Path(__file__).parent / "silero" / "silero_vad_16k_op15.onnx"
WINDOW = 512
"""Samples that the model looks at: 32 ms …"""
CONTEXT = 64
"""… with so many of those before them."""
QUIET = 24
"""Where no sample is further from silence than this (-63 dB), nobody speaks."""
FORGET = 50
"""Frames of quiet (1 s) after which the model begins anew: what it remembers is of another sentence."""
MOST_AT_ONCE = 32
"""Streams that are looked at in one go (2 ms)."""
_FULL = np.float32(1 / 32_768)
_RATE = np.array(RATE, dtype=np.int64)
_NEW = np.zeros((2, 1, 128), dtype=np.float32)

Samples: TypeAlias = NDArray[np.int16]


class VoiceActivity(Protocol):
    """One stream's voice activity, which is fed a frame every 20 ms; None: nothing came, which is silence."""

    def feed(self, frame: Samples | None) -> None: ...

    def probability(self) -> float:
        """How probably the frame that was fed last is voice, 0 to 1."""
        ...

    def ahead(self, frames: Sequence[Samples | None]) -> list[float]:
        """The same of those that will be fed next, which changes nothing; none where it can't be told."""
        ...


class Activities(Protocol):
    """A model of voice activity."""

    def stream(self) -> VoiceActivity: ...


def is_quiet(frame: Samples) -> bool:
    """Whether nothing in a frame can be voice."""
    return int(frame.max()) <= QUIET and int(frame.min()) >= -QUIET


class Silero:
    """Silero VAD through onnxruntime, on one thread. A stream that always sounds costs 0.2 to 0.4 % of a core."""

    def __init__(self, model: Path = MODEL) -> None:
        self._session = _session(model)
        self._waiting: list[_SileroStream] = []

    def stream(self) -> VoiceActivity:
        return _SileroStream(self)

    def put(self, stream: _SileroStream) -> None:
        """Its window is full: it is looked at with those of others, as soon as one is asked for."""
        self._waiting.append(stream)
        if len(self._waiting) == MOST_AT_ONCE:
            self.look()

    def look(self) -> None:
        """Looks at every window that waits."""
        streams, self._waiting = self._waiting, []
        if not streams:
            return
        told, states = self._session.run(
            None,
            {
                "input": np.stack([stream.window for stream in streams]),
                "state": np.concatenate([stream.state for stream in streams], axis=1),
                "sr": _RATE,
            },
        )
        for index, stream in enumerate(streams):
            stream.take(float(told[index, 0]), states[:, index : index + 1])


@cache
def _session(model: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class _SileroStream:
    """Frames of 320 samples become windows of 512: a frame that fills none has the probability of the one before."""

    def __init__(self, model: Silero) -> None:
        self._model = model
        self._sound = np.zeros(CONTEXT + WINDOW + FRAME, dtype=np.float32)
        self._waits = False
        self._forget()

    def _forget(self) -> None:
        self._sound[:CONTEXT] = 0
        self._filled = 0
        self.state = _NEW
        self._told = 0.0
        self._quiet = 0
        self._fresh = True

    @property
    def window(self) -> NDArray[np.float32]:
        return self._sound[: CONTEXT + WINDOW]

    def feed(self, frame: Samples | None) -> None:
        if self._waits:
            self._model.look()
        if frame is not None and not is_quiet(frame):
            self._quiet, self._fresh = 0, False
        else:
            self._quiet += 1
            if self._quiet == FORGET:
                self._forget()
        if not self._fresh:
            self._append(frame)

    def probability(self) -> float:
        if self._waits:
            self._model.look()
        return 0.0 if self._quiet or self._fresh else self._told

    def ahead(self, frames: Sequence[Samples | None]) -> list[float]:
        if self._waits:
            self._model.look()
        other = copy(self)
        other._sound = self._sound.copy()
        told = []
        for frame in frames:
            other.feed(frame)
            told.append(other.probability())
        return told

    def take(self, told: float, state: NDArray[np.float32]) -> None:
        """What the model makes of the window, which makes room for the next one."""
        self._waits = False
        self._told, self.state = told, state
        self._filled -= WINDOW
        kept = CONTEXT + self._filled
        self._sound[:kept] = self._sound[WINDOW : WINDOW + kept].copy()

    def _append(self, frame: Samples | None) -> None:
        begin = CONTEXT + self._filled
        if frame is None:
            self._sound[begin : begin + FRAME] = 0
        else:
            np.multiply(frame, _FULL, out=self._sound[begin : begin + FRAME])
        self._filled += FRAME
        if self._filled >= WINDOW:
            self._waits = True
            self._model.put(self)


class WebRtc:
    """The voice activity of WebRTC (Gaussian mixtures, 2011), for hosts that are short of CPU and callers that have it quiet.

    It tells yes or no; ``probability`` is the share of voice in the last frames, so that one frame alone decides nothing.
    ``strictness``: 0 to 3.
    """

    def __init__(self, strictness: int = 2) -> None:
        self._strictness = strictness

    def stream(self) -> VoiceActivity:
        return _WebRtcStream(self._strictness)


class _WebRtcStream:
    LAST = 4
    """So many frames count."""

    def __init__(self, strictness: int) -> None:
        import webrtcvad

        self._vad = webrtcvad.Vad(strictness)
        self._last = [False] * self.LAST
        self._quiet = True

    def feed(self, frame: Samples | None) -> None:
        self._quiet = frame is None or is_quiet(frame)
        voice = frame is not None and not self._quiet and self._vad.is_speech(frame.tobytes(), RATE)
        self._last = [*self._last[1:], voice]

    def probability(self) -> float:
        return 0.0 if self._quiet else sum(self._last) / self.LAST

    def ahead(self, frames: Sequence[Samples | None]) -> list[float]:
        return []  # its state is its own
