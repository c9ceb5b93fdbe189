"""A text cut into what is spoken at a time, so that its first words sound while the next are made. Pure."""

from __future__ import annotations

import re

SHORT = 12
"""A sentence with fewer characters goes along with the next one: "Hello!" alone sounds cut off."""
LONG = 240
"""A longer one is cut at a comma, else at a space: its sound must not be long in coming, nor fill the memory."""
MS_A_CHARACTER = 65
"""About what a character takes to say: an estimate for a sentence whose end isn't made yet."""

_END = re.compile(r"(?:[.!?…]+[\"»”')\]]*(?=\s+\S)|\n)\s*")
_INITIAL = re.compile(r"(?:^|[\s(«\"])[A-ZА-ЯЁ]\.\s*$")
_BREAKS = (", ", "; ", " – ", " — ", " ")


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of ``text``, as begin and end of each; together they are all of it. None where it holds no word."""
    if not any(map(str.isalnum, text)):
        return []
    spans: list[tuple[int, int]] = []
    begin = 0
    for end in [*_ends(text), len(text)]:
        if end - begin < SHORT and end < len(text):
            continue
        if any(map(str.isalnum, text[begin:end])):
            spans += _short_enough(text, begin, end)
        elif spans:
            spans[-1] = (spans[-1][0], end)
        else:
            continue
        begin = end
    return spans


def _ends(text: str) -> list[int]:
    """Where sentences end; "J. Smith" is one."""
    return [found.end() for found in _END.finditer(text) if not _INITIAL.search(text[: found.end()])]


def _short_enough(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    parts = []
    while end - begin > LONG:
        cut = next((at for mark in _BREAKS if (at := _last(text, mark, begin)) > begin), begin + LONG)
        parts.append((begin, cut))
        begin = cut
    return [*parts, (begin, end)]


def _last(text: str, mark: str, begin: int) -> int:
    """Behind the last ``mark`` in the second half of what is allowed; -1: there is none."""
    at = text.rfind(mark, begin + LONG // 2, begin + LONG)
    return at + len(mark) if at >= 0 else -1


def words_heard(text: str, characters: int) -> int:
    """``characters`` back to the end of a word: half a word wasn't heard."""
    if characters >= len(text):
        return len(text)
    while characters > 0 and text[characters].isalnum() and text[characters - 1].isalnum():
        characters -= 1
    return len(text[:characters].rstrip())
