"""Approving emoji, which ask for no answer. Pure."""

from __future__ import annotations

_NODS = frozenset("👍👌🙏🙂😊😀😃😄😁🤗🥰😍❤💙💚💛🧡🤝👏🎉✅☺🫶💪🔥")
_JOINERS = frozenset("\ufe0f\ufe0e\u200d🏻🏼🏽🏾🏿")


def is_nod(text: str) -> bool:
    """Nothing but approving emoji: it asks for no answer."""
    nods = 0
    for mark in text:
        if mark in _NODS:
            nods += 1
        elif not mark.isspace() and mark not in _JOINERS:
            return False
    return nods > 0
