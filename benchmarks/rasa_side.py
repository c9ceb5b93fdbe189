"""The other side of ``benchmarks.bot``: Rasa's default pipeline, run by the interpreter of an environment that has Rasa.

JSON in on standard input, JSON out on the file that is named; nothing of Switchboard is imported here::

    {"train": [[text, intent], …], "read": {name: [text, …], …}, "timed": [text, …]}
    {"readings": {name: [[intent, confidence], …]}, "train_s": …, "ms": […], "rss_mb": …, "trained_rss_mb": …}
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.update(
    {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_USE_LEGACY_KERAS": "1",
        "SQLALCHEMY_WARN_20": "0",
    }
)

# What `rasa init` writes for English, without the fallback, which has no part in which intent is meant.
PIPELINE = """
recipe: default.v1
language: en
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  random_seed: 1
policies: []
"""


def resident_mb() -> float:
    """What this process holds in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def examples(labelled: Any) -> str:
    """The training data in Rasa's own format; a text is one line."""
    by_intent: Any = {}
    for text, intent in labelled:
        by_intent.setdefault(intent, []).append(" ".join(text.split()))
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in by_intent.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    return "\n".join(lines) + "\n"


def main(target: str) -> None:
    """Trains, reads, times."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        config, data = Path(folder, "config.yml"), Path(folder, "nlu.yml")
        config.write_text(PIPELINE)
        data.write_text(examples(asked["train"]), encoding="utf-8")
        started = time.perf_counter()
        model = train_nlu(str(config), str(data), folder)
        train_s = time.perf_counter() - started
        trained_rss_mb = resident_mb()
        agent = Agent.load(model)
        answer = asyncio.run(read(agent, asked))
    answer.update(train_s=train_s, trained_rss_mb=trained_rss_mb, rss_mb=resident_mb())
    Path(target).write_text(json.dumps(answer), encoding="utf-8")


async def read(agent: Any, asked: Any) -> Any:
    """What each text is taken for, and how long the timed ones take, one after the other."""

    async def one(text: str) -> Any:
        intent = (await agent.parse_message(text))["intent"]
        return [intent["name"], intent["confidence"]]

    readings = {}
    for name, texts in asked["read"].items():
        readings[name] = [await one(text) for text in texts]
    spent = []
    for text in asked["timed"]:
        started = time.perf_counter()
        await one(text)
        spent.append((time.perf_counter() - started) * 1e3)
    return {"readings": readings, "ms": spent}


if __name__ == "__main__":
    main(sys.argv[1])
