"""Filling a form from what was said: which slots a message fills, what of it isn't fit, what it takes back. Pure.

A form is a way through steps (``gateway.model.forms``); one of the bot's own is a straight one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content.definition import steps_of
from bot.content.judging import NOT_UNDERSTOOD
from bot.content.types import Content, Field, Form, Slot, Source
from bot.dialogue.heard import Said, is_of
from bot.dialogue.payload import OWN_SLOTS
from bot.dialogue.tracker import Tracker
from bot.dialogue.values import judged
from bot.nlu.assent import yes_or_no
from bot.nlu.entities import Here
from bot.nlu.values import Judged, Problem
from gateway.language import clean, stem, words
from gateway.model import forms as model
from gateway.wordlists import listed

_TAKEN_BACK = ("нет", "не", "точнее", "вернее", "ошибся", "ошиблась", "исправьте", "другой", "другая", "другое", "другую",
               "поправка", "стоп", "no", "not", "sorry", "actually", "wait", "rather", "wrong", "another", "other", "correction")  # fmt: skip
_OVER = frozenset(
    {"отмена", "отмени", "отменить", "отмените", "стоп", "хватит", "не надо", "не нужно", "передумал", "передумала", "я передумал"}
    | {"я передумала", "забудь", "забудьте", "прекрати", "прекратите", "cancel", "stop", "never mind", "nevermind", "forget it"}
    | {"quit", "abort", "i changed my mind", "changed my mind"}
)  # fmt: skip
_LEFT_OUT = frozenset(
    {"пропустить", "пропусти", "пропустите", "дальше", "далее", "не знаю", "без этого", "не надо", "не нужно", "ничего"}
    | {"skip", "next", "pass", "none", "nothing", "i dont know", "i don t know", "no thanks"}
)  # fmt: skip
_ASKING = listed(
    "как где когда куда сколько почему зачем какой какая какие какое кто что чем а можно есть"
    " what how when where why which who do does can could is are will would"
)


@dataclass(slots=True)
class Filled:
    """What one message brought. ``values``: by slot; ``weak``: the whole text taken for an answer, which may be a question
    after all. ``told``: it names a field's value, if only one that is known. ``problem``: why the asked field took nothing of it; ``again``: a filled field that was taken back.
    ``left_out``: the asked field isn't to be answered."""

    values: dict[str, str] = field(default_factory=dict)
    weak: str = ""
    told: bool = False
    problem: Problem = ""
    again: str = ""
    left_out: bool = False


def fill(content: Content, form: Form, tracker: Tracker, said: Said, here: Here) -> Filled:
    """What ``said`` fills of the form; the tracker is only looked at."""
    answered = tracker.answered(form)
    filled = Filled(values=_stated(form, said, here))
    if said.intent in form.ignored and said.intent:
        return filled
    slots = {slot.name: slot for slot in content.slots}
    takes_back = is_correction(said.text)
    for one in in_reach(content, form, answered):
        if one.slot in filled.values or one.slot not in slots:
            continue
        asked = one.slot == tracker.asks
        value = _named(one, slots[one.slot], said, form.name, tracker.asks, here=here, freely=asked or takes_back)
        value = value or (_meant(slots[one.slot], said, form.name, tracker.asks) if asked else "")
        if value and (asked or answered.get(one.slot, "") != value):
            filled.values[one.slot] = value
        filled.told = filled.told or bool(value)
    asked_field = next((one for one in form.fields if one.slot == tracker.asks), None)
    if asked_field is not None and asked_field.slot not in filled.values and not filled.told:
        _as_answer(filled, asked_field, slots[asked_field.slot], said, form.name, here=here)
    if takes_back and not filled.values:
        filled.again = _taken_back(form, answered, said.text)
    return filled


def _stated(form: Form, said: Said, here: Here) -> dict[str, str]:
    """Slots of a payload; the business's form judges those that it asks for."""
    asked = {one.slot: one for one in form.fields if one.question is not None}
    found: dict[str, str] = {}
    for name, value in said.stated.items():
        fit = judged(asked[name], value, here) if name in asked else Judged(value)
        if name not in OWN_SLOTS and not fit.problem:
            found[name] = fit.value
    return found


def in_reach(content: Content, form: Form, answered: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields on the way that these answers lead."""
    steps = steps_of(form, content)
    way = {one.name for index in model.path(steps, answered) for one in steps[index].fields} if steps else set()
    return tuple(one for one in form.fields if one.slot in way)


def _named(
    one: Field, slot: Slot, said: Said, form: str, asks: str, *, here: Here, freely: bool
) -> str:  # fmt: skip
    """By an entity. ``freely``: whatever the intent seems to be, since an answer or a correction is no matter of intents."""
    for entity in said.entities:
        for source in slot.sources:
            if is_of(source, entity) and _in_place(source, form, asks) and (freely or _by_intent(source, said)):
                fit = judged(one, entity.value, here)
                if not fit.problem:
                    return fit.value
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
    if _is_left_out(one, text, here):
        filled.left_out = True
        return
    if one.takes_text and not by_text:
        return
    fit = judged(one, text, here)
    if fit.problem:
        filled.problem = fit.problem
    elif one.takes_text:
        filled.weak = fit.value
    else:
        filled.values[one.slot] = fit.value


def _is_left_out(one: Field, text: str, here: Here) -> bool:
    """Whether the text says that there is nothing to say to a question that needn't be answered."""
    question = one.question
    if question is None or question.required or (not one.takes_text and not judged(one, text, here).problem):
        return False
    return " ".join(words(clean(text))) in _LEFT_OUT or yes_or_no(text) is False


def _in_place(source: Source, form: str, asks: str) -> bool:
    return not source.when or any(at == form and wanted in ("", asks) for at, wanted in source.when)


def _by_intent(source: Source, said: Said) -> bool:
    likely = said.candidates[0][0] if said.candidates else ""
    if source.kind == "text":
        intent = said.intent or NOT_UNDERSTOOD
        return (not source.intents or intent in source.intents) and intent not in source.not_intents
    return (not source.intents or likely in source.intents) and (not likely or likely not in source.not_intents)


def _taken_back(form: Form, answered: Mapping[str, str], text: str) -> str:
    """The filled field that the text calls by its name ("no, another street"), or nothing."""
    said = {stem(word) for word in words(clean(text))}
    for one in form.fields:
        if answered.get(one.slot) and said & {stem(word) for word in one.words}:
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


def next_field(content: Content, form: Form, answered: Mapping[str, str]) -> Field | None:
    """What is still to be asked."""
    steps = steps_of(form, content)
    found = model.open_question(steps, answered) if steps else None
    return next((one for one in form.fields if found is not None and one.slot == found[1].name), None)
