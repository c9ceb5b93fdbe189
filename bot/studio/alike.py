"""Examples of other intents that say nearly the same: they make a bot waver. Pure, and fast enough while somebody types."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np
from rapidfuzz import fuzz, process

from bot.content.types import Intent
from gateway.language import clean, stem, words

ALIKE = 82.0
"""Of 100: from here on two examples are nearly the same."""
MOST = 5
MOST_COMPARED = 8_000
"""Examples that are all held against each other: what a few seconds are enough for."""
ROWS = 256


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """An example of another intent, and how alike it is, 0 to 1."""

    intent: str
    text: str
    score: float


def alike(text: str, intents: Iterable[Intent], *, but: str) -> tuple[Alike, ...]:
    """What the intents other than ``but`` have that is nearly the text, the most alike first."""
    wanted = _said(text)
    if not wanted:
        return ()
    others = [(intent.name, example.text) for intent in intents if intent.name != but for example in intent.examples]
    found = process.extract(
        wanted, [_said(example) for _, example in others], scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=MOST
    )  # fmt: skip
    return tuple(Alike(intent=others[at][0], text=others[at][1], score=round(score / 100, 2)) for _, score, at in found)


def _said(text: str) -> str:
    return " ".join(map(stem, words(clean(text))))


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two examples of different intents that say nearly the same, each as (intent, text)."""

    one: tuple[str, str]
    other: tuple[str, str]
    score: float


def pairs(intents: Iterable[Intent]) -> tuple[Pair, ...]:
    """All such pairs, the most alike first; of a very large content none, since each example is held against each."""
    examples = [(intent.name, example.text) for intent in intents for example in intent.examples]
    if len(examples) > MOST_COMPARED:
        return ()
    said = [" ".join(sorted(_said(text).split())) for _, text in examples]
    found: list[Pair] = []
    for begin in range(0, len(said), ROWS):
        scores = process.cdist(said[begin : begin + ROWS], said, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
        for row, column in zip(*np.nonzero(scores), strict=True):
            at, other = begin + int(row), int(column)
            if at < other and examples[at][0] != examples[other][0] and said[at]:
                found.append(Pair(one=examples[at], other=examples[other], score=round(scores[row, column] / 100, 2)))
    return tuple(sorted(found, key=lambda pair: (-pair.score, pair.one)))
