"""Opus (RFC 6716) at 16 kHz mono, straight from and to ``mixer.Frame``, by libopus.

PyAV decodes neither what is lost nor forward error correction: it takes an empty packet for the stream's end, and never sets
``decode_fec``. So we speak to libopus itself, through ctypes: six functions whose meaning hasn't changed since 1.0. The library
is the one that PyAV's wheels bring along; where PyAV was built without it, the system's (``apt install libopus0``).
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence
from ctypes import POINTER, byref, c_char_p, c_int, c_int16, c_int32, c_ubyte, c_void_p
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from channels.voice.mixer import FRAME, Frame
from channels.voice.toc import LONGEST_MS
from gateway.errors import StartupError

RATE = 16_000
LONGEST = LONGEST_MS * RATE // 1000
MAX_PACKET = 1_275
"""The most that a frame of 20 ms takes (RFC 6716, 3.2.1)."""

_OK = 0
_VOIP = 2_048
_SET_BITRATE, _SET_INBAND_FEC, _SET_COMPLEXITY, _SET_LOSS = 4_002, 4_012, 4_010, 4_014
_SET_SIGNAL, _SIGNAL_VOICE = 4_024, 3_001
_Samples = POINTER(c_int16)
_Bytes = POINTER(c_ubyte)


class Decoder:
    """Makes sound of one stream's packets, in their order."""

    def __init__(self) -> None:
        self._opus = library()
        failed = c_int(_OK)
        self._state = c_void_p(self._opus.opus_decoder_create(RATE, 1, byref(failed)))
        if failed.value != _OK:
            raise MemoryError("libopus made no decoder")
        self._size: int = self._opus.opus_decoder_get_size(1)
        self._sound = np.zeros(LONGEST, dtype=np.int16)
        self._at = self._sound.ctypes.data_as(_Samples)

    def __del__(self) -> None:
        if hasattr(self, "_state"):
            self._opus.opus_decoder_destroy(self._state)

    def decode(self, payload: bytes) -> Frame | None:
        """The sound of a packet, as long as it is; None where it is no Opus."""
        return self._decoded(self._state, payload)

    def conceal(self, following: bytes | None) -> Frame | None:
        """A missing frame: from the forward error correction in ``following`` where that has any, else made up."""
        size = len(following) if following else 0
        return self._made(self._opus.opus_decode(self._state, following, size, self._at, FRAME, 1 if size else 0))

    def ahead(self, payloads: Sequence[bytes]) -> list[Frame]:
        """What ``decode`` will make of these, unless something comes between. It changes nothing: a state is one piece of memory, of
        which a copy is as good (libopus's documentation of its decoder)."""
        if not payloads:
            return []
        copy = ctypes.create_string_buffer(ctypes.string_at(self._state, self._size), self._size)
        found: list[Frame] = []
        for payload in payloads:
            sound = self._decoded(copy, payload)
            if sound is None:
                break
            found.append(sound)
        return found

    def _decoded(self, state: Any, payload: bytes) -> Frame | None:
        if not payload:
            return None  # libopus would make up sound for it
        return self._made(self._opus.opus_decode(state, payload, len(payload), self._at, LONGEST, 0))

    def _made(self, samples: int) -> Frame | None:
        return self._sound[:samples].copy() if samples > 0 else None


class Encoder:
    """Makes packets of 20 ms of one stream's frames, each with what is needed to repair the one before."""

    def __init__(self, *, bitrate: int, complexity: int) -> None:
        """``bitrate``: bits a second; ``complexity``: 0 to 10, how much work is put into a frame."""
        self._opus = library()
        failed = c_int(_OK)
        self._state = c_void_p(self._opus.opus_encoder_create(RATE, 1, _VOIP, byref(failed)))
        if failed.value != _OK:
            raise MemoryError("libopus made no encoder")
        self._packet = ctypes.create_string_buffer(MAX_PACKET)
        self._to = ctypes.cast(self._packet, _Bytes)
        self._set(_SET_BITRATE, bitrate)
        self._set(_SET_COMPLEXITY, complexity)
        self._set(_SET_INBAND_FEC, 1)
        self._set(_SET_SIGNAL, _SIGNAL_VOICE)

    def __del__(self) -> None:
        if hasattr(self, "_state"):
            self._opus.opus_encoder_destroy(self._state)

    def expect_loss(self, percent: int) -> None:
        """How much of what is sent gets lost: the more, the more is sent to repair it."""
        self._set(_SET_LOSS, percent)

    def encode(self, frame: Frame) -> bytes:
        """The packet of a frame."""
        size = self._opus.opus_encode(self._state, frame.tobytes(), FRAME, self._to, MAX_PACKET)
        if size < 0:
            raise ValueError(f"libopus refused a frame of {frame.size} samples ({size})")
        return self._packet.raw[:size]

    def _set(self, what: int, value: int) -> None:
        if self._opus.opus_encoder_ctl(self._state, what, c_int32(value)) != _OK:
            raise ValueError(f"libopus doesn't take {value} for {what}")


@cache
def library() -> ctypes.PyDLL:
    """libopus, which keeps the interpreter to itself: a frame takes it a tenth of a millisecond, and whoever lets go of the interpreter for
    that may wait 5 ms to have it back. Raises ``StartupError`` where there is none."""
    for path in (*_brought_along(), ctypes.util.find_library("opus")):
        if path:
            return _typed(ctypes.PyDLL(path))
    raise StartupError("There is no libopus, which calls need: apt install libopus0")


def _brought_along() -> list[str]:
    """The library inside PyAV's wheel (auditwheel puts it beside the package, delocate inside)."""
    found = find_spec("av")
    if found is None or found.origin is None:
        return []
    package = Path(found.origin).parent
    places = (package.parent / "av.libs", package / ".dylibs")
    return [str(path) for place in places for path in sorted(place.glob("libopus*"))]


def _typed(opus: ctypes.PyDLL) -> ctypes.PyDLL:
    opus.opus_decoder_create.argtypes = [c_int32, c_int, POINTER(c_int)]
    opus.opus_decoder_create.restype = c_void_p
    opus.opus_decoder_get_size.argtypes = [c_int]
    opus.opus_decoder_get_size.restype = c_int
    opus.opus_decoder_destroy.argtypes = [c_void_p]
    opus.opus_decoder_destroy.restype = None
    opus.opus_decode.argtypes = [c_void_p, c_char_p, c_int32, _Samples, c_int, c_int]
    opus.opus_encoder_create.argtypes = [c_int32, c_int, c_int, POINTER(c_int)]
    opus.opus_encoder_create.restype = c_void_p
    opus.opus_encoder_destroy.argtypes = [c_void_p]
    opus.opus_encoder_destroy.restype = None
    opus.opus_encode.argtypes = [c_void_p, c_char_p, c_int, _Bytes, c_int32]
    opus.opus_encoder_ctl.argtypes = [c_void_p, c_int]  # what follows is variadic: its type goes with each call
    return opus
