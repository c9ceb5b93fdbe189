"""How test conversations went, as a training reports it."""

from __future__ import annotations

import msgspec

MOST_TOLD = 200


class StoryResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a story went. Of one that failed, ``line`` and ``step`` are where, ``said`` is what the customer had written, and
    ``expected`` and ``got`` say it as the story is written: ``action: utter_prices``."""

    name: str
    file: str
    line: int
    passed: bool
    step: int = 0
    said: str = ""
    expected: str = ""
    got: str = ""


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """How all went; ``stories``: those that failed first, at most ``MOST_TOLD``."""

    all: int
    failed: int
    stories: tuple[StoryResult, ...]
