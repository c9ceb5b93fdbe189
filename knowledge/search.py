"""Search over the articles of one language: stems, the beginnings of words, slips forgiven. Pure.

Ranked as BM25 ranks, a title's words counting more. How much of a question was found (``coverage``) counts rare words more,
and those that no article has with them: that is what tells a question about something else.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from gateway.language import clean, stem, words
from knowledge.words import ALIKE, IDLE

MOST_WORDS = 16
"""Words of a question that are looked at."""
MOST_LIKE = 40
"""Words of the articles that one word of a question may mean."""
LONGEST_TEXT = 12_000
"""Characters of an article that are indexed."""
TITLE, CATEGORY = 3.0, 1.0
"""How many times a word counts that stands there."""
K1, B = 1.2, 0.6
BEGINS, SLIPPED = 0.85, 0.75
"""What a word counts that only begins so, or is written another way."""
WORTH_SHOWING = 0.3
"""Of a question that much must be in an article for it to be a find."""
WORTH_BESIDE = 0.25
"""A find is told beside the best one if its score is at least this share of that one's."""
SURE, SURE_IN_TITLE, SURE_WORDS = 0.6, 0.35, 2
"""Of a question so much is in an article, and in its title, and so many of its words, where it answers it beyond doubt."""
WHOLE = 0.95
"""Of a question so much is in an article that has all of it; then of more words one in the title is enough."""
_SHORT_PAIR = re.compile(r"\b([^\W_]{1,3})-([^\W_]{1,4})\b")


class Text(NamedTuple):
    """An article in one language, as customers read it. ``address``: its name in addresses; ``text``: in markdown;
    ``said``: the same without its marks."""

    article: str
    address: str
    locale: str
    title: str
    category: str
    text: str
    said: str
    position: int = 0


class Hit(NamedTuple):
    """``coverage``: how much of the question is in the article, 0 to 1; ``in_title``: in its title. ``matches``: whether a
    cleaned word is one that was asked for."""

    text: Text
    score: float
    coverage: float
    in_title: float
    terms: int
    matches: Callable[[str], bool]

    @property
    def sure(self) -> bool:
        """Whether it can be given as the answer to somebody who didn't choose it: its title speaks of it, or all that was
        asked is there."""
        titled = self.coverage >= SURE and self.in_title >= SURE_IN_TITLE and self.terms >= SURE_WORDS
        return titled or (self.coverage >= WHOLE and self.in_title > 0 and self.terms > SURE_WORDS)


class _Term(NamedTuple):
    """A word of a question: by which stems it may be meant, and how much each of them counts."""

    word: str
    stems: dict[str, float]


class Index:
    """The articles of one language."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = tuple(texts)
        self._found: dict[str, dict[int, float]] = {}
        self._titles: list[frozenset[str]] = []
        self._lengths: list[int] = []
        vocabulary: set[str] = set()
        for number, text in enumerate(self.texts):
            counted: Counter[str] = Counter()
            title, said = _words(text.title), _words(text.said)
            for found, weight in ((title, TITLE), (_words(text.category), CATEGORY), (said, 1.0)):
                vocabulary.update(found)
                for word, times in Counter(map(stem, found)).items():
                    counted[word] += times * weight  # type: ignore[assignment]
            self._titles.append(frozenset(map(stem, title)))
            self._lengths.append(len(said))
            for word, count in counted.items():
                self._found.setdefault(word, {})[number] = count
        self._vocabulary = sorted(vocabulary)
        self._mean = sum(self._lengths) / len(self._lengths) if self._lengths else 1.0

    def find(self, question: str, *, typing: bool = False, limit: int = 10) -> list[Hit]:
        """The best first. ``typing``: the last word may be only begun."""
        terms = self._read(question, typing=typing)
        if not terms or not self.texts:
            return []
        weights = [self._weight(term) for term in terms]
        numbers = {number for term in terms for word in term.stems for number in self._found.get(word, ())}
        hits = [self._judge(number, terms, weights) for number in numbers]
        hits = [hit for hit in hits if hit.coverage >= WORTH_SHOWING]
        hits.sort(key=lambda hit: (-hit.score, hit.text.position, hit.text.title))
        return [hit for hit in hits[:limit] if hit.score >= WORTH_BESIDE * hits[0].score]

    def _read(self, question: str, *, typing: bool) -> list[_Term]:
        found = _words(question)
        telling = [word for word in found if word not in IDLE and (len(word) > 1 or word.isdigit())] or found
        telling = list(dict.fromkeys(telling))[:MOST_WORDS]
        last = found[-1] if found and typing and question[-1:].isalnum() else ""
        return [_Term(word, self._meant(word, begun=word == last)) for word in telling]

    def _meant(self, word: str, *, begun: bool) -> dict[str, float]:
        """The stems that a word may mean: its own, of words that begin so, else of words that look like it."""
        meant = {stem(word): 1.0} if stem(word) in self._found else {}
        if begun and len(word) > 1:
            for known in self._beginning(word):
                meant.setdefault(stem(known), BEGINS)
        if not meant and (slips := allowed(word)):
            for known in like(word, self._vocabulary, slips=slips, begun=begun):
                meant.setdefault(stem(known), SLIPPED)
        return meant

    def _beginning(self, word: str) -> Iterable[str]:
        at = bisect_left(self._vocabulary, word)
        for known in self._vocabulary[at : at + MOST_LIKE]:
            if not known.startswith(word):
                break
            yield known

    def _weight(self, term: _Term) -> float:
        """The rarer, the more it says; what no article has, as much as what one has."""
        having = max(1, len({number for word in term.stems for number in self._found.get(word, ())}))
        return math.log(1 + (len(self.texts) - having + 0.5) / (having + 0.5))

    def _judge(self, number: int, terms: list[_Term], weights: list[float]) -> Hit:
        score = covered = titled = 0.0
        met: dict[str, float] = {}
        count = 0
        room = K1 * (1 - B + B * self._lengths[number] / (self._mean or 1.0))
        for term, weight in zip(terms, weights, strict=True):
            best = met_as = 0.0
            in_title = 0.0
            for word, worth in term.stems.items():
                times = self._found.get(word, {}).get(number, 0.0)
                if times:
                    met[word] = worth
                    best = max(best, worth * times * (K1 + 1) / (times + room))
                    met_as = max(met_as, worth)
                    if word in self._titles[number]:
                        in_title = max(in_title, worth)
            score += weight * best
            covered += weight * met_as
            titled += weight * in_title
            count += met_as > 0
        whole = sum(weights) or 1.0
        coverage = covered / whole
        return Hit(
            self.texts[number], score * (0.3 + 0.7 * coverage), coverage, titled / whole, count,
            partial(_is_met, frozenset(met)),
        )  # fmt: skip


def _is_met(stems: frozenset[str], word: str) -> bool:
    return stem(ALIKE.get(word, word)) in stems


def _words(text: str) -> list[str]:
    """The words of a text; two short ones with a hyphen are one (``wi-fi``), and what is said in two ways is read in one."""
    joined = _SHORT_PAIR.sub(r"\1\2", clean(text, LONGEST_TEXT))
    return [ALIKE.get(word, word) for word in words(joined, LONGEST_TEXT)]


def allowed(word: str) -> int:
    """How many slips of the finger a word may have: one from five letters, two from nine; a number none."""
    if any(ch.isdigit() for ch in word):
        return 0
    return 2 if len(word) >= 9 else int(len(word) >= 5)


def like(word: str, vocabulary: Sequence[str], *, slips: int, begun: bool) -> list[str]:
    """The known words that differ by so many letters left out, put in, changed or swapped. ``begun``: a word may go on."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=slips, limit=MOST_LIKE)
    if not found and begun:
        heads = [known[: len(word)] for known in vocabulary]
        found = process.extract(word, heads, scorer=OSA.distance, score_cutoff=slips, limit=MOST_LIKE)
    nearest = min((distance for _, distance, _ in found), default=0)
    return [vocabulary[at] for _, distance, at in found if distance == nearest]
