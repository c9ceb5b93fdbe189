"""faster-whisper: on this machine, 99 languages, with capitals and full stops; it knows whole utterances, no streams.

So an utterance is understood when it ends; meanwhile, about once a second, what there is of it, as long as that is quick.
``faster-whisper`` is an optional package (``pip install switchboard[whisper]``).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Word
from speech.frames import FRAME_BYTES, FRAME_MS, RATE
from speech.line import Patience
from speech.models import best
from speech.pool import Plan, Pool

_LONGEST_MS = 60_000
"""Of an utterance; what goes beyond it is understood apart."""
_PARTIAL_MS = 1_000
_QUICK = 0.35
"""Seconds that a partial may take; else there is none for the rest of the utterance."""
_NAMES = 200
"""Letters of names that are told to the model beforehand."""


def whisper(folder: Path, *, threads: int = 2, hang: float = 30.0) -> Pool:
    """A ``gateway.ports.Recognizer``. ``threads``: cores that one utterance takes."""
    return Pool(
        Plan(
            name="faster-whisper", module="speech.whisper", options={"folder": str(folder), "threads": threads},
            environment={"OMP_NUM_THREADS": str(threads)}, processes=1, patience=Patience(hang=hang, load=180.0, late=120.0),
        )
    )  # fmt: skip


class Whisper:
    """A ``speech.engine.Engine``. One model at a time understands; who comes meanwhile waits."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        self._models: dict[Path, Any] = {}
        self._loading = threading.Lock()
        self._busy = threading.Lock()

    def listen(self, locale: str, hints: Hints) -> WhisperEar:
        """As ``Engine``."""
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise SpeechUnavailable("faster-whisper is not installed: pip install 'switchboard[whisper]'") from error
        path = best(self._folder, "whisper", locale)
        if path is None:
            raise SpeechUnavailable("faster-whisper has no model: `switchboard speech list` shows which there are.")
        with self._loading:
            if path not in self._models:
                try:
                    self._models[path] = WhisperModel(
                        str(path), device="cpu", compute_type="int8", cpu_threads=self._threads, local_files_only=True
                    )
                except Exception as error:
                    raise SpeechUnavailable(
                        f"faster-whisper can't load {path.name}: delete it and download it again."
                    ) from error
        language = locale.partition("-")[0]
        if language not in self._models[path].supported_languages:
            raise SpeechUnavailable(f"faster-whisper doesn't know {locale!r}.")
        return WhisperEar(self._models[path], language, names_in(hints.phrases), self._busy)

    def speak(self, text: str, *, locale: str, voice: str, rate: float) -> Iterator[bytes]:
        """As ``Engine``."""
        raise SpeechUnavailable("faster-whisper doesn't speak.")


class WhisperEar:
    """A ``speech.engine.Ear``."""

    def __init__(self, model: Any, language: str, names: str, busy: threading.Lock) -> None:
        self._model = model
        self._language = language
        self._names = names
        self._busy = busy
        self._sound = bytearray()
        self._before: list[Heard] = []
        self._fed = 0
        self._since = 0
        self._told_at = 0
        self._quick = True

    def feed(self, sound: bytes) -> Iterator[Heard]:
        """As ``Ear``."""
        self._sound += sound
        self._fed += len(sound) // FRAME_BYTES * FRAME_MS
        if len(self._sound) // FRAME_BYTES * FRAME_MS >= _LONGEST_MS:
            self._before.append(self._understood(final=True))
            self._sound.clear()
        if self._quick and self._fed - self._told_at >= _PARTIAL_MS and self._busy.acquire(blocking=False):
            self._told_at = self._fed
            try:
                begun = time.monotonic()
                heard = self._understood(final=False)
                self._quick = time.monotonic() - begun < _QUICK
            finally:
                self._busy.release()
            if heard.text:
                yield heard

    def finalize(self) -> Iterator[Heard]:
        """As ``Ear``."""
        with self._busy:
            heard = self._understood(final=True)
        self._before.clear()
        self._sound.clear()
        self._since = self._told_at = self._fed
        self._quick = True
        yield heard

    def close(self) -> None:
        """As ``Ear``."""
        self._sound.clear()

    def _understood(self, *, final: bool) -> Heard:
        import numpy as np

        begun = self._fed - len(self._sound) // FRAME_BYTES * FRAME_MS
        sound = np.frombuffer(bytes(self._sound), dtype="<i2").astype(np.float32) / 32768
        segments, _ = self._model.transcribe(
            sound, language=self._language, beam_size=5 if final else 1, word_timestamps=final, hotwords=self._names or None,
            condition_on_previous_text=False, vad_filter=True, temperature=0.0,
        )  # fmt: skip
        found = list(segments) if len(sound) >= RATE // 10 else []
        words = tuple(
            Word(
                text=word.word.strip(),
                since=begun + round(word.start * 1000),
                until=begun + round(word.end * 1000),
                confidence=float(word.probability),  # numpy's own
            )
            for segment in found
            for word in segment.words or ()
        )
        before = self._before if final else []
        text = " ".join([*(one.text for one in before), *(segment.text.strip() for segment in found)]).strip()
        sure = [math.exp(segment.avg_logprob) * (1 - segment.no_speech_prob) for segment in found]
        return Heard(
            text=text,
            since=self._since,
            final=final,
            confidence=sum(sure) / len(sure) if sure else float(not text),
            words=tuple(word for one in before for word in one.words) + words,
        )


def names_in(phrases: tuple[str, ...]) -> str:
    """Words written with a capital where no sentence begins: names that a model can't know."""
    found: dict[str, None] = {}
    for phrase in phrases:
        for word in phrase.split()[1:]:
            bare = word.strip(".,!?:;()\"«»“”'")
            if bare[:1].isupper() and len(bare) > 1 and not bare.startswith(("I'", "I’")):
                found[bare] = None
    told = ""
    for name in found:
        if len(told) + len(name) + 2 > _NAMES:
            break
        told += f", {name}" if told else name
    return told


def engine(**options: Any) -> Whisper:
    """What the process serves (``speech.worker``)."""
    return Whisper(Path(str(options["folder"])), int(options["threads"]))
