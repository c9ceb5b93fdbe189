"""Vosk: streaming, on this machine, some 20 languages; understands whatever is said, without hints.

Its models are in a folder each (``speech.models``); a business takes no part in them, so hints are passed over: what Vosk
makes of them is a closed list, which hears nothing else. ``vosk`` is an optional package (``pip install switchboard[vosk]``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import SpeechUnavailable
from gateway.ports import Heard, Hints, Word
from speech.frames import FRAME_BYTES, FRAME_MS, RATE
from speech.line import Patience
from speech.models import best
from speech.pool import Plan, Pool

_PARTIAL_MS = 200
"""Between two partials at least."""


def vosk(folder: Path, *, processes: int = 2, streams: int = 20) -> Pool:
    """A ``gateway.ports.Recognizer``. ``folder``: that of all speech models."""
    return Pool(
        Plan(
            name="Vosk", module="speech.vosk", options={"folder": str(folder)}, processes=processes, streams=streams,
            patience=Patience(load=180.0),
        )
    )  # fmt: skip


class _Word(msgspec.Struct):
    word: str
    start: float = 0.0
    end: float = 0.0
    conf: float = 1.0


class _Result(msgspec.Struct):
    """What Vosk says, in JSON."""

    text: str = ""
    partial: str = ""
    result: tuple[_Word, ...] = ()


_results = msgspec.json.Decoder(_Result)


class Vosk:
    """A ``speech.engine.Engine``. A model is loaded once; recognizers share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models: dict[Path, Any] = {}
        self._loading = threading.Lock()

    def listen(self, locale: str, hints: Hints) -> VoskEar:
        """As ``Engine``."""
        try:
            import vosk as library
        except ImportError as error:
            raise SpeechUnavailable("Vosk is not installed: pip install 'switchboard[vosk]'") from error
        path = best(self._folder, "vosk", locale)
        if path is None:
            raise SpeechUnavailable(
                f"Vosk has no model for {locale!r}: `switchboard speech list` shows which there are."
            )
        with self._loading:
            if path not in self._models:
                library.SetLogLevel(-1)
                try:
                    self._models[path] = library.Model(str(path))
                except Exception as error:
                    raise SpeechUnavailable(f"Vosk can't load {path.name}: delete it and download it again.") from error
        recognizer = library.KaldiRecognizer(self._models[path], RATE)
        recognizer.SetWords(True)
        return VoskEar(recognizer)

    def speak(self, text: str, *, locale: str, voice: str, rate: float) -> Iterator[bytes]:
        """As ``Engine``."""
        raise SpeechUnavailable("Vosk doesn't speak.")


class VoskEar:
    """A ``speech.engine.Ear``. Vosk ends a piece by itself where it hears a pause; an utterance may be many pieces."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._fed = 0
        self._since = 0
        self._told_at = 0
        self._told = ""
        self._pieces: list[_Result] = []

    def feed(self, sound: bytes) -> Iterator[Heard]:
        """As ``Ear``."""
        self._fed += len(sound) // FRAME_BYTES * FRAME_MS
        ended = self._recognizer.AcceptWaveform(sound)
        if ended:
            self._pieces.append(_results.decode(self._recognizer.Result()))
        if self._fed - self._told_at < _PARTIAL_MS:
            return
        self._told_at = self._fed
        now = "" if ended else _results.decode(self._recognizer.PartialResult()).partial
        text = _joined([*(piece.text for piece in self._pieces), now])
        if text and text != self._told:
            self._told = text
            yield Heard(text=text, since=self._since)

    def finalize(self) -> Iterator[Heard]:
        """As ``Ear``."""
        self._pieces.append(_results.decode(self._recognizer.FinalResult()))
        words = [word for piece in self._pieces for word in piece.result]
        text = _joined([piece.text for piece in self._pieces])
        since, self._since = self._since, self._fed
        self._pieces, self._told = [], ""
        yield Heard(
            text=text,
            since=since,
            final=True,
            confidence=sum(word.conf for word in words) / len(words) if words else float(not text),
            words=tuple(
                Word(text=word.word, since=round(word.start * 1000), until=round(word.end * 1000), confidence=word.conf)
                for word in words
            ),
        )

    def close(self) -> None:
        """As ``Ear``."""
        self._recognizer = None


def _joined(texts: list[str]) -> str:
    return " ".join(text for text in texts if text)


def engine(**options: Any) -> Vosk:
    """What the process serves (``speech.worker``)."""
    return Vosk(Path(str(options["folder"])))
