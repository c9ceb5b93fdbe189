"""Entities in a message: by regular expression, lookup table, what was annotated, and the built-in kinds. Pure.

Whole words only, longest first, left to right. Patterns are trusted here: content judged them (``check_pattern``).

**What the content taught wins.** Where it says what a piece stands for (a synonym, an annotated value), that is the
value, and no built-in reader touches the piece. Where it only says that a piece is a ``phone`` or a ``time``, the
built-in reader of that kind says what it stands for, and may see that more belongs to it ("завтра" + " в 15:00").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.nlu.entities.contacts import e164
from bot.nlu.entities.entity import KINDS, NOWHERE, Entity, Here
from bot.nlu.entities.kinds import find_kinds
from bot.nlu.entities.roles import Cue, by_cue, with_role
from gateway.language import MAX_CHARS, clean

# Patterns see this much of a message; their time is bounded for texts of this length.
MAX_MATCHED = 200
MOST_FOUND = 20
_WORD = re.compile(r"[^\W_]+")
_Asked = tuple[str, Here, frozenset[str]]


class Finder:
    """Finds entities. ``known`` holds ``(entity, spelling, value)`` of lookup tables and annotations.

    ``entities``: the names of the content's entities; those named as a built-in kind are read as such.
    """

    def __init__(
        self,
        patterns: Mapping[str, Iterable[str]],
        known: Iterable[tuple[str, str, str]],
        synonyms: Mapping[str, str],
        *,
        entities: Iterable[str] = (),
        cues: Iterable[Cue] = (),
    ) -> None:
        self._patterns = [
            (name, re.compile(pattern, re.IGNORECASE)) for name, found in patterns.items() for pattern in found
        ]
        self._synonyms = synonyms
        self._kinds = KINDS.intersection(entities)
        if "phone" in self._kinds:
            # A bot is loaded beside the turns; the first number written to it shouldn't wait for an import.
            e164("74950000000", "RU", international=True)
        self._cues = by_cue(cues)
        self._known: dict[tuple[str, ...], tuple[str, str]] = {}
        self._inside: dict[str, set[str]] = {}
        self._numbered: set[str] = set()
        self._first: set[str] = set()
        self._longest = 0
        self._last: tuple[_Asked, tuple[Entity, ...]] | None = None
        for name, spelling, value in known:
            self._learn(name, spelling, value)

    def find(self, text: str, *, here: Here = NOWHERE, wanted: frozenset[str] = frozenset()) -> tuple[Entity, ...]:
        """What the text holds, in order, without overlaps; a pattern's match goes before a known spelling.

        ``wanted``: kinds that a form asks for beside those of the content. Without ``here.now`` no relative day is read.
        A turn in a form asks for the same text again.
        """
        asked = (text, here, wanted)
        last = self._last
        if last is None or last[0] != asked:
            last = self._last = asked, tuple(self._find(text, here, wanted))
        return last[1]

    def _find(self, text: str, here: Here, wanted: frozenset[str]) -> list[Entity]:
        text = text[:MAX_CHARS]
        taken = self._by_patterns(text)
        matched = len(taken)
        taken += self._by_words(text, taken)
        kinds = self._kinds | (wanted & KINDS) if wanted else self._kinds
        read = find_kinds(text, here, kinds) if kinds else []
        if read:
            taken = self._with_kinds(text, taken, matched, read)
        if not taken:
            return []
        found = sorted(taken, key=lambda one: one.start)[:MOST_FOUND]
        if self._cues:
            found = [with_role(text, one, self._cues[one.name]) if one.name in self._cues else one for one in found]
        return found

    def _by_patterns(self, text: str) -> list[Entity]:
        matched = text[:MAX_MATCHED]
        found = [
            Entity(name, self._value(match.group()), match.start(), match.end())
            for name, pattern in self._patterns
            for match in pattern.finditer(matched)
        ]
        taken: list[Entity] = []
        for entity in sorted(found, key=lambda one: (one.start - one.end, one.start)):
            if not any(entity.start < other.end and other.start < entity.end for other in taken):
                taken.append(entity)
        return taken

    def _with_kinds(self, text: str, taken: list[Entity], matched: int, read: list[Entity]) -> list[Entity]:
        """``taken`` with what the built-in kinds add to it; the first ``matched`` are from patterns."""
        kept: list[Entity | None] = list(taken)
        added: list[Entity] = []
        for entity in read:
            touched = [at for at, one in enumerate(taken) if entity.start < one.end and one.start < entity.end]
            if all(_may_read(text, taken[at], entity, exactly=at < matched) for at in touched):
                added.append(entity)
                for at in touched:
                    kept[at] = None
        return [*(one for one in kept if one is not None), *added]

    def _learn(self, name: str, spelling: str, value: str) -> None:
        words = tuple(_WORD.findall(clean(spelling)))
        # A number alone ("12") is annotated in some context that a plain look-up can't see.
        if not any(not word.isdigit() and len(word) > 1 for word in words):
            return
        self._known.setdefault(words, (name, "" if value == spelling else value))
        self._inside.setdefault(name, set()).update(words)
        if any(word.isdigit() for word in words):
            self._numbered.add(name)
        self._first.add(words[0])
        self._longest = max(self._longest, len(words))

    def _by_words(self, text: str, taken: list[Entity]) -> list[Entity]:
        cleaned = clean(text)
        if self._first.isdisjoint(_WORD.findall(cleaned)):
            return []
        spans = [match.span() for match in _WORD.finditer(text)]
        same_length = len(cleaned) == len(text)
        words = [cleaned[start:end] if same_length else clean(text[start:end]) for start, end in spans]
        found: list[Entity] = []
        stop = 0
        for at in [at for at, word in enumerate(words) if word in self._first]:
            if at < stop:
                continue
            known, end = self._longest_from(words, at)
            if known is None:
                continue
            name, value = known
            stop = self._with_number(name, words, end)
            start_char, end_char = spans[at][0], spans[stop - 1][1]
            if not any(start_char < other.end and other.start < end_char for other in taken):
                written = text[start_char:end_char]
                found.append(Entity(name, (value if stop == end else "") or self._value(written), start_char, end_char))
        return found

    def _longest_from(self, words: list[str], at: int) -> tuple[tuple[str, str] | None, int]:
        for end in range(min(len(words), at + self._longest), at, -1):
            known = self._known.get(tuple(words[at:end]))
            if known:
                return known, end
        return None, at

    def _with_number(self, name: str, words: list[str], end: int) -> int:
        """Takes in what follows up to a number, if this entity's examples have numbers: "Фонарная, дом 12"."""
        stop = end
        if name in self._numbered:
            inside = self._inside[name]
            for at in range(end, len(words)):
                if words[at][:1].isdigit():
                    stop = at + 1
                elif words[at] not in inside:
                    break
        return stop

    def _value(self, written: str) -> str:
        return self._synonyms.get(clean(written), written)


def _may_read(text: str, own: Entity, read: Entity, *, exactly: bool) -> bool:
    """Whether a built-in reading may stand for what the content found; a pattern's span is the content's own."""
    if own.name != read.name or own.value != text[own.start : own.end]:
        return False
    if exactly:
        return (own.start, own.end) == (read.start, read.end)
    return read.start <= own.start and own.end <= read.end
