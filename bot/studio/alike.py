"""Examples of other intents that say nearly the same: they make a bot waver. Pure, and fast enough while somebody types."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from rapidfuzz import fuzz, process

from bot.content.types import Intent
from gateway.language import clean, stem, words

ALIKE = 82.0
"""Of 100: from here on two examples are nearly the same."""
MOST = 5


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """An example of another intent, and how alike it is, 0 to 1."""

    intent: str
    text: str
    score: float


def alike(text: str, intents: Iterable[Intent], *, but: str) -> tuple[Alike, ...]:
    """What the intents other than ``but`` have that is nearly the text, the most alike first."""
    wanted = _said(text)
    if not wanted:
        return ()
    others = [(intent.name, example.text) for intent in intents if intent.name != but for example in intent.examples]
    found = process.extract(
        wanted, [_said(example) for _, example in others], scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=MOST
    )  # fmt: skip
    return tuple(Alike(intent=others[at][0], text=others[at][1], score=round(score / 100, 2)) for _, score, at in found)


def _said(text: str) -> str:
    return " ".join(map(stem, words(clean(text))))
