"""A voice for tests: the smallest network with a Piper voice's inputs, whose sound is the numbers that it gets, written byte by
byte (``onnx.proto``), so that the real runtime runs it."""

from __future__ import annotations

from pathlib import Path

import msgspec

_FLOAT, _INT64 = 1, 7
SOUNDS = {
    "_": (0,),
    "^": (1,),
    "$": (2,),
    " ": (3,),
    ".": (10,),
    ",": (8,),
    "h": (20,),
    "ə": (59,),
    "l": (24,),
    "o": (27,),
    "ʊ": (100,),
}


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    told = bytearray()
    while value > 0x7F:
        told.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*told, value])


def _tensor(name: bytes, kind: int, *sizes: bytes | int) -> bytes:
    shape = b"".join(_field(1, _field(1, size) if isinstance(size, int) else _field(2, size)) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def network(*, speakers: int = 1, repeated: int = 100) -> bytes:
    """``output``: ``input`` as it is, so many times; lengths, scales and the speaker are taken and passed over."""
    to = _field(1, b"to") + _field(3, _FLOAT) + _field(20, 2)
    cast = _field(1, b"input") + _field(2, b"once") + _field(4, b"Cast") + _field(5, to)
    axis = _field(1, b"axis") + _field(3, 1) + _field(20, 2)
    concat = _field(1, b"once") * repeated + _field(2, b"output") + _field(4, b"Concat") + _field(5, axis)
    inputs = [_tensor(b"input", _INT64, 1, b"n"), _tensor(b"input_lengths", _INT64, 1), _tensor(b"scales", _FLOAT, 3)]
    if speakers > 1:
        inputs.append(_tensor(b"sid", _INT64, 1))
    graph = _field(1, cast) + _field(1, concat) + _field(2, b"voice") + b"".join(_field(11, one) for one in inputs)
    graph += _field(12, _tensor(b"output", _FLOAT, 1, b"m"))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13))


def write_voice(
    folder: Path, name: str = "en_US-toy-medium", *, speakers: int = 1, phoneme_type: str = "espeak"
) -> Path:
    """A voice's folder below that of all models."""
    path = folder / "piper" / name
    path.mkdir(parents=True)
    (path / f"{name}.onnx").write_bytes(network(speakers=speakers))
    config = {
        "audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"}, "phoneme_type": phoneme_type, "num_speakers": speakers,
        "phoneme_id_map": SOUNDS,
    }  # fmt: skip
    (path / f"{name}.onnx.json").write_bytes(msgspec.json.encode(config))
    return path
