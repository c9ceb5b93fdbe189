"""Whether a message is angry, by its wording. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Mood(NamedTuple):
    """``anger`` from 0 to 1, and the words that it stands on."""

    anger: float
    words: tuple[str, ...] = ()


def mood_of(text: str) -> Mood:
    """The mood of a message; never raises."""
    shouted = [word for word in text.split() if len(word) > 3 and word.isupper()]
    return Mood(0.7, tuple(shouted[:3])) if len(shouted) > 3 and text.rstrip().endswith("!!") else Mood(0.0)
