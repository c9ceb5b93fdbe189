"""How a customer sounds over a conversation, by the wording of each message, Russian and English. Pure.

Each message counts from −1 (upset) by 0 (calm) to 1 (glad): ``anger`` finds rudeness and threats, ``tone`` milder words, and
beside them stand emoji, capitals, what is said again, and calls for a person. A measure of words, not of people: it hears no
irony, and what is said politely counts as calm however bad the matter is. So it is shown beside the words, and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from gateway.language import clean, stem, words
from gateway.model.words import ASK_FOR_PERSON
from gateway.mood.anger import mood_of
from gateway.mood.tone import tone_of

Word = Literal["glad", "calm", "annoyed", "upset"]
Mark = Literal["capitals", "exclamations", "questions", "emoji", "repeat", "person"]

GLAD, ANNOYED, UPSET = 0.2, -0.2, -0.5
"""From where on the level has another word."""
LAST = 0.7
"""What the last message makes of the level; the rest is what stood before it."""
MOST = 40
"""Messages that are told, the latest ones."""
_CALL, _CALL_AGAIN, _REPEATED = 0.1, 0.3, 0.25
_LOOKED_BACK = 5
"""Messages before it among which one that says the same is looked for."""
_ALIKE = 0.75
_SHORT = 6
"""Words of a message that is nothing but a call for a person."""
_PERSON = re.compile(
    r"(?<!\S)(?:оператор\S{0,3}|живо\S{1,3} (?:человек|оператор)\S{0,2}|человек\S{0,2}|менеджер\S{0,2}|специалист\S{0,2}"
    r"|operator|human|agent|representative|(?:real|live) person|a person|somebody real)(?!\S)"
)


class Said(NamedTuple):
    """A customer's message. ``choice``: the payload of the button that it was."""

    seq: int
    at: int
    text: str
    choice: str = ""


class MoodPoint(msgspec.Struct, frozen=True, kw_only=True):
    """How message ``seq`` sounds: ``value`` from −1 to 1, and on what that stands, the customer's ``words`` and other ``marks``.
    ``level``: how they sound by then, earlier messages counting less and less."""

    seq: int
    at: int
    value: float
    level: float
    words: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


class MoodView(msgspec.Struct, frozen=True, kw_only=True):
    """``word``: how they sound now. ``points``: message by message, oldest first, at most 40."""

    word: Word = "calm"
    points: tuple[MoodPoint, ...] = ()


def mood_over(messages: Iterable[Said]) -> MoodView:
    """How somebody sounds who has written these messages, oldest first. Pressed buttons are words of the business, and count
    only where they call for a person."""
    told = [one for one in messages if one.text.strip() and (not one.choice or one.choice == ASK_FOR_PERSON)]
    points: list[MoodPoint] = []
    stems: list[frozenset[str]] = []
    calls = 0
    for one in told:
        mine = frozenset(map(stem, words(clean(one.text))))
        called = _calls(one)
        calls += called
        repeated = not one.choice and any(_alike(mine, other) for other in stems[-_LOOKED_BACK:])
        points.append(_point(one, called=calls if called else 0, repeated=repeated, before=points))
        stems.append(mine if not one.choice else frozenset())
    return MoodView(word=word_of(points[-1].level) if points else "calm", points=tuple(points[-MOST:]))


def word_of(level: float) -> Word:
    """The word for a level."""
    if level <= UPSET:
        return "upset"
    if level <= ANNOYED:
        return "annoyed"
    return "glad" if level >= GLAD else "calm"


def _point(one: Said, *, called: int, repeated: bool, before: Sequence[MoodPoint]) -> MoodPoint:
    said = one.text if not one.choice else ""
    anger, tone = mood_of(said), tone_of(said)
    marks: list[Mark] = [mark for mark in ("capitals", "exclamations", "questions") if mark in anger.marks]
    weights = [anger.anger, tone.bad]
    if tone.emoji:
        marks.append("emoji")
    if repeated:
        marks.append("repeat")
        weights.append(_REPEATED)
    if called:
        marks.append("person")
        weights.append(_CALL if called == 1 else _CALL_AGAIN)
    calm = 1.0
    for weight in weights:
        calm *= 1 - weight
    # Praise beside annoyance is courtesy, or irony; either way it takes nothing back.
    value = -(1 - calm) if calm < 1 else tone.good
    level = value if not before else LAST * value + (1 - LAST) * before[-1].level
    if called and before:
        level = min(level, before[-1].level)  # whoever asks for a person is no calmer for it
    # Only what speaks for the value is named: a "good" is no sign of annoyance.
    mine = tone.words if tone.bad or calm == 1 else ()
    found = tuple(dict.fromkeys((*anger.words, *mine)))
    return MoodPoint(
        seq=one.seq, at=one.at, value=round(value, 2), level=round(level, 3), words=found[:5], marks=tuple(marks)
    )  # fmt: skip


def _calls(one: Said) -> bool:
    if one.choice:
        return True
    said = words(clean(one.text, 200))
    return len(said) <= _SHORT and _PERSON.search(" ".join(said)) is not None


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two messages say the same in the same words; a "yes" said twice is none."""
    return len(one) >= 2 and len(one & other) >= _ALIKE * len(one | other)
