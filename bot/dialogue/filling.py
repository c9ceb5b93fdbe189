"""A form under way: it asks, takes answers, has them judged, asks again, and gives up. Steps of a turn."""

from __future__ import annotations

from collections.abc import Generator, Mapping

import msgspec

from bot.actions.calls import ActionCall, ActionDone
from bot.content.types import Field, Form
from bot.dialogue.forms import Filled, limits_of, next_field
from bot.dialogue.talk import Steps, Talk
from bot.dialogue.tracker import Tracker
from bot.nlu.values import Problem, judge_value
from gateway.model.events import Button
from gateway.ports import BotReply

Asking = Generator[ActionCall, ActionDone | None, bool]


def begin(talk: Talk, form: Form) -> Asking:
    """Begins the form, or goes on with it, because an action said so; True where nothing is left to be asked."""
    tracker = talk.tracker
    if tracker.form != form.name:
        tracker.stop()
        tracker.form = form.name
        _take_trigger(talk, form)
        _judge_known(talk, form)
        known = {one.slot: tracker.slots[one.slot] for one in form.fields if tracker.slots.get(one.slot)}
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
    """What was said before the form began counts where it is fit."""
    for one in form.fields:
        known = talk.tracker.slots.get(one.slot, "")
        if known and one.kind != "text":
            judged = judge_value(one.kind, known, here=talk.here, limits=limits_of(one))
            talk.tracker.set(one.slot, judged.value)


def look_ahead(form: Form, tracker: Tracker) -> None:
    """What was asked for is there: a further input of the same burst answers the next field."""
    if tracker.form == form.name and tracker.slots.get(tracker.asks):
        one = next_field(form, tracker)
        tracker.asks, tracker.tries = (one.slot if one else ""), 0


def ask(talk: Talk, form: Form) -> Asking:
    """Asks for what is still open. True: nothing is, and the form has ended."""
    tracker = talk.tracker
    if tracker.form != form.name or talk.handoff is not None:
        return False
    one = _wanted(form, talk) or next_field(form, tracker)
    if one is None:
        tracker.stop()
        return True
    if one.slot != tracker.asks:
        tracker.tries = 0
    tracker.asks, talk.asked = one.slot, True
    name = talk.voice.first(f"utter_ask_{form.name}_{one.slot}", f"utter_ask_{one.slot}")
    actions = (f"action_ask_{form.name}_{one.slot}", f"action_ask_{one.slot}")
    action = next((action for action in actions if action in talk.content.actions), "")
    if action and not name:
        yield from talk.custom(action)
    else:
        talk.say(_question(talk, one, name))
    return False


def _wanted(form: Form, talk: Talk) -> Field | None:
    """The field that was asked for, or that an action wants asked, while it is still open."""
    tracker = talk.tracker
    return next((one for one in form.fields if one.slot == tracker.asks and not tracker.slots.get(one.slot)), None)


def _question(talk: Talk, one: Field, name: str) -> BotReply:
    reply = talk.voice.said(name or "form_ask", {"field": one.words[0] if one.words else one.slot})[0]
    if one.choices and not reply.buttons:
        buttons = tuple(Button(title=choice, payload=choice) for choice in one.choices)
        reply = msgspec.structs.replace(reply, buttons=buttons)
    return reply


def take(talk: Talk, form: Form, values: Mapping[str, str]) -> Steps:
    """Takes what was answered; a change of an earlier answer is confirmed in a word."""
    tracker = talk.tracker
    asks, tries = tracker.asks, tracker.tries
    corrected = [name for name, value in values.items() if name != asks and tracker.slots.get(name, value) != value]
    for name, value in values.items():
        tracker.set(name, value)
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
    yield from talk.custom(name)
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
