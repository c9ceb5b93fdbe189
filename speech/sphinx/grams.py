"""A language model from phrases: trigrams with Witten-Bell smoothing, written as ARPA. Pure.

Witten & Bell 1991: what was seen to follow a history gives up as much as it had different followers, and the shorter
history shares that out. It suits few phrases, where other ways of counting have nothing to count.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

BEGIN, END = "<s>", "</s>"
ORDER = 3
_NEVER = -99.0

Gram = tuple[str, ...]


def arpa(phrases: Iterable[Sequence[str]], *, given_up: float = 1.0) -> str:
    """The model of ``phrases``, each a row of words. ``given_up``: 1 as by Witten and Bell; less leaves less to what was never
    seen, for speech that is hard to hear."""
    counts = _counts(phrases)
    followers = _followers(counts)
    probabilities = _probabilities(counts, followers, given_up)
    backoffs = _backoffs(probabilities)
    return "\n".join(_written(probabilities, backoffs)) + "\n"


def _counts(phrases: Iterable[Sequence[str]]) -> list[Counter[Gram]]:
    """How often each gram stands in the phrases, by length."""
    counts: list[Counter[Gram]] = [Counter() for _ in range(ORDER)]
    for phrase in phrases:
        words = (BEGIN, *phrase, END)
        for length in range(1, ORDER + 1):
            counts[length - 1].update(words[at : at + length] for at in range(len(words) - length + 1))
    return counts


def _followers(counts: Sequence[Counter[Gram]]) -> dict[Gram, tuple[int, int]]:
    """Of each history how many words followed it, and how many different ones."""
    found: dict[Gram, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for table in counts:
        for gram, count in table.items():
            if gram == (BEGIN,):
                continue
            total, kinds = found[gram[:-1]]
            found[gram[:-1]] = (total + count, kinds + 1)
    return dict(found)


def _probabilities(
    counts: Sequence[Counter[Gram]], followers: Mapping[Gram, tuple[int, int]], given_up: float
) -> list[dict[Gram, float]]:
    vocabulary = max(1, len(counts[0]) - ((BEGIN,) in counts[0]))
    found: list[dict[Gram, float]] = []
    for table in counts:
        row: dict[Gram, float] = {}
        for gram, count in table.items():
            if gram == (BEGIN,):
                continue
            total, kinds = followers[gram[:-1]]
            shorter = found[-1][gram[1:]] if found else 1 / vocabulary
            row[gram] = (count + given_up * kinds * shorter) / (total + given_up * kinds)
        found.append(row)
    return found


def _backoffs(probabilities: Sequence[Mapping[Gram, float]]) -> dict[Gram, float]:
    """What is left for words that never followed a history, against what the shorter history says of them."""
    seen: dict[Gram, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for shorter, longer in pairwise(probabilities):
        for gram, chance in longer.items():
            here, below = seen[gram[:-1]]
            seen[gram[:-1]] = (here + chance, below + shorter[gram[1:]])
    return {history: math.log10(max(1 - here, 1e-9) / max(1 - below, 1e-9)) for history, (here, below) in seen.items()}


def _written(probabilities: Sequence[Mapping[Gram, float]], backoffs: Mapping[Gram, float]) -> Iterator[str]:
    yield "\\data\\"
    for length, table in enumerate(probabilities, 1):
        yield f"ngram {length}={len(table) + (length == 1)}"
    for length, table in enumerate(probabilities, 1):
        yield f"\n\\{length}-grams:"
        if length == 1:
            yield f"{_NEVER:.4f}\t{BEGIN}\t{backoffs.get((BEGIN,), 0.0):.4f}"
        for gram, chance in table.items():
            told = f"{math.log10(chance):.4f}\t{' '.join(gram)}"
            yield told if length == ORDER else f"{told}\t{backoffs.get(gram, 0.0):.4f}"
    yield "\n\\end\\"
