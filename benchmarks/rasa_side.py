"""The other side of ``benchmarks.bot``: Rasa's default pipeline, run by the Python of an environment that has Rasa.

The same arguments and answers as ``embedded_side``. Nothing of Switchboard is imported here.
"""

# mypy: ignore-errors

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

# What `rasa init` writes for English, without the fallback, which has no part in which intent is meant.
PIPELINE = """
recipe: default.v1
language: en
assistant_id: benchmark
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
  constrain_similarities: true
policies: []
"""


def peak_mb():
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def train(folder, model):
    """Trains ``nlu.yml``."""
    from rasa.model_training import train_nlu

    config = folder / "config.yml"
    config.write_text(PIPELINE)
    started = time.perf_counter()
    made = train_nlu(str(config), str(folder / "nlu.yml"), str(folder))
    spent = time.perf_counter() - started
    os.replace(made, model)
    return {"train_s": spent, "train_rss_mb": peak_mb()}


def read(asked, model):
    """For each text its intent, how sure, and that again as how much inside: Rasa tells nothing else."""
    from rasa.core.agent import Agent

    return asyncio.run(_read(Agent.load(str(model)), asked))


async def _read(agent, asked):
    async def one(text):
        intent = (await agent.parse_message(text))["intent"]
        return [intent["name"], intent["confidence"], intent["confidence"]]

    readings = {}
    for name, texts in asked["read"].items():
        readings[name] = [await one(text) for text in texts]
    spent = []
    for text in asked["timed"]:
        started = time.perf_counter()
        await one(text)
        spent.append((time.perf_counter() - started) * 1e3)
    return {"readings": readings, "ms": spent, "warm_ms": spent, "rss_mb": peak_mb()}


if __name__ == "__main__":
    _, verb, source, stored, out = sys.argv
    if verb == "train":
        result = train(Path(source), Path(stored))
    else:
        result = read(json.loads(Path(source).read_text("utf-8")), Path(stored))
    Path(out).write_text(json.dumps(result), encoding="utf-8")
