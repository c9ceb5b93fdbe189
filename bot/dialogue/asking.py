"""How a form asks for one thing: in the content's words, else in the business's form's, else in the engine's; and with which buttons."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from bot import phrases
from bot.content.types import Field
from bot.dialogue.talk import Talk
from gateway.model import forms
from gateway.model.events import Button
from gateway.ports import BotReply

LONGEST_BUTTON = 60
_WRITTEN = ("boolean", "choice", "choices", "long_text")
"""Kinds for which nothing known is offered: there are buttons already, or it is long."""


def question(talk: Talk, one: Field, name: str, *, steps: forms.Steps, asked: str) -> BotReply:
    """``name``: the content's response for it, or ""; ``asked``: the field that was asked for before."""
    if name or one.question is None:
        reply = talk.voice.said(name or "form_ask", {"field": one.words[0] if one.words else one.slot})[0]
    else:
        reply = talk.voice.worded(_wording(talk, one.question, steps, asked))
    buttons = reply.buttons or tuple(_buttons(talk, one))
    if one.question is not None and not one.question.required:
        buttons = (*buttons, _button(phrases.say("form_skip", talk.voice.language)))
    unrecorded = reply.unrecorded or (one.question is not None and one.question.unrecorded)
    return replace(reply, buttons=buttons, unrecorded=unrecorded)


def _wording(talk: Talk, one: forms.Field, steps: forms.Steps, asked: str) -> str:
    """What the step says is said where one comes to it, and again with its only question."""
    step = steps[forms.step_of(steps, one.name)]
    if step.say and len(step.fields) == 1:
        lines = [step.say]
    else:
        own = one.label if one.label.endswith("?") else talk.voice.said("form_ask", {"field": one.label})[0].text
        entered = all(field.name != asked for field in step.fields)
        lines = [step.say, own] if step.say and entered else [own]
    if one.help:
        lines.append(one.help)
    if one.kind == "choices":
        lines.append(phrases.say("form_choices", talk.voice.language))
    return "\n".join(lines)


def _buttons(talk: Talk, one: Field) -> Iterator[Button]:
    if one.question is not None and one.question.kind == "boolean":
        yield from (_button(phrases.say(key, talk.voice.language)) for key in ("form_yes", "form_no"))
    yield from map(_button, one.choices)
    known = _known(talk, one.question) if one.question is not None and one.question.kind not in _WRITTEN else ""
    if known and len(known) <= LONGEST_BUTTON:
        yield _button(known)


def _known(talk: Talk, one: forms.Field) -> str:
    """What the conversation knows already; it counts once the customer says so."""
    slots = talk.tracker.slots
    return slots.get(one.name, "") or (slots.get(one.fact, "") if one.prefill == "fact" else "")


def _button(title: str) -> Button:
    return Button(title=title, payload=title)
