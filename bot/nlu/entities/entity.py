"""What an entity is, and what the readers of built-in kinds are given and give. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import inf
from typing import NamedTuple

KINDS = frozenset({"phone", "email", "number", "money", "date", "time", "datetime", "address"})
"""The kinds that can be read without a single example."""


@dataclass(frozen=True, slots=True)
class Entity:
    """``value`` is what it stands for; ``text[start:end]`` of the message is how it was written.

    ``role`` and ``group`` are the content's ("from", "to"). ``kind`` is the shape of a value that a built-in reader
    gave, and empty for what the content taught: ``phone`` (E.164), ``email``, ``number`` (decimal text), ``money``
    ("1500 RUB"), ``date`` ("2026-12-01"), ``time`` ("15:00"), ``datetime`` ("2026-12-01T15:00"), ``interval`` (two of
    these with "/" between, an open end is ".."), ``address``. ``confidence`` is below 1 where the reader had to guess.
    """

    name: str
    value: str
    start: int
    end: int
    role: str = ""
    group: str = ""
    kind: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when a message is read: the business's local time, and its country (ISO 3166) for numbers and money.

    ``past``: a day without a year is the latest such day, not the next one.
    """

    now: datetime | None = None
    region: str = "RU"
    past: bool = False


NOWHERE = Here()


class Found(NamedTuple):
    """What a reader found: the shape of the value (see ``Entity.kind``), the value, and where it stands."""

    kind: str
    value: str
    start: int
    end: int
    confidence: float = 1.0


_MARGIN = [""] * 8


class Hints(NamedTuple):
    """What a message has if a reader may find anything in it: one of these ``words`` (or marks), or so many ``digits``."""

    words: frozenset[str]
    digits: float = inf


class Token(NamedTuple):
    """A word, a run of digits or a mark; ``text`` is folded (lower case, ``ё`` as ``е``)."""

    text: str
    start: int
    end: int


class Scanned:
    """A text cut into tokens. ``folded`` is as long as ``text``, so that places are the same in both.

    ``words`` are the tokens' texts, ``said`` which there are, ``digits`` how many digits it has. Where a word stands is
    worked out when first asked.
    """

    def __init__(self, text: str, folded: str, words: Sequence[str]) -> None:
        self.text = text
        self.folded = folded
        self.words = words
        # Readers look a little beyond either end, and often: the empty words there answer both.
        self._words = [*words, *_MARGIN]
        # What readers ask first, so that most texts cost them nothing.
        self.said = frozenset(words)
        self.digits = sum(map(len, filter(str.isdecimal, words)))

    def has(self, hints: Hints) -> bool:
        """Whether a reader with these hints may find anything."""
        return self.digits >= hints.digits or not self.said.isdisjoint(hints.words)

    @cached_property
    def tokens(self) -> list[Token]:
        """The words with their places."""
        found, end = [], 0
        for word in self.words:
            start = self.folded.index(word, end)
            end = start + len(word)
            found.append(Token(word, start, end))
        return found

    def word(self, at: int) -> str:
        """The token's text, or nothing beyond either end."""
        try:
            return self._words[at]
        except IndexError:
            return ""

    def gap(self, at: int) -> int:
        """How many spaces stand before the token; a large number at the beginning and beyond the end."""
        return self.tokens[at].start - self.tokens[at - 1].end if 0 < at < len(self.tokens) else 99
