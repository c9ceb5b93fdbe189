"""Sound of 16 kHz mono int16 as a file that everything plays, and back. Pure."""

from __future__ import annotations

import io
import wave

from speech.frames import RATE

HEADER = 44
"""Bytes before the sound of a file that was made here."""


def wav(sound: bytes) -> bytes:
    """``sound`` with a header."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(sound)
    return file.getvalue()


def sound_of(file: bytes) -> bytes:
    """What ``wav`` was given."""
    return file[HEADER:]
