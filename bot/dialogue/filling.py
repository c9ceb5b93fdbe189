"""A form under way: it asks, takes answers, has them judged, asks again, and gives up. Steps of a turn."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from msgspec.structs import replace

from bot.actions.calls import ActionCall, ActionDone
from bot.content.definition import steps_of
from bot.content.types import Field, Form
from bot.dialogue.asking import question
from bot.dialogue.forms import Filled, in_reach, next_field
from bot.dialogue.talk import Steps, Talk
from bot.dialogue.values import judged
from bot.nlu.values import Problem
from gateway.model import forms
from gateway.model.state import MAX_ANSWERS
from gateway.ports import FilledForm

Asking = Generator[ActionCall, ActionDone | None, bool]


def begin(talk: Talk, form: Form) -> Asking:
    """Begins the form, or goes on with it, because an action said so; True where nothing is left to be asked."""
    tracker = talk.tracker
    if tracker.form != form.name:
        tracker.stop()
        tracker.form, talk.came = form.name, ""
        _take_trigger(talk, form)
        _judge_known(talk, form)
        known = {name: value for name, value in tracker.answered(form).items() if value}
        if known:
            yield from _validate(talk, form, known)
    return (yield from ask(talk, form))


def _take_trigger(talk: Talk, form: Form) -> None:
    """What the intent that began the form says by itself."""
    asked = {one.slot for one in form.fields}
    for slot in talk.content.slots:
        for source in slot.sources if slot.name in asked else ():
            if source.kind == "trigger" and talk.intent in source.intents:
                talk.tracker.set(slot.name, source.value)


def _judge_known(talk: Talk, form: Form) -> None:
    """What was said before the form began counts where it is fit. What another record left as a fact doesn't, without being
    asked for: it is offered (``asking``)."""
    tracker = talk.tracker
    facts = {one.question.fact for one in form.fields if one.question is not None}
    for one in form.fields:
        known = tracker.slots.get(one.slot, "")
        if not known or (one.kind == "text" and one.question is None):
            continue
        fit = judged(one, known, talk.here)
        if one.question is None:
            tracker.set(one.slot, fit.value)
        elif not fit.problem and (one.slot in tracker.changed or one.slot not in facts):
            tracker.answer(form, one.slot, fit.value)


def look_ahead(talk: Talk, form: Form) -> None:
    """What was asked for is there: a further input of the same burst answers the next field."""
    tracker = talk.tracker
    answered = tracker.answered(form)
    if tracker.form == form.name and tracker.asks in answered:
        one = next_field(talk.content, form, answered)
        tracker.asks, tracker.tries = (one.slot if one else ""), 0


def ask(talk: Talk, form: Form) -> Asking:
    """Asks for what is still open. True: nothing is, and the form has ended."""
    tracker = talk.tracker
    if tracker.form != form.name or talk.handoff is not None:
        return False
    answered = tracker.answered(form)
    one = _wanted(talk, form, answered) or next_field(talk.content, form, answered)
    steps = steps_of(form, talk.content)
    _tell(talk, steps, answered, before=one.slot if one is not None else "")
    if one is None:
        _keep(talk, form, steps, answered)
        tracker.stop()
        return True
    if len(tracker.answers) >= MAX_ANSWERS:  # no more is remembered: it would ask for ever
        tracker.stop()
        talk.hand_off("bot_decided", cause="form_failed", aim=talk.content.settings.form_failed, why=form.fills)
        return False
    if one.slot != tracker.asks:
        tracker.tries = 0
    asked, tracker.asks, talk.asked = talk.came, one.slot, True
    talk.came = one.slot
    name = talk.voice.first(f"utter_ask_{form.name}_{one.slot}", f"utter_ask_{one.slot}")
    actions = (f"action_ask_{form.name}_{one.slot}", f"action_ask_{one.slot}")
    action = next((action for action in actions if action in talk.content.actions), "")
    if action and not name:
        yield from talk.custom(action)
        if one.question is not None and one.question.unrecorded:
            talk.replies[-1:] = [replace(reply, unrecorded=True) for reply in talk.replies[-1:]]
    else:
        talk.say(question(talk, one, name, steps=steps, asked=asked))
    return False


def _wanted(talk: Talk, form: Form, answered: Mapping[str, str]) -> Field | None:
    """The field that was asked for, or that an action wants asked, while it is still open."""
    asks = talk.tracker.asks
    return next(
        (one for one in in_reach(talk.content, form, answered) if one.slot == asks and asks not in answered), None
    )


def _tell(talk: Talk, steps: forms.Steps, answered: Mapping[str, str], *, before: str) -> None:
    """Says what the steps on the way say that ask nothing: those between what was asked last and what is asked now."""
    came, last = forms.step_of(steps, talk.came), forms.step_of(steps, before)
    first = came if came < len(steps) else -1
    for index in forms.path(steps, answered) if steps else ():
        if first < index < last and not steps[index].fields and steps[index].say:
            talk.say(talk.voice.worded(steps[index].say))


def _keep(talk: Talk, form: Form, steps: forms.Steps, answered: Mapping[str, str]) -> None:
    """Of a form that fills one of the business's a record shall be made, of what was asked on the way alone."""
    if not form.fills:
        return
    asked = [one.name for index in forms.path(steps, answered) for one in steps[index].fields] if steps else []
    filled = FilledForm(
        form=form.definition.id if form.definition is not None else "", name=form.fills,
        answers={name: answered[name] for name in asked if answered.get(name)}, said=len(talk.replies),
    )  # fmt: skip
    talk.filled.append((form, filled))


def put_away(talk: Talk) -> None:
    """At the end of the turn the answers are in the record; as facts stay those that the business's form says."""
    for form, _ in talk.filled:
        if form.definition is None or talk.tracker.form == form.name:
            continue
        facts = {one.fact for step in form.definition.steps for one in step.fields}
        for one in form.fields:
            if one.slot not in facts:
                talk.tracker.set(one.slot, "")


def take(talk: Talk, form: Form, values: Mapping[str, str]) -> Steps:
    """Takes what was answered; a change of an earlier answer is confirmed in a word."""
    tracker = talk.tracker
    asks, tries, answered = tracker.asks, tracker.tries, tracker.answered(form)
    corrected = [name for name, value in values.items() if name != asks and answered.get(name, value) != value]
    for name, value in values.items():
        tracker.answer(form, name, value)
    refused = yield from _validate(talk, form, values)
    if asks in refused:
        yield from _refuse(talk, form, tries + 1)
    elif corrected and not refused:
        talk.utter("form_corrected")


def _validate(
    talk: Talk, form: Form, values: Mapping[str, str]
) -> Generator[ActionCall, ActionDone | None, frozenset[str]]:
    """Has the action server judge what was taken, where the content has ``validate_<form>``; the slots it refused."""
    name = f"validate_{form.name}"
    if name not in talk.content.actions:
        return frozenset()
    before = dict(talk.tracker.slots)
    yield from talk.custom(name)
    for one in form.fields:  # what it set or refused is the answer
        if talk.tracker.slots.get(one.slot) != before.get(one.slot):
            talk.tracker.answer(form, one.slot, talk.tracker.slots.get(one.slot, ""))
    return frozenset(slot for slot in values if not talk.tracker.slots.get(slot))


def again(talk: Talk, form: Form, filled: Filled) -> Steps:
    """The answer wasn't one: says what is wanted, asks once more, and at last gives up."""
    tracker = talk.tracker
    one = next((one for one in form.fields if one.slot == tracker.asks), None)
    if one is None:
        return
    name = one.invalid or talk.voice.first(f"utter_invalid_{form.name}_{one.slot}", f"utter_invalid_{one.slot}")
    bounds = {"least": _told(one.least), "most": _told(one.most)}
    talk.utter(name or _complaint(one, filled.problem), bounds)
    yield from _refuse(talk, form, tracker.tries + 1)


def _complaint(one: Field, problem: Problem) -> str:
    """The engine's own sentence of what is wrong."""
    if problem in ("", "unread"):
        return f"form_unread_{one.kind}"
    return "form_long" if problem == "large" and one.kind == "text" else f"form_{problem}"


def _told(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _refuse(talk: Talk, form: Form, tries: int) -> Steps:
    tracker = talk.tracker
    tracker.tries = tries
    if tries >= form.tries:
        asked = tracker.asks
        tracker.stop()
        talk.replies.clear()
        talk.hand_off("bot_decided", cause="form_failed", aim=talk.content.settings.form_failed, why=asked)
        return
    talk.outcome = "rephrase"
    yield from ask(talk, form)
    talk.replies[-1:] = [talk.with_person(reply) for reply in talk.replies[-1:]]
