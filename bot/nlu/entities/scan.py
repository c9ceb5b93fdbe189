"""A message cut into words, runs of digits and marks, for the readers of built-in kinds. Pure."""

from __future__ import annotations

import re

from bot.nlu.entities.entity import Scanned

MAX_TOKENS = 250
_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+|\S")
# One character for one, so that places stay the same.
_ALIKE = str.maketrans(
    {"ё": "е", "Ё": "е", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "’": "'", "ʼ": "'", "`": "'", "´": "'"}
    | dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\t", " ")
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
    | {chr(0x0660 + digit): str(digit) for digit in range(10)}
)


def fold(text: str) -> str:
    """The text in lower case with dashes, spaces and digits of one kind; exactly as long as it was."""
    lowered = text.translate(_ALIKE).lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(mark if len(mark.lower()) != 1 else mark.lower() for mark in text.translate(_ALIKE))


def scan(text: str) -> Scanned:
    """The tokens of the text, as far as anybody writes: what is longer isn't meant to be read."""
    folded = fold(text)
    return Scanned(text, folded, _TOKEN.findall(folded)[:MAX_TOKENS])
