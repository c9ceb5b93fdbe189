"""The embedded engine beside Rasa's default pipeline (DIET), on the same texts in the same run.

``python -m benchmarks.bot --clinc data_full.json``. Sets: CLINC150 with 30 intents of 10 examples (five draws), all of
it (``--full`` for Rasa, too: hours), and the example business with 10 examples an intent in Russian, English and both,
measured on its holdout. Nothing is tuned on CLINC's ``test`` or on the holdout: while working on the engine, ask for
``--split val``.

Out of scope: the share of messages of no intent that lie below 95 % of those in scope, by the engine's own score (for
Rasa its confidence). Cold: a message of whose words nothing is remembered. Memory is the most that the process held.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.report import arguments, report, say
from benchmarks.texts import Texts, clinc_few, clinc_full, lantern_few, read_clinc
from bot.nlu.calibrate import OUTSIDE
from scripts.rasa import building
from scripts.rasa.training import environment

ROOT = Path(__file__).resolve().parents[1]
CLINC_SEEDS, LANTERN_SEEDS = 5, 3
TIMED, BINS = 300, 15
LOWER_IS_BETTER = ("train_s", "train_rss_mb", "parse_ms_p50", "parse_ms_p95", "rss_mb", "ece", "ece_alike")

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """How one engine is run: the command before ``train`` or ``read``, and its environment (ours where None)."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] | None = None

    def run(self, *arguments: str) -> dict[str, Any]:
        """What it answers."""
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            command = [*self.command, *arguments, out.name]
            done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{self.name} {arguments[0]} failed: {done.stderr.strip()[-800:]}")
            answer: dict[str, Any] = json.loads(Path(out.name).read_text("utf-8"))
            return answer


def main() -> None:
    """The command line."""
    options = _options()
    sides = [Side("embedded", (sys.executable, "-m", "benchmarks.embedded_side"))]
    if not options.no_rasa:
        sides += _rasa()
    figures: dict[str, float] = {}
    for name, draws, of_rasa in _sets(options):
        for side in sides:
            if side.name == "embedded" or of_rasa:
                say(f"{side.name}: {name}, {len(draws)} draws")
                found = [measured(side, texts, seed) for seed, texts in enumerate(draws)]
                figures |= {f"{side.name}.{name}.{key}": value for key, value in _over_draws(found).items()}
    report(figures, _ratios(figures), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--clinc", type=Path, help="path of CLINC150's data_full.json")
    parser.add_argument("--split", choices=("val", "test"), default="test", help="what CLINC is measured on")
    parser.add_argument("--full", action="store_true", help="let Rasa train on all of CLINC, too")
    parser.add_argument("--no-rasa", action="store_true", help="only the embedded engine")
    return parser.parse_args()


def _rasa() -> list[Side]:
    try:
        python = building.ensure(say)
    except building.CannotBuild as error:
        say(f"Without Rasa: {error}")
        return []
    return [Side("rasa", (str(python), str(ROOT / "benchmarks" / "rasa_side.py")), environment())]


def _sets(options: argparse.Namespace) -> Iterator[tuple[str, list[Texts], bool]]:
    """Name, draws, and whether Rasa takes part."""
    if options.clinc:
        data = read_clinc(options.clinc)
        seeds = range(1 if options.quick else CLINC_SEEDS)
        yield "clinc_few", [clinc_few(data, options.split, seed) for seed in seeds], True
        if not options.quick:
            yield "clinc_full", [clinc_full(data, options.split)], options.full
    for languages in ("ru", "en", "mixed"):
        seeds = range(1 if options.quick else LANTERN_SEEDS)
        yield f"lantern_{languages}", [lantern_few(languages, seed) for seed in seeds], True


@dataclass(frozen=True)
class Measured:
    """Of one draw: its figures, and how sure it was of each message: in scope, whether rightly, outside, and in scope of
    the examples' own kind, whether rightly."""

    figures: dict[str, float]
    sure: Array
    right: Array
    strange: Array
    sure_alike: Array
    right_alike: Array


def _over_draws(found: Sequence[Measured]) -> dict[str, float]:
    """Means; the calibration error is of all draws together, since in a single one chance is most of it."""
    sure, right, strange, sure_alike, right_alike = (
        np.concatenate([getattr(one, name) for one in found])
        for name in ("sure", "right", "strange", "sure_alike", "right_alike")
    )
    foreign = np.full(len(strange), OUTSIDE / (1 - OUTSIDE) * len(sure) / max(1, len(strange)))
    every, told = np.concatenate((sure, strange)), np.concatenate((right, np.zeros(len(strange))))
    figures = {name: float(np.mean([one.figures[name] for one in found])) for name in found[0].figures} | {
        "ece": calibration_error(sure, right, np.ones(len(sure))),
        "ece_with_outside": calibration_error(every, told, np.concatenate((np.ones(len(sure)), foreign))),
    }
    if len(sure_alike):
        figures["ece_alike"] = calibration_error(sure_alike, right_alike, np.ones(len(sure_alike)))
    return figures


def measured(side: Side, texts: Texts, seed: int) -> Measured:
    """Trains and asks one engine, each in a process of its own."""
    spoiled = texts.spoiled(seed)
    asked = {name: [text for text, _ in labelled] for name, labelled in {"inside": texts.inside, **spoiled}.items()}
    with tempfile.TemporaryDirectory() as folder:
        write_content(Path(folder), texts)
        model = str(Path(folder, "model.tar.gz" if side.name == "rasa" else "model.bot"))
        trained = side.run("train", folder, model)
        question = Path(folder, "asked.json")
        timed = asked["inside"][:TIMED]
        read = asked | {"outside": list(texts.outside), "alike": [text for text, _ in texts.alike]}
        question.write_text(json.dumps({"read": read, "timed": timed}))
        answered = side.run("read", str(question), model)
    right = {name: _right(answered["readings"][name], labelled) for name, labelled in spoiled.items()}
    inside, outside, alike = (answered["readings"][name] for name in ("inside", "outside", "alike"))
    meant = _right(inside, texts.inside)
    level, strange = (np.array([one[2] for one in found]) for found in (inside, outside))
    figures = {
        "accuracy": float(meant.mean()),
        **{f"accuracy_{name}": float(found.mean()) for name, found in right.items()},
        "oos_recall_at_5": float((strange < np.quantile(level, 0.05)).mean()),
        "auroc": float((level[:, None] > strange).mean() + (level[:, None] == strange).mean() / 2),
        "train_s": trained["train_s"],
        "train_rss_mb": trained["train_rss_mb"],
        "parse_ms_p50": float(np.percentile(answered["ms"], 50)),
        "parse_ms_p95": float(np.percentile(answered["ms"], 95)),
        "parse_ms_warm_p50": float(np.percentile(answered["warm_ms"], 50)),
        "texts_per_s": 1e3 / float(np.mean(answered["warm_ms"])),
        "rss_mb": answered["rss_mb"],
    }
    sure, strangely, sure_alike = (np.array([one[1] for one in found]) for found in (inside, outside, alike))
    return Measured(figures, sure, meant, strangely, sure_alike, _right(alike, texts.alike))


def write_content(folder: Path, texts: Texts) -> None:
    """The examples in Rasa's format, which both engines read."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in texts.train:
        by_intent.setdefault(intent, []).append(" ".join(text.split()))
    lines = ['version: "3.1"', "nlu:"]
    for intent, examples in by_intent.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in examples)]
    Path(folder, "nlu.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    named = "".join(f"- {intent}\n" for intent in by_intent)
    Path(folder, "domain.yml").write_text(f'version: "3.1"\nintents:\n{named}', encoding="utf-8")


def _right(readings: Sequence[tuple[str, float, float]], labelled: Sequence[tuple[str, str]]) -> Array:
    return np.array([one[0] == intent for one, (_, intent) in zip(readings, labelled, strict=True)], dtype=np.float64)


def calibration_error(confidence: Array, right: Array, weights: Array) -> float:
    """How far confidence lies from the share that is right, in bins of equal width, weighed by what is in them."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=weights * (confidence - right), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def _ratios(figures: dict[str, float]) -> dict[str, float]:
    """Points of accuracy and recall more than Rasa's; how many times less time and memory."""
    found = {}
    for name, ours in figures.items():
        theirs = figures.get(name.replace("embedded.", "rasa.", 1)) if name.startswith("embedded.") else None
        if theirs is None:
            continue
        key, what = name.removeprefix("embedded."), name.rsplit(".", 1)[1]
        if what.startswith(("accuracy", "oos", "auroc")):
            found[f"{key}_points"] = 100 * (ours - theirs)
        elif what in LOWER_IS_BETTER:
            found[key] = theirs / ours
    return found


if __name__ == "__main__":
    main()
