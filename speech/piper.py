"""Piper's voices: natural speech on this machine, faster than it is spoken, in some 40 languages.

A voice is a network (VITS, as ONNX) that makes sound from the sounds of language, which espeak-ng tells; both are here
without Piper's own package, which is under the GPL. Voices are in ``speech/piper`` (``speech.models``); each has a licence
of its own in its MODEL_CARD.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import SpeechUnavailable
from gateway.ports import Hints
from speech.engine import Ear
from speech.ipa import pronounced
from speech.line import Patience
from speech.models import best, named
from speech.pool import Plan, Pool
from speech.sound import Resampler

_PIECE = 240
"""Letters of a sentence from which on it is spoken in two."""
_CONFIG = 1024 * 1024
"""Bytes of a voice's description."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_CLAUSE = re.compile(r"\s*([,;:.!?…]+)(?=\s|$)|\s+[—–-]\s+")
_SWITCH = re.compile(r"\([a-z-]+\)")
_BEGIN, _END, _PAD = "^", "$", "_"


def piper(folder: Path, *, threads: int = 1, processes: int = 1, streams: int = 8) -> Pool:
    """A ``gateway.ports.Synthesizer``. ``folder``: that of all speech models. ``voice`` of ``speak`` is one's name."""
    return Pool(
        Plan(
            name="Piper", module="speech.piper", options={"folder": str(folder), "threads": threads}, processes=processes,
            streams=streams, patience=Patience(hang=20.0, load=60.0),
        )
    )  # fmt: skip


class _Audio(msgspec.Struct):
    sample_rate: int


class _Espeak(msgspec.Struct):
    voice: str


class _Inference(msgspec.Struct):
    noise_scale: float = 0.667
    length_scale: float = 1.0
    noise_w: float = 0.8


class _Config(msgspec.Struct):
    """A voice's description, as far as we need it."""

    audio: _Audio
    espeak: _Espeak
    phoneme_id_map: dict[str, tuple[int, ...]]
    inference: _Inference = msgspec.field(default_factory=_Inference)
    phoneme_type: str = "espeak"
    num_speakers: int = 1


_configs = msgspec.json.Decoder(_Config)


class Voice:
    """One voice, loaded."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime

        (network,) = folder.glob("*.onnx")
        self._config = _configs.decode(Path(f"{network}.json").read_bytes()[:_CONFIG])
        if self._config.phoneme_type != "espeak":
            raise SpeechUnavailable(f"Piper's voice {folder.name} reads letters, not sounds: choose another one.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])

    def speak(self, text: str, rate: float) -> Iterator[bytes]:
        """16 kHz mono int16, sentence by sentence."""
        resampler = Resampler(self._config.audio.sample_rate)
        for sentence in sentences(text):
            numbers = self._numbers(sounds(sentence, self._config.espeak.voice))
            if numbers:
                yield resampler.feed(self._made(numbers, rate))
        yield resampler.end()

    def _numbers(self, told: str) -> list[int]:
        """The network's own numbers of the sounds; what it doesn't know is left out."""
        known = self._config.phoneme_id_map
        found = [number for sound in told if sound in known for number in (*known[sound], *known.get(_PAD, ()))]
        return [*known.get(_BEGIN, ()), *known.get(_PAD, ()), *found, *known.get(_END, ())] if found else []

    def _made(self, numbers: Sequence[int], rate: float) -> bytes:
        import numpy as np

        how = self._config.inference
        given = {
            "input": np.array([numbers], dtype=np.int64),
            "input_lengths": np.array([len(numbers)], dtype=np.int64),
            "scales": np.array([how.noise_scale, how.length_scale / rate, how.noise_w], dtype=np.float32),
        }
        if self._config.num_speakers > 1:
            given["sid"] = np.array([0], dtype=np.int64)
        wave = np.asarray(self._session.run(None, given)[0], dtype=np.float32).squeeze()
        # As Piper does: every sentence equally loud.
        wave = wave / max(0.01, float(np.abs(wave).max(initial=0.0)))
        return bytes((np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes())


class Piper:
    """A ``speech.engine.Engine``. A voice is loaded once."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        self._voices: dict[Path, Voice] = {}
        self._loading = threading.Lock()

    def listen(self, locale: str, hints: Hints) -> Ear:
        """As ``Engine``."""
        raise SpeechUnavailable("Piper doesn't listen.")

    def speak(self, text: str, *, locale: str, voice: str, rate: float) -> Iterator[bytes]:
        """As ``Engine``."""
        path = named(self._folder, "piper", voice) if voice else best(self._folder, "piper", locale)
        if path is None:
            wanted = voice or locale
            raise SpeechUnavailable(f"Piper has no voice {wanted!r}: `switchboard speech list` shows which there are.")
        yield from self._loaded(path).speak(text, rate)

    def _loaded(self, path: Path) -> Voice:
        with self._loading:
            if path not in self._voices:
                try:
                    self._voices[path] = Voice(path, self._threads)
                except SpeechUnavailable:
                    raise
                except Exception as error:
                    raise SpeechUnavailable(
                        f"Piper can't load {path.name}: delete it and download it again."
                    ) from error
            return self._voices[path]


def sentences(text: str) -> Iterator[str]:
    """The text's sentences; a very long one at its commas, so that its begin can be heard sooner."""
    for sentence in _SENTENCE.split(text):
        rest = sentence.strip()
        while len(rest) > _PIECE and (cut := rest.rfind(", ", 0, _PIECE)) > 0:
            yield rest[: cut + 1]
            rest = rest[cut + 1 :].strip()
        if rest:
            yield rest


def sounds(sentence: str, voice: str) -> str:
    """A sentence as the networks were taught: its sounds, with the marks between its clauses."""
    clauses: list[str] = []
    marks: list[str] = []
    at = 0
    for mark in _CLAUSE.finditer(sentence):
        clauses.append(sentence[at : mark.start()])
        marks.append((mark[1] or ",")[0].replace("…", "."))
        at = mark.end()
    if sentence[at:].strip():
        clauses.append(sentence[at:])
        marks.append(".")
    spoken = [
        (clause, mark)
        for clause, mark in zip(clauses, marks, strict=True)
        if any(letter.isalnum() for letter in clause)
    ]
    if not spoken:
        return ""
    told = pronounced([clause for clause, _ in spoken], voice)
    joined = " ".join(_SWITCH.sub("", sound).strip() + mark for sound, (_, mark) in zip(told, spoken, strict=True))
    return unicodedata.normalize("NFD", joined)


def engine(**options: Any) -> Piper:
    """What the process serves (``speech.worker``)."""
    return Piper(Path(str(options["folder"])), int(options["threads"]))
