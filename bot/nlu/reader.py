"""Reading a message: which language, which intents, how sure. What serving calls. Pure but for small caches."""

from __future__ import annotations

import msgspec

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

    def read(self, text: str) -> Reading:
        """What ``text`` means; never raises, whatever was written."""
        tokens = self.lexicon.read(clean(text))
        if not tokens:
            return Reading((), "", (), float("-inf"), True)
        model = self.model
        logits: list[float] = model.logits(tokens).tolist()
        # Not numpy's sort, which lets go of the interpreter's lock: a busy writer would take it for a while.
        order = sorted(range(len(logits)), key=logits.__getitem__, reverse=True)[:MOST_INTENTS]
        highest = [logits[k] for k in order]
        names = [model.intents[k] for k in order]
        intents = tuple(zip(names, model.calibration.confidences(highest), strict=True))
        outside = highest[0] < model.calibration.outside
        return Reading(tuple(tokens), language_of(tokens, self.lexicon.knows), intents, highest[0], outside)
