"""One side of ``benchmarks.bot``: the embedded engine, in a process of its own; the other is ``rasa_side``.

``train FOLDER MODEL OUT`` and ``read ASKED MODEL OUT``, where ``OUT`` gets JSON. ``FOLDER`` has ``nlu.yml`` and
``domain.yml``; ``ASKED`` is ``{"read": {name: [text, …]}, "timed": [text, …]}``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bot.nlu import features
from bot.nlu.reader import Reader
from gateway import language


def peak_mb() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def train(folder: Path, model: Path) -> dict[str, Any]:
    """Trains as ``bot.worker`` does."""
    from bot import worker

    done = worker.train(folder, model)
    if isinstance(done, worker.Failed):
        raise SystemExit(done.fault.text)
    return {"train_s": done.seconds, "train_rss_mb": peak_mb()}


def read(asked: dict[str, Any], model: Path) -> dict[str, Any]:
    """For each text its intent, how sure, and how much inside; and milliseconds a message, cold and warm.

    Cold: nothing is remembered of any word.
    """
    from bot import artifact

    reader = artifact.read(model).reader
    readings = {}
    for name, texts in asked["read"].items():
        readings[name] = [
            [one.intents[0][0] if one.intents else "", one.confidence, max(one.level, -1e9)]
            for one in map(reader.read, texts)
        ]
    cold = []
    for text in asked["timed"]:
        reader.forget()
        language.stem.cache_clear()
        features.forget()
        cold.append(_milliseconds(reader, text))
    # What a word adds is kept when it comes a second time.
    for text in asked["timed"] * 2:
        reader.read(text)
    warm = [_milliseconds(reader, text) for text in asked["timed"]]
    return {"readings": readings, "ms": cold, "warm_ms": warm, "rss_mb": peak_mb()}


def _milliseconds(reader: Reader, text: str) -> float:
    started = time.perf_counter()
    reader.read(text)
    return (time.perf_counter() - started) * 1e3


if __name__ == "__main__":
    _, verb, source, stored, out = sys.argv
    if verb == "train":
        result = train(Path(source), Path(stored))
    else:
        result = read(json.loads(Path(source).read_text("utf-8")), Path(stored))
    Path(out).write_text(json.dumps(result), encoding="utf-8")
