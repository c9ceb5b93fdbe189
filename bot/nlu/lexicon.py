"""The words of the training data, and repair towards them: slips, wrong layout, transliteration."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.nlu.features import word_hash
from bot.nlu.keyboard import as_cyrillic, as_latin_layout, as_russian_layout
from bot.nlu.meaning import meanings, russian_words
from gateway.language import MAX_WORDS, is_cyrillic, words

# One slip from this many letters, two from that many. Shorter words have too many neighbours.
ONE_SLIP, TWO_SLIPS = 5, 9
# Spelling by ear differs in more places ("bolshoi", "bol'shoy"), and the reading must win as a whole anyway.
ONE_SLIP_BY_EAR, TWO_SLIPS_BY_EAR = 4, 8
# A text is read another way only if less than this share of its letters is in known words …
KNOWN_ENOUGH = 0.5
# … and the other way makes at least this much more of them known.
CLEARLY_BETTER = 0.35
# A word of so many letters may be several that were typed without blanks; they have so many letters on average …
RUN_ON, SHORTEST = 7, 2.5
# … and none more than this.
LONGEST = 16
_REMEMBERED = 4_096


class _Near:
    """Words by the length that a slip may have given them."""

    def __init__(self, known: Iterable[str]) -> None:
        by_length: dict[int, list[str]] = {}
        for word in known:
            by_length.setdefault(len(word), []).append(word)
        longest = max(by_length, default=0)
        # Made beforehand: the first customer who slips shouldn't wait for it.
        self._pools = {
            (length, slips): [
                word for one in range(length - slips, length + slips + 1) for word in by_length.get(one, ())
            ]
            for slips in (1, 2)
            for length in range(1, longest + slips + 1)
        }

    def pool(self, length: int, slips: int) -> list[str]:
        """The words that may have this length after so many slips, shorter ones first."""
        return self._pools.get((length, slips), [])


@cache
def _everyday() -> _Near:
    return _Near(russian_words())


def _closest(word: str, slips: int, near: _Near) -> str:
    found = process.extractOne(word, near.pool(len(word), slips), scorer=OSA.distance, score_cutoff=slips)
    return found[0] if found else ""


class Lexicon:
    """Known words, most frequent first. Not for several threads at once: repairs are remembered."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._known = frozenset(self.vocabulary)
        self._stems = frozenset(map(word_hash, self.vocabulary))
        self._near = _Near(word for word in self.vocabulary if word.isalpha())
        self._repaired: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._met: set[str] = set()
        """Words that were read as they stand: most come again and again."""

    @classmethod
    def of(cls, texts: Iterable[list[str]]) -> Lexicon:
        """The lexicon of these tokenized texts."""
        counts = Counter(word for tokens in texts for word in tokens)
        return cls(sorted(counts, key=lambda word: (-counts[word], word)))

    def repair(self, tokens: list[str], one: int = ONE_SLIP, two: int = TWO_SLIPS) -> list[str]:
        """Unknown words replaced by the nearest known one where it is near enough, or parted into known ones.

        Words of the training data go before those that everybody knows.
        """
        repaired: list[str] = []
        for token in tokens:
            near = token if self.is_word(token) else self._nearest(token, one, two)
            if near == token and len(token) >= RUN_ON and not self.is_word(token):
                repaired += self._parted(token)
            else:
                repaired.append(near)
        return repaired

    def read(self, cleaned: str) -> list[str]:
        """The words of a cleaned text in its likeliest spelling: as it stands, or as another keyboard would have it."""
        tokens = words(cleaned)
        if self._met.issuperset(tokens) or all(self.is_word(token) for token in tokens):
            self._meet(tokens)
            return tokens
        known = self._share(tokens)
        best = self.repair(self._pieces_of_other_layout(cleaned))
        if known >= KNOWN_ENOUGH:
            return best
        typed = self._share(self.repair(tokens))
        most = max(known + CLEARLY_BETTER, typed + CLEARLY_BETTER, self._share(best))
        for other in self._other_spellings(cleaned, tokens):
            share = self._share(other)
            if share >= most:
                best, most = other, share
        return best

    def _meet(self, tokens: list[str]) -> None:
        if len(self._met) > _REMEMBERED:
            self._met.clear()
        self._met.update(tokens)

    def _pieces_of_other_layout(self, cleaned: str) -> list[str]:
        """The words of a text of which only some were typed in the wrong layout ("wi-fi yt hf,jnftn")."""
        found: list[str] = []
        for piece in cleaned.split():
            tokens = words(piece)
            if not all(self.is_word(token) for token in tokens):
                turned = as_latin_layout(piece) if is_cyrillic(piece) else as_russian_layout(piece)
                other = words(turned)
                if other and all(self.is_word(token) for token in other):
                    tokens = other
            found += tokens
        return found[:MAX_WORDS]

    def _other_spellings(self, cleaned: str, tokens: list[str]) -> Iterable[list[str]]:
        if any(is_cyrillic(token) for token in tokens):
            yield self.repair(words(as_latin_layout(cleaned)))
            return
        yield self.repair(words(as_russian_layout(cleaned)))
        yield self.repair(words(as_cyrillic(cleaned)), ONE_SLIP_BY_EAR, TWO_SLIPS_BY_EAR)

    def knows(self, word: str) -> bool:
        """Whether training had this word in some form."""
        return word in self._known or word_hash(word) in self._stems

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
        found = _closest(word, slips, self._near)
        if not found and is_cyrillic(word):
            found = _closest(word, slips, _everyday())
        self._repaired[key] = found or word
        if len(self._repaired) > _REMEMBERED:
            self._repaired.popitem(last=False)
        return self._repaired[key]

    def _parted(self, run: str) -> list[str]:
        """The fewest words of the training data that stand in a run without blanks; the run itself where there are none."""
        best: list[list[str] | None] = [[], *[None] * len(run)]
        for end in range(1, len(run) + 1):
            for start in range(max(0, end - LONGEST), end):
                before, word = best[start], run[start:end]
                if before is None or word not in self._known:
                    continue
                reached = best[end]
                if reached is None or len(before) + 1 < len(reached):
                    best[end] = [*before, word]
        found = best[-1]
        return found if found is not None and len(found) * SHORTEST <= len(run) else [run]

    def forget(self) -> None:
        """Drops what is remembered."""
        self._repaired.clear()
        self._met.clear()
