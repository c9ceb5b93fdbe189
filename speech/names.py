"""Names among a business's phrases: what a recognizer that knows the language can't know."""

from __future__ import annotations

LONGEST = 200
"""Letters of all names together: more of them mislead a model more than they help."""


def names_in(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Words written with a capital where no sentence begins."""
    found: dict[str, None] = {}
    for phrase in phrases:
        for word in phrase.split()[1:]:
            bare = word.strip(".,!?:;()\"«»“”'")
            if bare[:1].isupper() and len(bare) > 1 and not bare.startswith(("I'", "I’")):
                found[bare] = None
    told: list[str] = []
    room = LONGEST
    for name in found:
        room -= len(name) + 2
        if room < 0:
            break
        told.append(name)
    return tuple(told)
