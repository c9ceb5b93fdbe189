"""Reading a message: which language, which intents, how sure. What serving calls. Pure but for small caches."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from bot.nlu import segments
from bot.nlu.lexicon import Lexicon
from bot.nlu.model import Model
from bot.nlu.text import language_of
from gateway.language import clean

MOST_INTENTS = 5


class Reading(msgspec.Struct, frozen=True):
    """What a text was understood as. ``intents``: at most five, the likeliest first; empty for a text without words.

    ``level`` is the best intent's logit, the out-of-scope score; ``outside``: clearly none of the intents.
    ``language``: ``ru``, ``en`` or empty where the words don't tell.
    """

    tokens: tuple[str, ...]
    language: str
    intents: tuple[tuple[str, float], ...]
    level: float
    outside: bool

    @property
    def confidence(self) -> float:
        """The best intent's confidence; 0 where nothing was read."""
        return self.intents[0][1] if self.intents else 0.0


class Reader:
    """A model with the lexicon that repairs what it reads."""

    def __init__(self, model: Model, lexicon: Lexicon) -> None:
        self.model = model
        self.lexicon = lexicon
        self._last: tuple[str, Reading] | None = None

    def read(self, text: str) -> Reading:
        """What ``text`` means; never raises, whatever was written. A turn may ask for the same text again."""
        if self._last is None or self._last[0] != text:
            self._last = text, self._reading(self.lexicon.read(clean(text)))
        return self._last[1]

    def read_parts(self, text: str) -> tuple[Reading, ...]:
        """What each matter in ``text`` means, in order, at most three; one reading where it is about one matter."""
        reading = self.read(text)
        tokens = list(reading.tokens)
        if len(tokens) < 2:
            return (reading,)
        whole = segments.Heard(reading.confidence, tuple(intent for intent, _ in reading.intents))
        spans = segments.parts(
            tokens, segments.signs(clean(text), tokens), whole=whole, judge=lambda asked: self._heard(tokens, asked)
        )
        if len(spans) == 1:
            return (reading,)
        return tuple(self._reading(tokens[start:end]) for start, end in spans)

    def forget(self) -> None:
        """Drops all that is remembered of words."""
        self._last = None
        self.model.forget()
        self.lexicon.forget()

    def _reading(self, tokens: list[str]) -> Reading:
        if not tokens:
            return Reading((), "", (), float("-inf"), True)
        logits: list[float] = self.model.logits(tokens).tolist()
        order, confidences = self._likeliest(logits)
        intents = tuple((self.model.intents[k], score) for k, score in zip(order, confidences, strict=True))
        level = logits[order[0]]
        outside = level < self.model.calibration.outside
        return Reading(tuple(tokens), language_of(tokens, self.lexicon.knows), intents, level, outside)

    def _likeliest(self, logits: list[float]) -> tuple[list[int], list[float]]:
        # Not numpy's sort, which lets go of the interpreter's lock: a busy writer would take it for a while.
        order = sorted(range(len(logits)), key=logits.__getitem__, reverse=True)[:MOST_INTENTS]
        return order, self.model.calibration.confidences([logits[k] for k in order])

    def _heard(self, tokens: list[str], asked: Sequence[segments.Span]) -> list[segments.Heard]:
        calibration = self.model.calibration
        logits = self.model.spans(tokens, asked)
        best = logits.max(axis=1, keepdims=True)
        below = np.where(logits < best, logits, -np.inf).max(axis=1, keepdims=True)
        second = np.where((logits == best).sum(axis=1, keepdims=True) > 1, best, below)
        found = []
        for row, first, next_one in zip(logits, best[:, 0].tolist(), second[:, 0].tolist(), strict=True):
            sure = calibration.confidences((first, next_one))[0]
            intents: tuple[str, ...] = ()
            if sure >= segments.DOUBTFUL and first >= calibration.outside:
                intents = tuple(self.model.intents[k] for k in self._likeliest(row.tolist())[0])
            found.append(segments.Heard(sure, intents))
        return found
