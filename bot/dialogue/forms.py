"""Filling a form from what was said: which slots a message fills, what of it isn't fit, what it takes back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bot.content.judging import NOT_UNDERSTOOD
from bot.content.types import Content, Field, Form, Slot, Source
from bot.dialogue.heard import Said, is_of
from bot.dialogue.payload import OWN_SLOTS
from bot.dialogue.tracker import Tracker
from bot.nlu.entities import Here
from bot.nlu.values import Limits, Problem, judge_value
from gateway.language import clean, stem, words

_TAKEN_BACK = ("нет", "не", "точнее", "вернее", "ошибся", "ошиблась", "исправьте", "другой", "другая", "другое", "другую",
               "поправка", "стоп", "no", "not", "sorry", "actually", "wait", "rather", "wrong", "another", "other", "correction")  # fmt: skip
_OVER = frozenset(
    {"отмена", "отмени", "отменить", "отмените", "стоп", "хватит", "не надо", "не нужно", "передумал", "передумала", "я передумал"}
    | {"я передумала", "забудь", "забудьте", "прекрати", "прекратите", "cancel", "stop", "never mind", "nevermind", "forget it"}
    | {"quit", "abort", "i changed my mind", "changed my mind"}
)  # fmt: skip
_ASKING = frozenset(
    [
        "как",
        "где",
        "когда",
        "куда",
        "сколько",
        "почему",
        "зачем",
        "какой",
        "какая",
        "какие",
        "какое",
        "кто",
        "что",
        "чем",
        "а",
        "можно",
        "есть",
        "what",
        "how",
        "when",
        "where",
        "why",
        "which",
        "who",
        "do",
        "does",
        "can",
        "could",
        "is",
        "are",
        "will",
        "would",
    ]
)


@dataclass(slots=True)
class Filled:
    """What one message brought. ``values``: by slot; ``weak``: the whole text taken for an answer, which may be a question
    after all. ``told``: it names a field's value, if only one that is known. ``problem``: why the asked field took nothing of it; ``again``: a filled field that was taken back."""

    values: dict[str, str] = field(default_factory=dict)
    weak: str = ""
    told: bool = False
    problem: Problem = ""
    again: str = ""


def fill(content: Content, form: Form, tracker: Tracker, said: Said, here: Here) -> Filled:
    """What ``said`` fills of the form; the tracker is only looked at."""
    filled = Filled(values={name: value for name, value in said.stated.items() if name not in OWN_SLOTS})
    if said.intent in form.ignored and said.intent:
        return filled
    slots = {slot.name: slot for slot in content.slots}
    takes_back = is_correction(said.text)
    for one in form.fields:
        if one.slot in filled.values or one.slot not in slots:
            continue
        asked = one.slot == tracker.asks
        value = _named(one, slots[one.slot], said, form.name, tracker.asks, here=here, freely=asked or takes_back)
        value = value or (_meant(slots[one.slot], said, form.name, tracker.asks) if asked else "")
        if value and (asked or tracker.slots.get(one.slot, "") != value):
            filled.values[one.slot] = value
        filled.told = filled.told or bool(value)
    asked_field = next((one for one in form.fields if one.slot == tracker.asks), None)
    if asked_field is not None and asked_field.slot not in filled.values and not filled.told:
        _as_answer(filled, asked_field, slots[asked_field.slot], said, form.name, here=here)
    if takes_back and not filled.values:
        filled.again = _taken_back(form, tracker, said.text)
    return filled


def _named(
    one: Field, slot: Slot, said: Said, form: str, asks: str, *, here: Here, freely: bool
) -> str:  # fmt: skip
    """By an entity. ``freely``: whatever the intent seems to be, since an answer or a correction is no matter of intents."""
    for entity in said.entities:
        for source in slot.sources:
            if is_of(source, entity) and _in_place(source, form, asks) and (freely or _by_intent(source, said)):
                judged = judge_value(one.kind, entity.value, here=here, limits=limits_of(one))
                if not judged.problem:
                    return judged.value
    return ""


def _meant(slot: Slot, said: Said, form: str, asks: str) -> str:
    for source in slot.sources:
        if source.kind == "intent" and said.intent in source.intents and _in_place(source, form, asks):
            return source.value
    return ""


def _as_answer(filled: Filled, one: Field, slot: Slot, said: Said, form: str, *, here: Here) -> None:
    """The text as the answer to what was asked: surely so where it has the shape that was asked for."""
    text = said.text.strip()
    if not text:
        return
    by_text = any(
        source.kind == "text" and _in_place(source, form, one.slot) and _by_intent(source, said) for source in slot.sources
    )  # fmt: skip
    if one.kind == "text" and not by_text:
        return
    judged = judge_value(one.kind, text, here=here, limits=limits_of(one))
    if judged.problem:
        filled.problem = judged.problem
    elif one.kind == "text":
        filled.weak = judged.value
    else:
        filled.values[one.slot] = judged.value


def limits_of(one: Field) -> Limits:
    """A field's bounds in the terms of values."""
    return Limits(
        least=Decimal(str(one.least)) if one.least is not None else None,
        most=Decimal(str(one.most)) if one.most is not None else None,
        choices={choice: () for choice in one.choices},
        longest=500,
    )


def _in_place(source: Source, form: str, asks: str) -> bool:
    return not source.when or any(at == form and wanted in ("", asks) for at, wanted in source.when)


def _by_intent(source: Source, said: Said) -> bool:
    likely = said.candidates[0][0] if said.candidates else ""
    if source.kind == "text":
        intent = said.intent or NOT_UNDERSTOOD
        return (not source.intents or intent in source.intents) and intent not in source.not_intents
    return (not source.intents or likely in source.intents) and (not likely or likely not in source.not_intents)


def _taken_back(form: Form, tracker: Tracker, text: str) -> str:
    """The filled field that the text calls by its name ("no, another street"), or nothing."""
    said = {stem(word) for word in words(clean(text))}
    for one in form.fields:
        if tracker.slots.get(one.slot) and said & {stem(word) for word in one.words}:
            return one.slot
    return ""


def is_correction(text: str) -> bool:
    """Begins as people do who take something back."""
    said = words(clean(text))
    return bool(said) and said[0] in _TAKEN_BACK


def is_over(text: str) -> bool:
    """Says nothing but that it shall end."""
    return " ".join(words(clean(text))) in _OVER


def is_question(text: str) -> bool:
    """Asks something, by its sign or its first word."""
    said = words(clean(text))
    return "?" in text or (len(said) > 1 and said[0] in _ASKING)


def next_field(form: Form, tracker: Tracker) -> Field | None:
    """What is still to be asked."""
    return next((one for one in form.fields if not tracker.slots.get(one.slot)), None)
