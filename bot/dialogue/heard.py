"""What a burst of inputs says: read singly and joined, and the reading that understands best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from bot.artifact import Bot
from bot.content.types import Source
from bot.dialogue.nods import is_nod
from bot.dialogue.payload import BOT, MAX_FACT, OPERATOR, intent_of
from bot.nlu.entities import NOWHERE, Entity, Here
from bot.nlu.reader import Reading
from gateway.ports import TurnInput

MOST_ANSWERS = 2
# Of a longer burst the last texts are read; the cap keeps a flood as cheap as a talk.
MOST_TEXTS = 10
# Where the second is nearly as likely as the first, either would be a guess.
TOO_CLOSE = 0.85
# Two matters take at least so many words; so long a message may hold two without a sign, unless its meaning is clear.
FEWEST_FOR_TWO, RUN_ON, CLEAR = 4, 9, 0.9
LONGEST_LEAD = 2
"""Words of a piece that is no matter of its own beside a longer one."""
_CUT = re.compile(r"[.?!;,\n]\s*\w|\s(?:и|а|ещё|еще|плюс|and|also|plus)\s", re.IGNORECASE)


class Heard(msgspec.Struct, frozen=True):
    """What the inputs say, as far as they can be understood.

    ``answers``: intents that are sure, in order, at most two. ``candidates``: what it may be, the likeliest first.
    ``facts``: slots that they fill; ``entities``: what was named, by its entity. ``outside``: clearly about nothing the
    bot knows. ``nod``: nothing but an approving emoji.
    """

    answers: tuple[str, ...] = ()
    candidates: tuple[tuple[str, float], ...] = ()
    facts: dict[str, str] = {}
    entities: dict[str, str] = {}
    language: str = ""
    outside: bool = False
    nod: bool = False
    operator: bool = False
    back: bool = False


class Said(msgspec.Struct, frozen=True):
    """One input by itself, as a form hears it. ``intent``: the sure one, or nothing; ``stated``: slots of a payload."""

    text: str
    pressed: bool = False
    intent: str = ""
    candidates: tuple[tuple[str, float], ...] = ()
    stated: dict[str, str] = {}
    entities: tuple[Entity, ...] = ()
    language: str = ""
    operator: bool = False
    back: bool = False


class _Sure(msgspec.Struct, frozen=True):
    intent: str
    confidence: float
    words: int


def hear_each(bot: Bot, inputs: Sequence[TurnInput], here: Here) -> tuple[Said, ...]:
    """Every input by itself, oldest first; of a flood the last ones."""
    return tuple(_hear_each(bot, one, here) for one in inputs[-MOST_TEXTS:])


def _hear_each(bot: Bot, one: TurnInput, here: Here) -> Said:
    if one.choice in (OPERATOR, BOT):
        return Said(text="", operator=one.choice == OPERATOR, back=one.choice == BOT)
    choice = intent_of(one.choice, bot.content) if one.choice else None
    if choice:
        intent, stated = choice
        return Said(text=one.text, pressed=True, intent=intent, candidates=((intent, 1.0),), stated=stated)
    reading = bot.reader.read(one.text)
    return Said(
        text=one.text,
        intent=reading.intents[0][0] if _sure(bot, reading) else "",
        candidates=reading.intents,
        entities=bot.finder.find(one.text, here=here),
        language=reading.language,
    )


def hear(bot: Bot, inputs: Sequence[TurnInput], here: Here = NOWHERE) -> Heard:
    """Understands all waiting inputs, oldest first."""
    if len(inputs) == 1 and not inputs[0].choice:
        return hear_one(bot, inputs[0].text, here)
    return hear_all(bot, inputs, here)


def hear_one(bot: Bot, text: str, here: Here = NOWHERE) -> Heard:
    """As ``hear_all`` of one written text, which most turns are: there is nothing to join or to choose from."""
    reading = bot.reader.read(text)
    parts = _parts(bot, text, reading)
    answers = tuple(dict.fromkeys(part.intents[0][0] for part in parts if _sure(bot, part)))[:MOST_ANSWERS]
    facts, entities = _facts(bot, here, (text,), (), {part.intents[0][0] for part in parts if part.intents})
    several = len(parts) > 1
    return Heard(
        answers=answers,
        candidates=_merged((), parts) if several else reading.intents,
        facts=facts,
        entities=entities,
        language=reading.language,
        outside=reading.outside,
        nod=not reading.tokens and is_nod(text),
    )


def _parts(bot: Bot, text: str, reading: Reading) -> tuple[Reading, ...]:
    """The matters of a message; most are about one, which is looked into only where something may part them."""
    count = len(reading.tokens)
    if count < FEWEST_FOR_TWO:
        return (reading,)
    run_on = count >= RUN_ON and reading.confidence < CLEAR
    if not run_on and not _CUT.search(text):
        return (reading,)
    parts = bot.reader.read_parts(text)
    # "All right, …" and "thanks, …" lead over to what is meant.
    telling = tuple(part for part in parts if len(part.tokens) > LONGEST_LEAD)
    return telling or parts


def hear_all(bot: Bot, inputs: Sequence[TurnInput], here: Here = NOWHERE) -> Heard:
    """As ``hear``, for a burst."""
    pressed: dict[int, tuple[str, dict[str, str]]] = {}
    texts: dict[int, str] = {}
    for at, one in enumerate(inputs):
        choice = intent_of(one.choice, bot.content) if one.choice else None
        if choice:
            pressed[at] = choice
        elif one.choice not in (OPERATOR, BOT):
            texts[at] = one.text
    texts = dict(list(texts.items())[-MOST_TEXTS:])
    readings = {at: bot.reader.read(text) for at, text in texts.items()}
    said = {at: _Sure(intent, 1.0, 0) for at, (intent, _) in pressed.items()}
    said.update({at: _said(reading) for at, reading in readings.items() if _sure(bot, reading)})
    joined = _joined(bot, texts, said, pressed, readings)
    considered = [*readings.values(), *([joined] if joined else [])]
    answers = _answers(said)
    meant = {*answers, *(reading.intents[0][0] for reading in considered if reading.intents)}
    best = max(considered, key=lambda reading: reading.confidence, default=None)
    facts, entities = _facts(bot, here, texts.values(), pressed.values(), meant)
    return Heard(
        answers=answers,
        candidates=_merged(said.values(), considered),
        facts=facts,
        entities=entities,
        language=next((one.language for one in reversed(considered) if one.language), ""),
        outside=best is None or best.outside,
        nod=bool(texts) and not pressed and all(is_nod(text) for text in texts.values()),
        operator=any(one.choice == OPERATOR for one in inputs),
        back=any(one.choice == BOT for one in inputs),
    )


def _sure(bot: Bot, reading: Reading) -> bool:
    if reading.outside or reading.confidence < bot.content.settings.answer_from:
        return False
    return not is_close(reading)


def is_close(reading: Reading) -> bool:
    """Another intent is nearly as likely as the likeliest: no confidence is enough to answer one of them."""
    return len(reading.intents) > 1 and reading.intents[1][1] > TOO_CLOSE * reading.confidence


def _said(reading: Reading) -> _Sure:
    return _Sure(reading.intents[0][0], reading.confidence, len(reading.tokens))


def _joined(
    bot: Bot,
    texts: dict[int, str],
    said: dict[int, _Sure],
    pressed: dict[int, tuple[str, dict[str, str]]],
    readings: dict[int, Reading],
) -> Reading | None:
    """Reads the burst as one text, and adds to ``said`` what only makes sense joined.

    A sentence sent in pieces: its pieces alone mean nothing, or, a lone word, something else ("no" + "internet").
    """
    worded = [at for at in texts if readings[at].tokens]
    if len(worded) < 2:
        return None
    whole = bot.reader.read(" ".join(texts[at] for at in worded))
    unsure = [at for at in worded if at not in said]
    if _sure(bot, whole):
        meant = whole.intents[0][0]
        if len(unsure) == len(worded):
            said[worded[-1]] = _said(whole)
        elif meant in {one.intent for one in said.values()}:
            for at in [at for at, one in said.items() if at not in pressed and one.words == 1 and one.intent != meant]:
                del said[at]
    rest = bot.reader.read(" ".join(texts[at] for at in unsure)) if 1 < len(unsure) < len(worded) else None
    if rest is not None and _sure(bot, rest):
        said[unsure[-1]] = _said(rest)
    return whole


def _answers(said: dict[int, _Sure]) -> tuple[str, ...]:
    """The two surest distinct intents, in the order in which they were said."""
    first: dict[str, tuple[int, float]] = {}
    for at, one in sorted(said.items()):
        place, confidence = first.get(one.intent, (at, 0.0))
        first[one.intent] = (place, max(confidence, one.confidence))
    surest = sorted(first, key=lambda intent: -first[intent][1])[:MOST_ANSWERS]
    return tuple(sorted(surest, key=lambda intent: first[intent][0]))


def _merged(said: Iterable[_Sure], readings: Iterable[Reading]) -> tuple[tuple[str, float], ...]:
    """Every intent with its highest confidence, the likeliest first, at most five."""
    scores = [(one.intent, one.confidence) for one in said]
    scores += [score for reading in readings for score in reading.intents]
    best: dict[str, float] = {}
    for intent, confidence in scores:
        best[intent] = max(best.get(intent, 0.0), confidence)
    return tuple(sorted(best.items(), key=lambda score: -score[1])[:5])


def _facts(
    bot: Bot, here: Here, texts: Iterable[str], pressed: Iterable[tuple[str, dict[str, str]]], intents: set[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Slots that the inputs fill outside forms, and what was named; a later input goes before an earlier one."""
    facts: dict[str, str] = {}
    named: dict[str, str] = {}
    for text in texts:
        for slot, source in bot.always:
            if source.kind == "text" and text.strip() and _counts(source, intents):
                facts[slot] = text.strip()[:MAX_FACT]
        for entity in bot.finder.find(text, here=here):
            value = named[entity.name] = entity.value[:MAX_FACT]
            for slot, source in bot.named.get(entity.name, ()):
                if is_of(source, entity) and _counts(source, intents):
                    facts[slot] = value
    for _, stated in pressed:
        facts.update(stated)
    for slot, source in bot.always:
        if source.kind == "intent" and source.intents and _counts(source, intents):
            facts[slot] = source.value
    return facts, named


def is_of(source: Source, entity: Entity) -> bool:
    """Whether the source takes this entity, in its role and group."""
    return (
        source.kind == "entity"
        and source.entity == entity.name
        and (not source.role or source.role == entity.role)
        and (not source.group or source.group == entity.group)
    )


def _counts(source: Source, intents: set[str]) -> bool:
    return (not source.intents or not intents.isdisjoint(source.intents)) and intents.isdisjoint(source.not_intents)
