"""The figures of an evaluation, as JSON and pages have them. Shares are from 0 to 1."""

from __future__ import annotations

import msgspec

Point = tuple[float, float, float, float]
"""A threshold, and the shares of messages that are answered rightly, answered wrongly and asked about with it."""


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    pass


class IntentFigures(_Part, frozen=True):
    """``examples``: how many messages of it were measured."""

    intent: str
    precision: float
    recall: float
    examples: int

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Confusion(_Part, frozen=True):
    """Messages that mean ``truth`` and were taken for ``taken_for``; ``examples``: the surest ones."""

    truth: str
    taken_for: str
    count: int
    examples: tuple[str, ...]


class Short(_Part, frozen=True):
    """What a training reports of its cross-validation. ``curve``: for thresholds from 0 to 1; ``ece``: the expected
    calibration error."""

    curve: tuple[Point, ...]
    intents: tuple[IntentFigures, ...]
    confusions: tuple[Confusion, ...]
    ece: float


class Bin(_Part, frozen=True):
    """Messages of like confidence: how sure the bot was on average, and how many of them it took rightly."""

    messages: int
    confidence: float
    right: float


class Matrix(_Part, frozen=True):
    """``counts[row][column]``: messages of an intent that were taken for one. ``cut``: there are more intents than are
    shown; these are the ones that are confused most."""

    intents: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    cut: bool = False


class Foreign(_Part, frozen=True):
    """Messages that belong to no intent. ``answered``: the share that gets an answer all the same, for each threshold of
    the curve (``curve``) and now. ``recall_at_5``: the share whose score is below that of 95 % of the others; ``auroc``: how
    well the score tells them apart."""

    messages: int
    answered: float
    curve: tuple[float, ...]
    recall_at_5: float
    auroc: float
    examples: tuple[tuple[str, str], ...]
    """Those that were answered, surest first, with the intent that they were taken for."""


class Figures(_Part, frozen=True):
    """One measurement. ``accuracy``: the likeliest intent is the right one. ``answered`` (rightly), ``wrong`` and ``asked`` at
    ``threshold``, the one the bot has."""

    messages: int
    accuracy: float
    threshold: float
    answered: float
    wrong: float
    asked: float
    ece: float
    curve: tuple[Point, ...]
    bins: tuple[Bin, ...]
    intents: tuple[IntentFigures, ...]
    confusions: tuple[Confusion, ...]
    matrix: Matrix
    foreign: Foreign | None = None


class Evaluation(_Part, frozen=True):
    """``crossed``: by cross-validation over the training examples; ``held``: on messages that training never saw."""

    name: str
    intents: int
    examples: int
    seconds: float
    crossed: Figures
    held: Figures | None = None
    held_name: str = ""
