"""Stands for the package ``vosk`` 0.3.45, whose models are too large for tests: the calls that we make, strictly, and answers in
the shapes that ``vosk_api.h`` describes. It "understands" a word for every 400 ms of sound, and ends a piece after 20 of silence."""

from __future__ import annotations

import json
from pathlib import Path

LOG_LEVEL = 0


def SetLogLevel(level: int) -> None:
    global LOG_LEVEL
    LOG_LEVEL = level


class Model:
    def __init__(self, model_path: str) -> None:
        assert isinstance(model_path, str)
        if not (Path(model_path) / "am" / "final.mdl").exists():
            raise Exception("Failed to create a model")


class KaldiRecognizer:
    def __init__(self, model: Model, rate: float) -> None:
        assert isinstance(model, Model) and rate == 16_000
        self._words = False
        self._fed = 0.0
        self._begun: list[float] = []
        self._quiet = 0

    def SetWords(self, enable_words: bool) -> None:
        self._words = enable_words

    def AcceptWaveform(self, data: bytes) -> int:
        assert isinstance(data, bytes) and len(data) % 2 == 0
        for at in range(0, len(data), 640):
            voiced = any(data[at : at + 640])
            self._quiet = 0 if voiced else self._quiet + 1
            if voiced and (not self._begun or self._fed - self._begun[-1] >= 0.4):
                self._begun.append(self._fed)
            self._fed += 0.02
        return 1 if self._quiet >= 20 and self._begun else 0

    def PartialResult(self) -> str:
        return json.dumps({"partial": " ".join("word" for _ in self._begun)})

    def Result(self) -> str:
        begun, self._begun = self._begun, []
        told: dict[str, object] = {"text": " ".join("word" for _ in begun)}
        if begun and self._words:
            told["result"] = [{"conf": 0.75, "start": at, "end": at + 0.4, "word": "word"} for at in begun]
        return json.dumps(told)

    FinalResult = Result
