"""Forms: steps with what is said and what is asked, and the way through them. Pure; the one definition that the operator's
script panel and records live by, and that a bot's form converts to and from (``bot.content.definition``).

An answer is a text as it is kept: a number as ``2.5``, a date as ``2026-03-31``, yes or no as ``yes``/``no``, several choices
one to a line. Branches lead forward alone, so every way ends.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from gateway.errors import Invalid
from gateway.faults import forms as faults
from gateway.model import reach

Kind = Literal[
    "text", "long_text", "number", "money", "choice", "choices", "boolean", "date", "phone", "email"
]  # fmt: skip
Purpose = Literal["order", "complaint", "ticket", "survey", "script"]
Source = Literal["", "name", "phone", "email", "company", "fact"]

END = "end"
"""As the step that a branch leads to: there is nothing more to ask."""
LONGEST = {"long_text": 4000}
USUAL_LENGTH = 400
MOST_STEPS, MOST_FIELDS, MOST_CHOICES = 40, 20, 50

Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Said = Annotated[str, msgspec.Meta(max_length=2000)]
Answer = Annotated[str, msgspec.Meta(max_length=4000)]
Answers = Annotated[dict[Slug, Answer], msgspec.Meta(max_length=MOST_STEPS * MOST_FIELDS)]


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question. ``name``: by which answers know it, in the whole form. ``choices`` of a choice; ``least`` and ``most`` of a
    number or of money. ``prefill``: what it begins with, of the contact's; ``fact``: as which the conversation knows the answer
    afterwards, and begins with it where ``prefill`` is ``fact``. ``unrecorded``: no call's recording keeps what is said to it."""

    name: Slug
    label: Label
    kind: Kind = "text"
    required: bool = False
    help: Annotated[str, msgspec.Meta(max_length=400)] = ""
    choices: Annotated[tuple[Label, ...], msgspec.Meta(max_length=MOST_CHOICES)] = ()
    least: float | None = None
    most: float | None = None
    prefill: Source = ""
    fact: Annotated[str, msgspec.Meta(max_length=60)] = ""
    unrecorded: bool = False


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """Where the answer to ``field``, of the same step, is ``answer`` (of several choices: has it): to the step ``to``, or
    ``END``."""

    field: Slug
    answer: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    to: Slug


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``say``: what the operator says or writes. The first of ``branches`` that fits leads on; else ``then``; "" is the step
    after this one."""

    name: Slug
    title: Label
    say: Said = ""
    fields: Annotated[tuple[Field, ...], msgspec.Meta(max_length=MOST_FIELDS)] = ()
    branches: Annotated[tuple[Branch, ...], msgspec.Meta(max_length=MOST_FIELDS)] = ()
    then: Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?$")] = ""


Steps = Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=MOST_STEPS)]


def check_steps(steps: Steps) -> None:
    """What must hold of a definition: names are unique, ways lead forward, every step can be reached. Raises ``Invalid`` with
    the place as its field."""
    places = {step.name: index for index, step in enumerate(steps)}
    fields: set[str] = set()
    for index, step in enumerate(steps):
        where = f"steps.{index}"
        if step.name == END or places[step.name] != index:
            raise Invalid(faults.SAME_NAME(name=step.name), field=where)
        for number, one in enumerate(step.fields):
            if one.name in fields:
                raise Invalid(faults.SAME_NAME(name=one.name), field=f"{where}.fields.{number}")
            fields.add(one.name)
            _check_field(one, f"{where}.fields.{number}")
        for target in (*(branch.to for branch in step.branches), *((step.then,) if step.then else ())):
            if target != END and places.get(target, -1) <= index:
                raise Invalid(faults.BACKWARDS(name=step.title), field=where)
        for branch in step.branches:
            _check_branch(step, branch, where)
    for index in range(len(steps)):
        if index not in reached(steps):
            raise Invalid(faults.DEAD_STEP(name=steps[index].title), field=f"steps.{index}")


def _check_field(one: Field, where: str) -> None:
    if one.kind in ("choice", "choices") and (len(set(one.choices)) < 2 or len(set(one.choices)) < len(one.choices)):
        raise Invalid(faults.NO_CHOICES(name=one.label), field=where)
    if any("\n" in choice or choice != choice.strip() for choice in one.choices):
        raise Invalid(faults.NO_CHOICES(name=one.label), field=where)
    if one.least is not None and one.most is not None and one.least > one.most:
        raise Invalid(faults.BOUNDS(name=one.label), field=where)


def _check_branch(step: Step, branch: Branch, where: str) -> None:
    asked = next((one for one in step.fields if one.name == branch.field), None)
    if asked is None:
        raise Invalid(faults.NO_QUESTION(name=step.title), field=where)
    known = asked.choices if asked.kind in ("choice", "choices") else ("yes", "no") if asked.kind == "boolean" else ()
    if known and branch.answer not in known:
        raise Invalid(faults.NO_ANSWER(name=step.title), field=where)


def reached(steps: Steps) -> frozenset[int]:
    """The steps that some answers lead to. Ways lead forward, so one look from the first to the last finds all. The way on is
    always one: an answer that isn't required may be left out."""
    found = {0}
    for index, step in enumerate(steps):
        if index in found:
            targets = [place(steps, branch.to) for branch in step.branches]
            if not _decided(step):
                targets.append(place(steps, step.then) if step.then else index + 1)
            found.update(target for target in targets if target < len(steps))
    return frozenset(found)


def _decided(step: Step) -> bool:
    """The branches leave no answer over, so the way past them is never gone."""
    for one in step.fields:
        if one.required and one.kind in ("choice", "boolean"):
            known = set(one.choices) if one.kind == "choice" else {"yes", "no"}
            if known <= {branch.answer for branch in step.branches if branch.field == one.name}:
                return True
    return False


def place(steps: Steps, name: str) -> int:
    """Where a step stands; behind the last one for the end."""
    return next((index for index, step in enumerate(steps) if step.name == name), len(steps))


def next_step(steps: Steps, index: int, answers: Mapping[str, str]) -> int:
    """The step after ``index``; ``len(steps)`` is the end."""
    step = steps[index]
    for branch in step.branches:
        if branch.answer in answers.get(branch.field, "").split("\n"):
            return place(steps, branch.to)
    return place(steps, step.then) if step.then else index + 1


def path(steps: Steps, answers: Mapping[str, str]) -> tuple[int, ...]:
    """All steps that these answers lead through, the first to the last. Back is the one before in it."""
    found = [0]
    while (following := next_step(steps, found[-1], answers)) < len(steps):
        found.append(following)
    return tuple(found)


def step_of(steps: Steps, field: str) -> int:
    """Where the step stands that asks it; behind the last one where none does."""
    return next(
        (index for index, step in enumerate(steps) if any(one.name == field for one in step.fields)), len(steps)
    )


def open_question(steps: Steps, answers: Mapping[str, str]) -> tuple[int, Field] | None:
    """The first question on the way that nothing was said to, and the place of its step; an answer of "" left it out. For whoever
    asks one question after another; none: all is asked."""
    for index in path(steps, answers):
        for one in steps[index].fields:
            if one.name not in answers:
                return index, one
    return None


def judge(steps: Steps, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers as they are kept: of the steps on the way alone. Raises ``Invalid`` with the field's name."""
    kept: dict[str, str] = {}
    index = 0
    while index < len(steps):
        for one in steps[index].fields:
            value = judge_answer(one, answers.get(one.name, ""))
            if value:
                kept[one.name] = value
        index = next_step(steps, index, kept)
    return kept


def judge_answer(one: Field, said: str) -> str:
    """One answer as it is kept; "" for none. Raises ``Invalid``."""
    value = reach.UNWANTED.sub("", said).strip()
    if not value:
        if one.required:
            raise Invalid(faults.MISSING(name=one.label), field=one.name)
        return ""
    longest = LONGEST.get(one.kind, USUAL_LENGTH if one.kind != "choices" else 4000)
    if len(value) > longest:
        raise Invalid(faults.LONG(name=one.label, limit=longest), field=one.name)
    match one.kind:
        case "text":
            return " ".join(value.split())
        case "long_text":
            return value
        case "number" | "money":
            return _number(one, value)
        case "date":
            return _date(one, value)
        case "boolean" | "choice" | "choices":
            return _chosen(one, value)
        case "phone" | "email":
            try:
                return reach.check_email(value) if one.kind == "email" else reach.check_phone(value, country="")
            except Invalid as error:
                raise Invalid(error.fault or error.detail, field=one.name) from error


_PLAIN = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,6})?")


def _number(one: Field, value: str) -> str:
    bare = re.sub(r"\s", "", value)
    if not _PLAIN.fullmatch(bare):
        raise Invalid(faults.NUMBER(name=one.label), field=one.name)
    bare = bare.replace(",", ".")
    number = float(bare)
    if one.least is not None and number < one.least:
        raise Invalid(faults.LEAST(name=one.label, limit=f"{one.least:g}"), field=one.name)
    if one.most is not None and number > one.most:
        raise Invalid(faults.MOST(name=one.label, limit=f"{one.most:g}"), field=one.name)
    assert math.isfinite(number)
    return bare


def _date(one: Field, value: str) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        raise Invalid(faults.DATE(name=one.label), field=one.name) from None


def _chosen(one: Field, value: str) -> str:
    chosen = tuple(dict.fromkeys(line.strip() for line in value.split("\n") if line.strip()))
    known = ("yes", "no") if one.kind == "boolean" else one.choices
    if not set(known).issuperset(chosen) or (one.kind != "choices" and len(chosen) != 1):
        raise Invalid(faults.UNFIT(name=one.label), field=one.name)
    return "\n".join(choice for choice in known if choice in chosen)


def facts_of(steps: Steps, kept: Mapping[str, str]) -> dict[str, str]:
    """What the conversation knows by these answers."""
    asked = [one for step in steps for one in step.fields if one.fact]
    return {one.fact: ", ".join(kept[one.name].split("\n")) for one in asked if kept.get(one.name)}
