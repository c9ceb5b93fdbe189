"""A bot's form as the one definition of steps and fields, and back. Pure.

A bot asks one thing at a time, so a form of its is one step for each question; the other way all questions of all steps come in
their order, and what a bot has no place for (branches, what is only said) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

from msgspec.structs import replace

from bot.content.types import Content, Definition, Field, Form, Kind
from gateway.language import clean, words
from gateway.model import forms

Definitions = Mapping[str, Definition]
"""The business's forms by their names, casefolded."""

_SHARED = frozenset(get_args(forms.Kind)) - {"long_text", "choices"}
"""Kinds that mean the same to both."""


def steps_of(form: Form, content: Content) -> forms.Steps:
    """The bot's form as steps: those of the business's form that it fills, else its questions as they are said, each answer
    needed and kept as the slot's fact."""
    if form.definition is not None and form.definition.steps:
        return form.definition.steps
    return tuple(_step(form, one, content) for one in form.fields)


def _step(form: Form, one: Field, content: Content) -> forms.Step:
    asked = next(
        (
            said.text
            for name in (f"utter_ask_{form.name}_{one.slot}", f"utter_ask_{one.slot}")
            for said in content.responses.get(name, ())
            if said.text and not said.condition
        ),
        "",
    )
    label = one.words[0] if one.words else one.slot.replace("_", " ")
    field = forms.Field(
        name=one.slot, label=label, kind=one.kind if one.kind in _SHARED else "text", required=True,  # type: ignore[arg-type]
        choices=one.choices, least=one.least, most=one.most, prefill="fact", fact=one.slot,
    )  # fmt: skip
    return forms.Step(name=one.slot, title=label, say=asked, fields=(field,))


def form_of(name: str, steps: forms.Steps, *, before: Form | None = None) -> Form:
    """The definition as a bot's form. ``before``: the bot's own, whose tries, kinds and words stay where the question does."""
    known = {one.slot: one for one in before.fields} if before is not None else {}
    fields = tuple(_field(one, known.get(one.name)) for step in steps for one in step.fields)
    return replace(before or Form(name=name), name=name, fields=fields)


def _field(one: forms.Field, before: Field | None) -> Field:
    kind = cast(Kind, one.kind if one.kind in _SHARED else "text")
    if before is not None and before.kind not in _SHARED and kind == "text":
        kind = before.kind  # an address, a time: to people a text
    return replace(
        before or Field(slot=one.name, words=_called(one.label)),
        kind=kind,
        choices=one.choices,
        least=one.least,
        most=one.most,
    )


def led_by(form: Form, definition: Definition) -> Form:
    """The bot's form as the business's leads it: each field has its question, which judges what is answered."""
    made = form_of(form.name, definition.steps, before=form)
    asked = {one.name: one for step in definition.steps for one in step.fields}
    fields = tuple(
        replace(one, question=asked[one.slot], words=one.words or _called(asked[one.slot].label)) for one in made.fields
    )
    return replace(made, fields=fields, fills=definition.name, definition=definition)


def _called(label: str) -> tuple[str, ...]:
    """What customers may call a question, by its own words; the short ones are in any sentence."""
    return tuple(word for word in words(clean(label)) if len(word) > 3)
