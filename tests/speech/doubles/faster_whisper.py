"""Stands for the package ``faster_whisper`` 1.2.1, whose models are too large for tests: the calls that we make, strictly, and
answers in its shapes. It "understands" how many seconds of sound it got."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Word(NamedTuple):
    start: float
    end: float
    word: str
    probability: np.float64


class Segment(NamedTuple):
    start: float
    end: float
    text: str
    avg_logprob: float
    no_speech_prob: float
    words: list[Word] | None


class WhisperModel:
    def __init__(
        self, model_size_or_path: str, *, device: str, compute_type: str, cpu_threads: int, local_files_only: bool
    ) -> None:
        assert device == "cpu" and compute_type == "int8" and cpu_threads >= 1
        assert local_files_only, "it would ask a hub"
        if not (Path(model_size_or_path) / "model.bin").exists():
            raise RuntimeError(f"Unable to open file 'model.bin' in model '{model_size_or_path}'")

    @property
    def supported_languages(self) -> list[str]:
        return ["en", "ru"]

    def transcribe(
        self, audio: npt.NDArray[np.float32], *, language: str, beam_size: int, word_timestamps: bool, hotwords: str | None,
        condition_on_previous_text: bool, vad_filter: bool, temperature: float,
    ) -> tuple[Iterator[Segment], None]:  # fmt: skip
        assert audio.dtype == np.float32 and audio.ndim == 1 and float(np.abs(audio).max(initial=0)) <= 1
        assert language in self.supported_languages and hotwords != "" and temperature == 0.0
        assert vad_filter and not condition_on_previous_text
        return self._segments(audio, word_timestamps, hotwords), None

    def _segments(
        self, audio: npt.NDArray[np.float32], word_timestamps: bool, hotwords: str | None
    ) -> Iterator[Segment]:
        if not audio.any():
            return
        seconds = len(audio) / 16_000
        text = f" {seconds:.1f} seconds" + (f" of {hotwords}" if hotwords else "")
        words = [Word(0.0, seconds, text, np.float64(0.9))] if word_timestamps else None
        yield Segment(0.0, seconds, text, -0.2, 0.01, words)
