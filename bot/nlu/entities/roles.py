"""Roles and groups of annotated entities, learned from the words before them: "из [Маячного]", "to [Beacon]". Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from bot.nlu.entities.entity import Entity
from gateway.language import clean, words

# A cue counts where this share of the examples that have it agree.
_AGREED = 0.75
_LONGEST = 2
_REACH = 60


class Annotated(NamedTuple):
    """An annotated piece ``text[start:end]`` of an example."""

    text: str
    entity: str
    start: int
    end: int
    role: str = ""
    group: str = ""


class Cue(msgspec.Struct, frozen=True):
    """The words that stand right before an entity and what they make of it."""

    entity: str
    words: tuple[str, ...]
    role: str = ""
    group: str = ""


def learn_roles(examples: Iterable[Annotated]) -> tuple[Cue, ...]:
    """Cues for entities that have roles or groups; in a fixed order."""
    counts: dict[tuple[str, tuple[str, ...]], Counter[tuple[str, str]]] = defaultdict(Counter)
    for one in examples:
        for cue in _cues(one.text, one.start):
            counts[one.entity, cue][one.role, one.group] += 1
    learned = []
    for (entity, cue), roles in sorted(counts.items()):
        (role, group), most = roles.most_common(1)[0]
        if (role or group) and most >= _AGREED * roles.total():
            learned.append(Cue(entity, cue, role, group))
    return tuple(learned)


def by_cue(cues: Iterable[Cue]) -> dict[str, dict[tuple[str, ...], Cue]]:
    """Cues by entity and words."""
    found: dict[str, dict[tuple[str, ...], Cue]] = {}
    for cue in cues:
        found.setdefault(cue.entity, {})[cue.words] = cue
    return found


def with_role(text: str, entity: Entity, cues: Mapping[tuple[str, ...], Cue]) -> Entity:
    """The entity with the role and the group that the words before it give it."""
    for cue in _cues(text, entity.start):
        known = cues.get(cue)
        if known:
            return Entity(
                entity.name,
                entity.value,
                entity.start,
                entity.end,
                known.role,
                known.group,
                entity.kind,
                entity.confidence,
            )
    return entity


def _cues(text: str, start: int) -> list[tuple[str, ...]]:
    """The two words before a place and the last of them, the longer first."""
    before = words(clean(text[max(0, start - _REACH) : start]))[-_LONGEST:]
    return [tuple(before[at:]) for at in range(len(before))]
