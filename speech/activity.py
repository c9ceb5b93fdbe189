"""Voice activity: how probably each frame of a stream is voice.

``Silero`` is the usual one, ``WebRtc`` the light one: nearly free, and of no use where it is loud. A stream holds the state of one
speaker; models are loaded once and serve all streams. Loud enough a frame must be to be looked at at all: most of a call's
frames are digital silence, since browsers and telephones suppress what isn't voice.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from speech.sound import FRAME, RATE

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL = Path(__file__).parent / "models" / "silero_vad_16k_sequence.onnx"
WINDOW = 512
"""Samples that the model looks at: 32 ms …"""
CONTEXT = 64
"""… with so many of those before them."""
QUIET = 24
"""Where no sample is further from silence than this (-63 dB), nobody speaks."""
FORGET = 50
"""Frames of quiet (1 s) after which the model begins anew: what it remembers is of another sentence."""
_FULL = np.float32(1 / 32_768)

Samples: TypeAlias = NDArray[np.int16]


class VoiceActivity(Protocol):
    """One stream's voice activity. ``probability`` is told every 20 ms in turn, 0 to 1; None: nothing came, which is silence."""

    def probability(self, frame: Samples | None) -> float: ...


class Activities(Protocol):
    """A model of voice activity."""

    def stream(self) -> VoiceActivity: ...


def is_quiet(frame: Samples) -> bool:
    """Whether nothing in a frame can be voice."""
    return int(frame.max()) <= QUIET and int(frame.min()) >= -QUIET


class Silero:
    """Silero VAD through onnxruntime, on one thread: 0.3 % of a core for a stream that always sounds."""

    def __init__(self, model: Path = MODEL) -> None:
        self._session = _session(model)

    def stream(self) -> VoiceActivity:
        return _SileroStream(self._session)


@cache
def _session(model: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class _SileroStream:
    """Frames of 320 samples become windows of 512: a frame that fills none has the probability of the one before."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._sound = np.zeros(CONTEXT + WINDOW + FRAME, dtype=np.float32)
        self._forget()

    def _forget(self) -> None:
        self._sound[:CONTEXT] = 0
        self._filled = 0
        self._hidden = self._cell = np.zeros((1, 1, 128), dtype=np.float32)
        self._told = 0.0
        self._quiet = 0
        self._fresh = True

    def probability(self, frame: Samples | None) -> float:
        quiet = frame is None or is_quiet(frame)
        if not quiet:
            self._quiet, self._fresh = 0, False
        elif not self._fresh:
            self._quiet += 1
            if self._quiet >= FORGET:
                self._forget()
        if not self._fresh:
            self._append(frame)
        return 0.0 if quiet else self._told

    def _append(self, frame: Samples | None) -> None:
        begin = CONTEXT + self._filled
        if frame is None:
            self._sound[begin : begin + FRAME] = 0
        else:
            np.multiply(frame, _FULL, out=self._sound[begin : begin + FRAME])
        self._filled += FRAME
        if self._filled >= WINDOW:
            self._look()

    def _look(self) -> None:
        window = self._sound[None, : CONTEXT + WINDOW]
        told, self._hidden, self._cell = self._session.run(None, {"input": window, "h": self._hidden, "c": self._cell})
        self._told = float(told[0])
        self._filled -= WINDOW
        kept = CONTEXT + self._filled
        self._sound[:kept] = self._sound[WINDOW : WINDOW + kept].copy()


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

    def probability(self, frame: Samples | None) -> float:
        voice = frame is not None and not is_quiet(frame) and self._vad.is_speech(frame.tobytes(), RATE)
        self._last = [*self._last[1:], voice]
        return sum(self._last) / self.LAST
