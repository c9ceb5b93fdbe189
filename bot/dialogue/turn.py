"""A turn, from what was heard to what is said, without I/O: a generator that has its driver run custom actions.

It answers what it is sure of, asks where it isn't, fills forms, follows rules and stories, and doesn't guess.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from bot import phrases
from bot.actions.calls import ActionCall, ActionDone
from bot.artifact import Bot
from bot.content.judging import BUILT_IN, HANDOFF
from bot.content.types import Form
from bot.dialogue import filling
from bot.dialogue.aims import anger_of, is_important
from bot.dialogue.forms import fill, is_over, is_question
from bot.dialogue.heard import Said, hear_each
from bot.dialogue.offers import ASK_PERSON
from bot.dialogue.playbook import ACTION, Thread, follow, wanted
from bot.dialogue.talk import Steps, Talk, Traced
from gateway.ports import BotReply, TurnRequest, TurnResult

MAX_ACTIONS = 10
"""Actions of one turn, as Rasa bounds them: whatever content says, a turn ends."""
SAME_AGAIN = 2
"""Whoever asks the same after so many equal answers is offered a person."""
_FALLBACKS = ("action_default_fallback", "action_two_stage_fallback", "action_default_ask_rephrase")


def take_turn(bot: Bot, request: TurnRequest) -> Generator[ActionCall, ActionDone | None, TurnResult]:
    """Yields the custom actions to be run, takes what they did (None: one failed), and returns the result.

    The same request to the same version with the same actions gives the same result.
    """
    return (yield from trace_turn(bot, request)).result


def trace_turn(bot: Bot, request: TurnRequest) -> Generator[ActionCall, ActionDone | None, Traced]:
    """As ``take_turn``, with what was meant and done."""
    talk = Talk.of(bot, request)
    yield from _turn(talk)
    filling.put_away(talk)
    return talk.traced()


def _turn(talk: Talk) -> Steps:
    heard, tracker, settings = talk.heard, talk.tracker, talk.content.settings
    if settings.important is not None and settings.important.at_once and is_important(settings, talk.request, tracker):
        talk.hand_off("bot_decided", cause="important", aim=settings.important.aim)
    elif heard.operator:
        yield from _ask_person(talk)
    elif (upset := anger_of(talk.content, talk.request, heard)) is not None:
        talk.hand_off("bot_decided", cause="anger", aim=settings.anger.aim, why=upset)
    elif tracker.form in talk.content.forms:
        yield from _go_on(talk, talk.content.forms[tracker.form])
    else:
        tracker.stop()
        yield from _answer(talk)


def _ask_person(talk: Talk) -> Steps:
    """Whatever else the content says of it, whoever asks for a person gets one."""
    talk.intent = ASK_PERSON
    talk.meant.append(ASK_PERSON)
    tracker = talk.tracker
    threads = talk.bot.playbook.begin(ASK_PERSON, tracker.scene, entities={}, steps=tracker.steps, fresh=False)
    yield from _run(talk, threads)
    talk.person_asked_for()
    talk.tracker.stop()


def _answer(talk: Talk) -> Steps:
    heard = talk.heard
    for name, value in heard.facts.items():
        talk.tracker.set(name, value)
    if ASK_PERSON in heard.answers:
        yield from _ask_person(talk)
    elif heard.answers:
        repeated = _is_repeated(talk)
        for intent in heard.answers:
            yield from _meant(talk, intent, heard.entities)
        yield from _answered_at_once(talk)
        if repeated and talk.outcome == "answered":
            talk.replies[-1] = talk.with_person(talk.replies[-1])
    elif heard.nod:
        talk.misses = talk.request.misses
    elif heard.back:
        talk.say(BotReply(text=phrases.say("back", talk.voice.language)))
    else:
        talk.did.append(_FALLBACKS[0])
        talk.missed()


def _answered_at_once(talk: Talk) -> Steps:
    """A form that this burst began may have its first answers in the same burst."""
    form = talk.content.forms.get(talk.tracker.form)
    if form is None or len(talk.request.inputs) < 2 or talk.handoff is not None:
        return
    inputs = hear_each(talk.bot, talk.request.inputs, talk.here)
    began = next((at for at, said in enumerate(inputs) if said.intent == talk.intent), len(inputs))
    if began + 1 < len(inputs):
        if talk.asked:
            talk.asked = False
            talk.replies.pop()
        yield from _hear_out(talk, form, inputs[began + 1 :])


def _is_repeated(talk: Talk) -> bool:
    if len(talk.heard.answers) != 1:
        return False
    before = [step for step in talk.tracker.steps if not step.startswith(ACTION)][-SAME_AGAIN:]
    return before == [talk.heard.answers[0]] * SAME_AGAIN


# --- rules and stories ---


def _meant(talk: Talk, intent: str, entities: Mapping[str, str]) -> Steps:
    """Does what rules and stories say of an intent. What nothing answers, a person does."""
    tracker = talk.tracker
    talk.intent = intent
    talk.meant.append(intent)
    fresh = tracker.fresh and not tracker.steps
    threads = talk.bot.playbook.begin(intent, tracker.scene, entities=entities, steps=tracker.steps, fresh=fresh)
    tracker.steps.append(intent)
    if threads:
        yield from _run(talk, threads)
        return
    own = talk.voice.first(f"utter_{intent}", f"utter_{intent.split('/')[0]}")
    if own:
        talk.did.append(own)
        talk.utter(own)
    elif intent in talk.content.settings.aims or not talk.heard.facts:
        talk.hand_off("bot_decided", cause="rule")


def _run(talk: Talk, threads: list[Thread]) -> Steps:
    """Follows threads from action to action until none of them wants one."""
    tracker, following = talk.tracker, ""
    for _ in range(MAX_ACTIONS):
        if talk.handoff is not None or not (threads or following):
            return
        scene = tracker.scene
        name = following or wanted(threads, scene)
        if not name:
            return
        begun = talk.bot.playbook.after(name, scene)
        following, ended = yield from _do(talk, name)
        kept = follow(threads, name)
        if ended:
            threads = [*kept, *(begun or talk.bot.playbook.after_form(name))]
            if not wanted(threads, tracker.scene):
                _close(talk, f"utter_submit_{name}", "form_done")
        elif any(thread.waits and not thread.acts for thread in kept):
            threads = [thread for thread in kept if thread.acts]
        else:
            threads = [*kept, *begun]
    # It went in a circle.
    if talk.handoff is None and not talk.replies:
        talk.hand_off("bot_decided", cause="action_failed", why=name)


def _do(talk: Talk, name: str) -> Generator[ActionCall, ActionDone | None, tuple[str, bool]]:
    """Does one action: which one it asks for next, if it does, and whether it was a form that ended."""
    tracker = talk.tracker
    if name != HANDOFF:
        talk.did.append(name)
    if name in talk.content.forms:
        ended = yield from filling.begin(talk, talk.content.forms[name])
        tracker.did(name)
        return "", ended
    if name == HANDOFF:
        talk.hand_off("bot_decided", cause="rule")
        return "", False
    if name in _FALLBACKS:
        talk.missed()
        return "", False
    if name in ("action_restart", "action_session_start"):
        tracker.stop()
        tracker.forget(talk.content)
        tracker.steps.clear()
        return "", False
    tracker.did(name)
    if name.startswith("utter_"):
        talk.utter(_named(talk, name))
    elif name == "action_deactivate_loop":
        tracker.stop()
    elif name in talk.content.actions:
        return (yield from talk.custom(name)), False
    elif not name.startswith("action_") or name not in BUILT_IN:
        talk.hand_off("bot_decided", cause="rule", why=name)
    return "", False


def _named(talk: Talk, name: str) -> str:
    """Of a retrieval intent's ``utter_faq``, the response for what was asked."""
    whole = f"utter_{talk.intent}"
    return whole if whole.startswith(f"{name}/") and talk.bot.book.has(whole) else name


# --- forms ---


def _go_on(talk: Talk, form: Form) -> Steps:
    """The customer's inputs while a form runs, one after another; what is to be asked next is asked once."""
    yield from _hear_out(talk, form, hear_each(talk.bot, talk.request.inputs, talk.here))


def _hear_out(talk: Talk, form: Form, inputs: tuple[Said, ...]) -> Steps:
    tracker = talk.tracker
    for said in inputs:
        talk.said = said
        if said.operator or said.intent == ASK_PERSON:
            yield from _ask_person(talk)
        elif tracker.form == form.name:
            yield from _answer_in(talk, form, said)
        elif said.intent:
            yield from _meant(talk, said.intent, _named_in(said))
        if talk.handoff is not None:
            return
        filling.look_ahead(talk, form)
    if tracker.form == form.name and talk.did[-1:] != [form.name]:  # a rule may have gone on with it already
        talk.did.append(form.name)
    if not talk.asked and (yield from filling.ask(talk, form)):
        yield from _completed(talk, form)


def _answer_in(talk: Talk, form: Form, said: Said) -> Steps:
    tracker = talk.tracker
    if said.back:
        return
    filled = fill(talk.content, form, tracker, said, talk.here)
    known = talk.bot.playbook.has_rule_in(form.name, said.intent)
    if filled.values:
        yield from filling.take(talk, form, filled.values)
    elif filled.left_out:
        tracker.leave_out(tracker.asks)
    elif filled.again:
        tracker.answer(form, filled.again, "")
        tracker.asks, tracker.tries = filled.again, 0
    elif is_over(said.text) and not known:
        tracker.stop()
        talk.did.append("action_deactivate_loop")
        _close(talk, f"utter_stop_{form.name}", "form_stopped")
    elif said.intent and (known or not filled.weak or is_question(said.text)):
        yield from _meant(talk, said.intent, _named_in(said))
    elif filled.weak:
        yield from filling.take(talk, form, {tracker.asks: filled.weak})
    elif not filled.told:
        yield from filling.again(talk, form, filled)


def _named_in(said: Said) -> dict[str, str]:
    return {one.name: one.value for one in said.entities}


def _completed(talk: Talk, form: Form) -> Steps:
    """What rules and stories say of a form that has all it asked for."""
    talk.tracker.did(form.name)
    playbook = talk.bot.playbook
    threads = playbook.after(form.name, talk.tracker.scene) or playbook.after_form(form.name)
    if threads:
        yield from _run(talk, threads)
    else:
        _close(talk, f"utter_submit_{form.name}", "form_done")


def _close(talk: Talk, name: str, usual: str) -> None:
    """The content's words for a form's end, or the engine's own, which are no action."""
    if talk.bot.book.has(name):
        talk.did.append(name)
    talk.utter(talk.voice.first(name) or usual)
