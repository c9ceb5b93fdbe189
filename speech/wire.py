"""What we and a speech engine's process tell each other: msgpack behind its length in four bytes. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.ports import Heard, Hints

LONGEST = 4 * 1024 * 1024
"""Bytes of one message."""
AHEAD = 4
"""Pieces of sound that a process makes before the first of them was taken."""
_HEAD = 4


class Listen(msgspec.Struct, frozen=True, array_like=True, tag="listen"):
    """Begins stream ``number``, which understands. Taken once the engine is ready for it."""

    number: int
    locale: str
    hints: Hints


class Sound(msgspec.Struct, frozen=True, array_like=True, tag="sound"):
    """Whole frames of what the stream's speaker sounds."""

    number: int
    sound: bytes


class Finalize(msgspec.Struct, frozen=True, array_like=True, tag="finalize"):
    """The utterance has ended. Taken after its final was told."""

    number: int


class Speak(msgspec.Struct, frozen=True, array_like=True, tag="speak"):
    """Begins stream ``number``, which speaks one text. Taken after the last of its sound was told."""

    number: int
    text: str
    locale: str
    voice: str
    rate: float


class More(msgspec.Struct, frozen=True, array_like=True, tag="more"):
    """A piece of sound was taken: another one may be made."""

    number: int


class Close(msgspec.Struct, frozen=True, array_like=True, tag="close"):
    """Nobody is there for the stream any more."""

    number: int


class Took(msgspec.Struct, frozen=True, array_like=True, tag="took"):
    """One message of the stream, in order, is done with."""

    number: int


class Told(msgspec.Struct, frozen=True, array_like=True, tag="told"):
    number: int
    heard: Heard


class Spoken(msgspec.Struct, frozen=True, array_like=True, tag="spoken"):
    """Whole frames of what was to be spoken."""

    number: int
    sound: bytes


class Broke(msgspec.Struct, frozen=True, array_like=True, tag="broke"):
    """The engine can't go on with this stream, for a reason that a person reads."""

    number: int
    why: str


Asked = Listen | Sound | Finalize | Speak | More | Close
Answered = Took | Told | Spoken | Broke
_encoder = msgspec.msgpack.Encoder()


def pack(message: Asked | Answered) -> bytes:
    body = _encoder.encode(message)
    return len(body).to_bytes(_HEAD, "little") + body


class Unpacker:
    """Messages from bytes that come in any pieces. Raises ``ValueError`` for what is no message."""

    def __init__(self, kind: Any) -> None:
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(kind)
        self._rest = bytearray()

    def feed(self, piece: bytes) -> list[Any]:
        self._rest += piece
        found = []
        at = 0
        while len(self._rest) - at >= _HEAD:
            length = int.from_bytes(self._rest[at : at + _HEAD], "little")
            if length > LONGEST:
                raise ValueError("A message is too long.")
            if len(self._rest) - at - _HEAD < length:
                break
            found.append(self._decoder.decode(bytes(self._rest[at + _HEAD : at + _HEAD + length])))
            at += _HEAD + length
        del self._rest[:at]
        return found
