"""The words of the training data, and repair towards them: slips, wrong layout, transliteration."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.keyboard import as_cyrillic, as_latin_layout, as_russian_layout
from bot.nlu.meaning import meanings
from gateway.language import is_cyrillic, stem, words

# One slip from this many letters, two from that many. Shorter words have too many neighbours.
ONE_SLIP, TWO_SLIPS = 5, 9
# Spelling by ear differs in more places ("bolshoi", "bol'shoy"), and the reading must win as a whole anyway.
ONE_SLIP_BY_EAR, TWO_SLIPS_BY_EAR = 4, 8
# A text is read another way only if less than this share of its letters is in known words …
KNOWN_ENOUGH = 0.5
# … and the other way makes at least this much more of them known.
CLEARLY_BETTER = 0.35
_REMEMBERED = 4_096


class Lexicon:
    """Known words, most frequent first. Not for several threads at once: repairs are remembered."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._known = frozenset(self.vocabulary)
        self._stems = frozenset(stem(word) for word in self.vocabulary)
        self._by_length: dict[int, list[str]] = {}
        for word in self.vocabulary:
            if word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)
        self._repaired: OrderedDict[tuple[str, int, int], str] = OrderedDict()

    @classmethod
    def of(cls, texts: Iterable[list[str]]) -> Lexicon:
        """The lexicon of these tokenized texts."""
        counts = Counter(word for tokens in texts for word in tokens)
        return cls(sorted(counts, key=lambda word: (-counts[word], word)))

    def repair(self, tokens: list[str], one: int = ONE_SLIP, two: int = TWO_SLIPS) -> list[str]:
        """Unknown words replaced by the nearest known one where it is near enough, else kept."""
        return [token if self.is_word(token) else self._nearest(token, one, two) for token in tokens]

    def read(self, cleaned: str) -> list[str]:
        """The words of a cleaned text in its likeliest spelling: as it stands, or as another keyboard would have it."""
        tokens = words(cleaned)
        if all(self.is_word(token) for token in tokens):
            return tokens
        known = self._share(tokens)
        if known >= KNOWN_ENOUGH:
            return self.repair(tokens)
        best, most = self.repair(tokens), max(known, self._share(self.repair(tokens))) + CLEARLY_BETTER
        for other in self._other_spellings(cleaned, tokens):
            share = self._share(other)
            if share >= most:
                best, most = other, share
        return best

    def _other_spellings(self, cleaned: str, tokens: list[str]) -> Iterable[list[str]]:
        if any(is_cyrillic(token) for token in tokens):
            yield self.repair(words(as_latin_layout(cleaned)))
            return
        yield self.repair(words(as_russian_layout(cleaned)))
        yield self.repair(words(as_cyrillic(cleaned)), ONE_SLIP_BY_EAR, TWO_SLIPS_BY_EAR)

    def knows(self, word: str) -> bool:
        """Whether training had this word in some form."""
        return word in self._known or stem(word) in self._stems

    def is_word(self, word: str) -> bool:
        """Whether training had it, or everybody knows it."""
        return self.knows(word) or (len(word) > 1 and meanings().knows(word))

    def _share(self, tokens: list[str]) -> float:
        """The share of letters in known words. Numbers tell nothing."""
        letters = [token for token in tokens if not token.isdigit()]
        total = sum(map(len, letters))
        return sum(len(token) for token in letters if self.is_word(token)) / total if total else 1.0

    def _nearest(self, word: str, one: int, two: int) -> str:
        slips = 2 if len(word) >= two else 1 if len(word) >= one else 0
        if not slips or not word.isalpha():
            return word
        key = (word, one, two)
        if key in self._repaired:
            self._repaired.move_to_end(key)
            return self._repaired[key]
        near = [
            candidate
            for length in range(len(word) - slips, len(word) + slips + 1)
            for candidate in self._by_length.get(length, ())
        ]
        found = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=slips)
        self._repaired[key] = found[0] if found else word
        if len(self._repaired) > _REMEMBERED:
            self._repaired.popitem(last=False)
        return self._repaired[key]

    def forget(self) -> None:
        """Drops what is remembered."""
        self._repaired.clear()
