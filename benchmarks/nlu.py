"""How well and how fast short texts are understood: ``python -m benchmarks.nlu [--quick] [--json] [--clinc PATH]``.

- The example business: trained on its content, measured on ``tests/holdout.yml``, which training never sees.
- CLINC150 (Larson et al., 2019, CC BY 3.0), if its ``data_full.json`` is given: 30 intents of 10 examples each, drawn
  by seed. Measured on ``val`` unless ``--split test`` is asked for; nothing is tuned on ``test``.

Out of scope: the share of foreign messages whose score (the highest logit) lies below that of 95 % of the in-scope
ones. "Far" is another world, "near" is close to the business but not its matter. Slips: in one word in three of four
letters and more, a letter is swapped, dropped or doubled.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.texts import (
    EXAMPLE,
    OUTSIDE,
    Clinc,
    Labelled,
    clinc_few,
    in_latin,
    is_russian,
    lantern_examples,
    lantern_few,
    lantern_holdout,
    read_clinc,
    slip,
)  # fmt: skip
from bot.nlu.keyboard import as_latin_layout
from bot.nlu.lexicon import Lexicon
from bot.nlu.reader import Reader
from bot.nlu.train import train
from gateway.language import clean, words

SEEDS = 5
# What Rasa 3.6's default pipeline (DIET) reached on the same task and a machine of the same kind.
DIET = {"clinc.accuracy": 0.885, "clinc.slips": 0.856, "clinc.far": 0.58, "clinc.auroc": 0.93}
DIET_TRAINING_S, DIET_MS = 103.0, 7.7


@dataclass(frozen=True)
class Trained:
    reader: Reader
    seconds: float


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.nlu", description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="one seed and one round of timing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--clinc", type=Path, help="path of CLINC150's data_full.json")
    parser.add_argument("--split", choices=("val", "test"), default="val", help="what CLINC is measured on")
    options = parser.parse_args()
    figures = lantern(3 if not options.quick else 1) if EXAMPLE.is_dir() else {}
    ratios: dict[str, float] = {}
    if options.clinc:
        figures |= clinc(read_clinc(options.clinc), options.split, 1 if options.quick else SEEDS)
        ratios = {f"{name} against DIET": figures[name] / reached for name, reached in DIET.items()}
        ratios["DIET's training time against ours"] = DIET_TRAINING_S / figures["clinc.train_s"]
        ratios["DIET's time a message against ours"] = DIET_MS / figures["clinc.ms"]
    _report(figures, ratios, as_json=options.json)


def lantern(rounds: int) -> dict[str, float]:
    """The example business on its held-out messages."""
    trained = _trained([(text, intent) for intent, texts in lantern_examples().items() for text in texts])
    held = lantern_holdout()
    inside = [one for one in held if one[1] != OUTSIDE]
    russian, english = _by_language(inside)
    outside = [text for text, intent in held if intent == OUTSIDE]
    groups = [[text for text in outside if is_russian(text) is russian_ones] for russian_ones in (True, False)]
    far = [text for group in groups for text in group[: len(group) // 2]]
    near = [text for group in groups for text in group[len(group) // 2 :]]
    rng = random.Random(0)
    reader = trained.reader
    figures = {
        "lantern.ru.accuracy": _accuracy(reader, russian),
        "lantern.ru.slips": _accuracy(reader, [(slip(text, rng), intent) for text, intent in russian]),
        "lantern.ru.layout": _accuracy(reader, [(as_latin_layout(clean(text)), intent) for text, intent in russian]),
        "lantern.ru.translit": _accuracy(reader, [(in_latin(text), intent) for text, intent in russian]),
        "lantern.en.accuracy": _accuracy(reader, english),
        "lantern.en.slips": _accuracy(reader, [(slip(text, rng), intent) for text, intent in english]),
    }
    figures |= _outside(reader, [text for text, _ in inside], far, near, "lantern") | _calibrated(rounds)
    figures |= _decisions(reader, inside, outside)
    figures |= {"lantern.train_s": trained.seconds, "lantern.ms": _milliseconds(reader, inside, rounds)}
    return figures


def _calibrated(seeds: int) -> dict[str, float]:
    """How far confidence is from the share that is right with ten examples an intent: on the examples that weren't drawn,
    which are like those that were, and on the holdout, whose messages are plainer than examples are. ``chance``: what
    a bot would be measured at on as many messages whose confidence is exactly right.
    """
    found: dict[str, list[float]] = {}
    for languages in ("ru", "en", "mixed"):
        for seed in range(seeds):
            texts = lantern_few(languages, seed)
            reader = _trained(texts.train).reader
            for name, held in (("alike", texts.alike), ("holdout", texts.inside)):
                error = f"lantern.{languages}.calibration_error.{name}"
                confidence, right = _outcomes(reader, held)
                found.setdefault(error, []).append(_calibration_error(confidence, right))
                found.setdefault(f"{error}.chance", []).append(_by_chance(confidence))
    return {name: float(np.mean(errors)) for name, errors in found.items()}


def clinc(data: Clinc, split: str, seeds: int) -> dict[str, float]:
    """Means over ``seeds`` draws of intents and examples."""
    found: list[dict[str, float]] = []
    for seed in range(seeds):
        rng = random.Random(seed)
        texts = clinc_few(data, split, seed)
        trained, inside, far = _trained(texts.train), texts.inside, texts.outside
        chosen = {intent for _, intent in texts.train}
        near = [text for text, intent in data[split] if intent not in chosen]
        found.append(
            {
                "clinc.accuracy": _accuracy(trained.reader, inside),
                "clinc.slips": _accuracy(trained.reader, [(slip(text, rng), intent) for text, intent in inside]),
                **_outside(trained.reader, [text for text, _ in inside], far, near, "clinc"),
                "clinc.calibration_error": _calibration_error(*_outcomes(trained.reader, inside)),
                "clinc.train_s": trained.seconds,
                "clinc.ms": _milliseconds(trained.reader, inside, 1),
            }
        )
    return {name: float(np.mean([figures[name] for figures in found])) for name in found[0]}


def _trained(examples: Labelled) -> Trained:
    started = time.perf_counter()
    tokens = [words(clean(text)) for text, _ in examples]
    model, _ = train(tokens, [intent for _, intent in examples])
    return Trained(Reader(model, Lexicon.of(tokens)), time.perf_counter() - started)


def _by_language(labelled: Labelled) -> tuple[Labelled, Labelled]:
    return [one for one in labelled if is_russian(one[0])], [one for one in labelled if not is_russian(one[0])]


def _accuracy(reader: Reader, labelled: Labelled) -> float:
    right = 0
    for text, intent in labelled:
        reading = reader.read(text)
        right += bool(reading.intents) and reading.intents[0][0] == intent
    return right / len(labelled)


def _levels(reader: Reader, texts: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.array([reader.read(text).level for text in texts])


def _outside(
    reader: Reader, inside: Sequence[str], far: Sequence[str], near: Sequence[str], name: str
) -> dict[str, float]:
    known, far_levels, near_levels = _levels(reader, inside), _levels(reader, far), _levels(reader, near)
    limit = np.quantile(known, 0.05)
    return {
        f"{name}.far": float((far_levels < limit).mean()),
        f"{name}.near": float((near_levels < limit).mean()),
        f"{name}.auroc": _auroc(known, far_levels),
        f"{name}.auroc_near": _auroc(known, near_levels),
    }


def _auroc(known: npt.NDArray[np.float64], foreign: npt.NDArray[np.float64]) -> float:
    higher = (known[:, None] > foreign[None, :]).mean() + 0.5 * (known[:, None] == foreign[None, :]).mean()
    return float(higher)


def _decisions(reader: Reader, inside: Labelled, outside: Sequence[str]) -> dict[str, float]:
    """What the bot would do with a first message: answer, ask which of two or three, or ask to rephrase."""
    from bot.content.types import Settings
    from bot.dialogue.offers import MOST_BUTTONS

    readings = [(reader.read(text), intent) for text, intent in inside]
    sure = [(one, intent) for one, intent in readings if not one.outside and one.confidence >= Settings().answer_from]
    asked = [(one, intent) for one, intent in readings if not one.outside and one.confidence < Settings().answer_from]
    offered = sum(intent in {name for name, _ in one.intents[:MOST_BUTTONS]} for one, intent in asked)
    foreign = [reader.read(text) for text in outside]
    return {
        "lantern.answered": len(sure) / len(readings),
        "lantern.answered_wrong": sum(one.intents[0][0] != intent for one, intent in sure) / max(1, len(sure)),
        "lantern.asked": len(asked) / len(readings),
        "lantern.asked_with_right_button": offered / max(1, len(asked)),
        "lantern.outside_answered": sum(not one.outside and one.confidence >= Settings().answer_from for one in foreign)
        / len(foreign),
    }


def _outcomes(reader: Reader, labelled: Labelled) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """How sure the reader is of each message, and whether it is right."""
    readings = [(reader.read(text), intent) for text, intent in labelled]
    confidence = np.array([one.confidence for one, _ in readings])
    return confidence, np.array([bool(one.intents) and one.intents[0][0] == intent for one, intent in readings])


def _calibration_error(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error in ten bins: how far confidence is from the share that is right."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [
        abs(confidence[bins == at].mean() - right[bins == at].mean()) * (bins == at).mean()
        for at in range(10)
        if (bins == at).any()
    ]
    return float(sum(gaps))


def _by_chance(confidence: npt.NDArray[np.float64]) -> float:
    """The mean calibration error where each message is right with exactly the chance that it is said to have."""
    rng = np.random.default_rng(0)
    drawn = [_calibration_error(confidence, rng.random(len(confidence)) < confidence) for _ in range(200)]
    return float(np.mean(drawn))


def _milliseconds(reader: Reader, labelled: Labelled, rounds: int) -> float:
    """Best round, each over every message: caches hold what a server's would after a while."""
    return min(_timed(lambda: [reader.read(text) for text, _ in labelled]) for _ in range(rounds + 2)) / len(labelled)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def _report(figures: dict[str, float], ratios: dict[str, float], *, as_json: bool) -> None:
    machine: dict[str, Any] = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if as_json:
        rounded = [{name: round(value, 4) for name, value in table.items()} for table in (figures, ratios)]
        print(json.dumps({"figures": rounded[0], "ratios": rounded[1], "machine": machine}))
        return
    for name, value in (figures | ratios).items():
        print(f"{name:40} {value:8.3f}")
    print(*(f"{name}: {value}" for name, value in machine.items()), sep=", ")


if __name__ == "__main__":
    main()
