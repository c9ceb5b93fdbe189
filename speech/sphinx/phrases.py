"""Phrases as a recognizer takes them: rows of words, and how to write what was heard. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST = 40
"""Letters of a word, and words of a phrase."""


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, in small letters; apostrophes stay."""
    lowered = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return tuple(word for word in _WORD.findall(lowered)[:_LONGEST] if len(word) <= _LONGEST)


Around = tuple[tuple[str, ...], tuple[str, ...]]

COURTESIES: dict[str, Around] = {
    "en": (("please", "hello", "hi", "well", "so"), ("please", "thanks")),
    "ru": (
        ("здравствуйте", "пожалуйста", "скажите", "подскажите"),
        ("пожалуйста", "подскажите"),
    ),
}
"""What people put in front of what they want, and behind it, and what changes nothing in it."""


class Book:
    """The phrases of a business, by their words."""

    def __init__(self, phrases: Iterable[str], around: Around = ((), ())) -> None:
        """``around``: words that may stand in front of any phrase, and behind it."""
        self.around = around
        self._written: dict[tuple[str, ...], str] = {}
        for phrase in phrases:
            words = tokens(phrase)
            if words:
                self._written.setdefault(words, " ".join(phrase.split()))
        self._pairs = {pair for words in self._written for pair in _pairs(words)}

    @property
    def rows(self) -> Sequence[tuple[str, ...]]:
        return list(self._written)

    @property
    def words(self) -> set[str]:
        return {word for words in self._written for word in words}

    def without(self, words: set[str]) -> Book:
        """The phrases that have none of ``words``."""
        left = (phrase for row, phrase in self._written.items() if not words.intersection(row))
        return Book(left, self.around)

    def written(self, words: Sequence[str]) -> str:
        """How these words are written: as the phrase that they are, else one after another."""
        return self._written.get(tuple(words)) or " ".join(words)

    def known(self, words: Sequence[str]) -> float:
        """The share of neighbours that stand so in a phrase, begin and end among them: 1 for a phrase, little for a salad."""
        return max(map(self._share, (words, self._core(words))))

    def _core(self, words: Sequence[str]) -> Sequence[str]:
        """Without what stands around; all of it where nothing else does."""
        begin, end = 0, len(words)
        while begin < end and words[begin] in self.around[0]:
            begin += 1
        while end > begin and words[end - 1] in self.around[1]:
            end -= 1
        return words[begin:end] or words

    def _share(self, words: Sequence[str]) -> float:
        pairs = Counter(_pairs(words))
        return sum(count for pair, count in pairs.items() if pair in self._pairs) / sum(pairs.values())


Arc = tuple[int, int, float, str]
"""From a state to another one, how likely, by which word."""


_COURTESY = 0.02
"""How likely one of them is beside what is the matter."""


def grammar(rows: Iterable[Sequence[str]], around: Around = ((), ())) -> tuple[int, int, list[Arc]]:
    """A network in which each way from its first to its last state is one of ``rows``, with any of ``around`` in front and behind;
    begins are shared."""
    first, last, states = 0, 1, 2
    after: dict[tuple[int, str], int] = {}
    arcs: dict[Arc, None] = {(state, state, _COURTESY, word): None for state in (first, last) for word in around[state]}
    for row in rows:
        state = first
        for word in row[:-1]:
            if (state, word) not in after:
                after[state, word] = states
                arcs[state, states, 1.0, word] = None
                states += 1
            state = after[state, word]
        arcs[state, last, 1.0, row[-1]] = None
    return first, last, list(arcs)


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(("", *words), (*words, ""), strict=True))
